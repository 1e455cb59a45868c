//! What can be done: one mutation an act, one file a mutation. All follow `screen_subject`.

mod add_site;
mod adjudicate_dlt;
mod approve;
mod assess_sponsor_causality;
mod classify_protocol_deviation;
mod confirm_eligibility;
mod correct_adverse_event;
mod correct_adverse_event_grade;
mod correct_assessment;
mod correct_autoantibody_panel;
mod correct_autoantibody_result;
mod correct_consent;
mod correct_disposition;
mod correct_dose;
mod correct_intercurrent_event;
mod correct_lab_result;
mod correct_medication;
mod correct_protocol_deviation;
mod correct_visit;
mod create_data_cut;
mod enroll_subject;
mod follow_adverse_event;
mod open_cohort;
mod payload;
mod propose_identity_erasure;
mod propose_redaction;
mod record_assessment;
mod record_autoantibody_panel;
mod record_consent;
mod record_dose;
mod record_eligibility;
mod record_identity;
mod record_intercurrent_event;
mod record_lab_results;
mod record_medication;
mod record_protocol_deviation;
mod record_visit;
mod reject;
mod report_adverse_event;
mod review_protocol_deviations;
mod screen_subject;
mod withdraw_subject;

use async_graphql::MergedObject;

/// What can be done. Every act is idempotent under its key, and a refusal is data: nothing was written.
// Merged by area: one long list nests as deep as it is long, deeper than the compiler follows.
#[derive(MergedObject, Default)]
pub struct Mutation(SetupActs, EnrolmentActs, ConductActs, CorrectionActs, SafetyActs, ReviewActs);

/// Set up a study, and freeze it.
#[derive(MergedObject, Default)]
struct SetupActs(add_site::AddSite, create_data_cut::CreateDataCut, open_cohort::OpenCohort);

/// From screening to the end of participation.
#[derive(MergedObject, Default)]
struct EnrolmentActs(
    confirm_eligibility::ConfirmEligibility,
    enroll_subject::EnrollSubject,
    record_consent::RecordConsent,
    record_eligibility::RecordEligibility,
    record_identity::RecordIdentity,
    screen_subject::ScreenSubject,
    withdraw_subject::WithdrawSubject,
);

/// What is recorded of a subject.
#[derive(MergedObject, Default)]
struct ConductActs(
    classify_protocol_deviation::ClassifyProtocolDeviation,
    record_assessment::RecordAssessment,
    record_autoantibody_panel::RecordAutoantibodyPanel,
    record_dose::RecordDose,
    record_intercurrent_event::RecordIntercurrentEvent,
    record_lab_results::RecordLabResults,
    record_medication::RecordMedication,
    record_protocol_deviation::RecordProtocolDeviation,
    record_visit::RecordVisit,
    review_protocol_deviations::ReviewProtocolDeviations,
);

/// Corrections, one a kind of record.
#[derive(MergedObject, Default)]
struct CorrectionActs(
    correct_adverse_event::CorrectAdverseEvent,
    correct_adverse_event_grade::CorrectAdverseEventGrade,
    correct_assessment::CorrectAssessment,
    correct_autoantibody_panel::CorrectAutoantibodyPanel,
    correct_autoantibody_result::CorrectAutoantibodyResult,
    correct_consent::CorrectConsent,
    correct_disposition::CorrectDisposition,
    correct_dose::CorrectDose,
    correct_intercurrent_event::CorrectIntercurrentEvent,
    correct_lab_result::CorrectLabResult,
    correct_medication::CorrectMedication,
    correct_protocol_deviation::CorrectProtocolDeviation,
    correct_visit::CorrectVisit,
);

/// Adverse events.
#[derive(MergedObject, Default)]
struct SafetyActs(
    adjudicate_dlt::AdjudicateDlt,
    assess_sponsor_causality::AssessSponsorCausality,
    follow_adverse_event::FollowAdverseEvent,
    report_adverse_event::ReportAdverseEvent,
);

/// Acts of two persons.
#[derive(MergedObject, Default)]
struct ReviewActs(
    approve::Approve,
    propose_identity_erasure::ProposeIdentityErasure,
    propose_redaction::ProposeRedaction,
    reject::Reject,
);
