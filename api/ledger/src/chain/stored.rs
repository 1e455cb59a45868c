//! Entries as a database holds them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::digest::Digest;
use crate::entry::{Change, Entry, Header};
use crate::head::Revision;
use crate::stream::StreamId;

/// An entry as the database holds it: nothing in it is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// The stream under which it is stored.
    pub stream: StreamId,
    /// The revision under which it is stored.
    pub revision: Revision,
    /// The header's text.
    pub header: Arc<str>,
    /// The stored hash.
    pub hash: Digest,
    /// The columns that repeat a field of the header for those who search.
    pub columns: Vec<Column>,
    /// The changes, in the order of their positions.
    pub changes: Vec<StoredChange>,
}

/// A change as the database holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredChange {
    /// Its position in the entry, from 0.
    pub position: u32,
    /// The rest.
    pub change: Change,
}

/// A column that repeats a field of the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// [`Header::format`]
    Format(u32),
    /// [`Header::at`]
    At(DateTime<Utc>),
    /// [`Header::actor`]
    Actor(Uuid),
    /// [`Header::display_name`]
    DisplayName(String),
    /// [`Header::role`]
    Role(Option<String>),
    /// [`Header::membership`]
    Membership(Option<Uuid>),
    /// [`Header::client`]
    Client(Option<String>),
    /// [`Header::command`]
    Command(String),
    /// [`Header::request_id`]
    RequestId(Uuid),
    /// [`Header::portal_revision`]
    PortalRevision(Revision),
    /// [`Header::idempotency_key`]
    IdempotencyKey(Option<String>),
    /// [`Header::input_digest`]
    InputDigest(Digest),
}

impl Column {
    /// The field of the header.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Format(_) => "format",
            Self::At(_) => "at",
            Self::Actor(_) => "actor",
            Self::DisplayName(_) => "display_name",
            Self::Role(_) => "role",
            Self::Membership(_) => "membership",
            Self::Client(_) => "client",
            Self::Command(_) => "command",
            Self::RequestId(_) => "request_id",
            Self::PortalRevision(_) => "portal_revision",
            Self::IdempotencyKey(_) => "idempotency_key",
            Self::InputDigest(_) => "input_digest",
        }
    }

    pub(super) fn agrees_with(&self, header: &Header) -> bool {
        match self {
            Self::Format(format) => *format == header.format,
            Self::At(at) => *at == header.at,
            Self::Actor(actor) => *actor == header.actor,
            Self::DisplayName(name) => *name == header.display_name,
            Self::Role(role) => *role == header.role,
            Self::Membership(membership) => *membership == header.membership,
            Self::Client(client) => *client == header.client,
            Self::Command(command) => *command == header.command,
            Self::RequestId(id) => *id == header.request_id,
            Self::PortalRevision(revision) => *revision == header.portal_revision,
            Self::IdempotencyKey(key) => *key == header.idempotency_key,
            Self::InputDigest(digest) => *digest == header.input_digest,
        }
    }
}

impl From<&Entry> for StoredEntry {
    /// The entry as a database holds it that keeps no columns beside the header.
    fn from(entry: &Entry) -> Self {
        let changes = (0..)
            .zip(&entry.changes)
            .map(|(position, change)| StoredChange { position, change: change.clone() });
        Self {
            stream: entry.header.stream,
            revision: entry.header.revision,
            header: entry.header_text.clone(),
            hash: entry.hash,
            columns: Vec::new(),
            changes: changes.collect(),
        }
    }
}
