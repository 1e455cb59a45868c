//! P11-04, P11-40: every kind of record is set right over the API, with a reason and the revision that was read.

use serde_json::{Value, json};
use tests::{Answer, TestApp, both};

/// Everything of a subject that can be corrected, as its coordinator reads it.
const RECORDS: &str = "subject(code: \"SH01-001\") { id consents { id revision version givenOn { value } purpose }
    visits { id revision code date { value } } autoantibodyPanels { id revision collectedOn { value } laboratory
        results { id revision analyte raw unit referenceHigh positivityCutoff method patterns } }
    labResults { nodes { id revision analyte raw collectedOn { value } collectedAt } }
    doses { id revision agent ordinal givenOn { value } weightKg totalCells startTime endTime lot }
    medications { id revision drug dose }
    adverseEvents { id revision asymptomaticLaboratory awareOn { value }
        grades { id revision grade since { value } } causalities { id revision causality } }
    intercurrentEvents { id revision days } disposition { id revision kind occurredOn { value } reason { value } } }";

async fn records(app: &TestApp) -> Value {
    app.study("coordinator-sh01", RECORDS).await["subject"].clone()
}

async fn done(app: &TestApp, mutation: &str, input: Value) {
    app.as_("coordinator-sh01").act(mutation, input, "").await.accepted();
}

/// What the world lacks: a laboratory result, an intercurrent event, and the end of participation.
async fn complete(app: &TestApp) {
    let subject = app.subject_id("SH01-001").await;
    let results = json!([{ "analyte": "haemoglobin", "raw": "12.5", "unit": "g/dL" }]);
    let sample = json!({ "key": "c-1", "subject": subject, "collectedOn": "2026-06-01", "results": results });
    done(app, "recordLabResults", sample).await;
    let happened =
        json!({ "key": "c-2", "subject": subject, "kind": "MISSED_VISIT", "occurredOn": "2026-06-02" });
    done(app, "recordIntercurrentEvent", happened).await;
    let ended = json!({ "key": "c-3", "subject": subject, "kind": "WITHDRAWN", "occurredOn": "2026-07-01",
        "reason": "moved away" });
    done(app, "withdrawSubject", ended).await;
}

/// A correction: the mutation, the record with its id and revision, the input's name of it, the rest of the input, and
/// what the payload then says.
struct Row {
    mutation: &'static str,
    place: &'static str,
    record: Value,
    fields: Value,
    wanted: &'static str,
    says: Value,
}

