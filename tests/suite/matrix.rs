//! The access matrix over the wire, group by group and role by role. The table was written from the trial's access matrix and
//! not from `policy::rules`: where the two differ, one of them is wrong.

use entity::rows;
use entity::terms::{CriterionKind, CriterionResult, Masking};
use objects::registry::MetaType;
use policy::{DataGroup, Role};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::world::{Plan, accepted, by, id};
use tests::{Caller, Engine, Hospital, Lay, TestApp};
use trialgraph::graphql::root::{Mutation, Query, Subscription};

/// Where a value of the group stands, as a selection on the study, and the way to it.
struct Probe {
    group: DataGroup,
    ask: &'static str,
    way: &'static [&'static str],
    /// `@` before it: on each subject; `#`: on the study as of the cut. By role: `R` a value, `M` masked and said so, `.` nothing, `x` withheld in one of these two ways.
    open: &'static str,
    masked: &'static str,
}

const SUBJECTS: &str = "subjects(first: 100) { nodes { ";

/// The roles in the order of the columns.
const COLUMNS: [Role; 13] = [
    Role::MedicalMonitor,
    Role::DataManager,
    Role::Statistician,
    Role::Monitor,
    Role::SafetyOfficer,
    Role::Investigator,
    Role::Coordinator,
    Role::UnmaskedPharmacist,
    Role::DsmbMember,
    Role::DsmbStatistician,
    Role::Administrator,
    Role::HospitalClient,
    Role::Auditor,
];

use DataGroup as G;

