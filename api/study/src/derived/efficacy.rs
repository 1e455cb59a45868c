//! Composite endpoints at a planned visit.

use super::activity::{self, Point, Timepoint, bilag_items, extras_of, pga_of, sledai_of};
use super::course::prednisone;
use super::flare::{self, SelenaFlare};
use super::{Evaluated, Subject};
use crate::snapshot::tables::Rec;
use chrono::NaiveDate;
use derivation::endpoint::doris::DorisInput;
use derivation::endpoint::lldas::{LldasInput, NewActivityRule, State};
use derivation::endpoint::sri4::Activity;
use derivation::endpoint::{bicla as bicla_rule, doris as doris_rule, lldas as lldas_rule, sri4};
use derivation::instrument::bilag2004::Grades;
use derivation::medication::background::{is_maintenance, is_stable};
use derivation::rule::{Evaluation, Reason};
use entity::rows::Assessment;
use entity::terms::Instrument;

fn grades(subject: &Subject, rec: Option<&Rec<Assessment>>) -> Option<Grades> {
    let id = rec?.row.id;
    subject.bilag_points().iter().find(|point| point.assessment == id).map(|point| point.grades)
}

fn activity(subject: &Subject, point: &Point<'_>) -> Activity {
    Activity {
        sledai: point.sledai.and_then(|rec| sledai_of(subject, rec)).map(|items| items.score()),
        bilag: grades(subject, point.bilag),
        pga: point.pga.and_then(|rec| pga_of(rec)),
    }
}

/// Whether a failure is dated on or before the visit. A visit without an assessment counts by its target day.
fn failed(subject: &Subject, at: &str, day: Option<NaiveDate>) -> bool {
    let planned = || {
        let target = subject.rulebook.analysis_window(at)?.target;
        derivation::timeline::date_of_study_day(target, subject.first_dose_on()?)
    };
    day.or_else(planned).is_some_and(|day| subject.course().failure.is_on_or_before(day))
}

fn finish(mut evaluation: Evaluation, subject: &Subject, points: &[&Point<'_>]) -> Evaluation {
    if subject.first_dose_on().is_none() && evaluation.reason.is_some() {
        evaluation.reason = Some(Reason::NotDosed);
    }
    evaluation.evidence = points.iter().flat_map(|point| point.evidence(subject)).collect();
    evaluation
}

pub(super) fn sri(subject: &Subject, at: &str, points: u8) -> Evaluated {
    let (baseline, visit) = both(subject, at);
    let rule = subject.rulebook.endpoints().sri.rule(points);
    let failed = failed(subject, at, visit.day());
    let evaluation = sri4::sri(&activity(subject, &baseline), &activity(subject, &visit), &rule, failed);
    Evaluated {
        evaluation: finish(evaluation, subject, &[&baseline, &visit]),
        baseline_on: baseline.day(),
        assessed_on: visit.day(),
    }
}

pub(super) fn bicla(subject: &Subject, at: &str) -> Evaluated {
    let (baseline, visit) = both(subject, at);
    let rule = subject.rulebook.endpoints().bicla.rule();
    let failed = failed(subject, at, visit.day());
    let evaluation =
        bicla_rule::bicla(&activity(subject, &baseline), &activity(subject, &visit), &rule, failed);
    Evaluated {
        evaluation: finish(evaluation, subject, &[&baseline, &visit]),
        baseline_on: baseline.day(),
        assessed_on: visit.day(),
    }
}

pub(super) fn confirmed_none(point: &Point<'_>) -> bool {
    point.extras.is_some_and(|rec| extras_of(rec).2)
}

fn both<'s>(subject: &'s Subject, at: &str) -> (Point<'s>, Point<'s>) {
    (activity::point(subject, &Timepoint::Baseline), activity::point(subject, &Timepoint::visit(at)))
}

/// What LLDAS reads of one day: descriptors, the two extra states, and BILAG-2004.
fn state(subject: &Subject, point: &Point<'_>) -> Option<State> {
    let sledai = sledai_of(subject, point.sledai?)?;
    let bilag = grades(subject, point.bilag);
    let form = point.bilag.and_then(|rec| bilag_items(rec));
    let extras = point.extras.map(|rec| extras_of(rec).0).unwrap_or_default();
    let extras = extras.or_from_bilag(form.as_ref().zip(bilag.as_ref()));
    Some(State { sledai, extras, bilag })
}

