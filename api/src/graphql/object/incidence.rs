//! Incidence of adverse events by class, term and grade.

use super::rate::{Group, Interval};
use super::rule::RuleVersion;
use crate::graphql::term::Coded;
use objects::object;
use policy::DataGroup;
use study::outcome;
use study::terms::IncidenceLevel;
use study::view::ValueState;

/// Incidence of adverse events in one column and at one level of coding.
#[object(name = "Incidence", gate = open)]
impl Incidence {
    /// The column.
    #[group(Envelope)]
    fn group(&self) -> Group {
        Group(self.0.group.clone())
    }
    /// Whether there is a denominator, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.0.state)
    }
    /// At which level of coding events are counted.
    #[group(Envelope)]
    fn level(&self) -> Coded<IncidenceLevel> {
        Coded(self.0.level)
    }
    /// The class or term; none for any event.
    #[group(Envelope)]
    fn term(&self) -> Option<&str> {
        self.0.term.as_deref()
    }
    /// Subjects with at least one event; each counts once.
    #[group(Envelope)]
    fn numerator(&self) -> Option<i32> {
        i32::try_from(self.0.subjects).ok()
    }
    /// Subjects of the safety population.
    #[group(Envelope)]
    fn denominator(&self) -> Option<i32> {
        i32::try_from(self.0.denominator).ok()
    }
    /// Events; a change of grade is no new event.
    #[group(Envelope)]
    fn events(&self) -> Option<i32> {
        i32::try_from(self.0.events).ok()
    }
    /// Subjects by their highest grade.
    #[group(Envelope)]
    fn by_grade(&self) -> Vec<GradeCount> {
        self.0
            .by_grade
            .iter()
            .map(|(grade, subjects)| GradeCount { grade: *grade, subjects: *subjects })
            .collect()
    }
    /// Numerator over denominator.
    #[group(Envelope)]
    fn estimate(&self) -> Option<f64> {
        self.0.estimate
    }
    /// Lower end of the exact interval (Clopper-Pearson).
    #[group(Envelope)]
    fn lower(&self) -> Option<f64> {
        self.0.exact.map(|it| it.low)
    }
    /// Upper end of the exact interval (Clopper-Pearson).
    #[group(Envelope)]
    fn upper(&self) -> Option<f64> {
        self.0.exact.map(|it| it.high)
    }
    /// The score interval (Wilson).
    #[group(Envelope)]
    fn wilson(&self) -> Option<Interval> {
        self.0.score.map(Interval)
    }
    /// The rule that counts, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.0.rule.as_deref().cloned().map(RuleVersion)
    }
}

/// Incidence of adverse events.
pub struct Incidence(pub outcome::Incidence);

/// Subjects whose highest grade is this one.
#[object(name = "GradeCount", gate = open)]
impl GradeCount {
    /// The grade, 1 to 5; none when unknown.
    #[group(Envelope)]
    fn grade(&self) -> Option<i32> {
        self.grade.map(i32::from)
    }
    /// How many subjects.
    #[group(Envelope)]
    fn subjects(&self) -> Option<i32> {
        i32::try_from(self.subjects).ok()
    }
}

/// A count of subjects.
pub struct GradeCount {
    grade: Option<u8>,
    subjects: u64,
}
