//! From screening to enrolment.

use super::*;
use crate::command::Decide;
use crate::command::conduct::{CorrectRecord, Correction, RecordDose};
use crate::command::setup::OpenCohort;
use crate::command::testing::{Trial, actor, confirm, day, dose, findings, refusal, row, rows_of, sledai};
use entity::rows;
use entity::terms::{ConsentPurpose, CriterionResult, DispositionKind, RuleState, Sex, SubjectStatus};
use policy::{Decision, Identity, RefusalCode as Code, Role, SideWrite};
use uuid::Uuid;

#[test]
fn a_subject_is_screened_under_a_code_of_its_site() {
    let mut trial = Trial::open_label();
    let screen = trial.screening("SH01");
    let decision = trial.run(&trial.coordinator("SH01"), &screen).unwrap();
    let first: rows::Subject = row(&decision);
    assert_eq!((first.code.as_str(), first.ordinal), ("SH01-001", 1));
    assert_eq!(first.identity_fields.0, ["initials"]);
    assert!(!format!("{:?}", decision.open).contains("QZXW"), "no identifier in an image");
    let [SideWrite::Identity { subject, salt, .. }] = &decision.side[..] else {
        panic!("{:?}", decision.side)
    };
    assert_eq!(*subject, first.id);
    let commitment = first.identity_commitment.unwrap();
    // HMAC-SHA-256 under the key of 32 bytes 9 over the salt and {"initials":"QZXW"}: whoever has the key and not the salt, which
    // is destroyed with the identifiers, cannot try them.
    let text = [&salt[..], br#"{"initials":"QZXW"}"#].concat();
    assert_eq!(commitment, hmac_of(&[9; 32], &text));
    let other = trial.screened("BJ02");
    let same = trial.subject(other).row.identity_commitment.clone();
    assert_ne!(same, Some(commitment), "equal identifiers are not seen to be equal");
    // Nor are they in the digest of the act's input, which the ledger keeps.
    let input = crate::command::Decide::input(&screen).to_string();
    assert!(input.contains(r#""identity":["initials"]"#) && !input.contains("QZXW"), "{input}");
    let third = trial.screened("SH01");
    assert_eq!(trial.subject(third).row.code, "SH01-002");
    assert_eq!(trial.subject(third).row.ordinal, 3);
}

fn hmac_of(key: &[u8], text: &[u8]) -> String {
    use hmac::{Hmac, Mac};
    let mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap().chain_update(text);
    data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes())
}

/// P11-38: nobody is screened before the consent to take part.
#[test]
fn screening_is_refused_without_consent_or_with_impossible_days() {
    let mut trial = Trial::open_label();
    let coordinator = trial.coordinator("SH01");
    let good = trial.screening("SH01");
    let mut refused = |change: &dyn Fn(&mut ScreenSubject)| {
        let mut screen = good.clone();
        change(&mut screen);
        refusal(trial.run(&coordinator, &screen))
    };
    assert_eq!(refused(&|it| it.consents.clear()), (Code::NoConsent, "consents".into()));
    assert_eq!(
        refused(&|it| it.screened_on = Some(day("2026-04-30"))),
        (Code::NoConsent, "consents".into()),
        "the consent of 2026-05-01 is later"
    );
    assert_eq!(refused(&|it| it.screened_on = Some(day("2026-06-02"))).0, Code::InvalidValue);
    assert_eq!(refused(&|it| it.consents[0].given_on = day("2026-06-02")).1, "consents.0.givenOn");
    assert_eq!(refused(&|it| it.consents[1].purpose = ConsentPurpose::Study).0, Code::Duplicate);
    assert_eq!(refused(&|it| it.birth_year = 1905), (Code::InvalidValue, "birthYear".into()));
    assert_eq!(refused(&|it| it.birth_year = 2027), (Code::InvalidValue, "birthYear".into()));
    let born = |date: &str| Some(Identity { birth_date: Some(day(date)), ..Identity::default() });
    assert_eq!(refused(&|it| it.identity = born("1991-01-01")).1, "identity.birthDate");
    assert_eq!(refused(&|it| it.identity = Some(Identity::default())).0, Code::Required);
    assert_eq!(refused(&|it| it.site = Uuid::nil()), (Code::NotFound, "site".into()));
    let (birth_years, mut screen) = ([1906, 2026], good.clone());
    for year in birth_years {
        screen.birth_year = year;
        assert!(trial.run(&coordinator, &screen).is_ok(), "{year}");
    }
}

/// Another site's subject reads as an unknown one: the same code, message and path.
#[test]
fn another_sites_subject_is_as_unknown() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let elsewhere = trial.coordinator("BJ02");
    let refused = |trial: &mut Trial, id| trial.run(&elsewhere, &confirm(id)).map(|_| ()).unwrap_err();
    let unknown = refused(&mut trial, Uuid::from_u128(77));
    assert_eq!(refused(&mut trial, subject), unknown);
    assert_eq!(refused(&mut trial, Uuid::nil()), unknown);
    assert_eq!(unknown.code, Code::NotFound);
    // At the own site the same act is the investigator's.
    assert_eq!(refusal(trial.run(&trial.coordinator("SH01"), &confirm(subject))).0, Code::Forbidden);
    assert_eq!(
        refusal(trial.run(&actor(Role::Monitor, &[trial.site("SH01")]), &confirm(subject))).0,
        Code::Forbidden
    );
}

/// P11-04 and P11-40 on identifiers.
#[test]
fn identifiers_change_with_a_reason_that_tells_none() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let coordinator = trial.coordinator("SH01");
    let revision = trial.subject(subject).row.revision;
    let change = |reason: Option<&str>, expected_revision| RecordIdentity {
        subject,
        identity: Identity { initials: Some("ABCD".into()), ..Identity::default() },
        reason: reason.map(str::to_owned),
        expected_revision,
    };
    let why = Some("slip of the pen");
    assert_eq!(refusal(trial.run(&coordinator, &change(why, None))).0, Code::Required);
    assert_eq!(refusal(trial.run(&coordinator, &change(why, Some(revision + 1)))).0, Code::Conflict);
    assert_eq!(refusal(trial.run(&coordinator, &change(None, Some(revision)))).0, Code::ReasonRequired);
    let tells = change(Some("was ABCD all the time"), Some(revision));
    assert_eq!(refusal(trial.run(&coordinator, &tells)).1, "reason");
    let decision = trial.run(&coordinator, &change(Some("QZXW was wrong"), Some(revision))).unwrap();
    let reason: rows::ChangeReason = row(&decision);
    assert_eq!(reason.text.withhold, [[0, 4]], "the old initials are withheld");
}

