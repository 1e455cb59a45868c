//! Hy's law over all of a subject's liver values: injury together with jaundice, without obstruction.

use crate::snapshot::Subject;
use crate::snapshot::tables::Rec;
use chrono::NaiveDate;
use derivation::logic::Verdict;
use derivation::safety::hys_law::{DatedPanel, LiverPanel, screen};
use entity::rows::LabResult;
use entity::terms::Comparator;
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What the screening for Hy's law says of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HysLaw {
    /// Whether the values make a candidate; open when what was taken leaves it open, and when nothing was taken.
    pub verdict: Verdict,
    /// The days of the transaminases and of the bilirubin of each candidate.
    pub candidates: Vec<(NaiveDate, NaiveDate)>,
    /// The liver values.
    pub evidence: Vec<Uuid>,
}

/// A value that the rule looks at: its code, and the multiple of the upper limit that it is compared with.
type Looked = (&'static str, Decimal);

const LIVER: [Looked; 4] =
    [("alt", THREE), ("ast", THREE), ("bilirubin", Decimal::TWO), ("alp", Decimal::TWO)];
const THREE: Decimal = Decimal::from_parts(3, 0, 0, false, 0);

impl Subject {
    /// Whether any transaminases and any bilirubin of the subject make a candidate for Hy's law.
    pub(crate) fn hys_law(&self) -> HysLaw {
        let of_liver = |it: &&Rec<LabResult>| LIVER.iter().any(|(code, _)| it.analyte == *code);
        let results: Vec<&Rec<LabResult>> = self.rows.lab_results.iter().filter(of_liver).collect();
        let days: BTreeSet<NaiveDate> = results.iter().map(|it| it.collected_on).collect();
        let panels: Vec<DatedPanel> = days
            .into_iter()
            .map(|date| {
                let [alt, ast, bilirubin, alp] = LIVER.map(|looked| times_limit(&results, looked, date));
                DatedPanel { date, panel: LiverPanel { alt, ast, bilirubin, alp } }
            })
            .collect();
        let safety = self.rulebook.safety();
        let (verdict, candidates) = screen(&panels, safety.hys_law_bilirubin, safety.hys_law_window_days);
        HysLaw {
            verdict: if panels.is_empty() { Verdict::NotEvaluable } else { verdict },
            candidates,
            evidence: results.iter().map(|it| it.row.id).collect(),
        }
    }
}

/// The highest result of a day in multiples of the upper limit; none when it is not known on which side of the border
/// that is.
fn times_limit(results: &[&Rec<LabResult>], (code, border): Looked, on: NaiveDate) -> Option<Decimal> {
    let of_day = results.iter().filter(|it| it.analyte == code && it.collected_on == on);
    let mut highest = None;
    let mut all_known = true;
    for result in of_day {
        match multiple(result, border) {
            Some(times) => highest = highest.max(Some(times)),
            None => all_known = false,
        }
    }
    // A known one above the border decides, whatever the others are.
    highest.filter(|times| all_known || *times > border)
}

/// A result in multiples of its upper limit. A bound stands for a value far on its side when all of it lies there.
fn multiple(result: &LabResult, border: Decimal) -> Option<Decimal> {
    let times = result.standard_value?.decimal().checked_div(result.uln?.decimal())?;
    match result.comparator {
        None => Some(times),
        Some(Comparator::LessThan) => (times <= border).then_some(Decimal::ZERO),
        Some(Comparator::GreaterThan) => (times >= border).then_some(Decimal::MAX),
    }
}
