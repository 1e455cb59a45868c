//! Toxicity monitoring with a beta prior: stop when the rate is probably above what the protocol accepts.

use super::{beta_cdf, nearest};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A beta-binomial stopping rule: with prior Beta(a, b), stop when P(rate > p0 | data) exceeds tau.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BetaBinomialRule {
    /// First shape of the prior, above 0. With both shapes 1 every rate is as likely as any other before the data.
    pub prior_a: Decimal,
    /// Second shape of the prior, above 0.
    pub prior_b: Decimal,
    /// The highest acceptable toxicity rate, between 0 and 1.
    pub p0: Decimal,
    /// The probability above which the rule stops, between 0 and 1. A lower one stops earlier.
    pub tau: Decimal,
}

impl Default for BetaBinomialRule {
    /// Prior Beta(1, 1), stop when P(rate > 0.30) > 0.90.
    fn default() -> Self {
        Self {
            prior_a: Decimal::ONE,
            prior_b: Decimal::ONE,
            p0: Decimal::new(30, 2),
            tau: Decimal::new(90, 2),
        }
    }
}

impl BetaBinomialRule {
    /// P(rate > p0) after `x` toxicities in `n` subjects; none when `x` is above `n`.
    pub fn posterior(&self, x: u64, n: u64) -> Option<f64> {
        let misses = n.checked_sub(x)?;
        let (a, b) = (nearest(self.prior_a) + x as f64, nearest(self.prior_b) + misses as f64);
        Some(posterior_above(a, b, nearest(self.p0)))
    }

    /// Whether the rule stops after `x` toxicities in `n` subjects.
    pub fn stops(&self, x: u64, n: u64) -> bool {
        self.posterior(x, n).is_some_and(|posterior| posterior > nearest(self.tau))
    }

    /// The fewest toxicities among `n` subjects at which the rule stops; none when no count does.
    pub fn boundary(&self, n: u64) -> Option<u64> {
        (0..=n).find(|x| self.stops(*x, n))
    }
}

/// P(X > p) for X ~ Beta(a, b), taken from the other tail so that small probabilities keep their digits.
pub(crate) fn posterior_above(a: f64, b: f64, p: f64) -> f64 {
    beta_cdf(b, a, 1.0 - p)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(p0: &str) -> BetaBinomialRule {
        BetaBinomialRule { p0: p0.parse().unwrap(), ..BetaBinomialRule::default() }
    }

    /// R-BAYES: the golden posteriors of the stopping-rule catalogue, prior Beta(1,1).
    #[test]
    fn r_bayes_posteriors() {
        let golden: [(&str, &[f64]); 5] = [
            ("0.30", &[0.2401, 0.6517, 0.9163, 0.9919]),
            ("0.30", &[0.0824, 0.3294, 0.6471, 0.8740, 0.9712, 0.9962, 0.9998]),
            ("0.30", &[0.0282, 0.1493, 0.3828, 0.6496, 0.8497, 0.9527, 0.9894, 0.9984, 0.9999, 1.0000]),
            ("0.33", &[0.2015, 0.5985, 0.8918, 0.9881]),
            ("0.33", &[0.0606, 0.2696, 0.5783, 0.8318, 0.9566, 0.9935, 0.9996]),
        ];
        for (p0, posteriors) in golden {
            let n = posteriors.len() as u64 - 1;
            for (x, expected) in posteriors.iter().enumerate() {
                let posterior = rule(p0).posterior(x as u64, n).unwrap();
                assert!((posterior - expected).abs() <= 5.0001e-5, "p0 {p0} {x}/{n}: {posterior}");
            }
        }
    }

    /// R-BAYES: with whole shapes the posterior is a binomial sum; 0 of 3 is 0.7^4 exactly.
    #[test]
    fn r_bayes_closed_form() {
        assert!((rule("0.30").posterior(0, 3).unwrap() - 0.7_f64.powi(4)).abs() < 1e-12);
        assert!((rule("0.30").posterior(3, 3).unwrap() - (1.0 - 0.3_f64.powi(4))).abs() < 1e-12);
        assert!((rule("0.30").posterior(9, 9).unwrap() - (1.0 - 0.3_f64.powi(10))).abs() < 1e-12);
    }

    /// R-BAYES: with tau 0.90 and p0 0.30 it stops at 2 of 3, 4 of 6, 5 of 9, and not one earlier.
    #[test]
    fn r_bayes_boundaries() {
        let rule = rule("0.30");
        for (n, boundary) in [(3, 2), (6, 4), (9, 5)] {
            assert_eq!(rule.boundary(n), Some(boundary));
            assert!(rule.stops(boundary, n) && !rule.stops(boundary - 1, n));
        }
        // One toxicity in one subject brings the posterior to 0.91 only.
        assert_eq!(BetaBinomialRule { tau: Decimal::new(99, 2), ..rule.clone() }.boundary(1), None);
    }

    #[test]
    fn shapes_need_not_be_whole() {
        let jeffreys =
            BetaBinomialRule { prior_a: Decimal::new(5, 1), prior_b: Decimal::new(5, 1), ..rule("0.50") };
        // A symmetric posterior lies half above one half.
        assert!((jeffreys.posterior(2, 4).unwrap() - 0.5).abs() < 1e-10);
        // Beta(1/2, 3/2) above 1/2: 1/2 - 1/pi.
        assert!((jeffreys.posterior(0, 1).unwrap() - (0.5 - std::f64::consts::FRAC_1_PI)).abs() < 1e-10);
    }

    #[test]
    fn more_toxicities_than_subjects_have_no_posterior() {
        assert_eq!(rule("0.30").posterior(4, 3), None);
        assert!(!rule("0.30").stops(4, 3));
    }
}
