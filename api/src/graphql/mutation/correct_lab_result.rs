//! Correct a laboratory result.

use super::payload::{Acting, Done, payload};
use super::record_lab_results::{LabResultInput, SampleInput};
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command::conduct::{CorrectRecord, Correction};
use study::view::NodeKind;

use crate::graphql::object::lab::LabResult;

/// What correctLabResult needs: what the record shall say, whole.
#[derive(InputObject)]
pub struct CorrectLabResultInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The result.
    lab_result: ID,
    /// The revision of its own last change that you read.
    expected_revision: Option<Revision>,
    /// Why.
    reason: Option<String>,
    #[graphql(flatten)]
    sample: SampleInput,
    #[graphql(flatten)]
    fields: LabResultInput,
}

payload! {
    /// What came of the act.
    CorrectLabResultPayload as "CorrectLabResultPayload" {
        /// The result.
        lab_result: LabResult = |view, row| view.lab_result_by_row(row).map(LabResult)
    }
}

/// One mutation.
#[derive(Default)]
pub struct CorrectLabResult;

#[Object]
impl CorrectLabResult {
    /// Correct a laboratory result: the whole record again, with a reason. The analyte stays what it is. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn correct_lab_result(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: CorrectLabResultInput,
    ) -> Option<Result<Now<CorrectLabResultPayload>>> {
        Some(act(cx, input).await.map(|done| Now(CorrectLabResultPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: CorrectLabResultInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.lab_result, input.key)?;
    let record = acting.row(NodeKind::LabResult, &input.lab_result);
    let command = CorrectRecord {
        subject: acting.subject_of(record).await?,
        correction: Correction::LabResult(record, input.fields.of(input.sample)),
        reason: input.reason,
        expected_revision: input.expected_revision.map(|it| it.0),
    };
    acting.decide(Box::new(command)).await
}
