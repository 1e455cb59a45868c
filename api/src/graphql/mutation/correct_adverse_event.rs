//! Correct an adverse event, its grades and causalities aside.

use super::payload::{Acting, Done, payload};
use super::report_adverse_event::AdverseEventFieldsInput;
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command::conduct::{CorrectRecord, Correction};
use study::view::NodeKind;

use crate::graphql::object::adverse_event::AdverseEvent;

/// What correctAdverseEvent needs: what the record shall say, whole.
#[derive(InputObject)]
pub struct CorrectAdverseEventInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The event.
    adverse_event: ID,
    /// The revision of its own last change that you read.
    expected_revision: Option<Revision>,
    /// Why.
    reason: Option<String>,
    #[graphql(flatten)]
    fields: AdverseEventFieldsInput,
}

payload! {
    /// What came of the act.
    CorrectAdverseEventPayload as "CorrectAdverseEventPayload" {
        /// The event.
        adverse_event: AdverseEvent = |view, row| view.adverse_event_by_row(row).map(AdverseEvent)
    }
}

/// One mutation.
#[derive(Default)]
pub struct CorrectAdverseEvent;

#[Object]
impl CorrectAdverseEvent {
    /// Correct an adverse event, its grades and causalities aside: the whole record again, with a reason. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn correct_adverse_event(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: CorrectAdverseEventInput,
    ) -> Option<Result<Now<CorrectAdverseEventPayload>>> {
        Some(act(cx, input).await.map(|done| Now(CorrectAdverseEventPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: CorrectAdverseEventInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.adverse_event, input.key)?;
    let record = acting.row(NodeKind::AdverseEvent, &input.adverse_event);
    let command = CorrectRecord {
        subject: acting.subject_of(record).await?,
        correction: Correction::AdverseEvent(record, input.fields.into()),
        reason: input.reason,
        expected_revision: input.expected_revision.map(|it| it.0),
    };
    acting.decide(Box::new(command)).await
}
