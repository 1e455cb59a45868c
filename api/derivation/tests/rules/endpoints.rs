//! Endpoints with incomplete assessments, their reasons, and the rules that a line cannot reach.

use crate::{decimal, sledai};
use derivation::endpoint::bicla::{self, BiclaRule, PgaLimit, bicla};
use derivation::endpoint::doris::{DorisInput, DorisRule, DoseLimit, Wording, doris};
use derivation::endpoint::lldas::{self, LldasInput, LldasRule, NewActivityRule, State, lldas};
use derivation::endpoint::missing::{Imputed, MissingStrategy, impute};
use derivation::endpoint::selena_flare::{Compared, SfiFlare, SfiInput, SfiRule, sfi};
use derivation::endpoint::sri4::{self, Activity, SriRule, sri};
use derivation::instrument::bilag2004::{Bilag2004, Grade, Grades, ItemValue, System, SystemGrade};
use derivation::instrument::lldas_extras::LldasExtras;
use derivation::instrument::pga::{Pga, PgaError};
use derivation::instrument::sledai2k::{Descriptor, DescriptorSystem, MajorOrgan, Sledai2k};
use derivation::logic::Verdict;
use derivation::medication::prednisone_equivalent::DailyDose;
use derivation::rule::{CriterionCode, Reason};

fn calm() -> Grades {
    Grades::known([Grade::E; 9])
}

fn activity(form: &Sledai2k, bilag: Grades, pga: &str) -> Activity {
    Activity { sledai: Some(form.score()), bilag: Some(bilag), pga: Some(Pga::parse(pga).unwrap()) }
}

const SRI_4: SriRule = SriRule::with_points(4);
const UNKNOWN: SystemGrade = SystemGrade::NotEvaluable;

fn known(grade: Grade) -> SystemGrade {
    SystemGrade::Known(grade)
}

/// The sums that the instrument is known by: 8x8 + 6x4 + 7x2 + 3x1 = 105, clinical 101.
#[test]
fn the_weights_add_up() {
    let count = |weight| Descriptor::ALL.iter().filter(|one| one.weight() == weight).count();
    assert_eq!([count(8), count(4), count(2), count(1)], [8, 6, 7, 3]);
    let clinical: u8 = Descriptor::ALL.iter().filter(|one| one.is_clinical()).map(|one| one.weight()).sum();
    assert_eq!(clinical, 101);
    assert_eq!(Descriptor::ALL.iter().filter(|one| one.is_clinical()).count(), 22);
    assert_eq!(Descriptor::ALL.iter().filter(|one| one.is_major_organ()).count(), 15);
    assert_eq!(Descriptor::Pleurisy.major_organ(), Some(MajorOrgan::Cardiopulmonary));
    assert!(!Descriptor::Arthritis.is_major_organ() && !Descriptor::Myositis.is_major_organ());
    for (place, descriptor) in Descriptor::ALL.into_iter().enumerate() {
        assert_eq!(descriptor.index(), place);
        assert_eq!(Descriptor::from_code(descriptor.code()), Some(descriptor));
    }
}

#[test]
fn subtotals_tell_which_system_is_open() {
    let score = sledai(&[Descriptor::Rash], &[Descriptor::Pyuria]).score();
    let of = |system| score.subtotals.iter().find(|one| one.system == system).unwrap();
    assert_eq!(of(DescriptorSystem::Skin).value(), Some(2));
    assert_eq!(of(DescriptorSystem::Renal).value(), None);
    assert_eq!(of(DescriptorSystem::Renal).upper, 4);
}

/// A total that came without its items: known, and what it is made of is not.
#[test]
fn a_bare_total_leaves_its_parts_open() {
    use derivation::instrument::sledai2k::Score;
    assert_eq!(Score::of_total(106), None);
    let score = Score::of_total(105).unwrap();
    assert_eq!((score.total, score.lower, score.upper, score.complete), (Some(105), 105, 105, true));
    assert_eq!((score.clinical_total, score.major_organ_activity), (None, None));
    let bounds: Vec<(u8, u8)> = score.subtotals.iter().map(|one| (one.lower, one.upper)).collect();
    assert_eq!(bounds, [(0, 56), (0, 8), (0, 8), (0, 16), (0, 6), (0, 4), (0, 4), (0, 1), (0, 2)]);
    assert!(score.subtotals.iter().all(|one| one.value().is_none()));
}

