//! Rules in force, as answers name them.

use objects::object;
use policy::DataGroup;
use std::borrow::Cow;
use study::rules::RuleVersion as Version;

/// A rule in force: its id, the version of its behaviour, and the parameters that it ran with.
#[object(name = "RuleVersion", gate = open)]
impl RuleVersion {
    /// The rule's stable id.
    #[group(Envelope)]
    fn id(&self) -> &str {
        self.0.id
    }
    /// Changes whenever the rule's behaviour does.
    #[group(Envelope)]
    fn version(&self) -> &str {
        self.0.version
    }
    /// The parameters that it ran with.
    #[group(Envelope)]
    fn parameters(&self) -> Vec<RuleParameter> {
        self.0
            .parameters
            .iter()
            .map(|(name, value)| RuleParameter { name: name.clone(), value: value.clone() })
            .collect()
    }
}

/// A rule in force.
pub struct RuleVersion(pub Version);

/// A parameter of a rule.
#[object(name = "RuleParameter", gate = open)]
impl RuleParameter {
    /// Its name.
    #[group(Envelope)]
    fn name(&self) -> &str {
        &self.name
    }
    /// Its value.
    #[group(Envelope)]
    fn value(&self) -> &str {
        &self.value
    }
}

/// A parameter of a rule.
pub struct RuleParameter {
    name: Cow<'static, str>,
    value: String,
}
