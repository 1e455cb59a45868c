//! Record an event that decides how an endpoint is read.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::term::Coded;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::terms;
use study::view::NodeKind;

use crate::graphql::object::subject::Subject;

/// What is recorded of an intercurrent event, and said again when it is corrected.
#[derive(InputObject)]
pub struct IntercurrentEventFieldsInput {
    /// What happened.
    kind: Coded<terms::IntercurrentEventKind>,
    /// When.
    occurred_on: Date,
    /// For how many days, where that matters.
    days: Option<i32>,
    /// A note.
    note: Option<String>,
}

impl From<IntercurrentEventFieldsInput> for command::conduct::IntercurrentEventFields {
    fn from(input: IntercurrentEventFieldsInput) -> command::conduct::IntercurrentEventFields {
        command::conduct::IntercurrentEventFields {
            kind: input.kind.0,
            occurred_on: input.occurred_on.0,
            days: input.days,
            note: input.note,
        }
    }
}

/// What recordIntercurrentEvent needs.
#[derive(InputObject)]
pub struct RecordIntercurrentEventInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The subject.
    subject: ID,
    #[graphql(flatten)]
    fields: IntercurrentEventFieldsInput,
}

payload! {
    /// What came of the act.
    RecordIntercurrentEventPayload as "RecordIntercurrentEventPayload" {
        /// The subject.
        subject: Subject = |view, row| view.owner(row).map(Subject)
    }
}

/// One mutation.
#[derive(Default)]
pub struct RecordIntercurrentEvent;

#[Object]
impl RecordIntercurrentEvent {
    /// Record an event that decides how an endpoint is read. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn record_intercurrent_event(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: RecordIntercurrentEventInput,
    ) -> Option<Result<Now<RecordIntercurrentEventPayload>>> {
        Some(act(cx, input).await.map(|done| Now(RecordIntercurrentEventPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: RecordIntercurrentEventInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.subject, input.key)?;
    let command = command::conduct::RecordIntercurrentEvent {
        subject: acting.row(NodeKind::Subject, &input.subject),
        event: input.fields.into(),
    };
    acting.decide(Box::new(command)).await
}
