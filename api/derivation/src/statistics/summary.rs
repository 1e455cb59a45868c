//! Continuous summaries: mean, standard deviation, quartiles by a named method, and a t interval of the mean.

use super::{Interval, is_level, nearest, special};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How a quartile is read when its rank falls between two observations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum QuartileMethod {
    /// The observation above the rank, averaged with its neighbour at an exact rank (definition 5 of SAS, type 2 of R).
    #[serde(rename = "TYPE_2")]
    Type2,
    /// Linear interpolation between neighbours (the default of R, type 7).
    #[serde(rename = "TYPE_7")]
    Type7,
}

/// A summary of the known values of a sample. Everything but `n` is none for an empty sample.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Known values.
    pub n: usize,
    /// Arithmetic mean.
    pub mean: Option<f64>,
    /// Standard deviation over n - 1; none for one value.
    pub sd: Option<f64>,
    /// Median.
    pub median: Option<f64>,
    /// First quartile.
    pub q1: Option<f64>,
    /// Third quartile.
    pub q3: Option<f64>,
    /// Smallest value.
    pub min: Option<f64>,
    /// Largest value.
    pub max: Option<f64>,
    /// Student t interval of the mean; none for one value.
    pub ci_mean_t: Option<Interval>,
}

/// Summarises `values` (leave out what is unknown before). `level` is the two-sided confidence of the mean's interval;
/// outside 0 to 1 there is no interval.
pub fn summary(values: &[Decimal], method: QuartileMethod, level: f64) -> Summary {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let n = sorted.len();
    let mean = mean(&sorted);
    let sd = mean.filter(|_| n > 1).map(|mean| standard_deviation(&sorted, mean));
    let ci_mean_t = mean.zip(sd).filter(|_| is_level(level)).map(|(mean, sd)| {
        let half = special::student_two_sided((n - 1) as f64, level) * sd / (n as f64).sqrt();
        Interval { low: mean - half, high: mean + half }
    });
    Summary {
        n,
        mean,
        sd,
        median: quartile(&sorted, 2, method),
        q1: quartile(&sorted, 1, method),
        q3: quartile(&sorted, 3, method),
        min: sorted.first().copied().map(nearest),
        max: sorted.last().copied().map(nearest),
        ci_mean_t,
    }
}

fn mean(values: &[Decimal]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let n = Decimal::from(values.len());
    let exact = values
        .iter()
        .try_fold(Decimal::ZERO, |sum, value| sum.checked_add(*value))
        .and_then(|sum| sum.checked_div(n));
    // Sums beyond 28 digits fall back to binary arithmetic instead of failing.
    Some(
        exact.map_or_else(|| values.iter().map(|value| nearest(*value) / values.len() as f64).sum(), nearest),
    )
}

fn standard_deviation(values: &[Decimal], mean: f64) -> f64 {
    if values.first() == values.last() {
        return 0.0;
    }
    let squares: f64 = values.iter().map(|value| (nearest(*value) - mean).powi(2)).sum();
    (squares / (values.len() - 1) as f64).sqrt()
}

/// The quartile `quarter` (1 to 3) of sorted values.
fn quartile(sorted: &[Decimal], quarter: usize, method: QuartileMethod) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    // `between` quarters of the way from the value at `below` to its upper neighbour.
    let (below, between) = match method {
        QuartileMethod::Type2 => {
            let rank = sorted.len() * quarter;
            if rank.is_multiple_of(4) { (rank / 4 - 1, 2) } else { (rank / 4, 0) }
        }
        QuartileMethod::Type7 => (last * quarter / 4, last * quarter % 4),
    };
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    let share = Decimal::new(25 * between as i64, 2);
    let exact =
        high.checked_sub(low).and_then(|gap| gap.checked_mul(share)).and_then(|step| low.checked_add(step));
    Some(exact.map_or_else(|| nearest(low) + (nearest(high) - nearest(low)) * nearest(share), nearest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(values: &[i64]) -> Vec<Decimal> {
        values.iter().map(|value| Decimal::from(*value)).collect()
    }

    fn close(value: Option<f64>, expected: f64) {
        assert!((value.unwrap() - expected).abs() < 1e-6, "{value:?} is not {expected}");
    }

    /// The worked sample of section 7.5.
    #[test]
    fn nine_changes() {
        let s = summary(&whole(&[-8, -6, -4, -10, -2, 0, -12, -6, -7]), QuartileMethod::Type2, 0.95);
        assert_eq!(s.n, 9);
        close(s.mean, -6.111111);
        close(s.sd, 3.756476);
        close(s.median, -6.0);
        close(s.q1, -8.0);
        close(s.q3, -4.0);
        close(s.min, -12.0);
        close(s.max, 0.0);
        let interval = s.ci_mean_t.unwrap();
        assert!((interval.low + 8.998594).abs() < 1e-6 && (interval.high + 3.223628).abs() < 1e-6);
    }

    /// The two methods differ on four values, as section 7.5 shows.
    #[test]
    fn quartile_methods_differ() {
        let values = whole(&[-8, -6, -4, 2]);
        let (two, seven) =
            (summary(&values, QuartileMethod::Type2, 0.95), summary(&values, QuartileMethod::Type7, 0.95));
        assert_eq!((two.q1, two.q3), (Some(-7.0), Some(-1.0)));
        assert_eq!((seven.q1, seven.q3), (Some(-6.5), Some(-2.5)));
        assert_eq!((two.median, seven.median), (Some(-5.0), Some(-5.0)));
    }

    #[test]
    fn one_value_has_no_spread() {
        let s = summary(&whole(&[3]), QuartileMethod::Type2, 0.95);
        assert_eq!((s.n, s.mean, s.median, s.q1, s.q3), (1, Some(3.0), Some(3.0), Some(3.0), Some(3.0)));
        assert_eq!((s.sd, s.ci_mean_t), (None, None));
    }

    #[test]
    fn nothing_has_no_summary() {
        let s = summary(&[], QuartileMethod::Type7, 0.95);
        assert_eq!(
            (s.n, s.mean, s.sd, s.median, s.q1, s.q3, s.min, s.max),
            (0, None, None, None, None, None, None, None)
        );
        assert_eq!(s.ci_mean_t, None);
    }

    #[test]
    fn no_variance_collapses_the_interval() {
        let s = summary(&[Decimal::new(1, 1); 7], QuartileMethod::Type2, 0.95);
        assert_eq!((s.mean, s.sd), (Some(0.1), Some(0.0)));
        assert_eq!(s.ci_mean_t, Some(Interval { low: 0.1, high: 0.1 }));
    }

    #[test]
    fn sums_beyond_28_digits_do_not_fail() {
        let s = summary(&[Decimal::MAX, Decimal::MAX, Decimal::MIN], QuartileMethod::Type7, 0.95);
        assert!(s.mean.unwrap().is_finite() && s.q1.unwrap().is_finite() && s.sd.unwrap().is_finite());
    }

    proptest! {
        /// The order of subjects changes nothing, and quartiles stay in order between the extremes.
        #[test]
        fn order_changes_nothing(mut values in prop::collection::vec(-1_000_i64..1_000, 1..40), seven: bool) {
            let method = if seven { QuartileMethod::Type7 } else { QuartileMethod::Type2 };
            let before = summary(&whole(&values), method, 0.95);
            values.reverse();
            prop_assert_eq!(&before, &summary(&whole(&values), method, 0.95));
            let order = [before.min, before.q1, before.median, before.q3, before.max].map(|value| value.unwrap_or(f64::NAN));
            prop_assert!(order.is_sorted());
        }
    }
}
