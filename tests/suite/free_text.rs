//! ACC-15: no free text leaves for the safety board with an identifier of its subject in it, whichever field it stands in.

use crate::board::cut;
use crate::everything::Schema;
use serde_json::{Value, json};
use tests::{TestApp, both};

/// Reads a selection on the study as of the cut, as a member of the board.
async fn board(app: &TestApp, selection: &str) -> Value {
    app.study("dsmb-member", selection).await
}

/// The initials of the first subject.
fn initials(app: &TestApp) -> String {
    app.world.subjects[0].initials.clone()
}

/// Acts as the coordinator of the first subject's site on that subject.
async fn act(app: &TestApp, mutation: &str, mut input: Value, wanted: &str) -> Value {
    input["key"] = json!(format!("only-{mutation}"));
    app.as_("coordinator-sh01").act(mutation, input, wanted).await.accepted().clone()
}

/// Nothing that the board reads holds the initials, wherever they were written.
async fn the_board_reads_no_initials(app: &TestApp) {
    let schema = Schema::read(app).await;
    let document = format!(
        "{{ study(code: \"NK510\") {{ {} }} }}",
        schema.selection("Study", 6, &["Protocol.document"])
    );
    for name in ["dsmb-member", "dsmb-statistician"] {
        let answer = app.as_(name).ask(&document).await;
        answer.ok();
        assert!(!answer.mentions(&initials(app)), "{name}");
    }
    app.sound().await;
}

/// The names of the fields that a row's own site withholds from the board, as they are stored.
async fn withheld(app: &TestApp, table: &str) -> Vec<String> {
    app.raw()
        .await
        .texts(&format!("SELECT CAST(withhold AS TEXT) FROM {table} WHERE CAST(withhold AS TEXT) <> '[]'"))
        .await
}

