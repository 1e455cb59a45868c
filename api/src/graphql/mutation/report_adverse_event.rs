//! Report an adverse event.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::scalar::PartialDate;
use crate::graphql::term::Coded;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::terms;
use study::view::NodeKind;

use crate::graphql::object::adverse_event::AdverseEvent;

/// A grade from a day on.
#[derive(InputObject)]
pub struct GradeInput {
    /// 1 to 5; leave out when unknown.
    pub grade: Option<i32>,
    /// The scale.
    pub scale: Coded<terms::GradeScale>,
    /// From when on; the onset unless given.
    pub since: Option<PartialDate>,
}

impl From<GradeInput> for command::safety::GradeSince {
    fn from(input: GradeInput) -> command::safety::GradeSince {
        command::safety::GradeSince {
            grade: input.grade,
            scale: input.scale.0,
            since: input.since.map(|it| it.0),
        }
    }
}

/// A judgement on one agent.
#[derive(InputObject)]
pub struct CausalityInput {
    /// The agent.
    pub agent: Coded<terms::Agent>,
    /// The judgement; leave out when it is missing.
    pub causality: Option<Coded<terms::Causality>>,
}

impl From<CausalityInput> for command::safety::AgentCausality {
    fn from(input: CausalityInput) -> command::safety::AgentCausality {
        command::safety::AgentCausality { agent: input.agent.0, causality: input.causality.map(|it| it.0) }
    }
}

/// What is recorded of an adverse event, its grades and causalities aside, and said again when it is corrected.
#[derive(InputObject)]
pub struct AdverseEventFieldsInput {
    /// What the site calls it.
    term: String,
    /// System organ class.
    soc: Option<String>,
    /// Preferred term.
    pt: Option<String>,
    /// Onset.
    start: PartialDate,
    /// End.
    end: Option<PartialDate>,
    /// How it ended.
    outcome: Coded<terms::AdverseEventOutcome>,
    /// What makes it serious; leave out when it is not.
    seriousness: Option<Vec<Coded<terms::SeriousnessCriterion>>>,
    /// What kind of event it is in the rules on dose-limiting toxicity.
    category: Coded<terms::AdverseEventCategory>,
    /// Whether it is of special interest.
    of_special_interest: Option<bool>,
    /// Whether it is a laboratory finding without clinical consequence.
    asymptomatic_laboratory: Option<bool>,
    /// The narrative.
    narrative: Option<String>,
    /// When the investigator became aware; needed for serious events.
    aware_on: Option<Date>,
}

impl From<AdverseEventFieldsInput> for command::safety::AdverseEventFields {
    fn from(input: AdverseEventFieldsInput) -> command::safety::AdverseEventFields {
        command::safety::AdverseEventFields {
            term: input.term,
            soc: input.soc,
            pt: input.pt,
            start: input.start.0,
            end: input.end.map(|it| it.0),
            outcome: input.outcome.0,
            seriousness: input.seriousness.unwrap_or_default().into_iter().map(|it| it.0).collect(),
            category: input.category.0,
            of_special_interest: input.of_special_interest.unwrap_or(false),
            asymptomatic_laboratory: input.asymptomatic_laboratory.unwrap_or(false),
            narrative: input.narrative,
            aware_on: input.aware_on.map(|day| day.0),
        }
    }
}

/// What reportAdverseEvent needs.
#[derive(InputObject)]
pub struct ReportAdverseEventInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The subject.
    subject: ID,
    #[graphql(flatten)]
    fields: AdverseEventFieldsInput,
    /// Its grades in order of time.
    grades: Vec<GradeInput>,
    /// What the investigator thinks of its causes.
    causalities: Vec<CausalityInput>,
}

payload! {
    /// What came of the act.
    ReportAdverseEventPayload as "ReportAdverseEventPayload" {
        /// The adverse event.
        adverse_event: AdverseEvent = |view, row| view.adverse_event_by_row(row).map(AdverseEvent)
    }
}

/// One mutation.
#[derive(Default)]
pub struct ReportAdverseEvent;

#[Object]
impl ReportAdverseEvent {
    /// Report an adverse event. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn report_adverse_event(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: ReportAdverseEventInput,
    ) -> Option<Result<Now<ReportAdverseEventPayload>>> {
        Some(act(cx, input).await.map(|done| Now(ReportAdverseEventPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: ReportAdverseEventInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.subject, input.key)?;
    let command = command::safety::ReportAdverseEvent {
        subject: acting.row(NodeKind::Subject, &input.subject),
        event: input.fields.into(),
        grades: input.grades.into_iter().map(Into::into).collect(),
        causalities: input.causalities.into_iter().map(Into::into).collect(),
    };
    acting.decide(Box::new(command)).await
}
