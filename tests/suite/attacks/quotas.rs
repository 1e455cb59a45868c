//! How often a caller and an address may ask.

use super::production;
use reqwest::header::HeaderMap;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use std::time::Duration;
use tests::{Caller, Engine, Heard, Socket, TestApp};

async fn ask(caller: &Caller, url: &str, forwarded: Option<&str>) -> Response {
    let mut request =
        Client::new().post(format!("{url}/graphql")).json(&json!({ "query": "{ viewer { name } }" }));
    if let Some(token) = &caller.token {
        request = request.bearer_auth(token);
    }
    if let Some(forwarded) = forwarded {
        request = request.header("x-forwarded-for", forwarded);
    }
    request.send().await.unwrap()
}

fn lines(headers: &HeaderMap, name: &str) -> Vec<String> {
    headers.get_all(name).iter().map(|line| line.to_str().unwrap().to_owned()).collect()
}

async fn code(response: Response) -> Value {
    let body: Value = response.json().await.unwrap();
    body["errors"][0]["extensions"]["code"].clone()
}

/// D1: a caller who asks too often is told so, and when to come again; nobody else notices.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_has_a_quota() {
    let app = TestApp::start(Engine::Sqlite).await;
    let mut settings = production();
    settings.limits.caller_per_minute = 3;
    let server = app.under(settings).await;
    let caller = app.as_("coordinator-sh01");
    for left in [2, 1, 0] {
        let response = ask(&caller, &server.url, None).await;
        assert_eq!(response.status(), 200);
        assert!(lines(response.headers(), "ratelimit-policy").contains(&"\"caller\";q=3;w=60".to_owned()));
        let told = lines(response.headers(), "ratelimit");
        assert!(told.iter().any(|line| line.starts_with(&format!("\"caller\";r={left};t="))), "{told:?}");
        assert!(told.iter().any(|line| line.starts_with("\"address\";r=")), "{told:?}");
    }
    let refused = ask(&caller, &server.url, None).await;
    assert_eq!(refused.status(), 429);
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    assert_eq!(code(refused).await, "RATE_LIMITED");
    // Another token of the same person is the same caller; another person is not.
    let again = caller.with(tests::token::good(app.signer(), "coordinator-sh01", app.now() - 1));
    assert_eq!(ask(&again, &server.url, None).await.status(), 429);
    assert_eq!(ask(&app.as_("coordinator-bj02"), &server.url, None).await.status(), 200);

    // What goes over a socket counts with the rest, and a refusal ends the operation alone.
    let mut socket = Socket::connect(&caller.at(&server.url)).await;
    socket.subscribe("1", "{ viewer { name } }", json!({})).await;
    let Heard::Message(message) = socket.next().await else { panic!("the socket was closed") };
    assert_eq!(message["type"], "error");
    assert_eq!(message["payload"][0]["extensions"]["code"], "RATE_LIMITED");
    server.stop().await;
    app.stop().await;
}

/// D1: an address has a quota, whoever asks from it; who is no trusted proxy cannot speak for another address.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_has_a_quota() {
    let app = TestApp::start(Engine::Sqlite).await;
    let mut settings = production();
    settings.limits.address_per_minute = 4;
    let server = app.under(settings.clone()).await;
    let nobody = app.as_("auditor").nobody();
    for n in 0..4 {
        let forwarded = format!("198.51.100.{n}");
        assert_eq!(ask(&nobody, &server.url, Some(&forwarded)).await.status(), 401);
    }
    let refused = ask(&app.as_("auditor"), &server.url, Some("198.51.100.9")).await;
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("retry-after") && refused.headers().contains_key("x-request-id"));
    assert_eq!(code(refused).await, "RATE_LIMITED");
    // Probes are not counted.
    for _ in 0..10 {
        assert_eq!(server.get("/health/live").await.0, 200);
    }
    assert_eq!(server.get("/").await.0, 429);
    server.stop().await;

    settings.server.trusted_proxies = vec!["127.0.0.1".to_owned()];
    let behind = app.under(settings).await;
    for n in 0..8 {
        let forwarded = format!("198.51.100.{n}");
        assert_eq!(ask(&app.as_("auditor"), &behind.url, Some(&forwarded)).await.status(), 200, "{n}");
    }
    for _ in 0..3 {
        ask(&nobody, &behind.url, Some("203.0.113.1, 198.51.100.1")).await;
    }
    assert_eq!(ask(&nobody, &behind.url, Some("198.51.100.1")).await.status(), 429);
    assert_eq!(ask(&nobody, &behind.url, Some("203.0.113.1")).await.status(), 401);
    behind.stop().await;
    app.stop().await;
}

/// So many operations of one caller run at a time; one more is refused, and later taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_runs_so_many_operations_at_a_time() {
    let app = TestApp::start(Engine::Sqlite).await;
    let mut settings = production();
    settings.limits.caller_at_once = 1;
    let server = app.under(settings).await;
    let caller = app.as_("data-manager").at(&server.url);
    let heavy =
        "{ study(code: \"NK510\") { subjects(first: 9) { nodes { code sri(at: \"MONTH_3\") { outcome }
        lldas(at: \"MONTH_3\") { outcome } doris(at: \"MONTH_3\") { outcome } } } } }";
    let mut seen = Vec::new();
    for _ in 0..20 {
        let asked: Vec<_> = (0..12)
            .map(|_| {
                let caller = caller.clone();
                tokio::spawn(async move { caller.ask(heavy).await })
            })
            .collect();
        for one in asked {
            let answer = one.await.unwrap();
            assert!(matches!(answer.status, 200 | 429), "{}", answer.text);
            assert!(answer.status == 200 || answer.codes() == ["RATE_LIMITED"], "{}", answer.text);
            seen.push(answer.status);
        }
        if seen.contains(&200) && seen.contains(&429) {
            break;
        }
    }
    assert!(seen.contains(&200) && seen.contains(&429), "{seen:?}");
    tokio::time::sleep(Duration::from_millis(100)).await;
    caller.ask("{ viewer { name } }").await.ok();
    server.stop().await;
    app.stop().await;
}
