//! Two persons redact a text.

use super::*;
use crate::command::testing::{Trial, actor, event, refusal, row, rows_of};
use chrono::Duration;
use entity::rows;
use entity::terms::ProposalState;
use ledger::redaction::Redaction;
use policy::{Actor, RefusalCode as Code, Role, SideWrite};
use uuid::Uuid;

/// A subject with an event whose narrative names a person, and where its image stands.
fn told() -> (Trial, Uuid, rows::AdverseEvent, u64) {
    let mut trial = Trial::open_label();
    let subject = trial.dosed("SH01");
    let mut report = event(subject);
    report.event.narrative = Some("Seen by Doctor Synthetic".into());
    let who = trial.investigator("SH01");
    let stored = row(&trial.run(&who, &report).unwrap());
    let revision = trial.study.open().revision.0;
    (trial, subject, stored, revision)
}

fn redacted(stored: &rows::AdverseEvent) -> rows::AdverseEvent {
    let narrative = Some(entity::FreeText { text: "Seen by a doctor".into(), withhold: Vec::new() });
    rows::AdverseEvent { narrative, ..stored.clone() }
}

fn propose(subject: Uuid, stored: &rows::AdverseEvent, revision: u64) -> ProposeRedaction {
    ProposeRedaction {
        subject,
        record: stored.id,
        revision,
        words: vec![Reworded { field: "narrative".into(), text: "Seen by a doctor".into() }],
        reason: Some("names a person".into()),
        stored: Some(StoredImage { position: 0, text: serde_json::to_string(stored).unwrap() }),
    }
}

fn other_manager() -> Actor {
    Actor { person: Uuid::from_u128(4_444), ..actor(Role::DataManager, &[]) }
}

#[test]
fn another_person_approves_and_the_words_go() {
    let (mut trial, subject, stored, revision) = told();
    let manager = actor(Role::DataManager, &[]);
    let proposed = trial.run(&manager, &propose(subject, &stored, revision)).unwrap();
    let proposal = proposed.open[0].row;
    assert!(!format!("{proposed:?}").contains("Doctor Synthetic"), "a proposal repeats nothing");
    let approve = ApproveProposal { proposal };
    assert_eq!(refusal(trial.run(&manager, &approve)), (Code::SamePerson, "proposal".into()));
    let elsewhere = trial.investigator("BJ02");
    let hidden = trial.run(&elsewhere, &approve).unwrap_err();
    assert_eq!(hidden, trial.run(&elsewhere, &ApproveProposal { proposal: Uuid::nil() }).unwrap_err());
    assert_eq!(hidden.code, Code::NotFound);
    assert_eq!(refusal(trial.run(&trial.coordinator("SH01"), &approve)).0, Code::Forbidden);
    let decision = trial.run(&trial.investigator("SH01"), &approve).unwrap();
    let stream = trial.study.open().stream.to_string();
    assert_eq!(decision.side, [SideWrite::Redact { stream, revision, position: 0 }]);
    // The row reads as the ledger's convention wants it.
    let change = decision.open.iter().find(|change| change.table == ledger::redaction::TABLE).unwrap();
    let place = ledger::Place { revision: trial.study.open().revision, position: 2 };
    let image = ledger::canonical::to_canonical(&change.image).unwrap();
    let read = Redaction::parse(place, &image).unwrap();
    assert_eq!((read.revision.0, read.position), (revision, 0));
    assert_eq!(serde_json::from_str::<rows::AdverseEvent>(&read.replacement).unwrap(), redacted(&stored));
    let reason: rows::ChangeReason = row(&decision);
    assert_eq!((read.reason, reason.text.text.as_str()), (reason.id, "names a person"));
    let decided: rows::Proposal = row(&decision);
    assert_eq!(
        (decided.state, decided.decided_by),
        (ProposalState::Approved, Some(actor(Role::Investigator, &[]).person))
    );
    assert_eq!(refusal(trial.run(&other_manager(), &approve)), (Code::WrongState, "proposal".into()));
}

