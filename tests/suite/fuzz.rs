//! Targets that take what strangers send: documents, bodies, cursors and ids. Nothing breaks them, nothing takes long,
//! and what one reader says of an input another reader says as well.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::time::Instant;
use study::view::{BoardKeys, NodeId};
use tests::fuzz::{Random, changed, corpus, run, time};
use tests::{Engine, TestApp};
use trialgraph::config::{Limits, Settings};
use trialgraph::guard::{self, Envelope, Refused, Rules};

const DOCUMENT: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "\"\"\"",
    "...",
    "@",
    "$",
    "!",
    ":",
    "=",
    "#",
    "\\",
    "fragment f on Query ",
    "...f ",
    "query ",
    "mutation ",
    "subscription ",
    "on ",
    "viewer ",
    "study(code: \"NK510\") ",
    "name ",
    "__typename ",
    "__schema ",
    "types ",
    "fields ",
    "type ",
    "@skip(if: true) ",
    "@include(if: $b) ",
    "($b: Boolean = true) ",
    "null",
    "true",
    "-1",
    "1e9",
    "first: 100 ",
    "a: ",
    "\u{feff}",
    "\\u0041",
    "\\ud800",
    "🧬",
];

const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "\\",
    "null",
    "true",
    "-",
    "1e9",
    "0.1",
    "\"query\"",
    "\"variables\"",
    "\"operationName\"",
    "\"extensions\"",
    "\\u0041",
    "\\ud800",
    "{\"a\":",
    "[[",
    "]]",
    "\u{0}",
];

/// A document passes the guard or is refused; one that passes is validated and executed without harm, and is as large
/// as the other counter of the project says.
#[test]
fn documents() {
    let mut settings = Settings::default();
    settings.server.introspection = true;
    let schema = trialgraph::graphql::schema(&settings);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    run("guard", DOCUMENT, 40_000, |input| {
        let text = String::from_utf8_lossy(input);
        for introspection in [true, false] {
            let rules = Rules { introspection, ..Rules::from(&settings) };
            let admitted = match guard::admit(&text, None, rules) {
                Ok(admitted) => admitted,
                Err(refused) => {
                    assert!(!refused.message().is_empty());
                    continue;
                }
            };
            let size = objects::prepare::expanded_size(&admitted.document);
            assert!(size <= settings.limits.expanded_fields as u64, "{size} fields");
            if introspection {
                let mut request = async_graphql::Request::new(text.to_string());
                request.set_parsed_query(admitted.document);
                // Without a caller every root field is refused; validation and cost come before that.
                let mut response = runtime.block_on(schema.execute(request));
                trialgraph::graphql::code_all(&mut response, &settings.limits);
                assert!(response.errors.len() <= settings.limits.errors);
            }
        }
    });
}

/// What is in a JSON value, counted on the value itself.
fn nesting(value: &Value) -> (usize, usize, usize) {
    let fold = |all: &mut dyn Iterator<Item = &Value>| {
        all.map(nesting).fold((0, 0, 0), |a, b| (a.0.max(b.0), a.1.max(b.1), a.2.max(b.2)))
    };
    match value {
        Value::Array(items) => {
            let inner = fold(&mut items.iter());
            (inner.0 + 1, inner.1.max(items.len()), inner.2)
        }
        Value::Object(fields) => {
            let inner = fold(&mut fields.values());
            let keys = fields.keys().map(String::len).max().unwrap_or(0);
            (inner.0 + 1, inner.1, inner.2.max(keys))
        }
        Value::String(text) => (0, 0, text.len()),
        Value::Null | Value::Bool(_) | Value::Number(_) => (0, 0, 0),
    }
}

/// A body is counted before it is read: never as less than it turns out to be.
#[test]
fn bodies() {
    let limits = Limits::default();
    run("json", JSON, 100_000, |input| {
        let counted = guard::json::count(input);
        if let Ok(value) = serde_json::from_slice::<Value>(input) {
            let (deep, list, text) = nesting(&value);
            assert!(counted.nesting >= deep, "{counted:?} of {deep} levels");
            assert!(counted.list_items >= list || list <= 1, "{counted:?} of {list} items");
            assert!(counted.text_bytes >= text, "{counted:?} of {text} bytes");
        }
        match Envelope::read(input, &limits) {
            Ok(envelope) => {
                let variables = Value::Object(envelope.variables);
                assert!(nesting(&variables).0 <= limits.nesting);
            }
            Err(Refused::TooMuch { .. } | Refused::Rule(_)) => {}
            Err(Refused::Syntax { .. }) => panic!("a body is no document"),
        }
    });
}

