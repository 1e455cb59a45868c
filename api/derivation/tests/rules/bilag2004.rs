//! BILAG-2004 with parts missing, the item table, and what one assessment tells the next.

use crate::decimal;
use derivation::endpoint::bilag_flare::{BilagFlare, bilag_flare, new_or_worse, trial_flare};
use derivation::instrument::bilag2004::numeric::numeric;
use derivation::instrument::bilag2004::{
    Bilag2004, Grade, GradePolicy, Grades, Involvement, ItemKind, ItemValue, RenalFirstVisit, System,
    SystemGrade, grade_all, item, items,
};
use derivation::logic::Verdict;

/// A complete form of a subject with normal blood, urine and kidneys.
fn healthy() -> Bilag2004 {
    let mut form = Bilag2004::nothing_active();
    let values = [
        (78, "120"),
        (79, "80"),
        (83, "5"),
        (86, "70"),
        (90, "13"),
        (91, "6"),
        (92, "4"),
        (93, "1.5"),
        (94, "250"),
    ];
    for (number, value) in values {
        form.set(number, ItemValue::Number(decimal(value)));
    }
    form
}

fn without(number: u8) -> Bilag2004 {
    let mut form = healthy();
    form.items[usize::from(number) - 1] = None;
    form
}

fn grades(form: &Bilag2004) -> Grades {
    grade_all(form, None, &Involvement::from_history(&[]), &GradePolicy::default())
}

fn after(form: &Bilag2004, previous: &Bilag2004) -> Grades {
    grade_all(form, Some(previous), &Involvement::from_history(&[]), &GradePolicy::default())
}

const E: SystemGrade = SystemGrade::Known(Grade::E);

#[test]
fn the_form_has_97_items_in_nine_systems() {
    let counts: Vec<usize> = System::ALL.iter().map(|system| items::of_system(*system).count()).collect();
    assert_eq!(counts, [4, 14, 20, 5, 12, 9, 13, 12, 8]);
    assert!(items::TABLE.iter().enumerate().all(|(place, item)| usize::from(item.number) == place + 1));
    let of_kind =
        |wanted: fn(&ItemKind) -> bool| items::TABLE.iter().filter(|item| wanted(&item.kind)).count();
    assert_eq!(of_kind(|kind| matches!(kind, ItemKind::Number { .. })), 13);
    assert_eq!(of_kind(|kind| matches!(kind, ItemKind::YesNo)), 6);
    assert!(item(0).is_none() && item(98).is_none());
    assert_eq!(item(83).unwrap().asks_for(), "a decimal from 0 to 10000 in mg/mmol");
    assert!(item(94).unwrap().may_be_not_due_to_sle() && !item(77).unwrap().may_be_not_due_to_sle());
    assert!(!item(90).unwrap().admits(decimal("130")), "g/L entered where g/dL is asked for");
}

#[test]
fn a_healthy_form_is_e_everywhere_and_d_where_history_says_so() {
    assert!(grades(&healthy()).iter().all(|(_, grade)| grade == E));
    let involvement = Involvement::from_history(&[System::Renal]);
    let grades = grade_all(&healthy(), None, &involvement, &GradePolicy::default());
    assert_eq!(grades.of(System::Renal), SystemGrade::Known(Grade::D));
    assert_eq!(grades.of(System::Ophthalmic), E);
}

#[test]
fn without_a_history_an_inactive_system_is_d_or_e() {
    let grades = grade_all(&healthy(), None, &Involvement::unknown(), &GradePolicy::default());
    assert!(grades.iter().all(|(_, grade)| grade == SystemGrade::DOrE));
    assert_eq!(numeric(&grades).total, Some(0));
}

