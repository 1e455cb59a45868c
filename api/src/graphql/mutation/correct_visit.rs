//! Correct a visit.

use super::payload::{Acting, Done, payload};
use super::record_visit::VisitFieldsInput;
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command::conduct::{CorrectRecord, Correction};
use study::view::NodeKind;

use crate::graphql::object::visit::Visit;

/// What correctVisit needs: what the record shall say, whole.
#[derive(InputObject)]
pub struct CorrectVisitInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The visit.
    visit: ID,
    /// The revision of its own last change that you read.
    expected_revision: Option<Revision>,
    /// Why.
    reason: Option<String>,
    #[graphql(flatten)]
    fields: VisitFieldsInput,
}

payload! {
    /// What came of the act.
    CorrectVisitPayload as "CorrectVisitPayload" {
        /// The visit.
        visit: Visit = |view, row| view.visit_by_row(row).map(Visit)
    }
}

/// One mutation.
#[derive(Default)]
pub struct CorrectVisit;

#[Object]
impl CorrectVisit {
    /// Correct a visit: the whole record again, with a reason. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn correct_visit(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: CorrectVisitInput,
    ) -> Option<Result<Now<CorrectVisitPayload>>> {
        Some(act(cx, input).await.map(|done| Now(CorrectVisitPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: CorrectVisitInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.visit, input.key)?;
    let record = acting.row(NodeKind::Visit, &input.visit);
    let command = CorrectRecord {
        subject: acting.subject_of(record).await?,
        correction: Correction::Visit(record, input.fields.into()),
        reason: input.reason,
        expected_revision: input.expected_revision.map(|it| it.0),
    };
    acting.decide(Box::new(command)).await
}
