//! Adverse events.

use super::*;
use crate::command::conduct::{CorrectRecord, Correction};
use crate::command::testing::{Trial, actor, day, event, refusal, row, rows_of};
use entity::terms::{
    AdverseEventCategory, AdverseEventOutcome, Agent, Causality, GradeScale, OxygenSupport, RuleState,
    SeriousnessCriterion,
};
use entity::{AstctFindings, CrsFindings, IcansFindings, rows};
use policy::{RefusalCode as Code, Role};
use uuid::Uuid;

#[test]
fn a_report_is_refused_code_by_code() {
    let mut trial = Trial::open_label();
    let subject = trial.dosed("SH01");
    let who = trial.investigator("SH01");
    let mut refused = |change: &dyn Fn(&mut ReportAdverseEvent)| {
        let mut report = event(subject);
        change(&mut report);
        refusal(trial.run(&who, &report))
    };
    assert_eq!(refused(&|it| it.event.start = "2026-04".into()), (Code::InvalidValue, "start".into()));
    assert_eq!(refused(&|it| it.event.start = "2026-06-02".into()).1, "start");
    assert_eq!(refused(&|it| it.event.start = "next week".into()).1, "start");
    assert_eq!(refused(&|it| it.event.end = Some("2026-05-09".into())).1, "end");
    assert_eq!(refused(&|it| it.event.end = Some("2026-05-20".into())).1, "end", "NOT_RECOVERED goes on");
    assert_eq!(
        refused(&|it| it.event.outcome = AdverseEventOutcome::Recovered),
        (Code::Required, "end".into())
    );
    let fatal = |it: &mut ReportAdverseEvent| {
        (it.event.outcome, it.event.end) = (AdverseEventOutcome::Fatal, Some("2026-05-20".into()));
    };
    assert_eq!(refused(&fatal), (Code::InvalidValue, "seriousness".into()));
    let serious =
        |it: &mut ReportAdverseEvent| it.event.seriousness = vec![SeriousnessCriterion::Hospitalisation];
    assert_eq!(refused(&serious), (Code::Required, "awareOn".into()));
    assert_eq!(refused(&|it| it.event.aware_on = Some(day("2026-05-09"))).1, "awareOn");
    assert_eq!(refused(&|it| it.event.aware_on = Some(day("2026-06-02"))).1, "awareOn");
    assert_eq!(refused(&|it| it.grades.clear()), (Code::Required, "grades".into()));
    assert_eq!(refused(&|it| it.grades[0].grade = Some(0)).1, "grades.0.grade");
    assert_eq!(refused(&|it| it.grades[0].grade = Some(6)).1, "grades.0.grade");
    assert_eq!(refused(&|it| it.grades[0].grade = Some(5)).1, "grades.0.grade", "nobody died");
    assert_eq!(refused(&|it| it.grades[0].scale = GradeScale::Astct).1, "grades.0.scale");
    assert_eq!(refused(&|it| it.grades[0].since = Some("2026-05-09".into())).1, "grades.0.since");
    let twice = |it: &mut ReportAdverseEvent| it.causalities.push(it.causalities[0].clone());
    assert_eq!(refused(&twice), (Code::Duplicate, "causalities.1.agent".into()));
    assert_eq!(refused(&|it| it.subject = Uuid::nil()), (Code::NotFound, "subject".into()));
    let mut crs = event(subject);
    crs.event.category = AdverseEventCategory::Crs;
    crs.grades[0].scale = GradeScale::Astct;
    crs.event.narrative = Some("QZXW had a fever".into());
    let decision = trial.run(&who, &crs).unwrap();
    let stored: rows::AdverseEvent = row(&decision);
    assert_eq!(stored.narrative.unwrap().withhold, [[0, 4]]);
    assert_eq!(rows_of::<rows::AdverseEventGrade>(&decision.open)[0].since.as_str(), "2026-05-10");
}

fn follow(subject: Uuid, adverse_event: Uuid, expected_revision: Option<u64>) -> FollowAdverseEvent {
    FollowAdverseEvent {
        subject,
        adverse_event,
        grade: None,
        end: None,
        outcome: None,
        seriousness: None,
        aware_on: None,
        causality: None,
        reason: None,
        expected_revision,
    }
}

