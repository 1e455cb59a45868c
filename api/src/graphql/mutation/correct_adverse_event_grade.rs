//! Correct a grade of an adverse event.

use super::payload::{Acting, Done, payload};
use super::report_adverse_event::GradeInput;
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command::conduct::{CorrectRecord, Correction};
use study::view::NodeKind;

use crate::graphql::object::adverse_event::AdverseEventGrade;

/// What correctAdverseEventGrade needs: what the record shall say, whole.
#[derive(InputObject)]
pub struct CorrectAdverseEventGradeInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The grade.
    adverse_event_grade: ID,
    /// The revision of its own last change that you read.
    expected_revision: Option<Revision>,
    /// Why.
    reason: Option<String>,
    #[graphql(flatten)]
    fields: GradeInput,
}

payload! {
    /// What came of the act.
    CorrectAdverseEventGradePayload as "CorrectAdverseEventGradePayload" {
        /// The grade.
        adverse_event_grade: AdverseEventGrade = |view, row| view.adverse_event_grade_by_row(row).map(AdverseEventGrade)
    }
}

/// One mutation.
#[derive(Default)]
pub struct CorrectAdverseEventGrade;

#[Object]
impl CorrectAdverseEventGrade {
    /// Correct a grade of an adverse event: the whole record again, with a reason. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn correct_adverse_event_grade(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: CorrectAdverseEventGradeInput,
    ) -> Option<Result<Now<CorrectAdverseEventGradePayload>>> {
        Some(act(cx, input).await.map(|done| Now(CorrectAdverseEventGradePayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: CorrectAdverseEventGradeInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.adverse_event_grade, input.key)?;
    let record = acting.row(NodeKind::AdverseEventGrade, &input.adverse_event_grade);
    let command = CorrectRecord {
        subject: acting.subject_of(record).await?,
        correction: Correction::Grade(record, input.fields.into()),
        reason: input.reason,
        expected_revision: input.expected_revision.map(|it| it.0),
    };
    acting.decide(Box::new(command)).await
}
