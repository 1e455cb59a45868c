//! Correct a consent.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::command::conduct::{CorrectRecord, Correction};
use study::view::NodeKind;

use crate::graphql::object::screening::Consent;

/// What correctConsent needs: what the record shall say, whole.
#[derive(InputObject)]
pub struct CorrectConsentInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The consent.
    consent: ID,
    /// The revision of its own last change that you read.
    expected_revision: Option<Revision>,
    /// Why.
    reason: Option<String>,
    /// The version of the form.
    version: String,
    /// The day on which it was given.
    given_on: Date,
    /// The day on which it was withdrawn; left out when it was not.
    withdrawn_on: Option<Date>,
}

payload! {
    /// What came of the act.
    CorrectConsentPayload as "CorrectConsentPayload" {
        /// The consent.
        consent: Consent = |view, row| view.consent_by_row(row).map(Consent)
    }
}

/// One mutation.
#[derive(Default)]
pub struct CorrectConsent;

#[Object]
impl CorrectConsent {
    /// Correct a consent: the whole record again, with a reason. The purpose stays what it is. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn correct_consent(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: CorrectConsentInput,
    ) -> Option<Result<Now<CorrectConsentPayload>>> {
        Some(act(cx, input).await.map(|done| Now(CorrectConsentPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: CorrectConsentInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.consent, input.key)?;
    let record = acting.row(NodeKind::Consent, &input.consent);
    let fields = command::enrolment::ConsentFields {
        version: input.version,
        given_on: input.given_on.0,
        withdrawn_on: input.withdrawn_on.map(|day| day.0),
    };
    let command = CorrectRecord {
        subject: acting.subject_of(record).await?,
        correction: Correction::Consent(record, fields),
        reason: input.reason,
        expected_revision: input.expected_revision.map(|it| it.0),
    };
    acting.decide(Box::new(command)).await
}
