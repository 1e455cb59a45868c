//! Record how an adverse event went on.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::scalar::{PartialDate, Revision};
use crate::graphql::term::Coded;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::terms;
use study::view::NodeKind;

use super::report_adverse_event::{CausalityInput, GradeInput};
use crate::graphql::object::adverse_event::AdverseEvent;

/// What followAdverseEvent needs.
#[derive(InputObject)]
pub struct FollowAdverseEventInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The event.
    adverse_event: ID,
    /// The revision of its own last change that you read.
    expected_revision: Option<Revision>,
    /// A new grade.
    grade: Option<GradeInput>,
    /// The end.
    end: Option<PartialDate>,
    /// How it ended.
    outcome: Option<Coded<terms::AdverseEventOutcome>>,
    /// What makes it serious from now on.
    seriousness: Option<Vec<Coded<terms::SeriousnessCriterion>>>,
    /// When the investigator became aware that it is serious.
    aware_on: Option<Date>,
    /// A judgement on one agent.
    causality: Option<CausalityInput>,
    /// Why saved values change.
    reason: Option<String>,
}

payload! {
    /// What came of the act.
    FollowAdverseEventPayload as "FollowAdverseEventPayload" {
        /// The adverse event.
        adverse_event: AdverseEvent = |view, row| view.adverse_event_by_row(row).map(AdverseEvent)
    }
}

/// One mutation.
#[derive(Default)]
pub struct FollowAdverseEvent;

#[Object]
impl FollowAdverseEvent {
    /// Record how an adverse event went on. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn follow_adverse_event(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: FollowAdverseEventInput,
    ) -> Option<Result<Now<FollowAdverseEventPayload>>> {
        Some(act(cx, input).await.map(|done| Now(FollowAdverseEventPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: FollowAdverseEventInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.adverse_event, input.key)?;
    let adverse_event = acting.row(NodeKind::AdverseEvent, &input.adverse_event);
    let subject = acting.subject_of(adverse_event).await?;
    let seriousness = input.seriousness.map(|all| all.into_iter().map(|it| it.0).collect());
    let command = command::safety::FollowAdverseEvent {
        subject,
        adverse_event,
        seriousness,
        aware_on: input.aware_on.map(|day| day.0),
        causality: input.causality.map(Into::into),
        expected_revision: input.expected_revision.map(|it| it.0),
        grade: input.grade.map(Into::into),
        end: input.end.map(|it| it.0),
        outcome: input.outcome.map(|it| it.0),
        reason: input.reason,
    };
    acting.decide(Box::new(command)).await
}
