//! What is recorded of a subject at visits and between them, and its correction.

mod assessment;
mod classify_protocol_deviation;
mod correct_assessment;
mod correct_record;
mod correction;
mod dose;
mod lab;
mod medication;
mod panel;
mod record_assessment;
mod record_autoantibody_panel;
mod record_dose;
mod record_intercurrent_event;
mod record_lab_results;
mod record_medication;
mod record_protocol_deviation;
mod record_visit;
mod review_protocol_deviations;
#[cfg(test)]
mod tests;
mod unmasking;
mod value;
mod visit;

pub use assessment::{AssessmentItems, BilagEntry, BilagValue, FlareAnswers, SledaiComment, SledaiEntry};
pub use classify_protocol_deviation::ClassifyProtocolDeviation;
pub use correct_assessment::CorrectAssessment;
pub use correct_record::CorrectRecord;
pub use correction::Correction;
pub use dose::DoseFields;
pub use lab::LabFields;
pub use medication::MedicationFields;
pub use panel::{PanelFields, PanelResult};
pub use record_assessment::RecordAssessment;
pub use record_autoantibody_panel::RecordAutoantibodyPanel;
pub use record_dose::RecordDose;
pub use record_intercurrent_event::{IntercurrentEventFields, RecordIntercurrentEvent};
pub use record_lab_results::RecordLabResults;
pub use record_medication::RecordMedication;
pub use record_protocol_deviation::{DeviationFields, RecordProtocolDeviation};
pub use record_visit::RecordVisit;
pub use review_protocol_deviations::ReviewProtocolDeviations;
pub(crate) use unmasking::is_unmasking;
pub use visit::VisitFields;