#[test]
fn a_pga_mark_is_exact_and_on_the_scale() {
    assert_eq!(Pga::parse("1.30"), Pga::from_hundredths(130));
    assert_eq!(Pga::parse("3.01"), Err(PgaError::OutOfScale));
    assert_eq!(Pga::parse("-0.01"), Err(PgaError::OutOfScale));
    assert_eq!(Pga::parse("1.305"), Err(PgaError::TooPrecise));
    assert_eq!(Pga::parse("1.300"), Pga::parse("1.3"));
    assert_eq!(Pga::parse("high"), Err(PgaError::NotANumber));
    assert_eq!(Pga::from_millimetres(decimal("43")), Pga::parse("1.29"));
    assert_eq!(Pga::from_millimetres(decimal("101")), Err(PgaError::OutOfScale));
    assert_eq!(Pga::parse("1.3").unwrap().to_string(), "1.30");
}

#[test]
fn bounds_of_an_incomplete_total_decide_sri_where_they_can() {
    use Descriptor::{Arthritis, Leukopenia, Myositis, Rash, Seizure};
    let outcome = |baseline: &Sledai2k, visit: &Sledai2k| {
        sri(&activity(baseline, calm(), "1"), &activity(visit, calm(), "1"), &SRI_4, false).outcome
    };
    let baseline = sledai(&[Arthritis, Myositis], &[]);
    assert_eq!(outcome(&baseline, &sledai(&[Rash], &[Leukopenia])), Verdict::Met, "8 to 2 or 3");
    assert_eq!(
        outcome(&baseline, &sledai(&[Arthritis], &[Leukopenia])),
        Verdict::NotEvaluable,
        "8 to 4 or 5"
    );
    assert_eq!(outcome(&baseline, &sledai(&[Seizure], &[Leukopenia])), Verdict::NotMet, "8 to 8 or 9");
    let open = sledai(&[Arthritis], &[Rash]);
    assert_eq!(outcome(&open, &sledai(&[], &[])), Verdict::Met, "4 or 6 to 0");
    assert_eq!(outcome(&open, &sledai(&[Leukopenia], &[])), Verdict::NotEvaluable, "4 or 6 to 1");
}

#[test]
fn an_unknown_bilag_system_stays_open_unless_it_was_a() {
    let form = sledai(&[Descriptor::Seizure], &[]);
    let evaluate = |before: Grades, now: Grades| {
        sri(&activity(&form, before, "1"), &activity(&sledai(&[], &[]), now, "1"), &SRI_4, false)
    };
    let open = calm().with(System::Renal, UNKNOWN);
    assert_eq!(evaluate(calm(), open).outcome, Verdict::NotEvaluable);
    assert_eq!(evaluate(calm(), open).reason, Some(Reason::ComponentMissing));
    let was_a = calm().with(System::Renal, known(Grade::A));
    assert_eq!(evaluate(was_a, open).outcome, Verdict::Met, "from A neither a new A nor a new B can come");
    let was_b = calm().with(System::Renal, known(Grade::B));
    let result = evaluate(was_b, open);
    assert_eq!(result.verdict(sri4::NO_NEW_A), Verdict::NotEvaluable);
    assert_eq!(result.verdict(sri4::AT_MOST_ONE_NEW_B), Verdict::Met);
    let new_a = open.with(System::Ophthalmic, known(Grade::A));
    assert_eq!(evaluate(calm(), new_a).outcome, Verdict::NotMet, "a known new A decides");
    let b = known(Grade::B);
    let two_b = open.with(System::Ophthalmic, b).with(System::Constitutional, b);
    assert_eq!(evaluate(calm(), two_b).verdict(sri4::AT_MOST_ONE_NEW_B), Verdict::NotMet);
    let d_or_e = calm().with(System::Renal, SystemGrade::DOrE);
    assert_eq!(evaluate(d_or_e, d_or_e).outcome, Verdict::Met, "D or E is harmless");
    assert_eq!(
        evaluate(d_or_e, calm().with(System::Renal, b)).verdict(sri4::AT_MOST_ONE_NEW_B),
        Verdict::Met
    );
}

#[test]
fn sri_says_why() {
    let form = sledai(&[Descriptor::Seizure], &[]);
    let full = activity(&form, calm(), "1");
    let reason = |baseline: &Activity, visit: &Activity, failed| sri(baseline, visit, &SRI_4, failed).reason;
    assert_eq!(reason(&Activity::default(), &full, false), Some(Reason::BaselineMissing));
    assert_eq!(reason(&full, &Activity::default(), false), Some(Reason::VisitMissing));
    assert_eq!(reason(&full, &Activity::default(), true), Some(Reason::TreatmentFailure));
    let low = activity(&sledai(&[Descriptor::Rash], &[]), calm(), "1");
    assert_eq!(reason(&low, &full, false), Some(Reason::BaselineBelowThreshold));
    assert_eq!(reason(&full, &activity(&sledai(&[], &[]), calm(), "1"), false), None);
}

