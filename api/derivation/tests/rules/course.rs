//! What happens between visits: glucocorticoid dose, background therapy, treatment failure, duration of states.

use crate::{date, decimal};
use derivation::endpoint::duration::{FirstTime, StateAt, sustained, time_in_state, time_to_first};
use derivation::endpoint::treatment_failure::{
    EventKind, EventStrategies, EventStrategy, Failure, FailureInput, FailureRule, IntercurrentEvent,
    SteroidCourse, Undecided, treatment_failure,
};
use derivation::logic::Verdict;
use derivation::medication::background::{BackgroundCourse, is_maintenance, is_stable};
use derivation::medication::prednisone_equivalent::{
    DailyDose, DoseRule, Drug, Frequency, PrednisoneEquivalent, Purpose, Route, SteroidRecord, UnknownDose,
    Window, duplicates, prednisone_equivalent,
};

/// Prednisone by mouth, once a day, from 1 May 2025 on.
fn prednisone(dose: &str) -> SteroidRecord {
    SteroidRecord {
        drug: Drug::Prednisone,
        dose_mg: Some(decimal(dose)),
        frequency: Some(Frequency::per_day(decimal("1"))),
        start: date("2025-05-01"),
        end: None,
        route: Route::Oral,
        purpose: Purpose::Lupus,
    }
}

fn week() -> Window {
    Window::ending_on(date("2025-06-15"), 7)
}

fn dose(records: &[SteroidRecord]) -> PrednisoneEquivalent {
    prednisone_equivalent(records, week(), DoseRule::default())
}

#[test]
fn a_window_ends_on_the_assessment_day() {
    assert_eq!((week().start, week().days()), (date("2025-06-09"), 7));
    assert_eq!(Window::ending_on(date("2025-06-15"), 1).days(), 1);
}

#[test]
fn rare_and_single_administrations_count_exactly() {
    let every = |days| Some(Frequency::Times { times: decimal("1"), days });
    let weekly = SteroidRecord { frequency: every(7), ..prednisone("49") };
    assert!(dose(&[weekly]).average.unwrap().is_at_most(decimal("7")));
    let monthly = SteroidRecord { frequency: every(28), ..prednisone("140") };
    assert_eq!(dose(&[monthly]).average, Some(DailyDose::exact(decimal("5"))));
    let once =
        SteroidRecord { frequency: Some(Frequency::Once), start: date("2025-06-15"), ..prednisone("70") };
    assert_eq!(
        dose(&[once]).average,
        Some(DailyDose::exact(decimal("10"))),
        "an open end does not repeat it"
    );
    let needed = SteroidRecord { frequency: Some(Frequency::WhenNeeded), ..prednisone("5") };
    assert_eq!(dose(&[needed]).unknown, [(UnknownDose::FrequencyMissing, Some(0))]);
}

#[test]
fn thirds_are_exact_at_the_limit() {
    let dexamethasone = SteroidRecord { drug: Drug::Dexamethasone, ..prednisone("1.125") };
    let average = dose(&[dexamethasone]).average.unwrap();
    assert!(average.is_at_most(decimal("7.5")) && !average.is_below(decimal("7.5")));
    let betamethasone = SteroidRecord { drug: Drug::Betamethasone, ..prednisone("0.3") };
    let cortisone = SteroidRecord { drug: Drug::Cortisone, ..prednisone("12.5") };
    assert_eq!(dose(&[betamethasone, cortisone]).average, Some(DailyDose::exact(decimal("5"))));
}

#[test]
fn every_record_in_the_window_is_listed_with_what_it_adds() {
    let inhaled = SteroidRecord { drug: Drug::Budesonide, route: Route::Inhaled, ..prednisone("0.4") };
    let gone = SteroidRecord { end: Some(date("2025-06-08")), ..prednisone("50") };
    let answer = dose(&[prednisone("5"), gone, inhaled]);
    let listed: Vec<_> = answer.contributions.iter().map(|one| (one.record, one.days, one.counted)).collect();
    assert_eq!(listed, [(0, 7, true), (2, 7, false)]);
    assert_eq!(answer.contributions[0].prednisone_mg, Some(decimal("35")));
}

#[test]
fn premedication_counts_unless_the_protocol_leaves_it_out() {
    let before_infusion = SteroidRecord {
        purpose: Purpose::Premedication,
        frequency: Some(Frequency::Once),
        start: date("2025-06-10"),
        ..prednisone("70")
    };
    let records = [prednisone("5"), before_infusion];
    assert_eq!(dose(&records).average, Some(DailyDose::exact(decimal("15"))));
    let without = DoseRule { exclude_premedication: true, ..DoseRule::default() };
    assert_eq!(
        prednisone_equivalent(&records, week(), without).average,
        Some(DailyDose::exact(decimal("5")))
    );
}

