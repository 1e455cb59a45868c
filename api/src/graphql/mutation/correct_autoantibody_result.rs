//! Correct one result of an autoantibody panel.

use super::payload::{Acting, Done, payload};
use super::record_autoantibody_panel::PanelResultInput;
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command::conduct::{CorrectRecord, Correction};
use study::view::NodeKind;

use crate::graphql::object::lab::AutoantibodyResult;

/// What correctAutoantibodyResult needs: what the record shall say, whole.
#[derive(InputObject)]
pub struct CorrectAutoantibodyResultInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The result.
    autoantibody_result: ID,
    /// The revision of its own last change that you read.
    expected_revision: Option<Revision>,
    /// Why.
    reason: Option<String>,
    #[graphql(flatten)]
    fields: PanelResultInput,
}

payload! {
    /// What came of the act.
    CorrectAutoantibodyResultPayload as "CorrectAutoantibodyResultPayload" {
        /// The result.
        autoantibody_result: AutoantibodyResult = |view, row| view.autoantibody_result_by_row(row).map(AutoantibodyResult)
    }
}

/// One mutation.
#[derive(Default)]
pub struct CorrectAutoantibodyResult;

#[Object]
impl CorrectAutoantibodyResult {
    /// Correct one result of an autoantibody panel: the whole record again, with a reason. The analyte stays what it is. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn correct_autoantibody_result(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: CorrectAutoantibodyResultInput,
    ) -> Option<Result<Now<CorrectAutoantibodyResultPayload>>> {
        Some(act(cx, input).await.map(|done| Now(CorrectAutoantibodyResultPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: CorrectAutoantibodyResultInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.autoantibody_result, input.key)?;
    let record = acting.row(NodeKind::AutoantibodyResult, &input.autoantibody_result);
    let command = CorrectRecord {
        subject: acting.subject_of(record).await?,
        correction: Correction::PanelResult(record, input.fields.into()),
        reason: input.reason,
        expected_revision: input.expected_revision.map(|it| it.0),
    };
    acting.decide(Box::new(command)).await
}
