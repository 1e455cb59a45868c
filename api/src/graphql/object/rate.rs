//! Rates with their intervals, and the columns of a table.

use super::rule::RuleVersion;
use crate::graphql::term::Coded;
use objects::object;
use policy::DataGroup;
use study::outcome;
use study::terms::IntervalMethod;
use study::view::ValueState;

/// A column of a table: a cohort, or the total.
#[object(name = "Group", gate = open)]
impl Group {
    /// Its name.
    #[group(Envelope)]
    fn label(&self) -> &str {
        &self.0.label
    }
    /// The cohort's dose level; none for the total.
    #[group(Envelope)]
    fn level(&self) -> Option<i32> {
        self.0.level
    }
}

/// A column of a table.
pub struct Group(pub outcome::Group);

/// An interval.
#[object(name = "Interval", gate = open)]
impl Interval {
    /// Its lower end.
    #[group(Envelope)]
    fn lower(&self) -> f64 {
        self.0.low
    }
    /// Its upper end.
    #[group(Envelope)]
    fn upper(&self) -> f64 {
        self.0.high
    }
}

/// An interval.
pub struct Interval(pub study::rules::Interval);

/// A rate in one column of a table, with an exact interval.
#[object(name = "Rate", gate = open)]
impl Rate {
    /// The column.
    #[group(Envelope)]
    fn group(&self) -> Group {
        Group(self.0.group.clone())
    }
    /// Whether there is a rate, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.0.state)
    }
    /// Subjects with the outcome.
    #[group(Envelope)]
    fn numerator(&self) -> Option<i32> {
        i32::try_from(self.0.numerator).ok()
    }
    /// Subjects who count.
    #[group(Envelope)]
    fn denominator(&self) -> Option<i32> {
        i32::try_from(self.0.denominator).ok()
    }
    /// Subjects whose outcome is not evaluable, whether they count or not.
    #[group(Envelope)]
    fn not_evaluable(&self) -> Option<i32> {
        i32::try_from(self.0.not_evaluable).ok()
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
    /// How `lower` and `upper` were taken.
    #[group(Envelope)]
    fn method(&self) -> Coded<IntervalMethod> {
        Coded(IntervalMethod::ClopperPearson)
    }
    /// Level of the intervals.
    #[group(Envelope)]
    fn level(&self) -> f64 {
        self.0.level
    }
    /// The rule that answered for each subject, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.0.rule.as_deref().cloned().map(RuleVersion)
    }
}

/// A rate.
pub struct Rate(pub outcome::Rate);
