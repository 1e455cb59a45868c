//! The envelope of a line, its refusals and its exact numbers.

use derivation::line::answer;
use serde_json::Value;

fn answered(line: &str) -> Value {
    serde_json::from_str(&answer(line).unwrap()).unwrap()
}

fn refusal(line: &str) -> (Value, String, String) {
    let answer = answered(line);
    let text = |key: &str| answer["error"][key].as_str().unwrap_or("none").to_owned();
    (answer["id"].clone(), text("code"), text("path"))
}

fn refused(line: &str, id: Option<&str>, code: &str, path: &str) {
    let id = id.map_or(Value::Null, Value::from);
    assert_eq!(refusal(line), (id, code.to_owned(), path.to_owned()), "{line}");
}

#[test]
fn a_blank_line_has_no_answer() {
    assert_eq!(answer(""), None);
    assert_eq!(answer(" \t\r"), None);
}

#[test]
fn an_answer_is_one_line_with_the_id_as_it_came() {
    let line = r#" {"inputs":{"baseline":15,"value":9},"endpoint":"sledai_change","id":"a\n\"1\" é"} "#;
    let text = answer(line).unwrap();
    assert!(!text.contains('\n'));
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["id"], "a\n\"1\" é");
    assert_eq!(value["result"]["change"], -6);
    assert_eq!(value["result"]["percent_change"], -40.0);
}

#[test]
fn a_line_that_is_no_object_has_no_id() {
    for line in
        ["[]", "null", "7", "{", "{\"id\":\"a\"", "{\"id\":\"a\"} {}", "{'id':'a'}", "{\"id\":\"a\",}"]
    {
        refused(line, None, "INVALID_JSON", "");
    }
}

