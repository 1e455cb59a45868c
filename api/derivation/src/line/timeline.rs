//! Days, windows and baseline.

use super::{Fields, Inputs, LineError, Node, number};
use crate::timeline::baseline::{self, BaselineCandidate, LocalMoment};
use crate::timeline::pick::{Candidate, Tie, pick};
use crate::timeline::window::default_windows;
use crate::timeline::{AnalysisWindow, PartialDate};
use chrono::NaiveTime;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A date of which the day, or month and day, may be missing.
pub(super) fn partial_date(node: Node<'_>) -> Result<PartialDate, LineError> {
    PartialDate::parse(&node.string()?).map_err(|error| node.invalid(error.message()))
}

#[derive(Serialize)]
pub(super) struct StudyDayAnswer {
    study_day: Option<i32>,
}

pub(super) fn study_day(inputs: &Inputs<'_>) -> Result<StudyDayAnswer, LineError> {
    let fields = inputs.fields(&["date", "first_dose_date"])?;
    let date = fields.nullable("date", partial_date)?.and_then(PartialDate::complete);
    let first_dose = fields.nullable("first_dose_date", partial_date)?.and_then(PartialDate::complete);
    Ok(StudyDayAnswer { study_day: date.and_then(|date| crate::timeline::study_day(date, first_dose)) })
}

#[derive(Serialize)]
pub(super) struct WindowAnswer {
    selected_day: BTreeMap<String, Option<i32>>,
}

pub(super) fn visit_window(inputs: &Inputs<'_>) -> Result<WindowAnswer, LineError> {
    let fields = inputs.fields(&["study_days", "windows", "tie_rule"])?;
    let ties = [("LATER", Tie::Later), ("EARLIER", Tie::Earlier)];
    let tie = fields.or("tie_rule", Tie::Later, |node| node.choice(&ties))?;
    let windows = match fields.get("windows") {
        Some(node) => windows(node)?,
        None => default_windows(),
    };
    let mut days = Vec::new();
    for node in fields.required("study_days")?.list()? {
        let day = day(node)?;
        if day == 0 {
            return Err(node.invalid("there is no study day 0"));
        }
        days.push(day);
    }
    let candidates = days.iter().zip(0_u64..);
    let candidates: Vec<Candidate> = candidates
        .map(|(day, sequence)| Candidate {
            day: *day,
            has_result: true,
            scheduled: true,
            time: None,
            sequence,
        })
        .collect();
    let chosen = |window: &AnalysisWindow| {
        pick(candidates.iter().copied(), window, tie).map(|position| days[position])
    };
    let selected_day = windows.iter().map(|window| (window.code.clone(), chosen(window))).collect();
    Ok(WindowAnswer { selected_day })
}

fn windows(node: Node<'_>) -> Result<Vec<AnalysisWindow>, LineError> {
    let mut windows: Vec<AnalysisWindow> = Vec::new();
    for node in node.list()? {
        let fields = node.fields(&["visit", "low", "high", "target"])?;
        let visit = fields.required("visit")?;
        let window = AnalysisWindow {
            code: visit.string()?.into_owned(),
            target: named_day(&fields, "target")?,
            low: named_day(&fields, "low")?,
            high: named_day(&fields, "high")?,
        };
        if window.low > window.high {
            return Err(fields.required("high")?.invalid("the window ends before it starts"));
        }
        if windows.iter().any(|earlier| earlier.code == window.code) {
            return Err(visit.invalid("another window has this name"));
        }
        windows.push(window);
    }
    Ok(windows)
}

fn named_day(fields: &Fields<'_>, key: &'static str) -> Result<i32, LineError> {
    day(fields.required(key)?)
}

fn day(node: Node<'_>) -> Result<i32, LineError> {
    let day = node.int_in(-1_000_000..=1_000_000)?;
    i32::try_from(day).map_err(|_| node.invalid("a study day is expected"))
}

#[derive(Serialize)]
pub(super) struct BaselineAnswer<'a> {
    baseline: Option<f64>,
    at: Option<Cow<'a, str>>,
}

pub(super) fn baseline_pick<'a>(inputs: &Inputs<'a>) -> Result<BaselineAnswer<'a>, LineError> {
    let fields = inputs.fields(&["first_dose_at", "records"])?;
    let dose = fields.required("first_dose_at")?;
    let first_dose = moment(dose)?;
    if first_dose.time.is_none() {
        return Err(dose.invalid("a date-time YYYY-MM-DDTHH:MM is expected"));
    }
    let mut candidates = Vec::new();
    let mut values = Vec::new();
    for (node, sequence) in fields.required("records")?.list()?.into_iter().zip(0..) {
        let record = node.fields(&["at", "value", "schedule"])?;
        let at = record.required("at")?;
        let value = record.nullable("value", Node::decimal)?;
        let schedule = record.optional("schedule", |node| node.choice(&[("PRE_DOSE", ())]))?;
        candidates.push(BaselineCandidate {
            at: moment(at)?,
            has_result: value.is_some(),
            pre_dose: schedule.is_some(),
            sequence,
        });
        values.push((value, at));
    }
    let chosen = baseline::pick(candidates, first_dose).map(|position| values[position]);
    Ok(BaselineAnswer {
        baseline: chosen.and_then(|(value, _)| value).map(number::json),
        at: chosen.map(|(_, at)| at.string()).transpose()?,
    })
}

/// A date, or a date-time without seconds and zone.
fn moment(node: Node<'_>) -> Result<LocalMoment, LineError> {
    let text = node.string()?;
    let invalid = || node.invalid("a date YYYY-MM-DD or a date-time YYYY-MM-DDTHH:MM is expected");
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(clock(time).ok_or_else(invalid)?)),
        None => (&*text, None),
    };
    Ok(LocalMoment { date: number::date(date).ok_or_else(invalid)?, time })
}

fn clock(text: &str) -> Option<NaiveTime> {
    let bytes = text.as_bytes();
    if bytes.len() != 5 || bytes[2] != b':' {
        return None;
    }
    NaiveTime::from_hms_opt(number::digits(&bytes[..2])?, number::digits(&bytes[3..])?, 0)
}
