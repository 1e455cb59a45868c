//! How long and how lastingly a state such as LLDAS was held.

use crate::logic::Verdict;
use crate::rule::{Rule, Version};
use crate::timeline::days_between;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "time_in_state",
    name: "Time in a state",
    versions: &[Version {
        version: "1",
        what: "The state of a visit holds until the next; sustained and first time by scheduled visits.",
    }],
};

/// The state found at a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateAt {
    /// The study day of the visit (the first dose is day 1, the day before is -1).
    pub study_day: i32,
    /// Whether the state held.
    pub state: Verdict,
}

/// What holds between two visits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IntervalRule {
    /// The state of a visit holds until the next one.
    #[default]
    StateCarriedForward,
}

/// Days in a state out of days observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeInState {
    /// Days of intervals that start with the state met.
    pub days_in_state: i64,
    /// Days of intervals that start with the state known.
    pub days_observed: i64,
}

impl TimeInState {
    /// The part of the observed time; none when nothing was observed.
    pub fn fraction(self) -> Option<Decimal> {
        Decimal::from(self.days_in_state).checked_div(Decimal::from(self.days_observed))
    }

    /// Whether the state was held for at least `part` of the observed time, compared exactly (LLDAS-50: 0.50).
    pub fn is_at_least(self, part: Decimal) -> Option<bool> {
        (self.days_observed > 0)
            .then(|| Decimal::from(self.days_in_state) >= part * Decimal::from(self.days_observed))
    }
}

/// Time in a state. The last visit opens no interval; an interval that starts not evaluable is left out of both counts.
///
/// `visits` are in ascending order of study day.
pub fn time_in_state(visits: &[StateAt]) -> TimeInState {
    let mut time = TimeInState { days_in_state: 0, days_observed: 0 };
    for pair in visits.windows(2) {
        let days = days_between(pair[0].study_day, pair[1].study_day);
        if pair[0].state != Verdict::NotEvaluable {
            time.days_observed += days;
        }
        if pair[0].state == Verdict::Met {
            time.days_in_state += days;
        }
    }
    time
}

/// Whether a state was sustained: met at two or more consecutive scheduled visits that span at least `span_days`, with no
/// visit between them at which it was not met. A visit between them that is not evaluable leaves it open.
pub fn sustained(visits: &[StateAt], span_days: i64) -> Verdict {
    let spans = |from: &StateAt, to: &StateAt| days_between(from.study_day, to.study_day) >= span_days;
    let mut verdict = Verdict::NotMet;
    for (start, first) in visits.iter().enumerate() {
        let mut so_far = first.state;
        for visit in &visits[start + 1..] {
            so_far = so_far.and(visit.state);
            if spans(first, visit) {
                verdict = verdict.or(so_far);
            }
        }
    }
    verdict
}

/// When a state was first reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstTime {
    /// The study day of the first visit at which the state was met.
    Reached {
        /// That day.
        study_day: i32,
    },
    /// Never met so far; censored at the last visit that could be judged.
    Censored {
        /// That day.
        study_day: i32,
    },
    /// No visit could be judged.
    NotObserved,
}

/// Time to the first visit at which a state was met, from visits in ascending order.
pub fn time_to_first(visits: &[StateAt]) -> FirstTime {
    if let Some(first) = visits.iter().find(|visit| visit.state == Verdict::Met) {
        return FirstTime::Reached { study_day: first.study_day };
    }
    match visits.iter().rfind(|visit| visit.state == Verdict::NotMet) {
        Some(last) => FirstTime::Censored { study_day: last.study_day },
        None => FirstTime::NotObserved,
    }
}
