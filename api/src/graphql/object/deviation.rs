//! Protocol deviations.

use super::gated_by_subject;
use super::masked::{MaskedDate, MaskedText};
use crate::graphql::scalar::{Id, Revision};
use crate::graphql::term::Coded;
use objects::object;
use policy::DataGroup;
use study::terms::DeviationCategory;
use study::view::ProtocolDeviationView;

/// A protocol deviation (ICH E3; CDISC domain DV): the site records what happened, the sponsor says what it means.
#[object(name = "ProtocolDeviation", implements("Node"))]
impl ProtocolDeviation<'_> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// What was deviated from.
    #[group(ProtocolDeviations)]
    fn category(&self) -> Option<Coded<DeviationCategory>> {
        Some(Coded(self.0.category()))
    }
    /// When it happened.
    #[group(ProtocolDeviations)]
    fn occurred_on(&self) -> MaskedDate {
        MaskedDate(self.0.occurred_on())
    }
    /// What happened.
    #[group(ProtocolDeviations)]
    fn description(&self) -> MaskedText {
        MaskedText::of(self.0.description())
    }
    /// Whether it is important, also called major; none until the sponsor has classified it.
    #[group(ProtocolDeviations)]
    fn important(&self) -> Option<bool> {
        self.0.important()
    }
    /// Whether it may affect how efficacy is read, which keeps a subject out of the per-protocol set; none until the sponsor
    /// has classified it.
    #[group(ProtocolDeviations)]
    fn affects_efficacy(&self) -> Option<bool> {
        self.0.affects_efficacy()
    }
    /// Why it is classified so.
    #[group(ProtocolDeviations)]
    fn rationale(&self) -> MaskedText {
        MaskedText::of(self.0.rationale())
    }
    /// Revision of the deviation's own last change, for `expectedRevision`.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// A protocol deviation.
pub struct ProtocolDeviation<'v>(pub ProtocolDeviationView<'v>);

gated_by_subject!(ProtocolDeviation);
