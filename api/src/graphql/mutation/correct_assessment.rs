//! Correct an assessment: the whole form again, with a reason.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::view::NodeKind;

use super::record_assessment::AnswersInput;
use crate::graphql::object::assessment::Assessment;

/// What correctAssessment needs.
#[derive(InputObject)]
pub struct CorrectAssessmentInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The assessment.
    assessment: ID,
    /// The revision of its own last change that you read.
    expected_revision: Option<Revision>,
    /// Why.
    reason: Option<String>,
    /// The day that it speaks of; as it was unless given.
    assessed_on: Option<Date>,
    /// Who assessed; as it was unless given.
    assessor: Option<String>,
    /// The answers.
    answers: AnswersInput,
}

payload! {
    /// What came of the act.
    CorrectAssessmentPayload as "CorrectAssessmentPayload" {
        /// The assessment.
        assessment: Assessment = |view, row| view.assessment_by_row(row).map(Assessment)
    }
}

/// One mutation.
#[derive(Default)]
pub struct CorrectAssessment;

#[Object]
impl CorrectAssessment {
    /// Correct an assessment: the whole form again, with a reason. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn correct_assessment(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: CorrectAssessmentInput,
    ) -> Option<Result<Now<CorrectAssessmentPayload>>> {
        Some(act(cx, input).await.map(|done| Now(CorrectAssessmentPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: CorrectAssessmentInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.assessment, input.key)?;
    let assessment = acting.row(NodeKind::Assessment, &input.assessment);
    let subject = acting.subject_of(assessment).await?;
    let (items, named) = input.answers.taken();
    let command = command::conduct::CorrectAssessment {
        subject,
        assessment,
        assessor: input.assessor,
        expected_revision: input.expected_revision.map(|it| it.0),
        reason: input.reason,
        assessed_on: input.assessed_on.map(|day| day.0),
        items,
    };
    acting.decide(Box::new(command)).await.map(named)
}
