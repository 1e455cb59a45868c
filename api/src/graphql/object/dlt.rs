//! Dose-limiting toxicity of a subject.

use super::masked::MaskedDate;
use super::node::Node;
use super::rule::RuleVersion;
use crate::graphql::term::Coded;
use derivation::safety::dlt;
use objects::{Stated, object};
use policy::DataGroup;
use study::derived::dlt::Dlt;
use study::terms::{DltReason, DltStatus, Outcome};
use study::view::{Shown, SubjectView, ValueState};

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
    /// What the rules say of the adverse events by themselves, without any adjudication.
    #[group(Envelope)]
    fn algorithm(&self) -> Option<Coded<Outcome>> {
        self.shown.value.as_ref().map(|it| Coded(Outcome::from(it.algorithm)))
    }
    /// What decided whether the subject counts.
    #[group(Envelope)]
    fn reason(&self) -> Option<Coded<DltReason>> {
        self.shown.value.as_ref().map(|it| Coded(DltReason::from(it.reason)))
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
        Some(Node::all(self.subject?, &self.shown.value.as_ref()?.evidence))
    }
    /// The rule that answered, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.shown.value.as_ref()?;
        Some(RuleVersion(self.subject?.rule(&dlt::RULE)))
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
