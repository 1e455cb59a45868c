//! What holds for every command.

use super::Decide;
use super::conduct::*;
use super::enrolment::*;
use super::review::*;
use super::safety::*;
use super::setup::*;
use super::testing::*;
use entity::row::Row;
use entity::rows;
use entity::terms::{
    Agent, Causality, ConsentPurpose, DeviationCategory, DispositionKind, Frequency, Indication,
    IntercurrentEventKind, MedicationClass, Route,
};
use policy::{Act, Identity, Party, RefusalCode, Role};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A study in which every act was done at least once.
fn every_act() -> Trial {
    let mut trial = Trial::open_label();
    let subject = trial.dosed("SH01");
    let (coordinator, investigator) = (trial.coordinator("SH01"), trial.investigator("SH01"));
    let event = trial.event(subject);
    let revision = trial.study.open().revision.0;
    let identity = Identity { initials: Some("ABCD".into()), ..Identity::default() };
    let subject_revision = Some(trial.subject(subject).row.revision);
    let reason = || Some("transcription".to_owned());
    trial
        .run(
            &coordinator,
            &RecordIdentity { subject, identity, reason: reason(), expected_revision: subject_revision },
        )
        .unwrap();
    let (purpose, version) = (ConsentPurpose::Samples, "1.0".to_owned());
    let consent = RecordConsent { subject, purpose, version, on: day("2026-05-02"), withdrawn: false };
    trial.run(&coordinator, &consent).unwrap();
    let medication = MedicationFields {
        drug: "Prednisone".into(),
        class: MedicationClass::Glucocorticoid,
        dose: Some("5".into()),
        unit: Some("mg".into()),
        route: Route::Oral,
        frequency: Some(Frequency::Qd),
        start: "2025".into(),
        end: None,
        ongoing: true,
        indication: Indication::Sle,
    };
    let medicated =
        trial.run(&coordinator, &RecordMedication { subject, medication: medication.clone() }).unwrap();
    let halved = MedicationFields { dose: Some("2.5".into()), ..medication };
    let correction = Correction::Medication(medicated.open[0].row, halved);
    let expected_revision = Some(trial.study.open().revision.0);
    trial
        .run(&coordinator, &CorrectRecord { subject, correction, reason: reason(), expected_revision })
        .unwrap();
    let kind = IntercurrentEventKind::MissedVisit;
    let happened = IntercurrentEventFields { kind, occurred_on: day("2026-05-20"), days: None, note: None };
    trial.run(&coordinator, &RecordIntercurrentEvent { subject, event: happened }).unwrap();
    let deviated = DeviationFields {
        category: DeviationCategory::VisitSchedule,
        occurred_on: day("2026-05-21"),
        description: "Seen a day late".into(),
    };
    trial.run(&coordinator, &RecordProtocolDeviation { subject, deviation: deviated }).unwrap();
    let saved = trial.subject(subject).rows.assessments[0].clone();
    let corrected = CorrectAssessment {
        subject,
        assessment: saved.row.id,
        assessed_on: None,
        assessor: None,
        items: sledai(&["arthritis", "fever"]),
        reason: reason(),
        expected_revision: Some(saved.revision),
    };
    trial.run(&coordinator, &corrected).unwrap();
    let followed = FollowAdverseEvent {
        subject,
        adverse_event: event,
        grade: None,
        end: Some("2026-05-20".into()),
        outcome: Some(entity::terms::AdverseEventOutcome::Recovered),
        seriousness: None,
        aware_on: None,
        causality: None,
        reason: None,
        expected_revision: Some(revision),
    };
    trial.run(&investigator, &followed).unwrap();
    sponsor_and_board(&mut trial, subject, event);
    corrections(&mut trial, subject);
    let end = WithdrawSubject {
        subject,
        kind: DispositionKind::Completed,
        occurred_on: day("2026-05-30"),
        reason: None,
    };
    trial.run(&coordinator, &end).unwrap();
    let ended = trial.subject(subject).rows.dispositions[0].row.id;
    let (kind, occurred_on) = (DispositionKind::Completed, day("2026-05-31"));
    correct(
        &mut trial,
        subject,
        Correction::Disposition(ended, DispositionFields { kind, occurred_on, cause: None }),
    );
    trial
}

fn correct(trial: &mut Trial, subject: Uuid, correction: Correction) {
    let expected_revision = trial.subject(subject).rows.revision(correction.record());
    let reason = Some("transcription".to_owned());
    let command = CorrectRecord { subject, correction, reason, expected_revision };
    trial.run(&trial.coordinator_of(subject), &command).unwrap();
}

