//! Dates of which the day or the month may be unknown, kept as they were given.

use crate::text_value::text_value;
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// A calendar date that may lack its day, or its day and month: `2026`, `2026-11` or `2026-11-22`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PartialText {
    text: String,
    earliest: NaiveDate,
    latest: NaiveDate,
}

/// A text that is no such date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotPartial;

impl NotPartial {
    /// What would be right.
    pub const RIGHT: &'static str = "a year, a year and month, or a date: 2026, 2026-11 or 2026-11-22";
}

impl PartialText {
    /// As given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first day that it can mean.
    pub fn earliest(&self) -> NaiveDate {
        self.earliest
    }

    /// The last day that it can mean.
    pub fn latest(&self) -> NaiveDate {
        self.latest
    }

    fn as_text(&self) -> String {
        self.text.clone()
    }

    fn from_text(text: &str) -> Option<PartialText> {
        text.parse().ok()
    }
}

impl FromStr for PartialText {
    type Err = NotPartial;

    fn from_str(text: &str) -> Result<PartialText, NotPartial> {
        let part = |range: std::ops::Range<usize>| -> Option<u32> {
            let part = text.get(range)?;
            if part.bytes().all(|byte| byte.is_ascii_digit()) { part.parse().ok() } else { None }
        };
        let dash = |at: usize| text.as_bytes().get(at) == Some(&b'-');
        let year = part(0..4).and_then(|year| i32::try_from(year).ok()).filter(|year| *year >= 1900);
        let span = year.and_then(|year| match text.len() {
            4 => Some((NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?)),
            7 if dash(4) => {
                let first = NaiveDate::from_ymd_opt(year, part(5..7)?, 1)?;
                let last = first.checked_add_months(Months::new(1))?.checked_sub_days(Days::new(1))?;
                Some((first, last))
            }
            10 if dash(4) && dash(7) => {
                let day = NaiveDate::from_ymd_opt(year, part(5..7)?, part(8..10)?)?;
                Some((day, day))
            }
            _ => None,
        });
        let (earliest, latest) = span.ok_or(NotPartial)?;
        Ok(PartialText { text: text.to_owned(), earliest, latest })
    }
}

impl From<NaiveDate> for PartialText {
    fn from(day: NaiveDate) -> PartialText {
        debug_assert!((1900..=9999).contains(&day.year()));
        PartialText { text: day.to_string(), earliest: day, latest: day }
    }
}

impl fmt::Display for PartialText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for PartialText {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for PartialText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<PartialText, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        text.parse().map_err(|_| de::Error::custom("not a partial date"))
    }
}

text_value!(PartialText);

#[cfg(test)]
mod tests {
    use super::*;

    /// P11-12: a partial date stays partial.
    #[test]
    fn a_partial_date_spans_what_it_can_mean() {
        let span = |text: &str| {
            text.parse::<PartialText>().map(|it| (it.earliest.to_string(), it.latest.to_string()))
        };
        assert_eq!(span("2026"), Ok(("2026-01-01".into(), "2026-12-31".into())));
        assert_eq!(span("2024-02"), Ok(("2024-02-01".into(), "2024-02-29".into())));
        assert_eq!(span("2026-11-22"), Ok(("2026-11-22".into(), "2026-11-22".into())));
        for text in [
            "",
            "26",
            "2026-13",
            "2026-00",
            "2026-02-30",
            "2026-1-1",
            "2026/11/22",
            "2026-11-22T00:00",
            "１２３４",
            "1899",
        ] {
            assert_eq!(span(text), Err(NotPartial), "{text}");
        }
    }
}
