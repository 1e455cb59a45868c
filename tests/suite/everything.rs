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
            let whole = format!("{ty}.{name}");
            if without.contains(&whole.as_str()) || BY_NAME.contains(&whole.as_str()) {
                continue;
            }
            let (kind, inner) = named(&field["type"]);
            let fields = match kind {
                "SCALAR" | "ENUM" => String::new(),
                // An interface leads back to what is selected elsewhere: its id says whether it shows.
                "INTERFACE" | "UNION" if depth > 0 => " { __typename }".to_owned(),
                "OBJECT" if depth > 0 && !path.iter().any(|outer| outer == inner) => {
                    path.push(inner.to_owned());
                    let fields = self.select(inner, depth - 1, path, without);
                    path.pop();
                    format!(" {{ {fields} }}")
                }
                _ => continue,
            };
            for (suffix, arguments) in askings(&whole, field) {
                let alias = if suffix.is_empty() { String::new() } else { format!("{name}_{suffix}: ") };
                selected.push(format!("{alias}{name}{arguments}{fields}"));
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

/// Fields that find by its name what the list beside them shows.
const BY_NAME: [&str; 2] = ["Dsmb.cut", "Study.subject"];

/// The visits at which a field is asked for; the first goes without an alias, and baseline is a subject's alone.
const VISITS: [&str; 3] = ["MONTH_3", "DAY_28", "BASELINE"];

/// Every way in which a field is asked for: what its alias ends with, and values for its required arguments.
fn askings(whole: &str, field: &Value) -> Vec<(&'static str, String)> {
    let arguments = field["args"].as_array().unwrap().iter();
    let required: Vec<(&str, &str)> = arguments
        .filter(|it| it["type"]["kind"] == "NON_NULL" && it["defaultValue"].is_null())
        .map(|it| (it["name"].as_str().unwrap(), named(&it["type"]).1))
        .collect();
    // Neither of its arguments is required, but one of them.
    if whole == "Subject.prednisoneEquivalent" {
        return vec![("", "(onStudyDay: 14)".to_owned())];
    }
    let given = |visit: &str| {
        let given = required.iter().map(|(name, ty)| match *ty {
            "VisitCode" => format!("{name}: \"{visit}\""),
            "Date" => format!("{name}: \"2026-06-15\""),
            "Autoantibody" => format!("{name}: ANTI_DSDNA"),
            "Revision" => format!("{name}: 1"),
            // A field left out here would be tested by nobody.
            _ => panic!("{whole} needs a {ty}: give it one here, or name the field in BY_NAME"),
        });
        let given: Vec<String> = given.collect();
        if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) }
    };
    let of_a_visit = required.iter().any(|(_, ty)| *ty == "VisitCode");
    let visits = match (of_a_visit, whole.starts_with("Subject.")) {
        (false, _) => &VISITS[..1],
        (true, false) => &VISITS[..2],
        (true, true) => &VISITS,
    };
    visits.iter().enumerate().map(|(at, visit)| (if at == 0 { "" } else { *visit }, given(visit))).collect()
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
