//! Signing in with an account of this installation: plain JSON over POST, without cookies. See `docs/sign-in.md`.

use super::edge::{client_of, sign_in_refused};
use super::graphql::status_of;
use super::{AppData, accept, bearer, body, refuse, request_id};
use crate::app::App;
use crate::caller::{Calling, Known};
use crate::failure::{Code, Failure};
use crate::guard;
use crate::signin::account::{Before, Desk, Proving, Said};
use crate::signin::jws::object;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::net::IpAddr;
use uuid::Uuid;

/// The routes of sign-in.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    for (path, route) in [
        ("/signin", web::post().to(sign_in)),
        ("/signin/refresh", web::post().to(refresh)),
        ("/signin/again", web::post().to(again)),
        ("/signin/out", web::post().to(sign_out)),
        ("/signin/password", web::post().to(password)),
        ("/signin/factor", web::post().to(offer_factor)),
        ("/signin/factor/confirm", web::post().to(confirm_factor)),
        ("/signin/invitation", web::post().to(open_invitation)),
        ("/signin/invitation/accept", web::post().to(accept_invitation)),
    ] {
        config.service(super::writing(path, route));
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SignIn {
    name: String,
    #[serde(default)]
    password: Said,
    #[serde(default)]
    code: Said,
    #[serde(default)]
    recovery_code: Said,
    client: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Refresh {
    refresh_token: Said,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SignOut {
    #[serde(default)]
    refresh_token: Option<Said>,
    #[serde(default)]
    everywhere: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Password {
    #[serde(default)]
    password: Said,
    #[serde(default)]
    code: Said,
    #[serde(default)]
    recovery_code: Said,
    new_password: Said,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Factor {
    #[serde(default)]
    password: Said,
    #[serde(default)]
    code: Said,
    #[serde(default)]
    recovery_code: Said,
    enrolment: Said,
    new_code: Said,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Invitation {
    name: String,
    invitation: Said,
    client: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Accept {
    name: String,
    invitation: Said,
    enrolment: Said,
    code: Said,
    password: Said,
    #[serde(default)]
    former_code: Said,
    #[serde(default)]
    former_recovery_code: Said,
    #[serde(default)]
    second_invitation: Said,
    client: Option<String>,
}

/// A request that was read.
struct Asked<T> {
    input: T,
    /// Where it came from, and its id.
    from: (IpAddr, Uuid),
}

/// Reads a request: counted by its address, JSON, of bounded size, and of known fields alone.
async fn asked<T: DeserializeOwned>(
    app: &App,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<Asked<T>, HttpResponse> {
    if let Some(response) = sign_in_refused(app, request) {
        return Err(response);
    }
    if !accept::is_json(request) {
        let failure = Failure::bad_input("send the request as application/json in UTF-8");
        return Err(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, &failure));
    }
    let limits = &app.settings.limits;
    let read = body::read(request, payload, limits).await;
    let read = read.map_err(|(status, failure)| refuse(status, &failure))?;
    guard::json::check(&read, limits).map_err(|refused| refuse(StatusCode::BAD_REQUEST, &refused.into()))?;
    // The reader's own message may quote what may be a password.
    let wrong = || {
        let failure =
            Failure::bad_input("the body is not one JSON object with the fields that this address takes");
        refuse(StatusCode::BAD_REQUEST, &failure)
    };
    let input = object(&read).and_then(|object| serde_json::from_value(Value::Object(object)).ok());
    Ok(Asked { input: input.ok_or_else(wrong)?, from: from(request) })
}

/// Where a request came from, and its id.
fn from(request: &HttpRequest) -> (IpAddr, Uuid) {
    (client_of(request).address, request_id(request))
}

/// The caller of a request that needs one.
async fn known(app: &App, request: &HttpRequest) -> Result<Known, Failure> {
    Calling { token: bearer(request), request_id: request_id(request) }.known(app).await
}

fn answer<T: Serialize>(result: Result<T, Failure>) -> HttpResponse {
    match result {
        Ok(body) => HttpResponse::Ok().json(body),
        Err(failure) => refused(&failure),
    }
}

fn done(result: Result<(), Failure>) -> HttpResponse {
    match result {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(failure) => refused(&failure),
    }
}

fn refused(failure: &Failure) -> HttpResponse {
    let mut response = refuse(status_of(failure.code), failure);
    if failure.code == Code::Unauthenticated {
        let header = actix_web::http::header::WWW_AUTHENTICATE;
        response.headers_mut().insert(header, HeaderValue::from_static("Bearer"));
    }
    response
}

/// Takes a request, or answers what is wrong with it.
macro_rules! take {
    ($asked:expr) => {
        match $asked {
            Ok(asked) => asked,
            Err(response) => return response,
        }
    };
}

async fn sign_in(app: AppData, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let Asked { input, from } = take!(asked::<SignIn>(&app, &request, payload).await);
    let SignIn { name, password, code, recovery_code, client } = input;
    let proving = Proving { password, code, recovery_code };
    let desk = Desk::new(&app, client.as_deref(), from);
    answer(match desk {
        Ok(desk) => desk.sign_in(&name, &proving).await,
        Err(failure) => Err(failure),
    })
}

async fn refresh(app: AppData, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let Asked { input, from } = take!(asked::<Refresh>(&app, &request, payload).await);
    answer(match Desk::new(&app, None, from) {
        Ok(desk) => desk.refresh(&input.refresh_token).await,
        Err(failure) => Err(failure),
    })
}

/// The desk of a caller, and the caller.
async fn of_caller<'a>(app: &'a App, request: &HttpRequest) -> Result<(Desk<'a>, Known), Failure> {
    let known = known(app, request).await?;
    let desk = Desk::new(app, known.caller.client.as_deref(), from(request))?;
    Ok((desk, known))
}

async fn again(app: AppData, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let Asked { input, .. } = take!(asked::<Proving>(&app, &request, payload).await);
    answer(match of_caller(&app, &request).await {
        Ok((desk, known)) => desk.prove(&known, &input).await,
        Err(failure) => Err(failure),
    })
}

async fn sign_out(app: AppData, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let Asked { input, from } = take!(asked::<SignOut>(&app, &request, payload).await);
    let SignOut { refresh_token, everywhere } = input;
    // The token that renews a session ends it too, when no access token holds any more.
    if let Some(refresh_token) = refresh_token {
        return done(match Desk::new(&app, None, from) {
            Ok(desk) => desk.sign_out_by(&refresh_token, everywhere).await,
            Err(failure) => Err(failure),
        });
    }
    done(match of_caller(&app, &request).await {
        Ok((desk, known)) => desk.sign_out(&known, everywhere).await,
        Err(failure) => Err(failure),
    })
}

async fn password(app: AppData, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let Asked { input, .. } = take!(asked::<Password>(&app, &request, payload).await);
    let Password { password, code, recovery_code, new_password } = input;
    let proving = Proving { password, code, recovery_code };
    done(match of_caller(&app, &request).await {
        Ok((desk, known)) => desk.change_password(&known, (&proving, &new_password)).await,
        Err(failure) => Err(failure),
    })
}

async fn offer_factor(app: AppData, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let _: Asked<Nothing> = take!(asked(&app, &request, payload).await);
    answer(match of_caller(&app, &request).await {
        Ok((desk, known)) => desk.offer_factor(&known),
        Err(failure) => Err(failure),
    })
}

async fn confirm_factor(app: AppData, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let Asked { input, .. } = take!(asked::<Factor>(&app, &request, payload).await);
    let Factor { password, code, recovery_code, enrolment, new_code } = input;
    let proving = Proving { password, code, recovery_code };
    answer(match of_caller(&app, &request).await {
        Ok((desk, known)) => desk.change_factor(&known, &proving, (&enrolment, &new_code)).await,
        Err(failure) => Err(failure),
    })
}

async fn open_invitation(app: AppData, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let Asked { input, from } = take!(asked::<Invitation>(&app, &request, payload).await);
    answer(match Desk::new(&app, input.client.as_deref(), from) {
        Ok(desk) => desk.open_invitation(&input.name, &input.invitation).await,
        Err(failure) => Err(failure),
    })
}

async fn accept_invitation(app: AppData, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let Asked { input, from } = take!(asked::<Accept>(&app, &request, payload).await);
    let Accept { name, invitation, enrolment, code, password, client, .. } = &input;
    let Accept { former_code, former_recovery_code, second_invitation, .. } = &input;
    let before = Before {
        former_code: former_code.clone(),
        former_recovery_code: former_recovery_code.clone(),
        second_invitation: second_invitation.clone(),
    };
    answer(match Desk::new(&app, client.as_deref(), from) {
        Ok(desk) => desk.accept_invitation((name, invitation), &before, (password, enrolment, code)).await,
        Err(failure) => Err(failure),
    })
}
