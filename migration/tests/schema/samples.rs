//! One full row of every table, as its ledger image. All people and results are synthetic.
//!
//! Numbers end in zeros that have to stay, times have six digits, texts are not ASCII: what a database likes
//! to change.

use serde_json::{Value, json};
use uuid::Uuid;

/// The id of a table's row here: the same name gives the same id.
pub fn id(table: &str) -> Uuid {
    let hash = |seed: u64| {
        table.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    };
    Uuid::from_u64_pair(hash(0xcbf2_9ce4_8422_2325), hash(0x9e37_79b9_7f4a_7c15))
}

/// The image of the table's row.
pub fn image(table: &str) -> Value {
    let columns = match table {
        "registered_study"
        | "person"
        | "membership"
        | "membership_proposal"
        | "service_client"
        | "setting"
        | "public_key"
        | "portal_reason"
        | "access_record" => portal(table),
        "study" | "protocol_version" | "site" | "cohort" | "planned_visit" | "data_cut" | "closed_cut"
        | "change_reason" | "proposal" | "finding" | "stopping_rule" | "redaction" => of_the_study(table),
        _ => of_a_subject(table),
    };
    let Value::Object(mut columns) = columns else { panic!("{table} has no sample") };
    // A study's row has the id of its registration.
    let own = if table == "study" { "registered_study" } else { table };
    columns.insert("id".into(), json!(id(own)));
    Value::Object(columns)
}

fn portal(table: &str) -> Value {
    match table {
        "registered_study" => json!({
            "code": "NK510-01", "title": "NK510 in refractory SLE: 难治性红斑狼疮", "masking": "SPONSOR_MASKED",
            "timeZone": "Asia/Shanghai",
        }),
        "person" => json!({
            "name": "synthetic.coordinator", "displayName": "Synthetic Coordinator", "status": "ACTIVE",
            "issuer": "https://id.example.org", "subject": "248289761001", "signInEpoch": 3,
        }),
        "membership" => json!({
            "personId": id("person"), "studyId": id("registered_study"), "role": "COORDINATOR",
            "siteIds": [id("site")], "validFrom": "2026-01-01", "validTo": "2026-12-31",
            "grantedBy": id("administrator"), "chair": false, "trainingOn": "2025-12-01",
            "delegation": "DL-7", "endedAt": "2026-11-23T09:30:00.000001Z",
            "reviewedAt": "2026-10-01T08:00:00Z", "reviewedBy": id("person"),
        }),
        "membership_proposal" => json!({
            "proposedGrant": "{\"role\":\"AUDITOR\"}", "reason": "Synthetic inspection.\n稽查", "proposedBy": id("person"),
            "proposedAt": "2026-11-23T09:30:00Z", "expiresAt": "2026-11-26T09:30:00.500Z", "state": "REJECTED",
            "decidedBy": id("person"), "decidedAt": "2026-11-24T00:00:00.000100Z", "membershipId": id("membership"),
        }),
        "service_client" => json!({
            "name": "hospital-a", "studyId": id("registered_study"), "siteId": id("site"),
            "publicJwks": "{\"keys\":[]}", "scopes": ["results:write", "status:read"], "status": "DISABLED",
        }),
        "setting" => json!({ "key": "retention", "value": "P15Y" }),
        "public_key" => {
            json!({ "kid": "k1", "purpose": "CHECKPOINT", "jwk": "{\"kty\":\"OKP\"}", "status": "ACTIVE" })
        }
        "portal_reason" => json!({ "text": "Left the synthetic team.\n不再参与" }),
        "access_record" => json!({
            "at": "2026-11-23T09:30:00.123456Z", "actorId": id("person"), "actorName": "synthetic.coordinator",
            "role": "COORDINATOR", "membershipId": id("membership"), "studyId": id("registered_study"),
            "kind": "IDENTITY", "groups": ["BIRTH_DATE"], "subjectIds": [id("subject")],
            "operation": "SubjectPage", "requestId": id("request"),
        }),
        _ => Value::Null,
    }
}

