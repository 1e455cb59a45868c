//! A laboratory's text as a value: comparator, number, titre, or a word.

use crate::command::{check, line};
use crate::rulebook::{Analyte, ResultFault, Rulebook, Scale};
use derivation::laboratory::Measured;
use derivation::laboratory::censored;
use entity::Exact;
use entity::terms::{Comparator, Qualitative};
use policy::{Refusal, RefusalCode, ensure};
use rust_decimal::Decimal;

/// Most characters of a result as received.
const RAW_MAX: usize = 60;
/// Most characters of a unit.
const UNIT_MAX: usize = 30;
/// The unit of a titre, which nobody writes.
const TITRE_UNIT: &str = "1:d";

/// A result as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reading {
    pub raw: String,
    pub comparator: Option<Comparator>,
    pub value: Option<Exact>,
    pub qualitative: Option<Qualitative>,
    pub unit: Option<String>,
    pub standard_value: Option<Exact>,
    pub standard_unit: Option<String>,
}

/// Words of a qualitative result, as laboratories write them.
const WORDS: &[(&str, Qualitative)] = &[
    ("positive", Qualitative::Positive),
    ("pos", Qualitative::Positive),
    ("阳性", Qualitative::Positive),
    ("negative", Qualitative::Negative),
    ("neg", Qualitative::Negative),
    ("阴性", Qualitative::Negative),
    ("equivocal", Qualitative::Equivocal),
    ("borderline", Qualitative::Equivocal),
    ("可疑", Qualitative::Equivocal),
];

/// Reads a result and brings it to the standard unit. Nothing is guessed and nothing corrected: what does not read,
/// has an unknown unit or can hardly be right is refused with what would be right.
pub(super) fn read(
    path: &str,
    (raw, unit): (&str, Option<&str>),
    analyte: &Analyte,
    book: &Rulebook,
) -> Result<Reading, Refusal> {
    let at = |field: &str| if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
    let raw = line(&at("raw"), raw, RAW_MAX)?;
    let unit = check::optional(&at("unit"), unit, UNIT_MAX)?;
    let word = WORDS.iter().find(|(word, _)| raw.to_lowercase() == *word).map(|(_, meaning)| *meaning);
    if let Some(qualitative) = word {
        ensure!(
            analyte.scale != Scale::Quantitative,
            Refusal::invalid(&at("raw"), format!("{} is a number: {}", analyte.label, right(analyte)))
        );
        return Ok(Reading {
            raw,
            comparator: None,
            value: None,
            qualitative: Some(qualitative),
            unit,
            standard_value: None,
            standard_unit: None,
        });
    }
    let measured = match analyte.scale {
        Scale::Titre => titre(&raw),
        Scale::Quantitative | Scale::QuantitativeOrQualitative => number(&raw),
    };
    let measured = measured.ok_or_else(|| {
        Refusal::invalid(&at("raw"), format!("`{raw}` is no result of {}: {}", analyte.label, right(analyte)))
    })?;
    let named = match (analyte.scale, &unit) {
        (Scale::Titre, _) => {
            known_dilution(&at("raw"), measured.value, book)?;
            TITRE_UNIT
        }
        (Scale::Quantitative | Scale::QuantitativeOrQualitative, Some(unit)) => unit.as_str(),
        (Scale::Quantitative | Scale::QuantitativeOrQualitative, None) => {
            let units = check::one_of(analyte.units.keys().map(String::as_str));
            let message = format!("a number needs its unit: {units}");
            return Err(Refusal::at(&at("unit"), RefusalCode::Required, message));
        }
    };
    let standard = analyte.standardise(measured.value, named).map_err(|fault| {
        let (field, code) = match &fault {
            ResultFault::UnknownUnit { .. } => ("unit", RefusalCode::UnitUnknown),
            ResultFault::Implausible { .. } => ("raw", RefusalCode::Implausible),
        };
        Refusal::at(&at(field), code, fault.message(analyte, measured.value, named))
    })?;
    Ok(Reading {
        comparator: comparator(measured.comparator),
        value: Some(check::exact(&at("raw"), measured.value)?),
        qualitative: None,
        standard_value: Some(check::exact(&at("raw"), standard.value)?),
        standard_unit: Some(standard.unit),
        raw,
        unit,
    })
}

