//! Which streams there are, and what a state folded from one can do.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::entry::{Change, Header, TableName};
use crate::head::{Head, Revision};

/// A stream. The order of the variants is the order in which heads are locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StreamId {
    /// Users, memberships, service clients, study registry, settings.
    Portal,
    /// What of a study is open to those who work in it.
    Open(Uuid),
    /// Closed board matters of a study and, in a masked study, allocations and potentially unmasking results.
    Sealed(Uuid),
    /// The access log.
    Access,
}

/// The text is not the text of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAStream;

impl StreamId {
    /// The study to which the stream belongs.
    pub const fn study(&self) -> Option<Uuid> {
        match self {
            Self::Open(study) | Self::Sealed(study) => Some(*study),
            Self::Portal | Self::Access => None,
        }
    }
}

impl fmt::Display for StreamId {
    /// `portal`, `access`, `study:<uuid>:open` or `study:<uuid>:sealed`; part of every header, so it never
    /// changes.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Portal => out.write_str("portal"),
            Self::Access => out.write_str("access"),
            Self::Open(study) => write!(out, "study:{study}:open"),
            Self::Sealed(study) => write!(out, "study:{study}:sealed"),
        }
    }
}

impl FromStr for StreamId {
    type Err = NotAStream;

    fn from_str(text: &str) -> Result<Self, NotAStream> {
        let id = match text {
            "portal" => Self::Portal,
            "access" => Self::Access,
            _ => {
                let rest = text.strip_prefix("study:").ok_or(NotAStream)?;
                let (study, side) = rest.split_once(':').ok_or(NotAStream)?;
                let study = Uuid::try_parse(study).map_err(|_| NotAStream)?;
                match side {
                    "open" => Self::Open(study),
                    "sealed" => Self::Sealed(study),
                    _ => return Err(NotAStream),
                }
            }
        };
        // A UUID can be written in several ways; a stream in one only.
        if id.to_string() == text { Ok(id) } else { Err(NotAStream) }
    }
}

impl Serialize for StreamId {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StreamId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        text.parse().map_err(|NotAStream| de::Error::custom("not the name of a stream"))
    }
}

/// A row as a stream's state is loaded from it: its newest image at or below the wanted revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedRow {
    /// The table.
    pub table: TableName,
    /// The row's id.
    pub row: Uuid,
    /// The subject to which the row belongs, if to one.
    pub subject: Option<Uuid>,
    /// The row, as canonical text; of a redacted change its replacement image.
    pub image: Arc<str>,
    /// The revision that wrote the image, which is the row's own last change.
    pub revision: Revision,
}

/// An image cannot be read as a row of its table. The message names the field and never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageError {
    /// The table.
    pub table: TableName,
    /// The row's id.
    pub row: Uuid,
    /// What is wrong, for the log.
    pub message: String,
}

/// A state that is folded from a stream: immutable, cheap to clone, and made anew by each entry.
pub trait Stream: Clone + Send + Sync + 'static {
    /// The state before the first entry.
    fn empty(id: StreamId) -> Self;

    /// The state at `head` from the newest image of each row. The rows come in no particular order, each
    /// once.
    ///
    /// # Errors
    /// An image is not a row of its table, or the table is not one of this stream's.
    fn load(id: StreamId, head: Head, rows: Vec<LoadedRow>) -> Result<Self, ImageError>;

    /// The state after one more entry, whose head is `head`; `self` stays as it is.
    ///
    /// Redactions do not come this way: they change the past, so a stream is loaded again after one
    /// (see [`crate::redaction`]). Every change given here therefore has its image.
    ///
    /// # Errors
    /// As for `load`; also a change without an image.
    fn apply(&self, head: Head, changes: &[Change], header: &Header) -> Result<Self, ImageError>;

    /// Where the stream stands.
    fn head(&self) -> &Head;

    /// About how many bytes of memory the state holds, counted rather than measured.
    fn bytes(&self) -> usize;
}

#[cfg(test)]
mod tests;
