//! The page query of a large study against a plain handler that writes the same JSON from the same process.
//!
//! Both run with the product's allocator, worker count and settings on the same cores, one after the other in turns,
//! while wrk asks for pages all over the study. The real server answers by its whole pipeline: guard, token,
//! revision question, rights, View, objects, log line. The plain one holds the answers as ordinary structs and
//! serialises the twenty of a page with serde. Before anything is measured, each page is compared byte by byte.

// Like the tests, which stop at what goes wrong.
#![allow(clippy::unwrap_used)]

mod plain;
mod wrk;

use plain::{Cost, Memory};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;
use tests::world::{Course, Plan};
use tests::{Caller, Engine, TestApp};
use trialgraph::app::App;
use trialgraph::config::Settings;
use wrk::{Load, Measured};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is promised: requests a second of the server, by those of the plain handler.
const PROMISED: f64 = 0.4;

/// Subjects a page.
pub const PAGE: usize = 20;

/// Pages that are asked for, spread over the study.
const PAGES: usize = 50;

const QUERY: &str = "query Page($code: String!, $first: Int!, $after: String) { study(code: $code) { \
    subjects(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { id code status \
    visits { id code date { value } assessments { id instrument revision } } } } } }";

const OUTCOMES: &str = "query Outcomes($code: String!) { study(code: $code) { outcomes(by: TOTAL) { \
    sri(at: \"MONTH_6\") { numerator } } } }";

struct Options {
    subjects: usize,
    seconds: usize,
    rounds: usize,
    connections: usize,
}

fn options() -> Options {
    let mut options = Options { subjects: 10_000, seconds: 8, rounds: 4, connections: 16 };
    // `--bench` is what cargo says to every benchmark.
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    while let Some(word) = words.next() {
        let value = words.next().and_then(|value| value.parse().ok());
        let value = value.unwrap_or_else(|| panic!("{word} wants a number"));
        match word.as_str() {
            "--subjects" => options.subjects = value,
            "--seconds" => options.seconds = value,
            "--rounds" => options.rounds = value,
            "--connections" => options.connections = value,
            _ => panic!("unknown option {word}: --subjects, --seconds, --rounds or --connections"),
        }
    }
    options
}

/// The bodies that are posted for each page of a study, with the page's place; and what the pages hold.
async fn pages(caller: &Caller, subjects: usize) -> (Memory, Vec<(usize, String)>) {
    let mut memory = Vec::with_capacity(subjects);
    let mut costs: Vec<Cost> = Vec::new();
    let mut bodies = Vec::new();
    let every = (subjects / PAGE / PAGES).max(1);
    let mut after = Value::Null;
    while memory.len() < subjects {
        let variables = json!({"code": "NK510", "first": PAGE, "after": after});
        let body = json!({"operationName": "Page", "query": QUERY, "variables": variables});
        if (memory.len() / PAGE).is_multiple_of(every) {
            bodies.push((memory.len() / PAGE, body.to_string()));
        }
        let answer = caller.post(&body).await;
        let page = &answer.one()["subjects"];
        after = page["pageInfo"]["endCursor"].clone();
        memory.extend(serde_json::from_value::<Vec<plain::Subject>>(page["nodes"].clone()).unwrap());
        let body: Value = serde_json::from_str(&answer.text).unwrap();
        costs.push(serde_json::from_value(body["extensions"]["cost"].clone()).unwrap());
    }
    (Memory { subjects: memory, cost: costs[0] }, bodies)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len().is_multiple_of(2) {
        f64::midpoint(values[middle - 1], values[middle])
    } else {
        values[middle]
    }
}

/// Adds one assessment and expects the next look at the outcomes to derive one subject and load nothing.
async fn one_assessment(app: &TestApp, caller: &Caller) {
    let counters = async || {
        let derived = app.server.counter("trialgraph_subjects_derived_total").await;
        (derived, app.server.counter("trialgraph_loads_total").await)
    };
    let look = async || caller.query(OUTCOMES, json!({"code": "NK510"})).await.ok().clone();
    look().await;
    let (derived, loads) = counters().await;
    let middle = app.world.subjects.len() / 2;
    app.assessment_by(middle, &app.world.subjects[middle].coordinator()).await;
    let started = std::time::Instant::now();
    look().await;
    let took = started.elapsed();
    let after = counters().await;
    assert_eq!(after, (derived + 1, loads), "one subject is derived again, and nothing is loaded");
    println!(
        "one more assessment: {} subjects had been derived, 1 was derived again, nothing was loaded; {took:.1?}",
        derived
    );
}

async fn run(options: Options) -> ExitCode {
    let log = std::env::temp_dir().join(format!("trialgraph-bench-{}.log", std::process::id()));
    let file = Arc::new(std::fs::File::create(&log).unwrap());
    trialgraph::logging::start_to(file);

    println!("laying down {} synthetic subjects", options.subjects);
    let plan = Plan { subjects: options.subjects, course: Course::Full, ..Plan::default() };
    let app = TestApp::with(Engine::Sqlite, plan).await;
    // The suite's own server has limits of its own; this one is as `serve` has it, but that one caller may ask as often
    // as wrk does. It is counted all the same.
    let mut settings = Settings::default();
    settings.limits.caller_per_minute = 1_000_000_000;
    settings.limits.address_per_minute = 1_000_000_000;
    settings.limits.caller_at_once = 10_000;
    let served = App::over(settings, app.server.store().clone(), Vec::new()).await.unwrap();
    let running = served.start(TcpListener::bind("127.0.0.1:0").unwrap()).unwrap();
    let url = format!("http://{}", running.address);
    let monitor = app.as_("medical-monitor").at(&url);

    let (memory, bodies) = pages(&monitor, options.subjects).await;
    let plain = plain::serve(memory);
    let mut bytes = 0;
    for (page, body) in &bodies {
        let ours = monitor.post(&serde_json::from_str(body).unwrap()).await;
        let theirs = reqwest::get(format!("{plain}/page/{page}")).await.unwrap().text().await.unwrap();
        assert_eq!(ours.text, theirs, "page {page}: both write the same JSON");
        bytes += theirs.len();
    }
    println!(
        "{} pages of {PAGE} subjects, {} bytes each, the same from both",
        bodies.len(),
        bytes / bodies.len()
    );

    let ours = Load::new(url, bodies.iter().map(|(_, body)| body.clone()), monitor.token.clone());
    let paths = bodies.iter().map(|(page, _)| format!("/page/{page}"));
    let theirs = Load::new(plain, paths, None);
    // Once for nothing: caches fill, threads start.
    for load in [&ours, &theirs] {
        load.run(2, options.connections).await;
    }
    let mut ratios = Vec::new();
    let mut rates: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    for round in 1..=options.rounds {
        let server: Measured = ours.run(options.seconds, options.connections).await;
        let handler: Measured = theirs.run(options.seconds, options.connections).await;
        println!("round {round}  server {server}\n         plain  {handler}");
        rates[0].push(server.rate);
        rates[1].push(handler.rate);
        ratios.push(server.rate / handler.rate);
        println!("         ratio  {:.3}", server.rate / handler.rate);
    }
    let [ours, theirs] = rates;
    let ratio = median(ratios);
    println!(
        "medians: server {:.0} requests/s, plain handler {:.0} requests/s, ratio {ratio:.3} (promised: {PROMISED})",
        median(ours),
        median(theirs)
    );
    one_assessment(&app, &app.as_("statistician")).await;
    running.stop().await;
    app.stop().await;
    let _ = std::fs::remove_file(log);
    if ratio < PROMISED { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

#[tokio::main]
async fn main() -> ExitCode {
    run(options()).await
}
