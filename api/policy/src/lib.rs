//! Who may see what and do what, and the vocabulary in which decisions are made.
//!
//! A security reviewer reads [`rules`] and knows every right in the system; the study crate's views
//! apply it. Nothing here reads a clock, draws a random number or touches a database.
//!
//! Invariant: every pair of role and data group, and of role and act, is decided in [`rules`].

pub mod act;
pub mod actor;
pub mod change;
pub mod group;
pub mod identity;
pub mod moment;
pub mod proposal;
pub mod refusal;
pub mod resemblance;
pub mod role;
pub mod rules;
pub mod scopes;

pub use act::Act;
pub use actor::{Actor, Membership};
pub use change::{Change, Decision, SideWrite};
pub use group::{DataClass, DataGroup};
pub use identity::{Identity, Side};
pub use moment::{Ids, Moment};
pub use proposal::ProposalState;
pub use refusal::{Kind, Refusal, RefusalCode};
pub use resemblance::{Resemblance, resemblance};
pub use role::{Party, Role, Scope};
pub use rules::{Access, Cell, access, may, needs_two};
pub use scopes::{granted, within};
