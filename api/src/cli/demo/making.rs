//! The study, its sites, people and cohorts, and the courses of its subjects, many side by side if asked for.

use super::data::COURSES;
use super::hospital;
use crate::app::DemoUser;
use crate::cli::installation::{self, accepted, call, fresh};
use crate::cli::{Told, act};
use crate::config::Settings;
use crate::signin;
use chrono::{Days, NaiveDate};
use indicatif::{ProgressBar, ProgressStyle};
use policy::Role;
use portal::command::{AddPerson, GrantMembership};
use std::sync::Arc;
use store::{CallerRef, Store};
use study::command::{board, setup};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

pub(super) const PROTOCOL: &str = include_str!("../../../protocols/nk510.toml");
pub(super) const STUDY: &str = "NK510";
const SITES: [(&str, &str); 3] = [
    ("BJ01", "Demonstration site Beijing"),
    ("SH01", "Demonstration site Shanghai"),
    ("GZ01", "Demonstration site Guangzhou"),
];

/// Days of work that run side by side when many subjects are generated.
const SIDE_BY_SIDE: usize = 48;

/// Seconds that the users' tokens hold.
const TOKENS: i64 = 24 * 3_600;

/// The demonstration while it is being made.
pub(super) struct Demo {
    pub(super) store: Store,
    pub(super) study: Uuid,
    pub(super) sites: Vec<Uuid>,
    pub(super) cohorts: Vec<Uuid>,
    pub(super) today: NaiveDate,
}

pub(super) fn coordinator(site: usize) -> String {
    format!("coordinator-{}", SITES[site].0.to_lowercase())
}

pub(super) fn investigator(site: usize) -> String {
    format!("investigator-{}", SITES[site].0.to_lowercase())
}

impl Demo {
    pub(super) async fn found(store: Store, subjects: Option<usize>) -> Told<Demo> {
        let administrators = [
            ("admin".to_owned(), "Demonstration administrator".to_owned()),
            ("admin-2".to_owned(), "Second demonstration administrator".to_owned()),
        ];
        installation::found(&store, administrators).await?;
        let admin = || CallerRef::User("admin".to_owned());
        let study = act::register(&store, admin(), &protocol(subjects), true).await?;
        let today = store.clock().now().date_naive();
        let demo = Demo { store, study, sites: Vec::new(), cohorts: Vec::new(), today };

        let study_wide = [
            ("data-manager", Role::DataManager),
            ("medical-monitor", Role::MedicalMonitor),
            ("statistician", Role::Statistician),
            ("safety-officer", Role::SafetyOfficer),
            ("dsmb-member", Role::DsmbMember),
            ("dsmb-statistician", Role::DsmbStatistician),
        ];
        for (name, role) in study_wide {
            demo.person(name, role, &[]).await?;
        }
        let mut sites = Vec::new();
        for (code, name) in SITES {
            let site = setup::AddSite {
                code: code.to_owned(),
                name: format!("{name} (synthetic)"),
                country: "CN".to_owned(),
                time_zone: "Asia/Shanghai".to_owned(),
            };
            sites.push(demo.act("data-manager", site).await?);
        }
        let demo = Demo { sites, ..demo };
        for place in 0..SITES.len() {
            let site = [demo.sites[place]];
            demo.person(&investigator(place), Role::Investigator, &site).await?;
            demo.person(&coordinator(place), Role::Coordinator, &site).await?;
        }
        demo.person("pharmacist-bj01", Role::UnmaskedPharmacist, &demo.sites[..1]).await?;
        demo.person("monitor", Role::Monitor, &demo.sites[..2]).await?;
        demo.person("auditor", Role::Auditor, &[]).await?;
        let cohorts: Vec<Uuid> = {
            let view = installation::look(&demo.store, "data-manager", demo.study).await?;
            view.cohorts().into_iter().flatten().map(|cohort| cohort.row_id()).collect()
        };
        for cohort in &cohorts {
            let open = setup::OpenCohort {
                cohort: *cohort,
                open: true,
                capacity: None,
                reason: None,
                expected_revision: None,
            };
            demo.act("data-manager", open).await?;
        }
        Ok(Demo { cohorts, ..demo })
    }

    async fn person(&self, name: &str, role: Role, sites: &[Uuid]) -> Told<()> {
        let admin = || call(CallerRef::User("admin".to_owned()));
        let add = AddPerson {
            name: name.to_owned(),
            display_name: format!("Demonstration {}", name.replace('-', " ")),
            issuer: None,
            subject: None,
        };
        let person = accepted(self.store.decide_portal(Box::new(add), admin()).await)?.row;
        let from = self.today - Days::new(600);
        let grant = GrantMembership {
            person,
            role: role.as_str().to_owned(),
            study: Some(self.study),
            sites: sites.to_vec(),
            known_sites: self.sites.clone(),
            valid_from: from,
            valid_to: (role == Role::Auditor).then(|| self.today + Days::new(90)),
            chair: role == Role::DsmbMember,
            training_on: Some(from),
            delegation: Some("synthetic".to_owned()),
        };
        act::grant(&self.store, ["admin", "admin-2"], grant).await
    }

