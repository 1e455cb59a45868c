//! Record that a visit took place or was missed.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::scalar::VisitCode;
use crate::graphql::term::Coded;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::terms;
use study::view::NodeKind;

use crate::graphql::object::visit::Visit;

/// What is recorded of a visit, and said again when it is corrected.
#[derive(InputObject)]
pub struct VisitFieldsInput {
    /// The planned visit's code; none when it was unscheduled.
    code: Option<VisitCode>,
    /// When it took place, or should have.
    date: Date,
    /// Whether it took place; OCCURRED unless given.
    status: Option<Coded<terms::VisitStatus>>,
    /// A note.
    note: Option<String>,
}

impl From<VisitFieldsInput> for command::conduct::VisitFields {
    fn from(input: VisitFieldsInput) -> command::conduct::VisitFields {
        command::conduct::VisitFields {
            code: input.code.map(|it| it.0),
            date: input.date.0,
            status: input.status.map_or(terms::VisitStatus::Occurred, |it| it.0),
            note: input.note,
        }
    }
}

/// What recordVisit needs.
#[derive(InputObject)]
pub struct RecordVisitInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The subject.
    subject: ID,
    #[graphql(flatten)]
    fields: VisitFieldsInput,
}

payload! {
    /// What came of the act.
    RecordVisitPayload as "RecordVisitPayload" {
        /// The visit.
        visit: Visit = |view, row| view.visit_by_row(row).map(Visit)
    }
}

/// One mutation.
#[derive(Default)]
pub struct RecordVisit;

#[Object]
impl RecordVisit {
    /// Record that a visit took place or was missed. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn record_visit(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: RecordVisitInput,
    ) -> Option<Result<Now<RecordVisitPayload>>> {
        Some(act(cx, input).await.map(|done| Now(RecordVisitPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: RecordVisitInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.subject, input.key)?;
    let command = command::conduct::RecordVisit {
        subject: acting.row(NodeKind::Subject, &input.subject),
        visit: input.fields.into(),
    };
    acting.decide(Box::new(command)).await
}
