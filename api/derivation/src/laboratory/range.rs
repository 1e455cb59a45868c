//! Where a value stands against its laboratory's reference range.

use super::censored::{Comparator, Measured};
use rust_decimal::Decimal;
use serde::Serialize;

/// Below, within or above the reference range. A value at a limit is normal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RangeStatus {
    /// Below the lower limit.
    Low,
    /// Within the limits, or with no limit on that side.
    Normal,
    /// Above the upper limit.
    High,
}

/// A reference range; none means that there is no such limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Lower limit of normal.
    pub low: Option<Decimal>,
    /// Upper limit of normal (the positivity cut-off of an antibody).
    pub high: Option<Decimal>,
}

impl Limits {
    /// Where a value stands; none when a censored one could stand on either side of a limit.
    pub fn status(&self, measured: Measured) -> Option<RangeStatus> {
        let value = measured.value;
        // Each answer: certainly beyond the limit, certainly not, or open. No value lies below zero.
        let below = |low: Decimal| match measured.comparator {
            Comparator::Exact => Some(value < low),
            Comparator::Below if value <= low => Some(true),
            Comparator::Below => (low <= Decimal::ZERO).then_some(false),
            Comparator::Above => (value >= low).then_some(false),
        };
        let above = |high: Decimal| match measured.comparator {
            Comparator::Exact => Some(value > high),
            Comparator::Above => (value >= high).then_some(true),
            Comparator::Below => (value <= high).then_some(false),
        };
        let low = self.low.map_or(Some(false), below);
        let high = self.high.map_or(Some(false), above);
        match (low, high) {
            (Some(true), _) => Some(RangeStatus::Low),
            (_, Some(true)) => Some(RangeStatus::High),
            (Some(false), Some(false)) => Some(RangeStatus::Normal),
            (None, _) | (_, None) => None,
        }
    }
}

/// Whether an abnormal baseline became normal; none when either is unknown.
pub fn normalised(baseline: Option<RangeStatus>, value: Option<RangeStatus>) -> Option<bool> {
    baseline.zip(value).map(|(before, now)| before != RangeStatus::Normal && now == RangeStatus::Normal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use RangeStatus::{High, Low, Normal};

    fn status(text: &str, low: Option<i64>, high: Option<i64>) -> Option<RangeStatus> {
        let limits = Limits { low: low.map(Decimal::from), high: high.map(Decimal::from) };
        limits.status(Measured::parse(text).unwrap())
    }

    #[test]
    fn a_value_at_a_limit_is_normal() {
        let c3 = |text| status(text, Some(90), Some(180));
        assert_eq!(
            [c3("89.99"), c3("90"), c3("180"), c3("180.01")],
            [Some(Low), Some(Normal), Some(Normal), Some(High)]
        );
    }

    #[test]
    fn a_censored_value_counts_when_it_is_on_one_side_for_certain() {
        assert_eq!(status("<10", None, Some(30)), Some(Normal));
        assert_eq!(status("<30", None, Some(30)), Some(Normal));
        assert_eq!(status("<31", None, Some(30)), None);
        assert_eq!(status(">300", None, Some(30)), Some(High));
        assert_eq!(status(">30", None, Some(30)), Some(High));
        assert_eq!(status(">29", None, Some(30)), None);
        assert_eq!(status("<10", Some(10), Some(30)), Some(Low));
        assert_eq!(status("<11", Some(10), Some(30)), None);
        assert_eq!(status(">10", Some(10), None), Some(Normal));
        assert_eq!(status(">9", Some(10), None), None);
        assert_eq!(status("<10", Some(0), Some(30)), Some(Normal));
        assert_eq!(status(">300", Some(400), Some(500)), None);
    }

    #[test]
    fn without_limits_everything_is_normal() {
        assert_eq!(status("7", None, None), Some(Normal));
    }

    #[test]
    fn only_the_abnormal_can_normalise() {
        assert_eq!(normalised(Some(Low), Some(Normal)), Some(true));
        assert_eq!(normalised(Some(High), Some(Normal)), Some(true));
        assert_eq!(normalised(Some(Normal), Some(Normal)), Some(false));
        assert_eq!(normalised(Some(Low), Some(High)), Some(false));
        assert_eq!(normalised(None, Some(Normal)), None);
        assert_eq!(normalised(Some(Low), None), None);
    }
}