#[test]
fn the_same_course_entered_twice_is_found() {
    let ended = SteroidRecord { end: Some(date("2025-05-31")), ..prednisone("5") };
    let later = SteroidRecord { start: date("2025-06-01"), ..prednisone("5") };
    assert_eq!(duplicates(&[ended.clone(), later.clone()]), []);
    assert_eq!(duplicates(&[ended, later, prednisone("5"), prednisone("10")]), [(0, 2), (1, 2)]);
}

fn course(drug: &str, mg: Option<&str>, start: &str, end: Option<&str>) -> BackgroundCourse {
    BackgroundCourse {
        drug: drug.to_owned(),
        mg_per_day: mg.map(decimal),
        start: date(start),
        end: end.map(date),
    }
}

#[test]
fn background_is_stable_without_a_start_or_an_increase_in_28_days() {
    let on = date("2025-09-01");
    let stable = |courses: &[BackgroundCourse]| is_stable(courses, on, 28);
    let old = |end| course("azathioprine", Some("100"), "2025-01-01", end);
    assert_eq!(stable(&[]), Some(true));
    assert_eq!(stable(&[old(None)]), Some(true));
    assert_eq!(
        stable(&[course("azathioprine", Some("100"), "2025-08-04", None)]),
        Some(true),
        "28 days before"
    );
    assert_eq!(
        stable(&[course("azathioprine", Some("100"), "2025-08-05", None)]),
        Some(false),
        "27 days before"
    );
    assert_eq!(stable(&[course("azathioprine", Some("100"), "2025-09-02", None)]), Some(true), "after it");
    let next = |mg| course("azathioprine", mg, "2025-08-20", None);
    assert_eq!(stable(&[old(Some("2025-08-19")), next(Some("50"))]), Some(true), "a reduction");
    assert_eq!(stable(&[old(Some("2025-08-19")), next(Some("150"))]), Some(false), "an increase");
    assert_eq!(stable(&[old(Some("2025-08-19")), next(None)]), None, "dose unknown");
    assert_eq!(
        stable(&[old(Some("2025-08-01")), next(Some("50"))]),
        Some(false),
        "started again after a pause"
    );
    let evening = course("azathioprine", Some("50"), "2025-01-01", None);
    assert_eq!(
        stable(&[old(Some("2025-08-19")), evening.clone(), next(Some("100"))]),
        Some(true),
        "100 and 50 go on as 100 and 50"
    );
    assert_eq!(stable(&[old(None), next(Some("50"))]), Some(false), "a second course adds up");
    let unknown = course("azathioprine", None, "2025-01-01", None);
    assert_eq!(
        stable(&[old(Some("2025-08-19")), unknown, next(Some("50"))]),
        None,
        "another dose is unknown"
    );
}

#[test]
fn maintenance_doses_have_ceilings() {
    let on = date("2025-09-01");
    let within = |drug: &str, mg: &str| is_maintenance(&[course(drug, Some(mg), "2025-01-01", None)], on);
    assert_eq!(is_maintenance(&[], on), Some(true));
    assert_eq!(within("hydroxychloroquine", "400"), Some(true));
    assert_eq!(within("hydroxychloroquine", "400.1"), Some(false));
    assert_eq!(within("methotrexate", "4.285"), Some(true), "just below 30 mg a week");
    assert_eq!(within("methotrexate", "4.286"), Some(false), "just above");
    assert_eq!(within("belimumab", "10"), None, "no published ceiling");
    assert_eq!(is_maintenance(&[course("leflunomide", None, "2025-01-01", None)], on), None);
    let twice = [
        course("azathioprine", Some("150"), "2025-01-01", None),
        course("azathioprine", Some("100"), "2025-02-01", None),
    ];
    assert_eq!(is_maintenance(&twice, on), Some(false), "courses of one drug add up");
}

const FIRST_DOSE: &str = "2025-06-02";

fn event(kind: EventKind, on: &str, days: Option<u32>) -> IntercurrentEvent {
    IntercurrentEvent { kind, on: date(on), days }
}

fn failure(events: &[IntercurrentEvent]) -> Option<Failure> {
    let doses = [date(FIRST_DOSE)];
    treatment_failure(&FailureInput { doses: &doses, events, steroids: None }, &FailureRule::default())
        .earliest
}

