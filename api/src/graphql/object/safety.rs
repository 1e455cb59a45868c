//! Pause and stopping rules.

use crate::graphql::term::Coded;
use objects::{Gate, Permit, object};
use policy::DataGroup;
use study::terms::RuleState;
use study::view::{StoppingRuleView, View};

/// Pause and stopping rules of a study.
#[object(name = "Safety")]
impl<'v> Safety<'v> {
    /// What each rule says at present.
    #[group(StoppingRules)]
    fn rules(&self) -> Option<Vec<StoppingRule<'v>>> {
        Some(self.0.stopping_rules()?.map(StoppingRule).collect())
    }
}

/// The rules of a study.
pub struct Safety<'v>(pub &'v View);

impl Gate<DataGroup> for Safety<'_> {
    fn permits(&self, group: DataGroup) -> Permit {
        if self.0.sight(group).sees_rows() { Permit::Allowed } else { Permit::Masked }
    }
}

/// What a stopping rule says at present.
#[object(name = "StoppingRule", gate = open)]
impl StoppingRule<'_> {
    /// The rule's code.
    #[group(Envelope)]
    fn rule(&self) -> &str {
        self.0.rule()
    }
    /// What it says.
    #[group(Envelope)]
    fn state(&self) -> Coded<RuleState> {
        Coded(self.0.state())
    }
    /// What it was judged on.
    #[group(Envelope)]
    fn facts(&self) -> &str {
        self.0.facts()
    }
}

/// A stopping rule.
pub struct StoppingRule<'v>(pub StoppingRuleView<'v>);
