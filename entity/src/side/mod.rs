//! Rows beside the ledger: encrypted where personal, and never in an image.

pub mod client_assertion;
pub mod credential;
pub mod identity_lookup;
pub mod invitation;
pub mod refresh_token;
pub mod secret;
pub mod session;
pub mod sign_in_attempt;
pub mod subject_identity;
pub mod subject_key;
