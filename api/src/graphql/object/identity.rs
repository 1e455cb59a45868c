//! Direct identifiers, cohort and sex, each of which may be kept from the viewer.

use super::masked::MaskedText;
use super::site::Cohort;
use crate::graphql::term::Coded;
use chrono::NaiveDate;
use objects::{Date, Stated, object};
use policy::DataGroup;
use study::terms::Sex;
use study::view::{CohortView, IdentityView, Shown, ValueState};

/// A subject's direct identifiers, which may be kept from the viewer.
#[object(name = "MaskedIdentity", stated, gate = open)]
impl MaskedIdentity {
    /// Whether identifiers are there, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.0.state)
    }
    /// The identifiers.
    #[group(Envelope)]
    fn value(&self) -> Option<SubjectIdentity> {
        self.0.value.clone().map(SubjectIdentity)
    }
}

/// Identifiers that may be kept from the viewer.
pub struct MaskedIdentity(pub Shown<IdentityView>);

impl Stated for MaskedIdentity {
    fn masked() -> MaskedIdentity {
        MaskedIdentity(Shown::masked())
    }
}

/// A subject's direct identifiers, each as far as the viewer may read it.
#[object(name = "SubjectIdentity", gate = open)]
impl SubjectIdentity {
    /// Initials.
    #[group(Envelope)]
    fn initials(&self) -> MaskedText {
        MaskedText(self.0.initials.clone())
    }
    /// Full name.
    #[group(Envelope)]
    fn name(&self) -> MaskedText {
        MaskedText(self.0.name.clone())
    }
    /// Birth date.
    #[group(Envelope)]
    fn birth_date(&self) -> MaskedBirthDate {
        MaskedBirthDate(self.0.birth_date.clone())
    }
    /// The hospital's record number.
    #[group(Envelope)]
    fn hospital_number(&self) -> MaskedText {
        MaskedText(self.0.hospital_number.clone())
    }
    /// National id number.
    #[group(Envelope)]
    fn national_id(&self) -> MaskedText {
        MaskedText(self.0.national_id.clone())
    }
    /// Telephone number.
    #[group(Envelope)]
    fn telephone(&self) -> MaskedText {
        MaskedText(self.0.telephone.clone())
    }
}

/// Identifiers.
pub struct SubjectIdentity(pub IdentityView);

/// A birth date that may be kept from the viewer.
#[object(name = "MaskedBirthDate", stated, gate = open)]
impl MaskedBirthDate {
    /// Whether the date is there, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.0.state)
    }
    /// The date.
    #[group(Envelope)]
    fn value(&self) -> Option<Date> {
        self.0.value.map(Date)
    }
}

/// A birth date that may be kept from the viewer.
pub struct MaskedBirthDate(pub Shown<NaiveDate>);

impl Stated for MaskedBirthDate {
    fn masked() -> MaskedBirthDate {
        MaskedBirthDate(Shown::masked())
    }
}

/// A cohort that may be kept from the viewer.
#[object(name = "MaskedCohort", stated, gate = open)]
impl<'v> MaskedCohort<'v> {
    /// Whether there is a cohort, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.0.state)
    }
    /// The cohort.
    #[group(Envelope)]
    fn value(&self) -> Option<Cohort<'v>> {
        self.0.value.map(Cohort::new)
    }
}

/// A cohort that may be kept from the viewer.
pub struct MaskedCohort<'v>(pub Shown<CohortView<'v>>);

impl Stated for MaskedCohort<'_> {
    fn masked() -> Self {
        MaskedCohort(Shown::masked())
    }
}

/// A sex that may be kept from the viewer.
#[object(name = "MaskedSex", stated, gate = open)]
impl MaskedSex {
    /// Whether it is there, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.0.state)
    }
    /// The sex.
    #[group(Envelope)]
    fn value(&self) -> Option<Coded<Sex>> {
        self.0.value.map(Coded)
    }
}

/// A sex that may be kept from the viewer.
pub struct MaskedSex(pub Shown<Sex>);

impl Stated for MaskedSex {
    fn masked() -> MaskedSex {
        MaskedSex(Shown::masked())
    }
}
