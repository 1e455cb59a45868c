//! Verification of access tokens (RFC 9068): signature, type, issuer, audience and times.

use super::Rejected;
use super::remembered::{self, Remembered};
use crate::config;
use jsonwebtoken::jwk::{JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;

/// Who a verified token speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The issuer.
    pub issuer: String,
    /// The subject at that issuer; at the local one a user name.
    pub subject: String,
    /// The program through which the caller came.
    pub client: Option<String>,
    /// Whether the local issuer made the token.
    pub local: bool,
    /// When the token ends, in seconds since 1970.
    pub expires_at: i64,
}

/// A key that tokens of one issuer are verified with.
#[derive(Clone)]
pub struct Trusted {
    /// The key's id.
    pub kid: String,
    /// The one algorithm it verifies.
    pub algorithm: Algorithm,
    /// The key.
    pub key: DecodingKey,
}

struct Issuer {
    audience: String,
    keys: HashMap<String, Trusted>,
    local: bool,
}

/// Whom the server trusts to say who somebody is.
pub struct Trust {
    issuers: HashMap<String, Issuer>,
    leeway: u64,
    remembered: Remembered,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    exp: i64,
    #[serde(default)]
    iat: Option<i64>,
    #[serde(default)]
    client_id: Option<String>,
}

#[derive(Deserialize)]
struct Unverified {
    iss: String,
}

const NOT_ACCEPTED: Rejected = Rejected::because("the token is not accepted: sign in again");
const EXPIRED: Rejected = Rejected::because("the token has expired: sign in again");

impl Trust {
    /// The local issuer with its keys.
    pub fn new(tokens: &config::Tokens, keys: Vec<Trusted>) -> Trust {
        let local = Issuer { audience: tokens.audience.clone(), keys: by_kid(keys), local: true };
        let issuers = HashMap::from([(tokens.issuer.clone(), local)]);
        Trust { issuers, leeway: tokens.leeway_seconds, remembered: Remembered::default() }
    }

