//! Adverse events with their grades, causes and adjudication.

use super::gated_by_subject;
use super::masked::{MaskedDate, MaskedPartialDate, MaskedText};
use super::rule::RuleVersion;
use crate::graphql::scalar::{Id, Revision};
use crate::graphql::term::Coded;
use derivation::safety::treatment_emergent;
use objects::{DateTime, Stated, object};
use policy::DataGroup;
use study::derived::{astct_grade, astct_rule};
use study::instrument::AstctFindings;
use study::terms::{
    AdverseEventCategory, AdverseEventOutcome, Agent, Causality, CausalityAssessor, CerebralOedema,
    ClockKind, Consciousness, DateImputation, EventPeriod, GradeScale, OxygenSupport, Seizure,
    SeriousnessCriterion,
};
use study::view::{
    AdverseEventCausalityView, AdverseEventGradeView, AdverseEventView, ClockView, DltAdjudicationView,
    Shown, ShownDate, ValueState,
};

/// An adverse event.
#[object(name = "AdverseEvent", implements("Node"))]
impl<'v> AdverseEvent<'v> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// What the site called the event; the safety board reads the coded term instead.
    #[group(AdverseEvents)]
    fn term(&self) -> MaskedText {
        MaskedText::of(self.0.term())
    }
    /// System organ class.
    #[group(AdverseEvents)]
    fn soc(&self) -> Option<&str> {
        self.0.soc()
    }
    /// Preferred term.
    #[group(AdverseEvents)]
    fn pt(&self) -> Option<&str> {
        self.0.pt()
    }
    /// Onset.
    #[group(AdverseEvents)]
    fn start(&self) -> MaskedPartialDate {
        MaskedPartialDate(self.0.start())
    }
    /// End.
    #[group(AdverseEvents)]
    fn end(&self) -> MaskedPartialDate {
        MaskedPartialDate(self.0.end())
    }
    /// How the event stands to treatment: in which period of the study it counts, and why.
    #[group(AdverseEvents)]
    fn emergence(&self) -> EventEmergence<'v> {
        EventEmergence { event: Some(self.0), shown: self.0.emergence() }
    }
    /// How the event ended.
    #[group(AdverseEvents)]
    fn outcome(&self) -> Option<Coded<AdverseEventOutcome>> {
        Some(Coded(self.0.outcome()))
    }
    /// What kind of event it is in the rules on dose-limiting toxicity.
    #[group(AdverseEvents)]
    fn category(&self) -> Option<Coded<AdverseEventCategory>> {
        Some(Coded(self.0.category()))
    }
    /// Whether it is of special interest: because the site says so, or the protocol lists its category (an infection from the grade on that it names).
    #[group(AdverseEvents)]
    fn of_special_interest(&self) -> Option<bool> {
        Some(self.0.of_special_interest())
    }
    /// Whether it is a laboratory finding without clinical consequence.
    #[group(AdverseEvents)]
    fn asymptomatic_laboratory(&self) -> Option<bool> {
        Some(self.0.asymptomatic_laboratory())
    }
    /// Grades in order of time.
    #[group(AdverseEvents)]
    fn grades(&self) -> Option<Vec<AdverseEventGrade<'v>>> {
        Some(self.0.grades().map(AdverseEventGrade).collect())
    }
    /// What was judged of its causes.
    #[group(AdverseEvents)]
    fn causalities(&self) -> Option<Vec<AdverseEventCausality<'v>>> {
        Some(self.0.causalities().map(AdverseEventCausality).collect())
    }
    /// What makes the event serious; empty when it is not.
    #[group(SeriousEvents)]
    fn seriousness(&self) -> Option<Vec<Coded<SeriousnessCriterion>>> {
        Some(self.0.seriousness()?.iter().copied().map(Coded).collect())
    }
    /// The narrative.
    #[group(SeriousEvents)]
    fn narrative(&self) -> MaskedText {
        MaskedText::of(self.0.narrative())
    }
    /// When the investigator became aware of the event.
    #[group(SeriousEvents)]
    fn aware_on(&self) -> MaskedDate {
        MaskedDate(self.0.aware_on())
    }
    /// Time limits that run on the event.
    #[group(SeriousEvents)]
    fn clocks(&self) -> Option<Vec<Clock<'v>>> {
        Some(self.0.clocks()?.map(Clock).collect())
    }
    /// Whether the event was dose-limiting, as adjudicated.
    #[group(Adjudication)]
    fn adjudication(&self) -> MaskedAdjudication<'v> {
        MaskedAdjudication(self.0.adjudication())
    }
    /// Revision of the event's own last change, for `expectedRevision`.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// An adverse event.
pub struct AdverseEvent<'v>(pub AdverseEventView<'v>);

