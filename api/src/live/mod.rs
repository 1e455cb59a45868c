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
use crate::http::{AppData, request_id};
use actix_web::http::header::{HeaderName, HeaderValue, SEC_WEBSOCKET_PROTOCOL};
use actix_web::{HttpRequest, HttpResponse, web};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, ProtocolError};
use protocol::{Closing, SUBPROTOCOL};
use session::{Act, Event, Session, Token};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use uuid::Uuid;

/// How long a client that does not read may keep a message waiting.
const SEND: Duration = Duration::from_secs(15);
/// How long a client may take to answer a close frame.
const FAREWELL: Duration = Duration::from_secs(2);
/// Words of operations that wait to be sent; operations that have more to say wait too.
const WORDS: usize = 8;

/// The route of the socket.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/graphql/ws", web::get().to(open));
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
        return Ok(HttpResponse::BadRequest().json(serde_json::json!({"errors": [{
            "message": format!("open a WebSocket with the sub-protocol `{SUBPROTOCOL}`"),
            "extensions": {"code": Code::BadUserInput.as_str()},
        }]})));
    }
    let limits = &app.settings.limits;
    let (mut response, out, incoming) = actix_ws::handle(&request, payload)?;
    let name: HeaderName = SEC_WEBSOCKET_PROTOCOL;
    response.headers_mut().insert(name, HeaderValue::from_static(SUBPROTOCOL));
    let incoming = incoming
        .max_frame_size(limits.body_bytes)
        .aggregate_continuations()
        .max_continuation_size(limits.body_bytes);
    let (events, happened) = mpsc::channel(WORDS);
    let socket = Socket { app: app.into_inner(), id: request_id(&request), out, events };
    actix_web::rt::spawn(socket.serve(incoming, happened));
    Ok(response)
}

struct Socket {
    app: Arc<App>,
    id: Uuid,
    out: actix_ws::Session,
    events: mpsc::Sender<Event>,
}

impl Socket {
    async fn serve(mut self, mut incoming: AggregatedMessageStream, mut happened: mpsc::Receiver<Event>) {
        let closing = self.converse(&mut incoming, &mut happened).await;
        // Nobody listens to the operations any more, so they end; a mutation is brought to its end all the same.
        drop(happened);
        tracing::info!(socket = %self.id, code = closing.as_ref().map(|closing| closing.code), "socket closed");
        if let Some(closing) = closing {
            self.close(closing, incoming).await;
        }
    }

    /// Until one side ends the conversation. None: the client did.
    async fn converse(
        &mut self,
        incoming: &mut AggregatedMessageStream,
        happened: &mut mpsc::Receiver<Event>,
    ) -> Option<Closing> {
        let mut session = Session::new(Instant::now(), self.app.settings.limits.nesting);
        let mut stop = self.app.sockets.stop.subscribe();
        loop {
            let due = session.due(Instant::now());
            let act = match due {
                Some(act) => Some(act),
                None => tokio::select! {
                    biased;
                    () = Sockets::stopped(&mut stop) => {
                        Some(Act::Close(Closing::going_away("The server stops")))
                    }
                    frame = incoming.recv() => match self.frame(&mut session, frame?).await {
                        Ok(act) => act,
                        Err(Left) => return None,
                    },
                    Some(event) = happened.recv() => session.happened(event, Instant::now()),
                    () = sleep_until(session.deadline()) => None,
                },
            };
            match act {
                None => {}
                Some(Act::Close(closing)) => return Some(closing),
                Some(act) => self.perform(act).await.ok()?,
            }
        }
    }

    async fn frame(
        &mut self,
        session: &mut Session,
        frame: Result<AggregatedMessage, ProtocolError>,
    ) -> Result<Option<Act>, Left> {
        session.heard(Instant::now());
        match frame {
            Ok(AggregatedMessage::Text(text)) => Ok(session.received(&text)),
            Ok(AggregatedMessage::Binary(_)) => Ok(Some(Act::Close(Closing::invalid("A message is text")))),
            Ok(AggregatedMessage::Ping(payload)) => {
                timeout(SEND, self.out.pong(&payload)).await.map_err(|_| Left)?.map_err(|_| Left)?;
                Ok(None)
            }
            Ok(AggregatedMessage::Pong(_)) => Ok(None),
            Ok(AggregatedMessage::Close(_)) => Err(Left),
            Err(ProtocolError::Overflow) => {
                Ok(Some(Act::Close(Closing::too_big(self.app.settings.limits.body_bytes))))
            }
            Err(_) => Ok(Some(Act::Close(Closing::protocol_error()))),
        }
    }

    /// Does what the session wants.
    async fn perform(&mut self, act: Act) -> Result<(), Left> {
        match act {
            Act::Send(message) => sent(timeout(SEND, self.out.text(message)).await),
            Act::Ping => sent(timeout(SEND, self.out.ping(b"")).await),
            Act::Identify(token) => {
                let (app, id, events) = (self.app.clone(), self.id, self.events.clone());
                self.app.runtime.spawn(async move {
                    let accepted = accepted(&app, &token, id).await;
                    let _ = events.send(Event::Identified(accepted)).await;
                });
                Ok(())
            }
            Act::Start(start) => {
                let (app, id, events) = (self.app.clone(), self.id, self.events.clone());
                self.app.runtime.spawn(operation::run(app, *start, id, events));
                Ok(())
            }
            Act::Close(_) => Ok(()),
        }
    }
}
