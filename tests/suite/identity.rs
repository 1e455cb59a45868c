//! Direct identifiers: shown to the subject's own site, and every read of them logged.

use serde_json::{Value, json};
use tests::{TestApp, both};

const IDENTITY: &str =
    "query Look($code: String!) { study(code: \"NK510\") { subject(code: $code) { identity { state
    value { initials { state value } birthDate { state value } hospitalNumber { state value } } } } } }";

async fn logged(app: &TestApp) -> i64 {
    app.raw().await.count("SELECT count(*) FROM access_record WHERE kind = 'IDENTITY'").await
}

both! {
    /// ACC-02, P11-32: the own site reads the identifiers and each read is in the access log before the answer is
    /// out; nobody of the sponsor reads any.
    async fn the_own_site_alone_reads_identifiers_and_every_read_is_logged(app: &TestApp) {
        let subject = &app.world.subjects[0];
        let variables = json!({ "code": subject.code });
        assert_eq!(logged(app).await, 0);
        for (count, name) in (1..).zip(["coordinator-sh01", "investigator-sh01"]) {
            // Whether the client names the operation beside the document or in it alone, the log names it.
            let caller = app.as_(name);
            let answer = match name {
                "coordinator-sh01" => caller.run("Look", IDENTITY, variables.clone()).await,
                _ => caller.query(IDENTITY, variables.clone()).await,
            };
            let value = &answer.one()["subject"]["identity"]["value"];
            assert_eq!(value["initials"], json!({ "state": "PRESENT", "value": subject.initials }), "{name}");
            assert_eq!(value["birthDate"]["value"], subject.birth_date.to_string(), "{name}");
            assert_eq!(value["hospitalNumber"]["value"], subject.hospital_number.as_str(), "{name}");
            assert_eq!(logged(app).await, count, "{name}");
        }
        let record = "SELECT actor_name || ' ' || coalesce(role, '-') || ' ' || coalesce(operation, '-') FROM access_record
            WHERE kind = 'IDENTITY' ORDER BY at";
        assert_eq!(app.raw().await.texts(record).await, [
            "Made-up coordinator-sh01 COORDINATOR Look",
            "Made-up investigator-sh01 INVESTIGATOR Look",
        ]);

        for name in ["medical-monitor", "data-manager", "statistician", "safety-officer", "pharmacist-sh01"] {
            let answer = app.as_(name).run("Look", IDENTITY, variables.clone()).await;
            let identity = &answer.one()["subject"]["identity"];
            assert_eq!((&identity["state"], &identity["value"]), (&json!("MASKED"), &Value::Null), "{name}");
            for text in [subject.initials.clone(), subject.hospital_number.clone(), subject.birth_date.to_string()] {
                assert!(!answer.mentions(&text), "{name} reads {text}");
            }
        }
        // Looking without asking for identifiers is no access to them.
        app.study("coordinator-sh01", "subjects(first: 10) { nodes { code } }").await;
        assert_eq!(logged(app).await, 2);
        app.sound().await;
    }

    /// Identifiers are on no line of the ledger and in no table as plain text.
    async fn identifiers_are_stored_encrypted_only(app: &TestApp) {
        let raw = app.raw().await;
        for subject in &app.world.subjects {
            for text in [&subject.hospital_number, &subject.birth_date.to_string()] {
                for sql in [
                    format!("SELECT count(*) FROM change WHERE image LIKE '%{text}%'"),
                    format!("SELECT count(*) FROM entry WHERE header LIKE '%{text}%'"),
                ] {
                    assert_eq!(raw.count(&sql).await, 0, "{sql}");
                }
            }
        }
    }
}
