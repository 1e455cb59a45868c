//! Who is calling: from a bearer token to a name that the portal knows, and from a password to a token.
//!
//! A token says who somebody is and never what they may do; that stands in the portal's memberships.
//!
//! Invariant: the algorithm is pinned for each key, never taken from the token.

pub mod account;
pub mod client;
pub mod factor;
mod issue;
pub mod jws;
mod keys_file;
pub mod password;
mod remembered;
mod source;
mod stamp;
pub mod step_up;
mod verify;

pub use issue::{Besides, ClientClaims, Grant, Minter, SessionClaims};
pub use verify::{Caller, Trust};

use crate::failure::{Code, Failure};

/// Why a token is not accepted. Callers hear UNAUTHENTICATED and this sentence, and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The public sentence.
    pub message: &'static str,
}

impl Rejected {
    pub(crate) const fn because(message: &'static str) -> Rejected {
        Rejected { message }
    }
}

impl From<Rejected> for Failure {
    fn from(rejected: Rejected) -> Failure {
        Failure::new(Code::Unauthenticated, rejected.message)
    }
}
