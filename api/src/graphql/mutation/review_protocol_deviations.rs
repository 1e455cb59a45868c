//! State that a subject's protocol deviations are complete through a day.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::view::NodeKind;

use crate::graphql::object::subject::Subject;

/// What reviewProtocolDeviations needs.
#[derive(InputObject)]
pub struct ReviewProtocolDeviationsInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The subject.
    subject: ID,
    /// The last day that was looked at.
    through: Date,
    /// Why, when a later day was stated before.
    reason: Option<String>,
}

payload! {
    /// What came of the act.
    ReviewProtocolDeviationsPayload as "ReviewProtocolDeviationsPayload" {
        /// The subject.
        subject: Subject = |view, row| view.owner(row).map(Subject)
    }
}

/// One mutation.
#[derive(Default)]
pub struct ReviewProtocolDeviations;

#[Object]
impl ReviewProtocolDeviations {
    /// State that every protocol deviation of a subject through a day is recorded and classified: until then nobody is in the
    /// per-protocol set. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn review_protocol_deviations(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: ReviewProtocolDeviationsInput,
    ) -> Option<Result<Now<ReviewProtocolDeviationsPayload>>> {
        Some(act(cx, input).await.map(|done| Now(ReviewProtocolDeviationsPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: ReviewProtocolDeviationsInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.subject, input.key)?;
    let command = command::conduct::ReviewProtocolDeviations {
        subject: acting.row(NodeKind::Subject, &input.subject),
        through: input.through.0,
        reason: input.reason,
    };
    acting.decide(Box::new(command)).await
}