/// What each role sees. Sponsor: medical monitor, data manager, statistician, monitor, safety officer. Site: investigator,
/// coordinator, pharmacist. Board: member, statistician. Others: administrator, hospital system, auditor.
#[rustfmt::skip]
const PROBES: &[Probe] = &[
    //                                                                              open            masked
    p(G::Envelope,            "code", &["code"],                                   ["RRRRR RRR RR RRR", "RRRRR RRR RR RRR"]),
    p(G::StudyDesign,         "protocol { version }", &["protocol", "version"],    ["RRRRR RRR RR R.R", "RRRRR RRR RR R.R"]),
    p(G::Sites,               "sites { code }", &["sites", "*", "code"],           ["RRRRR RRR RR R.R", "RRRRR RRR RR R.R"]),
    p(G::Subjects,            "@code", &["code"],                                  ["RRRRR RRR RR ..R", "RRRRR RRR RR ..R"]),
    p(G::Visits,              "@visits { code }", &["visits", "*", "code"],        ["RRRRR RRR RR ..R", "RRRRR RRR RR ..R"]),
    // Of a monitor and an auditor only while at the site, which no request says.
    p(G::Initials,            "@identity { value { initials { state value } } }", &["identity", "value", "initials"],
                                                                                   ["...x. RR. .. ..x", "...x. RR. .. ..x"]),
    p(G::BirthDate,           "@identity { value { birthDate { state value } } }", &["identity", "value", "birthDate"],
                                                                                   ["..... RR. .. ..R", "..... RR. .. ..R"]),
    p(G::HospitalLink,        "@identity { value { hospitalNumber { state value } } }", &["identity", "value", "hospitalNumber"],
                                                                                   ["...x. RR. .. ..x", "...x. RR. .. ..x"]),
    p(G::Age,                 "@ageBand", &["ageBand"],                            ["RRRRR RR. RR ..R", "RRRRR RR. RR ..R"]),
    p(G::Consent,             "@consents { version }", &["consents", "*", "version"],
                                                                                   ["RR.RR RR. .. ..R", "RR.RR RR. .. ..R"]),
    p(G::Eligibility,         "@eligibility { results { criterion } }", &["eligibility", "results", "*", "criterion"],
                                                                                   ["RRRRR RR. RR ..R", "RRRRR RR. RR ..R"]),
    // In a masked study of the safety officer for one unmasked case, of the auditor after lock.
    p(G::Dosing,              "@cohort { state value { code } }", &["cohort"],     ["RRRRR RRR RR ..R", "MMMMx MMR RR ..x"]),
    p(G::DoseReceived,        "@firstDoseOn { state studyDay }", &["firstDoseOn"], ["RRRRR RRR RR ..R", "RRRRR RRR RR ..R"]),
    p(G::Efficacy,            "@assessments(instrument: SLEDAI_2K) { id }", &["assessments", "*", "id"],
                                                                                   ["RRRR. RR. RR ..R", "RRRR. RR. RR ..R"]),
    p(G::IntercurrentEvents,  "@intercurrentEvents { kind }", &["intercurrentEvents", "*", "kind"],
                                                                                   ["RRRRR RR. RR ..R", "RRRRR RR. RR ..R"]),
    p(G::ProtocolDeviations,  "@protocolDeviations { category }", &["protocolDeviations", "*", "category"],
                                                                                   ["RRRRR RR. RR ..R", "RRRRR RR. RR ..R"]),
    p(G::AdverseEvents,       "@adverseEvents { pt }", &["adverseEvents", "*", "pt"],
                                                                                   ["RRRRR RR. RR ..R", "RRRRR RR. RR ..R"]),
    p(G::SeriousEvents,       "@adverseEvents { seriousness }", &["adverseEvents", "*", "seriousness", "*"],
                                                                                   ["RRRRR RR. RR ..R", "RRRRR RR. RR ..R"]),
    p(G::Adjudication,        "@adverseEvents { adjudication { state value { isDlt } } }", &["adverseEvents", "*", "adjudication"],
                                                                                   ["RRRRR RR. RR ..R", "RRRRR RR. RR ..R"]),
    p(G::LabResults,          "@labResults(analyte: \"alt\") { nodes { analyte } }", &["labResults", "nodes", "*", "analyte"],
                                                                                   ["RRRRR RR. RR ..R", "RRRRR RR. RR ..R"]),
    // Of the auditor in a masked study they may give away the allocation, and are read with the rest.
    p(G::UnmaskingResults,    "@labResults(analyte: \"donor_chimerism\") { nodes { analyte } }", &["labResults", "nodes", "*", "analyte"],
                                                                                   ["RRRRR RRR RR ..R", "..... ..R RR ..R"]),
    p(G::Medication,          "@medications { class }", &["medications", "*", "class"],
                                                                                   ["RRRRR RR. RR ..R", "RRRRR RR. RR ..R"]),
    p(G::DataQueries,         "dataQueries(first: 1) { nodes { check } }", &["dataQueries", "nodes", "*", "check"],
                                                                                   ["RRRRR RR. .. ..R", "RRRRR RR. .. ..R"]),
    p(G::AuditTrail,          "ledger(first: 1) { nodes { hash } }", &["ledger", "nodes", "*", "hash"],
                                                                                   ["RR.RR RR. .. ..R", "RR.RR RR. .. ..R"]),
    // Of the auditor after lock.
    p(G::UnmaskingAuditTrail, "sealedLedger(first: 1) { nodes { revision } }", &["sealedLedger", "nodes", "*", "revision"],
                                                                                   ["..... ... .. ...", "..... ..R .R ..x"]),
    p(G::OpenReport,          "#dsmb { cuts { open { enrolled } } }", &["dsmb", "cuts", "*", "open", "enrolled"],
                                                                                   ["RRR.R ... RR ..R", "RRR.R ... RR ..R"]),
    // Of the auditor after lock.
    p(G::ClosedReport,        "#dsmb { cuts { closed { state value { hash } } } }", &["dsmb", "cuts", "*", "closed"],
                                                                                   ["MMM.M ... RR ..x", "MMM.M ... RR ..x"]),
    // Totals for the sponsor, but for the medical monitor of an open study; notice for the investigator.
    p(G::StoppingRules,       "safety { evaluations(by: COHORT) { group { label } } }", &["safety", "evaluations", "*", "group", "label"],
                                                                                   ["RRR.R ... RR ..R", "RRR.R ... RR ..R"]),
];

/// Groups that nothing belongs to yet.
const NOTHING_YET: [DataGroup; 8] = [
    G::SourceVerification,
    G::Signatures,
    G::Locks,
    G::Recommendation,
    G::Unmasking,
    G::Quarantine,
    G::Exports,
    G::Accounts,
];

const fn p(
    group: DataGroup,
    ask: &'static str,
    way: &'static [&'static str],
    [open, masked]: [&'static str; 2],
) -> Probe {
    Probe { group, ask, way, open, masked }
}

