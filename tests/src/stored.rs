//! A ledger as a file that is kept: what a database needs to be what it was, in lines of JSON.
//!
//! The ledger alone is in it, images and salts included: tables are folded from it by the code of today. Of what lies
//! beside the ledger the installation's secret and the made-up identifiers are, sealed under the tests' master key.

use crate::database::Raw;
use entity::ledger::{change, checkpoint, entry, head, idempotency};
use entity::row::{columns, write_over};
use entity::rows;
use entity::side::{identity_lookup, secret, subject_identity, subject_key};
use ledger::{Digest, Revision, Salt, StoredChange, StoredEntry, StreamId, Verified, Verifier};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// The ledgers of the portal and of the studies as lines of JSON: heads, then entries with their changes, in order.
pub async fn export(raw: &Raw) -> String {
    let db = &raw.db;
    let access = StreamId::Access.to_string();
    let mut lines = Vec::new();
    let heads =
        head::Entity::find().filter(head::Column::Stream.ne(&*access)).order_by_asc(head::Column::Stream);
    for it in heads.all(db).await.unwrap() {
        lines.push(json!({ "head": { "stream": it.stream, "study": it.study_id, "revision": it.revision,
            "hash": it.hash, "format": it.format, "at": it.at } }));
    }
    let entries = entry::Entity::find()
        .filter(entry::Column::Stream.ne(&*access))
        .order_by_asc(entry::Column::Stream)
        .order_by_asc(entry::Column::Revision);
    for it in entries.all(db).await.unwrap() {
        let changes = change::Entity::find()
            .filter(change::Column::Stream.eq(&*it.stream))
            .filter(change::Column::Revision.eq(it.revision))
            .order_by_asc(change::Column::Position);
        let changes: Vec<Value> = changes.all(db).await.unwrap().into_iter().map(of_change).collect();
        lines.push(json!({ "entry": { "stream": it.stream, "revision": it.revision, "header": it.header,
            "hash": it.hash, "changes": changes } }));
    }
    for it in idempotency::Entity::find().all(db).await.unwrap() {
        lines.push(json!({ "key": { "stream": it.stream, "actor": it.actor_id, "key": it.key,
            "digest": it.input_digest, "revision": it.revision } }));
    }
    // The ledger names its public half, and tests have one master key.
    let secret = secret::Entity::find().filter(secret::Column::Name.eq("installation-key"));
    for it in secret.all(db).await.unwrap() {
        let (nonce, sealed) = (hex(&it.nonce), hex(&it.sealed));
        lines.push(json!({ "secret": { "name": it.name, "nonce": nonce, "sealed": sealed } }));
    }
    for it in subject_key::Entity::find().all(db).await.unwrap() {
        lines.push(json!({ "subject_key": { "subject": it.subject_id, "master": it.master_key_id,
            "nonce": hex(&it.nonce), "wrapped": hex(&it.wrapped) } }));
    }
    for it in subject_identity::Entity::find().all(db).await.unwrap() {
        lines.push(json!({ "identity": { "subject": it.subject_id, "study": it.study_id, "site": it.site_id,
            "nonce": hex(&it.nonce), "ciphertext": hex(&it.ciphertext) } }));
    }
    for it in identity_lookup::Entity::find().all(db).await.unwrap() {
        lines
            .push(json!({ "lookup": { "site": it.site_id, "lookup": it.lookup, "subject": it.subject_id } }));
    }
    let kept = checkpoint::Entity::find().filter(checkpoint::Column::Stream.ne(&*access));
    for it in kept.all(db).await.unwrap() {
        lines.push(json!({ "checkpoint": it.jws }));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn of_change(it: change::Model) -> Value {
    let salt = it.salt.map(|salt| hex(&salt));
    json!({ "table": it.table_name, "row": it.row_id, "subject": it.subject_id, "image": it.image, "salt": salt,
        "digest": it.digest })
}

/// A stored ledger, read.
pub struct Stored {
    /// The lines by what they hold.
    lines: Vec<(String, Value)>,
}

impl Stored {
    /// Reads the lines.
    pub fn read(text: &str) -> Stored {
        let line = |line: &str| {
            let line: Value = serde_json::from_str(line).unwrap();
            let (kind, value) = line.as_object().unwrap().iter().next().unwrap();
            (kind.clone(), value.clone())
        };
        Stored { lines: text.lines().map(line).collect() }
    }

    fn of(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.lines.iter().filter(move |line| line.0 == kind).map(|line| &line.1)
    }

    /// The study whose streams are in it.
    pub fn study(&self) -> Uuid {
        self.of("head").find_map(|head| uuid(&head["study"])).unwrap()
    }

    /// Where a stream stood: revision and hash.
    pub fn head(&self, stream: StreamId) -> (u64, String) {
        let head = self.of("head").find(|head| head["stream"] == stream.to_string().as_str()).unwrap();
        (head["revision"].as_u64().unwrap(), text(&head["hash"]))
    }

    /// Checkpoints that were signed then.
    pub fn checkpoints(&self) -> Vec<String> {
        self.of("checkpoint").map(text).collect()
    }

    /// Writes it into an empty database: the ledger as it stands in the file, and the tables as they follow from it.
    pub async fn write(&self, raw: &Raw) {
        let db = &raw.db;
        let mut verifiers: BTreeMap<StreamId, Verifier> = BTreeMap::new();
        for it in self.of("entry") {
            let stream: StreamId = text(&it["stream"]).parse().unwrap();
            let verifier = verifiers.remove(&stream).unwrap_or_else(|| Verifier::new(stream));
            verifiers.insert(stream, self.entry(raw, it, verifier).await);
        }
        for it in self.of("head") {
            let row = head::Model {
                stream: text(&it["stream"]),
                study_id: uuid(&it["study"]),
                revision: it["revision"].as_i64().unwrap(),
                hash: text(&it["hash"]),
                format: i32::try_from(it["format"].as_i64().unwrap()).unwrap(),
                at: text(&it["at"]).parse().unwrap(),
            };
            // An empty database has the portal's head already.
            let over = head::Entity::insert(row.into_active_model().reset_all());
            over.on_conflict(write_over::<head::Entity>()).exec_without_returning(db).await.unwrap();
        }
        for it in self.of("key") {
            let row = idempotency::Model {
                stream: text(&it["stream"]),
                actor_id: uuid(&it["actor"]).unwrap(),
                key: text(&it["key"]),
                input_digest: text(&it["digest"]),
                revision: it["revision"].as_i64().unwrap(),
            };
            idempotency::Entity::insert(row.into_active_model()).exec_without_returning(db).await.unwrap();
        }
        for it in self.of("secret") {
            let [nonce, sealed] = ["nonce", "sealed"].map(|field| bytes(it[field].as_str().unwrap()));
            let row = secret::Model { name: text(&it["name"]), nonce, sealed };
            // An empty database has a secret of its own already.
            let over = secret::Entity::insert(row.into_active_model().reset_all());
            over.on_conflict(write_over::<secret::Entity>()).exec_without_returning(db).await.unwrap();
        }
        let chains: Vec<Verified> = verifiers.into_values().map(|it| it.finish().unwrap()).collect();
        fold(raw, &chains).await;
        self.identifiers(raw).await;
    }

    /// What identifies the made-up subjects, as it lay beside the ledger.
    async fn identifiers(&self, raw: &Raw) {
        let db = &raw.db;
        let hexed = |it: &Value, field: &str| bytes(it[field].as_str().unwrap());
        for it in self.of("subject_key") {
            let row = subject_key::Model {
                subject_id: uuid(&it["subject"]).unwrap(),
                master_key_id: text(&it["master"]),
                nonce: hexed(it, "nonce"),
                wrapped: hexed(it, "wrapped"),
            };
            subject_key::Entity::insert(row.into_active_model()).exec_without_returning(db).await.unwrap();
        }
        for it in self.of("identity") {
            let row = subject_identity::Model {
                subject_id: uuid(&it["subject"]).unwrap(),
                study_id: uuid(&it["study"]).unwrap(),
                site_id: uuid(&it["site"]).unwrap(),
                nonce: hexed(it, "nonce"),
                ciphertext: hexed(it, "ciphertext"),
            };
            subject_identity::Entity::insert(row.into_active_model())
                .exec_without_returning(db)
                .await
                .unwrap();
        }
        for it in self.of("lookup") {
            let row = identity_lookup::Model {
                site_id: uuid(&it["site"]).unwrap(),
                lookup: text(&it["lookup"]),
                subject_id: uuid(&it["subject"]).unwrap(),
            };
            identity_lookup::Entity::insert(row.into_active_model())
                .exec_without_returning(db)
                .await
                .unwrap();
        }
    }

    async fn entry(&self, raw: &Raw, it: &Value, mut verifier: Verifier) -> Verifier {
        let (stream, revision) = (text(&it["stream"]), it["revision"].as_i64().unwrap());
        let (header, hash) = (text(&it["header"]), text(&it["hash"]));
        let mut changes = Vec::new();
        for (position, it) in it["changes"].as_array().unwrap().iter().enumerate() {
            let salt = it["salt"].as_str().map(bytes);
            let row = change::Model {
                stream: stream.clone(),
                revision,
                position: i32::try_from(position).unwrap(),
                table_name: text(&it["table"]),
                row_id: uuid(&it["row"]).unwrap(),
                subject_id: uuid(&it["subject"]),
                image: it["image"].as_str().map(str::to_owned),
                salt: salt.clone(),
                digest: text(&it["digest"]),
            };
            changes.push(stored_change(&row));
            change::Entity::insert(row.into_active_model()).exec_without_returning(&raw.db).await.unwrap();
        }
        let row = entry::Model { stream, revision, header: header.clone(), hash: hash.clone() };
        entry::Entity::insert(row.into_active_model()).exec_without_returning(&raw.db).await.unwrap();
        let revision = Revision(u64::try_from(revision).unwrap());
        verifier
            .push(&StoredEntry {
                stream: text(&it["stream"]).parse().unwrap(),
                revision,
                header: header.into(),
                hash: hash.parse::<Digest>().unwrap(),
                columns: Vec::new(),
                changes,
            })
            .unwrap_or_else(|fault| panic!("{fault:?}"));
        verifier
    }
}

fn stored_change(row: &change::Model) -> StoredChange {
    let salt = row.salt.as_ref().map(|salt| Salt(salt.as_slice().try_into().unwrap()));
    StoredChange {
        position: u32::try_from(row.position).unwrap(),
        change: ledger::Change {
            table: row.table_name.clone().into(),
            row: row.row_id,
            subject: row.subject_id,
            image: row.image.as_deref().map(Arc::from),
            salt,
            digest: row.digest.parse().unwrap(),
        },
    }
}

/// Writes the newest image of every row into its table, parents first.
async fn fold(raw: &Raw, chains: &[Verified]) {
    let mut images: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in chains.iter().flat_map(|chain| chain.fold().rows()) {
        images.entry(row.table.to_string()).or_default().push(row.image.to_string());
    }
    let mut written = Vec::new();
    macro_rules! write {
        ($(($module:ident, $row:ident, $table:literal),)+) => {$(
            for image in images.get($table).into_iter().flatten().filter(|_| !written.contains(&$table)) {
                let row: rows::$row = serde_json::from_str(image).unwrap_or_else(|error| panic!("{}: {error}", $table));
                entity::$module::Entity::insert(columns(row)).exec_without_returning(&raw.db).await.unwrap();
            }
            written.push($table);
        )+};
    }
    write!((registered_study, RegisteredStudy, "registered_study"),);
    entity::for_each_study_table!(write);
    entity::for_each_portal_table!(write);
    let unknown: Vec<&String> = images.keys().filter(|table| !written.contains(&table.as_str())).collect();
    assert_eq!(unknown, Vec::<&String>::new(), "tables that today's code does not know");
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn uuid(value: &Value) -> Option<Uuid> {
    value.as_str().map(|id| id.parse().unwrap())
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    let pairs = (0..hexadecimal.len()).step_by(2).map(|at| &hexadecimal[at..at + 2]);
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}
