//! Rows beside the ledger: encrypted where personal, and never in an image.

pub mod identity_lookup;
pub mod secret;
pub mod subject_identity;
pub mod subject_key;
