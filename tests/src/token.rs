//! Tokens, made by the local issuer's key: good ones, and ones with a fault.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// The issuer that the server knows as its own.
pub const ISSUER: &str = "urn:trialgraph:local";
/// The audience that its tokens name.
pub const AUDIENCE: &str = "urn:trialgraph:api";

/// The private half of a signing key, with its id.
#[derive(Clone)]
pub struct Signer {
    /// The key's id.
    pub kid: String,
    /// The key.
    pub key: EncodingKey,
}

/// The claims of a good token.
pub fn claims(user: &str, now: i64) -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": user, "client_id": "suite",
        "iat": now, "nbf": now, "exp": now + 600, "jti": format!("{user}-{now}"),
    })
}

/// The header of a good token.
pub fn header(signer: &Signer) -> Header {
    Header { typ: Some("at+jwt".to_owned()), kid: Some(signer.kid.clone()), ..Header::new(Algorithm::EdDSA) }
}

/// A good token.
pub fn good(signer: &Signer, user: &str, now: i64) -> String {
    jsonwebtoken::encode(&header(signer), &claims(user, now), &signer.key).unwrap()
}
