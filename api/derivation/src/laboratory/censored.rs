//! Results beyond the limits of the assay: `<10`, `>300`.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// On which side of the stated number the true value lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Comparator {
    /// It is the number.
    Exact,
    /// It lies below (`<`).
    Below,
    /// It lies above (`>`).
    Above,
}

/// A measured value with its comparator; never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Whether the value is the number, below it or above it.
    pub comparator: Comparator,
    /// The number, in the result's unit.
    pub value: Decimal,
}

/// What stands in for a value below the limit of quantification. For `>` it is always the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CensorPolicy {
    /// The limit.
    #[serde(rename = "LIMIT")]
    Limit,
    /// Half the limit.
    #[serde(rename = "HALF")]
    Half,
    /// The limit divided by the square root of two.
    #[serde(rename = "SQRT2")]
    SquareRootOfTwo,
}

/// The square root of two to 28 digits.
const SQRT_2: Decimal = Decimal::from_parts(0x5b61_1dca, 0x5778_cd49, 0x2db2_19b4, false, 28);

impl Measured {
    /// An exact value.
    pub fn exact(value: Decimal) -> Measured {
        Measured { comparator: Comparator::Exact, value }
    }

    /// Reads `12.5`, `<10` or `>300`: digits with at most one point, and nothing else. None otherwise.
    pub fn parse(text: &str) -> Option<Measured> {
        let (comparator, number) = match text.as_bytes().first()? {
            b'<' => (Comparator::Below, &text[1..]),
            b'>' => (Comparator::Above, &text[1..]),
            _ => (Comparator::Exact, text),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return None;
        }
        Some(Measured { comparator, value: Decimal::from_str_exact(number).ok()? })
    }

    /// Whether it has a comparator.
    pub fn is_censored(&self) -> bool {
        self.comparator != Comparator::Exact
    }

    /// The number that enters arithmetic.
    pub fn substituted(&self, policy: CensorPolicy) -> Decimal {
        match (self.comparator, policy) {
            (Comparator::Below, CensorPolicy::Half) => self.value / Decimal::TWO,
            (Comparator::Below, CensorPolicy::SquareRootOfTwo) => self.value / SQRT_2,
            (Comparator::Below, CensorPolicy::Limit) | (Comparator::Exact | Comparator::Above, _) => {
                self.value
            }
        }
    }
}

/// What a computed change says of the true one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Bound {
    /// It is the true one.
    Exact,
    /// The true decrease is at least the computed one.
    AtLeastThisDecrease,
    /// The true increase is at least the computed one.
    AtLeastThisIncrease,
    /// Both values are censored on the same side: there is no change to compute.
    NotComputable,
}

/// What a change between two values says.
pub fn bound(baseline: Comparator, value: Comparator) -> Bound {
    use Comparator::{Above, Below, Exact};
    match (baseline, value) {
        (Exact, Exact) => Bound::Exact,
        (Below, Below) | (Above, Above) => Bound::NotComputable,
        (Exact | Above, Below) | (Above, Exact) => Bound::AtLeastThisDecrease,
        (Exact | Below, Above) | (Below, Exact) => Bound::AtLeastThisIncrease,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(text: &str) -> Measured {
        Measured::parse(text).unwrap()
    }

    #[test]
    fn the_comparator_is_kept() {
        assert_eq!(measured("12.50"), Measured::exact(Decimal::new(125, 1)));
        assert_eq!(measured("<10").comparator, Comparator::Below);
        assert_eq!(measured(">300").value, Decimal::from(300));
        assert_eq!(measured("<0.5").value, Decimal::new(5, 1));
    }

    #[test]
    fn nothing_else_is_read() {
        for text in
            ["", "<", ">", "< 10", "<=10", "-5", "<-5", "1e3", ".5", "5.", "1_000", "1,5", "ten", "<<1", "١"]
        {
            assert_eq!(Measured::parse(text), None, "{text}");
        }
    }

    #[test]
    fn policies() {
        let below = measured("<10");
        assert_eq!(below.substituted(CensorPolicy::Limit), Decimal::TEN);
        assert_eq!(below.substituted(CensorPolicy::Half), Decimal::from(5));
        let root = below.substituted(CensorPolicy::SquareRootOfTwo);
        assert!((root * root - Decimal::from(50)).abs() < Decimal::new(1, 20), "{root}");
        for policy in [CensorPolicy::Limit, CensorPolicy::Half, CensorPolicy::SquareRootOfTwo] {
            assert_eq!(measured(">300").substituted(policy), Decimal::from(300));
            assert_eq!(measured("7").substituted(policy), Decimal::from(7));
        }
    }

    #[test]
    fn bounds() {
        use Comparator::{Above, Below, Exact};
        let expected = [
            (Exact, Exact, Bound::Exact),
            (Exact, Below, Bound::AtLeastThisDecrease),
            (Above, Exact, Bound::AtLeastThisDecrease),
            (Above, Below, Bound::AtLeastThisDecrease),
            (Exact, Above, Bound::AtLeastThisIncrease),
            (Below, Exact, Bound::AtLeastThisIncrease),
            (Below, Above, Bound::AtLeastThisIncrease),
            (Below, Below, Bound::NotComputable),
            (Above, Above, Bound::NotComputable),
        ];
        for (baseline, value, answer) in expected {
            assert_eq!(bound(baseline, value), answer, "{baseline:?} {value:?}");
        }
    }
}
