//! P11-05: nobody changes or removes what the ledger and the access log hold, not through the program's role
//! and not through the owner's; only a redaction empties an image.

use crate::engine::Engine;
use crate::{on_both_engines, round_trip};
use entity::ledger::{change, checkpoint, entry, head};
use entity::row::columns;
use entity::rows::AccessRecord;
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, EntityTrait};

on_both_engines! {
    /// P11-05, P11-08: every way of changing or removing a row that the engine's SQL has is refused to the owner.
    the_owner_cannot_change_what_is_written;
    /// P11-09: a redaction empties image and salt of a change, and that alone.
    a_redaction_empties_an_image_and_nothing_else;
    /// The triggers refuse changes, not writing.
    appending_passes;
}

/// The append-only tables as they are.
#[derive(Debug, PartialEq)]
struct Written {
    entries: Vec<entry::Model>,
    changes: Vec<change::Model>,
    checkpoints: Vec<checkpoint::Model>,
    accesses: Vec<AccessRecord>,
}

impl Written {
    async fn read(engine: &Engine) -> Written {
        let db = &engine.owner;
        Written {
            entries: entry::Entity::find().all(db).await.unwrap(),
            // In order: PostgreSQL moves a row that it updates.
            changes: change::Entity::find().order_by_id_asc().all(db).await.unwrap(),
            checkpoints: checkpoint::Entity::find().all(db).await.unwrap(),
            accesses: entity::access_record::Entity::find().all(db).await.unwrap(),
        }
    }
}

fn an_entry(revision: i64) -> entry::Model {
    entry::Model {
        stream: "portal".into(),
        revision,
        header: format!("{{\"revision\":{revision}}}"),
        hash: "1".repeat(64),
    }
}

fn a_change(revision: i64, position: i32) -> change::Model {
    change::Model {
        stream: "portal".into(),
        revision,
        position,
        table_name: "setting".into(),
        row_id: crate::samples::id("setting"),
        subject_id: None,
        image: Some("{}".into()),
        salt: Some(vec![7; 32]),
        digest: "2".repeat(64),
    }
}

/// Writes two entries with two changes each, a checkpoint and an access.
async fn write(engine: &Engine) -> Written {
    round_trip::fill(engine).await;
    let db = &engine.owner;
    let at = "2026-11-23T09:30:00Z".parse().unwrap();
    let head = head::Model {
        stream: "portal".into(),
        study_id: None,
        revision: 2,
        hash: "1".repeat(64),
        format: 1,
        at,
    };
    head::Entity::insert(columns(head)).exec_without_returning(db).await.unwrap();
    for revision in [1, 2] {
        entry::Entity::insert(columns(an_entry(revision))).exec_without_returning(db).await.unwrap();
        let changes = [a_change(revision, 0), a_change(revision, 1)];
        change::Entity::insert_many(changes.map(columns)).exec_without_returning(db).await.unwrap();
    }
    let checkpoint = checkpoint::Model { stream: "portal".into(), revision: 2, jws: "a.b.c".into() };
    checkpoint::Entity::insert(columns(checkpoint)).exec_without_returning(db).await.unwrap();
    let written = Written::read(engine).await;
    assert_eq!((written.entries.len(), written.changes.len()), (2, 4));
    assert_eq!((written.checkpoints.len(), written.accesses.len()), (1, 1));
    written
}

/// Statements that change or remove what is written, in any engine's words.
const EVERYWHERE: &[&str] = &[
    "UPDATE entry SET header = 'forged'",
    "UPDATE entry SET hash = header WHERE revision = 1",
    "UPDATE entry SET revision = revision + 10",
    "DELETE FROM entry",
    "DELETE FROM entry WHERE revision = 2",
    "UPDATE change SET image = '{\"forged\":1}'",
    "UPDATE change SET image = NULL",
    "UPDATE change SET salt = NULL",
    "UPDATE change SET image = NULL, salt = NULL, digest = hash FROM entry",
    "UPDATE change SET image = NULL, salt = NULL, row_id = subject_id",
    "UPDATE change SET image = NULL, salt = NULL, table_name = 'forged'",
    "UPDATE change SET image = NULL, salt = NULL, subject_id = row_id",
    "UPDATE change SET image = NULL, salt = NULL, position = position + 10",
    "UPDATE change SET image = NULL, salt = NULL, revision = revision + 10",
    "UPDATE change SET image = NULL, salt = NULL, stream = 'forged'",
    "DELETE FROM change",
    "UPDATE checkpoint SET jws = 'forged'",
    "DELETE FROM checkpoint",
    "UPDATE access_record SET actor_name = 'forged'",
    "DELETE FROM access_record",
    "INSERT INTO entry (stream, revision, header, hash) SELECT stream, revision, 'forged', hash FROM entry WHERE true \
     ON CONFLICT (stream, revision) DO UPDATE SET header = excluded.header",
    "INSERT INTO checkpoint (stream, revision, jws) SELECT stream, revision, 'forged' FROM checkpoint WHERE true \
     ON CONFLICT (stream, revision) DO UPDATE SET jws = excluded.jws",
];

