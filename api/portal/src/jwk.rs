//! Public keys as JSON (RFC 7517): what an installation or a hospital may hand in, and never a private part.

use data_encoding::BASE64URL_NOPAD;
use policy::{Refusal, RefusalCode};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Longest text of a key or key set, in bytes.
const LIMIT: usize = 16_384;
/// Most keys of a set.
const KEYS: usize = 16;
/// Members that only private or symmetric keys have (RFC 7518, 6.2.2, 6.3.2, 6.4.1).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
/// Shortest RSA modulus, in bits (RFC 7518, 3.3).
const RSA_BITS: usize = 2_048;

/// A public key that was read and found sound.
#[derive(Debug)]
pub(crate) struct PublicJwk {
    pub kid: Option<String>,
    pub is_ed25519: bool,
    /// The key as it is stored.
    pub text: String,
}

/// Reads one public key.
///
/// # Errors
/// What is wrong with it, at `path`.
pub(crate) fn public_key(path: &str, text: &str) -> Result<PublicJwk, Refusal> {
    let value = json(path, text)?;
    key(path, &value)
}

/// Reads a key set and returns it as it is stored: at least one key, each public and with a `kid` of its own.
///
/// # Errors
/// What is wrong with it, at `path` and the place in the set.
pub(crate) fn public_key_set(path: &str, text: &str) -> Result<String, Refusal> {
    let value = json(path, text)?;
    let keys = value.get("keys").and_then(Value::as_array).ok_or_else(|| {
        Refusal::invalid(path, "a JWK set is a JSON object with an array \"keys\": {\"keys\": [...]}")
    })?;
    if keys.is_empty() {
        return Err(Refusal::at(path, RefusalCode::Required, "the set holds no key: at least one is needed"));
    }
    if keys.len() > KEYS {
        return Err(Refusal::invalid(
            path,
            format!("the set holds {} keys: at most {KEYS} are allowed", keys.len()),
        ));
    }
    let mut kids = BTreeSet::new();
    for (index, value) in keys.iter().enumerate() {
        let place = format!("{path}.keys.{index}");
        let Some(kid) = key(&place, value)?.kid else {
            let what = "the key has no \"kid\": each key of a set needs one, for tokens name it";
            return Err(Refusal::at(&format!("{place}.kid"), RefusalCode::Required, what));
        };
        if !kids.insert(kid) {
            let what = "another key of the set has the same \"kid\": each needs its own";
            return Err(Refusal::at(&format!("{place}.kid"), RefusalCode::Duplicate, what));
        }
    }
    Ok(value.to_string())
}

fn json(path: &str, text: &str) -> Result<Value, Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::at(path, RefusalCode::Required, "the public key is missing"));
    }
    if text.len() > LIMIT {
        return Err(Refusal::invalid(
            path,
            format!("the text has {} bytes: at most {LIMIT} are allowed", text.len()),
        ));
    }
    // Without the reader's own message, which may quote what might be a private key.
    serde_json::from_str(text).map_err(|error| {
        Refusal::invalid(
            path,
            format!("this is no JSON, from line {}, column {} on", error.line(), error.column()),
        )
    })
}

