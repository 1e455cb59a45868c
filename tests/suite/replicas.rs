//! Two servers on one database: what one acknowledged, every later request at the other sees.

use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{Hook, Hooks};
use tests::world::{accepted, by, day};
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

/// A right that one server took away is gone for every later request at the other; one that it gave is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_revoked_right_is_gone_for_every_later_request_at_the_other() {
    let app = TestApp::start(Engine::Postgres).await;
    let other = app.another(slow()).await;
    let reader = app.as_("coordinator-sh01").at(&other.url);
    let document = "{ study(code: \"NK510\") { code } }";
    let busy = tokio::spawn({
        let reader = reader.clone();
        async move {
            loop {
                reader.ask(document).await.ok();
            }
        }
    });
    let person = tests::world::people().into_iter().find(|person| person.name == "coordinator-sh01").unwrap();
    let mut membership = app.world.memberships["coordinator-sh01"];
    for turn in 0..100 {
        let end = portal::command::EndMembership { membership, reason: "The delegation ended.".to_owned() };
        accepted(app.server.store().decide_portal(Box::new(end), by("administrator")).await.unwrap());
        assert_eq!(reader.ask(document).await.one(), &Value::Null, "turn {turn}: still there");
        let grant = app.world.grant(&person, app.world.persons["coordinator-sh01"]).unwrap();
        let granted = app.server.store().decide_portal(Box::new(grant), by("administrator")).await.unwrap();
        membership = accepted(granted).row;
        assert_eq!(reader.ask(document).await.one()["code"], "NK510", "turn {turn}: not there yet");
    }
    busy.abort();
    other.stop().await;
    app.stop().await;
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