#[test]
fn an_unknown_item_matters_only_when_it_could_change_the_grade() {
    let mut form = without(5);
    assert_eq!(grades(&form).of(System::Mucocutaneous), SystemGrade::NotEvaluable);
    form.set(7, ItemValue::Score(3));
    assert_eq!(
        grades(&form).of(System::Mucocutaneous),
        SystemGrade::Known(Grade::A),
        "already as grave as can be"
    );
    let mut mild = without(43);
    mild.set(40, ItemValue::Score(1));
    assert_eq!(
        grades(&mild).of(System::Musculoskeletal),
        SystemGrade::Known(Grade::C),
        "arthralgia is never more than C"
    );
    assert_eq!(grades(&without(18)).of(System::Mucocutaneous), SystemGrade::NotEvaluable, "E or C");
}

#[test]
fn one_measure_of_proteinuria_and_one_of_function_are_enough() {
    assert_eq!(grades(&healthy()).of(System::Renal), E, "81, 82, 84 and 87 were not taken");
    assert_eq!(grades(&without(83)).of(System::Renal), SystemGrade::NotEvaluable);
    assert_eq!(grades(&without(86)).of(System::Renal), SystemGrade::NotEvaluable);
    let mut dipstick = without(83);
    dipstick.set(81, ItemValue::Number(decimal("0")));
    assert_eq!(grades(&dipstick).of(System::Renal), E);
    let mut filtration = without(86);
    filtration.set(87, ItemValue::Number(decimal("90")));
    assert_eq!(grades(&filtration).of(System::Renal), E);
    for number in [80, 85, 88] {
        assert_eq!(grades(&without(number)).of(System::Renal), SystemGrade::NotEvaluable, "item {number}");
    }
    assert_eq!(grades(&without(89)).of(System::Renal), E, "no biopsy means no");
}

#[test]
fn pressure_matters_only_against_an_earlier_value() {
    assert_eq!(grades(&without(78)).of(System::Renal), E, "first assessment: there is no rise");
    assert_eq!(after(&without(78), &healthy()).of(System::Renal), E, "the diastolic pressure did not rise");
    let mut high = without(78);
    high.set(79, ItemValue::Number(decimal("100")));
    assert_eq!(after(&high, &healthy()).of(System::Renal), SystemGrade::NotEvaluable);
}

#[test]
fn haemolysis_and_coombs_default_to_no_only_with_normal_haemoglobin() {
    assert_eq!(grades(&without(96)).of(System::Haematological), E);
    assert_eq!(grades(&without(97)).of(System::Haematological), E);
    let mut anaemic = without(96);
    anaemic.set(90, ItemValue::Number(decimal("9.5")));
    assert_eq!(
        grades(&anaemic).of(System::Haematological),
        SystemGrade::NotEvaluable,
        "C, or B with haemolysis"
    );
    let mut mild = without(97);
    mild.set(90, ItemValue::Number(decimal("10.5")));
    assert_eq!(grades(&mild).of(System::Haematological), SystemGrade::Known(Grade::C), "C either way");
    for number in 90..=95 {
        assert_eq!(
            grades(&without(number)).of(System::Haematological),
            SystemGrade::NotEvaluable,
            "item {number}"
        );
    }
}

#[test]
fn a_value_that_is_not_due_to_lupus_is_known_to_count_for_nothing() {
    let mut form = healthy();
    form.set(92, ItemValue::Number(decimal("0.3")));
    form.set(93, ItemValue::Number(decimal("0.1")));
    assert_eq!(grades(&form).of(System::Haematological), SystemGrade::Known(Grade::B));
    form.not_due_to_sle = vec![92, 93];
    assert_eq!(grades(&form).of(System::Haematological), E);
    let mut urine = healthy();
    urine.set(83, ItemValue::Number(decimal("300")));
    urine.not_due_to_sle = vec![83];
    assert_eq!(grades(&urine).of(System::Renal), E);
    urine.set(81, ItemValue::Number(decimal("2")));
    assert_eq!(
        grades(&urine).of(System::Renal),
        SystemGrade::Known(Grade::C),
        "the dipstick takes its place"
    );
}

