//! What every derived answer carries: the rule, its version and parameters, its criteria and its evidence.

use crate::logic::Verdict;
use serde::Serialize;
use std::borrow::Cow;
use uuid::Uuid;

/// A rule of this crate. Each stands in the file of what it decides; [`crate::catalogue`] lists them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The stable name, for example `sri`.
    pub id: &'static str,
    /// What it decides, in a few words.
    pub name: &'static str,
    /// The versions that stand side by side, the one a new protocol starts from first.
    pub versions: &'static [Version],
}

/// One behaviour of a rule. A rule that comes to behave otherwise gets another version beside the old one; a study stays
/// with the version that its protocol names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its name, which never comes to mean another behaviour.
    pub version: &'static str,
    /// What it does, as a sentence.
    pub what: &'static str,
}

impl Rule {
    /// The version that a new protocol starts from.
    pub const fn current(&self) -> &'static str {
        self.versions[0].version
    }

    /// Names the current version in an answer, with the parameters that it ran with.
    pub fn current_with(&self, parameters: Vec<(&'static str, String)>) -> RuleVersion {
        RuleVersion { id: self.id, version: self.current(), parameters }
    }
}

/// Names a rule in force: the id, the version of its behaviour, and the parameters that it ran with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleVersion {
    /// The rule's stable name, for example `sri`.
    pub id: &'static str,
    /// Changes whenever the rule's behaviour does.
    pub version: &'static str,
    /// Name and value of each parameter, in the rule's own order.
    pub parameters: Vec<(&'static str, String)>,
}

/// One criterion of a composite endpoint: what was asked, what was seen, and what follows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Criterion {
    /// Stable code in SCREAMING_SNAKE_CASE, for example `PGA_NOT_WORSE`.
    pub code: &'static str,
    /// What follows from what was seen.
    pub verdict: Verdict,
    /// What was seen, as text with its unit; none when nothing was.
    pub observed: Option<String>,
    /// What is asked for, as text with its unit, for example `< 0.30`.
    pub threshold: Option<String>,
    /// One sentence for a reader who does not know the rule.
    pub explanation: Cow<'static, str>,
}

impl Criterion {
    /// A criterion with what was seen and asked for left empty.
    pub(crate) fn new(code: &'static str, verdict: Verdict, explanation: &'static str) -> Criterion {
        Criterion { code, verdict, observed: None, threshold: None, explanation: Cow::Borrowed(explanation) }
    }

    /// Adds what was seen.
    #[must_use]
    pub(crate) fn observed(mut self, observed: Option<String>) -> Criterion {
        self.observed = observed;
        self
    }

    /// Adds what is asked for.
    #[must_use]
    pub(crate) fn threshold(mut self, threshold: impl Into<String>) -> Criterion {
        self.threshold = Some(threshold.into());
        self
    }
}

/// Why an endpoint is not evaluable, or what made it a failure whatever its criteria say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// A failure event (rescue, prohibited therapy, death, lack of efficacy) is dated on or before the visit.
    TreatmentFailure,
    /// The baseline score is lower than the reduction asked for, so no response was possible.
    BaselineBelowThreshold,
    /// No assessment falls in the baseline window.
    BaselineMissing,
    /// No assessment falls in the visit's analysis window.
    VisitMissing,
    /// Components that decide are missing or incomplete.
    ComponentMissing,
    /// There is no earlier assessment to compare with.
    NoPreviousAssessment,
    /// The subject has not received the first dose.
    NotDosed,
    /// The day that the answer waits for has not come yet.
    Pending,
    /// No organ was active at baseline, so none can improve.
    NothingToImprove,
}

/// A derived yes/no endpoint, with everything needed to check it by hand.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// The rule that answered.
    pub rule: RuleVersion,
    /// The three-valued answer as observed, before any imputation.
    pub outcome: Verdict,
    /// The criteria in the rule's order.
    pub criteria: Vec<Criterion>,
    /// Why not evaluable, or what decided besides the criteria.
    pub reason: Option<Reason>,
    /// Ids of the records that it was derived from.
    pub evidence: Vec<Uuid>,
}

impl Evaluation {
    /// The conjunction of criteria, without a reason or evidence yet.
    pub(crate) fn all(rule: RuleVersion, criteria: Vec<Criterion>) -> Evaluation {
        let outcome = Verdict::all(criteria.iter().map(|criterion| criterion.verdict));
        Evaluation { rule, outcome, criteria, reason: None, evidence: Vec::new() }
    }

    /// A failure event decides against response; the criteria stay as they are.
    #[must_use]
    pub(crate) fn failed(mut self) -> Evaluation {
        self.outcome = Verdict::NotMet;
        self.reason = Some(Reason::TreatmentFailure);
        self
    }

    /// Gives a reason when the outcome is not evaluable and none was given yet.
    #[must_use]
    pub(crate) fn or_because(mut self, reason: Reason) -> Evaluation {
        if self.outcome == Verdict::NotEvaluable {
            self.reason = self.reason.or(Some(reason));
        }
        self
    }

    /// The verdict of a criterion by its code; `NOT_EVALUABLE` when the rule has no such criterion.
    pub fn verdict(&self, code: &str) -> Verdict {
        let named = self.criteria.iter().find(|criterion| criterion.code == code);
        named.map_or(Verdict::NotEvaluable, |criterion| criterion.verdict)
    }
}
