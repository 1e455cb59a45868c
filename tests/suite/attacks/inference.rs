//! What could be concluded from what is allowed: from aggregates, and from the time that an answer takes.

use super::PATIENCE;
use crate::everything::Schema;
use serde_json::json;
use std::time::{Duration, Instant};
use tests::{Caller, Engine, TestApp};

/// The arguments that a field over many subjects may have: which measure, by which grouping of the protocol, as of
/// which day, read under which rule. None of them picks subjects.
/// A denominator is one of two that the rule names, and told to whoever reads the rows anyway.
const OF_MEASURES: [&str; 11] = [
    "at",
    "points",
    "denominator",
    "missing",
    "analyte",
    "by",
    "on",
    "onStudyDay",
    "level",
    "version",
    "definition",
];

/// Section 7.4 (b), (c), (e): aggregates have a fixed catalogue. No argument of theirs picks, excludes or sorts subjects,
/// so no two questions can be subtracted to find one person.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_aggregate_can_be_asked_of_chosen_subjects() {
    let app = TestApp::start(Engine::Sqlite).await;
    let schema = Schema::read(&app).await;
    let arguments = |ty: &str| -> Vec<(String, String)> {
        schema
            .fields(ty)
            .into_iter()
            .flat_map(|field| {
                let name = field["name"].as_str().unwrap().to_owned();
                let all = field["args"].as_array().unwrap().iter();
                all.map(move |argument| (name.clone(), argument["name"].as_str().unwrap().to_owned()))
            })
            .collect()
    };
    let mut seen = 0;
    let outcomes =
        arguments("Study").into_iter().filter(|(field, _)| field == "outcomes" || field == "escalation");
    let measures =
        ["StudyOutcomes", "Rate", "Summary", "Escalation", "Safety"].into_iter().flat_map(arguments);
    for (field, argument) in outcomes.chain(measures) {
        seen += 1;
        assert!(
            OF_MEASURES.contains(&argument.as_str()),
            "`{field}({argument}:)` may pick subjects of an aggregate"
        );
    }
    assert!(seen >= 10, "only {seen} arguments were looked at");
    // What can be filtered is a list of rows that the caller sees anyway; it is ordered by what every reader of it knows.
    for (field, argument) in arguments("Study").into_iter().chain(arguments("Subject")) {
        let ordered = ["orderBy", "sort", "sortBy", "order", "where"].contains(&argument.as_str());
        assert!(
            !ordered || (field.as_str(), argument.as_str()) == ("subjects", "orderBy"),
            "`{field}({argument}:)`"
        );
    }
    let document = "{ __type(name: \"SubjectOrderField\") { enumValues { name } } }";
    let orders = app.as_("statistician").ask(document).await.ok()["__type"]["enumValues"].clone();
    assert_eq!(orders, json!([{ "name": "SCREENING" }, { "name": "CODE" }]));
    app.stop().await;
}

async fn time(caller: &Caller, id: &str) -> (Duration, String) {
    let began = Instant::now();
    let document = "query($id: ID!) { node(id: $id) { id } }";
    let asked = tokio::time::timeout(PATIENCE, caller.query(document, json!({ "id": id }))).await;
    let answer = asked.expect("no answer in time");
    (began.elapsed(), answer.text)
}

/// Section 7.2, timing: what is somebody else's is answered word for word and as fast as what is not there. The two are
/// asked in turn, so that a machine that is busy is busy for both; the median of the differences is what counts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_yours_takes_as_long_as_what_is_not_there() {
    let app = TestApp::start(Engine::Sqlite).await;
    let caller = app.as_("coordinator-sh01");
    let foreign = app.subject_id("BJ02-001").await;
    // The id of a subject that could be there, as a guesser makes it.
    let unknown = {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let mut bytes = URL_SAFE_NO_PAD.decode(&foreign).unwrap();
        for byte in bytes.iter_mut().rev().take(8) {
            *byte ^= 0x5a;
        }
        URL_SAFE_NO_PAD.encode(bytes)
    };
    for _ in 0..10 {
        time(&caller, &foreign).await;
        time(&caller, &unknown).await;
    }
    let mut gaps = Vec::new();
    for n in 0..200 {
        let (first, second) = if n % 2 == 0 { (&foreign, &unknown) } else { (&unknown, &foreign) };
        let (one, two) = (time(&caller, first).await, time(&caller, second).await);
        assert_eq!(one.1, two.1);
        let (theirs, nobodys) = if n % 2 == 0 { (one.0, two.0) } else { (two.0, one.0) };
        gaps.push(theirs.as_secs_f64() - nobodys.as_secs_f64());
    }
    gaps.sort_by(f64::total_cmp);
    let median = gaps[gaps.len() / 2];
    assert!(median.abs() < 0.005, "somebody else's subject takes {median} s longer than none");
    app.stop().await;
}
