//! Bayesian optimal interval design (Liu and Yuan 2015).
//!
//! The observed rate is compared with two limits that make wrong steps least likely when the true rate is p_saf,
//! the target, or p_tox. Publications print the limits rounded; the comparison uses full precision.

use super::{Elimination, Step, posterior_above_target};
use crate::rule::{Rule, Version};
use crate::statistics::nearest;
use rust_decimal::Decimal;

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "boin",
    name: "Bayesian optimal interval design",
    versions: &[Version {
        version: "1",
        what: "Limits at full precision; elimination first; the tolerated dose by isotonic regression.",
    }],
};

/// The rule for one target rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Boin {
    target: f64,
    elimination: Elimination,
    /// Escalate at this observed rate or below.
    pub lambda_e: f64,
    /// De-escalate at this observed rate or above.
    pub lambda_d: f64,
}

/// The counts at which the step changes, for one number of subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Boundaries {
    /// Escalate at this many toxicities or fewer.
    pub escalate_if_le: u64,
    /// De-escalate at this many toxicities or more.
    pub deescalate_if_ge: u64,
    /// Eliminate at this many toxicities or more; none when no count does.
    pub eliminate_if_ge: Option<u64>,
}

impl Boin {
    /// The rule with its two rates around the target. None unless 0 < `p_saf` < `target` < `p_tox` < 1.
    pub fn new(target: Decimal, p_saf: Decimal, p_tox: Decimal, elimination: Elimination) -> Option<Boin> {
        if !(Decimal::ZERO < p_saf && p_saf < target && target < p_tox && p_tox < Decimal::ONE) {
            return None;
        }
        let (phi, low, high) = (nearest(target), nearest(p_saf), nearest(p_tox));
        let lambda_e = ((1.0 - low) / (1.0 - phi)).ln() / (phi * (1.0 - low) / (low * (1.0 - phi))).ln();
        let lambda_d = ((1.0 - phi) / (1.0 - high)).ln() / (high * (1.0 - phi) / (phi * (1.0 - high))).ln();
        Some(Boin { target: phi, elimination, lambda_e, lambda_d })
    }

    /// The rule with the usual rates of 0.6 and 1.4 times the target. None unless 0 < `target` < 1 / 1.4.
    pub fn for_target(target: Decimal, elimination: Elimination) -> Option<Boin> {
        let times = |ratio| target.checked_mul(Decimal::new(ratio, 1));
        Boin::new(target, times(6)?, times(14)?, elimination)
    }

    /// The step after `dlt` toxicities in `n` subjects (at least one), without regard to the ends of the ladder.
    pub fn decide(&self, dlt: u64, n: u64) -> Step {
        let rate = dlt as f64 / n as f64;
        if self.elimination.applies(self.target, dlt, n) {
            Step::Eliminate
        } else if rate <= self.lambda_e {
            Step::Escalate
        } else if rate >= self.lambda_d {
            Step::DeEscalate
        } else {
            Step::Stay
        }
    }

    /// P(rate > target) after `dlt` toxicities in `n` subjects.
    pub fn posterior_above_target(&self, dlt: u64, n: u64) -> f64 {
        posterior_above_target(self.target, dlt, n)
    }

    /// The counts at which the step changes among `n` subjects (at least one).
    pub fn boundaries(&self, n: u64) -> Boundaries {
        let rate = |dlt: u64| dlt as f64 / n as f64;
        let first = |from: &dyn Fn(u64) -> bool| first_true(n, from);
        Boundaries {
            // No toxicity always escalates and toxicity in all never does, as both limits lie between 0 and 1.
            escalate_if_le: first(&|dlt| rate(dlt) > self.lambda_e).unwrap_or(n).saturating_sub(1),
            deescalate_if_ge: first(&|dlt| rate(dlt) >= self.lambda_d).unwrap_or(n),
            eliminate_if_ge: first(&|dlt| self.elimination.applies(self.target, dlt, n)),
        }
    }
}

/// The smallest count up to `n` from which `holds`, which stays true once it is.
fn first_true(n: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut low, mut high) = (0, n.checked_add(1)?);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    (low <= n).then_some(low)
}

/// The maximum tolerated dose by isotonic regression, and the rates that it was chosen by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToleratedDose {
    /// The position of the level, from 0; none when no level qualifies.
    pub level: Option<usize>,
    /// The estimated rate of each level that was treated and not eliminated, by its position. Rates never fall with the dose.
    pub rates: Vec<(usize, f64)>,
}

