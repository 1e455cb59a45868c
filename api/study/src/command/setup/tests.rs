//! Founding, sites, cohorts.

use super::*;
use crate::Snapshot;
use crate::command::Decide;
use crate::command::testing::{NK510, STUDY, Trial, actor, administrator, refusal, row, rows_of};
use chrono::DateTime;
use entity::rows;
use entity::terms::{CohortStatus, Masking, StudyStatus};
use policy::{Moment, RefusalCode as Code, Role, Side};
use std::sync::Arc;
use uuid::Uuid;

fn found(document: &str) -> FoundStudy {
    FoundStudy { study: STUDY, document: document.to_owned(), synthetic: true }
}

#[test]
fn the_first_entry_holds_the_protocol_as_rows() {
    let trial = Trial::open_label();
    let study = &trial.study.row().unwrap().row;
    assert_eq!((study.id, study.study_id, study.masking), (STUDY, STUDY, Masking::Open));
    assert_eq!((study.code.as_str(), study.planned_enrolment, study.synthetic), ("NK510", 9, true));
    let version = &trial.study.rows.protocol_versions[0];
    assert_eq!(version.document, NK510);
    assert_eq!(version.digest.len(), 64);
    let cohorts: Vec<_> = trial
        .study
        .rows
        .cohorts
        .iter()
        .map(|it| (it.level, it.cells_per_kg.to_string(), it.capacity))
        .collect();
    assert_eq!(
        cohorts,
        [(1, "40000000".to_owned(), 3), (2, "80000000".to_owned(), 3), (3, "120000000".to_owned(), 3)]
    );
    let visits: Vec<_> = trial.study.rows.planned_visits.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(visits[..3], ["SCREENING", "LYMPHODEPLETION", "DAY_1"]);
    assert_eq!(study.status, StudyStatus::Recruiting, "the first cohort is open");
}

#[test]
fn founding_is_refused_code_by_code() {
    let at = Moment::new(DateTime::UNIX_EPOCH, [1; 32]);
    let empty = Arc::new(Snapshot::empty(STUDY));
    let decide = |who: policy::Actor, command: &FoundStudy, study: &Arc<Snapshot>| {
        refusal(command.decide(&who, &at, study, &Side::default()))
    };
    assert_eq!(decide(actor(Role::DataManager, &[]), &found(NK510), &empty).0, Code::Forbidden);
    let other = FoundStudy { study: Uuid::from_u128(1), ..found(NK510) };
    assert_eq!(decide(administrator(), &other, &empty), (Code::InvalidValue, "study".into()));
    let wrong = found(&NK510.replace("planned_enrolment = 9", "planned_enrolment = 0"));
    assert_eq!(decide(administrator(), &wrong, &empty), (Code::InvalidValue, "document".into()));
    let trial = Trial::open_label();
    assert_eq!(decide(administrator(), &found(NK510), &trial.study), (Code::Duplicate, "study".into()));
    let sound = found(NK510).decide(&administrator(), &at, &empty, &Side::default()).unwrap();
    assert_eq!(sound.open[0].table, "study", "the command is about the study");
    assert_eq!(rows_of::<rows::PlannedVisit>(&sound.open).len(), 8);
}

#[test]
fn sites_are_refused_code_by_code() {
    let mut trial = Trial::open_label();
    let manager = actor(Role::DataManager, &[]);
    let site = |code: &str| AddSite {
        code: code.into(),
        name: "同济医院".into(),
        country: "CN".into(),
        time_zone: "Asia/Urumqi".into(),
    };
    let mut refused = |site: AddSite| refusal(trial.run(&manager, &site));
    assert_eq!(refused(site("SH01")), (Code::Duplicate, "code".into()));
    assert_eq!(refused(site("sh02")).1, "code");
    assert_eq!(refused(site("S")).1, "code");
    assert_eq!(refused(AddSite { country: "China".into(), ..site("GZ01") }).1, "country");
    assert_eq!(refused(AddSite { country: "cn".into(), ..site("GZ01") }).1, "country");
    assert_eq!(refused(AddSite { time_zone: "Peking".into(), ..site("GZ01") }).1, "timeZone");
    assert_eq!(refused(AddSite { name: " ".into(), ..site("GZ01") }).1, "name");
    assert_eq!(refusal(trial.run(&actor(Role::MedicalMonitor, &[]), &site("GZ01"))).0, Code::Forbidden);
    let stored: rows::Site = row(&trial.run(&manager, &site("GZ01")).unwrap());
    assert_eq!((stored.ordinal, stored.name.as_str()), (3, "同济医院"));
}

