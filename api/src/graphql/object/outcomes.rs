//! The protocol's outcome measures over a study, and where the dose escalation stands.

use crate::graphql::argument::{ArgumentError, known_in, points_asked};
use crate::graphql::scalar::VisitCode;
use crate::graphql::term::Coded;
use chrono::NaiveDate;
use objects::{Date, object};
use policy::DataGroup;
use study::outcome::{self, RateOf};
use study::terms::{Autoantibody, Grouping, IncidenceLevel, Missing, ValueState};
use study::view::View;

/// The protocol's outcome measures. Each is null when kept from you.
#[object(name = "StudyOutcomes", gate = open)]
impl StudyOutcomes<'_> {
    /// Rate of SRI response at a planned visit among treated subjects.
    #[group(Envelope)]
    fn sri(
        &self,
        /// The planned visit.
        at: VisitCode,
        /// The reduction in SLEDAI-2K that is asked for, 4 to 8.
        #[default(4)]
        points: i32,
        /// What stands for missing answers; NON_RESPONDER unless given.
        missing: Option<Coded<Missing>>,
    ) -> Result<Option<Vec<Rate>>, ArgumentError> {
        self.rate(RateOf::Sri(points_asked(points)?), &at, missing)
    }
    /// Rate of BICLA response at a planned visit among treated subjects.
    #[group(Envelope)]
    fn bicla(
        &self,
        /// The planned visit.
        at: VisitCode,
        /// What stands for missing answers; NON_RESPONDER unless given.
        missing: Option<Coded<Missing>>,
    ) -> Result<Option<Vec<Rate>>, ArgumentError> {
        self.rate(RateOf::Bicla, &at, missing)
    }
    /// Rate of LLDAS at a planned visit among treated subjects.
    #[group(Envelope)]
    fn lldas(
        &self,
        /// The planned visit.
        at: VisitCode,
        /// What stands for missing answers; NON_RESPONDER unless given.
        missing: Option<Coded<Missing>>,
    ) -> Result<Option<Vec<Rate>>, ArgumentError> {
        self.rate(RateOf::Lldas, &at, missing)
    }
    /// Rate of DORIS remission at a planned visit among treated subjects.
    #[group(Envelope)]
    fn doris(
        &self,
        /// The planned visit.
        at: VisitCode,
        /// What stands for missing answers; NON_RESPONDER unless given.
        missing: Option<Coded<Missing>>,
    ) -> Result<Option<Vec<Rate>>, ArgumentError> {
        self.rate(RateOf::Doris, &at, missing)
    }
    /// Rate of dose-limiting toxicity among subjects who count in decisions on the dose.
    #[group(Envelope)]
    fn dlt_rate(&self) -> Option<Vec<Rate>> {
        Some(self.view.dlt_rate(self.by, self.on)?.into_iter().map(Rate).collect())
    }
    /// Incidence of treatment-emergent adverse events that count as related to the product, to one year.
    #[group(Envelope)]
    fn treatment_related_events(&self) -> Option<Vec<Incidence>> {
        Some(self.view.related_events(self.by)?.into_iter().map(Incidence).collect())
    }
    /// Change of SLEDAI-2K from baseline to a planned visit, summarised. Nothing is imputed.
    #[group(Envelope)]
    fn sledai_change(
        &self,
        /// The planned visit.
        at: VisitCode,
    ) -> Result<Option<Vec<Summary>>, ArgumentError> {
        known_in(self.view, &at)?;
        let summaries = self.view.sledai_change_summary(&at.0, self.by);
        Ok(summaries.map(|all| all.into_iter().map(Summary).collect()))
    }
    /// Change of an autoantibody or complement from baseline to a planned visit, summarised: of ANA in dilution
    /// steps, of the others in the protocol's unit.
    #[group(Envelope)]
    fn autoantibody_change(
        &self,
        /// The analyte.
        analyte: Coded<Autoantibody>,
        /// The planned visit.
        at: VisitCode,
    ) -> Result<Option<Vec<Summary>>, ArgumentError> {
        known_in(self.view, &at)?;
        let summaries = self.view.autoantibody_change_summary(analyte.0, &at.0, self.by);
        Ok(summaries.map(|all| all.into_iter().map(Summary).collect()))
    }
}