/// A limit that the laboratory states in the result's unit, in the standard unit: that is what rules compare with.
pub(super) fn limit(
    path: &str,
    limit: Option<&str>,
    analyte: &Analyte,
    unit: Option<&str>,
) -> Result<Option<Exact>, Refusal> {
    let Some(limit) = check::decimal(path, limit)? else { return Ok(None) };
    let limit = limit.decimal();
    ensure!(
        limit >= Decimal::ZERO,
        Refusal::invalid(path, format!("a limit of {} is not negative", analyte.label))
    );
    let unit = if analyte.scale == Scale::Titre { Some(TITRE_UNIT) } else { unit };
    let factor = match unit {
        None => {
            let message = "a limit needs the unit of its result; give the unit";
            return Err(Refusal::at(path, RefusalCode::Required, message));
        }
        Some(unit) => analyte.units.get(unit).copied().ok_or_else(|| {
            let units = check::one_of(analyte.units.keys().map(String::as_str));
            Refusal::at(path, RefusalCode::UnitUnknown, format!("`{unit}` is no unit of it; use {units}"))
        })?,
    };
    let standard =
        limit.checked_mul(factor).ok_or_else(|| Refusal::invalid(path, "the limit is too large"))?;
    check::exact(path, standard).map(Some)
}

/// Refuses a range whose ends are swapped.
pub(super) fn ordered(path: &str, low: Option<Exact>, high: Option<Exact>) -> Result<(), Refusal> {
    let swapped = low.zip(high).is_some_and(|(low, high)| low.decimal() > high.decimal());
    ensure!(!swapped, Refusal::invalid(path, "the lower limit is above the upper one; swap or correct them"));
    Ok(())
}

/// `12.5`, `<10`, `> 300`.
fn number(raw: &str) -> Option<Measured> {
    match raw.split_at_checked(1) {
        Some((sign @ ("<" | ">"), rest)) => Measured::parse(&format!("{sign}{}", rest.trim_start())),
        _ => Measured::parse(raw),
    }
}

/// `1:320`, `<1:80`, `> 1:2560`.
fn titre(raw: &str) -> Option<Measured> {
    let (sign, rest) = match raw.split_at_checked(1) {
        Some((sign @ ("<" | ">"), rest)) => (sign, rest.trim_start()),
        _ => ("", raw),
    };
    let denominator = rest.strip_prefix("1:")?;
    let digits = !denominator.starts_with('0') && denominator.bytes().all(|byte| byte.is_ascii_digit());
    if digits { Measured::parse(&format!("{sign}{denominator}")) } else { None }
}

fn known_dilution(path: &str, denominator: Decimal, book: &Rulebook) -> Result<(), Refusal> {
    let known = book.ana_titres();
    if known.iter().any(|titre| Decimal::from(*titre) == denominator) {
        return Ok(());
    }
    let titres: Vec<String> = known.iter().map(|titre| format!("1:{titre}")).collect();
    let message =
        format!("1:{denominator} is no dilution that is reported; these are: {}", titres.join(", "));
    Err(Refusal::invalid(path, message))
}

fn comparator(comparator: censored::Comparator) -> Option<Comparator> {
    match comparator {
        censored::Comparator::Exact => None,
        censored::Comparator::Below => Some(Comparator::LessThan),
        censored::Comparator::Above => Some(Comparator::GreaterThan),
    }
}

/// How a result of an analyte is written.
fn right(analyte: &Analyte) -> &'static str {
    match analyte.scale {
        Scale::Quantitative => {
            "write digits with at most one point, as 12.5, with < or > before them for a bound"
        }
        Scale::QuantitativeOrQualitative => {
            "write digits with at most one point, as 12.5, with < or > before them for a bound; or positive, \
             negative or equivocal"
        }
        Scale::Titre => "write a titre, as 1:320, with < or > before it for a bound; or negative",
    }
}
