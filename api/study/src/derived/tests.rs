//! What the protocol chooses, seen in what is derived of a subject.

use super::dlt::{DltReason, Evaluability};
use super::{LabGrade, LabGradeReason};
use crate::command::conduct::{
    AssessmentItems, RecordAssessment, RecordLabResults, RecordVisit, VisitFields,
};
use crate::command::safety::ReportAdverseEvent;
use crate::command::testing::{NK510, Trial, day, dose, event, lab, sledai};
use derivation::logic::Verdict;
use derivation::rule::{CriterionCode, Evaluation, Reason};
use entity::LldasExtras;
use entity::terms::{AdverseEventCategory, VisitStatus};
use uuid::Uuid;

/// A subject dosed on 6 May 2026 in a study by this protocol.
fn dosed(document: &str) -> (Trial, Uuid) {
    let mut trial = Trial::of(document);
    let subject = trial.dosed("SH01");
    (trial, subject)
}

fn replaced(old: &str, new: &str) -> String {
    assert!(NK510.contains(old), "`{old}` is not in the protocol, so the test would test nothing");
    NK510.replacen(old, new, 1)
}

/// Assesses a subject on a day: rash alone, this PGA, no haemolysis and no gut, no glucocorticoid.
fn assessed(trial: &mut Trial, subject: Uuid, on: &str, present: &[&str], pga: &str) {
    let who = trial.coordinator_of(subject);
    let visit = VisitFields { code: None, date: day(on), status: VisitStatus::Occurred, note: None };
    let visit = trial.run(&who, &RecordVisit { subject, visit }).unwrap().open[0].row;
    let extras = LldasExtras {
        haemolytic_anaemia: Some(false),
        gi_activity: Some(false),
        maintenance_therapy_ok: Some(true),
        no_glucocorticoid_confirmed: Some(true),
    };
    for items in [
        sledai(present),
        AssessmentItems::Pga { value: pga.to_owned() },
        AssessmentItems::LldasExtras(extras),
    ] {
        let assess = RecordAssessment { subject, visit, assessed_on: None, assessor: None, items };
        trial.run(&who, &assess).unwrap();
    }
}

fn doris(document: &str, pga: &str) -> Evaluation {
    let (mut trial, subject) = dosed(document);
    assessed(&mut trial, subject, "2026-05-19", &[], pga);
    trial.subject(subject).doris("DAY_14").evaluation.clone()
}

/// Two versions of one rule stand side by side, and each study gets the one that its protocol names.
#[test]
fn each_study_runs_the_version_that_its_protocol_names() {
    let older = replaced("doris = \"2021.1\"", "doris = \"2017.1\"");
    for (pga, of_2021, of_2017) in [
        ("0.49", Verdict::Met, Verdict::Met),
        ("0.50", Verdict::NotMet, Verdict::Met),
        ("0.51", Verdict::NotMet, Verdict::NotMet),
    ] {
        let (new, old) = (doris(NK510, pga), doris(&older, pga));
        assert_eq!((new.rule.id, new.rule.version, new.outcome), ("doris", "2021.1", of_2021), "{pga}");
        assert_eq!((old.rule.id, old.rule.version, old.outcome), ("doris", "2017.1", of_2017), "{pga}");
    }
}

/// Taken literally, LLDAS excludes whoever was given an investigational product.
#[test]
fn the_product_counts_against_lldas_only_when_the_protocol_says_so() {
    let outcome = |document: &str| {
        let (mut trial, subject) = dosed(document);
        assessed(&mut trial, subject, "2026-05-10", &["rash"], "0.50");
        assessed(&mut trial, subject, "2026-05-19", &["rash"], "0.50");
        trial.subject(subject).lldas("DAY_14").evaluation.outcome
    };
    assert_eq!(outcome(NK510), Verdict::Met);
    let literal = replaced("investigational_product_exempt = true", "investigational_product_exempt = false");
    assert_eq!(outcome(&literal), Verdict::NotMet);
}