/// The outcome measures of a study.
pub struct StudyOutcomes<'v> {
    /// The study.
    pub view: &'v View,
    /// By cohort or in total.
    pub by: Grouping,
    /// As seen on this day.
    pub on: Option<NaiveDate>,
}

impl StudyOutcomes<'_> {
    fn rate(
        &self,
        of: RateOf,
        at: &VisitCode,
        missing: Option<Coded<Missing>>,
    ) -> Result<Option<Vec<Rate>>, ArgumentError> {
        known_in(self.view, at)?;
        let missing = missing.map_or(Missing::NonResponder, |missing| missing.0);
        let rates = self.view.rate(of, &at.0, missing, self.by);
        Ok(rates.map(|all| all.into_iter().map(Rate).collect()))
    }
}

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
    fn method(&self) -> &str {
        "CLOPPER_PEARSON"
    }
    /// Level of the intervals.
    #[group(Envelope)]
    fn level(&self) -> f64 {
        self.0.level
    }
}

/// A rate.
pub struct Rate(pub outcome::Rate);

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
}

/// A summary.
pub struct Summary(pub outcome::Summary);

/// Where the dose escalation stands on a day, over every site.
#[object(name = "Escalation", gate = open)]
impl Escalation {
    /// The day.
    #[group(Envelope)]
    fn on(&self) -> Date {
        Date(self.0.on)
    }
    /// The highest dose level at which anybody was treated.
    #[group(Envelope)]
    fn current_level(&self) -> i32 {
        self.0.current_level
    }
    /// What is known of each level.
    #[group(Envelope)]
    fn levels(&self) -> Vec<DoseLevel> {
        self.0.levels.iter().cloned().map(DoseLevel).collect()
    }
    /// What the design says, as a code; none before anybody was treated.
    #[group(Envelope)]
    fn decision(&self) -> Option<String> {
        self.0.recommendation.as_ref().map(|it| study::outcome::code_of(&it.decision.decision))
    }
    /// The level that it points to.
    #[group(Envelope)]
    fn next_level(&self) -> Option<i32> {
        let next = self.0.recommendation.as_ref()?.decision.next_level?;
        i32::try_from(next).ok()
    }
    /// What to be aware of, as codes.
    #[group(Envelope)]
    fn warnings(&self) -> Vec<String> {
        let warnings = self.0.recommendation.iter().flat_map(|it| it.warnings.iter());
        warnings.map(study::outcome::code_of).collect()
    }
}

/// Where the escalation stands.
pub struct Escalation(pub outcome::Escalation);

/// What is known of one dose level.
#[object(name = "DoseLevel", gate = open)]
impl DoseLevel {
    /// The level, from 1.
    #[group(Envelope)]
    fn level(&self) -> i32 {
        self.0.level
    }
    /// The cohort's name.
    #[group(Envelope)]
    fn label(&self) -> &str {
        &self.0.label
    }
    /// Subjects who received the product.
    #[group(Envelope)]
    fn treated(&self) -> Option<i32> {
        i32::try_from(self.0.treated).ok()
    }
    /// Subjects who count in decisions.
    #[group(Envelope)]
    fn evaluable(&self) -> Option<i32> {
        i32::try_from(self.0.evaluable).ok()
    }
    /// Subjects with a dose-limiting toxicity.
    #[group(Envelope)]
    fn dlt(&self) -> Option<i32> {
        i32::try_from(self.0.dlt).ok()
    }
    /// Subjects whose window is still open.
    #[group(Envelope)]
    fn pending(&self) -> Option<i32> {
        i32::try_from(self.0.pending).ok()
    }
}

/// What is known of one dose level.
pub struct DoseLevel(pub outcome::LevelState);