#[test]
fn the_first_visit_policy_decides_whether_impairment_counts_without_comparison() {
    let mut form = healthy();
    form.set(86, ItemValue::Number(decimal("131")));
    let involvement = Involvement::from_history(&[]);
    let graded = |renal_first_visit, previous: Option<&Bilag2004>| {
        grade_all(&form, previous, &involvement, &GradePolicy { renal_first_visit, ..GradePolicy::default() })
            .of(System::Renal)
    };
    assert_eq!(graded(RenalFirstVisit::Strict, None), E);
    assert_eq!(graded(RenalFirstVisit::CountsImpairment, None), SystemGrade::Known(Grade::B));
    assert_eq!(graded(RenalFirstVisit::CountsImpairment, Some(&form)), E, "131 again is no deterioration");
}

/// What nobody had a reason to look for was not there, unless the protocol says otherwise.
#[test]
fn the_protocol_decides_what_an_unrecorded_item_means() {
    let graded = |number: u8, system, policy: &GradePolicy| {
        let mut form = healthy();
        form.items[usize::from(number) - 1] = None;
        grade_all(&form, None, &Involvement::from_history(&[]), policy).of(system)
    };
    let usual = GradePolicy::default();
    let biopsy = GradePolicy { unrecorded_nephritis_is_none: false, ..usual };
    let blood = GradePolicy { unsuspected_haemolysis_is_none: false, ..usual };
    assert_eq!((graded(89, System::Renal, &usual), graded(89, System::Renal, &blood)), (E, E));
    // Nephritis alone would be a B.
    assert_eq!(graded(89, System::Renal, &biopsy), SystemGrade::NotEvaluable);
    for number in [96, 97] {
        assert_eq!(
            (graded(number, System::Haematological, &usual), graded(number, System::Haematological, &biopsy)),
            (E, E)
        );
        assert_eq!(graded(number, System::Haematological, &blood), SystemGrade::NotEvaluable);
    }
}

#[test]
fn an_earlier_biopsy_counts_for_three_months() {
    let mut form = healthy();
    form.set(88, ItemValue::YesNo(true));
    let mut involvement = Involvement::from_history(&[]);
    involvement.nephritis_within_three_months = true;
    let grades = grade_all(&form, None, &involvement, &GradePolicy::default());
    assert_eq!(grades.of(System::Renal), SystemGrade::Known(Grade::A), "sediment and nephritis");
}

#[test]
fn an_assessment_teaches_the_next_one_what_was_involved() {
    let mut form = healthy();
    form.set(43, ItemValue::Score(1));
    let involvement = Involvement::from_history(&[]).after(&grades(&form));
    let later = grade_all(&healthy(), Some(&form), &involvement, &GradePolicy::default());
    assert_eq!(later.of(System::Musculoskeletal), SystemGrade::Known(Grade::D));
    assert_eq!(later.of(System::Renal), E);
    let unknown = Involvement::from_history(&[]).after(&grades(&without(5)));
    assert_eq!(unknown.ever[System::Mucocutaneous as usize], None);
}

#[test]
fn the_numerical_score_is_bounded_when_a_system_is_not_evaluable() {
    let grades = Grades::known([Grade::B; 9]).with(System::Renal, SystemGrade::NotEvaluable);
    let numeric = numeric(&grades);
    assert_eq!((numeric.total, numeric.lower, numeric.upper, numeric.n_b), (None, 64, 76, 8));
}

#[test]
fn a_flare_counts_only_what_is_new_or_worse() {
    let mut form = healthy();
    form.set(5, ItemValue::Score(2));
    form.set(6, ItemValue::Score(4));
    form.set(41, ItemValue::Score(3));
    let now = grades(&form);
    let fresh = new_or_worse(&form, &now, None).unwrap();
    assert_eq!(
        fresh[System::Mucocutaneous as usize],
        Some(Grade::B),
        "the severe eruption is the same as before"
    );
    assert_eq!(bilag_flare(&fresh), BilagFlare::Severe, "severe arthritis worse");
}

