//! Antinuclear antibodies as a titre: dilutions, their change in steps, and conversion.

use super::censored::{Bound, Comparator, bound};
use serde::Serialize;
use std::fmt;

/// An ANA result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Titre {
    /// Reported as negative.
    Negative,
    /// The last dilution 1:d that reacted, or a bound of it.
    Dilution {
        /// Whether the titre is 1:d, below it or above it.
        comparator: Comparator,
        /// The d of 1:d, at least 1.
        denominator: u32,
    },
}

impl Titre {
    /// Reads `1:640`, `>1:2560`, `<1:80` or `NEGATIVE`. None otherwise.
    pub fn parse(text: &str) -> Option<Titre> {
        if text == "NEGATIVE" {
            return Some(Titre::Negative);
        }
        let (comparator, dilution) = match text.as_bytes().first()? {
            b'<' => (Comparator::Below, &text[1..]),
            b'>' => (Comparator::Above, &text[1..]),
            _ => (Comparator::Exact, text),
        };
        let digits = dilution.strip_prefix("1:")?;
        if digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(Titre::Dilution { comparator, denominator: digits.parse().ok()? })
    }

    /// Whether it is positive at a screening dilution of 1:`screening`; none when its bound leaves that open.
    pub fn is_positive(self, screening: u32) -> Option<bool> {
        match self {
            Titre::Negative => Some(false),
            Titre::Dilution { comparator: Comparator::Exact, denominator } => Some(denominator >= screening),
            Titre::Dilution { comparator: Comparator::Above, denominator } => {
                (denominator >= screening).then_some(true)
            }
            Titre::Dilution { comparator: Comparator::Below, denominator } => {
                (denominator <= screening).then_some(false)
            }
        }
    }

    fn comparator(self) -> Comparator {
        match self {
            // Negative says that nothing reacted at the screening dilution: it lies below.
            Titre::Negative => Comparator::Below,
            Titre::Dilution { comparator, .. } => comparator,
        }
    }

    fn is_censored_dilution(self) -> bool {
        matches!(self, Titre::Dilution { comparator: Comparator::Below | Comparator::Above, .. })
    }
}

impl fmt::Display for Titre {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Titre::Negative => formatter.write_str("NEGATIVE"),
            Titre::Dilution { comparator, denominator } => {
                let sign = match comparator {
                    Comparator::Exact => "",
                    Comparator::Below => "<",
                    Comparator::Above => ">",
                };
                write!(formatter, "{sign}1:{denominator}")
            }
        }
    }
}

/// Whether an antibody appeared or disappeared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Conversion {
    /// Positive before, negative now (reversion).
    ToNegative,
    /// Negative before, positive now.
    ToPositive,
    /// Neither.
    None,
}

impl Conversion {
    /// What happened between two known results; none when either is unknown.
    pub fn between(baseline: Option<bool>, value: Option<bool>) -> Option<Conversion> {
        Some(match (baseline?, value?) {
            (true, false) => Conversion::ToNegative,
            (false, true) => Conversion::ToPositive,
            (true, true) | (false, false) => Conversion::None,
        })
    }
}

/// The change of a titre.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TitreChange {
    /// Dilution steps: log2 of the ratio of denominators. None unless both are positive and comparable.
    pub log2: Option<f64>,
    /// The ratio of denominators. None unless both are positive and comparable.
    pub fold: Option<f64>,
    /// Conversion; none when a result is missing or its bound leaves it open.
    pub conversion: Option<Conversion>,
    /// What the change says when a result is censored; none when a result is missing or negative without a bound.
    pub bound: Option<Bound>,
    /// Whether a negative result entered the change as half the screening dilution.
    pub substituted: bool,
}

/// How negative and positive titres are told apart, and what a negative one is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TitreRule {
    /// The d of the screening dilution 1:d, from which a titre is positive.
    pub screening: u32,
    /// Whether a negative titre enters the change as half the screening dilution.
    pub negative_as_half_dilution: bool,
}

/// The change from baseline; none in either place is missing.
pub fn change(baseline: Option<Titre>, value: Option<Titre>, rule: TitreRule) -> TitreChange {
    let missing = TitreChange { log2: None, fold: None, conversion: None, bound: None, substituted: false };
    let (Some(before), Some(now)) = (baseline, value) else { return missing };
    let (was_positive, is_positive) = (before.is_positive(rule.screening), now.is_positive(rule.screening));
    let conversion = Conversion::between(was_positive, is_positive);
    let censored = before.is_censored_dilution() || now.is_censored_dilution();
    let bound = match (was_positive, is_positive) {
        (Some(true), Some(true)) => Some(bound(before.comparator(), now.comparator())),
        _ if censored => Some(bound(before.comparator(), now.comparator())),
        _ => None,
    };
    let worth = |titre: Titre, positive: Option<bool>| match (titre, positive?) {
        (Titre::Dilution { denominator, .. }, true) => Some(f64::from(denominator)),
        (_, false) if rule.negative_as_half_dilution => Some(f64::from(rule.screening) / 2.0),
        _ => None,
    };
    let comparable = bound != Some(Bound::NotComputable);
    let fold = worth(before, was_positive)
        .zip(worth(now, is_positive))
        .filter(|_| comparable)
        .map(|(before, now)| now / before);
    let substituted = fold.is_some() && (was_positive == Some(false) || is_positive == Some(false));
    TitreChange { log2: fold.map(f64::log2), fold, conversion, bound, substituted }
}

