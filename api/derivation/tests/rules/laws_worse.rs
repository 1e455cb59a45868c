//! Laws that hold for every input: what is worse never improves an answer, and the order of records changes nothing.

use crate::laws::{bilag, form, grade, mark};
use crate::{date, decimal};
use derivation::endpoint::bicla::{BiclaRule, PgaLimit, bicla};
use derivation::endpoint::doris::{DorisInput, DorisRule, doris};
use derivation::endpoint::lldas::{LldasInput, LldasRule, NewActivityRule, State, lldas};
use derivation::endpoint::sri4::{Activity, SriRule, sri};
use derivation::endpoint::treatment_failure::{
    EventKind, FailureInput, FailureRule, IntercurrentEvent, treatment_failure,
};
use derivation::instrument::bilag2004::{
    Bilag2004, Grade, GradePolicy, Grades, Involvement, ItemValue, System, SystemGrade, grade_all,
};
use derivation::instrument::lldas_extras::LldasExtras;
use derivation::instrument::pga::Pga;
use derivation::instrument::sledai2k::Sledai2k;
use derivation::logic::Verdict;
use derivation::medication::background::{BackgroundCourse, is_maintenance, is_stable};
use derivation::medication::prednisone_equivalent::{
    DailyDose, DoseRule, Drug, Frequency, Purpose, Route, SteroidRecord, Window, prednisone_equivalent,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// How far an answer is from response: a worse input never lowers the rank of failure.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::NotMet => 0,
        Verdict::NotEvaluable => 1,
        Verdict::Met => 2,
    }
}

fn activity() -> impl Strategy<Value = Activity> {
    (form(), prop::array::uniform9(grade()), mark()).prop_map(|(sledai, grades, pga)| Activity {
        sledai: Some(sledai.score()),
        bilag: Some(Grades::known(grades)),
        pga: Some(pga),
    })
}

/// A form, and the same with one descriptor more that is present.
fn worsened() -> impl Strategy<Value = (Sledai2k, Sledai2k)> {
    (form(), 0..24_usize).prop_map(|(form, place)| {
        let mut worse = form.clone();
        worse.items[place] = Some(true);
        (form, worse)
    })
}

/// A mark and one that is not lower.
fn two_marks() -> impl Strategy<Value = (Pga, Pga)> {
    (0..=300_i32, 0..=300_i32).prop_map(|(one, other)| {
        let mark = |hundredths| Pga::from_hundredths(hundredths).unwrap();
        (mark(one.min(other)), mark(one.max(other)))
    })
}

fn graver(grade: Grade) -> Grade {
    match grade {
        Grade::A | Grade::B => Grade::A,
        Grade::C => Grade::B,
        Grade::D | Grade::E => Grade::C,
    }
}

