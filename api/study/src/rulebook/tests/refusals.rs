//! What is refused, where, and with which words.

use super::super::{Problem, Rulebook};
use super::{problems, refused, with};

#[test]
fn what_is_no_toml_is_refused_with_line_and_column() {
    let problems = Rulebook::parse("format = 1\n[study\ncode = 1\n").unwrap_err();
    let [Problem { path, message }] = &problems[..] else { panic!("{problems:#?}") };
    assert_eq!(path, "");
    assert!(message.starts_with("line 2, column 7: "), "{message}");
}

#[test]
fn an_empty_file_lacks_every_section() {
    let problems = Rulebook::parse("").unwrap_err();
    let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths.len(), 21);
    for section in ["format", "study", "visits", "dlt", "endpoints", "criteria"] {
        assert!(paths.contains(&section), "{section}");
    }
}

#[test]
fn another_format_is_refused() {
    refused("format = 1", "format = 2", "format", "reads format 1, and the file says 2");
}

#[test]
fn an_unknown_field_is_refused_with_what_was_meant() {
    refused(
        "lookback_days = 30",
        "lookback_days = 30\nlokback_days = 10",
        "endpoints.sledai2k.lokback_days",
        "no field `lokback_days` here; did you mean `lookback_days`?",
    );
    refused(
        "label = \"Month 6\"",
        "label = \"Month 6\"\ntarget_days = 1",
        "visits.6.target_days",
        "mean `target_day`?",
    );
}

#[test]
fn an_unknown_section_is_refused_with_what_was_meant() {
    refused("[statistics]", "[statistic]\nx = 1\n[statistics]", "statistic", "did you mean `statistics`?");
}

#[test]
fn a_missing_field_is_named() {
    refused("exclude_premedication = false", "", "endpoints.steroid.exclude_premedication", "missing");
    refused("capacity = 3", "", "levels.0.capacity", "a protocol states every value");
}

#[test]
fn unknown_values_are_refused_with_what_was_meant() {
    refused("masking = \"OPEN\"", "masking = \"OPPEN\"", "study.masking", "did you mean `OPEN`?");
    refused(
        "[\"SLEDAI_2K\", \"LAB\"",
        "[\"SLEDAI\", \"LAB\"",
        "visits.4.procedures.0",
        "`SLEDAI` is not known here",
    );
    refused("required = [\"STUDY\"", "required = [\"STUDDY\"", "consent.required.0", "did you mean `STUDY`?");
}

#[test]
fn wrong_types_are_refused_where_they_stand() {
    refused("window_days = 28", "window_days = \"28\"", "dlt.window_days", "u32");
    refused("minimum_grade = 5", "minimum_grade = 6", "dlt.criteria.12.minimum_grade", "a grade is 1 to 5");
}

#[test]
fn binary_fractions_are_refused() {
    refused("p_tox_ratio = \"1.4\"", "p_tox_ratio = 1.4", "escalation.p_tox_ratio", "write decimals as text");
}

#[test]
fn problems_of_several_sections_come_together() {
    let document = with("masking = \"OPEN\"", "masking = \"SHUT\"")
        .replacen("tie = \"LATER\"", "tie = \"LAST\"", 1)
        .replacen("target_day = 91", "target_day = \"91\"", 1)
        .replacen("target_day = 181", "target_day = \"181\"", 1);
    let problems = Rulebook::parse(&document).unwrap_err();
    let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["study.masking", "timeline.tie", "visits.5.target_day", "visits.6.target_day"]);
    let document = with("planned_enrolment = 9", "planned_enrolment = 0")
        .replacen("Asia/Shanghai", "Asia/Beijing", 1)
        .replacen("planned_subjects = 9", "planned_subjects = 0", 1);
    let problems = Rulebook::parse(&document).unwrap_err();
    let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["study.planned_enrolment", "study.time_zone"]);
}

#[test]
fn the_study_has_a_zone_and_subjects() {
    refused("Asia/Shanghai", "Beijing", "study.time_zone", "`Beijing` is no time zone");
    refused(
        "planned_enrolment = 9",
        "planned_enrolment = 12",
        "escalation.planned_subjects",
        "9 differs from study.planned_enrolment, which says 12",
    );
    refused("registry_number = \"NCT07083349\"", "registry_number = \" \"", "study.registry_number", "empty");
}

#[test]
fn nobody_takes_part_without_consent() {
    refused("[\"STUDY\", \"SENSITIVE_DATA\"]", "[\"SENSITIVE_DATA\"]", "consent.required", "STUDY has to be");
    refused(
        "[\"CROSS_BORDER\"",
        "[\"SENSITIVE_DATA\"",
        "consent.optional.0",
        "already that of consent.required.1",
    );
}

#[test]
fn dose_levels_are_positive_and_ascend() {
    refused(
        "\"80000000\"",
        "\"40000000\"",
        "levels.1.cells_per_kg",
        "40000000 is not above the 40000000 of DL1",
    );
    refused("\"40000000\"", "\"-1\"", "levels.0.cells_per_kg", "a dose of -1 is none");
    refused("level = 3", "level = 4", "levels.2.level", "this is 3, not 4");
    refused(
        "code = \"DL2\"",
        "code = \"DL1\"",
        "levels.1.code",
        "the code `DL1` is already that of levels.0.code",
    );
}

#[test]
fn escalation_does_not_contradict_itself() {
    refused("p_saf_ratio = \"0.6\"", "p_saf_ratio = \"1.6\"", "escalation", "BOIN needs");
    refused("key_below = \"0.05\"", "key_below = \"0.35\"", "escalation", "the keyboard's target key");
    refused(
        "elimination_cutoff = \"0.95\"",
        "elimination_cutoff = \"95\"",
        "escalation.elimination_cutoff",
        "not above 0 and below 1",
    );
    refused(
        "stagger_days = 14",
        "stagger_days = 7",
        "stopping.sentinel_days",
        "escalation.stagger_days, which says 7",
    );
}

