//! Report an adverse event.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::scalar::PartialDate;
use crate::graphql::term::Coded;
use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::instrument::{AstctFindings, CrsFindings, IcansFindings};
use study::terms;
use study::view::NodeKind;

use crate::graphql::object::adverse_event::AdverseEvent;

/// A grade from a day on.
#[derive(InputObject)]
pub struct GradeInput {
    /// 1 to 5; leave out when it is unknown, or when the findings say it.
    pub grade: Option<i32>,
    /// The scale.
    pub scale: Coded<terms::GradeScale>,
    /// What was found of a CRS or ICANS, by which ASTCT grades it.
    pub findings: Option<AstctFindingsInput>,
    /// From when on; the onset unless given.
    pub since: Option<PartialDate>,
}

impl From<GradeInput> for command::safety::GradeSince {
    fn from(input: GradeInput) -> command::safety::GradeSince {
        command::safety::GradeSince {
            grade: input.grade,
            scale: input.scale.0,
            findings: input.findings.map(Into::into),
            since: input.since.map(|it| it.0),
        }
    }
}

/// What was found of exactly one of the two events.
#[derive(OneofObject)]
pub enum AstctFindingsInput {
    /// Of a cytokine release syndrome.
    Crs(CrsFindingsInput),
    /// Of neurotoxicity.
    Icans(IcansFindingsInput),
}

/// What ASTCT grades a cytokine release syndrome by. Left out is not known.
#[derive(InputObject)]
pub struct CrsFindingsInput {
    /// Temperature of 38 degrees Celsius or more not otherwise explained, or such a fever suppressed by treatment.
    fever: Option<bool>,
    /// Hypotension.
    hypotension: Option<bool>,
    /// How many vasopressors, vasopressin not counted, 0 to 20.
    vasopressors: Option<u32>,
    /// Oxygen that was needed.
    oxygen: Option<Coded<terms::OxygenSupport>>,
}

/// What ASTCT grades neurotoxicity by. Left out is not known.
#[derive(InputObject)]
pub struct IcansFindingsInput {
    /// ICE score, 0 to 10: orientation 4, naming 3, following commands 1, writing 1, attention 1.
    ice_score: Option<u32>,
    /// How the subject woke.
    consciousness: Option<Coded<terms::Consciousness>>,
    /// Seizures.
    seizure: Option<Coded<terms::Seizure>>,
    /// Deep focal motor weakness.
    motor_weakness: Option<bool>,
    /// Raised intracranial pressure or cerebral oedema.
    oedema: Option<Coded<terms::CerebralOedema>>,
}

impl From<AstctFindingsInput> for AstctFindings {
    fn from(input: AstctFindingsInput) -> AstctFindings {
        match input {
            AstctFindingsInput::Crs(it) => AstctFindings::Crs {
                crs: CrsFindings {
                    fever: it.fever,
                    hypotension: it.hypotension,
                    vasopressors: it.vasopressors,
                    oxygen: it.oxygen.map(|it| it.0),
                },
            },
            AstctFindingsInput::Icans(it) => AstctFindings::Icans {
                icans: IcansFindings {
                    ice_score: it.ice_score,
                    consciousness: it.consciousness.map(|it| it.0),
                    seizure: it.seizure.map(|it| it.0),
                    motor_weakness: it.motor_weakness,
                    oedema: it.oedema.map(|it| it.0),
                },
            },
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
