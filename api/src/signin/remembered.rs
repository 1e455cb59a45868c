//! Tokens whose signature was verified, so that it is verified once and not with each request.
//!
//! What a token says never changes, and whether it is accepted depends on the keys and the clock alone: what is
//! remembered belongs to one state of its issuer's keys and is looked at under the clock of each request. What its
//! subject may do and whether its session goes on is not remembered at all, nor is any token that was refused.

use super::Caller;
use super::jws::Keys;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many tokens are remembered.
const TOKENS: usize = 4_096;

/// Verified tokens by their digest; the tokens themselves are not held.
#[derive(Default)]
pub(super) struct Remembered {
    tokens: Mutex<HashMap<Key, Arc<Held>>>,
}

/// A token that was verified.
pub(super) struct Held {
    /// Whom it speaks of.
    pub caller: Arc<Caller>,
    /// The key that verified it.
    pub kid: String,
    /// The keys of its issuer as they stood then. Other keys are another state, even when they hold the same.
    pub keys: Arc<Keys>,
    /// When it was verified, by the clock of the verification.
    pub verified_at: i64,
}

/// The digest of a token.
pub(super) type Key = [u8; 32];

/// A token's digest.
pub(super) fn key(token: &str) -> Key {
    Sha256::digest(token).into()
}

impl Remembered {
    /// What is known of a token, if it was verified before. It may have expired since, and its issuer may have other
    /// keys. Under a clock that was set back it may not be valid yet: then it is verified again.
    pub(super) fn recall(&self, key: &Key, now: i64) -> Option<Arc<Held>> {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(key).filter(|held| held.verified_at <= now).cloned()
    }

    /// Remembers a token that was verified. When there is no room, what expired makes it, or else all.
    pub(super) fn keep(&self, key: Key, held: Held) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= TOKENS {
            tokens.retain(|_, other| other.caller.expires_at >= held.verified_at);
        }
        if tokens.len() >= TOKENS {
            tokens.clear();
        }
        tokens.insert(key, Arc::new(held));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(expires_at: i64, verified_at: i64) -> Held {
        let caller = Arc::new(Caller {
            issuer: "urn:made-up".to_owned(),
            subject: "somebody".to_owned(),
            client: None,
            local: true,
            expires_at,
            session: None,
            epoch: 0,
            auth_time: None,
            acr: None,
            scopes: None,
            client_key: None,
        });
        Held { caller, kid: "made-up".to_owned(), keys: Arc::default(), verified_at }
    }

    #[test]
    fn what_is_remembered_is_bounded_and_what_expired_goes_first() {
        let remembered = Remembered::default();
        let of = |n: usize| key(&n.to_string());
        for n in 0..TOKENS {
            remembered.keep(of(n), held(if n == 0 { 100 } else { 10 }, 0));
        }
        assert!(remembered.recall(&of(1), 0).is_some());
        remembered.keep(of(TOKENS), held(100, 50));
        assert!(remembered.recall(&of(1), 50).is_none());
        assert!(remembered.recall(&of(0), 50).is_some() && remembered.recall(&of(TOKENS), 50).is_some());
        // Before it was verified nothing is known of it.
        assert!(remembered.recall(&of(TOKENS), 49).is_none());
        for n in 0..3 * TOKENS {
            remembered.keep(of(n), held(100, 50));
        }
        assert!(remembered.tokens.lock().unwrap().len() <= TOKENS);
    }
}
