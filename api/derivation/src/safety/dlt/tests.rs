use super::*;
use crate::safety::Grade;
use crate::safety::dlt_criteria::{DltCategory, Lasted};
use proptest::prelude::*;

const DOSE: &str = "2025-06-02";

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn day(day: i32) -> NaiveDate {
    date_of_study_day(day, date(DOSE)).unwrap()
}

fn event(category: DltCategory, grade: u8, onset: i32) -> DltEvent {
    DltEvent {
        id: Uuid::from_u128(u128::from(onset.unsigned_abs())),
        onset: day(onset),
        worsened_on: None,
        related: Some(true),
        facts: DltFacts {
            category,
            names: vec!["Transaminases increased".to_owned()],
            grade: Grade::try_from(grade).unwrap(),
            lasted: Lasted::Unknown,
            systemic_steroid: None,
            hys_law: None,
            transaminases_x_uln: None,
            due_to_disease_or_accident: Some(false),
        },
        adjudicated: None,
    }
}

fn course(events: &[DltEvent]) -> DltCourse<'_> {
    DltCourse {
        first_dose: Some(date(DOSE)),
        dose_percent: Some(Decimal::ONE_HUNDRED),
        followed_through: Some(day(40)),
        follow_up_ended: false,
        events,
    }
}

fn on_day_40(course: &DltCourse<'_>) -> (Evaluability, Verdict) {
    let dlt = evaluate(course, &DltParameters::default(), day(40));
    (dlt.evaluable, dlt.dlt)
}

const YES: (Evaluability, Verdict) = (Evaluability::Evaluable, Verdict::Met);
const NO: (Evaluability, Verdict) = (Evaluability::Evaluable, Verdict::NotMet);
const REPLACED: (Evaluability, Verdict) = (Evaluability::NotEvaluable, Verdict::NotMet);

use DltCategory::{Crs, Haematological, Icans, NonHaematological};

/// The table of section 6.2.1, line by line.
#[test]
fn printed_courses() {
    assert_eq!(on_day_40(&course(&[event(NonHaematological, 3, 14)])), YES);
    assert_eq!(on_day_40(&course(&[event(NonHaematological, 3, 28)])), YES);
    assert_eq!(on_day_40(&course(&[event(NonHaematological, 3, 29)])), NO);
    assert_eq!(
        on_day_40(&course(&[DltEvent { related: Some(false), ..event(NonHaematological, 3, 10) }])),
        NO
    );
    assert_eq!(on_day_40(&course(&[event(Crs, 2, 2)])), NO);
    assert_eq!(on_day_40(&course(&[event(Crs, 3, 2)])), YES);
    let mut lymphopenia = event(Haematological, 4, 5);
    lymphopenia.facts.names = vec!["Lymphopenia".to_owned()];
    assert_eq!(on_day_40(&course(&[lymphopenia])), NO);
    let mut neutropenia = event(Haematological, 4, 3);
    neutropenia.facts.lasted = Lasted::days(8);
    assert_eq!(on_day_40(&course(&[neutropenia])), NO);
    let left =
        |events| DltCourse { followed_through: Some(day(12)), follow_up_ended: true, ..course(events) };
    assert_eq!(on_day_40(&left(&[])), REPLACED);
    assert_eq!(on_day_40(&left(&[event(Icans, 3, 4)])), YES);
    assert_eq!(on_day_40(&DltCourse { dose_percent: Some(Decimal::from(50)), ..course(&[]) }), REPLACED);
    let worsened = DltEvent { worsened_on: Some(day(20)), ..event(NonHaematological, 3, 5) };
    assert_eq!(on_day_40(&course(&[worsened])), YES);
}

/// The other reading of "within 28 days after": a window of 29 days takes day 29 in.
#[test]
fn the_window_is_a_parameter() {
    let parameters = DltParameters { window_days: 29, ..DltParameters::default() };
    let dlt = evaluate(&course(&[event(NonHaematological, 3, 29)]), &parameters, day(40));
    assert_eq!((dlt.dlt, dlt.window_end), (Verdict::Met, Some(day(29))));
}

#[test]
fn the_day_the_grade_was_reached_counts() {
    let late = DltEvent { worsened_on: Some(day(29)), ..event(NonHaematological, 3, 5) };
    assert_eq!(on_day_40(&course(&[late])), NO);
    let before = DltEvent { worsened_on: Some(day(2)), ..event(NonHaematological, 3, -3) };
    assert_eq!(on_day_40(&course(&[before])), YES);
    assert_eq!(on_day_40(&course(&[event(NonHaematological, 3, -1)])), NO);
    // A worsening dated before onset says nothing.
    let odd = DltEvent { worsened_on: Some(day(3)), ..event(NonHaematological, 3, 29) };
    assert_eq!(on_day_40(&course(&[odd])), NO);
}