fn key(path: &str, value: &Value) -> Result<PublicJwk, Refusal> {
    let wrong = |member: &str, what: String| Refusal::invalid(&format!("{path}.{member}"), what);
    let key = value.as_object().ok_or_else(|| Refusal::invalid(path, "a JWK is a JSON object"))?;
    // First of all, so that a private key is called one whatever else is wrong with it.
    if let Some(member) = PRIVATE.into_iter().find(|member| key.contains_key(*member)) {
        let what = format!(
            "\"{member}\" is part of a private key: hand in the public key alone, and replace this one"
        );
        return Err(wrong(member, what));
    }
    let kty = key.get("kty").and_then(Value::as_str).unwrap_or_default();
    let crv = key.get("crv").and_then(Value::as_str).unwrap_or_default();
    match (kty, crv) {
        ("RSA", _) => rsa(path, key)?,
        ("EC", "P-256") => coordinates(path, key, &["x", "y"], 32)?,
        ("EC", "P-384") => coordinates(path, key, &["x", "y"], 48)?,
        ("EC", "P-521") => coordinates(path, key, &["x", "y"], 66)?,
        ("OKP", "Ed25519") => coordinates(path, key, &["x"], 32)?,
        ("EC", _) => return Err(wrong("crv", "the curve is one of P-256, P-384 and P-521".into())),
        ("OKP", _) => return Err(wrong("crv", "the curve is Ed25519".into())),
        _ => return Err(wrong("kty", "the key's type \"kty\" is one of RSA, EC and OKP".into())),
    }
    if key.get("use").is_some_and(|usage| usage != "sig") {
        return Err(wrong("use", "the key is for signatures: its \"use\" is \"sig\" or left out".into()));
    }
    let kid = match key.get("kid") {
        None => None,
        Some(Value::String(kid)) if (1..=128).contains(&kid.len()) => Some(kid.clone()),
        Some(_) => return Err(wrong("kid", "the \"kid\" is a text of 1 to 128 bytes".into())),
    };
    Ok(PublicJwk { kid, is_ed25519: kty == "OKP", text: value.to_string() })
}

fn bytes(path: &str, key: &Map<String, Value>, member: &str) -> Result<Vec<u8>, Refusal> {
    let text = key.get(member).and_then(Value::as_str);
    text.and_then(|text| BASE64URL_NOPAD.decode(text.as_bytes()).ok()).ok_or_else(|| {
        Refusal::invalid(&format!("{path}.{member}"), format!("\"{member}\" is base64url without padding"))
    })
}

fn coordinates(path: &str, key: &Map<String, Value>, members: &[&str], length: usize) -> Result<(), Refusal> {
    for member in members {
        let found = bytes(path, key, member)?.len();
        if found != length {
            let what = format!("\"{member}\" has {found} bytes: on this curve it has {length}");
            return Err(Refusal::invalid(&format!("{path}.{member}"), what));
        }
    }
    Ok(())
}