#[test]
fn every_criterion_shows_what_was_seen_and_asked() {
    let baseline = activity(&sledai(&[Descriptor::Seizure], &[]), calm(), "1.00");
    let visit = activity(&sledai(&[Descriptor::Rash], &[]), calm(), "1.30");
    let result = sri(&baseline, &visit, &SRI_4, false);
    let seen: Vec<(CriterionCode, Option<&str>, Option<&str>)> = result
        .criteria
        .iter()
        .map(|one| (one.code, one.observed.as_deref(), one.threshold.as_deref()))
        .collect();
    assert_eq!(
        seen,
        [
            (sri4::SLEDAI_REDUCTION, Some("8 to 2"), Some(">= 4 points")),
            (sri4::NO_NEW_A, Some("0 new A"), Some("0 new A")),
            (sri4::AT_MOST_ONE_NEW_B, Some("0 new B"), Some("<= 1 new B")),
            (sri4::PGA_NOT_WORSE, Some("1.00 to 1.30"), Some("rise < 0.30")),
        ]
    );
    assert_eq!(result.outcome, Verdict::NotMet, "a rise of exactly 0.30 is worsening");
    assert_eq!(
        result.rule.parameters,
        [("points".into(), "4".to_owned()), ("pga_worsening".into(), "0.30".to_owned())]
    );
}

#[test]
fn bicla_with_unknown_systems() {
    let rule = BiclaRule { pga_worsening: decimal("0.30"), pga_limit: PgaLimit::Below };
    let form = sledai(&[], &[]);
    let improved = |before: Grades, now: Grades| {
        bicla(&activity(&form, before, "1"), &activity(&form, now, "1"), &rule, false)
    };
    let was_b = calm().with(System::Renal, known(Grade::B));
    let lost = calm().with(System::Renal, UNKNOWN);
    assert_eq!(improved(was_b, lost).verdict(bicla::ALL_AB_IMPROVED), Verdict::NotEvaluable);
    let and_c = was_b.with(System::Ophthalmic, UNKNOWN);
    assert_eq!(
        improved(and_c, calm()).verdict(bicla::ALL_AB_IMPROVED),
        Verdict::Met,
        "inactive now, whatever before"
    );
    assert_eq!(
        improved(lost, calm()).verdict(bicla::ALL_AB_IMPROVED),
        Verdict::NotEvaluable,
        "perhaps nothing was active"
    );
    assert_eq!(improved(calm(), calm()).reason, Some(Reason::NothingToImprove));
    let stays = was_b.with(System::Ophthalmic, UNKNOWN);
    assert_eq!(improved(stays, was_b).verdict(bicla::ALL_AB_IMPROVED), Verdict::NotMet, "B stays B decides");
}

fn state(form: Sledai2k, bilag: Option<Grades>) -> State {
    let extras = LldasExtras { haemolytic_anaemia: Some(false), gi_activity: Some(false) };
    State { sledai: form, extras, bilag }
}

fn low(today: State, previous: Option<State>) -> LldasInput {
    LldasInput {
        today: Some(today),
        previous,
        pga: Some(Pga::parse("0.5").unwrap()),
        prednisone: Some(DailyDose::exact(decimal("5"))),
        maintenance_therapy: Some(true),
        sfi_flare: None,
    }
}

fn by(new_activity: NewActivityRule) -> LldasRule {
    LldasRule { new_activity, ..LldasRule::default() }
}

#[test]
fn new_activity_by_bilag_looks_for_a_and_b_from_a_milder_grade() {
    let form = || sledai(&[], &[]);
    let verdict = |before: Option<Grades>, now: Option<Grades>| {
        let input = low(state(form(), now), Some(state(form(), before)));
        lldas(&input, &by(NewActivityRule::DescriptorsAndBilag), false).verdict(lldas::NO_NEW_ACTIVITY)
    };
    let renal = |grade| Some(calm().with(System::Renal, known(grade)));
    assert_eq!(verdict(renal(Grade::C), renal(Grade::B)), Verdict::NotMet);
    assert_eq!(verdict(renal(Grade::B), renal(Grade::A)), Verdict::NotMet);
    assert_eq!(verdict(renal(Grade::A), renal(Grade::B)), Verdict::Met);
    assert_eq!(verdict(renal(Grade::B), renal(Grade::B)), Verdict::Met, "as before");
    assert_eq!(verdict(renal(Grade::A), renal(Grade::A)), Verdict::Met, "as before");
    assert_eq!(verdict(renal(Grade::E), renal(Grade::A)), Verdict::NotMet);
    let d_or_e = Some(calm().with(System::Renal, SystemGrade::DOrE));
    assert_eq!(verdict(d_or_e, renal(Grade::B)), Verdict::NotMet, "from D or E to B");
    assert_eq!(verdict(renal(Grade::C), d_or_e), Verdict::Met);
    assert_eq!(verdict(renal(Grade::E), renal(Grade::C)), Verdict::Met, "C is not looked for");
    assert_eq!(verdict(None, renal(Grade::C)), Verdict::NotEvaluable);
    let unknown = Some(calm().with(System::Renal, UNKNOWN));
    assert_eq!(verdict(unknown, renal(Grade::B)), Verdict::NotEvaluable);
    assert_eq!(verdict(renal(Grade::A), unknown), Verdict::Met, "from A nothing is worse");
}