/// A liver event of grade 2 limits the dose when its values make a Hy's law pattern, and only then.
#[test]
fn a_hys_law_pattern_in_the_laboratory_limits_the_dose() {
    let dlt = |values: &[(&str, &str, &str, &str)]| {
        let (mut trial, subject) = dosed(NK510);
        let who = trial.investigator_of(subject);
        let results = values
            .iter()
            .map(|(analyte, raw, unit, uln)| {
                let mut result = lab(analyte, raw, unit, Some(uln));
                result.collected_on = day("2026-05-12");
                result
            })
            .collect::<Vec<_>>();
        if !results.is_empty() {
            let record = RecordLabResults { subject, visit: None, results };
            trial.run(&trial.coordinator_of(subject), &record).unwrap();
        }
        let mut report: ReportAdverseEvent = event(subject);
        report.event.category = AdverseEventCategory::Liver;
        report.grades[0].grade = Some(2);
        trial.run(&who, &report).unwrap();
        trial.subject(subject).dlt(day("2026-05-20")).algorithm
    };
    let alt = |value| ("alt", value, "U/L", "40");
    let ast = ("ast", "30", "U/L", "40");
    let bilirubin = |value| ("bilirubin", value, "umol/L", "20");
    let alp = |value| ("alp", value, "U/L", "100");
    assert_eq!(dlt(&[alt("120"), ast, bilirubin("41"), alp("199")]), Verdict::Met);
    let open = Verdict::NotEvaluable;
    assert_eq!(
        dlt(&[alt("120"), ast, bilirubin("41")]),
        open,
        "alkaline phosphatase decides and was not taken"
    );
    assert_eq!(dlt(&[]), open, "no value was taken");
    // Without the pattern nothing limits the dose yet, and the window is open until day 28.
    let (mut trial, subject) = dosed(NK510);
    trial.now = "2026-06-20T04:00:00Z".parse().unwrap();
    let mut results = [alt("119"), ast, bilirubin("41"), alp("199")]
        .map(|(analyte, raw, unit, uln)| lab(analyte, raw, unit, Some(uln)));
    for result in &mut results {
        result.collected_on = day("2026-05-12");
    }
    let record = RecordLabResults { subject, visit: None, results: results.into() };
    trial.run(&trial.coordinator_of(subject), &record).unwrap();
    let mut report = event(subject);
    report.event.category = AdverseEventCategory::Liver;
    report.grades[0].grade = Some(2);
    trial.run(&trial.investigator_of(subject), &report).unwrap();
    trial.visit(subject, "DAY_28", "2026-06-03");
    assert_eq!(trial.subject(subject).dlt(day("2026-06-20")).algorithm, Verdict::NotMet);
}

/// The strategies of ICH E9(R1) are the protocol's: a study that follows subjects whatever happens makes no failure of
/// rescue therapy.
#[test]
fn rescue_therapy_is_failure_unless_the_protocol_follows_on() {
    use crate::command::conduct::{IntercurrentEventFields, RecordIntercurrentEvent};
    use entity::terms::IntercurrentEventKind;
    let outcome = |document: &str| {
        let (mut trial, subject) = dosed(document);
        let event = IntercurrentEventFields {
            kind: IntercurrentEventKind::NewImmunosuppressant,
            occurred_on: day("2026-05-15"),
            days: None,
            note: None,
        };
        let rescue = RecordIntercurrentEvent { subject, event };
        trial.run(&trial.investigator_of(subject), &rescue).unwrap();
        assessed(&mut trial, subject, "2026-05-19", &[], "0.10");
        trial.subject(subject).doris("DAY_14").evaluation.outcome
    };
    assert_eq!(outcome(NK510), Verdict::NotMet);
    let followed =
        replaced("new_immunosuppressant = \"COMPOSITE\"", "new_immunosuppressant = \"TREATMENT_POLICY\"");
    assert_eq!(outcome(&followed), Verdict::Met);
}

