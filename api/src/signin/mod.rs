//! Who is calling: from a bearer token to a name that the portal knows.
//!
//! A token says who somebody is and never what they may do; that stands in the portal's memberships.
//!
//! Invariant: the algorithm is pinned for each key, never taken from the token.

mod issue;
mod remembered;
mod standing;
mod verify;

pub use issue::{Grant, Minter};
pub use standing::Standing;
pub use verify::{Caller, Trust, Trusted};

/// Why a token is not accepted. Callers hear UNAUTHENTICATED and this sentence, and no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The public sentence.
    pub message: &'static str,
}

impl Rejected {
    pub(crate) const fn because(message: &'static str) -> Rejected {
        Rejected { message }
    }
}
