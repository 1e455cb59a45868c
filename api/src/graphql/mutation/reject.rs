//! Reject what another person proposed.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command::review::RejectProposal;
use study::view::NodeKind;

use crate::graphql::object::proposal::Proposal;

/// What reject needs.
#[derive(InputObject)]
pub struct RejectInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The proposal.
    proposal: ID,
}

payload! {
    /// What came of the act.
    RejectPayload as "RejectPayload" {
        /// The proposal.
        proposal: Proposal = |view, row| view.proposal_by_row(row).map(Proposal)
    }
}

/// One mutation.
#[derive(Default)]
pub struct Reject;

#[Object]
impl Reject {
    /// Reject what another person proposed, or take back a proposal of your own. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn reject(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: RejectInput,
    ) -> Option<Result<Now<RejectPayload>>> {
        Some(act(cx, input).await.map(|done| Now(RejectPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: RejectInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.proposal, input.key)?;
    let command = RejectProposal { proposal: acting.row(NodeKind::Proposal, &input.proposal) };
    acting.decide(Box::new(command)).await
}
