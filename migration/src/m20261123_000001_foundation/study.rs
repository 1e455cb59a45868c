//! Tables of the study streams.

use super::schema::Kind::{
    Bool, ClockTime, Date, Digest, Exact, Id, Instant, Int, Json, OneOf, PartialDate, Revision, Text,
};
use super::schema::{Table, col};

/// Tables of the study streams.
#[rustfmt::skip]
pub(super) fn tables() -> Vec<Table> {
    vec![
        Table::new("study", vec![
            col("id", Id).refs("registered_study"),
            col("study_id", Id).refs("registered_study"),
            col("code", Text),
            col("title", Text),
            col("masking", OneOf(&["OPEN", "SINGLE", "DOUBLE", "SPONSOR_MASKED"])),
            col("status", OneOf(&["PLANNED", "RECRUITING", "PAUSED", "CLOSED", "COMPLETED", "TERMINATED"])),
            col("registry_number", Text).null(),
            col("sponsor", Text).null(),
            col("time_zone", Text),
            col("planned_enrolment", Int),
            col("synthetic", Bool),
            col("protocol_version_id", Id),
        ])
        .unique(&["code"])
        .check("planned_enrolment >= 1"),
        Table::new("protocol_version", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("label", Text),
            col("document", Text),
            col("digest", Digest),
            col("effective_on", Date),
        ])
        .unique(&["id", "study_id"])
        .unique(&["study_id", "label"]),
        Table::new("site", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("ordinal", Int),
            col("code", Text),
            col("name", Text),
            col("country", Text),
            col("time_zone", Text),
            col("opened_on", Date),
        ])
        .unique(&["id", "study_id"])
        .unique(&["study_id", "code"])
        .unique(&["study_id", "ordinal"])
        .check("ordinal >= 1"),
        Table::new("cohort", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("level", Int),
            col("code", Text),
            col("label", Text),
            col("cells_per_kg", Exact),
            col("capacity", Int),
            col("status", OneOf(&["PLANNED", "OPEN", "CLOSED"])),
            col("opened_on", Date).null(),
        ])
        .unique(&["id", "study_id"])
        .unique(&["study_id", "level"])
        .unique(&["study_id", "code"])
        .check("level >= 1")
        .check("capacity >= 1"),
        Table::new("planned_visit", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("protocol_version_id", Id).refs_same("protocol_version", "study_id"),
            col("code", Text),
            col("label", Text),
            col("ordinal", Int),
            col("target_day", Int),
            col("window_before", Int),
            col("window_after", Int),
            col("analysis_low", Int).null(),
            col("analysis_high", Int).null(),
            col("procedures", Json),
        ])
        .unique(&["protocol_version_id", "code"])
        .unique(&["protocol_version_id", "ordinal"])
        .check("analysis_low <= analysis_high")
        .check("window_before >= 0")
        .check("window_after >= 0"),
        Table::new("subject", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("ordinal", Int),
            col("site_id", Id).refs_same("site", "study_id"),
            col("code", Text),
            col("status", OneOf(&["SCREENING", "ELIGIBLE", "SCREEN_FAILED", "ENROLLED", "ON_TREATMENT", "FOLLOW_UP", "COMPLETED", "WITHDRAWN"])),
            col("sex", OneOf(&["FEMALE", "MALE"])),
            col("birth_year", Int),
            col("screened_on", Date),
            col("eligibility_confirmed_on", Date).null(),
            col("enrolled_on", Date).null(),
            col("bilag_history", Json),
            col("identity_fields", Json),
            col("identity_commitment", Text).null(),
        ])
        .unique(&["id", "study_id"])
        .unique(&["study_id", "code"])
        .unique(&["study_id", "ordinal"])
        .index("site_id")
        .check("ordinal >= 1")
        .check("birth_year BETWEEN 1900 AND 2100"),
        Table::new("allocation", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("cohort_id", Id).refs_same("cohort", "study_id"),
            col("allocated_on", Date),
        ])
        .unique(&["subject_id"])
        .index("cohort_id"),
        Table::new("consent", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("purpose", OneOf(&["STUDY", "SENSITIVE_DATA", "CROSS_BORDER", "SAMPLES"])),
            col("version", Text),
            col("given_on", Date),
            col("withdrawn_on", Date).null(),
        ])
        .index("subject_id")
        .check("withdrawn_on >= given_on"),
        Table::new("eligibility_result", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("criterion", Text),
            col("criterion_version", Int),
            col("kind", OneOf(&["INCLUSION", "EXCLUSION"])),
            col("result", OneOf(&["MET", "NOT_MET", "UNKNOWN"])),
            col("observed", Text).null(),
            col("assessed_on", Date),
            col("withhold", Json),
        ])
        .unique(&["subject_id", "criterion"]),
        Table::new("visit", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("planned_code", Text).null(),
            col("date", Date),
            col("status", OneOf(&["OCCURRED", "MISSED"])),
            col("note", Json).null(),
        ])
        .unique(&["id", "subject_id"])
        .unique(&["subject_id", "planned_code"]),
        Table::new("assessment", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("visit_id", Id).refs_same("visit", "subject_id"),
            col("instrument", OneOf(&["SLEDAI_2K", "BILAG_2004", "PGA", "LLDAS_EXTRAS", "FLARE_EXTRAS"])),
            col("assessed_on", Date),
            col("assessor", Text).null(),
            col("items", Json),
        ])
        .unique(&["visit_id", "instrument"])
        .index("subject_id"),
        Table::new("autoantibody_panel", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("visit_id", Id).refs_same("visit", "subject_id"),
            col("collected_on", Date),
            col("laboratory", Text).null(),
        ])
        .unique(&["id", "subject_id"])
        .index("subject_id")
        .index("visit_id"),
        Table::new("autoantibody_result", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("panel_id", Id).refs_same("autoantibody_panel", "subject_id"),
            col("analyte", OneOf(&["ANTI_DSDNA", "ANA", "ANTI_SM", "C3", "C4"])),
            col("raw", Text),
            col("comparator", OneOf(&["LESS_THAN", "GREATER_THAN"])).null(),
            col("value", Exact).null(),
            col("qualitative", OneOf(&["POSITIVE", "NEGATIVE", "EQUIVOCAL"])).null(),
            col("unit", Text).null(),
            col("standard_value", Exact).null(),
            col("standard_unit", Text).null(),
            col("reference_low", Exact).null(),
            col("reference_high", Exact).null(),
            col("positivity_cutoff", Exact).null(),
            col("method", Text).null(),
            col("patterns", Json),
        ])
        .unique(&["panel_id", "analyte"])
        .index("subject_id"),
        Table::new("lab_result", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("visit_id", Id).null().refs_same("visit", "subject_id"),
            col("analyte", Text),
            col("loinc", Text).null(),
            col("raw", Text),
            col("comparator", OneOf(&["LESS_THAN", "GREATER_THAN"])).null(),
            col("value", Exact).null(),
            col("unit", Text).null(),
            col("standard_value", Exact).null(),
            col("standard_unit", Text).null(),
            col("lln", Exact).null(),
            col("uln", Exact).null(),
            col("method", Text).null(),
            col("laboratory", Text).null(),
            col("collected_on", Date),
            col("collected_at", ClockTime).null(),
        ])
        .index("subject_id")
        .index("visit_id"),
        Table::new("dose", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("ordinal", Int),
            col("agent", OneOf(&["NK510", "FLUDARABINE", "CYCLOPHOSPHAMIDE", "PROCEDURE"])),
            col("planned_cells_per_kg", Exact).null(),
            col("weight_kg", Exact).null(),
            col("total_cells", Exact).null(),
            col("actual_cells_per_kg", Exact).null(),
            col("given_on", Date),
            col("start_time", ClockTime).null(),
            col("end_time", ClockTime).null(),
            col("lot", Text).null(),
        ])
        .unique(&["subject_id", "agent", "ordinal"])
        .check("ordinal >= 1"),
        Table::new("medication", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("drug", Text),
            col("class", OneOf(&["GLUCOCORTICOID", "IMMUNOSUPPRESSANT", "ANTIMALARIAL", "BIOLOGIC", "LYMPHODEPLETION", "OTHER"])),
            col("dose", Exact).null(),
            col("unit", Text).null(),
            col("route", OneOf(&["ORAL", "INTRAVENOUS", "INTRAMUSCULAR", "SUBCUTANEOUS", "INTRA_ARTICULAR", "TOPICAL", "INHALED", "NASAL", "OPHTHALMIC", "RECTAL"])),
            col("frequency", OneOf(&["QD", "BID", "TID", "QID", "QOD", "WEEKLY", "EVERY_4_WEEKS", "ONCE", "PRN"])).null(),
            col("start", PartialDate),
            col("end", PartialDate).null(),
            col("ongoing", Bool),
            col("indication", OneOf(&["SLE", "PREMEDICATION", "CRS", "LYMPHODEPLETION", "OTHER"])),
            col("withhold", Json),
        ])
        .index("subject_id"),
        Table::new("adverse_event", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("term", Text),
            col("soc", Text).null(),
            col("pt", Text).null(),
            col("start", PartialDate),
            col("end", PartialDate).null(),
            col("outcome", OneOf(&["RECOVERED", "RECOVERING", "NOT_RECOVERED", "RECOVERED_WITH_SEQUELAE", "FATAL", "UNKNOWN"])),
            col("seriousness", Json),
            col("category", OneOf(&["NON_HAEMATOLOGICAL", "CRS", "ICANS", "GVHD", "INFUSION_REACTION", "NEUTROPENIA", "THROMBOCYTOPENIA", "LYMPHOPENIA", "OTHER_CYTOPENIA", "LIVER", "INFECTION", "FEVER", "FATIGUE", "NAUSEA", "ELECTROLYTE", "ALOPECIA"])),
            col("aesi", Bool),
            col("asymptomatic_laboratory", Bool),
            col("narrative", Json).null(),
            col("aware_on", Date).null(),
            col("withhold", Json),
        ])
        .unique(&["id", "subject_id"])
        .index("subject_id"),
        Table::new("adverse_event_grade", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("adverse_event_id", Id).refs_same("adverse_event", "subject_id"),
            col("grade", Int).null(),
            col("scale", OneOf(&["CTCAE_V5", "ASTCT"])),
            col("findings", Json).null(),
            col("since", PartialDate),
        ])
        .index("subject_id")
        .index("adverse_event_id")
        .check("grade BETWEEN 1 AND 5"),
        Table::new("adverse_event_causality", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("adverse_event_id", Id).refs_same("adverse_event", "subject_id"),
            col("agent", OneOf(&["NK510", "FLUDARABINE", "CYCLOPHOSPHAMIDE", "PROCEDURE"])),
            col("assessor", OneOf(&["INVESTIGATOR", "SPONSOR"])),
            col("causality", OneOf(&["DEFINITE", "PROBABLE", "POSSIBLE", "RELATED", "UNLIKELY", "NOT_RELATED"])).null(),
        ])
        .unique(&["adverse_event_id", "agent", "assessor"])
        .index("subject_id"),
        Table::new("dlt_adjudication", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("adverse_event_id", Id).refs_same("adverse_event", "subject_id"),
            col("is_dlt", Bool),
            col("rationale", Json),
            col("decided_on", Date),
        ])
        .unique(&["adverse_event_id"])
        .index("subject_id"),
        Table::new("intercurrent_event", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("kind", OneOf(&["NEW_IMMUNOSUPPRESSANT", "STEROID_INCREASE", "INTRAVENOUS_PULSE", "CELL_THERAPY_OR_B_CELL_DEPLETION", "DEATH", "LACK_OF_EFFICACY", "STEROID_FOR_CRS_OR_PREMEDICATION", "PLANNED_REDOSING", "MISSED_VISIT", "LOST_TO_FOLLOW_UP"])),
            col("occurred_on", Date),
            col("days", Int).null(),
            col("note", Json).null(),
        ])
        .index("subject_id"),
        Table::new("protocol_deviation", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("category", OneOf(&["INFORMED_CONSENT", "ELIGIBILITY", "TREATMENT", "EXCLUDED_MEDICATION", "PROCEDURE", "VISIT_SCHEDULE", "WITHDRAWAL", "SAFETY_REPORTING", "OTHER"])),
            col("occurred_on", Date),
            col("description", Json),
            col("important", Bool).null(),
            col("affects_efficacy", Bool).null(),
            col("rationale", Json).null(),
        ])
        .index("subject_id"),
        Table::new("deviation_review", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("through", Date),
        ])
        .unique(&["subject_id"]),
        Table::new("disposition", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("kind", OneOf(&["SCREEN_FAILED", "WITHDRAWN", "COMPLETED", "LOST_TO_FOLLOW_UP", "DIED"])),
            col("occurred_on", Date),
            col("reason", Json).null(),
        ])
        .unique(&["subject_id"]),
        Table::new("data_cut", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("name", Text),
            col("clinical_cut_off", Date),
            col("open_revision", Revision),
            col("open_hash", Digest),
            col("code_version", Text),
            col("rules_version", Text),
            col("purpose", Text).null(),
        ])
        .unique(&["study_id", "name"]),
        Table::new("closed_cut", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("sealed_revision", Revision),
            col("closed_hash", Digest),
        ]),
        Table::new("change_reason", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).null().refs_same("subject", "study_id"),
            col("text", Json),
        ])
        .index("subject_id"),
        Table::new("proposal", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("act", Text),
            col("payload", Text),
            col("proposed_by", Id),
            col("proposed_at", Instant),
            col("expires_at", Instant),
            col("state", OneOf(&["OPEN", "APPROVED", "REJECTED"])),
            col("decided_by", Id).null(),
            col("decided_at", Instant).null(),
        ])
        .check("expires_at > proposed_at"),
        Table::new("finding", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).null().refs_same("subject", "study_id"),
            col("rule", Text),
            col("rule_version", Int),
            col("record_table", Text).null(),
            col("record_id", Id).null(),
            col("message", Text),
            col("state", OneOf(&["OPEN", "CLOSED"])),
            col("raised_on", Date),
        ])
        .index("subject_id"),
        Table::new("stopping_rule", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("cohort_id", Id).null().refs_same("cohort", "study_id"),
            col("rule", Text),
            col("state", OneOf(&["CLEAR", "WATCH", "PAUSE", "STOP"])),
            col("facts", Text),
        ])
        .unique(&["study_id", "rule", "cohort_id"])
        .index("cohort_id"),
        Table::new("clock", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("adverse_event_id", Id).refs_same("adverse_event", "subject_id"),
            col("kind", OneOf(&["CLK_SITE", "CLK_7", "CLK_15"])),
            col("started_at", Instant),
            col("due_at", Instant),
            col("stopped_at", Instant).null(),
        ])
        .unique(&["adverse_event_id", "kind"])
        .index("subject_id"),
        Table::new("redaction", vec![
            col("id", Id),
            col("study_id", Id).refs("registered_study"),
            col("subject_id", Id).null().refs_same("subject", "study_id"),
            col("revision", Revision),
            col("position", Int),
            col("replacement", Text),
            col("reason", Id),
        ])
        .index("subject_id"),
    ]
}
