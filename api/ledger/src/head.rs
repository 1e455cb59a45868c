//! Where a stream stands: its newest revision and hash.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::stream::StreamId;

/// The format of entries that this version writes into a new stream.
pub const FORMAT: u32 = 1;

/// Whether this version can read entries of the format. A stream whose head has another one is newer than
/// this program.
pub const fn is_known_format(format: u32) -> bool {
    format >= 1 && format <= FORMAT
}

/// The number of an entry in its stream: 1 for the first, 0 for "before the first"; below 2^53.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(pub u64);

impl Revision {
    /// Before the first entry.
    pub const ZERO: Self = Self(0);

    /// The revision that follows.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// Where a stream stands after an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Head {
    /// The stream.
    pub stream: StreamId,
    /// Its newest revision.
    pub revision: Revision,
    /// The hash of its newest entry.
    pub hash: Digest,
    /// The format in which the next entry is written.
    pub format: u32,
    /// The time of its newest entry, in microseconds.
    pub at: DateTime<Utc>,
}

impl Head {
    /// The head of a stream without entries: revision 0, zero hash, this version's format, and the epoch as
    /// its time.
    pub const fn empty(stream: StreamId) -> Self {
        Self {
            stream,
            revision: Revision::ZERO,
            hash: Digest::ZERO,
            format: FORMAT,
            at: DateTime::UNIX_EPOCH,
        }
    }

    /// Whether the stream has no entry yet.
    pub const fn is_empty(&self) -> bool {
        self.revision.0 == 0
    }
}
