//! What a socket has seen and what follows from it. Pure: time comes in, and what is to be done goes out.

use super::protocol::{self, Closing, Received};
use crate::config::Limits;
use crate::guard::Envelope;
use crate::guard::json;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::Instant;

/// How long a socket may be quiet before it is pinged.
const PING: Duration = Duration::from_secs(20);
/// How long a socket may be quiet, pings notwithstanding, before it counts as gone.
const SILENCE: Duration = Duration::from_secs(40);

/// A token. Never printed.
#[derive(Clone)]
pub(super) struct Token(Arc<str>);

impl Token {
    /// The token, for the one who verifies it.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

/// An operation that is to be started.
pub(super) struct Start {
    /// The client's id.
    pub(super) id: String,
    /// Ours: never the same twice on a socket, as the client may use an id again.
    pub(super) serial: u64,
    /// What is to be executed.
    pub(super) wanted: Envelope,
    /// Whose it is.
    pub(super) token: Token,
    /// Fails when the client wants no more of it, or is gone.
    pub(super) stopped: oneshot::Receiver<()>,
    /// The operation's place on the socket, free again when this is dropped.
    pub(super) place: OwnedSemaphorePermit,
}

/// What is to be done next.
pub(super) enum Act {
    /// Send a message.
    Send(String),
    /// Send a ping frame.
    Ping,
    /// Find out whether a token is accepted.
    Identify(Token),
    /// Start an operation.
    Start(Box<Start>),
    /// Close the socket.
    Close(Closing),
}

/// What became of something that was to be done.
pub(super) enum Event {
    /// The token is accepted for this long, or is not.
    Identified(Result<Duration, Closing>),
    /// An operation has something to say.
    Said {
        /// The client's id of it.
        id: String,
        /// Ours.
        serial: u64,
        /// What it says.
        words: Words,
    },
    /// The caller is no longer known, whatever becomes of the operations.
    Forgotten,
}

/// What an operation says.
pub(super) enum Words {
    /// A message, with more to come.
    More(String),
    /// Its last message.
    Last(String),
}

enum State {
    /// No first message yet.
    Fresh,
    /// The token is being verified.
    Identifying(Token),
    /// Operations are taken, until the token ends. No end: later than a clock can say.
    Open(Token, Option<Instant>),
}

struct Running {
    serial: u64,
    _stop: oneshot::Sender<()>,
}

/// A socket's state.
pub(super) struct Session {
    state: State,
    opened: Instant,
    heard: Instant,
    pinged: Instant,
    operations: HashMap<String, Running>,
    started: u64,
    places: Arc<Semaphore>,
    limits: Limits,
}

impl Session {
    /// A socket that was just opened.
    pub(super) fn new(now: Instant, limits: &Limits) -> Session {
        Session {
            state: State::Fresh,
            opened: now,
            heard: now,
            pinged: now,
            operations: HashMap::new(),
            started: 0,
            places: Arc::new(Semaphore::new(limits.socket_operations)),
            limits: limits.clone(),
        }
    }

    /// Any frame came: the client is there.
    pub(super) fn heard(&mut self, now: Instant) {
        self.heard = now;
    }

    /// A text message came.
    pub(super) fn received(&mut self, text: &str) -> Option<Act> {
        if let Err(refused) = json::check(text.as_bytes(), &self.limits) {
            return Some(Act::Close(Closing::invalid(refused.message())));
        }
        match protocol::parse(text, &self.limits) {
            Ok(Received::Init(payload)) => Some(self.init(protocol::token(&payload))),
            Ok(Received::Ping(payload)) => Some(Act::Send(protocol::pong(payload))),
            Ok(Received::Pong) => None,
            Ok(Received::Subscribe(id, wanted)) => Some(self.subscribe(id, wanted)),
            Ok(Received::Complete(id)) => {
                // An id that is not known may be one that ended while the client's message was on its way.
                self.operations.remove(&id);
                None
            }
            Err(closing) => Some(Act::Close(closing)),
        }
    }

