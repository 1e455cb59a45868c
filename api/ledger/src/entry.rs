//! Headers, changes and the sealing of an entry.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::canonical::{self, CanonicalError};
use crate::digest::{Digest, Salt, change_digest, entry_hash};
use crate::head::{Head, Revision};
use crate::stream::StreamId;

/// The name of a table: borrowed where the program knows it, owned where it was read.
pub type TableName = Cow<'static, str>;

/// Who did what, when and to which rows. Its canonical text is what is hashed and stored.
///
/// Texts that a person typed for others to read, such as the reason for a change, are changes and not in
/// here: a header can never be redacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The format of this entry.
    pub format: u32,
    /// The stream.
    pub stream: StreamId,
    /// The entry's number in the stream, from 1.
    pub revision: Revision,
    /// When the entry was made, by the server's clock, in microseconds; never before the entry before it.
    #[serde(with = "micros")]
    pub at: DateTime<Utc>,
    /// Who acted: a user, a service client or the reserved actor of the installation.
    pub actor: Uuid,
    /// The actor's name at that time.
    pub display_name: String,
    /// The role used.
    pub role: Option<String>,
    /// The membership used.
    pub membership: Option<Uuid>,
    /// The client program through which the actor came.
    pub client: Option<String>,
    /// The command's name.
    pub command: String,
    /// The request, as in the server's log.
    pub request_id: Uuid,
    /// The revision of the portal stream at which the actor's rights were judged.
    pub portal_revision: Revision,
    /// The key under which the caller may repeat the command.
    pub idempotency_key: Option<String>,
    /// The keyed digest of the command's input.
    pub input_digest: Digest,
    /// What changed, in order.
    pub changes: Vec<ChangeHeader>,
}

/// What a header says of one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeHeader {
    /// The table.
    pub table: TableName,
    /// The row's id.
    pub row: Uuid,
    /// The subject to which the row belongs, if to one.
    pub subject: Option<Uuid>,
    /// `SHA-256(salt || image)`.
    pub digest: Digest,
}

/// A row's image after an entry, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The table.
    pub table: TableName,
    /// The row's id.
    pub row: Uuid,
    /// The subject to which the row belongs, if to one.
    pub subject: Option<Uuid>,
    /// The whole row, as canonical text. None when a redaction emptied the change.
    pub image: Option<Arc<str>>,
    /// None when a redaction emptied the change.
    pub salt: Option<Salt>,
    /// `SHA-256(salt || image)`; it stays when image and salt are gone.
    pub digest: Digest,
}

/// A change before its entry is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChange {
    /// The table.
    pub table: TableName,
    /// The row's id.
    pub row: Uuid,
    /// The subject to which the row belongs, if to one.
    pub subject: Option<Uuid>,
    /// The whole row, as canonical text (see [`canonical::to_image`]).
    pub image: Arc<str>,
    /// Fresh random bytes, never used before.
    pub salt: Salt,
}

/// What the writer knows of an entry before it is sealed; the stream's head and the changes give the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The time now. Cut to microseconds, and not before the entry before.
    pub at: DateTime<Utc>,
    /// See [`Header::actor`].
    pub actor: Uuid,
    /// See [`Header::display_name`].
    pub display_name: String,
    /// See [`Header::role`].
    pub role: Option<String>,
    /// See [`Header::membership`].
    pub membership: Option<Uuid>,
    /// See [`Header::client`].
    pub client: Option<String>,
    /// See [`Header::command`].
    pub command: String,
    /// See [`Header::request_id`].
    pub request_id: Uuid,
    /// See [`Header::portal_revision`].
    pub portal_revision: Revision,
    /// See [`Header::idempotency_key`].
    pub idempotency_key: Option<String>,
    /// See [`Header::input_digest`].
    pub input_digest: Digest,
}

/// An entry, sealed or read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The header's canonical text: exactly what is stored and what is hashed.
    pub header_text: Arc<str>,
    /// The same, parsed.
    pub header: Header,
    /// `SHA-256(previous hash || header_text)`.
    pub hash: Digest,
    /// The changes, in the header's order.
    pub changes: Vec<Change>,
}

