//! Every list of controlled terms that this crate speaks: those of the rows, and those of what is derived.

pub use crate::outcome::{Grouping, IncidenceLevel};
pub use crate::view::ValueState;
use derivation::endpoint::missing::MissingStrategy;
use derivation::logic::Verdict;
use derivation::rule::Reason;
use derivation::safety::dlt::Evaluability;
pub use entity::term::Term;
pub use entity::terms::*;

/// Makes an enum of this crate a list of controlled terms.
macro_rules! listed {
    ($name:ident, $about:literal { $($value:ident = $code:literal: $doc:literal),+ $(,)? }) => {
        impl Term for $name {
            const NAME: &'static str = stringify!($name);
            const DESCRIPTION: &'static str = $about;
            const ALL: &'static [Self] = &[$($name::$value),+];

            fn as_str(self) -> &'static str {
                match self { $($name::$value => $code),+ }
            }

            fn description(self) -> &'static str {
                match self { $($name::$value => $doc),+ }
            }
        }
    };
}

listed!(ValueState, "Whether a value is there, and if not, why." {
    Present = "PRESENT": "It is there.",
    Masked = "MASKED": "It is kept from you; whether there is one is not said.",
    Suppressed = "SUPPRESSED": "It is left out because it could single somebody out.",
    NotCollected = "NOT_COLLECTED": "Nobody has recorded it.",
    NotEvaluable = "NOT_EVALUABLE": "What was recorded does not decide it.",
});

listed!(Grouping, "How subjects are grouped in a table." {
    Cohort = "COHORT": "One group a cohort, then the total.",
    Total = "TOTAL": "The total alone.",
});

listed!(IncidenceLevel, "At which level of coding adverse events are counted." {
    Any = "ANY": "Any event.",
    SystemOrganClass = "SYSTEM_ORGAN_CLASS": "Events of a system organ class.",
    PreferredTerm = "PREFERRED_TERM": "Events of a preferred term.",
});

/// The three-valued answer of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Met,
    /// It does not hold.
    NotMet,
    /// What is known does not decide it.
    NotEvaluable,
}

listed!(Outcome, "The three-valued answer of a rule." {
    Met = "MET": "It holds.",
    NotMet = "NOT_MET": "It does not hold.",
    NotEvaluable = "NOT_EVALUABLE": "What is known does not decide it.",
});

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Outcome {
        match verdict {
            Verdict::Met => Outcome::Met,
            Verdict::NotMet => Outcome::NotMet,
            Verdict::NotEvaluable => Outcome::NotEvaluable,
        }
    }
}

/// Why an endpoint is not evaluable, or what made it a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReasonCode {
    /// A failure event is dated on or before the visit.
    TreatmentFailure,
    /// Baseline is lower than the reduction asked for.
    BaselineBelowThreshold,
    /// There is no baseline.
    BaselineMissing,
    /// There is no assessment in the visit's window.
    VisitMissing,
    /// Components that decide are missing.
    ComponentMissing,
    /// There is nothing earlier to compare with.
    NoPreviousAssessment,
    /// The subject was not dosed.
    NotDosed,
    /// The day has not come.
    Pending,
    /// Nothing was active at baseline.
    NothingToImprove,
}

listed!(ReasonCode, "Why an endpoint is not evaluable, or what made it a failure whatever its criteria say." {
    TreatmentFailure = "TREATMENT_FAILURE": "A failure event is dated on or before the visit.",
    BaselineBelowThreshold = "BASELINE_BELOW_THRESHOLD": "The baseline score is lower than the reduction asked for.",
    BaselineMissing = "BASELINE_MISSING": "There is no assessment before treatment.",
    VisitMissing = "VISIT_MISSING": "There is no assessment in the visit's analysis window.",
    ComponentMissing = "COMPONENT_MISSING": "Components that decide are missing or incomplete.",
    NoPreviousAssessment = "NO_PREVIOUS_ASSESSMENT": "There is no earlier assessment to compare with.",
    NotDosed = "NOT_DOSED": "The subject has not received the first dose.",
    Pending = "PENDING": "The day that the answer waits for has not come yet.",
    NothingToImprove = "NOTHING_TO_IMPROVE": "No organ was active at baseline, so none can improve.",
});

impl From<Reason> for ReasonCode {
    fn from(reason: Reason) -> ReasonCode {
        match reason {
            Reason::TreatmentFailure => ReasonCode::TreatmentFailure,
            Reason::BaselineBelowThreshold => ReasonCode::BaselineBelowThreshold,
            Reason::BaselineMissing => ReasonCode::BaselineMissing,
            Reason::VisitMissing => ReasonCode::VisitMissing,
            Reason::ComponentMissing => ReasonCode::ComponentMissing,
            Reason::NoPreviousAssessment => ReasonCode::NoPreviousAssessment,
            Reason::NotDosed => ReasonCode::NotDosed,
            Reason::Pending => ReasonCode::Pending,
            Reason::NothingToImprove => ReasonCode::NothingToImprove,
        }
    }
}

/// Whether a subject counts in decisions on the dose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DltStatus {
    /// It does.
    Evaluable,
    /// It does not.
    NotEvaluable,
    /// It is not known yet.
    Pending,
}

listed!(DltStatus, "Whether a subject counts in decisions on the dose." {
    Evaluable = "EVALUABLE": "The subject completed the window with enough of the dose, or had a toxicity in it.",
    NotEvaluable = "NOT_EVALUABLE": "The subject left early or received too little, and is replaced.",
    Pending = "PENDING": "The window is open, or what decides is not recorded yet.",
});

impl From<Evaluability> for DltStatus {
    fn from(evaluable: Evaluability) -> DltStatus {
        match evaluable {
            Evaluability::Evaluable => DltStatus::Evaluable,
            Evaluability::NotEvaluable => DltStatus::NotEvaluable,
            Evaluability::Pending => DltStatus::Pending,
        }
    }
}

/// What stands for missing answers in a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Counts as no response.
    NonResponder,
    /// Leaves the denominator.
    ObservedCase,
    /// Stays open in the denominator.
    ComponentOnly,
}

listed!(Missing, "What stands for missing answers in a rate." {
    NonResponder = "NON_RESPONDER": "Not evaluable counts as no response.",
    ObservedCase = "OBSERVED_CASE": "Not evaluable leaves the denominator.",
    ComponentOnly = "COMPONENT_ONLY": "Not evaluable stays in the denominator and is no response; it is counted apart.",
});

impl From<Missing> for MissingStrategy {
    fn from(missing: Missing) -> MissingStrategy {
        match missing {
            Missing::NonResponder => MissingStrategy::Nri,
            Missing::ObservedCase => MissingStrategy::ObservedCase,
            Missing::ComponentOnly => MissingStrategy::ComponentOnly,
        }
    }
}
