//! The demonstration's hospital system: its key pair, its registration and a token.

use super::making::Demo;
use crate::app::DemoUser;
use crate::cli::Told;
use crate::cli::installation::{self, accepted, call};
use crate::config::Settings;
use crate::signin::{ClientClaims, client};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey};
use portal::command::{AddServiceClient, SCOPES};
use std::path::{Path, PathBuf};
use store::CallerRef;

/// The name that it is registered under.
const NAME: &str = "hospital-bj01";
/// The file of its private key.
const KEY: &str = "hospital-bj01.key.pem";

/// The hospital system, as `demo.json` tells of it.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Hospital {
    name: &'static str,
    kid: String,
    algorithm: &'static str,
    /// Where its private key lies.
    key_file: PathBuf,
    scope: String,
}

/// Where the private key of a demonstration lies.
pub(super) fn key_file(data: &Path) -> PathBuf {
    data.join(KEY)
}

/// Makes a key pair, and registers its public half for the first site.
pub(super) async fn register(demo: &Demo, data: &Path) -> Told<Hospital> {
    let failed = |what: &str| format!("a key pair of the demonstration's hospital: {what}");
    let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &SystemRandom::new());
    let pair = pair.map_err(|_| failed("not made"))?;
    let private = EncodingKey::from_ec_der(pair.as_ref());
    let mut jwk =
        Jwk::from_encoding_key(&private, Algorithm::ES384).map_err(|error| failed(&error.to_string()))?;
    let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|error| failed(&error.to_string()))?;
    jwk.common.key_id = Some(kid.clone());
    let file = key_file(data);
    super::write_private(&file, &pem(pair.as_ref()))
        .map_err(|error| format!("{}: {error}", file.display()))?;

    let scopes = SCOPES.map(|(resource, letters)| format!("system/{resource}.{letters}"));
    let add = AddServiceClient {
        name: NAME.to_owned(),
        study: demo.study,
        site: demo.sites[0],
        known_sites: demo.sites.clone(),
        public_jwks: serde_json::json!({ "keys": [jwk] }).to_string(),
        scopes: scopes.to_vec(),
    };
    let admin = call(CallerRef::User("admin".to_owned()));
    accepted(demo.store.decide_portal(Box::new(add), admin).await)?;
    Ok(Hospital { name: NAME, kid, algorithm: "ES384", key_file: file, scope: scopes.join(" ") })
}

/// A private key as PEM (RFC 7468).
fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

/// The hospital system as a user with a token for as long as the others'.
pub(super) async fn user(demo: &Demo, settings: &Settings, (site, seconds): (&str, i64)) -> Told<DemoUser> {
    let minter = installation::minter(settings, &demo.store).await?;
    let portal = demo.store.portal().await.map_err(installation::broken)?;
    let known = portal.calling_client(NAME).ok_or("the demonstration's hospital is not registered")?;
    let client_key = client::key_digests(&known).swap_remove(0);
    let besides = ClientClaims { scope: known.scopes.join(" "), client_key };
    let now = demo.store.clock().now();
    let token = client::mint(&minter, NAME, (&besides, now, seconds)).map_err(|failure| failure.public)?;
    let role = policy::Role::HospitalClient.as_str().to_owned();
    Ok(DemoUser { name: NAME.to_owned(), role, sites: vec![site.to_owned()], token })
}
