//! How far the clock that entries are dated by is from the time that servers tell (P11-13).
//!
//! Invariant: without configured servers nothing is asked, and the offset is unknown (P11-58).

pub mod query;

use crate::config::Clocks;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Clock;

/// Milliseconds from which the clock is not to be trusted.
const ALARM_MILLIS: i64 = 1_000;
/// The port of NTP.
const PORT: u16 = 123;

/// The last offset that was measured. Copies share it.
#[derive(Clone, Debug, Default)]
pub struct Offset(Arc<Mutex<Option<i64>>>);

impl Offset {
    /// Milliseconds by which the servers are ahead of our clock; none when nobody was asked or nobody answered.
    pub fn millis(&self) -> Option<i64> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the clock is off by more than a second.
    pub fn alarms(&self) -> bool {
        self.millis().is_some_and(|millis| millis.abs() > ALARM_MILLIS)
    }

    fn set(&self, millis: Option<i64>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = millis;
    }
}

/// Asks at once and then again and again, until the runtime that it runs on ends.
pub async fn watch(settings: Clocks, clock: Clock, offset: Offset) {
    let every = Duration::from_secs(settings.ntp_minutes * 60);
    loop {
        let measured = measure(&settings.ntp_servers, &clock).await;
        offset.set(measured);
        match measured {
            Some(millis) if offset.alarms() => {
                tracing::warn!(offset_millis = millis, "the clock is off by more than a second");
            }
            Some(millis) => tracing::debug!(offset_millis = millis, "the clock was compared"),
            None => tracing::warn!("no time server answered: the clock's offset is unknown"),
        }
        tokio::time::sleep(every).await;
    }
}

/// The median of what the servers say, in milliseconds: one that is wrong alone changes nothing among three.
async fn measure(servers: &[String], clock: &Clock) -> Option<i64> {
    let mut offsets = Vec::new();
    for server in servers {
        match ask(server, clock).await {
            Ok(answer) => offsets.push(answer.offset_micros),
            Err(why) => tracing::warn!(server, error = why, "a time server gave no answer that counts"),
        }
    }
    offsets.sort_unstable();
    let (low, high) = (offsets.get(offsets.len().checked_sub(1)? / 2)?, offsets.get(offsets.len() / 2)?);
    Some((low.midpoint(*high) + 500).div_euclid(1_000))
}

async fn ask(server: &str, clock: &Clock) -> Result<query::Answer, String> {
    let named = if has_port(server) { server.to_owned() } else { format!("{server}:{PORT}") };
    let mut addresses = tokio::net::lookup_host(named).await.map_err(|error| error.to_string())?;
    let address = addresses.next().ok_or_else(|| "the name has no address".to_owned())?;
    query::ask(address, || clock.now()).await
}

/// Whether a server is named with its port: `HOST:PORT`, or `[ADDRESS]:PORT` of IPv6.
fn has_port(server: &str) -> bool {
    let port = |text: &str| text.parse::<u16>().is_ok();
    server
        .rsplit_once(':')
        .is_some_and(|(host, last)| port(last) && (!host.contains(':') || host.ends_with(']')))
}

/// Whether a text names a server.
pub(crate) fn is_server(text: &str) -> bool {
    let host = if has_port(text) { text.rsplit_once(':').map_or(text, |(host, _)| host) } else { text };
    let named =
        |host: &str| !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    let numbered = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    numbered.map_or_else(|| named(host), |address| address.parse::<std::net::Ipv6Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::UdpSocket;

    /// A server that answers with its clock ahead by some seconds.
    async fn server(ahead: i64) -> String {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            let mut asked = [0; 48];
            while let Ok((48, client)) = socket.recv_from(&mut asked).await {
                let now = Clock::default().now();
                let seconds = (now.timestamp() + 2_208_988_800 + ahead) as u64;
                let fraction = (u64::from(now.timestamp_subsec_nanos()) << 32) / 1_000_000_000;
                let now = ((seconds << 32) | fraction).to_be_bytes();
                let mut answer = [0; 48];
                answer[..2].copy_from_slice(&[0b00_100_100, 2]);
                answer[24..32].copy_from_slice(&asked[40..]);
                answer[32..40].copy_from_slice(&now);
                answer[40..].copy_from_slice(&now);
                socket.send_to(&answer, client).await.unwrap();
            }
        });
        address
    }

    fn about(millis: Option<i64>, expected: i64) -> bool {
        millis.is_some_and(|millis| (millis - expected).abs() < 500)
    }

    /// P11-13: a skewed clock is measured, whoever is skewed.
    #[tokio::test]
    async fn a_skewed_clock_is_measured() {
        let (right, wrong) = (server(0).await, server(90).await);
        let clock = Clock::default();
        assert!(about(measure(std::slice::from_ref(&right), &clock).await, 0));
        assert!(about(measure(std::slice::from_ref(&wrong), &clock).await, 90_000));
        let servers = [right.clone(), wrong, right.clone()];
        assert!(about(measure(&servers, &clock).await, 0), "one that is wrong alone changes nothing");
        clock.shift(chrono::Duration::seconds(7));
        assert!(about(measure(&[right], &clock).await, -7_000));
    }

    /// Nobody is asked unless somebody is named, and who does not answer tells nothing.
    #[tokio::test]
    async fn without_an_answer_the_offset_is_unknown() {
        assert_eq!(measure(&[], &Clock::default()).await, None);
        let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let named = silent.local_addr().unwrap().to_string();
        assert_eq!(measure(&[named], &Clock::default()).await, None);
        assert_eq!(Offset::default().millis(), None);
        assert!(!Offset::default().alarms());
    }

    #[test]
    fn servers_are_named_with_or_without_a_port() {
        for (text, is, port) in [
            ("time.example.org", true, false),
            ("time.example.org:1123", true, true),
            ("192.0.2.1", true, false),
            ("[2001:db8::1]:123", true, true),
            ("[2001:db8::1]", true, false),
            ("", false, false),
            (":123", false, true),
            ("http://time.example.org", false, false),
            ("[2001:db8::x]:123", false, true),
            ("a b", false, false),
        ] {
            assert_eq!((is_server(text), has_port(text)), (is, port), "{text}");
        }
    }
}
