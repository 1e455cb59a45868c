//! The haematological system, graded from blood counts, haemolysis and thrombotic thrombocytopenic purpura.
//!
//! Bands are half-open and meet each other, so that no value falls between the printed whole numbers. Counts that
//! lymphodepletion explains must be marked as not due to lupus, or the grades after it are artefacts.

use super::Reading;
use super::grade::{Grade, Grading, Missing, is_active, is_improving};
use rust_decimal::Decimal;

const HAEMOGLOBIN: u8 = 90;
const WHITE_CELLS: u8 = 91;
const NEUTROPHILS: u8 = 92;
const LYMPHOCYTES: u8 = 93;
const PLATELETS: u8 = 94;
const PURPURA: u8 = 95;
const HAEMOLYSIS: u8 = 96;
const COOMBS: u8 = 97;

/// Haemoglobin in g/dL: below `SEVERE`, below `HAEMOLYTIC` (with haemolysis) and below `ANAEMIA` (without) counts.
const HAEMOGLOBIN_SEVERE: Decimal = tenths(80);
const HAEMOGLOBIN_HAEMOLYTIC: Decimal = tenths(100);
const HAEMOGLOBIN_ANAEMIA: Decimal = tenths(110);

const fn tenths(number: u32) -> Decimal {
    Decimal::from_parts(number, 0, 0, false, 1)
}

/// A, B or C; none when the system is not active.
pub(super) fn activity(grading: &Grading<'_>, missing: Missing) -> Option<Grade> {
    let form = grading.current;
    let worst = missing == Missing::Worst;
    let below = |item: u8, limit: Decimal| match form.reading(item) {
        Reading::Taken(value) => value < limit,
        Reading::Ignored => false,
        Reading::NotTaken => worst,
    };
    let purpura = form.score(PURPURA).unwrap_or(if worst { 4 } else { 0 });
    // Not suspected and haemoglobin normal: not done means no, unless the protocol says otherwise.
    let normal = form.reading(HAEMOGLOBIN).value().is_some_and(|value| value >= HAEMOGLOBIN_ANAEMIA);
    let unsuspected = normal && grading.policy.unsuspected_haemolysis_is_none;
    let suspected = |item: u8| form.yes(item).unwrap_or(worst && !unsuspected);
    let haemolysis = suspected(HAEMOLYSIS);

    let severe_anaemia = below(HAEMOGLOBIN, HAEMOGLOBIN_SEVERE);
    let platelets = |limit: u32| below(PLATELETS, tenths(limit * 10));
    if is_active(purpura) || (haemolysis && severe_anaemia) || platelets(25) {
        return Some(Grade::A);
    }
    let haemolytic_anaemia = haemolysis && below(HAEMOGLOBIN, HAEMOGLOBIN_HAEMOLYTIC);
    let few_cells = below(WHITE_CELLS, tenths(10)) || below(NEUTROPHILS, tenths(5)) || platelets(50);
    if is_improving(purpura) || haemolytic_anaemia || severe_anaemia || few_cells {
        return Some(Grade::B);
    }
    let fewer_cells = below(WHITE_CELLS, tenths(40))
        || below(NEUTROPHILS, tenths(20))
        || below(LYMPHOCYTES, tenths(10))
        || platelets(150);
    // Haemolysis counts whatever the haemoglobin; a positive Coombs' test counts on its own.
    let mild = haemolysis || below(HAEMOGLOBIN, HAEMOGLOBIN_ANAEMIA) || fewer_cells || suspected(COOMBS);
    mild.then_some(Grade::C)
}
