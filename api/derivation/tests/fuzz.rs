//! Lines that are nearly right: a worked case with one value replaced, left out or doubled is answered, never refused
//! without a place, and never stops the run.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own input has failed")]

use derivation::line::answer;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::LazyLock;

static CASES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |file| serde_json::from_str::<Value>(&std::fs::read_to_string(file).unwrap()).unwrap();
    files.into_iter().flat_map(|file| read(file).as_array().unwrap().clone()).collect()
});

const CODES: [&str; 7] = [
    "INVALID_JSON",
    "UNKNOWN_ENDPOINT",
    "MISSING_FIELD",
    "UNKNOWN_FIELD",
    "INVALID_TYPE",
    "INVALID_VALUE",
    "UNSUPPORTED_UNIT",
];

/// Values that are wrong in most places, or at the edge of what is right.
fn odd(which: usize) -> Value {
    let texts = [
        "null",
        "true",
        "false",
        "0",
        "-0.0",
        "1",
        "-1",
        "4.5",
        "1e0",
        "1e28",
        "1e-28",
        "1e308",
        "2147483648",
        "-9223372036854775808",
        "18446744073709551616",
        "0.1000000000000000055511151231257827",
        "79228162514264337593543950335",
        "\"\"",
        "\"1.30\"",
        "\"1e0\"",
        "\"<10\"",
        "\"NaN\"",
        "\"2025-02-29\"",
        "\"9999-12-31\"",
        "\"0001-01-01\"",
        "\"2025\"",
        "\"2025-06-02T24:00\"",
        "\"1:0\"",
        "\"A\"",
        "\"rash\"",
        "\"renal\"",
        "\"\\u0000\"",
        "[]",
        "[null]",
        "[[]]",
        "[0,1]",
        "{}",
        "{\"\":null}",
        "{\"renal\":\"A\"}",
    ];
    serde_json::from_str(texts[which % texts.len()]).unwrap()
}

/// Every value inside a document, by its pointer.
fn pointers(value: &Value, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    match value {
        Value::Array(list) => {
            for (place, item) in list.iter().enumerate() {
                pointers(item, &format!("{path}/{place}"), found);
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                pointers(item, &format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn a_line_with_one_odd_value_is_answered(case in 0..10_000_usize, place in 0..10_000_usize, which in 0..10_000_usize, how in 0..3_u8) {
        let case = &CASES[case % CASES.len()];
        let mut line = json!({"id": "a", "endpoint": case["endpoint"], "inputs": case["inputs"]});
        let mut all = Vec::new();
        pointers(&line["inputs"], "/inputs", &mut all);
        let pointer = &all[place % all.len()];
        match how {
            0 => *line.pointer_mut(pointer).unwrap() = odd(which),
            1 => {
                // Leave a key out, or an item.
                let (parent, key) = pointer.rsplit_once('/').unwrap();
                match line.pointer_mut(parent).unwrap() {
                    Value::Object(map) => drop(map.remove(key)),
                    Value::Array(list) => drop(list.remove(key.parse().unwrap())),
                    _ => unreachable!("a parent holds something"),
                }
            }
            _ => {
                // One key or item more.
                match line.pointer_mut(pointer).unwrap() {
                    Value::Object(map) => drop(map.insert("more".to_owned(), odd(which))),
                    Value::Array(list) => list.push(odd(which)),
                    other => *other = json!([other.clone()]),
                }
            }
        }
        let text = line.to_string();
        let first = answer(&text).unwrap();
        let again = answer(&text).unwrap();
        prop_assert_eq!(&first, &again, "the same line, the same answer");
        let answered: Value = serde_json::from_str(&first).unwrap();
        match (answered.get("result"), answered.get("error")) {
            (Some(result), None) => prop_assert!(result.is_object()),
            (None, Some(error)) => {
                prop_assert!(CODES.contains(&error["code"].as_str().unwrap()));
                prop_assert!(!error["message"].as_str().unwrap().is_empty());
                let path = error["path"].as_str().unwrap();
                // The place is in the line, but for a key that is missing, whose object is.
                let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
                let there = line.pointer(path).is_some();
                let missing = error["code"] == "MISSING_FIELD" && line.pointer(parent).is_some_and(Value::is_object);
                prop_assert!(there != missing, "{} in {}", first, text);
            }
            _ => prop_assert!(false, "{}", first),
        }
    }
}
