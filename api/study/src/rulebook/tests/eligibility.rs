//! Criteria of the reference protocol at their limits, and truth tables.

use super::super::expression::Expression;
use super::super::{Comparison, Fact, Facts};
use super::nk510;
use derivation::logic::Verdict::{self, Met, NotEvaluable, NotMet};
use entity::terms::CriterionKind;
use rust_decimal::Decimal;

fn facts(numbers: &[(Fact, &str)], answers: &[(Fact, bool)]) -> Facts {
    let mut facts = Facts::default();
    for (fact, value) in numbers {
        facts.number(*fact, value.parse().unwrap());
    }
    for (fact, yes) in answers {
        facts.answer(*fact, *yes);
    }
    facts
}

fn judge(id: &str, numbers: &[(Fact, &str)], answers: &[(Fact, bool)]) -> Verdict {
    nk510().criterion(id).unwrap().evaluate(&facts(numbers, answers))
}

/// P11-38: eligibility is checked before dosing; what is unknown lets nobody in.
#[test]
fn every_inclusion_must_be_met_and_every_exclusion_not() {
    let book = nk510();
    let kinds = |kind| book.criteria().iter().filter(|criterion| criterion.kind == kind).count();
    assert_eq!((kinds(CriterionKind::Inclusion), kinds(CriterionKind::Exclusion)), (14, 2));
    let inclusion = book.criterion("INC-01").unwrap();
    assert_eq!([Met, NotMet, NotEvaluable].map(|verdict| inclusion.admits(verdict)), [true, false, false]);
    let exclusion = book.criterion("EXC-01").unwrap();
    assert_eq!([Met, NotMet, NotEvaluable].map(|verdict| exclusion.admits(verdict)), [false, true, false]);
}

#[test]
fn ages_18_and_70_are_included() {
    let cases = [("17", NotMet), ("18", Met), ("70", Met), ("71", NotMet)];
    for (age, expected) in cases {
        assert_eq!(judge("INC-01", &[(Fact::Age, age)], &[]), expected, "age {age}");
    }
    assert_eq!(judge("INC-01", &[], &[]), NotEvaluable);
}

#[test]
fn sledai_has_to_be_above_8() {
    assert_eq!(judge("INC-05", &[(Fact::SledaiTotal, "8")], &[]), NotMet);
    assert_eq!(judge("INC-05", &[(Fact::SledaiTotal, "9")], &[]), Met);
}

/// An incomplete score is decided by its bounds when they lie on one side.
#[test]
fn bounds_of_an_incomplete_sledai_may_decide() {
    let book = nk510();
    let criterion = book.criterion("INC-05").unwrap();
    let judge = |low: i64, high: i64| {
        let mut facts = Facts::default();
        facts.between(Fact::SledaiTotal, Some(low.into()), Some(high.into()));
        criterion.evaluate(&facts)
    };
    assert_eq!([judge(10, 14), judge(4, 8), judge(8, 9)], [Met, NotMet, NotEvaluable]);
}

#[test]
fn ana_from_1_80_is_included() {
    assert_eq!(judge("INC-06", &[(Fact::AnaTitre, "80")], &[]), Met);
    assert_eq!(judge("INC-06", &[(Fact::AnaTitre, "40")], &[]), NotMet);
    assert_eq!(judge("INC-06", &[(Fact::AnaTitre, "0")], &[]), NotMet);
}

#[test]
fn both_transaminases_stay_within_three_times_the_limit() {
    let judge = |ast, alt| judge("INC-07", &[(Fact::AstXuln, ast), (Fact::AltXuln, alt)], &[]);
    assert_eq!([judge("3", "3"), judge("3.01", "1"), judge("1", "3.01")], [Met, NotMet, NotMet]);
    // One that is too high decides without the other.
    assert_eq!(
        super::nk510().criterion("INC-07").unwrap().evaluate(&facts(&[(Fact::AltXuln, "4")], &[])),
        NotMet
    );
    assert_eq!(
        super::nk510().criterion("INC-07").unwrap().evaluate(&facts(&[(Fact::AltXuln, "2")], &[])),
        NotEvaluable
    );
}

