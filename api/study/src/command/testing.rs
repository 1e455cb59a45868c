//! A founded study for tests: every row of it was laid down by a command, through the same steps as the store's.

use super::board::CreateDataCut;
use super::conduct::{
    AssessmentItems, DoseFields, LabFields, PanelResult, RecordAssessment, RecordAutoantibodyPanel,
    RecordDose, RecordLabResults, RecordVisit, SledaiEntry, VisitFields,
};
use super::enrolment::{
    ConfirmEligibility, CriterionFound, EnrollSubject, GivenConsent, RecordEligibility, ScreenSubject,
};
use super::safety::{AdverseEventFields, AgentCausality, GradeSince, ReportAdverseEvent};
use super::setup::{AddSite, FoundStudy, OpenCohort};
use super::{Decide, Heads};
use crate::Snapshot;
use crate::snapshot::Subject;
use crate::snapshot::tables::Rec;
use chrono::{DateTime, NaiveDate, Utc};
use entity::row::Row;
use entity::rows;
use entity::terms::{
    AdverseEventCategory, AdverseEventOutcome, Agent, Autoantibody, Causality, ConsentPurpose, CriterionKind,
    CriterionResult, GradeScale, Masking, Sex, VisitStatus,
};
use ledger::{Digest, Draft, Entry, Head, NewChange, Revision, Salt};
use policy::{
    Actor, Change, Decision, Identity, Membership, Moment, Refusal, RefusalCode, Role, Side, SideWrite,
};
use std::sync::Arc;
use uuid::Uuid;

/// The shipped protocol.
pub(crate) const NK510: &str = include_str!("../../../protocols/nk510.toml");
/// The study of every test.
pub(crate) const STUDY: Uuid = Uuid::from_u128(0x510);

/// A day.
pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A study that commands work on, with its people.
pub(crate) struct Trial {
    pub study: Arc<Snapshot>,
    pub side: Side,
    pub now: DateTime<Utc>,
    seed: u8,
    /// Commands that were accepted, with what they laid down.
    pub laid: Vec<(&'static str, Decision)>,
}

impl Trial {
    /// The shipped protocol with two sites (SH01, BJ02) and the first dose level open, at noon in Shanghai.
    pub(crate) fn open_label() -> Trial {
        Trial::of(NK510)
    }

    /// The same, masked.
    pub(crate) fn masked() -> Trial {
        Trial::of(&NK510.replace("masking = \"OPEN\"", "masking = \"DOUBLE\""))
    }

    /// The same by another protocol file.
    pub(crate) fn of(document: &str) -> Trial {
        let mut trial = Trial {
            study: Arc::new(Snapshot::empty(STUDY)),
            side: Side { commitment_key: [9; 32], ..Side::default() },
            now: "2026-06-01T04:00:00Z".parse().unwrap(),
            seed: 0,
            laid: Vec::new(),
        };
        let found = FoundStudy { study: STUDY, document: document.to_owned(), synthetic: true };
        trial.run(&administrator(), &found).unwrap();
        for (code, name) in [("SH01", "Synthetic site one"), ("BJ02", "Synthetic site two")] {
            let site = AddSite {
                code: code.to_owned(),
                name: name.to_owned(),
                country: "CN".to_owned(),
                time_zone: "Asia/Shanghai".to_owned(),
            };
            trial.run(&actor(Role::DataManager, &[]), &site).unwrap();
        }
        trial.open_cohort(1);
        trial
    }

    pub(crate) fn open_cohort(&mut self, level: i32) -> Uuid {
        let cohort = self.cohort(level);
        let open = OpenCohort { cohort, open: true, capacity: None, reason: None, expected_revision: None };
        let masked = self.study.row().is_some_and(|study| study.masking != Masking::Open);
        let who = if masked {
            actor(Role::UnmaskedPharmacist, &[self.site("SH01")])
        } else {
            actor(Role::MedicalMonitor, &[])
        };
        self.run(&who, &open).unwrap();
        cohort
    }

    /// Decides, and applies what was decided with its consequences, as the store does.
    pub(crate) fn run(&mut self, who: &Actor, command: &dyn Decide) -> Result<Decision, Refusal> {
        self.seed = self.seed.wrapping_add(1);
        let at = Moment::new(self.now, [self.seed; 32]);
        let declared = command.identities();
        let mut side = self.side.clone();
        side.identities.retain(|subject, _| declared.contains(subject));
        let decision = command.decide(who, &at, &self.study, &side)?;
        let again = command.decide(who, &at, &self.study, &side).unwrap();
        assert_eq!(again, decision, "a decision repeats to the byte");
        let heads = command.heads();
        assert!(heads.sealed || decision.sealed.is_empty(), "{} seals undeclared", command.act().as_str());
        assert_ne!(heads, Heads::default());
        self.apply(&decision, &at);
        for write in &decision.side {
            if let SideWrite::Identity { subject, identity, .. } = write {
                self.side.identities.insert(*subject, identity.clone());
            }
        }
        self.laid.push((command.act().as_str(), decision.clone()));
        Ok(decision)
    }

