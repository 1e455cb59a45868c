//! Correct a medication.

use super::payload::{Acting, Done, payload};
use super::record_medication::MedicationFieldsInput;
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command::conduct::{CorrectRecord, Correction};
use study::view::NodeKind;

use crate::graphql::object::medication::Medication;

/// What correctMedication needs: what the record shall say, whole.
#[derive(InputObject)]
pub struct CorrectMedicationInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The medication.
    medication: ID,
    /// The revision of its own last change that you read.
    expected_revision: Option<Revision>,
    /// Why.
    reason: Option<String>,
    #[graphql(flatten)]
    fields: MedicationFieldsInput,
}

payload! {
    /// What came of the act.
    CorrectMedicationPayload as "CorrectMedicationPayload" {
        /// The medication.
        medication: Medication = |view, row| view.medication_by_row(row).map(Medication)
    }
}

/// One mutation.
#[derive(Default)]
pub struct CorrectMedication;

#[Object]
impl CorrectMedication {
    /// Correct a medication: the whole record again, with a reason. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn correct_medication(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: CorrectMedicationInput,
    ) -> Option<Result<Now<CorrectMedicationPayload>>> {
        Some(act(cx, input).await.map(|done| Now(CorrectMedicationPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: CorrectMedicationInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.medication, input.key)?;
    let record = acting.row(NodeKind::Medication, &input.medication);
    let command = CorrectRecord {
        subject: acting.subject_of(record).await?,
        correction: Correction::Medication(record, input.fields.into()),
        reason: input.reason,
        expected_revision: input.expected_revision.map(|it| it.0),
    };
    acting.decide(Box::new(command)).await
}
