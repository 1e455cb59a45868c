//! Appends to ledgers, tails them, and holds what is read of them. The only crate with a database connection.
//!
//! A command goes to the writer of its stream ([`writer`]), is decided on the state at the locked head
//! ([`decide`]), sealed, and written with its rows in one transaction ([`append`]). Reads ask for the newest
//! revisions ([`heads`]), and take states from memory ([`cache`]), which are loaded ([`load`]) and caught up
//! ([`tail`]) from the ledger alone.
//!
//! Invariant: a row of a study changes only in the transaction that appends its ledger entry, and only to
//! what a decision returned.
//! Invariant: heads are locked in the order portal, open, sealed, access; a head moves only under its lock.
//! Invariant: an answer leaves after its commit; a read sees every write that was acknowledged before it began,
//! or fails.
//! Invariant: rights are resolved from the portal head inside the transaction that writes.
//! Invariant: no clinical rule lives here; see `study` and `derivation`.
//! Invariant: time and randomness come from [`clock`] alone, and personal data leaves only decrypted on demand.

mod access_log;
mod append;
mod cache;
mod call;
mod checkpoint;
mod clock;
mod connect;
mod core;
mod decide;
mod error;
mod finding;
mod heads;
mod history;
mod hooks;
mod identity;
mod load;
mod metrics;
mod notify;
mod rotation;
mod schema;
mod secrets;
mod sheet;
mod signin;
mod store;
mod tables;
mod tail;
mod transaction;
mod vault;
mod verify;
mod writer;

pub use access_log::Access;
pub use call::{Accepted, Call, CallerRef, Outcome, Refused};
pub use clock::Clock;
pub use connect::DatabaseConfig;
pub use entity::terms::{AccessKind, KeyPurpose};
pub use error::{StoreCode, StoreError};
pub use finding::{Finding, Inspection, Report, Walked};
pub use history::{PAGE_MAX, Page, Touching, TrailChange, TrailEntry};
pub use hooks::{Hook, Hooks, Note};
pub use identity::IdentityBook;
pub use metrics::Metrics;
pub use rotation::Rotated;
pub use secrets::{NewSigningKey, SigningKey};
pub use signin::{
    Acceptance, Began, Charge, Credential, Door, Forgiven, Former, Lockout, NewCredential, Proof, Refreshed,
    Session, Spent, Trace, Tried,
};
pub use store::{Newest, Store};
pub use vault::{KeyVault, MasterKeys};
