//! A hospital's system: a key pair of its own, assertions signed by it, and tokens for them.

use crate::caller::Caller;
use crate::member::Reply;
use crate::server::{Server, TestApp};
use crate::world::{accepted, by};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use portal::command::AddServiceClient;
use serde_json::{Value, json};
use uuid::Uuid;

/// The one kind of assertion that is taken.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A hospital's system.
#[derive(Clone)]
pub struct Hospital {
    /// The name that it is registered under.
    pub name: String,
    /// The id of its key.
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// The private half.
    pub key: EncodingKey,
}

/// A fresh key for an algorithm.
pub fn key(algorithm: Algorithm) -> EncodingKey {
    if algorithm == Algorithm::ES384 {
        let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &SystemRandom::new());
        return EncodingKey::from_ec_der(pair.unwrap().as_ref());
    }
    let pair = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der = AsDer::<Pkcs8V1Der>::as_der(&pair).unwrap();
    let lines = STANDARD.encode(der.as_ref());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n");
    EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap()
}

/// Several public keys as a JWK set.
pub fn set(keys: &[&Hospital]) -> String {
    json!({ "keys": keys.iter().map(|of| of.jwk()).collect::<Vec<_>>() }).to_string()
}

impl Hospital {
    /// A system with a fresh key.
    pub fn new(name: &str, kid: &str, algorithm: Algorithm) -> Hospital {
        Hospital { name: name.to_owned(), kid: kid.to_owned(), algorithm, key: key(algorithm) }
    }

    /// The public half.
    pub fn jwk(&self) -> Value {
        let mut jwk = Jwk::from_encoding_key(&self.key, self.algorithm).unwrap();
        jwk.common.key_id = Some(self.kid.clone());
        serde_json::to_value(jwk).unwrap()
    }

    /// The claims of a good assertion, which serves once.
    pub fn claims(&self, app: &TestApp) -> Value {
        json!({
            "iss": self.name, "sub": self.name, "aud": app.server.app.settings.token_endpoint(),
            "iat": app.now(), "exp": app.now() + 240, "jti": crate::world::id(),
        })
    }

    /// The header of a good assertion.
    pub fn header(&self) -> Header {
        Header { typ: Some("JWT".to_owned()), kid: Some(self.kid.clone()), ..Header::new(self.algorithm) }
    }

    /// Claims, signed.
    pub fn signed(&self, claims: &Value) -> String {
        jsonwebtoken::encode(&self.header(), claims, &self.key).unwrap()
    }

    /// A good assertion.
    pub fn assertion(&self, app: &TestApp) -> String {
        self.signed(&self.claims(app))
    }

    /// The form of a good request.
    pub fn form(&self, app: &TestApp, scope: &str) -> Vec<(&'static str, String)> {
        form(self.assertion(app), scope)
    }
}

/// The form of a request with an assertion.
pub fn form(assertion: String, scope: &str) -> Vec<(&'static str, String)> {
    vec![
        ("grant_type", "client_credentials".to_owned()),
        ("client_assertion_type", ASSERTION_TYPE.to_owned()),
        ("client_assertion", assertion),
        ("scope", scope.to_owned()),
    ]
}

impl TestApp {
    /// Registers a system for a site; answers with its row.
    pub async fn register(&self, hospital: &Hospital, site: &str, scopes: &[&str]) -> Uuid {
        let add = AddServiceClient {
            name: hospital.name.clone(),
            study: self.world.study,
            site: self.world.sites[site],
            known_sites: self.world.sites.values().copied().collect(),
            public_jwks: set(&[hospital]),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        };
        let store = self.server.store();
        accepted(store.decide_portal(Box::new(add), by("administrator")).await.unwrap()).row
    }

    /// Asks for a token.
    pub async fn ask_token(&self, form: &[(&'static str, String)]) -> Reply {
        ask_token(&self.server, form).await
    }

    /// A system with a token of some scopes.
    pub async fn delivering(&self, hospital: &Hospital, scope: &str) -> Caller {
        let reply = self.ask_token(&hospital.form(self, scope)).await;
        self.as_(&hospital.name).with(reply.text("access_token"))
    }
}

/// Asks a server for a token.
pub async fn ask_token(server: &Server, form: &[(&'static str, String)]) -> Reply {
    let body: String = form.iter().map(|(name, value)| format!("&{name}={}", encoded(value))).collect();
    let response = reqwest::Client::new()
        .post(format!("{}/oauth/token", server.url))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.trim_start_matches('&').to_owned())
        .send()
        .await
        .unwrap();
    let status = response.status().as_u16();
    Reply { status, body: serde_json::from_str(&response.text().await.unwrap()).unwrap_or(Value::Null) }
}

fn encoded(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    value
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
