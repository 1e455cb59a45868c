//! Enrol an eligible subject into a cohort.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::view::NodeKind;

use crate::graphql::object::subject::Subject;

/// What enrollSubject needs.
#[derive(InputObject)]
pub struct EnrollSubjectInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The subject.
    subject: ID,
    /// The cohort; the one that the dosing rules ask for next unless given.
    cohort: Option<ID>,
    /// The day of enrolment; today unless given.
    enrolled_on: Option<Date>,
}

payload! {
    /// What came of the act.
    EnrollSubjectPayload as "EnrollSubjectPayload" {
        /// The subject.
        subject: Subject = |view, row| view.subject_by_row(row).map(Subject)
    }
}

/// One mutation.
#[derive(Default)]
pub struct EnrollSubject;

#[Object]
impl EnrollSubject {
    /// Enrol an eligible subject into a cohort. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn enroll_subject(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: EnrollSubjectInput,
    ) -> Option<Result<Now<EnrollSubjectPayload>>> {
        Some(act(cx, input).await.map(|done| Now(EnrollSubjectPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: EnrollSubjectInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.subject, input.key)?;
    let command = command::enrolment::EnrollSubject {
        subject: acting.row(NodeKind::Subject, &input.subject),
        cohort: input.cohort.as_ref().map(|id| acting.row(NodeKind::Cohort, id)),
        enrolled_on: input.enrolled_on.map(|day| day.0),
    };
    acting.decide(Box::new(command)).await
}
