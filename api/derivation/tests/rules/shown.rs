//! What an evaluation shows beside its outcome: reasons, what was seen, what was asked for.

use crate::{decimal, sledai};
use derivation::endpoint::doris::{self, DorisInput, DorisRule, DoseLimit, doris};
use derivation::endpoint::lldas::{self, LldasInput, LldasRule, NewActivityRule, State, lldas};
use derivation::endpoint::sri4::{self, Activity, SriRule, sri};
use derivation::instrument::bilag2004::{Grade, Grades, System, SystemGrade};
use derivation::instrument::lldas_extras::LldasExtras;
use derivation::instrument::pga::Pga;
use derivation::instrument::sledai2k::{Descriptor, Sledai2k};
use derivation::logic::Verdict;
use derivation::medication::prednisone_equivalent::DailyDose;
use derivation::rule::{CriterionCode, Evaluation, Reason};

fn shown(evaluation: &Evaluation, code: CriterionCode) -> (Option<&str>, Option<&str>) {
    let criterion = evaluation.criteria.iter().find(|one| one.code == code).unwrap();
    (criterion.observed.as_deref(), criterion.threshold.as_deref())
}

fn remission(form: Sledai2k) -> DorisInput {
    DorisInput {
        sledai: Some(form),
        pga: Some(Pga::parse("0.20").unwrap()),
        prednisone: Some(DailyDose::exact(decimal("2.50"))),
        stable_background: Some(true),
    }
}

#[test]
fn doris_shows_what_is_present_and_what_was_taken() {
    let form = sledai(&[Descriptor::Rash, Descriptor::Fever, Descriptor::LowComplement], &[Descriptor::Cva]);
    let evaluation = doris(&remission(form), &DorisRule::default(), false);
    assert_eq!(
        shown(&evaluation, doris::CLINICAL_SLEDAI_ZERO),
        (Some("rash, fever"), Some("clinical SLEDAI-2K = 0"))
    );
    assert_eq!(shown(&evaluation, doris::PGA_LOW), (Some("0.20"), Some("< 0.50")));
    assert_eq!(shown(&evaluation, doris::PREDNISONE_LOW), (Some("2.5 mg/day"), Some("<= 5 mg/day")));
    let clear = doris(&remission(sledai(&[], &[])), &DorisRule::default(), false);
    assert_eq!(shown(&clear, doris::CLINICAL_SLEDAI_ZERO).0, None, "nothing is present");
    let strict = DorisRule { dose_limit: DoseLimit::Below, ..DorisRule::default() };
    let evaluation = doris(&remission(sledai(&[], &[])), &strict, false);
    assert_eq!(shown(&evaluation, doris::PREDNISONE_LOW).1, Some("< 5 mg/day"));
    assert_eq!(evaluation.criteria.len(), 4);
    assert_eq!(evaluation.rule.parameters[2], ("dose_limit".into(), "BELOW".to_owned()));
}

#[test]
fn doris_says_why_it_is_open() {
    let reason = |sledai: Option<Sledai2k>, pga: Option<&str>| {
        let pga = pga.map(|text| Pga::parse(text).unwrap());
        let input = DorisInput { sledai, pga, ..remission(Sledai2k::default()) };
        doris(&input, &DorisRule::default(), false).reason
    };
    let clear = || Some(sledai(&[], &[]));
    assert_eq!(reason(None, None), Some(Reason::VisitMissing));
    assert_eq!(reason(None, Some("0.2")), Some(Reason::ComponentMissing));
    assert_eq!(reason(clear(), None), Some(Reason::ComponentMissing));
    assert_eq!(reason(clear(), Some("0.2")), None);
    assert_eq!(reason(clear(), Some("2.0")), None, "what is decided needs no reason");
}

fn state(form: Sledai2k) -> State {
    let extras = LldasExtras { haemolytic_anaemia: Some(false), gi_activity: Some(true) };
    State { sledai: form, extras, bilag: Some(Grades::known([Grade::E; 9])) }
}

