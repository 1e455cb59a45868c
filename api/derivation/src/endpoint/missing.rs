//! What becomes of a response that is not evaluable: a named step after the derivation, which keeps both values.

use crate::logic::Verdict;
use serde::{Deserialize, Serialize};

/// How an analysis treats a response that is not evaluable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MissingStrategy {
    /// It counts as no response. The primary analysis.
    #[default]
    Nri,
    /// The subject leaves the denominator. A sensitivity analysis.
    ObservedCase,
    /// It stays not evaluable and is counted as such.
    ComponentOnly,
}

/// A response as an analysis counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imputed {
    /// The value that is counted; none when the subject left the denominator.
    pub analysis_value: Option<Verdict>,
    /// Whether it differs from what was observed.
    pub imputed: bool,
    /// Whether the subject counts in the denominator.
    pub in_denominator: bool,
}

/// Applies a strategy to an observed outcome. A decided one stays as it is.
pub fn impute(outcome: Verdict, strategy: MissingStrategy) -> Imputed {
    match (outcome, strategy) {
        (Verdict::NotEvaluable, MissingStrategy::Nri) => {
            Imputed { analysis_value: Some(Verdict::NotMet), imputed: true, in_denominator: true }
        }
        (Verdict::NotEvaluable, MissingStrategy::ObservedCase) => {
            Imputed { analysis_value: None, imputed: false, in_denominator: false }
        }
        (Verdict::NotEvaluable, MissingStrategy::ComponentOnly) | (Verdict::Met | Verdict::NotMet, _) => {
            Imputed { analysis_value: Some(outcome), imputed: false, in_denominator: true }
        }
    }
}
