//! Rates of responders, of remission and of dose-limiting toxicity, with exact intervals.

use super::{Column, Derived, Group, MissingStrategy, OutcomeGrouping, code_of};
use crate::derived::{Population, Timepoint, reads};
use crate::rulebook::Endpoint;
use crate::terms::SriDenominator;
use crate::view::{SubjectView, ValueState, View};
use chrono::NaiveDate;
use derivation::endpoint::missing::impute;
use derivation::endpoint::{bicla, doris, lldas, sri4};
use derivation::logic::Verdict;
use derivation::rule::RuleVersion;
use derivation::safety::dlt::{self, Evaluability};
use derivation::statistics::{Interval, clopper_pearson, wilson};
use entity::term::Term;
use std::sync::Arc;

/// A rate in one column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Rate {
    /// The column.
    pub group: Group,
    /// Whether it may be seen, and whether there is a denominator.
    pub state: ValueState,
    /// Subjects with the outcome.
    pub numerator: u64,
    /// Subjects who count.
    pub denominator: u64,
    /// Subjects whose outcome is not evaluable, whether they count or not.
    pub not_evaluable: u64,
    /// Numerator over denominator.
    pub estimate: Option<f64>,
    /// Exact interval (Clopper-Pearson).
    pub exact: Option<Interval>,
    /// Score interval (Wilson).
    pub score: Option<Interval>,
    /// Level of the intervals.
    pub level: f64,
    /// The rule that answered for each subject.
    pub rule: Option<Arc<RuleVersion>>,
}

/// What is counted in one column.
pub(super) struct Counted {
    pub numerator: u64,
    pub denominator: u64,
    pub not_evaluable: u64,
}

impl Rate {
    /// The figures of what was counted.
    pub(super) fn of(group: Group, counted: &Counted, level: f64, rule: Option<Arc<RuleVersion>>) -> Rate {
        let Counted { numerator, denominator, not_evaluable } = *counted;
        Rate {
            group,
            state: if denominator == 0 { ValueState::NotEvaluable } else { ValueState::Present },
            numerator,
            denominator,
            not_evaluable,
            estimate: derivation::statistics::proportion::estimate(numerator, denominator),
            exact: clopper_pearson(numerator, denominator, level),
            score: wilson(numerator, denominator, level),
            level,
            rule,
        }
    }
}

/// An endpoint of which a rate is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateOf {
    /// SRI response, by the points asked for and whom it counts.
    Sri(u8, SriDenominator),
    /// LLDAS.
    Lldas,
    /// DORIS remission.
    Doris,
    /// BICLA response.
    Bicla,
}