fn of_the_study(table: &str) -> Value {
    let study = id("registered_study");
    match table {
        "study" => json!({
            "studyId": study, "code": "NK510-01", "title": "NK510 in refractory SLE", "masking": "OPEN",
            "status": "RECRUITING", "registryNumber": "NCT00000000", "sponsor": "Synthetic Sponsor",
            "timeZone": "Asia/Shanghai", "plannedEnrolment": 9, "synthetic": true,
            "protocolVersionId": id("protocol_version"),
        }),
        "protocol_version" => json!({
            "studyId": study, "label": "1.0", "document": "title = \"NK510\"\n", "digest": "0".repeat(64),
            "effectiveOn": "2026-01-01",
        }),
        "site" => json!({
            "studyId": study, "ordinal": 1, "code": "SH01", "name": "上海 synthetic hospital", "country": "CN",
            "timeZone": "Asia/Shanghai", "openedOn": "2026-02-01",
        }),
        "cohort" => json!({
            "studyId": study, "level": 1, "code": "C1", "label": "Level 1", "cellsPerKg": "40000000.00",
            "capacity": 3, "status": "OPEN", "openedOn": "2026-02-02",
        }),
        "planned_visit" => json!({
            "studyId": study, "protocolVersionId": id("protocol_version"), "code": "DAY_28", "label": "Day 28",
            "ordinal": 4, "targetDay": 28, "windowBefore": 3, "windowAfter": 3, "analysisLow": 22,
            "analysisHigh": 42, "procedures": ["SLEDAI_2K", "PGA"],
        }),
        "data_cut" => json!({
            "studyId": study, "name": "DSMB 1", "clinicalCutOff": "2026-06-30",
            "openRevision": 9_007_199_254_740_991_i64, "openHash": "a".repeat(64), "codeVersion": "0.1.0",
            "rulesVersion": "1", "purpose": "Safety board",
        }),
        "closed_cut" => json!({ "studyId": study, "sealedRevision": 7, "closedHash": "b".repeat(64) }),
        "change_reason" => json!({
            "studyId": study, "subjectId": id("subject"),
            "text": { "text": "Transcription error; ring 138 0000 0000", "withhold": [[26, 39]] },
        }),
        "proposal" => json!({
            "studyId": study, "act": "UNLOCK", "payload": "{\"subject\":\"x\"}", "proposedBy": id("person"),
            "proposedAt": "2026-11-23T09:30:00Z", "expiresAt": "2026-11-30T09:30:00.500Z", "state": "REJECTED",
            "decidedBy": id("administrator"), "decidedAt": "2026-11-24T00:00:00.000100Z",
        }),
        "finding" => json!({
            "studyId": study, "subjectId": id("subject"), "rule": "VISIT_ORDER", "ruleVersion": 1,
            "recordTable": "visit", "recordId": id("visit"), "message": "Before the previous visit.",
            "state": "OPEN", "raisedOn": "2026-03-02",
        }),
        "stopping_rule" => json!({
            "studyId": study, "cohortId": id("cohort"), "rule": "DLT", "state": "PAUSE", "facts": "{\"dlts\":2}",
        }),
        "redaction" => json!({
            "studyId": study, "subjectId": id("subject"), "revision": 3, "position": 0, "replacement": "{}",
            "reason": id("change_reason"),
        }),
        _ => Value::Null,
    }
}

fn of_a_subject(table: &str) -> Value {
    let own = match table {
        "subject" => json!({
            "ordinal": 1, "siteId": id("site"), "code": "SH01-001", "status": "ON_TREATMENT", "sex": "FEMALE",
            "birthYear": 1991, "screenedOn": "2026-02-10", "eligibilityConfirmedOn": "2026-02-20",
            "enrolledOn": "2026-02-24", "bilagHistory": ["RENAL", "MUCOCUTANEOUS"],
            "identityFields": ["initials", "birthDate"], "identityCommitment": "c".repeat(64),
        }),
        "allocation" => json!({ "cohortId": id("cohort"), "allocatedOn": "2026-02-24" }),
        "consent" => json!({
            "purpose": "CROSS_BORDER", "version": "3", "givenOn": "2026-02-09", "withdrawnOn": "2026-05-01",
        }),
        "eligibility_result" => json!({
            "criterion": "I1", "criterionVersion": 2, "kind": "INCLUSION", "result": "MET", "observed": "≥ 8",
            "assessedOn": "2026-02-19", "withhold": [],
        }),
        "visit" => json!({
            "plannedCode": "DAY_28", "date": "2026-03-30", "status": "OCCURRED",
            "note": { "text": "Late bus — no effect", "withhold": [] },
        }),
        "assessment" => json!({
            "visitId": id("visit"), "instrument": "BILAG_2004", "assessedOn": "2026-03-30", "assessor": "A1",
            "items": bilag(),
        }),
        "autoantibody_panel" => json!({
            "visitId": id("visit"), "collectedOn": "2026-03-30", "laboratory": "Central",
        }),
        "dose" => json!({
            "ordinal": 1, "agent": "NK510", "plannedCellsPerKg": "40000000", "weightKg": "70.0",
            "totalCells": "2800000000", "actualCellsPerKg": "39999999.9", "givenOn": "2026-03-02",
            "startTime": "09:05", "endTime": "09:50", "lot": "L-1",
        }),
        "medication" => json!({
            "drug": "prednisone", "class": "GLUCOCORTICOID", "dose": "7.50", "unit": "mg", "route": "ORAL",
            "frequency": "EVERY_4_WEEKS", "start": "2024", "end": "2026-03", "ongoing": true, "indication": "SLE",
            "withhold": ["unit"],
        }),
        "intercurrent_event" => json!({
            "kind": "STEROID_INCREASE", "occurredOn": "2026-04-20", "days": 9,
            "note": { "text": "Flare", "withhold": [] },
        }),
        "protocol_deviation" => json!({
            "category": "EXCLUDED_MEDICATION", "occurredOn": "2026-04-21",
            "description": { "text": "A vaccine", "withhold": [] }, "important": true, "affectsEfficacy": false,
            "rationale": { "text": "Single dose", "withhold": [] },
        }),
        "deviation_review" => json!({ "through": "2026-08-31" }),
        "disposition" => json!({
            "kind": "WITHDRAWN", "occurredOn": "2026-09-01", "reason": { "text": "Moved away", "withhold": [] },
        }),
        "autoantibody_result" | "lab_result" => results(table),
        _ => events(table),
    };
    let Value::Object(mut columns) = own else { panic!("{table} has no sample") };
    columns.insert("studyId".into(), json!(id("registered_study")));
    if table != "subject" {
        columns.insert("subjectId".into(), json!(id("subject")));
    }
    Value::Object(columns)
}

