//! What is recorded of a subject, and its correction.

use super::*;
use crate::command::testing::{
    Trial, actor, day, dose, event, lab, panel, refusal, result, row, rows_of, sledai,
};
use entity::rows;
use entity::terms::{
    Agent, Autoantibody, Comparator, ConsentPurpose, DispositionKind, Frequency, Indication, Instrument,
    IntercurrentEventKind, MedicationClass, Qualitative, Route, SubjectStatus, VisitStatus,
};
use entity::{Items, LldasExtras};
use policy::{RefusalCode as Code, Role};
use uuid::Uuid;

fn visit(code: Option<&str>, date: &str) -> VisitFields {
    VisitFields { code: code.map(str::to_owned), date: day(date), status: VisitStatus::Occurred, note: None }
}

/// P11-38: no visit before consent; none in the future, none before screening, none twice.
#[test]
fn visits_are_refused_code_by_code() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let who = trial.coordinator("SH01");
    let record = |visit| RecordVisit { subject, visit };
    let mut code = |visit| refusal(trial.run(&who, &record(visit)));
    assert_eq!(code(visit(None, "2026-05-01")).0, Code::InvalidValue, "before screening");
    assert_eq!(code(visit(None, "2026-06-02")), (Code::InvalidValue, "date".into()));
    assert_eq!(code(visit(Some("DAY_99"), "2026-05-02")), (Code::InvalidValue, "code".into()));
    assert_eq!(code(visit(Some("DAY_14"), "2026-05-20")), (Code::WrongState, "code".into()));
    let missed = VisitFields { status: VisitStatus::Missed, ..visit(None, "2026-05-20") };
    assert_eq!(code(missed), (Code::Required, "code".into()));
    trial.run(&who, &record(visit(None, "2026-06-01"))).unwrap();
    trial.run(&who, &record(visit(None, "2026-05-02"))).unwrap();
    trial.visit(subject, "SCREENING", "2026-05-02");
    let again = refusal(trial.run(&who, &record(visit(Some("SCREENING"), "2026-05-03"))));
    assert_eq!(again, (Code::Duplicate, "code".into()));
    let other = trial.coordinator("BJ02");
    assert_eq!(
        refusal(trial.run(&other, &record(visit(None, "2026-05-02")))),
        (Code::NotFound, "subject".into())
    );
    let withdraw = crate::command::enrolment::RecordConsent {
        subject,
        purpose: entity::terms::ConsentPurpose::Study,
        version: "2.0".into(),
        on: day("2026-05-20"),
        withdrawn: true,
    };
    trial.run(&who, &withdraw).unwrap();
    assert_eq!(
        refusal(trial.run(&who, &record(visit(None, "2026-05-20")))),
        (Code::NoConsent, "date".into())
    );
    assert!(trial.run(&who, &record(visit(None, "2026-05-19"))).is_ok());
}

fn assess((subject, visit): (Uuid, Uuid), items: AssessmentItems) -> RecordAssessment {
    RecordAssessment { subject, visit, assessed_on: None, assessor: None, items }
}

#[test]
fn each_item_of_an_instrument_is_checked_where_it_stands() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let at = trial.visit(subject, "SCREENING", "2026-05-02");
    let who = trial.coordinator("SH01");
    let mut refused = |items| refusal(trial.run(&who, &assess((subject, at), items)));
    let sledai_of = |code: &str, joints| AssessmentItems::Sledai {
        items: vec![SledaiEntry { code: code.into(), present: Some(true) }],
        joint_count: joints,
        comments: Vec::new(),
    };
    assert_eq!(refused(sledai_of("rsah", None)), (Code::InvalidValue, "items.rsah".into()));
    assert_eq!(refused(sledai_of("rash", Some(69))), (Code::InvalidValue, "jointCount".into()));
    assert_eq!(refused(sledai_of("rash", Some(-1))), (Code::InvalidValue, "jointCount".into()));
    let twice = AssessmentItems::Sledai {
        items: vec![
            SledaiEntry { code: "rash".into(), present: Some(true) },
            SledaiEntry { code: "rash".into(), present: None },
        ],
        joint_count: None,
        comments: Vec::new(),
    };
    assert_eq!(refused(twice), (Code::Duplicate, "items.rash".into()));
    let bilag = |number, value| AssessmentItems::Bilag {
        items: vec![BilagEntry { number, value }],
        not_due_to_sle: Vec::new(),
    };
    for (number, value) in [
        (0, BilagValue::Score(1)),
        (98, BilagValue::Score(1)),
        (1, BilagValue::Score(5)),
        (1, BilagValue::Score(-1)),
        (1, BilagValue::YesNo(true)),
        (80, BilagValue::Score(1)),
        (78, BilagValue::Number("-1".into())),
        (78, BilagValue::Number("1.2.3".into())),
        (96, BilagValue::Number("1".into())),
    ] {
        assert_eq!(refused(bilag(number, value)), (Code::InvalidValue, format!("items.{number}")));
    }
    let marked = AssessmentItems::Bilag { items: Vec::new(), not_due_to_sle: vec![77] };
    assert_eq!(refused(marked), (Code::InvalidValue, "notDueToSle.77".into()));
    for value in ["3.5", "3.01", "-0.1", "1.305", "one", "1.2.3", ""] {
        assert_eq!(refused(AssessmentItems::Pga { value: value.into() }).1, "items.value", "{value}");
    }
    let high =
        trial.run(&who, &assess((subject, at), AssessmentItems::Pga { value: "3.5".into() })).unwrap_err();
    assert!(high.message.contains("0.00 to 3.00 with at most two decimals"), "{}", high.message);
}

