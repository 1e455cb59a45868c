//! One garden declared twice, by the library's macros and by ours: the same documents give the same bytes.

use crate::garden::{MODES, answer, ours, stock, text};
use async_graphql::{Response, Value};
use serde_json::json;

/// `Name { .. }` lines of documents; where variables are given, they follow.
fn corpus() -> Vec<(&'static str, serde_json::Value)> {
    let mut corpus: Vec<_> = include_str!("garden/corpus.graphql")
        .split("\n---\n")
        .map(|document| {
            let document = document.trim();
            match document.strip_prefix("# variables: ").and_then(|rest| rest.split_once('\n')) {
                Some((variables, document)) => (document, serde_json::from_str(variables).expect("is JSON")),
                None => (document, json!({})),
            }
        })
        .collect();
    corpus.push((INTROSPECTION, json!({})));
    corpus
}

const INTROSPECTION: &str = include_str!("garden/introspection.graphql");

/// Errors without codes (only ours have them), in an order of their own.
fn errors(response: &Response) -> Vec<String> {
    let strip = |error: &async_graphql::ServerError| {
        json!({ "message": error.message, "locations": error.locations, "path": error.path }).to_string()
    };
    let mut errors: Vec<_> = response.errors.iter().map(strip).collect();
    errors.sort();
    errors
}

fn data(response: Response) -> String {
    text(&Response::new(response.data))
}

fn holds_bytes(value: &Value) -> bool {
    match value {
        Value::Binary(_) => true,
        Value::Object(map) => map.values().any(holds_bytes),
        Value::List(items) => items.iter().any(holds_bytes),
        _ => false,
    }
}

#[test]
fn the_same_documents_give_the_same_bytes() {
    let (stock, ours) = (stock::schema(), ours::schema());
    let corpus = corpus();
    assert!(corpus.len() >= 60, "{} documents", corpus.len());
    let mut different = Vec::new();
    let (mut answered, mut failed, mut ready) = (0, 0, 0);
    for (document, variables) in corpus {
        let expected = answer!(stock, document, variables.clone(), objects::Mode::Value);
        let (expected_errors, expected) = (errors(&expected), data(expected));
        answered += usize::from(expected != r#"{"data":null}"#);
        failed += usize::from(!expected_errors.is_empty());
        for mode in MODES {
            let got = answer!(ours, document, variables.clone(), mode);
            ready += usize::from(holds_bytes(&got.data));
            let (got_errors, got) = (errors(&got), data(got));
            if (&got_errors, &got) != (&expected_errors, &expected) {
                different.push(format!(
                    "{mode:?} {document}\n{got}\n{expected}\n{got_errors:?}\n{expected_errors:?}"
                ));
            }
        }
    }
    assert!(different.is_empty(), "ours, then theirs:\n{}", different.join("\n\n"));
    // The comparison would be worth nothing if everything were refused, or nothing written as bytes.
    assert!(answered > 50 && failed > 3 && ready > 40, "answered {answered}, failed {failed}, ready {ready}");
}

#[test]
fn the_schemas_read_the_same() {
    assert_eq!(ours::schema().sdl(), stock::schema().sdl());
}
