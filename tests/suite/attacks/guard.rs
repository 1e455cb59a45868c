//! The corpus against a server as in production, and the limits that need a scene of their own.

use super::corpus::all;
use super::{PATIENCE, coded, production, send};
use serde_json::{Value, json};
use std::time::Duration;
use tests::{Engine, Socket, TestApp, both};

const HONEST: &str = "{ viewer { name } study(code: \"NK510\") { subjects(first: 9) { totalCount } } }";

both! {
    /// D1, D2, section 7.2 and the stack's own defects: each attack is answered in time, with a code, and harms nobody.
    async fn every_attack_is_answered_with_a_code(app: &TestApp) {
        let server = app.under(production()).await;
        let caller = app.as_("data-manager").at(&server.url);
        let honest = app.as_("coordinator-bj02").at(&server.url);
        let before = honest.ask(HONEST).await;
        before.ok();
        for attack in all() {
            let name = attack.name;
            // Somebody else asks while the attack is on its way.
            let (answer, meanwhile) = tokio::join!(
                send(&caller, &server.url, attack.body),
                tokio::time::timeout(PATIENCE, honest.ask(HONEST))
            );
            coded(name, &answer);
            assert!(answer.text.len() < 100_000, "{name}: an answer of {} bytes", answer.text.len());
            let codes = answer.codes();
            if attack.codes.is_empty() {
                assert!(codes.iter().all(|code| *code == "BAD_USER_INPUT"), "{name}: {}", answer.text);
            } else {
                assert!(!codes.is_empty(), "{name} was answered: {}", answer.text);
                assert!(codes.iter().all(|code| attack.codes.contains(code)), "{name}: {codes:?} {}", answer.text);
            }
            assert_eq!(meanwhile.unwrap_or_else(|_| panic!("nobody else is answered during: {name}")), before, "{name}");
        }
        app.sound().await;
        server.stop().await;
    }

    /// A mutation that is refused for standing twice has run neither time.
    async fn a_mutation_written_twice_runs_not_once(app: &TestApp) {
        let subject = app.subject_id("SH01-001").await;
        let before = app.study("coordinator-sh01", "revision").await;
        let act = "withdrawSubject(input: $input) { revision refusals { code } }";
        let document = format!("mutation($input: WithdrawSubjectInput!) {{ {act} {act} }}");
        let input = json!({ "subject": subject, "kind": "COMPLETED", "on": "2026-06-01", "reason": "twice" });
        let answer = app.as_("investigator-sh01").query(&document, json!({ "input": input })).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{}", answer.text);
        assert!(answer.errors[0]["message"].as_str().unwrap().contains("stands twice"), "{}", answer.text);
        assert_eq!(app.study("coordinator-sh01", "revision").await, before);
    }

    /// Time and size of an answer are looked at while it is made.
    async fn an_answer_ends_where_its_time_or_its_size_does(app: &TestApp) {
        let document = "{ study(code: \"NK510\") { subjects(first: 9) { nodes { code
            sri(at: \"MONTH_3\") { outcome } lldas(at: \"MONTH_3\") { outcome } } } } }";
        let mut slow = production();
        slow.limits.execution_millis = 0;
        let mut small = production();
        small.limits.answer_values = 3;
        for (settings, limit) in [(slow, "limits.execution_millis"), (small, "limits.answer_values")] {
            let server = app.under(settings).await;
            let answer = app.as_("data-manager").at(&server.url).ask(document).await;
            assert_eq!(answer.codes(), ["COST_EXCEEDED"], "{}", answer.text);
            assert!(answer.mentions(limit), "{}", answer.text);
            server.stop().await;
        }
    }
}

/// Every number is told, under its own name and as it is set.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_reads_every_limit() {
    let app = TestApp::start(tests::Engine::Sqlite).await;
    let mut settings = production();
    settings.limits.tokens = 1_234;
    let all = settings.limits.all();
    let server = app.under(settings).await;
    let camel = |name: &str| {
        let mut parts = name.split('_');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |name, part| format!("{name}{}{}", part[..1].to_uppercase(), &part[1..]))
    };
    let fields: Vec<String> = all.iter().map(|it| camel(it.name)).collect();
    let caller = app.as_("auditor").at(&server.url);
    let answer = caller.ask(&format!("{{ viewer {{ limits {{ {} }} }} }}", fields.join(" "))).await;
    let told = &answer.one()["limits"];
    for (field, shown) in fields.iter().zip(&all) {
        assert_eq!(told[field], json!(shown.value), "{field}");
    }
    assert_eq!(told["tokens"], 1_234);
    server.stop().await;
    app.stop().await;
}

