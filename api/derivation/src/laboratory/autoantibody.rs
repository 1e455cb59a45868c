//! The change of an antibody or complement result from baseline: amounts, conversion, normalisation, and what a
//! censored value allows one to say.

use super::censored::{Bound, CensorPolicy, Measured, bound};
use super::range::{Limits, RangeStatus, normalised};
use super::titre::{self, Conversion, Titre, TitreRule};
use super::units::{self, convert};
use super::{Analyte, LaboratoryParameters};
use crate::rule::{Rule, Version};
use crate::statistics::nearest;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "autoantibody_change",
    name: "Change of antibodies and complement",
    versions: &[Version {
        version: "1",
        what: "Units are brought together; a censored value bounds the change.",
    }],
};

/// A result that is only positive or negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Positivity {
    /// Found.
    Positive,
    /// In the zone where the assay does not say.
    Equivocal,
    /// Not found.
    Negative,
}

/// What the laboratory reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// An amount in the result's unit.
    Amount(Measured),
    /// A word.
    Qualitative(Positivity),
    /// A titre.
    Titre(Titre),
}

/// One laboratory result of the panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabResult {
    /// What was measured.
    pub analyte: Analyte,
    /// What was found; none when the result is missing.
    pub finding: Option<Finding>,
    /// The unit of an amount and of the limits.
    pub unit: Option<String>,
    /// The reference range of the laboratory on that day; for an antibody its upper limit is the cut-off.
    pub limits: Limits,
    /// For an antibody, the amount from which the assay is equivocal, up to the cut-off; none without such a zone.
    pub equivocal_from: Option<Decimal>,
}

/// Why a part of a change is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChangeReason {
    /// There is no baseline result.
    BaselineMissing,
    /// There is no result at the visit.
    VisitMissing,
    /// A unit that the analyte does not have.
    UnknownUnit,
    /// The value is implausible in its unit; a query, never a correction.
    Implausible,
    /// The two results are of different kinds (an amount and a word) or analytes.
    NotComparable,
    /// Both values are beyond the assay on the same side.
    BothCensored,
}

/// A change from baseline. None is unknown or does not apply.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Change {
    /// Value minus baseline, in the analyte's standard unit.
    pub absolute: Option<Decimal>,
    /// Change in percent of baseline; none when that is 0.
    pub percent: Option<Decimal>,
    /// log2 of value over baseline; for a titre the dilution steps.
    pub log2: Option<f64>,
    /// What the change says when a value is censored.
    pub bound: Option<Bound>,
    /// Where baseline stands against its reference range.
    pub baseline_status: Option<RangeStatus>,
    /// Where the value stands against its reference range.
    pub status: Option<RangeStatus>,
    /// Whether an antibody appeared or disappeared.
    pub conversion: Option<Conversion>,
    /// Whether an abnormal baseline became normal.
    pub normalised: Option<bool>,
    /// Whether the change is towards health: down for antibodies, up for complement. False when nothing changed.
    pub improved: Option<bool>,
    /// Whether a titre changed by more than the assay varies.
    pub meaningful: Option<bool>,
    /// Why something is missing.
    pub reason: Option<ChangeReason>,
}

/// Two amounts in one unit with their reference ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amounts {
    /// Baseline and its range; none when missing.
    pub baseline: Option<(Measured, Limits)>,
    /// The value and its range; none when missing.
    pub value: Option<(Measured, Limits)>,
}

