//! P11-13: how far the clock is off is told by health and metrics; P11-58: unless a server is named, nobody is asked.

use serde_json::{Value, json};
use std::net::UdpSocket;
use std::time::Duration;
use tests::both;

/// A time server whose clock is ahead by some seconds. It ends with the process.
fn time_server(ahead: i64) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let mut asked = [0_u8; 48];
        while let Ok((48, client)) = socket.recv_from(&mut asked) {
            assert_eq!(asked[0] & 0b111, 3, "a client asks");
            let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
            let seconds = u32::try_from(since.as_secs() as i64 + 2_208_988_800 + ahead).unwrap();
            let fraction = ((u64::from(since.subsec_nanos()) << 32) / 1_000_000_000) as u32;
            let mut answer = [0_u8; 48];
            answer[0] = 0b00_100_100;
            answer[1] = 1;
            answer[24..32].copy_from_slice(&asked[40..]);
            for at in [32, 40] {
                answer[at..at + 4].copy_from_slice(&seconds.to_be_bytes());
                answer[at + 4..at + 8].copy_from_slice(&fraction.to_be_bytes());
            }
            socket.send_to(&answer, client).unwrap();
        }
    });
    address
}

async fn health(server: &tests::Server) -> Value {
    let (status, text) = server.get("/health/ready").await;
    assert_eq!(status, 200, "a clock that is off is no reason not to answer");
    serde_json::from_str(&text).unwrap()
}

async fn metric(server: &tests::Server, name: &str) -> String {
    let (_, text) = server.get("/metrics").await;
    let found = text.lines().find_map(|line| line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')));
    found.unwrap_or_else(|| panic!("no {name} in {text}")).to_owned()
}

/// The offset once it is known.
async fn offset(server: &tests::Server) -> i64 {
    for _ in 0..100 {
        if let Some(millis) = health(server).await["clockOffsetMillis"].as_i64() {
            return millis;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the offset stays unknown")
}

both! {
    async fn a_skewed_clock_is_told_and_an_unknown_one_is_not_guessed(app: &TestApp) {
        let ready = health(&app.server).await;
        assert_eq!((&ready["clockOffsetMillis"], &ready["clockAlarm"]), (&json!("unknown"), &json!(false)));
        assert_eq!(metric(&app.server, "trialgraph_clock_offset_milliseconds").await, "NaN");

        for (ahead, alarm) in [(0, false), (5, true), (-5, true)] {
            let named = time_server(ahead);
            let mut settings = tests::server::generous();
            settings.clock.ntp_servers = vec![named];
            let server = app.under(settings).await;
            let millis = offset(&server).await;
            assert!((millis - ahead * 1_000).abs() < 900, "{millis} ms for {ahead} s");
            assert_eq!(health(&server).await["clockAlarm"], alarm);
            let told: i64 = metric(&server, "trialgraph_clock_offset_milliseconds").await.parse().unwrap();
            assert_eq!((told, metric(&server, "trialgraph_clock_alarm").await), (millis, u8::from(alarm).to_string()));
            server.stop().await;
        }
    }
}
