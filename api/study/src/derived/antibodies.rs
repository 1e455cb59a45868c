//! Change of an autoantibody or complement from baseline to a planned visit.

use super::activity::{Timepoint, is_pre_dose, reference};
use crate::snapshot::Subject;
use crate::snapshot::tables::Rec;
use derivation::laboratory::autoantibody::{self, Finding, LabResult, Positivity};
use derivation::laboratory::censored::{Comparator, Measured};
use derivation::laboratory::{self, Limits, RangeStatus, Titre};
use derivation::timeline::baseline::{self, BaselineCandidate, LocalMoment};
use derivation::timeline::pick::{self, Candidate};
use derivation::timeline::study_day;
use entity::rows::{AutoantibodyPanel, AutoantibodyResult};
use entity::terms::{self, Autoantibody, Qualitative};
use rust_decimal::prelude::ToPrimitive;
use uuid::Uuid;

/// Change of an autoantibody or complement.
#[derive(Clone, Debug, PartialEq)]
pub struct AutoantibodyChange {
    /// The value at baseline, in the protocol's unit, with its comparator.
    pub baseline: Option<String>,
    /// The value at the visit, in the protocol's unit, with its comparator.
    pub visit: Option<String>,
    /// The rule's answer.
    pub change: autoantibody::Change,
    /// The panels that it was derived from.
    pub evidence: Vec<Uuid>,
}

impl AutoantibodyChange {
    /// Whether the rule found something to say of the change.
    pub fn is_evaluable(&self) -> bool {
        self.change.reason.is_none()
    }
}

struct Picked<'s> {
    panel: &'s AutoantibodyPanel,
    result: &'s AutoantibodyResult,
}

fn pick<'s>(subject: &'s Subject, analyte: Autoantibody, at: &Timepoint) -> Option<Picked<'s>> {
    let first_dose = subject.first_dose_on();
    let held: Vec<(&Rec<AutoantibodyPanel>, &Rec<AutoantibodyResult>)> = subject
        .rows
        .autoantibody_panels
        .iter()
        .filter_map(|panel| {
            let results = &subject.rows.autoantibody_results;
            let result = results.iter().find(|it| it.panel_id == panel.id && it.analyte == analyte)?;
            Some((panel, result))
        })
        .collect();
    let has_result = |result: &AutoantibodyResult| result.value.is_some() || result.qualitative.is_some();
    let place = match at {
        Timepoint::Baseline => {
            let candidates = held.iter().map(|(panel, result)| BaselineCandidate {
                at: LocalMoment { date: panel.collected_on, time: None },
                has_result: has_result(result),
                pre_dose: is_pre_dose(subject, panel.visit_id),
                sequence: panel.revision,
            });
            baseline::pick(candidates, reference(subject)?)
        }
        Timepoint::Visit(code) => {
            let window = subject.rulebook.analysis_window(code)?;
            let candidates = held.iter().map(|(panel, result)| Candidate {
                day: study_day(panel.collected_on, first_dose).unwrap_or(i32::MIN),
                has_result: has_result(result),
                scheduled: subject
                    .rows
                    .visits
                    .iter()
                    .any(|visit| visit.row.id == panel.visit_id && visit.planned_code.is_some()),
                time: None,
                sequence: panel.revision,
            });
            pick::pick(candidates, window, subject.rulebook.windows().tie)
        }
    }?;
    held.get(place).map(|(panel, result)| Picked { panel, result })
}

fn rule_analyte(analyte: Autoantibody) -> laboratory::Analyte {
    match analyte {
        Autoantibody::AntiDsdna => laboratory::Analyte::AntiDsdna,
        Autoantibody::Ana => laboratory::Analyte::Ana,
        Autoantibody::AntiSm => laboratory::Analyte::AntiSm,
        Autoantibody::C3 => laboratory::Analyte::C3,
        Autoantibody::C4 => laboratory::Analyte::C4,
    }
}

fn comparator(result: &AutoantibodyResult) -> Comparator {
    match result.comparator {
        None => Comparator::Exact,
        Some(terms::Comparator::LessThan) => Comparator::Below,
        Some(terms::Comparator::GreaterThan) => Comparator::Above,
    }
}