proptest! {
    /// A descriptor more, a graver grade, a higher mark or a treatment failure never makes a responder of SRI or BICLA.
    #[test]
    fn a_worse_visit_never_makes_a_responder(
        baseline in activity(),
        (form, worse_form) in worsened(),
        grades in prop::array::uniform9(grade()),
        (pga, worse_pga) in two_marks(),
        which in 0..9_usize,
        at_most in any::<bool>(),
        failed in any::<bool>(),
    ) {
        let grades = Grades::known(grades);
        let system = System::ALL[which];
        let graver_grades = grades.with(system, SystemGrade::Known(graver(grades.of(system).known().unwrap())));
        let visit = Activity { sledai: Some(form.score()), bilag: Some(grades), pga: Some(pga) };
        let worse = [
            Activity { sledai: Some(worse_form.score()), ..visit.clone() },
            Activity { bilag: Some(graver_grades), ..visit.clone() },
            Activity { pga: Some(worse_pga), ..visit.clone() },
        ];
        let limit = if at_most { PgaLimit::AtMost } else { PgaLimit::Below };
        let rule = BiclaRule { pga_worsening: decimal("0.30"), pga_limit: limit };
        let of_sri = |visit: &Activity| sri(&baseline, visit, &SriRule::with_points(4), false).outcome;
        let of_bicla = |visit: &Activity| bicla(&baseline, visit, &rule, false).outcome;
        for worse in &worse {
            prop_assert!(rank(of_sri(worse)) <= rank(of_sri(&visit)));
            prop_assert!(rank(of_bicla(worse)) <= rank(of_bicla(&visit)));
        }
        if failed {
            prop_assert_eq!(sri(&baseline, &visit, &SriRule::with_points(4), true).outcome, Verdict::NotMet);
            prop_assert_eq!(bicla(&baseline, &visit, &rule, true).outcome, Verdict::NotMet);
        }
    }

    /// The same for low disease activity and remission, with a higher dose and therapy that does not fit.
    #[test]
    fn a_worse_state_is_never_low_activity_or_remission(
        (form, worse_form) in worsened(),
        previous in form(),
        (pga, worse_pga) in two_marks(),
        (mg, more_mg) in (0..200_i64, 0..200_i64),
        extras in prop::array::uniform4(prop::option::of(any::<bool>())),
        (background, which) in (prop::option::of(any::<bool>()), 0..6_usize),
        rule in prop::sample::select(vec![NewActivityRule::ClinicalDescriptors, NewActivityRule::AllDescriptors]),
    ) {
        let dose = |tenths: i64| Some(DailyDose::exact(Decimal::new(tenths, 1)));
        let state = |sledai: &Sledai2k, haemolytic_anaemia, gi_activity| {
            State { sledai: sledai.clone(), extras: LldasExtras { haemolytic_anaemia, gi_activity }, bilag: None }
        };
        let input = LldasInput {
            today: Some(state(&form, extras[0], extras[1])),
            previous: Some(state(&previous, extras[2], extras[3])),
            pga: Some(pga),
            prednisone: dose(mg.min(more_mg)),
            maintenance_therapy: background,
            sfi_flare: None,
        };
        let worse = match which {
            0 => LldasInput { today: Some(state(&worse_form, extras[0], extras[1])), ..input.clone() },
            1 => LldasInput { today: Some(state(&form, Some(true), extras[1])), ..input.clone() },
            2 => LldasInput { today: Some(state(&form, extras[0], Some(true))), ..input.clone() },
            3 => LldasInput { pga: Some(worse_pga), ..input.clone() },
            4 => LldasInput { prednisone: dose(mg.max(more_mg)), ..input.clone() },
            _ => LldasInput { maintenance_therapy: Some(false), ..input.clone() },
        };
        let lldas_rule = LldasRule { new_activity: rule, ..LldasRule::default() };
        let low = |input: &LldasInput| rank(lldas(input, &lldas_rule, false).outcome);
        prop_assert!(low(&worse) <= low(&input));
        prop_assert_eq!(lldas(&input, &lldas_rule, true).outcome, Verdict::NotMet);
        let remission = |input: &LldasInput| {
            let input = DorisInput {
                sledai: input.today.as_ref().map(|today| today.sledai.clone()),
                pga: input.pga,
                prednisone: input.prednisone,
                stable_background: input.maintenance_therapy,
            };
            rank(doris(&input, &DorisRule::default(), false).outcome)
        };
        prop_assert!(remission(&worse) <= remission(&input));
    }

    /// A worse measurement never makes a milder renal or haematological grade.
    #[test]
    fn a_worse_measurement_never_makes_a_milder_grade(
        form in bilag(),
        previous in prop::option::of(bilag()),
        (one, other) in (0..3_000_i64, 0..3_000_i64),
        which in 0..17_usize,
    ) {
        let (low, high) = (Decimal::new(one.min(other), 1), Decimal::new(one.max(other), 1));
        let (number, better, worse) = match which {
            0 => (78, ItemValue::Number(low), ItemValue::Number(high)),
            1 => (79, ItemValue::Number(low), ItemValue::Number(high)),
            2..=5 => {
                let number = [80, 85, 88, 89][which - 2];
                (number, ItemValue::YesNo(false), ItemValue::YesNo(true))
            }
            6..=8 => ([82, 83, 84][which - 6], ItemValue::Number(low), ItemValue::Number(high)),
            9 => (86, ItemValue::Number(low), ItemValue::Number(high)),
            10 => (87, ItemValue::Number(high), ItemValue::Number(low)),
            11..=15 => ([90, 91, 92, 93, 94][which - 11], ItemValue::Number(high), ItemValue::Number(low)),
            _ => (96, ItemValue::YesNo(false), ItemValue::YesNo(true)),
        };
        let system = if number < 90 { System::Renal } else { System::Haematological };
        let graded = |value| {
            let mut form = form.clone();
            form.set(number, value);
            let involvement = Involvement::from_history(&[]);
            grade_all(&form, previous.as_ref(), &involvement, &GradePolicy::default()).of(system).known().unwrap()
        };
        prop_assert!(graded(worse) <= graded(better), "item {number}");
    }

    /// A grade of one system says nothing of another: the others stay when its items change.
    #[test]
    fn systems_are_graded_by_their_own_items(form in bilag(), number in 1..=77_u8, score in 0..=4_u8) {
        let graded = |form: &Bilag2004| grade_all(form, None, &Involvement::from_history(&[]), &GradePolicy::default());
        let mut changed = form.clone();
        changed.set(number, ItemValue::Score(score));
        let own = derivation::instrument::bilag2004::item(number).unwrap().system;
        for (system, grade) in graded(&form).iter().filter(|(system, _)| *system != own) {
            prop_assert_eq!(grade, graded(&changed).of(system));
        }
    }

    /// The order of glucocorticoid records changes nothing; leaving a dose out leaves the average unknown.
    #[test]
    fn the_order_of_steroid_records_changes_nothing(
        rows in prop::collection::vec((0..11_usize, 0..400_i64, 1..4_i64, -20..10_i64, 0..25_i64, 0..3_usize), 1..8),
        hidden in 0..8_usize,
    ) {
        let end = date("2025-06-15");
        let records: Vec<SteroidRecord> = rows
            .iter()
            .map(|(drug, tenths, times, start, length, route)| SteroidRecord {
                drug: Drug::ALL[*drug],
                dose_mg: Some(Decimal::new(*tenths, 1)),
                frequency: Some(Frequency::per_day(Decimal::from(*times))),
                start: end + chrono::Duration::days(*start),
                end: Some(end + chrono::Duration::days(*start + *length)),
                route: [Route::Oral, Route::Intravenous, Route::Topical][*route],
                purpose: Purpose::Lupus,
            })
            .collect();
        let average = |records: &[SteroidRecord]| {
            prednisone_equivalent(records, Window::ending_on(end, 7), DoseRule::default()).average
        };
        let mut reversed = records.clone();
        reversed.reverse();
        prop_assert_eq!(average(&records), average(&reversed));
        let mut open = records.clone();
        let place = hidden % open.len();
        open[place].dose_mg = None;
        prop_assert!(average(&open).is_none() || average(&open) == average(&records));
    }

    /// The order of events and courses changes neither failure nor background therapy.
    #[test]
    fn the_order_of_events_and_courses_changes_nothing(
        events in prop::collection::vec((0..10_usize, -30..200_i64, prop::option::of(1..20_u32)), 0..8),
        courses in prop::collection::vec((0..2_usize, prop::option::weighted(0.9, 1..300_i64), 0..60_i64, 0..40_i64), 0..8),
    ) {
        use EventKind::*;
        const KINDS: [EventKind; 10] = [
            NewImmunosuppressant, SteroidIncrease, IntravenousPulse, CellTherapyOrBCellDepletion, Death,
            LackOfEfficacy, SteroidForCrsOrPremedication, PlannedRedosing, MissedVisit, LostToFollowUp,
        ];
        let doses = [date("2025-06-02")];
        let mut events: Vec<IntercurrentEvent> = events
            .iter()
            .map(|(kind, on, days)| IntercurrentEvent {
                kind: KINDS[*kind],
                on: doses[0] + chrono::Duration::days(*on),
                days: *days,
            })
            .collect();
        let failure = |events: &[IntercurrentEvent]| {
            let input = FailureInput { doses: &doses, events, steroids: None };
            treatment_failure(&input, &FailureRule::default())
        };
        let before = failure(&events);
        events.reverse();
        prop_assert_eq!(before, failure(&events));

        let from = date("2025-07-01");
        let mut courses: Vec<BackgroundCourse> = courses
            .iter()
            .map(|(drug, mg, start, length)| BackgroundCourse {
                drug: ["azathioprine", "hydroxychloroquine"][*drug].to_owned(),
                mg_per_day: mg.map(Decimal::from),
                start: from + chrono::Duration::days(*start),
                end: (*length > 0).then(|| from + chrono::Duration::days(*start + *length)),
            })
            .collect();
        let on = date("2025-08-20");
        let before = (is_stable(&courses, on, 28), is_maintenance(&courses, on));
        courses.reverse();
        prop_assert_eq!(before, (is_stable(&courses, on, 28), is_maintenance(&courses, on)));
    }
}