#[test]
fn what_is_right_is_stored_as_it_is() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let at = trial.visit(subject, "SCREENING", "2026-05-02");
    let who = trial.coordinator("SH01");
    let mut stored =
        |items| row::<rows::Assessment>(&trial.run(&who, &assess((subject, at), items)).unwrap());
    let pga = stored(AssessmentItems::Pga { value: "3.00".into() });
    assert!(matches!(pga.items, Items::Pga(ref mark) if mark.pga_hundredths == 300));
    assert_eq!((pga.instrument, pga.assessed_on), (Instrument::Pga, day("2026-05-02")));
    assert_eq!(pga.assessor.as_deref(), Some("COORDINATOR"));
    let entry = |number, value| BilagEntry { number, value };
    let bilag = stored(AssessmentItems::Bilag {
        items: vec![
            entry(1, BilagValue::Score(4)),
            entry(84, BilagValue::Number("1.20".into())),
            entry(97, BilagValue::YesNo(false)),
            entry(2, BilagValue::NotDone),
        ],
        not_due_to_sle: vec![92, 84, 92],
    });
    let Items::Bilag(items) = &bilag.items else { panic!("another instrument") };
    assert_eq!(items.items.0[0], Some(entity::BilagItem::Score(4)));
    assert_eq!(items.items.0[83], "1.20".parse().ok().map(entity::BilagItem::Number));
    assert_eq!(items.items.0[96], Some(entity::BilagItem::YesNo(false)));
    assert_eq!(items.items.0[1], None);
    assert_eq!(items.not_due_to_sle, [84, 92]);
    let extras = LldasExtras { gi_activity: Some(false), ..LldasExtras::default() };
    assert_eq!(stored(AssessmentItems::LldasExtras(extras.clone())).items, Items::LldasExtras(extras));
    let answers = FlareAnswers {
        hospitalised: Some(false),
        weight_kg: Some(" 62.5 ".into()),
        ..FlareAnswers::default()
    };
    let flare = stored(AssessmentItems::FlareExtras(answers));
    let Items::FlareExtras(items) = &flare.items else { panic!("another instrument") };
    assert_eq!((items.flare.hospitalised, items.flare.new_immunosuppressant), (Some(false), None));
    assert_eq!(items.flare.weight_kg, "62.5".parse().ok());
    // Left out is unknown, and unknown is not absent.
    let rash = SledaiEntry { code: "rash".into(), present: Some(true) };
    let sledai =
        stored(AssessmentItems::Sledai { items: vec![rash], joint_count: Some(0), comments: Vec::new() });
    let Items::Sledai(items) = &sledai.items else { panic!("another instrument") };
    assert_eq!((items.items.0[14], items.items.0[0]), (Some(true), None));
    let pga = |value: &str| AssessmentItems::Pga { value: value.into() };
    let again = refusal(trial.run(&who, &assess((subject, at), pga("1"))));
    assert_eq!(again, (Code::Duplicate, "items".into()));
    let wrong = refusal(trial.run(&who, &assess((subject, at), pga("3.5"))));
    assert_eq!(wrong.0, Code::InvalidValue, "what is wrong is told first");
    let missed = VisitFields { status: VisitStatus::Missed, ..visit(Some("LYMPHODEPLETION"), "2026-05-05") };
    let missed = trial.run(&who, &RecordVisit { subject, visit: missed }).unwrap().open[0].row;
    assert_eq!(
        refusal(trial.run(&who, &assess((subject, missed), crate::command::testing::sledai(&[])))).0,
        Code::WrongState
    );
    let elsewhere = trial.coordinator("BJ02");
    let hidden = trial
        .run(&elsewhere, &assess((subject, at), crate::command::testing::sledai(&[])))
        .map(|_| ())
        .unwrap_err();
    let unknown = trial
        .run(&elsewhere, &assess((subject, Uuid::nil()), crate::command::testing::sledai(&[])))
        .map(|_| ())
        .unwrap_err();
    assert_eq!(hidden, unknown);
}

