//! Eligibility criteria: text for people, and a check for the machine where one can be stated.

use super::expression::{Expression, Facts};
use super::problem::{Problems, join};
use derivation::logic::Verdict;
use entity::terms::CriterionKind;
use serde::Deserialize;
use toml::Value;

/// When the value behind a criterion has to be taken.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// The visit before which it is taken.
    pub before: String,
    /// At most this number of days before that visit.
    pub within_days: u32,
}

/// A criterion as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CriterionText {
    id: String,
    version: u32,
    kind: CriterionKind,
    text: String,
    /// Either this ...
    check: Option<Value>,
    /// ... or this: a person ticks it.
    manual: Option<bool>,
    timing: Option<Timing>,
}

/// An eligibility criterion. A subject is eligible when every inclusion is met and every exclusion is not.
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    /// Its id; unique in the protocol.
    pub id: String,
    /// Its version; a changed text or check has a higher one.
    pub version: u32,
    /// Whether it includes or excludes.
    pub kind: CriterionKind,
    /// What it says.
    pub text: String,
    /// What the machine checks; none when a person ticks it.
    pub check: Option<Expression>,
    /// When the value behind it has to be taken; none when at screening.
    pub timing: Option<Timing>,
}

impl Criterion {
    /// Whether the criterion itself holds (for an exclusion: whether it excludes). A criterion that a person ticks is
    /// never decided here.
    pub fn evaluate(&self, facts: &Facts) -> Verdict {
        self.check.as_ref().map_or(Verdict::NotEvaluable, |check| check.evaluate(facts))
    }

    /// Whether a verdict on the criterion lets a subject in; unknown lets nobody in.
    pub fn admits(&self, verdict: Verdict) -> bool {
        match self.kind {
            CriterionKind::Inclusion => verdict == Verdict::Met,
            CriterionKind::Exclusion => verdict == Verdict::NotMet,
        }
    }

    pub(super) fn parse(text: CriterionText, path: &str, problems: &mut Problems) -> Option<Criterion> {
        let check = match (&text.check, text.manual) {
            (Some(check), None) => Some(Some(Expression::parse(check, &join(path, "check"), problems)?)),
            (None, Some(true)) => Some(None),
            (Some(_), Some(_)) | (None, Some(false) | None) => {
                let message =
                    format!("criterion {} needs either a check or manual = true, and not both", text.id);
                problems.push(path, message);
                None
            }
        };
        let CriterionText { id, version, kind, text, timing, .. } = text;
        Some(Criterion { id, version, kind, text, check: check?, timing })
    }
}
