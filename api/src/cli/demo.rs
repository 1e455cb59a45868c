//! `trialgraph demo`: a fresh embedded study with synthetic data, made through the same commands that everybody
//! uses, and a server over it on this machine alone.

use super::Told;
use super::act;
use super::demo_data::{Activity, COURSES, Course, Event, Panel};
use super::installation::{self, accepted, call, fresh};
use super::serve;
use crate::app::{App, DemoUser};
use crate::config::{Limits, Secret, Settings};
use crate::{database, signin};
use chrono::{Datelike, Days, NaiveDate};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use policy::Role;
use portal::command::{AddPerson, GrantMembership};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use store::{CallerRef, Store};
use study::command::conduct::{
    AssessmentItems, BilagEntry, BilagValue, DoseFields, IntercurrentEventFields, MedicationFields,
    PanelResult, RecordAssessment, RecordAutoantibodyPanel, RecordDose, RecordIntercurrentEvent,
    RecordMedication, RecordVisit, VisitFields,
};
use study::command::enrolment::{
    ConfirmEligibility, CriterionFound, EnrollSubject, GivenConsent, RecordEligibility, ScreenSubject,
};
use study::command::safety::{
    AdjudicateDlt, AdverseEventFields, AgentCausality, GradeSince, ReportAdverseEvent,
};
use study::command::{board, setup};
use study::instrument::LldasExtras;
use study::terms::{
    AdverseEventCategory, AdverseEventOutcome, Agent, Autoantibody, Causality, ConsentPurpose, CriterionKind,
    CriterionResult, Frequency, GradeScale, Indication, IntercurrentEventKind, MedicationClass, Route,
    SeriousnessCriterion, Sex, Term, VisitStatus,
};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

/// How the demonstration is run.
#[derive(Args)]
pub(super) struct Options {
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where the demonstration's files go; what an earlier one left there is replaced.
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
    /// Generate so many subjects instead of the nine.
    #[arg(long)]
    subjects: Option<usize>,
}

const PROTOCOL: &str = include_str!("../../protocols/nk510.toml");
const STUDY: &str = "NK510";
const SITES: [(&str, &str); 3] = [
    ("BJ01", "Demonstration site Beijing"),
    ("SH01", "Demonstration site Shanghai"),
    ("GZ01", "Demonstration site Guangzhou"),
];

/// Days of work that run side by side when many subjects are generated.
const SIDE_BY_SIDE: usize = 48;

pub(super) async fn run(given: Settings, options: Options) -> Told<ExitCode> {
    std::fs::create_dir_all(&options.data).map_err(|error| format!("{}: {error}", options.data.display()))?;
    let settings = settings(given.limits, &options)?;
    let store = database::open(&settings).await?;
    let demo = Demo::found(store.clone(), options.subjects).await?;
    match options.subjects {
        None => demo.nine().await?,
        Some(subjects) => demo.many(subjects).await?,
    }
    demo.cut().await?;
    let users = demo.users(&settings).await?;

    let listener = TcpListener::bind(("127.0.0.1", options.port))
        .map_err(|error| format!("port {}: {error}", options.port))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let url = format!("http://{address}");
    let described = serde_json::json!({"url": url, "study": STUDY, "users": users});
    let file = options.data.join("demo.json");
    let app = App::over(settings, store, users).await?;
    print_outcomes(&app).await?;
    print_links(&app, &url);
    let running = app.start(listener).map_err(|error| error.to_string())?;
    // Written last: whoever waits for it finds a server that answers.
    std::fs::write(&file, described.to_string()).map_err(|error| format!("{}: {error}", file.display()))?;
    serve::until_stopped(&app, running).await
}

/// The demonstration's own settings; limits alone can be set, since everything else would point it elsewhere.
fn settings(limits: Limits, options: &Options) -> Told<Settings> {
    let path = options.data.join("trialgraph.sqlite");
    for suffix in ["", "-wal", "-shm"] {
        let stale = options.data.join(format!("trialgraph.sqlite{suffix}"));
        match std::fs::remove_file(&stale) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(format!("{}: {error}", stale.display()));
            }
            _ => {}
        }
    }
    let _ = std::fs::remove_file(options.data.join("demo.json"));
    let key = options.data.join("master.key");
    let mut settings = Settings { limits, ..Settings::default() };
    settings.database.url = Secret::from(format!("sqlite:{}", path.display()));
    settings.keys.master_file = Some(key);
    settings.server.graphiql = true;
    settings.server.introspection = true;
    settings.tokens.minutes = 1_440;
    Ok(settings)
}

