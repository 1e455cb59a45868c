//! Record laboratory results of one sample.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::view::NodeKind;

use crate::graphql::object::subject::Subject;

/// One laboratory result.
#[derive(InputObject)]
pub struct LabResultInput {
    /// The analyte's code in the protocol; may be left out when the LOINC code names one.
    pub analyte: Option<String>,
    /// The LOINC code as received.
    pub loinc: Option<String>,
    /// The result as received.
    pub raw: String,
    /// Its unit.
    pub unit: Option<String>,
    /// Lower limit of normal, in the result's unit.
    pub lln: Option<String>,
    /// Upper limit of normal, in the result's unit.
    pub uln: Option<String>,
    /// The method.
    pub method: Option<String>,
}

/// What is recorded of the sample of a laboratory result, and said again when a result is corrected.
#[derive(Clone, InputObject)]
pub struct SampleInput {
    /// When the sample was taken.
    collected_on: Date,
    /// Local clock time, HH:MM.
    collected_at: Option<String>,
    /// The laboratory.
    laboratory: Option<String>,
}

impl LabResultInput {
    /// The fields of a result of a sample.
    pub(super) fn of(self, sample: SampleInput) -> command::conduct::LabFields {
        command::conduct::LabFields {
            analyte: self.analyte,
            collected_on: sample.collected_on.0,
            collected_at: sample.collected_at,
            laboratory: sample.laboratory,
            loinc: self.loinc,
            raw: self.raw,
            unit: self.unit,
            lln: self.lln,
            uln: self.uln,
            method: self.method,
        }
    }
}

/// What recordLabResults needs.
#[derive(InputObject)]
pub struct RecordLabResultsInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The subject.
    subject: ID,
    /// The visit, when the sample belongs to one.
    visit: Option<ID>,
    #[graphql(flatten)]
    sample: SampleInput,
    /// The results.
    results: Vec<LabResultInput>,
}

payload! {
    /// What came of the act.
    RecordLabResultsPayload as "RecordLabResultsPayload" {
        /// The subject.
        subject: Subject = |view, row| view.owner(row).map(Subject)
    }
}

/// One mutation.
#[derive(Default)]
pub struct RecordLabResults;

#[Object]
impl RecordLabResults {
    /// Record laboratory results of one sample. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn record_lab_results(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: RecordLabResultsInput,
    ) -> Option<Result<Now<RecordLabResultsPayload>>> {
        Some(act(cx, input).await.map(|done| Now(RecordLabResultsPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: RecordLabResultsInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.subject, input.key)?;
    let command = command::conduct::RecordLabResults {
        subject: acting.row(NodeKind::Subject, &input.subject),
        visit: input.visit.as_ref().map(|id| acting.row(NodeKind::Visit, id)),
        results: input.results.into_iter().map(|it| it.of(input.sample.clone())).collect(),
    };
    acting.decide(Box::new(command)).await
}
