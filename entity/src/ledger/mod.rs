//! The ledger's own tables. They are written by the store alone, and never changed.

pub mod change;
pub mod checkpoint;
pub mod entry;
pub mod head;
pub mod idempotency;