#[test]
fn the_earliest_failing_event_decides_from_its_day_on() {
    let events = [
        event(EventKind::Death, "2025-12-01", None),
        event(EventKind::NewImmunosuppressant, "2025-09-01", None),
        event(EventKind::MissedVisit, "2025-07-01", None),
        event(EventKind::PlannedRedosing, "2025-07-02", None),
        event(EventKind::NewImmunosuppressant, "2025-05-01", None),
    ];
    let found = failure(&events).unwrap();
    assert_eq!(found, Failure { on: date("2025-09-01"), kind: EventKind::NewImmunosuppressant });
    let doses = [date(FIRST_DOSE)];
    let input = FailureInput { doses: &doses, events: &events, steroids: None };
    let assessment = treatment_failure(&input, &FailureRule::default());
    assert!(!assessment.is_on_or_before(date("2025-08-31")));
    assert!(assessment.is_on_or_before(date("2025-09-01")));
}

#[test]
fn each_kind_of_event_has_its_strategy() {
    use EventKind::*;
    let fails = |kind| failure(&[event(kind, "2025-09-01", Some(3))]).is_some();
    for kind in [
        NewImmunosuppressant,
        SteroidIncrease,
        IntravenousPulse,
        CellTherapyOrBCellDepletion,
        Death,
        LackOfEfficacy,
    ] {
        assert!(fails(kind), "{kind:?}");
    }
    for kind in [PlannedRedosing, MissedVisit, LostToFollowUp] {
        assert!(!fails(kind), "{kind:?}");
    }
}

/// A protocol that follows subjects whatever happens to them makes no failure of rescue therapy, recorded or found.
#[test]
fn the_protocol_chooses_the_strategy() {
    let doses = [date(FIRST_DOSE)];
    let events = [event(EventKind::NewImmunosuppressant, "2025-09-01", None)];
    let records = [prednisone("5"), from_to("20", "2025-07-10", "2025-07-30")];
    let steroids = SteroidCourse {
        baseline: Some(DailyDose::exact(decimal("5"))),
        records: &records,
        through: date("2025-08-31"),
        counted: DoseRule::default(),
    };
    let input = FailureInput { doses: &doses, events: &events, steroids: Some(steroids) };
    let found = |strategies| {
        treatment_failure(&input, &FailureRule { strategies, ..FailureRule::default() }).earliest
    };
    let default = EventStrategies::default();
    let raised = Failure { on: date("2025-07-10"), kind: EventKind::SteroidIncrease };
    assert_eq!(found(default), Some(raised));
    let lenient = EventStrategies { steroid_increase: EventStrategy::TreatmentPolicy, ..default };
    let rescued = Failure { on: date("2025-09-01"), kind: EventKind::NewImmunosuppressant };
    assert_eq!(found(lenient), Some(rescued));
    let open = EventStrategies { new_immunosuppressant: EventStrategy::MissingData, ..lenient };
    assert_eq!(found(open), None);
}

#[test]
fn drugs_without_an_agreed_factor_count_what_the_protocol_says() {
    let budesonide = SteroidRecord { drug: Drug::Budesonide, ..prednisone("9") };
    let fludrocortisone = SteroidRecord { drug: Drug::Fludrocortisone, ..prednisone("0.1") };
    let records = [budesonide, fludrocortisone];
    assert_eq!(dose(&records).average, Some(DailyDose::ZERO));
    let counted = DoseRule {
        budesonide_factor: decimal("0.5"),
        fludrocortisone_factor: decimal("10"),
        ..DoseRule::default()
    };
    let average = prednisone_equivalent(&records, week(), counted).average;
    assert_eq!(average, Some(DailyDose::exact(decimal("5.5"))));
    assert_eq!(
        prednisone_equivalent(&[prednisone("5")], week(), counted).average,
        Some(DailyDose::exact(decimal("5")))
    );
}

#[test]
fn a_steroid_against_side_effects_is_excused_for_seven_days_within_28_of_a_dose() {
    let kind = EventKind::SteroidForCrsOrPremedication;
    let fails = |on, days| failure(&[event(kind, on, Some(days))]).is_some();
    assert!(!fails("2025-06-03", 7));
    assert!(fails("2025-06-03", 8));
    assert!(!fails("2025-06-30", 7), "28 days after the dose");
    assert!(fails("2025-07-01", 7), "29 days after it");
    let unknown = [event(kind, "2025-06-03", None)];
    let doses = [date(FIRST_DOSE)];
    let input = FailureInput { doses: &doses, events: &unknown, steroids: None };
    let assessment = treatment_failure(&input, &FailureRule::default());
    assert_eq!(assessment.earliest, None);
    assert_eq!(assessment.undecided, [(Undecided::DurationMissing, date("2025-06-03"))]);
}

#[test]
fn nothing_fails_before_the_first_dose_or_without_one() {
    let events = [event(EventKind::Death, "2025-09-01", None)];
    let input = FailureInput { doses: &[], events: &events, steroids: None };
    assert_eq!(treatment_failure(&input, &FailureRule::default()).earliest, None);
}