fn table(held: &Value) -> Vec<Row> {
    let row = |mutation, place, record: &Value, fields, wanted, says| Row {
        mutation,
        place,
        record: record.clone(),
        fields,
        wanted,
        says,
    };
    let panel = &held["autoantibodyPanels"][0];
    let event = &held["adverseEvents"][0];
    let day = |of: &Value| of["value"].clone();
    vec![
        row(
            "correctVisit",
            "visit",
            &held["visits"][0],
            json!({ "code": "SCREENING", "date": day(&held["visits"][0]["date"]), "note": "came late" }),
            "visit { note { value } }",
            json!({ "note": { "value": "came late" } }),
        ),
        row(
            "correctConsent",
            "consent",
            &held["consents"][0],
            json!({ "version": "1.1", "givenOn": day(&held["consents"][0]["givenOn"]) }),
            "consent { version }",
            json!({ "version": "1.1" }),
        ),
        row(
            "correctAutoantibodyPanel",
            "panel",
            panel,
            json!({ "collectedOn": day(&panel["collectedOn"]), "laboratory": "Local" }),
            "panel { laboratory }",
            json!({ "laboratory": "Local" }),
        ),
        row(
            "correctAutoantibodyResult",
            "autoantibodyResult",
            &panel["results"][0],
            json!({ "analyte": "ANTI_DSDNA", "raw": "<10", "unit": "IU/mL", "referenceHigh": "30" }),
            "autoantibodyResult { comparator value }",
            json!({ "comparator": "LESS_THAN", "value": "10" }),
        ),
        row(
            "correctLabResult",
            "labResult",
            &held["labResults"]["nodes"][0],
            json!({ "analyte": "haemoglobin", "raw": "11.5", "unit": "g/dL", "collectedOn": "2026-06-01",
                "collectedAt": "08:30" }),
            "labResult { raw standardValue collectedAt }",
            json!({ "raw": "11.5", "standardValue": "115.0", "collectedAt": "08:30" }),
        ),
        row(
            "correctDose",
            "dose",
            &held["doses"][0],
            json!({ "agent": "NK510", "givenOn": day(&held["doses"][0]["givenOn"]), "weightKg": "64",
                "totalCells": "2400000000", "lot": "LOT-0" }),
            // 2 400 000 000 cells for 64 kg.
            "dose { weightKg actualCellsPerKg lot startTime }",
            json!({ "weightKg": "64", "actualCellsPerKg": "37500000", "lot": "LOT-0", "startTime": null }),
        ),
        row(
            "correctMedication",
            "medication",
            &held["medications"][0],
            json!({ "drug": "prednisone", "class": "GLUCOCORTICOID", "dose": "7.5", "unit": "mg", "route": "ORAL",
                "frequency": "QD", "start": "2025-11", "ongoing": true, "indication": "SLE" }),
            "medication { dose }",
            json!({ "dose": "7.5" }),
        ),
        row(
            "correctAdverseEvent",
            "adverseEvent",
            event,
            json!({ "term": "Fever", "pt": "Pyrexia", "start": "2026-03-04", "end": "2026-03-07",
                "outcome": "RECOVERED", "category": "CRS" }),
            "adverseEvent { term { value } seriousness narrative { state } }",
            json!({ "term": { "value": "Fever" }, "seriousness": [], "narrative": { "state": "NOT_COLLECTED" } }),
        ),
        row(
            "correctAdverseEventGrade",
            "adverseEventGrade",
            &event["grades"][0],
            json!({ "grade": 2, "scale": "ASTCT", "since": "2026-03-05" }),
            "adverseEventGrade { grade since { value } }",
            json!({ "grade": 2, "since": { "value": "2026-03-05" } }),
        ),
        row(
            "correctIntercurrentEvent",
            "intercurrentEvent",
            &held["intercurrentEvents"][0],
            json!({ "kind": "MISSED_VISIT", "occurredOn": "2026-06-02", "days": 3 }),
            "intercurrentEvent { days }",
            json!({ "days": 3 }),
        ),
        row(
            "correctDisposition",
            "disposition",
            &held["disposition"],
            json!({ "kind": "COMPLETED", "occurredOn": "2026-07-02" }),
            "disposition { kind reason { state } }",
            json!({ "kind": "COMPLETED", "reason": { "state": "NOT_COLLECTED" } }),
        ),
    ]
}

async fn ask(app: &TestApp, row: &Row, (key, reason, revision): (&str, Option<&str>, Option<u64>)) -> Answer {
    let mut input = row.fields.clone();
    input["key"] = json!(format!("{}-{key}", row.mutation));
    input[row.place] = row.record["id"].clone();
    input["reason"] = json!(reason);
    input["expectedRevision"] = json!(revision);
    app.as_("coordinator-sh01").act(row.mutation, input, row.wanted).await
}

