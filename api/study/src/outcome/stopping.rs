//! What the pause and stopping rules say on a day, by cohort and over the study.

use super::{Column, Group, OutcomeGrouping};
use crate::derived::reads;
use crate::view::{AdverseEventView, ValueState, View};
use chrono::NaiveDate;
use derivation::logic::Verdict;
use derivation::rule::RuleVersion;
use derivation::safety::dlt::Evaluability;
use derivation::safety::stopping::{
    self, StoppingEvaluation, StoppingEvent, StoppingState, evaluate, sentinel,
};
use entity::terms::RuleState;
use policy::DataGroup;
use std::sync::Arc;
use uuid::Uuid;

/// What one rule says of one column.
#[derive(Clone, Debug, PartialEq)]
pub struct Stopping {
    /// The column.
    pub group: Group,
    /// The day.
    pub on: NaiveDate,
    /// The rule's answer.
    pub evaluation: StoppingEvaluation,
    /// Toxicities, subjects who count, and from how many toxicities on the rule stops; of the rule on the rate alone.
    pub counts: Option<(u64, u64, Option<u64>)>,
    /// The rules with the numbers of the protocol.
    pub rule: Option<Arc<RuleVersion>>,
}

impl View {
    /// What every rule says on a day. None for whoever may not read the rules' states or what they are judged on, and for
    /// whoever sees some sites only: no rule is ever judged on one site's subjects.
    pub fn stopping(&self, by: OutcomeGrouping, on: Option<NaiveDate>) -> Option<Vec<Stopping>> {
        let sight = self.sight(DataGroup::StoppingRules);
        let everywhere = self.subjects().count() == self.snapshot().subjects();
        if !sight.sees_totals() || self.table(reads::DLT) != ValueState::Present || !everywhere {
            return None;
        }
        // Whoever reads no more than totals gets no column of a cohort.
        let by = if sight.sees_rows() { by } else { OutcomeGrouping::Total };
        let (on, parameters) = (self.day(on), self.rulebook()?.stopping());
        let rule = self.rule(&stopping::RULE).map(Arc::new);
        let mut all = Vec::new();
        for column in self.columns(by, |subject| subject.first_dose_on().is_some_and(|dose| dose <= on)) {
            let events: Vec<StoppingEvent> =
                column.subjects.iter().flat_map(|it| it.subject().stopping_events(on)).collect();
            let (toxicities, evaluable) = toxic(&column, on);
            let stops_at = parameters.beta_binomial.boundary(evaluable);
            // Over the whole study there is no first subject of a level.
            let first = column.subjects.iter().filter_map(|it| it.subject().first_dose_on()).min();
            let of_level = column.group.cohort.map(|_| sentinel(first, parameters, on));
            let evaluations = evaluate(&events, (toxicities, evaluable), parameters, on);
            all.extend(of_level.into_iter().chain(evaluations).map(|evaluation| {
                Stopping {
                    group: column.group.clone(),
                    on,
                    counts: (evaluation.rule == stopping::StoppingRule::BetaBinomial)
                        .then_some((toxicities, evaluable, stops_at)),
                    evaluation,
                    rule: rule.clone(),
                }
            }));
        }
        Some(all)
    }

    /// The adverse events of some rows, as far as the viewer may read them.
    pub fn adverse_events_of(&self, rows: &[Uuid]) -> Vec<AdverseEventView<'_>> {
        rows.iter().filter_map(|row| self.adverse_event_by_row(*row)).collect()
    }
}

/// Subjects of a column with a dose-limiting toxicity, and those who count.
fn toxic(column: &Column<'_>, on: NaiveDate) -> (u64, u64) {
    let judged = column.subjects.iter().map(|it| it.subject().dlt(on));
    let counted =
        judged.filter(|it| it.evaluable == Evaluability::Evaluable && it.dlt != Verdict::NotEvaluable);
    counted.fold((0, 0), |(toxic, all), it| (toxic + u64::from(it.dlt == Verdict::Met), all + 1))
}

impl Stopping {
    /// How far the rule has been triggered.
    pub fn state(&self) -> RuleState {
        match self.evaluation.state {
            StoppingState::Clear => RuleState::Clear,
            StoppingState::Watch => RuleState::Watch,
            StoppingState::Pause => RuleState::Pause,
            StoppingState::Stop => RuleState::Stop,
        }
    }
}
