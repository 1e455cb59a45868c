//! What every story finds: a founded installation, the study NK510 with three sites, nine subjects, and somebody
//! of every role. Everybody and everything in it is made up.

mod people;
mod subjects;

use chrono::NaiveDate;
use entity::rows;
use entity::term::Term as _;
use entity::terms::Masking;
use ledger::StreamId;
pub use people::{Person, name_of, people};
use portal::command::{AddPerson, ApproveMembership, GrantMembership, ProposeMembership, RegisterStudy};
use std::collections::BTreeMap;
use store::{Accepted, Call, CallerRef, Outcome, Page, Store, Touching};
use study::Rulebook;
use study::command::setup::{AddSite, FoundStudy, OpenCohort};
pub use subjects::{Subject, assessment};
use uuid::Uuid;

/// The protocol file of the study.
pub const PROTOCOL: &str = include_str!("../../api/protocols/nk510.toml");

/// The sites' codes, in the order in which they joined.
pub const SITES: [&str; 3] = ["SH01", "BJ02", "GZ03"];

/// Subjects that share a transaction, so that a large world does not wait for the disk at each.
const GROUP: usize = 100;

/// How a world differs from the usual one.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Who knows the treatment.
    pub masking: Masking,
    /// How many subjects, spread over the sites.
    pub subjects: usize,
    /// What is recorded of each.
    pub course: Course,
}

/// What is recorded of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Visits up to month 3, one of them without assessments.
    Usual,
    /// Six visits up to month 6 with three assessments each.
    Full,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan { masking: Masking::Open, subjects: 9, course: Course::Usual }
    }
}

/// What is in the database.
pub struct World {
    /// The study's row.
    pub study: Uuid,
    /// The study's code.
    pub code: &'static str,
    /// Who knows the treatment.
    pub masking: Masking,
    /// The sites' rows by their codes.
    pub sites: BTreeMap<&'static str, Uuid>,
    /// The cohorts' rows, by level from 1.
    pub cohorts: Vec<Uuid>,
    /// The subjects.
    pub subjects: Vec<Subject>,
    /// Everybody's grant, by user name.
    pub memberships: BTreeMap<String, Uuid>,
    /// Everybody's row, by user name.
    pub persons: BTreeMap<String, Uuid>,
}

/// A fresh id. Stories may draw what commands may not.
#[allow(clippy::disallowed_methods)] // Nothing here has to be decided again.
pub fn id() -> Uuid {
    Uuid::new_v4()
}

/// A day.
pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A call by a person.
pub fn by(name: &str) -> Call {
    call(CallerRef::User(name.to_owned()))
}

fn call(caller: CallerRef) -> Call {
    Call { caller, client: Some("suite".to_owned()), request_id: id(), key: None }
}

/// An outcome that has to be an acceptance.
#[track_caller]
pub fn accepted(outcome: Outcome) -> Accepted {
    outcome.result.unwrap_or_else(|refusal| panic!("refused: {refusal:?}"))
}

/// Makes the world.
pub(crate) async fn create(store: &Store, plan: Plan) -> World {
    people::found(store).await;
    let protocol =
        PROTOCOL.replace("masking = \"OPEN\"", &format!("masking = \"{}\"", plan.masking.as_str()));
    let study = register(store, &protocol).await;
    let mut world = World {
        study,
        code: "NK510",
        masking: plan.masking,
        sites: BTreeMap::new(),
        cohorts: cohorts_of(store, study).await,
        subjects: (0..plan.subjects).map(Subject::plan).collect(),
        memberships: BTreeMap::new(),
        persons: BTreeMap::new(),
    };
    world.invite_sponsor(store).await;
    world.add_sites(store).await;
    world.invite_sites(store).await;
    world.open_cohorts(store).await;
    for subjects in world.subjects.chunks(GROUP) {
        let laid = subjects.iter().map(|subject| {
            let rows: Box<dyn study::Decide> = Box::new(subject.rows(&world, plan.course));
            (rows, by(&subject.coordinator()))
        });
        for outcome in store.decide_group(study, laid.collect()).await.unwrap() {
            accepted(outcome);
        }
    }
    world
}

/// Grants a role as the administrators do: one that takes two of them on the proposal of the other.
pub async fn granted(store: &Store, grant: GrantMembership) -> Uuid {
    if !policy::Role::parse(&grant.role).is_some_and(policy::needs_two) {
        return accepted(store.decide_portal(Box::new(grant), by("administrator")).await.unwrap()).row;
    }
    let propose = ProposeMembership { grant, reason: "Made up for the suite.".to_owned() };
    let proposal = accepted(store.decide_portal(Box::new(propose), by("administrator")).await.unwrap()).row;
    let approve = ApproveMembership { proposal };
    accepted(store.decide_portal(Box::new(approve), by("administrator-two")).await.unwrap()).row
}