/// How an adverse event stands to treatment (ADaM: TRTEMFL, ASTDT, ASTDTF).
#[object(name = "EventEmergence", stated, gate = open)]
impl EventEmergence<'_> {
    /// Whether it can be told, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.shown.state)
    }
    /// Whether it is treatment-emergent.
    #[group(Envelope)]
    fn treatment_emergent(&self) -> Option<bool> {
        self.held()?.whole.treatment_emergent
    }
    /// The part of the study that it belongs to. None for an event before the first dose where it is kept from you who was
    /// given lymphodepletion.
    #[group(Envelope)]
    fn period(&self) -> Option<Coded<EventPeriod>> {
        self.held()?.whole.period.map(|period| Coded(period.into()))
    }
    /// The start that the tables use: as recorded, or filled in where the day or month is not known.
    #[group(Envelope)]
    fn start_used(&self) -> MaskedDate {
        self.day(AdverseEventView::start_used)
    }
    /// What of the start was filled in; none when it is recorded whole.
    #[group(Envelope)]
    fn start_imputed(&self) -> Option<Coded<DateImputation>> {
        self.held()?.whole.start?.flag.map(|flag| Coded(flag.into()))
    }
    /// The first day from the first dose on with a grade above the one that stood before it.
    #[group(Envelope)]
    fn worsened_on(&self) -> MaskedDate {
        self.day(AdverseEventView::worsened_on)
    }
    /// The rule that answered, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.held()?;
        Some(RuleVersion(self.event?.subject().rule(&treatment_emergent::RULE)))
    }
}

/// How an adverse event stands to treatment.
pub struct EventEmergence<'v> {
    event: Option<AdverseEventView<'v>>,
    shown: Shown<study::derived::EventEmergence>,
}

impl<'v> EventEmergence<'v> {
    fn held(&self) -> Option<&study::derived::EventEmergence> {
        self.shown.value.as_ref()
    }

    fn day(
        &self,
        day: impl FnOnce(&AdverseEventView<'v>, &study::derived::EventEmergence) -> ShownDate,
    ) -> MaskedDate {
        match (self.event, self.held()) {
            (Some(event), Some(held)) => MaskedDate(day(&event, held)),
            (None, _) | (_, None) => MaskedDate::masked(),
        }
    }
}

impl Stated for EventEmergence<'_> {
    fn masked() -> Self {
        EventEmergence { event: None, shown: Shown::masked() }
    }
}

/// A grade of an adverse event from a day on.
#[object(name = "AdverseEventGrade", implements("Node"))]
impl AdverseEventGrade<'_> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// 1 to 5; none when unknown.
    #[group(AdverseEvents)]
    fn grade(&self) -> Option<i32> {
        self.0.grade()
    }
    /// The scale.
    #[group(AdverseEvents)]
    fn scale(&self) -> Option<Coded<GradeScale>> {
        Some(Coded(self.0.scale()))
    }
    /// What was found of a CRS or ICANS, and the grade that ASTCT gives it; none where it was not recorded.
    #[group(AdverseEvents)]
    fn astct(&self) -> Option<Astct> {
        let findings = self.0.findings()?;
        Some(Astct { findings, rule: self.0.subject().rule(astct_rule(&findings)) })
    }
    /// From when on.
    #[group(AdverseEvents)]
    fn since(&self) -> MaskedPartialDate {
        MaskedPartialDate(self.0.since())
    }
    /// Revision of the grade's own last change, for `expectedRevision`.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// A grade.
pub struct AdverseEventGrade<'v>(pub AdverseEventGradeView<'v>);

/// A judgement whether an agent caused an adverse event.
#[object(name = "AdverseEventCausality", implements("Node"))]
impl AdverseEventCausality<'_> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// The agent.
    #[group(AdverseEvents)]
    fn agent(&self) -> Option<Coded<Agent>> {
        Some(Coded(self.0.agent()))
    }
    /// Who judged.
    #[group(AdverseEvents)]
    fn assessor(&self) -> Option<Coded<CausalityAssessor>> {
        Some(Coded(self.0.assessor()))
    }
    /// The judgement; none when it is missing, which the safety tables read as related.
    #[group(AdverseEvents)]
    fn causality(&self) -> Option<Coded<Causality>> {
        self.0.causality().map(Coded)
    }
    /// Revision of the judgement's own last change, for `expectedRevision`.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// A judgement.
pub struct AdverseEventCausality<'v>(pub AdverseEventCausalityView<'v>);

/// A time limit that runs on a serious adverse event.
#[object(name = "Clock")]
impl Clock<'_> {
    /// Which clock.
    #[group(SeriousEvents)]
    fn kind(&self) -> Option<Coded<ClockKind>> {
        Some(Coded(self.0.kind()))
    }
    /// When it runs out. The safety board sees no clock time.
    #[group(SeriousEvents)]
    fn due_at(&self) -> Option<DateTime> {
        self.0.due_at().map(DateTime)
    }
    /// When it was stopped.
    #[group(SeriousEvents)]
    fn stopped_at(&self) -> Option<DateTime> {
        self.0.stopped_at().map(DateTime)
    }
}

/// A clock.
pub struct Clock<'v>(pub ClockView<'v>);