impl Probe {
    fn document(&self) -> String {
        let asked = self.ask.trim_start_matches(['@', '#']);
        let of_subject = format!("{SUBJECTS}{asked} }} }}");
        let asked = if self.ask.starts_with('@') { of_subject.as_str() } else { asked };
        let of_cut = if self.ask.starts_with('#') { ", asOf: { cut: \"CUT-1\" }" } else { "" };
        format!("{{ study(code: \"NK510\"{of_cut}) {{ {asked} }} }}")
    }

    /// What an answer shows of the group.
    fn shown(&self, study: &Value) -> char {
        let starts = if self.ask.starts_with('@') {
            study["subjects"]["nodes"].as_array().cloned().unwrap_or_default()
        } else {
            vec![study.clone()]
        };
        let found: Vec<Value> = starts.iter().flat_map(|start| follow(start, self.way)).collect();
        let state = |value: &Value, state: &str| value["state"] == state;
        let has = |value: &Value| match value {
            Value::Null => false,
            Value::Object(_) => state(value, "PRESENT"),
            _ => true,
        };
        if found.iter().any(has) {
            'R'
        } else if found.iter().any(|value| state(value, "MASKED")) {
            'M'
        } else {
            '.'
        }
    }
}

fn follow(value: &Value, way: &[&str]) -> Vec<Value> {
    let Some((step, rest)) = way.split_first() else { return vec![value.clone()] };
    match *step {
        "*" => value.as_array().into_iter().flatten().flat_map(|item| follow(item, rest)).collect(),
        name => value.get(name).map(|inner| follow(inner, rest)).unwrap_or_default(),
    }
}

/// A value of every group, and a cut that holds them.
async fn complete(app: &TestApp) {
    let subject = app.subject_id("SH01-001").await;
    let coordinator = app.as_("coordinator-sh01");
    let input = json!({ "key": "alt", "subject": subject, "collectedOn": "2026-03-24", "collectedAt": "08:15",
        "results": [{ "analyte": "alt", "raw": "31", "unit": "U/L", "uln": "40" }] });
    coordinator.act("recordLabResults", input, "").await.accepted();
    lay_down(app).await;
    let happened =
        json!({ "key": "missed", "subject": subject, "kind": "MISSED_VISIT", "occurredOn": "2026-06-02" });
    coordinator.act("recordIntercurrentEvent", happened, "").await.accepted();
    let deviated = json!({ "key": "deviated", "subject": subject, "category": "PROCEDURE",
        "occurredOn": "2026-06-02", "description": "No urine was taken" });
    coordinator.act("recordProtocolDeviation", deviated, "").await.accepted();
    let serious = json!({ "key": "serious", "subject": subject, "term": "Made-up fall", "pt": "Fall",
        "start": "2026-03-20", "outcome": "NOT_RECOVERED", "category": "NON_HAEMATOLOGICAL",
        "seriousness": ["HOSPITALISATION"], "awareOn": "2026-03-20",
        "grades": [{ "grade": 3, "scale": "CTCAE_V5" }], "causalities": [{ "agent": "NK510", "causality": "POSSIBLE" }] });
    let event = coordinator.act("reportAdverseEvent", serious, "adverseEvent { id }").await;
    let event = event.accepted()["adverseEvent"]["id"].clone();
    let adjudicated =
        json!({ "key": "adjudicated", "adverseEvent": event, "isDlt": false, "rationale": "a stumble" });
    app.as_("medical-monitor").act("adjudicateDlt", adjudicated, "").await.accepted();
    crate::queries::move_visit(app, "2026-03-18").await;
    crate::board::cut(app, "CUT-1", "2026-11-01").await;
}

/// What no act brings about for an enrolled subject: a criterion's result, and a result that could give away the treatment, of an analyte that the study's laboratory does not measure: in the stream
/// that such results go to.
async fn lay_down(app: &TestApp) {
    let subject = &app.world.subjects[0];
    let row = rows::LabResult {
        id: id(),
        study_id: app.world.study,
        subject_id: subject.row,
        visit_id: None,
        analyte: "donor_chimerism".to_owned(),
        loinc: None,
        method: None,
        laboratory: None,
        collected_on: subject.on(20),
        collected_at: None,
        lln: None,
        uln: None,
        raw: "12".to_owned(),
        comparator: None,
        value: Some("12".parse().unwrap()),
        unit: Some("%".to_owned()),
        standard_value: None,
        standard_unit: None,
    };
    let mut lay = Lay::default();
    lay.open(&rows::EligibilityResult {
        id: id(),
        study_id: app.world.study,
        subject_id: subject.row,
        criterion: "I01".to_owned(),
        criterion_version: 1,
        kind: CriterionKind::Inclusion,
        result: CriterionResult::Met,
        observed: None,
        withhold: Vec::new().into(),
        assessed_on: subject.on(-15),
    });
    if app.world.masking == Masking::Open {
        lay.open(&row);
    } else {
        lay.sealed(&row);
    }
    accepted(
        app.server.store().decide(app.world.study, Box::new(lay), by("coordinator-sh01")).await.unwrap(),
    );
}

