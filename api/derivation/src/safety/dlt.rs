//! Dose-limiting toxicity of one subject: the window, evaluability, what the algorithm flags and what was adjudicated.
//!
//! The algorithm suggests; an adjudication, where there is one, is what counts. Both are kept.

use super::dlt_criteria::{DltFacts, DltParameters};
use crate::logic::Verdict;
use crate::rule::{Rule, Version};
use crate::timeline::{date_of_study_day, study_day};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;
use uuid::Uuid;

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "dlt",
    name: "Dose-limiting toxicity",
    versions: &[Version {
        version: "1",
        what: "Criteria and exceptions of the protocol in its window; an adjudication prevails.",
    }],
};

/// One adverse event, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DltEvent {
    /// The event's record.
    pub id: Uuid,
    /// When it began.
    pub onset: NaiveDate,
    /// When the stated grade was reached, if after onset. It then counts instead of the onset.
    pub worsened_on: Option<NaiveDate>,
    /// Whether the product at least possibly caused it; none when nobody said.
    pub related: Option<bool>,
    /// What the criteria ask for.
    pub facts: DltFacts,
    /// Whether it was adjudicated a DLT; none when it was not adjudicated.
    pub adjudicated: Option<bool>,
}

impl DltEvent {
    /// The day that counts: when the stated grade was reached.
    pub fn reached_on(&self) -> NaiveDate {
        self.worsened_on.map_or(self.onset, |worsened| worsened.max(self.onset))
    }
}

/// What is known of a subject's DLT period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DltCourse<'a> {
    /// The day of the first dose; none before it.
    pub first_dose: Option<NaiveDate>,
    /// The dose received, in percent of the planned dose of the DLT period; none when it is not known yet.
    pub dose_percent: Option<Decimal>,
    /// The last day with follow-up.
    pub followed_through: Option<NaiveDate>,
    /// Whether follow-up has ended (withdrawn, lost, died): no later follow-up will come.
    pub follow_up_ended: bool,
    /// The subject's adverse events, in any order.
    pub events: &'a [DltEvent],
}

/// Whether a subject counts in decisions about the dose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Evaluability {
    /// Counts.
    Evaluable,
    /// Does not count, and is replaced.
    NotEvaluable,
    /// Not decided yet. Blocks escalation.
    Pending,
}

/// What decided evaluability and outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DltReason {
    /// The first dose has not been given.
    NotDosed,
    /// A dose-limiting toxicity happened in the window.
    DltInWindow,
    /// An event may be dose-limiting, but a fact that decides (such as its duration) is missing.
    EventFactMissing,
    /// Too little of the planned dose was received.
    DoseTooLow,
    /// Follow-up ended before the window did.
    LeftEarly,
    /// The window has not closed.
    WindowOpen,
    /// The window has closed, but follow-up to its end is not recorded.
    FollowUpNotRecorded,
    /// The dose received is not recorded.
    DoseNotRecorded,
    /// The window was completed without a dose-limiting toxicity.
    CompletedWithoutDlt,
}

/// What the algorithm and the adjudication say of one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventFinding {
    /// The event's record.
    pub event: Uuid,
    /// The study day that counts.
    pub day: Option<i32>,
    /// What the algorithm says: in the window, related, and meeting a criterion.
    pub algorithm: Verdict,
    /// The criterion that speaks of it.
    pub criterion: Option<String>,
    /// What was adjudicated; none when nothing was.
    pub adjudicated: Option<bool>,
    /// What counts: the adjudication, else the algorithm.
    pub verdict: Verdict,
}

/// The answer for one subject on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dlt {
    /// Whether the subject counts in decisions about the dose.
    pub evaluable: Evaluability,
    /// Whether the subject had a dose-limiting toxicity; open while the window is, and when a fact is missing.
    pub dlt: Verdict,
    /// What the algorithm alone says, without adjudication.
    pub algorithm: Verdict,
    /// Events that are, or may be, dose-limiting by the algorithm or by adjudication, by id.
    pub flagged: Vec<EventFinding>,
    /// What decided.
    pub reason: DltReason,
    /// The last day of the window.
    pub window_end: Option<NaiveDate>,
    /// Ids of the events that were looked at, by id.
    pub evidence: Vec<Uuid>,
}

