//! Laws that hold for every input: logic, bounds, and that knowing more never turns an answer round.

use crate::decimal;
use derivation::endpoint::lldas::{LldasInput, LldasRule, NewActivityRule, State, lldas};
use derivation::endpoint::sri4::{Activity, SriRule, sri};
use derivation::instrument::bilag2004::{
    Bilag2004, Grade, GradePolicy, Grades, Involvement, ItemKind, ItemValue, System, SystemGrade, grade_all,
    items,
};
use derivation::instrument::lldas_extras::LldasExtras;
use derivation::instrument::pga::Pga;
use derivation::instrument::sledai2k::Sledai2k;
use derivation::line::answer;
use derivation::logic::Verdict;
use derivation::medication::prednisone_equivalent::DailyDose;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![Just(Verdict::Met), Just(Verdict::NotMet), Just(Verdict::NotEvaluable)]
}

pub(crate) fn form() -> impl Strategy<Value = Sledai2k> {
    prop::array::uniform24(prop::option::weighted(0.8, any::<bool>())).prop_map(|items| Sledai2k { items })
}

/// A form and one of its completions.
pub(crate) fn completed() -> impl Strategy<Value = (Sledai2k, Sledai2k)> {
    (form(), prop::array::uniform24(any::<bool>())).prop_map(|(open, filled)| {
        let mut whole = open.clone();
        for (place, filled) in whole.items.iter_mut().zip(filled) {
            place.get_or_insert(filled);
        }
        (open, whole)
    })
}

pub(crate) fn grade() -> impl Strategy<Value = Grade> {
    prop::sample::select(vec![Grade::A, Grade::B, Grade::C, Grade::D, Grade::E])
}

/// Grades of which some are unknown, and one of their completions.
fn completed_grades() -> impl Strategy<Value = (Grades, Grades)> {
    (prop::array::uniform9(grade()), prop::array::uniform9(prop::bool::weighted(0.2))).prop_map(
        |(grades, hidden)| {
            let mut open = Grades::known(grades);
            for (system, hidden) in System::ALL.into_iter().zip(hidden) {
                if hidden {
                    open = open.with(system, SystemGrade::NotEvaluable);
                }
            }
            (open, Grades::known(grades))
        },
    )
}

pub(crate) fn mark() -> impl Strategy<Value = Pga> {
    (0..=300).prop_map(|hundredths| Pga::from_hundredths(hundredths).unwrap())
}

/// Activity of which parts may be unknown, and one of its completions.
pub(crate) fn completed_activity() -> impl Strategy<Value = (Activity, Activity)> {
    (completed(), completed_grades(), mark(), prop::array::uniform3(prop::bool::weighted(0.85))).prop_map(
        |((open, whole), (some, all), pga, [has_sledai, has_bilag, has_pga])| {
            let whole = Activity { sledai: Some(whole.score()), bilag: Some(all), pga: Some(pga) };
            let open = Activity {
                sledai: has_sledai.then(|| open.score()),
                bilag: has_bilag.then_some(some),
                pga: has_pga.then_some(pga),
            };
            (open, whole)
        },
    )
}

/// Knowing more may decide what was open, and never turns a decided answer round.
pub(crate) fn agrees(open: Verdict, whole: Verdict) -> bool {
    open == Verdict::NotEvaluable || open == whole
}

fn item_value(kind: ItemKind, score: u8, yes: bool, tenths: i64) -> ItemValue {
    match kind {
        ItemKind::Score => ItemValue::Score(score),
        ItemKind::YesNo => ItemValue::YesNo(yes),
        ItemKind::Number { .. } => ItemValue::Number(Decimal::new(tenths, 1)),
    }
}

/// A complete form. Most items are quiet, so that the graver ones do not drown the rest.
pub(crate) fn bilag() -> impl Strategy<Value = Bilag2004> {
    let one = (prop_oneof![6 => Just(0_u8), 1 => 1..=4_u8], prop::bool::weighted(0.1), 0..3000_i64);
    prop::collection::vec(one, 97).prop_map(|values| {
        let mut form = Bilag2004::default();
        for (item, (score, yes, tenths)) in items::TABLE.iter().zip(values) {
            form.set(item.number, item_value(item.kind, score, yes, tenths));
        }
        form
    })
}

fn grades_of(form: &Bilag2004, previous: Option<&Bilag2004>) -> Grades {
    grade_all(form, previous, &Involvement::from_history(&[System::Renal]), &GradePolicy::default())
}

