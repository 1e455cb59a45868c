//! Confidence intervals of a proportion: exact (Clopper and Pearson 1934) and score (Wilson 1927).

use super::{Interval, is_level, special};

/// The largest sample with an exact interval. The beta function beneath is exact well beyond any trial, and not beyond
/// this.
pub const LARGEST_SAMPLE: u64 = 1_000_000;

/// The observed proportion `x / n`; none when `n` is 0 or `x` is above `n`.
pub fn estimate(x: u64, n: u64) -> Option<f64> {
    (n > 0 && x <= n).then(|| x as f64 / n as f64)
}

/// The exact interval of `x` successes in `n` at a two-sided confidence `level` (0.95 for 95 percent).
///
/// None when `n` is 0 or above [`LARGEST_SAMPLE`], `x` is above `n`, or `level` is not between 0 and 1.
pub fn clopper_pearson(x: u64, n: u64, level: f64) -> Option<Interval> {
    if n == 0 || n > LARGEST_SAMPLE || x > n || !is_level(level) {
        return None;
    }
    let tail = (1.0 - level) / 2.0;
    let (hits, misses, all) = (x as f64, (n - x) as f64, n as f64);
    // At the ends the beta quantile has a closed form, which is exact and needs no search.
    let low = match x {
        0 => 0.0,
        _ if x == n => tail.powf(1.0 / all),
        _ => special::beta_quantile(hits, misses + 1.0, tail),
    };
    let high = match x {
        _ if x == n => 1.0,
        0 => 1.0 - tail.powf(1.0 / all),
        // By symmetry, so that both limits are searched in their own small tail.
        _ => 1.0 - special::beta_quantile(misses, hits + 1.0, tail),
    };
    Some(Interval { low, high })
}

