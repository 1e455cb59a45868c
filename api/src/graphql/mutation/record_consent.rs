//! Record a consent, or its withdrawal.

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

/// What recordConsent needs.
#[derive(InputObject)]
pub struct RecordConsentInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The subject.
    subject: ID,
    /// What it covers.
    purpose: Coded<terms::ConsentPurpose>,
    /// The version of the form.
    version: String,
    /// The day on which it was given, or withdrawn.
    on: Date,
    /// Whether the consent is withdrawn.
    withdrawn: Option<bool>,
}

payload! {
    /// What came of the act.
    RecordConsentPayload as "RecordConsentPayload" {
        /// The subject.
        subject: Subject = |view, row| view.owner(row).map(Subject)
    }
}

/// One mutation.
#[derive(Default)]
pub struct RecordConsent;

#[Object]
impl RecordConsent {
    /// Record a consent, or its withdrawal. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn record_consent(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: RecordConsentInput,
    ) -> Option<Result<Now<RecordConsentPayload>>> {
        Some(act(cx, input).await.map(|done| Now(RecordConsentPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: RecordConsentInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.subject, input.key)?;
    let command = command::enrolment::RecordConsent {
        subject: acting.row(NodeKind::Subject, &input.subject),
        purpose: input.purpose.0,
        version: input.version,
        on: input.on.0,
        withdrawn: input.withdrawn.unwrap_or(false),
    };
    acting.decide(Box::new(command)).await
}
