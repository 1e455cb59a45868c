//! Whether the server lives, whether it can answer, what it counts, and its public keys.

use super::AppData;
use actix_web::HttpResponse;
use serde_json::{Value, json};

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
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(app.store.metrics().to_string())
}

/// Public keys of tokens and checkpoints as a JWK set (RFC 7517).
pub(super) async fn jwks(app: AppData) -> HttpResponse {
    match app.store.portal().await {
        Ok(portal) => {
            let keys: Vec<Value> =
                portal.all_public_keys().filter_map(|key| serde_json::from_str(&key.jwk).ok()).collect();
            HttpResponse::Ok().content_type("application/jwk-set+json").body(json!({"keys": keys}).to_string())
        }
        Err(error) => {
            tracing::warn!(internal = error.internal(), "keys cannot be read");
            HttpResponse::ServiceUnavailable().json(json!({"status": "not ready"}))
        }
    }
}
