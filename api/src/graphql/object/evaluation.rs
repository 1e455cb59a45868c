//! Derived endpoints with their criteria, reasons and evidence.

use super::masked::MaskedDate;
use super::node::Node;
use crate::graphql::scalar::{Decimal, VisitCode};
use crate::graphql::term::Coded;
use objects::{Stated, object};
use policy::DataGroup;
use std::sync::Arc;
use study::derived::dlt::Dlt;
use study::derived::{
    AutoantibodyChange as DerivedAutoantibodyChange, Evaluated, SledaiChangeAt, SteroidDose,
};
use study::rules::{Criterion as RuleCriterion, RuleVersion as Version};
use study::terms::{DltStatus, Outcome, ReasonCode};
use study::view::{Shown, SubjectView, ValueState};

/// A derived yes/no endpoint. Three-valued, with the reasons, and the imputed reading beside the observed one.
#[object(name = "Evaluation", stated, gate = open)]
impl<'v> Evaluation<'v> {
    /// Whether there is an answer, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.shown.state)
    }
    /// The answer as observed, before any imputation.
    #[group(Envelope)]
    fn outcome(&self) -> Option<Coded<Outcome>> {
        self.held().map(|it| Coded(Outcome::from(it.evaluation.outcome)))
    }
    /// The answer after the protocol's rule on missing data.
    #[group(Envelope)]
    fn analysed(&self) -> Option<AnalysedOutcome> {
        let imputed = self.subject?.analysed(self.held()?);
        Some(AnalysedOutcome {
            outcome: imputed.analysis_value.map(Outcome::from),
            imputed: imputed.imputed,
            in_denominator: imputed.in_denominator,
        })
    }
    /// Each criterion of the rule.
    #[group(Envelope)]
    fn criteria(&self) -> Option<Vec<Criterion>> {
        let held = self.held()?;
        Some(held.evaluation.criteria.iter().cloned().map(Criterion).collect())
    }
    /// Why it is not evaluable, or which event made it a failure.
    #[group(Envelope)]
    fn reason(&self) -> Option<Coded<ReasonCode>> {
        self.held()?.evaluation.reason.map(|reason| Coded(ReasonCode::from(reason)))
    }
    /// The records that it was derived from.
    #[group(Envelope)]
    fn evidence(&self) -> Option<Vec<Node<'v>>> {
        let subject = self.subject?;
        let ids = subject.evidence(&self.held()?.evaluation.evidence);
        Some(ids.iter().filter_map(|id| subject.view().find(id)).filter_map(Node::of).collect())
    }
    /// The day of the baseline assessment.
    #[group(Envelope)]
    fn baseline_on(&self) -> MaskedDate {
        self.day(self.held().and_then(|it| it.baseline_on))
    }
    /// The day of the visit's assessment.
    #[group(Envelope)]
    fn assessed_on(&self) -> MaskedDate {
        self.day(self.held().and_then(|it| it.assessed_on))
    }
    /// The point that the visit is compared with: `BASELINE`; none when the rule compares with nothing.
    #[group(Envelope)]
    fn baseline_visit(&self) -> Option<VisitCode> {
        self.held()?.baseline_on.map(|_| VisitCode(study::view::BASELINE.to_owned()))
    }
    /// The planned visit.
    #[group(Envelope)]
    fn visit(&self) -> Option<VisitCode> {
        self.visit.clone()
    }
    /// The rule that answered, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.held().map(|it| RuleVersion(it.evaluation.rule.clone()))
    }
}

/// A derived endpoint of a subject.
pub struct Evaluation<'v> {
    subject: Option<SubjectView<'v>>,
    shown: Shown<Arc<Evaluated>>,
    visit: Option<VisitCode>,
}

impl<'v> Evaluation<'v> {
    pub(crate) fn new(
        subject: SubjectView<'v>,
        shown: Shown<Arc<Evaluated>>,
        visit: VisitCode,
    ) -> Evaluation<'v> {
        Evaluation { subject: Some(subject), shown, visit: Some(visit) }
    }

    fn held(&self) -> Option<&Evaluated> {
        self.shown.value.as_deref()
    }

    fn day(&self, day: Option<chrono::NaiveDate>) -> MaskedDate {
        match self.subject {
            Some(subject) if self.shown.state != ValueState::Masked => MaskedDate(subject.show_day(day)),
            _ => MaskedDate::masked(),
        }
    }
}

impl Stated for Evaluation<'_> {
    fn masked() -> Self {
        Evaluation { subject: None, shown: Shown::masked(), visit: None }
    }
}

