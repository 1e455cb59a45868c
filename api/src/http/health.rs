//! Whether the server lives, whether it can answer, what it counts, and its public keys.

use super::AppData;
use super::edge::Client;
use crate::ntp::Offset;
use actix_web::http::header;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use portal::{KeyPurpose, PublicKeyView};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::fmt::Write;
use store::Metrics;
use study::terms::Term as _;

/// The process runs.
pub(super) async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "live", "version": env!("CARGO_PKG_VERSION")}))
}

/// Requests can be answered: the database is there and written in a format that this program knows.
pub(super) async fn ready(app: AppData) -> HttpResponse {
    match app.store.ready().await {
        Ok(()) => HttpResponse::Ok().json(json!({
            "status": "ready",
            "version": env!("CARGO_PKG_VERSION"),
            "schema": crate::graphql::schema_digest(&app.schema),
            "clockOffsetMillis": app.clock_offset.millis().map_or_else(|| json!("unknown"), |millis| json!(millis)),
            "clockAlarm": app.clock_offset.alarms(),
        })),
        Err(error) => {
            tracing::warn!(internal = error.internal(), "not ready");
            HttpResponse::ServiceUnavailable().json(json!({"status": "not ready"}))
        }
    }
}

/// Counters in the text format of Prometheus, for operators: how many commands were written tells of a masked study when
/// something was sealed.
pub(super) async fn metrics(app: AppData, request: HttpRequest) -> HttpResponse {
    let server = &app.settings.server;
    let admitted = match &server.metrics_token {
        Some(token) => bearer(&request).is_some_and(|given| same(given, token.reveal())),
        None => {
            let client = request.extensions().get::<Client>().copied();
            let forwarded =
                ["forwarded", "x-forwarded-for", "via"].map(|name| request.headers().contains_key(name));
            let here = client.is_some_and(|client| client.address.is_loopback());
            server.trusted_proxies.is_empty() && here && forwarded == [false; 3]
        }
    };
    if !admitted {
        return super::nowhere().await;
    }
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(counters(&app.store.metrics(), app.hasher.hashed()) + &clock(&app.clock_offset))
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// Compared by digests, so that the time tells nothing of how much was right.
fn same(given: &str, wanted: &str) -> bool {
    Sha256::digest(given) == Sha256::digest(wanted)
}

/// What a published key is for.
const PURPOSE: &str = "urn:trialgraph:purpose";
/// Whether a published key still signs.
const STATUS: &str = "urn:trialgraph:status";

/// A public key as it is published: for which use, under which algorithm, and by names of our own what it signs and
/// whether it still does. None for one that does not read.
fn published(key: &PublicKeyView) -> Option<Value> {
    let mut jwk: Value = serde_json::from_str(&key.jwk).ok()?;
    let members = jwk.as_object_mut()?;
    members.insert("kid".to_owned(), json!(key.kid));
    members.insert("alg".to_owned(), json!("EdDSA"));
    // One of `use` and `key_ops` is enough, and readers are told not to use both (RFC 7517, 4.3).
    members.remove("key_ops");
    members.insert("use".to_owned(), json!("sig"));
    members.insert(PURPOSE.to_owned(), json!(key.purpose.as_str().to_lowercase()));
    members.insert(STATUS.to_owned(), json!(key.status.as_str().to_lowercase()));
    Some(jwk)
}

/// Public keys as a JWK set (RFC 7517): those that sign tokens now, and every one that ever signed a checkpoint,
/// since a checkpoint is kept for years. A retired key of tokens vouches for nothing any more and is not there.
pub(super) async fn jwks(app: AppData) -> HttpResponse {
    match app.store.portal().await {
        Ok(portal) => {
            let mut keys = Vec::new();
            for purpose in [KeyPurpose::Token, KeyPurpose::Checkpoint] {
                let listed = portal.public_keys(purpose);
                let listed = listed.iter().filter(|key| key.verifies());
                keys.extend(listed.filter_map(published));
            }
            HttpResponse::Ok()
                .content_type("application/jwk-set+json")
                .body(json!({"keys": keys}).to_string())
        }
        Err(error) => {
            tracing::warn!(internal = error.internal(), "keys cannot be read");
            HttpResponse::ServiceUnavailable().json(json!({"status": "not ready"}))
        }
    }
}

/// The clock's offset, which is no number while it is unknown, and whether it is off by more than a second.
fn clock(offset: &Offset) -> String {
    let millis = offset.millis().map_or_else(|| "NaN".to_owned(), |millis| millis.to_string());
    let alarm = u8::from(offset.alarms());
    format!(
        "# HELP trialgraph_clock_offset_milliseconds Milliseconds by which time servers are ahead of the clock.\n\
         # TYPE trialgraph_clock_offset_milliseconds gauge\n\
         trialgraph_clock_offset_milliseconds {millis}\n\
         # HELP trialgraph_clock_alarm Whether the clock is off by more than a second.\n\
         # TYPE trialgraph_clock_alarm gauge\n\
         trialgraph_clock_alarm {alarm}\n"
    )
}

/// Counters and gauges by name, with what they count.
fn counters(held: &Metrics, hashed: u64) -> String {
    let rows = [
        ("loads_total", "counter", "Studies loaded from the ledger.", held.loads),
        ("catch_ups_total", "counter", "Times that entries of others were applied.", held.catch_ups),
        ("entries_applied_total", "counter", "Entries applied to snapshots.", held.entries_applied),
        ("groups_total", "counter", "Transactions that wrote commands.", held.groups),
        ("commands_total", "counter", "Commands written.", held.grouped_commands),
        ("refused_total", "counter", "Commands refused.", held.refused),
        ("replayed_total", "counter", "Commands answered from an earlier entry.", held.replayed),
        ("questions_total", "counter", "Questions for the newest revisions.", held.questions),
        ("access_records_total", "counter", "Records of the access log.", held.access_records),
        ("evicted_total", "counter", "Snapshots dropped for want of memory.", held.evicted),
        ("password_hashes_total", "counter", "Passwords hashed, to set or to compare them.", hashed),
        ("subjects_derived_total", "counter", "Subjects whose endpoints were derived anew.", held.derived),
        ("snapshot_bytes", "gauge", "Bytes that snapshots hold, as counted.", held.bytes_held),
        ("studies_held", "gauge", "Studies in memory.", held.studies_held),
    ];
    let mut text = String::new();
    for (name, kind, help, value) in rows {
        let _ = write!(
            text,
            "# HELP trialgraph_{name} {help}\n# TYPE trialgraph_{name} {kind}\ntrialgraph_{name} {value}\n"
        );
    }
    text
}