fn low(today: Option<State>, previous: Option<State>) -> LldasInput {
    LldasInput {
        today,
        previous,
        pga: Some(Pga::parse("0.50").unwrap()),
        prednisone: Some(DailyDose::exact(decimal("5"))),
        maintenance_therapy: Some(true),
        sfi_flare: None,
    }
}

#[test]
fn lldas_shows_what_is_new_and_what_was_seen() {
    let today = state(sledai(&[Descriptor::Rash, Descriptor::Alopecia, Descriptor::Pleurisy], &[]));
    let before = state(sledai(&[Descriptor::Rash, Descriptor::Fever], &[]));
    let evaluation = lldas(&low(Some(today), Some(before)), &LldasRule::default(), false);
    assert_eq!(shown(&evaluation, lldas::NO_NEW_ACTIVITY).0, Some("alopecia, pleurisy"));
    assert_eq!(shown(&evaluation, lldas::SLEDAI_LOW), (Some("6"), Some("<= 4")));
    assert_eq!(shown(&evaluation, lldas::NO_MAJOR_ORGAN).0, Some("active"));
    assert_eq!(shown(&evaluation, lldas::NO_HAEMOLYTIC_ANAEMIA).0, Some("none"));
    assert_eq!(shown(&evaluation, lldas::NO_GI_ACTIVITY).0, Some("active"));
    assert_eq!(shown(&evaluation, lldas::PGA_LOW), (Some("0.50"), Some("<= 1")));
    assert_eq!(shown(&evaluation, lldas::PREDNISONE_LOW), (Some("5 mg/day"), Some("<= 7.5 mg/day")));
    let nothing_new = state(sledai(&[Descriptor::Rash], &[]));
    let evaluation = lldas(&low(Some(nothing_new.clone()), Some(nothing_new)), &LldasRule::default(), false);
    assert_eq!(shown(&evaluation, lldas::NO_NEW_ACTIVITY).0, None);
    assert_eq!(shown(&evaluation, lldas::NO_MAJOR_ORGAN).0, Some("none"));
    assert_eq!(evaluation.rule.id, "lldas");
    assert_eq!(evaluation.rule.parameters[3], ("new_activity".into(), "CLINICAL_DESCRIPTORS".to_owned()));
}

#[test]
fn lldas_shows_bounds_and_new_bilag_systems() {
    let today = state(sledai(&[Descriptor::Rash], &[Descriptor::LowComplement]));
    let worse = Grades::known([Grade::E; 9]).with(System::Ophthalmic, SystemGrade::Known(Grade::B));
    let today = State { bilag: Some(worse), ..today };
    let rule = LldasRule { new_activity: NewActivityRule::DescriptorsAndBilag, ..LldasRule::default() };
    let before = state(sledai(&[Descriptor::Rash], &[]));
    let evaluation = lldas(&low(Some(today), Some(before)), &rule, false);
    assert_eq!(shown(&evaluation, lldas::SLEDAI_LOW).0, Some("between 2 and 4"));
    assert_eq!(evaluation.verdict(lldas::SLEDAI_LOW), Verdict::Met);
    assert_eq!(shown(&evaluation, lldas::NO_NEW_ACTIVITY).0, Some("ophthalmic"));
}

#[test]
fn lldas_says_why_it_is_open() {
    let form = || Some(state(sledai(&[], &[])));
    let reason = |input: LldasInput| lldas(&input, &LldasRule::default(), false).reason;
    let mut quiet = low(form(), form());
    quiet.today.as_mut().unwrap().extras.gi_activity = Some(false);
    assert_eq!(reason(quiet.clone()), None);
    let no_pga = LldasInput { pga: None, ..quiet.clone() };
    assert_eq!(reason(no_pga), Some(Reason::ComponentMissing), "the visit is there");
    let no_form = LldasInput { today: None, ..quiet.clone() };
    assert_eq!(reason(no_form), Some(Reason::ComponentMissing), "PGA is there");
    let nothing = LldasInput { today: None, pga: None, previous: None, ..quiet.clone() };
    assert_eq!(reason(nothing), Some(Reason::VisitMissing));
    let first = LldasInput { previous: None, ..quiet };
    assert_eq!(reason(first), Some(Reason::NoPreviousAssessment));
}