/// The latest SLEDAI-2K strictly before a day, scheduled or not, with what was assessed close to it.
pub(super) fn previous<'s>(subject: &'s Subject, before: NaiveDate) -> Point<'s> {
    let latest = |instrument: Instrument, near: Option<NaiveDate>| {
        let span = i64::from(subject.rulebook.endpoints().sri.component_days);
        subject
            .rows
            .assessments
            .iter()
            .filter(|it| it.instrument == instrument && it.assessed_on < before)
            .filter(|it| near.is_none_or(|near| (it.assessed_on - near).num_days().abs() <= span))
            .max_by_key(|it| (it.assessed_on, it.revision))
    };
    let sledai = latest(Instrument::Sledai2k, None);
    let near = sledai.map(|it| it.assessed_on);
    Point {
        sledai,
        bilag: near.and_then(|near| latest(Instrument::Bilag2004, Some(near))),
        pga: near.and_then(|near| latest(Instrument::Pga, Some(near))),
        extras: near.and_then(|near| latest(Instrument::LldasExtras, Some(near))),
    }
}

pub(super) fn lldas(subject: &Subject, at: &str) -> Evaluated {
    let visit = activity::point(subject, &Timepoint::visit(at));
    let day = visit.day();
    let mut earlier = visit.sledai.map(|rec| previous(subject, rec.assessed_on)).unwrap_or_default();
    let maintenance = visit.extras.and_then(|rec| extras_of(rec).1);
    let parameters = &subject.rulebook.endpoints().lldas;
    let rule = parameters.rule();
    // Taken literally, the published criterion excludes whoever was given an investigational product.
    let given = subject.first_dose_on().zip(day).is_some_and(|(dose, day)| dose <= day);
    let allowed = parameters.investigational_product_exempt || !given;
    let flare = match rule.new_activity {
        NewActivityRule::SfiFlare => Some(flare::selena(subject, at)),
        NewActivityRule::ClinicalDescriptors
        | NewActivityRule::AllDescriptors
        | NewActivityRule::DescriptorsAndBilag => {
            // They do not look at what the physician thought before.
            earlier.pga = None;
            None
        }
    };
    let input = LldasInput {
        today: state(subject, &visit),
        previous: state(subject, &earlier),
        pga: visit.pga.and_then(|rec| pga_of(rec)),
        prednisone: day.and_then(|day| prednisone(subject, day, confirmed_none(&visit)).dose),
        maintenance_therapy: maintenance
            .or_else(|| day.and_then(|day| is_maintenance(&subject.course().background, day)))
            .map(|within| within && allowed),
        sfi_flare: flare.as_ref().and_then(SelenaFlare::at_least),
    };
    let evaluation = lldas_rule::lldas(&input, &rule, failed(subject, at, day));
    let mut evaluation = finish(evaluation, subject, &[&visit, &earlier]);
    evaluation.evidence.extend(flare.iter().filter_map(|flare| flare.form));
    if day.is_some() {
        evaluation.evidence.extend(&subject.course().steroid_rows);
    }
    Evaluated { evaluation, baseline_on: None, assessed_on: day }
}

pub(super) fn doris(subject: &Subject, at: &str) -> Evaluated {
    let visit = activity::point(subject, &Timepoint::visit(at));
    let day = visit.day();
    let parameters = &subject.rulebook.endpoints().doris;
    let stable = |day| is_stable(&subject.course().background, day, parameters.stable_background_days);
    let input = DorisInput {
        sledai: visit.sledai.and_then(|rec| sledai_of(subject, rec)),
        pga: visit.pga.and_then(|rec| pga_of(rec)),
        prednisone: day.and_then(|day| prednisone(subject, day, confirmed_none(&visit)).dose),
        stable_background: day.and_then(stable),
    };
    let rule = parameters.rule(subject.rulebook.rules().doris());
    let evaluation = doris_rule::doris(&input, &rule, failed(subject, at, day));
    let mut evaluation = finish(evaluation, subject, &[&visit]);
    if day.is_some() {
        evaluation.evidence.extend(&subject.course().steroid_rows);
    }
    Evaluated { evaluation, baseline_on: None, assessed_on: day }
}
