//! What follows from commands by rule.

use crate::command::conduct::{
    AssessmentItems, CorrectAssessment, CorrectRecord, Correction, LabFields, MedicationFields,
    RecordAssessment, RecordLabResults, RecordMedication, SledaiEntry, VisitFields,
};
use crate::command::testing::{NK510, Trial, all_findings, day, event, findings, lab, panel, result, sledai};
use entity::terms::{
    Autoantibody, Frequency, Indication, MedicationClass, RuleState, SeriousnessCriterion, VisitStatus,
};
use uuid::Uuid;

fn visit_fields(code: &str, date: &str) -> VisitFields {
    VisitFields { code: Some(code.into()), date: day(date), status: VisitStatus::Occurred, note: None }
}

fn correct_visit(trial: &mut Trial, subject: Uuid, id: Uuid, to: VisitFields) {
    let expected_revision = trial.subject(subject).rows.revision(id);
    let correct = CorrectRecord {
        subject,
        correction: Correction::Visit(id, to),
        reason: Some("transcription".into()),
        expected_revision,
    };
    trial.run(&trial.coordinator_of(subject), &correct).unwrap();
}

/// The first dose is on 2026-05-06: study day 14 is 2026-05-19, on time from day 12 (05-17) to day 16 (05-21).
#[test]
fn a_visit_outside_its_window_is_found_and_settled() {
    let mut trial = Trial::open_label();
    let subject = trial.dosed("SH01");
    let before = findings(&trial, "VISIT_OUTSIDE_WINDOW");
    let visit = trial.visit(subject, "DAY_14", "2026-05-22");
    assert_eq!(findings(&trial, "VISIT_OUTSIDE_WINDOW"), before + 1);
    for (date, open) in [("2026-05-21", 0), ("2026-05-16", 1), ("2026-05-17", 0)] {
        correct_visit(&mut trial, subject, visit, visit_fields("DAY_14", date));
        assert_eq!(findings(&trial, "VISIT_OUTSIDE_WINDOW"), before + open, "{date}");
    }
    // It was opened again under its own row.
    let mine = all_findings(&trial).filter(|it| it.record_id == Some(visit));
    assert_eq!(mine.filter(|it| it.rule == "VISIT_OUTSIDE_WINDOW").count(), 1);
}

#[test]
fn an_assessment_far_from_its_visit_is_found() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let visit = trial.visit(subject, "SCREENING", "2026-05-02");
    let who = trial.coordinator("SH01");
    let record = RecordAssessment {
        subject,
        visit,
        assessed_on: Some(day("2026-05-09")),
        assessor: None,
        items: sledai(&["rash"]),
    };
    let id = trial.run(&who, &record).unwrap().open[0].row;
    assert_eq!(findings(&trial, "ASSESSMENT_DATE_FAR_FROM_VISIT"), 0, "seven days are near");
    let moved = CorrectAssessment {
        subject,
        assessment: id,
        assessed_on: Some(day("2026-05-10")),
        assessor: None,
        items: sledai(&["rash"]),
        reason: Some("transcription".into()),
        expected_revision: trial.subject(subject).rows.revision(id),
    };
    trial.run(&who, &moved).unwrap();
    assert_eq!(findings(&trial, "ASSESSMENT_DATE_FAR_FROM_VISIT"), 1);
}

/// P11-48: an entry more than five days after what it tells of is marked.
#[test]
fn a_late_entry_is_marked() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let on_time = trial.visit(subject, "SCREENING", "2026-05-27");
    assert_eq!(findings(&trial, "LATE_ENTRY"), 0, "five days");
    trial.visit(subject, "LYMPHODEPLETION", "2026-05-26");
    assert_eq!(findings(&trial, "LATE_ENTRY"), 1, "six days");
    // A later change of another record leaves it as it is, and one of its own is not an entry.
    trial.visit(subject, "DAY_1", "2026-05-30");
    correct_visit(&mut trial, subject, on_time, visit_fields("SCREENING", "2026-05-03"));
    assert_eq!(findings(&trial, "LATE_ENTRY"), 1);
}

#[test]
fn a_drug_recorded_twice_for_the_same_days_is_found() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let who = trial.coordinator("SH01");
    let mut record = |drug: &str, start: &str, end: Option<&str>| {
        let medication = MedicationFields {
            drug: drug.into(),
            class: MedicationClass::Glucocorticoid,
            dose: None,
            unit: None,
            route: entity::terms::Route::Oral,
            frequency: Some(Frequency::Qd),
            start: start.into(),
            end: end.map(str::to_owned),
            ongoing: end.is_none(),
            indication: Indication::Sle,
        };
        trial.run(&who, &RecordMedication { subject, medication }).unwrap();
        findings(&trial, "DUPLICATE_MEDICATION")
    };
    assert_eq!(record("Prednisone", "2026-01-01", Some("2026-03-31")), 0);
    assert_eq!(record("prednisone", "2026-03-31", None), 0, "a change of dose on the day of the change");
    assert_eq!(record("Hydroxychloroquine", "2026-01-01", None), 0);
    assert_eq!(record("PREDNISONE", "2026-05-01", None), 1);
}

