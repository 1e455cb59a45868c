//! Intervals and summaries of small samples, computed in binary floating point from exact counts and decimals.
//!
//! Every function says what it answers for an empty sample: none, never zero and never a number that is not one.

pub mod beta_binomial;
pub mod poisson;
pub mod proportion;
mod special;
pub mod summary;

pub use poisson::exact_poisson;
pub use proportion::{clopper_pearson, wilson};
pub use summary::{QuartileMethod, Summary, summary};

pub(crate) use special::{beta_cdf, beta_mass};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A two-sided interval; both limits belong to it. Written as `[low, high]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(into = "[f64; 2]")]
pub struct Interval {
    /// The lower limit.
    pub low: f64,
    /// The upper limit.
    pub high: f64,
}

impl From<Interval> for [f64; 2] {
    fn from(interval: Interval) -> [f64; 2] {
        [interval.low, interval.high]
    }
}

impl Interval {
    /// Whether `value` lies in the interval, limits included.
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// What a protocol fixes about summaries and intervals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatisticsParameters {
    /// How quartiles are read between two observations. Small samples differ visibly: with four changes the first
    /// quartile of one method is half a point off the other's.
    pub quartile_method: QuartileMethod,
    /// Two-sided confidence level of every interval, between 0 and 1.
    pub confidence_level: Decimal,
}

impl Default for StatisticsParameters {
    /// Average at exact rank; 95 percent.
    fn default() -> Self {
        Self { quartile_method: QuartileMethod::Type2, confidence_level: Decimal::new(95, 2) }
    }
}

impl StatisticsParameters {
    /// The confidence level as the binary number nearest to it.
    pub fn level(&self) -> f64 {
        nearest(self.confidence_level)
    }
}

/// The binary number nearest to a decimal: through its text, which rounds once and correctly.
pub fn nearest(decimal: Decimal) -> f64 {
    decimal.to_string().parse().unwrap_or(f64::NAN)
}

/// Whether `level` is a confidence level: strictly between 0 and 1.
fn is_level(level: f64) -> bool {
    level > 0.0 && level < 1.0
}
