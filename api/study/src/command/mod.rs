//! What can be done to a study: one file an act, each a pure decision.
//!
//! A command resolves what it names through the caller's View (not yours is not there), judges the rules on
//! the whole snapshot, and returns rows. It writes no consequence: [`crate::consequences`] does.

mod check;
mod decides;
mod desk;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub mod board;
pub mod conduct;
pub mod enrolment;
pub mod review;
pub mod safety;
pub mod setup;

pub(crate) use decides::decides;
pub(crate) use desk::{Desk, FREE_TEXT_LIMIT, change, expect_revision, free_text, line};

use crate::Snapshot;
use policy::{Act, Actor, Decision, Moment, Refusal, Side};
use std::sync::Arc;
use uuid::Uuid;

/// Which heads a command may write. They are locked in the order of the fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heads {
    /// The portal's.
    pub portal: bool,
    /// The study's open one.
    pub open: bool,
    /// The study's sealed one.
    pub sealed: bool,
}

impl Heads {
    /// The open stream alone: almost every command.
    pub const OPEN: Heads = Heads { portal: false, open: true, sealed: false };
    /// Both streams of the study.
    pub const BOTH: Heads = Heads { portal: false, open: true, sealed: true };
}

/// An act on a study, with its whole input.
pub trait Decide: Send + Sync {
    /// Which act it is.
    fn act(&self) -> Act;

    /// The whole input as JSON: what an idempotency key stands for.
    fn input(&self) -> serde_json::Value;

    /// Which heads it may write.
    fn heads(&self) -> Heads {
        Heads::OPEN
    }

    /// Subjects whose direct identifiers it needs.
    fn identities(&self) -> Vec<Uuid> {
        Vec::new()
    }

    /// Decides, and does nothing else. The same arguments give the same decision.
    ///
    /// # Errors
    /// A refusal: nothing is written.
    fn decide(
        &self,
        actor: &Actor,
        at: &Moment,
        study: &Arc<Snapshot>,
        side: &Side,
    ) -> Result<Decision, Refusal>;
}