/// What SQLite adds. A replace removes the row in its way without firing delete triggers, and the hidden row
/// number would be one more key to be in the way by.
const ON_SQLITE: &[&str] = &[
    "INSERT OR REPLACE INTO entry (stream, revision, header, hash) SELECT stream, revision, 'forged', hash FROM entry",
    "REPLACE INTO entry (stream, revision, header, hash) SELECT stream, revision, 'forged', hash FROM entry",
    "UPDATE OR REPLACE entry SET revision = 2 WHERE revision = 1",
    "INSERT OR REPLACE INTO change SELECT stream, revision, position, 'forged', row_id, subject_id, image, salt, digest FROM change",
    "REPLACE INTO checkpoint SELECT stream, revision, 'forged' FROM checkpoint",
    "REPLACE INTO access_record SELECT * FROM access_record",
    "INSERT OR REPLACE INTO entry (rowid, stream, revision, header, hash) SELECT 1, stream, 3, 'forged', hash FROM entry LIMIT 1",
    "INSERT OR REPLACE INTO entry (_rowid_, stream, revision, header, hash) SELECT 1, stream, 99, header, hash FROM entry",
    "INSERT OR REPLACE INTO change (rowid, stream, revision, position, table_name, row_id, digest) \
     SELECT 1, stream, 99, position, table_name, row_id, digest FROM change LIMIT 1",
    "INSERT OR REPLACE INTO checkpoint (oid, stream, revision, jws) VALUES (1, 'portal', 3, 'forged')",
    "INSERT OR REPLACE INTO access_record (rowid, id, at, actor_id, actor_name, kind, groups, subject_ids, request_id) \
     SELECT 1, actor_id, at, actor_id, actor_name, kind, groups, subject_ids, request_id FROM access_record",
    "UPDATE OR REPLACE change SET rowid = 1, image = NULL, salt = NULL WHERE revision = 2 AND position = 1",
];

/// What PostgreSQL adds.
const ON_POSTGRES: &[&str] = &[
    "TRUNCATE entry",
    "TRUNCATE change",
    "TRUNCATE checkpoint CASCADE",
    "TRUNCATE access_record",
    "TRUNCATE head, entry, change RESTART IDENTITY CASCADE",
    "MERGE INTO entry USING (SELECT 1) AS one ON true WHEN MATCHED THEN UPDATE SET header = 'forged'",
    "MERGE INTO entry USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM change RETURNING *) SELECT count(*) FROM gone",
];

async fn refused(db: &DatabaseConnection, sql: &str, why: &str) {
    match db.execute_unprepared(sql).await {
        Ok(done) => panic!("passed, {} rows: {sql}", done.rows_affected()),
        Err(error) => assert!(error.to_string().contains(why), "{sql}: refused, but by: {error}"),
    }
}

async fn the_owner_cannot_change_what_is_written(engine: &Engine) {
    let written = write(engine).await;
    let sqlite = engine.backend() == DatabaseBackend::Sqlite;
    // Each engine's switch that turns triggers off, or fires more of them, in a session of its own.
    let switches: &[&str] = if sqlite {
        &[
            "PRAGMA recursive_triggers = OFF",
            "PRAGMA recursive_triggers = ON",
            "PRAGMA ignore_check_constraints = ON",
        ]
    } else {
        &["SET session_replication_role = origin", "SET session_replication_role = replica"]
    };
    for switch in switches {
        engine.run(switch).await;
        for sql in EVERYWHERE.iter().chain(if sqlite { ON_SQLITE } else { ON_POSTGRES }) {
            refused(&engine.owner, sql, "append-only").await;
            assert_eq!(Written::read(engine).await, written, "{switch}; {sql}");
        }
    }
}

