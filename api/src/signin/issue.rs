//! The local issuer: short-lived access tokens for people whom the portal knows.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;
use uuid::Uuid;

/// Makes tokens of the local issuer.
pub struct Minter {
    key: EncodingKey,
    kid: String,
    issuer: String,
    audience: String,
}

/// For whom, and for how long, a token is made.
pub struct Grant<'g> {
    /// The user name.
    pub user: &'g str,
    /// The program that will use it.
    pub client: &'g str,
    /// When it is made, in seconds since 1970.
    pub now: i64,
    /// For how many seconds it holds.
    pub seconds: i64,
    /// The token's id.
    pub id: Uuid,
}

#[derive(Serialize)]
struct Claims<'c> {
    iss: &'c str,
    aud: &'c str,
    sub: &'c str,
    client_id: &'c str,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: Uuid,
}

impl Minter {
    /// An issuer with an Ed25519 key.
    pub fn new(key: EncodingKey, kid: String, issuer: String, audience: String) -> Minter {
        Minter { key, kid, issuer, audience }
    }

    /// An access token (RFC 9068). It names a person and no role.
    ///
    /// # Errors
    /// When the key does not sign.
    pub fn mint(&self, grant: &Grant<'_>) -> Result<String, jsonwebtoken::errors::Error> {
        let header = Header {
            typ: Some("at+jwt".to_owned()),
            kid: Some(self.kid.clone()),
            ..Header::new(Algorithm::EdDSA)
        };
        let claims = Claims {
            iss: &self.issuer,
            aud: &self.audience,
            sub: grant.user,
            client_id: grant.client,
            iat: grant.now,
            nbf: grant.now,
            exp: grant.now + grant.seconds,
            jti: grant.id,
        };
        encode(&header, &claims, &self.key)
    }
}
