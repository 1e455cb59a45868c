//! What speaks HTTP: the GraphQL endpoint, health, metrics, keys, and the pages.

mod accept;
mod body;
pub mod edge;
mod graphql;
mod health;
mod oauth;
mod pages;
mod signin;
pub mod tls;
mod unread;

use crate::app::App;
use crate::failure::{Code, Failure};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, web};
use serde_json::json;
use uuid::Uuid;

/// The routes of everything but the socket.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/graphql")
                .route(web::post().to(graphql::post))
                .route(web::route().to(graphql::other)),
        )
        .service(reading("/health/live", web::get().to(health::live)))
        .service(reading("/health/ready", web::get().to(health::ready)))
        .service(reading("/metrics", web::get().to(health::metrics)))
        .service(reading("/.well-known/jwks.json", web::get().to(health::jwks)))
        .service(reading("/", web::get().to(pages::home)))
        .service(reading("/assets/{name}", web::get().to(pages::asset)))
        .configure(signin::routes)
        .configure(oauth::routes)
        .default_service(web::to(nowhere));
}

/// A route that is only read; anything else is refused with a code.
pub(crate) fn reading(path: &str, get: actix_web::Route) -> actix_web::Resource {
    web::resource(path).route(get).default_service(web::to(not_so))
}

/// A route that is only posted to; anything else is refused with a code, so that no link acts in somebody's name.
pub(crate) fn writing(path: &str, post: actix_web::Route) -> actix_web::Resource {
    web::resource(path).route(post).default_service(web::to(not_posted))
}

async fn not_posted() -> HttpResponse {
    let mut response =
        refuse(StatusCode::METHOD_NOT_ALLOWED, &Failure::bad_input("this address takes requests by POST"));
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    response
}

async fn not_so() -> HttpResponse {
    let mut response =
        refuse(StatusCode::METHOD_NOT_ALLOWED, &Failure::bad_input("this address is only read: use GET"));
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
    response
}

/// The answer where there is nothing.
pub(crate) async fn nowhere() -> HttpResponse {
    refuse(
        StatusCode::NOT_FOUND,
        &Failure::new(Code::NotFound, "there is nothing here; the API is at /graphql"),
    )
}

/// A failure as a plain JSON answer. Its internal text is logged here, once.
pub(crate) fn refuse(status: StatusCode, failure: &Failure) -> HttpResponse {
    if let Some(internal) = &failure.internal {
        tracing::error!(code = failure.code.as_str(), internal, "request refused");
    }
    HttpResponse::build(status).json(json!({"errors": [{
        "message": failure.public,
        "extensions": {"code": failure.code.as_str()},
    }]}))
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
