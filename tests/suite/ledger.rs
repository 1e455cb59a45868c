//! P11-06: whatever is changed behind the ledger's back is found and named.

use entity::{FreeText, rows};
use ledger::StreamId;
use policy::Identity;
use store::Inspection;
use tests::world::{accepted, by, id};
use tests::{Lay, TestApp, both};

/// The findings of a verification against a checkpoint that somebody kept.
async fn findings(app: &TestApp, checkpoint: &str) -> Vec<String> {
    let inspection = Inspection { checkpoints: vec![checkpoint.to_owned()], ..Inspection::default() };
    let report = app.server.store().verify(inspection).await.unwrap();
    report.findings.iter().map(ToString::to_string).collect()
}

/// Does something to the database and expects that it is found, by a sentence that holds all of these words.
async fn finds(app: &TestApp, sql: &str, words: &[&str]) {
    let open = StreamId::Open(app.world.study);
    let checkpoint = app.server.store().checkpoint(open).await.unwrap();
    assert_eq!(findings(app, &checkpoint).await, Vec::<String>::new());
    let raw = app.raw().await;
    raw.unguard().await;
    let sql = sql.replace("{stream}", &open.to_string());
    assert!(raw.run(&sql).await > 0, "{sql}: changed nothing");
    let found = findings(app, &checkpoint).await.join("\n");
    assert!(words.iter().all(|word| found.contains(word)), "{sql} gives: {found}");
}

both! {
    /// One changed letter of an image.
    async fn a_changed_image_is_found(app: &TestApp) {
        finds(app, "UPDATE change SET image = replace(image, 'FOLLOW_UP', 'FOLLOW_UQ')
            WHERE stream = '{stream}' AND revision = 9 AND table_name = 'subject'", &["open", "revision 9"]).await;
    }

    /// One changed letter of a header.
    async fn a_changed_header_is_found(app: &TestApp) {
        finds(app, "UPDATE entry SET header = replace(header, 'Made-up', 'Made-uq')
            WHERE stream = '{stream}' AND revision = 10", &["open", "revision 10"]).await;
    }

    /// One changed hash.
    async fn a_changed_hash_is_found(app: &TestApp) {
        finds(app, "UPDATE entry SET hash = '0' || substr(hash, 2) WHERE stream = '{stream}' AND revision IN (2, 3, 4)
            AND substr(hash, 1, 1) <> '0'", &["open"]).await;
    }

    /// A removed change.
    async fn a_removed_change_is_found(app: &TestApp) {
        finds(app, "DELETE FROM change WHERE stream = '{stream}' AND revision = 11 AND position = 2", &["open", "revision 11"]).await;
    }

    /// The last entry removed, with the head put back: only whoever kept a checkpoint can tell.
    async fn a_removed_last_entry_is_found_against_a_checkpoint(app: &TestApp) {
        let open = StreamId::Open(app.world.study);
        let raw = app.raw().await;
        raw.unguard().await;
        raw.run(&format!("CREATE TABLE kept AS SELECT * FROM head WHERE stream = '{open}'")).await;
        let mut lay = Lay::default();
        lay.open(&rows::ChangeReason {
            id: id(),
            study_id: app.world.study,
            subject_id: None,
            text: FreeText { text: "What nobody shall know".to_owned(), withhold: Vec::new() },
        });
        let store = app.server.store();
        let last = store.decide(app.world.study, Box::new(lay), by("data-manager")).await.unwrap();
        let last = accepted(last).open.unwrap();
        let checkpoint = app.server.store().checkpoint(open).await.unwrap();
        for sql in [
            format!("DELETE FROM change WHERE stream = '{open}' AND revision = {last}"),
            format!("DELETE FROM entry WHERE stream = '{open}' AND revision = {last}"),
            format!("DELETE FROM checkpoint WHERE stream = '{open}'"),
            format!("UPDATE head SET (revision, hash, at) = (SELECT revision, hash, at FROM kept) WHERE stream = '{open}'"),
            "DELETE FROM change_reason".to_owned(),
        ] {
            assert!(raw.run(&sql).await > 0, "{sql}");
        }
        // Without the checkpoint it is a sound ledger that ends earlier.
        let report = app.server.store().verify(Inspection::default()).await.unwrap();
        assert!(report.is_sound(), "{:?}", report.findings);
        let found = findings(app, &checkpoint).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(&format!("revision {last}")), "{found:?}");
    }

    /// A row of a table changed: the ledger says what it should be.
    async fn a_changed_row_is_found(app: &TestApp) {
        finds(app, "UPDATE dose SET lot = 'LOT-X' WHERE lot = 'LOT-4'", &["dose"]).await;
    }

    /// A row of a table removed.
    async fn a_removed_row_is_found(app: &TestApp) {
        finds(app, "DELETE FROM medication WHERE id IN (SELECT id FROM medication LIMIT 1)", &["medication"]).await;
    }

    /// Identifiers removed behind the ledger's back, which no entry erased.
    async fn removed_identifiers_are_found(app: &TestApp) {
        let first = "SELECT subject_id FROM subject_identity LIMIT 1";
        finds(app, &format!("DELETE FROM subject_identity WHERE subject_id IN ({first})"), &["identifiers", "gone"]).await;
    }

    /// A destroyed key, which no entry destroyed.
    async fn a_removed_key_of_identifiers_is_found(app: &TestApp) {
        let first = "SELECT subject_id FROM subject_key LIMIT 1";
        finds(app, &format!("DELETE FROM subject_key WHERE subject_id IN ({first})"), &["identifiers", "gone"]).await;
    }

    /// Identifiers under a nonce that is not theirs.
    async fn garbled_identifiers_are_found(app: &TestApp) {
        let first = "SELECT subject_id FROM subject_identity LIMIT 1";
        let sql = format!("UPDATE subject_identity SET nonce = (SELECT nonce FROM subject_key WHERE
            subject_key.subject_id = subject_identity.subject_id) WHERE subject_id IN ({first})");
        finds(app, &sql, &["identifiers", "do not open"]).await;
    }

    /// A hospital number that would not be found any more.
    async fn a_removed_lookup_is_found(app: &TestApp) {
        let first = "SELECT lookup FROM identity_lookup LIMIT 1";
        finds(app, &format!("DELETE FROM identity_lookup WHERE lookup IN ({first})"), &["looked up"]).await;
    }

    /// Identifiers that are rightly encrypted and were right once: those of before a correction, put back.
    async fn identifiers_of_before_are_found(app: &TestApp) {
        let raw = app.raw().await;
        raw.run("CREATE TABLE kept AS SELECT * FROM subject_identity").await;
        let subject = &app.world.subjects[0];
        let corrected = Identity { telephone: Some("made-up 0100".to_owned()), ..subject.identity() };
        let mut lay = Lay::default();
        lay.identified(subject.row(&app.world), corrected);
        let store = app.server.store();
        accepted(store.decide(app.world.study, Box::new(lay), by("data-manager")).await.unwrap());
        finds(app, "UPDATE subject_identity SET (nonce, ciphertext) = (SELECT nonce, ciphertext FROM kept
            WHERE kept.subject_id = subject_identity.subject_id)", &["identifiers", "committed"]).await;
    }

    /// The access log and the portal have chains, too.
    async fn a_changed_grant_is_found(app: &TestApp) {
        finds(app, "UPDATE membership SET role = 'DATA_MANAGER' WHERE role = 'STATISTICIAN'", &["membership"]).await;
    }
}