/// Judges a subject as of the day `on`: what happened later is not looked at.
pub fn evaluate(course: &DltCourse<'_>, parameters: &DltParameters, on: NaiveDate) -> Dlt {
    let first_dose = course.first_dose.filter(|dose| *dose <= on);
    let window_end =
        first_dose.and_then(|dose| date_of_study_day(i32::try_from(parameters.window_days).ok()?, dose));
    let mut findings: Vec<EventFinding> = course
        .events
        .iter()
        .filter(|event| event.reached_on() <= on)
        .map(|event| judge(event, first_dose, parameters))
        .collect();
    findings.sort_unstable_by_key(|finding| finding.event);
    let evidence = findings.iter().map(|finding| finding.event).collect();
    let seen = Verdict::any(findings.iter().map(|finding| finding.verdict));
    let suggested = Verdict::any(findings.iter().map(|finding| finding.algorithm));
    findings.retain(|finding| finding.algorithm != Verdict::NotMet || finding.adjudicated == Some(true));

    let (evaluable, reason) = match window_end {
        None => (Evaluability::Pending, DltReason::NotDosed),
        Some(_) if seen == Verdict::Met => (Evaluability::Evaluable, DltReason::DltInWindow),
        Some(end) => without_dlt(course, parameters, end, on),
    };
    let unfinished = evaluable == Evaluability::Pending && reason != DltReason::DoseNotRecorded;
    let open =
        |verdict| if unfinished && verdict == Verdict::NotMet { Verdict::NotEvaluable } else { verdict };
    let fact_missing = seen == Verdict::NotEvaluable && evaluable == Evaluability::Evaluable;
    Dlt {
        evaluable,
        dlt: open(seen),
        algorithm: open(suggested),
        flagged: findings,
        reason: if fact_missing { DltReason::EventFactMissing } else { reason },
        window_end,
        evidence,
    }
}

/// Evaluability of a subject in whom no DLT is established.
fn without_dlt(
    course: &DltCourse<'_>,
    parameters: &DltParameters,
    window_end: NaiveDate,
    on: NaiveDate,
) -> (Evaluability, DltReason) {
    let completed = course.followed_through.is_some_and(|through| through.min(on) >= window_end);
    match course.dose_percent {
        Some(percent) if percent < parameters.minimum_dose_percent => {
            (Evaluability::NotEvaluable, DltReason::DoseTooLow)
        }
        _ if !completed && course.follow_up_ended => (Evaluability::NotEvaluable, DltReason::LeftEarly),
        _ if !completed && on <= window_end => (Evaluability::Pending, DltReason::WindowOpen),
        _ if !completed => (Evaluability::Pending, DltReason::FollowUpNotRecorded),
        None => (Evaluability::Pending, DltReason::DoseNotRecorded),
        Some(_) => (Evaluability::Evaluable, DltReason::CompletedWithoutDlt),
    }
}

fn judge(event: &DltEvent, first_dose: Option<NaiveDate>, parameters: &DltParameters) -> EventFinding {
    let day = study_day(event.reached_on(), first_dose);
    let in_window = day.is_some_and(|day| day >= 1 && day.unsigned_abs() <= parameters.window_days);
    let related = event.related.unwrap_or(parameters.missing_causality_is_related);
    let (limits, criterion) = parameters.limits_dose(&event.facts);
    let algorithm = if in_window && related { limits } else { Verdict::NotMet };
    EventFinding {
        event: event.id,
        day,
        algorithm,
        criterion: criterion.filter(|_| algorithm != Verdict::NotMet).map(|criterion| criterion.id.clone()),
        adjudicated: event.adjudicated,
        verdict: event.adjudicated.map_or(algorithm, |decided| Verdict::of(Some(decided))),
    }
}

#[cfg(test)]
mod tests;
