//! What every derived answer carries: the rule, its version and parameters, its criteria and its evidence.

use crate::logic::Verdict;
use serde::Serialize;
use serde_json::Value;
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
        self.named(self.current(), parameters)
    }

    /// Names a version in an answer, with the parameters that it ran with.
    pub fn named(&self, version: &'static str, parameters: Vec<(&'static str, String)>) -> RuleVersion {
        let parameters = parameters.into_iter().map(|(name, value)| (Cow::Borrowed(name), value));
        RuleVersion { id: self.id, version, parameters: parameters.collect() }
    }
}

/// A parameter of a rule: its name, as a protocol file states it, and its value as text.
pub type Parameter = (Cow<'static, str>, String);

/// The parameters that a section of a protocol holds, with those of its own sections under dotted names. A list is one
/// value.
pub fn parameters(section: &impl Serialize) -> Vec<Parameter> {
    let mut found = Vec::new();
    // A section of ours with text keys always has a JSON form.
    gather("", &serde_json::to_value(section).unwrap_or_default(), &mut found);
    found
}

fn gather(name: &str, value: &Value, found: &mut Vec<Parameter>) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                let dotted = if name.is_empty() { field.clone() } else { format!("{name}.{field}") };
                gather(&dotted, value, found);
            }
        }
        Value::String(text) => found.push((Cow::Owned(name.to_owned()), text.clone())),
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            found.push((Cow::Owned(name.to_owned()), value.to_string()));
        }
    }
}

/// The public code of a choice, for example `AT_MOST`.
pub fn code(choice: &impl Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(Value::String(code)) => code,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// Names a rule in force: the id, the version of its behaviour, and the parameters that it ran with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleVersion {
    /// The rule's stable name, for example `sri`.
    pub id: &'static str,
    /// Changes whenever the rule's behaviour does.
    pub version: &'static str,
    /// Name and value of each parameter.
    pub parameters: Vec<Parameter>,
}

/// What a criterion asks, by a stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CriterionCode {
    /// SLEDAI-2K is low enough (LLDAS).
    SledaiLow,
    /// No activity in a major organ system (LLDAS).
    NoMajorOrgan,
    /// No haemolytic anaemia due to lupus (LLDAS).
    NoHaemolyticAnaemia,
    /// No gastrointestinal activity (LLDAS).
    NoGiActivity,
    /// No new activity since the visit before (LLDAS).
    NoNewActivity,
    /// The physician's global assessment is low enough (LLDAS, DORIS).
    PgaLow,
    /// The prednisone equivalent is low enough (LLDAS, DORIS).
    PrednisoneLow,
    /// Immunosuppressants stand at tolerated maintenance doses (LLDAS).
    MaintenanceTherapy,
    /// No clinical descriptor of SLEDAI-2K is present (DORIS).
    ClinicalSledaiZero,
    /// Background treatment is stable (DORIS).
    StableBackground,
    /// SLEDAI-2K has fallen by the points asked for (SRI).
    SledaiReduction,
    /// No new BILAG-2004 grade A (SRI).
    NoNewA,
    /// At most one new BILAG-2004 grade B (SRI).
    AtMostOneNewB,
    /// The physician's global assessment has not worsened (SRI, BICLA).
    PgaNotWorse,
    /// Every BILAG-2004 grade A or B of baseline has improved (BICLA).
    AllAbImproved,
    /// No BILAG-2004 system has worsened beyond what is allowed (BICLA).
    NoWorseBilag,
    /// SLEDAI-2K is not above its baseline (BICLA).
    SledaiNotWorse,
    /// The SLEDAI total rises above 12 (severe flare).
    SledaiHigh,
    /// A severe manifestation is new or worse (severe flare).
    SevereManifestation,
    /// Prednisone is raised to more than 0.5 mg/kg/day (severe flare).
    PrednisoneHigh,
    /// An immunosuppressant was added for activity (severe flare).
    NewImmunosuppressant,
    /// Admitted to hospital for lupus (severe flare).
    Hospitalised,
    /// The physician's global assessment rises above 2.5 (severe flare).
    PgaHigh,
    /// The SLEDAI total rises by at least 3 points (mild or moderate flare).
    SledaiRise,
    /// A mild or moderate manifestation is new or worse (mild or moderate flare).
    MildModerateManifestation,
    /// Prednisone is raised (mild or moderate flare).
    PrednisoneRaised,
    /// An NSAID or hydroxychloroquine was added for activity (mild or moderate flare).
    NewNsaidOrHydroxychloroquine,
    /// The physician's global assessment rises by at least 1.0 (mild or moderate flare).
    PgaRise,
}

/// One criterion of a composite endpoint: what was asked, what was seen, and what follows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Criterion {
    /// What is asked.
    pub code: CriterionCode,
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
    pub(crate) fn new(code: CriterionCode, verdict: Verdict, explanation: &'static str) -> Criterion {
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
    pub fn verdict(&self, code: CriterionCode) -> Verdict {
        let named = self.criteria.iter().find(|criterion| criterion.code == code);
        named.map_or(Verdict::NotEvaluable, |criterion| criterion.verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::{LldasParameters, TreatmentFailureParameters};

    #[test]
    fn a_section_is_told_parameter_by_parameter() {
        let told = parameters(&LldasParameters::default());
        let of = |name: &str| told.iter().find(|(told, _)| told == name).map(|(_, value)| value.as_str());
        assert_eq!(told.len(), 5);
        assert_eq!(of("sledai_limit"), Some("4"));
        assert_eq!(of("prednisone_limit"), Some("7.5"));
        assert_eq!(of("new_activity_rule"), Some("CLINICAL_DESCRIPTORS"));
        assert_eq!(of("investigational_product_exempt"), Some("true"));
        let nested = parameters(&TreatmentFailureParameters::default());
        assert!(nested.contains(&("strategies.death".into(), "COMPOSITE".to_owned())), "{nested:?}");
        assert_eq!(
            parameters(&serde_json::json!({ "list": [1, 2], "none": null })),
            [("list".into(), "[1,2]".to_owned())]
        );
    }
}
