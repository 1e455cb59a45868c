//! Tokens for hospital systems: SMART Backend Services (client_credentials with private_key_jwt, RFC 7523).
//!
//! Invariant: an assertion is taken once, whichever replica it is sent to, and only by the address that it names.
//! Invariant: whoever is no client, or does not prove to be one, is answered alike.

use super::issue::{Besides, ClientClaims, Grant, Minter};
use super::jws::{self, Parsed, Trusted};
use super::verify::{Audience, Time};
use crate::app::App;
use crate::failure::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::Algorithm;
use portal::CallingClient;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{StoreError, Trace};
use uuid::Uuid;

/// The one kind of assertion that is taken (RFC 7523).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The algorithms by which assertions are signed, by their names in headers.
pub const ALGORITHMS: [(&str, Algorithm); 2] = [("ES384", Algorithm::ES384), ("RS384", Algorithm::RS384)];

/// The longest time that an assertion may hold, and that a token holds, in seconds.
const LONGEST: i64 = 300;
/// The longest id of an assertion, in bytes.
const JTI: usize = 255;

/// What a hospital system asks for.
#[derive(Default)]
pub struct Request {
    /// The kind of grant.
    pub grant_type: Option<String>,
    /// The kind of assertion.
    pub client_assertion_type: Option<String>,
    /// The assertion.
    pub client_assertion: Option<String>,
    /// The scopes, with spaces between.
    pub scope: Option<String>,
}

/// Why there is no token (RFC 6749, 5.2).
#[derive(Debug)]
pub enum Denied {
    /// The request is none.
    Request(&'static str),
    /// The client is not known, or did not prove to be it.
    Client,
    /// Another kind of grant.
    GrantType,
    /// None of the scopes is registered.
    Scope,
    /// The server cannot answer now.
    Failed(Failure),
}

impl From<Failure> for Denied {
    fn from(failure: Failure) -> Denied {
        Denied::Failed(failure)
    }
}

impl From<StoreError> for Denied {
    fn from(error: StoreError) -> Denied {
        Denied::Failed(error.into())
    }
}

/// A token for a hospital system.
#[derive(Debug, Serialize)]
pub struct Token {
    /// The access token.
    pub access_token: String,
    /// How it is sent.
    pub token_type: &'static str,
    /// Seconds that it holds.
    pub expires_in: i64,
    /// What it is limited to.
    pub scope: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: Time,
    iat: Option<Time>,
    nbf: Option<Time>,
    jti: String,
}

/// Answers a request of a hospital system for a token.
///
/// # Errors
/// Why there is none.
pub async fn token(app: &App, request: Request, request_id: Uuid) -> Result<Token, Denied> {
    match request.grant_type.as_deref() {
        Some("client_credentials") => {}
        Some(_) => return Err(Denied::GrantType),
        None => return Err(Denied::Request("`grant_type` is missing")),
    }
    if request.client_assertion_type.as_deref() != Some(ASSERTION_TYPE) {
        return Err(Denied::Client);
    }
    let assertion = request.client_assertion.ok_or(Denied::Client)?;
    let portal = app.store.portal().await?;
    let now = app.store.clock().now();
    let parsed = Parsed::of(&assertion).ok_or(Denied::Client)?;
    let name = parsed.unverified_issuer().unwrap_or_default();
    let client = portal.calling_client(name).ok_or(Denied::Client)?;
    let (key, client_key) = key_of(&client, &parsed).ok_or(Denied::Client)?;
    let claims = proved(app, parsed, (&client, &key), now).ok_or(Denied::Client)?;

    let asked = request.scope.unwrap_or_default();
    let scopes = policy::granted(client.scopes, asked.split(' '));
    let leeway = Duration::seconds(leeway(app));
    let until = DateTime::from_timestamp(claims.exp.seconds(), 0).ok_or(Denied::Client)? + leeway;
    if scopes.is_empty() {
        return Err(Denied::Scope);
    }
    let trace = Trace {
        actor: client.id,
        actor_name: client.name.to_owned(),
        client: client.name.to_owned(),
        request_id,
    };
    if !app.store.take_assertion(&claims.jti, until, trace).await? {
        return Err(Denied::Client);
    }
    let besides = ClientClaims { scope: scopes.join(" "), client_key };
    let access_token =
        mint(&Minter::of(&app.settings, &app.store).await?, client.name, (&besides, now, LONGEST))?;
    Ok(Token { access_token, token_type: "bearer", expires_in: LONGEST, scope: besides.scope })
}

/// A token of a client for some seconds.
///
/// # Errors
/// When the key does not sign.
pub fn mint(
    minter: &Minter,
    client: &str,
    (besides, now, seconds): (&ClientClaims, DateTime<Utc>, i64),
) -> Result<String, Failure> {
    let grant = Grant {
        user: client,
        epoch: 0,
        client,
        now: now.timestamp(),
        seconds,
        id: uuid::Builder::from_random_bytes(rand::random()).into_uuid(),
    };
    minter
        .mint_with(&grant, Besides { session: None, client: Some(besides) })
        .map_err(|_| Failure::internal("a client's token cannot be signed"))
}

fn leeway(app: &App) -> i64 {
    i64::try_from(app.settings.tokens.leeway_seconds).unwrap_or(0)
}

/// The claims of an assertion that a client's key verifies, that is for this address and of this moment.
fn proved(
    app: &App,
    parsed: Parsed<'_>,
    (client, key): (&CallingClient<'_>, &Trusted),
    now: DateTime<Utc>,
) -> Option<Claims> {
    if parsed.typ().as_deref() != Some("jwt") {
        return None;
    }
    let claims: Claims = serde_json::from_value(Value::Object(parsed.verified(key)?)).ok()?;
    let (now, leeway) = (now.timestamp(), leeway(app));
    let later = |time: Option<Time>| time.is_some_and(|time| time.seconds() > now + leeway);
    let ends = claims.exp.seconds();
    let good = claims.iss == client.name
        && claims.sub == client.name
        && claims.aud.is_only(&app.settings.token_endpoint())
        && ends > now - leeway
        && ends <= now + LONGEST
        && !later(claims.iat)
        && !later(claims.nbf)
        && (1..=JTI).contains(&claims.jti.len());
    good.then_some(claims)
}

/// The key of a client that an assertion names, for the algorithm that it names, with the key's digest.
fn key_of(client: &CallingClient<'_>, parsed: &Parsed<'_>) -> Option<(Trusted, String)> {
    let (kid, named) = parsed.kid().zip(parsed.algorithm())?;
    let (_, algorithm) = *ALGORITHMS.iter().find(|(name, _)| *name == named)?;
    keys(client).into_iter().find_map(|value| {
        let key = serde_json::from_value(value.clone()).ok();
        let key = key.and_then(|jwk| jws::trusted(&jwk, algorithm)).filter(|key| key.kid == kid)?;
        Some((key, digest(&value)))
    })
}

fn keys(client: &CallingClient<'_>) -> Vec<Value> {
    let set = jws::object(client.public_jwks.as_bytes()).unwrap_or_default();
    set.get("keys").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// A key's digest, under which a token names it.
fn digest(key: &Value) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(key.to_string()))
}

/// The digests of a client's keys.
pub fn key_digests(client: &CallingClient<'_>) -> Vec<String> {
    keys(client).iter().map(digest).collect()
}

/// Whether a client has a key now, by its digest. A token ends with the key by which it was asked for.
pub fn holds_key(client: &CallingClient<'_>, wanted: &str) -> bool {
    key_digests(client).iter().any(|digest| digest == wanted)
}