#[test]
fn eighty_percent_of_the_dose_is_enough() {
    let percent =
        |text: &str| on_day_40(&DltCourse { dose_percent: Some(text.parse().unwrap()), ..course(&[]) });
    assert_eq!((percent("80"), percent("79.99")), (NO, REPLACED));
}

/// A toxicity counts whatever dose was received.
#[test]
fn a_dlt_makes_evaluable() {
    let events = [event(Crs, 3, 2)];
    assert_eq!(on_day_40(&DltCourse { dose_percent: Some(Decimal::TEN), ..course(&events) }), YES);
}

#[test]
fn a_missing_causality_counts_as_related() {
    let events = [DltEvent { related: None, ..event(Crs, 3, 2) }];
    assert_eq!(on_day_40(&course(&events)), YES);
    let lenient = DltParameters { missing_causality_is_related: false, ..DltParameters::default() };
    assert_eq!(evaluate(&course(&events), &lenient, day(40)).dlt, Verdict::NotMet);
}

#[test]
fn until_the_window_closes_nothing_is_decided() {
    let parameters = DltParameters::default();
    let followed = |through: i32| DltCourse { followed_through: Some(day(through)), ..course(&[]) };
    let pending = evaluate(&followed(20), &parameters, day(20));
    assert_eq!(
        (pending.evaluable, pending.dlt, pending.reason),
        (Evaluability::Pending, Verdict::NotEvaluable, DltReason::WindowOpen)
    );
    // On the last day it is open until that day's follow-up is recorded.
    assert_eq!(evaluate(&followed(27), &parameters, day(28)).reason, DltReason::WindowOpen);
    assert_eq!(evaluate(&followed(28), &parameters, day(28)).reason, DltReason::CompletedWithoutDlt);
    // Follow-up recorded later is not known yet on day 27.
    assert_eq!(evaluate(&followed(28), &parameters, day(27)).reason, DltReason::WindowOpen);
    assert_eq!(evaluate(&followed(20), &parameters, day(29)).reason, DltReason::FollowUpNotRecorded);
}

#[test]
fn a_dlt_a_low_dose_or_leaving_decides_before_the_window_closes() {
    let parameters = DltParameters::default();
    let events = [event(Icans, 3, 4)];
    assert_eq!(evaluate(&course(&events), &parameters, day(4)).reason, DltReason::DltInWindow);
    assert_eq!(evaluate(&course(&events), &parameters, day(3)).reason, DltReason::WindowOpen);
    let low = DltCourse { dose_percent: Some(Decimal::TEN), ..course(&[]) };
    assert_eq!(evaluate(&low, &parameters, day(5)).reason, DltReason::DoseTooLow);
    let left = DltCourse { followed_through: Some(day(12)), follow_up_ended: true, ..course(&[]) };
    let gone = evaluate(&left, &parameters, day(13));
    assert_eq!(
        (gone.evaluable, gone.dlt, gone.reason),
        (Evaluability::NotEvaluable, Verdict::NotMet, DltReason::LeftEarly)
    );
}

#[test]
fn before_the_dose_nothing_is_decided() {
    let undosed = DltCourse { first_dose: None, ..course(&[]) };
    assert_eq!(evaluate(&undosed, &DltParameters::default(), day(40)).reason, DltReason::NotDosed);
    // As of a day before the dose, the dose has not been given.
    assert_eq!(evaluate(&course(&[]), &DltParameters::default(), day(-1)).reason, DltReason::NotDosed);
}

#[test]
fn missing_facts_leave_it_open() {
    let events = [event(Haematological, 4, 5)];
    let dlt = evaluate(&course(&events), &DltParameters::default(), day(40));
    assert_eq!(
        (dlt.evaluable, dlt.dlt, dlt.reason),
        (Evaluability::Evaluable, Verdict::NotEvaluable, DltReason::EventFactMissing)
    );
    let unknown_dose = DltCourse { dose_percent: None, ..course(&[]) };
    let dlt = evaluate(&unknown_dose, &DltParameters::default(), day(40));
    assert_eq!(
        (dlt.evaluable, dlt.dlt, dlt.reason),
        (Evaluability::Pending, Verdict::NotMet, DltReason::DoseNotRecorded)
    );
}

/// Both the flag and the adjudication are kept; the adjudication is what counts.
#[test]
fn adjudication_prevails_and_the_flag_stays() {
    let events = [DltEvent { adjudicated: Some(false), ..event(NonHaematological, 3, 14) }];
    let dlt = evaluate(&course(&events), &DltParameters::default(), day(40));
    assert_eq!((dlt.dlt, dlt.algorithm), (Verdict::NotMet, Verdict::Met));
    assert_eq!(dlt.flagged.len(), 1);
    assert_eq!(dlt.flagged[0].criterion.as_deref(), Some("NON_HAEMATOLOGICAL_GRADE_3"));

    let events = [DltEvent { adjudicated: Some(true), ..event(Crs, 2, 3) }];
    let dlt = evaluate(&course(&events), &DltParameters::default(), day(40));
    assert_eq!((dlt.dlt, dlt.algorithm, dlt.flagged.len()), (Verdict::Met, Verdict::NotMet, 1));
}

