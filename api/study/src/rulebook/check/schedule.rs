//! Visits, their windows, and the parts that they play.

use super::{Document, Problems, stated, visit_exists, within};
use crate::rulebook::document::{Endpoint, Procedure, Visit};
use crate::rulebook::problem::join;
use derivation::timeline::window::DayRange;

pub(super) fn check(document: &Document, problems: &mut Problems) {
    visits(document, problems);
    parts(document, problems);
    overlaps(document, problems);
    outcomes(document, problems);
    populations(document, problems);
}

fn visits(document: &Document, problems: &mut Problems) {
    let visits = &document.visits;
    let path = |place: usize, key: &str| format!("visits.{place}.{key}");
    problems.require(!visits.is_empty(), "visits", "a protocol plans at least one visit");
    let codes: Vec<&str> = visits.iter().map(|visit| visit.code.as_str()).collect();
    problems.unique(&codes, "the code", |place| path(place, "code"));
    for (place, (visit, expected)) in visits.iter().zip(1_u32..).enumerate() {
        stated(&visit.code, &path(place, "code"), problems);
        stated(&visit.label, &path(place, "label"), problems);
        let message = format!(
            "ordinals are counted from 1 without gaps in the order of the file: {} is {expected}, not {}",
            visit.code, visit.ordinal
        );
        problems.require(visit.ordinal == expected, path(place, "ordinal"), message);
        if let Some(before) = place.checked_sub(1).map(|before| &visits[before]) {
            let message = format!(
                "{} aims at day {}, which is not after day {} of {} before it",
                visit.code, visit.target_day, before.target_day, before.code
            );
            problems.require(visit.target_day > before.target_day, path(place, "target_day"), message);
        }
        let procedures: Vec<&str> = visit.procedures.iter().map(|procedure| procedure.as_str()).collect();
        problems.unique(&procedures, "the procedure", |at| format!("visits.{place}.procedures.{at}"));
        windows(visit, &format!("visits.{place}"), problems);
    }
}

fn windows(visit: &Visit, path: &str, problems: &mut Problems) {
    let code = &visit.code;
    let real = |day: i32, key: &str, problems: &mut Problems| {
        let message = format!("{code}: there is no day 0; the day before day 1 is day -1");
        problems.require(day != 0, join(path, key), message);
    };
    real(visit.target_day, "target_day", problems);
    let Some(DayRange { low, high }) = visit.analysis else { return };
    real(low, "analysis.low", problems);
    real(high, "analysis.high", problems);
    if low > high {
        problems.push(
            join(path, "analysis.low"),
            format!("{code}: the analysis window starts on day {low} and ends on day {high} before that"),
        );
        return;
    }
    let target = visit.target_day;
    if !(low..=high).contains(&target) {
        let message =
            format!("{code}: the target day {target} is outside the analysis window, days {low} to {high}");
        problems.push(join(path, "target_day"), message);
        return;
    }
    let on_time = visit.on_time();
    let message = |day| {
        format!(
            "{code}: a visit on day {day} is on time, and outside the analysis window, days {low} to {high}"
        )
    };
    problems.require(on_time.low >= low, join(path, "window_before"), message(on_time.low));
    problems.require(on_time.high <= high, join(path, "window_after"), message(on_time.high));
}

fn parts(document: &Document, problems: &mut Problems) {
    let timeline = &document.timeline;
    let visit = |code: &str| document.visits.iter().position(|visit| visit.code == code);
    visit_exists(document, &timeline.screening_visit, "timeline.screening_visit", problems);
    if let Some(place) = visit(&timeline.screening_visit) {
        let message = "screening needs an analysis window: the days whose records decide eligibility";
        let analysis = document.visits[place].analysis;
        problems.require(analysis.is_some(), format!("visits.{place}.analysis"), message);
    }
    visit_exists(document, &timeline.primary_visit, "timeline.primary_visit", problems);
    if let Some(code) = &timeline.lymphodepletion_visit {
        visit_exists(document, code, "timeline.lymphodepletion_visit", problems);
    }
    visit_exists(document, &timeline.first_dose_visit, "timeline.first_dose_visit", problems);
    if let Some(place) = visit(&timeline.first_dose_visit) {
        let first = &document.visits[place];
        let path = |key: &str| format!("visits.{place}.{key}");
        let message = format!(
            "the first dose is day 1 by definition, and {} aims at day {}",
            first.code, first.target_day
        );
        problems.require(first.target_day == 1, path("target_day"), message);
        let message = "the visit of the first dose needs an analysis window: the days of baseline";
        problems.require(first.analysis.is_some(), path("analysis"), message);
        let message =
            format!("nothing after day 1 is baseline; the analysis window of {} ends on day 1", first.code);
        problems.require(first.analysis.is_none_or(|days| days.high <= 1), path("analysis.high"), message);
        let message =
            format!("{} is the visit of the first dose, and DOSE is not among its procedures", first.code);
        problems.require(first.has(Procedure::Dose), path("procedures"), message);
    }
}

