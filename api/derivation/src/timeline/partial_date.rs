//! Dates of which only the year, or the year and the month, are known.

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A calendar date that may lack its day, or its day and month. Written `2026`, `2026-11` or `2026-11-22`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PartialDate {
    year: i32,
    month: Option<u32>,
    day: Option<u32>,
}

/// Why text is no partial date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartialDateError {
    /// Not written as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    Shape,
    /// The year is 0000.
    Year,
    /// The month is not 01 to 12.
    Month,
    /// The month has no such day (in that year).
    Day,
}

impl PartialDateError {
    /// What is wrong, for the person who typed it.
    pub fn message(self) -> &'static str {
        match self {
            PartialDateError::Shape => "a date is written YYYY, YYYY-MM or YYYY-MM-DD",
            PartialDateError::Year => "the year must be 0001 to 9999",
            PartialDateError::Month => "the month must be 01 to 12",
            PartialDateError::Day => "the month has no such day in that year",
        }
    }
}

impl PartialDate {
    /// Reads `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Result<PartialDate, PartialDateError> {
        let bytes = text.as_bytes();
        let shape = matches!(bytes.len(), 4 | 7 | 10)
            && bytes
                .iter()
                .enumerate()
                .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
        if !shape {
            return Err(PartialDateError::Shape);
        }
        let number = |bytes: &[u8]| bytes.iter().fold(0, |value, byte| value * 10 + u32::from(byte - b'0'));
        let year = i32::try_from(number(&bytes[..4])).map_err(|_| PartialDateError::Year)?;
        let month = (bytes.len() > 4).then(|| number(&bytes[5..7]));
        let day = (bytes.len() > 7).then(|| number(&bytes[8..]));
        PartialDate::new(year, month, day)
    }

    /// From its parts; a day needs a month.
    pub fn new(year: i32, month: Option<u32>, day: Option<u32>) -> Result<PartialDate, PartialDateError> {
        if !(1..=9999).contains(&year) {
            return Err(PartialDateError::Year);
        }
        match (month, day) {
            (None, Some(_)) => Err(PartialDateError::Shape),
            (Some(month), _) if !(1..=12).contains(&month) => Err(PartialDateError::Month),
            (Some(month), Some(day)) if NaiveDate::from_ymd_opt(year, month, day).is_none() => {
                Err(PartialDateError::Day)
            }
            _ => Ok(PartialDate { year, month, day }),
        }
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// The month, 1 to 12, when it is known.
    pub fn month(self) -> Option<u32> {
        self.month
    }

    /// The day of the month, when it is known.
    pub fn day(self) -> Option<u32> {
        self.day
    }

    /// The date, when all of it is known.
    pub fn complete(self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year, self.month?, self.day?)
    }

    /// The earliest date that it can be.
    pub fn earliest(self) -> NaiveDate {
        // The parts were checked when it was made, so the fallback is never taken.
        NaiveDate::from_ymd_opt(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1))
            .unwrap_or(NaiveDate::MIN)
    }

    /// The latest date that it can be.
    pub fn latest(self) -> NaiveDate {
        let first = self.earliest();
        let months = match (self.month, self.day) {
            (_, Some(_)) => return first,
            (Some(_), None) => 1,
            (None, None) => 12,
        };
        first.checked_add_months(Months::new(months)).and_then(|next| next.pred_opt()).unwrap_or(first)
    }

    /// Whether `date` can be the date meant.
    pub fn may_be(self, date: NaiveDate) -> bool {
        (self.earliest()..=self.latest()).contains(&date)
    }

    /// What is missing of it; none when it is complete.
    pub fn missing(self) -> Option<ImputationFlag> {
        match (self.month, self.day) {
            (Some(_), Some(_)) => None,
            (Some(_), None) => Some(ImputationFlag::Day),
            (None, _) => Some(ImputationFlag::Month),
        }
    }
}

impl From<NaiveDate> for PartialDate {
    fn from(date: NaiveDate) -> Self {
        PartialDate { year: date.year(), month: Some(date.month()), day: Some(date.day()) }
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}", self.year)?;
        self.month.map_or(Ok(()), |month| write!(formatter, "-{month:02}"))?;
        self.day.map_or(Ok(()), |day| write!(formatter, "-{day:02}"))
    }
}

impl Serialize for PartialDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PartialDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        PartialDate::parse(&text).map_err(|error| serde::de::Error::custom(error.message()))
    }
}

/// Which parts of a date were filled in: the highest one missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImputationFlag {
    /// The day.
    #[serde(rename = "D")]
    Day,
    /// The month and the day.
    #[serde(rename = "M")]
    Month,
    /// All of it.
    #[serde(rename = "Y")]
    Year,
}

/// A date used in place of a partial one, and what had to be filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Imputed {
    /// The date used.
    pub date: NaiveDate,
    /// What was filled in; none when the date was complete.
    pub flag: Option<ImputationFlag>,
}

/// The start used for an adverse event: the first dose date when the event may have started that month (year), else
/// the first day that it can be. Never after a known end.
pub fn impute_event_start(
    start: PartialDate,
    first_dose: Option<NaiveDate>,
    end: Option<NaiveDate>,
) -> Imputed {
    let flag = start.missing();
    let earliest = start.earliest();
    let date = match first_dose {
        Some(dose) if flag.is_some() && start.may_be(dose) && end.is_none_or(|end| dose <= end) => dose,
        Some(_) | None => earliest,
    };
    Imputed { date, flag }
}