/// The maximum tolerated dose among `levels` of (toxicities, subjects), lowest dose first.
///
/// Rates with prior Beta(0.05, 0.05) are made to rise with the dose (isotonic regression, weighted by precision); the
/// level closest to `target` among those treated and not eliminated wins. A tie below the target takes the higher
/// level, any other the lower.
pub fn maximum_tolerated_dose(
    levels: &[(u64, u64)],
    target: Decimal,
    elimination: Elimination,
) -> ToleratedDose {
    let target = nearest(target);
    let open =
        levels.iter().position(|(dlt, n)| elimination.applies(target, *dlt, *n)).unwrap_or(levels.len());
    let treated: Vec<usize> = (0..open).filter(|level| levels[*level].1 > 0).collect();
    let blocks: Vec<Block> = treated.iter().map(|level| Block::of(levels[*level])).collect();
    let estimates = isotonic(&blocks);
    let level = closest_to(target, &estimates).and_then(|chosen| treated.get(chosen).copied());
    ToleratedDose { level, rates: treated.into_iter().zip(estimates).collect() }
}

fn closest_to(target: f64, estimates: &[f64]) -> Option<usize> {
    let closest = estimates.iter().map(|estimate| (estimate - target).abs()).min_by(f64::total_cmp)?;
    let at_best = |estimate: &f64| (estimate - target).abs() <= closest;
    let mut best = estimates.iter().enumerate().filter(|(_, estimate)| at_best(estimate));
    let (lowest, estimate) = best.next()?;
    if *estimate < target {
        // Only levels pooled to the very same estimate tie below the target; one above it is not preferred.
        Some(best.take_while(|(_, other)| **other < target).last().map_or(lowest, |(level, _)| level))
    } else {
        Some(lowest)
    }
}

#[derive(Clone, Copy)]
struct Block {
    estimate: f64,
    weight: f64,
    levels: usize,
}

impl Block {
    fn of((dlt, n): (u64, u64)) -> Block {
        let (a, b) = (dlt as f64 + 0.05, n.saturating_sub(dlt) as f64 + 0.05);
        let total = a + b;
        let variance = a * b / (total * total * (total + 1.0));
        Block { estimate: a / total, weight: 1.0 / variance, levels: 1 }
    }

    fn pooled(self, other: Block) -> Block {
        let weight = self.weight + other.weight;
        let estimate = (self.estimate * self.weight + other.estimate * other.weight) / weight;
        Block { estimate, weight, levels: self.levels + other.levels }
    }
}

