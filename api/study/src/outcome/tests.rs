//! In which analysis set each outcome measure is counted, and what stands for missing answers: the protocol says both.

use super::{EventsOf, Incidence, IncidenceLevel, MissingStrategy, OutcomeGrouping, RateOf};
use crate::command::conduct::{AssessmentItems, RecordAssessment, SledaiEntry};
use crate::command::testing::{NK510, Trial, actor, day, dose, sledai};
use crate::derived::Timepoint;
use crate::terms::SriDenominator;
use crate::view::{Lens, View};
use entity::term::Term;
use policy::Role;
use std::sync::Arc;

/// Two subjects of one site. The first received the planned 2,800 million cells on 6 May 2026 and has a SLEDAI-2K at
/// day 28; the second received half of them and was never assessed after it.
fn two(document: &str) -> View {
    let mut trial = Trial::of(document);
    trial.now = "2026-06-20T04:00:00Z".parse().unwrap();
    let (whole, half) = (trial.enrolled("SH01"), trial.enrolled("SH01"));
    for (subject, cells) in [(whole, "2800000000"), (half, "1400000000")] {
        let mut given = dose(subject);
        given.dose.total_cells = Some(cells.to_owned());
        trial.run(&trial.coordinator("SH01"), &given).unwrap();
    }
    let visit = trial.visit(whole, "DAY_28", "2026-06-02");
    let items = sledai(&["rash"]);
    let assess = RecordAssessment { subject: whole, visit, assessed_on: None, assessor: None, items };
    trial.run(&trial.coordinator("SH01"), &assess).unwrap();
    trial.visit(half, "DAY_28", "2026-06-02");
    statistician(&trial)
}

/// What the sponsor's statistician sees.
fn statistician(trial: &Trial) -> View {
    let who = Arc::new(actor(Role::Statistician, &[]));
    trial.study.view(&who, Lens::judging(trial.now)).unwrap()
}

/// The protocol with another set for one of its measures, by its number.
fn counted_in(number: u32, set: &str) -> String {
    let marker = format!("[[outcomes]]\nnumber = {number}\n");
    let at = NK510.find(&marker).expect("the protocol numbers its measures");
    let (before, after) = NK510.split_at(at);
    let old = after.lines().find(|line| line.starts_with("population = ")).expect("a measure names its set");
    format!("{before}{}", after.replacen(old, &format!("population = \"{set}\""), 1))
}

/// The denominator of the total of a rate.
fn of_sri(view: &View, missing: Option<MissingStrategy>) -> (u64, u64) {
    let rates = view
        .rate(RateOf::Sri(4, SriDenominator::All), "DAY_28", missing, (OutcomeGrouping::Total, None))
        .unwrap();
    (rates[0].denominator, rates[0].not_evaluable)
}

#[test]
fn a_measure_is_counted_in_the_set_that_the_protocol_names() {
    assert_eq!(of_sri(&two(NK510), None), (2, 2), "both were dosed");
    // The second is not evaluable for DLT: half of the dose is too little.
    assert_eq!(of_sri(&two(&counted_in(1, "DLT_EVALUABLE")), None), (1, 1));
    // Deviations are not classified, so nobody is certainly per protocol.
    assert_eq!(of_sri(&two(&counted_in(1, "PER_PROTOCOL")), None), (0, 0));
    // Nobody was given lymphodepletion here.
    assert_eq!(of_sri(&two(&counted_in(1, "LYMPHODEPLETION_SAFETY")), None), (0, 0));
    let modified =
        NK510.replace("full_analysis_needs_assessment = false", "full_analysis_needs_assessment = true");
    assert_eq!(of_sri(&two(&modified), None), (1, 1), "the second was not assessed after the dose");

    let events = |document: &str| {
        two(document).incidence(EventsOf::Product, OutcomeGrouping::Total, None).unwrap()[0].denominator
    };
    assert_eq!((events(NK510), events(&counted_in(2, "DLT_EVALUABLE"))), (2, 1));
    let change = |document: &str| {
        let summary =
            two(document).sledai_change_summary("DAY_28", (OutcomeGrouping::Total, None)).unwrap().remove(0);
        summary.figures.n + summary.missing
    };
    assert_eq!((change(NK510), change(&counted_in(6, "DLT_EVALUABLE"))), (2, 1));
    // Whoever is not evaluable for DLT leaves the denominator in any set, and is counted beside it.
    let dlt = |document: &str| {
        let rate = two(document).dlt_rate(OutcomeGrouping::Total, None).unwrap().remove(0);
        (rate.denominator, rate.not_evaluable)
    };
    assert_eq!((dlt(NK510), dlt(&counted_in(3, "LYMPHODEPLETION_SAFETY"))), ((1, 1), (0, 0)));
}

