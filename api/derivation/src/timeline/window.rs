//! Analysis windows: which planned visit a study day belongs to.

use super::pick::Tie;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The study days whose records can stand for a planned visit; both ends belong to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalysisWindow {
    /// The planned visit's code, for example `MONTH_3`.
    pub code: String,
    /// The study day that the protocol aims at.
    pub target: i32,
    /// First study day of the window.
    pub low: i32,
    /// Last study day of the window.
    pub high: i32,
}

impl AnalysisWindow {
    /// Whether a study day lies in the window.
    pub fn contains(&self, day: i32) -> bool {
        (self.low..=self.high).contains(&day)
    }
}

/// The window that a study day falls in; none when it falls in none.
pub fn assign(day: i32, windows: &[AnalysisWindow]) -> Option<&AnalysisWindow> {
    windows.iter().find(|window| window.contains(day))
}

/// Why a set of windows cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowFault {
    /// The window ends before it starts, or its target lies outside.
    Misshapen {
        /// The window's code.
        code: String,
    },
    /// Two windows have one code.
    Duplicate {
        /// The code.
        code: String,
    },
    /// A study day would belong to two visits.
    Overlap {
        /// The window that starts first.
        first: String,
        /// The window that starts before the first one ends.
        second: String,
        /// The first study day that both hold.
        day: i32,
    },
}

/// Refuses windows that are misshapen, named twice, or share a study day. Gaps between windows are allowed.
pub fn check(windows: &[AnalysisWindow]) -> Result<(), WindowFault> {
    let mut ordered: Vec<&AnalysisWindow> = windows.iter().collect();
    ordered.sort_by_key(|window| window.low);
    for (position, window) in ordered.iter().enumerate() {
        if window.low > window.high || !window.contains(window.target) {
            return Err(WindowFault::Misshapen { code: window.code.clone() });
        }
        if ordered[..position].iter().any(|earlier| earlier.code == window.code) {
            return Err(WindowFault::Duplicate { code: window.code.clone() });
        }
        if let Some(earlier) = ordered[..position].iter().find(|earlier| earlier.high >= window.low) {
            return Err(WindowFault::Overlap {
                first: earlier.code.clone(),
                second: window.code.clone(),
                day: window.low,
            });
        }
    }
    Ok(())
}

/// From when a value counts as after baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BaselineReference {
    /// The first dose of the investigational product.
    FirstDose,
    /// The start of lymphodepletion, about five days earlier.
    Lymphodepletion,
}

/// A run of study days; both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayRange {
    /// First study day.
    pub low: i32,
    /// Last study day.
    pub high: i32,
}

/// What a protocol fixes about visits, windows and baseline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowParameters {
    /// Which of two records wins that are equally far from the target day.
    pub tie: Tie,
    /// Whether the last value before the product or before lymphodepletion is baseline: lymphodepletion itself
    /// changes disease activity and antibodies.
    pub baseline_reference: BaselineReference,
    /// Study days on which a record can serve as screening.
    pub screening: DayRange,
    /// Study days on which a record can serve as baseline (on day 1 only before the dose).
    pub baseline: DayRange,
    /// The post-dose analysis windows, which must not overlap.
    pub windows: Vec<AnalysisWindow>,
    /// By visit code, how many days from the target a visit may be before a query is raised.
    pub query_beyond_days: BTreeMap<String, u32>,
}

impl Default for WindowParameters {
    /// Contiguous windows around days 14, 28, 91, 181 and 366; the later record wins a tie.
    fn default() -> Self {
        let query = [("DAY_14", 2), ("DAY_28", 3), ("MONTH_3", 7), ("MONTH_6", 14), ("MONTH_12", 14)];
        Self {
            tie: Tie::Later,
            baseline_reference: BaselineReference::FirstDose,
            screening: DayRange { low: -60, high: -1 },
            baseline: DayRange { low: -14, high: 1 },
            windows: default_windows(),
            query_beyond_days: query.map(|(code, days)| (code.to_owned(), days)).into(),
        }
    }
}

/// The post-dose windows of section 9: contiguous from day 2 to day 450.
pub fn default_windows() -> Vec<AnalysisWindow> {
    let window = |(code, low, high, target): (&str, i32, i32, i32)| AnalysisWindow {
        code: code.to_owned(),
        target,
        low,
        high,
    };
    [
        ("DAY_14", 2, 21, 14),
        ("DAY_28", 22, 59, 28),
        ("MONTH_3", 60, 135, 91),
        ("MONTH_6", 136, 272, 181),
        ("MONTH_12", 273, 450, 366),
    ]
    .map(window)
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(code: &str, low: i32, high: i32, target: i32) -> AnalysisWindow {
        AnalysisWindow { code: code.to_owned(), target, low, high }
    }

    /// Section 9.1, and both sides of every border.
    #[test]
    fn days_fall_into_the_printed_windows() {
        let windows = default_windows();
        let code = |day| assign(day, &windows).map(|window| window.code.as_str());
        let expected = [
            (1, None),
            (-1, None),
            (2, Some("DAY_14")),
            (14, Some("DAY_14")),
            (21, Some("DAY_14")),
            (22, Some("DAY_28")),
            (28, Some("DAY_28")),
            (59, Some("DAY_28")),
            (60, Some("MONTH_3")),
            (91, Some("MONTH_3")),
            (135, Some("MONTH_3")),
            (136, Some("MONTH_6")),
            (181, Some("MONTH_6")),
            (272, Some("MONTH_6")),
            (273, Some("MONTH_12")),
            (366, Some("MONTH_12")),
            (450, Some("MONTH_12")),
            (451, None),
        ];
        for (day, visit) in expected {
            assert_eq!(code(day), visit, "day {day}");
        }
    }

    #[test]
    fn the_default_windows_do_not_overlap() {
        assert_eq!(check(&default_windows()), Ok(()));
    }

    #[test]
    fn a_shared_day_is_an_overlap() {
        let faulty = [window("B", 21, 59, 28), window("A", 2, 21, 14)];
        let fault = WindowFault::Overlap { first: "A".to_owned(), second: "B".to_owned(), day: 21 };
        assert_eq!(check(&faulty), Err(fault));
        assert_eq!(check(&[window("A", 2, 20, 14), window("B", 21, 59, 28)]), Ok(()));
    }

    #[test]
    fn an_overlap_with_a_window_further_back_is_found() {
        let faulty = [window("A", 1, 100, 50), window("B", 101, 120, 110), window("C", 90, 95, 92)];
        assert!(matches!(check(&faulty), Err(WindowFault::Overlap { day: 90, .. })));
    }

    #[test]
    fn misshapen_and_duplicate_windows_are_refused() {
        assert_eq!(check(&[window("A", 21, 2, 14)]), Err(WindowFault::Misshapen { code: "A".to_owned() }));
        assert_eq!(check(&[window("A", 2, 21, 22)]), Err(WindowFault::Misshapen { code: "A".to_owned() }));
        let twice = [window("A", 2, 21, 14), window("A", 22, 30, 28)];
        assert_eq!(check(&twice), Err(WindowFault::Duplicate { code: "A".to_owned() }));
    }
}
