//! How often somebody may ask, and how much of theirs may go on at the same time.
//!
//! A [`Rate`] lets a quota through in a minute and fills up evenly (GCRA: one instant per key says all). A
//! [`Places`] has so many places for each key, free again when they are dropped.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The time in which a quota is counted.
pub const WINDOW: Duration = Duration::from_secs(60);

/// Keys that are remembered at most. Whoever comes beyond shares one quota with all who do.
const REMEMBERED: usize = 100_000;

/// Where a key stands after it was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How many are allowed in a [`WINDOW`].
    pub quota: u32,
    /// How many are left at this moment.
    pub remaining: u32,
    /// When nothing of the quota will be used any more.
    pub full_in: Duration,
    /// When the next one is let through; none when this one was.
    pub retry_in: Option<Duration>,
}

impl Standing {
    /// Whole seconds to wait, at least one.
    pub fn retry_seconds(&self) -> Option<u64> {
        self.retry_in.map(|wait| wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).map(|wait| wait.max(1))
    }
}

/// A quota for each key.
#[derive(Debug)]
pub struct Rate<K> {
    quota: u32,
    held: Mutex<Held<K>>,
}

/// Until when the quota of each key is used up, evenly spread.
#[derive(Debug)]
struct Held<K> {
    used: HashMap<K, Instant>,
    others: Option<Instant>,
    swept: Option<Instant>,
}

impl<K: Copy + Eq + Hash> Held<K> {
    /// Forgets the keys that use nothing, once a second at most: an attacker chooses how often this is asked for.
    fn sweep(&mut self, now: Instant) {
        if self.swept.is_none_or(|swept| now.saturating_duration_since(swept) >= Duration::from_secs(1)) {
            self.used.retain(|_, used| *used > now);
            self.swept = Some(now);
        }
    }
}

impl<K: Copy + Eq + Hash> Rate<K> {
    /// Lets `quota` through in a [`WINDOW`], for each key.
    pub fn new(quota: u32) -> Rate<K> {
        Rate {
            quota: quota.max(1),
            held: Mutex::new(Held { used: HashMap::new(), others: None, swept: None }),
        }
    }

    /// Counts one more of a key, if it is let through.
    pub fn count(&self, key: K, now: Instant) -> Standing {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let used = match held.used.get(&key) {
            Some(used) => Some(*used),
            None if held.used.len() < REMEMBERED => None,
            None => {
                held.sweep(now);
                if held.used.len() >= REMEMBERED { held.others } else { None }
            }
        };
        let (standing, used) = self.judge(used.map_or(now, |used| used.max(now)), now);
        if held.used.len() < REMEMBERED || held.used.contains_key(&key) {
            held.used.insert(key, used);
        } else {
            held.others = Some(used);
        }
        standing
    }

    /// Where a key stands whose quota is used up to an instant, and up to when it is used afterwards.
    fn judge(&self, used: Instant, now: Instant) -> (Standing, Instant) {
        let each = WINDOW / self.quota;
        let after = used + each;
        let beyond = after.saturating_duration_since(now + WINDOW);
        let refused = beyond > Duration::ZERO;
        let used = if refused { used } else { after };
        let taken = used.saturating_duration_since(now);
        let left = WINDOW.saturating_sub(taken).as_nanos() / each.as_nanos().max(1);
        let remaining = u32::try_from(left).unwrap_or(u32::MAX).min(self.quota);
        let standing =
            Standing { quota: self.quota, remaining, full_in: taken, retry_in: refused.then_some(beyond) };
        (standing, used)
    }
}

/// Places for each key. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Places<K> {
    each: usize,
    all: usize,
    taken: Arc<Mutex<Taken<K>>>,
}