/// P11-04: a correction needs a reason. P11-40: and the revision that was read.
#[test]
fn an_assessment_is_corrected_with_reason_and_revision() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let at = trial.visit(subject, "SCREENING", "2026-05-02");
    let who = trial.coordinator("SH01");
    let saved = trial.run(&who, &assess((subject, at), sledai(&["rash"]))).unwrap().open[0].row;
    let revision = trial.subject(subject).rows.assessments[0].revision;
    let correct = |items, reason: Option<&str>, expected_revision| CorrectAssessment {
        subject,
        assessment: saved,
        assessed_on: None,
        assessor: None,
        items,
        reason: reason.map(str::to_owned),
        expected_revision,
    };
    let why = Some("source says fever");
    let mut refused = |command: CorrectAssessment| refusal(trial.run(&who, &command));
    assert_eq!(
        refused(correct(sledai(&["fever"]), None, Some(revision))),
        (Code::ReasonRequired, "reason".into())
    );
    assert_eq!(refused(correct(sledai(&["fever"]), Some("  "), Some(revision))).0, Code::ReasonRequired);
    assert_eq!(refused(correct(sledai(&["fever"]), why, None)), (Code::Required, "expectedRevision".into()));
    assert_eq!(refused(correct(sledai(&["fever"]), why, Some(revision - 1))).0, Code::Conflict);
    assert_eq!(
        refused(correct(sledai(&["rash"]), why, Some(revision))).0,
        Code::InvalidValue,
        "nothing changes"
    );
    let other = AssessmentItems::Pga { value: "1.00".into() };
    assert_eq!(refused(correct(other, why, Some(revision))), (Code::InvalidValue, "items".into()));
    let wrong =
        CorrectAssessment { subject: Uuid::nil(), ..correct(sledai(&["fever"]), why, Some(revision)) };
    assert_eq!(refused(wrong), (Code::NotFound, "assessment".into()));
    trial.run(&who, &correct(sledai(&["fever"]), why, Some(revision))).unwrap();
    // Whoever read the older one is told.
    let late = correct(sledai(&["rash", "fever"]), why, Some(revision));
    assert_eq!(refusal(trial.run(&who, &late)).0, Code::Conflict);
}

/// Results as laboratories write them.
#[test]
fn a_laboratorys_text_becomes_a_value_or_a_refusal() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let who = trial.coordinator("SH01");
    let mut stored = |analyte, raw: &str, unit| {
        let at =
            trial.run(&who, &RecordVisit { subject, visit: visit(None, "2026-05-02") }).unwrap().open[0].row;
        trial.run(&who, &panel(at, vec![result(analyte, raw, unit)])).map(|decision| {
            let row: rows::AutoantibodyResult = row(&decision);
            let text = |exact: Option<entity::Exact>| exact.map(|it| it.to_string());
            (row.comparator, text(row.value), row.qualitative, text(row.standard_value), row.standard_unit)
        })
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        stored(Autoantibody::AntiDsdna, "<10", Some("IU/mL")),
        Ok((Some(Comparator::LessThan), some("10"), None, some("10"), some("IU/mL")))
    );
    assert_eq!(
        stored(Autoantibody::C4, "8", Some("mg/dL")),
        Ok((None, some("8"), None, some("0.08"), some("g/L")))
    );
    assert_eq!(
        stored(Autoantibody::Ana, "1:320", None),
        Ok((None, some("320"), None, some("320"), some("1:d")))
    );
    assert_eq!(stored(Autoantibody::Ana, "> 1:2560", None).unwrap().0, Some(Comparator::GreaterThan));
    assert_eq!(stored(Autoantibody::Ana, "阴性", None).unwrap().2, Some(Qualitative::Negative));
    assert_eq!(stored(Autoantibody::AntiSm, "Positive", None).unwrap().2, Some(Qualitative::Positive));
    let mut refused = |analyte, raw: &str, unit| {
        let refusal = stored(analyte, raw, unit).map(|_| ()).unwrap_err();
        (refusal.code, refusal.field.join("."), refusal.message)
    };
    let (code, path, message) = refused(Autoantibody::C3, "1.2.3", Some("g/L"));
    assert_eq!((code, path.as_str()), (Code::InvalidValue, "results.0.raw"));
    assert!(message.contains("digits with at most one point, as 12.5"), "{message}");
    assert_eq!(refused(Autoantibody::C3, "1e5", Some("g/L")).0, Code::InvalidValue);
    assert_eq!(refused(Autoantibody::C3, "-1", Some("g/L")).0, Code::InvalidValue);
    assert_eq!(refused(Autoantibody::C3, "negative", Some("g/L")).0, Code::InvalidValue);
    assert_eq!(refused(Autoantibody::Ana, "320", None).0, Code::InvalidValue);
    assert_eq!(refused(Autoantibody::Ana, "1:75", None).0, Code::InvalidValue);
    assert_eq!(refused(Autoantibody::C3, "0.9", None).1, "results.0.unit");
    let (code, path, _) = refused(Autoantibody::C3, "0.9", Some("umol/L"));
    assert_eq!((code, path.as_str()), (Code::UnitUnknown, "results.0.unit"));
    let (code, _, message) = refused(Autoantibody::C3, "90", Some("g/L"));
    assert_eq!(code, Code::Implausible);
    assert!(message.contains("probably mg/dL"), "{message}");
    assert!(stored(Autoantibody::C3, "5", Some("g/L")).is_ok(), "the end of what is plausible");
    assert_eq!(stored(Autoantibody::C3, "5.01", Some("g/L")).unwrap_err().code, Code::Implausible);
}

