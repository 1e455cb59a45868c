//! What follows from a command by rule, whoever gave it: a fixed list, run once after each, into the same entry.
//!
//! No command calls these. A consequence looks at the study before and after and returns rows; it never
//! looks at what another consequence returned.

mod clocks;
mod edit_checks;
mod stopping_rules;
#[cfg(test)]
mod tests;

use crate::Snapshot;
use crate::snapshot::Subject;
use policy::{Change, Moment, Refusal};
use std::sync::Arc;

/// The study before and after a command.
pub(crate) struct Step<'s> {
    pub before: &'s Snapshot,
    pub after: &'s Snapshot,
    pub at: &'s Moment,
}

impl<'s> Step<'s> {
    /// Subjects that the command changed, as they are after it.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &'s Arc<Subject>> + use<'s> {
        let before = self.before;
        self.after.changed_since(before)
    }
}

/// A consequence: its name, and what it lays down.
type Consequence = (&'static str, fn(&Step<'_>) -> Result<Vec<Change>, Refusal>);

/// Every consequence, in the order in which they run.
const LIST: &[Consequence] =
    &[("edit checks", edit_checks::run), ("stopping rules", stopping_rules::run), ("clocks", clocks::run)];

/// Names of the consequences that run after every command.
pub fn names() -> impl Iterator<Item = &'static str> {
    LIST.iter().map(|(name, _)| *name)
}

/// Runs the list. The changes go into the open stream's entry of the command that led here.
///
/// # Errors
/// When a row has no canonical form.
pub fn consequences(before: &Snapshot, after: &Snapshot, at: &Moment) -> Result<Vec<Change>, Refusal> {
    let step = Step { before, after, at };
    let mut changes = Vec::new();
    for (_, run) in LIST {
        changes.extend(run(&step)?);
    }
    Ok(changes)
}
