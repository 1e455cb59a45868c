//! The server's edges: headers, origins, media types, TLS.

use super::production;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use tests::{Engine, Socket, TestApp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use trialgraph::config::Settings;

const PORTAL: &str = "https://portal.example.org";

/// Whatever is answered carries the headers that keep browsers from doing what they should not, and no cookie.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_dressed() {
    let app = TestApp::start(Engine::Sqlite).await;
    let mut settings = production();
    settings.server.graphiql = true;
    let server = app.under(settings).await;
    let client = Client::new();
    for (method, path) in [
        (Method::POST, "/graphql"),
        (Method::GET, "/graphql"),
        (Method::GET, "/"),
        (Method::GET, "/assets/page.js"),
        (Method::GET, "/health/live"),
        (Method::GET, "/health/ready"),
        (Method::GET, "/metrics"),
        (Method::GET, "/.well-known/jwks.json"),
        (Method::GET, "/nowhere"),
        (Method::GET, "/graphql/ws"),
    ] {
        let response = client.request(method, format!("{}{path}", server.url)).send().await.unwrap();
        let headers = response.headers();
        let is = |name: &str, value: &str| headers.get(name).is_some_and(|held| held == value);
        assert!(is("x-content-type-options", "nosniff"), "{path}");
        assert!(is("referrer-policy", "no-referrer"), "{path}");
        assert!(is("x-frame-options", "DENY"), "{path}");
        assert!(is("cross-origin-opener-policy", "same-origin"), "{path}");
        assert!(is("cross-origin-resource-policy", "same-origin"), "{path}");
        assert!(is("cache-control", "no-store"), "{path}");
        assert!(headers.contains_key("x-request-id"), "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(!policy.contains("script-src 'self' 'unsafe") && !policy.contains("unsafe-eval"), "{policy}");
        for name in [
            "set-cookie",
            "server",
            "x-powered-by",
            "strict-transport-security",
            "access-control-allow-origin",
        ] {
            assert!(!headers.contains_key(name), "{path} has {name}");
        }
    }
    server.stop().await;
    app.stop().await;
}

async fn preflight(url: &str, origin: &str) -> Response {
    Client::new()
        .request(Method::OPTIONS, format!("{url}/graphql"))
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type")
        .send()
        .await
        .unwrap()
}

fn allowed(headers: &HeaderMap) -> Option<&str> {
    headers.get("access-control-allow-origin").map(|origin| origin.to_str().unwrap())
}

/// Pages of an origin on the list may call the API, never with credentials; no other page may.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_pages_on_the_list_may_call() {
    let app = TestApp::start(Engine::Sqlite).await;
    let server = app.under(production()).await;
    assert_eq!(preflight(&server.url, PORTAL).await.status(), 403, "nobody is on the list unless set");
    server.stop().await;

    let mut settings = production();
    settings.server.cors_origins = vec![PORTAL.to_owned()];
    let server = app.under(settings).await;
    let yes = preflight(&server.url, PORTAL).await;
    assert_eq!((yes.status().as_u16(), allowed(yes.headers())), (204, Some(PORTAL)));
    assert_eq!(yes.headers()["access-control-allow-methods"], "POST");
    assert_eq!(yes.headers()["access-control-allow-headers"], "authorization, content-type");
    assert_eq!(yes.headers()["vary"], "origin");
    assert!(!yes.headers().contains_key("access-control-allow-credentials"));
    for other in [
        "https://portal.example.org.evil.example",
        "http://portal.example.org",
        "null",
        "https://evil.example",
    ] {
        let no = preflight(&server.url, other).await;
        assert_eq!((no.status().as_u16(), allowed(no.headers())), (403, None), "{other}");
        let body: Value = no.json().await.unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN");
    }
    let ask = |origin: &'static str| {
        let request = Client::new().post(format!("{}/graphql", server.url)).header("origin", origin);
        request
            .bearer_auth(app.as_("auditor").token.unwrap())
            .json(&json!({ "query": "{ viewer { name } }" }))
            .send()
    };
    let yes = ask(PORTAL).await.unwrap();
    assert_eq!(allowed(yes.headers()), Some(PORTAL));
    assert!(yes.headers()["access-control-expose-headers"].to_str().unwrap().contains("x-request-id"));
    assert_eq!(allowed(ask("https://evil.example").await.unwrap().headers()), None);

    // A socket is opened by a page of the list and by programs, and by no other page.
    for (origin, status) in [(Some(PORTAL), 101), (None, 101), (Some("https://evil.example"), 403)] {
        assert_eq!(opened(&server.url, origin).await, status, "{origin:?}");
    }
    server.stop().await;
    app.stop().await;
}

/// The status with which a WebSocket is answered that a page of some origin opens.
async fn opened(url: &str, origin: Option<&str>) -> u16 {
    let mut request = Client::new()
        .get(format!("{url}/graphql/ws"))
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-protocol", "graphql-transport-ws");
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    request.send().await.unwrap().status().as_u16()
}