fn raised(records: &[SteroidRecord], baseline: Option<&str>) -> (Option<Failure>, Vec<Undecided>) {
    let doses = [date(FIRST_DOSE)];
    let baseline = baseline.map(|mg| DailyDose::exact(decimal(mg)));
    let steroids =
        SteroidCourse { baseline, records, through: date("2025-08-31"), counted: DoseRule::default() };
    let input = FailureInput { doses: &doses, events: &[], steroids: Some(steroids) };
    let found = treatment_failure(&input, &FailureRule::default());
    (found.earliest, found.undecided.into_iter().map(|(why, _)| why).collect())
}

fn from_to(dose: &str, start: &str, end: &str) -> SteroidRecord {
    SteroidRecord { start: date(start), end: Some(date(end)), ..prednisone(dose) }
}

#[test]
fn a_dose_of_more_than_5_mg_above_baseline_for_more_than_7_days_after_day_28_fails() {
    let raise = |dose, start, end| raised(&[prednisone("5"), from_to(dose, start, end)], Some("5")).0;
    let on = |day: &str| Some(Failure { on: date(day), kind: EventKind::SteroidIncrease });
    assert_eq!(raise("5.1", "2025-07-10", "2025-07-17"), on("2025-07-10"), "eight days");
    assert_eq!(raise("5.1", "2025-07-10", "2025-07-16"), None, "seven days");
    assert_eq!(raise("5", "2025-07-10", "2025-07-30"), None, "exactly 5 mg above");
    assert_eq!(raise("20", "2025-06-20", "2025-07-06"), None, "seven days after day 28 (29 June)");
    assert_eq!(raise("20", "2025-06-20", "2025-07-07"), on("2025-06-30"), "eight");
}

#[test]
fn a_brief_course_against_side_effects_is_no_raise() {
    let crs = |end| SteroidRecord { purpose: Purpose::CrsOrIcans, ..from_to("60", "2025-06-29", end) };
    assert_eq!(raised(&[prednisone("5"), crs("2025-07-05")], Some("5")).0, None);
    assert!(raised(&[prednisone("5"), crs("2025-07-20")], Some("5")).0.is_some(), "longer than seven days");
}

#[test]
fn an_unknown_dose_leaves_a_raise_open() {
    let unknown = SteroidRecord { dose_mg: None, ..prednisone("5") };
    assert_eq!(raised(&[unknown], Some("5")), (None, vec![Undecided::DoseUnknown]));
    assert_eq!(raised(&[prednisone("5")], None), (None, vec![Undecided::BaselineDoseUnknown]));
    assert_eq!(raised(&[], None), (None, vec![]), "nothing was taken");
}

fn visits(states: &[(i32, Verdict)]) -> Vec<StateAt> {
    states.iter().map(|(study_day, state)| StateAt { study_day: *study_day, state: *state }).collect()
}

#[test]
fn a_state_is_sustained_over_consecutive_visits_that_span_84_days() {
    use Verdict::{Met, NotEvaluable, NotMet};
    let held = |states: &[(i32, Verdict)]| sustained(&visits(states), 84);
    assert_eq!(held(&[(91, Met), (181, Met)]), Met);
    assert_eq!(held(&[(91, Met), (175, Met)]), Met, "exactly 84 days");
    assert_eq!(held(&[(91, Met), (174, Met)]), NotMet, "83 days");
    assert_eq!(held(&[(28, Met), (91, NotMet), (181, Met)]), NotMet);
    assert_eq!(held(&[(28, Met), (91, NotEvaluable), (181, Met)]), NotEvaluable);
    assert_eq!(held(&[(28, Met), (60, Met), (91, Met), (120, Met)]), Met, "over several visits");
    assert_eq!(held(&[(91, Met)]), NotMet, "one visit is not enough");
}

#[test]
fn time_to_first_is_censored_at_the_last_visit_that_could_be_judged() {
    use Verdict::{Met, NotEvaluable, NotMet};
    let first = |states: &[(i32, Verdict)]| time_to_first(&visits(states));
    assert_eq!(first(&[(28, NotMet), (91, Met), (181, Met)]), FirstTime::Reached { study_day: 91 });
    assert_eq!(
        first(&[(28, NotMet), (91, NotMet), (181, NotEvaluable)]),
        FirstTime::Censored { study_day: 91 }
    );
    assert_eq!(first(&[(28, NotEvaluable)]), FirstTime::NotObserved);
}

#[test]
fn half_of_the_observed_time_is_exactly_half() {
    use Verdict::{Met, NotMet};
    let time = time_in_state(&visits(&[(1, Met), (91, NotMet), (181, Met)]));
    assert_eq!(time.is_at_least(decimal("0.50")), Some(true));
    assert_eq!(time.is_at_least(decimal("0.51")), Some(false));
    assert_eq!(time_in_state(&[]).is_at_least(decimal("0.50")), None);
}