/// Section 1, note d: the laboratory suggests, the investigator decides, and a difference is asked about.
#[test]
fn low_complement_that_the_laboratory_contradicts_is_found() {
    for (c3, c4, recorded, found) in [
        ("0.89", "0.20", false, 1),
        ("0.90", "0.20", false, 0),
        ("0.90", "0.10", true, 1),
        ("0.89", "0.20", true, 0),
    ] {
        let mut trial = Trial::open_label();
        let subject = trial.screened("SH01");
        let visit = trial.visit(subject, "SCREENING", "2026-05-30");
        let who = trial.coordinator("SH01");
        let with_low = |analyte, raw: &str, low: &str| {
            let mut result = result(analyte, raw, Some("g/L"));
            result.reference_low = Some(low.into());
            result
        };
        let results = vec![with_low(Autoantibody::C3, c3, "0.90"), with_low(Autoantibody::C4, c4, "0.10")];
        let present: &[&str] = if recorded { &["low_complement"] } else { &[] };
        let items = sledai(present);
        trial
            .run(&who, &RecordAssessment { subject, visit, assessed_on: None, assessor: None, items })
            .unwrap();
        assert_eq!(findings(&trial, "LAB_SUGGESTS_OTHERWISE"), 0, "no result yet");
        trial.run(&who, &panel(visit, results)).unwrap();
        assert_eq!(
            findings(&trial, "LAB_SUGGESTS_OTHERWISE"),
            found,
            "C3 {c3}, C4 {c4}, recorded {recorded}"
        );
    }
}

/// Results count from the look-back to three days after the assessment, the nearest first; a bound counts where it decides,
/// and the joint count speaks of arthritis.
#[test]
fn results_and_joints_suggest_descriptors() {
    let mut trial = Trial::open_label();
    trial.now = "2026-06-20T04:00:00Z".parse().unwrap();
    let subject = trial.screened("SH01");
    let visit = trial.visit(subject, "SCREENING", "2026-06-05");
    let who = trial.coordinator("SH01");
    let items = AssessmentItems::Sledai {
        items: vec![
            SledaiEntry { code: "arthritis".into(), present: Some(false) },
            SledaiEntry { code: "thrombocytopenia".into(), present: Some(false) },
        ],
        joint_count: Some(2),
        comments: Vec::new(),
    };
    let assess = RecordAssessment { subject, visit, assessed_on: None, assessor: None, items };
    trial.run(&who, &assess).unwrap();
    assert_eq!(findings(&trial, "LAB_SUGGESTS_OTHERWISE"), 1, "two joints are arthritis");
    // Whether the descriptor is suggested, and whether that differs from the form, after one more result.
    let mut told = |descriptor: &str, on: &str, [analyte, raw, unit]: [&str; 3]| {
        let results = vec![LabFields { collected_on: day(on), ..lab(analyte, raw, unit, None) }];
        trial.run(&who, &RecordLabResults { subject, visit: None, results }).unwrap();
        let subject = trial.subject(subject);
        let told = subject.suggestions(&subject.rows.assessments[0]);
        told.iter().find(|it| it.descriptor.code() == descriptor).map(|it| (it.suggested, it.differs()))
    };
    let mut platelets = |on: &str, raw: &str| told("thrombocytopenia", on, ["platelets", raw, "10^9/L"]);
    // 30 days before the assessment is 6 May; three after it 8 June.
    assert_eq!(platelets("2026-05-05", "90"), None);
    assert_eq!(platelets("2026-06-09", "90"), None);
    assert_eq!(platelets("2026-05-06", "90"), Some((true, true)));
    // Nearer, and not below 100; then bounds, which leave it open or decide.
    assert_eq!(platelets("2026-06-03", "100"), Some((false, false)));
    assert_eq!(platelets("2026-06-07", "<120"), None);
    assert_eq!(platelets("2026-06-06", ">100"), Some((false, false)));
    assert_eq!(platelets("2026-06-05", "<80"), Some((true, true)));
    // 500 mg/g are 56.5 mg/mmol. What the form leaves open differs from nothing.
    let mut protein = |on: &str, raw: &str, unit: &str| told("proteinuria", on, ["urine_pcr", raw, unit]);
    assert_eq!(protein("2026-06-02", "56.5", "mg/mmol"), Some((false, false)));
    assert_eq!(protein("2026-06-03", "501", "mg/g"), Some((true, false)));
    assert_eq!(protein("2026-06-04", "<57", "mg/mmol"), None);
    assert_eq!(protein("2026-06-05", ">57", "mg/mmol"), Some((true, false)));
    assert_eq!(told("leukopenia", "2026-06-05", ["wbc", "2.9", "10^9/L"]), Some((true, false)));
}