#[test]
fn a_panel_keeps_limits_in_the_standard_unit() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let at = trial.visit(subject, "SCREENING", "2026-05-02");
    let who = trial.coordinator("SH01");
    let mut c3 = result(Autoantibody::C3, "70", Some("mg/dL"));
    c3.reference_low = Some("90".into());
    c3.reference_high = Some("180".into());
    let swapped = PanelResult { reference_low: Some("200".into()), ..c3.clone() };
    assert_eq!(refusal(trial.run(&who, &panel(at, vec![swapped]))).1, "results.0.referenceLow");
    let patterned = PanelResult { patterns: vec!["AC-1".into()], ..c3.clone() };
    assert_eq!(refusal(trial.run(&who, &panel(at, vec![patterned]))).1, "results.0.patterns");
    let twice = panel(at, vec![c3.clone(), c3.clone()]);
    assert_eq!(refusal(trial.run(&who, &twice)), (Code::Duplicate, "results.1.analyte".into()));
    assert_eq!(refusal(trial.run(&who, &panel(at, vec![]))).0, Code::Required);
    let mut ana = result(Autoantibody::Ana, "1:320", None);
    ana.patterns = vec!["AC-4".into(), "AC-1".into(), "AC-4".into()];
    let decision = trial.run(&who, &panel(at, vec![c3.clone(), ana])).unwrap();
    let rows: Vec<rows::AutoantibodyResult> = rows_of(&decision.open);
    assert_eq!(rows[0].reference_low.unwrap().to_string(), "0.90");
    assert_eq!(rows[0].standard_value.unwrap().to_string(), "0.70");
    assert_eq!(rows[1].patterns.0, ["AC-1", "AC-4"]);
    assert_eq!(
        refusal(trial.run(&who, &panel(at, vec![c3.clone()]))),
        (Code::Duplicate, "collectedOn".into())
    );
    let no_number = PanelResult { raw: "1.2.3".into(), ..c3 };
    assert_eq!(
        refusal(trial.run(&who, &panel(at, vec![no_number]))).1,
        "results.0.raw",
        "what is wrong is told first"
    );
}

#[test]
fn laboratory_results_are_refused_code_by_code() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let who = trial.coordinator("SH01");
    let record = |results| RecordLabResults { subject, visit: None, results };
    let mut refused = |field: LabFields| refusal(trial.run(&who, &record(vec![field])));
    let good = || lab("alt", "20", "U/L", Some("40"));
    assert_eq!(refused(lab("altt", "20", "U/L", None)).1, "results.0.analyte");
    assert_eq!(refused(lab("C3", "1", "g/L", None)).1, "results.0.analyte", "the panel's own");
    assert_eq!(refused(LabFields { analyte: None, ..good() }).0, Code::Required);
    let loinc = |code: &str| LabFields { analyte: None, loinc: Some(code.into()), ..good() };
    assert_eq!(refused(loinc("0000-0")).1, "results.0.loinc");
    assert_eq!(refused(lab("alt", "20", "mmol/L", None)).0, Code::UnitUnknown);
    assert_eq!(refused(lab("haemoglobin", "12", "g/L", None)).0, Code::Implausible);
    assert_eq!(refused(LabFields { collected_on: day("2026-05-01"), ..good() }).1, "results.0.collectedOn");
    assert_eq!(
        refused(LabFields { collected_at: Some("24:00".into()), ..good() }).1,
        "results.0.collectedAt"
    );
    assert_eq!(refused(LabFields { lln: Some("50".into()), ..good() }).1, "results.0.lln");
    assert_eq!(refusal(trial.run(&who, &record(vec![]))).0, Code::Required);
    let twice = record(vec![good(), good()]);
    assert_eq!(refusal(trial.run(&who, &twice)), (Code::Duplicate, "results.1".into()));
    let decision = trial.run(&who, &record(vec![loinc("1742-6")])).unwrap();
    assert_eq!(row::<rows::LabResult>(&decision).analyte, "alt");
    assert_eq!(refusal(trial.run(&who, &record(vec![good()]))).0, Code::Duplicate);
    let later = LabFields { collected_at: Some("23:59".into()), ..good() };
    assert!(trial.run(&who, &record(vec![later])).is_ok());
    // A hospital system delivers for its own site, and knows of no other subject.
    let hospital = actor(Role::HospitalClient, &[trial.site("SH01")]);
    assert!(trial.run(&hospital, &record(vec![lab("ast", "20", "U/L", None)])).is_ok());
    let elsewhere = actor(Role::HospitalClient, &[trial.site("BJ02")]);
    let hidden = trial.run(&elsewhere, &record(vec![good()])).unwrap_err();
    let unknown = RecordLabResults { subject: Uuid::nil(), visit: None, results: vec![good()] };
    assert_eq!(hidden, trial.run(&elsewhere, &unknown).unwrap_err());
}