fn results(table: &str) -> Value {
    match table {
        "autoantibody_result" => json!({
            "panelId": id("autoantibody_panel"), "analyte": "ANTI_DSDNA", "raw": "< 10.0 IU/mL",
            "comparator": "LESS_THAN", "value": "10.0", "qualitative": "NEGATIVE", "unit": "IU/mL",
            "standardValue": "10.00", "standardUnit": "kIU/L", "referenceLow": "0", "referenceHigh": "30.0",
            "positivityCutoff": "30.0", "method": "CLIA", "patterns": ["homogeneous"],
        }),
        _ => json!({
            "visitId": id("visit"), "analyte": "platelets", "loinc": "777-3", "raw": "201", "comparator": "GREATER_THAN",
            "value": "-0.10", "unit": "10*9/L", "standardValue": "201.000000000000000000000001",
            "standardUnit": "10*9/L", "lln": "125", "uln": "9999999999999999999999999999", "method": "impedance",
            "laboratory": "Local", "collectedOn": "2026-03-30", "collectedAt": "23:59",
        }),
    }
}

fn events(table: &str) -> Value {
    match table {
        "adverse_event" => json!({
            "term": "发热 (fever)", "soc": "General disorders", "pt": "Pyrexia", "start": "2026-03-05",
            "end": "2026-03", "outcome": "RECOVERED", "seriousness": ["HOSPITALISATION", "LIFE_THREATENING"],
            "category": "CRS", "aesi": true, "asymptomaticLaboratory": false,
            "narrative": { "text": "Ms Synthetic had fever.", "withhold": [[0, 12]] }, "awareOn": "2026-03-06",
            "withhold": ["term", "pt"],
        }),
        "adverse_event_grade" => json!({
            "adverseEventId": id("adverse_event"), "grade": 2, "scale": "ASTCT", "since": "2026-03-05",
            "findings": { "crs": { "fever": true, "hypotension": true, "vasopressors": 0, "oxygen": "LOW_FLOW" } },
        }),
        "adverse_event_causality" => json!({
            "adverseEventId": id("adverse_event"), "agent": "FLUDARABINE", "assessor": "SPONSOR",
            "causality": "UNLIKELY",
        }),
        "dlt_adjudication" => json!({
            "adverseEventId": id("adverse_event"), "isDlt": false,
            "rationale": { "text": "Below grade 3.", "withhold": [] }, "decidedOn": "2026-03-20",
        }),
        "clock" => json!({
            "adverseEventId": id("adverse_event"), "kind": "CLK_7", "startedAt": "2026-03-06T00:00:00Z",
            "dueAt": "2026-03-13T15:59:59.999999Z", "stoppedAt": "2026-03-08T08:00:00.010Z",
        }),
        _ => Value::Null,
    }
}

/// BILAG-2004 with one item of each kind: a score, a measurement whose last zero counts, yes, and not done.
fn bilag() -> Value {
    let mut places = vec![Value::Null; 97];
    places[0] = json!(4);
    places[41] = json!(0);
    places[83] = json!("1.20");
    places[84] = json!(true);
    places[88] = json!(false);
    json!({ "bilag": places, "notDueToSle": [84, 92] })
}

/// The items of the other instruments.
pub fn other_items() -> [(&'static str, Value); 4] {
    let mut places = vec![Value::Null; 24];
    places[8] = json!(true);
    places[23] = json!(false);
    [
        (
            "SLEDAI_2K",
            json!({ "sledai": places, "jointCount": 3, "comments": { "ARTHRITIS": { "text": "Both wrists", "withhold": [] } } }),
        ),
        ("PGA", json!({ "pgaHundredths": 130 })),
        (
            "LLDAS_EXTRAS",
            json!({
                "haemolyticAnaemia": false, "giActivity": null, "maintenanceTherapyOk": true,
                "noGlucocorticoidConfirmed": null,
            }),
        ),
        (
            "FLARE_EXTRAS",
            json!({
                "flare": {
                    "hospitalised": false, "severeManifestation": null, "mildModerateManifestation": true,
                    "newImmunosuppressant": null, "newNsaidOrHydroxychloroquine": null, "weightKg": "62.5",
                },
            }),
        ),
    ]
}
