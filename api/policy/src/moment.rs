//! What a decision may not draw for itself: the time, and the material of ids and salts.

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// The instant of a command with 32 random bytes. The same moment gives the same ids and salts, so a
/// decision can be repeated to the byte.
#[derive(Clone, Debug)]
pub struct Moment {
    now: DateTime<Utc>,
    seed: [u8; 32],
}

impl Moment {
    /// A moment at an instant, cut to microseconds, with fresh random bytes.
    pub fn new(now: DateTime<Utc>, seed: [u8; 32]) -> Moment {
        Moment { now: now.trunc_subsecs(6), seed }
    }

    /// The instant, in UTC with microseconds.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The same random material at a later instant: an entry is never older than the one before it.
    #[must_use]
    pub fn not_before(&self, earliest: DateTime<Utc>) -> Moment {
        Moment { now: self.now.max(earliest), seed: self.seed }
    }

    /// The calendar day in a zone.
    pub fn date(&self, zone: Tz) -> NaiveDate {
        self.now.with_timezone(&zone).date_naive()
    }

    /// Fresh ids for a purpose. Two purposes never share an id.
    pub fn ids(&self, purpose: &'static str) -> Ids<'_> {
        Ids { moment: self, purpose, next: 0 }
    }

    /// The salt of the change at a position of an entry of a stream.
    pub fn salt(&self, stream: &str, position: usize) -> [u8; 32] {
        self.draw("salt", stream, position)
    }

    /// Random bytes for something that is kept secret, and destroyed with it.
    pub fn secret(&self, purpose: &'static str) -> [u8; 32] {
        self.draw("secret", purpose, 0)
    }

    fn draw(&self, kind: &str, purpose: &str, index: usize) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.seed);
        for part in [kind, purpose] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.update((index as u64).to_be_bytes());
        hash.finalize().into()
    }
}

/// Random row ids (UUIDv4), in order.
#[derive(Debug)]
pub struct Ids<'m> {
    moment: &'m Moment,
    purpose: &'static str,
    next: usize,
}

impl Ids<'_> {
    /// The next id.
    pub fn draw(&mut self) -> Uuid {
        let bytes = self.moment.draw("id", self.purpose, self.next);
        self.next += 1;
        let mut id = [0; 16];
        id.copy_from_slice(&bytes[..16]);
        Builder::from_random_bytes(id).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_repeat_with_the_moment_and_never_within_it() {
        let moment = Moment::new(DateTime::UNIX_EPOCH, [7; 32]);
        let draw = |purpose| {
            let mut ids = moment.ids(purpose);
            [ids.draw(), ids.draw()]
        };
        assert_eq!(draw("a"), draw("a"));
        assert_ne!(draw("a")[0], draw("a")[1]);
        assert_ne!(draw("a"), draw("b"));
        assert_eq!(draw("a")[0].get_version_num(), 4);
        assert_ne!(moment.salt("portal", 0), moment.salt("portal", 1));
    }

    /// P11-11: time is UTC with microseconds.
    #[test]
    fn time_is_cut_to_microseconds() {
        let fine = DateTime::from_timestamp_nanos(1_700_000_000_123_456_789);
        assert_eq!(Moment::new(fine, [0; 32]).now().timestamp_subsec_nanos(), 123_456_000);
    }
}
