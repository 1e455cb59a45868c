//! Analysis sets: who belongs to which, and why not.

use super::node::Node;
use super::rate::Group;
use super::rule::RuleVersion;
use crate::graphql::term::Coded;
use objects::object;
use policy::DataGroup;
use study::derived::MembershipAt;
use study::outcome;
use study::terms::{Outcome, Population, PopulationReason};
use study::view::{Shown, SubjectView, ValueState};

/// Whether a subject belongs to an analysis set, as seen on a day.
#[object(name = "PopulationMembership", gate = open)]
impl<'v> PopulationMembership<'v> {
    /// The set.
    #[group(Envelope)]
    fn population(&self) -> Coded<Population> {
        Coded(self.population)
    }
    /// Whether there is an answer, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.shown.state)
    }
    /// Whether the subject belongs to it; `NOT_EVALUABLE` while what decides is not known.
    #[group(Envelope)]
    fn member(&self) -> Option<Coded<Outcome>> {
        self.held().map(|it| Coded(Outcome::from(it.membership.included)))
    }
    /// What decided.
    #[group(Envelope)]
    fn reason(&self) -> Option<Coded<PopulationReason>> {
        self.held().map(|it| Coded(PopulationReason::from(it.membership.reason)))
    }
    /// The records that it was derived from.
    #[group(Envelope)]
    fn evidence(&self) -> Option<Vec<Node<'v>>> {
        Some(Node::all(self.subject, &self.held()?.evidence))
    }
    /// The rule that answered, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.held()?;
        Some(RuleVersion(self.subject.rule(&derivation::population::RULE)))
    }
}

/// A subject's membership of an analysis set.
pub struct PopulationMembership<'v> {
    subject: SubjectView<'v>,
    population: Population,
    shown: Shown<MembershipAt>,
}

impl<'v> PopulationMembership<'v> {
    pub(crate) fn all(
        subject: SubjectView<'v>,
        on: Option<chrono::NaiveDate>,
    ) -> Vec<PopulationMembership<'v>> {
        let of = |(population, shown)| PopulationMembership {
            subject,
            population: Population::from(population),
            shown,
        };
        subject.memberships(on).into_iter().map(of).collect()
    }

    fn held(&self) -> Option<&MembershipAt> {
        self.shown.value.as_ref()
    }
}

/// How many subjects of a column belong to an analysis set, as seen on a day.
#[object(name = "PopulationCount", gate = open)]
impl PopulationCount {
    /// The set.
    #[group(Envelope)]
    fn population(&self) -> Coded<Population> {
        Coded(Population::from(self.0.population))
    }
    /// The column.
    #[group(Envelope)]
    fn group(&self) -> Group {
        Group(self.0.group.clone())
    }
    /// Whether the numbers are there, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(if self.0.counted.is_some() { ValueState::Present } else { ValueState::Masked })
    }
    /// Subjects who belong to it.
    #[group(Envelope)]
    fn included(&self) -> Option<i32> {
        i32::try_from(self.0.counted.as_ref()?.included).ok()
    }
    /// Subjects who do not.
    #[group(Envelope)]
    fn excluded(&self) -> Option<i32> {
        i32::try_from(self.0.counted.as_ref()?.excluded).ok()
    }
    /// Subjects of whom it is not known yet.
    #[group(Envelope)]
    fn open(&self) -> Option<i32> {
        i32::try_from(self.0.counted.as_ref()?.open).ok()
    }
    /// What decided for those who do not belong to it, or of whom it is not known.
    #[group(Envelope)]
    fn reasons(&self) -> Option<Vec<PopulationReasonCount>> {
        let reasons = self.0.counted.as_ref()?.reasons.iter();
        Some(
            reasons
                .map(|(reason, subjects)| PopulationReasonCount {
                    reason: PopulationReason::from(*reason),
                    subjects: *subjects,
                })
                .collect(),
        )
    }
    /// The rule that decides, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.0.rule.as_deref().cloned().map(RuleVersion)
    }
}

/// An analysis set in a column of a table.
pub struct PopulationCount(pub outcome::PopulationCount);

/// Subjects of whom one thing decided that they do not belong to an analysis set.
#[object(name = "PopulationReasonCount", gate = open)]
impl PopulationReasonCount {
    /// What decided.
    #[group(Envelope)]
    fn reason(&self) -> Coded<PopulationReason> {
        Coded(self.reason)
    }
    /// How many subjects.
    #[group(Envelope)]
    fn subjects(&self) -> Option<i32> {
        i32::try_from(self.subjects).ok()
    }
}

/// A count of subjects.
pub struct PopulationReasonCount {
    reason: PopulationReason,
    subjects: u64,
}
