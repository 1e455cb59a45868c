//! Passwords: what is taken as one (NIST SP 800-63B), and how it is kept (Argon2id).
//!
//! Invariant: hashing runs off the workers, and so much memory of it at a time as the settings say.

use crate::config::SignIn;
use crate::failure::{Code, Failure};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;
use zxcvbn::{Score, zxcvbn};

/// Most bytes of a password.
const BYTES_MAX: usize = 256;
/// How long somebody waits for their password to be hashed before they are asked to come again.
const PATIENCE: Duration = Duration::from_secs(10);

/// Words that passwords are made of too often.
const COMMON: &str = include_str!("common.txt");

/// The least strength of a new password, on zxcvbn's scale of 0 to 4: more than ten thousand million guesses by somebody who
/// knows what people choose, which takes years at the pace that hashing allows.
const LEAST: Score = Score::Four;

/// Hashes passwords and compares them.
pub struct Hasher {
    argon2: Argon2<'static>,
    /// A hash of nothing that anybody knows: compared with when there is no account, so that it takes as long.
    nobody: String,
    places: Arc<Semaphore>,
    hashed: AtomicU64,
}

/// What became of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compared {
    /// It is the password.
    Same {
        /// Whether its hash is cheaper than the settings ask for.
        outdated: bool,
    },
    /// It is another one, or there is none.
    Different,
}

fn broken(what: &str) -> Failure {
    Failure::internal(format!("a password cannot be {what}"))
}

/// A password as it is hashed: what looks the same is the same.
fn normal(password: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(password.nfc().collect::<String>().into_bytes())
}

impl Hasher {
    /// Hashes as the settings say.
    ///
    /// # Errors
    /// What is wrong with the settings, for the operator.
    pub fn new(settings: &SignIn) -> Result<Hasher, String> {
        let wrong = |what: &dyn std::fmt::Display| format!("sign_in: passwords cannot be hashed: {what}");
        let (memory, passes, lanes) = (settings.hash_memory_kib, settings.hash_passes, settings.hash_lanes);
        let params = Params::new(memory, passes, lanes, None).map_err(|error| wrong(&error))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let unknown: [u8; 32] = rand::random();
        let nobody = hashed(&argon2, &unknown).ok_or_else(|| wrong(&"no hash"))?;
        Ok(Hasher {
            argon2,
            nobody,
            places: Arc::new(Semaphore::new(settings.hashes_at_once)),
            hashed: AtomicU64::new(0),
        })
    }

    /// The hash of a new password.
    ///
    /// # Errors
    /// UNAVAILABLE when too many are hashed.
    pub async fn hash(&self, password: &str) -> Result<String, Failure> {
        let (argon2, password) = (self.argon2.clone(), normal(password));
        self.alone(move || hashed(&argon2, &password)).await?.ok_or_else(|| broken("hashed"))
    }

    /// Compares a password with a hash. Without a hash it takes as long, and is different.
    ///
    /// # Errors
    /// UNAVAILABLE when too many are hashed.
    pub async fn compare(&self, password: &str, hash: Option<&str>) -> Result<Compared, Failure> {
        let (argon2, password) = (self.argon2.clone(), normal(password));
        let (known, hash) = (hash.is_some(), hash.unwrap_or(&self.nobody).to_owned());
        self.alone(move || {
            let parsed = PasswordHash::new(&hash).ok()?;
            let same = argon2.verify_password(&password, &parsed).is_ok() && known;
            let held = Params::try_from(&parsed).ok()?;
            let asked = argon2.params();
            let outdated = held.m_cost() < asked.m_cost() || held.t_cost() < asked.t_cost();
            Some(if same { Compared::Same { outdated } } else { Compared::Different })
        })
        .await?
        .ok_or_else(|| broken("compared"))
    }

    /// How often passwords were hashed, to set or to compare them.
    pub fn hashed(&self) -> u64 {
        self.hashed.load(Ordering::Relaxed)
    }

    async fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        self.hashed.fetch_add(1, Ordering::Relaxed);
        let busy = || Failure::new(Code::Unavailable, "too many people sign in at this moment: try again");
        let place = tokio::time::timeout(PATIENCE, self.places.clone().acquire_owned()).await;
        let place = place.map_err(|_| busy())?.map_err(|_| busy())?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        });
        done.await.map_err(|_| broken("worked on"))
    }
}

fn hashed(argon2: &Argon2<'_>, password: &[u8]) -> Option<String> {
    let salt: [u8; 16] = rand::random();
    argon2.hash_password_with_salt(password, &salt).ok().map(|hash| hash.to_string())
}

