//! Scores of instruments at a planned visit.

use super::masked::MaskedDate;
use super::node::Node;
use super::rule::RuleVersion;
use crate::graphql::term::Coded;
use derivation::instrument::bilag2004::{grade, tally};
use derivation::instrument::sledai2k;
use objects::{Stated, object};
use policy::DataGroup;
use study::derived::{BilagAt, SledaiAt, TallySince};
use study::terms::SledaiSystem;
use study::view::{Shown, SubjectView, ValueState};
use uuid::Uuid;

/// SLEDAI-2K at a visit.
#[object(name = "SledaiScore", stated, gate = open)]
impl<'v> SledaiScore<'v> {
    /// Whether there is an assessment, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.shown.state)
    }
    /// 0 to 105; none when a descriptor is unknown.
    #[group(Envelope)]
    fn total(&self) -> Option<i32> {
        self.held()?.score.total.map(i32::from)
    }
    /// The total without serology, 0 to 101; none when a clinical descriptor is unknown.
    #[group(Envelope)]
    fn clinical_total(&self) -> Option<i32> {
        self.held()?.score.clinical_total.map(i32::from)
    }
    /// The total if every unknown descriptor were absent.
    #[group(Envelope)]
    fn lower_bound(&self) -> Option<i32> {
        self.held().map(|it| i32::from(it.score.lower))
    }
    /// The total if every unknown descriptor were present.
    #[group(Envelope)]
    fn upper_bound(&self) -> Option<i32> {
        self.held().map(|it| i32::from(it.score.upper))
    }
    /// Whether every descriptor is known.
    #[group(Envelope)]
    fn complete(&self) -> Option<bool> {
        self.held().map(|it| it.score.complete)
    }
    /// Whether a major organ is active; none when it is not known.
    #[group(Envelope)]
    fn major_organ_activity(&self) -> Option<bool> {
        self.held()?.score.major_organ_activity
    }
    /// The points of each body system, in the order of the form.
    #[group(Envelope)]
    fn systems(&self) -> Option<Vec<SledaiSystemScore>> {
        Some(self.held()?.score.subtotals.into_iter().map(SledaiSystemScore).collect())
    }
    /// The day that it speaks of.
    #[group(Envelope)]
    fn assessed_on(&self) -> MaskedDate {
        match (self.subject, self.held()) {
            (Some(subject), held) if self.shown.state != ValueState::Masked => {
                MaskedDate(subject.show_day(held.map(|it| it.assessed_on)))
            }
            _ => MaskedDate::masked(),
        }
    }
    /// The assessment that it was scored from, and those from which serology was carried forward, where the protocol allows
    /// that.
    #[group(Envelope)]
    fn evidence(&self) -> Option<Vec<Node<'v>>> {
        let held = self.held()?;
        let evidence: Vec<_> = std::iter::once(held.assessment).chain(held.carried.iter().copied()).collect();
        Some(Node::all(self.subject?, &evidence))
    }
    /// The rule that scored it, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.held()?;
        Some(RuleVersion(self.subject?.rule(&sledai2k::RULE)))
    }
}

/// SLEDAI-2K.
pub struct SledaiScore<'v> {
    subject: Option<SubjectView<'v>>,
    shown: Shown<SledaiAt>,
}

impl<'v> SledaiScore<'v> {
    pub(crate) fn new(subject: SubjectView<'v>, shown: Shown<SledaiAt>) -> SledaiScore<'v> {
        SledaiScore { subject: Some(subject), shown }
    }

    fn held(&self) -> Option<&SledaiAt> {
        self.shown.value.as_ref()
    }
}

impl Stated for SledaiScore<'_> {
    fn masked() -> Self {
        SledaiScore { subject: None, shown: Shown::masked() }
    }
}

/// The points of SLEDAI-2K in one body system.
#[object(name = "SledaiSystemScore", gate = open)]
impl SledaiSystemScore {
    /// The body system.
    #[group(Envelope)]
    fn system(&self) -> Coded<SledaiSystem> {
        Coded(self.0.system.into())
    }
    /// The points; none when an unknown descriptor could add some.
    #[group(Envelope)]
    fn points(&self) -> Option<i32> {
        self.0.value().map(i32::from)
    }
    /// The points if every unknown descriptor were absent.
    #[group(Envelope)]
    fn lower_bound(&self) -> i32 {
        self.0.lower.into()
    }
    /// The points if every unknown descriptor were present.
    #[group(Envelope)]
    fn upper_bound(&self) -> i32 {
        self.0.upper.into()
    }
}

/// The points of one body system.
pub struct SledaiSystemScore(sledai2k::Subtotal);