/// The change between two amounts of one unit: everything but conversion.
pub fn amount_change(amounts: &Amounts, policy: CensorPolicy) -> Change {
    let status =
        |side: Option<(Measured, Limits)>| side.and_then(|(measured, limits)| limits.status(measured));
    let (baseline_status, status) = (status(amounts.baseline), status(amounts.value));
    let statuses = Change {
        baseline_status,
        status,
        normalised: normalised(baseline_status, status),
        ..Change::default()
    };
    let (before, now) = match (amounts.baseline, amounts.value) {
        (Some((before, _)), Some((now, _))) => (before, now),
        (None, _) => return Change { reason: Some(ChangeReason::BaselineMissing), ..statuses },
        (Some(_), None) => return Change { reason: Some(ChangeReason::VisitMissing), ..statuses },
    };
    let bound = bound(before.comparator, now.comparator);
    if bound == Bound::NotComputable {
        return Change { bound: Some(bound), reason: Some(ChangeReason::BothCensored), ..statuses };
    }
    let (before, now) = (before.substituted(policy), now.substituted(policy));
    let absolute = now.checked_sub(before);
    let percent = absolute
        .and_then(|change| change.checked_mul(Decimal::ONE_HUNDRED))
        .and_then(|change| change.checked_div(before));
    let positive = before > Decimal::ZERO && now > Decimal::ZERO;
    let log2 = positive.then(|| (nearest(now) / nearest(before)).log2());
    Change { absolute, percent, log2, bound: Some(bound), ..statuses }
}

/// The change of a result from baseline. Units are brought together first; each result is judged by its own range.
pub fn change(baseline: &LabResult, visit: &LabResult, parameters: &LaboratoryParameters) -> Change {
    let because = |reason| Change { reason: Some(reason), ..Change::default() };
    if baseline.analyte != visit.analyte {
        return because(ChangeReason::NotComparable);
    }
    let analyte = visit.analyte;
    let kind = baseline.finding.or(visit.finding);
    let missing = match (baseline.finding, visit.finding) {
        (None, _) => Some(ChangeReason::BaselineMissing),
        (Some(_), None) => Some(ChangeReason::VisitMissing),
        (Some(_), Some(_)) => None,
    };
    let changed = match kind {
        None => return because(ChangeReason::BaselineMissing),
        Some(Finding::Amount(_)) => amounts(baseline, visit, parameters),
        Some(Finding::Titre(_)) => titres(baseline.finding, visit.finding, parameters),
        Some(Finding::Qualitative(_)) => words(baseline, visit, parameters),
    };
    match changed {
        Ok(changed) => {
            let down = changed.log2.or(changed.absolute.map(nearest));
            let improved = analyte.improves_downwards().zip(down);
            let improved = improved.map(|(downwards, by)| if downwards { by < 0.0 } else { by > 0.0 });
            Change { improved, reason: changed.reason.or(missing), ..changed }
        }
        Err(reason) => because(reason),
    }
}

/// A result's amount and range in the analyte's standard unit; none when the result is missing.
fn standardised(
    result: &LabResult,
    parameters: &LaboratoryParameters,
) -> Result<Option<(Measured, Limits)>, ChangeReason> {
    let measured = match result.finding {
        None => return Ok(None),
        Some(Finding::Amount(measured)) => measured,
        Some(Finding::Titre(_) | Finding::Qualitative(_)) => return Err(ChangeReason::NotComparable),
    };
    let unit = result.unit.as_deref().ok_or(ChangeReason::UnknownUnit)?;
    // Without a factor between an analyte's units, amounts stay in their own and only equal units compare.
    let standard = units::standard_unit(result.analyte).ok_or(ChangeReason::UnknownUnit)?;
    let to_standard = |value| match convert(result.analyte, value, unit, standard) {
        Ok(converted) => Ok(converted),
        Err(units::UnitError::NotConvertible) => Ok(value),
        Err(_) => Err(ChangeReason::UnknownUnit),
    };
    let value = to_standard(measured.value)?;
    if parameters.implausible_above.get(&result.analyte).is_some_and(|limit| value > *limit) {
        return Err(ChangeReason::Implausible);
    }
    let limits = Limits {
        low: result.limits.low.map(to_standard).transpose()?,
        high: result.limits.high.map(to_standard).transpose()?,
    };
    Ok(Some((Measured { value, ..measured }, limits)))
}

