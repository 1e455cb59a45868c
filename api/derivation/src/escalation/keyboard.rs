//! Keyboard design, also known as mTPI-2 (Yan 2017, Guo 2017).
//!
//! The range 0 to 1 is laid out in keys as wide as the target key; the key with the most posterior probability says
//! on which side of the target the rate lies.

use super::{Elimination, Step};
use crate::rule::{Rule, Version};
use crate::statistics::{beta_mass, nearest};
use rust_decimal::Decimal;

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "keyboard",
    name: "Keyboard design",
    versions: &[Version {
        version: "1",
        what: "The strongest key of the target key's width; elimination first.",
    }],
};

/// The rule for one target key.
#[derive(Clone, Debug, PartialEq)]
pub struct Keyboard {
    target: f64,
    elimination: Elimination,
    /// Borders of the keys from low to high; incomplete end keys are dropped.
    borders: Vec<f64>,
    /// The position of the target key.
    target_key: usize,
}

/// Keys beyond this number would be narrower than a trial can tell apart.
const MOST_KEYS: usize = 10_000;

impl Keyboard {
    /// The rule with the target key `key` (low, high). None unless 0 <= low <= `target` <= high <= 1 and low < high,
    /// or when the key is too narrow to lay out.
    pub fn new(target: Decimal, key: (Decimal, Decimal), elimination: Elimination) -> Option<Keyboard> {
        let (low, high) = key;
        let ordered =
            Decimal::ZERO <= low && low <= target && target <= high && high <= Decimal::ONE && low < high;
        if !ordered {
            return None;
        }
        // Borders are laid out in exact decimals, so that a key that just fits is not lost to rounding.
        let width = high.checked_sub(low)?;
        let mut borders = vec![low];
        while let Some(next) =
            borders.last().and_then(|border| border.checked_sub(width)).filter(|next| *next >= Decimal::ZERO)
        {
            borders.push(next);
            if borders.len() > MOST_KEYS {
                return None;
            }
        }
        borders.reverse();
        let target_key = borders.len() - 1;
        let mut next = high;
        while next <= Decimal::ONE {
            borders.push(next);
            next = next.checked_add(width)?;
            if borders.len() > MOST_KEYS {
                return None;
            }
        }
        let borders = borders.into_iter().map(nearest).collect();
        Some(Keyboard { target: nearest(target), elimination, borders, target_key })
    }

    /// The step after `dlt` toxicities in `n` subjects (at least one), without regard to the ends of the ladder.
    pub fn decide(&self, dlt: u64, n: u64) -> Step {
        if self.elimination.applies(self.target, dlt, n) {
            return Step::Eliminate;
        }
        let (a, b) = (1.0 + dlt as f64, 1.0 + n.saturating_sub(dlt) as f64);
        let mass = |key: &usize| beta_mass(a, b, self.borders[*key], self.borders[*key + 1]);
        let strongest = (0..self.borders.len() - 1).max_by(|one, other| mass(one).total_cmp(&mass(other)));
        match strongest {
            Some(key) if key < self.target_key => Step::Escalate,
            Some(key) if key > self.target_key => Step::DeEscalate,
            Some(_) | None => Step::Stay,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escalation::boin::Boin;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn keyboard() -> Keyboard {
        Keyboard::new(decimal("0.30"), (decimal("0.25"), decimal("0.35")), Elimination::default()).unwrap()
    }

    /// The step tables printed in section 6.5: E escalate, S stay, D de-escalate, X eliminate.
    #[test]
    fn printed_tables() {
        for (n, steps) in [(3, "ESDX"), (6, "EESDXXX"), (9, "EEESDXXXXX"), (12, "EEESSDDXXXXXX")] {
            let ours: String = (0..=n).map(|dlt| letter(keyboard().decide(dlt, n))).collect();
            assert_eq!(ours, steps, "n {n}");
        }
    }

    fn letter(step: Step) -> char {
        match step {
            Step::Escalate => 'E',
            Step::Stay => 'S',
            Step::DeEscalate => 'D',
            Step::Eliminate => 'X',
            _ => '?',
        }
    }

    /// Section 6.5: up to 18 subjects it differs from BOIN at 5/14 and 6/17 alone.
    #[test]
    fn differs_from_boin_at_two_counts_only() {
        let boin = Boin::for_target(decimal("0.30"), Elimination::default()).unwrap();
        let mut differences = Vec::new();
        for n in 1..=18 {
            for dlt in 0..=n {
                let (one, other) = (boin.decide(dlt, n), keyboard().decide(dlt, n));
                if one != other {
                    differences.push((dlt, n, one, other));
                }
            }
        }
        assert_eq!(
            differences,
            [(5, 14, Step::Stay, Step::DeEscalate), (6, 17, Step::Stay, Step::DeEscalate)]
        );
    }

    #[test]
    fn incomplete_end_keys_are_dropped() {
        // 0.05 to 0.15 is the lowest whole key; 0.85 to 0.95 the highest.
        let rule = keyboard();
        assert_eq!((rule.borders.first(), rule.borders.last()), (Some(&0.05), Some(&0.95)));
        assert_eq!(rule.target_key, 2);
        // A key that just fits stays.
        let fitting =
            Keyboard::new(decimal("0.25"), (decimal("0.2"), decimal("0.3")), Elimination::default()).unwrap();
        assert_eq!((fitting.borders.first(), fitting.borders.last()), (Some(&0.0), Some(&1.0)));
    }

    #[test]
    fn keys_that_cannot_be_are_refused() {
        let rule =
            |low, high| Keyboard::new(decimal("0.30"), (decimal(low), decimal(high)), Elimination::default());
        for (low, high) in [
            ("0.31", "0.35"),
            ("0.25", "0.29"),
            ("0.30", "0.30"),
            ("-0.1", "0.35"),
            ("0.25", "1.1"),
            ("0.299999", "0.300001"),
        ] {
            assert_eq!(rule(low, high), None, "{low} to {high}");
        }
    }
}