/// While the window is open the algorithm's finding shows, and the outcome waits for the window.
#[test]
fn an_overruled_flag_stays_and_the_outcome_waits() {
    let events = [DltEvent { adjudicated: Some(false), ..event(NonHaematological, 3, 14) }];
    let early = DltCourse { followed_through: Some(day(20)), ..course(&events) };
    let dlt = evaluate(&early, &DltParameters::default(), day(20));
    assert_eq!((dlt.algorithm, dlt.dlt), (Verdict::Met, Verdict::NotEvaluable));
    assert_eq!((dlt.evaluable, dlt.reason), (Evaluability::Pending, DltReason::WindowOpen));
}

/// A fact that is missing is the reason only once nothing else is waited for.
#[test]
fn an_open_window_comes_before_a_missing_fact() {
    let events = [event(Haematological, 4, 5)];
    let early = DltCourse { followed_through: Some(day(20)), ..course(&events) };
    let dlt = evaluate(&early, &DltParameters::default(), day(20));
    assert_eq!((dlt.dlt, dlt.reason), (Verdict::NotEvaluable, DltReason::WindowOpen));
    let low = DltCourse { dose_percent: Some(Decimal::TEN), ..course(&events) };
    let dlt = evaluate(&low, &DltParameters::default(), day(40));
    assert_eq!((dlt.dlt, dlt.reason), (Verdict::NotEvaluable, DltReason::DoseTooLow));
}

/// Only what is, or may be, dose-limiting is listed; everything that was looked at is evidence.
#[test]
fn what_cannot_be_dose_limiting_is_not_listed() {
    let events = [event(NonHaematological, 2, 3), event(Haematological, 4, 5), event(Crs, 3, 7)];
    let dlt = evaluate(&course(&events), &DltParameters::default(), day(40));
    let listed: Vec<_> = dlt.flagged.iter().map(|finding| (finding.day, finding.algorithm)).collect();
    assert_eq!(listed, [(Some(5), Verdict::NotEvaluable), (Some(7), Verdict::Met)]);
    assert_eq!(dlt.evidence.len(), 3);
    assert_eq!(dlt.flagged[0].criterion.as_deref(), Some("CYTOPENIA_GRADE_4_OVER_14_DAYS"));
}

#[test]
fn leaving_after_the_window_changes_nothing() {
    let ended = DltCourse { follow_up_ended: true, ..course(&[]) };
    let dlt = evaluate(&ended, &DltParameters::default(), day(40));
    assert_eq!((dlt.evaluable, dlt.reason), (Evaluability::Evaluable, DltReason::CompletedWithoutDlt));
    let last = DltCourse { follow_up_ended: true, followed_through: Some(day(28)), ..course(&[]) };
    assert_eq!(evaluate(&last, &DltParameters::default(), day(40)).reason, DltReason::CompletedWithoutDlt);
    let early = DltCourse { follow_up_ended: true, followed_through: Some(day(27)), ..course(&[]) };
    assert_eq!(evaluate(&early, &DltParameters::default(), day(40)).reason, DltReason::LeftEarly);
}

/// A window of no days has no end, so nothing is ever decided by it.
#[test]
fn a_window_of_no_days_never_closes() {
    let none = DltParameters { window_days: 0, ..DltParameters::default() };
    let dlt = evaluate(&course(&[event(Crs, 3, 1)]), &none, day(40));
    assert_eq!(
        (dlt.window_end, dlt.evaluable, dlt.dlt),
        (None, Evaluability::Pending, Verdict::NotEvaluable)
    );
}

proptest! {
    /// The order of events changes nothing, and a further event never takes a toxicity away.
    #[test]
    fn order_changes_nothing(rows in prop::collection::vec((0_usize..3, 1_u8..5, 1_i32..40), 0..8), on in 1_i32..60) {
        let events: Vec<DltEvent> = rows
            .iter()
            .zip(0_u128..)
            .map(|((category, grade, onset), id)| DltEvent {
                id: Uuid::from_u128(id),
                ..event([NonHaematological, Crs, Haematological][*category], *grade, *onset)
            })
            .collect();
        let parameters = DltParameters::default();
        let dlt = evaluate(&course(&events), &parameters, day(on));
        let reversed: Vec<DltEvent> = events.iter().rev().cloned().collect();
        prop_assert_eq!(&dlt, &evaluate(&course(&reversed), &parameters, day(on)));
        if let Some((_, fewer)) = events.split_last() {
            let before = evaluate(&course(fewer), &parameters, day(on));
            prop_assert!(before.dlt != Verdict::Met || dlt.dlt == Verdict::Met);
        }
    }
}