proptest! {
    #[test]
    fn kleene_logic_obeys_its_laws(a in verdict(), b in verdict(), c in verdict()) {
        prop_assert_eq!(a.and(b), b.and(a));
        prop_assert_eq!(a.or(b), b.or(a));
        prop_assert_eq!(a.and(b.and(c)), a.and(b).and(c));
        prop_assert_eq!(a.and(b.or(c)), a.and(b).or(a.and(c)));
        prop_assert_eq!(a.negate().negate(), a);
        prop_assert_eq!(a.and(b).negate(), a.negate().or(b.negate()));
        prop_assert_eq!(a.and(Verdict::Met), a);
        prop_assert_eq!(a.or(Verdict::NotMet), a);
        prop_assert_eq!(Verdict::all([a, b, c]), a.and(b).and(c));
        prop_assert_eq!(Verdict::any([a, b, c]), a.or(b).or(c));
    }

    #[test]
    fn the_bounds_of_sledai_hold_every_completion((open, whole) in completed()) {
        let (open, whole) = (open.score(), whole.score());
        let total = whole.total.unwrap();
        prop_assert!(open.lower <= total && total <= open.upper);
        prop_assert!(open.total.is_none_or(|known| known == total));
        prop_assert!(open.clinical_total.is_none_or(|known| Some(known) == whole.clinical_total));
        prop_assert!(agrees(Verdict::of(open.major_organ_activity), Verdict::of(whole.major_organ_activity)));
        prop_assert_eq!(whole.subtotals.iter().map(|one| one.lower).sum::<u8>(), total);
        prop_assert!(open.upper <= 105);
    }

    #[test]
    fn knowing_more_never_turns_sri_round(
        (baseline, whole_baseline) in completed_activity(),
        (visit, whole_visit) in completed_activity(),
        points in 4..=8_u8,
    ) {
        let rule = SriRule::with_points(points);
        let open = sri(&baseline, &visit, &rule, false);
        let whole = sri(&whole_baseline, &whole_visit, &rule, false);
        prop_assert!(whole.outcome != Verdict::NotEvaluable);
        prop_assert!(agrees(open.outcome, whole.outcome));
        for criterion in &open.criteria {
            prop_assert!(agrees(criterion.verdict, whole.verdict(criterion.code)), "{:?}", criterion.code);
        }
    }

    #[test]
    fn asking_for_more_points_never_makes_a_responder(
        (_, baseline) in completed_activity(),
        (_, visit) in completed_activity(),
        points in 4..8_u8,
    ) {
        let outcome = |points| sri(&baseline, &visit, &SriRule::with_points(points), false).outcome;
        prop_assert!(outcome(points + 1) != Verdict::Met || outcome(points) == Verdict::Met);
    }

    #[test]
    fn knowing_more_never_turns_lldas_round(
        (today, whole_today) in completed(),
        (before, whole_before) in completed(),
        serology in any::<bool>(),
    ) {
        let new_activity =
            if serology { NewActivityRule::AllDescriptors } else { NewActivityRule::ClinicalDescriptors };
        let rule = LldasRule { new_activity, ..LldasRule::default() };
        let extras = LldasExtras { haemolytic_anaemia: Some(false), gi_activity: Some(false) };
        let evaluate = |today: Sledai2k, before: Sledai2k| {
            let input = LldasInput {
                today: Some(State { sledai: today, extras, bilag: None }),
                previous: Some(State { sledai: before, extras, bilag: None }),
                pga: Some(Pga::parse("0.5").unwrap()),
                prednisone: Some(DailyDose::exact(decimal("5"))),
                maintenance_therapy: Some(true),
                sfi_flare: None,
            };
            lldas(&input, &rule, false)
        };
        let (open, whole) = (evaluate(today, before), evaluate(whole_today, whole_before));
        for criterion in &open.criteria {
            prop_assert!(agrees(criterion.verdict, whole.verdict(criterion.code)), "{:?}", criterion.code);
        }
    }

    #[test]
    fn a_known_bilag_grade_survives_every_completion(
        form in bilag(),
        previous in prop::option::of(bilag()),
        hidden in prop::collection::vec(prop::bool::weighted(0.05), 97),
    ) {
        let whole = grades_of(&form, previous.as_ref());
        let mut open = form.clone();
        for (item, hidden) in items::TABLE.iter().zip(hidden) {
            // What the rules take as No when not done, and measures of which one is enough, are choices, not guesses.
            if hidden && !matches!(item.number, 81..=84 | 86 | 87 | 89 | 96 | 97) {
                open.items[usize::from(item.number) - 1] = None;
            }
        }
        for (system, grade) in grades_of(&open, previous.as_ref()).iter() {
            prop_assert!(grade == SystemGrade::NotEvaluable || grade == whole.of(system), "{system:?}");
        }
    }

    #[test]
    fn a_graver_score_never_makes_a_milder_grade(form in bilag(), number in 1..=77_u8) {
        let system = items::item(number).unwrap().system;
        let graded = |score| {
            let mut form = form.clone();
            form.set(number, ItemValue::Score(score));
            grades_of(&form, None).of(system).known().unwrap()
        };
        prop_assert!(graded(1) <= graded(0));
        prop_assert!(graded(2) <= graded(1));
        prop_assert_eq!(graded(3), graded(2));
        prop_assert_eq!(graded(4), graded(2));
    }

    #[test]
    fn any_text_is_answered_with_one_line_of_json(line in ".*") {
        if let Some(answer) = answer(&line) {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&answer).is_ok());
            prop_assert!(!answer.contains('\n'));
        }
    }

    #[test]
    fn any_value_in_any_place_is_answered(
        endpoint in prop::sample::select(vec!["sri4", "bicla", "lldas", "doris2021", "bilag2004_grade",
            "sledai_change", "sledai2k_score", "prednisone_equivalent", "sfi_flare", "time_in_state"]),
        key in prop::sample::select(vec!["baseline", "present", "items", "records", "visits", "value", "system"]),
        value in prop::sample::select(vec!["null", "1e308", "-1", "\"\"", "[]", "{}", "[null]", "{\"\":0}",
            "79228162514264337593543950335", "\"9999-12-31\"", "[[[]]]", "true"]),
    ) {
        let line = format!(r#"{{"id":"a","endpoint":"{endpoint}","inputs":{{"{key}":{value}}}}}"#);
        let answer: serde_json::Value = serde_json::from_str(&answer(&line).unwrap()).unwrap();
        prop_assert!(answer.get("error").is_some() != answer.get("result").is_some());
        prop_assert_eq!(&answer["id"], "a");
    }
}
