//! Decide whether an adverse event was dose-limiting.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::view::NodeKind;

use crate::graphql::object::adverse_event::AdverseEvent;

/// What adjudicateDlt needs.
#[derive(InputObject)]
pub struct AdjudicateDltInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The event.
    adverse_event: ID,
    /// The decision.
    is_dlt: bool,
    /// Why.
    rationale: String,
    /// When; today unless given.
    decided_on: Option<Date>,
    /// Why, when a saved decision changes.
    reason: Option<String>,
    /// The revision of the saved decision that you read, when one is replaced.
    expected_revision: Option<Revision>,
}

payload! {
    /// What came of the act.
    AdjudicateDltPayload as "AdjudicateDltPayload" {
        /// The adverse event.
        adverse_event: AdverseEvent = |view, row| view.adverse_event_of(row).map(AdverseEvent)
    }
}

/// One mutation.
#[derive(Default)]
pub struct AdjudicateDlt;

#[Object]
impl AdjudicateDlt {
    /// Decide whether an adverse event was dose-limiting. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn adjudicate_dlt(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: AdjudicateDltInput,
    ) -> Option<Result<Now<AdjudicateDltPayload>>> {
        Some(act(cx, input).await.map(|done| Now(AdjudicateDltPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: AdjudicateDltInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.adverse_event, input.key)?;
    let adverse_event = acting.row(NodeKind::AdverseEvent, &input.adverse_event);
    let subject = acting.subject_of(adverse_event).await?;
    let command = command::safety::AdjudicateDlt {
        subject,
        adverse_event,
        reason: input.reason,
        expected_revision: input.expected_revision.map(|it| it.0),
        is_dlt: input.is_dlt,
        rationale: input.rationale,
        decided_on: input.decided_on.map(|day| day.0),
    };
    acting.decide(Box::new(command)).await
}