#[test]
fn gilberts_syndrome_allows_more_total_bilirubin() {
    let total = |value| (Fact::BilirubinXuln, value);
    let direct = |value| (Fact::DirectBilirubinXuln, value);
    let gilbert = |yes| [(Fact::GilbertSyndrome, yes)];
    assert_eq!(judge("INC-08", &[total("1.5")], &[]), Met);
    assert_eq!(judge("INC-08", &[total("1.6")], &[]), NotEvaluable);
    assert_eq!(judge("INC-08", &[total("1.6")], &gilbert(false)), NotMet);
    assert_eq!(judge("INC-08", &[total("3.0"), direct("1.5")], &gilbert(true)), Met);
    assert_eq!(judge("INC-08", &[total("3.0"), direct("1.6")], &gilbert(true)), NotMet);
    assert_eq!(judge("INC-08", &[total("3.0")], &gilbert(true)), NotEvaluable);
    assert_eq!(judge("INC-08", &[total("3.1")], &[]), NotMet);
}

#[test]
fn creatinine_or_its_clearance_is_enough() {
    let creatinine = |value| (Fact::CreatinineXuln, value);
    let clearance = |value| (Fact::CreatinineClearance, value);
    assert_eq!(judge("INC-09", &[creatinine("1.5")], &[]), Met);
    assert_eq!(judge("INC-09", &[creatinine("1.51"), clearance("60")], &[]), Met);
    assert_eq!(judge("INC-09", &[creatinine("1.51"), clearance("59.9")], &[]), NotMet);
    assert_eq!(judge("INC-09", &[creatinine("1.51")], &[]), NotEvaluable);
}

#[test]
fn blood_counts_at_their_limits_are_included() {
    let at_limit = [
        (Fact::Neutrophils, "1.5"),
        (Fact::Lymphocytes, "0.1"),
        (Fact::Haemoglobin, "80"),
        (Fact::Platelets, "50"),
    ];
    for id in ["INC-10", "INC-11"] {
        assert_eq!(judge(id, &at_limit, &[]), Met);
        let below = ["1.49", "0.09", "79", "49"];
        for (place, value) in below.into_iter().enumerate() {
            let mut counts = at_limit;
            counts[place].1 = value;
            assert_eq!(judge(id, &counts, &[]), NotMet, "{id} {value}");
        }
        assert_eq!(judge(id, &at_limit[..3], &[]), NotEvaluable);
    }
    let book = nk510();
    let again = book.criterion("INC-11").unwrap().timing.as_ref().unwrap();
    assert_eq!((again.before.as_str(), again.within_days), ("LYMPHODEPLETION", 7));
    assert!(book.criterion("INC-10").unwrap().timing.is_none());
}

#[test]
fn pregnancy_concerns_women_who_can_bear_children() {
    let (female, can, lactating, negative) =
        (Fact::Female, Fact::CanBearChildren, Fact::Lactating, Fact::PregnancyTestNegative);
    assert_eq!(judge("INC-12", &[], &[(female, false)]), Met);
    assert_eq!(judge("INC-12", &[], &[(female, true), (can, false)]), Met);
    assert_eq!(judge("INC-12", &[], &[(female, true), (can, true)]), NotEvaluable);
    let woman = |nursing, test| [(female, true), (can, true), (lactating, nursing), (negative, test)];
    assert_eq!(judge("INC-12", &[], &woman(false, true)), Met);
    assert_eq!(judge("INC-12", &[], &woman(true, true)), NotMet);
    assert_eq!(judge("INC-12", &[], &woman(false, false)), NotMet);
    assert_eq!(nk510().criterion("INC-12").unwrap().timing.as_ref().unwrap().within_days, 7);
}

/// What a machine cannot know, a person ticks.
#[test]
fn manual_criteria_are_never_decided_here() {
    let book = nk510();
    let manual: Vec<&str> = book
        .criteria()
        .iter()
        .filter(|criterion| criterion.check.is_none())
        .map(|criterion| criterion.id.as_str())
        .collect();
    assert_eq!(manual, ["INC-02", "INC-04", "INC-13", "INC-14", "EXC-01", "EXC-02"]);
    assert_eq!(judge("EXC-01", &[(Fact::Age, "40")], &[]), NotEvaluable);
    assert_eq!(judge("INC-03", &[], &[(Fact::ConsentGiven, true)]), Met);
    assert_eq!(judge("INC-03", &[], &[(Fact::ConsentGiven, false)]), NotMet);
}

/// The verdict that a yes/no of unknown, no or yes gives.
fn states() -> [(Verdict, Facts); 3] {
    [
        (NotEvaluable, Facts::default()),
        (NotMet, facts(&[], &[(Fact::Female, false)])),
        (Met, facts(&[], &[(Fact::Female, true)])),
    ]
}