#[test]
fn consents_are_given_and_withdrawn_by_version() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let coordinator = trial.coordinator("SH01");
    let consent = |withdrawn, version: &str, on: &str| RecordConsent {
        subject,
        purpose: ConsentPurpose::Study,
        version: version.to_owned(),
        on: day(on),
        withdrawn,
    };
    let mut code = |command: RecordConsent| refusal(trial.run(&coordinator, &command)).0;
    assert_eq!(code(consent(false, "2.0", "2026-05-20")), Code::Duplicate);
    assert_eq!(code(consent(true, "1.0", "2026-05-20")), Code::NoConsent);
    assert_eq!(code(consent(true, "2.0", "2026-04-30")), Code::InvalidValue);
    assert_eq!(code(consent(true, "2.0", "2026-06-02")), Code::InvalidValue);
    trial.run(&coordinator, &consent(true, "2.0", "2026-05-20")).unwrap();
    let held = trial.subject(subject);
    assert!(held.has_consent(ConsentPurpose::Study, day("2026-05-19")));
    assert!(!held.has_consent(ConsentPurpose::Study, day("2026-05-20")));
    trial.run(&coordinator, &consent(false, "3.0", "2026-05-25")).unwrap();
    assert!(trial.subject(subject).has_consent(ConsentPurpose::Study, day("2026-05-25")));
}

