//! ASTCT grades of cytokine release syndrome and neurotoxicity, from what was found on the day of a grade.

use crate::provenance::assert_rule;
use serde_json::{Value, json};
use tests::both;

const GRADES: &str = "adverseEvent { id revision grades { id revision grade scale since { value } astct { grade
    crs { fever hypotension vasopressors oxygen } icans { iceScore consciousness seizure motorWeakness oedema }
    rule { id version parameters { name value } } } } }";

fn event(subject: &str, key: &str, category: &str, grades: Value) -> Value {
    json!({ "key": key, "subject": subject, "term": "Made up", "start": "2026-03-11", "outcome": "UNKNOWN",
        "category": category, "grades": grades, "causalities": [{ "agent": "NK510", "causality": "RELATED" }] })
}

both! {
    /// Section 8, ASTCT: the worst of blood pressure and oxygen; findings say the grade, follow it and are corrected with it.
    async fn a_crs_is_graded_by_what_was_found(app: &TestApp) {
        let coordinator = app.as_("coordinator-sh01");
        let subject = app.subject_id("SH01-001").await;
        // Fever and low-flow oxygen, no hypotension: grade 2.
        let found = json!({ "crs": { "fever": true, "hypotension": false, "vasopressors": 0, "oxygen": "LOW_FLOW" } });
        let grades = json!([{ "scale": "ASTCT", "findings": found }]);
        let told = coordinator.act("reportAdverseEvent", event(&subject, "crs-1", "CRS", grades), GRADES).await;
        let event = told.accepted()["adverseEvent"].clone();
        let first = &event["grades"][0];
        assert_eq!((&first["grade"], &first["scale"]), (&json!(2), &json!("ASTCT")));
        assert_eq!((&first["astct"]["grade"], &first["astct"]["crs"]), (&json!(2), &found["crs"]));
        assert_eq!(first["astct"]["icans"], Value::Null);
        assert_rule(&first["astct"]["rule"], "astct_crs", "1", &[]);

        // One vasopressor two days later: grade 3, and nothing else is possible.
        let follow = |key: &str, grade: Value| {
            json!({ "key": key, "adverseEvent": event["id"], "expectedRevision": event["revision"],
                "grade": { "grade": grade, "scale": "ASTCT", "since": "2026-03-13",
                    "findings": { "crs": { "fever": true, "vasopressors": 1, "oxygen": "LOW_FLOW" } } } })
        };
        let wrong = coordinator.act("followAdverseEvent", follow("crs-2", json!(2)), GRADES).await.refused();
        assert_eq!((wrong.code.as_str(), wrong.field.as_str()), ("INVALID_VALUE", "grade.grade"));
        assert!(wrong.message.contains("grades it 3:"), "{}", wrong.message);
        let told = coordinator.act("followAdverseEvent", follow("crs-2b", Value::Null), GRADES).await;
        let second = told.accepted()["adverseEvent"]["grades"][1].clone();
        assert_eq!((&second["grade"], &second["astct"]["crs"]["hypotension"]), (&json!(3), &Value::Null));

        // A second vasopressor was forgotten: grade 4.
        let correct = json!({ "key": "crs-3", "adverseEventGrade": second["id"], "expectedRevision": second["revision"],
            "reason": "The chart tells of a second one.", "scale": "ASTCT", "since": "2026-03-13",
            "findings": { "crs": { "fever": true, "vasopressors": 2, "oxygen": "LOW_FLOW" } } });
        let said = "adverseEventGrade { grade astct { grade crs { vasopressors } } }";
        let told = coordinator.act("correctAdverseEventGrade", correct, said).await;
        let corrected = &told.accepted()["adverseEventGrade"];
        assert_eq!(corrected, &json!({ "grade": 4, "astct": { "grade": 4, "crs": { "vasopressors": 2 } } }));

        // The board reads it in its cut.
        crate::board::cut(app, "CUT-1", "2026-03-31").await;
        let asked = "{ study(code: \"NK510\") { subjects(first: 9) { nodes { adverseEvents { grades { grade astct { grade
            crs { vasopressors oxygen } } } } } } } }";
        let board = app.as_("dsmb-member").ask(asked).await;
        assert!(board.text.contains("{\"grade\":4,\"astct\":{\"grade\":4,\"crs\":{\"vasopressors\":2,\"oxygen\":\"LOW_FLOW\"}}}"), "{}", board.text);
    }

    /// Neurotoxicity is the worst of ICE score, consciousness, seizure, weakness and oedema; what is missing leaves it open
    /// unless it could change nothing.
    async fn an_icans_is_graded_by_what_was_found(app: &TestApp) {
        let coordinator = app.as_("coordinator-bj02");
        let subject = app.subject_id("BJ02-001").await;
        let clear = json!({ "iceScore": 10, "consciousness": "NORMAL", "seizure": "NONE", "motorWeakness": false, "oedema": "NONE" });
        let with = |field: &str, value: Value| {
            let mut found = clear.clone();
            found[field] = value;
            found
        };
        let cases = [
            (with("iceScore", json!(7)), json!(1)),
            (with("iceScore", json!(3)), json!(2)),
            (with("consciousness", json!("TO_TOUCH")), json!(3)),
            (with("seizure", json!("PROLONGED_OR_REPETITIVE")), json!(4)),
            // Without an ICE score an awake subject may have 0 to 3.
            (with("iceScore", Value::Null), Value::Null),
        ];
        for (place, (found, grade)) in cases.into_iter().enumerate() {
            let grades = json!([{ "scale": "ASTCT", "findings": { "icans": found } }]);
            let input = event(&subject, &format!("icans-{place}"), "ICANS", grades);
            let told = coordinator.act("reportAdverseEvent", input, GRADES).await;
            let said = &told.accepted()["adverseEvent"]["grades"][0];
            assert_eq!((&said["grade"], &said["astct"]["grade"]), (&grade, &grade), "{found}");
            assert_rule(&said["astct"]["rule"], "astct_icans", "1", &[]);
        }
        let both = json!([{ "scale": "ASTCT", "findings": { "icans": clear, "crs": {} } }]);
        let answer = coordinator.act("reportAdverseEvent", event(&subject, "both", "ICANS", both), GRADES).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{}", answer.text);
        let grades = json!([{ "scale": "ASTCT", "findings": { "icans": clear } }]);
        let none = coordinator.act("reportAdverseEvent", event(&subject, "none", "ICANS", grades), GRADES).await.refused();
        assert_eq!((none.code.as_str(), none.field.as_str()), ("INVALID_VALUE", "grades.0.findings.icans"));
    }
}