both! {
    /// Each kind: not without the revision that was read, not on a newer one, not without a reason; then it says what
    /// it shall, and the trail says what it said before and why.
    async fn every_kind_of_record_is_corrected(app: &TestApp) {
        complete(app).await;
        let held = records(app).await;
        let rows = table(&held);
        for row in &rows {
            let read = row.record["revision"].as_u64().unwrap_or_else(|| panic!("{}", row.mutation));
            let why = Some("A slip in transcription.");
            let code = async |with| ask(app, row, with).await.refused().code;
            assert_eq!(code(("none", why, None)).await, "REQUIRED", "{}", row.mutation);
            assert_eq!(code(("stale", why, Some(read - 1))).await, "CONFLICT", "{}", row.mutation);
            assert_eq!(code(("unsaid", None, Some(read))).await, "REASON_REQUIRED", "{}", row.mutation);
            let answer = ask(app, row, ("good", why, Some(read))).await;
            let payload = answer.accepted();
            assert_eq!(payload[row.place], row.says, "{}", row.mutation);
            let again = ask(app, row, ("again", why, Some(read))).await;
            assert_eq!(again.refused().code, "CONFLICT", "{}: somebody changed it since", row.mutation);
        }
        let subject = "subject(code: \"SH01-001\") { status history(first: 50) { nodes { command
            changes { kind fields { name after } } } } }";
        // The monitor of the sponsor reads the stopping rules that stand in some of the entries beside the reason.
        let seen = app.study("medical-monitor", subject).await["subject"].clone();
        assert_eq!(seen["status"], "COMPLETED", "the end that was corrected says where the subject stands");
        let entries = seen["history"]["nodes"].as_array().unwrap();
        for row in &rows {
            let entry = entries.iter().find(|entry| entry["command"] == row.mutation);
            let changes = entry.unwrap_or_else(|| panic!("no {} in {seen}", row.mutation))["changes"].to_string();
            assert!(changes.contains("A slip in transcription."), "{}: {changes}", row.mutation);
        }
        app.sound().await;
    }

    /// What is not found says so at the field that names the record, and an id of another kind is no such record.
    async fn an_id_of_another_kind_is_no_record(app: &TestApp) {
        complete(app).await;
        let held = records(app).await;
        for row in table(&held) {
            let record = json!({ "id": held["id"], "revision": 1 });
            let wrong = Row { record, ..row };
            let refused = ask(app, &wrong, ("wrong", Some("x"), Some(1))).await.refused();
            assert_eq!((refused.code.as_str(), refused.field.as_str()), ("NOT_FOUND", wrong.place), "{}", wrong.mutation);
        }
    }

    /// What was judged is judged again with a reason and the judgement's own revision.
    async fn judgements_are_made_again_with_a_reason(app: &TestApp) {
        let event = "subject(code: \"SH01-001\") { adverseEvents { id revision adjudication { value { revision isDlt } }
            causalities { revision assessor causality } } }";
        let read = async || {
            let study = app.study("investigator-sh01", event).await;
            study["subject"]["adverseEvents"][0].clone()
        };
        let id = read().await["id"].clone();
        let decide = json!({ "key": "d-1", "adverseEvent": id, "isDlt": true, "rationale": "by the rule" });
        app.as_("medical-monitor").act("adjudicateDlt", decide, "").await.accepted();
        let revision = read().await["adjudication"]["value"]["revision"].clone();
        let mut again = json!({ "key": "d-2", "adverseEvent": id, "isDlt": false, "rationale": "alternative cause" });
        assert_eq!(app.as_("medical-monitor").act("adjudicateDlt", again.clone(), "").await.refused().code, "REQUIRED");
        again["expectedRevision"] = revision;
        again["reason"] = json!("The biopsy came in.");
        again["key"] = json!("d-3");
        app.as_("medical-monitor").act("adjudicateDlt", again, "").await.accepted();
        assert_eq!(read().await["adjudication"]["value"]["isDlt"], false);

        let judge = |key: &str, causality: &str| {
            json!({ "key": key, "adverseEvent": id, "agent": "NK510", "causality": causality })
        };
        app.as_("safety-officer").act("assessSponsorCausality", judge("j-1", "POSSIBLE"), "").await.accepted();
        let held = read().await["causalities"].clone();
        let sponsors = held.as_array().unwrap().iter().find(|it| it["assessor"] == "SPONSOR").unwrap();
        let mut other = judge("j-2", "UNLIKELY");
        other["reason"] = json!("The course speaks against it.");
        other["expectedRevision"] = sponsors["revision"].clone();
        app.as_("safety-officer").act("assessSponsorCausality", other, "").await.accepted();
        app.sound().await;
    }
}
