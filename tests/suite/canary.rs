//! Texts that stand nowhere else are planted in everything personal, and looked for everywhere (section 7.1, I4 and I5).

use crate::board::cut;
use crate::everything::{Schema, texts};
use serde_json::{Value, json};
use tests::{TestApp, both};

/// Identifiers of a person who does not exist.
const IDENTITY: [(&str, &str); 5] = [
    ("initials", "QXJZ"),
    ("name", "Kanarienvogel Qxjz Erfunden"),
    ("hospitalNumber", "KNR-77310442-QX"),
    ("nationalId", "KID-99018-55417-QX"),
    ("telephone", "+00 555 7731 0442"),
];
const BORN: &str = "1987-03-29";

/// Screens somebody with all of them.
async fn screen(app: &TestApp) -> String {
    let place = app.study("coordinator-sh01", "id sites { id code }").await;
    let sites = place["sites"].as_array().unwrap();
    let site = &sites.iter().find(|site| site["code"] == "SH01").unwrap()["id"];
    let mut identity = json!({ "birthDate": BORN });
    for (field, text) in IDENTITY {
        identity[field] = json!(text);
    }
    let input = json!({ "key": "canary", "study": place["id"], "site": site, "sex": "FEMALE", "birthYear": 1987,
        "screenedOn": "2026-06-01", "consents": [{ "purpose": "STUDY", "version": "1", "givenOn": "2026-06-01" }],
        "identity": identity });
    let answer = app.as_("coordinator-sh01").act("screenSubject", input, "subject { id }").await;
    answer.accepted()["subject"]["id"].as_str().unwrap().to_owned()
}

