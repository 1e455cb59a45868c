//! Correct a dose.

use super::payload::{Acting, Done, payload};
use super::record_dose::DoseFieldsInput;
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command::conduct::{CorrectRecord, Correction};
use study::view::NodeKind;

use crate::graphql::object::dose::Dose;

/// What correctDose needs: what the record shall say, whole.
#[derive(InputObject)]
pub struct CorrectDoseInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The dose.
    dose: ID,
    /// The revision of its own last change that you read.
    expected_revision: Option<Revision>,
    /// Why.
    reason: Option<String>,
    #[graphql(flatten)]
    fields: DoseFieldsInput,
}

payload! {
    /// What came of the act.
    CorrectDosePayload as "CorrectDosePayload" {
        /// The dose.
        dose: Dose = |view, row| view.dose_by_row(row).map(Dose)
    }
}

/// One mutation.
#[derive(Default)]
pub struct CorrectDose;

#[Object]
impl CorrectDose {
    /// Correct a dose: the whole record again, with a reason. The agent stays what it is. In a masked study the correction goes to the sealed ledger, and `revision` is null. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn correct_dose(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: CorrectDoseInput,
    ) -> Option<Result<Now<CorrectDosePayload>>> {
        Some(act(cx, input).await.map(|done| Now(CorrectDosePayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: CorrectDoseInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.dose, input.key)?;
    let record = acting.row(NodeKind::Dose, &input.dose);
    let command = CorrectRecord {
        subject: acting.subject_of(record).await?,
        correction: Correction::Dose(record, input.fields.into()),
        reason: input.reason,
        expected_revision: input.expected_revision.map(|it| it.0),
    };
    acting.decide(Box::new(command)).await
}