#[test]
fn each_limit_of_lldas_from_both_sides() {
    let quiet = |form: Sledai2k| {
        let mut input = low(Some(state(form.clone())), Some(state(form)));
        input.today.as_mut().unwrap().extras.gi_activity = Some(false);
        input
    };
    let outcome = |input: &LldasInput| lldas(input, &LldasRule::default(), false).outcome;
    let with_pga = |pga: &str| LldasInput { pga: Some(Pga::parse(pga).unwrap()), ..quiet(sledai(&[], &[])) };
    assert_eq!([outcome(&with_pga("1.00")), outcome(&with_pga("1.01"))], [Verdict::Met, Verdict::NotMet]);
    let with_dose =
        |mg: &str| LldasInput { prednisone: Some(DailyDose::exact(decimal(mg))), ..quiet(sledai(&[], &[])) };
    assert_eq!([outcome(&with_dose("7.5")), outcome(&with_dose("7.51"))], [Verdict::Met, Verdict::NotMet]);
    let total = |present: &[Descriptor]| outcome(&quiet(sledai(present, &[])));
    assert_eq!(total(&[Descriptor::Arthritis]), Verdict::Met);
    assert_eq!(total(&[Descriptor::Arthritis, Descriptor::Leukopenia]), Verdict::NotMet);
    // 2 known and 4 unknown points: open. 5 known points fail whatever the rest.
    let bounded = |present: &[Descriptor], unknown: &[Descriptor]| {
        lldas(&quiet(sledai(present, unknown)), &LldasRule::default(), false).verdict(lldas::SLEDAI_LOW)
    };
    assert_eq!(bounded(&[Descriptor::Rash], &[Descriptor::Arthritis]), Verdict::NotEvaluable);
    let five = [Descriptor::Arthritis, Descriptor::Leukopenia];
    assert_eq!(bounded(&five, &[Descriptor::Rash]), Verdict::NotMet);
    assert_eq!(bounded(&[Descriptor::Rash], &[Descriptor::Alopecia]), Verdict::Met);
}

fn activity(sledai: Option<Sledai2k>, bilag: Option<Grades>, pga: Option<&str>) -> Activity {
    let pga = pga.map(|text| Pga::parse(text).unwrap());
    Activity { sledai: sledai.map(|form| form.score()), bilag, pga }
}

#[test]
fn sri_shows_what_is_known_and_what_is_not() {
    let full =
        activity(Some(sledai(&[Descriptor::Seizure], &[])), Some(Grades::known([Grade::E; 9])), Some("1"));
    let unknown = Grades::known([Grade::E; 9])
        .with(System::Renal, SystemGrade::NotEvaluable)
        .with(System::Ophthalmic, SystemGrade::Known(Grade::A))
        .with(System::Constitutional, SystemGrade::Known(Grade::B));
    let visit = activity(Some(sledai(&[], &[Descriptor::Rash])), Some(unknown), None);
    let evaluation = sri(&full, &visit, &SriRule::with_points(4), false);
    assert_eq!(shown(&evaluation, sri4::SLEDAI_REDUCTION).0, Some("8 to between 0 and 2"));
    assert_eq!(shown(&evaluation, sri4::NO_NEW_A).0, Some("1 new A, 1 systems unknown"));
    assert_eq!(shown(&evaluation, sri4::AT_MOST_ONE_NEW_B).0, Some("1 new B, 1 systems unknown"));
    assert_eq!(shown(&evaluation, sri4::PGA_NOT_WORSE).0, Some("1.00 to unknown"));
    let nothing = sri(&Activity::default(), &Activity::default(), &SriRule::with_points(4), false);
    for criterion in &nothing.criteria {
        assert_eq!((criterion.observed.as_deref(), criterion.verdict), (None, Verdict::NotEvaluable));
    }
    let half = sri(&full, &Activity::default(), &SriRule::with_points(4), false);
    assert_eq!(shown(&half, sri4::SLEDAI_REDUCTION).0, Some("8 to unknown"));
    assert_eq!(shown(&half, sri4::NO_NEW_A).0, None, "nothing was compared");
    let other = sri(&Activity::default(), &full, &SriRule::with_points(4), false);
    assert_eq!(shown(&other, sri4::SLEDAI_REDUCTION).0, Some("unknown to 8"));
    assert_eq!(shown(&other, sri4::PGA_NOT_WORSE).0, Some("unknown to 1.00"));
}

