//! Live: GraphQL over WebSocket at `/graphql/ws`, in the sub-protocol `graphql-transport-ws`.
//!
//! A socket is a task on the worker that took its connection; operations run where HTTP's do. [`session`] decides
//! and [`protocol`] reads and writes; this file moves frames.
//!
//! Invariant: nothing is executed before a token was accepted, and nothing after it ended.

mod operation;
mod protocol;
mod session;

use crate::app::App;
use crate::caller::Calling;
use crate::failure::{Code, Failure};
use crate::guard::counters::SocketPlace;
use crate::guard::rate::Place;
use crate::http::edge::{client_of, may_open};
use crate::http::{AppData, reading, refuse, request_id};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER, SEC_WEBSOCKET_PROTOCOL};
use actix_web::{HttpRequest, HttpResponse, web};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, ProtocolError};
use protocol::{Closing, SUBPROTOCOL};
use session::{Act, Event, Session, Token};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use uuid::Uuid;

/// How long a client that does not read may keep a message waiting.
const SEND: Duration = Duration::from_secs(15);
/// How long a client may take to answer a close frame.
const FAREWELL: Duration = Duration::from_secs(1);
/// Words of operations that wait to be sent; operations that have more to say wait too.
const WORDS: usize = 8;

/// The route of the socket.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(reading("/graphql/ws", web::get().to(open)));
}

/// All sockets of a server, to end them together. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sockets {
    stop: watch::Sender<bool>,
}

impl Default for Sockets {
    fn default() -> Sockets {
        Sockets { stop: watch::Sender::new(false) }
    }
}

impl Sockets {
    /// Closes every socket with 1001, those that are opened later too: the server is about to stop.
    pub fn close(&self) {
        self.stop.send_replace(true);
    }

    async fn stopped(stop: &mut watch::Receiver<bool>) {
        // No sender is left only when the server itself is gone.
        let _ = stop.wait_for(|stopped| *stopped).await;
    }
}