/// What an operation costs is told with its answer and with its refusal, and says nothing of what was found.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_tells_its_cost() {
    let app = TestApp::start(tests::Engine::Sqlite).await;
    let mut settings = production();
    settings.limits.complexity = 300;
    let server = app.under(settings).await;
    let caller = app.as_("data-manager").at(&server.url);
    let cost = async |caller: &tests::Caller, first: u32| {
        let document =
            format!("{{ study(code: \"NK510\") {{ subjects(first: {first}) {{ nodes {{ code }} }} }} }}");
        let answer = caller.ask(&document).await;
        let body: Value = serde_json::from_str(&answer.text).unwrap();
        (answer.codes().join(","), body["extensions"]["cost"].clone())
    };
    // study 1, subjects 1 + n times (nodes 1, code 1).
    assert_eq!(cost(&caller, 10).await, (String::new(), json!({ "requested": 22, "limit": 300 })));
    assert_eq!(cost(&caller, 100).await.0, "", "1 + 1 + 100 * 2 = 202");
    let other = app.as_("coordinator-bj02").at(&server.url);
    assert_eq!(cost(&other, 10).await, cost(&caller, 10).await);
    let wide = "{ study(code: \"NK510\") { subjects(first: 100) { nodes { code status } } } }";
    let refused = caller.ask(wide).await;
    assert_eq!(refused.codes(), ["COST_EXCEEDED"]);
    assert!(refused.mentions("302") && refused.data.is_null(), "{}", refused.text);
    server.stop().await;
    app.stop().await;
}

/// The number of errors does not grow with the number of mistakes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_tells_of_so_many_errors() {
    let app = TestApp::start(tests::Engine::Sqlite).await;
    let server = app.under(production()).await;
    let caller = app.as_("data-manager").at(&server.url);
    let document = format!("{{ viewer {{ {} }} }}", (0..500).map(|n| format!("x{n} ")).collect::<String>());
    let answer = caller.ask(&document).await;
    assert_eq!(answer.errors.len(), 20);
    let body: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(body["extensions"]["errorsLeftOut"], 480);
    // A text that is refused is not told in full length.
    let long =
        format!("{{ study(code: \"NK510\", asOf: {{ time: \"{}\" }}) {{ code }} }}", "9".repeat(20_000));
    let answer = caller.ask(&long).await;
    assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
    assert!(answer.text.len() < 1_000, "{}", answer.text.len());
    server.stop().await;
    app.stop().await;
}

