//! Every value of the reference protocol, asserted from the text of the trial and of the endpoint definitions.

use super::super::{Endpoint, Procedure};
use super::nk510;
use derivation::escalation::Design;
use derivation::population::Population;
use derivation::safety::Grade;
use derivation::safety::dlt_criteria::{Condition, DltCategory};
use derivation::safety::hys_law::BilirubinRule;
use derivation::timeline::pick::Tie;
use derivation::timeline::window::{BaselineReference, DayRange};
use entity::terms::{Agent, ConsentPurpose, Masking, Route};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn the_study_is_as_registered() {
    let book = nk510();
    let study = book.study();
    assert_eq!(study.registry_number, "NCT07083349");
    assert_eq!((study.masking, study.planned_enrolment), (Masking::Open, 9));
    assert_eq!(book.zone(), chrono_tz::Asia::Shanghai);
    assert_eq!((book.product().agent, book.product().route), (Agent::Nk510, Route::Intravenous));
    assert_eq!(book.product().lymphodepletion, [Agent::Fludarabine, Agent::Cyclophosphamide]);
    assert_eq!(book.label(), "1.0");
}

/// P11-55: sensitive data and transfer abroad each have a consent of their own.
#[test]
fn consents_are_separate_by_purpose() {
    let book = nk510();
    assert_eq!(book.consents().required, [ConsentPurpose::Study, ConsentPurpose::SensitiveData]);
    assert_eq!(book.consents().optional, [ConsentPurpose::CrossBorder, ConsentPurpose::Samples]);
}

#[test]
fn the_digest_is_of_the_file() {
    let expected = Sha256::digest(super::NK510.as_bytes());
    let expected: String = expected.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(nk510().digest(), expected);
}

/// 4e7, 8e7 and 1.2e8 cells/kg: at 70 kg 2.8e9, 5.6e9 and 8.4e9 cells.
#[test]
fn three_dose_levels_ascend() {
    let book = nk510();
    let doses: Vec<Decimal> = book.levels().iter().map(|level| level.cells_per_kg).collect();
    assert_eq!(doses, [40_000_000, 80_000_000, 120_000_000].map(Decimal::from));
    let at_70_kg: Vec<Decimal> = doses.iter().map(|dose| *dose * Decimal::from(70)).collect();
    assert_eq!(at_70_kg, [2_800_000_000_i64, 5_600_000_000, 8_400_000_000].map(Decimal::from));
    assert!(book.levels().iter().all(|level| level.capacity == 3));
    assert_eq!(book.level(2).unwrap().code, "DL2");
    assert!(book.level(0).is_none() && book.level(4).is_none());
}

#[test]
fn escalation_is_three_plus_three() {
    let book = nk510();
    let rule = book.escalation();
    assert_eq!((rule.design, rule.confirm_top), (Design::ThreePlusThree, false));
    assert_eq!((rule.stagger_days, rule.planned_subjects, rule.elimination_minimum), (14, 9, 3));
    assert_eq!(rule.target_rate, decimal("0.30"));
    assert_eq!((rule.p_saf_ratio, rule.p_tox_ratio), (decimal("0.6"), decimal("1.4")));
    assert_eq!(rule.elimination_cutoff, decimal("0.95"));
    assert_eq!((rule.key_below, rule.key_above), (decimal("0.05"), decimal("0.05")));
}

#[test]
fn dose_limiting_toxicity_is_judged_on_days_1_to_28() {
    let book = nk510();
    assert_eq!(book.dlt().window_days, 28);
    assert_eq!(book.dlt().minimum_dose_percent, decimal("80"));
    assert!(book.dlt().missing_causality_is_related);
}