#[test]
fn cohorts_open_and_close() {
    let mut trial = Trial::open_label();
    let monitor = actor(Role::MedicalMonitor, &[]);
    let cohort = trial.cohort(1);
    let change = |open, capacity, reason: Option<&str>, expected_revision| OpenCohort {
        cohort,
        open,
        capacity,
        reason: reason.map(str::to_owned),
        expected_revision,
    };
    let revision = trial.study.rows.revision(cohort);
    let why = Some("sponsor's decision");
    trial.enrolled("SH01");
    trial.enrolled("SH01");
    let mut refused = |command: OpenCohort| refusal(trial.run(&monitor, &command));
    assert_eq!(refused(change(true, None, why, revision)), (Code::WrongState, "open".into()));
    assert_eq!(refused(change(false, None, why, None)).0, Code::Required);
    assert_eq!(refused(change(false, None, why, Some(1))).0, Code::Conflict);
    assert_eq!(refused(change(false, None, None, revision)).0, Code::ReasonRequired);
    assert_eq!(refused(change(true, Some(1), why, revision)), (Code::InvalidValue, "capacity".into()));
    assert_eq!(refused(change(true, Some(0), why, revision)).1, "capacity");
    let unknown = OpenCohort { cohort: Uuid::nil(), ..change(true, None, None, None) };
    assert_eq!(refused(unknown), (Code::NotFound, "cohort".into()));
    let planned = OpenCohort { cohort: trial.cohort(2), ..change(false, None, why, None) };
    assert_eq!(refusal(trial.run(&monitor, &planned)), (Code::WrongState, "open".into()));
    assert_eq!(refusal(trial.run(&trial.coordinator("SH01"), &planned)).0, Code::Forbidden);
    let closed: rows::Cohort = row(&trial.run(&monitor, &change(false, None, why, revision)).unwrap());
    assert_eq!(closed.status, CohortStatus::Closed);
    let revision = trial.study.rows.revision(cohort);
    assert_eq!(refusal(trial.run(&monitor, &change(false, None, why, revision))).0, Code::WrongState);
    trial.run(&monitor, &change(true, Some(2), why, revision)).unwrap();
}

/// Whoever opens cohorts in a masked study learns nothing of who is in them.
#[test]
fn a_masked_cohort_opens_without_telling_how_full_it_is() {
    let mut trial = Trial::masked();
    let cohort = trial.cohort(1);
    let shrink = OpenCohort {
        cohort,
        open: true,
        capacity: Some(1),
        reason: Some("x".into()),
        expected_revision: trial.study.rows.revision(cohort),
    };
    assert!(trial.run(&actor(Role::UnmaskedPharmacist, &[trial.site("SH01")]), &shrink).is_ok());
}

/// Who must not know the order of the levels finds no cohort in a masked study; in an open-label one the pharmacist
/// decides of none.
#[test]
fn cohorts_are_the_pharmacists_in_a_masked_study_and_the_sponsors_in_an_open_one() {
    let mut masked = Trial::masked();
    let open =
        |cohort| OpenCohort { cohort, open: true, capacity: None, reason: None, expected_revision: None };
    let (second, unknown) = (open(masked.cohort(2)), open(Uuid::nil()));
    for role in [Role::MedicalMonitor, Role::DataManager] {
        let there = masked.run(&actor(role, &[]), &second).unwrap_err();
        assert_eq!(there, masked.run(&actor(role, &[]), &unknown).unwrap_err());
        assert_eq!((there.code, there.field.join(".").as_str()), (Code::NotFound, "cohort"));
    }
    let pharmacist = actor(Role::UnmaskedPharmacist, &[masked.site("SH01")]);
    let opened: rows::Cohort = row(&masked.run(&pharmacist, &second).unwrap());
    assert_eq!(opened.status, CohortStatus::Open);
    let mut trial = Trial::open_label();
    let second = open(trial.cohort(2));
    let pharmacist = actor(Role::UnmaskedPharmacist, &[trial.site("SH01")]);
    assert_eq!(refusal(trial.run(&pharmacist, &second)).0, Code::Forbidden);
}
