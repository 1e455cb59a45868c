//! Where the dose escalation stands.

use super::rule::RuleVersion;
use objects::{Date, object};
use policy::DataGroup;
use study::outcome;

/// Where the dose escalation stands on a day, over every site.
#[object(name = "Escalation", gate = open)]
impl Escalation {
    /// The day.
    #[group(Envelope)]
    fn on(&self) -> Date {
        Date(self.0.on)
    }
    /// The dose level at which a subject was treated last; of two on one day the higher one.
    #[group(Envelope)]
    fn current_level(&self) -> i32 {
        self.0.current_level
    }
    /// What is known of each level.
    #[group(Envelope)]
    fn levels(&self) -> Vec<DoseLevel> {
        self.0.levels.iter().cloned().map(DoseLevel).collect()
    }
    /// What the design says, as a code; none before anybody was treated.
    #[group(Envelope)]
    fn decision(&self) -> Option<String> {
        self.0.recommendation.as_ref().map(|it| study::outcome::code_of(&it.decision.decision))
    }
    /// The level that it points to.
    #[group(Envelope)]
    fn next_level(&self) -> Option<i32> {
        let next = self.0.recommendation.as_ref()?.decision.next_level?;
        i32::try_from(next).ok()
    }
    /// The level that isotonic regression selects as the maximum tolerated dose, were the escalation to end now (BOIN and
    /// keyboard). None under 3+3, which names it as its decision, and while an outcome is open.
    #[group(Envelope)]
    fn tolerated_level(&self) -> Option<i32> {
        self.0.tolerated_level
    }
    /// What to be aware of, as codes.
    #[group(Envelope)]
    fn warnings(&self) -> Vec<String> {
        let warnings = self.0.recommendation.iter().flat_map(|it| it.warnings.iter());
        warnings.map(study::outcome::code_of).collect()
    }
    /// The design in force, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> RuleVersion {
        RuleVersion(self.0.rule.clone())
    }
}

/// Where the escalation stands.
pub struct Escalation(pub outcome::Escalation);

/// What is known of one dose level.
#[object(name = "DoseLevel", gate = open)]
impl DoseLevel {
    /// The level, from 1.
    #[group(Envelope)]
    fn level(&self) -> i32 {
        self.0.level
    }
    /// The cohort's name.
    #[group(Envelope)]
    fn label(&self) -> &str {
        &self.0.label
    }
    /// Subjects who received the product.
    #[group(Envelope)]
    fn treated(&self) -> Option<i32> {
        i32::try_from(self.0.treated).ok()
    }
    /// Subjects who count in decisions.
    #[group(Envelope)]
    fn evaluable(&self) -> Option<i32> {
        i32::try_from(self.0.evaluable).ok()
    }
    /// Subjects with a dose-limiting toxicity.
    #[group(Envelope)]
    fn dlt(&self) -> Option<i32> {
        i32::try_from(self.0.dlt).ok()
    }
    /// Subjects whose window is still open.
    #[group(Envelope)]
    fn pending(&self) -> Option<i32> {
        i32::try_from(self.0.pending).ok()
    }
    /// The rate of toxicity that isotonic regression estimates, never falling with the dose (BOIN and keyboard).
    #[group(Envelope)]
    fn estimated_rate(&self) -> Option<f64> {
        self.0.estimated_rate
    }
}

/// What is known of one dose level.
pub struct DoseLevel(pub outcome::LevelState);
