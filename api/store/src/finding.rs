//! What a verification is asked, and what it can find.

use ledger::{CheckpointKeys, Difference, Fault, Head, StreamId};
use std::fmt;
use uuid::Uuid;

/// What to verify.
#[derive(Clone, Default)]
pub struct Inspection {
    /// One study; everything when none.
    pub study: Option<Uuid>,
    /// Checkpoints (JWS) that somebody kept.
    pub checkpoints: Vec<String>,
    /// Public keys of checkpoints that came from outside, by key id. Without any those of the portal are
    /// taken, which whoever can rewrite the portal can rewrite, too.
    pub keys: CheckpointKeys,
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// In a stream's chain, its head, or against a checkpoint.
    Chain(Fault),
    /// A table differs from the ledger.
    Table(Difference),
    /// A table's row cannot be read at all.
    Unreadable {
        /// The table.
        table: String,
        /// Why, without values.
        why: String,
    },
    /// The record of idempotency keys differs from the headers.
    Idempotency {
        /// The stream.
        stream: StreamId,
        /// The entry.
        revision: u64,
    },
    /// A checkpoint is not a valid one of ours.
    Checkpoint {
        /// Its place among those that were given, from 0; those in the database come after them.
        index: usize,
        /// What is wrong.
        why: &'static str,
    },
    /// A subject's identifiers beside the ledger are not those that its newest image is committed to.
    Identity {
        /// The subject.
        subject: Uuid,
        /// What is wrong, without values.
        why: &'static str,
    },
    /// The installation's secret is not the one that the portal's ledger names.
    Secret {
        /// The id that the ledger names.
        named: String,
        /// The id of the one that is held.
        held: String,
    },
    /// A stream has entries or checkpoints and no head.
    Headless {
        /// The stream's name as stored.
        stream: String,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Chain(fault) => fault.fmt(f),
            Finding::Table(difference) => difference.fmt(f),
            Finding::Unreadable { table, why } => write!(f, "table {table} cannot be read: {why}"),
            Finding::Idempotency { stream, revision } => {
                write!(f, "stream {stream}, revision {revision}: its idempotency key is recorded otherwise")
            }
            Finding::Checkpoint { index, why } => write!(f, "checkpoint {index} (counted from 0): {why}"),
            Finding::Identity { subject, why } => write!(f, "identifiers of subject {subject}: {why}"),
            Finding::Secret { named, held } => {
                write!(f, "the installation's secret is {held}, and the portal's ledger names {named}")
            }
            Finding::Headless { stream } => write!(f, "stream {stream} has no head"),
        }
    }
}

/// A stream that was walked to its end without a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked {
    /// Where it stands.
    pub head: Head,
    /// How many rows its newest images make.
    pub rows: u64,
    /// How many checkpoints were compared with it.
    pub checkpoints: usize,
}

/// What a verification came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The streams without a fault, in the order of their ids.
    pub streams: Vec<Walked>,
    /// How many rows of tables were compared.
    pub rows: u64,
    /// The first finding of each stream, set of tables and checkpoint.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether everything is as it was written.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}
