//! Baseline: the last known value before treatment.

use crate::rule::{Rule, Version};
use chrono::{NaiveDate, NaiveTime};

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "baseline",
    name: "Baseline",
    versions: &[Version { version: "1", what: "The last known value strictly before the reference." }],
};

/// A moment of the site's calendar; the time of day may be unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalMoment {
    /// The site's date.
    pub date: NaiveDate,
    /// The site's time of day, when it was recorded.
    pub time: Option<NaiveTime>,
}

/// What matters of a record when baseline is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BaselineCandidate {
    /// When the value was taken.
    pub at: LocalMoment,
    /// Whether it holds a value; one without is never baseline.
    pub has_result: bool,
    /// Whether the schedule places it before the dose. Decides on the dose day when a time is missing.
    pub pre_dose: bool,
    /// The order in which the subject's records were made. Decides last, so it should not repeat.
    pub sequence: u64,
}

/// The position of the last known value strictly before `reference` (the first dose, or the start of lymphodepletion).
///
/// On the day itself times decide when both are known; else the record counts only when the schedule says pre-dose.
/// Of two records on one day the one with a time goes before the one without.
pub fn pick(records: impl IntoIterator<Item = BaselineCandidate>, reference: LocalMoment) -> Option<usize> {
    records
        .into_iter()
        .enumerate()
        .filter(|(_, record)| record.has_result && is_before(record, reference))
        .max_by_key(|(_, record)| (record.at.date, record.at.time, record.sequence))
        .map(|(position, _)| position)
}

fn is_before(record: &BaselineCandidate, reference: LocalMoment) -> bool {
    if record.at.date != reference.date {
        return record.at.date < reference.date;
    }
    match (record.at.time, reference.time) {
        (Some(taken), Some(dosed)) => taken < dosed,
        (None, _) | (_, None) => record.pre_dose,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(date: &str, time: Option<&str>) -> LocalMoment {
        LocalMoment {
            date: date.parse().unwrap(),
            time: time.map(|time| NaiveTime::parse_from_str(time, "%H:%M").unwrap()),
        }
    }

    fn record(date: &str, time: Option<&str>) -> BaselineCandidate {
        BaselineCandidate { at: moment(date, time), has_result: true, pre_dose: false, sequence: 0 }
    }

    fn dose() -> LocalMoment {
        moment("2025-06-02", Some("09:15"))
    }

    #[test]
    fn the_last_value_before_the_dose_is_baseline() {
        let records = [
            record("2025-05-20", Some("10:00")),
            record("2025-06-01", Some("16:40")),
            record("2025-06-02", Some("09:15")),
        ];
        assert_eq!(pick(records, dose()), Some(1));
        assert_eq!(pick([record("2025-06-02", Some("09:14")), record("2025-06-01", None)], dose()), Some(0));
    }

    #[test]
    fn the_dose_day_without_a_time_needs_the_schedule() {
        let untimed = record("2025-06-02", None);
        assert_eq!(pick([untimed, record("2025-05-30", None)], dose()), Some(1));
        let pre_dose = BaselineCandidate { pre_dose: true, ..untimed };
        assert_eq!(pick([record("2025-05-30", None), pre_dose], dose()), Some(1));
    }

    #[test]
    fn a_recorded_time_outweighs_the_schedule() {
        let late = BaselineCandidate { pre_dose: true, ..record("2025-06-02", Some("09:20")) };
        assert_eq!(pick([late], dose()), None);
        // The dose's own time is unknown: the schedule decides again.
        assert_eq!(pick([late], moment("2025-06-02", None)), Some(0));
        assert_eq!(pick([record("2025-06-02", Some("07:00"))], moment("2025-06-02", None)), None);
    }

    #[test]
    fn empty_and_later_records_are_no_baseline() {
        let empty = BaselineCandidate { has_result: false, ..record("2025-05-30", None) };
        assert_eq!(pick([empty, record("2025-06-10", None)], dose()), None);
    }

    #[test]
    fn the_order_of_records_changes_nothing() {
        let records =
            [record("2025-05-30", None), record("2025-05-30", Some("08:00")), record("2025-05-29", None)];
        assert_eq!(pick(records, dose()), Some(1));
        assert_eq!(pick(records.into_iter().rev(), dose()), Some(1));
    }
}
