//! Where an issuer's public keys come from, and how long they are believed.
//!
//! A file is looked at with each token. What an issuer publishes is read anew when it is old or when a token names a key
//! that is not among it, the latter once a minute at most: a stream of tokens with invented keys asks nobody for
//! anything. While it cannot be read, the keys that are held are believed for a while, and then none: a key that its
//! issuer took away is gone within [`BELIEVED`].

use super::jws::{self, Keys};
use super::keys_file::KeysFile;
use crate::config::{Issuer, Outbound};
use crate::failure::{Code, Failure};
use crate::outbound;
use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::Algorithm;
use std::sync::Arc;
use tokio::sync::Mutex;

/// After this time keys are read anew.
const FRESH: Duration = Duration::minutes(10);
/// After this time keys that could not be read anew are believed no more.
const BELIEVED: Duration = Duration::minutes(15);
/// So often at most keys are read because of a key that is not known.
const UNKNOWN: Duration = Duration::minutes(1);
/// So often at most keys are tried again that could not be read.
const AGAIN: Duration = Duration::seconds(10);

/// Where keys come from.
enum Origin {
    /// A file of this machine.
    File(KeysFile),
    /// The issuer's own address (OpenID Connect Discovery 1.0).
    Discovery(outbound::Caller),
}

/// The keys of one issuer.
pub struct Source {
    issuer: String,
    algorithm: Algorithm,
    origin: Origin,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    keys: Option<(DateTime<Utc>, Arc<Keys>)>,
    tried: Option<DateTime<Utc>>,
}

impl Held {
    /// The keys that are believed at an instant. A clock that was set back makes nothing believed for longer.
    fn believed(&self, now: DateTime<Utc>) -> Option<&Arc<Keys>> {
        self.keys.as_ref().filter(|(at, _)| age(*at, now) < BELIEVED).map(|(_, keys)| keys)
    }

    /// Whether to read anew for a token that names a key.
    fn is_due(&self, kid: &str, now: DateTime<Utc>) -> bool {
        let tried = self.tried.map(|at| age(at, now));
        let after = |pause: Duration| tried.is_none_or(|age| age >= pause);
        match &self.keys {
            None => after(AGAIN),
            Some((at, _)) if age(*at, now) >= FRESH => after(AGAIN),
            Some((_, keys)) => !keys.contains_key(kid) && after(UNKNOWN),
        }
    }
}

fn age(at: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
    (now - at).abs()
}

impl Source {
    /// The source of a configured issuer.
    ///
    /// # Errors
    /// What is wrong with it, for the operator.
    pub fn of(issuer: &Issuer, outbound: &Outbound) -> Result<Source, String> {
        let wrong = |what: &dyn std::fmt::Display| format!("the keys of {}: {what}", issuer.issuer);
        let algorithm = issuer.algorithm.into();
        let origin = match &issuer.jwks_file {
            Some(path) => {
                let file = KeysFile::new(path.clone(), algorithm);
                // A file that does not read stops the start, not the first request; an issuer may be down then.
                file.keys().map_err(|error| wrong(&error))?;
                Origin::File(file)
            }
            None => Origin::Discovery(caller(issuer, outbound).map_err(|error| wrong(&error))?),
        };
        Ok(Source { issuer: issuer.issuer.clone(), algorithm, origin, held: Mutex::default() })
    }

    /// The issuer's keys, for a token that names one of them.
    ///
    /// # Errors
    /// UNAVAILABLE when there are none that are believed; INTERNAL when a file does not read, which is the operator's.
    pub async fn keys(&self, kid: &str, now: DateTime<Utc>) -> Result<Arc<Keys>, Failure> {
        match &self.origin {
            Origin::File(file) => file.keys().map_err(Failure::internal),
            Origin::Discovery(caller) => self.published(caller, (kid, now)).await,
        }
    }

    async fn published(
        &self,
        caller: &outbound::Caller,
        (kid, now): (&str, DateTime<Utc>),
    ) -> Result<Arc<Keys>, Failure> {
        // One reads, whoever else comes waits for it.
        let mut held = self.held.lock().await;
        if held.is_due(kid, now) {
            held.tried = Some(now);
            match self.discover(caller).await {
                Ok(keys) => held.keys = Some((now, Arc::new(keys))),
                Err(error) => tracing::warn!(issuer = self.issuer, internal = error, "keys cannot be read"),
            }
        }
        held.believed(now).cloned().ok_or_else(|| {
            Failure::new(Code::Unavailable, "the keys of the token's issuer cannot be read now: try again")
        })
    }

    /// The keys that the issuer publishes, found by what it says of itself.
    async fn discover(&self, caller: &outbound::Caller) -> Result<Keys, String> {
        let base = self.issuer.strip_suffix('/').unwrap_or(&self.issuer);
        let document = caller.document(&format!("{base}/.well-known/openid-configuration")).await;
        let document = document.map_err(|error| format!("its configuration: {error}"))?;
        let document = jws::object(&document).ok_or("its configuration is no JSON object")?;
        let text = |name: &str| document.get(name).and_then(serde_json::Value::as_str);
        // Whoever serves another issuer's document must not be taken for it.
        if text("issuer") != Some(self.issuer.as_str()) {
            return Err("its configuration is of another issuer".to_owned());
        }
        let address = text("jwks_uri").ok_or("its configuration names no `jwks_uri`")?;
        let set = caller.document(address).await.map_err(|error| format!("its keys: {error}"))?;
        let set = String::from_utf8(set).map_err(|_| "its keys are no text")?;
        jws::keys_of(&set, self.algorithm)
    }
}

/// Calls the issuer's own host and those that its settings name.
fn caller(issuer: &Issuer, outbound: &Outbound) -> Result<outbound::Caller, String> {
    let own = reqwest::Url::parse(&issuer.issuer).ok().and_then(|url| url.host_str().map(str::to_owned));
    let own = own.ok_or("its address has no host")?;
    let authority = match &issuer.ca_file {
        Some(path) => Some(std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?),
        None => None,
    };
    let hosts = std::iter::once(own).chain(issuer.key_hosts.iter().cloned());
    outbound::Caller::to(hosts, outbound, authority.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn held(kids: &[&str]) -> Held {
        let key = |kid: &&str| {
            let key = jsonwebtoken::DecodingKey::from_secret(b"unused");
            (kid.to_string(), jws::Trusted { kid: kid.to_string(), algorithm: Algorithm::RS256, key })
        };
        let keys = Arc::new(kids.iter().map(key).collect());
        Held { keys: Some((at(0), keys)), tried: Some(at(0)) }
    }

    /// Threat model 7.3: a bounded cache, refetched for an unknown key once a minute at most.
    #[test]
    fn keys_are_read_anew_when_they_are_old_or_one_is_not_known() {
        assert!(Held::default().is_due("a", at(0)));
        let held = held(&["a"]);
        assert!(!held.is_due("a", at(599)));
        assert!(held.is_due("a", at(600)));
        assert!(!held.is_due("b", at(59)), "an invented key asks nobody");
        assert!(held.is_due("b", at(60)));
        let failing = Held { tried: Some(at(600)), ..held };
        assert!(!failing.is_due("a", at(609)));
        assert!(failing.is_due("a", at(610)));
    }

    /// Threat model 7.3: a removed key is gone within 15 minutes, whether or not its issuer answers.
    #[test]
    fn keys_that_cannot_be_read_are_believed_for_a_while() {
        let held = held(&["a"]);
        assert!(held.believed(at(899)).is_some());
        assert!(held.believed(at(900)).is_none());
        assert!(held.believed(at(-900)).is_none(), "nor when the clock was set back");
    }
}
