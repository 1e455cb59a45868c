//! Open or close a cohort for enrolment.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command;
use study::view::NodeKind;

use crate::graphql::object::site::Cohort;

/// What openCohort needs.
#[derive(InputObject)]
pub struct OpenCohortInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The cohort.
    cohort: ID,
    /// Whether the cohort is open from now on.
    open: bool,
    /// How many subjects it takes from now on; unchanged unless given.
    capacity: Option<i32>,
    /// Why, when a saved value changes.
    reason: Option<String>,
    /// The revision of the cohort's own last change that you read.
    expected_revision: Option<Revision>,
}

payload! {
    /// What came of the act.
    OpenCohortPayload as "OpenCohortPayload" {
        /// The cohort.
        cohort: Cohort = |view, row| view.cohort_by_row(row).map(Cohort::new)
    }
}

/// One mutation.
#[derive(Default)]
pub struct OpenCohort;

#[Object]
impl OpenCohort {
    /// Open or close a cohort for enrolment. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn open_cohort(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: OpenCohortInput,
    ) -> Option<Result<Now<OpenCohortPayload>>> {
        Some(act(cx, input).await.map(|done| Now(OpenCohortPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: OpenCohortInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.cohort, input.key)?;
    let command = command::setup::OpenCohort {
        cohort: acting.row(NodeKind::Cohort, &input.cohort),
        open: input.open,
        capacity: input.capacity,
        reason: input.reason,
        expected_revision: input.expected_revision.map(|it| it.0),
    };
    acting.decide(Box::new(command)).await
}
