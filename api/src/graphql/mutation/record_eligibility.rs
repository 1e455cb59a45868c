//! Record the results of eligibility criteria.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use crate::graphql::term::Coded;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::terms;
use study::view::NodeKind;

use crate::graphql::object::subject::Subject;

/// The result of one eligibility criterion.
#[derive(InputObject)]
pub struct CriterionInput {
    /// The criterion's code in the protocol.
    pub criterion: String,
    /// Whether it is met.
    pub result: Coded<terms::CriterionResult>,
    /// What was seen.
    pub observed: Option<String>,
    /// The revision of the saved result that you read, when one is replaced.
    pub expected_revision: Option<Revision>,
}

/// A person's answer to a question that a criterion asks and no record answers.
#[derive(InputObject)]
pub struct FactInput {
    /// The fact's name in the protocol.
    pub fact: String,
    /// The answer.
    pub yes: bool,
}

/// What recordEligibility needs.
#[derive(InputObject)]
pub struct RecordEligibilityInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The subject.
    subject: ID,
    /// When they were assessed.
    assessed_on: Date,
    /// The results.
    results: Vec<CriterionInput>,
    /// Answers to what no record says.
    answers: Option<Vec<FactInput>>,
    /// Why saved results change.
    reason: Option<String>,
}

payload! {
    /// What came of the act.
    RecordEligibilityPayload as "RecordEligibilityPayload" {
        /// The subject.
        subject: Subject = |view, row| view.owner(row).map(Subject)
    }
}

/// One mutation.
#[derive(Default)]
pub struct RecordEligibility;

#[Object]
impl RecordEligibility {
    /// Record the results of eligibility criteria. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn record_eligibility(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: RecordEligibilityInput,
    ) -> Option<Result<Now<RecordEligibilityPayload>>> {
        Some(act(cx, input).await.map(|done| Now(RecordEligibilityPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: RecordEligibilityInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.subject, input.key)?;
    let command = command::enrolment::RecordEligibility {
        subject: acting.row(NodeKind::Subject, &input.subject),
        assessed_on: input.assessed_on.0,
        results: input
            .results
            .into_iter()
            .map(|it| command::enrolment::CriterionFound {
                criterion: it.criterion,
                result: it.result.0,
                observed: it.observed,
                expected_revision: it.expected_revision.map(|it| it.0),
            })
            .collect(),
        answers: input
            .answers
            .unwrap_or_default()
            .into_iter()
            .map(|it| command::enrolment::FactAnswer { fact: it.fact, yes: it.yes })
            .collect(),
        reason: input.reason,
    };
    acting.decide(Box::new(command)).await
}
