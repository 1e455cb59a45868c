//! Potential Hy's law of a subject.

use super::masked::MaskedDate;
use super::node::Node;
use super::rule::RuleVersion;
use crate::graphql::term::Coded;
use derivation::safety::hys_law;
use objects::{Stated, object};
use policy::DataGroup;
use study::derived::HysLaw;
use study::terms::Outcome;
use study::view::{Shown, SubjectView, ValueState};

/// Screening of all liver values of a subject for Hy's law: transaminases from 3 times the upper limit, bilirubin above
/// twice, alkaline phosphatase below twice, at most the protocol's days apart. A candidate triggers expedited review;
/// whether it is Hy's law is a clinical judgement.
#[object(name = "HysLawScreen", stated, gate = open)]
impl<'v> HysLawScreen<'v> {
    /// Whether there is an answer, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.shown.state)
    }
    /// Whether the values make a candidate; `NOT_EVALUABLE` when those that were taken leave it open.
    #[group(Envelope)]
    fn outcome(&self) -> Option<Coded<Outcome>> {
        self.shown.value.as_ref().map(|it| Coded(Outcome::from(it.verdict)))
    }
    /// Each pair of samples that makes a candidate.
    #[group(Envelope)]
    fn candidates(&self) -> Option<Vec<HysLawCandidate<'v>>> {
        let (subject, held) = (self.subject?, self.shown.value.as_ref()?);
        Some(held.candidates.iter().map(|days| HysLawCandidate { subject, days: *days }).collect())
    }
    /// The liver values that were looked at.
    #[group(Envelope)]
    fn evidence(&self) -> Option<Vec<Node<'v>>> {
        Some(Node::all(self.subject?, &self.shown.value.as_ref()?.evidence))
    }
    /// The rule that answered, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.shown.value.as_ref()?;
        Some(RuleVersion(self.subject?.rule(&hys_law::RULE)))
    }
}

/// The screening of a subject.
pub struct HysLawScreen<'v> {
    subject: Option<SubjectView<'v>>,
    shown: Shown<HysLaw>,
}

impl<'v> HysLawScreen<'v> {
    pub(crate) fn new(subject: SubjectView<'v>) -> HysLawScreen<'v> {
        HysLawScreen { subject: Some(subject), shown: subject.hys_law() }
    }
}

impl Stated for HysLawScreen<'_> {
    fn masked() -> Self {
        HysLawScreen { subject: None, shown: Shown::masked() }
    }
}

/// Two samples that make a candidate together; they may be one.
#[object(name = "HysLawCandidate", gate = open)]
impl HysLawCandidate<'_> {
    /// The day of the transaminases.
    #[group(Envelope)]
    fn injury_on(&self) -> MaskedDate {
        MaskedDate(self.subject.show_day(Some(self.days.0)))
    }
    /// The day of the bilirubin.
    #[group(Envelope)]
    fn jaundice_on(&self) -> MaskedDate {
        MaskedDate(self.subject.show_day(Some(self.days.1)))
    }
}

/// Two samples that make a candidate.
pub struct HysLawCandidate<'v> {
    subject: SubjectView<'v>,
    days: (chrono::NaiveDate, chrono::NaiveDate),
}
