//! Eligibility, consents and how participation ended.

use super::gated_by_subject;
use super::masked::{MaskedDate, MaskedText};
use crate::graphql::scalar::{Id, Revision};
use crate::graphql::term::Coded;
use objects::{Gate, Permit, object};
use policy::DataGroup;
use study::terms::{ConsentPurpose, CriterionKind, CriterionResult, DispositionKind};
use study::view::{ConsentView, DispositionView, EligibilityResultView, SubjectView};

/// What was found for each eligibility criterion, and whether it was confirmed.
#[object(name = "Eligibility")]
impl<'v> Eligibility<'v> {
    /// When an investigator confirmed every criterion.
    #[group(Eligibility)]
    fn confirmed_on(&self) -> MaskedDate {
        MaskedDate(self.0.eligibility_confirmed_on())
    }
    /// What was found, criterion by criterion.
    #[group(Eligibility)]
    fn results(&self) -> Option<Vec<EligibilityResult<'v>>> {
        Some(self.0.eligibility_results()?.map(EligibilityResult).collect())
    }
}

/// Eligibility of a subject.
pub struct Eligibility<'v>(pub SubjectView<'v>);

impl Gate<DataGroup> for Eligibility<'_> {
    fn permits(&self, group: DataGroup) -> Permit {
        super::permit(&self.0, group)
    }
}

/// What was found for one eligibility criterion.
#[object(name = "EligibilityResult", implements("Node"))]
impl EligibilityResult<'_> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// The criterion's code in the protocol.
    #[group(Eligibility)]
    fn criterion(&self) -> Option<&str> {
        Some(self.0.criterion())
    }
    /// Whether it includes or excludes.
    #[group(Eligibility)]
    fn kind(&self) -> Option<Coded<CriterionKind>> {
        Some(Coded(self.0.kind()))
    }
    /// Whether it is met.
    #[group(Eligibility)]
    fn result(&self) -> Option<Coded<CriterionResult>> {
        Some(Coded(self.0.result()))
    }
    /// What was seen. The safety board reads none, since it is free text.
    #[group(Eligibility)]
    fn observed(&self) -> Option<&str> {
        self.0.observed()
    }
    /// When it was assessed.
    #[group(Eligibility)]
    fn assessed_on(&self) -> MaskedDate {
        MaskedDate(self.0.assessed_on())
    }
    /// Revision of the result's own last change, for `expectedRevision`.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// What was found for one criterion.
pub struct EligibilityResult<'v>(pub EligibilityResultView<'v>);

/// A consent.
#[object(name = "Consent", implements("Node"))]
impl Consent<'_> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// What it covers.
    #[group(Consent)]
    fn purpose(&self) -> Option<Coded<ConsentPurpose>> {
        Some(Coded(self.0.purpose()))
    }
    /// The version of the form.
    #[group(Consent)]
    fn version(&self) -> Option<&str> {
        Some(self.0.version())
    }
    /// When it was given.
    #[group(Consent)]
    fn given_on(&self) -> MaskedDate {
        MaskedDate(self.0.given_on())
    }
    /// When it was withdrawn.
    #[group(Consent)]
    fn withdrawn_on(&self) -> MaskedDate {
        MaskedDate(self.0.withdrawn_on())
    }
    /// Revision of the consent's own last change, for `expectedRevision`.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// A consent.
pub struct Consent<'v>(pub ConsentView<'v>);

/// How a subject's participation ended.
#[object(name = "Disposition", implements("Node"))]
impl Disposition<'_> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// How.
    #[group(Subjects)]
    fn kind(&self) -> Coded<DispositionKind> {
        Coded(self.0.kind())
    }
    /// When.
    #[group(Subjects)]
    fn occurred_on(&self) -> MaskedDate {
        MaskedDate(self.0.occurred_on())
    }
    /// Why.
    #[group(Subjects)]
    fn reason(&self) -> MaskedText {
        MaskedText::of(self.0.reason())
    }
    /// Revision of the record's own last change, for `expectedRevision`.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// How participation ended.
pub struct Disposition<'v>(pub DispositionView<'v>);

gated_by_subject!(EligibilityResult, Consent, Disposition);
