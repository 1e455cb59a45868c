//! D3: connections are held in bounded number and for a bounded time.

use super::{PATIENCE, production};
use futures_util::StreamExt;
use std::time::Duration;
use tests::{Caller, Engine, Heard, Socket, TestApp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Asks for a WebSocket and says no more. The status, and the connection.
async fn idle(address: String) -> (u16, TcpStream) {
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let request = format!(
        "GET /graphql/ws HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let read = tokio::time::timeout(PATIENCE, stream.read(&mut answer)).await.expect("no answer").unwrap();
    let head = String::from_utf8_lossy(&answer[..read]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.unwrap_or_else(|| panic!("no status in {head:?}"));
    if status != 101 {
        assert!(head.contains("retry-after") && head.contains("\"code\":\""), "{head}");
    }
    (status, stream)
}

/// A thousand sockets that say nothing: so many are taken, the rest is told so, the taken ones are closed in time,
/// and an honest caller is answered all the while.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_idle_sockets_harm_nobody() {
    let app = TestApp::start(Engine::Sqlite).await;
    for (each, all, refused) in [(50, 1_000, 429), (1_000, 50, 503)] {
        let mut settings = production();
        settings.limits.sockets = all;
        settings.limits.sockets_per_address = each;
        settings.limits.socket_init_seconds = 3;
        let server = app.under(settings).await;
        let address = server.url.trim_start_matches("http://").to_owned();
        let honest = app.as_("coordinator-sh01").at(&server.url);
        let storm = futures_util::stream::iter((0..1_000).map(|_| idle(address.clone())))
            .buffer_unordered(100)
            .collect::<Vec<_>>();
        let asking = async {
            for _ in 0..20 {
                let asked = tokio::time::timeout(PATIENCE, honest.ask("{ viewer { name } }")).await;
                asked.expect("an honest caller waits").ok();
            }
        };
        let (sockets, ()) = tokio::join!(storm, asking);
        let taken = sockets.iter().filter(|(status, _)| *status == 101).count();
        let told = sockets.iter().filter(|(status, _)| *status == refused).count();
        assert!((50..=200).contains(&taken), "{taken} of 1,000 were taken");
        assert_eq!(taken + told, 1_000);
        assert!(server.app.counters.sockets() <= 50);

        // Those that were taken end by themselves, and their places are free again.
        for (_, mut stream) in sockets {
            let mut rest = Vec::new();
            let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
            let _ = read.expect("an idle socket is kept");
        }
        for _ in 0..100 {
            if server.app.counters.sockets() == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(server.app.counters.sockets(), 0);
        drop(Socket::connect(&honest).await);
        server.stop().await;
    }
    app.stop().await;
}

/// One person has so many sockets; one more is closed with a reason, and somebody else's is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_has_so_many_sockets() {
    let app = TestApp::start(Engine::Sqlite).await;
    let mut settings = production();
    settings.limits.sockets_per_caller = 2;
    let server = app.under(settings).await;
    let at = |name: &str| -> Caller { app.as_(name).at(&server.url) };
    let first = Socket::connect(&at("auditor")).await;
    let _second = Socket::connect(&at("auditor")).await;
    let mut third = Socket::open(&at("auditor")).await;
    let token = at("auditor").token;
    third.send(serde_json::json!({ "type": "connection_init", "payload": { "token": token } })).await;
    assert_eq!(third.next().await, Heard::Closed(1013));
    let _other = Socket::connect(&at("data-manager")).await;
    drop(first);
    for _ in 0..100 {
        let mut again = Socket::open(&at("auditor")).await;
        again.send(serde_json::json!({ "type": "connection_init", "payload": { "token": token } })).await;
        match again.next().await {
            Heard::Message(_) => {
                server.stop().await;
                return app.stop().await;
            }
            Heard::Closed(code) => assert_eq!(code, 1013),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("a place that was left is not free again");
}
