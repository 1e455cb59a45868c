//! Verification of access tokens (RFC 9068): signature, type, issuer, audience and times.

use super::Rejected;
use super::jws::{self, Keys, Parsed};
use super::remembered::{self, Held, Remembered};
use super::source::Source;
use crate::config::{self, Settings};
use crate::failure::Failure;
use chrono::{DateTime, Utc};
use jsonwebtoken::Algorithm;
use ledger::Stream;
use portal::{KeyPurpose, Portal};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// The longest time that a token of the local issuer may hold, in seconds. One that holds longer was made by mistake.
const LONGEST: i64 = 24 * 3_600;

/// Who a verified token speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The issuer.
    pub issuer: String,
    /// The subject at that issuer; at the local one a user name, or the name of a hospital system.
    pub subject: String,
    /// The program through which the caller came.
    pub client: Option<String>,
    /// Whether the local issuer made the token.
    pub local: bool,
    /// When the token ends, in seconds since 1970.
    pub expires_at: i64,
    /// The session at the local issuer that it is of.
    pub session: Option<Uuid>,
    /// The person's sign-in epoch when the local issuer made it.
    pub epoch: i32,
    /// When the person last proved who they are, in seconds since 1970.
    pub auth_time: Option<i64>,
    /// How strongly they did.
    pub acr: Option<String>,
    /// What the token is limited to, of a hospital system.
    pub scopes: Option<Vec<String>>,
    /// The digest of the key by which a hospital system asked for the token.
    pub client_key: Option<String>,
}

/// An issuer of the configuration.
struct External {
    settings: config::Issuer,
    source: Source,
}

/// An issuer that is trusted.
#[derive(Clone, Copy)]
enum Known<'t> {
    Local,
    External(&'t External),
}

/// Whom the server trusts to say who somebody is.
pub struct Trust {
    local: config::Tokens,
    /// The local issuer's keys, by the head of the portal that they stand in.
    local_keys: Mutex<Option<(ledger::Digest, Arc<Keys>)>>,
    external: HashMap<String, External>,
    remembered: Remembered,
}

/// The claims that are read. Times may have fractions of a second; everything else in a token is passed over, above all
/// whatever it says of roles.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    sub: String,
    exp: Time,
    iat: Option<Time>,
    nbf: Option<Time>,
    client_id: Option<String>,
    azp: Option<String>,
    sid: Option<Value>,
    epoch: Option<i32>,
    auth_time: Option<Time>,
    acr: Option<String>,
    scope: Option<String>,
    client_key: Option<String>,
}

/// The audience of a token, or several.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    /// Whether it is this one and no other.
    pub(super) fn is_only(&self, wanted: &str) -> bool {
        match self {
            Audience::One(one) => one == wanted,
            Audience::Several(several) => matches!(&several[..], [one] if one == wanted),
        }
    }

    pub(super) fn contains(&self, wanted: &str) -> bool {
        match self {
            Audience::One(one) => one == wanted,
            Audience::Several(several) => several.iter().any(|one| one == wanted),
        }
    }
}

/// Seconds since 1970 as a token writes them.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
pub(super) enum Time {
    Whole(i64),
    Part(f64),
}

impl Time {
    pub(super) fn seconds(self) -> i64 {
        match self {
            Time::Whole(seconds) => seconds,
            // Saturates, and no instant is beyond.
            Time::Part(seconds) => seconds as i64,
        }
    }
}

const NOT_ACCEPTED: Rejected = Rejected::because("the token is not accepted: sign in again");
const EXPIRED: Rejected = Rejected::because("the token has expired: sign in again");

impl Trust {
    /// The local issuer, and those of the configuration.
    ///
    /// # Errors
    /// What is wrong with them, for the operator.
    pub fn new(settings: &Settings) -> Result<Trust, String> {
        let mut external = HashMap::new();
        for issuer in &settings.issuers {
            let source = Source::of(issuer, &settings.outbound)?;
            let entry = External { settings: issuer.clone(), source };
            let twice = external.insert(issuer.issuer.clone(), entry).is_some();
            if twice || issuer.issuer == settings.tokens.issuer {
                return Err(format!("issuer {} is configured twice", issuer.issuer));
            }
        }
        Ok(Trust {
            local: settings.tokens.clone(),
            local_keys: Mutex::default(),
            external,
            remembered: Remembered::default(),
        })
    }

