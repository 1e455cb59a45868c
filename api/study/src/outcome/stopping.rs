//! What the pause and stopping rules say on a day, by cohort and over the study.

use super::{Group, OutcomeGrouping};
use crate::derived::reads;
use crate::snapshot::Subject;
use crate::view::{AdverseEventView, ValueState, View};
use chrono::NaiveDate;
use derivation::logic::Verdict;
use derivation::rule::RuleVersion;
use derivation::safety::dlt::Evaluability;
use derivation::safety::stopping::{
    self, StoppingEvaluation, StoppingEvent, StoppingParameters, StoppingState, evaluate, sentinel,
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
        for column in self.columns(by, |subject| is_dosed(subject, on)) {
            let subjects: Vec<&Subject> = column.subjects.iter().map(|it| it.subject().as_ref()).collect();
            let (evaluations, (toxicities, evaluable)) = judge(&subjects, parameters, on);
            let stops_at = parameters.beta_binomial.boundary(evaluable);
            // Over the whole study there is no first subject of a level.
            let first = column.subjects.iter().filter_map(|it| it.subject().first_dose_on()).min();
            let of_level = column.group.cohort.map(|_| sentinel(first, parameters, on));
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

    /// Whether a stopping rule pauses or stops the study or, in an open-label one, a cohort, without saying which; none for
    /// whoever is not even told of that. It is judged on every site's subjects, whatever the viewer sees of them. In a masked
    /// study no cohort is judged by itself, so that this tells nothing of who is in which. That the first subject of a level
    /// is observed was planned, and is no notice.
    pub fn is_paused(&self, on: Option<NaiveDate>) -> Option<bool> {
        if !self.is_told_of_pauses() {
            return None;
        }
        let (snapshot, on) = (self.snapshot(), self.day(on));
        let halts = |state| matches!(state, RuleState::Pause | RuleState::Stop);
        if snapshot.rows.stopping_rules.iter().any(|rule| halts(rule.state)) {
            return Some(true);
        }
        let parameters = self.rulebook()?.stopping();
        let dosed: Vec<&Subject> = snapshot.all().map(AsRef::as_ref).filter(|it| is_dosed(it, on)).collect();
        let judged = |subjects: &[&Subject]| {
            let (evaluations, _) = judge(subjects, parameters, on);
            evaluations.iter().any(|it| halts(state_of(it.state)))
        };
        let of_a_cohort = |id: Uuid| -> Vec<&Subject> {
            dosed.iter().copied().filter(|it| it.cohort_row() == Some(id)).collect()
        };
        let cohorts = snapshot.rows.cohorts.iter().filter(|_| !self.is_masked_study());
        Some(judged(&dosed) || cohorts.map(|it| it.id).any(|id| judged(&of_a_cohort(id))))
    }

    /// The adverse events of some rows, as far as the viewer may read them.
    pub fn adverse_events_of(&self, rows: &[Uuid]) -> Vec<AdverseEventView<'_>> {
        rows.iter().filter_map(|row| self.adverse_event_by_row(*row)).collect()
    }
}

fn is_dosed(subject: &Subject, on: NaiveDate) -> bool {
    subject.first_dose_on().is_some_and(|dose| dose <= on)
}

/// What the rules on events and on the rate say of some subjects, with the toxicities and the subjects who count.
fn judge(
    subjects: &[&Subject],
    parameters: &StoppingParameters,
    on: NaiveDate,
) -> (Vec<StoppingEvaluation>, (u64, u64)) {
    let events: Vec<StoppingEvent> = subjects.iter().flat_map(|it| it.stopping_events(on)).collect();
    let counts = toxic(subjects, on);
    (evaluate(&events, counts, parameters, on), counts)
}

/// Subjects with a dose-limiting toxicity, and those who count.
fn toxic(subjects: &[&Subject], on: NaiveDate) -> (u64, u64) {
    let judged = subjects.iter().map(|it| it.dlt(on));
    let counted =
        judged.filter(|it| it.evaluable == Evaluability::Evaluable && it.dlt != Verdict::NotEvaluable);
    counted.fold((0, 0), |(toxic, all), it| (toxic + u64::from(it.dlt == Verdict::Met), all + 1))
}

impl Stopping {
    /// How far the rule has been triggered.
    pub fn state(&self) -> RuleState {
        state_of(self.evaluation.state)
    }
}

fn state_of(state: StoppingState) -> RuleState {
    match state {
        StoppingState::Clear => RuleState::Clear,
        StoppingState::Watch => RuleState::Watch,
        StoppingState::Pause => RuleState::Pause,
        StoppingState::Stop => RuleState::Stop,
    }
}