/// One of every kind of record but the end of participation.
fn corrections(trial: &mut Trial, subject: Uuid) {
    let held = trial.subject(subject);
    let rows = &held.rows;
    let (visit, panel, result_of) =
        (&rows.visits[0], &rows.autoantibody_panels[0], &rows.autoantibody_results[0]);
    let note = Some("late in the day".to_owned());
    let fields = VisitFields {
        code: visit.planned_code.clone(),
        date: visit.date,
        status: visit.status,
        note: note.clone(),
    };
    let consent = rows.consents.iter().find(|it| it.purpose == ConsentPurpose::Samples).unwrap();
    let given = ConsentFields { version: "1.1".into(), given_on: consent.given_on, withdrawn_on: None };
    let laboratory = Some("Other".to_owned());
    let collected_on = panel.collected_on;
    let alt = rows.lab_results.iter().find(|it| it.analyte == "alt").unwrap();
    let heavier = DoseFields { weight_kg: Some("71".into()), ..dose(subject).dose };
    let grade = &rows.adverse_event_grades[0];
    let since = Some(grade.since.as_str().to_owned());
    let worse = GradeSince { grade: grade.grade.map(|it| it - 1), scale: grade.scale, findings: None, since };
    let event = &rows.adverse_events[0];
    let renamed = AdverseEventFields {
        outcome: event.outcome,
        end: event.end.as_ref().map(|it| it.as_str().to_owned()),
        term: "Otherwise".into(),
        ..super::testing::event(subject).event
    };
    let happened = &rows.intercurrent_events[0];
    let noted = IntercurrentEventFields {
        kind: happened.kind,
        occurred_on: happened.occurred_on,
        days: happened.days,
        note,
    };
    let deviation = &rows.protocol_deviations[0];
    let described = DeviationFields {
        category: deviation.category,
        occurred_on: deviation.occurred_on,
        description: "Seen two days late".into(),
    };
    for correction in [
        Correction::Deviation(deviation.row.id, described),
        Correction::Visit(visit.row.id, fields),
        Correction::Consent(consent.row.id, given),
        Correction::Panel(panel.row.id, PanelFields { collected_on, laboratory }),
        Correction::PanelResult(result_of.row.id, result(result_of.analyte, "1:320", None)),
        Correction::LabResult(alt.row.id, lab("alt", "21", "U/L", Some("40"))),
        Correction::Dose(rows.doses[0].row.id, heavier),
        Correction::Grade(grade.row.id, worse),
        Correction::AdverseEvent(event.row.id, renamed),
        Correction::IntercurrentEvent(happened.row.id, noted),
    ] {
        correct(trial, subject, correction);
    }
}

fn sponsor_and_board(trial: &mut Trial, subject: Uuid, event: Uuid) {
    let judged = AssessSponsorCausality {
        subject,
        adverse_event: event,
        agent: Agent::Nk510,
        causality: Causality::Possible,
        reason: None,
        expected_revision: None,
    };
    trial.run(&actor(Role::SafetyOfficer, &[]), &judged).unwrap();
    let decided = AdjudicateDlt {
        subject,
        adverse_event: event,
        is_dlt: true,
        rationale: "as the rule says".into(),
        decided_on: None,
        reason: None,
        expected_revision: None,
    };
    trial.run(&actor(Role::MedicalMonitor, &[]), &decided).unwrap();
    let deviation = &trial.subject(subject).rows.protocol_deviations[0];
    let classified = ClassifyProtocolDeviation {
        subject,
        deviation: deviation.row.id,
        important: false,
        affects_efficacy: false,
        rationale: "a day changes nothing".into(),
        reason: None,
        expected_revision: Some(deviation.revision),
    };
    trial.run(&actor(Role::MedicalMonitor, &[]), &classified).unwrap();
    let reviewed = ReviewProtocolDeviations { subject, through: day("2026-05-30"), reason: None };
    trial.run(&actor(Role::MedicalMonitor, &[]), &reviewed).unwrap();
    let cut = cut("first", "2026-05-31");
    trial.run(&actor(Role::DsmbStatistician, &[]), &cut).unwrap();
    let adjudication = trial.subject(subject).rows.dlt_adjudications[0].clone();
    for approve in [false, true] {
        let text = serde_json::to_string(&adjudication.row).unwrap();
        let proposed = ProposeRedaction {
            subject,
            record: adjudication.row.id,
            revision: adjudication.revision,
            words: vec![Reworded { field: "rationale".into(), text: "as the rules say".into() }],
            reason: Some("words".into()),
            stored: Some(StoredImage { position: 0, text }),
        };
        let proposal = trial.run(&actor(Role::DataManager, &[]), &proposed).unwrap().open[0].row;
        let investigator = trial.investigator("SH01");
        let decide: Box<dyn Decide> = if approve {
            Box::new(ApproveProposal { proposal })
        } else {
            Box::new(RejectProposal { proposal })
        };
        trial.run(&investigator, decide.as_ref()).unwrap();
    }
    let erasure = ProposeIdentityErasure { subject, reason: Some("it was asked for".into()) };
    let proposal = trial.run(&actor(Role::DataManager, &[]), &erasure).unwrap().open[0].row;
    let investigator = trial.investigator("SH01");
    let decision = trial.run(&investigator, &ApproveProposal { proposal }).unwrap();
    assert!(decision.side.contains(&policy::SideWrite::EraseIdentity { subject }));
    let row = &trial.subject(subject).row;
    assert!(row.identity_fields.is_empty() && row.identity_commitment.is_none());
}

