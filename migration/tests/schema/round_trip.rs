//! A row comes back from each engine exactly as it went in: `fold(ledger) == tables` rests on it.

use crate::engine::Engine;
use crate::{on_both_engines, samples};
use entity::row::{Row, columns, write_over};
use entity::{ledger, rows, side};
use sea_orm::{ActiveModelTrait, DatabaseConnection, EntityTrait, IntoActiveModel, ModelTrait};
use serde_json::Value;

on_both_engines! {
    /// ARCHITECTURE "fold(ledger) == tables", over every table of every stream.
    every_row_reads_back_as_it_was_written;
    /// The rows of the ledger and beside it, whose bytes are what is hashed, signed or encrypted.
    ledger_and_side_rows_read_back_as_they_were_written;
    /// Each instrument's items in the one json column.
    every_instrument_reads_back_as_it_was_written;
    /// The view that unfolds the items of SLEDAI-2K and BILAG-2004, for SQL users.
    items_are_unfolded_by_a_view;
    /// Many rows in one statement, with and without values in the same column.
    rows_are_inserted_together;
}

/// The type that writes a row.
type Active<R> = <<R as ModelTrait>::Entity as EntityTrait>::ActiveModel;

/// Inserts the sample row of every table, parents first.
pub async fn fill(engine: &Engine) {
    macro_rules! insert {
        ($(($module:ident, $row:ident, $table:literal),)+) => {$(
            if $table != "registered_study" {
                insert::<rows::$row>(&engine.owner, full::<rows::$row>()).await;
            }
        )+};
    }
    insert(&engine.owner, full::<rows::RegisteredStudy>()).await;
    entity::for_each_study_table!(insert);
    entity::for_each_portal_table!(insert);
    insert(&engine.owner, full::<rows::AccessRecord>()).await;
}

async fn every_row_reads_back_as_it_was_written(engine: &Engine) {
    macro_rules! check {
        ($(($module:ident, $row:ident, $table:literal),)+) => {$(
            assert_eq!(<rows::$row as Row>::TABLE, $table);
            assert_eq!(sea_orm::EntityName::table_name(&entity::$module::Entity), $table);
            there_and_back::<rows::$row>(&engine.owner).await;
        )+};
    }
    fill(engine).await;
    entity::for_each_study_table!(check);
    entity::for_each_portal_table!(check);
    assert_same(&read::<rows::AccessRecord>(&engine.owner).await, &full());
}

/// Reads the inserted row, writes one with every column null that may be, and writes the first one over it.
async fn there_and_back<R>(db: &DatabaseConnection)
where
    R: Row + ModelTrait + IntoActiveModel<Active<R>>,
    R::Entity: EntityTrait<Model = R>,
    Active<R>: ActiveModelTrait<Entity = R::Entity> + Send,
{
    let full = full::<R>();
    assert_same(&read::<R>(db).await, &full);

    let bare = bare::<R>();
    R::Entity::update(columns(bare.clone())).exec_without_returning(db).await.unwrap();
    assert_same(&read::<R>(db).await, &bare);

    let over = R::Entity::insert_many([columns(full.clone())]).on_conflict(write_over::<R::Entity>());
    over.exec_without_returning(db).await.unwrap();
    assert_same(&read::<R>(db).await, &full);
}

/// The sample row, whose image is complete and is the row's own.
fn full<R: Row>() -> R {
    let image = samples::image(R::TABLE);
    let row: R =
        serde_json::from_value(image.clone()).unwrap_or_else(|error| panic!("{}: {error}", R::TABLE));
    assert_eq!(serde_json::to_value(&row).unwrap(), image, "{}", R::TABLE);
    let empty = |value: &Value| value.is_null();
    assert!(!image.as_object().unwrap().values().any(empty), "the sample of {} has every column", R::TABLE);
    row
}

