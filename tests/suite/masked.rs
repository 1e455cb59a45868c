//! A masked study: whoever must not know the treatment cannot tell it from any answer.

use crate::everything::{Schema, texts};
use entity::rows;
use entity::terms::Masking;
use serde_json::{Value, json};
use tests::world::{Plan, accepted, by};
use tests::{Engine, Lay, TestApp};

const BLIND: [&str; 8] = [
    "medical-monitor",
    "data-manager",
    "statistician",
    "monitor-sh01",
    "safety-officer",
    "investigator-sh01",
    "coordinator-sh01",
    "auditor",
];

/// Everything that each of those who must not know can read.
async fn everything(app: &TestApp) -> Vec<(&'static str, String)> {
    let schema = Schema::read(app).await;
    let document = format!("{{ study(code: \"NK510\") {{ {} }} }}", schema.selection("Study", 6, &[]));
    let mut answers = Vec::new();
    for name in BLIND {
        let answer = app.as_(name).ask(&document).await;
        answer.ok();
        answers.push((name, answer.text));
    }
    answers
}

/// The same for the treatment of each subject as it stands in the tables.
async fn images(app: &TestApp, table: &str) -> Vec<Value> {
    let sql = format!("SELECT image FROM change WHERE table_name = '{table}' ORDER BY subject_id");
    app.raw().await.texts(&sql).await.iter().map(|image| serde_json::from_str(image).unwrap()).collect()
}

/// Exchanges the treatments of all subjects, in the sealed stream.
async fn permute(app: &TestApp) {
    let allocations: Vec<rows::Allocation> = images(app, "allocation")
        .await
        .into_iter()
        .map(|image| serde_json::from_value(image).unwrap())
        .collect();
    let doses: Vec<rows::Dose> =
        images(app, "dose").await.into_iter().map(|image| serde_json::from_value(image).unwrap()).collect();
    assert_eq!((allocations.len(), doses.len()), (9, 9));
    let mut lay = Lay::default();
    for (at, allocation) in allocations.iter().enumerate() {
        let other = &allocations[(at + 4) % 9];
        lay.sealed(&rows::Allocation { cohort_id: other.cohort_id, ..allocation.clone() });
        let dose = doses.iter().find(|dose| dose.subject_id == allocation.subject_id).unwrap();
        let theirs = doses.iter().find(|dose| dose.subject_id == other.subject_id).unwrap();
        lay.sealed(&rows::Dose {
            planned_cells_per_kg: theirs.planned_cells_per_kg,
            total_cells: theirs.total_cells,
            actual_cells_per_kg: theirs.actual_cells_per_kg,
            lot: theirs.lot.clone(),
            ..dose.clone()
        });
    }
    let call = by("pharmacist-sh01");
    let outcome = app.server.store().decide(app.world.study, Box::new(lay), call).await.unwrap();
    assert_eq!(accepted(outcome).open, None, "a sealed write takes no open revision");
}

/// ACC-05: exchanging the treatments of all subjects leaves every answer to sponsor and site the same, byte for byte.
async fn treatments_do_not_show(app: &TestApp) {
    let before = everything(app).await;
    permute(app).await;
    for ((name, before), (_, after)) in before.iter().zip(everything(app).await) {
        assert_eq!(before, &after, "{name} can tell the treatments");
    }
    let pharmacist = app
        .study("pharmacist-sh01", "subjects(first: 9) { nodes { cohort { state value { code } } } }")
        .await;
    let codes = texts(&pharmacist).into_iter().filter(|(_, text)| text.starts_with("DL")).count();
    assert_eq!(codes, 3, "the pharmacist reads the treatment of the own site: {pharmacist}");
    app.sound().await;
}

/// A masked dose is corrected by the pharmacist of its site, in the sealed ledger; to everybody else a dose that is
/// there reads as one that is not, and nothing of the correction shows.
async fn a_masked_dose_is_corrected_by_the_pharmacist_alone(app: &TestApp) {
    let read = "subject(code: \"SH01-001\") { doses { id revision givenOn { value } weightKg } }";
    let doses = app.study("pharmacist-sh01", read).await["subject"]["doses"].clone();
    let dose = &doses[0];
    // 120 million cells a kilogram: at every level all of the plan, since it is for everybody to know whether it was less
    // than 80 percent.
    let input = |key: &str, id: &Value| {
        json!({ "key": key, "dose": id, "agent": "NK510", "givenOn": dose["givenOn"]["value"], "weightKg": "64",
            "totalCells": "7680000000", "lot": "LOT-64", "reason": "The scales were read wrongly.",
            "expectedRevision": dose["revision"] })
    };
    let unknown = json!(crate::other_site::unknown(dose["id"].as_str().unwrap()));
    let before = everything(app).await;
    for name in BLIND.into_iter().chain(["pharmacist-bj02", "dsmb-member", "dsmb-statistician", "stranger"]) {
        let ask = async |which: &str, id: &Value| {
            let answer = app.as_(name).act("correctDose", input(&format!("{name}-{which}"), id), "").await;
            answer.refused()
        };
        let (theirs, none) = (ask("theirs", &dose["id"]).await, ask("none", &unknown).await);
        assert_eq!(theirs, none, "{name} can tell that there is a dose");
        // Whoever corrects doses elsewhere is told that there is none; others that the act is not theirs.
        let site = ["investigator-sh01", "coordinator-sh01", "pharmacist-bj02"].contains(&name);
        assert!(theirs.code == "NOT_FOUND" || !site && theirs.code == "FORBIDDEN", "{name}: {theirs:?}");
    }
    let revision = app.study("data-manager", "revision").await["revision"].clone();
    let answer = app
        .as_("pharmacist-sh01")
        .act("correctDose", input("good", &dose["id"]), "dose { weightKg lot }")
        .await;
    let payload = answer.accepted();
    assert_eq!(payload["dose"], json!({ "weightKg": "64", "lot": "LOT-64" }));
    assert_eq!(payload["revision"], Value::Null, "a sealed write takes no open revision");
    assert_eq!(app.study("data-manager", "revision").await["revision"], revision);
    for ((name, before), (_, after)) in before.iter().zip(everything(app).await) {
        assert_eq!(before, &after, "{name} can tell the correction");
    }
    let sealed = ledger::StreamId::Sealed(app.world.study);
    let sql = format!("SELECT image FROM change WHERE table_name = 'change_reason' AND stream = '{sealed}'");
    let images = app.raw().await.texts(&sql).await;
    assert!(images.iter().any(|image| image.contains("The scales were read wrongly.")), "{images:?}");
    app.sound().await;
}