/// Each line of the list of criteria: the kind of event, the lowest grade, and what else must hold.
#[test]
fn events_limit_the_dose_by_kind_grade_and_condition() {
    use Condition::{
        Always, HysLawPattern, LastingMoreThanHours, NotClearlyDueToDiseaseOrAccident, SystemicSteroid,
        TransaminasesAboveXUln,
    };
    use DltCategory::{
        Crs, Gvhd, Haematological, Icans, Infection, InfusionReaction, Liver, NonHaematological,
    };
    let all = [NonHaematological, Crs, Icans, Gvhd, InfusionReaction, Haematological, Liver, Infection];
    let expected: [(&[DltCategory], Grade, Condition); 13] = [
        (&[NonHaematological, Liver], Grade::Three, Always),
        (&[Crs], Grade::Three, Always),
        (&[Icans], Grade::Three, Always),
        (&[Gvhd], Grade::Two, SystemicSteroid),
        (&[Gvhd], Grade::Three, Always),
        (&[InfusionReaction], Grade::Three, LastingMoreThanHours(24)),
        (&[InfusionReaction], Grade::Four, Always),
        (&[Haematological], Grade::Four, LastingMoreThanHours(14 * 24)),
        (&[Liver], Grade::One, HysLawPattern),
        (&[Liver], Grade::One, TransaminasesAboveXUln(decimal("8"))),
        (&[Infection], Grade::Four, Always),
        (&[Infection], Grade::Three, LastingMoreThanHours(7 * 24)),
        (&all, Grade::Five, NotClearlyDueToDiseaseOrAccident),
    ];
    let book = nk510();
    assert_eq!(book.dlt().criteria.len(), expected.len());
    for (criterion, (categories, grade, condition)) in book.dlt().criteria.iter().zip(expected) {
        let id = &criterion.id;
        assert_eq!((&criterion.categories[..], criterion.minimum_grade), (categories, grade), "{id}");
        assert_eq!(criterion.condition, condition, "{id}");
    }
}

/// Fever, fatigue, nausea and electrolytes of grade 3 that are better within 72 hours; expected lymphopenia and other
/// cytopenia; what is abnormal in the laboratory alone; alopecia. By the codes of their categories, and by terms.
#[test]
fn listed_events_are_excepted() {
    let book = nk510();
    let exceptions = &book.dlt().exceptions;
    let shape: Vec<_> = exceptions.iter().map(|it| (it.maximum_grade, it.resolved_within_hours)).collect();
    assert_eq!(
        shape,
        [
            (Grade::Three, Some(72)),
            (Grade::Four, None),
            (Grade::Four, None),
            (Grade::Four, None),
            (Grade::Four, None),
        ]
    );
    for term in ["FEVER", "FATIGUE", "NAUSEA", "ELECTROLYTE", "Pyrexia", "Hypokalaemia"] {
        assert!(exceptions[0].terms.iter().any(|listed| listed == term), "{term}");
    }
    assert_eq!(exceptions[1].terms, ["LYMPHOPENIA", "Lymphocyte count decreased"]);
    assert_eq!(exceptions[2].terms, ["OTHER_CYTOPENIA"]);
    assert_eq!(exceptions[3].terms, ["ASYMPTOMATIC_LABORATORY"]);
    assert_eq!(exceptions[4].terms, ["ALOPECIA"]);
}

#[test]
fn adverse_events_count_for_a_year() {
    let book = nk510();
    let safety = book.safety();
    assert_eq!(safety.treatment_emergent_horizon_day, 366);
    assert!(safety.lymphodepletion_period && safety.missing_causality_is_related);
    assert_eq!(
        (safety.missing_grade_sensitivity, safety.serious_infection_grade),
        (Grade::Three, Grade::Three)
    );
    assert_eq!((safety.hys_law_bilirubin, safety.hys_law_window_days), (BilirubinRule::Above2, 14));
    assert_eq!(safety.special_interest.len(), 9);
    assert_eq!(safety.special_interest[..3], ["CRS", "ICANS", "GVHD"]);
}

#[test]
fn stopping_rules_are_stated() {
    let book = nk510();
    let rule = book.stopping();
    assert_eq!((rule.sentinel_days, rule.death_within_days, rule.grade_4_events), (14, 30, 1));
    assert_eq!((rule.crs_subjects, rule.crs_unresolved_days, rule.icans_subjects), (2, 7, 1));
    assert_eq!(rule.gvhd_subjects, 2);
}

