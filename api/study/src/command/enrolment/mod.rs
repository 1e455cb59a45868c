//! From screening to enrolment, and the end of participation.

mod confirm_eligibility;
mod consent;
mod disposition;
mod enroll_subject;
mod facts;
mod identity;
mod record_consent;
mod record_eligibility;
mod record_identity;
mod screen_subject;
#[cfg(test)]
mod tests;
mod withdraw_subject;

pub use confirm_eligibility::ConfirmEligibility;
pub use consent::ConsentFields;
pub use disposition::DispositionFields;
pub use enroll_subject::EnrollSubject;
pub(crate) use enroll_subject::{enrolled, has_room, taken};
pub use identity::commitment as identity_commitment;
pub use record_consent::RecordConsent;
pub use record_eligibility::{CriterionFound, FactAnswer, RecordEligibility};
pub use record_identity::RecordIdentity;
pub use screen_subject::{GivenConsent, ScreenSubject};
pub use withdraw_subject::WithdrawSubject;
