//! Queries on data: what the edit checks found, filtered and paged, for whoever may read the records that they are about.

use serde_json::{Value, json};
use tests::{TestApp, both};

const QUERIES: &str =
    "query($filter: DataQueryFilter, $first: Int, $after: String) { study(code: \"NK510\") {
    dataQueries(filter: $filter, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
        edges { cursor node { id } } nodes { id revision check checkVersion message state raisedOn { value }
            subject { code } record { __typename id } } } } }";

async fn queries(app: &TestApp, name: &str, filter: Value) -> Value {
    let answer = app.as_(name).query(QUERIES, json!({ "filter": filter, "first": 100 })).await;
    answer.one()["dataQueries"].clone()
}

/// Moves the DAY_14 visit of SH01-001, whose day 1 is 2026-03-02, to another day.
pub async fn move_visit(app: &TestApp, to: &str) {
    let read = "subject(code: \"SH01-001\") { visits { id code revision } }";
    let visits = app.study("coordinator-sh01", read).await["subject"]["visits"].clone();
    let visit = visits.as_array().unwrap().iter().find(|visit| visit["code"] == "DAY_14").unwrap();
    let input = json!({ "key": to, "visit": visit["id"], "expectedRevision": visit["revision"], "code": "DAY_14",
        "date": to, "reason": "A slip in transcription." });
    app.as_("coordinator-sh01").act("correctVisit", input, "").await.accepted();
}