/// Section 3.3: an intravenous pulse for lupus is failure, also when it is recorded as a medication and nothing else.
/// Against side effects, by mouth for a few days, or before the first dose it is none.
#[test]
fn a_pulse_among_the_medications_is_failure() {
    use crate::command::conduct::{MedicationFields, RecordMedication};
    use entity::terms::{Frequency, Indication, MedicationClass, Route};
    let outcome = |start: &str, route, indication| {
        let (mut trial, subject) = dosed(NK510);
        let medication = MedicationFields {
            drug: "methylprednisolone".into(),
            class: MedicationClass::Glucocorticoid,
            dose: Some("4".into()),
            unit: Some("mg".into()),
            route,
            frequency: Some(Frequency::Once),
            start: start.into(),
            end: Some(start.into()),
            ongoing: false,
            indication,
        };
        trial.run(&trial.investigator_of(subject), &RecordMedication { subject, medication }).unwrap();
        assessed(&mut trial, subject, "2026-05-19", &[], "0.10");
        trial.subject(subject).doris("DAY_14").evaluation.outcome
    };
    assert_eq!(outcome("2026-05-10", Route::Intravenous, Indication::Sle), Verdict::NotMet);
    assert_eq!(outcome("2026-05-10", Route::Intravenous, Indication::Crs), Verdict::Met);
    assert_eq!(outcome("2026-05-10", Route::Oral, Indication::Sle), Verdict::Met);
    assert_eq!(outcome("2026-05-02", Route::Intravenous, Indication::Sle), Verdict::Met);
}

/// A dose that is given in two parts is one dose, and what is given after the DLT period is none of it.
#[test]
fn the_infusions_of_the_dlt_period_count_together() {
    // The planned 40 million cells per kilogram are 2,800 million for a subject of 70 kilograms.
    let course = |document: &str, infusions: &[(&str, &str)]| {
        let mut trial = Trial::of(document);
        let subject = trial.enrolled("SH01");
        trial.now = "2026-06-20T04:00:00Z".parse().unwrap();
        for (on, cells) in infusions {
            let mut given = dose(subject);
            given.dose.given_on = day(on);
            given.dose.weight_kg = Some("70".to_owned());
            given.dose.total_cells = Some((*cells).to_owned());
            trial.run(&trial.coordinator("SH01"), &given).unwrap();
        }
        trial.visit(subject, "DAY_28", "2026-06-02");
        let dlt = trial.subject(subject).dlt(day("2026-06-10"));
        (dlt.evaluable, dlt.reason)
    };
    let evaluable = (Evaluability::Evaluable, DltReason::CompletedWithoutDlt);
    let too_low = (Evaluability::NotEvaluable, DltReason::DoseTooLow);
    assert_eq!(course(NK510, &[("2026-05-06", "2240000000")]), evaluable, "80 percent");
    assert_eq!(course(NK510, &[("2026-05-06", "2233000000")]), too_low, "79.75 percent");
    assert_eq!(course(NK510, &[("2026-05-06", "1400000000"), ("2026-05-07", "840000000")]), evaluable);
    assert_eq!(course(NK510, &[("2026-05-06", "1400000000"), ("2026-06-03", "1400000000")]), too_low);
    let twice = replaced("infusions = 1", "infusions = 2");
    assert_eq!(course(&twice, &[("2026-05-06", "2800000000")]), too_low);
    assert_eq!(course(&twice, &[("2026-05-06", "2800000000"), ("2026-05-20", "1680000000")]), evaluable);
}

/// A result of a subject on a day, and the grade of it: the grade, why it is open, and what it was compared with.
fn graded(
    trial: &mut Trial,
    subject: Uuid,
    (analyte, raw, unit, uln): (&str, &str, &str, &str),
    on: &str,
) -> LabGrade {
    let mut result = lab(analyte, raw, unit, Some(uln));
    result.collected_on = day(on);
    let record = RecordLabResults { subject, visit: None, results: vec![result] };
    let row = trial.run(&trial.coordinator_of(subject), &record).unwrap().open[0].row;
    let subject = trial.subject(subject);
    let rec = subject.rows.lab_results.iter().find(|it| it.row.id == row).unwrap();
    subject.lab_grade(rec)
}

