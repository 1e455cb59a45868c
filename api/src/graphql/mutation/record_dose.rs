//! Record a dose.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::term::Coded;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::terms;
use study::view::NodeKind;

use crate::graphql::object::subject::Subject;

/// What is recorded of a dose, and said again when it is corrected.
#[derive(InputObject)]
pub struct DoseFieldsInput {
    /// Which of the agent's doses it is, from 1; unless given the next, or of a saved dose its own.
    ordinal: Option<i32>,
    /// What was given.
    agent: Coded<terms::Agent>,
    /// When.
    given_on: Date,
    /// Local clock time of the start, HH:MM.
    start_time: Option<String>,
    /// Local clock time of the end, HH:MM.
    end_time: Option<String>,
    /// Body weight in kilograms, as a decimal string.
    weight_kg: Option<String>,
    /// Cells given, as a decimal string.
    total_cells: Option<String>,
    /// The lot.
    lot: Option<String>,
}

impl From<DoseFieldsInput> for command::conduct::DoseFields {
    fn from(input: DoseFieldsInput) -> command::conduct::DoseFields {
        command::conduct::DoseFields {
            ordinal: input.ordinal,
            agent: input.agent.0,
            given_on: input.given_on.0,
            start_time: input.start_time,
            end_time: input.end_time,
            weight_kg: input.weight_kg,
            total_cells: input.total_cells,
            lot: input.lot,
        }
    }
}

/// What recordDose needs.
#[derive(InputObject)]
pub struct RecordDoseInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The subject.
    subject: ID,
    /// The cohort that the dose counts for; the subject's own unless given.
    cohort: Option<ID>,
    #[graphql(flatten)]
    fields: DoseFieldsInput,
}

payload! {
    /// What came of the act.
    RecordDosePayload as "RecordDosePayload" {
        /// The subject.
        subject: Subject = |view, row| view.owner(row).map(Subject)
    }
}

/// One mutation.
#[derive(Default)]
pub struct RecordDose;

#[Object]
impl RecordDose {
    /// Record a dose. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn record_dose(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: RecordDoseInput,
    ) -> Option<Result<Now<RecordDosePayload>>> {
        Some(act(cx, input).await.map(|done| Now(RecordDosePayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: RecordDoseInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.subject, input.key)?;
    let command = command::conduct::RecordDose {
        subject: acting.row(NodeKind::Subject, &input.subject),
        cohort: input.cohort.as_ref().map(|id| acting.row(NodeKind::Cohort, id)),
        dose: input.fields.into(),
    };
    acting.decide(Box::new(command)).await
}