/// The end used for an adverse event: the last day that it can be, but not after death or last contact.
///
/// A complete date is kept as it is, also when it contradicts `last_known`.
pub fn impute_event_end(end: PartialDate, last_known: Option<NaiveDate>) -> Imputed {
    let flag = end.missing();
    let latest = end.latest();
    let capped = last_known.map_or(latest, |last| last.min(latest)).max(end.earliest());
    Imputed { date: if flag.is_some() { capped } else { latest }, flag }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Days;
    use proptest::prelude::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn partial(text: &str) -> PartialDate {
        PartialDate::parse(text).unwrap()
    }

    #[test]
    fn three_shapes_are_read() {
        assert_eq!(partial("2026").complete(), None);
        assert_eq!(partial("2026-11").complete(), None);
        assert_eq!(partial("2026-11-22").complete(), Some(date("2026-11-22")));
        for text in ["2026", "2026-11", "2026-11-22", "0099-01"] {
            assert_eq!(partial(text).to_string(), text);
        }
    }

    #[test]
    fn each_fault_has_its_own_error() {
        let faults = [
            ("2026-13", PartialDateError::Month),
            ("2026-00", PartialDateError::Month),
            ("2026-13-01", PartialDateError::Month),
            ("2026-02-29", PartialDateError::Day),
            ("2026-11-00", PartialDateError::Day),
            ("2026-11-31", PartialDateError::Day),
            ("0000", PartialDateError::Year),
            ("", PartialDateError::Shape),
            ("26", PartialDateError::Shape),
            ("2026-1", PartialDateError::Shape),
            ("2026-11-", PartialDateError::Shape),
            ("2026/11/22", PartialDateError::Shape),
            ("+026-11-22", PartialDateError::Shape),
            ("2026-11-2２", PartialDateError::Shape),
            ("2026-11-22T10:00", PartialDateError::Shape),
        ];
        for (text, error) in faults {
            assert_eq!(PartialDate::parse(text), Err(error), "{text}");
        }
        assert_eq!(PartialDate::parse("2024-02-29").map(PartialDate::complete), Ok(Some(date("2024-02-29"))));
        assert_eq!(PartialDate::new(2026, None, Some(3)), Err(PartialDateError::Shape));
    }

    #[test]
    fn earliest_and_latest() {
        assert_eq!(
            (partial("2026").earliest(), partial("2026").latest()),
            (date("2026-01-01"), date("2026-12-31"))
        );
        assert_eq!(partial("2024-02").latest(), date("2024-02-29"));
        assert_eq!(partial("2026-12").latest(), date("2026-12-31"));
        assert_eq!(partial("2026-11-22").latest(), date("2026-11-22"));
        assert_eq!(partial("9999").latest(), date("9999-12-31"));
    }

    #[test]
    fn event_starts() {
        let dose = Some(date("2025-06-02"));
        let start = |text: &str, end: Option<&str>| {
            let imputed = impute_event_start(partial(text), dose, end.map(date));
            (imputed.date.to_string(), imputed.flag)
        };
        let expected = |date: &str, flag| (date.to_owned(), flag);
        assert_eq!(start("2025-06", None), expected("2025-06-02", Some(ImputationFlag::Day)));
        assert_eq!(start("2025-07", None), expected("2025-07-01", Some(ImputationFlag::Day)));
        assert_eq!(start("2025", None), expected("2025-06-02", Some(ImputationFlag::Month)));
        assert_eq!(start("2024", None), expected("2024-01-01", Some(ImputationFlag::Month)));
        assert_eq!(start("2025-06", Some("2025-06-01")), expected("2025-06-01", Some(ImputationFlag::Day)));
        assert_eq!(start("2025-06", Some("2025-06-02")), expected("2025-06-02", Some(ImputationFlag::Day)));
        assert_eq!(start("2025", Some("2025-03-10")), expected("2025-01-01", Some(ImputationFlag::Month)));
        assert_eq!(start("2025-06-01", None), expected("2025-06-01", None));
        let undosed = impute_event_start(partial("2025-06"), None, None);
        assert_eq!(undosed.date, date("2025-06-01"));
    }

    #[test]
    fn event_ends() {
        let end =
            |text: &str, last: Option<&str>| impute_event_end(partial(text), last.map(date)).date.to_string();
        assert_eq!(end("2025-06", None), "2025-06-30");
        assert_eq!(end("2025", None), "2025-12-31");
        assert_eq!(end("2025-06", Some("2025-06-20")), "2025-06-20");
        assert_eq!(end("2025-06", Some("2025-07-20")), "2025-06-30");
        assert_eq!(end("2025-06", Some("2025-05-20")), "2025-06-01");
        assert_eq!(end("2025-06-25", Some("2025-06-20")), "2025-06-25");
        assert_eq!(impute_event_end(partial("2025"), None).flag, Some(ImputationFlag::Month));
    }

    proptest! {
        /// Whatever is filled in lies in the stated month or year, and not after a known end that does too.
        #[test]
        fn imputation_stays_in_its_period(year in 2020_i32..2030, month in prop::option::of(1_u32..=12), dose in 0_u64..3650, end in 0_u64..3650) {
            let start = PartialDate::new(year, month, None).unwrap();
            let from = date("2020-01-01");
            let (dose, end) = (from + Days::new(dose), from + Days::new(end));
            let used = impute_event_start(start, Some(dose), Some(end)).date;
            prop_assert!(start.may_be(used));
            prop_assert!(used <= end || end < start.earliest());
        }

        /// What is written is read back.
        #[test]
        fn text_round_trips(days in 0_u64..3_000_000) {
            let start = NaiveDate::from_ymd_opt(1, 1, 1).unwrap() + Days::new(days);
            let whole = PartialDate::from(start);
            prop_assert_eq!(PartialDate::parse(&whole.to_string()), Ok(whole));
            prop_assert_eq!(whole.complete(), Some(start));
        }
    }
}
