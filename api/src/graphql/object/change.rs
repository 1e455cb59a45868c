//! Changes from baseline.

use super::node::Node;
use super::rule::RuleVersion;
use crate::graphql::scalar::Decimal;
use crate::graphql::term::Coded;
use derivation::endpoint::sledai_change;
use derivation::laboratory::autoantibody;
use objects::{Stated, object};
use policy::DataGroup;
use std::sync::Arc;
use study::derived::{AutoantibodyChange as Derived, SledaiChangeAt};
use study::terms::ReasonCode;
use study::view::{Shown, SubjectView, ValueState};

/// Change of SLEDAI-2K from baseline.
#[object(name = "Change", stated, gate = open)]
impl<'v> Change<'v> {
    /// Whether there is a change, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.shown.state)
    }
    /// The total at baseline.
    #[group(Envelope)]
    fn baseline(&self) -> Option<i32> {
        self.held()?.baseline.as_ref()?.score.total.map(i32::from)
    }
    /// The total at the visit.
    #[group(Envelope)]
    fn value(&self) -> Option<i32> {
        self.held()?.visit.as_ref()?.score.total.map(i32::from)
    }
    /// Visit minus baseline; negative is better.
    #[group(Envelope)]
    fn change(&self) -> Option<i32> {
        self.held()?.change.and_then(|change| i32::try_from(change).ok())
    }
    /// The change in percent of baseline; none when baseline is 0.
    #[group(Envelope)]
    fn percent(&self) -> Option<Decimal> {
        self.held()?.percent.map(Decimal::from)
    }
    /// Why there is no change.
    #[group(Envelope)]
    fn reason(&self) -> Option<Coded<ReasonCode>> {
        self.held()?.reason.map(|reason| Coded(ReasonCode::from(reason)))
    }
    /// The assessments that it was derived from.
    #[group(Envelope)]
    fn evidence(&self) -> Option<Vec<Node<'v>>> {
        Some(Node::all(self.subject?, &self.held()?.evidence()))
    }
    /// The rule that answered, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.held()?;
        Some(RuleVersion(self.subject?.rule(&sledai_change::RULE)))
    }
}

/// Change of SLEDAI-2K.
pub struct Change<'v> {
    subject: Option<SubjectView<'v>>,
    shown: Shown<SledaiChangeAt>,
}

impl<'v> Change<'v> {
    pub(crate) fn new(subject: SubjectView<'v>, shown: Shown<SledaiChangeAt>) -> Change<'v> {
        Change { subject: Some(subject), shown }
    }

    fn held(&self) -> Option<&SledaiChangeAt> {
        self.shown.value.as_ref()
    }
}

impl Stated for Change<'_> {
    fn masked() -> Self {
        Change { subject: None, shown: Shown::masked() }
    }
}

/// Change of an autoantibody or complement from baseline.
#[object(name = "AutoantibodyChange", stated, gate = open)]
impl<'v> AutoantibodyChange<'v> {
    /// Whether there is a change, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.shown.state)
    }
    /// The value at baseline, in the protocol's unit, with its comparator.
    #[group(Envelope)]
    fn baseline(&self) -> Option<&str> {
        self.held()?.baseline.as_deref()
    }
    /// The value at the visit, in the protocol's unit, with its comparator.
    #[group(Envelope)]
    fn value(&self) -> Option<&str> {
        self.held()?.visit.as_deref()
    }
    /// Visit minus baseline, in the protocol's unit.
    #[group(Envelope)]
    fn absolute(&self) -> Option<Decimal> {
        self.held()?.change.absolute.map(Decimal::from)
    }
    /// The change in percent of baseline.
    #[group(Envelope)]
    fn percent(&self) -> Option<Decimal> {
        self.held()?.change.percent.map(Decimal::from)
    }
    /// Dilution steps of a titre: the logarithm to base 2 of its ratio.
    #[group(Envelope)]
    fn log2(&self) -> Option<f64> {
        self.held()?.change.log2
    }
    /// Whether the change is exact or a bound, as a code.
    #[group(Envelope)]
    fn bound(&self) -> Option<String> {
        self.held()?.change.bound.as_ref().map(study::outcome::code_of)
    }
    /// Conversion between positive and negative, as a code.
    #[group(Envelope)]
    fn conversion(&self) -> Option<String> {
        self.held()?.change.conversion.as_ref().map(study::outcome::code_of)
    }
    /// Whether an abnormal value became normal; none when baseline was normal or limits are unknown.
    #[group(Envelope)]
    fn normalised(&self) -> Option<bool> {
        self.held()?.change.normalised
    }
    /// Why there is no change, or only a part of one.
    #[group(Envelope)]
    fn reason(&self) -> Option<Coded<ReasonCode>> {
        self.held()?.change.reason.map(|reason| Coded(ReasonCode::from(reason)))
    }
    /// The panels that it was derived from.
    #[group(Envelope)]
    fn evidence(&self) -> Option<Vec<Node<'v>>> {
        Some(Node::all(self.subject?, &self.held()?.evidence))
    }
    /// The rule that answered, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.held()?;
        Some(RuleVersion(self.subject?.rule(&autoantibody::RULE)))
    }
}

/// Change of an autoantibody.
pub struct AutoantibodyChange<'v> {
    subject: Option<SubjectView<'v>>,
    shown: Shown<Arc<Derived>>,
}

impl<'v> AutoantibodyChange<'v> {
    pub(crate) fn new(subject: SubjectView<'v>, shown: Shown<Arc<Derived>>) -> AutoantibodyChange<'v> {
        AutoantibodyChange { subject: Some(subject), shown }
    }

    fn held(&self) -> Option<&Derived> {
        self.shown.value.as_deref()
    }
}

impl Stated for AutoantibodyChange<'_> {
    fn masked() -> Self {
        AutoantibodyChange { subject: None, shown: Shown::masked() }
    }
}
