//! Record a protocol deviation.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::term::Coded;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::terms;
use study::view::NodeKind;

use crate::graphql::object::deviation::ProtocolDeviation;

/// What a site records of a protocol deviation, and says again when it is corrected.
#[derive(InputObject)]
pub struct DeviationFieldsInput {
    /// What was deviated from.
    category: Coded<terms::DeviationCategory>,
    /// When.
    occurred_on: Date,
    /// What happened.
    description: String,
}

impl From<DeviationFieldsInput> for command::conduct::DeviationFields {
    fn from(input: DeviationFieldsInput) -> command::conduct::DeviationFields {
        command::conduct::DeviationFields {
            category: input.category.0,
            occurred_on: input.occurred_on.0,
            description: input.description,
        }
    }
}

/// What recordProtocolDeviation needs.
#[derive(InputObject)]
pub struct RecordProtocolDeviationInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The subject.
    subject: ID,
    #[graphql(flatten)]
    fields: DeviationFieldsInput,
}

payload! {
    /// What came of the act.
    RecordProtocolDeviationPayload as "RecordProtocolDeviationPayload" {
        /// The deviation.
        deviation: ProtocolDeviation = |view, row| view.protocol_deviation_by_row(row).map(ProtocolDeviation)
    }
}

/// One mutation.
#[derive(Default)]
pub struct RecordProtocolDeviation;

#[Object]
impl RecordProtocolDeviation {
    /// Record a protocol deviation; the sponsor classifies it. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn record_protocol_deviation(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: RecordProtocolDeviationInput,
    ) -> Option<Result<Now<RecordProtocolDeviationPayload>>> {
        Some(act(cx, input).await.map(|done| Now(RecordProtocolDeviationPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: RecordProtocolDeviationInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.subject, input.key)?;
    let command = command::conduct::RecordProtocolDeviation {
        subject: acting.row(NodeKind::Subject, &input.subject),
        deviation: input.fields.into(),
    };
    acting.decide(Box::new(command)).await
}
