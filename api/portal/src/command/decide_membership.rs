//! Approve or reject a grant that was proposed.

use super::{Decide, GrantMembership, change, input_of, permit};
use crate::Portal;
use entity::rows;
use entity::terms::ProposalState;
use policy::proposal::{Proposal, ProposalState as Stands};
use policy::{Act, Actor, Decision, Kind, Moment, Refusal, RefusalCode, ensure};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// Approve a grant that another administrator proposed: it is granted in the same entry. Neither the two who grant nor
/// who receives are one person.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApproveMembership {
    /// The proposal.
    pub proposal: Uuid,
}

/// Reject a grant that was proposed, or take one's own proposal back.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RejectMembership {
    /// The proposal.
    pub proposal: Uuid,
}

impl Decide for ApproveMembership {
    fn act(&self) -> Act {
        Act::ApproveMembership
    }

    fn input(&self) -> Value {
        input_of(self)
    }

    fn decide(&self, actor: &Actor, at: &Moment, portal: &Portal) -> Result<Decision, Refusal> {
        let mut decision = permit(actor, self.act())?;
        let saved = find(portal, self.proposal)?;
        standing(saved).approvable(actor.person, at.now())?;
        // Both have the right when it is granted, and not only when it was asked for.
        let proposer = portal.person_actor(saved.proposed_by, at.now());
        ensure!(
            proposer.is_some_and(|person| person.allows_in_installation(Act::ProposeMembership).is_some()),
            Refusal::at(
                "proposal",
                RefusalCode::WrongState,
                "whoever proposed it administers the installation no more: propose it again",
            )
        );
        let grant = proposed(saved)?;
        let row = grant.judged((saved.proposed_by, actor.person), at, portal)?;
        let decided = rows::MembershipProposal {
            membership_id: Some(row.id),
            ..decided(saved, ProposalState::Approved, (actor, at))
        };
        decision.portal.extend([change(&row)?, change(&decided)?]);
        Ok(decision)
    }
}

impl Decide for RejectMembership {
    fn act(&self) -> Act {
        Act::RejectMembership
    }

    fn input(&self) -> Value {
        input_of(self)
    }

    fn decide(&self, actor: &Actor, at: &Moment, portal: &Portal) -> Result<Decision, Refusal> {
        let mut decision = permit(actor, self.act())?;
        let saved = find(portal, self.proposal)?;
        standing(saved).decidable(at.now())?;
        decision.portal.push(change(&decided(saved, ProposalState::Rejected, (actor, at)))?);
        Ok(decision)
    }
}

fn find(portal: &Portal, id: Uuid) -> Result<&rows::MembershipProposal, Refusal> {
    let found = portal.tables.membership_proposal.get(id);
    found.ok_or_else(|| Refusal::not_found("proposal", Kind::Proposal))
}

/// The grant as it was proposed. Its sites were the study's then, and a study loses none.
pub(crate) fn proposed(saved: &rows::MembershipProposal) -> Result<GrantMembership, Refusal> {
    let grant: GrantMembership = serde_json::from_str(&saved.proposed_grant).map_err(|_| {
        Refusal::at("proposal", RefusalCode::WrongState, "what was proposed cannot be read: propose it again")
    })?;
    Ok(GrantMembership { known_sites: grant.sites.clone(), ..grant })
}

/// What deciding it turns on.
pub(crate) fn standing(row: &rows::MembershipProposal) -> Proposal {
    Proposal {
        proposer: row.proposed_by,
        expires_at: row.expires_at,
        state: match row.state {
            ProposalState::Open => Stands::Open,
            ProposalState::Approved => Stands::Approved,
            ProposalState::Rejected => Stands::Rejected,
        },
    }
}

fn decided(
    saved: &rows::MembershipProposal,
    state: ProposalState,
    (actor, at): (&Actor, &Moment),
) -> rows::MembershipProposal {
    rows::MembershipProposal {
        state,
        decided_by: Some(actor.person),
        decided_at: Some(at.now()),
        ..saved.clone()
    }
}

#[cfg(test)]
mod tests;
