//! Three-valued logic. Unknown stays unknown until a named imputation step decides otherwise.

use serde::{Deserialize, Serialize};

/// Whether a criterion holds, as far as what is known decides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// What is known shows that the criterion holds.
    Met,
    /// What is known shows that it does not.
    NotMet,
    /// What is known leaves it open.
    NotEvaluable,
}

impl Verdict {
    /// Kleene conjunction: one `NOT_MET` decides, then one `NOT_EVALUABLE`, else `MET` (also of nothing).
    pub fn all(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
        verdicts.into_iter().fold(Verdict::Met, Verdict::and)
    }

    /// Kleene disjunction: one `MET` decides, then one `NOT_EVALUABLE`, else `NOT_MET` (also of nothing).
    pub fn any(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
        verdicts.into_iter().fold(Verdict::NotMet, Verdict::or)
    }

    /// Kleene AND of two.
    #[must_use]
    pub fn and(self, other: Verdict) -> Verdict {
        use Verdict::{Met, NotEvaluable, NotMet};
        match (self, other) {
            (NotMet, _) | (_, NotMet) => NotMet,
            (NotEvaluable, _) | (_, NotEvaluable) => NotEvaluable,
            (Met, Met) => Met,
        }
    }

    /// Kleene OR of two.
    #[must_use]
    pub fn or(self, other: Verdict) -> Verdict {
        self.negate().and(other.negate()).negate()
    }

    /// Kleene NOT: unknown stays unknown.
    #[must_use]
    pub fn negate(self) -> Verdict {
        match self {
            Verdict::Met => Verdict::NotMet,
            Verdict::NotMet => Verdict::Met,
            Verdict::NotEvaluable => Verdict::NotEvaluable,
        }
    }

    /// A known truth, or unknown.
    pub fn of(known: Option<bool>) -> Verdict {
        match known {
            Some(true) => Verdict::Met,
            Some(false) => Verdict::NotMet,
            None => Verdict::NotEvaluable,
        }
    }
}
