//! Which of several records stands for a planned visit.

use super::{AnalysisWindow, days_between};
use crate::rule::{Rule, Version};
use chrono::NaiveTime;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "visit_record",
    name: "The record that stands for a visit",
    versions: &[Version {
        version: "1",
        what: "Closest to the target, then the tie rule, scheduled, time, sequence.",
    }],
};

/// Which record wins when two days are equally far from the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Tie {
    /// The later day.
    Later,
    /// The earlier day.
    Earlier,
}

/// What matters of a record when one is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The record's study day.
    pub day: i32,
    /// Whether it holds a usable result; one without never stands for a visit.
    pub has_result: bool,
    /// Whether it was taken at a planned visit.
    pub scheduled: bool,
    /// Time of day, site-local; none when only the date is known.
    pub time: Option<NaiveTime>,
    /// The order in which the subject's records were made. Decides last, so it should not repeat.
    pub sequence: u64,
}

/// The position of the record that stands for `window`; none when no usable record lies in it.
///
/// The closest to the target wins; a tie goes by `tie`; on one day scheduled goes before unscheduled, then the later
/// time, then the higher sequence.
pub fn pick(
    records: impl IntoIterator<Item = Candidate>,
    window: &AnalysisWindow,
    tie: Tie,
) -> Option<usize> {
    records
        .into_iter()
        .enumerate()
        .filter(|(_, record)| record.has_result && window.contains(record.day))
        .max_by_key(|(_, record)| {
            let distance = days_between(window.target, record.day).abs();
            let day = match tie {
                Tie::Later => i64::from(record.day),
                Tie::Earlier => -i64::from(record.day),
            };
            (Reverse(distance), day, record.scheduled, record.time, record.sequence)
        })
        .map(|(position, _)| position)
}

/// Whether a part of a composite endpoint was taken within `span_days` of the assessment that anchors it.
pub fn belongs_together(anchor_day: i32, component_day: i32, span_days: u32) -> bool {
    days_between(anchor_day, component_day).abs() <= i64::from(span_days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::window::default_windows;
    use proptest::prelude::*;

    fn on(day: i32) -> Candidate {
        Candidate { day, has_result: true, scheduled: true, time: None, sequence: 0 }
    }

    fn window(code: &str) -> AnalysisWindow {
        default_windows().into_iter().find(|window| window.code == code).unwrap()
    }

    fn day_picked(records: &[Candidate], code: &str, tie: Tie) -> Option<i32> {
        pick(records.iter().copied(), &window(code), tie).map(|position| records[position].day)
    }

    #[test]
    fn days_12_and_16_tie_and_the_later_wins() {
        assert_eq!(day_picked(&[on(12), on(16)], "DAY_14", Tie::Later), Some(16));
        assert_eq!(day_picked(&[on(16), on(12)], "DAY_14", Tie::Later), Some(16));
        assert_eq!(day_picked(&[on(12), on(16)], "DAY_14", Tie::Earlier), Some(12));
    }

    #[test]
    fn the_closer_wins_whatever_the_tie_rule() {
        assert_eq!(day_picked(&[on(85), on(95)], "MONTH_3", Tie::Earlier), Some(95));
    }

    #[test]
    fn day_60_belongs_to_month_3_only() {
        assert_eq!(day_picked(&[on(60)], "DAY_28", Tie::Later), None);
        assert_eq!(day_picked(&[on(60)], "MONTH_3", Tie::Later), Some(60));
    }

    #[test]
    fn a_record_without_result_never_wins() {
        let empty = Candidate { has_result: false, ..on(91) };
        assert_eq!(day_picked(&[empty, on(80)], "MONTH_3", Tie::Later), Some(80));
        assert_eq!(day_picked(&[empty], "MONTH_3", Tie::Later), None);
    }

    #[test]
    fn on_one_day_scheduled_then_time_then_sequence_decide() {
        let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0);
        let unscheduled = Candidate { scheduled: false, time: at(18), sequence: 9, ..on(91) };
        let morning = Candidate { time: at(8), sequence: 5, ..on(91) };
        let noon = Candidate { time: at(12), sequence: 4, ..on(91) };
        let noon_again = Candidate { time: at(12), sequence: 6, ..on(91) };
        assert_eq!(pick([unscheduled, morning], &window("MONTH_3"), Tie::Later), Some(1));
        assert_eq!(pick([morning, noon], &window("MONTH_3"), Tie::Later), Some(1));
        assert_eq!(pick([noon_again, noon], &window("MONTH_3"), Tie::Later), Some(0));
    }

    #[test]
    fn parts_of_a_composite_lie_within_seven_days() {
        assert!(belongs_together(91, 98, 7) && belongs_together(91, 84, 7));
        assert!(!belongs_together(91, 99, 7) && !belongs_together(91, 83, 7));
        // From day -1 to day 1 is one day.
        assert!(belongs_together(-1, 1, 1));
    }

    proptest! {
        /// The order in which records come changes nothing.
        #[test]
        fn order_changes_nothing(days in prop::collection::vec((2_i32..22, any::<bool>()), 1..12), earlier: bool) {
            let tie = if earlier { Tie::Earlier } else { Tie::Later };
            let records: Vec<Candidate> = days
                .iter()
                .zip(0_u64..)
                .map(|((day, scheduled), sequence)| Candidate { scheduled: *scheduled, sequence, ..on(*day) })
                .collect();
            let forward = pick(records.iter().copied(), &window("DAY_14"), tie).map(|at| records[at].sequence);
            let reversed: Vec<Candidate> = records.iter().rev().copied().collect();
            let backward = pick(reversed.iter().copied(), &window("DAY_14"), tie).map(|at| reversed[at].sequence);
            prop_assert_eq!(forward, backward);
        }
    }
}
