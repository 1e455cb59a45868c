//! Correct an event that decides how an endpoint is read.

use super::payload::{Acting, Done, payload};
use super::record_intercurrent_event::IntercurrentEventFieldsInput;
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command::conduct::{CorrectRecord, Correction};
use study::view::NodeKind;

use crate::graphql::object::medication::IntercurrentEvent;

/// What correctIntercurrentEvent needs: what the record shall say, whole.
#[derive(InputObject)]
pub struct CorrectIntercurrentEventInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The event.
    intercurrent_event: ID,
    /// The revision of its own last change that you read.
    expected_revision: Option<Revision>,
    /// Why.
    reason: Option<String>,
    #[graphql(flatten)]
    fields: IntercurrentEventFieldsInput,
}

payload! {
    /// What came of the act.
    CorrectIntercurrentEventPayload as "CorrectIntercurrentEventPayload" {
        /// The event.
        intercurrent_event: IntercurrentEvent = |view, row| view.intercurrent_event_by_row(row).map(IntercurrentEvent)
    }
}

/// One mutation.
#[derive(Default)]
pub struct CorrectIntercurrentEvent;

#[Object]
impl CorrectIntercurrentEvent {
    /// Correct an event that decides how an endpoint is read: the whole record again, with a reason. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn correct_intercurrent_event(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: CorrectIntercurrentEventInput,
    ) -> Option<Result<Now<CorrectIntercurrentEventPayload>>> {
        Some(act(cx, input).await.map(|done| Now(CorrectIntercurrentEventPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: CorrectIntercurrentEventInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.intercurrent_event, input.key)?;
    let record = acting.row(NodeKind::IntercurrentEvent, &input.intercurrent_event);
    let command = CorrectRecord {
        subject: acting.subject_of(record).await?,
        correction: Correction::IntercurrentEvent(record, input.fields.into()),
        reason: input.reason,
        expected_revision: input.expected_revision.map(|it| it.0),
    };
    acting.decide(Box::new(command)).await
}