/// An outcome after the protocol's rule on missing data.
#[object(name = "AnalysedOutcome", gate = open)]
impl AnalysedOutcome {
    /// The outcome; none when the subject leaves the denominator.
    #[group(Envelope)]
    fn outcome(&self) -> Option<Coded<Outcome>> {
        self.outcome.map(Coded)
    }
    /// Whether it was imputed.
    #[group(Envelope)]
    fn imputed(&self) -> bool {
        self.imputed
    }
    /// Whether the subject counts in the denominator.
    #[group(Envelope)]
    fn in_denominator(&self) -> bool {
        self.in_denominator
    }
}

/// An outcome after imputation.
pub struct AnalysedOutcome {
    outcome: Option<Outcome>,
    imputed: bool,
    in_denominator: bool,
}

/// One criterion of an endpoint: what was asked, what was seen, and what follows.
#[object(name = "Criterion", gate = open)]
impl Criterion {
    /// The criterion's stable code.
    #[group(Envelope)]
    fn code(&self) -> &str {
        self.0.code
    }
    /// What follows from what was seen.
    #[group(Envelope)]
    fn outcome(&self) -> Coded<Outcome> {
        Coded(Outcome::from(self.0.verdict))
    }
    /// What was seen.
    #[group(Envelope)]
    fn observed(&self) -> Option<&str> {
        self.0.observed.as_deref()
    }
    /// What is asked for.
    #[group(Envelope)]
    fn threshold(&self) -> Option<&str> {
        self.0.threshold.as_deref()
    }
    /// The criterion in a sentence.
    #[group(Envelope)]
    fn explanation(&self) -> &str {
        &self.0.explanation
    }
}

/// A criterion.
pub struct Criterion(pub RuleCriterion);

/// A rule in force: its id, the version of its behaviour, and the parameters that it ran with.
#[object(name = "RuleVersion", gate = open)]
impl RuleVersion {
    /// The rule's stable id.
    #[group(Envelope)]
    fn id(&self) -> &str {
        self.0.id
    }
    /// Changes whenever the rule's behaviour does.
    #[group(Envelope)]
    fn version(&self) -> &str {
        self.0.version
    }
    /// The parameters that it ran with.
    #[group(Envelope)]
    fn parameters(&self) -> Vec<RuleParameter> {
        self.0.parameters.iter().map(|(name, value)| RuleParameter { name, value: value.clone() }).collect()
    }
}

/// A rule in force.
pub struct RuleVersion(pub Version);

/// A parameter of a rule.
#[object(name = "RuleParameter", gate = open)]
impl RuleParameter {
    /// Its name.
    #[group(Envelope)]
    fn name(&self) -> &str {
        self.name
    }
    /// Its value.
    #[group(Envelope)]
    fn value(&self) -> &str {
        &self.value
    }
}

/// A parameter of a rule.
pub struct RuleParameter {
    name: &'static str,
    value: String,
}

/// Change of SLEDAI-2K from baseline.
#[object(name = "Change", stated, gate = open)]
impl Change {
    /// Whether there is a change, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.0.state)
    }
    /// The total at baseline.
    #[group(Envelope)]
    fn baseline(&self) -> Option<i32> {
        self.0.value.as_ref()?.baseline.as_ref()?.score.total.map(i32::from)
    }
    /// The total at the visit.
    #[group(Envelope)]
    fn value(&self) -> Option<i32> {
        self.0.value.as_ref()?.visit.as_ref()?.score.total.map(i32::from)
    }
    /// Visit minus baseline; negative is better.
    #[group(Envelope)]
    fn change(&self) -> Option<i32> {
        self.0.value.as_ref()?.change.and_then(|change| i32::try_from(change).ok())
    }
    /// The change in percent of baseline; none when baseline is 0.
    #[group(Envelope)]
    fn percent(&self) -> Option<Decimal> {
        self.0.value.as_ref()?.percent.map(Decimal::from)
    }
}

/// Change of SLEDAI-2K.
pub struct Change(pub Shown<SledaiChangeAt>);

impl Stated for Change {
    fn masked() -> Change {
        Change(Shown::masked())
    }
}

