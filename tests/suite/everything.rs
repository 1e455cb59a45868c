//! Asks for everything: selections that are built from the schema itself, so that a new field is in them at once.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use tests::{Caller, TestApp};

const INTROSPECTION: &str = "{ __schema { types { kind name
    fields(includeDeprecated: true) { name
        args { name defaultValue type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }
        type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }
    possibleTypes { name } enumValues(includeDeprecated: true) { name } isOneOf
    inputFields { name defaultValue
        type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }";

/// The schema, as a caller reads it.
pub struct Schema {
    types: BTreeMap<String, Value>,
}

impl Schema {
    /// Reads it.
    pub async fn read(app: &TestApp) -> Schema {
        Schema::of(&app.as_("data-manager")).await
    }

    /// As this caller reads it.
    pub async fn of(caller: &Caller) -> Schema {
        let answer = caller.ask(INTROSPECTION).await;
        let types = answer.one()["types"].as_array().unwrap();
        let named = |ty: &Value| (ty["name"].as_str().unwrap().to_owned(), ty.clone());
        Schema { types: types.iter().map(named).collect() }
    }

    /// The fields of a type by name.
    pub fn fields(&self, ty: &str) -> Vec<&Value> {
        self.types[ty]["fields"].as_array().into_iter().flatten().collect()
    }

    /// The names of a type's fields.
    pub fn names(&self, ty: &str) -> Vec<&str> {
        self.fields(ty).into_iter().map(|field| field["name"].as_str().unwrap()).collect()
    }

    /// The smallest value of an input type, with ids by the names of their fields.
    pub fn input(&self, ty: &str, ids: &BTreeMap<&str, String>) -> Value {
        let fields = self.types[ty]["inputFields"].as_array().unwrap();
        let mut input = serde_json::Map::new();
        for field in fields {
            let required = field["type"]["kind"] == "NON_NULL" && field["defaultValue"].is_null();
            let name = field["name"].as_str().unwrap();
            let only = self.types[ty]["isOneOf"] == true && input.is_empty();
            if required || only {
                input.insert(name.to_owned(), self.value(name, &field["type"], ids));
            }
        }
        Value::Object(input)
    }

    fn value(&self, name: &str, ty: &Value, ids: &BTreeMap<&str, String>) -> Value {
        let ty = if ty["kind"] == "NON_NULL" { &ty["ofType"] } else { ty };
        if ty["kind"] == "LIST" {
            return json!([self.value(name, &ty["ofType"], ids)]);
        }
        let kind = ty["name"].as_str().unwrap();
        match kind {
            "ID" => json!(ids.get(name).unwrap_or_else(|| panic!("no id for an input field `{name}`"))),
            "Date" => json!("2026-06-01"),
            "PartialDate" => json!("2026-06"),
            "Int" | "Revision" => json!(1),
            "Boolean" => json!(false),
            "Decimal" => json!("1"),
            _ if self.types[kind]["kind"] == "ENUM" => self.types[kind]["enumValues"][0]["name"].clone(),
            _ if self.types[kind]["kind"] == "INPUT_OBJECT" => self.input(kind, ids),
            _ => json!("text"),
        }
    }

    /// The name of the one input type of each mutation.
    pub fn mutations(&self) -> Vec<(&str, &str)> {
        self.fields("Mutation")
            .into_iter()
            .map(|field| (field["name"].as_str().unwrap(), named(&field["args"][0]["type"]).1))
            .collect()
    }

    /// A selection of every field of a type, so many levels deep, without the fields named.
    pub fn selection(&self, ty: &str, depth: usize, without: &[&str]) -> String {
        self.select(ty, depth, &mut vec![ty.to_owned()], without)
    }

    fn select(&self, ty: &str, depth: usize, path: &mut Vec<String>, without: &[&str]) -> String {
        let mut selected = vec!["__typename".to_owned()];
        for field in self.fields(ty) {
            let name = field["name"].as_str().unwrap();
            let Some(arguments) = arguments(field) else { continue };
            if without.contains(&format!("{ty}.{name}").as_str()) {
                continue;
            }
            let (kind, inner) = named(&field["type"]);
            match kind {
                "SCALAR" | "ENUM" => selected.push(format!("{name}{arguments}")),
                // An interface leads back to what is selected elsewhere: its id says whether it shows.
                "INTERFACE" | "UNION" if depth > 0 => {
                    selected.push(format!("{name}{arguments} {{ __typename }}"))
                }
                "OBJECT" if depth > 0 && !path.iter().any(|outer| outer == inner) => {
                    path.push(inner.to_owned());
                    let fields = self.select(inner, depth - 1, path, without);
                    path.pop();
                    selected.push(format!("{name}{arguments} {{ {fields} }}"));
                }
                _ => {}
            }
        }
        selected.join(" ")
    }
}

/// The kind and name of a type without its wrappers.
pub fn named(ty: &Value) -> (&str, &str) {
    let mut ty = ty;
    while !ty["ofType"].is_null() {
        ty = &ty["ofType"];
    }
    (ty["kind"].as_str().unwrap(), ty["name"].as_str().unwrap())
}

/// Values for a field's required arguments; none when one of them names a thing that has to be known.
fn arguments(field: &Value) -> Option<String> {
    let mut given = Vec::new();
    for argument in field["args"].as_array().unwrap() {
        let name = argument["name"].as_str().unwrap();
        if argument["type"]["kind"] != "NON_NULL" || !argument["defaultValue"].is_null() {
            continue;
        }
        let value = match named(&argument["type"]).1 {
            "VisitCode" => "\"MONTH_3\"",
            "Date" => "\"2026-06-15\"",
            "Autoantibody" => "ANTI_DSDNA",
            "Revision" => "1",
            _ => return None,
        };
        given.push(format!("{name}: {value}"));
    }
    Some(if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) })
}

/// Every text in an answer, with the path to it.
pub fn texts(value: &Value) -> Vec<(String, String)> {
    fn walk(value: &Value, path: &str, found: &mut Vec<(String, String)>) {
        match value {
            Value::String(text) => found.push((path.to_owned(), text.clone())),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(at, item)| walk(item, &format!("{path}.{at}"), found));
            }
            Value::Object(fields) => {
                fields.iter().for_each(|(name, item)| walk(item, &format!("{path}.{name}"), found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(value, "", &mut found);
    found
}

/// Whether a text holds a calendar date, in ISO form.
pub fn holds_a_date(text: &str) -> bool {
    let shape = |window: &[u8]| {
        window
            .iter()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() })
    };
    text.as_bytes().windows(10).any(shape)
}
