//! Record a concomitant medication.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::scalar::PartialDate;
use crate::graphql::term::Coded;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command;
use study::terms;
use study::view::NodeKind;

use crate::graphql::object::medication::Medication;

/// What is recorded of a medication, and said again when it is corrected.
#[derive(InputObject)]
pub struct MedicationFieldsInput {
    /// The drug's generic name.
    drug: String,
    /// Its class in the endpoints' rules.
    class: Coded<terms::MedicationClass>,
    /// A single dose, as a decimal string.
    dose: Option<String>,
    /// The dose's unit: a code of UCUM such as `mg` or `mg/m2`, or a word for what is counted such as `TABLET`.
    unit: Option<String>,
    /// The route.
    route: Coded<terms::Route>,
    /// How often.
    frequency: Option<Coded<terms::Frequency>>,
    /// First day.
    start: PartialDate,
    /// Last day.
    end: Option<PartialDate>,
    /// Whether it goes on.
    ongoing: bool,
    /// What it is given for.
    indication: Coded<terms::Indication>,
}

impl From<MedicationFieldsInput> for command::conduct::MedicationFields {
    fn from(input: MedicationFieldsInput) -> command::conduct::MedicationFields {
        command::conduct::MedicationFields {
            drug: input.drug,
            class: input.class.0,
            dose: input.dose,
            unit: input.unit,
            route: input.route.0,
            frequency: input.frequency.map(|it| it.0),
            start: input.start.0,
            end: input.end.map(|it| it.0),
            ongoing: input.ongoing,
            indication: input.indication.0,
        }
    }
}

/// What recordMedication needs.
#[derive(InputObject)]
pub struct RecordMedicationInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The subject.
    subject: ID,
    #[graphql(flatten)]
    fields: MedicationFieldsInput,
}

payload! {
    /// What came of the act.
    RecordMedicationPayload as "RecordMedicationPayload" {
        /// The medication.
        medication: Medication = |view, row| view.medication_by_row(row).map(Medication)
    }
}

/// One mutation.
#[derive(Default)]
pub struct RecordMedication;

#[Object]
impl RecordMedication {
    /// Record a concomitant medication. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn record_medication(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: RecordMedicationInput,
    ) -> Option<Result<Now<RecordMedicationPayload>>> {
        Some(act(cx, input).await.map(|done| Now(RecordMedicationPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: RecordMedicationInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.subject, input.key)?;
    let command = command::conduct::RecordMedication {
        subject: acting.row(NodeKind::Subject, &input.subject),
        medication: input.fields.into(),
    };
    acting.decide(Box::new(command)).await
}