/// Every inclusion met and every exclusion not; unknown blocks; nothing is waived.
#[test]
fn eligibility_needs_every_criterion() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    trial.work_up(subject);
    let (coordinator, investigator) = (trial.coordinator("SH01"), trial.investigator("SH01"));
    let missing = trial.run(&investigator, &confirm(subject)).unwrap_err();
    assert_eq!(missing.code, Code::NotEligible);
    assert!(
        missing.message.contains("INC-01 has no result") && missing.message.contains("EXC-02 has no result")
    );
    let mut results = trial.all_criteria();
    let of = |id: &str, results: &[CriterionFound]| results.iter().position(|it| it.criterion == id).unwrap();
    let (manual, excluded) = (of("INC-02", &results), of("EXC-01", &results));
    results[manual].result = CriterionResult::Unknown;
    results[excluded].result = CriterionResult::Met;
    trial.run(&coordinator, &trial.results(subject, results.clone())).unwrap();
    let open = trial.run(&investigator, &confirm(subject)).unwrap_err();
    assert!(open.message.starts_with("INC-02 is unknown; EXC-01 excludes;"), "{}", open.message);
    // A saved result changes with a reason and the revision that was read.
    let revision = trial.subject(subject).rows.eligibility_results[0].revision;
    let mut changed = trial.all_criteria();
    changed.retain(|it| ["INC-02", "EXC-01"].contains(&it.criterion.as_str()));
    let blind = trial.results(subject, changed.clone());
    assert_eq!(
        refusal(trial.run(&coordinator, &blind)),
        (Code::Required, "results.0.expectedRevision".into())
    );
    changed.iter_mut().for_each(|it| it.expected_revision = Some(revision));
    let mut good = trial.results(subject, changed);
    assert_eq!(refusal(trial.run(&coordinator, &good)).0, Code::ReasonRequired);
    good.reason = Some("the report came in".into());
    trial.run(&coordinator, &good).unwrap();
    trial.run(&investigator, &confirm(subject)).unwrap();
    assert_eq!(trial.subject(subject).row.status, SubjectStatus::Eligible);
    assert_eq!(refusal(trial.run(&investigator, &confirm(subject))).0, Code::WrongState);
}

#[test]
fn a_result_that_contradicts_the_records_is_refused() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let coordinator = trial.coordinator("SH01");
    let found = |id: &str, result| CriterionFound {
        criterion: id.into(),
        result,
        observed: None,
        expected_revision: None,
    };
    // 8 is not above 8: arthritis 4 and myositis 4.
    let visit = trial.visit(subject, "SCREENING", "2026-05-02");
    let assess = |items| crate::command::conduct::RecordAssessment {
        subject,
        visit,
        assessed_on: None,
        assessor: None,
        items,
    };
    trial.run(&coordinator, &assess(sledai(&["arthritis", "myositis"]))).unwrap();
    let met = trial.results(subject, vec![found("INC-05", CriterionResult::Met)]);
    let refused = trial.run(&coordinator, &met).unwrap_err();
    assert_eq!((refused.code, refused.field.join(".")), (Code::InvalidValue, "results.0.result".into()));
    assert!(refused.message.contains("sledai_total is 8"), "{}", refused.message);
    let mut run = |results| trial.run(&coordinator, &trial.results(subject, results));
    assert!(run(vec![found("INC-05", CriterionResult::Unknown)]).is_ok(), "unknown contradicts nothing");
    assert!(run(vec![found("INC-06", CriterionResult::Met)]).is_ok(), "no record decides it yet");
    assert_eq!(refusal(run(vec![found("INC-99", CriterionResult::Met)])).1, "results.0.criterion");
    assert_eq!(refusal(run(vec![])).0, Code::Required);
    let twice = vec![found("INC-02", CriterionResult::Met), found("INC-02", CriterionResult::Met)];
    assert_eq!(refusal(run(twice)), (Code::Duplicate, "results.1.criterion".into()));
    let mut answered = trial.results(subject, vec![found("INC-02", CriterionResult::Met)]);
    answered.answers = vec![FactAnswer { fact: "female".into(), yes: true }];
    assert_eq!(refusal(trial.run(&coordinator, &answered)).1, "answers.0.fact");
}