/// Who asks in a role; of site roles those of SH01.
async fn caller(app: &TestApp, role: Role) -> Caller {
    if role == Role::HospitalClient {
        let hospital = Hospital::new("matrix.lis", "matrix-1", jsonwebtoken::Algorithm::ES384);
        app.register(&hospital, "SH01", &["system/Observation.c"]).await;
        return app.delivering(&hospital, "system/Observation.c").await;
    }
    let name = tests::world::name_of(role);
    let of_a_site = matches!(role, Role::Monitor) || role.side() == policy::Party::Site;
    app.as_(&if of_a_site { format!("{name}-sh01") } else { name.to_owned() })
}

async fn answers_as_the_table_says(engine: Engine, plan: Plan) {
    let masked = plan.masking != Masking::Open;
    let app = TestApp::with(engine, plan).await;
    complete(&app).await;
    let mut wrong = Vec::new();
    for (column, role) in COLUMNS.into_iter().enumerate() {
        let caller = caller(&app, role).await;
        for probe in PROBES {
            let row = if masked { probe.masked } else { probe.open };
            let row: Vec<char> = row.chars().filter(|letter| !letter.is_whitespace()).collect();
            assert_eq!(row.len(), COLUMNS.len(), "{}", probe.group.as_str());
            let answer = caller.ask(&probe.document()).await;
            // Whoever reads no report is not told that there is a cut.
            assert!(answer.errors.is_empty() || answer.codes() == ["NOT_FOUND"], "{}", answer.text);
            let shown = probe.shown(&answer.data["study"]);
            let right = match row[column] {
                'x' => shown != 'R',
                letter => shown == letter,
            };
            if !right {
                let (group, role) = (probe.group.as_str(), role.as_str());
                wrong.push(format!(
                    "{group} for {role}: {shown} and not {}: {:.300}",
                    row[column], answer.text
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "masked: {masked}\n{}", wrong.join("\n"));
    app.stop().await;
}

/// Every group has a probe, or nothing in the schema belongs to it.
#[test]
fn every_group_is_asked_for() {
    let probed: BTreeSet<&str> = PROBES.iter().map(|probe| probe.group.as_str()).collect();
    let registry = objects::audit::registry::<Query, Mutation, Subscription>();
    let types = registry.types.values().filter(|ty| matches!(ty, MetaType::Object { .. }));
    let fields = types.flat_map(|ty| ty.fields().into_iter().flat_map(|fields| fields.values()));
    let used: BTreeSet<String> = fields.flat_map(|field| field.tags.iter().cloned()).collect();
    for group in DataGroup::ALL {
        let nothing = NOTHING_YET.contains(group);
        assert_eq!(probed.contains(group.as_str()), !nothing, "{}", group.as_str());
        let tag = format!("{group:?}");
        assert!(!nothing || !used.contains(&tag), "something belongs to {tag} now: give it a probe");
    }
    assert!(used.contains("Dosing"), "the schema's tags name the groups: {used:?}");
    assert_eq!(COLUMNS.len(), Role::ALL.len());
}

macro_rules! tables {
    ($($name:ident: $engine:expr, $masking:ident;)+) => {
        $(
            /// ACC-01, ACC-02, ACC-07, ACC-12.
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let masking = Masking::$masking;
                answers_as_the_table_says($engine, Plan { masking, ..Plan::default() }).await;
            }
        )+
    };
}

tables! {
    an_open_study_on_sqlite: Engine::Sqlite, Open;
    an_open_study_on_postgres: Engine::Postgres, Open;
    a_masked_study_on_sqlite: Engine::Sqlite, Double;
    a_masked_study_on_postgres: Engine::Postgres, Double;
}