    /// Adds an issuer of the configuration, with the keys of its JWK set.
    ///
    /// # Errors
    /// What is wrong with the key set, for the operator.
    pub fn add(&mut self, issuer: &config::Issuer, jwks: &str) -> Result<(), String> {
        let set: JwkSet = serde_json::from_str(jwks)
            .map_err(|error| format!("the keys of {} are no JWK set: {error}", issuer.issuer))?;
        let algorithm = algorithm(issuer.algorithm);
        let mut keys = Vec::new();
        for jwk in &set.keys {
            let for_signatures =
                jwk.common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature);
            let Some(kid) = jwk.common.key_id.clone().filter(|_| for_signatures) else { continue };
            let key = DecodingKey::from_jwk(jwk)
                .map_err(|error| format!("key {kid} of {} does not read: {error}", issuer.issuer))?;
            if key.family() == algorithm.family() {
                keys.push(Trusted { kid, algorithm, key });
            }
        }
        if keys.is_empty() {
            return Err(format!("the keys of {} hold none with a `kid` for {algorithm:?}", issuer.issuer));
        }
        let entry = Issuer { audience: issuer.audience.clone(), keys: by_kid(keys), local: false };
        if self.issuers.insert(issuer.issuer.clone(), entry).is_some() {
            return Err(format!("issuer {} is configured twice", issuer.issuer));
        }
        Ok(())
    }

    /// Verifies an access token at an instant, in seconds since 1970.
    ///
    /// # Errors
    /// One sentence for all faults of a token, so that nobody learns which check it failed; that it has
    /// expired is said, since a client has to act on it.
    pub fn verify(&self, token: &str, now: i64) -> Result<Arc<Caller>, Rejected> {
        if token.len() > 8_192 {
            return Err(NOT_ACCEPTED);
        }
        let key = remembered::key(token);
        // The clock that the library goes by when it verifies.
        let clock = i64::try_from(jsonwebtoken::get_current_timestamp()).unwrap_or(i64::MAX);
        if let Some(caller) = self.remembered.recall(&key, clock) {
            let past = caller.expires_at < clock.saturating_sub(self.leeway());
            return if past { Err(EXPIRED) } else { Ok(caller) };
        }
        let caller = Arc::new(self.examine(token, now)?);
        self.remembered.keep(key, &caller, clock);
        Ok(caller)
    }

    fn leeway(&self) -> i64 {
        i64::try_from(self.leeway).unwrap_or(i64::MAX)
    }

    fn examine(&self, token: &str, now: i64) -> Result<Caller, Rejected> {
        let header = decode_header(token).map_err(|_| NOT_ACCEPTED)?;
        let typed = header.typ.as_deref().is_some_and(|typ| {
            typ.eq_ignore_ascii_case("at+jwt") || typ.eq_ignore_ascii_case("application/at+jwt")
        });
        if !typed
            || header.jku.is_some()
            || header.jwk.is_some()
            || header.x5u.is_some()
            || header.x5c.is_some()
        {
            return Err(NOT_ACCEPTED);
        }
        // The issuer is read before it is verified, to find the one key set that may verify it.
        let unverified: Unverified =
            jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|_| NOT_ACCEPTED)?;
        let issuer = self.issuers.get(&unverified.iss).ok_or(NOT_ACCEPTED)?;
        let kid = header.kid.as_deref().ok_or(NOT_ACCEPTED)?;
        let trusted = issuer.keys.get(kid).ok_or(NOT_ACCEPTED)?;
        if header.alg != trusted.algorithm {
            return Err(NOT_ACCEPTED);
        }
        let mut validation = Validation::new(trusted.algorithm);
        validation.set_audience(&[&issuer.audience]);
        validation.set_issuer(&[&unverified.iss]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.validate_nbf = true;
        validation.leeway = self.leeway;
        let claims: Claims = decode(token, &trusted.key, &validation)
            .map_err(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::ExpiredSignature => EXPIRED,
                _ => NOT_ACCEPTED,
            })?
            .claims;
        if claims.sub.is_empty() || claims.iat.is_some_and(|iat| iat > now.saturating_add(self.leeway())) {
            return Err(NOT_ACCEPTED);
        }
        Ok(Caller {
            issuer: claims.iss,
            subject: claims.sub,
            client: claims.client_id,
            local: issuer.local,
            expires_at: claims.exp,
        })
    }
}

fn by_kid(keys: Vec<Trusted>) -> HashMap<String, Trusted> {
    keys.into_iter().map(|key| (key.kid.clone(), key)).collect()
}

fn algorithm(pinned: config::Algorithm) -> Algorithm {
    match pinned {
        config::Algorithm::EdDSA => Algorithm::EdDSA,
        config::Algorithm::ES256 => Algorithm::ES256,
        config::Algorithm::ES384 => Algorithm::ES384,
        config::Algorithm::RS256 => Algorithm::RS256,
        config::Algorithm::RS384 => Algorithm::RS384,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is remembered of a token spares its signature and not its end. None of these texts would be verified.
    #[test]
    fn a_remembered_token_ends_when_it_ends() {
        let clock = i64::try_from(jsonwebtoken::get_current_timestamp()).unwrap();
        let trust = Trust::new(&config::Tokens::default(), Vec::new());
        let remember = |token: &str, expires_at| {
            let caller = Caller {
                issuer: "urn:made-up".to_owned(),
                subject: "somebody".to_owned(),
                client: None,
                local: true,
                expires_at,
            };
            trust.remembered.keep(remembered::key(token), &Arc::new(caller), clock);
        };
        remember("good", clock + 60);
        remember("within the leeway", clock - 10);
        remember("over", clock - 60);
        assert!(trust.verify("good", clock).is_ok() && trust.verify("within the leeway", clock).is_ok());
        assert_eq!(trust.verify("over", clock), Err(EXPIRED));
        assert_eq!(trust.verify("never seen", clock), Err(NOT_ACCEPTED));
        assert_eq!(trust.verify("never seen", clock), Err(NOT_ACCEPTED));
    }
}