/// JSON goes in and one of two kinds of JSON comes out; forms, uploads, texts and compressed bodies are not taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_json_goes_in_and_out() {
    let app = TestApp::start(Engine::Sqlite).await;
    let server = app.under(production()).await;
    let token = app.as_("auditor").token.unwrap();
    let send = |kind: &'static str, accept: &'static str, coding: Option<&'static str>| {
        let mut request = Client::new()
            .post(format!("{}/graphql", server.url))
            .bearer_auth(&token)
            .header("content-type", kind)
            .header("accept", accept)
            .body("{\"query\":\"{ viewer { name } }\"}");
        if let Some(coding) = coding {
            request = request.header("content-encoding", coding);
        }
        request.send()
    };
    let any = "*/*";
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=utf-16",
        "application/jsonp",
    ] {
        assert_eq!(send(kind, any, None).await.unwrap().status(), 415, "{kind}");
    }
    assert_eq!(send("application/json", any, Some("gzip")).await.unwrap().status(), 415);
    assert_eq!(send("application/json", any, Some("br")).await.unwrap().status(), 415);
    assert_eq!(send("application/json", any, Some("identity")).await.unwrap().status(), 200);
    for accept in ["text/html", "application/xml", "multipart/mixed"] {
        assert_eq!(send("application/json", accept, None).await.unwrap().status(), 406, "{accept}");
    }
    for accept in ["application/json", "application/graphql-response+json"] {
        let answer = send("application/json", accept, None).await.unwrap();
        assert_eq!(answer.headers()["content-type"], format!("{accept}; charset=utf-8"));
    }
    server.stop().await;
    app.stop().await;
}

/// A certificate and its key in a directory of their own, and the certificate for the client to trust.
fn certificate(name: &str) -> (std::path::PathBuf, rustls::pki_types::CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let directory = std::env::temp_dir().join(format!("trialgraph-tls-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("chain.pem"), made.cert.pem()).unwrap();
    std::fs::write(directory.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    (directory, made.cert.der().clone())
}

fn with_tls(directory: &std::path::Path) -> Settings {
    let mut settings = production();
    settings.server.tls_certificate = Some(directory.join("chain.pem"));
    settings.server.tls_key = Some(directory.join("key.pem"));
    settings
}

/// The server speaks TLS itself, and nothing that is older than 1.2.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_speaks_tls_itself() {
    let app = TestApp::start(Engine::Sqlite).await;
    let (directory, trusted) = certificate("one");
    let server = app.under(with_tls(&directory)).await;
    let address = server.url.trim_start_matches("http://").to_owned();

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted).unwrap();
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let mut stream = connector.connect("localhost".try_into().unwrap(), stream).await.unwrap();
    let body = "{\"query\":\"{ viewer { name } }\"}";
    let token = app.as_("auditor").token.unwrap();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // Whether the end is announced by TLS is the connection's matter.
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"name\":\"auditor\""), "{answer}");
    assert!(answer.to_lowercase().contains("strict-transport-security: max-age=31536000"), "{answer}");

    // Who speaks in the clear is not answered, and a handshake that does not come is not waited for.
    let plain = Client::new().get(format!("{}/health/live", server.url)).send().await;
    assert!(plain.is_err());
    server.stop().await;

    // A key that is another certificate's stops the start.
    let (other, _) = certificate("two");
    let mut wrong = with_tls(&directory);
    wrong.server.tls_key = Some(other.join("key.pem"));
    let problem = trialgraph::http::tls::config(&wrong.server).unwrap_err();
    assert!(problem.contains("chain.pem"), "{problem}");
    wrong.server.tls_key = Some(directory.join("chain.pem"));
    assert!(trialgraph::http::tls::config(&wrong.server).unwrap_err().contains("no private key"));
    for directory in [directory, other] {
        std::fs::remove_dir_all(directory).unwrap();
    }
    app.stop().await;
}

/// A socket's messages meet the same limits as bodies do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_meets_the_same_guard() {
    let app = TestApp::start(Engine::Sqlite).await;
    let server = app.under(production()).await;
    let caller = app.as_("data-manager").at(&server.url);
    let mut socket = Socket::connect(&caller).await;
    for (id, attack) in super::corpus::all().into_iter().enumerate() {
        let Ok(Value::Object(payload)) = serde_json::from_slice::<Value>(&attack.body) else { continue };
        let is_asked = payload.get("query").is_some_and(Value::is_string);
        // A stream may be asked for here, and a message of 300 KB is a story of the socket's own.
        if !is_asked || attack.body.len() > 200_000 || attack.name.contains("subscription") {
            continue;
        }
        socket.send(json!({ "type": "subscribe", "id": id.to_string(), "payload": payload })).await;
        loop {
            match socket.next().await {
                tests::Heard::Message(message) => {
                    assert_eq!(message["id"], id.to_string(), "{}", attack.name);
                    let kind = message["type"].as_str().unwrap().to_owned();
                    let payload = &message["payload"];
                    let errors = if kind == "error" { payload } else { &payload["errors"] };
                    for error in errors.as_array().into_iter().flatten() {
                        let code = error["extensions"]["code"].as_str().unwrap();
                        assert!(
                            attack.codes.is_empty()
                                || attack.codes.contains(&code)
                                || code == "BAD_USER_INPUT",
                            "{}: {message}",
                            attack.name
                        );
                    }
                    if kind != "next" {
                        break;
                    }
                }
                // What is too much as a message ends the socket; the next one is as good.
                tests::Heard::Closed(code) => {
                    assert!(matches!(code, 4400 | 1009), "{}: {code}", attack.name);
                    socket = Socket::connect(&caller).await;
                    break;
                }
            }
        }
    }
    caller.ask("{ viewer { name } }").await.ok();
    server.stop().await;
    app.stop().await;
}
