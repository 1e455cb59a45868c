//! The study streams: snapshot, rulebook, views, commands and their consequences.
//!
//! Pure: no clock, no randomness, no I/O. Time, ids and salts come in with a `Moment`.
//!
//! Invariant: no row leaves this crate but through a [`View`].
//! Invariant: no command writes a consequence; [`consequences`] does, after each of them.

pub mod board;
pub mod command;
mod consequence;
pub mod derived;
pub mod outcome;
pub mod rulebook;
mod snapshot;
pub mod terms;
pub mod view;

pub use command::{Decide, Heads};
pub use consequence::{consequences, names as consequence_names};
pub use rulebook::Rulebook;
pub use snapshot::Snapshot;
pub use view::View;

/// Items of instruments as they were recorded, and the forms that they stand on.
pub mod instrument {
    pub use derivation::instrument::bilag2004::{Item, ItemKind, item};
    use derivation::instrument::sledai2k::Descriptor;
    pub use entity::{AstctFindings, BilagItem, CrsFindings, FlareExtras, IcansFindings, Items, LldasExtras};

    /// Codes of the descriptors of SLEDAI-2K in the instrument's order.
    pub fn descriptors() -> impl Iterator<Item = &'static str> {
        Descriptor::ALL.into_iter().map(Descriptor::code)
    }
}

/// What derived answers are made of.
pub mod rules {
    pub use derivation::instrument::bilag2004::numeric::numeric;
    pub use derivation::instrument::bilag2004::{Grades, System, SystemGrade};
    pub use derivation::rule::{Criterion, RuleVersion};
    pub use derivation::safety::exposure::Rate as ExposureRate;
    pub use derivation::statistics::Interval;
    pub use entity::{Exact, NotExact, NotPartial, PartialText};
}
