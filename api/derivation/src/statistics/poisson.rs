//! The exact confidence interval of an event rate.

use super::{Interval, is_level, special};

/// The exact two-sided interval of a rate per unit of `exposure`, from `events` counted over it.
///
/// None when `exposure` is not above 0 or `level` is not between 0 and 1. With no event the lower limit is 0.
pub fn exact_poisson(events: u64, exposure: f64, level: f64) -> Option<Interval> {
    if !(exposure > 0.0 && exposure.is_finite() && is_level(level)) {
        return None;
    }
    let tail = (1.0 - level) / 2.0;
    let count = events as f64;
    // chi2inv(p, 2k) / 2 is the quantile of Gamma(k, 1).
    let low = if events == 0 { 0.0 } else { special::gamma_quantile_lower(count, tail) / exposure };
    let high = special::gamma_quantile_upper(count + 1.0, tail) / exposure;
    Some(Interval { low, high })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn five_events_in_seven_and_a_half_years() {
        let interval = exact_poisson(5, 7.5, 0.95).unwrap();
        assert!((interval.low - 0.216465).abs() < 1e-6 && (interval.high - 1.555778).abs() < 1e-6);
    }

    #[test]
    fn no_event_starts_at_zero() {
        let interval = exact_poisson(0, 3.25, 0.95).unwrap();
        assert_eq!(interval.low, 0.0);
        assert!((interval.high - 3.688_879_454 / 3.25).abs() < 1e-9);
    }

    /// Garwood's limits of a count over one unit, as tables print them.
    #[test]
    fn limits_agree_with_the_printed_table() {
        let printed = [
            (0, 0.0, 3.688879),
            (1, 0.025318, 5.571643),
            (2, 0.242209, 7.224688),
            (3, 0.618672, 8.767273),
            (5, 1.623486, 11.668332),
            (10, 4.795389, 18.390356),
        ];
        for (events, low, high) in printed {
            let interval = exact_poisson(events, 1.0, 0.95).unwrap();
            assert!(
                (interval.low - low).abs() < 1e-6 && (interval.high - high).abs() < 1e-6,
                "{events}: {interval:?}"
            );
        }
    }

    #[test]
    fn no_exposure_has_no_rate() {
        assert_eq!(exact_poisson(0, 0.0, 0.95), None);
        assert_eq!(exact_poisson(2, -1.0, 0.95), None);
        assert_eq!(exact_poisson(2, 1.0, 1.0), None);
    }

    /// P(X <= k) for X ~ Poisson(mean), summed term by term.
    fn at_most(k: u64, mean: f64) -> f64 {
        let mut term = (-mean).exp();
        let mut sum = term;
        for i in 1..=k {
            term *= mean / i as f64;
            sum += term;
        }
        sum
    }

    proptest! {
        /// The limits are where the Poisson tails are half of what the level leaves.
        #[test]
        fn limits_solve_the_poisson_tails(events in 0_u64..80, exposure in 0.1..50.0_f64) {
            let interval = exact_poisson(events, exposure, 0.95).unwrap();
            prop_assert!((at_most(events, interval.high * exposure) - 0.025).abs() < 1e-9);
            if events > 0 {
                prop_assert!((1.0 - at_most(events - 1, interval.low * exposure) - 0.025).abs() < 1e-9);
            }
        }
    }
}
