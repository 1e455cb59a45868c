//! Which field of a mutation's input cannot be read. The library says what is wrong with a value and not where it stands.

use super::TYPES;
use super::scalar::{Decimal, Id, PartialDate, Revision, VisitCode};
use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
};
use async_graphql::{PathSegment, ServerError, Value, Variables};
use objects::registry::{MetaType, MetaTypeName};
use objects::{Date, DateTime, Leaf};

/// A value that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongInput {
    /// The root field, as the answer names it.
    key: String,
    /// Where the value stands in the field's `input`, as refusals name it.
    field: Vec<String>,
    /// What is wrong, and what would be right.
    reason: String,
}

/// The first value of each root field of a mutation that cannot be read.
pub fn of(document: &ExecutableDocument, name: Option<&str>, variables: &Variables) -> Vec<WrongInput> {
    let chosen =
        document.operations.iter().find(|(held, _)| name.is_none() || held.map(|it| it.as_str()) == name);
    let Some((_, operation)) = chosen else { return Vec::new() };
    let OperationDefinition { ty, selection_set, .. } = &operation.node;
    if *ty != OperationType::Mutation {
        return Vec::new();
    }
    let fields = selection_set.node.items.iter().filter_map(|selection| match &selection.node {
        Selection::Field(field) => wrong(&field.node, variables),
        Selection::FragmentSpread(_) | Selection::InlineFragment(_) => None,
    });
    fields.collect()
}

fn wrong(field: &Field, variables: &Variables) -> Option<WrongInput> {
    let declared = TYPES.types.get(TYPES.mutation_type.as_ref()?)?.field_by_name(field.name.node.as_str())?;
    field.arguments.iter().find_map(|(name, value)| {
        let argument = declared.args.get(name.node.as_str())?;
        let value =
            value.node.clone().into_const_with(|name| variables.get(&name).cloned().ok_or(())).ok()?;
        let (mut path, reason) = unread(&argument.ty, &value)?;
        path.reverse();
        Some(WrongInput { key: field.response_key().node.to_string(), field: path, reason })
    })
}

/// The first value of a type's that its scalar does not read: the way to it, from the inside out, and why.
fn unread(ty: &str, value: &Value) -> Option<(Vec<String>, String)> {
    if *value == Value::Null {
        return None;
    }
    let within = |step: String, found: (Vec<String>, String)| {
        let (mut path, reason) = found;
        path.push(step);
        (path, reason)
    };
    match (MetaTypeName::create(ty), value) {
        (MetaTypeName::NonNull(inner), _) => unread(inner, value),
        (MetaTypeName::List(inner), Value::List(items)) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(place, item)| Some(within(place.to_string(), unread(inner, item)?)))
        }
        // A single value stands for a list of one.
        (MetaTypeName::List(inner), _) => unread(inner, value),
        (MetaTypeName::Named(name), _) => match (TYPES.types.get(name)?, value) {
            (MetaType::InputObject { input_fields, .. }, Value::Object(given)) => {
                given.iter().find_map(|(name, value)| {
                    Some(within(name.to_string(), unread(&input_fields.get(name.as_str())?.ty, value)?))
                })
            }
            (MetaType::Scalar { .. }, _) => Some((Vec::new(), read(name, value)?)),
            _ => None,
        },
    }
}

/// Why one of our scalars does not read a value; the library's own are judged by the library.
fn read(scalar: &str, value: &Value) -> Option<String> {
    fn reason<T: Leaf>(value: &Value) -> Option<String> {
        T::read(value).err()
    }
    [
        (Id::NAME, reason::<Id> as fn(&Value) -> Option<String>),
        (Decimal::NAME, reason::<Decimal>),
        (PartialDate::NAME, reason::<PartialDate>),
        (Revision::NAME, reason::<Revision>),
        (VisitCode::NAME, reason::<VisitCode>),
        (Date::NAME, reason::<Date>),
        (DateTime::NAME, reason::<DateTime>),
    ]
    .into_iter()
    .find_map(|(name, read)| if name == scalar { read(value) } else { None })
}