#[derive(Debug)]
struct Taken<K> {
    by: HashMap<K, usize>,
    all: usize,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPlace {
    /// The key has all of its own.
    OfKey,
    /// All are taken, whosever they are.
    AtAll,
}

/// A place that is taken until this is dropped.
#[derive(Debug)]
pub struct Place<K: Eq + Hash> {
    key: K,
    taken: Arc<Mutex<Taken<K>>>,
}

impl<K: Copy + Eq + Hash> Places<K> {
    /// So many places for each key, and so many in all.
    pub fn new(each: usize, all: usize) -> Places<K> {
        Places { each, all, taken: Arc::new(Mutex::new(Taken { by: HashMap::new(), all: 0 })) }
    }

    /// Takes a place.
    ///
    /// # Errors
    /// When there is none.
    pub fn take(&self, key: K) -> Result<Place<K>, NoPlace> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.all >= self.all {
            return Err(NoPlace::AtAll);
        }
        let own = taken.by.entry(key).or_insert(0);
        if *own >= self.each {
            return Err(NoPlace::OfKey);
        }
        *own += 1;
        taken.all += 1;
        Ok(Place { key, taken: self.taken.clone() })
    }

    /// How many places are taken.
    pub fn taken(&self) -> usize {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).all
    }
}

impl<K: Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        if let Some(own) = taken.by.get_mut(&self.key) {
            *own -= 1;
            if *own == 0 {
                taken.by.remove(&self.key);
            }
        }
    }
}

/// The address that a client counts under: whoever has one address of an IPv6 network has 2^64.
pub fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_let_through_at_once_and_fills_up_evenly() {
        let (rate, start) = (Rate::new(60), Instant::now());
        for left in (0..60).rev() {
            let standing = rate.count("a", start);
            assert_eq!((standing.retry_in, standing.remaining, standing.quota), (None, left, 60));
        }
        let refused = rate.count("a", start);
        assert_eq!((refused.retry_in, refused.remaining), (Some(Duration::from_secs(1)), 0));
        assert_eq!((refused.retry_seconds(), refused.full_in), (Some(1), WINDOW));
        // A refusal costs nothing; after a second there is one again, and one only.
        let later = start + Duration::from_secs(1);
        assert_eq!(rate.count("a", later).retry_in, None);
        assert!(rate.count("a", later).retry_in.is_some());
        assert_eq!(rate.count("b", later).remaining, 59);
        assert_eq!(rate.count("a", start + Duration::from_secs(200)).remaining, 59);
    }

    #[test]
    fn whoever_comes_when_nobody_more_can_be_remembered_shares_a_quota() {
        let (rate, start) = (Rate::new(2), Instant::now());
        for key in 0..REMEMBERED {
            assert_eq!(rate.count(key, start).retry_in, None);
        }
        assert_eq!(rate.count(REMEMBERED, start).retry_in, None);
        assert_eq!(rate.count(REMEMBERED + 1, start).retry_in, None);
        assert!(rate.count(REMEMBERED + 2, start).retry_in.is_some());
        assert_eq!(rate.count(7, start).retry_in, None, "who is remembered keeps the own quota");
        // The forgotten make room.
        assert_eq!(rate.count(REMEMBERED + 2, start + WINDOW).retry_in, None);
        assert!(rate.held.lock().unwrap().used.len() < 10);
    }

    #[test]
    fn places_are_free_again_when_they_are_dropped() {
        let places = Places::new(2, 3);
        let mine: Vec<_> = (0..2).map(|_| places.take("a").unwrap()).collect();
        assert_eq!(places.take("a").unwrap_err(), NoPlace::OfKey);
        let other = places.take("b").unwrap();
        assert_eq!(places.take("c").unwrap_err(), NoPlace::AtAll);
        drop(other);
        drop(mine);
        assert_eq!(places.taken(), 0);
        assert!(places.taken.lock().unwrap().by.is_empty());
        assert!(places.take("a").is_ok());
    }

    #[test]
    fn an_address_of_ipv6_counts_by_its_network() {
        let of = |text: &str| counted(text.parse().unwrap()).to_string();
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }
}
