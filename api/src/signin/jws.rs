//! A signed token taken apart: a compact JWS (RFC 7515) whose header and claims are JSON objects (RFC 7519).
//!
//! Invariant: nothing of a token is believed before its signature was verified by a key and an algorithm that were
//! chosen here; the header only names a key among those of one issuer (RFC 8725).
//! Invariant: JSON that two readers could read otherwise, by a name that comes twice, is none.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::fmt;

/// Longest token that is looked at, in bytes.
pub(super) const LONGEST: usize = 8_192;
/// Header members by which a token would bring its own key, or ask for what is not done here.
const REFUSED: [&str; 6] = ["jku", "jwk", "x5u", "x5c", "crit", "b64"];
/// Shortest RSA modulus, in bits.
const RSA_BITS: usize = 2_048;

/// A token taken apart, and not verified yet.
pub struct Parsed<'t> {
    signed: &'t str,
    signature: &'t str,
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

/// A key that tokens of one issuer are verified with.
#[derive(Clone)]
pub struct Trusted {
    /// The key's id.
    pub kid: String,
    /// The one algorithm that it verifies.
    pub algorithm: Algorithm,
    /// The key.
    pub key: DecodingKey,
}

/// Keys by their ids.
pub type Keys = HashMap<String, Trusted>;

impl<'t> Parsed<'t> {
    /// Takes a token apart. None when it is none, brings its own key, or is too long.
    pub fn of(token: &'t str) -> Option<Parsed<'t>> {
        if token.len() > LONGEST {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header = object(&URL_SAFE_NO_PAD.decode(header).ok()?)?;
        let claims = object(&URL_SAFE_NO_PAD.decode(claims).ok()?)?;
        let honest = !REFUSED.iter().any(|name| header.contains_key(*name));
        honest.then_some(Parsed { signed, signature, header, claims })
    }

    /// The type that the header names, in lower case and without `application/`.
    pub fn typ(&self) -> Option<String> {
        let typ = self.header.get("typ")?.as_str()?.to_ascii_lowercase();
        Some(typ.strip_prefix("application/").unwrap_or(&typ).to_owned())
    }

    /// The id of the key that the header names.
    pub fn kid(&self) -> Option<&str> {
        self.header.get("kid")?.as_str()
    }

    /// The algorithm that the header names: to find a key that is for it.
    pub fn algorithm(&self) -> Option<&str> {
        self.header.get("alg")?.as_str()
    }

    /// Whom the token says that it is of: to find the keys that may verify it, and for nothing else.
    pub fn unverified_issuer(&self) -> Option<&str> {
        self.claims.get("iss")?.as_str()
    }

    /// The claims, if a key verifies them. The algorithm is the key's, and the header has to name the same.
    pub fn verified(self, by: &Trusted) -> Option<Map<String, Value>> {
        let named = self.header.get("alg")?.as_str()?;
        if named != name_of(by.algorithm)? {
            return None;
        }
        let message = self.signed.as_bytes();
        let good = jsonwebtoken::crypto::verify(self.signature, message, &by.key, by.algorithm);
        good.unwrap_or(false).then_some(self.claims)
    }
}

/// The algorithms that are verified here, by their names in headers. None for any other.
fn name_of(algorithm: Algorithm) -> Option<&'static str> {
    [
        (Algorithm::EdDSA, "EdDSA"),
        (Algorithm::ES256, "ES256"),
        (Algorithm::ES384, "ES384"),
        (Algorithm::RS256, "RS256"),
        (Algorithm::RS384, "RS384"),
        (Algorithm::PS256, "PS256"),
    ]
    .into_iter()
    .find_map(|(known, name)| (known == algorithm).then_some(name))
}

/// Whether a key is one that an algorithm verifies by, and long enough.
fn fits(jwk: &Jwk, algorithm: Algorithm) -> bool {
    let curve = |curve: &EllipticCurve| match algorithm {
        Algorithm::ES256 => *curve == EllipticCurve::P256,
        Algorithm::ES384 => *curve == EllipticCurve::P384,
        Algorithm::EdDSA => *curve == EllipticCurve::Ed25519,
        _ => false, // No other algorithm of the library's list has a curve.
    };
    match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(key) => curve(&key.curve),
        AlgorithmParameters::OctetKeyPair(key) => curve(&key.curve),
        AlgorithmParameters::RSA(key) => {
            let rsa = matches!(algorithm, Algorithm::RS256 | Algorithm::RS384 | Algorithm::PS256);
            let modulus = URL_SAFE_NO_PAD.decode(&key.n).unwrap_or_default();
            let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
            let top = modulus.get(zeros).map_or(0, |byte| byte.leading_zeros() as usize);
            rsa && (modulus.len() - zeros) * 8 - top >= RSA_BITS
        }
        // A secret that is published is none.
        _ => false,
    }
}