/// Every act on a study has a command that was run, and none of them writes what the consequences write. An act of the
/// portal alone stands in the list below.
#[test]
fn every_command_leaves_consequences_to_the_list() {
    let portal = [
        Act::AddPerson,
        Act::DisablePerson,
        Act::InvitePerson,
        Act::SignOutPerson,
        Act::ReviewMembership,
        Act::GrantMembership,
        Act::EndMembership,
        Act::ProposeMembership,
        Act::ApproveMembership,
        Act::RejectMembership,
        Act::AddServiceClient,
        Act::ChangeClientKeys,
        Act::ChangeSetting,
    ];
    let trial = every_act();
    let run: BTreeSet<&str> = trial.laid.iter().map(|(act, _)| *act).collect();
    let wanted: BTreeSet<&str> =
        Act::ALL.iter().filter(|act| !portal.contains(act)).map(|act| act.as_str()).collect();
    assert_eq!(run, wanted);
    let of_the_list = [rows::Finding::TABLE, rows::StoppingRule::TABLE, rows::Clock::TABLE];
    for (act, decision) in &trial.laid {
        for change in decision.open.iter().chain(&decision.sealed) {
            assert!(!of_the_list.contains(&change.table), "{act} writes {}", change.table);
        }
        assert!(decision.membership.is_some() && decision.role.is_some(), "{act} names no grant");
        assert!(decision.portal.is_empty(), "{act} writes to the portal");
    }
    let names: Vec<&str> = crate::consequence_names().collect();
    assert_eq!(names, ["edit checks", "stopping rules", "clocks"]);
    // The entry of a late assessment and of a toxicity show that the list ran with them.
    assert!(all_findings(&trial).next().is_some());
    assert!(!trial.study.rows.stopping_rules.is_empty());
}

/// An identifier lies beside the ledger and in no image, whichever command wrote it.
#[test]
fn no_image_tells_an_identifier() {
    let trial = every_act();
    for (act, decision) in &trial.laid {
        for change in decision.open.iter().chain(&decision.sealed) {
            let text = ledger::canonical::to_canonical(&change.image).unwrap();
            assert!(!text.contains("ABCD") && !text.contains("QZXW"), "{act} tells one in {}", change.table);
        }
    }
}

/// ACC-01: whoever may not perform an act is refused as such or sees nothing to perform it on; nobody slips through.
#[test]
fn no_role_performs_an_act_that_is_not_its_own() {
    let mut trial = Trial::open_label();
    let subject = trial.dosed("SH01");
    let event = trial.event(subject);
    let site = trial.site("SH01");
    let visit = trial.subject(subject).rows.visits[0].row.id;
    let commands: Vec<Box<dyn Decide>> = vec![
        Box::new(trial.screening("SH01")),
        Box::new(confirm(subject)),
        Box::new(trial.enrolment(subject, 1)),
        Box::new(dose(subject)),
        Box::new(super::testing::event(subject)),
        Box::new(panel(visit, Vec::new())),
        Box::new(cut("first", "2026-05-31")),
        Box::new(AdjudicateDlt {
            subject,
            adverse_event: event,
            is_dlt: true,
            rationale: "x".into(),
            decided_on: None,
            reason: None,
            expected_revision: None,
        }),
        Box::new(OpenCohort {
            cohort: trial.cohort(2),
            open: true,
            capacity: None,
            reason: None,
            expected_revision: None,
        }),
    ];
    for command in &commands {
        for role in Role::ALL {
            let may = policy::may(role, command.act());
            let refused = trial.run(&actor(role, &[site]), command.as_ref()).err().map(|it| it.code);
            let barred = matches!(refused, Some(RefusalCode::Forbidden | RefusalCode::NotFound));
            // A pharmacist opens cohorts in masked studies alone, and this one is open-label.
            let may = may && !(role == Role::UnmaskedPharmacist && command.act() == policy::Act::OpenCohort);
            if !may {
                assert!(barred, "{} performs {}", role.as_str(), command.act().as_str());
            } else if role.side() != Party::Hospital {
                assert!(!barred, "{} may {} and is barred", role.as_str(), command.act().as_str());
            }
        }
    }
}

/// P11-59: text is kept in NFC, whatever way it was typed, and never with U+0000.
#[test]
fn text_is_kept_in_nfc() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let mut report = super::testing::event(subject);
    report.event.term = "E\u{301}rythe\u{300}me 皮疹".into();
    let stored: rows::AdverseEvent = row(&trial.run(&trial.investigator("SH01"), &report).unwrap());
    assert_eq!(stored.term, "Érythème 皮疹");
    report.event.term = "a\0b".into();
    assert_eq!(refusal(trial.run(&trial.investigator("SH01"), &report)).1, "term");
    report.event.term = "x".repeat(201);
    assert_eq!(refusal(trial.run(&trial.investigator("SH01"), &report)).1, "term");
}