/// P11-04: what adds to a record needs no reason, what contradicts it does. P11-40: each step names what it read.
#[test]
fn findings_grade_a_crs_or_icans() {
    let mut trial = Trial::open_label();
    let subject = trial.dosed("SH01");
    let who = trial.investigator("SH01");
    let crs = |fever, vasopressors, oxygen| AstctFindings::Crs {
        crs: CrsFindings { fever, hypotension: Some(false), vasopressors, oxygen },
    };
    let report = |category, grade, findings| {
        let whole = event(subject);
        ReportAdverseEvent {
            event: AdverseEventFields { category, ..whole.event },
            grades: vec![GradeSince {
                grade,
                scale: GradeScale::Astct,
                findings: Some(findings),
                since: None,
            }],
            ..whole
        }
    };
    use AdverseEventCategory::{Crs, Icans};
    let (air, mask) = (Some(OxygenSupport::None), Some(OxygenSupport::HighFlow));
    let refused = [
        (report(Crs, Some(2), crs(Some(true), Some(0), air)), "grades.0.grade"),
        (report(Crs, Some(2), crs(Some(true), None, mask)), "grades.0.grade"),
        (report(Crs, Some(1), crs(Some(false), Some(0), air)), "grades.0.findings.crs"),
        (report(Crs, None, crs(Some(true), Some(21), air)), "grades.0.findings.crs.vasopressors"),
        (report(Icans, Some(1), crs(Some(true), Some(0), air)), "grades.0.findings.crs"),
        (
            report(
                Icans,
                None,
                AstctFindings::Icans { icans: IcansFindings { ice_score: Some(11), ..Default::default() } },
            ),
            "grades.0.findings.icans.iceScore",
        ),
    ];
    for (command, field) in refused {
        assert_eq!(refusal(trial.run(&who, &command)), (Code::InvalidValue, field.into()));
    }
    let mut of_ctcae = report(Crs, Some(1), crs(Some(true), Some(0), air));
    of_ctcae.grades[0].scale = GradeScale::CtcaeV5;
    assert_eq!(refusal(trial.run(&who, &of_ctcae)), (Code::InvalidValue, "grades.0.scale".into()));

    // Left out, the grade is what the findings say; what they leave open stays unknown, unless somebody knows it.
    let graded = [
        (None, crs(Some(true), Some(0), air), Some(1)),
        (None, crs(Some(true), Some(0), mask), Some(3)),
        (None, crs(Some(true), None, mask), None),
        (Some(4), crs(Some(true), None, mask), Some(4)),
    ];
    for (given, findings, grade) in graded {
        trial.run(&who, &report(Crs, given, findings)).unwrap();
        let whole = trial.subject(subject);
        let saved = whole.rows.adverse_event_grades.iter().max_by_key(|it| it.revision).unwrap();
        assert_eq!((saved.grade, saved.findings), (grade, Some(findings)), "{given:?} {findings:?}");
    }

    // The category stays that of the findings.
    let whole = trial.subject(subject);
    let saved = whole.rows.adverse_events.iter().max_by_key(|it| it.revision).unwrap();
    let (id, revision) = (saved.row.id, saved.revision);
    let fields = AdverseEventFields { category: Icans, ..event(subject).event };
    let renamed = CorrectRecord {
        subject,
        correction: Correction::AdverseEvent(id, fields),
        reason: Some("it was the other".into()),
        expected_revision: Some(revision),
    };
    assert_eq!(refusal(trial.run(&who, &renamed)), (Code::InvalidValue, "category".into()));
}

#[test]
fn an_event_is_followed() {
    let mut trial = Trial::open_label();
    let subject = trial.dosed("SH01");
    let who = trial.investigator("SH01");
    let id = trial.event(subject);
    let revision = |trial: &Trial| Some(trial.subject(subject).rows.adverse_events[0].revision);
    assert_eq!(
        refusal(trial.run(&who, &follow(subject, id, None))),
        (Code::Required, "expectedRevision".into())
    );
    assert_eq!(refusal(trial.run(&who, &follow(subject, id, Some(1)))).0, Code::Conflict);
    let nothing = follow(subject, id, revision(&trial));
    assert_eq!(refusal(trial.run(&who, &nothing)).0, Code::InvalidValue);
    let unknown = follow(subject, Uuid::nil(), Some(1));
    let hidden = follow(subject, id, Some(1));
    let elsewhere = trial.investigator("BJ02");
    assert_eq!(trial.run(&elsewhere, &unknown).unwrap_err(), trial.run(&elsewhere, &hidden).unwrap_err());
    let graded = FollowAdverseEvent {
        grade: Some(GradeSince {
            grade: Some(1),
            scale: GradeScale::CtcaeV5,
            findings: None,
            since: Some("2026-05-15".into()),
        }),
        ..follow(subject, id, revision(&trial))
    };
    trial.run(&who, &graded).unwrap();
    assert_eq!(refusal(trial.run(&who, &graded)).0, Code::Conflict, "a follow-up moves the event's revision");
    let ended = FollowAdverseEvent {
        end: Some("2026-05-20".into()),
        outcome: Some(AdverseEventOutcome::Recovered),
        ..follow(subject, id, revision(&trial))
    };
    trial.run(&who, &ended).unwrap();
    let mut later =
        FollowAdverseEvent { end: Some("2026-05-21".into()), ..follow(subject, id, revision(&trial)) };
    assert_eq!(refusal(trial.run(&who, &later)), (Code::ReasonRequired, "reason".into()));
    later.reason = Some("the discharge letter says so".into());
    trial.run(&who, &later).unwrap();
    let mut judged = FollowAdverseEvent {
        causality: Some(AgentCausality { agent: Agent::Nk510, causality: Some(Causality::NotRelated) }),
        ..follow(subject, id, revision(&trial))
    };
    assert_eq!(refusal(trial.run(&who, &judged)).0, Code::ReasonRequired);
    judged.reason = Some("a new drug explains it".into());
    trial.run(&who, &judged).unwrap();
    judged.causality =
        Some(AgentCausality { agent: Agent::Fludarabine, causality: Some(Causality::Possible) });
    (judged.reason, judged.expected_revision) = (None, revision(&trial));
    trial.run(&who, &judged).unwrap();
    let causalities = &trial.subject(subject).rows.adverse_event_causalities;
    let of = |agent| causalities.iter().find(|it| it.agent == agent).unwrap().causality;
    assert_eq!(of(Agent::Nk510), Some(Causality::NotRelated));
    assert_eq!(of(Agent::Fludarabine), Some(Causality::Possible));
}