/// The key of a JWK for an algorithm, if it has an id, is one for signatures and fits.
pub fn trusted(jwk: &Jwk, algorithm: Algorithm) -> Option<Trusted> {
    let common = &jwk.common;
    let for_signatures = common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature);
    let for_this =
        common.key_algorithm.is_none_or(|named| Some(named.to_string().as_str()) == name_of(algorithm));
    if !for_signatures || !for_this || !fits(jwk, algorithm) {
        return None;
    }
    let kid = common.key_id.clone()?;
    Some(Trusted { kid, algorithm, key: DecodingKey::from_jwk(jwk).ok()? })
}

/// The keys of a set that fit an algorithm; those of other types, which are for others, are passed over.
///
/// # Errors
/// What is wrong with the set, for the operator.
pub fn keys_of(set: &str, algorithm: Algorithm) -> Result<Keys, String> {
    let set = object(set.as_bytes()).ok_or("it is no JSON object")?;
    let listed = set.get("keys").and_then(Value::as_array).ok_or("it has no list `keys`")?;
    let mut keys = Keys::new();
    for jwk in listed {
        // A key of a type that the library does not know is for somebody else.
        let Ok(jwk) = serde_json::from_value::<Jwk>(jwk.clone()) else { continue };
        let Some(key) = trusted(&jwk, algorithm) else { continue };
        if keys.insert(key.kid.clone(), key).is_some() {
            return Err("two of its keys have the same `kid`".to_owned());
        }
    }
    if keys.is_empty() {
        return Err(format!("it holds no key with a `kid` for {algorithm:?}"));
    }
    Ok(keys)
}

/// A JSON object in which no name comes twice.
pub fn object(text: &[u8]) -> Option<Map<String, Value>> {
    let Ok(Strict(Value::Object(map))) = serde_json::from_slice(text) else { return None };
    Some(map)
}

/// JSON in whose objects no name comes twice.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Strict, D::Error> {
        StrictSeed.deserialize(deserializer).map(Strict)
    }
}

struct StrictSeed;

impl<'de> DeserializeSeed<'de> for StrictSeed {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StrictSeed {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without a name that comes twice")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(StrictSeed)? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(StrictSeed)?;
            if map.insert(name, value).is_some() {
                return Err(A::Error::custom("a name comes twice"));
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_comes_twice_makes_it_no_json() {
        assert!(object(br#"{"a": 1, "b": {"a": [true, null, 1.5, "x", -3]}}"#).is_some());
        let twice: [&[u8]; 3] =
            [br#"{"a": 1, "a": 1}"#, br#"{"b": {"a": 1, "a": 2}}"#, br#"{"b": [{"a": 1, "\u0061": 2}]}"#];
        for text in twice {
            assert!(object(text).is_none(), "{}", String::from_utf8_lossy(text));
        }
        for text in ["", "[]", "1", "{", "{} {}"] {
            assert!(object(text.as_bytes()).is_none(), "{text}");
        }
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(object(deep.as_bytes()).is_none(), "and no depth of it takes the stack");
    }

    /// A key is taken for the one algorithm that it is for, and when it is long enough.
    #[test]
    fn keys_fit_one_algorithm() {
        let zeros = |length: usize| URL_SAFE_NO_PAD.encode(vec![0xff; length]);
        let rsa = |bytes: usize, more: &str| {
            format!(r#"{{"keys":[{{"kty":"RSA","kid":"r","n":"{}","e":"AQAB"{more}}}]}}"#, zeros(bytes))
        };
        assert!(keys_of(&rsa(256, ""), Algorithm::RS256).is_ok());
        assert!(keys_of(&rsa(256, r#","use":"sig","alg":"RS256""#), Algorithm::RS256).is_ok());
        for (set, algorithm) in [
            (rsa(128, ""), Algorithm::RS256),
            (rsa(256, ""), Algorithm::ES256),
            (rsa(256, r#","use":"enc""#), Algorithm::RS256),
            (rsa(256, r#","alg":"PS256""#), Algorithm::RS256),
            (r#"{"keys":[{"kty":"oct","kid":"k","k":"c2VjcmV0"}]}"#.to_owned(), Algorithm::HS256),
            (r#"{"keys":[]}"#.to_owned(), Algorithm::RS256),
            (r#"{"keys":{}}"#.to_owned(), Algorithm::RS256),
            ("[]".to_owned(), Algorithm::RS256),
        ] {
            assert!(keys_of(&set, algorithm).is_err(), "{set} {algorithm:?}");
        }
        let twice = format!(
            r#"{{"keys":[{{"kty":"RSA","kid":"r","n":"{0}","e":"AQAB"}},{{"kty":"RSA","kid":"r","n":"{0}","e":"AQAB"}}]}}"#,
            zeros(256)
        );
        assert!(keys_of(&twice, Algorithm::RS256).is_err());
    }
}
