//! Pause and stopping rules.

use super::adverse_event::AdverseEvent;
use super::rate::Group;
use super::rule::RuleVersion;
use crate::graphql::term::Coded;
use chrono::NaiveDate;
use objects::{Date, Gate, Permit, object};
use policy::DataGroup;
use study::outcome::Stopping;
use study::terms::{OutcomeGrouping, RuleState, StoppingRuleCode};
use study::view::{Sight, StoppingRuleView, View};

/// Pause and stopping rules of a study.
#[object(name = "Safety")]
impl<'v> Safety<'v> {
    /// Whether a rule pauses or stops the study on the day, judged over all sites, without saying which; in an open-label
    /// study also a cohort. The planned observation of a level's first subject does not count.
    #[group(StoppingRules)]
    #[complexity(100)]
    fn paused(&self) -> Option<bool> {
        self.view.is_paused(self.on)
    }
    /// What the rule that pauses a cohort laid down when it last changed. Null for whoever reads totals alone.
    #[group(StoppingRules)]
    fn rules(&self) -> Option<Vec<StoppingRule<'v>>> {
        Some(self.view.stopping_rules()?.map(StoppingRule).collect())
    }
    /// What every rule of the protocol says on the day, over all sites; of the whole study alone for whoever reads totals.
    /// Null when kept from you, and for whoever sees some sites only.
    #[group(StoppingRules)]
    #[complexity(list = 32)]
    fn evaluations(
        &self,
        /// By cohort, or in total.
        by: Option<Coded<OutcomeGrouping>>,
    ) -> Option<Vec<StoppingEvaluation<'v>>> {
        let by = by.map_or(OutcomeGrouping::Cohort, |by| by.0);
        let all = self.view.stopping(by, self.on)?.into_iter();
        Some(all.map(|held| StoppingEvaluation { view: self.view, held }).collect())
    }
}

/// The rules of a study.
pub struct Safety<'v> {
    /// The study.
    pub view: &'v View,
    /// As seen on this day.
    pub on: Option<NaiveDate>,
}

impl Gate<DataGroup> for Safety<'_> {
    fn permits(&self, group: DataGroup) -> Permit {
        // A notice and totals are seen, too; the View gives to each field what its reader may see.
        if self.view.sight(group) >= Sight::Notice { Permit::Allowed } else { Permit::Masked }
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

/// What a pause or stopping rule of the protocol says of a cohort, or of the study, on a day.
#[object(name = "StoppingEvaluation", gate = open)]
impl<'v> StoppingEvaluation<'v> {
    /// The column.
    #[group(Envelope)]
    fn group(&self) -> Group {
        Group(self.held.group.clone())
    }
    /// Which rule.
    #[group(Envelope)]
    fn code(&self) -> Coded<StoppingRuleCode> {
        Coded(StoppingRuleCode::from(self.held.evaluation.rule))
    }
    /// What it says. `WATCH` is one event short of a pause.
    #[group(Envelope)]
    fn state(&self) -> Coded<RuleState> {
        Coded(self.held.state())
    }
    /// The day.
    #[group(Envelope)]
    fn on(&self) -> Date {
        Date(self.held.on)
    }
    /// The adverse events that it rests on. Null for whoever reads totals alone.
    #[group(Envelope)]
    fn events(&self) -> Option<Vec<AdverseEvent<'v>>> {
        self.view.sight(DataGroup::StoppingRules).sees_rows().then(|| {
            let events = self.view.adverse_events_of(&self.held.evaluation.facts);
            events.into_iter().map(AdverseEvent).collect()
        })
    }
    /// Of the rule on the rate: subjects with a dose-limiting toxicity.
    #[group(Envelope)]
    fn toxicities(&self) -> Option<i32> {
        i32::try_from(self.held.counts?.0).ok()
    }
    /// Of the rule on the rate: subjects who count.
    #[group(Envelope)]
    fn evaluable(&self) -> Option<i32> {
        i32::try_from(self.held.counts?.1).ok()
    }
    /// Of the rule on the rate: from how many toxicities among these subjects on it stops; none when no number would.
    #[group(Envelope)]
    fn stops_at(&self) -> Option<i32> {
        i32::try_from(self.held.counts?.2?).ok()
    }
    /// Of the rule on the rate: the posterior probability that the rate is above what the protocol accepts.
    #[group(Envelope)]
    fn posterior(&self) -> Option<f64> {
        self.held.evaluation.posterior
    }
    /// The rules, with their version and the numbers of the protocol.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.held.rule.as_deref().cloned().map(RuleVersion)
    }
}

/// What a stopping rule says.
pub struct StoppingEvaluation<'v> {
    view: &'v View,
    held: Stopping,
}
