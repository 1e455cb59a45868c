//! Whether the server lives, whether it can answer, what it counts, and its public keys.

use super::AppData;
use actix_web::HttpResponse;
use portal::KeyPurpose;
use serde_json::{Value, json};
use std::fmt::Write;
use store::Metrics;

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
            "clockOffset": "unknown",
        })),
        Err(error) => {
            tracing::warn!(internal = error.internal(), "not ready");
            HttpResponse::ServiceUnavailable().json(json!({"status": "not ready"}))
        }
    }
}

/// Counters in the text format of Prometheus.
pub(super) async fn metrics(app: AppData) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(counters(&app.store.metrics()))
}

/// Public keys of tokens and checkpoints as a JWK set (RFC 7517).
pub(super) async fn jwks(app: AppData) -> HttpResponse {
    match app.store.portal().await {
        Ok(portal) => {
            let purposes = [KeyPurpose::Token, KeyPurpose::Checkpoint];
            let keys = purposes.into_iter().flat_map(|purpose| portal.public_keys(purpose));
            let keys: Vec<Value> = keys.filter_map(|key| serde_json::from_str(&key.jwk).ok()).collect();
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

/// Counters and gauges by name, with what they count.
fn counters(held: &Metrics) -> String {
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