/// The words of the original index ask for three joints, and a protocol may look back ten days alone.
#[test]
fn the_protocol_says_what_suggests() {
    let document = NK510
        .replace("arthritis_joints = 2", "arthritis_joints = 3")
        .replace("lookback_days = 30", "lookback_days = 10")
        .replace("laboratory_days_after = 3", "laboratory_days_after = 1")
        .replace("proteinuria_ratio_mg_per_g = \"500\"", "proteinuria_ratio_mg_per_g = \"300\"");
    let suggested = |document: &str| {
        let mut trial = Trial::of(document);
        let subject = trial.screened("SH01");
        let visit = trial.visit(subject, "SCREENING", "2026-05-20");
        let who = trial.coordinator("SH01");
        let items = AssessmentItems::Sledai { items: Vec::new(), joint_count: Some(2), comments: Vec::new() };
        trial
            .run(&who, &RecordAssessment { subject, visit, assessed_on: None, assessor: None, items })
            .unwrap();
        for (on, analyte, raw, unit) in [
            ("2026-05-09", "platelets", "90", "10^9/L"),
            ("2026-05-22", "wbc", "2.9", "10^9/L"),
            ("2026-05-20", "urine_pcr", "400", "mg/g"),
        ] {
            let results = vec![LabFields { collected_on: day(on), ..lab(analyte, raw, unit, None) }];
            trial.run(&who, &RecordLabResults { subject, visit: None, results }).unwrap();
        }
        let subject = trial.subject(subject);
        let told = subject.suggestions(&subject.rows.assessments[0]);
        told.iter().map(|it| (it.descriptor.code(), it.suggested)).collect::<Vec<_>>()
    };
    let published =
        [("arthritis", true), ("proteinuria", false), ("thrombocytopenia", true), ("leukopenia", true)];
    assert_eq!(suggested(NK510), published);
    assert_eq!(suggested(&document), [("arthritis", false), ("proteinuria", true)]);
}

/// Section 6.3: enrolment in a cohort pauses as soon as two of its subjects had a dose-limiting toxicity.
#[test]
fn two_toxicities_pause_a_cohort() {
    let mut trial = Trial::open_label();
    let (one, two) = (trial.dosed("SH01"), trial.dosed("BJ02"));
    assert!(trial.study.rows.stopping_rules.is_empty(), "nothing to say yet");
    trial.event(one);
    let state = |trial: &Trial| trial.study.rows.stopping_rules[0].state;
    assert_eq!(state(&trial), RuleState::Watch);
    trial.event(one);
    assert_eq!(state(&trial), RuleState::Watch, "two of one subject are one subject");
    trial.event(two);
    assert_eq!(state(&trial), RuleState::Pause);
    assert_eq!(trial.study.rows.stopping_rules.len(), 1);
}

/// A masked study's open stream tells nothing of its cohorts.
#[test]
fn no_rule_on_cohorts_runs_in_a_masked_study() {
    let mut trial = Trial::masked();
    let site = trial.site("SH01");
    for _ in 0..2 {
        let subject = trial.eligible("SH01");
        let enrol = crate::command::enrolment::EnrollSubject { cohort: None, ..trial.enrolment(subject, 1) };
        trial.run(&trial.coordinator("SH01"), &enrol).unwrap();
        let give = crate::command::conduct::RecordDose {
            cohort: Some(trial.cohort(1)),
            ..crate::command::testing::dose(subject)
        };
        trial.run(&crate::command::testing::actor(policy::Role::UnmaskedPharmacist, &[site]), &give).unwrap();
        trial.event(subject);
    }
    assert!(trial.study.rows.stopping_rules.is_empty());
}

/// CLK-SITE: 24 hours from the first moment of the day of awareness in the site's zone (UTC+8).
#[test]
fn a_serious_event_has_a_clock_of_24_hours() {
    for (aware, due, late) in
        [("2026-06-01", "2026-06-01T16:00:00Z", false), ("2026-05-31", "2026-05-31T16:00:00Z", true)]
    {
        let mut trial = Trial::open_label();
        let subject = trial.dosed("SH01");
        let who = trial.investigator("SH01");
        trial.run(&who, &event(subject)).unwrap();
        assert!(trial.subject(subject).rows.clocks.is_empty(), "not serious");
        let mut serious = event(subject);
        serious.event.seriousness = vec![SeriousnessCriterion::Hospitalisation];
        serious.event.aware_on = Some(day(aware));
        trial.run(&who, &serious).unwrap();
        let clocks = trial.subject(subject).rows.clocks.clone();
        assert_eq!(clocks.len(), 1);
        assert_eq!(clocks[0].due_at, due.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
        assert_eq!(clocks[0].stopped_at, Some(trial.now));
        assert_eq!(clocks[0].stopped_at > Some(clocks[0].due_at), late);
        // It is set once.
        trial.event(subject);
        assert_eq!(trial.subject(subject).rows.clocks.len(), 1);
    }
}