both! {
    /// An identifier stands in no column of any table, and in no answer to whoever may not read it; refusals do not repeat it.
    async fn planted_identifiers_leave_the_vault_nowhere(app: &TestApp) {
        let subject = screen(app).await;
        let coordinator = app.as_("coordinator-sh01");
        let own = "query($id: ID!) { node(id: $id) { ... on Subject { identity { value { name { value } telephone { value } } } } } }";
        let read = coordinator.query(own, json!({ "id": subject })).await;
        assert!(read.mentions("Kanarienvogel") && read.mentions("7731"), "the own site reads them: {}", read.text);

        // What is refused, and why, is told without them.
        let number = IDENTITY[2].1;
        let again = json!({ "key": "again", "subject": subject, "identity": { "name": IDENTITY[1].1, "birthDate": "1950-01-01" } });
        let refused = [
            coordinator.act("recordIdentity", again, "").await,
            app.as_("investigator-bj02").query("query($c: String!) { study(code: \"NK510\") { subject(code: $c) { id } } }", json!({ "c": number })).await,
            app.as_("data-manager").query(own, json!({ "id": number })).await,
            app.as_("data-manager").query("query($c: String!) { study(code: $c) { id } }", json!({ "c": number })).await,
        ];
        assert_eq!(refused[0].refused().field, "identity.birthDate");
        for answer in &refused[1..] {
            assert!(answer.text.contains("null"), "found by what is no code or id: {}", answer.text);
        }
        for answer in &refused {
            for (field, text) in IDENTITY {
                assert!(!answer.mentions(text), "{field} in {}", answer.text);
            }
            assert!(!answer.mentions(BORN), "{}", answer.text);
        }

        // In a form that is not asked for, in a place of another kind, and in a document that cannot be read.
        let name = IDENTITY[1].1;
        let wrong = |identity: Value| json!({ "key": "wrong", "subject": subject, "identity": identity });
        let unread = [
            coordinator.act("recordIdentity", wrong(json!({ "birthDate": "29.3.1987 QXJZ" })), "").await,
            coordinator.act("recordIdentity", wrong(json!({ "birthDate": ["QXJZ"] })), "").await,
            coordinator.act("recordIdentity", wrong(json!(name)), "").await,
            coordinator.act("recordIdentity", wrong(json!({ "name": { "first": name } })), "").await,
            coordinator.act("recordIdentity", json!({ "key": "wrong", "subject": { "name": name } }), "").await,
            coordinator.ask(&format!("mutation {{ recordIdentity(input: {{ key: \"k\", identity: {{ name: \"{name}\" ")).await,
            coordinator.ask(&format!("mutation {{ recordIdentity(input: {{ identity: {{ birthDate: \"{name}\", name: 7 }} }}) {{ revision }} }}")).await,
        ];
        for answer in &unread {
            assert!(answer.text.contains("\"errors\""), "{}", answer.text);
            for text in ["QXJZ", "Kanarienvogel", "29.3.1987"] {
                assert!(!answer.text.contains(text), "{}", answer.text);
            }
        }

        let raw = app.raw().await;
        for text in IDENTITY.iter().map(|it| it.1).chain([BORN]) {
            assert_eq!(raw.columns_with(text).await, Vec::<String>::new(), "{text}");
        }
        let metrics = app.server.get("/metrics").await.1;
        assert!(IDENTITY.iter().all(|(_, text)| !metrics.contains(text)));

        // Everything that those can ask for who read no identifiers.
        cut(app, "CUT-1", "2026-07-01").await;
        let schema = Schema::read(app).await;
        let whole = format!("{{ study(code: \"NK510\") {{ {} }} }}", schema.selection("Study", 4, &[]));
        for name in ["data-manager", "medical-monitor", "statistician", "coordinator-bj02", "dsmb-member", "administrator", "pharmacist-sh01"] {
            let answer = app.as_(name).ask(&whole).await;
            for text in IDENTITY.iter().map(|it| it.1).chain([BORN]) {
                assert!(!answer.mentions(text), "{name} reads {text}");
            }
        }
        app.sound().await;
    }

    /// A free text stands in its own column, in its image in the ledger, in answers to those who read it, and in none to the
    /// board, which is told that there is one.
    async fn planted_free_texts_stand_in_their_own_columns(app: &TestApp) {
        let subject = app.subject_id("SH01-001").await;
        let coordinator = app.as_("coordinator-sh01");
        let plant = async |mutation: &str, mut input: Value, field: &str, wanted: &str| -> Value {
            input["key"] = json!(format!("{mutation}-{field}"));
            input["subject"] = json!(subject);
            input[field] = json!(format!("Freitext-QX-{field}-442"));
            coordinator.act(mutation, input, wanted).await.accepted().clone()
        };
        let visit = json!({ "date": "2026-06-02" });
        plant("recordVisit", visit, "note", "").await;
        let event = json!({ "term": "Headache", "pt": "Headache", "start": "2026-06-02", "outcome": "UNKNOWN", "category": "NON_HAEMATOLOGICAL",
            "seriousness": ["HOSPITALISATION"], "awareOn": "2026-06-02", "grades": [{ "grade": 1, "scale": "CTCAE_V5" }],
            "causalities": [{ "agent": "NK510", "causality": "UNLIKELY" }] });
        plant("reportAdverseEvent", event, "narrative", "").await;
        let deviation = json!({ "category": "OTHER", "occurredOn": "2026-06-03" });
        plant("recordProtocolDeviation", deviation, "description", "").await;
        plant("recordIntercurrentEvent", json!({ "kind": "MISSED_VISIT", "occurredOn": "2026-06-03" }), "note", "").await;
        let drug = json!({ "class": "OTHER", "dose": "1", "unit": "mg", "route": "ORAL", "frequency": "QD", "start": "2026-06-01",
            "ongoing": true, "indication": "OTHER", "drug": "Paracetamol" });
        let taken = coordinator.act("recordMedication", { let mut it = drug; it["key"] = json!("drug"); it["subject"] = json!(subject); it },
            "medication { id revision }").await.accepted()["medication"].clone();
        let changed = json!({ "key": "changed", "medication": taken["id"], "expectedRevision": taken["revision"], "class": "OTHER", "dose": "2",
            "unit": "mg", "route": "ORAL", "frequency": "QD", "start": "2026-06-01", "ongoing": true, "indication": "OTHER", "drug": "Paracetamol",
            "reason": "Freitext-QX-change-442" });
        coordinator.act("correctMedication", changed, "").await.accepted();
        let results = json!({ "key": "results", "subject": subject, "collectedOn": "2026-06-02", "laboratory": "Freitext-QX-laboratory-442",
            "results": [{ "analyte": "alt", "raw": "31", "unit": "U/L", "uln": "40", "method": "Freitext-QX-method-442" }] });
        coordinator.act("recordLabResults", results, "").await.accepted();
        let visits = app.study("coordinator-sh01", "subject(code: \"SH01-001\") { visits { id date { value } } adverseEvents { id pt }
            protocolDeviations { id revision } }").await;
        let visits = &visits["subject"];
        let unscheduled = visits["visits"].as_array().unwrap().iter().find(|it| it["date"]["value"] == "2026-06-02").unwrap();
        let scored = json!({ "key": "scored", "visit": unscheduled["id"], "answers": { "sledai": { "present": ["rash"],
            "comments": [{ "code": "rash", "text": "Freitext-QX-comment-442" }] } } });
        coordinator.act("recordAssessment", scored, "").await.accepted();
        let headache = visits["adverseEvents"].as_array().unwrap().iter().find(|it| it["pt"] == "Headache").unwrap();
        let monitor = app.as_("medical-monitor");
        let judged = json!({ "key": "judged", "adverseEvent": headache["id"], "isDlt": false, "rationale": "Freitext-QX-rationale-442" });
        monitor.act("adjudicateDlt", judged, "").await.accepted();
        let deviation = &visits["protocolDeviations"][0];
        let classified = json!({ "key": "classified", "deviation": deviation["id"], "important": false, "affectsEfficacy": false,
            "rationale": "Freitext-QX-class-442", "expectedRevision": deviation["revision"] });
        monitor.act("classifyProtocolDeviation", classified, "").await.accepted();
        plant("withdrawSubject", json!({ "kind": "WITHDRAWN", "occurredOn": "2026-06-04" }), "reason", "").await;

        let raw = app.raw().await;
        for (field, columns) in [
            ("note", &["change.image", "intercurrent_event.note", "visit.note"][..]),
            ("narrative", &["adverse_event.narrative", "change.image"]),
            ("description", &["change.image", "protocol_deviation.description"]),
            ("reason", &["change.image", "disposition.reason"]),
            ("change", &["change.image", "change_reason.text"]),
            ("laboratory", &["change.image", "lab_result.laboratory"]),
            ("method", &["change.image", "lab_result.method"]),
            ("comment", &["assessment.items", "change.image"]),
            ("rationale", &["change.image", "dlt_adjudication.rationale"]),
            ("class", &["change.image", "protocol_deviation.rationale"]),
        ] {
            let found = raw.columns_with(&format!("Freitext-QX-{field}-442")).await;
            assert_eq!(found, columns, "{field}");
        }
        let read = "{ study(code: \"NK510\") { subject(code: \"SH01-001\") { disposition { reason { value } } } } }";
        assert!(coordinator.ask(read).await.mentions("Freitext-QX-reason-442"), "the site reads it");
        cut(app, "CUT-1", "2026-07-01").await;
        let schema = Schema::read(app).await;
        let whole = format!("{{ study(code: \"NK510\") {{ {} }} }}", schema.selection("Study", 5, &["Protocol.document"]));
        assert!(!app.server.get("/metrics").await.1.contains("Freitext-QX"));
        // Whoever reads nothing clinical, and another site.
        for name in ["pharmacist-sh01", "administrator", "coordinator-bj02", "investigator-gz03"] {
            let answer = app.as_(name).ask(&whole).await;
            let read: Vec<_> = texts(&answer.data).into_iter().filter(|(_, text)| text.contains("Freitext-QX")).collect();
            // Where a subject stands, and where a visit was, is for the pharmacist to read, with what was noted of it.
            assert!(read.iter().all(|(path, _)| name == "pharmacist-sh01" && (path.contains("visits") || path.contains("disposition"))), "{name}: {read:?}");
        }
        for name in ["dsmb-member", "dsmb-statistician"] {
            let answer = app.as_(name).ask(&whole).await;
            assert!(!answer.one().is_null(), "{}", answer.text);
            let read: Vec<_> = texts(answer.one()).into_iter().filter(|(_, text)| text.contains("Freitext-QX")).collect();
            assert_eq!(read, [], "{name}");
            let told = texts(answer.one());
            let narratives: Vec<_> = told.iter().filter(|(path, _)| path.ends_with(".narrative.state")).collect();
            assert!(narratives.iter().any(|(_, state)| state == "SUPPRESSED"), "{name}: {narratives:?}");
        }
    }
}