/// The sample row with every column null that may be.
fn bare<R: Row>() -> R {
    let mut image = samples::image(R::TABLE);
    let names: Vec<String> = image.as_object().unwrap().keys().cloned().collect();
    for name in names {
        let mut without = image.clone();
        without[&name] = Value::Null;
        if serde_json::from_value::<R>(without.clone()).is_ok() {
            image = without;
        }
    }
    serde_json::from_value(image).unwrap()
}

async fn insert<R>(db: &DatabaseConnection, row: R)
where
    R: Row + ModelTrait + IntoActiveModel<Active<R>>,
    R::Entity: EntityTrait<Model = R>,
    Active<R>: ActiveModelTrait<Entity = R::Entity> + Send,
{
    let insert = R::Entity::insert_many([columns(row)]);
    insert.exec_without_returning(db).await.unwrap_or_else(|error| panic!("{}: {error}", R::TABLE));
}

async fn read<R>(db: &DatabaseConnection) -> R
where
    R: Row + ModelTrait,
    R::Entity: EntityTrait<Model = R>,
{
    R::Entity::find().one(db).await.unwrap().unwrap_or_else(|| panic!("no row in {}", R::TABLE))
}

/// Equal as rows, and byte for byte as images: `1.10` is the same number as `1.1`, and another image.
fn assert_same<R: Row>(read: &R, written: &R) {
    let text = |row: &R| serde_json::to_string(row).unwrap();
    assert_eq!(text(read), text(written), "{}", R::TABLE);
    assert!(read == written, "{}", R::TABLE);
}

async fn every_instrument_reads_back_as_it_was_written(engine: &Engine) {
    fill(engine).await;
    for (instrument, items) in samples::other_items() {
        let mut image = samples::image("assessment");
        (image["instrument"], image["items"]) = (instrument.into(), items);
        let row: rows::Assessment = serde_json::from_value(image).unwrap();
        let update = entity::assessment::Entity::update(columns(row.clone()));
        update.exec_without_returning(&engine.owner).await.unwrap();
        assert_same(&read::<rows::Assessment>(&engine.owner).await, &row);
    }
}

async fn items_are_unfolded_by_a_view(engine: &Engine) {
    let filled = "SELECT instrument || ' ' || number || ' ' || value FROM assessment_item \
                  WHERE value IS NOT NULL ORDER BY number";
    let places = "SELECT CAST(count(*) AS text) FROM assessment_item";
    fill(engine).await;
    let bilag = ["1 4", "42 0", "84 1.20", "85 true", "89 false"].map(|item| format!("BILAG_2004 {item}"));
    assert_eq!(engine.texts(filled).await, bilag);
    assert_eq!(engine.texts(places).await, ["97"]);
    for (instrument, items) in samples::other_items() {
        let (sql, expected, count) = (
            format!("UPDATE assessment SET instrument = '{instrument}', items = '{items}'"),
            if instrument == "SLEDAI_2K" {
                vec!["SLEDAI_2K 9 true", "SLEDAI_2K 24 false"]
            } else {
                Vec::new()
            },
            if instrument == "SLEDAI_2K" { "24" } else { "0" },
        );
        engine.run(&sql).await;
        assert_eq!(engine.texts(filled).await, expected);
        assert_eq!(engine.texts(places).await, [count]);
    }
}

async fn rows_are_inserted_together(engine: &Engine) {
    fill(engine).await;
    let mut more: Vec<rows::Medication> = (1..=40).map(|_| bare()).collect();
    for (index, row) in more.iter_mut().enumerate() {
        row.id = samples::id(&format!("medication {index}"));
        row.dose = (index % 2 == 0).then(|| format!("{index}.50").parse().unwrap());
    }
    let insert = entity::medication::Entity::insert_many(more.iter().cloned().map(columns));
    insert.exec_without_returning(&engine.owner).await.unwrap();
    let found = entity::medication::Entity::find().all(&engine.owner).await.unwrap();
    assert_eq!(found.len(), 41);
    for row in &more {
        assert_same(found.iter().find(|found| found.id == row.id).unwrap(), row);
    }
}