impl WrongInput {
    /// Names the field in the library's error about it.
    pub fn name(&self, error: &mut ServerError) {
        let mine = matches!(error.path.first(), Some(PathSegment::Field(key)) if *key == self.key);
        if !mine || !error.message.contains(&self.reason) {
            return;
        }
        error.message = format!("`{}`: {}", self.field.join("."), self.reason);
        let field = self.field.iter().map(|step| Value::String(step.clone())).collect();
        error.extensions.get_or_insert_default().set("field", Value::List(field));
    }
}

/// Takes the value out of the library's error about it: the caller knows what was sent, and it may be a name that was put in
/// a wrong place.
pub fn withhold_value(error: &mut ServerError) {
    if let Some(at) =
        error.message.find("\", found ").filter(|_| error.message.starts_with("Expected input type "))
    {
        error.message.truncate(at + 1);
        error.message.push_str(" and found another");
    }
}

/// Lists the values of an enum in the library's error about one that it has not, which names the enum alone.
pub fn list_values(error: &mut ServerError) {
    const NAMED: &str = "enumeration type \"";
    let named = error.message.split_once(NAMED).and_then(|(_, rest)| rest.split_once('"'));
    let Some((name, rest)) = named else { return };
    if let (true, Some(MetaType::Enum { enum_values, .. })) =
        (rest.starts_with(" does not contain the value"), TYPES.types.get(name))
    {
        let values: Vec<&str> = enum_values.keys().map(String::as_str).collect();
        let missing = " does not contain the value";
        let end = error.message.find(missing).map_or(error.message.len(), |at| at + missing.len());
        error.message.truncate(end);
        error.message.push_str(&format!(" that was given; it has {}", values.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    fn found(document: &str, variables: Json) -> Vec<(String, String)> {
        let document = async_graphql::parser::parse_query(document).unwrap();
        let all = of(&document, None, &Variables::from_json(variables));
        all.into_iter().map(|it| (it.key, it.field.join("."))).collect()
    }

    #[test]
    fn the_field_is_found_in_literals_variables_and_lists() {
        let said = |key: &str, field: &str| vec![(key.to_owned(), field.to_owned())];
        let act = "mutation($i: ScreenSubjectInput!) { r: screenSubject(input: $i) { revision } }";
        let consents = |day: &str| json!([{ "givenOn": "2026-02-01" }, { "givenOn": day }]);
        assert_eq!(
            found(act, json!({ "i": { "consents": consents("2026-02-30") } })),
            said("r", "consents.1.givenOn")
        );
        assert_eq!(found(act, json!({ "i": { "consents": consents("2026-02-28") } })), []);
        // A single value stands for a list of one.
        let single = json!({ "i": { "consents": { "givenOn": "never" } } });
        assert_eq!(found(act, single), said("r", "consents.givenOn"));
        let literal = "mutation { recordVisit(input: { key: \"k\", date: \"2026-13-01\" }) { revision } }";
        assert_eq!(found(literal, json!({})), said("recordVisit", "date"));
        // Two fields, one of them right; what is unknown or another kind of operation is the library's to judge.
        let two = "mutation($d: Date!) { a: recordVisit(input: { date: $d }) { revision } b: recordVisit(input: { date: 3 }) { revision } }";
        assert_eq!(found(two, json!({ "d": "2026-01-01" })), said("b", "date"));
        assert_eq!(found("mutation { nothing(input: { date: 3 }) }", json!({})), []);
        assert_eq!(found("{ study(code: 3) { code } }", json!({})), []);
    }

    /// Every scalar of an input is one that is read here, or one of the library's.
    #[test]
    fn every_scalar_of_an_input_is_known() {
        let mut seen = 0;
        for ty in TYPES.types.values() {
            let MetaType::InputObject { input_fields, .. } = ty else { continue };
            for field in input_fields.values() {
                let name = MetaTypeName::concrete_typename(&field.ty);
                let Some(MetaType::Scalar { .. }) = TYPES.types.get(name) else { continue };
                seen += 1;
                let library = ["String", "Int", "Float", "Boolean"].contains(&name);
                assert!(
                    library || read(name, &Value::List(Vec::new())).is_some(),
                    "{name} of {}",
                    field.name
                );
            }
        }
        assert!(seen > 50, "{seen}");
    }
}
