//! End a subject's participation.

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

/// What withdrawSubject needs.
#[derive(InputObject)]
pub struct WithdrawSubjectInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The subject.
    subject: ID,
    /// How it ends.
    kind: Coded<terms::DispositionKind>,
    /// When.
    occurred_on: Date,
    /// Why.
    reason: Option<String>,
}

payload! {
    /// What came of the act.
    WithdrawSubjectPayload as "WithdrawSubjectPayload" {
        /// The subject.
        subject: Subject = |view, row| view.subject_by_row(row).map(Subject)
    }
}

/// One mutation.
#[derive(Default)]
pub struct WithdrawSubject;

#[Object]
impl WithdrawSubject {
    /// End a subject's participation. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn withdraw_subject(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: WithdrawSubjectInput,
    ) -> Option<Result<Now<WithdrawSubjectPayload>>> {
        Some(act(cx, input).await.map(|done| Now(WithdrawSubjectPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: WithdrawSubjectInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.subject, input.key)?;
    let command = command::enrolment::WithdrawSubject {
        subject: acting.row(NodeKind::Subject, &input.subject),
        kind: input.kind.0,
        occurred_on: input.occurred_on.0,
        reason: input.reason,
    };
    acting.decide(Box::new(command)).await
}
