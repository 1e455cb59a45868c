//! The reference page of `trialgraph derive`: its examples run, and it leaves no endpoint and no error out.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own input has failed")]

use derivation::line::{answer, endpoints};
use serde_json::Value;
use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../../docs/derive.md");

/// What goes in and what comes out, pair by pair.
fn examples() -> Vec<(&'static str, &'static str)> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in PAGE.lines() {
        if line.starts_with("```") {
            inside = line == "```jsonl";
        } else if inside {
            lines.push(line);
        }
    }
    assert!(lines.len().is_multiple_of(2), "an example has no answer");
    lines.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

#[test]
fn every_example_of_the_page_runs() {
    let examples = examples();
    assert!(examples.len() > 60);
    for (line, expected) in examples {
        let answer = answer(line).unwrap();
        let [found, printed] = [answer.as_str(), expected].map(|text| serde_json::from_str(text).unwrap());
        assert!(agrees(&found, &printed), "{line}\nanswered {answer}\nprinted  {expected}");
        let order = |text: &str| keys(text).join(" ");
        assert_eq!(order(&answer), order(expected), "the keys stand in another order");
    }
}

/// Equal, but for the last digits of a logarithm or quantile, which are the machine's.
fn agrees(found: &Value, printed: &Value) -> bool {
    match (found, printed) {
        (Value::Number(found), Value::Number(printed)) => {
            let (found, printed) = (found.as_f64().unwrap(), printed.as_f64().unwrap());
            (found - printed).abs() <= 1e-12 * printed.abs().max(1.0)
        }
        (Value::Array(found), Value::Array(printed)) => {
            found.len() == printed.len() && found.iter().zip(printed).all(|(one, other)| agrees(one, other))
        }
        (Value::Object(found), Value::Object(printed)) => {
            found.len() == printed.len()
                && printed.iter().all(|(key, value)| found.get(key).is_some_and(|one| agrees(one, value)))
        }
        (found, printed) => found == printed,
    }
}

/// The keys of an answer in the order in which they are written.
fn keys(text: &str) -> Vec<&str> {
    let quoted: Vec<&str> = text.split('"').collect();
    quoted.windows(2).filter(|pair| pair[1].starts_with(':')).map(|pair| pair[0]).collect()
}

#[test]
fn every_endpoint_has_an_example_and_is_named() {
    let shown: BTreeSet<String> = examples()
        .iter()
        .filter(|(_, answer)| answer.contains("\"result\""))
        .map(|(line, _)| {
            serde_json::from_str::<Value>(line).unwrap()["endpoint"].as_str().unwrap().to_owned()
        })
        .collect();
    let known: BTreeSet<String> = endpoints().map(str::to_owned).collect();
    assert_eq!(shown, known);
    for endpoint in known {
        assert!(PAGE.contains(&format!("`{endpoint}`")), "{endpoint} is not named outside of its example");
    }
}

#[test]
fn every_error_code_has_an_example() {
    for code in [
        "INVALID_JSON",
        "UNKNOWN_ENDPOINT",
        "MISSING_FIELD",
        "UNKNOWN_FIELD",
        "INVALID_TYPE",
        "INVALID_VALUE",
        "UNSUPPORTED_UNIT",
    ] {
        let shown = format!("\"error\":{{\"code\":\"{code}\"");
        assert!(examples().iter().any(|(_, answer)| answer.contains(&shown)), "{code}");
        assert!(PAGE.contains(&format!("| `{code}` |")), "{code} is not explained");
    }
}