#[test]
fn new_activity_by_flare_needs_an_earlier_visit_and_a_known_flare() {
    let form = || state(sledai(&[Descriptor::Rash], &[]), None);
    let verdict = |flare, previous| {
        let input = LldasInput { sfi_flare: flare, ..low(form(), previous) };
        lldas(&input, &by(NewActivityRule::SfiFlare), false).verdict(lldas::NO_NEW_ACTIVITY)
    };
    assert_eq!(verdict(Some(SfiFlare::None), Some(form())), Verdict::Met);
    assert_eq!(verdict(Some(SfiFlare::MildModerate), Some(form())), Verdict::NotMet);
    assert_eq!(verdict(None, Some(form())), Verdict::NotEvaluable);
    assert_eq!(verdict(Some(SfiFlare::None), None), Verdict::NotEvaluable);
}

#[test]
fn lldas_says_why() {
    let form = || state(sledai(&[], &[]), None);
    let rule = LldasRule::default();
    assert_eq!(lldas(&low(form(), None), &rule, false).reason, Some(Reason::NoPreviousAssessment));
    assert_eq!(lldas(&low(form(), Some(form())), &rule, true).reason, Some(Reason::TreatmentFailure));
    let nothing = LldasInput { today: None, pga: None, ..low(form(), None) };
    assert_eq!(lldas(&nothing, &rule, false).reason, Some(Reason::VisitMissing));
    let no_dose = LldasInput { prednisone: None, ..low(form(), Some(form())) };
    assert_eq!(lldas(&no_dose, &rule, false).reason, Some(Reason::ComponentMissing));
}

#[test]
fn blank_extras_are_filled_from_bilag() {
    let blank = LldasExtras::default();
    let mut form = Bilag2004::default();
    let active = calm().with(System::Gastrointestinal, known(Grade::C));
    assert_eq!(blank.or_from_bilag(Some((&form, &active))).haemolytic_anaemia, None, "item 96 not done");
    form.set(96, ItemValue::YesNo(true));
    let filled = blank.or_from_bilag(Some((&form, &active)));
    assert_eq!((filled.haemolytic_anaemia, filled.gi_activity), (Some(true), Some(true)));
    form.not_due_to_sle = vec![96];
    assert_eq!(blank.or_from_bilag(Some((&form, &calm()))).haemolytic_anaemia, Some(false));
    let stated = LldasExtras { haemolytic_anaemia: Some(false), gi_activity: Some(false) };
    assert_eq!(stated.or_from_bilag(Some((&form, &active))), stated, "what was stated stays");
    assert_eq!(blank.or_from_bilag(None), blank);
}

#[test]
fn the_stricter_reading_of_doris_refuses_exactly_five() {
    let input = DorisInput {
        sledai: Some(sledai(&[], &[])),
        pga: Some(Pga::parse("0.49").unwrap()),
        prednisone: Some(DailyDose::exact(decimal("5"))),
        stable_background: Some(true),
    };
    let outcome =
        |dose_limit| doris(&input, &DorisRule { dose_limit, ..DorisRule::default() }, false).outcome;
    assert_eq!(outcome(DoseLimit::AtMost), Verdict::Met);
    assert_eq!(outcome(DoseLimit::Below), Verdict::NotMet);
    assert_eq!(doris(&input, &DorisRule::default(), true).outcome, Verdict::NotMet, "a failure decides");
}

