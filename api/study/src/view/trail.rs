//! What a request read of direct identifiers and of closed board matters, for the access log.

use policy::Identity;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// Opens direct identifiers, which lie encrypted beside the ledger.
pub trait Vault: Send + Sync {
    /// A subject's identifiers; none when nothing was recorded or the key was destroyed.
    fn open(&self, study: Uuid, subject: Uuid) -> Option<Identity>;
}

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReadKind {
    /// Direct identifiers of a subject.
    Identity,
    /// A closed report of the safety board.
    ClosedBoard,
}

/// One read to be logged before its answer leaves.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Read {
    /// What was read.
    pub kind: ReadKind,
    /// The study.
    pub study: Uuid,
    /// The subject, or the data cut.
    pub row: Uuid,
    /// The grant under which it was read.
    pub membership: Option<Uuid>,
}

/// Gathers reads while a request runs.
#[derive(Debug, Default)]
pub struct Trail {
    reads: Mutex<Vec<Read>>,
}

impl Trail {
    pub(super) fn note(&self, read: Read) {
        let mut reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        if !reads.contains(&read) {
            reads.push(read);
        }
    }

    /// Takes what was gathered.
    pub fn take(&self) -> Vec<Read> {
        std::mem::take(&mut *self.reads.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
