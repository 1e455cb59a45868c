//! Tokens whose signature was verified, so that it is verified once and not with each request.
//!
//! What a token says never changes, and whether it is accepted depends on the keys and the clock alone: what is
//! remembered belongs to one state of the keys and is looked at under the clock of each request. What its subject
//! may do is not remembered at all, nor is any token that was refused.

use super::Caller;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many tokens are remembered.
const TOKENS: usize = 4_096;

/// Verified tokens by their digest; the tokens themselves are not held.
#[derive(Default)]
pub(super) struct Remembered {
    tokens: Mutex<HashMap<Key, Held>>,
}

struct Held {
    caller: Arc<Caller>,
    /// When it was verified, by the clock of the verification.
    verified_at: i64,
}

/// The digest of a token.
pub(super) type Key = [u8; 32];

/// A token's digest.
pub(super) fn key(token: &str) -> Key {
    Sha256::digest(token).into()
}

impl Remembered {
    /// Who a token speaks of, if it was verified before. It may have expired since. Under a clock that was set back
    /// it may not be valid yet: then it is verified again.
    pub(super) fn recall(&self, key: &Key, now: i64) -> Option<Arc<Caller>> {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(key).filter(|held| held.verified_at <= now).map(|held| held.caller.clone())
    }

    /// Remembers a token that was verified at an instant. When there is no room, what expired makes it, or else all.
    pub(super) fn keep(&self, key: Key, caller: &Arc<Caller>, now: i64) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= TOKENS {
            tokens.retain(|_, held| held.caller.expires_at >= now);
        }
        if tokens.len() >= TOKENS {
            tokens.clear();
        }
        tokens.insert(key, Held { caller: caller.clone(), verified_at: now });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(expires_at: i64) -> Arc<Caller> {
        Arc::new(Caller {
            issuer: "urn:made-up".to_owned(),
            subject: "somebody".to_owned(),
            client: None,
            local: true,
            expires_at,
        })
    }

    #[test]
    fn what_is_remembered_is_bounded_and_what_expired_goes_first() {
        let held = Remembered::default();
        let of = |n: usize| key(&n.to_string());
        for n in 0..TOKENS {
            held.keep(of(n), &caller(if n == 0 { 100 } else { 10 }), 0);
        }
        assert!(held.recall(&of(1), 0).is_some());
        held.keep(of(TOKENS), &caller(100), 50);
        assert!(held.recall(&of(1), 50).is_none());
        assert!(held.recall(&of(0), 50).is_some() && held.recall(&of(TOKENS), 50).is_some());
        // Before it was verified nothing is known of it.
        assert!(held.recall(&of(TOKENS), 49).is_none());
        for n in 0..3 * TOKENS {
            held.keep(of(n), &caller(100), 50);
        }
        assert!(held.tokens.lock().unwrap().len() <= TOKENS);
    }
}