/// INC-12 asks what no record tells: the answers decide it.
#[test]
fn answers_decide_what_no_record_tells() {
    let mut trial = Trial::open_label();
    let mut screen = trial.screening("SH01");
    screen.sex = Sex::Female;
    let coordinator = trial.coordinator("SH01");
    let subject = trial.run(&coordinator, &screen).unwrap().open[0].row;
    let found = CriterionFound {
        criterion: "INC-12".into(),
        result: CriterionResult::Met,
        observed: None,
        expected_revision: None,
    };
    let answer = |fact: &str, yes| FactAnswer { fact: fact.into(), yes };
    let mut record = trial.results(subject, vec![found]);
    record.answers = vec![
        answer("can_bear_children", true),
        answer("lactating", false),
        answer("pregnancy_test_negative", false),
    ];
    assert_eq!(refusal(trial.run(&coordinator, &record)).1, "results.0.result");
    record.answers[2].yes = true;
    assert!(trial.run(&coordinator, &record).is_ok());
}

/// A confirmation does not outlive the results that it was made on.
#[test]
fn a_result_that_changes_takes_the_confirmation_back() {
    let mut trial = Trial::open_label();
    let subject = trial.eligible("SH01");
    let coordinator = trial.coordinator("SH01");
    let held = trial.subject(subject);
    let saved = held.rows.eligibility_results.iter().find(|it| it.criterion == "EXC-01").unwrap();
    let found = CriterionFound {
        criterion: "EXC-01".into(),
        result: CriterionResult::Met,
        observed: None,
        expected_revision: Some(saved.revision),
    };
    let mut record = trial.results(subject, vec![found]);
    record.reason = Some("biopsy".into());
    trial.run(&coordinator, &record).unwrap();
    let row = trial.subject(subject).row.row.clone();
    assert_eq!((row.status, row.eligibility_confirmed_on), (SubjectStatus::Screening, None));
    assert_eq!(refusal(trial.run(&coordinator, &trial.enrolment(subject, 1))).0, Code::NotEligible);
}

#[test]
fn enrolment_is_refused_code_by_code() {
    let mut trial = Trial::open_label();
    let coordinator = trial.coordinator("SH01");
    let screened = trial.screened("SH01");
    assert_eq!(refusal(trial.run(&coordinator, &trial.enrolment(screened, 1))).0, Code::NotEligible);
    let subject = trial.eligible("SH01");
    let enrol = trial.enrolment(subject, 1);
    let none = EnrollSubject { cohort: None, ..enrol.clone() };
    assert_eq!(refusal(trial.run(&coordinator, &none)), (Code::Required, "cohort".into()));
    let unknown = EnrollSubject { cohort: Some(Uuid::nil()), ..enrol.clone() };
    assert_eq!(refusal(trial.run(&coordinator, &unknown)), (Code::NotFound, "cohort".into()));
    assert_eq!(
        refusal(trial.run(&coordinator, &trial.enrolment(subject, 2))),
        (Code::WrongState, "cohort".into())
    );
    let early = EnrollSubject { enrolled_on: Some(day("2026-05-02")), ..enrol.clone() };
    assert_eq!(refusal(trial.run(&coordinator, &early)).1, "enrolledOn");
    let late = EnrollSubject { enrolled_on: Some(day("2026-06-02")), ..enrol.clone() };
    assert_eq!(refusal(trial.run(&coordinator, &late)).1, "enrolledOn");
    let withdraw = RecordConsent {
        subject,
        purpose: ConsentPurpose::SensitiveData,
        version: "2.0".into(),
        on: day("2026-05-04"),
        withdrawn: true,
    };
    trial.run(&coordinator, &withdraw).unwrap();
    assert_eq!(refusal(trial.run(&coordinator, &enrol)).0, Code::NoConsent);
    let before = EnrollSubject { enrolled_on: Some(day("2026-05-03")), ..enrol.clone() };
    trial.run(&coordinator, &before).unwrap();
    assert_eq!(refusal(trial.run(&coordinator, &before)).0, Code::WrongState);
}

