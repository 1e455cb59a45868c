//! CTCAE v5 grades of laboratory results.
//!
//! A result from before the treatment is graded by the limits alone; a later one against the subject's baseline where the
//! rule asks for it. A result that is only a bound has a grade when everything that it can stand for has the same.

use super::activity::{clock, is_pre_dose, reference};
use crate::snapshot::Subject;
use crate::snapshot::tables::Rec;
use derivation::laboratory::Analyte;
use derivation::laboratory::censored::Comparator;
use derivation::laboratory::ctcae::{Graded, grade_of_result, is_graded};
use derivation::laboratory::units::{convert, standard_unit};
use derivation::timeline::baseline::{self, BaselineCandidate, LocalMoment};
use entity::Exact;
use entity::rows::LabResult;
use entity::terms;
use rust_decimal::Decimal;
use uuid::Uuid;

/// The CTCAE v5 grade of a laboratory result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabGrade {
    /// 0 to 4; none when it is open.
    pub grade: Option<u8>,
    /// Why it is open.
    pub reason: Option<LabGradeReason>,
    /// The result that it was compared with; none when there is none, or the rule needs none.
    pub baseline: Option<Uuid>,
}

/// Why a laboratory result has no grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabGradeReason {
    /// CTCAE v5 has no grades of this analyte here.
    NotGraded,
    /// The result holds no number.
    ValueMissing,
    /// The protocol's unit is none that the rule knows.
    UnknownUnit,
    /// The laboratory's limit that decides is missing.
    LimitMissing,
    /// The result is a bound, and the values behind it have several grades.
    Bound,
    /// The baseline is a bound, and does not say whether it was normal.
    BaselineBound,
}

/// What a baseline says to the rule.
enum Baseline {
    /// There is none, or it was normal and is not compared with.
    Normal,
    /// Its value.
    Of(Decimal),
    /// A bound that leaves it open.
    Open,
}

impl Subject {
    /// The CTCAE v5 grade of one of the subject's laboratory results.
    pub(crate) fn lab_grade(&self, result: &Rec<LabResult>) -> LabGrade {
        let open = |reason| LabGrade { grade: None, reason: Some(reason), baseline: None };
        let Some(analyte) = Analyte::from_code(&result.analyte).filter(|analyte| is_graded(*analyte)) else {
            return open(LabGradeReason::NotGraded);
        };
        let Some(value) = result.standard_value else { return open(LabGradeReason::ValueMissing) };
        let Some(value) = in_unit(analyte, result, value) else { return open(LabGradeReason::UnknownUnit) };
        let limit = |limit: Option<Exact>| limit.and_then(|limit| in_unit(analyte, result, limit));
        let (lower_limit, upper_limit) = (limit(result.lln), limit(result.uln));
        let compared = baseline_of(self, analyte, result);
        let baseline = match compared.map_or(Baseline::Normal, |it| read(analyte, it, upper_limit)) {
            Baseline::Normal => None,
            Baseline::Of(value) => Some(value),
            Baseline::Open => return open(LabGradeReason::BaselineBound),
        };
        let graded = Graded { value: Some(value), lower_limit, upper_limit, baseline };
        let grade = grade_of_result(analyte, &graded, comparator(result));
        let reason = match comparator(result) {
            _ if grade.is_some() => None,
            Comparator::Exact => Some(LabGradeReason::LimitMissing),
            Comparator::Below | Comparator::Above => Some(LabGradeReason::Bound),
        };
        LabGrade { grade, reason, baseline: baseline.and(compared).map(|it| it.row.id) }
    }
}

fn comparator(result: &LabResult) -> Comparator {
    match result.comparator {
        None => Comparator::Exact,
        Some(terms::Comparator::LessThan) => Comparator::Below,
        Some(terms::Comparator::GreaterThan) => Comparator::Above,
    }
}

/// A value of a result in the rule's unit.
fn in_unit(analyte: Analyte, result: &LabResult, value: Exact) -> Option<Decimal> {
    convert(analyte, value.decimal(), result.standard_unit.as_deref()?, standard_unit(analyte)?).ok()
}

/// The baseline that a result is compared with: none for an analyte whose grades ask for none, before the treatment, and
/// when nothing was measured before it.
fn baseline_of<'s>(
    subject: &'s Subject,
    analyte: Analyte,
    result: &Rec<LabResult>,
) -> Option<&'s Rec<LabResult>> {
    if !matches!(analyte, Analyte::Alt | Analyte::Ast | Analyte::Bilirubin | Analyte::Creatinine) {
        return None;
    }
    let reference = reference(subject)?;
    if baseline::pick([candidate(subject, result)], reference).is_some() {
        return None;
    }
    let held: Vec<&Rec<LabResult>> =
        subject.rows.lab_results.iter().filter(|it| it.analyte == result.analyte).collect();
    let place = baseline::pick(held.iter().map(|it| candidate(subject, it)), reference)?;
    held.get(place).copied()
}

fn candidate(subject: &Subject, result: &Rec<LabResult>) -> BaselineCandidate {
    BaselineCandidate {
        at: LocalMoment { date: result.collected_on, time: clock(result.collected_at.as_deref()) },
        has_result: result.standard_value.is_some(),
        pre_dose: result.visit_id.is_some_and(|visit| is_pre_dose(subject, visit)),
        sequence: result.revision,
    }
}

fn read(analyte: Analyte, baseline: &LabResult, upper_limit: Option<Decimal>) -> Baseline {
    let value = baseline.standard_value.and_then(|value| in_unit(analyte, baseline, value));
    let normal = value.zip(upper_limit).is_some_and(|(value, limit)| value <= limit);
    match (comparator(baseline), value) {
        (Comparator::Exact, Some(value)) => Baseline::Of(value),
        // Creatinine is compared with its baseline even when that was normal.
        (Comparator::Below, Some(_)) if normal && analyte != Analyte::Creatinine => Baseline::Normal,
        (Comparator::Below | Comparator::Above, Some(_)) => Baseline::Open,
        (Comparator::Exact | Comparator::Below | Comparator::Above, None) => Baseline::Normal,
    }
}