/// A body that trickles in is not waited for, and keeps nobody waiting.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_bodies_are_not_waited_for() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let app = TestApp::start(tests::Engine::Sqlite).await;
    let mut settings = production();
    settings.limits.body_seconds = 1;
    settings.server.head_seconds = 1;
    let server = app.under(settings).await;
    let caller = app.as_("data-manager").at(&server.url);
    let address = server.url.trim_start_matches("http://").to_owned();
    let token = caller.token.clone().unwrap();
    let trickle = |head: String| {
        let address = address.clone();
        async move {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            stream.write_all(head.as_bytes()).await.unwrap();
            let mut answer = Vec::new();
            let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
            read.expect("the connection was kept").unwrap_or_default();
            String::from_utf8(answer).unwrap()
        }
    };
    let body = format!(
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: 100\r\n\r\n{{\"query\":"
    );
    let chunked = body.replace("content-length: 100\r\n\r\n", "transfer-encoding: chunked\r\n\r\na\r\n");
    let slow: Vec<_> = (0..50)
        .map(|n| tokio::spawn(trickle(if n % 2 == 0 { body.clone() } else { chunked.clone() })))
        .collect();
    let elsewhere: Vec<_> = ["/nowhere", "/health/live", "/graphql/ws"]
        .map(|path| tokio::spawn(trickle(body.replace("/graphql HTTP", &format!("{path} HTTP")))))
        .into();
    let stranger = tokio::spawn(trickle(body.replace("application/json", "text/plain")));
    let head = tokio::spawn(trickle("POST /graphql HTTP/1.1\r\nhost: x\r\n".to_owned()));
    tokio::time::sleep(Duration::from_millis(200)).await;
    let answer = tokio::time::timeout(PATIENCE, caller.ask(HONEST)).await.unwrap();
    answer.ok();
    for one in slow {
        let answer = one.await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(answer.contains("BAD_USER_INPUT") && answer.contains("limits.body_seconds"), "{answer}");
    }
    // Where no body is read, none is waited for.
    for one in elsewhere {
        assert!(one.await.unwrap().starts_with("HTTP/1.1 40"));
    }
    assert!(stranger.await.unwrap().starts_with("HTTP/1.1 415"));
    assert!(head.await.unwrap().starts_with("HTTP/1.1 408"));
    server.stop().await;
    app.stop().await;
}

/// Section 7.2, persisted operations: with a manifest the server executes what its front ends were built with, by name or whole,
/// and nothing else, over HTTP and over a socket.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_a_manifest_executes_nothing_else() {
    let app = TestApp::start(Engine::Sqlite).await;
    let body = "query Title { study(code: \"NK510\") { code } }";
    // Its SHA-256.
    let id = "cad85aea6f02b57314ebbc1a65f2ccaaca8c55c94776f123bec30d4b8e5de5c4";
    let manifest = json!({ "format": "apollo-persisted-query-manifest", "version": 1,
        "operations": [{ "id": id, "name": "Title", "type": "query", "body": body }] });
    let file = std::env::temp_dir().join(format!("trialgraph-manifest-{}.json", std::process::id()));
    std::fs::write(&file, manifest.to_string()).unwrap();
    let mut settings = production();
    settings.server.operations = Some(file.clone());
    let server = app.under(settings).await;
    let caller = app.as_("data-manager").at(&server.url);
    let ask = async |body: Value| send(&caller, &server.url, body.to_string().into_bytes()).await;
    let by_name =
        |id: &str| json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": id } } });
    assert_eq!(ask(by_name(id)).await.data["study"]["code"], "NK510");
    assert_eq!(ask(json!({ "query": body })).await.data["study"]["code"], "NK510");
    let unknown = "0".repeat(64);
    for refused in [
        by_name(&unknown),
        json!({ "query": "{ __typename }" }),
        json!({ "query": format!("{body} ") }),
        json!({ "query": "mutation { addSite(input: {}) { revision } }" }),
    ] {
        assert_eq!(ask(refused.clone()).await.codes(), ["PERSISTED_QUERY_NOT_FOUND"], "{refused}");
    }
    // Whoever is not known is not told what is on the list.
    let mut nobody = app.as_("data-manager").at(&server.url);
    nobody.token = None;
    let stranger = send(&nobody, &server.url, by_name(&unknown).to_string().into_bytes()).await;
    assert_eq!(stranger.codes(), ["UNAUTHENTICATED"]);
    let mut socket = Socket::connect(&caller).await;
    socket.subscribe("1", "{ __typename }", json!({})).await;
    let told = socket.next().await;
    assert!(format!("{told:?}").contains("PERSISTED_QUERY_NOT_FOUND"), "{told:?}");
    // A server without a list keeps none.
    let plain = send(&app.as_("data-manager"), &app.server.url, by_name(id).to_string().into_bytes()).await;
    assert_eq!(plain.codes(), ["PERSISTED_QUERY_NOT_FOUND"]);
    server.stop().await;
    std::fs::remove_file(&file).unwrap();
    app.stop().await;
}