/// Whoever was not dosed has no baseline; from the first dose on the last result before it is one.
#[test]
fn a_laboratory_baseline_begins_with_the_first_dose() {
    let mut trial = Trial::open_label();
    let subject = trial.enrolled("SH01");
    let alt = |value| ("alt", value, "U/L", "40");
    let before = graded(&mut trial, subject, alt("85"), "2026-05-05");
    assert_eq!((before.grade, before.baseline), (Some(1), None));
    trial.run(&trial.coordinator("SH01"), &crate::command::testing::dose(subject)).unwrap();
    let after = graded(&mut trial, subject, alt("85"), "2026-05-12");
    let last = trial
        .subject(subject)
        .rows
        .lab_results
        .iter()
        .find(|it| it.collected_on == day("2026-05-05"))
        .unwrap()
        .row
        .id;
    assert_eq!((after.grade, after.baseline), (Some(0), Some(last)));
}

/// A baseline that is only a bound decides where it is normal anyway, and leaves the grade open elsewhere.
#[test]
fn a_baseline_that_is_a_bound_is_no_number() {
    let mut trial = Trial::open_label();
    let subject = trial.enrolled("SH01");
    for (analyte, raw, unit) in
        [("alt", "<10", "U/L"), ("ast", ">50", "U/L"), ("creatinine", "<50", "umol/L")]
    {
        graded(&mut trial, subject, (analyte, raw, unit, "100"), "2026-05-05");
    }
    trial.run(&trial.coordinator("SH01"), &crate::command::testing::dose(subject)).unwrap();
    let alt = graded(&mut trial, subject, ("alt", "301", "U/L", "100"), "2026-05-12");
    assert_eq!((alt.grade, alt.baseline), (Some(2), None));
    let ast = graded(&mut trial, subject, ("ast", "301", "U/L", "40"), "2026-05-12");
    assert_eq!((ast.grade, ast.reason), (None, Some(LabGradeReason::BaselineBound)));
    let creatinine = graded(&mut trial, subject, ("creatinine", "90", "umol/L", "100"), "2026-05-12");
    assert_eq!((creatinine.grade, creatinine.reason), (None, Some(LabGradeReason::BaselineBound)));
}

/// Exposure runs from day 1 to the last contact: a missed visit is none, nor is the day of being given up for lost.
#[test]
fn exposure_ends_with_the_last_contact() {
    use crate::command::enrolment::WithdrawSubject;
    use entity::terms::DispositionKind;
    let mut trial = Trial::open_label();
    trial.now = "2027-09-01T04:00:00Z".parse().unwrap();
    let subject = trial.dosed("SH01");
    let on = day("2027-09-01");
    let days = |trial: &Trial| trial.subject(subject).days_at_risk(None, on);
    assert_eq!(days(&trial), 1, "the first dose on 2026-05-06");
    trial.visit(subject, "DAY_14", "2026-05-19");
    assert_eq!(days(&trial), 14);
    assert_eq!(trial.subject(subject).days_at_risk(None, day("2026-05-10")), 1, "as seen before the visit");
    assert_eq!(trial.subject(subject).days_at_risk(Some(day("2026-05-08")), on), 3);
    let who = trial.coordinator_of(subject);
    let missed = VisitFields {
        code: Some("DAY_28".into()),
        date: day("2026-06-02"),
        status: VisitStatus::Missed,
        note: None,
    };
    trial.run(&who, &RecordVisit { subject, visit: missed }).unwrap();
    assert_eq!(days(&trial), 14);
    trial.visit(subject, "MONTH_12", "2027-06-01");
    assert_eq!(days(&trial), 366, "and no further than the horizon");
    for (kind, expected) in [(DispositionKind::LostToFollowUp, 1), (DispositionKind::Died, 6)] {
        let mut trial = Trial::open_label();
        let subject = trial.dosed("SH01");
        let reason = Some("synthetic".to_owned());
        let end = WithdrawSubject { subject, kind, occurred_on: day("2026-05-11"), reason };
        trial.run(&trial.investigator_of(subject), &end).unwrap();
        assert_eq!(trial.subject(subject).days_at_risk(None, day("2026-06-01")), expected, "{kind:?}");
    }
}

