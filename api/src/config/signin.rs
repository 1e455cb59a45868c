//! How people sign in where no identity provider does it. Every bound can be made stricter, none switched off.

use serde::Deserialize;

/// How people sign in here.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignIn {
    /// Minutes that an access token of a session holds, 5 to 10. Default 5.
    pub access_minutes: u64,
    /// Fewest characters of a password, 12 to 64. Default 12.
    pub password_characters: usize,
    /// Kibibytes of memory that hashing a password takes (Argon2id), 19,456 to 1,048,576. Default 19,456.
    pub hash_memory_kib: u32,
    /// Passes over that memory, 2 to 10. Default 2.
    pub hash_passes: u32,
    /// Lanes of it, 1 to 16. Default 1.
    pub hash_lanes: u32,
    /// Passwords that are hashed at the same time, 1 to 64. Default 2.
    pub hashes_at_once: usize,
    /// Failures after which an account is locked for every address but those from which its owner signed in during the last
    /// 30 days, and for each of these by its own count, 1 to 5. Default 5.
    pub failures: u32,
    /// Minutes within which failures count, and for which an account is locked, 15 to 1,440. Default 15.
    pub lock_minutes: u32,
    /// Sign-in requests from one address in a minute, 1 to 1,000. Default 20.
    pub address_per_minute: u32,
    /// Whether to approve what another person proposed takes a proof of at most five minutes ago: `/signin/again` here, or
    /// `acr` and `auth_time` of another issuer. Default false.
    pub prove_to_approve: bool,
    /// Hours that an invitation holds unless the command says otherwise, 1 to 168. Default 24.
    pub invitation_hours: u32,
}

impl Default for SignIn {
    fn default() -> SignIn {
        SignIn {
            access_minutes: 5,
            password_characters: 12,
            hash_memory_kib: 19_456,
            hash_passes: 2,
            hash_lanes: 1,
            hashes_at_once: 2,
            failures: 5,
            lock_minutes: 15,
            address_per_minute: 20,
            prove_to_approve: false,
            invitation_hours: 24,
        }
    }
}

impl SignIn {
    /// One line for each setting that is wrong.
    pub(super) fn problems(&self) -> Vec<String> {
        let rows = [
            ("access_minutes", self.access_minutes, 5, 10),
            ("password_characters", self.password_characters as u64, 12, 64),
            ("hash_memory_kib", self.hash_memory_kib.into(), 19_456, 1_048_576),
            ("hash_passes", self.hash_passes.into(), 2, 10),
            ("hash_lanes", self.hash_lanes.into(), 1, 16),
            ("hashes_at_once", self.hashes_at_once as u64, 1, 64),
            ("failures", self.failures.into(), 1, 5),
            ("lock_minutes", self.lock_minutes.into(), 15, 1_440),
            ("address_per_minute", self.address_per_minute.into(), 1, 1_000),
            ("invitation_hours", self.invitation_hours.into(), 1, 168),
        ];
        rows.into_iter()
            .filter(|(_, value, low, high)| value < low || value > high)
            .map(|(name, value, low, high)| {
                format!("sign_in.{name} is {value}; it must be from {low} to {high}")
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_can_be_made_weaker_than_the_rules_ask() {
        assert_eq!(SignIn::default().problems(), Vec::<String>::new());
        let weak = SignIn {
            access_minutes: 60,
            password_characters: 8,
            hash_memory_kib: 1_024,
            hash_passes: 1,
            failures: 50,
            lock_minutes: 1,
            ..SignIn::default()
        };
        assert_eq!(weak.problems().len(), 6);
        assert_eq!(weak.problems()[0], "sign_in.access_minutes is 60; it must be from 5 to 10");
    }
}
