//! Lists of all tables, for macros: a table that is not here is in no snapshot and in no write.

/// Calls a macro with every table of the study streams as `(module, Row, "table")`, parents first.
#[macro_export]
macro_rules! for_each_study_table {
    ($call:ident) => {
        $call! {
            (study, Study, "study"),
            (protocol_version, ProtocolVersion, "protocol_version"),
            (site, Site, "site"),
            (cohort, Cohort, "cohort"),
            (planned_visit, PlannedVisit, "planned_visit"),
            (subject, Subject, "subject"),
            (allocation, Allocation, "allocation"),
            (consent, Consent, "consent"),
            (eligibility_result, EligibilityResult, "eligibility_result"),
            (visit, Visit, "visit"),
            (assessment, Assessment, "assessment"),
            (autoantibody_panel, AutoantibodyPanel, "autoantibody_panel"),
            (autoantibody_result, AutoantibodyResult, "autoantibody_result"),
            (lab_result, LabResult, "lab_result"),
            (dose, Dose, "dose"),
            (medication, Medication, "medication"),
            (adverse_event, AdverseEvent, "adverse_event"),
            (adverse_event_grade, AdverseEventGrade, "adverse_event_grade"),
            (adverse_event_causality, AdverseEventCausality, "adverse_event_causality"),
            (dlt_adjudication, DltAdjudication, "dlt_adjudication"),
            (intercurrent_event, IntercurrentEvent, "intercurrent_event"),
            (protocol_deviation, ProtocolDeviation, "protocol_deviation"),
            (deviation_review, DeviationReview, "deviation_review"),
            (disposition, Disposition, "disposition"),
            (data_cut, DataCut, "data_cut"),
            (closed_cut, ClosedCut, "closed_cut"),
            (change_reason, ChangeReason, "change_reason"),
            (proposal, Proposal, "proposal"),
            (finding, Finding, "finding"),
            (stopping_rule, StoppingRule, "stopping_rule"),
            (clock, Clock, "clock"),
            (redaction, Redaction, "redaction"),
        }
    };
}

/// Calls a macro with every table of the portal stream as `(module, Row, "table")`, parents first.
#[macro_export]
macro_rules! for_each_portal_table {
    ($call:ident) => {
        $call! {
            (registered_study, RegisteredStudy, "registered_study"),
            (person, Person, "person"),
            (membership, Membership, "membership"),
            (membership_proposal, MembershipProposal, "membership_proposal"),
            (service_client, ServiceClient, "service_client"),
            (setting, Setting, "setting"),
            (public_key, PublicKey, "public_key"),
            (portal_reason, PortalReason, "portal_reason"),
        }
    };
}
