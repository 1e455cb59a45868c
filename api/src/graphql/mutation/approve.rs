//! Approve what another person proposed.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command::review::ApproveProposal;
use study::view::NodeKind;

use crate::graphql::object::proposal::Proposal;

/// What approve needs.
#[derive(InputObject)]
pub struct ApproveInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The proposal.
    proposal: ID,
}

payload! {
    /// What came of the act.
    ApprovePayload as "ApprovePayload" {
        /// The proposal.
        proposal: Proposal = |view, row| view.proposal_by_row(row).map(Proposal)
    }
}

/// One mutation.
#[derive(Default)]
pub struct Approve;

#[Object]
impl Approve {
    /// Approve what another person proposed: it is done in the same entry. Nobody approves a proposal of their own. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn approve(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: ApproveInput,
    ) -> Option<Result<Now<ApprovePayload>>> {
        Some(act(cx, input).await.map(|done| Now(ApprovePayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: ApproveInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.proposal, input.key)?;
    acting.proved()?;
    let command = ApproveProposal { proposal: acting.row(NodeKind::Proposal, &input.proposal) };
    acting.decide(Box::new(command)).await
}
