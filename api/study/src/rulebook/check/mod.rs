//! What a protocol has to be beyond well-formed: codes that are unique, names that exist, numbers that make sense, and
//! sections that do not contradict each other. One file per part of the protocol.

mod dosing;
mod endpoints;
mod laboratory;
mod schedule;

use super::criterion::Criterion;
use super::document::Document;
use super::problem::{Problems, hint, join};
use chrono_tz::Tz;
use derivation::catalogue::RuleChoices;
use entity::terms::{ConsentPurpose, CriterionKind};
use rust_decimal::Decimal;

/// The format of protocol files that this version reads.
const FORMAT: u32 = 1;

/// Checks everything and reports everything.
pub(super) fn all(document: &Document, criteria: &[Criterion], problems: &mut Problems) {
    problems.require(
        document.format == FORMAT,
        "format",
        format!("this version reads format {FORMAT}, and the file says {}", document.format),
    );
    study(document, problems);
    consents(document, problems);
    dosing::check(document, problems);
    schedule::check(document, problems);
    endpoints::check(document, problems);
    laboratory::check(document, criteria, problems);
    eligibility(document, criteria, problems);
}

/// The version of each rule, when every one that is named exists and none is left out.
pub(super) fn rules(document: &Document, problems: &mut Problems) -> Option<RuleChoices> {
    match RuleChoices::choose(&document.rules) {
        Ok(chosen) => Some(chosen),
        Err(faults) => {
            for fault in faults {
                problems.push(join("rules", fault.rule), fault.message);
            }
            None
        }
    }
}

/// The zone by its IANA name.
pub(super) fn zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

fn study(document: &Document, problems: &mut Problems) {
    let study = &document.study;
    let texts = [
        ("protocol.label", &document.protocol.label),
        ("study.code", &study.code),
        ("study.title", &study.title),
        ("study.sponsor", &study.sponsor),
        ("study.registry_number", &study.registry_number),
        ("product.description", &document.product.description),
    ];
    for (path, text) in texts {
        stated(text, path, problems);
    }
    problems.require(
        study.planned_enrolment > 0,
        "study.planned_enrolment",
        "a study plans at least one subject",
    );
    let message =
        format!("`{}` is no time zone of the IANA list; write for example Asia/Shanghai", study.time_zone);
    problems.require(zone(&study.time_zone).is_some(), "study.time_zone", message);
}

fn consents(document: &Document, problems: &mut Problems) {
    let consent = &document.consent;
    problems.require(
        consent.required.contains(&ConsentPurpose::Study),
        "consent.required",
        "nobody takes part without consent: STUDY has to be among the required purposes",
    );
    let names = |purposes: &[ConsentPurpose]| -> Vec<String> {
        purposes.iter().map(|purpose| entity::term::Term::as_str(*purpose).to_owned()).collect()
    };
    let (required, both) =
        (consent.required.len(), [names(&consent.required), names(&consent.optional)].concat());
    problems.unique(&both, "the purpose", |place| match place.checked_sub(required) {
        None => format!("consent.required.{place}"),
        Some(place) => format!("consent.optional.{place}"),
    });
}

fn eligibility(document: &Document, criteria: &[Criterion], problems: &mut Problems) {
    let path = |place: usize| format!("criteria.{place}");
    let ids: Vec<&str> = criteria.iter().map(|criterion| criterion.id.as_str()).collect();
    problems.unique(&ids, "the id", |place| join(&path(place), "id"));
    problems.require(
        criteria.iter().any(|criterion| criterion.kind == CriterionKind::Inclusion),
        "criteria",
        "a protocol has at least one inclusion criterion",
    );
    for (place, criterion) in criteria.iter().enumerate() {
        stated(&criterion.id, &join(&path(place), "id"), problems);
        stated(&criterion.text, &join(&path(place), "text"), problems);
        let version = join(&path(place), "version");
        problems.require(criterion.version > 0, version, "versions are counted from 1");
        if let Some(timing) = &criterion.timing {
            visit_exists(document, &timing.before, &join(&path(place), "timing.before"), problems);
        }
    }
}

/// Refuses an empty text.
fn stated(text: &str, path: &str, problems: &mut Problems) {
    problems.require(!text.trim().is_empty(), path, "the text is empty");
}

/// Refuses the name of a visit that is not planned.
fn visit_exists(document: &Document, code: &str, path: &str, problems: &mut Problems) -> bool {
    let known: Vec<&str> = document.visits.iter().map(|visit| visit.code.as_str()).collect();
    let exists = known.contains(&code);
    problems.require(exists, path, format!("no visit `{code}` is planned; {}", hint(code, &known)));
    exists
}

/// Refuses a decimal outside a range, both ends included.
fn within(value: Decimal, (low, high): (&str, &str), path: &str, problems: &mut Problems) {
    let limit = |text: &str| text.parse::<Decimal>().ok();
    let inside = limit(low).is_some_and(|low| value >= low) && limit(high).is_some_and(|high| value <= high);
    problems.require(inside, path, format!("{value} is not between {low} and {high}"));
}

/// Refuses a probability or rate that is not strictly between 0 and 1.
fn fraction(value: Decimal, path: &str, problems: &mut Problems) {
    let inside = value > Decimal::ZERO && value < Decimal::ONE;
    problems.require(
        inside,
        path,
        format!("{value} is not above 0 and below 1; write 95 percent as \"0.95\""),
    );
}

/// Refuses 0 where only a positive count makes sense.
fn positive(value: u32, path: &str, problems: &mut Problems) {
    problems.require(value > 0, path, "it has to be at least 1");
}
