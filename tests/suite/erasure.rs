//! A subject's direct identifiers are erased for good by two persons, and the ledger still holds.

use serde_json::{Value, json};
use tests::answer::Answer;
use tests::{TestApp, both};

const IDENTITY: &str =
    "subject(code: \"SH01-001\") { code identity { state value { hospitalNumber { state value } } } }";

async fn propose(app: &TestApp, name: &str, (key, subject, reason): (&str, &str, Option<&str>)) -> Answer {
    let input = json!({ "key": key, "subject": subject, "reason": reason });
    app.as_(name)
        .act("proposeIdentityErasure", input, "proposal { id act state recordKind words { field } }")
        .await
}

async fn decide(app: &TestApp, name: &str, (act, key, proposal): (&str, &str, &Value)) -> Answer {
    app.as_(name).act(act, json!({ "key": key, "proposal": proposal }), "proposal { id state }").await
}

async fn count(app: &TestApp, table: &str, subject: &str) -> i64 {
    app.raw().await.count(&format!("SELECT COUNT(*) FROM {table} WHERE {subject}")).await
}

both! {
    /// P11-09, section 4 of the vault: one person alone is refused; two destroy the key, and every chain and table holds.
    async fn identifiers_are_erased_by_two_persons(app: &TestApp) {
        let subject = app.subject_id("SH01-001").await;
        let made_up = &app.world.subjects[0];
        let before = app.study("investigator-sh01", IDENTITY).await["subject"]["identity"].clone();
        assert_eq!(before["value"]["hospitalNumber"]["value"], json!(made_up.hospital_number));
        let key = ("a", subject.as_str(), Some("The subject asked for it."));
        for (name, code) in [
            ("coordinator-sh01", "FORBIDDEN"), ("medical-monitor", "FORBIDDEN"), ("investigator-bj02", "NOT_FOUND"),
            ("administrator", "FORBIDDEN"), ("dsmb-member", "FORBIDDEN"),
        ] {
            assert_eq!(propose(app, name, key).await.refused().code, code, "{name}");
        }
        let silent = propose(app, "investigator-sh01", ("b", &subject, None)).await.refused();
        assert_eq!((silent.code.as_str(), silent.field.as_str()), ("REASON_REQUIRED", "reason"));
        let telling = format!("Number {} asked for it.", made_up.hospital_number);
        let telling = propose(app, "investigator-sh01", ("c", &subject, Some(&telling))).await.refused();
        assert_eq!((telling.code.as_str(), telling.field.as_str()), ("INVALID_VALUE", "reason"));

        let made = propose(app, "investigator-sh01", key).await;
        let proposal = made.accepted()["proposal"].clone();
        assert_eq!((&proposal["act"], &proposal["state"]), (&json!("proposeIdentityErasure"), &json!("OPEN")));
        assert_eq!((&proposal["recordKind"], &proposal["words"]), (&json!("subject"), &json!([])));
        let id = &proposal["id"];
        let alone = decide(app, "investigator-sh01", ("approve", "d", id)).await.refused();
        assert_eq!(alone.code, "SAME_PERSON");
        for (name, code) in [("investigator-bj02", "NOT_FOUND"), ("dsmb-member", "FORBIDDEN")] {
            assert_eq!(decide(app, name, ("approve", "d", id)).await.refused().code, code, "{name}");
        }
        assert_eq!(decide(app, "coordinator-sh01", ("approve", "d", id)).await.refused().code, "FORBIDDEN");
        assert_eq!(count(app, "subject_key", "1 = 1").await, 9, "nothing is erased yet");

        let done = decide(app, "data-manager", ("approve", "e", id)).await;
        assert_eq!(done.accepted()["proposal"]["state"], "APPROVED");
        let after = app.study("investigator-sh01", IDENTITY).await["subject"].clone();
        assert_eq!(after["code"], "SH01-001");
        assert!(!after.to_string().contains(&made_up.hospital_number), "{after}");
        for table in ["subject_key", "subject_identity", "identity_lookup"] {
            assert_eq!(count(app, table, "1 = 1").await, 8, "{table}");
        }
        app.sound().await;

        // Another server, which read the identifiers before or never, does not have them either.
        let other = app.another(store::Hooks::default()).await;
        let there = app.as_("investigator-sh01").at(&other.url);
        let seen = there.ask(&format!("{{ study(code: \"NK510\") {{ {IDENTITY} }} }}")).await;
        assert!(!seen.mentions(&made_up.hospital_number), "{}", seen.text);
        // Not as of before, either: there is one vault, and the key is gone from it.
        let then = format!("{{ study(code: \"NK510\", asOf: {{ revision: 5 }}) {{ {IDENTITY} }} }}");
        assert!(!there.ask(&then).await.mentions(&made_up.hospital_number));
        other.stop().await;

        assert_eq!(decide(app, "data-manager", ("approve", "f", id)).await.refused().code, "WRONG_STATE");
        let again = propose(app, "data-manager", ("g", &subject, Some("Again."))).await.refused();
        assert_eq!((again.code.as_str(), again.field.as_str()), ("WRONG_STATE", "subject"));
    }

    /// A proposal that is rejected or waits erases nothing.
    async fn a_rejected_erasure_erases_nothing(app: &TestApp) {
        let subject = app.subject_id("SH01-001").await;
        let made = propose(app, "data-manager", ("a", &subject, Some("By mistake."))).await;
        let id = made.accepted()["proposal"]["id"].clone();
        let rejected = decide(app, "investigator-sh01", ("reject", "b", &id)).await;
        assert_eq!(rejected.accepted()["proposal"]["state"], "REJECTED");
        assert_eq!(decide(app, "investigator-sh01", ("approve", "c", &id)).await.refused().code, "WRONG_STATE");
        assert_eq!(count(app, "subject_key", "1 = 1").await, 9);
        let kept = app.study("investigator-sh01", IDENTITY).await;
        assert_eq!(kept["subject"]["identity"]["value"]["hospitalNumber"]["value"], json!(app.world.subjects[0].hospital_number));
    }
}