/// Under BOIN the first level's rate is estimated from the one subject who counts, without toxicity: 0.05 of 1.1. Each design
/// names the parameters that it has, and no others.
#[test]
fn a_model_assisted_escalation_estimates_the_tolerated_dose() {
    let boin = NK510.replace("design = \"THREE_PLUS_THREE\"", "design = \"BOIN\"");
    let escalation = two(&boin).escalation(None).value.unwrap();
    assert_eq!((escalation.levels[0].evaluable, escalation.levels[0].dlt), (1, 0));
    let rate = escalation.levels[0].estimated_rate.unwrap();
    assert!((rate - 0.05 / 1.1).abs() < 1e-12, "{rate}");
    assert_eq!((escalation.tolerated_level, escalation.levels[1].estimated_rate), (Some(1), None));
    let names = |escalation: &super::Escalation| -> Vec<String> {
        escalation.rule.parameters.iter().map(|(name, _)| name.to_string()).collect()
    };
    let of_boin = [
        "elimination_cutoff",
        "elimination_minimum",
        "p_saf_ratio",
        "p_tox_ratio",
        "planned_subjects",
        "target_rate",
    ];
    assert_eq!(names(&escalation), of_boin);
    let classic = two(NK510).escalation(None).value.unwrap();
    assert_eq!((classic.tolerated_level, classic.levels[0].estimated_rate), (None, None));
    assert_eq!(names(&classic), ["confirm_top", "planned_subjects"]);
}

/// A set is as of a day, and so is who is counted in it.
#[test]
fn nobody_is_counted_before_the_dose() {
    let view = two(NK510);
    let treated = |on| {
        view.rate(RateOf::Lldas, "DAY_28", None, (OutcomeGrouping::Total, Some(day(on)))).unwrap()[0]
            .denominator
    };
    assert_eq!((treated("2026-05-05"), treated("2026-05-06")), (0, 2));
}

/// SRI-5 to SRI-8 are reported over all, and over those whose baseline can fall that far: here arthritis, myositis and rash
/// at screening make 4 + 4 + 2 = 10 points, and for the second subject one descriptor is left open (2 more at most).
#[test]
fn sri_is_counted_among_those_whose_score_can_fall_so_far() {
    use SriDenominator::{All, BaselineAtLeastPoints};
    let low = |present: &[&str], open: &[&str]| {
        let AssessmentItems::Sledai { mut items, .. } = sledai(present) else { panic!("another instrument") };
        for item in items.iter_mut().filter(|item| open.contains(&item.code.as_str())) {
            item.present = None;
        }
        AssessmentItems::Sledai { items, joint_count: None, comments: Vec::new() }
    };
    let mut trial = Trial::open_label();
    trial.now = "2026-06-20T04:00:00Z".parse().unwrap();
    // At baseline on 4 May: 10 points as screened, 6, and 6 or 8.
    let baselines =
        [None, Some(low(&["arthritis", "rash"], &[])), Some(low(&["arthritis", "rash"], &["alopecia"]))];
    for baseline in baselines {
        let subject = trial.enrolled("SH01");
        let who = trial.coordinator_of(subject);
        if let Some(items) = baseline {
            let visit = trial.visit(subject, "DAY_1", "2026-05-06");
            trial
                .run(&who, &RecordAssessment { subject, visit, assessed_on: None, assessor: None, items })
                .unwrap();
        }
        trial.run(&who, &dose(subject)).unwrap();
    }
    let view = statistician(&trial);
    let counted = |points, among| {
        let rates =
            view.rate(RateOf::Sri(points, among), "DAY_28", None, (OutcomeGrouping::Total, None)).unwrap();
        let rule = rates[0].rule.as_ref().unwrap();
        assert!(rule.parameters.contains(&("denominator".into(), among.as_str().to_owned())), "{rule:?}");
        (rates[0].denominator, rates[0].not_evaluable)
    };
    // Nobody was assessed at day 28: whoever counts is not evaluable there.
    assert_eq!(counted(5, All), (3, 3));
    // Six points at baseline can never fall by eight: that is no response, and certain.
    assert_eq!(counted(8, All), (3, 2));
    assert_eq!(counted(6, BaselineAtLeastPoints), (3, 3), "exactly six points are enough");
    // 6 cannot fall by 7; of 6 to 8 that is not known.
    assert_eq!(counted(7, BaselineAtLeastPoints), (1, 2));
    assert_eq!(counted(8, BaselineAtLeastPoints), (1, 2));
}

