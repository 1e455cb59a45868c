//! How long and how lastingly a subject was in a state that is judged at visits.

use crate::rulebook::{Endpoint, Visit};
use crate::snapshot::Subject;
use chrono::NaiveDate;
use derivation::endpoint::duration::{self, FirstTime, StateAt};
use derivation::logic::Verdict;
use derivation::rule::Reason;
use derivation::timeline::{date_of_study_day, study_day};
use rust_decimal::prelude::ToPrimitive;
use std::collections::BTreeSet;
use uuid::Uuid;

/// A state that a subject is in, or not, at a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Lupus low disease activity.
    Lldas,
    /// Remission by DORIS.
    Doris,
}

/// The state at one planned visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitState {
    /// The planned visit's code.
    pub visit: String,
    /// The day of its assessment; without one the day that the protocol aims at.
    pub on: NaiveDate,
    /// Whether anything was assessed.
    pub assessed: bool,
    /// Whether the state held.
    pub state: Verdict,
}

/// How long a subject was in a state.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeInState {
    /// The planned visits at which the state is judged, in order of time.
    pub visits: Vec<VisitState>,
    /// Days in the state, and days observed.
    pub time: duration::TimeInState,
    /// Whether the days in the state are at least the protocol's part of those observed.
    pub at_least_part: Verdict,
    /// Whether the state lasted over consecutive visits.
    pub sustained: Verdict,
    /// Whether the state was reached, and on which day; when it was not, the last day on which it could be judged.
    pub first: Option<(bool, NaiveDate)>,
    /// Why no time was observed.
    pub reason: Option<Reason>,
    /// The records that it was derived from.
    pub evidence: Vec<Uuid>,
}

impl TimeInState {
    /// Days in the state out of days observed; none when nothing was observed.
    pub fn fraction(&self) -> Option<f64> {
        self.time.fraction()?.to_f64()
    }
}

impl Subject {
    /// How long the subject was in a state. The protocol's visits after the first dose that collect what the state needs
    /// count, and time ends with the last of them at which anything was assessed: what comes after it may be ahead.
    pub(crate) fn time_in_state(&self, state: State) -> TimeInState {
        let mut evidence = BTreeSet::new();
        let mut visits = Vec::new();
        let judged = |visit: &&Visit| {
            let needs = match state {
                State::Lldas => Endpoint::Lldas.needs(),
                State::Doris => Endpoint::Doris.needs(),
            };
            needs.iter().all(|needed| visit.has(*needed))
        };
        let first_dose = self.first_dose_on();
        for visit in self.rulebook.visits().iter().filter(judged) {
            let Some(window) = self.rulebook.analysis_window(&visit.code) else { continue };
            let found = match state {
                State::Lldas => self.lldas(&visit.code),
                State::Doris => self.doris(&visit.code),
            };
            let planned = || date_of_study_day(window.target, first_dose?);
            let Some(on) = found.assessed_on.or_else(planned) else { continue };
            evidence.extend(&found.evaluation.evidence);
            visits.push(VisitState {
                visit: visit.code.clone(),
                on,
                assessed: found.assessed_on.is_some(),
                state: found.evaluation.outcome,
            });
        }
        visits.sort_by_key(|visit| visit.on);
        self.summed(visits, evidence.into_iter().collect())
    }

    fn summed(&self, visits: Vec<VisitState>, evidence: Vec<Uuid>) -> TimeInState {
        let parameters = &self.rulebook.endpoints().duration;
        let first_dose = self.first_dose_on();
        let planned: Vec<StateAt> = visits
            .iter()
            .filter_map(|it| Some(StateAt { study_day: study_day(it.on, first_dose)?, state: it.state }))
            .collect();
        let seen = visits.iter().rposition(|it| it.assessed).map_or(0, |last| last + 1);
        let observed = &planned[..seen.min(planned.len())];
        let time = duration::time_in_state(observed);
        let day = |study_day| date_of_study_day(study_day, first_dose?);
        let first = match duration::time_to_first(observed) {
            FirstTime::Reached { study_day } => day(study_day).map(|on| (true, on)),
            FirstTime::Censored { study_day } => day(study_day).map(|on| (false, on)),
            FirstTime::NotObserved => None,
        };
        let reason = match observed.len() {
            _ if time.days_observed > 0 => None,
            _ if first_dose.is_none() => Some(Reason::NotDosed),
            0 | 1 => Some(Reason::VisitMissing),
            _ => Some(Reason::ComponentMissing),
        };
        TimeInState {
            at_least_part: Verdict::of(time.is_at_least(parameters.time_in_state_part)),
            // A visit that was not made leaves it open, whether it was missed or is ahead.
            sustained: if planned.is_empty() {
                Verdict::NotEvaluable
            } else {
                duration::sustained(&planned, parameters.sustained_days)
            },
            visits,
            time,
            first,
            reason,
            evidence,
        }
    }
}