/// P11-38: no dosing before consent, confirmed eligibility and enrolment.
#[test]
fn a_dose_follows_consent_eligibility_and_enrolment() {
    let mut trial = Trial::open_label();
    let who = trial.coordinator("SH01");
    let screened = trial.screened("SH01");
    assert_eq!(refusal(trial.run(&who, &dose(screened))), (Code::NotEligible, "subject".into()));
    let eligible = trial.eligible("SH01");
    assert_eq!(refusal(trial.run(&who, &dose(eligible))), (Code::WrongState, "subject".into()));
    let subject = trial.enrolled("SH01");
    let with = |change: &dyn Fn(&mut DoseFields)| {
        let mut command = dose(subject);
        change(&mut command.dose);
        command
    };
    let mut refused = |change: &dyn Fn(&mut DoseFields)| refusal(trial.run(&who, &with(change)));
    assert_eq!(refused(&|it| it.given_on = day("2026-05-03")), (Code::InvalidValue, "givenOn".into()));
    assert_eq!(refused(&|it| it.given_on = day("2026-06-02")).1, "givenOn");
    assert_eq!(refused(&|it| it.given_on = day("2026-04-30")).0, Code::NoConsent);
    assert_eq!(refused(&|it| it.weight_kg = None), (Code::Required, "weightKg".into()));
    assert_eq!(refused(&|it| it.total_cells = None), (Code::Required, "totalCells".into()));
    assert_eq!(refused(&|it| it.weight_kg = Some("19.9".into())), (Code::Implausible, "weightKg".into()));
    assert_eq!(refused(&|it| it.weight_kg = Some("300.1".into())).0, Code::Implausible);
    assert_eq!(refused(&|it| it.weight_kg = Some("seventy".into())).0, Code::InvalidValue);
    assert_eq!(refused(&|it| it.total_cells = Some("0".into())).0, Code::InvalidValue);
    // 10 times 4e7 cells/kg for 70 kg are 2.8e10 cells.
    assert_eq!(refused(&|it| it.total_cells = Some("28000000070".into())).0, Code::Implausible);
    assert_eq!(refused(&|it| it.ordinal = Some(0)).1, "ordinal");
    assert_eq!(refused(&|it| it.agent = Agent::Procedure).1, "agent");
    assert_eq!(refused(&|it| it.start_time = Some("9:30".into())).1, "startTime");
    let flu = |it: &mut DoseFields| it.agent = Agent::Fludarabine;
    assert_eq!(refused(&flu).1, "totalCells");
    // Lymphodepletion is no treatment yet.
    let mut fludarabine = with(&flu);
    (fludarabine.dose.total_cells, fludarabine.dose.given_on) = (None, day("2026-05-04"));
    trial.run(&who, &fludarabine).unwrap();
    assert_eq!(trial.subject(subject).row.status, SubjectStatus::Enrolled);
    let given: rows::Dose = row(&trial.run(&who, &dose(subject)).unwrap());
    let text = |exact: Option<entity::Exact>| exact.unwrap().to_string();
    assert_eq!((given.ordinal, text(given.actual_cells_per_kg)), (1, "40000000".into()));
    assert_eq!(text(given.planned_cells_per_kg), "40000000");
    assert_eq!(trial.subject(subject).row.status, SubjectStatus::OnTreatment);
    let same = with(&|it| it.ordinal = Some(1));
    assert_eq!(refusal(trial.run(&who, &same)), (Code::Duplicate, "ordinal".into()));
    let crossed = with(&|it| it.given_on = day("2026-05-05"));
    assert_eq!(refusal(trial.run(&who, &crossed)), (Code::InvalidValue, "givenOn".into()));
    // 2.8e9 cells over 69 kg do not come out even.
    let second = with(&|it| (it.given_on, it.weight_kg) = (day("2026-05-20"), Some("69".into())));
    let given: rows::Dose = row(&trial.run(&who, &second).unwrap());
    assert_eq!((given.ordinal, text(given.actual_cells_per_kg)), (2, "40579710.145".into()));
}

#[test]
fn nothing_is_given_after_participation_ended() {
    let mut trial = Trial::open_label();
    let subject = trial.enrolled("SH01");
    let who = trial.coordinator("SH01");
    let end = crate::command::enrolment::WithdrawSubject {
        subject,
        kind: DispositionKind::Withdrawn,
        occurred_on: day("2026-05-05"),
        reason: Some("moved away".into()),
    };
    trial.run(&who, &end).unwrap();
    assert_eq!(refusal(trial.run(&who, &dose(subject))), (Code::WrongState, "subject".into()));
}