/// Code, target, first and last day on time, first and last day of analysis.
#[test]
fn eight_visits_have_their_windows() {
    let expected = [
        ("SCREENING", -28, (-28, -1), Some((-60, -1))),
        ("LYMPHODEPLETION", -5, (-5, -3), None),
        ("DAY_1", 1, (1, 1), Some((-14, 1))),
        ("DAY_14", 14, (12, 16), Some((2, 21))),
        ("DAY_28", 28, (25, 31), Some((22, 59))),
        ("MONTH_3", 91, (84, 98), Some((60, 135))),
        ("MONTH_6", 181, (167, 195), Some((136, 272))),
        ("MONTH_12", 366, (352, 380), Some((273, 450))),
    ];
    let book = nk510();
    assert_eq!(book.visits().len(), expected.len());
    for (visit, (code, target, on_time, analysis)) in book.visits().iter().zip(expected) {
        assert_eq!((visit.code.as_str(), visit.target_day), (code, target));
        let range = |(low, high)| DayRange { low, high };
        assert_eq!(visit.on_time(), range(on_time), "{code}");
        assert_eq!(visit.analysis, analysis.map(range), "{code}");
    }
    let ordinals: Vec<u32> = book.visits().iter().map(|visit| visit.ordinal).collect();
    assert_eq!(ordinals, [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn windows_after_the_dose_are_those_of_five_visits() {
    let book = nk510();
    let windows = book.windows();
    let codes: Vec<&str> = windows.windows.iter().map(|window| window.code.as_str()).collect();
    assert_eq!(codes, ["DAY_14", "DAY_28", "MONTH_3", "MONTH_6", "MONTH_12"]);
    let month_3 = book.analysis_window("MONTH_3").unwrap();
    assert_eq!((month_3.low, month_3.target, month_3.high), (60, 91, 135));
    assert!(book.analysis_window("SCREENING").is_none());
    assert_eq!(windows.screening, DayRange { low: -60, high: -1 });
    assert_eq!(windows.baseline, DayRange { low: -14, high: 1 });
    assert_eq!((windows.tie, windows.baseline_reference), (Tie::Later, BaselineReference::FirstDose));
    let query: Vec<u32> = codes.iter().map(|code| windows.query_beyond_days[*code]).collect();
    assert_eq!(query, [2, 3, 7, 14, 14]);
}

#[test]
fn visits_collect_what_their_endpoints_need() {
    use Procedure::{AutoantibodyPanel, Bilag2004, Dose, LldasExtras, MedicationReview, Pga, Sledai2k};
    let book = nk510();
    let has = |code: &str, procedures: &[Procedure]| {
        procedures.iter().all(|procedure| book.visit(code).unwrap().has(*procedure))
    };
    assert!(has("DAY_14", &[AutoantibodyPanel]));
    assert!(!has("DAY_14", &[Sledai2k]));
    assert!(has("DAY_28", &[Sledai2k]));
    for month in ["MONTH_3", "MONTH_6"] {
        assert!(has(month, &[Sledai2k, Bilag2004, Pga, LldasExtras, AutoantibodyPanel, MedicationReview]));
    }
    assert!(has("LYMPHODEPLETION", &[Dose]) && has("DAY_1", &[Dose]) && !has("DAY_14", &[Dose]));
    assert!(book.visit("MONTH_9").is_none());
}

#[test]
fn seven_outcome_measures_have_their_time_points() {
    let three_and_six = &["MONTH_3", "MONTH_6"][..];
    let expected: [(Endpoint, &[&str], Option<u32>); 7] = [
        (Endpoint::Sri4, three_and_six, None),
        (Endpoint::TraeIncidence, &[], Some(366)),
        (Endpoint::DltRate, &[], Some(28)),
        (Endpoint::Lldas, three_and_six, None),
        (Endpoint::Doris, three_and_six, None),
        (Endpoint::Sledai2kChange, &["DAY_28", "MONTH_3", "MONTH_6"], None),
        (Endpoint::AutoantibodyChange, &["DAY_14", "MONTH_3", "MONTH_6"], None),
    ];
    let book = nk510();
    assert_eq!(book.outcome_measures().len(), 7);
    for ((outcome, number), (endpoint, visits, through_day)) in
        book.outcome_measures().iter().zip(1..).zip(expected)
    {
        assert_eq!((outcome.number, outcome.endpoint), (number, endpoint));
        let at: Vec<&str> = outcome.visits.iter().map(String::as_str).collect();
        assert_eq!((&at[..], outcome.through_day), (visits, through_day));
    }
}

#[test]
fn limits_of_endpoints_are_exact() {
    use derivation::endpoint::bicla::PgaLimit;
    use derivation::endpoint::doris::DoseLimit;
    use derivation::endpoint::lldas::NewActivityRule;
    use derivation::endpoint::missing::MissingStrategy;
    use derivation::instrument::bilag2004::RenalFirstVisit;
    let book = nk510();
    let endpoints = book.endpoints();
    let sledai = &endpoints.sledai2k;
    assert_eq!((sledai.lookback_days, sledai.laboratory_days_after, sledai.arthritis_joints), (30, 3, 2));
    assert_eq!((sledai.serology_carry_forward_days, sledai.proteinuria_ratio_mg_per_g), (0, decimal("500")));
    assert_eq!(endpoints.bilag2004.renal_first_visit, RenalFirstVisit::Strict);
    let bilag = &endpoints.bilag2004;
    assert!(bilag.unrecorded_nephritis_is_none && bilag.unsuspected_haemolysis_is_none);
    assert_eq!((endpoints.sri.pga_worsening, endpoints.sri.component_days), (decimal("0.30"), 7));
    assert_eq!(endpoints.sri.missing, MissingStrategy::Nri);
    assert_eq!(
        (endpoints.bicla.pga_worsening, endpoints.bicla.pga_limit),
        (decimal("0.30"), PgaLimit::Below)
    );
    let lldas = &endpoints.lldas;
    assert_eq!(
        (lldas.sledai_limit, lldas.pga_limit, lldas.prednisone_limit),
        (4, decimal("1.00"), decimal("7.5"))
    );
    assert_eq!(lldas.new_activity_rule, NewActivityRule::ClinicalDescriptors);
    assert!(lldas.investigational_product_exempt);
    assert_eq!(
        book.rules(),
        &derivation::catalogue::RuleChoices::default(),
        "the current version of every rule"
    );
    let doris = &endpoints.doris;
    assert_eq!((doris.pga_below, doris.prednisone_limit), (decimal("0.50"), decimal("5")));
    assert_eq!((doris.prednisone_dose, doris.stable_background_days), (DoseLimit::AtMost, 28));
    assert_eq!((endpoints.steroid.window_days, endpoints.steroid.exclude_premedication), (7, false));
    let failure = &endpoints.treatment_failure;
    assert_eq!((failure.raised_by_mg, failure.raised_for_days), (decimal("5"), 7));
    assert_eq!(
        (failure.after_study_day, failure.excused_days, failure.excused_within_days_of_dose),
        (28, 7, 28)
    );
    assert_eq!(failure.excused_days_before_dose, 1);
    assert_eq!(
        (endpoints.duration.sustained_days, endpoints.duration.time_in_state_part),
        (84, decimal("0.50"))
    );
    assert!(endpoints.flare.total_above_12_is_severe);
}

#[test]
fn statistics_and_populations_are_stated() {
    let book = nk510();
    assert_eq!(book.statistics().quartile_method, derivation::statistics::QuartileMethod::Type2);
    assert_eq!(book.statistics().confidence_level, decimal("0.95"));
    assert_eq!(book.populations().per_protocol_dose_percent, decimal("80"));
    assert!(!book.populations().full_analysis_needs_assessment);
    assert_eq!(book.timeline().primary_visit, "MONTH_3");
    let counted: Vec<Population> = book.outcome_measures().iter().map(|outcome| outcome.population).collect();
    let (full, safety, dlt) = (Population::FullAnalysis, Population::Safety, Population::DltEvaluable);
    assert_eq!(counted, [full, safety, dlt, full, full, full, full]);
}
