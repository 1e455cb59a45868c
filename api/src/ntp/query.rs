//! One question to a time server: a client's packet of SNTP (RFC 5905, section 14) and what its answer says.

use chrono::{DateTime, Utc};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::UdpSocket;

/// Bytes of a packet without extensions.
const PACKET: usize = 48;
/// Leap indicator 0, version 4, mode 3: a client asks.
const ASKS: u8 = 0b00_100_011;
/// Seconds from 1900, where NTP counts from, to 1970.
const EPOCH: i64 = 2_208_988_800;
/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Microseconds by which the server's time is ahead of ours.
    pub offset_micros: i64,
    /// Microseconds that question and answer were on the way.
    pub delay_micros: i64,
}

/// A moment as NTP writes it: seconds since 1900 and their fractions, each in 32 bits. It begins anew every 136 years,
/// so that only differences mean something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp(u64);

impl Stamp {
    fn of(at: DateTime<Utc>) -> Stamp {
        let seconds = at.timestamp().wrapping_add(EPOCH) as u64;
        let fraction = (u64::from(at.timestamp_subsec_nanos()) << 32) / 1_000_000_000;
        Stamp((seconds << 32) | fraction)
    }

    /// Microseconds from another moment to this one, however often the count began anew.
    fn since(self, other: Stamp) -> i64 {
        let ticks = self.0.wrapping_sub(other.0).cast_signed();
        let micros = (i128::from(ticks) * 1_000_000) >> 32;
        i64::try_from(micros).unwrap_or(i64::MAX)
    }
}

/// Asks one server. `now` reads the clock that is compared with it.
///
/// # Errors
/// Why there is no answer that counts, for the log.
pub async fn ask(server: SocketAddr, now: impl Fn() -> DateTime<Utc>) -> Result<Answer, String> {
    let any = if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let failed = |error: std::io::Error| error.to_string();
    let socket = UdpSocket::bind(any).await.map_err(failed)?;
    // From here on the system drops what anybody else sends.
    socket.connect(server).await.map_err(failed)?;
    // Our own time stays here: the server sends back what it was sent, and a number that cannot be guessed shows that
    // an answer is one to this question.
    let mark: u64 = rand::random();
    let mut packet = [0; PACKET];
    packet[0] = ASKS;
    packet[40..].copy_from_slice(&mark.to_be_bytes());
    let sent = Stamp::of(now());
    socket.send(&packet).await.map_err(failed)?;
    let answer = async {
        loop {
            let mut heard = [0; 512];
            let length = socket.recv(&mut heard).await.map_err(failed)?;
            let received = Stamp::of(now());
            if let Some(read) = read(&heard[..length], mark)? {
                return Ok(read.compare(sent, received));
            }
        }
    };
    tokio::time::timeout(PATIENCE, answer).await.map_err(|_| "no answer in time".to_owned())?
}

/// When the server received the question and sent the answer, by its clock.
struct Read {
    arrived: Stamp,
    left: Stamp,
}

impl Read {
    fn compare(&self, sent: Stamp, received: Stamp) -> Answer {
        let (there, back) = (self.arrived.since(sent), self.left.since(received));
        Answer {
            offset_micros: there.midpoint(back),
            delay_micros: received.since(sent) - self.left.since(self.arrived),
        }
    }
}

/// Reads a packet; none for one that answers another question.
fn read(packet: &[u8], mark: u64) -> Result<Option<Read>, String> {
    let stamp = |at: usize| {
        packet.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map(u64::from_be_bytes).map(Stamp)
    };
    let (Some(original), Some(arrived), Some(left)) = (stamp(24), stamp(32), stamp(40)) else {
        return Err(format!("an answer of {} bytes", packet.len()));
    };
    if original.0 != mark {
        return Ok(None);
    }
    let (leap, mode, stratum) = (packet[0] >> 6, packet[0] & 0b111, packet[1]);
    match (mode, stratum) {
        // The server says that it wants to be left alone, or why it does not answer.
        (4, 0) => Err(format!("sent away: {}", String::from_utf8_lossy(&packet[12..16]))),
        (4, 1..=15) if leap == 3 || left.0 == 0 => Err("the server's own clock is not set".to_owned()),
        (4, 1..=15) => Ok(Some(Read { arrived, left })),
        (mode, stratum) => Err(format!("an answer of mode {mode} and stratum {stratum}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// RFC 5905, figure 10: offset ((T2 - T1) + (T3 - T4)) / 2, delay (T4 - T1) - (T3 - T2).
    #[test]
    fn offset_and_delay_are_those_of_the_standard() {
        let read = Read {
            arrived: Stamp::of(at("2026-11-25T12:00:03.540Z")),
            left: Stamp::of(at("2026-11-25T12:00:03.550Z")),
        };
        let answer =
            read.compare(Stamp::of(at("2026-11-25T12:00:00Z")), Stamp::of(at("2026-11-25T12:00:00.090Z")));
        // (3.540 + 3.460) / 2 and 0.090 - 0.010 seconds; a tick of NTP is a quarter of a nanosecond.
        assert!((answer.offset_micros - 3_500_000).abs() <= 1, "{answer:?}");
        assert!((answer.delay_micros - 80_000).abs() <= 2, "{answer:?}");
    }

    /// The count begins anew on 7 February 2036 at 06:28:16.
    #[test]
    fn a_new_era_is_no_difference() {
        let before = Stamp::of(at("2036-02-07T06:28:15.750Z"));
        let after = Stamp::of(at("2036-02-07T06:28:16.250Z"));
        assert!(after.0 < before.0);
        assert_eq!((after.since(before), before.since(after)), (500_000, -500_000));
        assert_eq!(Stamp::of(at("1970-01-01T00:00:00Z")).0 >> 32, 2_208_988_800);
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let packet = |first: u8, stratum: u8| {
            let mut packet = [7; PACKET];
            packet[..2].copy_from_slice(&[first, stratum]);
            packet[12..16].copy_from_slice(b"RATE");
            packet
        };
        let mark = u64::from_be_bytes([7; 8]);
        assert!(read(&packet(0b00_100_100, 2), mark).unwrap().is_some());
        assert!(read(&packet(0b00_100_100, 2), mark + 1).unwrap().is_none(), "an answer to somebody else");
        let says = |packet: &[u8]| read(packet, mark).err().unwrap();
        assert!(says(&packet(0b00_100_100, 0)).contains("RATE"));
        assert!(says(&packet(0b11_100_100, 2)).contains("not set"));
        assert!(says(&packet(0b00_100_011, 2)).contains("mode 3"));
        assert!(says(&packet(0b00_100_100, 16)).contains("stratum 16"));
        assert!(says(&packet(0b00_100_100, 2)[..47]).contains("47 bytes"));
    }
}
