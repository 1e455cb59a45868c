//! One pass over a request's JSON before anything is built from it, and then the request that it says.

use super::{Refused, within};
use crate::config::Limits;
use serde_json::{Map, Value};

/// What one pass counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Levels of lists and objects.
    pub nesting: usize,
    /// Keys, texts, numbers, words, lists and objects.
    pub values: usize,
    /// Bytes of the longest text, as written.
    pub text_bytes: usize,
    /// Items of the longest list.
    pub list_items: usize,
}

/// Deeper than any limit may be set: there a text is refused whatever else it holds, so nothing is kept of it.
const DEEP: usize = 128;

/// Counts a JSON text, well-formed or not, in time linear in it.
pub fn count(text: &[u8]) -> Count {
    let mut count = Count::default();
    let mut depth: usize = 0;
    // Commas seen at each level that a list opened; none at levels of objects.
    let mut lists: Vec<Option<usize>> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'"' => {
                let from = at + 1;
                at = from;
                while at < text.len() && text[at] != b'"' {
                    at += if text[at] == b'\\' { 2 } else { 1 };
                }
                count.values += 1;
                count.text_bytes = count.text_bytes.max(at.min(text.len()) - from.min(text.len()));
            }
            open @ (b'[' | b'{') => {
                depth += 1;
                count.nesting = count.nesting.max(depth);
                count.values += 1;
                if lists.len() < DEEP {
                    lists.push((open == b'[').then_some(0));
                }
            }
            b']' | b'}' => {
                if depth <= lists.len() {
                    lists.pop();
                }
                depth = depth.saturating_sub(1);
            }
            b',' if depth == lists.len() => {
                if let Some(Some(commas)) = lists.last_mut() {
                    *commas += 1;
                    count.list_items = count.list_items.max(*commas + 1);
                }
            }
            byte if byte.is_ascii_alphanumeric() || byte == b'-' => {
                count.values += 1;
                while at + 1 < text.len() && is_literal(text[at + 1]) {
                    at += 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    count
}

fn is_literal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

/// Refuses a JSON text that is too much.
///
/// # Errors
/// The limit that it goes beyond.
pub fn check(text: &[u8], limits: &Limits) -> Result<(), Refused> {
    let found = count(text);
    within("nesting", found.nesting, limits.nesting)?;
    within("json_values", found.values, limits.json_values)?;
    // A document is a text of the envelope too; its own limit is looked at when it is read.
    within("text_bytes", found.text_bytes, limits.text_bytes.max(limits.document_bytes.saturating_mul(2)))?;
    within("list_items", found.list_items, limits.list_items)
}

/// What a request's body says.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// The document; empty when it is named by its hash alone.
    pub query: String,
    /// The SHA-256 of a document that the server is to know, in hexadecimal.
    pub hash: Option<String>,
    /// Which of its operations is meant.
    pub operation_name: Option<String>,
    /// Values of its variables.
    pub variables: Map<String, Value>,
}

impl Envelope {
    /// Reads a body.
    ///
    /// # Errors
    /// A limit that it goes beyond, or what is wrong with it.
    pub fn read(body: &[u8], limits: &Limits) -> Result<Envelope, Refused> {
        check(body, limits)?;
        let value: Value = serde_json::from_slice(body).map_err(|error| {
            Refused::Rule(format!("the body is no JSON: line {}, column {}", error.line(), error.column()))
        })?;
        let Value::Object(fields) = value else {
            return Err(Refused::Rule("the body must be one JSON object; batches are not taken".to_owned()));
        };
        Envelope::of(fields, limits).map_err(|error| match error {
            Wrong::TooMuch(refused) => refused,
            Wrong::Field(name, right) => Refused::Rule(format!("`{name}` must be {right}")),
        })
    }

    /// Reads the fields of a request.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn of(mut fields: Map<String, Value>, limits: &Limits) -> Result<Envelope, Wrong> {
        let mut extensions = object(&mut fields, "extensions")?;
        let hash = match object(&mut extensions, "persistedQuery")?.remove("sha256Hash") {
            None | Some(Value::Null) => None,
            Some(Value::String(hash)) => Some(hash),
            Some(_) => return Err(Wrong::Field("extensions.persistedQuery.sha256Hash", "a string")),
        };
        let query = match fields.remove("query") {
            Some(Value::String(query)) => query,
            None | Some(Value::Null) if hash.is_some() => String::new(),
            None | Some(_) => return Err(Wrong::Field("query", "there and a string")),
        };
        let operation_name = match fields.remove("operationName") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name),
            Some(_) => return Err(Wrong::Field("operationName", "a string or null")),
        };
        let variables = object(&mut fields, "variables")?;
        for value in variables.values() {
            texts(value, limits.text_bytes).map_err(Wrong::TooMuch)?;
        }
        Ok(Envelope { query, hash, operation_name, variables })
    }
}

