//! Data cuts.

use crate::command::safety::{AdjudicateDlt, AssessSponsorCausality};
use crate::command::testing::{Trial, actor, cut, day, refusal, row, rows_of};
use entity::rows;
use entity::terms::{Agent, Causality, CausalityAssessor};
use policy::{RefusalCode as Code, Role};

#[test]
fn a_cut_is_two_rows_under_one_id() {
    let mut trial = Trial::open_label();
    trial.dosed("SH01");
    let statistician = actor(Role::DsmbStatistician, &[]);
    let (open, sealed) = (*trial.study.open(), *trial.study.sealed());
    let decision = trial.run(&statistician, &cut("first", "2026-05-31")).unwrap();
    let (cut_row, closed): (rows::DataCut, Vec<rows::ClosedCut>) =
        (row(&decision), rows_of(&decision.sealed));
    assert_eq!(cut_row.id, closed[0].id);
    assert_eq!(cut_row.open_revision, i64::try_from(open.revision.0).unwrap());
    assert_eq!(cut_row.open_hash, open.hash.to_string());
    assert_eq!(closed[0].sealed_revision, i64::try_from(sealed.revision.0).unwrap());
    assert_eq!(closed[0].closed_hash.len(), 64);
    // A cut before the dose knows another study.
    let second = trial.run(&statistician, &cut("before", "2026-05-05")).unwrap();
    assert_ne!(rows_of::<rows::ClosedCut>(&second.sealed)[0].closed_hash, closed[0].closed_hash);
    // And the same data up to the same day give the same hash.
    let third = trial.run(&statistician, &cut("again", "2026-05-31")).unwrap();
    assert_eq!(rows_of::<rows::ClosedCut>(&third.sealed)[0].closed_hash, closed[0].closed_hash);
}

/// What is known of an event before the cut-off is in the cut whenever it became known: a DLT that was adjudicated
/// after the cut-off is not kept from the board, nor a cause. What happened after it is.
#[test]
fn a_cut_knows_what_was_judged_after_its_cut_off() {
    let mut trial = Trial::open_label();
    let subject = trial.dosed("SH01");
    let event = trial.event(subject);
    let decide = AdjudicateDlt {
        subject,
        adverse_event: event,
        is_dlt: true,
        rationale: "no other cause".into(),
        decided_on: Some(day("2026-05-28")),
        reason: None,
        expected_revision: None,
    };
    trial.run(&actor(Role::MedicalMonitor, &[]), &decide).unwrap();
    let judge = AssessSponsorCausality {
        subject,
        adverse_event: event,
        agent: Agent::Nk510,
        causality: Causality::Probable,
        reason: None,
        expected_revision: None,
    };
    trial.run(&actor(Role::SafetyOfficer, &[]), &judge).unwrap();
    let rows = |on: &str| trial.study.cut(day(on)).subject(subject).unwrap().rows.clone();
    let known = rows("2026-05-20");
    assert!(known.dlt_adjudications[0].is_dlt);
    assert!(known.adverse_event_causalities.iter().any(|it| it.assessor == CausalityAssessor::Sponsor));
    let before = rows("2026-05-09");
    assert!(before.adverse_events.is_empty() && before.dlt_adjudications.is_empty());
    assert!(before.adverse_event_causalities.is_empty());
}

#[test]
fn a_cut_is_refused_code_by_code() {
    let mut trial = Trial::open_label();
    let statistician = actor(Role::DsmbStatistician, &[]);
    assert_eq!(
        refusal(trial.run(&actor(Role::DsmbMember, &[]), &cut("first", "2026-05-31"))).0,
        Code::Forbidden
    );
    assert_eq!(
        refusal(trial.run(&actor(Role::Statistician, &[]), &cut("first", "2026-05-31"))).0,
        Code::Forbidden
    );
    let future = refusal(trial.run(&statistician, &cut("first", "2026-06-02")));
    assert_eq!(future, (Code::InvalidValue, "clinicalCutOff".into()));
    assert_eq!(refusal(trial.run(&statistician, &cut(" ", "2026-05-31"))).1, "name");
    trial.run(&statistician, &cut("first", "2026-06-01")).unwrap();
    assert_eq!(
        refusal(trial.run(&statistician, &cut("first", "2026-05-31"))),
        (Code::Duplicate, "name".into())
    );
}