/// BILAG-2004 grades at a visit.
#[object(name = "BilagGrades", stated, gate = open)]
impl<'v> BilagGrades<'v> {
    /// Whether there is an assessment, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.shown.state)
    }
    /// The grade of each system.
    #[group(Envelope)]
    fn systems(&self) -> Option<Vec<BilagSystemGrade>> {
        let grades = self.held()?.grades;
        let system = |(system, grade): (study::rules::System, study::rules::SystemGrade)| BilagSystemGrade {
            system: system.code(),
            grade: grade.label(),
        };
        Some(grades.iter().map(system).collect())
    }
    /// A 12, B 8, C 1, D and E 0, summed over the nine systems; none when a grade is open.
    #[group(Envelope)]
    fn numeric(&self) -> Option<i32> {
        study::rules::numeric(&self.held()?.grades).total.map(i32::from)
    }
    /// What became of the systems since the assessment before; none for the first one.
    #[group(Envelope)]
    fn tally(&self) -> Option<BilagTally<'v>> {
        let (subject, held) = (self.subject?, self.held()?);
        Some(BilagTally { subject, now: held.assessment, since: held.tally? })
    }
    /// The day that it speaks of.
    #[group(Envelope)]
    fn assessed_on(&self) -> MaskedDate {
        match (self.subject, self.held()) {
            (Some(subject), held) if self.shown.state != ValueState::Masked => {
                MaskedDate(subject.show_day(held.map(|it| it.assessed_on)))
            }
            _ => MaskedDate::masked(),
        }
    }
    /// The assessment that it was scored from.
    #[group(Envelope)]
    fn evidence(&self) -> Option<Vec<Node<'v>>> {
        Some(Node::all(self.subject?, &[self.held()?.assessment]))
    }
    /// The rule that scored it, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.held()?;
        Some(RuleVersion(self.subject?.rule(&grade::RULE)))
    }
}

/// BILAG-2004 grades.
pub struct BilagGrades<'v> {
    subject: Option<SubjectView<'v>>,
    shown: Shown<BilagAt>,
}

impl<'v> BilagGrades<'v> {
    pub(crate) fn new(subject: SubjectView<'v>, shown: Shown<BilagAt>) -> BilagGrades<'v> {
        BilagGrades { subject: Some(subject), shown }
    }

    fn held(&self) -> Option<&BilagAt> {
        self.shown.value.as_ref()
    }
}

impl Stated for BilagGrades<'_> {
    fn masked() -> Self {
        BilagGrades { subject: None, shown: Shown::masked() }
    }
}

/// The BILAG-2004 systems tally: what became of each of the nine systems between two consecutive assessments.
#[object(name = "BilagTally", gate = open)]
impl<'v> BilagTally<'v> {
    /// Systems at grade A, and systems at grade B that were not A before.
    #[group(Envelope)]
    fn active_or_worsening(&self) -> i32 {
        self.since.tally.active_or_worsening.into()
    }
    /// Systems that were A or B and are milder.
    #[group(Envelope)]
    fn improving(&self) -> i32 {
        self.since.tally.improving.into()
    }
    /// Systems that were and are C, D or E.
    #[group(Envelope)]
    fn persistent_minimal(&self) -> i32 {
        self.since.tally.persistent_minimal.into()
    }
    /// Systems of which a grade that decides is not known.
    #[group(Envelope)]
    fn open(&self) -> i32 {
        self.since.tally.open.into()
    }
    /// The day of the assessment that was compared with.
    #[group(Envelope)]
    fn previous_on(&self) -> MaskedDate {
        MaskedDate(self.subject.show_day(Some(self.since.previous_on)))
    }
    /// The two assessments, the earlier one last.
    #[group(Envelope)]
    fn evidence(&self) -> Vec<Node<'v>> {
        Node::all(self.subject, &[self.now, self.since.previous])
    }
    /// The rule that counts, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> RuleVersion {
        RuleVersion(self.subject.rule(&tally::RULE))
    }
}

/// The systems tally.
pub struct BilagTally<'v> {
    subject: SubjectView<'v>,
    now: Uuid,
    since: TallySince,
}

/// The BILAG-2004 grade of one system.
#[object(name = "BilagSystemGrade", gate = open)]
impl BilagSystemGrade {
    /// The system's code.
    #[group(Envelope)]
    fn system(&self) -> &str {
        self.system
    }
    /// A, B, C, D or E; `D or E` when earlier involvement is unknown; `not evaluable` when items are missing.
    #[group(Envelope)]
    fn grade(&self) -> &str {
        self.grade
    }
}

/// The grade of one system.
pub struct BilagSystemGrade {
    pub(super) system: &'static str,
    pub(super) grade: &'static str,
}