/// Whether a change in steps is more than the variation of the assay.
pub fn is_meaningful(log2: f64, steps: u32) -> bool {
    log2.abs() >= f64::from(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RULE: TitreRule = TitreRule { screening: 80, negative_as_half_dilution: false };

    fn changed(baseline: &str, value: &str) -> TitreChange {
        change(Titre::parse(baseline), Titre::parse(value), RULE)
    }

    /// The ANA lines of section 8.1.
    #[test]
    fn printed_changes() {
        let two_down = changed("1:1280", "1:320");
        assert_eq!(
            (two_down.log2, two_down.fold, two_down.conversion),
            (Some(-2.0), Some(0.25), Some(Conversion::None))
        );
        assert!(is_meaningful(-2.0, 2));
        assert_eq!(changed("1:320", "1:160").log2, Some(-1.0));
        assert!(!is_meaningful(-1.0, 2));
        let reversion = changed("1:160", "NEGATIVE");
        assert_eq!(
            (reversion.log2, reversion.conversion, reversion.bound),
            (None, Some(Conversion::ToNegative), None)
        );
        let censored = changed("1:2560", ">1:2560");
        assert_eq!((censored.log2, censored.bound), (Some(0.0), Some(Bound::AtLeastThisIncrease)));
    }

    #[test]
    fn positive_from_the_screening_dilution() {
        assert_eq!(changed("1:79", "1:80").conversion, Some(Conversion::ToPositive));
        assert_eq!(changed("1:80", "1:40").conversion, Some(Conversion::ToNegative));
        assert_eq!(changed("NEGATIVE", "1:40").conversion, Some(Conversion::None));
        assert_eq!(changed("NEGATIVE", "1:40").log2, None);
        let at_160 = TitreRule { screening: 160, ..RULE };
        assert_eq!(
            change(Titre::parse("1:80"), Titre::parse("1:160"), at_160).conversion,
            Some(Conversion::ToPositive)
        );
    }

    #[test]
    fn bounds_that_leave_positivity_open() {
        assert_eq!(changed(">1:40", "1:160").conversion, None);
        assert_eq!(changed(">1:80", "1:160").conversion, Some(Conversion::None));
        assert_eq!(changed("<1:80", "1:160").conversion, Some(Conversion::ToPositive));
        assert_eq!(changed("<1:160", "1:160").conversion, None);
        let both = changed(">1:2560", ">1:2560");
        assert_eq!((both.log2, both.fold, both.bound), (None, None, Some(Bound::NotComputable)));
    }

    #[test]
    fn a_missing_titre_has_no_change() {
        let missing = change(None, Titre::parse("1:160"), RULE);
        assert_eq!((missing.log2, missing.fold, missing.conversion, missing.bound), (None, None, None, None));
    }

    #[test]
    fn a_negative_titre_can_stand_as_half_the_screening_dilution() {
        let rule = TitreRule { negative_as_half_dilution: true, ..RULE };
        let changed = change(Titre::parse("1:160"), Some(Titre::Negative), rule);
        assert_eq!((changed.log2, changed.substituted), (Some(-2.0), true));
        let plain = change(Titre::parse("1:160"), Titre::parse("1:320"), rule);
        assert!(!plain.substituted);
    }

    #[test]
    fn only_titres_are_read() {
        for text in [
            "",
            "1:",
            "1:0",
            "1:080",
            "1:80 ",
            "2:80",
            "80",
            "negative",
            "1:-80",
            "1:8e1",
            "> 1:80",
            "1:99999999999",
        ] {
            assert_eq!(Titre::parse(text), None, "{text}");
        }
        for text in ["1:80", ">1:2560", "<1:80", "NEGATIVE"] {
            assert_eq!(Titre::parse(text).unwrap().to_string(), text);
        }
    }

    proptest! {
        /// The way back has the opposite number of steps.
        #[test]
        fn steps_are_symmetric(one in 0_u32..7, other in 0_u32..7) {
            let titre = |step: u32| Some(Titre::Dilution { comparator: Comparator::Exact, denominator: 80 << step });
            let there = change(titre(one), titre(other), RULE).log2.unwrap();
            prop_assert_eq!(there, f64::from(other) - f64::from(one));
            prop_assert_eq!(change(titre(other), titre(one), RULE).log2, Some(0.0 - there));
        }
    }
}