/// Whether a password is taken as a new one.
///
/// # Errors
/// What is wrong with it.
pub fn check(password: &str, name: &str, settings: &SignIn) -> Result<(), Failure> {
    let refuse = |why: String| Err(Failure::bad_input(format!("the new password is not taken: {why}")));
    let least = settings.password_characters;
    if password.nfc().count() < least {
        return refuse(format!("it needs at least {least} characters"));
    }
    if password.len() > BYTES_MAX {
        return refuse(format!("it may have at most {BYTES_MAX} bytes"));
    }
    let (plain, given) = (plain(password), name.to_lowercase());
    let name = self::plain(name);
    if name.len() >= 3 && plain.contains(&name) {
        return refuse("it contains the user name".to_owned());
    }
    let strength = zxcvbn(password, &[&given, "trialgraph"]);
    // Signs between common words, and digits in place of their letters, count for more there than they are worth.
    if strength.score() < LEAST || is_common(&plain) {
        let why = strength.feedback().and_then(|feedback| feedback.warning()).map(|it| it.to_string());
        let why = why.map(|why| format!(" ({})", why.trim_end_matches('.'))).unwrap_or_default();
        return refuse(format!(
            "it is guessed too soon{why}; take several words that do not belong together"
        ));
    }
    Ok(())
}

/// Letters alone, in lower case, with the usual disguises taken off.
fn plain(password: &str) -> String {
    let undisguised = |c: char| match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    password.to_lowercase().chars().map(undisguised).filter(|c| c.is_alphabetic()).collect()
}

/// Whether nothing of it is left when the words are taken out that passwords are made of too often.
fn is_common(plain: &str) -> bool {
    let mut rest = plain.to_owned();
    // Longest first, so that no short word breaks a longer one up.
    let mut words: Vec<&str> =
        COMMON.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut taken = false;
    for word in words {
        taken |= rest.contains(word);
        rest = rest.replace(word, " ");
    }
    taken && rest.chars().filter(|c| c.is_alphabetic()).count() < 4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> String {
        check(password, "coordinator-sh01", &SignIn::default()).unwrap_err().public
    }

    /// P11-23: length, not the user name, nothing that everybody tries; no rule about kinds of characters.
    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        for (password, reason) in [
            ("short", "at least 12 characters"),
            ("elevenchars", "at least 12 characters"),
            ("xxcoordinator-sh01xx", "user name"),
            ("C00rdinator-SH01 and more", "user name"),
            ("aaaaaaaaaaaaaaaa", "guessed too soon"),
            ("123456789012345", "guessed too soon"),
            ("abcdefghijklmnop", "guessed too soon"),
            ("abababababababab", "guessed too soon"),
            ("Password2026!", "guessed too soon"),
            ("qwertyuiop[]9#", "guessed too soon"),
            ("Trialgraph#2026", "guessed too soon"),
            ("P@ssw0rd-2026-P@ssw0rd", "guessed too soon"),
            ("welcome-letmein-77", "guessed too soon"),
            ("password12345", "guessed too soon"),
            ("Welcome123456", "guessed too soon"),
            ("Admin12345678", "guessed too soon"),
            ("football12345", "guessed too soon"),
            ("superman12345", "guessed too soon"),
            ("Summer2026!!!!", "guessed too soon"),
            ("abc123abc123xyz", "guessed too soon"),
        ] {
            assert!(refused(password).contains(reason), "{password}: {}", refused(password));
        }
        assert!(refused(&"long and varied ".repeat(20)).contains("at most 256 bytes"));
    }

    #[test]
    fn long_ones_of_any_characters_are_taken() {
        for password in [
            "violet kettle moves sideways",
            "七匹の猫が静かに川を渡って行く",
            "kq8#Lm2!xvRt",
            "passwordless tulip harbour",
            "                 spaces are characters too",
        ] {
            assert!(check(password, "coordinator-sh01", &SignIn::default()).is_ok(), "{password}");
        }
    }

    /// Threat model 7.6: Argon2id with at least 19 MiB, two passes, one lane.
    #[tokio::test]
    async fn a_password_is_found_again_and_nothing_else() {
        let hasher = Hasher::new(&SignIn::default()).unwrap();
        let hash = hasher.hash("violet kettle moves sideways").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, hasher.hash("violet kettle moves sideways").await.unwrap(), "salted");
        let compared = |password: &'static str| hasher.compare(password, Some(&hash));
        let same = Compared::Same { outdated: false };
        assert_eq!(compared("violet kettle moves sideways").await.unwrap(), same);
        assert_eq!(compared("violet kettle moves sideway").await.unwrap(), Compared::Different);
        assert_eq!(compared("").await.unwrap(), Compared::Different);
        assert_eq!(hasher.compare("anything", None).await.unwrap(), Compared::Different);
        // What looks the same is the same, however it was typed.
        let composed = hasher.hash("caf\u{e9} caf\u{e9} caf\u{e9}").await.unwrap();
        let decomposed = "cafe\u{301} cafe\u{301} cafe\u{301}";
        assert_eq!(hasher.compare(decomposed, Some(&composed)).await.unwrap(), same);
    }

    #[tokio::test]
    async fn a_hash_that_is_too_cheap_is_noticed() {
        let cheap = Hasher::new(&SignIn::default()).unwrap().hash("violet kettle").await.unwrap();
        let dearer = Hasher::new(&SignIn { hash_passes: 3, ..SignIn::default() }).unwrap();
        let found = dearer.compare("violet kettle", Some(&cheap)).await.unwrap();
        assert_eq!(found, Compared::Same { outdated: true });
    }
}
