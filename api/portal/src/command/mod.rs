//! What can be done to the portal: one file an act, each a pure decision.
//!
//! A command asks for the grant that allows it, judges its input on the whole portal, and returns rows.

mod add_person;
mod add_service_client;
mod change_client_keys;
mod change_setting;
pub(crate) mod decide_membership;
mod disable_person;
mod end_membership;
mod grant_membership;
mod init;
mod invite_person;
mod propose_membership;
mod register_study;
mod review_membership;
mod sign_out_person;

pub use add_person::AddPerson;
pub use add_service_client::{AddServiceClient, SCOPES};
pub use change_client_keys::ChangeClientKeys;
pub use change_setting::ChangeSetting;
pub use decide_membership::{ApproveMembership, RejectMembership};
pub use disable_person::DisablePerson;
pub use end_membership::EndMembership;
pub use grant_membership::GrantMembership;
pub use init::{Init, NewAdministrator, NewPublicKey};
pub use invite_person::InvitePerson;
pub use propose_membership::ProposeMembership;
pub use register_study::RegisterStudy;
pub use review_membership::ReviewMembership;
pub use sign_out_person::SignOutPerson;

use crate::Portal;
use entity::row::Row;
use entity::rows;
use policy::{Act, Actor, Change, Decision, Moment, Refusal, RefusalCode};
use serde::Serialize;
use serde_json::Value;

/// An act on the portal, with its whole input.
pub trait Decide: Send + Sync {
    /// Which act it is.
    fn act(&self) -> Act;

    /// The name that the ledger entry gives the command: the act's, unless the command has one of its own.
    fn command(&self) -> &'static str {
        self.act().as_str()
    }

    /// The whole input as JSON: what an idempotency key stands for. What the server adds of its own, such as a
    /// drawn id or the sites of a study, is not in it, so that a repeated request stays the same.
    fn input(&self) -> Value;

    /// Decides, and does nothing else. The same arguments give the same decision.
    ///
    /// # Errors
    /// A refusal: nothing is written.
    fn decide(&self, actor: &Actor, at: &Moment, portal: &Portal) -> Result<Decision, Refusal>;
}

/// An empty decision that names the grant by which the actor may perform an act in the installation.
fn permit(actor: &Actor, act: Act) -> Result<Decision, Refusal> {
    let grant = actor.allows_in_installation(act).ok_or_else(Refusal::forbidden)?;
    Ok(Decision { membership: Some(grant.id), role: Some(grant.role), ..Decision::default() })
}

/// A change that makes a row what it is.
fn change<R: Row>(row: &R) -> Result<Change, Refusal> {
    Change::of(R::TABLE, row.id(), row.subject(), row)
        .map_err(|_| Refusal::new(RefusalCode::InvalidValue, "the record has no canonical form"))
}

/// The change that keeps why an act was done, beside what it changed. The reason is never part of a header.
fn why(text: String, at: &Moment) -> Result<Change, Refusal> {
    change(&rows::PortalReason { id: at.ids("reason").draw(), text })
}

/// A command's fields as JSON.
fn input_of<T: Serialize>(command: &T) -> Value {
    // Commands are flat structures of texts, ids, days and truth values, which always have a JSON form.
    serde_json::to_value(command).unwrap_or_default()
}