    fn apply(&mut self, decision: &Decision, at: &Moment) {
        let before = self.study.clone();
        let mut after = (*before).clone();
        if !decision.open.is_empty() {
            after = after.apply(&seal(before.open(), &decision.open, at)).unwrap();
        }
        if !decision.sealed.is_empty() {
            after = after.apply(&seal(before.sealed(), &decision.sealed, at)).unwrap();
        }
        let consequences = crate::consequences(&before, &after, at).unwrap();
        if !consequences.is_empty() {
            assert!(!decision.open.is_empty(), "a sealed command has no consequences");
            let all: Vec<Change> = decision.open.iter().cloned().chain(consequences).collect();
            after = before.apply(&seal(before.open(), &all, at)).unwrap();
            if !decision.sealed.is_empty() {
                after = after.apply(&seal(before.sealed(), &decision.sealed, at)).unwrap();
            }
        }
        self.study = Arc::new(after);
    }

    pub(crate) fn site(&self, code: &str) -> Uuid {
        self.study.rows.sites.iter().find(|site| site.code == code).unwrap().row.id
    }

    pub(crate) fn cohort(&self, level: i32) -> Uuid {
        self.study.rows.cohorts.iter().find(|cohort| cohort.level == level).unwrap().row.id
    }

    pub(crate) fn subject(&self, id: Uuid) -> Arc<Subject> {
        self.study.subject(id).unwrap().clone()
    }

    /// The investigator of a site.
    pub(crate) fn investigator(&self, site: &str) -> Actor {
        actor(Role::Investigator, &[self.site(site)])
    }

    /// The coordinator of a site.
    pub(crate) fn coordinator(&self, site: &str) -> Actor {
        actor(Role::Coordinator, &[self.site(site)])
    }

    pub(crate) fn screening(&self, site: &str) -> ScreenSubject {
        let consent =
            |purpose| GivenConsent { purpose, version: "2.0".to_owned(), given_on: day("2026-05-01") };
        ScreenSubject {
            site: self.site(site),
            sex: Sex::Male,
            birth_year: 1990,
            screened_on: Some(day("2026-05-02")),
            consents: vec![consent(ConsentPurpose::Study), consent(ConsentPurpose::SensitiveData)],
            bilag_history: Vec::new(),
            identity: Some(Identity { initials: Some("QZXW".to_owned()), ..Identity::default() }),
        }
    }

    /// A subject in screening.
    pub(crate) fn screened(&mut self, site: &str) -> Uuid {
        let screen = self.screening(site);
        self.run(&self.coordinator(site), &screen).unwrap().open[0].row
    }

    pub(crate) fn visit(&mut self, subject: Uuid, code: &str, date: &str) -> Uuid {
        let who = self.coordinator_of(subject);
        let visit = VisitFields {
            code: Some(code.to_owned()),
            date: day(date),
            status: VisitStatus::Occurred,
            note: None,
        };
        self.run(&who, &RecordVisit { subject, visit }).unwrap().open[0].row
    }

    /// The coordinator of a subject's site.
    pub(crate) fn coordinator_of(&self, subject: Uuid) -> Actor {
        actor(Role::Coordinator, &[self.subject(subject).row.site_id])
    }

    /// The investigator of a subject's site.
    pub(crate) fn investigator_of(&self, subject: Uuid) -> Actor {
        actor(Role::Investigator, &[self.subject(subject).row.site_id])
    }

    /// Every record that the protocol's checks ask for, all of them in order.
    pub(crate) fn work_up(&mut self, subject: Uuid) {
        let who = self.coordinator_of(subject);
        let visit = self.visit(subject, "SCREENING", "2026-05-02");
        self.run(
            &who,
            &RecordAssessment {
                subject,
                visit,
                assessed_on: None,
                assessor: None,
                items: sledai(&["arthritis", "myositis", "rash"]),
            },
        )
        .unwrap();
        self.run(&who, &panel(visit, vec![result(Autoantibody::Ana, "1:160", None)])).unwrap();
        let results = vec![
            lab("alt", "20", "U/L", Some("40")),
            lab("ast", "20", "U/L", Some("40")),
            lab("bilirubin", "10", "umol/L", Some("21")),
            lab("creatinine", "70", "umol/L", Some("100")),
            lab("neutrophils", "3.0", "10^9/L", None),
            lab("lymphocytes", "1.0", "10^9/L", None),
            lab("haemoglobin", "120", "g/L", None),
            lab("platelets", "200", "10^9/L", None),
        ];
        self.run(&who, &RecordLabResults { subject, visit: Some(visit), results }).unwrap();
    }

