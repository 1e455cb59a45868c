//! Acts that need two persons: one proposes, another decides.

mod decide_proposal;
mod propose_redaction;
mod redaction;
#[cfg(test)]
mod tests;

pub use decide_proposal::{ApproveProposal, RejectProposal};
pub use propose_redaction::{ProposeRedaction, Reworded, StoredImage};
pub(crate) use redaction::Payload;