both! {
    /// A medication's drug; its unit is of a list.
    async fn a_drug_that_names_the_subject_is_withheld(app: &TestApp) {
        let (subject, name) = (app.subject_id("SH01-001").await, initials(app));
        let input = json!({ "subject": subject, "drug": format!("Own mixture of {}", name.to_lowercase()), "class": "OTHER",
            "dose": "1", "unit": "mL", "route": "ORAL", "frequency": "QD", "start": "2026-03",
            "ongoing": true, "indication": "OTHER" });
        let said = act(app, "recordMedication", input, "medication { drug unit }").await;
        assert!(said["medication"]["drug"].as_str().unwrap().contains(&name.to_lowercase()), "the site reads it");
        assert_eq!(withheld(app, "medication").await[0].replace(' ', ""), "[\"drug\"]");
        cut(app, "CUT-1", "2026-07-01").await;
        let seen = board(app, "subjects(first: 1) { nodes { medications { drug unit class } } }").await;
        let taken = seen["subjects"]["nodes"][0]["medications"].as_array().unwrap();
        assert!(taken.contains(&json!({ "drug": null, "unit": "mL", "class": "OTHER" })), "{taken:?}");
        assert!(taken.contains(&json!({ "drug": "prednisone", "unit": "mg", "class": "GLUCOCORTICOID" })), "{taken:?}");
        the_board_reads_no_initials(app).await;
    }

    /// An event's term, class and preferred term, in the event and in the table of events.
    async fn a_term_that_names_the_subject_is_withheld(app: &TestApp) {
        let (subject, name) = (app.subject_id("SH01-001").await, initials(app));
        let input = json!({ "subject": subject, "term": format!("{name} fell"), "soc": format!("Injuries of {name}"),
            "pt": format!("Fall ({name})"), "start": "2026-03-10", "outcome": "NOT_RECOVERED",
            "category": "NON_HAEMATOLOGICAL", "grades": [{ "grade": 1, "scale": "CTCAE_V5" }],
            "causalities": [{ "agent": "NK510", "causality": "PROBABLE" }] });
        let said = act(app, "reportAdverseEvent", input, "adverseEvent { term { value } pt }").await;
        assert_eq!(said["adverseEvent"]["term"]["value"], format!("{name} fell"));
        assert_eq!(withheld(app, "adverse_event").await[0].replace(' ', ""), "[\"term\",\"soc\",\"pt\"]");
        let related = "outcomes(by: TOTAL) { treatmentRelatedEvents { level term } }";
        let sponsor = app.study("medical-monitor", related).await.to_string();
        assert!(sponsor.contains(&format!("Fall ({name})")) && !sponsor.contains("(withheld)"), "{sponsor}");
        cut(app, "CUT-1", "2026-07-01").await;
        let events = "subjects(first: 1) { nodes { adverseEvents { term { state value } soc pt } } }";
        let seen = board(app, events).await;
        let events = seen["subjects"]["nodes"][0]["adverseEvents"].as_array().unwrap();
        let hidden = json!({ "term": { "state": "SUPPRESSED", "value": null }, "soc": null, "pt": null });
        assert!(events.len() == 2 && events.contains(&hidden), "{events:?}");
        let table = board(app, related).await.to_string();
        assert!(table.contains("(withheld)") && table.contains("Cytokine release syndrome"), "{table}");
        the_board_reads_no_initials(app).await;
    }

    /// A comment on a descriptor of SLEDAI-2K: the site reads it, and the board none, whatever was found in it.
    async fn comments_are_not_for_the_board(app: &TestApp) {
        let (subject, name) = (app.subject_id("SH01-001").await, initials(app));
        let visit = json!({ "subject": subject, "date": "2026-06-10" });
        let visit = act(app, "recordVisit", visit, "visit { id }").await["visit"]["id"].clone();
        let sledai = json!({ "present": ["rash", "arthritis"], "jointCount": 2, "comments": [
            { "code": "rash", "text": format!("{name} says it itches") }, { "code": "arthritis", "text": "both wrists" }] });
        let input = json!({ "visit": visit, "answers": { "sledai": sledai } });
        let wanted = "assessment { id revision sledai { code comment { state value } } }";
        let said = act(app, "recordAssessment", input, wanted).await["assessment"].clone();
        let comment = |items: &Value, code: &str| -> Value {
            let items = items.as_array().unwrap();
            items.iter().find(|item| item["code"] == code).unwrap()["comment"].clone()
        };
        assert_eq!(comment(&said["sledai"], "rash")["value"], format!("{name} says it itches"));
        assert_eq!(comment(&said["sledai"], "fever")["state"], "NOT_COLLECTED");
        let twice = json!({ "present": [], "comments": [{ "code": "rash", "text": "a" }, { "code": "rash", "text": "b" }] });
        let wrong = json!({ "key": "twice", "assessment": said["id"], "expectedRevision": said["revision"],
            "reason": "x", "answers": { "sledai": twice } });
        let refused = app.as_("coordinator-sh01").act("correctAssessment", wrong, "").await.refused();
        assert_eq!((refused.code.as_str(), refused.field.as_str()), ("DUPLICATE", "answers.sledai.comments"));
        cut(app, "CUT-1", "2026-07-01").await;
        let seen = board(app, "subjects(first: 1) { nodes { assessments(instrument: SLEDAI_2K) { sledai {
            code comment { state value } } } } }").await;
        let newest = seen["subjects"]["nodes"][0]["assessments"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(comment(&newest["sledai"], "rash"), json!({ "state": "SUPPRESSED", "value": null }));
        assert_eq!(comment(&newest["sledai"], "arthritis"), json!({ "state": "SUPPRESSED", "value": null }));
        the_board_reads_no_initials(app).await;
    }

    /// What was seen of an eligibility criterion: screened when it is written, and read by nobody of the board.
    async fn an_observation_that_names_the_subject_is_withheld(app: &TestApp) {
        let study = app.study("coordinator-sh01", "id sites { id }").await;
        let screen = json!({ "study": study["id"], "site": study["sites"][0]["id"], "sex": "FEMALE", "birthYear": 1990,
            "screenedOn": "2026-05-02", "consents": [{ "purpose": "STUDY", "version": "1", "givenOn": "2026-05-01" }],
            "identity": { "initials": initials(app) } });
        let subject = act(app, "screenSubject", screen, "subject { id }").await["subject"]["id"].clone();
        let found = |observed: String| json!([{ "criterion": "INC-02", "result": "UNKNOWN", "observed": observed }]);
        let input = json!({ "subject": subject, "assessedOn": "2026-05-03",
            "results": found(format!("{} was asked", initials(app))) });
        let said = act(app, "recordEligibility", input, "subject { eligibility { results { observed } } }").await;
        assert_eq!(said["subject"]["eligibility"]["results"][0]["observed"], format!("{} was asked", initials(app)));
        assert_eq!(withheld(app, "eligibility_result").await, ["[\"observed\"]"]);
        cut(app, "CUT-1", "2026-07-01").await;
        let seen = board(app, "subjects(first: 100) { nodes { eligibility { results { criterion observed } } } }").await;
        assert!(seen.to_string().contains("\"criterion\":\"INC-02\",\"observed\":null"), "{seen}");
        the_board_reads_no_initials(app).await;
    }

    /// How a laboratory words its method, and codes as received: nobody screens them, so the board reads none.
    async fn what_nobody_screens_the_board_does_not_read(app: &TestApp) {
        let (subject, name) = (app.subject_id("SH01-001").await, initials(app));
        let results = json!([{ "analyte": "haemoglobin", "raw": "125", "unit": "g/L", "method": format!("{name}'s tube"),
            "loinc": "718-7" }]);
        let input = json!({ "subject": subject, "collectedOn": "2026-06-01", "results": results });
        act(app, "recordLabResults", input, "").await;
        cut(app, "CUT-1", "2026-07-01").await;
        let seen = board(app, "subjects(first: 1) { nodes { labResults { nodes { raw method loinc } }
            autoantibodyPanels { results { method } } } }").await;
        let subject = &seen["subjects"]["nodes"][0];
        assert_eq!(subject["labResults"]["nodes"], json!([{ "raw": "125", "method": null, "loinc": null }]));
        assert_eq!(subject["autoantibodyPanels"][0]["results"][0]["method"], Value::Null);
        the_board_reads_no_initials(app).await;
    }
}