    /// A result for every criterion, as eligibility needs it.
    pub(crate) fn all_criteria(&self) -> Vec<CriterionFound> {
        let book = self.study.rulebook.clone().unwrap();
        let criteria = book.criteria().iter();
        criteria
            .map(|criterion| CriterionFound {
                criterion: criterion.id.clone(),
                result: match criterion.kind {
                    CriterionKind::Inclusion => CriterionResult::Met,
                    CriterionKind::Exclusion => CriterionResult::NotMet,
                },
                observed: None,
                expected_revision: None,
            })
            .collect()
    }

    pub(crate) fn results(&self, subject: Uuid, results: Vec<CriterionFound>) -> RecordEligibility {
        RecordEligibility {
            subject,
            assessed_on: day("2026-05-03"),
            results,
            answers: Vec::new(),
            reason: None,
        }
    }

    /// A subject whose eligibility is confirmed.
    pub(crate) fn eligible(&mut self, site: &str) -> Uuid {
        let subject = self.screened(site);
        self.work_up(subject);
        let results = self.results(subject, self.all_criteria());
        self.run(&self.coordinator(site), &results).unwrap();
        self.run(&self.investigator(site), &confirm(subject)).unwrap();
        subject
    }

    pub(crate) fn enrolment(&self, subject: Uuid, level: i32) -> EnrollSubject {
        EnrollSubject { subject, cohort: Some(self.cohort(level)), enrolled_on: Some(day("2026-05-04")) }
    }

    /// A subject in the first dose level.
    pub(crate) fn enrolled(&mut self, site: &str) -> Uuid {
        let subject = self.eligible(site);
        let enrol = self.enrolment(subject, 1);
        self.run(&self.coordinator(site), &enrol).unwrap();
        subject
    }

    /// A subject who received the planned dose of the first level on 2026-05-06.
    pub(crate) fn dosed(&mut self, site: &str) -> Uuid {
        let subject = self.enrolled(site);
        self.run(&self.coordinator(site), &dose(subject)).unwrap();
        subject
    }