/// Why an entry cannot be sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealError {
    /// An image is not canonical text.
    Image {
        /// The change, counted from 0.
        position: usize,
        /// What is wrong with it.
        error: CanonicalError,
    },
    /// The header has no canonical form: a text in it is not NFC or holds U+0000.
    Header(CanonicalError),
}

impl Header {
    /// The header's canonical text.
    ///
    /// # Errors
    /// A text in it is not NFC or holds U+0000; the time is outside the years 0 to 9999.
    pub fn to_canonical(&self) -> Result<String, CanonicalError> {
        canonical::to_canonical(self)
    }

    /// Reads a header from its canonical text, and from no other text.
    ///
    /// # Errors
    /// The text is not a header, or says it in other bytes than `to_canonical` would.
    pub fn parse(text: &str) -> Result<Self, CanonicalError> {
        let header: Self = serde_json::from_str(text).map_err(|error| CanonicalError::syntax(&error))?;
        let again = header.to_canonical()?;
        // Compared as a whole: an unknown field, which serde passes over, is found as well.
        canonical::same(&again, text)?;
        Ok(header)
    }
}

impl Entry {
    /// Seals the entry that follows `previous`: it takes the next revision, the head's format and the later
    /// of the draft's time and the head's, digests each image under its salt, and hashes the header.
    ///
    /// # Errors
    /// An image or the header is not canonical; an entry is forever, so this is the last moment to refuse it.
    pub fn seal(previous: &Head, draft: Draft, changes: Vec<NewChange>) -> Result<Self, SealError> {
        let mut sealed = Vec::with_capacity(changes.len());
        for (position, change) in changes.into_iter().enumerate() {
            canonical::check(&change.image).map_err(|error| SealError::Image { position, error })?;
            sealed.push(change.digested());
        }
        let header = Header {
            format: previous.format,
            stream: previous.stream,
            revision: previous.revision.next(),
            at: to_micros(draft.at.max(previous.at)),
            actor: draft.actor,
            display_name: draft.display_name,
            role: draft.role,
            membership: draft.membership,
            client: draft.client,
            command: draft.command,
            request_id: draft.request_id,
            portal_revision: draft.portal_revision,
            idempotency_key: draft.idempotency_key,
            input_digest: draft.input_digest,
            changes: sealed.iter().map(Change::header).collect(),
        };
        let header_text: Arc<str> = header.to_canonical().map_err(SealError::Header)?.into();
        let hash = entry_hash(&previous.hash, &header_text);
        Ok(Self { header_text, header, hash, changes: sealed })
    }

    /// Where the stream stands after this entry.
    pub const fn head(&self) -> Head {
        let Header { stream, revision, format, at, .. } = &self.header;
        Head { stream: *stream, revision: *revision, hash: self.hash, format: *format, at: *at }
    }
}

impl NewChange {
    fn digested(self) -> Change {
        let digest = change_digest(&self.salt, &self.image);
        let Self { table, row, subject, image, salt } = self;
        Change { table, row, subject, image: Some(image), salt: Some(salt), digest }
    }
}

impl Change {
    /// What the header says of this change.
    pub fn header(&self) -> ChangeHeader {
        ChangeHeader { table: self.table.clone(), row: self.row, subject: self.subject, digest: self.digest }
    }
}

/// The time cut (not rounded) to microseconds, the precision of the ledger.
pub fn to_micros(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(6)
}

/// Times in a header: always six digits, so that their text sorts as they do.
mod micros {
    use chrono::{DateTime, Datelike, SecondsFormat, Utc};
    use serde::{Deserialize, Deserializer, Serializer, de, ser};

    pub fn serialize<S: Serializer>(at: &DateTime<Utc>, out: S) -> Result<S::Ok, S::Error> {
        if !(0..=9999).contains(&at.year()) {
            return Err(ser::Error::custom("the time is outside the years 0 to 9999"));
        }
        out.serialize_str(&at.to_rfc3339_opts(SecondsFormat::Micros, true))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        let at = DateTime::parse_from_rfc3339(&text).map_err(de::Error::custom)?;
        Ok(at.to_utc())
    }
}

#[cfg(test)]
mod tests;
