//! Distribution functions from `statrs`, and their quantiles by bisection.
//!
//! The quantiles of `statrs` stop at about eight digits and panic on bad input; bisection on its distribution
//! functions goes to the last bit, and small samples leave time for it.

use statrs::function::{
    beta::checked_beta_reg, erf::erfc_inv, gamma::checked_gamma_lr, gamma::checked_gamma_ur,
};

/// P(X <= x) for X ~ Beta(a, b), with a and b above 0. Outside 0 to 1 it is 0 or 1.
pub(crate) fn beta_cdf(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        0.0
    } else if x >= 1.0 {
        1.0
    } else {
        checked_beta_reg(a, b, x).unwrap_or(f64::NAN).clamp(0.0, 1.0)
    }
}

/// P(low < X <= high) for X ~ Beta(a, b).
pub(crate) fn beta_mass(a: f64, b: f64, low: f64, high: f64) -> f64 {
    beta_cdf(a, b, high) - beta_cdf(a, b, low)
}

/// The x with P(X <= x) = p for X ~ Beta(a, b).
pub(super) fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    bisect(0.0, 1.0, |x| beta_cdf(a, b, x) < p)
}

/// The z with P(|Z| <= z) = level for a standard normal Z.
pub(super) fn normal_two_sided(level: f64) -> f64 {
    std::f64::consts::SQRT_2 * erfc_inv(1.0 - level)
}

/// The t with P(|T| <= t) = level for Student's T with `df` degrees of freedom.
pub(super) fn student_two_sided(df: f64, level: f64) -> f64 {
    // T^2 / (df + T^2) is Beta(1/2, df/2).
    let share = beta_quantile(0.5, df / 2.0, level);
    (df * share / (1.0 - share)).sqrt()
}

/// The x with P(X <= x) = p for X ~ Gamma(shape, 1).
pub(super) fn gamma_quantile_lower(shape: f64, p: f64) -> f64 {
    let below = |x: f64| x <= 0.0 || checked_gamma_lr(shape, x).unwrap_or(f64::NAN) < p;
    bisect(0.0, upper_bracket(shape, below), below)
}

/// The x with P(X > x) = p for X ~ Gamma(shape, 1).
pub(super) fn gamma_quantile_upper(shape: f64, p: f64) -> f64 {
    let below = |x: f64| x <= 0.0 || checked_gamma_ur(shape, x).unwrap_or(f64::NAN) > p;
    bisect(0.0, upper_bracket(shape, below), below)
}

fn upper_bracket(start: f64, below: impl Fn(f64) -> bool) -> f64 {
    let mut high = start.max(1.0);
    while high.is_finite() && below(high) {
        high *= 2.0;
    }
    high
}

/// The point in `low..=high` where `below` turns from true to false, to the last bit.
fn bisect(mut low: f64, mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return middle;
        }
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The t quantiles printed in the text of section 7.5.
    #[test]
    fn student_quantiles_agree_with_the_printed_ones() {
        let printed = [
            (1.0, 12.706205),
            (2.0, 4.302653),
            (3.0, 3.182446),
            (5.0, 2.570582),
            (8.0, 2.306004),
            (9.0, 2.262157),
        ];
        for (df, t) in printed {
            assert!((student_two_sided(df, 0.95) - t).abs() < 5e-7, "df {df}");
        }
    }

    #[test]
    fn the_normal_quantile_is_the_familiar_one() {
        assert!((normal_two_sided(0.95) - 1.959963984540054).abs() < 1e-12);
        assert!((normal_two_sided(0.90) - 1.6448536269514722).abs() < 1e-12);
    }

    /// With whole numbers the beta distribution function is a binomial tail, which a sum of fractions gives exactly.
    #[test]
    fn the_beta_function_is_the_binomial_tail() {
        for n in [1_u32, 3, 9, 40] {
            for x in 0..n {
                for p in [0.01, 0.3, 0.5, 0.97] {
                    let q: f64 = 1.0 - p;
                    let mut term = q.powi(n as i32);
                    let mut at_most = term;
                    for k in 0..x {
                        term *= f64::from(n - k) / f64::from(k + 1) * p / q;
                        at_most += term;
                    }
                    let tail = 1.0 - beta_cdf(f64::from(x + 1), f64::from(n - x), p);
                    assert!((tail - at_most).abs() < 1e-11, "x {x} n {n} p {p}: {tail} {at_most}");
                }
            }
        }
    }

    /// Quantiles of chi-squared as tables print them: degrees of freedom, 0.025 and 0.975.
    #[test]
    fn chi_squared_quantiles_agree_with_printed_tables() {
        let printed = [
            (1.0, 0.000982, 5.023886),
            (2.0, 0.050636, 7.377759),
            (4.0, 0.484419, 11.143287),
            (5.0, 0.831212, 12.832502),
            (10.0, 3.246973, 20.483177),
            (20.0, 9.590777, 34.169607),
            (30.0, 16.790772, 46.979242),
        ];
        for (df, low, high) in printed {
            assert!((2.0 * gamma_quantile_lower(df / 2.0, 0.025) - low).abs() < 1e-6, "df {df}");
            assert!((2.0 * gamma_quantile_upper(df / 2.0, 0.025) - high).abs() < 1e-6, "df {df}");
        }
    }

    /// Two-sided t as tables print it: degrees of freedom at 90, 95 and 99 percent.
    #[test]
    fn student_tables() {
        let printed = [
            (1.0, 6.313752, 12.706205, 63.656741),
            (4.0, 2.131847, 2.776445, 4.604095),
            (10.0, 1.812461, 2.228139, 3.169273),
            (30.0, 1.697261, 2.042272, 2.749996),
            (120.0, 1.657651, 1.979930, 2.617421),
        ];
        for (df, ninety, ninety_five, ninety_nine) in printed {
            for (level, t) in [(0.90, ninety), (0.95, ninety_five), (0.99, ninety_nine)] {
                assert!((student_two_sided(df, level) - t).abs() < 1e-6, "df {df} at {level}");
            }
        }
    }

    /// F quantiles as tables print them are beta quantiles: F(0.95; 2 a, 2 b) = b x / (a (1 - x)).
    #[test]
    fn beta_quantiles_agree_with_printed_f_tables() {
        for (numerator, denominator, f) in
            [(2.0, 2.0, 19.0), (2.0, 10.0, 4.102821), (4.0, 20.0, 2.866081), (10.0, 10.0, 2.978237)]
        {
            let (a, b) = (numerator / 2.0, denominator / 2.0);
            let x = beta_quantile(a, b, 0.95);
            assert!((b * x / (a * (1.0 - x)) - f).abs() < 1e-6, "{numerator}, {denominator}");
        }
    }

    #[test]
    fn the_gamma_quantile_of_shape_one_is_the_exponential_one() {
        assert!((gamma_quantile_lower(1.0, 0.025) + (0.975_f64).ln()).abs() < 1e-14);
        assert!((gamma_quantile_upper(1.0, 0.025) + (0.025_f64).ln()).abs() < 1e-12);
    }
}
