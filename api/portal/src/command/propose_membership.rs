//! Propose a grant for another administrator to approve.

use super::{Decide, GrantMembership, change, input_of, permit};
use crate::{Portal, text};
use entity::rows;
use entity::terms::ProposalState;
use policy::{Act, Actor, Decision, Moment, Refusal, RefusalCode, ensure, proposal};
use serde::Serialize;
use serde_json::Value;

/// Propose a grant. It is judged at once, and again when another administrator approves it. Any role can be proposed;
/// those that take two persons to grant have to be.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProposeMembership {
    /// What is proposed.
    #[serde(flatten)]
    pub grant: GrantMembership,
    /// Why, 1 to 4,000 characters.
    pub reason: String,
}

impl Decide for ProposeMembership {
    fn act(&self) -> Act {
        Act::ProposeMembership
    }

    fn input(&self) -> Value {
        input_of(self)
    }

    fn decide(&self, actor: &Actor, at: &Moment, portal: &Portal) -> Result<Decision, Refusal> {
        let mut decision = permit(actor, self.act())?;
        self.grant.judged((actor.person, actor.person), at, portal)?;
        let reason = text::reason("reason", &self.reason)?;
        let proposed_grant = input_of(&self.grant).to_string();
        let waits = portal.tables.membership_proposal.all().any(|other| {
            other.proposed_grant == proposed_grant
                && super::decide_membership::standing(other).decidable(at.now()).is_ok()
        });
        ensure!(
            !waits,
            Refusal::new(
                RefusalCode::Duplicate,
                "the same grant is proposed already: it waits for another administrator"
            )
        );
        let row = rows::MembershipProposal {
            id: at.ids(self.act().as_str()).draw(),
            proposed_grant,
            reason,
            proposed_by: actor.person,
            proposed_at: at.now(),
            expires_at: proposal::expiry(at.now()),
            state: ProposalState::Open,
            decided_by: None,
            decided_at: None,
            membership_id: None,
        };
        decision.portal.push(change(&row)?);
        Ok(decision)
    }
}
