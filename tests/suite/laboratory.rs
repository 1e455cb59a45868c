//! Grades of laboratory results, worked out by hand from the table of CTCAE v5.

use crate::provenance::assert_rule;
use serde_json::{Value, json};
use tests::{TestApp, both};

/// Records a sample of SH01-001, whose first dose was on 2026-03-02 at 09:00: analyte, result, unit, limits of normal.
async fn sample(app: &TestApp, day: &str, results: &[[&str; 5]]) {
    let subject = app.subject_id("SH01-001").await;
    let given = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let results: Vec<Value> = results
        .iter()
        .map(|[analyte, raw, unit, lln, uln]| {
            json!({ "analyte": analyte, "raw": raw, "unit": unit, "lln": given(lln), "uln": given(uln) })
        })
        .collect();
    let input = json!({ "key": day, "subject": subject, "collectedOn": day, "results": results });
    app.as_("coordinator-sh01").act("recordLabResults", input, "").await.accepted();
}

const GRADES: &str =
    "labResults(first: 100) { nodes { analyte collectedOn { value studyDay } ctcaeGrade { state grade reason
    baseline { raw } evidence { __typename } rule { id version parameters { name value } } } } }";

async fn grades(app: &TestApp, name: &str, code: &str) -> Value {
    let study = app.study(name, &format!("subject(code: \"{code}\") {{ {GRADES} }}")).await;
    study["subject"]["labResults"].clone()
}

fn of<'a>(all: &'a Value, analyte: &str, day: &str) -> &'a Value {
    let mut nodes = all["nodes"].as_array().unwrap().iter();
    let found = nodes.find(|node| node["analyte"] == analyte && node["collectedOn"]["value"] == day);
    &found.unwrap_or_else(|| panic!("no {analyte} of {day}"))["ctcaeGrade"]
}

/// A known grade with the baseline that it was compared with, or why it is open.
type Expected<'a> = (&'a str, &'a str, Result<(i32, Option<&'a str>), &'a str>);

const EXPECTED: [Expected<'static>; 25] = [
    // Before the first dose by the limits alone: 60 is above 40 and at most 120.
    ("alt", "2026-02-27", Ok((1, None))),
    ("ast", "2026-02-27", Ok((0, None))),
    ("neutrophils", "2026-02-27", Ok((2, None))),
    ("creatinine", "2026-02-27", Ok((0, None))),
    // 1.42, 1.5 and 3.02 times a baseline of 60, which was above the limit.
    ("alt", "2026-03-10", Ok((0, Some("60")))),
    ("alt", "2026-03-17", Ok((1, Some("60")))),
    ("alt", "2026-03-24", Ok((2, Some("60")))),
    // 22.5, 3.03 and exactly 3 times the limit of 40; the baseline of 20 was normal.
    ("ast", "2026-03-10", Ok((4, Some("20")))),
    ("ast", "2026-03-17", Ok((2, Some("20")))),
    ("ast", "2026-03-24", Ok((1, Some("20")))),
    // 1.90 times the limit.
    ("bilirubin", "2026-03-10", Ok((2, Some("12")))),
    ("bilirubin", "2026-03-17", Err("LIMIT_MISSING")),
    // 1.57 times the baseline outranks 1.1 times the limit; 1.43 times the baseline is no grade, and the limit is missing.
    ("creatinine", "2026-03-10", Ok((2, Some("70")))),
    ("creatinine", "2026-03-17", Err("LIMIT_MISSING")),
    // Exactly 0.5 is grade 3; below 0.6 may be 3 or 4.
    ("neutrophils", "2026-03-10", Ok((3, None))),
    ("neutrophils", "2026-03-17", Err("BOUND")),
    // Whatever lies below 0.2 is grade 4.
    ("lymphocytes", "2026-03-10", Ok((4, None))),
    // Without the lower limit 120 is grade 0 or 1; exactly 50 is grade 2 by itself.
    ("platelets", "2026-03-10", Err("LIMIT_MISSING")),
    ("platelets", "2026-03-17", Ok((2, None))),
    // 6.0 g/dL are 60 g/L, and the laboratory has no grade 4 of it.
    ("haemoglobin", "2026-03-10", Ok((3, None))),
    ("haemoglobin", "2026-03-24", Ok((1, None))),
    ("wbc", "2026-03-10", Ok((2, None))),
    ("wbc", "2026-03-24", Ok((1, None))),
    ("urine_pcr", "2026-03-10", Err("NOT_GRADED")),
    ("alp", "2026-03-10", Err("NOT_GRADED")),
];