    /// An adverse event of a subject, grade 3 of the product from 2026-05-10 on.
    pub(crate) fn event(&mut self, subject: Uuid) -> Uuid {
        let who = self.investigator_of(subject);
        self.run(&who, &event(subject)).unwrap().open[0].row
    }
}

fn seal(head: &Head, changes: &[Change], at: &Moment) -> Entry {
    let draft = Draft {
        at: at.now(),
        actor: Uuid::from_u128(1),
        display_name: "Test".to_owned(),
        role: None,
        membership: None,
        client: None,
        command: "test".to_owned(),
        request_id: Uuid::from_u128(2),
        portal_revision: Revision(1),
        idempotency_key: None,
        input_digest: Digest::ZERO,
    };
    let stream = head.stream.to_string();
    let changes = changes.iter().enumerate().map(|(position, change)| NewChange {
        table: change.table.into(),
        row: change.row,
        subject: change.subject,
        image: ledger::canonical::to_image(&change.image).unwrap(),
        salt: Salt(at.salt(&stream, position)),
    });
    Entry::seal(head, draft, changes.collect()).unwrap()
}

/// Somebody with one role in the study, at some sites.
pub(crate) fn actor(role: Role, sites: &[Uuid]) -> Actor {
    let mut sites = sites.to_vec();
    sites.sort_unstable();
    let number = 100 + role.column() as u128;
    Actor {
        person: Uuid::from_u128(number),
        name: role.as_str().to_lowercase(),
        display_name: role.as_str().to_owned(),
        client: None,
        memberships: vec![Membership {
            id: Uuid::from_u128(number + 1_000),
            study: (role != Role::Administrator).then_some(STUDY),
            role,
            sites,
            from: DateTime::UNIX_EPOCH,
            until: None,
            chair: false,
        }],
        scopes: None,
        portal_revision: 1,
    }
}

pub(crate) fn administrator() -> Actor {
    actor(Role::Administrator, &[])
}

pub(crate) fn confirm(subject: Uuid) -> ConfirmEligibility {
    ConfirmEligibility { subject, expected_revision: None, confirmed_on: Some(day("2026-05-03")) }
}

/// SLEDAI-2K with some descriptors present and all others absent.
pub(crate) fn sledai(present: &[&str]) -> AssessmentItems {
    let items = crate::instrument::descriptors()
        .map(|code| SledaiEntry { code: code.to_owned(), present: Some(present.contains(&code)) })
        .collect();
    AssessmentItems::Sledai { items, joint_count: None, comments: Vec::new() }
}

pub(crate) fn panel(visit: Uuid, results: Vec<PanelResult>) -> RecordAutoantibodyPanel {
    RecordAutoantibodyPanel { visit, collected_on: None, laboratory: None, results }
}

pub(crate) fn result(analyte: Autoantibody, raw: &str, unit: Option<&str>) -> PanelResult {
    PanelResult {
        analyte,
        raw: raw.to_owned(),
        unit: unit.map(str::to_owned),
        reference_low: None,
        reference_high: None,
        positivity_cutoff: None,
        method: None,
        patterns: Vec::new(),
    }
}

pub(crate) fn lab(analyte: &str, raw: &str, unit: &str, uln: Option<&str>) -> LabFields {
    LabFields {
        analyte: Some(analyte.to_owned()),
        loinc: None,
        raw: raw.to_owned(),
        unit: Some(unit.to_owned()),
        lln: None,
        uln: uln.map(str::to_owned),
        method: None,
        laboratory: None,
        collected_on: day("2026-05-02"),
        collected_at: None,
    }
}

/// The planned dose of the first level for 70 kg: 4e7 cells/kg are 2.8e9 cells.
pub(crate) fn dose(subject: Uuid) -> RecordDose {
    RecordDose {
        subject,
        cohort: None,
        dose: DoseFields {
            agent: Agent::Nk510,
            ordinal: None,
            given_on: day("2026-05-06"),
            start_time: Some("09:30".to_owned()),
            end_time: None,
            weight_kg: Some("70".to_owned()),
            total_cells: Some("2800000000".to_owned()),
            lot: None,
        },
    }
}

pub(crate) fn event(subject: Uuid) -> ReportAdverseEvent {
    ReportAdverseEvent {
        subject,
        event: AdverseEventFields {
            term: "Transaminases increased".to_owned(),
            soc: None,
            pt: None,
            start: "2026-05-10".to_owned(),
            end: None,
            outcome: AdverseEventOutcome::NotRecovered,
            seriousness: Vec::new(),
            category: AdverseEventCategory::NonHaematological,
            of_special_interest: false,
            asymptomatic_laboratory: false,
            narrative: None,
            aware_on: None,
        },
        grades: vec![GradeSince { grade: Some(3), scale: GradeScale::CtcaeV5, findings: None, since: None }],
        causalities: vec![AgentCausality { agent: Agent::Nk510, causality: Some(Causality::Probable) }],
    }
}

pub(crate) fn cut(name: &str, on: &str) -> CreateDataCut {
    CreateDataCut { name: name.to_owned(), clinical_cut_off: day(on), purpose: None }
}

/// The row of a table that a decision laid down in the open stream.
pub(crate) fn row<T: Row>(decision: &Decision) -> T {
    rows_of(&decision.open).pop().unwrap()
}

/// Every row of a table among changes.
pub(crate) fn rows_of<T: Row>(changes: &[Change]) -> Vec<T> {
    let of_table = changes.iter().filter(|change| change.table == T::TABLE);
    of_table.map(|change| serde_json::from_value(change.image.clone()).unwrap()).collect()
}

/// What a refusal says: its code and the path of its field.
#[track_caller]
pub(crate) fn refusal(result: Result<Decision, Refusal>) -> (RefusalCode, String) {
    let refusal = result.map(|_| ()).unwrap_err();
    (refusal.code, refusal.field.join("."))
}

/// Every finding, of the study and of its subjects.
pub(crate) fn all_findings(trial: &Trial) -> impl Iterator<Item = &Rec<rows::Finding>> {
    let of_subjects = trial.study.all().flat_map(|subject| subject.rows.findings.iter());
    trial.study.rows.findings.iter().chain(of_subjects)
}

/// The findings of a rule that are open.
pub(crate) fn findings(trial: &Trial, rule: &str) -> usize {
    let open = |it: &rows::Finding| it.rule == rule && it.state == entity::terms::FindingState::Open;
    all_findings(trial).filter(|it| open(it)).count()
}
