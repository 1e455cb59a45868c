//! The sealed part of a masked study's trail: read by the few who may know the treatment, and no trace of it for
//! anybody else.

use crate::board::cut;
use crate::everything::{Schema, holds_a_date, texts};
use entity::rows;
use entity::terms::Masking;
use serde_json::{Value, json};
use std::time::Duration;
use tests::world::{Plan, accepted, by, people};
use tests::{Engine, Heard, Lay, Socket, TestApp};

const SEALED: &str =
    "sealedLedger(first: 100) { totalCount pageInfo { hasNextPage endCursor } nodes { revision at actor
    command hash changes { kind nodeId subject redacted fields { name before after } } } }";

/// A dose of a subject with another lot, in the sealed stream: nothing of the open one moves.
async fn another_lot(app: &TestApp, subject: usize, lot: &str) {
    let subject = app.world.subjects[subject].row;
    let images = app.raw().await.texts("SELECT image FROM change WHERE table_name = 'dose'").await;
    let doses = images.iter().map(|image| serde_json::from_str::<rows::Dose>(image).unwrap());
    let dose = doses.into_iter().rfind(|dose| dose.subject_id == subject).unwrap();
    let mut lay = Lay::default();
    lay.sealed(&rows::Dose { lot: Some(lot.to_owned()), ..dose });
    let outcome =
        app.server.store().decide(app.world.study, Box::new(lay), by("pharmacist-sh01")).await.unwrap();
    assert_eq!(accepted(outcome).open, None, "a sealed write takes no open revision");
}

/// Everybody who has a token, but for the pharmacist of a site and the board's statistician.
fn others() -> Vec<String> {
    let mut names: Vec<String> = people().into_iter().map(|person| person.name).collect();
    names.retain(|name| name != "pharmacist-sh01" && name != "dsmb-statistician");
    names.push("administrator".to_owned());
    names
}

/// All that somebody can read of the study, live and as of the present time, each in a request of its own.
async fn all(app: &TestApp, schema: &Schema, name: &str) -> [String; 3] {
    let selection = schema.selection("Study", 6, &["Protocol.document"]);
    let now = app.server.store().clock().now().to_rfc3339();
    let head = "revision asOf head { revision at hash checkpoint } sealedLedger { totalCount }
        ledger { totalCount pageInfo { startCursor endCursor hasNextPage } nodes { hash } }
        subjects(first: 10) { nodes { revision history { totalCount } } }";
    let documents = [
        format!("{{ study(code: \"NK510\") {{ {selection} }} }}"),
        format!("{{ study(code: \"NK510\", asOf: {{time: \"{now}\"}}) {{ {head} }} }}"),
        "{ studies { totalCount nodes { code } } }".to_owned(),
    ];
    let mut answers = [const { String::new() }; 3];
    for (answer, document) in answers.iter_mut().zip(&documents) {
        *answer = app.as_(name).ask(document).await.text;
    }
    answers
}

async fn masked(engine: Engine) -> TestApp {
    TestApp::with(engine, Plan { masking: Masking::Double, ..Plan::default() }).await
}

