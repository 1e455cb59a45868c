//! Summaries of changes.

use super::rate::{Group, Interval};
use super::rule::RuleVersion;
use crate::graphql::term::Coded;
use objects::object;
use policy::DataGroup;
use study::outcome;
use study::view::ValueState;

/// A summary of changes in one column of a table.
#[object(name = "Summary", gate = open)]
impl Summary {
    /// The column.
    #[group(Envelope)]
    fn group(&self) -> Group {
        Group(self.0.group.clone())
    }
    /// Whether there is anything to summarise, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.0.state)
    }
    /// Subjects with a change.
    #[group(Envelope)]
    fn n(&self) -> Option<i32> {
        i32::try_from(self.0.figures.n).ok()
    }
    /// Subjects without one: baseline or visit is missing.
    #[group(Envelope)]
    fn missing(&self) -> Option<i32> {
        i32::try_from(self.0.missing).ok()
    }
    /// Mean.
    #[group(Envelope)]
    fn mean(&self) -> Option<f64> {
        self.0.figures.mean
    }
    /// Standard deviation with n - 1; none for fewer than two.
    #[group(Envelope)]
    fn sd(&self) -> Option<f64> {
        self.0.figures.sd
    }
    /// Median.
    #[group(Envelope)]
    fn median(&self) -> Option<f64> {
        self.0.figures.median
    }
    /// Lower quartile.
    #[group(Envelope)]
    fn q1(&self) -> Option<f64> {
        self.0.figures.q1
    }
    /// Upper quartile.
    #[group(Envelope)]
    fn q3(&self) -> Option<f64> {
        self.0.figures.q3
    }
    /// Smallest.
    #[group(Envelope)]
    fn min(&self) -> Option<f64> {
        self.0.figures.min
    }
    /// Largest.
    #[group(Envelope)]
    fn max(&self) -> Option<f64> {
        self.0.figures.max
    }
    /// Interval of the mean by Student's t; none for fewer than two.
    #[group(Envelope)]
    fn mean_interval(&self) -> Option<Interval> {
        self.0.figures.ci_mean_t.map(Interval)
    }
    /// How quartiles were taken.
    #[group(Envelope)]
    fn quartile_method(&self) -> String {
        study::outcome::code_of(&self.0.quartiles)
    }
    /// Level of the interval.
    #[group(Envelope)]
    fn level(&self) -> f64 {
        self.0.level
    }
    /// The rule that made each change, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.0.rule.as_deref().cloned().map(RuleVersion)
    }
}

/// A summary.
pub struct Summary(pub outcome::Summary);
