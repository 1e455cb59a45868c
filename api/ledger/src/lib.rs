//! Canonical bytes, digests, the hash chain, checkpoints and their verification.
//!
//! A stream is a chain of entries. An entry is a header and one change per changed row; a change holds the
//! row's image after the command, as canonical text, and a salt. Hash what is stored and store what is
//! hashed:
//!
//! - canonical text is RFC 8785 JSON without floats, without integers beyond 2^53, in NFC, without U+0000;
//! - `digest = SHA-256(salt || image)`, and the header holds the digest of each change;
//! - `hash = SHA-256(previous hash || header)`, where the first entry follows 32 zero bytes.
//!
//! So an image can be emptied (a redaction) without breaking any hash, and nothing else can change unseen.
//! What the chain alone cannot show, a removed tail, a signed [`checkpoint`] that somebody kept does.
//!
//! Invariant: no clock, no randomness, no input or output; times and salts are passed in.
//! Invariant: nothing here knows a trial; a row is a table's name, an id and a text.

pub mod canonical;
pub mod chain;
pub mod checkpoint;
pub mod compare;
pub mod digest;
pub mod entry;
pub mod head;
pub mod redaction;
pub mod stream;
#[cfg(test)]
mod testing;

pub use canonical::{CanonicalError, to_canonical};
pub use chain::{Column, Fault, FaultKind, Fold, FoldedRow, StoredChange, StoredEntry, Verified, Verifier};
pub use checkpoint::{Checkpoint, CheckpointError, CheckpointKeys};
pub use compare::{Comparison, Difference, DifferenceKind, compare_rows};
pub use digest::{Digest, Salt, change_digest, entry_hash, keyed};
pub use entry::{Change, ChangeHeader, Draft, Entry, Header, NewChange, SealError, TableName};
pub use head::{FORMAT, Head, Revision};
pub use redaction::{Place, Redaction, RedactionError, Redactions};
pub use stream::{ImageError, LoadedRow, Stream, StreamId};