fn rsa(path: &str, key: &Map<String, Value>) -> Result<(), Refusal> {
    let modulus = bytes(path, key, "n")?;
    let significant = modulus.iter().skip_while(|byte| **byte == 0);
    let bits = significant.clone().count() * 8
        - significant.clone().next().map_or(0, |first| first.leading_zeros() as usize);
    if bits < RSA_BITS {
        let what = format!("the modulus has {bits} bits: at least {RSA_BITS} are needed");
        return Err(Refusal::invalid(&format!("{path}.n"), what));
    }
    bytes(path, key, "e").map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The public key of RFC 8037, appendix A.2.
    const ED25519_X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn refusal(value: Value) -> (String, RefusalCode) {
        let refusal = public_key("jwk", &value.to_string()).unwrap_err();
        (refusal.field.join("."), refusal.code)
    }

    #[test]
    fn public_keys_of_each_type_are_read() {
        let read =
            public_key("jwk", &json!({"kty": "OKP", "crv": "Ed25519", "x": ED25519_X}).to_string()).unwrap();
        assert!(read.is_ed25519 && read.kid.is_none());
        let of = |length: usize| BASE64URL_NOPAD.encode(&vec![0xff; length]);
        for (crv, length) in [("P-256", 32), ("P-384", 48), ("P-521", 66)] {
            let ec = json!({"kty": "EC", "crv": crv, "x": of(length), "y": of(length), "kid": "one", "use": "sig"});
            let read = public_key("jwk", &ec.to_string()).unwrap();
            assert_eq!((read.kid.as_deref(), read.is_ed25519), (Some("one"), false));
        }
        assert!(public_key("jwk", &json!({"kty": "RSA", "n": of(256), "e": "AQAB"}).to_string()).is_ok());
    }

    #[test]
    fn private_parts_are_refused_whatever_else_is_there() {
        for member in PRIVATE {
            let mut key = json!({"kty": "OKP", "crv": "Ed25519", "x": ED25519_X});
            key[member] = json!("AQAB");
            assert_eq!(refusal(key), (format!("jwk.{member}"), RefusalCode::InvalidValue));
        }
        assert_eq!(refusal(json!({"kty": "oct", "k": "AQAB"})).0, "jwk.k");
    }

    #[test]
    fn malformed_keys_are_refused_at_their_member() {
        let of = |length: usize| BASE64URL_NOPAD.encode(&vec![0xff; length]);
        for (key, field) in [
            (json!([]), "jwk"),
            (json!({}), "jwk.kty"),
            (json!({"kty": "EC", "crv": "secp256k1"}), "jwk.crv"),
            (json!({"kty": "OKP", "crv": "X25519", "x": ED25519_X}), "jwk.crv"),
            (json!({"kty": "OKP", "crv": "Ed25519", "x": "11qY"}), "jwk.x"),
            (json!({"kty": "OKP", "crv": "Ed25519", "x": "a=b"}), "jwk.x"),
            (json!({"kty": "EC", "crv": "P-256", "x": of(32)}), "jwk.y"),
            (json!({"kty": "RSA", "n": of(255), "e": "AQAB"}), "jwk.n"),
            (json!({"kty": "RSA", "n": of(256)}), "jwk.e"),
            (json!({"kty": "OKP", "crv": "Ed25519", "x": ED25519_X, "use": "enc"}), "jwk.use"),
            (json!({"kty": "OKP", "crv": "Ed25519", "x": ED25519_X, "kid": 7}), "jwk.kid"),
        ] {
            assert_eq!(refusal(key), (field.to_owned(), RefusalCode::InvalidValue));
        }
        assert_eq!(public_key("jwk", "{").unwrap_err().code, RefusalCode::InvalidValue);
        assert_eq!(public_key("jwk", " ").unwrap_err().code, RefusalCode::Required);
    }

    #[test]
    fn a_leading_zero_does_not_lengthen_a_modulus() {
        let mut modulus = vec![0xff; 256];
        modulus[0] = 0x7f;
        let key = json!({"kty": "RSA", "n": BASE64URL_NOPAD.encode(&modulus), "e": "AQAB"});
        let refusal = public_key("jwk", &key.to_string()).unwrap_err();
        assert!(refusal.message.contains("2047 bits"), "{}", refusal.message);
    }

    #[test]
    fn each_key_of_a_set_is_public_and_has_its_own_kid() {
        let key = |kid: &str| json!({"kty": "OKP", "crv": "Ed25519", "x": ED25519_X, "kid": kid});
        let set = |keys: Value| public_key_set("jwks", &json!({ "keys": keys }).to_string());
        assert!(set(json!([key("a"), key("b")])).is_ok());
        let refused = |keys| {
            let refusal = set(keys).unwrap_err();
            (refusal.field.join("."), refusal.code)
        };
        assert_eq!(refused(json!([])), ("jwks".into(), RefusalCode::Required));
        assert_eq!(refused(json!({})), ("jwks".into(), RefusalCode::InvalidValue));
        assert_eq!(refused(json!([key("a"), key("a")])), ("jwks.keys.1.kid".into(), RefusalCode::Duplicate));
        let mut private = key("b");
        private["d"] = json!("AQAB");
        assert_eq!(refused(json!([key("a"), private])), ("jwks.keys.1.d".into(), RefusalCode::InvalidValue));
        let nameless = json!({"kty": "OKP", "crv": "Ed25519", "x": ED25519_X});
        assert_eq!(refused(json!([nameless])), ("jwks.keys.0.kid".into(), RefusalCode::Required));
        assert_eq!(refused(Value::from(vec![key("a"); 17])), ("jwks".into(), RefusalCode::InvalidValue));
    }
}