/// An event that was there before the first dose (2026-05-06) counts when it got worse after it. What nobody knew ranks
/// below every grade.
#[test]
fn an_older_event_counts_when_it_got_worse() {
    let emerged = |start: &str, grades: &[(Option<i32>, &str)]| {
        let (mut trial, subject) = dosed(NK510);
        let mut report = event(subject);
        report.event.start = start.to_owned();
        let grade = |(grade, since): &(Option<i32>, &str)| crate::command::safety::GradeSince {
            grade: *grade,
            since: Some((*since).to_owned()),
            ..report.grades[0].clone()
        };
        report.grades = grades.iter().map(grade).collect();
        trial.run(&trial.investigator_of(subject), &report).unwrap();
        let found = trial.subject(subject).emergent_events(day("2026-06-01"));
        found.first().map(|it| (it.emerged_on.to_string(), it.grade.map(u8::from)))
    };
    let at = |on: &str, grade| Some((on.to_owned(), Some(grade)));
    assert_eq!(emerged("2026-05-10", &[(Some(2), "2026-05-10")]), at("2026-05-10", 2));
    assert_eq!(emerged("2026-05-03", &[(Some(2), "2026-05-03")]), None);
    assert_eq!(emerged("2026-05-03", &[(Some(2), "2026-05-03"), (Some(1), "2026-05-08")]), None);
    assert_eq!(
        emerged("2026-05-03", &[(Some(1), "2026-05-03"), (Some(2), "2026-05-08")]),
        at("2026-05-08", 2)
    );
    // Worse before the dose is not worse after it, and the first rise after it is the day.
    assert_eq!(
        emerged("2026-05-03", &[(Some(1), "2026-05-03"), (Some(3), "2026-05-05"), (Some(2), "2026-05-08")]),
        None
    );
    // What stood before the dose decides, and only what it became after it counts.
    let eased = [(Some(3), "2026-05-03"), (Some(1), "2026-05-05"), (Some(2), "2026-05-08")];
    assert_eq!(emerged("2026-05-03", &eased), at("2026-05-08", 2));
    let thrice = [(Some(1), "2026-05-03"), (Some(2), "2026-05-06"), (Some(3), "2026-05-09")];
    assert_eq!(emerged("2026-05-03", &thrice), at("2026-05-06", 3));
    // Of an unknown grade before, or of none that was recorded.
    assert_eq!(emerged("2026-05-03", &[(None, "2026-05-03"), (Some(1), "2026-05-08")]), at("2026-05-08", 1));
    assert_eq!(emerged("2026-05-03", &[(Some(1), "2026-05-08")]), at("2026-05-08", 1));
    assert_eq!(emerged("2026-05-03", &[(Some(2), "2026-05-03"), (None, "2026-05-08")]), None);
    assert_eq!(emerged("2026-05-03", &[(None, "2026-05-03"), (None, "2026-05-08")]), None);
}