/// Change of an autoantibody or complement from baseline.
#[object(name = "AutoantibodyChange", stated, gate = open)]
impl AutoantibodyChange {
    /// Whether there is a change, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.0.state)
    }
    /// The value at baseline, in the protocol's unit, with its comparator.
    #[group(Envelope)]
    fn baseline(&self) -> Option<&str> {
        self.0.value.as_ref()?.baseline.as_deref()
    }
    /// The value at the visit, in the protocol's unit, with its comparator.
    #[group(Envelope)]
    fn value(&self) -> Option<&str> {
        self.0.value.as_ref()?.visit.as_deref()
    }
    /// Visit minus baseline, in the protocol's unit.
    #[group(Envelope)]
    fn absolute(&self) -> Option<Decimal> {
        self.0.value.as_ref()?.change.absolute.map(Decimal::from)
    }
    /// The change in percent of baseline.
    #[group(Envelope)]
    fn percent(&self) -> Option<Decimal> {
        self.0.value.as_ref()?.change.percent.map(Decimal::from)
    }
    /// Dilution steps of a titre: the logarithm to base 2 of its ratio.
    #[group(Envelope)]
    fn log2(&self) -> Option<f64> {
        self.0.value.as_ref()?.change.log2
    }
    /// Whether the change is exact or a bound, as a code.
    #[group(Envelope)]
    fn bound(&self) -> Option<String> {
        self.0.value.as_ref()?.change.bound.as_ref().map(study::outcome::code_of)
    }
    /// Conversion between positive and negative, as a code.
    #[group(Envelope)]
    fn conversion(&self) -> Option<String> {
        self.0.value.as_ref()?.change.conversion.as_ref().map(study::outcome::code_of)
    }
    /// Whether an abnormal value became normal; none when baseline was normal or limits are unknown.
    #[group(Envelope)]
    fn normalised(&self) -> Option<bool> {
        self.0.value.as_ref()?.change.normalised
    }
}

/// Change of an autoantibody.
pub struct AutoantibodyChange(pub Shown<Arc<DerivedAutoantibodyChange>>);

impl Stated for AutoantibodyChange {
    fn masked() -> AutoantibodyChange {
        AutoantibodyChange(Shown::masked())
    }
}

/// Dose-limiting toxicity of a subject as seen on a day.
#[object(name = "DltEvaluation", stated, gate = open)]
impl<'v> DltEvaluation<'v> {
    /// Whether there is an answer, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.shown.state)
    }
    /// Whether the subject counts in decisions on the dose, and if not, why.
    #[group(Envelope)]
    fn evaluable(&self) -> Option<Coded<DltStatus>> {
        self.shown.value.as_ref().map(|it| Coded(DltStatus::from(it.evaluable)))
    }
    /// Whether there was a dose-limiting toxicity, adjudicated where it was, else as the rules flag it.
    #[group(Envelope)]
    fn outcome(&self) -> Option<Coded<Outcome>> {
        self.shown.value.as_ref().map(|it| Coded(Outcome::from(it.dlt)))
    }
    /// Last day of the window.
    #[group(Envelope)]
    fn window_ends_on(&self) -> MaskedDate {
        match (self.subject, &self.shown.value) {
            (Some(subject), Some(it)) => MaskedDate(subject.show_day(it.window_end)),
            _ => MaskedDate::masked(),
        }
    }
    /// The adverse events that the rules flag or the adjudication names.
    #[group(Envelope)]
    fn evidence(&self) -> Option<Vec<Node<'v>>> {
        let subject = self.subject?;
        let ids = subject.evidence(&self.shown.value.as_ref()?.evidence);
        Some(ids.iter().filter_map(|id| subject.view().find(id)).filter_map(Node::of).collect())
    }
}

/// Dose-limiting toxicity.
pub struct DltEvaluation<'v> {
    subject: Option<SubjectView<'v>>,
    shown: Shown<Dlt>,
}

impl<'v> DltEvaluation<'v> {
    pub(crate) fn new(subject: SubjectView<'v>, shown: Shown<Dlt>) -> DltEvaluation<'v> {
        DltEvaluation { subject: Some(subject), shown }
    }
}

impl Stated for DltEvaluation<'_> {
    fn masked() -> Self {
        DltEvaluation { subject: None, shown: Shown::masked() }
    }
}

/// An average daily glucocorticoid dose as prednisone.
#[object(name = "DailyDose", stated, gate = open)]
impl DailyDose {
    /// Whether the dose is known, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.0.state)
    }
    /// Milligrams of prednisone a day.
    #[group(Envelope)]
    fn mg_per_day(&self) -> Option<Decimal> {
        self.0.value.as_ref()?.dose.map(|dose| Decimal::from(dose.mg_per_day()))
    }
}

/// A glucocorticoid dose.
pub struct DailyDose(pub Shown<SteroidDose>);

impl Stated for DailyDose {
    fn masked() -> DailyDose {
        DailyDose(Shown::masked())
    }
}
