//! "Images are forever": the stored ledger of every version is read by the code of today, on both engines.
//!
//! Everybody and everything in a stored ledger is made up.

use crate::board::cut;
use crate::history::one_more_assessment;
use entity::terms::Masking;
use ledger::StreamId;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use store::Inspection;
use tests::stored::{Stored, export};
use tests::world::{Plan, accepted, by};
use tests::{Engine, TestApp};

const LEDGERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ledgers");
const CHANGELOG: &str = include_str!("../../CHANGELOG.md");
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The ledgers that are stored, by version and name.
fn stored() -> Vec<PathBuf> {
    let list = |path: &Path| -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    let versions = list(Path::new(LEDGERS)).into_iter().filter(|path| path.is_dir());
    versions.flat_map(|version| list(&version)).collect()
}

/// Whether a version has its heading in the changelog: then what it wrote is out there.
fn is_released(changelog: &str, version: &str) -> bool {
    let headings = changelog.lines().filter_map(|line| line.strip_prefix("## "));
    headings.into_iter().any(|heading| heading.split([' ', '[', ']', 'v']).any(|word| word == version))
}

#[test]
fn a_heading_in_the_changelog_releases_a_version() {
    let changelog = "# Changelog\n\n## Unreleased\n\n- 0.3.0 is near\n\n## [0.2.0] 2026-12-01\n\n## v0.1.0\n";
    let released = ["0.1.0", "0.2.0", "0.3.0", "0.2"].map(|version| is_released(changelog, version));
    assert_eq!(released, [true, true, false, false]);
}

/// A study of three subjects with everything that the world holds, a cut, an assessment more, and a grant that ended.
async fn make(engine: Engine, masking: Masking) -> String {
    let app = TestApp::with(engine, Plan { masking, subjects: 3, ..Plan::default() }).await;
    cut(&app, "CUT-1", "2026-07-01").await;
    one_more_assessment(&app, 1).await;
    let end = portal::command::EndMembership {
        membership: app.world.memberships["coordinator-gz03"],
        reason: "The delegation ended.".to_owned(),
    };
    accepted(app.server.store().decide_portal(Box::new(end), by("administrator")).await.unwrap());
    for stream in [StreamId::Portal, StreamId::Open(app.world.study), StreamId::Sealed(app.world.study)] {
        app.server.store().checkpoint(stream).await.unwrap();
    }
    let text = export(&app.raw().await).await;
    app.stop().await;
    text
}

/// This version's ledgers are there. `TRIALGRAPH_STORE_LEDGER=1` makes them, unless the version is released.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[allow(clippy::disallowed_methods)] // What is asked of the tests comes by the environment.
async fn this_versions_ledgers_are_stored() {
    let directory = Path::new(LEDGERS).join(VERSION);
    if std::env::var("TRIALGRAPH_STORE_LEDGER").is_ok() {
        assert!(
            !(directory.exists() && is_released(CHANGELOG, VERSION)),
            "version {VERSION} is released: what it wrote is not written again; raise the version first"
        );
        std::fs::create_dir_all(&directory).unwrap();
        for (name, masking) in [("open", Masking::Open), ("masked", Masking::Double)] {
            let text = make(Engine::Sqlite, masking).await;
            std::fs::write(directory.join(format!("{name}.ndjson")), text).unwrap();
        }
    }
    for name in ["open.ndjson", "masked.ndjson"] {
        assert!(
            directory.join(name).exists(),
            "the ledgers of version {VERSION} are not stored: see tests/ledgers/README.md"
        );
    }
}

/// Chains, checkpoints and tables hold, and the streams end where they ended, but for the key that was just added.
async fn is_what_it_was(app: &TestApp, stored: &Stored) {
    let inspection = Inspection { checkpoints: stored.checkpoints(), ..Inspection::default() };
    assert_eq!(inspection.checkpoints.len(), 3);
    let report = app.server.store().verify(inspection).await.unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
    for walked in &report.streams {
        let head = &walked.head;
        match head.stream {
            StreamId::Portal => assert_eq!(head.revision.0, stored.head(head.stream).0 + 1),
            StreamId::Open(_) | StreamId::Sealed(_) => {
                assert_eq!((head.revision.0, head.hash.to_string()), stored.head(head.stream));
            }
            StreamId::Access => {}
        }
    }
    let open = stored.head(StreamId::Open(app.world.study));
    let head = app.study("data-manager", "head { revision hash }").await["head"].clone();
    assert_eq!(head, json!({ "revision": open.0, "hash": open.1 }));
}

