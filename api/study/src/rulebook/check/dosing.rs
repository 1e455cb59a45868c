//! Product, dose levels, escalation, dose-limiting toxicity, stopping and adverse events.

use super::{Document, Problems, fraction, positive, stated, within};
use crate::rulebook::document::Endpoint;
use crate::rulebook::problem::join;
use rust_decimal::Decimal;

pub(super) fn check(document: &Document, problems: &mut Problems) {
    product(document, problems);
    levels(document, problems);
    escalation(document, problems);
    dlt(document, problems);
    stopping(document, problems);
    safety(document, problems);
}

fn product(document: &Document, problems: &mut Problems) {
    let product = &document.product;
    positive(product.infusions, "product.infusions", problems);
    problems.require(
        !product.lymphodepletion.contains(&product.agent),
        "product.lymphodepletion",
        "the product itself is not part of lymphodepletion",
    );
    let planned = document.timeline.lymphodepletion_visit.is_some();
    problems.require(
        product.lymphodepletion.is_empty() != planned,
        "timeline.lymphodepletion_visit",
        "a study names a visit of lymphodepletion exactly when product.lymphodepletion lists agents",
    );
}

fn levels(document: &Document, problems: &mut Problems) {
    let levels = &document.levels;
    let path = |place: usize, key: &str| format!("levels.{place}.{key}");
    problems.require(!levels.is_empty(), "levels", "a study has at least one dose level");
    let codes: Vec<&str> = levels.iter().map(|level| level.code.as_str()).collect();
    problems.unique(&codes, "the code", |place| path(place, "code"));
    for (place, (level, expected)) in levels.iter().zip(1_u32..).enumerate() {
        let message =
            format!("levels are counted from 1 without gaps: this is {expected}, not {}", level.level);
        problems.require(level.level == expected, path(place, "level"), message);
        stated(&level.code, &path(place, "code"), problems);
        stated(&level.label, &path(place, "label"), problems);
        let dose = level.cells_per_kg;
        problems.require(
            dose > Decimal::ZERO,
            path(place, "cells_per_kg"),
            format!("a dose of {dose} is none"),
        );
        if let Some(lower) = place.checked_sub(1).map(|lower| &levels[lower]) {
            let message =
                format!("{dose} is not above the {} of {}; levels ascend", lower.cells_per_kg, lower.code);
            problems.require(dose > lower.cells_per_kg, path(place, "cells_per_kg"), message);
        }
        positive(level.capacity, &path(place, "capacity"), problems);
    }
}

fn escalation(document: &Document, problems: &mut Problems) {
    let escalation = &document.escalation;
    let planned = document.study.planned_enrolment;
    let message =
        format!("{} differs from study.planned_enrolment, which says {planned}", escalation.planned_subjects);
    problems.require(escalation.planned_subjects == planned, "escalation.planned_subjects", message);
    fraction(escalation.target_rate, "escalation.target_rate", problems);
    fraction(escalation.elimination_cutoff, "escalation.elimination_cutoff", problems);
    problems.require(
        escalation.boin().is_some(),
        "escalation",
        "BOIN needs 0 < p_saf_ratio < 1 < p_tox_ratio, and a target_rate times p_tox_ratio below 1",
    );
    problems.require(
        escalation.keyboard().is_some(),
        "escalation",
        "the keyboard's target key needs positive key_below and key_above, and both ends between 0 and 1",
    );
}

fn dlt(document: &Document, problems: &mut Problems) {
    let dlt = &document.dlt;
    positive(dlt.window_days, "dlt.window_days", problems);
    within(dlt.minimum_dose_percent, ("1", "100"), "dlt.minimum_dose_percent", problems);
    let message = "this differs from safety.missing_causality_is_related; a protocol has one answer";
    let safety = document.safety.missing_causality_is_related;
    problems.require(dlt.missing_causality_is_related == safety, "dlt.missing_causality_is_related", message);
    problems.require(
        !dlt.criteria.is_empty(),
        "dlt.criteria",
        "without criteria nothing would ever limit the dose",
    );
    let ids: Vec<&str> = dlt.criteria.iter().map(|criterion| criterion.id.as_str()).collect();
    problems.unique(&ids, "the id", |place| format!("dlt.criteria.{place}.id"));
    for (place, criterion) in dlt.criteria.iter().enumerate() {
        let path = format!("dlt.criteria.{place}");
        stated(&criterion.id, &join(&path, "id"), problems);
        let message = "a criterion speaks of at least one category";
        problems.require(!criterion.categories.is_empty(), join(&path, "categories"), message);
    }
    let ids: Vec<&str> = dlt.exceptions.iter().map(|exception| exception.id.as_str()).collect();
    problems.unique(&ids, "the id", |place| format!("dlt.exceptions.{place}.id"));
    for (place, exception) in dlt.exceptions.iter().enumerate() {
        let path = format!("dlt.exceptions.{place}");
        stated(&exception.id, &join(&path, "id"), problems);
        let message = "an exception lists at least one preferred term";
        problems.require(!exception.terms.is_empty(), join(&path, "terms"), message);
    }
    agrees(document, Endpoint::DltRate, dlt.window_days, "dlt.window_days", problems);
}

fn stopping(document: &Document, problems: &mut Problems) {
    let stopping = &document.stopping;
    let stagger = document.escalation.stagger_days;
    let message =
        format!("{} differs from escalation.stagger_days, which says {stagger}", stopping.sentinel_days);
    problems.require(stopping.sentinel_days == stagger, "stopping.sentinel_days", message);
    let counts = [
        ("stopping.death_within_days", stopping.death_within_days),
        ("stopping.grade_4_events", stopping.grade_4_events),
        ("stopping.crs_subjects", stopping.crs_subjects),
        ("stopping.crs_unresolved_days", stopping.crs_unresolved_days),
        ("stopping.icans_subjects", stopping.icans_subjects),
        ("stopping.gvhd_subjects", stopping.gvhd_subjects),
        ("stopping.infections", stopping.infections),
    ];
    for (path, count) in counts {
        positive(count, path, problems);
    }
    let rule = &stopping.beta_binomial;
    fraction(rule.p0, "stopping.beta_binomial.p0", problems);
    fraction(rule.tau, "stopping.beta_binomial.tau", problems);
    for (path, shape) in [("prior_a", rule.prior_a), ("prior_b", rule.prior_b)] {
        let path = join("stopping.beta_binomial", path);
        problems.require(
            shape > Decimal::ZERO,
            path,
            format!("a prior's shape is above 0, and this is {shape}"),
        );
    }
}

fn safety(document: &Document, problems: &mut Problems) {
    let safety = &document.safety;
    let horizon = u32::try_from(safety.treatment_emergent_horizon_day).unwrap_or(0);
    positive(horizon, "safety.treatment_emergent_horizon_day", problems);
    positive(safety.hys_law_window_days, "safety.hys_law_window_days", problems);
    let codes = &safety.special_interest;
    problems.unique(codes, "the code", |place| format!("safety.special_interest.{place}"));
    agrees(document, Endpoint::TraeIncidence, horizon, "safety.treatment_emergent_horizon_day", problems);
}

/// Refuses an outcome measure over another time than the section that governs it.
fn agrees(document: &Document, endpoint: Endpoint, day: u32, section: &str, problems: &mut Problems) {
    for (place, outcome) in document.outcomes.iter().enumerate() {
        if let Some(through) =
            outcome.through_day.filter(|through| outcome.endpoint == endpoint && *through != day)
        {
            let message = format!("day {through} differs from {section}, which says {day}");
            problems.push(format!("outcomes.{place}.through_day"), message);
        }
    }
}