async fn open(
    app: AppData,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, actix_web::Error> {
    let speaks = |value: &HeaderValue| {
        value.to_str().is_ok_and(|names| names.split(',').any(|name| name.trim() == SUBPROTOCOL))
    };
    if !request.headers().get_all(SEC_WEBSOCKET_PROTOCOL).any(speaks) {
        let failure = Failure::bad_input(format!("open a WebSocket with the sub-protocol `{SUBPROTOCOL}`"));
        return Ok(refuse(StatusCode::BAD_REQUEST, &failure));
    }
    if !may_open(request.headers(), &app.settings.server.cors_origins) {
        let failure = Failure::new(Code::Forbidden, "pages of this origin may not open a WebSocket here");
        return Ok(refuse(StatusCode::FORBIDDEN, &failure));
    }
    let place = match app.counters.socket_from(client_of(&request).address) {
        Ok(place) => place,
        Err(failure) if failure.code == Code::RateLimited => {
            return Ok(later(StatusCode::TOO_MANY_REQUESTS, &failure));
        }
        Err(failure) => return Ok(later(StatusCode::SERVICE_UNAVAILABLE, &failure)),
    };
    let limits = &app.settings.limits;
    let (mut response, out, incoming) = actix_ws::handle(&request, payload)?;
    response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    let incoming = incoming
        .max_frame_size(limits.body_bytes)
        .aggregate_continuations()
        .max_continuation_size(limits.body_bytes);
    let (events, happened) = mpsc::channel(WORDS);
    let socket = Socket {
        app: app.into_inner(),
        id: request_id(&request),
        out,
        events,
        own: Arc::default(),
        _place: place,
    };
    actix_web::rt::spawn(socket.serve(incoming, happened));
    Ok(response)
}

/// Why a conversation ends.
enum End {
    /// The client said so, and hears it confirmed.
    Parted(Option<CloseReason>),
    /// The client is gone, or does not read.
    Left,
    /// The server has to tell the client.
    Close(Closing),
}

struct Socket {
    app: Arc<App>,
    id: Uuid,
    out: actix_ws::Session,
    events: mpsc::Sender<Event>,
    /// The caller's place for it, once the caller is known.
    own: Arc<OnceLock<Place<Uuid>>>,
    _place: SocketPlace,
}

impl Socket {
    async fn serve(mut self, mut incoming: AggregatedMessageStream, mut happened: mpsc::Receiver<Event>) {
        let end = self.converse(&mut incoming, &mut happened).await;
        // Nobody listens to the operations any more, so they end; a mutation is brought to its end all the same.
        drop(happened);
        match end {
            End::Left => tracing::info!(socket = %self.id, "socket left"),
            End::Parted(reason) => {
                tracing::info!(socket = %self.id, "socket left");
                let _ = timeout(FAREWELL, self.out.close(reason)).await;
            }
            End::Close(closing) => {
                tracing::info!(socket = %self.id, code = closing.code, "socket closed");
                self.close(closing, incoming).await;
            }
        }
    }

    async fn converse(
        &mut self,
        incoming: &mut AggregatedMessageStream,
        happened: &mut mpsc::Receiver<Event>,
    ) -> End {
        let mut session = Session::new(Instant::now(), &self.app.settings.limits);
        let mut stop = self.app.sockets.stop.subscribe();
        loop {
            let act = match session.due(Instant::now()) {
                Some(act) => Some(act),
                None => tokio::select! {
                    biased;
                    () = Sockets::stopped(&mut stop) => {
                        return End::Close(Closing::going_away("The server stops"));
                    }
                    frame = incoming.recv() => {
                        let Some(frame) = frame else { return End::Left };
                        session.heard(Instant::now());
                        match self.frame(&mut session, frame).await {
                            Ok(act) => act,
                            Err(end) => return end,
                        }
                    }
                    Some(event) = happened.recv() => session.happened(event, Instant::now()),
                    () = sleep_until(session.deadline()) => None,
                },
            };
            if let Some(act) = act
                && let Err(end) = self.perform(act).await
            {
                return end;
            }
        }
    }

    async fn frame(
        &mut self,
        session: &mut Session,
        frame: Result<AggregatedMessage, ProtocolError>,
    ) -> Result<Option<Act>, End> {
        let closing = match frame {
            Ok(AggregatedMessage::Text(text)) => return Ok(session.received(&text)),
            Ok(AggregatedMessage::Ping(payload)) => {
                return sent(timeout(SEND, self.out.pong(&payload)).await).map(|()| None);
            }
            Ok(AggregatedMessage::Pong(_)) => return Ok(None),
            Ok(AggregatedMessage::Close(reason)) => return Err(End::Parted(reason)),
            Ok(AggregatedMessage::Binary(_)) => Closing::invalid("A message is text"),
            Err(ProtocolError::Io(error)) if error.kind() == std::io::ErrorKind::InvalidData => {
                Closing::not_text()
            }
            // The library reports a message whose fragments are too large together, and a connection that broke,
            // in the same way; of a broken connection nobody reads the close frame.
            Err(ProtocolError::Overflow | ProtocolError::Io(_)) => {
                Closing::too_big(self.app.settings.limits.body_bytes)
            }
            Err(_) => Closing::protocol_error(),
        };
        Err(End::Close(closing))
    }

    /// Does what the session wants.
    async fn perform(&mut self, act: Act) -> Result<(), End> {
        match act {
            Act::Send(message) => sent(timeout(SEND, self.out.text(message)).await),
            Act::Ping => sent(timeout(SEND, self.out.ping(b"")).await),
            Act::Identify(token) => {
                let (app, id, events, own) =
                    (self.app.clone(), self.id, self.events.clone(), self.own.clone());
                self.app.runtime.spawn(async move {
                    let accepted = accepted(&app, &token, id).await.map(|(remaining, place)| {
                        // A socket says once who it is.
                        let _ = own.set(place);
                        remaining
                    });
                    let _ = events.send(Event::Identified(accepted)).await;
                });
                Ok(())
            }
            Act::Start(start) => {
                let (app, id, events) = (self.app.clone(), self.id, self.events.clone());
                self.app.runtime.spawn(operation::run(app, *start, id, events));
                Ok(())
            }
            Act::Close(closing) => Err(End::Close(closing)),
        }
    }

    /// Sends the close frame and waits a little for the client's: a connection that is cut while the client still
    /// sends may lose the frame on its way.
    async fn close(self, closing: Closing, mut incoming: AggregatedMessageStream) {
        // The connection ends when the last handle is dropped.
        let connection = self.out.clone();
        let reason = CloseReason { code: CloseCode::from(closing.code), description: Some(closing.reason) };
        if sent(timeout(FAREWELL, self.out.close(Some(reason))).await).is_ok() {
            let farewell = async {
                loop {
                    match incoming.recv().await {
                        Some(Ok(AggregatedMessage::Close(_))) | None => return,
                        Some(Ok(_)) => {}
                        // Nothing more can be read; the frame gets the time that it may take.
                        Some(Err(_)) => sleep(FAREWELL).await,
                    }
                }
            };
            let _ = timeout(FAREWELL, farewell).await;
        }
        drop(connection);
    }
}

/// A client that is gone, or reads nothing, is left.
fn sent(done: Result<Result<(), actix_ws::Closed>, tokio::time::error::Elapsed>) -> Result<(), End> {
    match done {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Left),
    }
}

/// A refusal of a socket that may be had a little later.
fn later(status: StatusCode, failure: &Failure) -> HttpResponse {
    let mut response = refuse(status, failure);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
    response
}

/// For how long a token is accepted from now on, and its holder's place for this socket.
async fn accepted(app: &App, token: &Token, id: Uuid) -> Result<(Duration, Place<Uuid>), Closing> {
    let calling = Calling { token: Some(token.reveal()), request_id: id };
    match calling.known(app).await {
        Ok(known) => {
            let leeway = i64::try_from(app.settings.tokens.leeway_seconds).unwrap_or(i64::MAX);
            let end = known.caller.expires_at.saturating_add(leeway);
            let remaining = end.saturating_sub(known.now.timestamp());
            let place =
                app.counters.socket_of(known.actor.person).map_err(|failure| rejected(&failure, id))?;
            Ok((Duration::from_secs(u64::try_from(remaining).unwrap_or(0)), place))
        }
        Err(failure) => Err(rejected(&failure, id)),
    }
}

fn rejected(failure: &Failure, id: Uuid) -> Closing {
    if let Some(internal) = &failure.internal {
        tracing::error!(socket = %id, code = failure.code.as_str(), internal, "socket refused");
    }
    match failure.code {
        Code::Unauthenticated => Closing::forbidden(&format!("Forbidden: {}", failure.public)),
        Code::Unavailable => Closing::try_again("Try again later"),
        Code::RateLimited => Closing::try_again(&failure.public),
        Code::Forbidden
        | Code::BadUserInput
        | Code::NotFound
        | Code::Conflict
        | Code::CostExceeded
        | Code::PersistedQueryNotFound
        | Code::ReauthRequired
        | Code::CursorExpired
        | Code::Internal => Closing::internal(),
    }
}