/// ACC-05, ACC-14: when something is sealed, nobody else can tell: no byte of any answer is another, no count, cursor,
/// revision, hash or checkpoint moves, and nothing is heard.
async fn a_sealed_write_leaves_no_trace(engine: Engine) {
    let app = TestApp::with(engine, Plan { masking: Masking::Double, subjects: 3, ..Plan::default() }).await;
    let schema = Schema::read(&app).await;
    let mut before = Vec::new();
    for name in others() {
        before.push(all(&app, &schema, &name).await);
    }
    let mine = "sealedLedger { totalCount nodes { revision } }";
    let earlier = app.study("pharmacist-sh01", mine).await["sealedLedger"].clone();
    let mut sockets = Vec::new();
    for name in
        ["data-manager", "coordinator-sh01", "monitor-sh01", "auditor", "pharmacist-bj02", "dsmb-member"]
    {
        let study = app.study(name, "id").await["id"].clone();
        let mut socket = Socket::connect(&app.as_(name)).await;
        let events = "subscription($study: ID!) { studyEvents(study: $study) { revision } }";
        socket.subscribe("1", events, json!({ "study": study })).await;
        // The stream is set up when a ping that was sent after it is answered, and a moment has passed.
        socket.send(json!({ "type": "ping" })).await;
        assert_eq!(socket.next().await, Heard::Message(json!({ "type": "pong" })));
        sockets.push((name, socket));
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    another_lot(&app, 0, "LOT-SEALED").await;
    for (name, socket) in &mut sockets {
        assert!(socket.is_silent_for(Duration::from_millis(300)).await, "{name} hears of it");
    }
    for (name, before) in others().iter().zip(&before) {
        assert_eq!(&all(&app, &schema, name).await, before, "{name} can tell");
    }
    let later = app.study("pharmacist-sh01", mine).await["sealedLedger"].clone();
    let count = |answer: &Value| answer["totalCount"].as_u64().unwrap();
    assert_eq!(count(&later), count(&earlier) + 1, "whoever may know reads it");
    app.sound().await;
    app.stop().await;
}

/// The site's pharmacist reads who was allocated to what and what was given, of the own site alone, page by page.
async fn a_pharmacist_reads_the_sealed_trail_of_the_own_site(engine: Engine) {
    let app = masked(engine).await;
    another_lot(&app, 0, "LOT-SH").await;
    another_lot(&app, 4, "LOT-BJ").await;
    for (name, site, lot) in [("pharmacist-sh01", "SH01", "LOT-SH"), ("pharmacist-bj02", "BJ02", "LOT-BJ")] {
        let study = app.study(name, SEALED).await;
        let nodes = study["sealedLedger"]["nodes"].as_array().unwrap();
        // Three subjects of the site were laid down with what is sealed of them, and one dose was changed.
        assert_eq!((nodes.len(), &study["sealedLedger"]["totalCount"]), (4, &json!(4)), "{name}: {study}");
        let changes: Vec<&Value> = nodes.iter().flat_map(|it| it["changes"].as_array().unwrap()).collect();
        assert!(
            changes.iter().all(|it| it["subject"].as_str().unwrap().starts_with(site)),
            "{name}: {changes:?}"
        );
        for kind in ["allocation", "dose"] {
            assert!(changes.iter().any(|it| it["kind"] == kind), "{name} sees no {kind}");
        }
        let newest = &nodes[0]["changes"][0]["fields"];
        assert_eq!(newest.as_array().unwrap().len(), 1, "{newest}");
        assert_eq!((&newest[0]["name"], &newest[0]["after"]), (&json!("lot"), &json!(lot)));
        assert!(newest[0]["before"].as_str().unwrap().starts_with("LOT-"), "the value before: {newest}");
        assert_eq!(nodes[0]["actor"], "Made-up pharmacist-sh01");

        let doses =
            "sealedLedger(first: 1, filter: {kinds: [\"allocation\"]}) { totalCount nodes { revision }
            pageInfo { hasNextPage endCursor } }";
        let page = app.study(name, doses).await["sealedLedger"].clone();
        assert_eq!((&page["totalCount"], &page["pageInfo"]["hasNextPage"]), (&json!(3), &json!(true)));
        let of_them =
            format!("sealedLedger(filter: {{subject: \"{}\"}}) {{ totalCount }}", app.world.subjects[8].code);
        assert_eq!(
            app.study(name, &of_them).await["sealedLedger"]["totalCount"],
            0,
            "another site's subject"
        );
    }
    for name in others().into_iter().filter(|name| !name.starts_with("pharmacist") && name != "stranger") {
        assert_eq!(app.study(&name, SEALED).await["sealedLedger"], Value::Null, "{name}");
    }
    app.stop().await;
}

/// ACC-06: the board's statistician, who holds the code, reads the sealed trail up to the newest cut, under pseudonyms
/// and study days, without names, sites and days of the calendar, and cannot search in it.
async fn the_boards_statistician_reads_it_up_to_the_cut(engine: Engine) {
    let app = masked(engine).await;
    let before = app.study("dsmb-statistician", SEALED).await["sealedLedger"].clone();
    assert_eq!((&before["totalCount"], &before["nodes"]), (&json!(0), &json!([])));
    cut(&app, "CUT-1", "2026-07-01").await;
    another_lot(&app, 0, "LOT-LATER").await;
    let sealed = app.study("dsmb-statistician", SEALED).await["sealedLedger"].clone();
    assert!(sealed["totalCount"].as_u64().unwrap() >= 9, "{sealed}");
    assert!(!sealed.to_string().contains("LOT-LATER"));
    let mut days = 0;
    for (path, text) in texts(&sealed) {
        assert!(!holds_a_date(&text), "a date at {path}: {text}");
        let site = tests::world::SITES.iter().find(|site| text.to_uppercase().contains(**site));
        // A random id may happen to spell a site.
        assert!(site.is_none() || path.ends_with("nodeId"), "a site at {path}: {text}");
        days += usize::from(text.starts_with("study day "));
    }
    assert!(days > 0, "what was given when is told in study days: {sealed}");
    let document = "{ study(code: \"NK510\") { sealedLedger(filter: {until: \"2026-07-01T00:00:00Z\"}) { totalCount } } }";
    assert_eq!(app.as_("dsmb-statistician").ask(document).await.codes(), ["FORBIDDEN"]);
    assert_eq!(app.study("dsmb-member", SEALED).await["sealedLedger"], Value::Null);
    app.stop().await;
}

/// In an open-label study nothing is sealed but the board's matters, and nobody reads a trail of those.
async fn in_an_open_study_nobody_reads_a_sealed_trail(engine: Engine) {
    let app = TestApp::start(engine).await;
    cut(&app, "CUT-1", "2026-07-01").await;
    for person in people().iter().filter(|person| person.role.is_some()) {
        let study = app.study(&person.name, "sealedLedger { totalCount }").await;
        assert_eq!(study["sealedLedger"], Value::Null, "{}", person.name);
    }
    app.stop().await;
}

macro_rules! on_both {
    ($($story:ident: $sqlite:ident, $postgres:ident;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $sqlite() {
            $story(Engine::Sqlite).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $postgres() {
            $story(Engine::Postgres).await;
        }
    )+};
}
on_both! {
    a_sealed_write_leaves_no_trace: no_trace_on_sqlite, no_trace_on_postgres;
    a_pharmacist_reads_the_sealed_trail_of_the_own_site: pharmacist_on_sqlite, pharmacist_on_postgres;
    the_boards_statistician_reads_it_up_to_the_cut: statistician_on_sqlite, statistician_on_postgres;
    in_an_open_study_nobody_reads_a_sealed_trail: open_study_on_sqlite, open_study_on_postgres;
}