/// An id names nothing, or exactly what it names when it is written again.
#[test]
fn ids() {
    let keys = BoardKeys { ids: [7; 32], pseudonyms: [9; 32] };
    run("ids", &["A", "_", "-", "=", "/", "+", "AAAA", "编"], 200, |input| {
        let text = String::from_utf8_lossy(input);
        let bytes = URL_SAFE_NO_PAD.encode(input);
        for id in [&*text, bytes.as_str()] {
            if let Some((node, form)) = NodeId::decode(id, &keys) {
                let again = node.encode(form, &keys);
                assert_eq!(NodeId::decode(&again, &keys), Some((node, form)), "{id}");
            }
        }
    });
}

/// Over HTTP: changed ids and cursors find nothing that is not the caller's, and no error is the server's own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_and_cursors_over_http() {
    let app = TestApp::start(Engine::Sqlite).await;
    let caller = app.as_("coordinator-sh01");
    let own = app
        .study(
            "coordinator-sh01",
            "id sites { id } subjects(first: 100) { nodes { id visits { id } assessments { id } } }",
        )
        .await;
    let foreign = app
        .study("coordinator-bj02", "subjects(first: 100) { nodes { id visits { id } assessments { id } } }")
        .await;
    let board = app.study("dsmb-member", "id subjects(first: 100) { nodes { id } }").await;
    let known = ids_in(&own);
    let mut seeds: Vec<Vec<u8>> = corpus("ids");
    for found in [&own, &foreign, &board] {
        seeds.extend(ids_in(found).into_iter().map(String::into_bytes));
    }
    let cursors: Vec<Vec<u8>> = corpus("cursors").into_iter().chain(seeds.iter().take(20).cloned()).collect();
    let mut random = Random::new(4711);
    let words = ["A", "r", ".", "0", "-", "_", "9999999999", "="];
    let ends = Instant::now() + time();
    let mut rounds = 0;
    while rounds == 0 || Instant::now() < ends {
        rounds += 1;
        let make = |random: &mut Random, seeds: &[Vec<u8>]| {
            let input =
                if rounds == 1 { random.of(seeds).clone() } else { changed(random, seeds, &words, 300) };
            String::from_utf8_lossy(&input).into_owned()
        };
        let ids: Vec<String> = (0..50).map(|_| make(&mut random, &seeds)).collect();
        let answer =
            caller.query("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await;
        for node in answer.one().as_array().unwrap() {
            assert!(
                node.is_null() || known.contains(&node["id"].as_str().unwrap().to_owned()),
                "{node} of {ids:?}"
            );
        }
        let [a, b, c, d] = std::array::from_fn(|_| make(&mut random, &cursors));
        let document = "query($a: String, $b: String, $c: String, $d: String) {
            study(code: \"NK510\") { x: subjects(first: 3, after: $a) { totalCount } y: subjects(last: 3, before: $b) { totalCount } }
            studies(after: $c) { totalCount } z: study(code: \"NK510\") { ledger(first: 1, after: $d) { nodes { revision } }
            changes(from: 0, first: 1, after: $d) { nodes { revision } } } }";
        let variables = json!({ "a": a, "b": b, "c": c, "d": d });
        for name in ["coordinator-sh01", "auditor"] {
            let answer = app.as_(name).query(document, variables.clone()).await;
            assert!(
                answer.codes().iter().all(|code| *code == "BAD_USER_INPUT"),
                "{name}: {variables}: {}",
                answer.text
            );
        }
    }
    app.stop().await;
}

/// Every id in an answer.
fn ids_in(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| match value {
                Value::String(id) if key == "id" => vec![id.clone()],
                other => ids_in(other),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(ids_in).collect(),
        _ => Vec::new(),
    }
}