#[test]
fn the_sponsor_judges_beside_the_investigator() {
    let mut trial = Trial::open_label();
    let subject = trial.dosed("SH01");
    let id = trial.event(subject);
    let officer = actor(Role::SafetyOfficer, &[]);
    let mut judge = AssessSponsorCausality {
        subject,
        adverse_event: id,
        agent: Agent::Nk510,
        causality: Causality::Possible,
        reason: None,
        expected_revision: None,
    };
    assert_eq!(refusal(trial.run(&trial.investigator("SH01"), &judge)).0, Code::Forbidden);
    trial.run(&officer, &judge).unwrap();
    assert_eq!(trial.subject(subject).rows.adverse_event_causalities.len(), 2);
    judge.causality = Causality::Unlikely;
    assert_eq!(refusal(trial.run(&officer, &judge)), (Code::Required, "expectedRevision".into()));
    judge.expected_revision = Some(trial.study.open().revision.0);
    assert_eq!(refusal(trial.run(&officer, &judge)).0, Code::ReasonRequired);
    judge.reason = Some("new literature".into());
    trial.run(&officer, &judge).unwrap();
    judge.expected_revision = Some(trial.study.open().revision.0);
    assert_eq!(refusal(trial.run(&officer, &judge)).0, Code::InvalidValue, "the same again");
    let unknown = AssessSponsorCausality { adverse_event: Uuid::nil(), ..judge };
    assert_eq!(refusal(trial.run(&officer, &unknown)), (Code::NotFound, "adverseEvent".into()));
}

/// The adjudication counts, whatever the rule suggests.
#[test]
fn an_adjudication_decides_the_pause() {
    let mut trial = Trial::open_label();
    let (one, two) = (trial.dosed("SH01"), trial.dosed("BJ02"));
    let (first, _) = (trial.event(one), trial.event(two));
    let state = |trial: &Trial| trial.study.rows.stopping_rules[0].state;
    assert_eq!(state(&trial), RuleState::Pause);
    let monitor = actor(Role::MedicalMonitor, &[]);
    let mut decide = AdjudicateDlt {
        subject: one,
        adverse_event: first,
        is_dlt: false,
        rationale: "explained by a new drug".into(),
        decided_on: None,
        reason: None,
        expected_revision: None,
    };
    assert_eq!(refusal(trial.run(&trial.investigator("SH01"), &decide)).0, Code::Forbidden);
    let blank = AdjudicateDlt { rationale: " ".into(), ..decide.clone() };
    assert_eq!(refusal(trial.run(&monitor, &blank)), (Code::Required, "rationale".into()));
    let early = AdjudicateDlt { decided_on: Some(day("2026-05-09")), ..decide.clone() };
    assert_eq!(refusal(trial.run(&monitor, &early)).1, "decidedOn");
    let future = AdjudicateDlt { decided_on: Some(day("2026-06-02")), ..decide.clone() };
    assert_eq!(refusal(trial.run(&monitor, &future)).1, "decidedOn");
    trial.run(&monitor, &decide).unwrap();
    assert_eq!(state(&trial), RuleState::Watch);
    decide.is_dlt = true;
    assert_eq!(refusal(trial.run(&monitor, &decide)).0, Code::Required);
    decide.expected_revision = Some(trial.subject(one).rows.dlt_adjudications[0].revision);
    assert_eq!(refusal(trial.run(&monitor, &decide)).0, Code::ReasonRequired);
    decide.reason = Some("the committee saw it otherwise".into());
    trial.run(&monitor, &decide).unwrap();
    assert_eq!(state(&trial), RuleState::Pause);
}

#[test]
fn nothing_limits_a_dose_that_was_not_given() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let id = trial.event(subject);
    let decide = AdjudicateDlt {
        subject,
        adverse_event: id,
        is_dlt: true,
        rationale: "x".into(),
        decided_on: None,
        reason: None,
        expected_revision: None,
    };
    let monitor = actor(Role::MedicalMonitor, &[]);
    assert_eq!(refusal(trial.run(&monitor, &decide)), (Code::WrongState, "adverseEvent".into()));
}