    /// Verifies an access token at an instant.
    ///
    /// # Errors
    /// UNAUTHENTICATED with one sentence for all faults of a token, so that nobody learns which check it failed; that it
    /// has expired is said, since a client has to act on it. UNAVAILABLE when its issuer's keys cannot be read.
    pub async fn verify(
        &self,
        portal: &Portal,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<Arc<Caller>, Failure> {
        if token.len() > jws::LONGEST {
            return Err(NOT_ACCEPTED.into());
        }
        let key = remembered::key(token);
        if let Some(held) = self.remembered.recall(&key, now.timestamp()) {
            let issuer = self.issuer(&held.caller.issuer).ok_or(NOT_ACCEPTED)?;
            let keys = self.keys(issuer, portal, (&held.kid, now)).await?;
            if Arc::ptr_eq(&keys, &held.keys) {
                let over = held.caller.expires_at <= now.timestamp().saturating_sub(self.leeway());
                return if over { Err(EXPIRED.into()) } else { Ok(held.caller.clone()) };
            }
        }
        let held = self.examine(portal, token, now).await?;
        let caller = held.caller.clone();
        self.remembered.keep(key, held);
        Ok(caller)
    }

    async fn examine(&self, portal: &Portal, token: &str, now: DateTime<Utc>) -> Result<Held, Failure> {
        let parsed = Parsed::of(token).ok_or(NOT_ACCEPTED)?;
        if parsed.typ().as_deref() != Some("at+jwt") {
            return Err(NOT_ACCEPTED.into());
        }
        let (named, kid) = parsed.unverified_issuer().zip(parsed.kid()).ok_or(NOT_ACCEPTED)?;
        let (issuer, kid) = (self.issuer(named).ok_or(NOT_ACCEPTED)?, kid.to_owned());
        let keys = self.keys(issuer, portal, (&kid, now)).await?;
        let key = keys.get(&kid).ok_or(NOT_ACCEPTED)?;
        let claims = parsed.verified(key).ok_or(NOT_ACCEPTED)?;
        let (audience, longest, local) = match issuer {
            Known::Local => (&self.local.audience, LONGEST, true),
            Known::External(external) => {
                let external = &external.settings;
                (&external.audience, i64::from(external.longest_minutes) * 60, false)
            }
        };
        let claims = self.judged(claims, (audience, longest), now.timestamp())?;
        let caller = Caller::of(claims, local).ok_or(NOT_ACCEPTED)?;
        if let Known::External(external) = issuer {
            external.admits(&caller)?;
        }
        Ok(Held { caller: Arc::new(caller), kid, keys, verified_at: now.timestamp() })
    }

    /// A trusted issuer by its name.
    fn issuer(&self, name: &str) -> Option<Known<'_>> {
        match name == self.local.issuer {
            true => Some(Known::Local),
            false => self.external.get(name).map(Known::External),
        }
    }

    /// The keys of an issuer as they stand now, for a token that names one of them.
    async fn keys(
        &self,
        issuer: Known<'_>,
        portal: &Portal,
        (kid, now): (&str, DateTime<Utc>),
    ) -> Result<Arc<Keys>, Failure> {
        match issuer {
            Known::Local => self.local_keys(portal),
            Known::External(external) => external.source.keys(kid, now).await,
        }
    }

    fn leeway(&self) -> i64 {
        i64::try_from(self.local.leeway_seconds).unwrap_or(0)
    }

    /// The strengths of a sign-in at an issuer of the configuration that are enough to sign a record.
    pub(super) fn signature_acr(&self, issuer: &str) -> &[String] {
        self.external.get(issuer).map_or(&[], |external| external.settings.signature_acr.as_slice())
    }

    /// The claims of a verified token, if they are for this service and of this moment.
    fn judged(
        &self,
        claims: Map<String, Value>,
        (audience, longest): (&str, i64),
        now: i64,
    ) -> Result<Claims, Rejected> {
        let claims: Claims = serde_json::from_value(Value::Object(claims)).map_err(|_| NOT_ACCEPTED)?;
        let leeway = self.leeway();
        let (soon, past) = (now.saturating_add(leeway), now.saturating_sub(leeway));
        let ends = claims.exp.seconds();
        let later = |time: Option<Time>| time.is_some_and(|time| time.seconds() > soon);
        if claims.sub.is_empty()
            || !claims.aud.contains(audience)
            || [claims.nbf, claims.iat, claims.auth_time].into_iter().any(later)
            || ends > soon.saturating_add(longest)
        {
            return Err(NOT_ACCEPTED);
        }
        if ends <= past {
            return Err(EXPIRED);
        }
        Ok(claims)
    }

    /// The local issuer's keys as they stand in the portal.
    fn local_keys(&self, portal: &Portal) -> Result<Arc<Keys>, Failure> {
        let head = portal.head().hash;
        let mut held = self.local_keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, keys)) = &*held
            && *at == head
        {
            return Ok(keys.clone());
        }
        let mut keys = Keys::new();
        let listed = portal.public_keys(KeyPurpose::Token);
        // A key that was retired verifies nothing any more.
        for view in listed.into_iter().filter(|key| key.verifies()) {
            let jwk = serde_json::from_str(&view.jwk).ok();
            let key = jwk.and_then(|jwk| jws::trusted(&jwk, Algorithm::EdDSA));
            let key = key.ok_or_else(|| Failure::internal(format!("key {} does not read", view.kid)))?;
            keys.insert(view.kid, key);
        }
        let keys = Arc::new(keys);
        *held = Some((head, keys.clone()));
        Ok(keys)
    }
}

impl External {
    /// Whether the program and the strength of the sign-in are among those that the operator admits.
    fn admits(&self, caller: &Caller) -> Result<(), Rejected> {
        let config::Issuer { clients, acr, .. } = &self.settings;
        let among = |list: &[String], value: &Option<String>| {
            list.is_empty() || value.as_ref().is_some_and(|value| list.contains(value))
        };
        if among(clients, &caller.client) && among(acr, &caller.acr) { Ok(()) } else { Err(NOT_ACCEPTED) }
    }
}

impl Caller {
    fn of(claims: Claims, local: bool) -> Option<Caller> {
        let session = match &claims.sid {
            // Another issuer's sessions are its own.
            Some(Value::String(sid)) if local => Some(sid.parse().ok()?),
            Some(_) if local => return None,
            Some(_) | None => None,
        };
        let scopes = claims.scope.map(|scope| scope.split_ascii_whitespace().map(str::to_owned).collect());
        Some(Caller {
            issuer: claims.iss,
            subject: claims.sub,
            client: claims.client_id.or(claims.azp),
            local,
            expires_at: claims.exp.seconds(),
            session,
            epoch: claims.epoch.filter(|_| local).unwrap_or(0),
            auth_time: claims.auth_time.map(Time::seconds),
            acr: claims.acr,
            scopes: scopes.filter(|_| local),
            client_key: claims.client_key.filter(|_| local),
        })
    }
}