impl View {
    /// The rate of an endpoint at a planned visit over the subjects in scope who belong to the protocol's analysis set on
    /// a day. None for whoever may not read what the endpoint, or the set, is derived from. What stands for missing answers
    /// is the protocol's choice unless it is asked for.
    pub fn rate(
        &self,
        of: RateOf,
        at: &str,
        missing: Option<MissingStrategy>,
        (by, on): (OutcomeGrouping, Option<NaiveDate>),
    ) -> Option<Vec<Rate>> {
        let (groups, endpoint) = match of {
            // BICLA is no measure of its own: it is counted as SRI is.
            RateOf::Sri(..) | RateOf::Bicla => (reads::RESPONSE, Endpoint::Sri4),
            RateOf::Lldas => (reads::STATE, Endpoint::Lldas),
            RateOf::Doris => (reads::STATE, Endpoint::Doris),
        };
        let (population, on) = (self.analysed(endpoint), self.day(on));
        if self.table_in(population, groups) != ValueState::Present {
            return None;
        }
        let missing = missing.or_else(|| Some(self.rulebook()?.endpoints().sri.missing.into()))?;
        let outcome = |subject: &SubjectView<'_>| -> Option<Derived> {
            match of {
                RateOf::Sri(points, _) => subject.sri(at, points),
                RateOf::Lldas => subject.lldas(at),
                RateOf::Doris => subject.doris(at),
                RateOf::Bicla => subject.bicla(at),
            }
            .value
        };
        let mut chosen = vec![
            ("missing", missing.as_str().to_owned()),
            ("population", code_of(&population)),
            self.told_level(),
        ];
        let rule = match of {
            RateOf::Sri(points, among) => {
                chosen.push(("points", points.to_string()));
                chosen.push(("denominator", among.as_str().to_owned()));
                &sri4::RULE
            }
            RateOf::Bicla => &bicla::RULE,
            RateOf::Lldas => &lldas::RULE,
            RateOf::Doris => &doris::RULE,
        };
        let rule = self.told(rule, chosen);
        let columns = self.columns(by, |subject| subject.is_of(population, on)).into_iter();
        let counts = |subject: &SubjectView<'_>| match of {
            RateOf::Sri(points, SriDenominator::BaselineAtLeastPoints) => subject.can_fall_by(points),
            RateOf::Sri(_, SriDenominator::All) | RateOf::Lldas | RateOf::Doris | RateOf::Bicla => {
                Verdict::Met
            }
        };
        let rate = |column: Column<'_>| {
            let counted = count(&column, missing, &outcome, &counts);
            self.rate_of(column.group, &counted, rule.clone())
        };
        Some(columns.map(rate).collect())
    }

    fn rate_of(&self, group: Group, counted: &Counted, rule: Option<Arc<RuleVersion>>) -> Rate {
        let level = self.rulebook().map_or(0.95, |book| book.statistics().level());
        Rate::of(group, counted, level, rule)
    }

    /// The rate of dose-limiting toxicity among evaluable subjects, as seen on a day. Pending subjects count as
    /// not evaluable.
    pub fn dlt_rate(&self, by: OutcomeGrouping, on: Option<NaiveDate>) -> Option<Vec<Rate>> {
        let (population, on) = (self.analysed(Endpoint::DltRate), self.day(on));
        if self.table_in(population, reads::DLT) != ValueState::Present {
            return None;
        }
        let rule = self.told(&dlt::RULE, vec![("population", code_of(&population)), self.told_level()]);
        let rate = |column: Column<'_>| {
            let (mut numerator, mut denominator, mut not_evaluable) = (0, 0, 0);
            for subject in &column.subjects {
                let dlt = subject.subject().dlt(on);
                let counts = dlt.evaluable == Evaluability::Evaluable && dlt.dlt != Verdict::NotEvaluable;
                denominator += u64::from(counts);
                numerator += u64::from(counts && dlt.dlt == Verdict::Met);
                not_evaluable += u64::from(!counts);
            }
            let counted = Counted { numerator, denominator, not_evaluable };
            self.rate_of(column.group, &counted, rule.clone())
        };
        // Those who are not evaluable leave the denominator in any set, and are counted beside it: so the set of the evaluable
        // is looked for among all who were treated.
        let base = if population == Population::DltEvaluable { Population::Safety } else { population };
        Some(self.columns(by, |subject| subject.is_of(base, on)).into_iter().map(rate).collect())
    }
}

impl SubjectView<'_> {
    /// Whether SLEDAI-2K at baseline is at least so many points, so that it can fall by them. Without a baseline, and while
    /// unknown descriptors could lift it there, that is not known.
    fn can_fall_by(&self, points: u8) -> Verdict {
        let Some(baseline) = self.subject().sledai(&Timepoint::Baseline) else {
            return Verdict::NotEvaluable;
        };
        match (baseline.score.lower >= points, baseline.score.upper >= points) {
            (true, _) => Verdict::Met,
            (false, true) => Verdict::NotEvaluable,
            (false, false) => Verdict::NotMet,
        }
    }
}

/// Counts an endpoint over the subjects of a column who belong in the denominator. Of whom that is not known is counted
/// apart, as not evaluable.
fn count(
    column: &Column<'_>,
    missing: MissingStrategy,
    outcome: &dyn Fn(&SubjectView<'_>) -> Option<Derived>,
    counts: &dyn Fn(&SubjectView<'_>) -> Verdict,
) -> Counted {
    let mut counted = Counted { numerator: 0, denominator: 0, not_evaluable: 0 };
    for subject in &column.subjects {
        match counts(subject) {
            Verdict::Met => {}
            Verdict::NotMet => continue,
            Verdict::NotEvaluable => {
                counted.not_evaluable += 1;
                continue;
            }
        }
        let observed = outcome(subject).map_or(Verdict::NotEvaluable, |derived| derived.evaluation.outcome);
        let imputed = impute(observed, missing.into());
        counted.not_evaluable += u64::from(observed == Verdict::NotEvaluable);
        counted.denominator += u64::from(imputed.in_denominator);
        counted.numerator += u64::from(imputed.analysis_value == Some(Verdict::Met));
    }
    counted
}
