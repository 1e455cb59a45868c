//! Changes from baseline, summarised.

use super::{Group, OutcomeGrouping, code_of};
use crate::derived::{Population, reads};
use crate::rulebook::Endpoint;
use crate::view::{SubjectView, ValueState, View};
use chrono::NaiveDate;
use derivation::endpoint::sledai_change;
use derivation::laboratory::autoantibody;
use derivation::rule::{Rule, RuleVersion};
use derivation::statistics::{self, QuartileMethod};
use entity::terms::Autoantibody;
use rust_decimal::Decimal;
use std::sync::Arc;

/// A summary in one column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The column.
    pub group: Group,
    /// Whether it may be seen, and whether there is anything to summarise.
    pub state: ValueState,
    /// Subjects without a change: baseline or visit is missing.
    pub missing: usize,
    /// The figures.
    pub figures: statistics::Summary,
    /// How quartiles are taken.
    pub quartiles: QuartileMethod,
    /// Level of the interval of the mean.
    pub level: f64,
    /// The rule that made each change.
    pub rule: Option<Arc<RuleVersion>>,
}

impl View {
    /// Change of SLEDAI-2K from baseline to a planned visit over the subjects in scope who belong to the protocol's
    /// analysis set on a day. Nothing is imputed.
    pub fn sledai_change_summary(
        &self,
        at: &str,
        (by, on): (OutcomeGrouping, Option<NaiveDate>),
    ) -> Option<Vec<Summary>> {
        let change = |subject: &SubjectView<'_>| {
            subject.sledai_change(at).value.and_then(|it| it.change).map(Decimal::from)
        };
        let population = self.analysed(Endpoint::Sledai2kChange);
        let rule = &sledai_change::RULE;
        (self.table_in(population, reads::ACTIVITY) == ValueState::Present)
            .then(|| self.summaries((by, population, on), rule, change))
    }

    /// Change of an analyte from baseline to a planned visit over the same subjects: of a titre in dilution steps, of the
    /// others in the protocol's unit.
    pub fn autoantibody_change_summary(
        &self,
        analyte: Autoantibody,
        at: &str,
        (by, on): (OutcomeGrouping, Option<NaiveDate>),
    ) -> Option<Vec<Summary>> {
        let change = |subject: &SubjectView<'_>| {
            let derived = subject.autoantibody_change(analyte, at).value?;
            match analyte {
                Autoantibody::Ana => derived.change.log2.and_then(|steps| Decimal::try_from(steps).ok()),
                Autoantibody::AntiDsdna | Autoantibody::AntiSm | Autoantibody::C3 | Autoantibody::C4 => {
                    derived.change.absolute
                }
            }
        };
        let population = self.analysed(Endpoint::AutoantibodyChange);
        let rule = &autoantibody::RULE;
        (self.table_in(population, reads::ANTIBODIES) == ValueState::Present)
            .then(|| self.summaries((by, population, on), rule, change))
    }

    fn summaries(
        &self,
        (by, population, on): (OutcomeGrouping, Population, Option<NaiveDate>),
        rule: &Rule,
        change: impl Fn(&SubjectView<'_>) -> Option<Decimal>,
    ) -> Vec<Summary> {
        let parameters = self.rulebook().map(|book| book.statistics().clone()).unwrap_or_default();
        let (method, level) = (parameters.quartile_method, parameters.level());
        let rule = self.told(
            rule,
            vec![
                ("quartile_method", code_of(&method)),
                ("population", code_of(&population)),
                self.told_level(),
            ],
        );
        let on = self.day(on);
        self.columns(by, |subject| subject.is_of(population, on))
            .into_iter()
            .map(|column| {
                let changes: Vec<Decimal> = column.subjects.iter().filter_map(&change).collect();
                Summary {
                    group: column.group,
                    state: if changes.is_empty() { ValueState::NotEvaluable } else { ValueState::Present },
                    missing: column.subjects.len() - changes.len(),
                    figures: statistics::summary(&changes, method, level),
                    quartiles: method,
                    level,
                    rule: rule.clone(),
                }
            })
            .collect()
    }
}
