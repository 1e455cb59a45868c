//! Confirm that a subject meets every criterion; there are no waivers.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::view::NodeKind;

use crate::graphql::object::subject::Subject;

/// What confirmEligibility needs.
#[derive(InputObject)]
pub struct ConfirmEligibilityInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The subject.
    subject: ID,
    /// The day of the confirmation; today unless given.
    confirmed_on: Option<Date>,
    /// The revision of the subject's own last change that you read.
    expected_revision: Option<Revision>,
}

payload! {
    /// What came of the act.
    ConfirmEligibilityPayload as "ConfirmEligibilityPayload" {
        /// The subject.
        subject: Subject = |view, row| view.subject_by_row(row).map(Subject)
    }
}

/// One mutation.
#[derive(Default)]
pub struct ConfirmEligibility;

#[Object]
impl ConfirmEligibility {
    /// Confirm that a subject meets every criterion; there are no waivers. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn confirm_eligibility(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: ConfirmEligibilityInput,
    ) -> Option<Result<Now<ConfirmEligibilityPayload>>> {
        Some(act(cx, input).await.map(|done| Now(ConfirmEligibilityPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: ConfirmEligibilityInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.subject, input.key)?;
    let command = command::enrolment::ConfirmEligibility {
        subject: acting.row(NodeKind::Subject, &input.subject),
        confirmed_on: input.confirmed_on.map(|day| day.0),
        expected_revision: input.expected_revision.map(|it| it.0),
    };
    acting.decide(Box::new(command)).await
}