/// What is asked of each subject, whether or not the treatment is known.
const SUBJECTS: &str = "subjects(first: 10) { nodes { code status
    sledai(at: \"MONTH_3\") { state total } sledaiChange(at: \"MONTH_3\") { state baseline value change }
    autoantibodyChange(analyte: ANTI_DSDNA, at: \"MONTH_3\") { baseline value absolute }
    prednisoneEquivalent(on: \"2026-06-15\") { mgPerDay }
    adverseEvents { term { value } grades { grade } } visits { id } firstDoseOn { value } } }";

/// By hand: at baseline arthritis (4), mucosal ulcers (2) and pleurisy (2) make 8; at month 3 pleurisy alone makes 2.
/// The third subject stays at 8. Anti-dsDNA falls from 120.5 to 48.25 IU/mL in all; prednisone is 5 mg once a day.
fn subject(place: usize) -> Value {
    let (total, change) = if place == 2 { (8, 0) } else { (2, -6) };
    json!({
        "code": format!("SH01-00{}", place + 1), "status": "FOLLOW_UP",
        "sledai": { "state": "PRESENT", "total": total },
        "sledaiChange": { "state": "PRESENT", "baseline": 8, "value": total, "change": change },
        "autoantibodyChange": { "baseline": "120.5 IU/mL", "value": "48.25 IU/mL", "absolute": "-72.25" },
        "prednisoneEquivalent": { "mgPerDay": "5" },
        "adverseEvents": [{ "term": { "value": "Cytokine release syndrome" }, "grades": [{ "grade": if place == 0 { 3 } else { 1 } }] }],
        // Five planned ones, and of the second subject one more.
        "visits": if place == 1 { 6 } else { 5 },
        "firstDoseOn": { "value": format!("2026-03-0{}", 2 + place) },
    })
}

async fn answers_are_those_worked_out_by_hand(app: &TestApp) {
    let study = app.study("data-manager", SUBJECTS).await;
    let mut subjects = study["subjects"]["nodes"].clone();
    for it in subjects.as_array_mut().unwrap() {
        it["visits"] = json!(it["visits"].as_array().unwrap().len());
    }
    assert_eq!(subjects, json!([subject(0), subject(1), subject(2)]));
    // Rights are of the ledger, too: the grant that ended stays ended, the site of the others stays theirs.
    let ended = app.as_("coordinator-gz03").ask("{ study(code: \"NK510\") { code } }").await;
    assert_eq!(ended.one(), &Value::Null);
    let theirs = app.study("coordinator-bj02", "subjects(first: 10) { totalCount }").await;
    assert_eq!(theirs["subjects"]["totalCount"], 0);
    let board = app.study("dsmb-member", "dsmb { cuts { name } } subjects(first: 10) { totalCount }").await;
    assert_eq!(board, json!({ "dsmb": { "cuts": [{ "name": "CUT-1" }] }, "subjects": { "totalCount": 3 } }));
}

/// Who was given what: of the open study known to the sponsor, of the masked one to the pharmacist alone.
async fn the_treatment_is_known_to_who_may_know(app: &TestApp, masked: bool) {
    let cohorts = "subjects(first: 10) { nodes { cohort { state value { level } } } }";
    let told = |state: &str, levels: [Option<i32>; 3]| {
        let of = |level: Option<i32>| json!({ "cohort": { "state": state, "value": level.map(|level| json!({ "level": level })) } });
        json!(levels.map(of))
    };
    let known = told("PRESENT", [Some(1), Some(2), Some(3)]);
    let sponsor = app.study("data-manager", cohorts).await["subjects"]["nodes"].clone();
    let expected = if masked { told("MASKED", [None; 3]) } else { known.clone() };
    assert_eq!(sponsor, expected);
    assert_eq!(app.study("pharmacist-sh01", cohorts).await["subjects"]["nodes"], known);
}

async fn replay(engine: Engine) {
    let all = stored();
    assert!(all.len() >= 2, "{all:?}");
    for path in all {
        let stored = Stored::read(&std::fs::read_to_string(&path).unwrap());
        let app = TestApp::over(engine, &stored).await;
        is_what_it_was(&app, &stored).await;
        answers_are_those_worked_out_by_hand(&app).await;
        the_treatment_is_known_to_who_may_know(&app, path.ends_with("masked.ndjson")).await;
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_stored_ledger_is_read_on_sqlite() {
    replay(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_stored_ledger_is_read_on_postgres() {
    replay(Engine::Postgres).await;
}
