//! How much of the planned dose of the DLT period a subject received: a subject with less than 80 percent of it and
//! without a DLT does not count in decisions about the dose.
//!
//! All infusions of the period count together, so that a dose given in two parts is one dose, and a regimen of two
//! infusions is not complete after the first.

use crate::timeline::date_of_study_day;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// One infusion of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Infusion {
    /// The day.
    pub given_on: NaiveDate,
    /// What was given, in cells per kilogram; none when it is not recorded.
    pub cells_per_kg: Option<Decimal>,
}

/// What the protocol plans for the DLT period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedDose {
    /// Cells per kilogram of one infusion, above 0.
    pub cells_per_kg: Decimal,
    /// Infusions in the period, at least 1.
    pub infusions: u32,
    /// Days of the period; day 1 is the day of the first dose.
    pub window_days: u32,
}

/// The dose received in the DLT period, in percent of the planned one, as known on the day `on`. None before the first
/// dose, when what an infusion gave is not recorded, and while a planned infusion may still come.
pub fn percent_received(infusions: &[Infusion], planned: PlannedDose, on: NaiveDate) -> Option<Decimal> {
    let first = infusions.iter().map(|it| it.given_on).min()?;
    let window_end = date_of_study_day(i32::try_from(planned.window_days).ok()?, first)?;
    let given: Vec<&Infusion> = infusions.iter().filter(|it| it.given_on <= window_end.min(on)).collect();
    let expected = usize::try_from(planned.infusions).ok()?;
    if given.is_empty() || (given.len() < expected && on <= window_end) {
        return None;
    }
    let received = given.iter().try_fold(Decimal::ZERO, |sum, it| sum.checked_add(it.cells_per_kg?))?;
    let whole = planned.cells_per_kg.checked_mul(Decimal::from(planned.infusions))?;
    received.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)
}

/// The dose level that a subject received, by its place among the levels: the highest of whose dose at least `percent`
/// was given in the DLT period, and the lowest when so much was given of none. Safety is told by the dose that was
/// received, not by the one that was meant. None when what was received is not known, or not yet; `levels` are cells per
/// kilogram of one infusion.
pub fn level_received(
    infusions: &[Infusion],
    levels: &[Decimal],
    (planned, percent): (PlannedDose, Decimal),
    on: NaiveDate,
) -> Option<usize> {
    let reached = levels.iter().enumerate().map(|(place, cells)| {
        let of_level = percent_received(infusions, PlannedDose { cells_per_kg: *cells, ..planned }, on)?;
        Some((place, *cells, of_level >= percent))
    });
    let reached: Vec<(usize, Decimal, bool)> = reached.collect::<Option<_>>()?;
    let highest = reached.iter().filter(|(_, _, enough)| *enough).max_by_key(|(_, cells, _)| *cells);
    let found = highest.or_else(|| reached.iter().min_by_key(|(_, cells, _)| *cells));
    found.map(|(place, _, _)| *place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Given from 2025-06-02 on: day 28 is 2025-06-29.
    fn percent(given: &[(&str, &str)], infusions: u32, on: &str) -> Option<String> {
        let given: Vec<Infusion> = given
            .iter()
            .map(|(at, cells)| Infusion { given_on: day(at), cells_per_kg: cells.parse().ok() })
            .collect();
        let planned = PlannedDose { cells_per_kg: decimal("40000000"), infusions, window_days: 28 };
        percent_received(&given, planned, day(on)).map(|it| it.normalize().to_string())
    }

    #[test]
    fn one_infusion() {
        let is = |given, on, expected: &str| assert_eq!(percent(given, 1, on).as_deref(), Some(expected));
        is(&[("2025-06-02", "40000000")], "2025-06-02", "100");
        is(&[("2025-06-02", "32000000")], "2025-06-02", "80");
        is(&[("2025-06-02", "20000000")], "2025-06-29", "50");
        assert_eq!(percent(&[], 1, "2025-06-29"), None);
        assert_eq!(percent(&[("2025-06-02", "40000000")], 1, "2025-06-01"), None, "not given yet");
        assert_eq!(percent(&[("2025-06-02", "?")], 1, "2025-06-29"), None, "not recorded");
    }

    #[test]
    fn a_dose_in_two_parts_is_one_dose() {
        let parts = [("2025-06-02", "16000000"), ("2025-06-03", "20000000")];
        assert_eq!(percent(&parts, 1, "2025-06-02").as_deref(), Some("40"));
        assert_eq!(percent(&parts, 1, "2025-06-03").as_deref(), Some("90"));
        let open = [("2025-06-02", "16000000"), ("2025-06-03", "?")];
        assert_eq!(percent(&open, 1, "2025-06-03"), None, "what the second part gave is not recorded");
    }

    #[test]
    fn a_regimen_of_two_infusions() {
        let first = [("2025-06-02", "40000000")];
        assert_eq!(percent(&first, 2, "2025-06-02"), None, "the second may still come");
        assert_eq!(percent(&first, 2, "2025-06-29"), None, "even on day 28");
        assert_eq!(percent(&first, 2, "2025-06-30").as_deref(), Some("50"));
        let both = [("2025-06-02", "40000000"), ("2025-06-29", "24000000")];
        assert_eq!(percent(&both, 2, "2025-06-29").as_deref(), Some("80"));
        let late = [("2025-06-02", "40000000"), ("2025-06-30", "40000000")];
        assert_eq!(percent(&late, 2, "2025-07-30").as_deref(), Some("50"), "day 29 is after the DLT period");
    }

    /// Levels of 40, 80 and 120 million cells per kilogram, of which 80 percent are 32, 64 and 96 million.
    #[test]
    fn a_level_is_received_from_80_percent_on() {
        let levels = ["40000000", "80000000", "120000000"].map(decimal);
        let of = |cells: &str, infusions, on: &str| {
            let given = [Infusion { given_on: day("2025-06-02"), cells_per_kg: cells.parse().ok() }];
            let planned = PlannedDose { cells_per_kg: levels[0], infusions, window_days: 28 };
            level_received(&given, &levels, (planned, decimal("80")), day(on))
        };
        for (cells, level) in [
            ("1", 0),
            ("31999999", 0),
            ("63999999", 0),
            ("64000000", 1),
            ("95999999", 1),
            ("96000000", 2),
            ("500000000", 2),
        ] {
            assert_eq!(of(cells, 1, "2025-06-02"), Some(level), "{cells}");
        }
        assert_eq!(of("", 1, "2025-06-02"), None, "not recorded");
        assert_eq!(of("80000000", 2, "2025-06-29"), None, "the second infusion may still come");
        assert_eq!(
            of("80000000", 2, "2025-06-30"),
            Some(0),
            "half of the second level's is the first level's"
        );
        assert_eq!(of("80000000", 1, "2025-06-01"), None, "before the dose");
    }
}