/// An event that began during lymphodepletion (from 2026-05-03) counts in that period, by what it was before the first dose
/// (2026-05-06), and among the treatment-emergent ones as well if it got worse after it.
#[test]
fn events_of_lymphodepletion_are_a_period_of_their_own() {
    use crate::command::safety::GradeSince;
    use derivation::safety::treatment_emergent::Period;
    let mut trial = Trial::open_label();
    let subject = trial.enrolled("SH01");
    let mut conditioning = dose(subject);
    conditioning.dose = crate::command::conduct::DoseFields {
        agent: entity::terms::Agent::Fludarabine,
        given_on: day("2026-05-04"),
        weight_kg: None,
        total_cells: None,
        ..conditioning.dose
    };
    let who = trial.coordinator_of(subject);
    trial.run(&who, &conditioning).unwrap();
    trial.run(&who, &dose(subject)).unwrap();
    let mut reported = |start: &str, grades: &[(i32, &str)]| {
        let mut report = event(subject);
        report.event.start = start.to_owned();
        let grade = |(grade, since): &(i32, &str)| GradeSince {
            grade: Some(*grade),
            since: Some((*since).to_owned()),
            ..report.grades[0].clone()
        };
        report.grades = grades.iter().map(grade).collect();
        let event = trial.run(&trial.investigator_of(subject), &report).unwrap().open[0].row;
        let held = trial.subject(subject);
        let row = held.rows.adverse_events.iter().find(|it| it.row.id == event).unwrap();
        let of = |found: Vec<crate::derived::EmergentEvent>| {
            found.into_iter().find(|it| it.event == event).map(|it| it.grade.map(u8::from))
        };
        let on = day("2026-05-30");
        let emergence = held.emergence(row);
        assert_eq!(emergence.emerged_on().is_some(), of(held.emergent_events(on)).is_some());
        (emergence.whole.period.unwrap(), of(held.lymphodepletion_events(on)), of(held.emergent_events(on)))
    };
    // The last day before lymphodepletion, its first day, the day before the dose and that of the dose.
    assert_eq!(reported("2026-05-03", &[(2, "2026-05-03")]), (Period::PreTreatment, None, None));
    let during = |grade| (Period::LymphodepletionEmergent, Some(Some(grade)), None);
    assert_eq!(reported("2026-05-04", &[(2, "2026-05-04")]), during(2));
    assert_eq!(reported("2026-05-05", &[(1, "2026-05-05")]), during(1));
    assert_eq!(
        reported("2026-05-06", &[(1, "2026-05-06")]),
        (Period::TreatmentEmergent, None, Some(Some(1)))
    );
    // It worsened before the dose, eased after it.
    assert_eq!(reported("2026-05-04", &[(1, "2026-05-04"), (3, "2026-05-05"), (2, "2026-05-08")]), during(3));
    assert_eq!(
        reported("2026-05-04", &[(1, "2026-05-04"), (3, "2026-05-08")]),
        (Period::TreatmentEmergent, Some(Some(1)), Some(Some(3)))
    );
    // Exposure from 4 to 5 May, both included; to an event on the 4th one day.
    let held = trial.subject(subject);
    let days = |event, on| held.lymphodepletion_days(event, day(on));
    assert_eq!((days(None, "2026-05-30"), days(None, "2026-05-04"), days(None, "2026-05-03")), (2, 1, 0));
    assert_eq!(days(Some(day("2026-05-04")), "2026-05-30"), 1);
}

/// A missed visit between two that were made: what was found before it holds until its day, and the time after it is left
/// out of both counts. What comes after the last visit is not observed.
#[test]
fn the_time_after_a_missed_visit_is_left_out() {
    use super::State;
    let needs = "\"SLEDAI_2K\", \"PGA\", \"LLDAS_EXTRAS\", \"LAB\", \"MEDICATION_REVIEW\"]";
    let document = replaced(
        "procedures = [\"SLEDAI_2K\", \"LAB\", \"MEDICATION_REVIEW\"]",
        &format!("procedures = [{needs}"),
    );
    let mut trial = Trial::of(&document);
    let enrolled = trial.enrolled("SH01");
    let undosed = trial.subject(enrolled).time_in_state(State::Lldas);
    assert_eq!(
        (undosed.visits.len(), undosed.sustained, undosed.reason),
        (0, Verdict::NotEvaluable, Some(Reason::NotDosed))
    );
    let (mut trial, subject) = dosed(&document);
    trial.now = "2027-09-01T04:00:00Z".parse().unwrap();
    // Study days 14, 28 and 181.
    assessed(&mut trial, subject, "2026-05-19", &[], "0.30");
    assessed(&mut trial, subject, "2026-06-02", &[], "0.30");
    assessed(&mut trial, subject, "2026-11-02", &[], "0.60");
    let lldas = trial.subject(subject).time_in_state(State::Lldas);
    let visits: Vec<_> =
        lldas.visits.iter().map(|it| (it.visit.as_str(), it.on.to_string(), it.assessed, it.state)).collect();
    assert_eq!(
        visits,
        [
            ("DAY_28", "2026-06-02".to_owned(), true, Verdict::Met),
            // The day that the protocol aims at: study day 91.
            ("MONTH_3", "2026-08-04".to_owned(), false, Verdict::NotEvaluable),
            ("MONTH_6", "2026-11-02".to_owned(), true, Verdict::Met),
        ]
    );
    assert_eq!((lldas.time.days_in_state, lldas.time.days_observed), (63, 63));
    assert_eq!((lldas.at_least_part, lldas.sustained), (Verdict::Met, Verdict::NotEvaluable));
    let doris = trial.subject(subject).time_in_state(State::Doris);
    assert_eq!((doris.time.days_in_state, doris.sustained), (63, Verdict::NotMet));
    assert_eq!(doris.first, Some((true, day("2026-06-02"))));
}

