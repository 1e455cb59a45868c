//! Change in SLEDAI-2K from baseline: value minus baseline, so that a negative change is an improvement.
//!
//! Protocol outcome 6. Nothing is imputed: without both sides there is no change.

use crate::rule::{Rule, Version};
use rust_decimal::Decimal;

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "sledai2k_change",
    name: "Change in SLEDAI-2K from baseline",
    versions: &[Version { version: "1", what: "Value minus baseline, nothing imputed." }],
};

/// A change and what it is in percent of baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SledaiChange {
    /// Value minus baseline, in points; none when either is unknown.
    pub change: Option<i64>,
    /// 100 x change / baseline; none also when baseline is 0.
    pub percent_change: Option<Decimal>,
}

/// The change between two totals.
pub fn sledai_change(baseline: Option<u8>, value: Option<u8>) -> SledaiChange {
    let (Some(baseline), Some(value)) = (baseline, value) else {
        return SledaiChange { change: None, percent_change: None };
    };
    let change = i64::from(value) - i64::from(baseline);
    let percent = Decimal::from(100 * change).checked_div(Decimal::from(baseline));
    SledaiChange { change: Some(change), percent_change: percent }
}