/// The last place of a cohort is judged over all sites, whoever sees whom.
#[test]
fn the_last_place_goes_once_over_all_sites() {
    let mut trial = Trial::open_label();
    trial.enrolled("SH01");
    trial.enrolled("SH01");
    let (here, there) = (trial.eligible("SH01"), trial.eligible("BJ02"));
    let beijing = trial.coordinator("BJ02");
    trial.run(&beijing, &trial.enrolment(there, 1)).unwrap();
    let full = refusal(trial.run(&trial.coordinator("SH01"), &trial.enrolment(here, 1)));
    assert_eq!(full, (Code::CohortFull, "cohort".into()));
    // An expansion makes room.
    let cohort = trial.cohort(1);
    let revision = trial.study.rows.revision(cohort);
    let expand = OpenCohort {
        cohort,
        open: true,
        capacity: Some(6),
        reason: Some("one of three had a toxicity".into()),
        expected_revision: revision,
    };
    trial.run(&actor(Role::MedicalMonitor, &[]), &expand).unwrap();
    assert!(trial.run(&trial.coordinator("SH01"), &trial.enrolment(here, 1)).is_ok());
}

#[test]
fn a_paused_cohort_takes_nobody() {
    let mut trial = Trial::open_label();
    for site in ["SH01", "BJ02"] {
        let subject = trial.dosed(site);
        trial.event(subject);
    }
    let rule = trial.study.rows.stopping_rules[0].row.clone();
    assert_eq!((rule.state, rule.cohort_id), (RuleState::Pause, Some(trial.cohort(1))));
    let third = trial.eligible("SH01");
    let paused = refusal(trial.run(&trial.coordinator("SH01"), &trial.enrolment(third, 1)));
    assert_eq!(paused, (Code::Paused, "cohort".into()));
}

/// More subjects than planned are a finding, and never refused.
#[test]
fn beyond_the_planned_number_is_a_finding() {
    let document = crate::command::testing::NK510
        .replace("planned_enrolment = 9", "planned_enrolment = 1")
        .replace("planned_subjects = 9", "planned_subjects = 1");
    let mut trial = Trial::of(&document);
    trial.enrolled("SH01");
    assert_eq!(findings(&trial, "PLANNED_N_EXCEEDED"), 0);
    trial.enrolled("SH01");
    assert_eq!(findings(&trial, "PLANNED_N_EXCEEDED"), 1);
}

