//! Derived yes/no endpoints with their criteria, reasons and evidence.

use super::masked::MaskedDate;
use super::node::Node;
use super::rule::RuleVersion;
use crate::graphql::scalar::VisitCode;
use crate::graphql::term::Coded;
use objects::{Stated, object};
use policy::DataGroup;
use std::sync::Arc;
use study::derived::{Evaluated, rests_on};
use study::rules::Criterion as RuleCriterion;
use study::terms::{CriterionCode, Outcome, ReasonCode};
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
        Some(Node::all(self.subject?, &self.held()?.evaluation.evidence))
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
    /// The other rules whose answers it rests on, each with its version and parameters.
    #[group(Envelope)]
    fn rests_on(&self) -> Option<Vec<RuleVersion>> {
        let (subject, held) = (self.subject?, self.held()?);
        let rules = rests_on(held.evaluation.rule.id).iter();
        Some(rules.map(|rule| RuleVersion(subject.rule(rule))).collect())
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
    fn code(&self) -> Coded<CriterionCode> {
        Coded(CriterionCode::from(self.0.code))
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
