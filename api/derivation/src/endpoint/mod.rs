//! Endpoints: each answers a question of the protocol from assessments, as one pure function that shows its criteria.

pub mod bicla;
pub mod bilag_flare;
pub mod doris;
pub mod duration;
pub mod lldas;
pub mod missing;
pub mod selena_flare;
pub mod sledai_change;
pub mod sri4;
pub mod treatment_failure;

use crate::instrument::pga::Pga;
use crate::logic::Verdict;
use rust_decimal::Decimal;

/// A number with its unit as it reads in a criterion, for example `7.5 mg/day`. Zeros at the end are dropped.
pub(crate) fn with_unit(value: Decimal, unit: &str) -> String {
    format!("{} {unit}", value.normalize())
}

/// Whether a known value keeps within an inclusive upper limit.
pub(crate) fn at_most(value: Option<Decimal>, limit: Decimal) -> Verdict {
    Verdict::of(value.map(|value| value <= limit))
}

/// The marks at two visits as they read in a criterion.
pub(crate) fn marks(baseline: Option<Pga>, visit: Option<Pga>) -> Option<String> {
    let mark = |pga: Option<Pga>| pga.map_or("unknown".to_owned(), |pga| pga.to_string());
    (baseline.is_some() || visit.is_some()).then(|| format!("{} to {}", mark(baseline), mark(visit)))
}