#[test]
fn the_envelope_is_checked_like_the_inputs() {
    refused(r#"{"endpoint":"sledai_change","inputs":{}}"#, None, "MISSING_FIELD", "/id");
    refused(r#"{"id":7,"endpoint":"sledai_change","inputs":{}}"#, None, "INVALID_TYPE", "/id");
    refused(r#"{"id":"a","inputs":{}}"#, Some("a"), "MISSING_FIELD", "/endpoint");
    refused(r#"{"id":"a","endpoint":null,"inputs":{}}"#, Some("a"), "INVALID_TYPE", "/endpoint");
    refused(r#"{"id":"a","endpoint":"sri3","inputs":{}}"#, Some("a"), "UNKNOWN_ENDPOINT", "/endpoint");
    refused(r#"{"id":"a","endpoint":"sri4"}"#, Some("a"), "MISSING_FIELD", "/inputs");
    refused(r#"{"id":"a","endpoint":"sri4","inputs":[]}"#, Some("a"), "INVALID_TYPE", "/inputs");
    refused(r#"{"id":"a","endpoint":"sri4","inputs":{},"note":1}"#, Some("a"), "UNKNOWN_FIELD", "/note");
    refused(r#"{"id":"a","id":"b","endpoint":"sri4","inputs":{}}"#, Some("a"), "INVALID_VALUE", "/id");
}

#[test]
fn a_key_given_twice_or_with_odd_letters_is_pointed_at() {
    let twice = r#"{"id":"a","endpoint":"sledai_change","inputs":{"baseline":1,"value":2,"value":3}}"#;
    refused(twice, Some("a"), "INVALID_VALUE", "/inputs/value");
    let odd = r#"{"id":"a","endpoint":"sledai_change","inputs":{"a/b~c":1}}"#;
    refused(odd, Some("a"), "UNKNOWN_FIELD", "/inputs/a~1b~0c");
}

#[test]
fn bytes_that_are_no_utf_8_are_no_json() {
    let answer = derivation::line::answer_bytes(b"{\"id\":\"\xff\"}").unwrap();
    assert_eq!(
        answer,
        r#"{"id":null,"error":{"code":"INVALID_JSON","message":"the line is no UTF-8","path":""}}"#
    );
    assert_eq!(derivation::line::answer_bytes(b" \r"), None);
}

#[test]
fn half_a_surrogate_pair_is_refused_and_never_stops_the_run() {
    let line = r#"{"id":"a","endpoint":"sledai2k_score","inputs":{"present":["\ud800"]}}"#;
    refused(line, Some("a"), "INVALID_VALUE", "/inputs/present/0");
    assert!(answer(r#"{"id":"\ud800","endpoint":"sledai_change","inputs":{}}"#).is_some());
}

#[test]
fn deep_nesting_is_refused_without_recursion() {
    let deep =
        format!(r#"{{"id":"a","endpoint":"sri4","inputs":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    refused(&deep, Some("a"), "INVALID_TYPE", "/inputs");
}

fn pga_limit(baseline: &str, visit: &str) -> Value {
    let grades = r#"{"constitutional":"E","mucocutaneous":"E","neuropsychiatric":"E","musculoskeletal":"E","cardiorespiratory":"E","gastrointestinal":"E","ophthalmic":"E","renal":"E","haematological":"E"}"#;
    let line = format!(
        r#"{{"id":"a","endpoint":"sri4","inputs":{{"baseline":{{"sledai":9,"pga":{baseline},"bilag":{grades}}},"visit":{{"sledai":1,"pga":{visit},"bilag":{grades}}}}}}}"#
    );
    let answer = answered(&line);
    answer["result"].get("pga_not_worse").cloned().unwrap_or(answer["error"]["code"].clone())
}

#[test]
fn numbers_are_exact_in_every_spelling() {
    assert_eq!(pga_limit("1.0", "1.3"), "NOT_MET");
    assert_eq!(pga_limit("1", "13e-1"), "NOT_MET");
    assert_eq!(pga_limit("0.1E1", "\"1.30\""), "NOT_MET");
    assert_eq!(pga_limit("\"1.00\"", "1.2999999999999999999999999"), "MET");
    assert_eq!(pga_limit("1.10", "1.400000000000000000000000000000000000"), "NOT_MET");
    assert_eq!(pga_limit("0e999", "-0"), "MET");
    assert_eq!(pga_limit("1", "1e400"), "INVALID_VALUE");
    assert_eq!(pga_limit("1", "1.00000000000000000000000000000001"), "INVALID_VALUE");
    for no_decimal in [
        "\"\"",
        "\"1.\"",
        "\".5\"",
        "\"+1\"",
        "\"01\"",
        "\" 1\"",
        "\"1,2\"",
        "\"NaN\"",
        "\"１\"",
        "\"1e0\"",
        "\"13E-1\"",
    ] {
        assert_eq!(pga_limit("1", no_decimal), "INVALID_VALUE", "{no_decimal}");
    }
    assert_eq!(pga_limit("1", "true"), "INVALID_TYPE");
}

/// What contradicts itself, or could not be computed, is refused where it stands.
#[test]
fn what_cannot_be_is_refused() {
    let of =
        |endpoint: &str, inputs: &str| format!(r#"{{"id":"a","endpoint":"{endpoint}","inputs":{inputs}}}"#);
    let event = |onset: &str, worsened: &str| {
        let ae = format!(
            r#"{{"onset":"{onset}","worsened_on":"{worsened}","category":"NON_HAEMATOLOGICAL","grade":3,"related":true}}"#
        );
        let inputs = format!(
            r#"{{"first_dose_date":"2025-06-02","followed_through_day":28,"dose_percent_received":100,"aes":[{ae}]}}"#
        );
        of("dlt_evaluation", &inputs)
    };
    assert_eq!(answered(&event("2025-06-05", "2025-06-05"))["result"]["dlt"], true);
    refused(&event("2025-06-05", "2025-06-04"), Some("a"), "INVALID_VALUE", "/inputs/aes/0/worsened_on");
    let emergence = |worsened: &str| {
        let dates = r#""first_dose_date":"2025-06-02","ae_start":"2025-05""#;
        of("treatment_emergent", &format!(r#"{{{dates},"worsened_on":"{worsened}"}}"#))
    };
    assert_eq!(answered(&emergence("2025-06-10"))["result"]["treatment_emergent"], true);
    refused(&emergence("2025-04-30"), Some("a"), "INVALID_VALUE", "/inputs/worsened_on");
    let level = |level: &str| of("proportion_ci", &format!(r#"{{"x":3,"n":9,"level":"{level}"}}"#));
    assert!(answered(&level("0.999999999999999"))["result"]["wilson"].is_array());
    refused(&level("0.99999999999999999"), Some("a"), "INVALID_VALUE", "/inputs/level");
    let titre = |value: &str| of("ana_titre_change", &format!(r#"{{"baseline":"1:160","value":"{value}"}}"#));
    assert_eq!(answered(&titre("NEGATIVE"))["result"]["seroconversion"], "TO_NEGATIVE");
    refused(&titre("<1:80"), Some("a"), "INVALID_VALUE", "/inputs/value");
    let levels = |levels: &str| of("boin_mtd", &format!(r#"{{"target":"0.3","levels":{levels}}}"#));
    assert_eq!(answered(&levels("[]"))["result"]["mtd_level"], serde_json::Value::Null);
    refused(&levels(r#"[{"dlt":2,"n":1}]"#), Some("a"), "INVALID_VALUE", "/inputs/levels/0/dlt");
}

#[test]
fn a_whole_number_may_be_written_as_one_in_any_way() {
    let change = |value: &str| {
        let line =
            format!(r#"{{"id":"a","endpoint":"sledai_change","inputs":{{"baseline":10,"value":{value}}}}}"#);
        let answer = answered(&line);
        answer["result"].get("change").cloned().unwrap_or(answer["error"]["code"].clone())
    };
    assert_eq!(change("4.0"), -6);
    assert_eq!(change("4e0"), -6);
    assert_eq!(change("-1"), "INVALID_VALUE");
    assert_eq!(change("4.5"), "INVALID_TYPE");
    assert_eq!(change("\"4\""), "INVALID_TYPE");
    assert_eq!(change("99999999999999999999"), "INVALID_VALUE", "whole, and out of range");
    assert_eq!(change("1e20"), "INVALID_VALUE");
    assert_eq!(change("99999999999999999999999999999999999999999"), "INVALID_VALUE");
    assert_eq!(change("1e-400"), "INVALID_TYPE");
}
