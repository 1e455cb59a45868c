//! Analytes, their units and ranges, and titres.

use super::{Criterion, Document, Problems, positive, stated};
use crate::rulebook::analyte::{Analyte, Scale, rule_analyte};
use crate::rulebook::problem::join;
use derivation::laboratory::units::{convert, standard_unit};
use entity::term::Term;
use entity::terms::Autoantibody;
use rust_decimal::Decimal;

pub(super) fn check(document: &Document, criteria: &[Criterion], problems: &mut Problems) {
    titres(document, problems);
    let lists = [("autoantibodies", &document.autoantibodies), ("analytes", &document.analytes)];
    let placed: Vec<(String, &Analyte)> = lists
        .iter()
        .flat_map(|(list, analytes)| {
            analytes.iter().enumerate().map(move |(place, analyte)| (format!("{list}.{place}"), analyte))
        })
        .collect();
    let codes: Vec<String> = placed.iter().map(|(_, analyte)| analyte.code.to_lowercase()).collect();
    problems.unique(&codes, "the code", |place| join(&placed[place].0, "code"));
    let loinc: Vec<(&str, String)> = placed
        .iter()
        .flat_map(|(path, analyte)| {
            let codes = analyte.loinc.iter().enumerate();
            codes.map(move |(at, code)| (code.as_str(), format!("{path}.loinc.{at}")))
        })
        .collect();
    let sent: Vec<&str> = loinc.iter().map(|(code, _)| *code).collect();
    problems.unique(&sent, "the LOINC code", |place| loinc[place].1.clone());
    for (path, analyte) in &placed {
        one(analyte, path, problems);
    }
    panel(document, problems);
    for (place, criterion) in criteria.iter().enumerate() {
        let facts = criterion.check.as_ref().map(|check| check.facts()).unwrap_or_default();
        for (fact, analyte) in facts.into_iter().filter_map(|fact| Some((fact, fact.analyte()?))) {
            let measured = document.analytes.iter().any(|known| known.code == analyte);
            let message =
                format!("`{}` is read from `{analyte}`, which is not among the analytes", fact.name());
            problems.require(measured, format!("criteria.{place}.check"), message);
        }
    }
}

fn titres(document: &Document, problems: &mut Problems) {
    let laboratory = &document.laboratory;
    let titres = &laboratory.ana_titres;
    let ascending =
        titres.windows(2).all(|pair| pair[0] < pair[1]) && titres.first().is_none_or(|first| *first > 0);
    problems.require(
        ascending,
        "laboratory.ana_titres",
        "denominators are positive, ascending and without repeats",
    );
    let dilution = laboratory.ana_screening_dilution;
    let message = format!("1:{dilution} is not among laboratory.ana_titres");
    problems.require(titres.contains(&dilution), "laboratory.ana_screening_dilution", message);
    positive(laboratory.ana_meaningful_steps, "laboratory.ana_meaningful_steps", problems);
    problems
        .unique(&laboratory.ana_patterns, "the pattern", |place| format!("laboratory.ana_patterns.{place}"));
}

/// The panel has each autoantibody once, under its code in the list of terms.
fn panel(document: &Document, problems: &mut Problems) {
    for (place, analyte) in document.autoantibodies.iter().enumerate() {
        let known: Vec<&str> = Autoantibody::ALL.iter().map(|known| known.as_str()).collect();
        let message = format!("`{}` is not of the panel; use {}", analyte.code, known.join(", "));
        let path = format!("autoantibodies.{place}.code");
        problems.require(known.contains(&analyte.code.as_str()), path, message);
    }
    for expected in Autoantibody::ALL {
        let stated = document.autoantibodies.iter().any(|analyte| analyte.code == expected.as_str());
        problems.require(stated, "autoantibodies", format!("the panel lacks {}", expected.as_str()));
    }
    for (place, analyte) in document.analytes.iter().enumerate() {
        let lower = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        let sound = !analyte.code.is_empty() && analyte.code.chars().all(lower);
        let message = format!("`{}`: codes of the safety laboratory are in lower snake case", analyte.code);
        problems.require(sound, format!("analytes.{place}.code"), message);
    }
}

fn one(analyte: &Analyte, path: &str, problems: &mut Problems) {
    let name = &analyte.code;
    stated(&analyte.label, &join(path, "label"), problems);
    let standard = analyte.units.get(&analyte.standard_unit);
    let message =
        format!("{name}: the standard unit `{}` is among the units with factor \"1\"", analyte.standard_unit);
    problems.require(standard == Some(&Decimal::ONE), join(path, "units"), message);
    for (unit, factor) in &analyte.units {
        let message = format!("{name}: one `{unit}` cannot be {factor} standard units; a factor is above 0");
        problems.require(*factor > Decimal::ZERO, join(path, format!("units.{unit}")), message);
    }
    let ranges = [("plausible", Some(analyte.plausible)), ("usual_range", analyte.usual_range)];
    for (key, range) in ranges.into_iter().filter_map(|(key, range)| Some((key, range?))) {
        let message = format!("{name}: {} is not below {}", range.low, range.high);
        problems.require(range.low < range.high, join(path, key), message);
        let inside = analyte.plausible.contains(range.low) && analyte.plausible.contains(range.high);
        let message = format!("{name}: the usual range {} to {} is not all plausible", range.low, range.high);
        problems.require(inside || key == "plausible", join(path, key), message);
    }
    if let Some(cutoff) = analyte.positivity_cutoff {
        let message = format!("{name}: a cutoff of {cutoff} is not plausible as a result");
        problems.require(analyte.plausible.contains(cutoff), join(path, "positivity_cutoff"), message);
    }
    rules_agree(analyte, path, problems);
}

/// Rules compare in units of their own; a protocol that has other ones would be misread.
fn rules_agree(analyte: &Analyte, path: &str, problems: &mut Problems) {
    let name = &analyte.code;
    let Some(rule) = rule_analyte(name) else { return };
    match standard_unit(rule) {
        Some(unit) => {
            let message = format!("{name}: rules count it in {unit}, not in {}", analyte.standard_unit);
            problems.require(analyte.standard_unit == unit, join(path, "standard_unit"), message);
        }
        None => {
            let message = format!("{name} is reported as a titre: the scale is TITRE");
            problems.require(analyte.scale == Scale::Titre, join(path, "scale"), message);
        }
    }
    for (unit, factor) in &analyte.units {
        if let Ok(known) = convert(rule, Decimal::ONE, unit, &analyte.standard_unit) {
            let message = format!("{name}: one {unit} is {known} {}, not {factor}", analyte.standard_unit);
            problems.require(known == *factor, join(path, format!("units.{unit}")), message);
        }
    }
}
