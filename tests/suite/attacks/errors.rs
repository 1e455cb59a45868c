//! What an error tells: a code of the closed list and a sentence, and nothing of the inside.

use super::coded;
use serde_json::Value;
use tests::{TestApp, both};

both! {
    /// P11, section 7.2: a database that fails is told as a general sentence, with the request's id in a header.
    async fn a_broken_database_is_not_described(app: &TestApp) {
        let caller = app.as_("auditor");
        let raw = app.raw().await;
        let ledger = "{ study(code: \"NK510\") { ledger(first: 5) { nodes { changes { row } } } } }";
        raw.run("ALTER TABLE change RENAME TO change_that_was_moved").await;
        for document in [
            "{ study(code: \"NK510\") { ledger(first: 5) { nodes { revision } } } }",
            "{ study(code: \"NK510\") { changes(from: 0, first: 5) { nodes { revision } } } }",
            "{ study(code: \"NK510\", asOf: { revision: 2 }) { revision } }",
        ] {
            let answer = caller.ask(document).await;
            assert!(!answer.codes().is_empty(), "{document}: {}", answer.text);
            for code in answer.codes() {
                assert!(matches!(code, "INTERNAL" | "UNAVAILABLE"), "{document}: {}", answer.text);
            }
            for inside in ["change", "table", "SQL", "sqlite", "postgres", "relation", "column", "/src", ".rs"] {
                let told: Vec<&str> =
                    answer.errors.iter().filter_map(|error| error["message"].as_str()).collect();
                assert!(told.iter().all(|told| !told.contains(inside)), "`{inside}` in {told:?}");
            }
        }
        raw.run("ALTER TABLE change_that_was_moved RENAME TO change").await;
        let answer = caller.ask(&ledger.replace("changes { row }", "revision")).await;
        answer.ok();
    }

    /// A write that the database refuses is told as one sentence too, and writes nothing.
    async fn a_write_that_the_database_refuses_is_not_described(app: &TestApp) {
        let raw = app.raw().await;
        let code = app.world.code;
        let before = app.study("data-manager", "revision").await;
        raw.run("ALTER TABLE site RENAME TO site_that_was_moved").await;
        let study = app.study("data-manager", "id").await;
        let input = serde_json::json!({
            "study": study["id"], "code": "XX09", "name": "Made up", "country": "CN", "timeZone": "Asia/Shanghai", "key": "broken",
        });
        let answer = app.as_("data-manager").act("addSite", input, "").await;
        assert!(answer.codes().iter().all(|code| matches!(*code, "INTERNAL" | "UNAVAILABLE")), "{}", answer.text);
        assert!(!answer.codes().is_empty(), "{}", answer.text);
        for inside in ["site_", "no such", "relation", "INSERT", "SQL"] {
            assert!(!answer.text.contains(inside), "`{inside}` in {}", answer.text);
        }
        raw.run("ALTER TABLE site_that_was_moved RENAME TO site").await;
        assert_eq!(app.study("data-manager", "revision").await, before, "{code}");
        app.sound().await;
    }
}

/// Whatever is asked of whichever route, an error is JSON with a code.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_answers_errors_with_a_code() {
    let app = TestApp::start(tests::Engine::Sqlite).await;
    let server = app.under(super::production()).await;
    let client = reqwest::Client::new();
    for (method, path) in [
        ("GET", "/graphql"),
        ("PUT", "/graphql"),
        ("DELETE", "/graphql"),
        ("OPTIONS", "/graphql"),
        ("GET", "/"),
        ("GET", "/assets/page.js"),
        ("GET", "/assets/users.json"),
        ("GET", "/assets/../../etc/passwd"),
        ("GET", "/nowhere"),
        ("POST", "/nowhere"),
        ("POST", "/health/live"),
        ("GET", "/graphql/ws"),
        ("POST", "/graphql/ws"),
    ] {
        let method: reqwest::Method = method.parse().unwrap();
        let response = client.request(method.clone(), format!("{}{path}", server.url)).send().await.unwrap();
        let status = response.status().as_u16();
        assert!((400..500).contains(&status), "{method} {path}: {status}");
        let text = response.text().await.unwrap();
        let body: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{method} {path}: {text}"));
        assert!(body["errors"][0]["extensions"]["code"].is_string(), "{method} {path}: {text}");
        coded(path, &tests::Answer::new(status, text));
    }
    server.stop().await;
    app.stop().await;
}