#[test]
fn all_any_and_not_follow_kleene() {
    let female = || Expression::Is(Fact::Female, true);
    let lactating = || Expression::Is(Fact::Lactating, true);
    let expected_and =
        [[NotEvaluable, NotMet, NotEvaluable], [NotMet, NotMet, NotMet], [NotEvaluable, NotMet, Met]];
    let expected_or = [[NotEvaluable, NotEvaluable, Met], [NotEvaluable, NotMet, Met], [Met, Met, Met]];
    for (row, (one, left)) in states().into_iter().enumerate() {
        assert_eq!(female().evaluate(&left), one);
        for (column, second) in [None, Some(false), Some(true)].into_iter().enumerate() {
            let mut both = left.clone();
            if let Some(yes) = second {
                both.answer(Fact::Lactating, yes);
            }
            let all = Expression::All(vec![female(), lactating()]).evaluate(&both);
            let any = Expression::Any(vec![female(), lactating()]).evaluate(&both);
            assert_eq!((all, any), (expected_and[row][column], expected_or[row][column]), "{row} {column}");
        }
    }
    let not = |facts: &Facts| Expression::Not(Box::new(female())).evaluate(facts);
    assert_eq!(states().map(|(_, facts)| not(&facts)), [NotEvaluable, Met, NotMet]);
}

/// Below, at and above the limit of 10; then a range that holds it, and one without an end.
#[test]
fn comparisons_at_and_around_the_limit() {
    let ten = Decimal::TEN;
    let table = [
        (Comparison::AtLeast, [NotMet, Met, Met, NotEvaluable, Met]),
        (Comparison::Above, [NotMet, NotMet, Met, NotEvaluable, NotEvaluable]),
        (Comparison::AtMost, [Met, Met, NotMet, NotEvaluable, NotEvaluable]),
        (Comparison::Below, [Met, NotMet, NotMet, NotEvaluable, NotMet]),
    ];
    let ranges = [
        (Some(9), Some(9)),
        (Some(10), Some(10)),
        (Some(11), Some(11)),
        (Some(9), Some(11)),
        (Some(10), None),
    ];
    for (comparison, expected) in table {
        let check = Expression::Compare(Fact::Age, comparison, ten);
        let verdicts = ranges.map(|(low, high): (Option<i64>, Option<i64>)| {
            let mut facts = Facts::default();
            facts.between(Fact::Age, low.map(Decimal::from), high.map(Decimal::from));
            check.evaluate(&facts)
        });
        assert_eq!(verdicts, expected, "{comparison:?}");
    }
}

#[test]
fn a_check_reads_in_words() {
    let book = nk510();
    let words = |id: &str| book.criterion(id).unwrap().check.as_ref().unwrap().to_string();
    assert_eq!(words("INC-01"), "age >= 18 years and age <= 70 years");
    assert_eq!(words("INC-06"), "ana_titre >= 1:80");
    assert_eq!(
        words("INC-08"),
        "bilirubin_xuln <= 1.5 x ULN or (gilbert_syndrome and bilirubin_xuln <= 3.0 x ULN and direct_bilirubin_xuln <= 1.5 x ULN)"
    );
    assert_eq!(
        book.criterion("INC-08").unwrap().check.as_ref().unwrap().facts(),
        [Fact::BilirubinXuln, Fact::DirectBilirubinXuln, Fact::GilbertSyndrome]
    );
}

#[test]
fn what_was_observed_is_shown_with_its_unit() {
    let mut facts = facts(&[(Fact::Haemoglobin, "101")], &[(Fact::Lactating, false)]);
    facts.between(Fact::SledaiTotal, Some(Decimal::from(4)), Some(Decimal::from(8)));
    facts.between(Fact::Platelets, None, Some(Decimal::from(10)));
    assert_eq!(facts.observed(Fact::Haemoglobin).as_deref(), Some("101 g/L"));
    assert_eq!(facts.observed(Fact::Lactating).as_deref(), Some("no"));
    assert_eq!(facts.observed(Fact::SledaiTotal).as_deref(), Some("4 to 8"));
    assert_eq!(facts.observed(Fact::Platelets).as_deref(), Some("at most 10 10^9/L"));
    assert_eq!(facts.observed(Fact::Age), None);
}
