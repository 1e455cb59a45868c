//! Acts that need two persons: one proposes, another decides.

mod decide_proposal;
mod erasure;
mod propose_redaction;
mod redaction;
#[cfg(test)]
mod tests;

use super::Desk;
pub use decide_proposal::{ApproveProposal, RejectProposal};
use entity::rows;
use entity::terms::ProposalState;
pub(crate) use erasure::Erasure;
pub use erasure::ProposeIdentityErasure;
use policy::proposal::expiry;
use policy::{Act, Refusal, RefusalCode};
pub use propose_redaction::{ProposeRedaction, Reworded, StoredImage};
pub(crate) use redaction::Payload as Redaction;
use serde::Serialize;
use uuid::Uuid;

/// What a proposal says.
#[derive(Clone)]
pub(crate) enum Proposed {
    /// That words be taken out of an entry.
    Redaction(Redaction),
    /// That a subject's identifiers be erased.
    Erasure(Erasure),
}

impl Proposed {
    /// What a saved proposal says; none for an act that this program does not know.
    pub(crate) fn read(saved: &rows::Proposal) -> Option<Proposed> {
        if saved.act == Act::ProposeRedaction.as_str() {
            return serde_json::from_str(&saved.payload).ok().map(Proposed::Redaction);
        }
        let erases = saved.act == Act::ProposeIdentityErasure.as_str();
        erases.then(|| serde_json::from_str(&saved.payload).ok().map(Proposed::Erasure))?
    }

    /// The subject that it is about.
    pub(crate) const fn subject(&self) -> Uuid {
        match self {
            Proposed::Redaction(it) => it.subject,
            Proposed::Erasure(it) => it.subject,
        }
    }

    /// Why.
    pub(crate) const fn reason(&self) -> &entity::FreeText {
        match self {
            Proposed::Redaction(it) => &it.reason,
            Proposed::Erasure(it) => &it.reason,
        }
    }

    /// The table of the record that it is about.
    pub(crate) fn table(&self) -> &str {
        match self {
            Proposed::Redaction(it) => &it.table,
            Proposed::Erasure(_) => "subject",
        }
    }
}

/// Lays a proposal, which waits for another person.
fn propose(desk: &mut Desk<'_>, act: Act, payload: &impl Serialize) -> Result<(), Refusal> {
    let payload = ledger::canonical::to_canonical(payload)
        .map_err(|error| Refusal::new(RefusalCode::InvalidValue, error.message()))?;
    let row = rows::Proposal {
        id: desk.ids.draw(),
        study_id: desk.study.study(),
        act: act.as_str().to_owned(),
        payload,
        proposed_by: desk.actor.person,
        proposed_at: desk.at.now(),
        expires_at: expiry(desk.at.now()),
        state: ProposalState::Open,
        decided_by: None,
        decided_at: None,
    };
    desk.put(&row)
}