/// Pools adjacent violators until the estimates rise; one estimate for each level.
fn isotonic(blocks: &[Block]) -> Vec<f64> {
    let mut pooled: Vec<Block> = Vec::with_capacity(blocks.len());
    for block in blocks {
        let mut block = *block;
        while let Some(before) = pooled.pop_if(|before| before.estimate > block.estimate) {
            block = before.pooled(block);
        }
        pooled.push(block);
    }
    pooled.iter().flat_map(|block| std::iter::repeat_n(block.estimate, block.levels)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn boin(target: &str) -> Boin {
        Boin::for_target(decimal(target), Elimination::default()).unwrap()
    }

    /// The limits printed in section 6.4.
    #[test]
    fn printed_limits() {
        let printed = [
            ("0.30", 0.236491, 0.358519),
            ("0.20", 0.157242, 0.238462),
            ("0.25", 0.196801, 0.298392),
            ("0.33", 0.260377, 0.394716),
        ];
        for (target, lambda_e, lambda_d) in printed {
            let rule = boin(target);
            assert!(
                (rule.lambda_e - lambda_e).abs() < 1e-6 && (rule.lambda_d - lambda_d).abs() < 1e-6,
                "{rule:?}"
            );
        }
    }

    /// The table of count boundaries in section 6.4, target 0.30.
    #[test]
    fn printed_boundaries() {
        let printed = [
            (3, 0, 2, 3),
            (4, 0, 2, 3),
            (5, 1, 2, 4),
            (6, 1, 3, 4),
            (7, 1, 3, 5),
            (8, 1, 3, 5),
            (9, 2, 4, 5),
            (10, 2, 4, 6),
            (11, 2, 4, 6),
            (12, 2, 5, 7),
            (15, 3, 6, 8),
            (18, 4, 7, 9),
        ];
        for (n, escalate_if_le, deescalate_if_ge, eliminate) in printed {
            let expected = Boundaries { escalate_if_le, deescalate_if_ge, eliminate_if_ge: Some(eliminate) };
            assert_eq!(boin("0.30").boundaries(n), expected, "n {n}");
        }
    }

    /// The worked examples of section 6.5.1, with their posteriors.
    #[test]
    fn printed_decisions() {
        let printed = [
            (0, 3, 0.2401, Step::Escalate),
            (1, 3, 0.6517, Step::Stay),
            (2, 3, 0.9163, Step::DeEscalate),
            (3, 3, 0.9919, Step::Eliminate),
            (0, 6, 0.082354, Step::Escalate),
            (1, 6, 0.329417, Step::Escalate),
            (2, 6, 0.64707, Step::Stay),
            (3, 6, 0.873964, Step::DeEscalate),
            (4, 6, 0.971205, Step::Eliminate),
            (2, 9, 0.382783, Step::Escalate),
            (3, 9, 0.649611, Step::Stay),
            (4, 9, 0.849732, Step::DeEscalate),
            (5, 9, 0.952651, Step::Eliminate),
        ];
        for (dlt, n, posterior, step) in printed {
            assert_eq!(boin("0.30").decide(dlt, n), step, "{dlt}/{n}");
            assert!((boin("0.30").posterior_above_target(dlt, n) - posterior).abs() < 1e-6, "{dlt}/{n}");
        }
    }

    #[test]
    fn two_subjects_eliminate_nothing() {
        let expected = Boundaries { escalate_if_le: 0, deescalate_if_ge: 1, eliminate_if_ge: None };
        assert_eq!(boin("0.30").boundaries(2), expected);
        assert_eq!(boin("0.30").decide(2, 2), Step::DeEscalate);
    }

    #[test]
    fn rates_out_of_order_are_refused() {
        let rule = |target, p_saf, p_tox| {
            Boin::new(decimal(target), decimal(p_saf), decimal(p_tox), Elimination::default())
        };
        assert!(rule("0.25", "0.1", "0.4").is_some());
        for (target, p_saf, p_tox) in
            [("0.25", "0.25", "0.4"), ("0.25", "0.1", "0.25"), ("0.25", "0", "0.4"), ("0.8", "0.5", "1.12")]
        {
            assert_eq!(rule(target, p_saf, p_tox), None);
        }
    }

    #[test]
    fn the_mtd_is_the_level_closest_to_the_target() {
        let mtd = |levels: &[(u64, u64)]| {
            maximum_tolerated_dose(levels, decimal("0.30"), Elimination::default()).level
        };
        assert_eq!(mtd(&[(0, 3), (2, 6), (4, 6)]), Some(1));
        assert_eq!(mtd(&[(0, 3), (0, 3), (1, 3)]), Some(2));
        // Nothing treated at the third level.
        assert_eq!(mtd(&[(0, 3), (1, 6), (0, 0)]), Some(1));
        // The second level is eliminated, and the third with it.
        assert_eq!(mtd(&[(0, 3), (3, 3), (0, 3)]), Some(0));
        assert_eq!(mtd(&[(3, 3), (0, 3)]), None);
        assert_eq!(mtd(&[]), None);
    }

    /// Equal estimates: below the target the higher dose is taken, above it the lower.
    #[test]
    fn ties_prefer_the_dose_towards_the_target() {
        let mtd = |levels: &[(u64, u64)]| {
            maximum_tolerated_dose(levels, decimal("0.30"), Elimination::default()).level
        };
        assert_eq!(mtd(&[(0, 6), (0, 6), (0, 6)]), Some(2));
        assert_eq!(mtd(&[(3, 6), (3, 6)]), Some(0));
        // 1/3 above 0/3 is pooled to one estimate of about 0.05 each: still below, so the higher.
        assert_eq!(mtd(&[(1, 6), (0, 6)]), Some(1));
    }

    #[test]
    fn violators_are_pooled_by_precision() {
        let blocks = [
            Block { estimate: 0.4, weight: 1.0, levels: 1 },
            Block { estimate: 0.1, weight: 3.0, levels: 1 },
        ];
        let pooled = isotonic(&blocks);
        assert!(pooled.len() == 2 && pooled.iter().all(|estimate| (estimate - 0.175).abs() < 1e-12));
    }

    proptest! {
        /// Boundaries agree with asking for every count, and steps only get more careful as toxicities are added.
        #[test]
        fn boundaries_agree_with_enumeration(target in 5_i64..70, n in 1_u64..40) {
            let rule = Boin::for_target(Decimal::new(target, 2), Elimination::default()).unwrap();
            let Boundaries { escalate_if_le, deescalate_if_ge, eliminate_if_ge } = rule.boundaries(n);
            let mut last = 0;
            for dlt in 0..=n {
                let eliminated = eliminate_if_ge.is_some_and(|from| dlt >= from);
                let step = rule.decide(dlt, n);
                prop_assert_eq!(step == Step::Eliminate, eliminated);
                if !eliminated {
                    prop_assert_eq!(step == Step::Escalate, dlt <= escalate_if_le);
                    prop_assert_eq!(step == Step::DeEscalate, dlt >= deescalate_if_ge);
                }
                let rank = match step { Step::Escalate => 0, Step::Stay => 1, Step::DeEscalate => 2, _ => 3 };
                prop_assert!(rank >= last);
                last = rank;
            }
        }

        /// Direct enumeration, without the beta function: the limits by their formula, elimination by the binomial sum that
        /// P(rate > target) is with a flat prior.
        #[test]
        fn boundaries_agree_with_binomial_sums(target in 5_u32..70, n in 1_u64..40) {
            let phi = f64::from(target) / 100.0;
            let (low, high) = (0.6 * phi, 1.4 * phi);
            let lambda_e = ((1.0 - low) / (1.0 - phi)).ln() / ((phi * (1.0 - low)) / (low * (1.0 - phi))).ln();
            let lambda_d = ((1.0 - phi) / (1.0 - high)).ln() / ((high * (1.0 - phi)) / (phi * (1.0 - high))).ln();
            let above = |dlt: u64| {
                // Beta(1 + y, 1 + n - y) above phi is at most y successes in n + 1 tries.
                let mut term = (1.0 - phi).powi(n as i32 + 1);
                let mut sum = term;
                for k in 0..dlt {
                    term *= (n + 1 - k) as f64 / (k + 1) as f64 * phi / (1.0 - phi);
                    sum += term;
                }
                sum
            };
            let found = Boin::for_target(Decimal::new(target.into(), 2), Elimination::default()).unwrap().boundaries(n);
            let count = |from: &dyn Fn(u64) -> bool| (0..=n).find(|dlt| from(*dlt));
            let rate = |dlt: u64| dlt as f64 / n as f64;
            // Where a sum lies within rounding of the cutoff either answer is right.
            let near = (0..=n).any(|dlt| (above(dlt) - 0.95).abs() < 1e-9);
            prop_assume!(!near);
            let escalate = (0..=n).rev().find(|dlt| rate(*dlt) <= lambda_e);
            prop_assert_eq!(Some(found.escalate_if_le), escalate);
            prop_assert_eq!(Some(found.deescalate_if_ge), count(&|dlt| rate(dlt) >= lambda_d));
            prop_assert_eq!(found.eliminate_if_ge, count(&|dlt| n >= 3 && above(dlt) > 0.95));
        }

        /// Pooling adjacent violators gives what the definition says: the highest of the lowest weighted means.
        #[test]
        fn isotonic_regression_is_the_max_of_min_means(levels in prop::collection::vec((0_u64..7, 1_u64..7), 1..7)) {
            let blocks: Vec<Block> = levels.iter().map(|(dlt, n)| Block::of((*dlt.min(n), *n))).collect();
            let mean = |from: usize, to: usize| {
                let part = &blocks[from..=to];
                let weight: f64 = part.iter().map(|block| block.weight).sum();
                part.iter().map(|block| block.weight * block.estimate).sum::<f64>() / weight
            };
            for (level, found) in isotonic(&blocks).into_iter().enumerate() {
                let lowest = |from: usize| (level..blocks.len()).map(|to| mean(from, to)).fold(f64::INFINITY, f64::min);
                let expected = (0..=level).map(lowest).fold(f64::NEG_INFINITY, f64::max);
                prop_assert!((found - expected).abs() < 1e-9, "level {level}: {found} {expected}");
            }
        }

        /// Isotonic estimates never fall.
        #[test]
        fn estimates_rise(levels in prop::collection::vec((0_u64..7, 1_u64..7), 1..6)) {
            let blocks: Vec<Block> = levels.iter().map(|(dlt, n)| Block::of((*dlt.min(n), *n))).collect();
            let estimates = isotonic(&blocks);
            prop_assert_eq!(estimates.len(), levels.len());
            prop_assert!(estimates.is_sorted());
        }
    }
}
