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
        plant("recordIntercurrentEvent", json!({ "kind": "MISSED_VISIT", "occurredOn": "2026-06-03" }), "note", "").await;
        plant("withdrawSubject", json!({ "kind": "WITHDRAWN", "occurredOn": "2026-06-04" }), "reason", "").await;

        let raw = app.raw().await;
        for (field, columns) in [
            ("note", &["change.image", "intercurrent_event.note", "visit.note"][..]),
            ("narrative", &["adverse_event.narrative", "change.image"]),
            ("reason", &["change.image", "disposition.reason"]),
        ] {
            let found = raw.columns_with(&format!("Freitext-QX-{field}-442")).await;
            assert_eq!(found, columns, "{field}");
        }
        let read = "{ study(code: \"NK510\") { subject(code: \"SH01-001\") { disposition { reason { value } } } } }";
        assert!(coordinator.ask(read).await.mentions("Freitext-QX-reason-442"), "the site reads it");
        cut(app, "CUT-1", "2026-07-01").await;
        let schema = Schema::read(app).await;
        let whole = format!("{{ study(code: \"NK510\") {{ {} }} }}", schema.selection("Study", 5, &["Protocol.document"]));
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
