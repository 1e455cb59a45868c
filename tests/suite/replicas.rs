//! Two servers on one database: what one acknowledged, every later request at the other sees.

use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{Hook, Hooks};
use tests::world::{Person, accepted, by, day};
use tests::{Engine, TestApp};

/// A pause whose length is different each time, up to three milliseconds.
fn pause() -> Hook {
    let seed = Arc::new(AtomicU64::new(1));
    Arc::new(move || {
        let turn = seed.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        Box::pin(tokio::time::sleep(Duration::from_micros((turn >> 33) % 3_000)))
    })
}

fn slow() -> Hooks {
    Hooks { before_question: Some(pause()), after_question: Some(pause()), ..Hooks::default() }
}

/// A write at one server, and beside it requests at the other that keep its questions busy: the request that starts
/// after the acknowledgement sees the write. 1,000 interleavings, with the question delayed on both sides of its
/// being sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_write_is_seen_by_every_later_request_at_the_other() {
    let app = TestApp::start(Engine::Postgres).await;
    let other = app.another(slow()).await;
    let reader = app.as_("data-manager").at(&other.url);
    let document = "{ study(code: \"NK510\") { revision } }";
    let busy = tokio::spawn({
        let reader = reader.clone();
        async move {
            loop {
                reader.ask(document).await.ok();
            }
        }
    });
    let mut writers = Vec::new();
    for subject in &app.world.subjects {
        writers.push((app.as_(&subject.coordinator()), app.subject_id(&subject.code).await));
    }
    for turn in 0..1_000_u64 {
        let (writer, subject) = &writers[usize::try_from(turn % 9).unwrap()];
        let date = day("2026-04-01") + chrono::Days::new(turn / 9);
        let input = json!({ "key": format!("write-{turn}"), "subject": subject, "date": date });
        let answer = writer.act("recordVisit", input, "").await;
        let written = answer.accepted()["revision"].as_u64().unwrap();
        let seen = reader.ask(document).await.one()["revision"].as_u64().unwrap();
        assert!(seen >= written, "turn {turn}: {seen} is older than {written}");
    }
    busy.abort();
    other.stop().await;
    app.sound().await;
    app.stop().await;
}

/// A right that one server took away is gone for every later request at the other; one that it gave is there. 1,000
/// interleavings of each, by everybody with a grant in the study at once, so that questions and commits of one fall
/// between those of another.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_revoked_right_is_gone_for_every_later_request_at_the_other() {
    let app = TestApp::start(Engine::Postgres).await;
    let other = app.another(slow()).await;
    let granted = tests::world::people().into_iter().filter(|person| {
        person.role.is_some_and(|role| role.scope() != policy::Scope::Installation)
            && app.world.memberships.contains_key(&person.name)
    });
    let granted: Vec<Person> = granted.collect();
    let turns = 1_000_usize.div_ceil(granted.len());
    assert!(granted.len() >= 10, "{} with a grant", granted.len());
    let each = granted.iter().map(|person| taken_and_given(&app, &other.url, person, turns));
    let tried: usize = futures_util::future::join_all(each).await.into_iter().sum();
    assert!(tried >= 1_000, "{tried} interleavings");
    other.stop().await;
    app.stop().await;
}

/// Ends and renews a person's grant at one server, and asks at the other after each.
async fn taken_and_given(app: &TestApp, other: &str, person: &Person, turns: usize) -> usize {
    let name = person.name.as_str();
    let reader = app.as_(name).at(other);
    let document = "{ study(code: \"NK510\") { code } }";
    let store = app.server.store();
    let mut membership = app.world.memberships[name];
    for turn in 0..turns {
        let end = portal::command::EndMembership { membership, reason: "The delegation ended.".to_owned() };
        accepted(store.decide_portal(Box::new(end), by("administrator")).await.unwrap());
        assert_eq!(reader.ask(document).await.one(), &Value::Null, "{name}, turn {turn}: still there");
        let grant = app.world.grant(person, app.world.persons[name]).unwrap();
        membership = tests::world::granted(store, grant).await;
        assert_eq!(reader.ask(document).await.one()["code"], "NK510", "{name}, turn {turn}: not there yet");
    }
    turns
}

/// One question serves all that a request reads: who asks, the studies, and what lies beside them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_asks_one_question() {
    let app = TestApp::start(Engine::Sqlite).await;
    let reader = app.as_("data-manager");
    let document = "{ viewer { name } study(code: \"NK510\") { code subjects { nodes { code } } } studies { totalCount } }";
    reader.ask(document).await.ok();
    let (before, started) =
        (app.server.counter("trialgraph_questions_total").await, std::time::Instant::now());
    for _ in 0..20 {
        reader.ask(document).await.ok();
    }
    let asked = app.server.counter("trialgraph_questions_total").await - before;
    // Whoever looks for other processes' writes asks as well: every 200 milliseconds, and for each write it hears of.
    let others = 2 * (u64::try_from(started.elapsed().as_millis()).unwrap() / 200 + 1);
    assert!((20..=20 + others).contains(&asked), "{asked} questions for 20 requests");
    app.stop().await;
}