/// Registers a study from the text of its protocol file, as an administrator would.
pub async fn register(store: &Store, protocol: &str) -> Uuid {
    let book =
        Rulebook::parse(protocol).unwrap_or_else(|problems| panic!("the protocol is refused: {problems:?}"));
    let study = id();
    let registry = RegisterStudy {
        study,
        code: book.study().code.clone(),
        title: book.study().title.clone(),
        masking: book.study().masking,
        time_zone: book.zone().name().to_owned(),
    };
    let founding = FoundStudy { study, document: protocol.to_owned(), synthetic: true };
    accepted(store.register_study(registry, Box::new(founding), by("administrator")).await.unwrap());
    study
}

/// The cohorts that a study was founded with, by level.
pub async fn cohorts_of(store: &Store, study: Uuid) -> Vec<Uuid> {
    let page = Page { after: None, before: None, limit: 1, newest_first: false };
    let founding = store.entries(StreamId::Open(study), page, Touching::Anything).await.unwrap();
    let cohorts = founding[0].changes.iter().filter(|change| change.table.as_ref() == "cohort");
    let mut cohorts: Vec<rows::Cohort> = cohorts.map(|it| serde_json::from_str(&it.image).unwrap()).collect();
    cohorts.sort_by_key(|cohort| cohort.level);
    cohorts.into_iter().map(|cohort| cohort.id).collect()
}

impl World {
    /// A world of which no more is known than its study.
    pub(crate) fn of(study: Uuid) -> World {
        World {
            study,
            code: "NK510",
            masking: Masking::Open,
            sites: BTreeMap::new(),
            cohorts: Vec::new(),
            subjects: Vec::new(),
            memberships: BTreeMap::new(),
            persons: BTreeMap::new(),
        }
    }

    /// Adds the sites.
    async fn add_sites(&mut self, store: &Store) {
        for code in SITES {
            let site = AddSite {
                code: code.to_owned(),
                name: format!("A hospital that was made up, {code}"),
                country: "CN".to_owned(),
                time_zone: "Asia/Shanghai".to_owned(),
            };
            let added = accepted(store.decide(self.study, Box::new(site), by("data-manager")).await.unwrap());
            self.sites.insert(code, added.row);
        }
    }

    /// Opens the cohorts, as whoever may in such a study.
    async fn open_cohorts(&self, store: &Store) {
        let who = if self.masking == Masking::Open { "data-manager" } else { "pharmacist-sh01" };
        for cohort in &self.cohorts {
            let open = OpenCohort {
                cohort: *cohort,
                open: true,
                capacity: None,
                reason: None,
                expected_revision: None,
            };
            accepted(store.decide(self.study, Box::new(open), by(who)).await.unwrap());
        }
    }

    /// Adds everybody whose role is bound to no site, so that the study can be set up.
    async fn invite_sponsor(&mut self, store: &Store) {
        for person in people().into_iter().filter(|person| person.site.is_none()) {
            self.add(store, person).await;
        }
    }

    /// Adds those who work at a site or visit it.
    async fn invite_sites(&mut self, store: &Store) {
        for person in people().into_iter().filter(|person| person.site.is_some()) {
            self.add(store, person).await;
        }
    }

    /// Adds a person and grants them their role.
    async fn add(&mut self, store: &Store, person: Person) {
        let added = AddPerson {
            name: person.name.clone(),
            display_name: format!("Made-up {}", person.name),
            issuer: None,
            subject: None,
        };
        let row = accepted(store.decide_portal(Box::new(added), by("administrator")).await.unwrap()).row;
        self.persons.insert(person.name.clone(), row);
        if let Some(grant) = self.grant(&person, row) {
            self.memberships.insert(person.name, granted(store, grant).await);
        }
    }

    /// The grant that a person of the world receives.
    pub fn grant(&self, person: &Person, row: Uuid) -> Option<GrantMembership> {
        let role = person.role?;
        let in_study = role.scope() != policy::Scope::Installation;
        Some(GrantMembership {
            person: row,
            role: role.as_str().to_owned(),
            study: in_study.then_some(self.study),
            sites: person.site.map(|site| self.sites[site]).into_iter().collect(),
            known_sites: self.sites.values().copied().collect(),
            valid_from: day("2026-01-01"),
            valid_to: (role == policy::Role::Auditor).then(|| day("2099-12-31")),
            chair: role == policy::Role::DsmbMember,
            training_on: Some(day("2025-12-01")),
            delegation: None,
        })
    }
}
