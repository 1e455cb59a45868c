//! Study day: the day of the first dose is 1, the day before it is -1.

use chrono::{Days, NaiveDate};

/// The study day of `date`; none when the subject has no first dose.
pub fn study_day(date: NaiveDate, first_dose: Option<NaiveDate>) -> Option<i32> {
    let days = date.signed_duration_since(first_dose?).num_days();
    i32::try_from(if days >= 0 { days + 1 } else { days }).ok()
}

/// The date of a study day; none for day 0, which does not exist, and beyond the calendar.
pub fn date_of_study_day(day: i32, first_dose: NaiveDate) -> Option<NaiveDate> {
    match day {
        0 => None,
        1.. => first_dose.checked_add_days(Days::new(u64::from(day.unsigned_abs()) - 1)),
        _ => first_dose.checked_sub_days(Days::new(u64::from(day.unsigned_abs()))),
    }
}

/// Days from study day `from` to study day `to`, over the gap where day 0 would be.
pub fn days_between(from: i32, to: i32) -> i64 {
    let elapsed = |day: i32| i64::from(day) - i64::from(day > 0);
    elapsed(to) - elapsed(from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// The table of section 9.1, first dose 2025-06-02.
    #[test]
    fn printed_study_days() {
        let printed = [
            ("2025-06-02", 1),
            ("2025-06-01", -1),
            ("2025-06-15", 14),
            ("2025-06-29", 28),
            ("2025-08-31", 91),
            ("2025-11-29", 181),
            ("2026-06-02", 366),
            ("2025-05-05", -28),
            ("2025-07-30", 59),
            ("2025-07-31", 60),
        ];
        for (text, day) in printed {
            assert_eq!(study_day(date(text), Some(date("2025-06-02"))), Some(day), "{text}");
            assert_eq!(date_of_study_day(day, date("2025-06-02")), Some(date(text)));
        }
    }

    #[test]
    fn without_a_dose_there_is_no_study_day() {
        assert_eq!(study_day(date("2025-07-14"), None), None);
        assert_eq!(date_of_study_day(0, date("2025-06-02")), None);
    }

    #[test]
    fn leap_days_count() {
        assert_eq!(study_day(date("2024-03-01"), Some(date("2024-02-29"))), Some(2));
        assert_eq!(study_day(date("2024-02-29"), Some(date("2024-03-01"))), Some(-1));
    }

    proptest! {
        /// Day 0 never comes out, and the way back leads to the same date.
        #[test]
        fn no_day_zero_and_back_again(days in -5_000_i64..5_000) {
            let dose = date("2025-06-02");
            let day = study_day(dose + chrono::Duration::days(days), Some(dose)).unwrap_or(0);
            prop_assert_ne!(day, 0);
            prop_assert_eq!(date_of_study_day(day, dose), Some(dose + chrono::Duration::days(days)));
            prop_assert_eq!(days_between(1, day), days);
        }
    }
}