/// Screening and baseline share days by design; after the first dose a day belongs to one visit.
fn overlaps(document: &Document, problems: &mut Problems) {
    let before = [&document.timeline.screening_visit, &document.timeline.first_dose_visit];
    let after: Vec<(usize, &Visit, DayRange)> = document
        .visits
        .iter()
        .enumerate()
        .filter(|(_, visit)| !before.contains(&&visit.code))
        .filter_map(|(place, visit)| Some((place, visit, visit.analysis?)))
        .collect();
    for (at, (place, visit, days)) in after.iter().enumerate() {
        for (_, earlier, other) in &after[..at] {
            let (low, high) = (days.low.max(other.low), days.high.min(other.high));
            if low <= high {
                let shared = if low == high { format!("day {low}") } else { format!("days {low} to {high}") };
                let message = format!(
                    "{} and {} both claim {shared}; a day belongs to one visit",
                    earlier.code, visit.code
                );
                problems.push(format!("visits.{place}.analysis.low"), message);
            }
        }
    }
}

fn outcomes(document: &Document, problems: &mut Problems) {
    for (place, (outcome, expected)) in document.outcomes.iter().zip(1_u32..).enumerate() {
        let path = |key: &str| format!("outcomes.{place}.{key}");
        let message = format!("outcome measures are numbered from 1 without gaps: this is {expected}");
        problems.require(outcome.number == expected, path("number"), message);
        stated(&outcome.title, &path("title"), problems);
        let over_time = matches!(outcome.endpoint, Endpoint::TraeIncidence | Endpoint::DltRate);
        let endpoint = outcome.endpoint.as_str();
        if over_time {
            let message = format!("{endpoint} is judged over a time: state through_day");
            problems.require(outcome.through_day.is_some(), path("through_day"), message);
            let message = format!("{endpoint} is judged over a time and not at visits; leave the list empty");
            problems.require(outcome.visits.is_empty(), path("visits"), message);
        } else {
            let message = format!("{endpoint} is judged at visits: name at least one");
            problems.require(!outcome.visits.is_empty(), path("visits"), message);
            let message =
                format!("{endpoint} is judged at visits and not over a time; leave through_day out");
            problems.require(outcome.through_day.is_none(), path("through_day"), message);
        }
        for (at, code) in outcome.visits.iter().enumerate() {
            time_point(document, (outcome.endpoint, code), &join(&path("visits"), at), problems);
        }
    }
}

/// A time point is a planned visit that has an analysis window and collects what the endpoint needs.
fn time_point(document: &Document, (endpoint, code): (Endpoint, &str), path: &str, problems: &mut Problems) {
    if !visit_exists(document, code, path, problems) {
        return;
    }
    let Some(visit) = document.visits.iter().find(|visit| visit.code == code) else { return };
    let message = format!("{code} has no analysis window, so nothing can be judged at it");
    problems.require(visit.analysis.is_some(), path, message);
    let needs = endpoint.needs().iter().filter(|procedure| !visit.has(**procedure));
    let missing: Vec<&str> = needs.map(|procedure| procedure.as_str()).collect();
    let message =
        format!("{} needs {}, which {code} does not collect", endpoint.as_str(), missing.join(", "));
    problems.require(missing.is_empty(), path, message);
}

fn populations(document: &Document, problems: &mut Problems) {
    let share = document.populations.per_protocol_dose_percent;
    within(share, ("1", "100"), "populations.per_protocol_dose_percent", problems);
}
