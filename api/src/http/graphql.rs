//! `POST /graphql`: limits, guard, caller, execution off the workers, access log, answer. In this order.

use super::accept::{Media, is_json, media};
use super::{AppData, bearer, request_id};
use crate::caller::Calling;
use crate::failure::{Code, Failure};
use crate::graphql::{self, Asked};
use crate::guard::{self, Refused};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use async_graphql::Response;
use async_graphql::parser::types::OperationType;
use serde_json::{Map, Value, json};

/// What a request's body says.
struct Envelope {
    query: String,
    operation_name: Option<String>,
    variables: Map<String, Value>,
}

/// Answers a GraphQL request.
pub(super) async fn post(
    app: AppData,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> HttpResponse {
    let Some(media) = media(&request) else {
        return refuse(
            StatusCode::NOT_ACCEPTABLE,
            Media::Json,
            &Failure::bad_input("accept application/json or application/graphql-response+json"),
        );
    };
    if !is_json(&request) {
        return refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            media,
            &Failure::bad_input("send the request as application/json in UTF-8"),
        );
    }
    let Ok(body) = body else {
        return refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            media,
            &Failure::new(
                Code::CostExceeded,
                format!(
                    "the body is larger than `limits.body_bytes`: at most {}",
                    app.settings.limits.body_bytes
                ),
            ),
        );
    };
    let envelope = match envelope(&body, app.settings.limits.nesting) {
        Ok(envelope) => envelope,
        Err(failure) => return refuse(StatusCode::BAD_REQUEST, media, &failure),
    };
    let calling = Calling { token: bearer(&request), request_id: request_id(&request) };
    let admitted = guard::admit(&envelope.query, envelope.operation_name.as_deref(), &app.settings.limits);
    let admitted = match admitted {
        Ok(admitted) if admitted.operation == OperationType::Subscription => {
            return refuse(
                StatusCode::BAD_REQUEST,
                media,
                &Failure::bad_input("subscriptions are served at /graphql/ws"),
            );
        }
        Ok(admitted) => admitted,
        // Who is not known learns nothing of the schema, not even what is wrong with a document.
        Err(refused) => {
            return match calling.identify(&app).await {
                Ok(_) => refuse(request_error_status(media), media, &guarded(&refused)),
                Err(failure) => unidentified(media, &failure),
            };
        }
    };
    let scope = match calling.identify(&app).await {
        Ok(scope) => scope,
        Err(failure) => return unidentified(media, &failure),
    };
    let asked = Asked {
        document: admitted.document,
        query: envelope.query,
        operation_name: envelope.operation_name,
        variables: envelope.variables,
    };
    let app_ref = app.clone().into_inner();
    let Some(task) = app.runtime.spawn(async move { graphql::answer(&app_ref, scope, asked).await }) else {
        let failure = Failure::new(Code::Unavailable, "the server is going down: try again");
        return refuse(StatusCode::SERVICE_UNAVAILABLE, media, &failure);
    };
    match task.await {
        Ok(Ok(response)) => answer(media, &response),
        Ok(Err(failure)) => refuse(status_of(failure.code), media, &failure),
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

fn envelope(body: &[u8], nesting: usize) -> Result<Envelope, Failure> {
    if guard::nesting_of_json(body) > nesting {
        return Err(Failure::new(
            Code::CostExceeded,
            format!("the body nests deeper than `limits.nesting` allows: at most {nesting}"),
        ));
    }
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        Failure::bad_input(format!("the body is no JSON: line {}, column {}", error.line(), error.column()))
    })?;
    let Value::Object(mut fields) = value else {
        return Err(Failure::bad_input("the body must be one JSON object; batches are not taken"));
    };
    let Some(Value::String(query)) = fields.remove("query") else {
        return Err(Failure::bad_input("`query` must be there and a string"));
    };
    let operation_name = match fields.remove("operationName") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name),
        Some(_) => return Err(Failure::bad_input("`operationName` must be a string or null")),
    };
    let mut map = |name: &str| match fields.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map),
        Some(_) => Err(Failure::bad_input(format!("`{name}` must be an object or null"))),
    };
    let variables = map("variables")?;
    map("extensions")?;
    Ok(Envelope { query, operation_name, variables })
}

fn guarded(refused: &Refused) -> Failure {
    let code = match refused {
        Refused::TooMuch { .. } => Code::CostExceeded,
        Refused::Syntax { .. } | Refused::Rule(_) => Code::BadUserInput,
    };
    Failure::new(code, refused.message())
}

/// Errors of a request that was understood as a request: 200 under plain JSON, 400 under GraphQL's own type.
fn request_error_status(media: Media) -> StatusCode {
    match media {
        Media::Json => StatusCode::OK,
        Media::GraphQl => StatusCode::BAD_REQUEST,
    }
}

fn status_of(code: Code) -> StatusCode {
    match code {
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
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

fn unidentified(media: Media, failure: &Failure) -> HttpResponse {
    let mut response = refuse(status_of(failure.code), media, failure);
    if failure.code == Code::Unauthenticated {
        response.headers_mut().insert(
            actix_web::http::header::WWW_AUTHENTICATE,
            actix_web::http::header::HeaderValue::from_static("Bearer"),
        );
    }
    response
}

fn refuse(status: StatusCode, media: Media, failure: &Failure) -> HttpResponse {
    if let Some(internal) = &failure.internal {
        tracing::error!(code = failure.code.as_str(), internal, "request refused");
    }
    let body = json!({"errors": [{
        "message": failure.public,
        "extensions": {"code": failure.code.as_str()},
    }]});
    HttpResponseBuilder::new(status).content_type(media.content_type()).body(body.to_string())
}

fn answer(media: Media, response: &Response) -> HttpResponse {
    let request_error = graphql::is_request_error(response);
    let status = if request_error { request_error_status(media) } else { StatusCode::OK };
    let mut body = Vec::with_capacity(16 * 1024);
    graphql::write(response, request_error, &mut body);
    HttpResponseBuilder::new(status).content_type(media.content_type()).body(body)
}

#[cfg(test)]
mod tests {
    use super::envelope;

    #[test]
    fn a_body_is_one_object_of_known_types() {
        let says = |body: &str| envelope(body.as_bytes(), 40).map(|_| ()).map_err(|failure| failure.public);
        assert!(says(r#"{"query":"{a}"}"#).is_ok());
        assert!(says(r#"{"query":"{a}","variables":null,"operationName":null,"extensions":null}"#).is_ok());
        for body in [
            "",
            "[]",
            "{",
            r#"{"query":1}"#,
            "{}",
            r#"{"query":"{a}","variables":[]}"#,
            r#"{"query":"{a}","operationName":1}"#,
            r#"{"query":"{a}","extensions":"x"}"#,
            r#"[{"query":"{a}"}]"#,
        ] {
            assert!(says(body).is_err(), "{body}");
        }
        let deep =
            format!(r#"{{"query":"{{a}}","variables":{{"x":{}1{}}}}}"#, "[".repeat(50), "]".repeat(50));
        assert!(says(&deep).unwrap_err().contains("limits.nesting"));
    }
}
