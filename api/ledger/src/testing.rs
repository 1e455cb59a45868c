//! Small synthetic ledgers for the tests of this crate.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use crate::canonical::to_image;
use crate::chain::{Column, Fault, StoredEntry, Verified, Verifier};
use crate::digest::{Digest, Salt};
use crate::entry::{Draft, Entry, NewChange};
use crate::head::{Head, Revision};
use crate::redaction::{self, Place, Redaction};
use crate::stream::StreamId;

pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub fn stream() -> StreamId {
    StreamId::Open(id(0x44))
}

/// 2026-03-05 08:00 UTC and so many seconds.
pub fn at(seconds: i64) -> DateTime<Utc> {
    "2026-03-05T08:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::seconds(seconds)
}

pub fn draft(command: &str, at: DateTime<Utc>) -> Draft {
    Draft {
        at,
        actor: id(0x11),
        display_name: "Coordinator of a synthetic site".to_owned(),
        role: Some("COORDINATOR".to_owned()),
        membership: Some(id(0x12)),
        client: None,
        command: command.to_owned(),
        request_id: id(0x33),
        portal_revision: Revision(7),
        idempotency_key: Some("key-1".to_owned()),
        input_digest: Digest([5; 32]),
    }
}

pub fn change(table: &'static str, row: u128, image: impl Into<Arc<str>>) -> NewChange {
    let (image, mut salt) = (image.into(), [0x5a; 32]);
    salt[0] = row as u8;
    salt[1] = image.len() as u8;
    NewChange { table: table.into(), row: id(row), subject: Some(id(0x22)), image, salt: Salt(salt) }
}

/// A stream that is written entry by entry.
pub struct Ledger {
    pub head: Head,
    pub entries: Vec<Entry>,
}

impl Ledger {
    pub fn new() -> Self {
        Self { head: Head::empty(stream()), entries: Vec::new() }
    }

    pub fn append(&mut self, draft: Draft, changes: Vec<NewChange>) -> &mut Self {
        let entry = Entry::seal(&self.head, draft, changes).unwrap();
        self.head = entry.head();
        self.entries.push(entry);
        self
    }

    /// Four entries: a visit is planned and another, one is done twice over, and one more.
    pub fn of_four() -> Self {
        let mut ledger = Self::new();
        ledger
            .append(
                draft("planVisits", at(0)),
                vec![
                    change("visit", 1, r#"{"code":"V1","state":"PLANNED"}"#),
                    change("visit", 2, r#"{"code":"V2","state":"PLANNED"}"#),
                ],
            )
            .append(draft("recordVisit", at(60)), vec![change("visit", 1, r#"{"code":"V1","state":"DONE"}"#)])
            .append(
                draft("recordVisit", at(120)),
                vec![change("visit", 1, r#"{"code":"V1","note":"A name"}"#)],
            )
            .append(
                draft("recordAssessment", at(180)),
                vec![
                    change("assessment", 3, r#"{"pga":"1.30"}"#),
                    change("assessment", 4, r#"{"pga":"0.70"}"#),
                    change("reason", 5, r#"{"text":"Corrected from source"}"#),
                ],
            );
        ledger
    }

    /// Seals a redaction of one change and empties it.
    pub fn redact(&mut self, row: u128, target: Place, replacement: impl Into<Arc<str>>) -> &mut Self {
        let image = redaction_of(target, replacement);
        self.append(draft(redaction::COMMAND, at(600)), vec![change(redaction::TABLE, row, image)]);
        self.empty(target)
    }

    pub fn empty(&mut self, target: Place) -> &mut Self {
        let change = &mut self.entries[target.revision.0 as usize - 1].changes[target.position as usize];
        (change.image, change.salt) = (None, None);
        self
    }

    pub fn stored(&self) -> Vec<StoredEntry> {
        self.entries.iter().map(stored).collect()
    }

    pub fn verify(&self) -> Result<Verified, Fault> {
        verify(&self.stored())
    }
}

pub fn place(revision: u64, position: u32) -> Place {
    Place { revision: Revision(revision), position }
}

pub fn redaction_of(target: Place, replacement: impl Into<Arc<str>>) -> Arc<str> {
    let Place { revision, position } = target;
    to_image(&Redaction { revision, position, replacement: replacement.into(), reason: id(0x77) }).unwrap()
}

/// As a database holds it that keeps every column.
pub fn stored(entry: &Entry) -> StoredEntry {
    let header = &entry.header;
    let columns = vec![
        Column::Format(header.format),
        Column::At(header.at),
        Column::Actor(header.actor),
        Column::DisplayName(header.display_name.clone()),
        Column::Role(header.role.clone()),
        Column::Membership(header.membership),
        Column::Client(header.client.clone()),
        Column::Command(header.command.clone()),
        Column::RequestId(header.request_id),
        Column::PortalRevision(header.portal_revision),
        Column::IdempotencyKey(header.idempotency_key.clone()),
        Column::InputDigest(header.input_digest),
    ];
    StoredEntry { columns, ..StoredEntry::from(entry) }
}

pub fn verify(entries: &[StoredEntry]) -> Result<Verified, Fault> {
    let mut verifier = Verifier::new(stream());
    for entry in entries {
        verifier.push(entry)?;
    }
    verifier.finish()
}