/// By the flare index no flare is no new activity. A flare of which nobody knows how grave it was is one.
#[test]
fn low_disease_activity_may_ask_for_no_flare() {
    use crate::command::conduct::FlareAnswers;
    let document =
        replaced("new_activity_rule = \"CLINICAL_DESCRIPTORS\"", "new_activity_rule = \"SFI_FLARE\"");
    let judged = |answers: Option<FlareAnswers>| {
        let (mut trial, subject) = dosed(&document);
        trial.now = "2026-09-01T04:00:00Z".parse().unwrap();
        assessed(&mut trial, subject, "2026-05-19", &["rash"], "0.30");
        // Arthritis is new, and the total rises by two points only.
        assessed(&mut trial, subject, "2026-06-02", &["arthritis"], "0.30");
        let who = trial.coordinator_of(subject);
        if let Some(answers) = answers {
            let visit = VisitFields {
                code: None,
                date: day("2026-06-02"),
                status: VisitStatus::Occurred,
                note: None,
            };
            let visit = trial.run(&who, &RecordVisit { subject, visit }).unwrap().open[0].row;
            let items = AssessmentItems::FlareExtras(answers);
            let assess = RecordAssessment { subject, visit, assessed_on: None, assessor: None, items };
            trial.run(&who, &assess).unwrap();
        }
        let lldas = trial.subject(subject).lldas("DAY_28");
        let criterion = lldas
            .evaluation
            .criteria
            .iter()
            .find(|it| it.code == CriterionCode::NoNewActivity)
            .unwrap()
            .verdict;
        (criterion, lldas.evaluation.outcome)
    };
    let no = FlareAnswers {
        hospitalised: Some(false),
        severe_manifestation: Some(false),
        mild_moderate_manifestation: Some(false),
        new_immunosuppressant: Some(false),
        new_nsaid_or_hydroxychloroquine: Some(false),
        weight_kg: None,
    };
    assert_eq!(judged(Some(no.clone())), (Verdict::Met, Verdict::Met));
    assert_eq!(judged(None), (Verdict::NotEvaluable, Verdict::NotEvaluable));
    let admitted = FlareAnswers { hospitalised: Some(true), ..no };
    assert_eq!(judged(Some(admitted)), (Verdict::NotMet, Verdict::NotMet));
    let some = FlareAnswers { mild_moderate_manifestation: Some(true), ..FlareAnswers::default() };
    assert_eq!(judged(Some(some)), (Verdict::NotMet, Verdict::NotMet));
}