    fn init(&mut self, token: Option<&str>) -> Act {
        match (&self.state, token) {
            (State::Identifying(_) | State::Open(..), _) => Act::Close(Closing::too_many_inits()),
            (State::Fresh, None) => Act::Close(Closing::forbidden("Forbidden: send a token in the payload")),
            (State::Fresh, Some(token)) => {
                let token = Token(token.into());
                self.state = State::Identifying(token.clone());
                Act::Identify(token)
            }
        }
    }

    fn subscribe(&mut self, id: String, wanted: Envelope) -> Act {
        let State::Open(token, _) = &self.state else { return Act::Close(Closing::unauthorized()) };
        if self.operations.contains_key(&id) {
            return Act::Close(Closing::duplicate(&id));
        }
        let Ok(place) = self.places.clone().try_acquire_owned() else {
            let error = serde_json::json!({
                "message": format!(
                    "as many operations run on this socket as `limits.socket_operations` allows: {}",
                    self.limits.socket_operations
                ),
                "extensions": {"code": crate::failure::Code::RateLimited.as_str()},
            });
            return Act::Send(protocol::error(&id, vec![error]));
        };
        self.started += 1;
        let serial = self.started;
        let (stop, stopped) = oneshot::channel();
        self.operations.insert(id.clone(), Running { serial, _stop: stop });
        Act::Start(Box::new(Start { id, serial, wanted, token: token.clone(), stopped, place }))
    }

    /// Something that was to be done has come to something.
    pub(super) fn happened(&mut self, event: Event, now: Instant) -> Option<Act> {
        match event {
            Event::Identified(Err(closing)) => Some(Act::Close(closing)),
            Event::Identified(Ok(remaining)) => {
                let State::Identifying(token) = &self.state else { return None };
                self.state = State::Open(token.clone(), now.checked_add(remaining));
                Some(Act::Send(protocol::ack()))
            }
            Event::Said { id, serial, words } => {
                // Words of an operation that the client has ended are not sent, even when its id runs again.
                if self.operations.get(&id).is_none_or(|running| running.serial != serial) {
                    return None;
                }
                match words {
                    Words::More(message) => Some(Act::Send(message)),
                    Words::Last(message) => {
                        self.operations.remove(&id);
                        Some(Act::Send(message))
                    }
                }
            }
            Event::Forgotten => Some(Act::Close(Closing::forbidden("Forbidden: the token is not accepted"))),
        }
    }

    /// How long a client may take to send its first message.
    fn patience(&self) -> Duration {
        Duration::from_secs(self.limits.socket_init_seconds)
    }

    /// What is due at an instant.
    pub(super) fn due(&mut self, now: Instant) -> Option<Act> {
        match self.state {
            State::Fresh if now >= self.opened + self.patience() => {
                return Some(Act::Close(Closing::init_timeout()));
            }
            State::Open(_, Some(end)) if now >= end => {
                return Some(Act::Close(Closing::forbidden("Forbidden: the token has expired")));
            }
            State::Fresh | State::Identifying(_) | State::Open(..) => {}
        }
        if now >= self.heard + SILENCE {
            return Some(Act::Close(Closing::going_away("No pong came")));
        }
        if now >= self.heard.max(self.pinged) + PING {
            self.pinged = now;
            return Some(Act::Ping);
        }
        None
    }

    /// When [`Session::due`] has something next, if nothing happens before.
    pub(super) fn deadline(&self) -> Instant {
        let quiet = (self.heard + SILENCE).min(self.heard.max(self.pinged) + PING);
        match self.state {
            State::Fresh => quiet.min(self.opened + self.patience()),
            State::Open(_, Some(end)) => quiet.min(end),
            State::Identifying(_) | State::Open(_, None) => quiet,
        }
    }
}

#[cfg(test)]
mod tests;
