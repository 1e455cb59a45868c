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
pub mod view;

pub use command::{Decide, Heads};
pub use consequence::{consequences, names as consequence_names};
pub use rulebook::Rulebook;
pub use snapshot::Snapshot;
pub use view::View;
