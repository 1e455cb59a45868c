//! The portal stream: people, memberships, service clients, the study registry, settings and public keys.
//!
//! [`Portal`] is folded from the ledger and immutable. It answers who asks ([`Portal::actor`]), which studies
//! an actor knows of and whether an act is allowed; the commands in [`command`] decide what becomes of it.
//!
//! Pure: no clock, no randomness, no I/O. Time, ids and salts come in with a `Moment`.
//!
//! Invariant: no row leaves this crate; views and [`policy::Actor`]s do.
//! Invariant: a user name is never given twice, not even after its holder was disabled.
//! Invariant: the state loaded from the newest images equals the state that applied every entry.

mod actor;
pub mod command;
mod index;
mod jwk;
mod period;
mod setting;
mod state;
mod table;
#[cfg(test)]
mod testing;
mod text;
mod view;

pub use actor::{CallingClient, SigningIn, installation};
pub use command::Decide;
// The terms that views and commands speak in, for those who know no rows.
pub use entity::terms::{AccountStatus, KeyPurpose, KeyStatus, Masking};
pub use setting::SettingKey;
pub use state::Portal;
pub use view::{
    ClientView, MembershipProposalView, MembershipView, PersonView, PublicKeyView, RegisteredStudyView,
};