#[test]
fn what_stands_for_missing_answers_is_the_protocols_choice() {
    let observed = NK510.replace("missing = \"NRI\"", "missing = \"OBSERVED_CASE\"");
    assert_eq!(of_sri(&two(&observed), None), (0, 2));
    assert_eq!(of_sri(&two(&observed), Some(MissingStrategy::NonResponder)), (2, 2));
    assert_eq!(of_sri(&two(NK510), Some(MissingStrategy::ObservedCase)), (0, 2));
}

/// What may not be read of a set is not told by who is counted in it: in a masked study lymphodepletion is kept from the
/// sponsor, and with it every figure over those who had it.
#[test]
fn a_set_that_is_kept_keeps_its_figures() {
    let masked = |document: &str| document.replacen("masking = \"OPEN\"", "masking = \"DOUBLE\"", 1);
    assert_ne!(masked(NK510), NK510);
    let told = |document: &str| {
        let trial = Trial::of(&masked(document));
        let view = statistician(&trial);
        view.rate(RateOf::Sri(4, SriDenominator::All), "MONTH_3", None, (OutcomeGrouping::Total, None))
            .is_some()
    };
    assert_eq!((told(NK510), told(&counted_in(1, "LYMPHODEPLETION_SAFETY"))), (true, false));
}

/// Events are told by the level received: whoever was meant to receive the second level, 80 million cells a kilogram, and
/// received 50 million, of which the first level's 40 million are the most that was given in full, counts with the first.
/// What depends on who was assigned stays with the assignment.
#[test]
fn events_are_counted_by_the_dose_received() {
    let mut trial = Trial::open_label();
    trial.open_cohort(2);
    let subject = trial.eligible("SH01");
    let enrol = trial.enrolment(subject, 2);
    trial.run(&trial.coordinator("SH01"), &enrol).unwrap();
    let mut given = dose(subject);
    given.dose.total_cells = Some("3500000000".to_owned());
    trial.run(&trial.coordinator("SH01"), &given).unwrap();
    let view = statistician(&trial);
    let table = view.incidence(EventsOf::Anything, OutcomeGrouping::Cohort, None).unwrap();
    let any = table.iter().filter(|row| row.level == IncidenceLevel::Any);
    let counted: Vec<u64> = any.map(|row| row.denominator).collect();
    assert_eq!(counted, [1, 0, 0, 1]);
    let level = |row: &Incidence| {
        row.rule.as_ref().unwrap().parameters.iter().any(|it| it.0 == "dose_level" && it.1 == "RECEIVED")
    };
    assert!(table.iter().all(level));
    let assigned = view
        .rate(RateOf::Sri(4, SriDenominator::All), "DAY_28", None, (OutcomeGrouping::Cohort, None))
        .unwrap();
    assert_eq!(assigned.iter().map(|rate| rate.denominator).collect::<Vec<_>>(), [0, 1, 0, 1]);
}

/// Serology that a visit leaves open is taken from at most so many days before, where the protocol allows that at all; the
/// answer says from where.
#[test]
fn serology_is_carried_forward_where_the_protocol_allows_it() {
    let total = |days: &str, first: &str| {
        let document = NK510
            .replace("serology_carry_forward_days = 0", &format!("serology_carry_forward_days = {days}"));
        let mut trial = Trial::of(&document);
        trial.now = "2026-06-20T04:00:00Z".parse().unwrap();
        let subject = trial.dosed("SH01");
        for (code, on, present, serology) in
            [("DAY_14", first, "low_complement", true), ("DAY_28", "2026-06-02", "rash", false)]
        {
            let visit = trial.visit(subject, code, on);
            let AssessmentItems::Sledai { items, .. } = sledai(&[present]) else {
                panic!("another instrument")
            };
            let keep = |it: &SledaiEntry| {
                serology || !["low_complement", "increased_dna_binding"].contains(&it.code.as_str())
            };
            let items = items.into_iter().filter(keep).collect();
            let items = AssessmentItems::Sledai { items, joint_count: None, comments: Vec::new() };
            let assess = RecordAssessment { subject, visit, assessed_on: None, assessor: None, items };
            trial.run(&trial.coordinator("SH01"), &assess).unwrap();
        }
        let told = trial.subject(subject).sledai(&Timepoint::visit("DAY_28")).unwrap();
        (told.score.total, told.carried.len())
    };
    // A rash counts 2, low complement 2. The 14th day before 2 June is 19 May.
    assert_eq!(total("14", "2026-05-19"), (Some(4), 1));
    assert_eq!(total("13", "2026-05-19"), (None, 0));
    assert_eq!(total("0", "2026-05-19"), (None, 0));
}