#[test]
fn a_measured_system_flares_when_its_grade_rose() {
    let mut form = healthy();
    form.set(94, ItemValue::Number(decimal("40")));
    let (before, now) = (grades(&healthy()), grades(&form));
    let place = System::Haematological as usize;
    assert_eq!(new_or_worse(&form, &now, Some(&before)).unwrap()[place], Some(Grade::B));
    assert_eq!(new_or_worse(&form, &now, Some(&now)).unwrap()[place], None, "as before");
    assert_eq!(new_or_worse(&form, &now, None).unwrap()[place], None, "nothing to compare with");
    assert_eq!(new_or_worse(&without(5), &grades(&without(5)), None), None, "an item is unknown");
}

#[test]
fn the_trial_flare_asks_for_one_new_a_or_two_new_b() {
    let calm = Grades::known([Grade::E; 9]);
    let b = SystemGrade::Known(Grade::B);
    assert_eq!(trial_flare(&calm, &calm.with(System::Renal, SystemGrade::Known(Grade::A))), Verdict::Met);
    assert_eq!(trial_flare(&calm, &calm.with(System::Renal, b)), Verdict::NotMet);
    assert_eq!(trial_flare(&calm, &calm.with(System::Renal, b).with(System::Ophthalmic, b)), Verdict::Met);
}

/// Scores and yes/no items of the two measured systems can be not due to lupus as well.
#[test]
fn purpura_haemolysis_and_sediment_may_be_not_due_to_lupus() {
    for (number, value, grade) in [
        (95, ItemValue::Score(2), Grade::A),
        (96, ItemValue::YesNo(true), Grade::C),
        (97, ItemValue::YesNo(true), Grade::C),
        (88, ItemValue::YesNo(true), Grade::B),
        (80, ItemValue::YesNo(true), Grade::B),
    ] {
        let mut form = healthy();
        form.set(number, value);
        let system = item(number).unwrap().system;
        assert_eq!(grades(&form).of(system), SystemGrade::Known(grade), "item {number}");
        form.not_due_to_sle = vec![number];
        assert_eq!(grades(&form).of(system), E, "item {number} not due to lupus");
    }
    let mut involvement = Involvement::from_history(&[]);
    involvement.nephritis_within_three_months = true;
    let graded =
        |form: &Bilag2004| grade_all(form, None, &involvement, &GradePolicy::default()).of(System::Renal);
    assert_eq!(graded(&healthy()), SystemGrade::Known(Grade::B), "an earlier biopsy alone");
    let mut form = healthy();
    form.not_due_to_sle = vec![89];
    assert_eq!(graded(&form), E, "nephritis that is not lupus");
}

/// Haemoglobin is normal from 11 g/dL on: from there a haemolysis that nobody looked for is no.
#[test]
fn haemoglobin_of_eleven_is_normal() {
    for (haemoglobin, expected) in [
        ("11", E),
        ("10.9", SystemGrade::Known(Grade::C)),
        ("10", SystemGrade::Known(Grade::C)),
        ("9.9", SystemGrade::NotEvaluable),
    ] {
        let mut form = without(96);
        form.set(90, ItemValue::Number(decimal(haemoglobin)));
        assert_eq!(grades(&form).of(System::Haematological), expected, "{haemoglobin}");
    }
}

#[test]
fn items_say_what_they_take() {
    let platelets = item(94).unwrap();
    for (value, admitted) in [("0", true), ("-0.1", false), ("5000", true), ("5000.1", false)] {
        assert_eq!(platelets.admits(decimal(value)), admitted, "{value}");
    }
    assert!(item(1).unwrap().admits(decimal("-1")), "a score has its own limits");
    assert_eq!(item(1).unwrap().asks_for(), "a whole number from 0 to 4");
    assert_eq!(item(96).unwrap().asks_for(), "true or false");
}

#[test]
fn grades_have_labels() {
    let labels =
        [Grade::A, Grade::B, Grade::C, Grade::D, Grade::E].map(|grade| SystemGrade::Known(grade).label());
    assert_eq!(labels, ["A", "B", "C", "D", "E"]);
    assert_eq!((SystemGrade::DOrE.label(), SystemGrade::NotEvaluable.label()), ("D or E", "not evaluable"));
    for system in System::ALL {
        assert_eq!(System::from_code(system.code()), Some(system));
    }
    assert_eq!(System::from_code("joints"), None);
}
