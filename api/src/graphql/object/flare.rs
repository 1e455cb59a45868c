//! Flares of a subject at a planned visit.

use super::evaluation::Criterion;
use super::masked::MaskedDate;
use super::node::Node;
use super::rule::RuleVersion;
use super::score::BilagSystemGrade;
use crate::graphql::scalar::VisitCode;
use crate::graphql::term::Coded;
use chrono::NaiveDate;
use derivation::endpoint::{bilag_flare, selena_flare};
use derivation::instrument::bilag2004::{Grade, System, SystemGrade};
use objects::{Stated, object};
use policy::DataGroup;
use study::derived::{BilagFlareAt, SelenaFlare as HeldSelena};
use study::terms::{BilagFlareGrade, Outcome, ReasonCode, SelenaFlareGrade};
use study::view::{Shown, SubjectView, ValueState};

/// Flare at a planned visit, against the latest assessment before it, by two indices.
#[object(name = "Flare", gate = open)]
impl<'v> Flare<'v> {
    /// The planned visit.
    #[group(Envelope)]
    fn visit(&self) -> VisitCode {
        self.visit.clone()
    }
    /// The SELENA-SLEDAI flare index, against the latest SLEDAI-2K before.
    #[group(Envelope)]
    fn selena(&self) -> SelenaFlare<'v> {
        SelenaFlare { subject: Some(self.subject), shown: self.subject.selena_flare(&self.visit.0) }
    }
    /// BILAG flare, against the latest BILAG-2004 before.
    #[group(Envelope)]
    fn bilag(&self) -> BilagFlare<'v> {
        BilagFlare { subject: Some(self.subject), shown: self.subject.bilag_flare(&self.visit.0) }
    }
}

/// The flares of a visit.
pub struct Flare<'v> {
    subject: SubjectView<'v>,
    visit: VisitCode,
}

impl<'v> Flare<'v> {
    pub(crate) fn new(subject: SubjectView<'v>, visit: VisitCode) -> Flare<'v> {
        Flare { subject, visit }
    }
}

fn day<T>(
    subject: Option<SubjectView<'_>>,
    shown: &Shown<T>,
    day: impl FnOnce(&T) -> Option<NaiveDate>,
) -> MaskedDate {
    match (subject, &shown.value) {
        (Some(subject), Some(held)) => MaskedDate(subject.show_day(day(held))),
        (None, _) | (_, None) => MaskedDate::masked(),
    }
}

/// The SELENA-SLEDAI flare index at a visit: severe when any severe sign holds, else mild or moderate when any of those
/// holds, else none.
#[object(name = "SelenaFlare", stated, gate = open)]
impl<'v> SelenaFlare<'v> {
    /// Whether there is an answer, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.shown.state)
    }
    /// The flare; none when what is not known could change it.
    #[group(Envelope)]
    fn flare(&self) -> Option<Coded<SelenaFlareGrade>> {
        self.held()?.evaluation.flare.map(|flare| Coded(flare.into()))
    }
    /// Signs of a severe flare, each `MET` when it is there.
    #[group(Envelope)]
    fn severe_signs(&self) -> Option<Vec<Criterion>> {
        Some(self.held()?.evaluation.severe.iter().cloned().map(Criterion).collect())
    }
    /// Signs of a mild or moderate flare.
    #[group(Envelope)]
    fn mild_moderate_signs(&self) -> Option<Vec<Criterion>> {
        Some(self.held()?.evaluation.mild_moderate.iter().cloned().map(Criterion).collect())
    }
    /// Why it is open.
    #[group(Envelope)]
    fn reason(&self) -> Option<Coded<ReasonCode>> {
        self.held()?.reason.map(|reason| Coded(reason.into()))
    }
    /// The day of the visit's assessment.
    #[group(Envelope)]
    fn assessed_on(&self) -> MaskedDate {
        day(self.subject, &self.shown, |held| held.assessed_on)
    }
    /// The day of the SLEDAI-2K before.
    #[group(Envelope)]
    fn previous_on(&self) -> MaskedDate {
        day(self.subject, &self.shown, |held| held.previous_on)
    }
    /// The records that it was derived from.
    #[group(Envelope)]
    fn evidence(&self) -> Option<Vec<Node<'v>>> {
        Some(Node::all(self.subject?, &self.held()?.evidence))
    }
    /// The rule that answered, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.held()?;
        Some(RuleVersion(self.subject?.rule(&selena_flare::RULE)))
    }
}

/// The SELENA-SLEDAI flare index.
pub struct SelenaFlare<'v> {
    subject: Option<SubjectView<'v>>,
    shown: Shown<HeldSelena>,
}

impl SelenaFlare<'_> {
    fn held(&self) -> Option<&HeldSelena> {
        self.shown.value.as_ref()
    }
}

impl Stated for SelenaFlare<'_> {
    fn masked() -> Self {
        SelenaFlare { subject: None, shown: Shown::masked() }
    }
}

/// BILAG flare at a visit: by the grades that come from items which are new or worse.
#[object(name = "BilagFlare", stated, gate = open)]
impl<'v> BilagFlare<'v> {
    /// Whether there is an answer, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.shown.state)
    }
    /// The flare; none when the grade of a system is open.
    #[group(Envelope)]
    fn flare(&self) -> Option<Coded<BilagFlareGrade>> {
        self.held()?.flare.map(|flare| Coded(flare.into()))
    }
    /// The systems with a grade from new or worse items.
    #[group(Envelope)]
    fn systems(&self) -> Option<Vec<BilagSystemGrade>> {
        let grades = self.held()?.new_or_worse?;
        let of = |(system, grade): (System, Option<Grade>)| {
            Some(BilagSystemGrade { system: system.code(), grade: SystemGrade::Known(grade?).label() })
        };
        Some(System::ALL.into_iter().zip(grades).filter_map(of).collect())
    }
    /// Whether there is a new A or two new B against the assessment before, as trials of anifrolumab ask.
    #[group(Envelope)]
    fn new_grades(&self) -> Option<Coded<Outcome>> {
        Some(Coded(Outcome::from(self.held()?.new_grades)))
    }
    /// Why the flare, or whether there are new grades, is open.
    #[group(Envelope)]
    fn reason(&self) -> Option<Coded<ReasonCode>> {
        self.held()?.reason.map(|reason| Coded(reason.into()))
    }
    /// The day of the visit's assessment.
    #[group(Envelope)]
    fn assessed_on(&self) -> MaskedDate {
        day(self.subject, &self.shown, |held| held.assessed_on)
    }
    /// The day of the BILAG-2004 before.
    #[group(Envelope)]
    fn previous_on(&self) -> MaskedDate {
        day(self.subject, &self.shown, |held| held.previous_on)
    }
    /// The assessments that it was derived from.
    #[group(Envelope)]
    fn evidence(&self) -> Option<Vec<Node<'v>>> {
        Some(Node::all(self.subject?, &self.held()?.evidence))
    }
    /// The rule that answered, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.held()?;
        Some(RuleVersion(self.subject?.rule(&bilag_flare::RULE)))
    }
}

/// BILAG flare.
pub struct BilagFlare<'v> {
    subject: Option<SubjectView<'v>>,
    shown: Shown<BilagFlareAt>,
}

impl BilagFlare<'_> {
    fn held(&self) -> Option<&BilagFlareAt> {
        self.shown.value.as_ref()
    }
}

impl Stated for BilagFlare<'_> {
    fn masked() -> Self {
        BilagFlare { subject: None, shown: Shown::masked() }
    }
}
