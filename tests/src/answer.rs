//! What comes back from a request.

use serde_json::Value;

/// What came back: the status and the body, taken apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body as it came.
    pub text: String,
    /// `data`; null when there is none.
    pub data: Value,
    /// `errors`; empty when there are none.
    pub errors: Vec<Value>,
}

impl Answer {
    /// Takes a body apart.
    pub fn new(status: u16, text: String) -> Answer {
        let body: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        Answer { status, data: body["data"].clone(), errors, text }
    }

    /// The data of an answer without errors.
    #[track_caller]
    pub fn ok(&self) -> &Value {
        assert!(self.status == 200 && self.errors.is_empty(), "{}: {}", self.status, self.text);
        &self.data
    }

    /// The one value under the first root field, without errors.
    #[track_caller]
    pub fn one(&self) -> &Value {
        let fields = self.ok().as_object().unwrap_or_else(|| panic!("no object: {}", self.text));
        assert_eq!(fields.len(), 1, "{}", self.text);
        fields.values().next().unwrap()
    }

    /// Whether a text stands anywhere in the answer, in a key or in a value; see [`mentions`].
    pub fn mentions(&self, text: &str) -> bool {
        let body: Value = serde_json::from_str(&self.text).unwrap_or_else(|_| self.text.clone().into());
        mentions(&body, text)
    }

    /// The codes of the errors.
    pub fn codes(&self) -> Vec<&str> {
        self.errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap_or("(none)")).collect()
    }

    /// The refusals of a mutation, which has one root field.
    #[track_caller]
    pub fn refusals(&self) -> &[Value] {
        self.one()["refusals"].as_array().unwrap_or_else(|| panic!("no refusals in {}", self.text))
    }

    /// A mutation that was accepted: its payload.
    #[track_caller]
    pub fn accepted(&self) -> &Value {
        assert!(self.refusals().is_empty(), "refused: {}", self.text);
        self.one()
    }

    /// A mutation that was refused for one reason: code, message and dotted field.
    #[track_caller]
    pub fn refused(&self) -> Refused {
        let [refusal] = self.refusals() else { panic!("not refused once: {}", self.text) };
        assert!(self.one()["revision"].is_null(), "a refused command has no revision: {}", self.text);
        let field = refusal["field"].as_array().into_iter().flatten();
        Refused {
            code: refusal["code"].as_str().unwrap().to_owned(),
            message: refusal["message"].as_str().unwrap().to_owned(),
            field: field.map(|part| part.as_str().unwrap()).collect::<Vec<_>>().join("."),
        }
    }
}

/// Why a mutation was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The code.
    pub code: String,
    /// The sentence.
    pub message: String,
    /// The path of the input field, dotted.
    pub field: String,
}

/// Whether a text stands anywhere in a JSON value, in a key or in a value.
///
/// Global ids, cursors, hashes and signatures are random letters, in which any four letters turn up now and then: such
/// a value mentions a text only when it is that text.
pub fn mentions(value: &Value, text: &str) -> bool {
    let random = |value: &str| {
        value.len() >= 40
            && value.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.'))
    };
    match value {
        Value::String(value) => value == text || (!random(value) && value.contains(text)),
        Value::Array(items) => items.iter().any(|item| mentions(item, text)),
        Value::Object(fields) => fields.iter().any(|(key, item)| key.contains(text) || mentions(item, text)),
        Value::Number(number) => number.to_string().contains(text),
        Value::Null | Value::Bool(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_is_found_in_words_and_not_in_random_letters() {
        let id = "BAAAAAAASH01AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let body =
            json!({ "id": id, "nested": [{ "code": "SH01-001" }], "note": "seen at GZ03, twice", "n": 4711 });
        for text in ["SH01-001", "SH01", "GZ03", "4711", id, "nested"] {
            assert!(mentions(&body, text), "{text}");
        }
        assert!(!mentions(&json!({ "id": id }), "SH01"));
        assert!(!mentions(&body, "BJ02"));
    }
}
