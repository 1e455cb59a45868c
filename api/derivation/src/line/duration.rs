//! Time in a state.

use super::{Inputs, LineError, Node, number};
use crate::endpoint::duration::{self, IntervalRule, StateAt};
use crate::logic::Verdict;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct TimeAnswer {
    days_in_state: i64,
    days_observed: i64,
    fraction: Option<f64>,
}

pub(super) fn time_in_state(inputs: &Inputs<'_>) -> Result<TimeAnswer, LineError> {
    let fields = inputs.fields(&["visits", "interval_rule"])?;
    let rules = [("STATE_CARRIED_FORWARD", IntervalRule::StateCarriedForward)];
    // There is one rule; naming it asks for nothing else.
    let IntervalRule::StateCarriedForward =
        fields.or("interval_rule", IntervalRule::default(), |node| node.choice(&rules))?;
    let mut visits: Vec<StateAt> = Vec::new();
    for node in fields.required("visits")?.list()? {
        let (day, visit) = state_at(node)?;
        if visits.last().is_some_and(|last| last.study_day >= visit.study_day) {
            return Err(day.invalid("the visits are not in ascending order"));
        }
        visits.push(visit);
    }
    let time = duration::time_in_state(&visits);
    Ok(TimeAnswer {
        days_in_state: time.days_in_state,
        days_observed: time.days_observed,
        fraction: time.fraction().map(number::json),
    })
}

fn state_at(node: Node<'_>) -> Result<(Node<'_>, StateAt), LineError> {
    let fields = node.fields(&["study_day", "state"])?;
    let day = fields.required("study_day")?;
    let study_day = i32::try_from(day.int_in(-1_000_000..=1_000_000)?).unwrap_or(0);
    if study_day == 0 {
        return Err(day.invalid("there is no study day 0"));
    }
    let state = fields.required("state")?.choice(&[
        ("MET", Verdict::Met),
        ("NOT_MET", Verdict::NotMet),
        ("NOT_EVALUABLE", Verdict::NotEvaluable),
    ])?;
    Ok((day, StateAt { study_day, state }))
}
