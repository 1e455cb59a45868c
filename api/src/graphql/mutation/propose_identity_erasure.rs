//! Propose that a subject's direct identifiers be erased.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command::review::ProposeIdentityErasure as Propose;
use study::view::NodeKind;

use crate::graphql::object::proposal::Proposal;

/// What proposeIdentityErasure needs.
#[derive(InputObject)]
pub struct ProposeIdentityErasureInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The subject.
    subject: ID,
    /// Why. Must hold none of the identifiers.
    reason: Option<String>,
}

payload! {
    /// What came of the act.
    ProposeIdentityErasurePayload as "ProposeIdentityErasurePayload" {
        /// The proposal.
        proposal: Proposal = |view, row| view.proposal_by_row(row).map(Proposal)
    }
}

/// One mutation.
#[derive(Default)]
pub struct ProposeIdentityErasure;

#[Object]
impl ProposeIdentityErasure {
    /// Propose that a subject's direct identifiers be erased for good; the coded data stay. Another person has to approve
    /// within three days. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn propose_identity_erasure(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: ProposeIdentityErasureInput,
    ) -> Option<Result<Now<ProposeIdentityErasurePayload>>> {
        Some(act(cx, input).await.map(|done| Now(ProposeIdentityErasurePayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: ProposeIdentityErasureInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.subject, input.key)?;
    let subject = acting.row(NodeKind::Subject, &input.subject);
    acting.decide(Box::new(Propose { subject, reason: input.reason })).await
}
