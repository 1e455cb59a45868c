//! Correct a protocol deviation.

use super::payload::{Acting, Done, payload};
use super::record_protocol_deviation::DeviationFieldsInput;
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command::conduct::{CorrectRecord, Correction};
use study::view::NodeKind;

use crate::graphql::object::deviation::ProtocolDeviation;

/// What correctProtocolDeviation needs: what the record shall say, whole.
#[derive(InputObject)]
pub struct CorrectProtocolDeviationInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The deviation.
    deviation: ID,
    /// The revision of its own last change that you read.
    expected_revision: Option<Revision>,
    /// Why.
    reason: Option<String>,
    #[graphql(flatten)]
    fields: DeviationFieldsInput,
}

payload! {
    /// What came of the act.
    CorrectProtocolDeviationPayload as "CorrectProtocolDeviationPayload" {
        /// The deviation.
        deviation: ProtocolDeviation = |view, row| view.protocol_deviation_by_row(row).map(ProtocolDeviation)
    }
}

/// One mutation.
#[derive(Default)]
pub struct CorrectProtocolDeviation;

#[Object]
impl CorrectProtocolDeviation {
    /// Correct a protocol deviation: the whole record again, with a reason. The sponsor classifies it anew. A refusal is data:
    /// nothing was written.
    #[graphql(tag = "Envelope")]
    async fn correct_protocol_deviation(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: CorrectProtocolDeviationInput,
    ) -> Option<Result<Now<CorrectProtocolDeviationPayload>>> {
        Some(act(cx, input).await.map(|done| Now(CorrectProtocolDeviationPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: CorrectProtocolDeviationInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.deviation, input.key)?;
    let record = acting.row(NodeKind::ProtocolDeviation, &input.deviation);
    let command = CorrectRecord {
        subject: acting.subject_of(record).await?,
        correction: Correction::Deviation(record, input.fields.into()),
        reason: input.reason,
        expected_revision: input.expected_revision.map(|it| it.0),
    };
    acting.decide(Box::new(command)).await
}