/// In a masked study no refusal depends on who is in which cohort, and no cohort is chosen by who enrols.
#[test]
fn a_masked_study_enrols_without_a_cohort() {
    let mut trial = Trial::masked();
    let coordinator = trial.coordinator("SH01");
    let subject = trial.eligible("SH01");
    let named = trial.enrolment(subject, 1);
    let unknown = EnrollSubject { cohort: Some(Uuid::from_u128(9)), ..named.clone() };
    assert_eq!(
        trial.run(&coordinator, &named).unwrap_err(),
        trial.run(&coordinator, &unknown).unwrap_err(),
        "a cohort's id is as unknown"
    );
    let enrol = EnrollSubject { cohort: None, ..named };
    let decision = trial.run(&coordinator, &enrol).unwrap();
    assert!(decision.sealed.is_empty() && rows_of::<rows::Allocation>(&decision.open).is_empty());
    for _ in 0..2 {
        let subject = trial.eligible("SH01");
        trial.run(&coordinator, &EnrollSubject { subject, ..enrol.clone() }).unwrap();
    }
    let fourth = trial.eligible("SH01");
    let full = EnrollSubject { subject: fourth, ..enrol.clone() };
    assert_eq!(refusal(trial.run(&coordinator, &full)), (Code::CohortFull, "subject".into()));
    // The same whether the three are in one cohort or in none: the allocation changes nothing.
    let pharmacist = actor(Role::UnmaskedPharmacist, &[trial.site("SH01")]);
    let give = RecordDose { cohort: Some(trial.cohort(1)), ..dose(subject) };
    trial.run(&pharmacist, &give).unwrap();
    assert_eq!(refusal(trial.run(&coordinator, &full)), (Code::CohortFull, "subject".into()));
}

#[test]
fn participation_ends_once_and_in_a_way_that_fits() {
    let mut trial = Trial::open_label();
    let subject = trial.dosed("SH01");
    let coordinator = trial.coordinator("SH01");
    let end = |kind, on: &str, reason: Option<&str>| WithdrawSubject {
        subject,
        kind,
        occurred_on: day(on),
        reason: reason.map(str::to_owned),
    };
    let why = Some("QZXW moved away");
    let mut code = |command: WithdrawSubject| refusal(trial.run(&coordinator, &command)).0;
    assert_eq!(code(end(DispositionKind::ScreenFailed, "2026-05-20", why)), Code::WrongState);
    assert_eq!(code(end(DispositionKind::Withdrawn, "2026-05-20", None)), Code::Required);
    assert_eq!(code(end(DispositionKind::Withdrawn, "2026-06-02", why)), Code::InvalidValue);
    assert_eq!(code(end(DispositionKind::Withdrawn, "2026-05-03", why)), Code::InvalidValue);
    let decision = trial.run(&coordinator, &end(DispositionKind::Withdrawn, "2026-05-20", why)).unwrap();
    let disposition: rows::Disposition = row(&decision);
    assert_eq!(disposition.reason.unwrap().withhold, [[0, 4]]);
    assert_eq!(trial.subject(subject).row.status, SubjectStatus::Withdrawn);
    let again = end(DispositionKind::Died, "2026-05-21", why);
    assert_eq!(refusal(trial.run(&coordinator, &again)).0, Code::WrongState);
    let screened = trial.screened("SH01");
    let completed =
        WithdrawSubject { subject: screened, ..end(DispositionKind::Completed, "2026-05-21", None) };
    assert_eq!(refusal(trial.run(&coordinator, &completed)).0, Code::WrongState);
}

/// The identifiers that a command may read are those of its own subject.
#[test]
fn commands_declare_the_subject_whose_identifiers_they_screen_with() {
    let subject = Uuid::from_u128(5);
    assert_eq!(confirm(subject).identities(), [subject]);
}

fn corrected(trial: &mut Trial, subject: Uuid, correction: Correction) -> Result<Decision, policy::Refusal> {
    let rows = trial.subject(subject).rows.clone();
    let revision = rows.revision(correction.record());
    let correct = CorrectRecord {
        subject,
        correction,
        reason: Some("transcription".into()),
        expected_revision: revision,
    };
    trial.run(&trial.coordinator_of(subject), &correct)
}

