//! P11-09: words that should never have been written are taken out of the ledger by two persons, and the chain stays whole.

use chrono::Duration;
use serde_json::{Value, json};
use tests::{Answer, TestApp, both};

/// A name that nobody has; it stands in the note of a visit.
const NAME: &str = "Doctor Nevermind";

/// What has to go, and where it stands.
pub struct Told {
    /// The visit.
    pub record: Value,
    /// The entry that tells of it.
    pub revision: Value,
}

/// Records a visit with the name in its note.
pub async fn told(app: &TestApp) -> Told {
    let subject = app.subject_id("SH01-001").await;
    let input = json!({ "key": "told", "subject": subject, "date": "2026-06-01", "note": format!("Seen by {NAME}.") });
    let answer = app.as_("coordinator-sh01").act("recordVisit", input, "visit { id revision }").await;
    let visit = answer.accepted()["visit"].clone();
    Told { record: visit["id"].clone(), revision: visit["revision"].clone() }
}

/// Proposes to take it out.
pub async fn propose(app: &TestApp, name: &str, (key, told): (&str, &Told)) -> Answer {
    let input = json!({ "key": key, "record": told.record, "revision": told.revision, "reason": "It names a person.",
        "words": [{ "field": "note", "text": "Seen by a doctor." }] });
    app.as_(name).act("proposeRedaction", input, "proposal { id state }").await
}

async fn decide(app: &TestApp, name: &str, (act, key, proposal): (&str, &str, &Value)) -> Answer {
    let input = json!({ "key": key, "proposal": proposal });
    app.as_(name).act(act, input, "proposal { id state decidedBy mayApprove }").await
}

const PROPOSALS: &str =
    "proposals { totalCount nodes { id act state proposedBy proposedAt expiresAt decidedBy mayApprove
    mayReject subject { code } recordKind recordId emptiedRevision words { field text } reason revision } }";

async fn proposals(app: &TestApp, name: &str) -> Value {
    app.study(name, PROPOSALS).await["proposals"].clone()
}

/// Everything that somebody reads of the subject, now and as of the entry that told of it.
async fn everything(app: &TestApp, name: &str, told: &Told) -> String {
    let subject =
        "subject(code: \"SH01-001\") { visits { note { value } } history(first: 50) { nodes { revision
        changes { kind redacted fields { name before after } } } } }";
    let then = format!("{{ study(code: \"NK510\", asOf: {{revision: {}}}) {{ {subject} }} }}", told.revision);
    let now = format!(
        "{{ study(code: \"NK510\") {{ {subject} changes(from: 1, first: 100) {{ nodes {{ fields {{ after }} }} }} }} }}"
    );
    let mut texts = String::new();
    for document in [then, now] {
        let answer = app.as_(name).ask(&document).await;
        answer.ok();
        texts.push_str(&answer.text);
    }
    texts
}

