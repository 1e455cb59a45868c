//! Reads a request's body: so many bytes, in so much time.

use crate::config::Limits;
use crate::failure::{Code, Failure};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use actix_web::{HttpRequest, web};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use std::time::Duration;

/// Reads a body to its end.
///
/// # Errors
/// Status and reason: it is too large, too slow, broken, or compressed.
pub(super) async fn read(
    request: &HttpRequest,
    mut payload: web::Payload,
    limits: &Limits,
) -> Result<Bytes, (StatusCode, Failure)> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    if header(CONTENT_ENCODING).is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
        let failure = Failure::bad_input("send the body as it is, without a content encoding");
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, failure));
    }
    let declared = header(CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limits.body_bytes) {
        return Err(too_large(limits));
    }
    let all = async {
        let mut body = BytesMut::with_capacity(declared.unwrap_or(1024).min(limits.body_bytes));
        while let Some(part) = payload.next().await {
            let part = part.map_err(|_| {
                (StatusCode::BAD_REQUEST, Failure::bad_input("the body broke off before its end"))
            })?;
            if body.len() + part.len() > limits.body_bytes {
                return Err(too_large(limits));
            }
            body.extend_from_slice(&part);
        }
        Ok(body.freeze())
    };
    match tokio::time::timeout(Duration::from_secs(limits.body_seconds), all).await {
        Ok(read) => read,
        Err(_) => {
            let seconds = limits.body_seconds;
            let failure = Failure::bad_input(format!(
                "the body took longer than `limits.body_seconds` allows: {seconds} s"
            ));
            Err((StatusCode::REQUEST_TIMEOUT, failure))
        }
    }
}

fn too_large(limits: &Limits) -> (StatusCode, Failure) {
    let allowed = limits.body_bytes;
    let message = format!("the body goes beyond `limits.body_bytes`: at most {allowed} are allowed");
    (StatusCode::PAYLOAD_TOO_LARGE, Failure::new(Code::CostExceeded, message))
}
