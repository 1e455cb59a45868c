//! Judge causality for the sponsor.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use crate::graphql::term::Coded;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command;
use study::terms;
use study::view::NodeKind;

use crate::graphql::object::adverse_event::AdverseEvent;

/// What assessSponsorCausality needs.
#[derive(InputObject)]
pub struct AssessSponsorCausalityInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The event.
    adverse_event: ID,
    /// The agent.
    agent: Coded<terms::Agent>,
    /// Why, when a saved judgement changes.
    reason: Option<String>,
    /// The revision of the saved judgement that you read, when one is replaced.
    expected_revision: Option<Revision>,
    /// The judgement.
    causality: Coded<terms::Causality>,
}

payload! {
    /// What came of the act.
    AssessSponsorCausalityPayload as "AssessSponsorCausalityPayload" {
        /// The adverse event.
        adverse_event: AdverseEvent = |view, row| view.adverse_event_of(row).map(AdverseEvent)
    }
}

/// One mutation.
#[derive(Default)]
pub struct AssessSponsorCausality;

#[Object]
impl AssessSponsorCausality {
    /// Judge causality for the sponsor. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn assess_sponsor_causality(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: AssessSponsorCausalityInput,
    ) -> Option<Result<Now<AssessSponsorCausalityPayload>>> {
        Some(act(cx, input).await.map(|done| Now(AssessSponsorCausalityPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: AssessSponsorCausalityInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.adverse_event, input.key)?;
    let adverse_event = acting.row(NodeKind::AdverseEvent, &input.adverse_event);
    let subject = acting.subject_of(adverse_event).await?;
    let command = command::safety::AssessSponsorCausality {
        subject,
        adverse_event,
        reason: input.reason,
        expected_revision: input.expected_revision.map(|it| it.0),
        agent: input.agent.0,
        causality: input.causality.0,
    };
    acting.decide(Box::new(command)).await
}
