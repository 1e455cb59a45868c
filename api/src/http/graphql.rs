//! `POST /graphql`: limits, guard, caller, execution off the workers, access log, answer. In this order.

use super::accept::{Media, is_json, media};
use super::edge::announce;
use super::{AppData, bearer, body, request_id};
use crate::app::App;
use crate::caller::Calling;
use crate::failure::{Code, Failure};
use crate::graphql::{self, Asked};
use crate::guard::Envelope;
use crate::guard::counters::too_often;
use crate::guard::rate::Standing;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use async_graphql::Response;
use async_graphql::parser::types::OperationType;
use bytes::Bytes;
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// Answers a GraphQL request.
pub(super) async fn post(app: AppData, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let Some(media) = media(&request) else {
        let failure = Failure::bad_input("accept application/json or application/graphql-response+json");
        return refuse(StatusCode::NOT_ACCEPTABLE, Media::Json, &failure);
    };
    if !is_json(&request) {
        let failure = Failure::bad_input("send the request as application/json in UTF-8");
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, media, &failure);
    }
    let body = match body::read(&request, payload, &app.settings.limits).await {
        Ok(body) => body,
        Err((status, failure)) => return refuse(status, media, &failure),
    };
    let work = Work { body, token: bearer(&request).map(str::to_owned), request_id: request_id(&request) };
    let Some(task) = app.runtime.spawn(work.run(app.clone().into_inner())) else {
        let failure = Failure::new(Code::Unavailable, "the server is going down: try again");
        return refuse(StatusCode::SERVICE_UNAVAILABLE, media, &failure);
    };
    match task.await {
        Ok(done) => done.respond(media),
        Err(_) => {
            let failure = Failure::internal("a request's task ended without an answer");
            refuse(StatusCode::INTERNAL_SERVER_ERROR, media, &failure)
        }
    }
}

/// Whatever is no POST. Reads and writes by GET are refused, so no link can act in somebody's name.
pub(super) async fn other(request: HttpRequest) -> HttpResponse {
    let media = media(&request).unwrap_or(Media::Json);
    let mut response =
        refuse(StatusCode::METHOD_NOT_ALLOWED, media, &Failure::bad_input("send GraphQL requests by POST"));
    response
        .headers_mut()
        .insert(actix_web::http::header::ALLOW, actix_web::http::header::HeaderValue::from_static("POST"));
    response
}

/// What is done for a request where no connection waits for it.
struct Work {
    body: Bytes,
    token: Option<String>,
    request_id: Uuid,
}

/// What became of it.
struct Done {
    said: Said,
    /// Where the caller's quota stands, once the caller is known.
    standing: Option<Standing>,
}

enum Said {
    Answer(Response),
    /// A request that was understood as one, and is refused.
    RequestError(Failure),
    Failure(StatusCode, Failure),
}

impl Work {
    async fn run(self, app: Arc<App>) -> Done {
        let Work { body, token, request_id } = self;
        let without_caller = |said| Done { said, standing: None };
        let mut envelope = match Envelope::read(&body, &app.settings.limits) {
            Ok(envelope) => envelope,
            Err(refused) => {
                return without_caller(Said::Failure(StatusCode::BAD_REQUEST, refused.into()));
            }
        };
        drop(body);
        let known = app.operations.resolve(&mut envelope);
        let name = envelope.operation_name.as_deref();
        let passed = app.documents.admit(&envelope.query, name, (&app.settings).into());
        // Who is not known learns nothing of the schema, not even what is wrong with a document.
        let calling = Calling { token: token.as_deref(), request_id };
        let scope = match calling.identify(&app).await {
            Ok(scope) => scope,
            Err(failure) => return without_caller(Said::Failure(status_of(failure.code), failure)),
        };
        let caller = scope.actor().person;
        let standing = app.counters.operation_of(caller);
        let done = |said| Done { said, standing: Some(standing) };
        let of = |failure: Failure| Said::Failure(status_of(failure.code), failure);
        if let Some(failure) = too_often(&standing) {
            return done(of(failure));
        }
        if let Err(failure) = known {
            return done(Said::RequestError(failure));
        }
        let passed = match passed {
            Ok(passed) if passed.admitted.operation == OperationType::Subscription => {
                let failure = Failure::bad_input("subscriptions are served at /graphql/ws");
                return done(Said::Failure(StatusCode::BAD_REQUEST, failure));
            }
            Ok(passed) => passed,
            Err(refused) => return done(Said::RequestError(refused.into())),
        };
        let _place = match app.counters.run(caller) {
            Ok(place) => place,
            Err(failure) => return done(of(failure)),
        };
        app.documents.keep(&envelope.query, name, &passed);
        let Envelope { query, operation_name, variables, .. } = envelope;
        let asked = Asked { admitted: passed.admitted, query, operation_name, variables };
        match graphql::answer(&app, scope, asked).await {
            Ok(response) => done(Said::Answer(response)),
            Err(failure) => done(of(failure)),
        }
    }
}

impl Done {
    fn respond(self, media: Media) -> HttpResponse {
        let mut response = match self.said {
            Said::Answer(response) => answer(media, &response),
            Said::RequestError(failure) => refuse(request_error_status(media), media, &failure),
            Said::Failure(status, failure) => {
                let mut response = refuse(status, media, &failure);
                if failure.code == Code::Unauthenticated {
                    response.headers_mut().insert(
                        actix_web::http::header::WWW_AUTHENTICATE,
                        actix_web::http::header::HeaderValue::from_static("Bearer"),
                    );
                }
                response
            }
        };
        if let Some(standing) = &self.standing {
            announce(response.headers_mut(), "caller", standing);
        }
        response
    }
}

/// Errors of a request that was understood as a request: 200 under plain JSON, 400 under GraphQL's own type.
fn request_error_status(media: Media) -> StatusCode {
    match media {
        Media::Json => StatusCode::OK,
        Media::GraphQl => StatusCode::BAD_REQUEST,
    }
}

pub(super) fn status_of(code: Code) -> StatusCode {
    match code {
        Code::Unauthenticated | Code::ReauthRequired => StatusCode::UNAUTHORIZED,
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Code::BadUserInput
        | Code::NotFound
        | Code::Conflict
        | Code::CostExceeded
        | Code::PersistedQueryNotFound
        | Code::CursorExpired => StatusCode::BAD_REQUEST,
    }
}

fn refuse(status: StatusCode, media: Media, failure: &Failure) -> HttpResponse {
    if let Some(internal) = &failure.internal {
        tracing::error!(code = failure.code.as_str(), internal, "request refused");
    }
    let body = json!({"errors": [{
        "message": failure.public,
        "extensions": {"code": failure.code.as_str()},
    }]});
    let mut builder = HttpResponseBuilder::new(status);
    if failure.code == Code::RateLimited {
        builder.insert_header((actix_web::http::header::RETRY_AFTER, "1"));
    }
    builder.content_type(media.content_type()).body(body.to_string())
}

fn answer(media: Media, response: &Response) -> HttpResponse {
    let request_error = graphql::is_request_error(response);
    let status = if request_error { request_error_status(media) } else { StatusCode::OK };
    let mut body = Vec::with_capacity(objects::response::size(response));
    graphql::write(response, request_error, &mut body);
    HttpResponseBuilder::new(status).content_type(media.content_type()).body(body)
}