/// A decision whether an adverse event was dose-limiting.
#[object(name = "DltAdjudication", implements("Node"))]
impl DltAdjudication<'_> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// The decision.
    #[group(Adjudication)]
    fn is_dlt(&self) -> Option<bool> {
        Some(self.0.is_dlt())
    }
    /// Why.
    #[group(Adjudication)]
    fn rationale(&self) -> MaskedText {
        MaskedText::of(self.0.rationale())
    }
    /// When.
    #[group(Adjudication)]
    fn decided_on(&self) -> MaskedDate {
        MaskedDate(self.0.decided_on())
    }
    /// Revision of the decision's own last change, for `expectedRevision`.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// A decision.
pub struct DltAdjudication<'v>(pub DltAdjudicationView<'v>);

/// What was found of a cytokine release syndrome or of neurotoxicity, graded by the ASTCT consensus (Lee 2019).
#[object(name = "Astct", gate = open)]
impl Astct {
    /// 0 to 4; none when what is missing could change it.
    #[group(Envelope)]
    fn grade(&self) -> Option<i32> {
        astct_grade(&self.findings).map(i32::from)
    }
    /// What was found of a cytokine release syndrome.
    #[group(Envelope)]
    fn crs(&self) -> Option<CrsFindings> {
        match self.findings {
            AstctFindings::Crs { crs: found } => Some(CrsFindings(found)),
            AstctFindings::Icans { .. } => None,
        }
    }
    /// What was found of neurotoxicity.
    #[group(Envelope)]
    fn icans(&self) -> Option<IcansFindings> {
        match self.findings {
            AstctFindings::Crs { .. } => None,
            AstctFindings::Icans { icans: found } => Some(IcansFindings(found)),
        }
    }
    /// The rule that graded it, with its version.
    #[group(Envelope)]
    fn rule(&self) -> RuleVersion {
        RuleVersion(self.rule.clone())
    }
}

/// Findings and their grade.
pub struct Astct {
    findings: AstctFindings,
    rule: derivation::rule::RuleVersion,
}

/// What ASTCT grades a cytokine release syndrome by. Null is not known.
#[object(name = "CrsFindings", gate = open)]
impl CrsFindings {
    /// Temperature of 38 degrees Celsius or more not otherwise explained, or such a fever suppressed by treatment.
    #[group(Envelope)]
    fn fever(&self) -> Option<bool> {
        self.0.fever
    }
    /// Hypotension.
    #[group(Envelope)]
    fn hypotension(&self) -> Option<bool> {
        self.0.hypotension
    }
    /// How many vasopressors, vasopressin not counted.
    #[group(Envelope)]
    fn vasopressors(&self) -> Option<i32> {
        self.0.vasopressors.and_then(|number| number.try_into().ok())
    }
    /// Oxygen that was needed.
    #[group(Envelope)]
    fn oxygen(&self) -> Option<Coded<OxygenSupport>> {
        self.0.oxygen.map(Coded)
    }
}

/// What was found of a cytokine release syndrome.
pub struct CrsFindings(study::instrument::CrsFindings);

/// What ASTCT grades neurotoxicity by. Null is not known.
#[object(name = "IcansFindings", gate = open)]
impl IcansFindings {
    /// ICE score, 0 to 10.
    #[group(Envelope)]
    fn ice_score(&self) -> Option<i32> {
        self.0.ice_score.and_then(|score| score.try_into().ok())
    }
    /// How the subject woke.
    #[group(Envelope)]
    fn consciousness(&self) -> Option<Coded<Consciousness>> {
        self.0.consciousness.map(Coded)
    }
    /// Seizures.
    #[group(Envelope)]
    fn seizure(&self) -> Option<Coded<Seizure>> {
        self.0.seizure.map(Coded)
    }
    /// Deep focal motor weakness.
    #[group(Envelope)]
    fn motor_weakness(&self) -> Option<bool> {
        self.0.motor_weakness
    }
    /// Raised intracranial pressure or cerebral oedema.
    #[group(Envelope)]
    fn oedema(&self) -> Option<Coded<CerebralOedema>> {
        self.0.oedema.map(Coded)
    }
}

/// What was found of neurotoxicity.
pub struct IcansFindings(study::instrument::IcansFindings);

gated_by_subject!(AdverseEvent, AdverseEventGrade, AdverseEventCausality, Clock, DltAdjudication);

/// A decision on dose-limiting toxicity that may be kept from the viewer, or not made yet.
#[object(name = "MaskedAdjudication", stated, gate = open)]
impl<'v> MaskedAdjudication<'v> {
    /// Whether there is a decision, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.0.state)
    }
    /// The decision.
    #[group(Envelope)]
    fn value(&self) -> Option<DltAdjudication<'v>> {
        self.0.value.map(DltAdjudication)
    }
}

/// A decision that may be kept from the viewer.
pub struct MaskedAdjudication<'v>(pub Shown<DltAdjudicationView<'v>>);

impl Stated for MaskedAdjudication<'_> {
    fn masked() -> Self {
        MaskedAdjudication(Shown::masked())
    }
}