async fn a_redaction_empties_an_image_and_nothing_else(engine: &Engine) {
    let mut written = write(engine).await;
    engine.run("UPDATE change SET image = NULL, salt = NULL WHERE revision = 1 AND position = 1").await;
    let emptied =
        written.changes.iter_mut().find(|change| (change.revision, change.position) == (1, 1)).unwrap();
    (emptied.image, emptied.salt) = (None, None);
    assert_eq!(Written::read(engine).await, written);
    let back = "UPDATE change SET image = '{}', salt = (SELECT salt FROM change WHERE revision = 2 AND position = 0) \
                WHERE revision = 1 AND position = 1";
    refused(&engine.owner, back, "append-only").await;
    assert_eq!(Written::read(engine).await, written);
}

async fn appending_passes(engine: &Engine) {
    let mut written = write(engine).await;
    append(&engine.owner, 3).await;
    written.entries.push(an_entry(3));
    written.changes.push(a_change(3, 0));
    assert_eq!(Written::read(engine).await, written);
}

async fn append(db: &DatabaseConnection, revision: i64) {
    entry::Entity::insert(columns(an_entry(revision))).exec_without_returning(db).await.unwrap();
    change::Entity::insert(columns(a_change(revision, 0))).exec_without_returning(db).await.unwrap();
}

/// P11-05: the role that the program runs as has the privileges to append and to redact, and no other on
/// what is written; it owns nothing, so it cannot take the triggers away.
#[tokio::test]
async fn the_applications_role_can_append_and_no_more() {
    let engine = crate::engine::postgres().await;
    let mut written = write(&engine).await;
    let application = engine.application().await;

    for sql in EVERYWHERE.iter().chain(ON_POSTGRES) {
        let emptying = ["UPDATE change SET image = NULL", "UPDATE change SET salt = NULL"].contains(sql);
        let forging = *sql == "UPDATE change SET image = '{\"forged\":1}'";
        // It may write these two columns, so it is the trigger that refuses what is no redaction.
        let why = if emptying || forging { "append-only" } else { "permission denied" };
        refused(&application, sql, why).await;
    }
    for (sql, why) in [
        ("ALTER TABLE entry DISABLE TRIGGER ALL", "must be owner"),
        ("DROP TRIGGER change_no_update ON change", "must be owner"),
        ("ALTER TABLE change ENABLE REPLICA TRIGGER change_no_update", "must be owner"),
        ("DROP TABLE checkpoint", "must be owner"),
        ("ALTER TABLE entry RENAME TO gone", "must be owner"),
        ("ALTER FUNCTION ledger_refuse() RENAME TO gone", "must be owner"),
        ("DROP FUNCTION ledger_refuse() CASCADE", "must be owner"),
        (
            "CREATE TRIGGER late BEFORE UPDATE ON entry FOR EACH ROW EXECUTE FUNCTION ledger_refuse()",
            "permission denied",
        ),
        ("CREATE RULE late AS ON INSERT TO entry DO INSTEAD NOTHING", "must be owner"),
        ("CREATE TABLE public.entry_copy AS SELECT * FROM entry", "permission denied"),
        ("SET session_replication_role = replica", "permission denied"),
        ("SELECT * FROM entry FOR UPDATE", "permission denied"),
        ("DELETE FROM subject", "permission denied"),
        ("DELETE FROM head", "permission denied"),
    ] {
        refused(&application, sql, why).await;
    }
    assert_eq!(Written::read(&engine).await, written);

    // What the program does all day passes: take the head, append, move the head, redact.
    for sql in ["BEGIN", "SELECT revision FROM head WHERE stream = 'portal' FOR UPDATE"] {
        application.execute_unprepared(sql).await.unwrap();
    }
    append(&application, 3).await;
    for sql in [
        "UPDATE head SET revision = 3 WHERE stream = 'portal'",
        "UPDATE change SET image = NULL, salt = NULL WHERE revision = 1 AND position = 0",
        "DELETE FROM subject_key",
        "COMMIT",
    ] {
        application.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    written.entries.push(an_entry(3));
    written.changes.push(a_change(3, 0));
    let emptied =
        written.changes.iter_mut().find(|change| (change.revision, change.position) == (1, 0)).unwrap();
    (emptied.image, emptied.salt) = (None, None);
    assert_eq!(Written::read(&engine).await, written);
}
