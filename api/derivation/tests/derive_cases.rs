//! Worked cases of the `derive` interface: ours in `tests/cases`, and those of others: a file that lies beside the
//! checkout in `../shared/domain/derive-cases.json`, or one named by `TRIALGRAPH_DERIVE_CASES`.
//!
//! A case is `{id, endpoint, inputs, expected, why, tolerance?}`. A case with `error` in place of `expected` asks for a
//! refusal: its code and path. Every case runs, and the test names all that disagree.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own input has failed")]

use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

fn own_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn cases(file: &Path) -> Vec<Value> {
    let document: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let list = document.get("cases").unwrap_or(&document);
    list.as_array().unwrap_or_else(|| panic!("{} holds no cases", file.display())).clone()
}

/// What is wrong with the answer to a case, if anything.
fn disagreement(case: &Value) -> Option<String> {
    let line = json!({"id": case["id"], "endpoint": case["endpoint"], "inputs": case["inputs"]}).to_string();
    let answer: Value = serde_json::from_str(&derivation::line::answer(&line).unwrap()).unwrap();
    let name = format!("{} ({})", case["id"], case["why"]);
    if answer["id"] != case["id"] {
        return Some(format!("{name}: the id is not echoed"));
    }
    if let Some(error) = case.get("error") {
        let same = ["code", "path"].iter().all(|key| answer["error"][key] == error[key]);
        return (!same).then(|| format!("{name}: expected refusal {error}, answered {answer}"));
    }
    let tolerance = case.get("tolerance").and_then(Value::as_f64).unwrap_or(1e-6);
    let expected = case["expected"].as_object()?;
    let wrong: Vec<String> = expected
        .iter()
        .filter(|(key, value)| {
            answer["result"].get(key.as_str()).is_none_or(|found| !agrees(found, value, tolerance))
        })
        .map(|(key, value)| format!("{key}: expected {value}, answered {}", answer["result"][key]))
        .collect();
    (!wrong.is_empty()).then(|| format!("{name}: {} in {answer}", wrong.join("; ")))
}

/// Whole numbers, text and truth exactly; other numbers within the tolerance, relative to max(1, |expected|).
fn agrees(found: &Value, expected: &Value, tolerance: f64) -> bool {
    match (found, expected) {
        (Value::Number(found), Value::Number(expected)) => {
            let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
            if expected.fract() == 0.0 && found.fract() == 0.0 {
                return found == expected;
            }
            (found - expected).abs() <= tolerance * expected.abs().max(1.0)
        }
        (Value::Array(found), Value::Array(expected)) => {
            found.len() == expected.len()
                && found.iter().zip(expected).all(|(found, expected)| agrees(found, expected, tolerance))
        }
        (Value::Object(found), Value::Object(expected)) => {
            found.len() == expected.len()
                && expected
                    .iter()
                    .all(|(key, value)| found.get(key).is_some_and(|found| agrees(found, value, tolerance)))
        }
        (found, expected) => found == expected,
    }
}

fn run(files: &[PathBuf]) -> usize {
    let all: Vec<Value> = files.iter().flat_map(|file| cases(file)).collect();
    let wrong: Vec<String> = all.iter().filter_map(disagreement).collect();
    assert!(wrong.is_empty(), "{} of {} cases disagree:\n{}", wrong.len(), all.len(), wrong.join("\n"));
    all.len()
}

#[test]
fn our_worked_cases_agree() {
    assert!(run(&own_files()) > 100, "cases are missing");
}

/// Cases that somebody else worked out: the file that the environment names, which has to be there, else the one beside
/// the checkout, when there is one.
#[test]
fn the_cases_of_others_agree() {
    let named = std::env::var_os("TRIALGRAPH_DERIVE_CASES").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/domain/derive-cases.json");
    if let Some(file) = named.or_else(|| Some(beside).filter(|file| file.exists())) {
        let count = run(std::slice::from_ref(&file));
        assert!(count > 0, "{} holds no cases", file.display());
        println!("{count} cases of {} agree", file.display());
    }
}