both! {
    /// One person alone is refused; another approves, and the words are gone from every answer, from history and from
    /// the table of the ledger, while every chain is as sound as before.
    async fn two_persons_take_words_out(app: &TestApp) {
        let told = told(app).await;
        for name in ["coordinator-sh01", "data-manager", "auditor"] {
            assert!(everything(app, name, &told).await.contains(NAME), "{name}");
        }
        let checkpoint = app.server.store().checkpoint(ledger::StreamId::Open(app.world.study)).await.unwrap();
        let made = propose(app, "data-manager", ("p-1", &told)).await;
        let proposal = made.accepted()["proposal"].clone();
        assert_eq!(proposal["state"], "OPEN");
        assert!(!made.mentions(NAME) && !proposals(app, "data-manager").await.to_string().contains(NAME));
        let alone = decide(app, "data-manager", ("approve", "a-1", &proposal["id"])).await.refused();
        assert_eq!((alone.code.as_str(), alone.field.as_str()), ("SAME_PERSON", "proposal"));
        assert!(everything(app, "auditor", &told).await.contains(NAME), "nothing has happened yet");

        let other = app.another(store::Hooks::default()).await;
        let seen = app.as_("auditor").at(&other.url).ask("{ study(code: \"NK510\") { subject(code: \"SH01-001\") {
            visits { note { value } } } } }").await;
        assert!(seen.mentions(NAME), "the other server has read it, too");
        let done = decide(app, "investigator-sh01", ("approve", "a-2", &proposal["id"])).await;
        let approved = &done.accepted()["proposal"];
        assert_eq!((&approved["state"], &approved["mayApprove"]), (&json!("APPROVED"), &json!(false)));
        assert_eq!(approved["decidedBy"], "Made-up investigator-sh01");
        for name in ["coordinator-sh01", "investigator-sh01", "data-manager", "auditor"] {
            let read = everything(app, name, &told).await;
            assert!(!read.contains(NAME) && read.contains("Seen by a doctor."), "{name}");
            assert!(read.contains("\"redacted\":true"), "{name}: the trail says that something was taken out");
        }
        let seen = app.as_("auditor").at(&other.url).ask("{ study(code: \"NK510\") { subject(code: \"SH01-001\") {
            visits { note { value } } } } }").await;
        assert!(!seen.mentions(NAME) && seen.mentions("Seen by a doctor."), "{}", seen.text);
        other.stop().await;

        let raw = app.raw().await;
        let emptied = format!("SELECT count(*) FROM change WHERE stream = '{}' AND revision = {} AND position = 0
            AND table_name = 'visit' AND image IS NULL AND salt IS NULL",
            ledger::StreamId::Open(app.world.study), told.revision);
        assert_eq!(raw.count(&emptied).await, 1);
        for sql in ["SELECT count(*) FROM change WHERE image LIKE '%Nevermind%'",
            "SELECT count(*) FROM visit WHERE CAST(note AS TEXT) LIKE '%Nevermind%'"] {
            assert_eq!(raw.count(sql).await, 0, "{sql}");
        }
        // Not in the pages that SQLite leaves free, nor in the log beside its file.
        for file in app.files() {
            let bytes = std::fs::read(&file).unwrap_or_default();
            let holds = bytes.windows(NAME.len()).any(|window| window == NAME.as_bytes());
            assert!(!holds, "{} still holds the words", file.display());
        }
        let inspection = store::Inspection { checkpoints: vec![checkpoint], ..store::Inspection::default() };
        assert!(app.server.store().verify(inspection).await.unwrap().is_sound());
        let again = propose(app, "data-manager", ("p-2", &told)).await.refused();
        assert_eq!((again.code.as_str(), again.field.as_str()), ("INVALID_VALUE", "revision"), "the words are gone");
        let late = decide(app, "investigator-sh01", ("reject", "a-3", &proposal["id"])).await.refused();
        assert_eq!(late.code, "WRONG_STATE");
    }

    /// A proposal is rejected by another, taken back by whoever made it, or runs out after three days.
    async fn a_proposal_is_rejected_taken_back_or_runs_out(app: &TestApp) {
        let told = told(app).await;
        let made = async |key| propose(app, "data-manager", (key, &told)).await.accepted()["proposal"]["id"].clone();
        let (rejected, back, late) = (made("p-1").await, made("p-2").await, made("p-3").await);
        let done = decide(app, "investigator-sh01", ("reject", "r-1", &rejected)).await;
        assert_eq!(done.accepted()["proposal"]["state"], "REJECTED");
        let done = decide(app, "data-manager", ("reject", "r-2", &back)).await;
        assert_eq!(done.accepted()["proposal"]["state"], "REJECTED");
        for proposal in [&rejected, &back] {
            let key = format!("a-{proposal}");
            let refused = decide(app, "investigator-sh01", ("approve", &key, proposal)).await.refused();
            assert_eq!(refused.code, "WRONG_STATE");
        }
        app.server.store().clock().shift(Duration::hours(73));
        let investigator = app.as_("investigator-sh01");
        let listed = investigator.ask(&format!("{{ study(code: \"NK510\") {{ {PROPOSALS} }} }}")).await;
        let listed = listed.one()["proposals"].clone();
        let nodes = listed["nodes"].as_array().unwrap();
        let states: Vec<&str> = nodes.iter().map(|node| node["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["EXPIRED", "REJECTED", "REJECTED"], "newest first");
        assert_eq!(nodes[0]["mayApprove"], false);
        for act in ["approve", "reject"] {
            let input = json!({ "key": format!("late-{act}"), "proposal": late });
            let refused = investigator.act(act, input, "").await.refused();
            assert_eq!((refused.code.as_str(), refused.field.as_str()), ("EXPIRED", "proposal"), "{act}");
        }
        let note = "SELECT count(*) FROM change WHERE image LIKE '%Nevermind%'";
        assert_eq!(app.raw().await.count(note).await, 1, "nothing was taken out");
        app.sound().await;
    }

    /// Who may decide sees what there is to decide, with who, when and what about; nobody else sees any, and another
    /// site's reads as not there.
    async fn proposals_are_seen_by_those_who_decide_them(app: &TestApp) {
        let told = told(app).await;
        let made = propose(app, "investigator-sh01", ("p-1", &told)).await.accepted()["proposal"].clone();
        let seen = proposals(app, "data-manager").await;
        let [proposal] = &seen["nodes"].as_array().unwrap()[..] else { panic!("{seen}") };
        for (field, says) in [
            ("act", json!("proposeRedaction")), ("state", json!("OPEN")), ("decidedBy", Value::Null),
            ("proposedBy", json!("Made-up investigator-sh01")), ("mayApprove", json!(true)), ("mayReject", json!(true)),
            ("subject", json!({ "code": "SH01-001" })), ("recordKind", json!("visit")), ("recordId", told.record.clone()),
            ("emptiedRevision", told.revision.clone()), ("reason", json!("It names a person.")),
            ("words", json!([{ "field": "note", "text": "Seen by a doctor." }])),
        ] {
            assert_eq!(proposal[field], says, "{field}");
        }
        let mine = proposals(app, "investigator-sh01").await;
        assert_eq!((&mine["totalCount"], &mine["nodes"][0]["mayApprove"]), (&json!(1), &json!(false)));
        // ACC-07: an administrator's right to approve is for proposals of the installation.
        let others = ["medical-monitor", "statistician", "monitor-sh01", "safety-officer", "coordinator-sh01",
            "pharmacist-sh01", "dsmb-member", "dsmb-statistician", "administrator", "auditor"];
        for name in others {
            assert_eq!(proposals(app, name).await, Value::Null, "{name}");
        }
        assert_eq!(proposals(app, "investigator-bj02").await, json!({ "totalCount": 0, "nodes": [] }));
        let node = "query($id: ID!) { node(id: $id) { __typename } }";
        let unknown = json!(crate::other_site::unknown(made["id"].as_str().unwrap()));
        for name in others.into_iter().chain(["investigator-bj02"]) {
            let found = app.as_(name).query(node, json!({ "id": made["id"] })).await;
            assert_eq!(found, app.as_(name).query(node, json!({ "id": unknown })).await, "{name}");
            for act in ["approve", "reject"] {
                let theirs = decide(app, name, (act, &format!("{name}-{act}"), &made["id"])).await.refused();
                assert!(["FORBIDDEN", "NOT_FOUND"].contains(&theirs.code.as_str()), "{name}: {theirs:?}");
                let none = decide(app, name, (act, &format!("{name}-{act}-none"), &unknown)).await.refused();
                assert_eq!(theirs, none, "{name}");
            }
        }
        let found = app.as_("data-manager").query(node, json!({ "id": made["id"] })).await;
        assert_eq!(found.one()["__typename"], "Proposal");
    }

    /// No row's id of the inside stands in what history says of any field, whichever record it is of.
    async fn history_names_no_row_of_the_inside(app: &TestApp) {
        let told = told(app).await;
        propose(app, "data-manager", ("p-1", &told)).await.accepted();
        let document = "{ study(code: \"NK510\") { changes(from: 0, first: 100) { nodes { fields { name before after } } }
            ledger(first: 50) { nodes { changes { fields { name before after } } } } } }";
        for name in ["auditor", "data-manager", "medical-monitor", "safety-officer", "coordinator-sh01"] {
            let answer = app.as_(name).ask(document).await;
            let texts = crate::everything::texts(answer.one());
            assert!(texts.len() > 50, "{name}: {}", answer.text);
            for (path, text) in texts {
                assert!(text.parse::<uuid::Uuid>().is_err(), "{name} reads a row's id at {path}: {text}");
            }
        }
    }

    /// A redaction takes out words of the record that is named, in the entry that is named, and of nothing else.
    async fn a_redaction_says_what_goes_and_where(app: &TestApp) {
        let told = told(app).await;
        let ask = async |key: &str, change: &dyn Fn(&mut Value)| {
            let mut input = json!({ "key": key, "record": told.record, "revision": told.revision, "reason": "x",
                "words": [{ "field": "note", "text": "Seen by a doctor." }] });
            change(&mut input);
            let refused = app.as_("data-manager").act("proposeRedaction", input, "").await.refused();
            (refused.code, refused.field)
        };
        let said = |code: &str, field: &str| (code.to_owned(), field.to_owned());
        let other = app.subject_id("SH01-002").await;
        assert_eq!(ask("k-1", &|it| it["record"] = json!(other)).await, said("NOT_FOUND", "record"));
        assert_eq!(ask("k-2", &|it| it["revision"] = json!(1)).await, said("INVALID_VALUE", "revision"));
        assert_eq!(ask("k-3", &|it| it["revision"] = json!(0)).await, said("INVALID_VALUE", "revision"));
        assert_eq!(ask("k-4", &|it| it["words"][0]["field"] = json!("date")).await, said("INVALID_VALUE", "words.0.field"));
        assert_eq!(ask("k-5", &|it| it["reason"] = Value::Null).await, said("REASON_REQUIRED", "reason"));
        let initials = app.world.subjects[0].initials.clone();
        let told = ask("k-6", &|it| it["words"][0]["text"] = json!(format!("Seen with {initials}."))).await;
        assert_eq!(told, said("INVALID_VALUE", "words.0.text"));
        app.sound().await;
    }

    /// The reason for a change may hold such words as well; its history names it.
    async fn a_reason_for_a_change_is_taken_out(app: &TestApp) {
        let read = "subject(code: \"SH01-001\") { medications { id revision } }";
        let drug = app.study("coordinator-sh01", read).await["subject"]["medications"][0].clone();
        let input = json!({ "key": "m-1", "medication": drug["id"], "expectedRevision": drug["revision"],
            "reason": format!("{NAME} said so."), "drug": "prednisone", "class": "GLUCOCORTICOID", "dose": "7.5",
            "unit": "mg", "route": "ORAL", "frequency": "QD", "start": "2025-11", "ongoing": true, "indication": "SLE" });
        let revision = app.as_("coordinator-sh01").act("correctMedication", input, "").await.accepted()["revision"].clone();
        let history = "subject(code: \"SH01-001\") { history(first: 1) { nodes { revision changes { kind nodeId } } } }";
        // The monitor of the sponsor reads what stands in the entry beside the reason, stopping rules among it.
        let newest = app.study("medical-monitor", history).await["subject"]["history"]["nodes"][0].clone();
        assert_eq!(newest["revision"], revision);
        let changes = newest["changes"].as_array().unwrap();
        let reason = changes.iter().find(|change| change["kind"] == "change reason").unwrap();
        let input = json!({ "key": "p-1", "record": reason["nodeId"], "revision": revision, "reason": "It names a person.",
            "words": [{ "field": "text", "text": "By phone." }] });
        let made = app.as_("data-manager").act("proposeRedaction", input, "proposal { id recordKind }").await;
        let proposal = made.accepted()["proposal"].clone();
        assert_eq!(proposal["recordKind"], "change reason");
        decide(app, "investigator-sh01", ("approve", "a-1", &proposal["id"])).await.accepted();
        let sql = "SELECT count(*) FROM change WHERE image LIKE '%Nevermind%'";
        assert_eq!(app.raw().await.count(sql).await, 0);
        app.sound().await;
    }
}