/// In a masked study doses are sealed, and only who may know the treatment records them.
#[test]
fn a_masked_dose_is_sealed() {
    let mut trial = Trial::masked();
    let subject = trial.eligible("SH01");
    let site = trial.site("SH01");
    let enrol = crate::command::enrolment::EnrollSubject { cohort: None, ..trial.enrolment(subject, 1) };
    trial.run(&trial.coordinator("SH01"), &enrol).unwrap();
    let cohort = Some(trial.cohort(1));
    let give = RecordDose { cohort, ..dose(subject) };
    for who in [trial.coordinator("SH01"), trial.investigator("SH01")] {
        assert_eq!(refusal(trial.run(&who, &give)).0, Code::Forbidden);
    }
    let pharmacist = actor(Role::UnmaskedPharmacist, &[site]);
    assert_eq!(refusal(trial.run(&pharmacist, &dose(subject))), (Code::Required, "cohort".into()));
    let decision = trial.run(&pharmacist, &give).unwrap();
    assert_eq!(rows_of::<rows::Dose>(&decision.sealed).len(), 1);
    assert_eq!(rows_of::<rows::Allocation>(&decision.sealed)[0].cohort_id, trial.cohort(1));
    assert!(decision.open.iter().all(|change| change.table == "subject"));
    // The second one moves no open revision.
    let mut second = RecordDose { cohort: None, ..give };
    second.dose.given_on = day("2026-05-20");
    let open = *trial.study.open();
    let decision = trial.run(&pharmacist, &second).unwrap();
    assert!(decision.open.is_empty());
    assert_eq!(*trial.study.open(), open);
    // A correction of it neither: the reason is sealed too, and masked persons know of no dose.
    let saved = trial.subject(subject).rows.doses[1].clone();
    let correct = CorrectRecord {
        subject,
        correction: Correction::Dose(
            saved.row.id,
            DoseFields { weight_kg: Some("71".into()), ..second.dose },
        ),
        reason: Some("scales".into()),
        expected_revision: Some(saved.revision),
    };
    let unknown =
        CorrectRecord { correction: Correction::Dose(Uuid::nil(), dose(subject).dose), ..correct.clone() };
    // What masked persons are told of a dose that is there is what they are told of one that is not.
    let medical_monitor = actor(Role::MedicalMonitor, &[]);
    for who in [trial.coordinator("SH01"), trial.investigator("SH01"), medical_monitor] {
        let told = trial.run(&who, &correct).unwrap_err();
        assert_eq!((told.code, told.field.join(".")), (Code::NotFound, "dose".into()));
        assert_eq!(told, trial.run(&who, &unknown).unwrap_err());
    }
    let other_site = actor(Role::UnmaskedPharmacist, &[trial.site("BJ02")]);
    assert_eq!(refusal(trial.run(&other_site, &correct)).0, Code::NotFound);
    let open = *trial.study.open();
    let decision = trial.run(&pharmacist, &correct).unwrap();
    assert!(decision.open.is_empty());
    assert_eq!(rows_of::<rows::ChangeReason>(&decision.sealed).len(), 1);
    assert_eq!(*trial.study.open(), open);
    // And the pharmacist corrects nothing else.
    let seen = trial.subject(subject).rows.visits[0].clone();
    let other = CorrectRecord {
        subject,
        correction: Correction::Visit(seen.row.id, visit(Some("SCREENING"), "2026-05-03")),
        reason: Some("scales".into()),
        expected_revision: Some(seen.revision),
    };
    assert_eq!(refusal(trial.run(&pharmacist, &other)).0, Code::Forbidden);
}

fn medication() -> MedicationFields {
    MedicationFields {
        drug: "Prednisone".into(),
        class: MedicationClass::Glucocorticoid,
        dose: Some("7.5".into()),
        unit: Some("mg".into()),
        route: Route::Oral,
        frequency: Some(Frequency::Qd),
        start: "2025-11".into(),
        end: None,
        ongoing: true,
        indication: Indication::Sle,
    }
}

