//! What can be done: one mutation an act, one file a mutation. All follow `screen_subject`.

mod add_site;
mod adjudicate_dlt;
mod assess_sponsor_causality;
mod confirm_eligibility;
mod correct_assessment;
mod create_data_cut;
mod enroll_subject;
mod follow_adverse_event;
mod open_cohort;
mod payload;
mod record_assessment;
mod record_autoantibody_panel;
mod record_consent;
mod record_dose;
mod record_eligibility;
mod record_identity;
mod record_intercurrent_event;
mod record_lab_results;
mod record_medication;
mod record_visit;
mod report_adverse_event;
mod screen_subject;
mod withdraw_subject;

use async_graphql::MergedObject;

/// What can be done. Every act is idempotent under its key, and a refusal is data: nothing was written.
#[derive(MergedObject, Default)]
pub struct Mutation(
    add_site::AddSite,
    adjudicate_dlt::AdjudicateDlt,
    assess_sponsor_causality::AssessSponsorCausality,
    confirm_eligibility::ConfirmEligibility,
    correct_assessment::CorrectAssessment,
    create_data_cut::CreateDataCut,
    enroll_subject::EnrollSubject,
    follow_adverse_event::FollowAdverseEvent,
    open_cohort::OpenCohort,
    record_assessment::RecordAssessment,
    record_autoantibody_panel::RecordAutoantibodyPanel,
    record_consent::RecordConsent,
    record_dose::RecordDose,
    record_eligibility::RecordEligibility,
    record_identity::RecordIdentity,
    record_intercurrent_event::RecordIntercurrentEvent,
    record_lab_results::RecordLabResults,
    record_medication::RecordMedication,
    record_visit::RecordVisit,
    report_adverse_event::ReportAdverseEvent,
    screen_subject::ScreenSubject,
    withdraw_subject::WithdrawSubject,
);
