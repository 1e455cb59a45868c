//! Exposure-adjusted rates: person-years, EAIR (first events per time at risk) and EAER (all events per exposure).

use crate::rule::{Rule, Version};
use crate::statistics::{Interval, exact_poisson, nearest};
use crate::timeline::study_day;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "exposure_adjusted_rate",
    name: "Exposure-adjusted rates",
    versions: &[Version {
        version: "1",
        what: "Years of 365.25 days from day 1, both ends included; exact Poisson interval.",
    }],
};

/// Days of a year in person-years.
const DAYS_PER_YEAR: Decimal = Decimal::from_parts(36_525, 0, 0, false, 2);

/// Days from day 1 to the earliest of `ends` (event, death, last contact) and the horizon, both days included.
///
/// None when all of `ends` are unknown: exposure without a last contact is not known. 0 when an end lies before day 1.
pub fn exposure_days(
    first_dose: NaiveDate,
    ends: impl IntoIterator<Item = Option<NaiveDate>>,
    horizon_day: i32,
) -> Option<u32> {
    let end = ends.into_iter().flatten().min()?;
    let day = study_day(end, Some(first_dose))?.min(horizon_day);
    Some(u32::try_from(day).unwrap_or(0))
}

/// Person-years of so many days: exact, a year being 365.25 days.
pub fn person_years(days: u64) -> Decimal {
    Decimal::from(days) / DAYS_PER_YEAR
}

/// A rate per person-year.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// Events (EAER), or subjects with an event (EAIR).
    pub events: u64,
    /// Person-years of exposure (EAER), or at risk of a first event (EAIR).
    pub person_years: Decimal,
    /// Events per person-year; none without exposure.
    pub rate: Option<f64>,
    /// The exact Poisson interval of the rate; none without exposure.
    pub interval: Option<Interval>,
}

/// The rate of `events` in `person_years`, with its exact interval.
pub fn rate(events: u64, person_years: Decimal, level: f64) -> Rate {
    let years = nearest(person_years);
    let rate = (years > 0.0).then(|| events as f64 / years);
    Rate { events, person_years, rate, interval: exact_poisson(events, years, level) }
}

/// One subject's time at risk of one kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtRisk {
    /// Days to the first event or to censoring.
    pub days: u32,
    /// Whether the event happened.
    pub event: bool,
}

/// EAIR: subjects with the event over the time at risk of all subjects.
pub fn incidence_rate(subjects: impl IntoIterator<Item = AtRisk>, level: f64) -> Rate {
    let (events, days) = subjects.into_iter().fold((0, 0), |(events, days), subject| {
        (events + u64::from(subject.event), days + u64::from(subject.days))
    });
    rate(events, person_years(days), level)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Section 7.6: 5 events in 7.5 person-years.
    #[test]
    fn five_events_in_seven_and_a_half_years() {
        let rate = rate(5, Decimal::new(75, 1), 0.95);
        assert!((rate.rate.unwrap() - 0.666667).abs() < 1e-6);
        let interval = rate.interval.unwrap();
        assert!((interval.low - 0.216465).abs() < 1e-6 && (interval.high - 1.555778).abs() < 1e-6);
    }

    #[test]
    fn no_exposure_has_no_rate() {
        let rate = rate(0, Decimal::ZERO, 0.95);
        assert_eq!((rate.rate, rate.interval), (None, None));
    }

    #[test]
    fn exposure_ends_with_the_first_of_its_ends() {
        let dose = date("2025-06-02");
        let days = |ends: [Option<&str>; 2]| exposure_days(dose, ends.map(|end| end.map(date)), 366);
        assert_eq!(days([Some("2025-06-02"), None]), Some(1));
        assert_eq!(days([Some("2025-07-01"), Some("2025-06-11")]), Some(10));
        assert_eq!(days([Some("2026-06-02"), None]), Some(366));
        assert_eq!(days([Some("2027-01-01"), None]), Some(366));
        assert_eq!(days([Some("2025-06-01"), None]), Some(0));
        assert_eq!(days([None, None]), None);
    }

    #[test]
    fn four_years_are_exact() {
        assert_eq!(person_years(1461), Decimal::from(4));
    }

    #[test]
    fn the_first_event_ends_the_time_at_risk() {
        let subjects = [AtRisk { days: 1461, event: false }, AtRisk { days: 1461, event: true }];
        let rate = incidence_rate(subjects, 0.95);
        assert_eq!((rate.events, rate.person_years, rate.rate), (1, Decimal::from(8), Some(0.125)));
    }
}