/// The order of levels is the pharmacist's to know: whoever must not know the treatment finds no cohort to open, whatever id
/// is tried and whatever revision, and reads nothing of what the pharmacist did.
async fn cohorts_are_opened_by_the_pharmacist_alone(app: &TestApp) {
    let read = "cohorts { id revision }";
    let cohort = app.study("pharmacist-sh01", read).await["cohorts"][1].clone();
    let unknown = json!(crate::other_site::unknown(cohort["id"].as_str().unwrap()));
    let input = |key: String, id: &Value, revision: &Value| json!({ "key": key, "cohort": id, "open": false, "reason": "Level two is complete.", "expectedRevision": revision });
    for name in BLIND.into_iter().chain(["dsmb-member", "dsmb-statistician", "stranger"]) {
        let ask = async |which: &str, id: &Value, revision: &Value| {
            let input = input(format!("cohort-{name}-{which}"), id, revision);
            app.as_(name).act("openCohort", input, "").await.refused()
        };
        let none = ask("none", &unknown, &json!(1)).await;
        assert_eq!(ask("theirs", &cohort["id"], &cohort["revision"]).await, none, "{name} can tell a cohort");
        assert_eq!(ask("late", &cohort["id"], &json!(1)).await, none, "{name} can tell a cohort's revision");
        let sponsor = ["medical-monitor", "data-manager"].contains(&name);
        assert!(none.code == "NOT_FOUND" || !sponsor && none.code == "FORBIDDEN", "{name}: {none:?}");
        let cohorts = app.as_(name).ask("{ study(code: \"NK510\") { cohorts { id } } }").await;
        let listed = cohorts.data["study"]["cohorts"].as_array().map_or(0, Vec::len);
        assert_eq!(listed, 0, "{name} is told of cohorts: {}", cohorts.text);
    }
    let close = input("cohort-closed".to_owned(), &cohort["id"], &cohort["revision"]);
    let answer = app.as_("pharmacist-sh01").act("openCohort", close, "cohort { status }").await;
    assert_eq!(answer.accepted()["cohort"]["status"], "CLOSED");
    for (name, text) in everything(app).await {
        assert!(!text.contains("Level two is complete."), "{name} reads why a cohort was closed");
    }
    for name in BLIND {
        let document = "{ study(code: \"NK510\") { ledger(first: 100) { nodes { command } } } }";
        let text = app.as_(name).ask(document).await.text;
        // The first that was opened opened the study, which everybody reads.
        assert!(text.matches("openCohort").count() <= 1, "{name} reads that a cohort was closed: {text}");
    }
    app.sound().await;
}

/// ACC-04: there is no argument by which subjects could be told apart by treatment.
async fn nothing_can_be_filtered_by_treatment(app: &TestApp) {
    for document in [
        "{ study(code: \"NK510\") { subjects(filter: {cohort: \"DL1\"}) { totalCount } } }",
        "{ study(code: \"NK510\") { subjects(filter: {level: 1}) { totalCount } } }",
        "{ study(code: \"NK510\") { subjects(filter: {arm: \"A\"}) { totalCount } } }",
    ] {
        let answer = app.as_("statistician").ask(document).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{}", answer.text);
    }
}

/// The investigator of a masked study is given notice, too: of what pauses the study as a whole, which no allocation decides.
async fn notice_of_a_pause_is_given(app: &TestApp) {
    let paused = async || {
        let study =
            app.study("investigator-sh01", "safety(on: \"2026-11-01\") { paused rules { rule } }").await;
        study["safety"].clone()
    };
    assert_eq!(paused().await, json!({ "paused": false, "rules": null }));
    crate::stopping::report(app, "Seizure", "BJ02-002", ("ICANS", 3), json!({})).await;
    assert_eq!(paused().await, json!({ "paused": true, "rules": null }));
}

async fn masked(engine: Engine, masking: Masking) {
    let app = TestApp::with(engine, Plan { masking, ..Plan::default() }).await;
    treatments_do_not_show(&app).await;
    nothing_can_be_filtered_by_treatment(&app).await;
    a_masked_dose_is_corrected_by_the_pharmacist_alone(&app).await;
    cohorts_are_opened_by_the_pharmacist_alone(&app).await;
    notice_of_a_pause_is_given(&app).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn treatments_do_not_show_in_a_double_masked_study_on_sqlite() {
    masked(Engine::Sqlite, Masking::Double).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn treatments_do_not_show_in_a_double_masked_study_on_postgres() {
    masked(Engine::Postgres, Masking::Double).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn treatments_do_not_show_in_a_sponsor_masked_study() {
    masked(Engine::Sqlite, Masking::SponsorMasked).await;
}