/// What is wrong with a field of a request.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// It is too much.
    TooMuch(Refused),
    /// Its name, and what it must be.
    Field(&'static str, &'static str),
}

fn object(fields: &mut Map<String, Value>, name: &'static str) -> Result<Map<String, Value>, Wrong> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map),
        Some(_) => Err(Wrong::Field(name, "an object or null")),
    }
}

/// The texts of a value, which nests no deeper than was allowed before.
fn texts(value: &Value, allowed: usize) -> Result<(), Refused> {
    match value {
        Value::String(text) => within("text_bytes", text.len(), allowed),
        Value::Array(items) => items.iter().try_for_each(|item| texts(item, allowed)),
        Value::Object(fields) => fields.iter().try_for_each(|(key, item)| {
            within("text_bytes", key.len(), allowed)?;
            texts(item, allowed)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(text: &str) -> (usize, usize, usize, usize) {
        let Count { nesting, values, text_bytes, list_items } = count(text.as_bytes());
        (nesting, values, text_bytes, list_items)
    }

    #[test]
    fn one_pass_counts_a_text_of_any_kind() {
        assert_eq!(counted(r#"{"a":[1,{"b":"[[[[\"["}]}"#), (3, 7, 7, 2));
        assert_eq!(counted("[1,2,[3,4,5,6],7]"), (2, 9, 0, 4));
        assert_eq!(counted(r#"[true,null,-1.5e+3,""]"#), (1, 5, 0, 4));
        assert_eq!(counted(r#"{"a":1,"b":2,"c":3}"#), (1, 7, 1, 0));
        assert_eq!(counted(""), (0, 0, 0, 0));
        assert_eq!(counted("\""), (0, 1, 0, 0));
        assert_eq!(counted("\"\\"), (0, 1, 1, 0));
        assert_eq!(counted("]]]],,"), (0, 0, 0, 0));
        assert_eq!(count(&b"[".repeat(100_000)).nesting, 100_000);
        // Beyond the depth that is looked at, lists are not counted, and the levels above are still right.
        let deep = format!("[{}1,2{},8,9]", "[".repeat(200), "]".repeat(200));
        assert_eq!(count(deep.as_bytes()).list_items, 3);
    }

    #[test]
    fn a_body_is_one_object_of_known_types() {
        let says = |body: &str| {
            Envelope::read(body.as_bytes(), &Limits::default()).map_err(|refused| refused.message())
        };
        assert!(says(r#"{"query":"{a}"}"#).is_ok());
        let named = r#"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"abc"}}}"#;
        let read = Envelope::read(named.as_bytes(), &Limits::default()).unwrap();
        assert_eq!((read.query.as_str(), read.hash.as_deref()), ("", Some("abc")));
        assert!(says(r#"{"query":"{a}","variables":null,"operationName":null,"extensions":null}"#).is_ok());
        for body in [
            "",
            "[]",
            "{",
            r#"{"query":1}"#,
            "{}",
            r#"{"query":"{a}","variables":[]}"#,
            r#"{"query":"{a}","operationName":1}"#,
            r#"{"query":"{a}","extensions":"x"}"#,
            r#"[{"query":"{a}"}]"#,
            r#"{"query":"{a}","extensions":{"persistedQuery":"abc"}}"#,
            r#"{"extensions":{"persistedQuery":{"sha256Hash":7}}}"#,
            r#"{"extensions":{"persistedQuery":{}}}"#,
        ] {
            assert!(says(body).is_err(), "{body}");
        }
    }

    #[test]
    fn what_is_too_much_names_its_limit() {
        let with = |variables: String| {
            let body = format!(r#"{{"query":"{{a}}","variables":{{"x":{variables}}}}}"#);
            match Envelope::read(body.as_bytes(), &Limits::default()) {
                Err(Refused::TooMuch { limit, .. }) => limit,
                other => panic!("not refused as too much: {other:?}"),
            }
        };
        assert_eq!(with(format!("{}1{}", "[".repeat(50), "]".repeat(50))), "nesting");
        assert_eq!(with(format!("\"{}\"", "a".repeat(70_000))), "text_bytes");
        assert_eq!(with(format!("{{\"{}\":1}}", "a".repeat(65_537))), "text_bytes");
        assert_eq!(with(format!("[1{}]", ",1".repeat(500))), "list_items");
        let pairs = format!(",[1{}]", ",1".repeat(399)).repeat(40);
        assert_eq!(with(format!("[0{pairs}]")), "json_values");
    }
}