both! {
    /// A query opens when a record goes wrong, says which record and never a value, and closes when it is set right.
    async fn a_query_opens_with_a_record_and_closes_with_it(app: &TestApp) {
        let outside = json!({ "subject": "SH01-001", "check": "VISIT_OUTSIDE_WINDOW" });
        assert_eq!(queries(app, "data-manager", outside.clone()).await["totalCount"], 0);
        // Study day 14 is 2026-03-15; three days later it is late.
        move_visit(app, "2026-03-18").await;
        let found = queries(app, "data-manager", outside.clone()).await;
        let [query] = &found["nodes"].as_array().unwrap()[..] else { panic!("{found}") };
        assert_eq!((&query["state"], &query["subject"]["code"]), (&json!("OPEN"), &json!("SH01-001")));
        assert_eq!(query["record"]["__typename"], "Visit");
        assert!(query["message"].as_str().unwrap().contains("DAY_14"), "{query}");
        let node = "query($id: ID!) { node(id: $id) { id ... on DataQuery { check state } } }";
        let seen = app.as_("coordinator-sh01").query(node, json!({ "id": query["id"] })).await;
        assert_eq!(seen.one()["check"], "VISIT_OUTSIDE_WINDOW");
        for (name, id) in [("coordinator-bj02", &query["id"]), ("pharmacist-sh01", &query["id"])] {
            let hidden = app.as_(name).query(node, json!({ "id": id })).await;
            let unknown = json!({ "id": crate::other_site::unknown(id.as_str().unwrap()) });
            assert_eq!(hidden, app.as_(name).query(node, unknown).await, "{name}");
            assert_eq!(hidden.one(), &Value::Null, "{name}");
        }
        move_visit(app, "2026-03-15").await;
        let mut open = outside.clone();
        open["state"] = json!("OPEN");
        assert_eq!(queries(app, "data-manager", open).await["totalCount"], 0);
        let closed = queries(app, "data-manager", outside).await;
        assert_eq!((&closed["totalCount"], &closed["nodes"][0]["state"]), (&json!(1), &json!("CLOSED")));
        app.sound().await;
    }

    /// What the laboratory suggests otherwise than the investigator scored is told with the assessment and raised as a query;
    /// the score stays the investigator's. Whoever reads no results is told of none.
    async fn a_difference_to_the_laboratory_is_told_and_raised(app: &TestApp) {
        let caller = app.as_("coordinator-sh01");
        let subject = app.subject_id("SH01-001").await;
        let visit = json!({ "key": "v", "subject": subject, "date": "2026-06-20" });
        let visit = caller.act("recordVisit", visit, "visit { id }").await.accepted()["visit"]["id"].clone();
        let answers = json!({ "sledai": { "present": ["rash", "increased_dna_binding"], "unknown": [], "jointCount": 3 } });
        let form = json!({ "key": "a", "visit": visit, "answers": answers });
        let form = caller.act("recordAssessment", form, "assessment { id }").await.accepted()["assessment"]["id"].clone();
        let results = json!([{ "analyte": "platelets", "raw": "99", "unit": "10^9/L" }]);
        let sample = json!({ "key": "l", "subject": subject, "collectedOn": "2026-06-21", "results": results });
        caller.act("recordLabResults", sample, "").await.accepted();
        let told = "query($id: ID!) { node(id: $id) { ... on Assessment { sledai { code present }
            suggestions { code suggested scored differs evidence { __typename } rule { id } } } } }";
        let told = async |name: &str| app.as_(name).query(told, json!({ "id": form })).await.one().clone();
        let seen = told("coordinator-sh01").await;
        let expected = |code: &str, kind: &str| {
            json!({ "code": code, "suggested": true, "scored": false, "differs": true,
                "evidence": [{ "__typename": kind }], "rule": { "id": "sledai2k" } })
        };
        let all = seen["suggestions"].as_array().unwrap();
        let differing: Vec<&Value> = all.iter().filter(|it| it["differs"] == true).collect();
        assert_eq!(json!(differing), json!([expected("arthritis", "Assessment"), expected("thrombocytopenia", "LabResult")]));
        // The world's panel of these days agrees with the form.
        let agreed = all.iter().find(|it| it["code"] == "increased_dna_binding").unwrap();
        assert_eq!((&agreed["suggested"], &agreed["scored"], &agreed["differs"]), (&json!(true), &json!(true), &json!(false)));
        let scored = seen["sledai"].as_array().unwrap().iter().find(|it| it["code"] == "arthritis").unwrap();
        assert_eq!(scored["present"], false, "a suggestion is never a score");
        let filter = json!({ "subject": "SH01-001", "check": "LAB_SUGGESTS_OTHERWISE" });
        let raised = queries(app, "data-manager", filter).await;
        let mut raised = raised["nodes"].as_array().unwrap().iter();
        let raised = raised.find(|it| it["record"]["id"] == form).unwrap();
        let message = raised["message"].as_str().unwrap();
        assert!(message.contains("arthritis, thrombocytopenia") && !message.contains("99"), "{message}");
        assert_eq!(told("pharmacist-sh01").await, Value::Null);
        app.sound().await;
    }

    /// The row of the matrix: who reads none gets null, a site its own alone, and nobody one about a record that is
    /// kept from them.
    async fn queries_are_read_by_whom_the_matrix_says(app: &TestApp) {
        for name in ["pharmacist-sh01", "dsmb-member", "dsmb-statistician", "administrator"] {
            assert_eq!(queries(app, name, Value::Null).await, Value::Null, "{name}");
        }
        let late = json!({ "check": "LATE_ENTRY" });
        let all = queries(app, "data-manager", late.clone()).await;
        let kinds = |found: &Value| -> std::collections::BTreeSet<String> {
            let nodes = found["nodes"].as_array().unwrap().iter();
            nodes.map(|node| node["record"]["__typename"].as_str().unwrap().to_owned()).collect()
        };
        assert!(kinds(&all).contains("Assessment"), "{:?}", kinds(&all));
        for name in ["medical-monitor", "statistician", "auditor"] {
            assert_eq!(queries(app, name, late.clone()).await["totalCount"], all["totalCount"], "{name}");
        }
        // Efficacy is kept from the safety officer, and so is that there is a query about it.
        let safety = queries(app, "safety-officer", json!({ "subject": "SH01-001", "check": "LATE_ENTRY" })).await;
        assert!(!kinds(&safety).contains("Assessment") && kinds(&safety).contains("Visit"), "{:?}", kinds(&safety));
        let mine = queries(app, "coordinator-bj02", Value::Null).await;
        let subjects: Vec<&str> = mine["nodes"].as_array().unwrap().iter()
            .map(|node| node["subject"]["code"].as_str().unwrap()).collect();
        assert!(!subjects.is_empty() && subjects.iter().all(|code| code.starts_with("BJ02")), "{subjects:?}");
        let theirs = queries(app, "coordinator-bj02", json!({ "subject": "SH01-001" })).await;
        assert_eq!(theirs, queries(app, "coordinator-bj02", json!({ "subject": "SH01-999" })).await);
        assert_eq!(theirs["totalCount"], 0);
    }

    /// Pages put together are the list.
    async fn queries_come_in_pages(app: &TestApp) {
        let filter = json!({ "subject": "SH01-001" });
        let whole = queries(app, "data-manager", filter.clone()).await;
        let (mut seen, mut after) = (Vec::new(), Value::Null);
        loop {
            let variables = json!({ "filter": filter, "first": 5, "after": after });
            let page = app.as_("data-manager").query(QUERIES, variables).await.one()["dataQueries"].clone();
            assert_eq!(page["totalCount"], whole["totalCount"]);
            seen.extend(page["nodes"].as_array().unwrap().clone());
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(json!(seen), whole["nodes"]);
        assert!(seen.len() > 5, "{}", seen.len());
    }
}