#[test]
fn a_proposal_is_rejected_taken_back_or_runs_out() {
    let (mut trial, subject, stored, revision) = told();
    let manager = actor(Role::DataManager, &[]);
    let made =
        |trial: &mut Trial| trial.run(&manager, &propose(subject, &stored, revision)).unwrap().open[0].row;
    let rejected = made(&mut trial);
    let decision = trial.run(&other_manager(), &RejectProposal { proposal: rejected }).unwrap();
    assert_eq!(rows_of::<rows::Proposal>(&decision.open)[0].state, ProposalState::Rejected);
    assert!(decision.side.is_empty());
    assert_eq!(
        refusal(trial.run(&other_manager(), &ApproveProposal { proposal: rejected })).0,
        Code::WrongState
    );
    let taken_back = made(&mut trial);
    trial.run(&manager, &RejectProposal { proposal: taken_back }).unwrap();
    let late = made(&mut trial);
    trial.now += Duration::hours(72);
    assert_eq!(
        refusal(trial.run(&other_manager(), &ApproveProposal { proposal: late })),
        (Code::Expired, "proposal".into())
    );
    assert_eq!(refusal(trial.run(&other_manager(), &RejectProposal { proposal: late })).0, Code::Expired);
}

/// A redaction takes words away, and changes nothing else of a record.
#[test]
fn a_redaction_replaces_words_only() {
    let (mut trial, subject, stored, revision) = told();
    let manager = actor(Role::DataManager, &[]);
    let mut refused = |command: ProposeRedaction| refusal(trial.run(&manager, &command));
    let good = || propose(subject, &stored, revision);
    let words = |field: &str, text: &str| ProposeRedaction {
        words: vec![Reworded { field: field.into(), text: text.into() }],
        ..good()
    };
    for field in ["outcome", "start", "id", "subjectId", "withhold", "comments.rash", "items"] {
        assert_eq!(refused(words(field, "x")), (Code::InvalidValue, "words.0.field".into()), "{field}");
    }
    assert_eq!(refused(words("soc", "x")).1, "words.0.field", "there are no words");
    assert_eq!(refused(words("narrative", "Seen by Doctor Synthetic")).1, "words", "nothing would go");
    assert_eq!(refused(words("narrative", " ")).1, "words.0.text");
    assert_eq!(refused(words("narrative", "Seen with QZXW")).1, "words.0.text", "an identifier is left");
    assert_eq!(refused(ProposeRedaction { words: Vec::new(), ..good() }), (Code::Required, "words".into()));
    let twice = [words("narrative", "a").words, words("narrative", "b").words].concat();
    assert_eq!(
        refused(ProposeRedaction { words: twice, ..good() }),
        (Code::Duplicate, "words.1.field".into())
    );
    assert_eq!(refused(ProposeRedaction { stored: None, ..good() }).1, "revision");
    // The image of another record is never taken for this one's.
    let other = rows::AdverseEvent { id: Uuid::from_u128(3), ..stored.clone() };
    let image = Some(StoredImage { position: 0, text: serde_json::to_string(&other).unwrap() });
    assert_eq!(refused(ProposeRedaction { stored: image, ..good() }).1, "words");
    assert_eq!(refused(ProposeRedaction { reason: None, ..good() }).0, Code::ReasonRequired);
    assert_eq!(refused(ProposeRedaction { revision: revision + 1, ..good() }).1, "revision");
    assert_eq!(refused(ProposeRedaction { revision: 0, ..good() }).1, "revision");
    assert_eq!(
        refused(ProposeRedaction { record: Uuid::nil(), ..good() }),
        (Code::NotFound, "record".into())
    );
    assert_eq!(refused(ProposeRedaction { record: subject, ..good() }), (Code::NotFound, "record".into()));
    assert_eq!(refusal(trial.run(&trial.coordinator("SH01"), &good())).0, Code::Forbidden);
    // Of two proposals on one image the second finds the words gone.
    let proposals = [(), ()].map(|()| trial.run(&manager, &good()).unwrap().open[0].row);
    trial.run(&other_manager(), &ApproveProposal { proposal: proposals[0] }).unwrap();
    let late = trial.run(&other_manager(), &ApproveProposal { proposal: proposals[1] });
    assert_eq!(refusal(late), (Code::WrongState, "proposal".into()));
    assert_eq!(refusal(trial.run(&manager, &good())).1, "revision");
}