/// P11-38: a consent is set right, and never to a day after the screening that it had to cover.
#[test]
fn a_consent_is_corrected_and_still_covers_the_screening() {
    let mut trial = Trial::open_label();
    let subject = trial.screened("SH01");
    let held = trial.subject(subject);
    let screened = held.row.screened_on;
    let saved = held.rows.consents.iter().find(|it| it.purpose == ConsentPurpose::Study).unwrap().row.clone();
    let fields = |given_on, withdrawn_on| {
        let fields = ConsentFields { version: saved.version.clone(), given_on, withdrawn_on };
        Correction::Consent(saved.id, fields)
    };
    let mut refused = |correction| refusal(corrected(&mut trial, subject, correction));
    let after = screened.succ_opt().unwrap();
    assert_eq!(refused(fields(after, None)), (Code::NoConsent, "givenOn".into()));
    assert_eq!(refused(fields(day("2026-06-02"), None)), (Code::InvalidValue, "givenOn".into()));
    assert_eq!(refused(fields(screened, screened.pred_opt())).1, "withdrawnOn");
    assert_eq!(refused(fields(saved.given_on, None)).0, Code::InvalidValue, "nothing would change");
    // A withdrawal that was entered for another person is taken back.
    let who = trial.coordinator("SH01");
    let (purpose, version) = (saved.purpose, saved.version.clone());
    let withdraw = RecordConsent { subject, purpose, version, on: day("2026-05-20"), withdrawn: true };
    trial.run(&who, &withdraw).unwrap();
    let decision = corrected(&mut trial, subject, fields(saved.given_on, None)).unwrap();
    assert_eq!(row::<rows::Consent>(&decision), saved);
}

/// How participation ended is set right, and the subject's state with it.
#[test]
fn how_participation_ended_is_corrected() {
    let mut trial = Trial::open_label();
    let subject = trial.dosed("SH01");
    let who = trial.coordinator("SH01");
    let end = WithdrawSubject {
        subject,
        kind: DispositionKind::Withdrawn,
        occurred_on: day("2026-05-30"),
        reason: Some("moved away".into()),
    };
    trial.run(&who, &end).unwrap();
    let saved = trial.subject(subject).rows.dispositions[0].row.clone();
    let fields = |kind, on: &str, cause: Option<&str>| {
        let cause = cause.map(str::to_owned);
        Correction::Disposition(saved.id, DispositionFields { kind, occurred_on: day(on), cause })
    };
    let mut refused = |correction| refusal(corrected(&mut trial, subject, correction));
    let failed = fields(DispositionKind::ScreenFailed, "2026-05-30", Some("x"));
    assert_eq!(refused(failed), (Code::WrongState, "subject".into()));
    let unsaid = fields(DispositionKind::Died, "2026-05-30", None);
    assert_eq!(refused(unsaid), (Code::Required, "cause".into()));
    let completed = fields(DispositionKind::Completed, "2026-05-29", None);
    let decision = corrected(&mut trial, subject, completed).unwrap();
    assert_eq!(row::<rows::Disposition>(&decision).occurred_on, day("2026-05-29"));
    assert_eq!(trial.subject(subject).row.status, SubjectStatus::Completed);
}

/// After enrolment a saved result is still set right, with a reason; what was decided on it stays decided.
#[test]
fn a_result_is_corrected_after_enrolment() {
    let mut trial = Trial::open_label();
    let subject = trial.enrolled("SH01");
    let who = trial.coordinator("SH01");
    let held = trial.subject(subject);
    let saved = held.rows.eligibility_results.iter().find(|it| it.criterion == "EXC-01").unwrap();
    let found = CriterionFound {
        criterion: "EXC-01".into(),
        result: CriterionResult::Met,
        observed: None,
        expected_revision: Some(saved.revision),
    };
    let mut record = trial.results(subject, vec![found]);
    assert_eq!(refusal(trial.run(&who, &record)).0, Code::ReasonRequired);
    record.reason = Some("biopsy".into());
    trial.run(&who, &record).unwrap();
    let row = &trial.subject(subject).row;
    assert_eq!(row.status, SubjectStatus::Enrolled);
    assert!(row.eligibility_confirmed_on.is_some());
}
