//! Exact decimals, kept as text on every engine.

use crate::text_value::text_value;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// An exact decimal number. Keeps the digits that it was given: `1.10` stays `1.10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Exact(Decimal);

/// A text that is no decimal number of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotExact;

impl NotExact {
    /// What would be right.
    pub const RIGHT: &'static str =
        "digits with at most one point and a sign before them, as -1.30; at most 28 digits";
}

impl Exact {
    /// The number.
    pub fn decimal(self) -> Decimal {
        self.0
    }

    /// Hundredths as a number with two digits after the point.
    pub fn hundredths(hundredths: i32) -> Exact {
        Exact(Decimal::new(i64::from(hundredths), 2))
    }

    fn as_text(&self) -> String {
        self.0.to_string()
    }

    fn from_text(text: &str) -> Option<Exact> {
        text.parse().ok()
    }
}

impl From<Decimal> for Exact {
    fn from(decimal: Decimal) -> Exact {
        Exact(decimal)
    }
}

impl FromStr for Exact {
    type Err = NotExact;

    /// Reads digits with at most one point between digits and a sign before them; no exponent, no spaces, no
    /// leading zeros that say nothing, at most 28 digits.
    fn from_str(text: &str) -> Result<Exact, NotExact> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || unsigned.len() > 29 {
            return Err(NotExact);
        }
        Decimal::from_str_exact(text).map(Exact).map_err(|_| NotExact)
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Exact, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        text.parse().map_err(|_| de::Error::custom("not an exact decimal"))
    }
}

text_value!(Exact);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_digits_are_decimals() {
        for text in ["0", "1.10", "-0.5", "40000000", "0.30", "9999999999999999999999999999"] {
            assert_eq!(text.parse::<Exact>().map(|exact| exact.to_string()), Ok(text.to_owned()));
        }
        for text in [
            "",
            "1.2.3",
            "1e5",
            ".5",
            "5.",
            " 1",
            "1 ",
            "+1",
            "NaN",
            "١",
            "--1",
            "99999999999999999999999999999999",
        ] {
            assert_eq!(text.parse::<Exact>(), Err(NotExact), "{text}");
        }
    }
}
