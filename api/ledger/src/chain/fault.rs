//! What a verification can find, and where.

use std::fmt;

use crate::head::Revision;
use crate::stream::StreamId;

/// The first difference between a ledger as stored and a ledger as it was written. P11-06.
///
/// Its text names the place and what is wrong there, and never a value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The stream.
    pub stream: StreamId,
    /// The entry; of a missing one, the number it would have.
    pub revision: Revision,
    /// The change in the entry, counted from 0, if the fault is in one.
    pub position: Option<u32>,
    /// What is wrong.
    pub what: FaultKind,
    /// The particulars, such as both hashes.
    pub detail: String,
}

/// The kinds of [`Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The entry is stored under another stream.
    Stream,
    /// An entry was removed.
    RevisionMissing,
    /// An entry stands twice, or after a later one.
    RevisionRepeated,
    /// The format is one that this version does not know.
    FormatUnknown,
    /// The format is older than that of the entry before.
    FormatFell,
    /// The stored hash is not that of the header after the entry before.
    Hash,
    /// The header is not a header in canonical text.
    Header,
    /// A column beside the header differs from it.
    Column,
    /// The time is before that of the entry before.
    Time,
    /// A change that the header names is not there.
    ChangeMissing,
    /// A change is there that the header does not name.
    ChangeExtra,
    /// A position stands twice, or out of order.
    ChangePosition,
    /// Table, row or subject of a change differ from the header.
    ChangeRow,
    /// The stored digest of a change differs from the header's.
    ChangeDigest,
    /// Salt and image of a change do not give its digest.
    ChangeImage,
    /// A change has lost its image or its salt and kept the other.
    HalfEmptied,
    /// A change is empty and no redaction stands for it.
    Emptied,
    /// A redaction cannot be read, or stands in an entry that is none.
    Redaction,
    /// A redaction names a change that is not there, or not empty.
    RedactionTarget,
    /// The stored head is not that of the last entry.
    Head,
    /// A checkpoint is of another stream than the chain.
    CheckpointStream,
    /// The chain ends before a checkpoint of it: its last entries were removed.
    Truncated,
    /// The chain has another entry where a checkpoint stands: history was written anew.
    Forked,
}

impl FaultKind {
    /// The kind in words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Stream => "the entry belongs to another stream",
            Self::RevisionMissing => "the entry is missing",
            Self::RevisionRepeated => "the revision stands twice or out of order",
            Self::FormatUnknown => "this version does not know the entry's format",
            Self::FormatFell => "the format is older than that of the entry before",
            Self::Hash => "the stored hash does not follow from the entry before and the header",
            Self::Header => "the header is not a header in canonical text",
            Self::Column => "a column differs from the header",
            Self::Time => "the time is before that of the entry before",
            Self::ChangeMissing => "the change is missing",
            Self::ChangeExtra => "the header does not name the change",
            Self::ChangePosition => "the position stands twice or out of order",
            Self::ChangeRow => "table, row or subject differ from the header",
            Self::ChangeDigest => "the stored digest differs from the header",
            Self::ChangeImage => "salt and image do not give the digest",
            Self::HalfEmptied => "only one of image and salt is there",
            Self::Emptied => "the change is empty and no redaction stands for it",
            Self::Redaction => "the redaction is not valid",
            Self::RedactionTarget => "the redaction names a change that is not there or not empty",
            Self::Head => "the stored head is not that of the last entry",
            Self::CheckpointStream => "the checkpoint is of another stream",
            Self::Truncated => "the chain ends before a checkpoint of it",
            Self::Forked => "the entry is not the one of which a checkpoint was kept",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "stream {}, revision {}", self.stream, self.revision)?;
        if let Some(position) = self.position {
            write!(out, ", change {position} (counted from 0)")?;
        }
        write!(out, ": {}", self.what.text())?;
        if self.detail.is_empty() { Ok(()) } else { write!(out, ": {}", self.detail) }
    }
}

impl std::error::Error for Fault {}