async fn ledger_and_side_rows_read_back_as_they_were_written(engine: &Engine) {
    fill(engine).await;
    let (stream, bytes) = ("study:x:open".to_owned(), (0..=255).collect::<Vec<u8>>());
    // Canonical text is hashed as it is stored: spaces, escapes and long digits have to stay.
    let text = "{\"a\":\"\\u0001 \\\\ 难\",\"b\":[1, 2],\"n\":9007199254740991}".to_owned();
    let (subject_id, study_id) = (samples::id("subject"), samples::id("registered_study"));
    macro_rules! same {
        ($($entity:ident => $row:expr;)+) => {$(
            let row = $row;
            $entity::Entity::insert_many([columns(row.clone())]).exec_without_returning(&engine.owner).await.unwrap();
            assert_eq!($entity::Entity::find().one(&engine.owner).await.unwrap(), Some(row));
        )+};
    }
    use ledger::{change, checkpoint, entry, head, idempotency};
    use side::{client_assertion, credential, identity_lookup, invitation, refresh_token, secret, session};
    use side::{sign_in_attempt, subject_identity, subject_key};
    let (person_id, at) = (samples::id("person"), "2026-11-23T09:30:00.123456Z".parse().unwrap());
    same! {
        head => head::Model {
            stream: stream.clone(), study_id: Some(study_id), revision: 1, hash: "0".repeat(64), format: 1,
            at: "2026-11-23T09:30:00.123456Z".parse().unwrap(),
        };
        entry => entry::Model { stream: stream.clone(), revision: 1, header: text.clone(), hash: "1".repeat(64) };
        change => change::Model {
            stream: stream.clone(), revision: 1, position: 0, table_name: "subject".into(), row_id: subject_id,
            subject_id: Some(subject_id), image: Some(text.clone()), salt: Some(bytes[..32].to_vec()),
            digest: "2".repeat(64),
        };
        checkpoint => checkpoint::Model { stream: stream.clone(), revision: 1, jws: "a.b.c".into() };
        idempotency => idempotency::Model {
            stream: stream.clone(), actor_id: samples::id("person"), key: "k 1".into(), input_digest: "3".repeat(64),
            revision: 1,
        };
        subject_identity => subject_identity::Model {
            subject_id, study_id, site_id: samples::id("site"), nonce: bytes[..12].to_vec(), ciphertext: bytes.clone(),
        };
        subject_key => subject_key::Model {
            subject_id, master_key_id: "m1".into(), nonce: bytes[..12].to_vec(), wrapped: bytes.clone(),
        };
        identity_lookup => identity_lookup::Model {
            site_id: samples::id("site"), lookup: "4".repeat(64), subject_id,
        };
        secret => secret::Model { name: "token".into(), nonce: bytes[..12].to_vec(), sealed: bytes.clone() };
        credential => credential::Model {
            person_id, nonce: bytes[..12].to_vec(), sealed: bytes.clone(), changed_at: at,
        };
        invitation => invitation::Model {
            person_id, invited_by: person_id, digest: "5".repeat(64), expires_at: at,
        };
        session => session::Model {
            id: samples::id("session"), person_id, epoch: 3, client: "portal".into(), began_at: at, proved_at: at,
            used_at: at, ended_at: Some(at),
        };
        refresh_token => refresh_token::Model {
            digest: "6".repeat(64), session_id: samples::id("session"), used_at: Some(at),
        };
        sign_in_attempt => sign_in_attempt::Model {
            counted: "9".repeat(64), account: "7".repeat(64), failures: 5, since: at, last_at: at, signed_in_at: Some(at),
        };
        client_assertion => client_assertion::Model {
            client_id: samples::id("service_client"), jti: "8".repeat(64), expires_at: at,
        };
    }
}