/// Which events never limit the dose is the protocol's choice, and no choice of it reaches a fatal one.
#[test]
fn what_never_limits_the_dose_stands_in_the_protocol() {
    let without = |id: &str| {
        let marker = format!("[[dlt.exceptions]]\nid = \"{id}\"\n");
        let (before, after) = NK510.split_once(&marker).expect("the protocol has the exception");
        let rest = after.find("\n[").map(|at| &after[at + 1..]).expect("something follows");
        format!("{before}{rest}")
    };
    let dlt = |document: &str, category: AdverseEventCategory, (grade, laboratory): (i32, bool)| {
        let (mut trial, subject) = dosed(document);
        trial.now = "2026-06-20T04:00:00Z".parse().unwrap();
        let mut report = event(subject);
        report.event.category = category;
        report.event.term = "Found".to_owned();
        report.event.asymptomatic_laboratory = laboratory;
        if grade == 5 {
            report.event.outcome = entity::terms::AdverseEventOutcome::Fatal;
            report.event.end = Some("2026-05-10".to_owned());
            report.event.seriousness = vec![entity::terms::SeriousnessCriterion::Death];
            report.event.narrative = Some("Synthetic".to_owned());
            report.event.aware_on = Some(day("2026-05-10"));
        }
        report.grades[0].grade = Some(grade);
        trial.run(&trial.investigator_of(subject), &report).unwrap();
        trial.visit(subject, "DAY_28", "2026-06-02");
        trial.subject(subject).dlt(day("2026-06-20")).algorithm
    };
    use AdverseEventCategory::{
        Alopecia, Electrolyte, Liver, Lymphopenia, NonHaematological, OtherCytopenia,
    };
    for (exception, category, laboratory) in [
        ("ALOPECIA", Alopecia, false),
        ("EXPECTED_LYMPHOPENIA", Lymphopenia, false),
        ("EXPECTED_CYTOPENIA", OtherCytopenia, false),
        ("ASYMPTOMATIC_LABORATORY", NonHaematological, true),
    ] {
        assert_eq!(dlt(NK510, category, (4, laboratory)), Verdict::NotMet, "{exception}");
        assert_eq!(dlt(&without(exception), category, (4, laboratory)), Verdict::Met, "without {exception}");
        assert_eq!(dlt(NK510, category, (5, laboratory)), Verdict::Met, "a fatal {exception}");
    }
    // Of a value that is abnormal and no more nothing limits the dose, a liver value included.
    assert_eq!(dlt(NK510, Liver, (3, true)), Verdict::NotMet);
    // It went on for longer than three days, so that it is no transient change.
    assert_eq!(dlt(NK510, Electrolyte, (3, false)), Verdict::Met);
}

/// Section 12: events of special interest are those that the protocol lists, whether the site ticks them or not. A serious
/// infection is one of grade 3 or more.
#[test]
fn the_protocol_lists_events_of_special_interest() {
    use AdverseEventCategory::{Crs, Gvhd, Infection, NonHaematological};
    let of_interest = |document: &str, category, grade, ticked| {
        let (mut trial, subject) = dosed(document);
        let mut report = event(subject);
        (report.event.category, report.event.of_special_interest) = (category, ticked);
        report.grades[0].grade = grade;
        if category == Crs {
            report.grades[0].scale = entity::terms::GradeScale::Astct;
        }
        let row = trial.run(&trial.investigator_of(subject), &report).unwrap().open[0].row;
        let subject = trial.subject(subject);
        let rec = subject.rows.adverse_events.iter().find(|it| it.row.id == row).unwrap();
        subject.of_special_interest(&rec.row)
    };
    let fewer =
        replaced("\"CRS\", \"ICANS\", \"GVHD\", \"INFUSION_REACTION\", \"SERIOUS_INFECTION\",", "\"GVHD\",");
    for (category, grade, listed, still_listed) in [
        (Crs, Some(1), true, false),
        (Gvhd, Some(1), true, true),
        (Infection, Some(3), true, false),
        (Infection, Some(2), false, false),
        (Infection, None, false, false),
        (NonHaematological, Some(4), false, false),
    ] {
        assert_eq!(of_interest(NK510, category, grade, false), listed, "{category:?} {grade:?}");
        assert_eq!(of_interest(&fewer, category, grade, false), still_listed, "{category:?} {grade:?}");
        assert!(of_interest(&fewer, category, grade, true), "the site says so");
    }
}