/// The demonstration while it is being made.
struct Demo {
    store: Store,
    study: Uuid,
    sites: Vec<Uuid>,
    cohorts: Vec<Uuid>,
    today: NaiveDate,
}

fn coordinator(site: usize) -> String {
    format!("coordinator-{}", SITES[site].0.to_lowercase())
}

fn investigator(site: usize) -> String {
    format!("investigator-{}", SITES[site].0.to_lowercase())
}

/// A subject and one of its visits.
type At = (Uuid, Uuid);

impl Demo {
    async fn found(store: Store, subjects: Option<usize>) -> Told<Demo> {
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
        accepted(self.store.decide_portal(Box::new(grant), admin()).await)?;
        Ok(())
    }

    async fn act(&self, by: &str, command: impl study::Decide + 'static) -> Told<Uuid> {
        let caller = CallerRef::User(by.to_owned());
        let done = accepted(self.store.decide(self.study, Box::new(command), call(caller)).await)?;
        Ok(done.row)
    }

    async fn nine(&self) -> Told<()> {
        for course in &COURSES {
            self.course(course, course.dosed_days_ago).await?;
        }
        Ok(())
    }

    async fn many(self: &Demo, subjects: usize) -> Told<()> {
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

    /// Everything that happens to one subject.
    async fn course(&self, course: &Course, dosed_days_ago: i64) -> Told<()> {
        let day_1 = self.today - days(dosed_days_ago)?;
        let on = |day: i64| -> Told<NaiveDate> {
            let after = if day > 0 { day - 1 } else { day };
            if after >= 0 { Ok(day_1 + days(after)?) } else { Ok(day_1 - days(-after)?) }
        };
        let who = coordinator(course.site);
        let subject = self.screened(course, (on(-21)?, on(-20)?)).await?;
        let screening = self.visit((&who, subject), Some("SCREENING"), on(-20)?).await?;
        self.activity(&who, (subject, screening), &course.baseline).await?;
        self.extras(&who, (subject, screening), course, -20).await?;
        self.panel(&who, screening, course.panels[0]).await?;
        self.eligible(course.site, subject, (on(-19)?, on(-8)?)).await?;
        let enrol = EnrollSubject {
            subject,
            cohort: Some(self.cohorts[course.level - 1]),
            enrolled_on: Some(on(-7)?),
        };
        self.act(&who, enrol).await?;
        for (drug, from, to) in course.steroids {
            let steroid = RecordMedication {
                subject,
                medication: MedicationFields {
                    drug: "prednisone".to_owned(),
                    class: MedicationClass::Glucocorticoid,
                    dose: Some((*drug).to_owned()),
                    unit: Some("mg".to_owned()),
                    route: Route::Oral,
                    frequency: Some(Frequency::Qd),
                    start: on(*from)?.to_string(),
                    end: to.map(on).transpose()?.map(|day| day.to_string()),
                    ongoing: to.is_none(),
                    indication: Indication::Sle,
                },
            };
            self.act(&who, steroid).await?;
        }
        let background = RecordMedication {
            subject,
            medication: MedicationFields {
                drug: "hydroxychloroquine".to_owned(),
                class: MedicationClass::Antimalarial,
                dose: Some("200".to_owned()),
                unit: Some("mg".to_owned()),
                route: Route::Oral,
                frequency: Some(Frequency::Bid),
                start: (day_1.year() - 2).to_string(),
                end: None,
                ongoing: true,
                indication: Indication::Sle,
            },
        };
        self.act(&who, background).await?;
        self.doses((&who, subject), course, (on(-5)?, on(-3)?, day_1)).await?;
        let day_14 = self.visit((&who, subject), Some("DAY_14"), on(14)?).await?;
        self.panel(&who, day_14, course.panels[1]).await?;
        let day_28 = self.visit((&who, subject), Some("DAY_28"), on(28)?).await?;
        self.sledai(&who, (subject, day_28), course.day_28).await?;
        for event in course.events {
            self.event((&who, subject), event, &on).await?;
        }
        if let Some(day) = course.rescue_on {
            let rescue = RecordIntercurrentEvent {
                subject,
                event: IntercurrentEventFields {
                    kind: IntercurrentEventKind::SteroidIncrease,
                    occurred_on: on(day)?,
                    days: Some(20),
                    note: Some("Synthetic: rescue for a flare".to_owned()),
                },
            };
            self.act(&who, rescue).await?;
        }
        for (code, day, activity, panel) in [
            ("MONTH_3", 91, &course.month_3, course.panels[2]),
            ("MONTH_6", 181, &course.month_6, course.panels[3]),
        ] {
            let visit = self.visit((&who, subject), Some(code), on(day)?).await?;
            self.activity(&who, (subject, visit), activity).await?;
            self.extras(&who, (subject, visit), course, day).await?;
            self.panel(&who, visit, panel).await?;
        }
        Ok(())
    }

    async fn screened(&self, course: &Course, (consented, screened): (NaiveDate, NaiveDate)) -> Told<Uuid> {
        let consent = |purpose| GivenConsent { purpose, version: "1.0".to_owned(), given_on: consented };
        let screen = ScreenSubject {
            site: self.sites[course.site],
            sex: if course.female { Sex::Female } else { Sex::Male },
            birth_year: screened.year() - course.age,
            screened_on: Some(screened),
            consents: vec![consent(ConsentPurpose::Study), consent(ConsentPurpose::SensitiveData)],
            bilag_history: Vec::new(),
            identity: Some(policy::Identity {
                initials: Some("SYNT".to_owned()),
                birth_date: NaiveDate::from_ymd_opt(screened.year() - course.age, 1, 1),
                hospital_number: Some(format!("SYNTHETIC-{}", fresh().simple())),
                ..policy::Identity::default()
            }),
        };
        self.act(&coordinator(course.site), screen).await
    }

    async fn visit(&self, (who, subject): (&str, Uuid), code: Option<&str>, date: NaiveDate) -> Told<Uuid> {
        let visit = RecordVisit {
            subject,
            visit: VisitFields {
                code: code.map(str::to_owned),
                date,
                status: VisitStatus::Occurred,
                note: None,
            },
        };
        self.act(who, visit).await
    }

    async fn assess(&self, who: &str, (subject, visit): At, items: AssessmentItems) -> Told<()> {
        let record = RecordAssessment { subject, visit, assessed_on: None, assessor: None, items };
        self.act(who, record).await.map(|_| ())
    }

    async fn sledai(&self, who: &str, at: At, present: &[&str]) -> Told<()> {
        let present = present.iter().map(|code| (*code).to_owned()).collect();
        self.assess(who, at, AssessmentItems::sledai(present, Vec::new(), None)).await
    }

    async fn activity(&self, who: &str, at: At, activity: &Activity) -> Told<()> {
        self.sledai(who, at, activity.sledai).await?;
        if let Some(items) = activity.bilag {
            let score = |(number, score): &(u8, u8)| BilagEntry {
                number: i64::from(*number),
                value: BilagValue::Score(i64::from(*score)),
            };
            // Blood values that leave the haematological and renal systems quiet.
            let value =
                |number: i64, value: &str| BilagEntry { number, value: BilagValue::Number(value.to_owned()) };
            let measured = [
                value(78, "120"),
                value(79, "75"),
                value(83, "10"),
                value(86, "70"),
                value(87, "95"),
                value(90, "13.1"),
                value(91, "6.2"),
                value(92, "4.1"),
                value(93, "1.6"),
                value(94, "240"),
            ];
            let items = items.iter().map(score).chain(measured).collect();
            let answers = AssessmentItems::bilag(items, Vec::new(), Vec::new());
            self.assess(who, at, answers).await?;
        }
        self.assess(who, at, AssessmentItems::Pga { value: activity.pga.to_owned() }).await
    }

    async fn extras(&self, who: &str, at: At, course: &Course, day: i64) -> Told<()> {
        let takes =
            course.steroids.iter().any(|(_, from, to)| *from <= day && to.is_none_or(|to| to >= day - 6));
        let extras = LldasExtras {
            haemolytic_anaemia: Some(false),
            gi_activity: Some(false),
            maintenance_therapy_ok: Some(true),
            no_glucocorticoid_confirmed: Some(!takes),
        };
        self.assess(who, at, AssessmentItems::LldasExtras(extras)).await
    }

    async fn panel(&self, who: &str, visit: Uuid, [dsdna, ana, sm, c3, c4]: Panel) -> Told<()> {
        let result = |analyte, raw: &str, unit: Option<&str>| PanelResult {
            analyte,
            raw: raw.to_owned(),
            unit: unit.map(str::to_owned),
            reference_low: None,
            reference_high: None,
            positivity_cutoff: None,
            method: Some("synthetic".to_owned()),
            patterns: Vec::new(),
        };
        let range = |mut result: PanelResult, low: &str, high: &str| {
            result.reference_low = Some(low.to_owned());
            result.reference_high = Some(high.to_owned());
            result
        };
        let mut antibody = result(Autoantibody::AntiDsdna, dsdna, Some("[IU]/mL"));
        antibody.positivity_cutoff = Some("30".to_owned());
        let panel = RecordAutoantibodyPanel {
            visit,
            collected_on: None,
            laboratory: Some("Synthetic laboratory".to_owned()),
            results: vec![
                antibody,
                result(Autoantibody::Ana, ana, None),
                result(Autoantibody::AntiSm, sm, None),
                range(result(Autoantibody::C3, c3, Some("g/L")), "0.90", "1.80"),
                range(result(Autoantibody::C4, c4, Some("g/L")), "0.10", "0.40"),
            ],
        };
        self.act(who, panel).await.map(|_| ())
    }

    async fn eligible(
        &self,
        site: usize,
        subject: Uuid,
        (assessed, confirmed): (NaiveDate, NaiveDate),
    ) -> Told<()> {
        let book = study::Rulebook::parse(PROTOCOL).map_err(|problems| format!("{problems:?}"))?;
        let results = book
            .criteria()
            .iter()
            .map(|criterion| CriterionFound {
                criterion: criterion.id.clone(),
                result: match criterion.kind {
                    CriterionKind::Inclusion => CriterionResult::Met,
                    CriterionKind::Exclusion => CriterionResult::NotMet,
                },
                observed: Some("synthetic".to_owned()),
                expected_revision: None,
            })
            .collect();
        self.act(
            &coordinator(site),
            RecordEligibility { subject, assessed_on: assessed, results, answers: Vec::new(), reason: None },
        )
        .await?;
        let confirm = ConfirmEligibility { subject, expected_revision: None, confirmed_on: Some(confirmed) };
        self.act(&investigator(site), confirm).await.map(|_| ())
    }

    async fn doses(
        &self,
        (who, subject): (&str, Uuid),
        course: &Course,
        (first, last, day_1): (NaiveDate, NaiveDate, NaiveDate),
    ) -> Told<()> {
        let dose = |agent, given_on, total_cells| RecordDose {
            subject,
            cohort: None,
            dose: DoseFields {
                agent,
                ordinal: None,
                given_on,
                start_time: Some("09:30".to_owned()),
                end_time: None,
                weight_kg: Some(course.weight_kg.to_owned()),
                total_cells,
                lot: Some("SYNTHETIC".to_owned()),
            },
        };
        let mut day = first;
        while day <= last {
            self.act(who, dose(Agent::Fludarabine, day, None)).await?;
            self.act(who, dose(Agent::Cyclophosphamide, day, None)).await?;
            day = day + Days::new(1);
        }
        let weight: i64 =
            course.weight_kg.parse().map_err(|_| "a weight of the demonstration is no number")?;
        let cells = (course.cells_per_kg * 1_000_000 * weight).to_string();
        self.act(who, dose(Agent::Nk510, day_1, Some(cells))).await.map(|_| ())
    }

    async fn event(
        &self,
        (who, subject): (&str, Uuid),
        event: &Event,
        on: &(dyn Fn(i64) -> Told<NaiveDate> + Sync),
    ) -> Told<()> {
        let category = AdverseEventCategory::parse(event.category)
            .ok_or_else(|| format!("the demonstration names no category `{}`", event.category))?;
        let scale =
            if category == AdverseEventCategory::Crs { GradeScale::Astct } else { GradeScale::CtcaeV5 };
        let causality = if event.related { Causality::Possible } else { Causality::NotRelated };
        let start = on(event.day)?;
        let report = ReportAdverseEvent {
            subject,
            event: AdverseEventFields {
                term: event.term.to_owned(),
                soc: Some(event.soc.to_owned()),
                pt: Some(event.term.to_owned()),
                start: start.to_string(),
                end: event.last_day.map(on).transpose()?.map(|day| day.to_string()),
                outcome: AdverseEventOutcome::Recovered,
                seriousness: if event.serious {
                    vec![SeriousnessCriterion::Hospitalisation]
                } else {
                    Vec::new()
                },
                category,
                of_special_interest: category == AdverseEventCategory::Crs,
                asymptomatic_laboratory: false,
                narrative: event
                    .serious
                    .then(|| "Synthetic narrative: treated in hospital and recovered.".to_owned()),
                aware_on: event.serious.then_some(start),
            },
            grades: vec![GradeSince { grade: Some(event.grade), scale, since: None }],
            causalities: vec![
                AgentCausality { agent: Agent::Nk510, causality: Some(causality) },
                AgentCausality { agent: Agent::Fludarabine, causality: Some(Causality::Unlikely) },
            ],
        };
        let row = self.act(who, report).await?;
        if let Some(is_dlt) = event.adjudicated {
            let decide = AdjudicateDlt {
                subject,
                adverse_event: row,
                is_dlt,
                rationale: "Synthetic: judged to be due to another medication".to_owned(),
                decided_on: None,
                reason: None,
                expected_revision: None,
            };
            self.act("medical-monitor", decide).await?;
        }
        Ok(())
    }

    async fn cut(&self) -> Told<()> {
        let cut = board::CreateDataCut {
            name: "DEMO-1".to_owned(),
            clinical_cut_off: self.today - Days::new(30),
            purpose: Some("Synthetic: first look of the board".to_owned()),
        };
        self.act("dsmb-statistician", cut).await.map(|_| ())
    }

    async fn users(&self, settings: &Settings) -> Told<Vec<DemoUser>> {
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
        people
            .into_iter()
            .map(|(name, role, sites)| {
                let grant = signin::Grant {
                    user: &name,
                    client: "trialgraph demo",
                    now: now.timestamp(),
                    seconds: 24 * 3_600,
                    id: fresh(),
                };
                let token = minter.mint(&grant).map_err(|_| "a token cannot be signed".to_owned())?;
                Ok(DemoUser { name, role: role.as_str().to_owned(), sites, token })
            })
            .collect()
    }
}

fn days(number: i64) -> Told<Days> {
    u64::try_from(number).map(Days::new).map_err(|_| "a day of the demonstration is negative".to_owned())
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

const QUESTION: &str = r#"{
  study(code: "NK510") {
    outcomes(by: COHORT) {
      sri3: sri(at: "MONTH_3") { ...r } sri6: sri(at: "MONTH_6") { ...r }
      lldas3: lldas(at: "MONTH_3") { ...r } lldas6: lldas(at: "MONTH_6") { ...r }
      doris3: doris(at: "MONTH_3") { ...r } doris6: doris(at: "MONTH_6") { ...r }
      dltRate { ...r }
      treatmentRelatedEvents { group { label } level numerator denominator estimate lower upper events }
      day28: sledaiChange(at: "DAY_28") { ...s } month3: sledaiChange(at: "MONTH_3") { ...s }
      month6: sledaiChange(at: "MONTH_6") { ...s }
      dsdna: autoantibodyChange(analyte: ANTI_DSDNA, at: "MONTH_6") { ...s }
      c3: autoantibodyChange(analyte: C3, at: "MONTH_6") { ...s }
      ana: autoantibodyChange(analyte: ANA, at: "MONTH_6") { ...s }
    }
  }
}
fragment r on Rate { group { label } numerator denominator notEvaluable estimate lower upper }
fragment s on Summary { group { label } n mean median min max }
"#;

/// The seven outcomes by cohort, asked over the schema as the sponsor's statistician would ask.
async fn print_outcomes(app: &Arc<App>) -> Told<()> {
    let token = app.demo_users.iter().find(|user| user.role == "STATISTICIAN").map(|user| user.token.clone());
    let calling = crate::caller::Calling { token: token.as_deref(), request_id: fresh() };
    let scope = calling.identify(app).await.map_err(|failure| failure.public)?;
    let rules = (&app.settings).into();
    let admitted = crate::guard::admit(QUESTION, None, rules).map_err(|refused| refused.message())?;
    let asked = crate::graphql::Asked {
        document: admitted.document,
        query: QUESTION.to_owned(),
        operation_name: None,
        variables: serde_json::Map::new(),
    };
    let answer = crate::graphql::answer(app, scope, asked).await.map_err(|failure| failure.public)?;
    let mut body = Vec::new();
    crate::graphql::write(&answer, false, &mut body);
    let answer: serde_json::Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    let outcomes = &answer["data"]["study"]["outcomes"];
    if outcomes.is_null() {
        return Err(format!("the outcomes were not answered: {}", answer["errors"]));
    }
    println!("\nTHE SEVEN OUTCOME MEASURES OF NK510, ON SYNTHETIC DATA\n");
    let rates = [
        ("1  SRI-4 response, month 3", "sri3"),
        ("   SRI-4 response, month 6", "sri6"),
        ("3  Dose-limiting toxicity", "dltRate"),
        ("4  LLDAS, month 3", "lldas3"),
        ("   LLDAS, month 6", "lldas6"),
        ("5  DORIS remission, month 3", "doris3"),
        ("   DORIS remission, month 6", "doris6"),
    ];
    println!("{:<32} {:<14} {:>7}  {:>6}  95 % interval (Clopper-Pearson)", "", "", "n/N", "rate");
    for (title, key) in rates {
        print_rates(title, &outcomes[key]);
    }
    let related: Vec<serde_json::Value> = outcomes["treatmentRelatedEvents"]
        .as_array()
        .map(|rows| rows.iter().filter(|row| row["level"] == "ANY").cloned().collect())
        .unwrap_or_default();
    print_rates("2  Treatment-related events", &serde_json::Value::Array(related));
    println!("\n{:<32} {:<14} {:>3} {:>9} {:>9} {:>9} {:>9}", "", "", "n", "mean", "median", "min", "max");
    let summaries = [
        ("6  SLEDAI-2K change, day 28", "day28"),
        ("   SLEDAI-2K change, month 3", "month3"),
        ("   SLEDAI-2K change, month 6", "month6"),
        ("7  anti-dsDNA (IU/mL), month 6", "dsdna"),
        ("   C3 (g/L), month 6", "c3"),
        ("   ANA (dilution steps), month 6", "ana"),
    ];
    for (title, key) in summaries {
        for (place, row) in outcomes[key].as_array().into_iter().flatten().enumerate() {
            let number =
                |name: &str| row[name].as_f64().map_or_else(|| "-".to_owned(), |it| format!("{it:.2}"));
            println!(
                "{:<32} {:<14} {:>3} {:>9} {:>9} {:>9} {:>9}",
                if place == 0 { title } else { "" },
                row["group"]["label"].as_str().unwrap_or_default(),
                row["n"],
                number("mean"),
                number("median"),
                number("min"),
                number("max"),
            );
        }
    }
    Ok(())
}

fn print_rates(title: &str, rows: &serde_json::Value) {
    for (place, row) in rows.as_array().into_iter().flatten().enumerate() {
        let number = |name: &str| row[name].as_f64().map_or_else(|| "-".to_owned(), |it| format!("{it:.3}"));
        println!(
            "{:<32} {:<14} {:>7}  {:>6}  {} to {}",
            if place == 0 { title } else { "" },
            row["group"]["label"].as_str().unwrap_or_default(),
            format!("{}/{}", row["numerator"], row["denominator"]),
            number("estimate"),
            number("lower"),
            number("upper"),
        );
    }
}

fn print_links(app: &Arc<App>, url: &str) {
    println!("\nEverything here is synthetic. The server listens on this machine alone.\n");
    println!("  In a browser      {url}/");
    println!("  GraphQL           {url}/graphql   (WebSocket: /graphql/ws)");
    println!("  Health, metrics   {url}/health/ready   {url}/metrics");
    println!("  Public keys       {url}/.well-known/jwks.json\n");
    println!("Users (a token for each is in demo.json):");
    for user in &app.demo_users {
        println!("  {:<20} {:<22} {}", user.name, user.role, user.sites.join(", "));
    }
    if let Some(user) = app.demo_users.iter().find(|user| user.role == "MEDICAL_MONITOR") {
        println!("\nA first query, as the medical monitor:\n");
        println!("curl -s {url}/graphql -H 'content-type: application/json' \\");
        println!("  -H 'authorization: Bearer {}' \\", user.token);
        println!(
            "  -d '{{\"query\":\"{{ study(code: \\\"NK510\\\") {{ title subjects(first: 3) {{ nodes {{ code status sri(at: \\\"MONTH_3\\\") {{ outcome }} }} }} }} }}\"}}'\n"
        );
    }
    println!("Stop with Ctrl+C.");
}