/// The score interval of `x` successes in `n` at a two-sided confidence `level`, cut to 0 to 1.
///
/// None when `n` is 0, `x` is above `n`, or `level` is not between 0 and 1.
pub fn wilson(x: u64, n: u64, level: f64) -> Option<Interval> {
    let p = estimate(x, n).filter(|_| is_level(level))?;
    let all = n as f64;
    let z = special::normal_two_sided(level);
    let z2 = z * z;
    let centre = (p + z2 / (2.0 * all)) / (1.0 + z2 / all);
    let half = z * (p * (1.0 - p) / all + z2 / (4.0 * all * all)).sqrt() / (1.0 + z2 / all);
    // At 0 and at n the limit is 0 or 1 by algebra; rounding would leave a speck.
    let low = if x == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if x == n { 1.0 } else { (centre + half).min(1.0) };
    Some(Interval { low, high })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The table of section 7.4: x, n, exact 95 percent interval, score 95 percent interval.
    const PRINTED: [(u64, u64, [f64; 2], [f64; 2]); 21] = [
        (0, 3, [0.000000, 0.707598], [0.000000, 0.561497]),
        (1, 3, [0.008404, 0.905701], [0.061492, 0.792340]),
        (2, 3, [0.094299, 0.991596], [0.207660, 0.938508]),
        (3, 3, [0.292402, 1.000000], [0.438503, 1.000000]),
        (0, 6, [0.000000, 0.459258], [0.000000, 0.390334]),
        (1, 6, [0.004211, 0.641235], [0.030053, 0.563503]),
        (2, 6, [0.043272, 0.777222], [0.096771, 0.700007]),
        (3, 6, [0.118117, 0.881883], [0.187616, 0.812384]),
        (4, 6, [0.222778, 0.956728], [0.299993, 0.903229]),
        (5, 6, [0.358765, 0.995789], [0.436497, 0.969947]),
        (6, 6, [0.540742, 1.000000], [0.609666, 1.000000]),
        (0, 9, [0.000000, 0.336267], [0.000000, 0.299145]),
        (1, 9, [0.002809, 0.482497], [0.019891, 0.435000]),
        (2, 9, [0.028145, 0.600094], [0.063225, 0.547411]),
        (3, 9, [0.074855, 0.700705], [0.120584, 0.645798]),
        (4, 9, [0.136996, 0.787991], [0.188779, 0.733349]),
        (5, 9, [0.212009, 0.863004], [0.266651, 0.811221]),
        (6, 9, [0.299295, 0.925145], [0.354202, 0.879416]),
        (7, 9, [0.399906, 0.971855], [0.452589, 0.936775]),
        (8, 9, [0.517503, 0.997191], [0.565000, 0.980109]),
        (9, 9, [0.663733, 1.000000], [0.700855, 1.000000]),
    ];

    #[test]
    fn intervals_agree_with_the_printed_table() {
        for (x, n, exact, score) in PRINTED {
            let ours: [f64; 2] = clopper_pearson(x, n, 0.95).unwrap().into();
            let theirs: [f64; 2] = wilson(x, n, 0.95).unwrap().into();
            for side in [0, 1] {
                assert!((ours[side] - exact[side]).abs() < 1e-6, "exact {x}/{n}: {ours:?}");
                assert!((theirs[side] - score[side]).abs() < 1e-6, "score {x}/{n}: {theirs:?}");
            }
        }
    }

    #[test]
    fn an_empty_denominator_has_no_interval() {
        assert_eq!(clopper_pearson(0, 0, 0.95), None);
        assert_eq!(wilson(0, 0, 0.95), None);
        assert_eq!(estimate(0, 0), None);
    }

    #[test]
    fn what_cannot_be_a_proportion_has_no_interval() {
        assert_eq!(clopper_pearson(4, 3, 0.95), None);
        assert_eq!(wilson(4, 3, 0.95), None);
        assert_eq!(clopper_pearson(1, 3, 1.0), None);
        assert_eq!(clopper_pearson(1, 3, 0.0), None);
    }

    /// P(X <= x) for X ~ Binomial(n, p), summed term by term.
    fn at_most(x: u64, n: u64, p: f64) -> f64 {
        let mut term = (1.0 - p).powi(n as i32);
        let mut sum = term;
        for k in 0..x {
            term *= (n - k) as f64 / (k + 1) as f64 * p / (1.0 - p);
            sum += term;
        }
        sum
    }

    /// Far out the interval is the normal one, widened by half a subject on either side.
    #[test]
    fn the_largest_samples_are_still_exact() {
        for n in [10_000_u64, 100_000, LARGEST_SAMPLE] {
            let interval = clopper_pearson(n / 2, n, 0.95).unwrap();
            let expected = special::normal_two_sided(0.95) * (0.25 / n as f64).sqrt() + 0.5 / n as f64;
            let half = (interval.high - interval.low) / 2.0;
            assert!((half / expected - 1.0).abs() < 2e-4, "n {n}: {half} {expected}");
        }
        assert_eq!(clopper_pearson(1, LARGEST_SAMPLE + 1, 0.95), None);
    }

    proptest! {
        /// The limits are where the binomial tails are exactly half of what the level leaves.
        #[test]
        fn exact_limits_solve_the_binomial_tails(n in 1_u64..60, part in 0.0..=1.0_f64, level in 0.5..0.999_f64) {
            let x = (part * n as f64).floor() as u64;
            let tail = (1.0 - level) / 2.0;
            let interval = clopper_pearson(x, n, level).unwrap();
            if x < n {
                prop_assert!((at_most(x, n, interval.high) - tail).abs() < 1e-9);
            }
            if x > 0 {
                prop_assert!((1.0 - at_most(x - 1, n, interval.low) - tail).abs() < 1e-9);
            }
        }

        /// Whatever the truth, the exact interval holds it at least as often as it promises.
        #[test]
        fn exact_intervals_cover(n in 1_u64..30, truth in 0.001..0.999_f64) {
            let mut covered = 0.0;
            for x in 0..=n {
                let chance = at_most(x, n, truth) - if x == 0 { 0.0 } else { at_most(x - 1, n, truth) };
                if clopper_pearson(x, n, 0.95).unwrap().contains(truth) {
                    covered += chance;
                }
            }
            prop_assert!(covered >= 0.95 - 1e-9, "covered {}", covered);
        }

        /// More successes never lower a limit.
        #[test]
        fn limits_rise_with_the_count(n in 1_u64..200, x in 0_u64..200) {
            prop_assume!(x < n);
            for interval in [clopper_pearson, wilson] {
                let (fewer, more) = (interval(x, n, 0.95).unwrap(), interval(x + 1, n, 0.95).unwrap());
                prop_assert!(fewer.low <= more.low && fewer.high <= more.high);
            }
        }
    }
}
