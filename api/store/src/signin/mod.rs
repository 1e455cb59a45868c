//! What people sign in with, their sessions, and the failures that are counted: rows beside the ledger.
//!
//! Invariant: what changes here and is worth knowing of is written in one transaction with its record in the access
//! log, so that neither is there without the other.
//! Invariant: a second factor's code, a recovery code, an invitation, a refresh token and an assertion are each taken
//! once, whichever process is asked.

mod assertion;
mod attempt;
mod credential;
mod invitation;
mod session;
mod store;

pub use attempt::{Charge, Door, Forgiven, Lockout, Tried};
pub use credential::{Credential, Spent};
pub use session::{Began, Refreshed, Session};
pub use store::{Acceptance, Former, NewCredential, Proof};

pub(crate) use invitation::{Invited, invite};

use crate::access_log::{self, Access};
use crate::error::StoreError;
use crate::writer::Writers;
use entity::terms::AccessKind;
use ledger::Head;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

/// Of whom and of which request the access log is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The person or client; nil for a name that nobody has.
    pub actor: Uuid,
    /// The printed name.
    pub actor_name: String,
    /// The program that asks.
    pub client: String,
    /// The request.
    pub request_id: Uuid,
}

impl Trace {
    /// A record of something that happened to an account.
    pub fn record(&self, kind: AccessKind, operation: &str) -> Access {
        Access {
            actor: self.actor,
            actor_name: self.actor_name.clone(),
            role: None,
            membership: None,
            study: None,
            kind,
            groups: Vec::new(),
            subjects: Vec::new(),
            operation: Some(operation.to_owned()),
            request_id: self.request_id,
        }
    }
}

/// A transaction that ends with records in the access log.
pub(crate) struct Recording<'w> {
    writers: &'w Writers,
    pub(crate) txn: DatabaseTransaction,
    head: Head,
}

impl Writers {
    /// Begins a transaction that ends with records in the access log.
    pub(crate) async fn recording(&self) -> Result<Recording<'_>, StoreError> {
        let (txn, head) = self.begin_access().await?;
        Ok(Recording { writers: self, txn, head })
    }
}

impl Recording<'_> {
    /// Writes the records and commits.
    pub(crate) async fn commit(self, records: &[Access], client: &str) -> Result<(), StoreError> {
        if records.is_empty() {
            return Ok(self.txn.commit().await?);
        }
        let batch = access_log::batch(self.writers, &self.head, (records, Some(client)))?;
        self.writers.commit_access(self.txn, self.head, &batch).await
    }
}
