//! The local issuer: short-lived access tokens for people whom the portal knows.

use crate::config::Settings;
use crate::failure::Failure;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use portal::KeyPurpose;
use serde::Serialize;
use store::Store;
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
    /// The user name, or the name of a hospital system.
    pub user: &'g str,
    /// How many times all of the person's sessions were ended.
    pub epoch: i32,
    /// The program that will use it.
    pub client: &'g str,
    /// When it is made, in seconds since 1970.
    pub now: i64,
    /// For how many seconds it holds.
    pub seconds: i64,
    /// The token's id.
    pub id: Uuid,
}

/// What a token of a session says besides.
#[derive(Clone, Copy, Serialize)]
pub struct SessionClaims<'c> {
    /// The session.
    #[serde(rename = "sid")]
    pub session: Uuid,
    /// When the person last proved who they are, in seconds since 1970.
    #[serde(rename = "auth_time")]
    pub proved_at: i64,
    /// How strongly.
    pub acr: &'c str,
    /// By what (RFC 8176).
    pub amr: [&'c str; 2],
}

/// What a token of a hospital system says besides.
#[derive(Clone, Debug, Serialize)]
pub struct ClientClaims {
    /// What it is limited to, with spaces between.
    pub scope: String,
    /// Digest of the key by which the system asked for it: with the key the token ends.
    pub client_key: String,
}

/// What a token says beside whom it is of.
#[derive(Clone, Copy, Default)]
pub struct Besides<'c> {
    /// Of a person's session.
    pub session: Option<SessionClaims<'c>>,
    /// Of a hospital system.
    pub client: Option<&'c ClientClaims>,
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
    epoch: i32,
    #[serde(flatten)]
    session: Option<SessionClaims<'c>>,
    #[serde(flatten)]
    client: Option<&'c ClientClaims>,
}

impl Minter {
    /// An issuer with an Ed25519 key.
    pub fn new(key: EncodingKey, kid: String, issuer: String, audience: String) -> Minter {
        Minter { key, kid, issuer, audience }
    }

    /// The installation's issuer, with the key that signs now.
    ///
    /// # Errors
    /// When there is no key.
    pub async fn of(settings: &Settings, store: &Store) -> Result<Minter, Failure> {
        let key = store.signing_key(KeyPurpose::Token).await?;
        let tokens = &settings.tokens;
        Ok(Minter::new(key.key, key.kid, tokens.issuer.clone(), tokens.audience.clone()))
    }

    /// An access token (RFC 9068). It names a person and no role.
    ///
    /// # Errors
    /// When the key does not sign.
    pub fn mint(&self, grant: &Grant<'_>) -> Result<String, jsonwebtoken::errors::Error> {
        self.mint_with(grant, Besides::default())
    }

    /// The same of a session or of a hospital system.
    ///
    /// # Errors
    /// When the key does not sign.
    pub fn mint_with(
        &self,
        grant: &Grant<'_>,
        besides: Besides<'_>,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        self.sign(&Claims {
            iss: &self.issuer,
            aud: &self.audience,
            sub: grant.user,
            client_id: grant.client,
            iat: grant.now,
            nbf: grant.now,
            exp: grant.now + grant.seconds,
            jti: grant.id,
            epoch: grant.epoch,
            session: besides.session,
            client: besides.client,
        })
    }

    fn sign(&self, claims: &impl Serialize) -> Result<String, jsonwebtoken::errors::Error> {
        let header = Header {
            typ: Some("at+jwt".to_owned()),
            kid: Some(self.kid.clone()),
            ..Header::new(Algorithm::EdDSA)
        };
        encode(&header, claims, &self.key)
    }
}
