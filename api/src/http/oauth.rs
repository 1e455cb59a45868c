//! Tokens for hospital systems over HTTP (RFC 6749, SMART App Launch 2), and where the address of them is told.

use super::edge::sign_in_refused;
use super::{AppData, body, reading, refuse, request_id, writing};
use crate::signin::client::{self, ALGORITHMS, Denied, Request};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use actix_web::{HttpRequest, HttpResponse, web};
use portal::command::SCOPES;
use serde_json::json;
use std::collections::BTreeMap;

/// The routes of hospital systems' sign-in.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(writing("/oauth/token", web::post().to(token)));
    config.service(reading("/.well-known/smart-configuration", web::get().to(configuration)));
}

async fn configuration(app: AppData) -> HttpResponse {
    let scopes = SCOPES.map(|(resource, letters)| format!("system/{resource}.{letters}"));
    HttpResponse::Ok().json(json!({
        "issuer": app.settings.tokens.issuer,
        "jwks_uri": format!("{}/.well-known/jwks.json", app.settings.server.public_url()),
        "token_endpoint": app.settings.token_endpoint(),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS.map(|(name, _)| name),
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": scopes,
        "capabilities": ["client-confidential-asymmetric", "permission-v2"],
    }))
}

async fn token(app: AppData, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    if let Some(response) = sign_in_refused(&app, &request) {
        return response;
    }
    if !is_form(&request) {
        let what = "send the request as application/x-www-form-urlencoded";
        return denied(&Denied::Request(what));
    }
    let read = match body::read(&request, payload, &app.settings.limits).await {
        Ok(read) => read,
        Err((status, failure)) => return refuse(status, &failure),
    };
    let asked = match form(&read) {
        Ok(asked) => asked,
        Err(refused) => return denied(&refused),
    };
    match client::token(&app, asked, request_id(&request)).await {
        Ok(token) => HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((PRAGMA, "no-cache"))
            .json(token),
        Err(refused) => denied(&refused),
    }
}

fn is_form(request: &HttpRequest) -> bool {
    let named = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = named.split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The fields of a form. None may come twice (RFC 6749, 3.2).
fn form(body: &[u8]) -> Result<Request, Denied> {
    let mut fields = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(body) {
        if fields.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(Denied::Request("a parameter comes twice"));
        }
    }
    Ok(Request {
        grant_type: fields.remove("grant_type"),
        client_assertion_type: fields.remove("client_assertion_type"),
        client_assertion: fields.remove("client_assertion"),
        scope: fields.remove("scope"),
    })
}

fn denied(denied: &Denied) -> HttpResponse {
    let (status, error, described) = match denied {
        Denied::Request(what) => (StatusCode::BAD_REQUEST, "invalid_request", *what),
        Denied::Client => {
            (StatusCode::UNAUTHORIZED, "invalid_client", "the client is not known by this assertion")
        }
        Denied::GrantType => {
            (StatusCode::BAD_REQUEST, "unsupported_grant_type", "the one grant is client_credentials")
        }
        Denied::Scope => (
            StatusCode::BAD_REQUEST,
            "invalid_scope",
            "none of the scopes asked for is registered for the client",
        ),
        Denied::Failed(failure) => return refuse(super::graphql::status_of(failure.code), failure),
    };
    HttpResponse::build(status)
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(json!({ "error": error, "error_description": described }))
}
