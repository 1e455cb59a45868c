//! Record or change a subject's direct identifiers.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command;
use study::view::NodeKind;

use super::screen_subject::SubjectIdentityInput;
use crate::graphql::object::subject::Subject;

/// What recordIdentity needs.
#[derive(InputObject)]
pub struct RecordIdentityInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The subject.
    subject: ID,
    /// The identifiers, whole.
    identity: SubjectIdentityInput,
    /// Why they change; needed when some were recorded before.
    reason: Option<String>,
    /// The revision of the subject's own last change that you read.
    expected_revision: Option<Revision>,
}

payload! {
    /// What came of the act.
    RecordIdentityPayload as "RecordIdentityPayload" {
        /// The subject.
        subject: Subject = |view, row| view.subject_by_row(row).map(Subject)
    }
}

/// One mutation.
#[derive(Default)]
pub struct RecordIdentity;

#[Object]
impl RecordIdentity {
    /// Record or change a subject's direct identifiers. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn record_identity(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: RecordIdentityInput,
    ) -> Option<Result<Now<RecordIdentityPayload>>> {
        Some(act(cx, input).await.map(|done| Now(RecordIdentityPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: RecordIdentityInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.subject, input.key)?;
    let command = command::enrolment::RecordIdentity {
        subject: acting.row(NodeKind::Subject, &input.subject),
        identity: input.identity.into(),
        reason: input.reason,
        expected_revision: input.expected_revision.map(|it| it.0),
    };
    acting.decide(Box::new(command)).await
}