    pub(super) async fn act(&self, by: &str, command: impl study::Decide + 'static) -> Told<Uuid> {
        let caller = CallerRef::User(by.to_owned());
        let done = accepted(self.store.decide(self.study, Box::new(command), call(caller)).await)?;
        Ok(done.row)
    }

    pub(super) async fn nine(&self) -> Told<()> {
        for course in &COURSES {
            self.course(course, course.dosed_days_ago).await?;
        }
        Ok(())
    }

    pub(super) async fn many(self: &Demo, subjects: usize) -> Told<()> {
        let style =
            ProgressStyle::with_template("{bar:40} {pos}/{len} synthetic subjects, {per_sec}, {eta} left")
                .map_err(|error| error.to_string())?;
        let bar = ProgressBar::new(subjects as u64).with_style(style);
        let room = Arc::new(Semaphore::new(SIDE_BY_SIDE));
        let shared = Arc::new(Demo {
            store: self.store.clone(),
            study: self.study,
            sites: self.sites.clone(),
            cohorts: self.cohorts.clone(),
            today: self.today,
        });
        let mut running = JoinSet::new();
        for place in 0..subjects {
            let permit = room.clone().acquire_owned().await.map_err(|error| error.to_string())?;
            let (demo, bar) = (shared.clone(), bar.clone());
            running.spawn(async move {
                // The nine courses in turn, on other days and with levels that fill evenly.
                let mut course = COURSES[place % COURSES.len()];
                course.level = place % 3 + 1;
                course.cells_per_kg = 40 * i64::try_from(course.level).unwrap_or(1);
                course.age = 20 + i32::try_from(place * 7 % 45).unwrap_or(0);
                let days = course.dosed_days_ago + i64::try_from(place * 5 % 90).unwrap_or(0);
                let made = demo.course(&course, days).await;
                bar.inc(1);
                drop(permit);
                made
            });
            while let Some(made) = running.try_join_next() {
                made.map_err(|error| error.to_string())??;
            }
        }
        while let Some(made) = running.join_next().await {
            made.map_err(|error| error.to_string())??;
        }
        bar.finish();
        Ok(())
    }

    pub(super) async fn cut(&self) -> Told<()> {
        let cut = board::CreateDataCut {
            name: "DEMO-1".to_owned(),
            clinical_cut_off: self.today - Days::new(30),
            purpose: Some("Synthetic: first look of the board".to_owned()),
        };
        self.act("dsmb-statistician", cut).await.map(|_| ())
    }

    pub(super) async fn users(&self, settings: &Settings) -> Told<Vec<DemoUser>> {
        let minter = installation::minter(settings, &self.store).await?;
        let now = self.store.clock().now();
        let site = |place: usize| vec![SITES[place].0.to_owned()];
        let all = |name: &str, role: Role, sites: Vec<String>| (name.to_owned(), role, sites);
        let mut people = vec![
            all("data-manager", Role::DataManager, vec![]),
            all("medical-monitor", Role::MedicalMonitor, vec![]),
            all("statistician", Role::Statistician, vec![]),
            all("safety-officer", Role::SafetyOfficer, vec![]),
            all("monitor", Role::Monitor, vec![SITES[0].0.to_owned(), SITES[1].0.to_owned()]),
        ];
        for place in 0..SITES.len() {
            people.push((investigator(place), Role::Investigator, site(place)));
            people.push((coordinator(place), Role::Coordinator, site(place)));
        }
        people.extend([
            all("pharmacist-bj01", Role::UnmaskedPharmacist, site(0)),
            all("dsmb-member", Role::DsmbMember, vec![]),
            all("dsmb-statistician", Role::DsmbStatistician, vec![]),
            all("auditor", Role::Auditor, vec![]),
            all("admin", Role::Administrator, vec![]),
        ]);
        let mut users: Vec<DemoUser> = people
            .into_iter()
            .map(|(name, role, sites)| {
                let grant = signin::Grant {
                    user: &name,
                    epoch: 0,
                    client: "trialgraph demo",
                    now: now.timestamp(),
                    seconds: TOKENS,
                    id: fresh(),
                };
                let token = minter.mint(&grant).map_err(|_| "a token cannot be signed".to_owned())?;
                Ok(DemoUser { name, role: role.as_str().to_owned(), sites, token })
            })
            .collect::<Told<_>>()?;
        users.push(hospital::user(self, settings, (SITES[0].0, TOKENS)).await?);
        Ok(users)
    }
}

/// The protocol, with room for as many subjects as are asked for.
fn protocol(subjects: Option<usize>) -> String {
    match subjects {
        None => PROTOCOL.to_owned(),
        Some(subjects) => PROTOCOL
            .replace("planned_enrolment = 9", &format!("planned_enrolment = {subjects}"))
            .replace("planned_subjects = 9", &format!("planned_subjects = {subjects}"))
            .replace("capacity = 3", &format!("capacity = {}", subjects / 3 + 1)),
    }
}