async fn samples(app: &TestApp) {
    sample(
        app,
        "2026-02-27",
        &[
            ["alt", "60", "U/L", "", "40"],
            ["ast", "20", "U/L", "", "40"],
            ["creatinine", "70", "umol/L", "", "100"],
            ["bilirubin", "12", "umol/L", "", "21"],
            ["neutrophils", "1.2", "10^9/L", "1.8", ""],
        ],
    )
    .await;
    sample(
        app,
        "2026-03-10",
        &[
            ["alt", "85", "U/L", "", "40"],
            ["ast", "900", "U/L", "", "40"],
            ["alp", "100", "U/L", "", "120"],
            ["creatinine", "110", "umol/L", "", "100"],
            ["bilirubin", "40", "umol/L", "", "21"],
            ["neutrophils", "0.5", "10^9/L", "1.8", ""],
            ["lymphocytes", "<0.2", "10^9/L", "1.0", ""],
            ["platelets", "120", "10^9/L", "", ""],
            ["haemoglobin", "6.0", "g/dL", "12.0", ""],
            ["wbc", "2.99", "10^9/L", "4.0", ""],
            ["urine_pcr", "50", "mg/mmol", "", ""],
        ],
    )
    .await;
    sample(
        app,
        "2026-03-17",
        &[
            ["alt", "90", "U/L", "", "40"],
            ["ast", "121", "U/L", "", "40"],
            ["creatinine", "100", "umol/L", "", ""],
            ["bilirubin", "900", "umol/L", "", ""],
            ["neutrophils", "<0.6", "10^9/L", "1.8", ""],
            ["platelets", "50", "10^9/L", "", ""],
        ],
    )
    .await;
    sample(
        app,
        "2026-03-24",
        &[
            ["alt", "181", "U/L", "", "40"],
            ["ast", "120", "U/L", "", "40"],
            ["haemoglobin", "105", "g/L", "120", ""],
            ["wbc", "3.0", "10^9/L", "4.0", ""],
        ],
    )
    .await;
}

both! {
    /// Section 12.1 over the wire, with the not-evaluable ways and results that are bounds.
    async fn a_result_has_the_grade_of_the_table(app: &TestApp) {
        samples(app).await;
        let all = grades(app, "statistician", "SH01-001").await;
        for (analyte, day, expected) in EXPECTED {
            let told = of(&all, analyte, day);
            let (state, grade, reason) = match expected {
                Ok((grade, _)) => ("PRESENT", json!(grade), Value::Null),
                Err(reason) => ("NOT_EVALUABLE", Value::Null, json!(reason)),
            };
            assert_eq!((&told["state"], &told["grade"], &told["reason"]), (&json!(state), &grade, &reason), "{analyte} {day}");
            let baseline = expected.ok().and_then(|(_, baseline)| baseline);
            let held = baseline.map_or(Value::Null, |raw| json!({ "raw": raw }));
            // What cannot be graded may have been compared all the same.
            assert!(expected.is_err() || told["baseline"] == held, "{analyte} {day}: {told}");
            let records = 1 + usize::from(!told["baseline"].is_null());
            assert_eq!(told["evidence"].as_array().unwrap().len(), records, "{analyte} {day}");
            assert_rule(&told["rule"], "ctcae_laboratory", "1", &[]);
        }
    }

    /// Whoever reads no results reads no grades; the board reads them under study days, from a cut.
    async fn grades_are_for_whoever_reads_results(app: &TestApp) {
        samples(app).await;
        // The pharmacist reads those that could give away the treatment, of which there is none here.
        assert_eq!(grades(app, "pharmacist-sh01", "SH01-001").await, json!({ "nodes": [] }));
        assert_eq!(grades(app, "administrator", "SH01-001").await, Value::Null);
        let safety = grades(app, "safety-officer", "SH01-001").await;
        assert_eq!(of(&safety, "ast", "2026-03-10")["grade"], 4);
        crate::board::cut(app, "CUT-1", "2026-03-16").await;
        let code = app.study("dsmb-member", "subjects(first: 1) { nodes { code } }").await;
        let code = code["subjects"]["nodes"][0]["code"].as_str().unwrap().to_owned();
        let seen = grades(app, "dsmb-member", &code).await;
        let worst = seen["nodes"].as_array().unwrap().iter().find(|node| node["ctcaeGrade"]["grade"] == 4);
        // Study day 9, no date; what was taken after the cut-off is not there.
        assert_eq!(worst.unwrap()["collectedOn"], json!({ "value": null, "studyDay": 9 }));
        assert_eq!(seen["nodes"].as_array().unwrap().len(), 16);
    }
}

/// Records a sample of a subject as its coordinator: analyte, result, unit, upper limit.
async fn liver(app: &TestApp, code: &str, day: &str, results: &[[&str; 4]]) {
    let subject = app.subject_id(code).await;
    let results: Vec<Value> = results
        .iter()
        .map(|[analyte, raw, unit, uln]| json!({ "analyte": analyte, "raw": raw, "unit": unit, "uln": uln }))
        .collect();
    let input =
        json!({ "key": format!("{code}-{day}"), "subject": subject, "collectedOn": day, "results": results });
    let coordinator = format!("coordinator-{}", code[..4].to_lowercase());
    app.as_(&coordinator).act("recordLabResults", input, "").await.accepted();
}