#[test]
fn medications_are_refused_code_by_code() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let who = trial.coordinator("SH01");
    let mut refused = |change: &dyn Fn(&mut MedicationFields)| {
        let mut fields = medication();
        change(&mut fields);
        refusal(trial.run(&who, &RecordMedication { subject, medication: fields }))
    };
    assert_eq!(refused(&|it| it.drug = "  ".into()), (Code::InvalidValue, "drug".into()));
    assert_eq!(refused(&|it| it.start = "2026-13".into()).1, "start");
    assert_eq!(refused(&|it| it.start = "2026-06-02".into()).1, "start");
    assert_eq!(refused(&|it| (it.end, it.ongoing) = (Some("2025-10".into()), false)).1, "end");
    assert_eq!(refused(&|it| it.end = Some("2026-05".into())).1, "ongoing");
    assert_eq!(refused(&|it| it.ongoing = false), (Code::Required, "end".into()));
    assert_eq!(refused(&|it| it.unit = None), (Code::Required, "unit".into()));
    assert_eq!(refused(&|it| it.unit = Some("furlong".into())), (Code::InvalidValue, "unit".into()));
    assert_eq!(refused(&|it| it.dose = Some("0".into())).1, "dose");
    assert_eq!(refused(&|it| it.dose = Some("1.2.3".into())).1, "dose");
    let mut this_month = medication();
    this_month.start = "2026-06".into();
    assert!(trial.run(&who, &RecordMedication { subject, medication: this_month }).is_ok());
    let stored: rows::Medication =
        row(&trial.run(&who, &RecordMedication { subject, medication: medication() }).unwrap());
    assert_eq!((stored.start.as_str(), stored.dose.unwrap().to_string()), ("2025-11", "7.5".to_owned()));
}

#[test]
fn intercurrent_events_are_refused_code_by_code() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let who = trial.coordinator("SH01");
    let fields = |on: &str, days| IntercurrentEventFields {
        kind: IntercurrentEventKind::SteroidIncrease,
        occurred_on: day(on),
        days,
        note: Some("seen by QZXW's doctor".into()),
    };
    let record = |event| RecordIntercurrentEvent { subject, event };
    let mut refused = |event| refusal(trial.run(&who, &record(event)));
    assert_eq!(refused(fields("2026-05-01", None)).1, "occurredOn");
    assert_eq!(refused(fields("2026-06-02", None)).1, "occurredOn");
    assert_eq!(refused(fields("2026-05-10", Some(0))).1, "days");
    let stored: rows::IntercurrentEvent =
        row(&trial.run(&who, &record(fields("2026-05-10", Some(1)))).unwrap());
    assert_eq!(stored.note.unwrap().withhold, [[8, 12]]);
    assert_eq!(refusal(trial.run(&who, &record(fields("2026-05-10", None)))).0, Code::Duplicate);
}

/// P11-04 and P11-40 on every kind of record.
#[test]
fn every_kind_of_record_is_corrected_with_reason_and_revision() {
    let mut trial = Trial::open_label();
    let subject = trial.dosed("SH01");
    let who = trial.coordinator("SH01");
    trial.event(subject);
    trial.run(&who, &RecordMedication { subject, medication: medication() }).unwrap();
    let happened = |days| IntercurrentEventFields {
        kind: IntercurrentEventKind::PlannedRedosing,
        occurred_on: day("2026-05-20"),
        days,
        note: None,
    };
    trial.run(&who, &RecordIntercurrentEvent { subject, event: happened(None) }).unwrap();
    let held = trial.subject(subject);
    let rows = &held.rows;
    let alt = rows.lab_results.iter().find(|it| it.analyte == "alt").unwrap();
    let moved = VisitFields { date: day("2026-05-03"), ..visit(Some("SCREENING"), "2026-05-03") };
    let halved = MedicationFields { dose: Some("5".into()), ..medication() };
    let renamed =
        crate::command::safety::AdverseEventFields { term: "ALT increased".into(), ..event(subject).event };
    let heavier = DoseFields { weight_kg: Some("72".into()), ..dose(subject).dose };
    let panel = PanelFields {
        collected_on: rows.autoantibody_panels[0].collected_on,
        laboratory: Some("Other".into()),
    };
    let grade = crate::command::safety::GradeSince {
        grade: Some(2),
        scale: rows.adverse_event_grades[0].scale,
        findings: None,
        since: None,
    };
    let consent = rows.consents.iter().find(|it| it.purpose == ConsentPurpose::Study).unwrap();
    let given = crate::command::enrolment::ConsentFields {
        version: "2.1".into(),
        given_on: consent.given_on,
        withdrawn_on: None,
    };
    let corrections = vec![
        (Correction::Visit(rows.visits[0].row.id, moved), rows.visits[0].revision),
        (Correction::Medication(rows.medications[0].row.id, halved), rows.medications[0].revision),
        (Correction::LabResult(alt.row.id, lab("alt", "21", "U/L", Some("40"))), alt.revision),
        (
            Correction::PanelResult(
                rows.autoantibody_results[0].row.id,
                result(Autoantibody::Ana, "1:320", None),
            ),
            rows.autoantibody_results[0].revision,
        ),
        (Correction::AdverseEvent(rows.adverse_events[0].row.id, renamed), rows.adverse_events[0].revision),
        (
            Correction::IntercurrentEvent(rows.intercurrent_events[0].row.id, happened(Some(3))),
            rows.intercurrent_events[0].revision,
        ),
        (Correction::Dose(rows.doses[0].row.id, heavier), rows.doses[0].revision),
        (Correction::Panel(rows.autoantibody_panels[0].row.id, panel), rows.autoantibody_panels[0].revision),
        (
            Correction::Grade(rows.adverse_event_grades[0].row.id, grade),
            rows.adverse_event_grades[0].revision,
        ),
        (Correction::Consent(consent.row.id, given), consent.revision),
    ];
    for (correction, revision) in corrections {
        let correct = |reason: Option<&str>, expected_revision| CorrectRecord {
            subject,
            correction: correction.clone(),
            reason: reason.map(str::to_owned),
            expected_revision,
        };
        let why = Some("transcription");
        let refused = |trial: &mut Trial, command| refusal(trial.run(&who, &command)).0;
        assert_eq!(refused(&mut trial, correct(why, None)), Code::Required, "{correction:?}");
        assert_eq!(refused(&mut trial, correct(why, Some(revision + 1))), Code::Conflict, "{correction:?}");
        assert_eq!(
            refused(&mut trial, correct(None, Some(revision))),
            Code::ReasonRequired,
            "{correction:?}"
        );
        let elsewhere = trial.coordinator("BJ02");
        assert_eq!(
            refusal(trial.run(&elsewhere, &correct(why, Some(revision)))),
            (Code::NotFound, correction.place().into())
        );
        let monitor = actor(Role::Monitor, &[trial.site("SH01")]);
        assert_eq!(refusal(trial.run(&monitor, &correct(why, Some(revision)))).0, Code::Forbidden);
        let decision = trial.run(&who, &correct(why, Some(revision))).unwrap();
        assert_eq!(rows_of::<rows::ChangeReason>(&decision.open).len(), 1);
        let now = trial.study.open().revision.0;
        assert_eq!(
            refused(&mut trial, correct(why, Some(now))),
            Code::InvalidValue,
            "the same again changes nothing"
        );
    }
    let held = trial.subject(subject);
    assert_eq!(held.rows.doses[0].actual_cells_per_kg.unwrap().to_string(), "38888888.889");
    assert_eq!(held.rows.doses[0].ordinal, 1);
    let other = CorrectRecord {
        subject,
        correction: Correction::LabResult(alt.row.id, lab("ast", "21", "U/L", None)),
        reason: Some("x".into()),
        expected_revision: Some(
            held.rows.lab_results.iter().find(|it| it.analyte == "alt").unwrap().revision,
        ),
    };
    assert_eq!(refusal(trial.run(&who, &other)).1, "analyte");
}