#[test]
fn the_dlt_window_is_positive_and_agrees_with_the_outcome() {
    let found = problems("window_days = 28", "window_days = 0");
    let paths: Vec<&str> = found.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["dlt.window_days", "outcomes.2.through_day"]);
    refused(
        "window_days = 28",
        "window_days = 29",
        "outcomes.2.through_day",
        "day 28 differs from dlt.window_days, which says 29",
    );
    refused("infusions = 1", "infusions = 0", "product.infusions", "it has to be at least 1");
    refused(
        "minimum_dose_percent = \"80\"",
        "minimum_dose_percent = \"0.8\"",
        "dlt.minimum_dose_percent",
        "0.8 is not between 1 and 100",
    );
    refused(
        "id = \"GVHD_GRADE_3\"",
        "id = \"CRS_GRADE_3\"",
        "dlt.criteria.4.id",
        "already that of dlt.criteria.1.id",
    );
    refused(
        "categories = [\"ICANS\"]",
        "categories = []",
        "dlt.criteria.2.categories",
        "at least one category",
    );
    let first = "missing_causality_is_related = true";
    refused(first, "missing_causality_is_related = false", "dlt.missing_causality_is_related", "one answer");
}

#[test]
fn the_horizon_agrees_with_the_outcome() {
    refused(
        "treatment_emergent_horizon_day = 366",
        "treatment_emergent_horizon_day = 365",
        "outcomes.1.through_day",
        "safety.treatment_emergent_horizon_day, which says 365",
    );
}

#[test]
fn overlapping_windows_name_both_visits_and_the_days() {
    refused(
        "{ low = 60, high = 135 }",
        "{ low = 55, high = 135 }",
        "visits.5.analysis.low",
        "DAY_28 and MONTH_3 both claim days 55 to 59",
    );
    refused(
        "{ low = 22, high = 59 }",
        "{ low = 21, high = 59 }",
        "visits.4.analysis.low",
        "both claim day 21;",
    );
}

#[test]
fn windows_hold_their_target() {
    refused(
        "target_day = 91",
        "target_day = 140",
        "visits.5.target_day",
        "MONTH_3: the target day 140 is outside",
    );
    refused(
        "{ low = 60, high = 135 }",
        "{ low = 135, high = 60 }",
        "visits.5.analysis.low",
        "starts on day 135 and ends on day 60",
    );
    refused(
        "window_before = 7",
        "window_before = 32",
        "visits.5.window_before",
        "a visit on day 59 is on time, and outside",
    );
    refused("{ low = 2, high = 21 }", "{ low = 0, high = 21 }", "visits.3.analysis.low", "there is no day 0");
}

#[test]
fn visits_are_unique_and_in_order() {
    refused("ordinal = 7", "ordinal = 9", "visits.6.ordinal", "MONTH_6 is 7, not 9");
    refused(
        "code = \"MONTH_12\"",
        "code = \"MONTH_6\"",
        "visits.7.code",
        "the code `MONTH_6` is already that of visits.6.code",
    );
    refused(
        "target_day = -5\nwindow_before = 0\nwindow_after = 2",
        "target_day = -30\nwindow_before = 0\nwindow_after = 2",
        "visits.1.target_day",
        "not after day -28 of SCREENING",
    );
    refused(
        "\"PGA\", \"LLDAS_EXTRAS\"",
        "\"PGA\", \"PGA\"",
        "visits.0.procedures.3",
        "the procedure `PGA` is already",
    );
}

#[test]
fn parts_are_played_by_planned_visits() {
    refused(
        "first_dose_visit = \"DAY_1\"",
        "first_dose_visit = \"DAY_01\"",
        "timeline.first_dose_visit",
        "did you mean `DAY_1`?",
    );
    refused(
        "lymphodepletion_visit = \"LYMPHODEPLETION\"",
        "",
        "timeline.lymphodepletion_visit",
        "exactly when product.lymphodepletion lists agents",
    );
    refused("analysis = { low = -14, high = 1 }", "", "visits.2.analysis", "the days of baseline");
    refused(
        "\"LAB\", \"DOSE\", \"MEDICATION_REVIEW\"]\n\n[[visits]]\ncode = \"DAY_14\"",
        "\"LAB\"]\n\n[[visits]]\ncode = \"DAY_14\"",
        "visits.2.procedures",
        "DOSE is not among",
    );
}

#[test]
fn time_points_are_visits_that_collect_what_is_needed() {
    let sri = "population = \"FULL_ANALYSIS\"\nvisits = [\"MONTH_3\", \"MONTH_6\"]";
    let at = |visit: &str| format!("population = \"FULL_ANALYSIS\"\nvisits = [\"MONTH_3\", \"{visit}\"]");
    refused(sri, &at("MONTH_9"), "outcomes.0.visits.1", "no visit `MONTH_9` is planned");
    refused(
        sri,
        &at("DAY_28"),
        "outcomes.0.visits.1",
        "SRI_4 needs BILAG_2004, PGA, which DAY_28 does not collect",
    );
    refused(sri, "population = \"FULL_ANALYSIS\"\nvisits = []", "outcomes.0.visits", "name at least one");
    refused("through_day = 28", "", "outcomes.2.through_day", "state through_day");
    refused("number = 7", "number = 8", "outcomes.6.number", "this is 7");
    refused(
        "primary_visit = \"MONTH_3\"",
        "primary_visit = \"MONTH_4\"",
        "timeline.primary_visit",
        "did you mean",
    );
}