const HYS_LAW: &str =
    "hysLaw { state outcome candidates { injuryOn { value studyDay } jaundiceOn { value studyDay } }
    evidence { __typename } rule { id version parameters { name value } } }";

async fn hys_law(app: &TestApp, name: &str, code: &str) -> Value {
    app.study(name, &format!("subject(code: \"{code}\") {{ {HYS_LAW} }}")).await["subject"]["hysLaw"].clone()
}

both! {
    /// Three times the limit of ALT and more than twice that of bilirubin, 14 days apart, without obstruction.
    async fn liver_values_are_screened_for_hys_law(app: &TestApp) {
        let alt = |raw| ["alt", raw, "U/L", "40"];
        let bilirubin = |raw| ["bilirubin", raw, "umol/L", "20"];
        let alp = |raw| ["alp", raw, "U/L", "100"];
        for (code, apart, first, outcome) in [
            // Exactly 3 and 2.05 times; alkaline phosphatase 1.99 times.
            ("SH01-001", "2026-03-24", vec![alt("120"), alp("199")], "MET"),
            // A day too far apart.
            ("SH01-002", "2026-03-25", vec![alt("120"), alp("199")], "NOT_MET"),
            // Obstruction.
            ("SH01-003", "2026-03-24", vec![alt("120"), alp("200")], "NOT_MET"),
            // Whether there was obstruction nobody looked.
            ("BJ02-001", "2026-03-24", vec![alt("120")], "NOT_EVALUABLE"),
            // Bounds: less than 3 times is no injury; more than 3 times is one; more than 2 times may be.
            ("BJ02-002", "2026-03-24", vec![alt("<120"), alp("199")], "NOT_MET"),
            ("BJ02-003", "2026-03-24", vec![alt(">120"), alp("<200")], "MET"),
            ("GZ03-001", "2026-03-24", vec![alt(">80"), alp("199")], "NOT_EVALUABLE"),
        ] {
            let ast = || ["ast", "30", "U/L", "40"];
            let all: Vec<[&str; 4]> = first.into_iter().chain([bilirubin("20"), ast()]).collect();
            liver(app, code, "2026-03-10", &all).await;
            liver(app, code, apart, &[bilirubin("41"), alt("30"), ast()]).await;
            let told = hys_law(app, "medical-monitor", code).await;
            assert_eq!(told["outcome"], outcome, "{code}: {told}");
            let state = if outcome == "NOT_EVALUABLE" { outcome } else { "PRESENT" };
            assert_eq!(told["state"], state, "{code}");
            assert_eq!(told["candidates"].as_array().unwrap().len(), usize::from(outcome == "MET"), "{code}");
            assert_eq!(told["evidence"].as_array().unwrap().len(), all.len() + 3, "{code}");
        }
        // Jaundice of which nobody knows whether the transaminases were up with it.
        liver(app, "SH01-003", "2026-03-30", &[bilirubin("41")]).await;
        assert_eq!(hys_law(app, "medical-monitor", "SH01-003").await["outcome"], "NOT_EVALUABLE");
        let told = hys_law(app, "medical-monitor", "SH01-001").await;
        let days = json!([{ "injuryOn": { "value": "2026-03-10", "studyDay": 9 },
            "jaundiceOn": { "value": "2026-03-24", "studyDay": 23 } }]);
        assert_eq!(told["candidates"], days);
        let choices = [("hys_law_bilirubin", "GT_2"), ("hys_law_window_days", "14")];
        assert_rule(&told["rule"], "hys_law", "1", &choices);
        let none = hys_law(app, "medical-monitor", "GZ03-002").await;
        assert_eq!((&none["state"], &none["outcome"]), (&json!("NOT_COLLECTED"), &json!("NOT_EVALUABLE")));

        let kept = hys_law(app, "pharmacist-sh01", "SH01-001").await;
        assert_eq!(kept, json!({ "state": "MASKED", "outcome": null, "candidates": null, "evidence": null, "rule": null }));
        crate::board::cut(app, "CUT-1", "2026-07-01").await;
        let code = app.study("dsmb-member", "subjects(first: 1) { nodes { code } }").await;
        let code = code["subjects"]["nodes"][0]["code"].as_str().unwrap().to_owned();
        let seen = hys_law(app, "dsmb-member", &code).await;
        assert_eq!(seen["candidates"][0]["injuryOn"], json!({ "value": null, "studyDay": 9 }));
    }
}