fn amounts(
    baseline: &LabResult,
    visit: &LabResult,
    parameters: &LaboratoryParameters,
) -> Result<Change, ChangeReason> {
    let amounts =
        Amounts { baseline: standardised(baseline, parameters)?, value: standardised(visit, parameters)? };
    let both = amounts.baseline.is_some() && amounts.value.is_some();
    let same_unit = convert(
        visit.analyte,
        Decimal::ONE,
        baseline.unit.as_deref().unwrap_or_default(),
        visit.unit.as_deref().unwrap_or_default(),
    );
    if both && same_unit.is_err() {
        return Err(ChangeReason::NotComparable);
    }
    let changed = amount_change(&amounts, parameters.censor_policy(visit.analyte));
    // No range at all is not a normal result.
    let known = |side: Option<(Measured, Limits)>, status: Option<RangeStatus>| {
        status.filter(|_| side.is_some_and(|(_, limits)| limits != Limits::default()))
    };
    let baseline_status = known(amounts.baseline, changed.baseline_status);
    let status = known(amounts.value, changed.status);
    let conversion = Conversion::between(positive(baseline, parameters), positive(visit, parameters));
    Ok(Change {
        baseline_status,
        status,
        normalised: normalised(baseline_status, status),
        conversion,
        ..changed
    })
}

/// Whether an antibody result is positive; none when it is unknown or equivocal, and for other analytes.
fn positive(result: &LabResult, parameters: &LaboratoryParameters) -> Option<bool> {
    if result.analyte.improves_downwards() != Some(true) {
        return None;
    }
    let measured = match result.finding? {
        Finding::Amount(measured) => measured,
        Finding::Titre(titre) => return titre.is_positive(parameters.ana_screening_dilution),
        Finding::Qualitative(word) => {
            return match word {
                Positivity::Positive => Some(true),
                Positivity::Negative => Some(false),
                Positivity::Equivocal => parameters.equivocal_is_negative.then_some(false),
            };
        }
    };
    let above = |limit: Decimal| Limits { low: None, high: Some(limit) }.status(measured);
    if above(result.limits.high?)? == RangeStatus::High {
        return Some(true);
    }
    match result.equivocal_from {
        // The zone starts at its limit, so only what lies below is negative for certain.
        Some(from) if !parameters.equivocal_is_negative => {
            let below = Limits { low: Some(from), high: None }.status(measured);
            (below == Some(RangeStatus::Low)).then_some(false)
        }
        Some(_) | None => Some(false),
    }
}

fn titres(
    baseline: Option<Finding>,
    visit: Option<Finding>,
    parameters: &LaboratoryParameters,
) -> Result<Change, ChangeReason> {
    let titre = |finding| match finding {
        None => Ok(None),
        Some(Finding::Titre(titre)) => Ok(Some(titre)),
        // A laboratory that reports a word has only said that nothing reacted.
        Some(Finding::Qualitative(Positivity::Negative)) => Ok(Some(Titre::Negative)),
        Some(Finding::Qualitative(_) | Finding::Amount(_)) => Err(ChangeReason::NotComparable),
    };
    let rule = TitreRule {
        screening: parameters.ana_screening_dilution,
        negative_as_half_dilution: parameters.ana_negative_as_half_dilution,
    };
    let changed = titre::change(titre(baseline)?, titre(visit)?, rule);
    Ok(Change {
        log2: changed.log2,
        bound: changed.bound,
        conversion: changed.conversion,
        normalised: changed.conversion.map(|conversion| conversion == Conversion::ToNegative),
        meaningful: changed.log2.map(|steps| titre::is_meaningful(steps, parameters.ana_meaningful_steps)),
        reason: (changed.bound == Some(Bound::NotComputable)).then_some(ChangeReason::BothCensored),
        ..Change::default()
    })
}

/// Words have no amounts: only conversion.
fn words(
    baseline: &LabResult,
    visit: &LabResult,
    parameters: &LaboratoryParameters,
) -> Result<Change, ChangeReason> {
    let conversion = Conversion::between(positive(baseline, parameters), positive(visit, parameters));
    let normalised = conversion.map(|conversion| conversion == Conversion::ToNegative);
    Ok(Change { conversion, normalised, ..Change::default() })
}

#[cfg(test)]
mod tests;
