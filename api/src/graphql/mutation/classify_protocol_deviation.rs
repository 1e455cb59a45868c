//! Classify a protocol deviation for the sponsor.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command;
use study::view::NodeKind;

use crate::graphql::object::deviation::ProtocolDeviation;

/// What classifyProtocolDeviation needs.
#[derive(InputObject)]
pub struct ClassifyProtocolDeviationInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The deviation.
    deviation: ID,
    /// Whether it is important, also called major: it may affect the data, or a subject's rights, safety or well-being.
    important: bool,
    /// Whether it may affect how efficacy is read; only an important one can.
    affects_efficacy: bool,
    /// Why it is classified so.
    rationale: String,
    /// Why, when a saved classification changes.
    reason: Option<String>,
    /// The revision of the deviation's own last change that you read.
    expected_revision: Option<Revision>,
}

payload! {
    /// What came of the act.
    ClassifyProtocolDeviationPayload as "ClassifyProtocolDeviationPayload" {
        /// The deviation.
        deviation: ProtocolDeviation = |view, row| view.protocol_deviation_by_row(row).map(ProtocolDeviation)
    }
}

/// One mutation.
#[derive(Default)]
pub struct ClassifyProtocolDeviation;

#[Object]
impl ClassifyProtocolDeviation {
    /// Classify a protocol deviation for the sponsor. An important one that may affect efficacy keeps its subject out of the
    /// per-protocol set. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn classify_protocol_deviation(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: ClassifyProtocolDeviationInput,
    ) -> Option<Result<Now<ClassifyProtocolDeviationPayload>>> {
        Some(act(cx, input).await.map(|done| Now(ClassifyProtocolDeviationPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: ClassifyProtocolDeviationInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.deviation, input.key)?;
    let deviation = acting.row(NodeKind::ProtocolDeviation, &input.deviation);
    let command = command::conduct::ClassifyProtocolDeviation {
        subject: acting.subject_of(deviation).await?,
        deviation,
        important: input.important,
        affects_efficacy: input.affects_efficacy,
        rationale: input.rationale,
        reason: input.reason,
        expected_revision: input.expected_revision.map(|it| it.0),
    };
    acting.decide(Box::new(command)).await
}