fn finding(analyte: Autoantibody, result: &AutoantibodyResult) -> Option<Finding> {
    let qualitative = result.qualitative.map(|it| match it {
        Qualitative::Positive => Positivity::Positive,
        Qualitative::Negative => Positivity::Negative,
        Qualitative::Equivocal => Positivity::Equivocal,
    });
    if analyte == Autoantibody::Ana {
        return match (result.value, qualitative) {
            (Some(value), _) => {
                let denominator = value.decimal().to_u32().filter(|it| *it > 0)?;
                Some(Finding::Titre(Titre::Dilution { comparator: comparator(result), denominator }))
            }
            (None, Some(Positivity::Negative)) => Some(Finding::Titre(Titre::Negative)),
            (None, _) => None,
        };
    }
    match result.standard_value {
        Some(value) => {
            Some(Finding::Amount(Measured { comparator: comparator(result), value: value.decimal() }))
        }
        None => qualitative.map(Finding::Qualitative),
    }
}

/// The result as the rule reads it. Antibodies are judged by their cut-off, complement by its range.
fn lab_result(subject: &Subject, analyte: Autoantibody, result: Option<&AutoantibodyResult>) -> LabResult {
    let code = entity::term::Term::as_str(analyte);
    let protocol = || subject.rulebook.analyte(code).and_then(|it| it.positivity_cutoff);
    let decimal = |value: Option<entity::Exact>| value.map(entity::Exact::decimal);
    let limits = match analyte {
        Autoantibody::AntiDsdna | Autoantibody::AntiSm | Autoantibody::Ana => Limits {
            low: None,
            high: decimal(result.and_then(|it| it.positivity_cutoff))
                .or_else(protocol)
                .or_else(|| decimal(result.and_then(|it| it.reference_high))),
        },
        Autoantibody::C3 | Autoantibody::C4 => Limits {
            low: decimal(result.and_then(|it| it.reference_low)),
            high: decimal(result.and_then(|it| it.reference_high)),
        },
    };
    LabResult {
        analyte: rule_analyte(analyte),
        finding: result.and_then(|it| finding(analyte, it)),
        unit: result.and_then(|it| it.standard_unit.clone()),
        limits,
        equivocal_from: None,
    }
}

/// Where a result stands against what its analyte is judged by; none when a bound leaves it open, and for a word.
pub(super) fn status_of(
    subject: &Subject,
    analyte: Autoantibody,
    result: &AutoantibodyResult,
) -> Option<RangeStatus> {
    let read = lab_result(subject, analyte, Some(result));
    // Without the limit that counts, a value within the other one says nothing.
    let counts = match analyte {
        Autoantibody::C3 | Autoantibody::C4 => read.limits.low,
        Autoantibody::AntiDsdna | Autoantibody::AntiSm | Autoantibody::Ana => read.limits.high,
    };
    match (read.finding, counts) {
        (Some(Finding::Amount(measured)), Some(_)) => read.limits.status(measured),
        (_, _) => None,
    }
}

fn shown(analyte: Autoantibody, picked: &Picked<'_>) -> Option<String> {
    let result = picked.result;
    let sign = match result.comparator {
        None => "",
        Some(terms::Comparator::LessThan) => "<",
        Some(terms::Comparator::GreaterThan) => ">",
    };
    let number = if analyte == Autoantibody::Ana { result.value } else { result.standard_value };
    match (number, result.qualitative) {
        (Some(number), _) if analyte == Autoantibody::Ana => Some(format!("{sign}1:{number}")),
        (Some(number), _) => Some(match result.standard_unit.as_deref() {
            Some(unit) => format!("{sign}{number} {unit}"),
            None => format!("{sign}{number}"),
        }),
        (None, word) => word.map(|word| entity::term::Term::as_str(word).to_lowercase()),
    }
}

pub(super) fn change(subject: &Subject, analyte: Autoantibody, at: &str) -> AutoantibodyChange {
    let baseline = pick(subject, analyte, &Timepoint::Baseline);
    let visit = pick(subject, analyte, &Timepoint::visit(at));
    let change = autoantibody::change(
        &lab_result(subject, analyte, baseline.as_ref().map(|it| it.result)),
        &lab_result(subject, analyte, visit.as_ref().map(|it| it.result)),
        subject.rulebook.laboratory(),
    );
    AutoantibodyChange {
        baseline: baseline.as_ref().and_then(|it| shown(analyte, it)),
        visit: visit.as_ref().and_then(|it| shown(analyte, it)),
        change,
        evidence: baseline.iter().chain(&visit).map(|it| it.panel.id).collect(),
    }
}