#[test]
fn a_visit_is_missing_only_when_nothing_of_it_is_there() {
    let full =
        activity(Some(sledai(&[Descriptor::Seizure], &[])), Some(Grades::known([Grade::E; 9])), Some("1"));
    assert!(Activity::default().is_missing());
    let parts = [
        activity(Some(sledai(&[], &[])), None, None),
        activity(None, Some(Grades::known([Grade::E; 9])), None),
        activity(None, None, Some("1")),
    ];
    for part in parts {
        assert!(!part.is_missing());
        let reason = sri(&full, &part, &SriRule::with_points(4), false).reason;
        assert_eq!(reason, Some(Reason::ComponentMissing));
        let reason = sri(&part, &Activity::default(), &SriRule::with_points(9), false).reason;
        assert!(reason.is_some_and(|reason| reason != Reason::BaselineMissing));
    }
}

#[test]
fn the_fall_asked_for_from_both_sides() {
    use Descriptor::{Arthritis, Fever, Leukopenia, Myositis, Rash};
    let grades = Some(Grades::known([Grade::E; 9]));
    let fall = |before: &[Descriptor], now: &[Descriptor], points| {
        let (before, now) = (sledai(before, &[]), sledai(now, &[]));
        sri(
            &activity(Some(before), grades, Some("1")),
            &activity(Some(now), grades, Some("1")),
            &SriRule::with_points(points),
            false,
        )
        .outcome
    };
    // 9 to 5 is exactly four, 9 to 6 three.
    assert_eq!(fall(&[Arthritis, Myositis, Fever], &[Arthritis, Leukopenia], 4), Verdict::Met);
    assert_eq!(fall(&[Arthritis, Myositis, Fever], &[Arthritis, Rash], 4), Verdict::NotMet);
    for points in 5..=8 {
        let met = |now: &[Descriptor]| fall(&[Arthritis, Myositis, Fever], now, points) == Verdict::Met;
        // 9 to 4, 2, 1 and 0: falls of 5, 7, 8 and 9.
        let expected = [5 >= points, 7 >= points, 8 >= points, true];
        assert_eq!([met(&[Arthritis]), met(&[Rash]), met(&[Fever]), met(&[])], expected, "SRI-{points}");
    }
    // A baseline of exactly the fall asked for can respond; one below it cannot, whatever the visit shows.
    let baseline = |present: &[Descriptor], unknown: &[Descriptor]| {
        let before = activity(Some(sledai(present, unknown)), grades, Some("1"));
        let evaluation = sri(&before, &Activity::default(), &SriRule::with_points(4), false);
        (evaluation.verdict(sri4::SLEDAI_REDUCTION), evaluation.reason)
    };
    assert_eq!(baseline(&[Arthritis], &[]), (Verdict::NotEvaluable, Some(Reason::VisitMissing)));
    assert_eq!(baseline(&[Rash], &[Fever]), (Verdict::NotMet, Some(Reason::BaselineBelowThreshold)));
    assert_eq!(baseline(&[Rash], &[Rash, Descriptor::Alopecia]).0, Verdict::NotEvaluable);
}
