//! Incidence of adverse events by class, term and grade.

use super::rate::{Group, Interval, Rate};
use super::rule::RuleVersion;
use crate::graphql::argument::{ArgumentError, grade_asked};
use crate::graphql::scalar::Decimal;
use crate::graphql::term::Coded;
use objects::object;
use policy::DataGroup;
use std::sync::Arc;
use study::outcome;
use study::terms::{IncidenceLevel, IntervalMethod};
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
    /// Subjects of the table's analysis set.
    #[group(Envelope)]
    fn denominator(&self) -> Option<i32> {
        i32::try_from(self.0.denominator).ok()
    }
    /// Events; a change of grade is no new event.
    #[group(Envelope)]
    fn events(&self) -> Option<i32> {
        i32::try_from(self.0.events).ok()
    }
    /// Of a term the class that its events were coded to; none for the other levels, and when they were coded to several.
    #[group(Envelope)]
    fn system_organ_class(&self) -> Option<&str> {
        self.0.class.as_deref()
    }
    /// Subjects by their highest grade.
    #[group(Envelope)]
    fn by_grade(
        &self,
        /// Whether the protocol's grade stands for every unknown one, as in the sensitivity analysis.
        #[default(false)]
        impute_missing: bool,
    ) -> Vec<GradeCount> {
        let grades = if impute_missing { &self.0.by_grade_filled } else { &self.0.by_grade };
        grades.iter().map(|(grade, subjects)| GradeCount { grade: *grade, subjects: *subjects }).collect()
    }
    /// Subjects whose highest grade is at least this one. Unknown grades are counted apart, as `notEvaluable`.
    #[group(Envelope)]
    fn at_least(
        &self,
        /// The grade, 1 to 5.
        #[default(3)]
        grade: i32,
        /// Whether the protocol's grade stands for every unknown one, as in the sensitivity analysis.
        #[default(false)]
        impute_missing: bool,
    ) -> Result<Rate, ArgumentError> {
        Ok(Rate(self.0.at_least(grade_asked(grade)?, impute_missing)))
    }
    /// Subjects with an event over the time to their first one, or to the end of their exposure without one (EAIR).
    #[group(Envelope)]
    fn incidence_rate(&self) -> ExposureRate {
        self.exposed(self.0.first_events)
    }
    /// Events over the whole exposure (EAER).
    #[group(Envelope)]
    fn event_rate(&self) -> ExposureRate {
        self.exposed(self.0.all_events)
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
    /// The rules that it rests on, each with its version and parameters: which events belong to the period.
    #[group(Envelope)]
    fn rests_on(&self) -> Vec<RuleVersion> {
        self.0.emergence_rule.as_deref().cloned().map(RuleVersion).into_iter().collect()
    }
}

/// Incidence of adverse events.
pub struct Incidence(pub outcome::Incidence);

impl Incidence {
    fn exposed(&self, rate: study::rules::ExposureRate) -> ExposureRate {
        ExposureRate { rate, level: self.0.confidence, rule: self.0.exposure_rule.clone() }
    }
}

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

/// A rate per year of exposure, with its exact interval. A year has 365.25 days; exposure runs from the first dose to
/// death, last contact or the protocol's horizon.
#[object(name = "ExposureRate", gate = open)]
impl ExposureRate {
    /// Events, or subjects with an event.
    #[group(Envelope)]
    fn events(&self) -> Option<i32> {
        i32::try_from(self.rate.events).ok()
    }
    /// Years of exposure, or at risk of a first event.
    #[group(Envelope)]
    fn person_years(&self) -> Decimal {
        Decimal::from(self.rate.person_years)
    }
    /// Events a year; none without exposure.
    #[group(Envelope)]
    fn rate(&self) -> Option<f64> {
        self.rate.rate
    }
    /// Lower end of the exact interval (Poisson).
    #[group(Envelope)]
    fn lower(&self) -> Option<f64> {
        self.rate.interval.map(|it| it.low)
    }
    /// Upper end of the exact interval (Poisson).
    #[group(Envelope)]
    fn upper(&self) -> Option<f64> {
        self.rate.interval.map(|it| it.high)
    }
    /// How `lower` and `upper` were taken.
    #[group(Envelope)]
    fn method(&self) -> Coded<IntervalMethod> {
        Coded(IntervalMethod::ExactPoisson)
    }
    /// Level of the interval.
    #[group(Envelope)]
    fn level(&self) -> f64 {
        self.level
    }
    /// The rule of the rate, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.rule.as_deref().cloned().map(RuleVersion)
    }
}

/// A rate by exposure.
pub struct ExposureRate {
    rate: study::rules::ExposureRate,
    level: f64,
    rule: Option<Arc<study::rules::RuleVersion>>,
}