/// Two versions of one rule stand side by side: PGA of exactly 0.50 is remission by the wording of 2017 alone.
#[test]
fn two_wordings_of_doris_differ_at_exactly_half_a_point() {
    let evaluate = |pga: &str, wording| {
        let input = DorisInput {
            sledai: Some(sledai(&[], &[])),
            pga: Some(Pga::parse(pga).unwrap()),
            prednisone: Some(DailyDose::exact(decimal("5"))),
            stable_background: Some(true),
        };
        doris(&input, &DorisRule { wording, ..DorisRule::default() }, false)
    };
    for (pga, of_2021, of_2017) in [
        ("0.49", Verdict::Met, Verdict::Met),
        ("0.50", Verdict::NotMet, Verdict::Met),
        ("0.51", Verdict::NotMet, Verdict::NotMet),
    ] {
        assert_eq!(evaluate(pga, Wording::Of2021).outcome, of_2021, "{pga}");
        assert_eq!(evaluate(pga, Wording::Of2017).outcome, of_2017, "{pga}");
    }
    let named = |wording| {
        let evaluation = evaluate("0.50", wording);
        (evaluation.rule.id, evaluation.rule.version, evaluation.criteria[1].threshold.clone().unwrap())
    };
    assert_eq!(named(Wording::Of2021), ("doris", "2021.1", "< 0.50".to_owned()));
    assert_eq!(named(Wording::Of2017), ("doris", "2017.1", "<= 0.50".to_owned()));
}

fn quiet() -> SfiInput {
    let pga = Pga::parse("1").unwrap();
    SfiInput {
        sledai: Compared { previous: Some(6), now: Some(6) },
        pga: Compared { previous: Some(pga), now: Some(pga) },
        prednisone_mg_kg: Compared { previous: Some(decimal("0.1")), now: Some(decimal("0.1")) },
        new_nsaid_or_hydroxychloroquine: Some(false),
        new_immunosuppressant: Some(false),
        hospitalised: Some(false),
        mild_moderate_manifestation: Some(false),
        severe_manifestation: Some(false),
    }
}

#[test]
fn an_unknown_sign_leaves_the_flare_open_unless_another_decides() {
    let flare = |input: &SfiInput| sfi(input, &SfiRule::default()).flare;
    assert_eq!(flare(&quiet()), Some(SfiFlare::None));
    let unknown = SfiInput { hospitalised: None, ..quiet() };
    assert_eq!(flare(&unknown), None);
    assert_eq!(flare(&SfiInput { new_immunosuppressant: Some(true), ..unknown }), Some(SfiFlare::Severe));
    assert_eq!(
        flare(&SfiInput { mild_moderate_manifestation: Some(true), ..unknown }),
        None,
        "perhaps severe"
    );
}

/// A sign tells what was seen and what is asked for; of a value that is known on one side only, that side.
#[test]
fn a_flare_sign_shows_its_numbers() {
    let seen = |input: &SfiInput, code: &str| {
        let all = sfi(input, &SfiRule::default());
        let mut signs = all.severe.into_iter().chain(all.mild_moderate);
        let sign = signs.find(|sign| serde_json::to_value(sign.code).unwrap() == code).unwrap();
        (sign.observed, sign.threshold)
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(seen(&quiet(), "SLEDAI_HIGH"), (text("6 to 6"), text("rises to > 12")));
    assert_eq!(seen(&quiet(), "PREDNISONE_HIGH"), (text("0.1 to 0.1"), text("raised to > 0.5 mg/kg/day")));
    assert_eq!(seen(&quiet(), "HOSPITALISED"), (text("no"), None));
    let half = SfiInput { sledai: Compared { previous: None, now: Some(9) }, hospitalised: None, ..quiet() };
    assert_eq!(seen(&half, "SLEDAI_RISE"), (text("unknown to 9"), text("rise >= 3")));
    assert_eq!(seen(&half, "HOSPITALISED"), (None, None));
}

#[test]
fn the_modified_flare_index_does_not_call_a_high_total_severe() {
    let input = SfiInput { sledai: Compared { previous: Some(10), now: Some(14) }, ..quiet() };
    assert_eq!(sfi(&input, &SfiRule::default()).flare, Some(SfiFlare::Severe));
    let modified = SfiRule { total_above_12_is_severe: false };
    assert_eq!(sfi(&input, &modified).flare, Some(SfiFlare::MildModerate));
}

#[test]
fn imputation_keeps_what_was_decided() {
    for strategy in [MissingStrategy::Nri, MissingStrategy::ObservedCase, MissingStrategy::ComponentOnly] {
        for outcome in [Verdict::Met, Verdict::NotMet] {
            let kept = Imputed { analysis_value: Some(outcome), imputed: false, in_denominator: true };
            assert_eq!(impute(outcome, strategy), kept);
        }
    }
    let open = impute(Verdict::NotEvaluable, MissingStrategy::ComponentOnly);
    assert_eq!((open.analysis_value, open.imputed), (Some(Verdict::NotEvaluable), false));
}
