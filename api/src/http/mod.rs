//! What speaks HTTP: the GraphQL endpoint, health, metrics, keys, and the pages.

mod accept;
mod body;
pub mod edge;
mod graphql;
mod health;
mod pages;
pub mod tls;

use crate::app::App;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};
use uuid::Uuid;

/// The routes of everything but the socket.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/graphql")
                .route(web::post().to(graphql::post))
                .route(web::route().to(graphql::other)),
        )
        .route("/health/live", web::get().to(health::live))
        .route("/health/ready", web::get().to(health::ready))
        .route("/metrics", web::get().to(health::metrics))
        .route("/.well-known/jwks.json", web::get().to(health::jwks))
        .route("/", web::get().to(pages::home))
        .route("/assets/{name}", web::get().to(pages::asset));
}

/// The id under which a request stands in the log, the ledger and the answer's headers.
#[derive(Clone, Copy, Debug)]
pub struct RequestId(pub Uuid);

/// Gives a request its id and writes one line when it is done.
///
/// The line holds method, route, status and time: never a path with ids, a query or a token.
pub async fn frame(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let id = RequestId(Uuid::from_bytes(rand::random()));
    let id = RequestId(uuid::Builder::from_random_bytes(*id.0.as_bytes()).into_uuid());
    request.extensions_mut().insert(id);
    let method = request.method().clone();
    let route = request.match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    let started = std::time::Instant::now();
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id.0.to_string()) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    tracing::info!(
        request_id = %id.0,
        %method,
        route,
        status = response.status().as_u16(),
        micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        "request"
    );
    Ok(response)
}

pub(crate) fn request_id(request: &actix_web::HttpRequest) -> Uuid {
    request.extensions().get::<RequestId>().map_or(Uuid::nil(), |id| id.0)
}

/// The bearer token of a request.
pub(crate) fn bearer(request: &actix_web::HttpRequest) -> Option<&str> {
    let value = request.headers().get("authorization")?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

pub(crate) type AppData = web::Data<App>;