/// Results that could give away the treatment are sealed in masked studies, and nobody masked knows of them.
#[test]
fn unmasking_results_of_a_masked_study_are_sealed() {
    let added = "[[analytes]]\ncode = \"b_cells\"\nlabel = \"B cells\"\nscale = \"QUANTITATIVE\"\n\
        standard_unit = \"10^9/L\"\nunits = { \"10^9/L\" = \"1\" }\nplausible = { low = \"0\", high = \"10\" }\n\
        loinc = []\n\n[[criteria]]";
    let document = crate::command::testing::NK510.replacen("[[criteria]]", added, 1);
    for masked in [false, true] {
        let masking = if masked { "masking = \"DOUBLE\"" } else { "masking = \"OPEN\"" };
        let mut trial = Trial::of(&document.replace("masking = \"OPEN\"", masking));
        let subject = trial.screened("SH01");
        let who = trial.coordinator("SH01");
        let open = *trial.study.open();
        let record =
            RecordLabResults { subject, visit: None, results: vec![lab("b_cells", "0.01", "10^9/L", None)] };
        let decision = trial.run(&who, &record).unwrap();
        assert_eq!((decision.open.is_empty(), decision.sealed.is_empty()), (masked, !masked));
        assert_eq!(*trial.study.open() == open, masked);
        let saved = trial.subject(subject).rows.lab_results[0].clone();
        let lens = crate::view::Lens::judging(chrono::DateTime::UNIX_EPOCH);
        let view = trial.study.view(&std::sync::Arc::new(who.clone()), lens).unwrap();
        let seen = view.owner(saved.row.id).unwrap().lab_results().unwrap().count();
        assert_eq!(seen, usize::from(!masked), "the list leaves it out");
        let id = view.id(crate::view::NodeKind::LabResult, saved.row.id);
        assert_eq!(view.find(&id).is_some(), !masked, "its id reads as unknown");
        let correct = CorrectRecord {
            subject,
            correction: Correction::LabResult(saved.row.id, lab("b_cells", "0.02", "10^9/L", None)),
            reason: Some("transcription".into()),
            expected_revision: Some(saved.revision),
        };
        let corrected = trial.run(&who, &correct).map(|_| ()).map_err(|refusal| refusal.code);
        assert_eq!(corrected, if masked { Err(Code::NotFound) } else { Ok(()) });
    }
}
