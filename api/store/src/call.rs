//! What is asked of the writers, and what they answer.

use crate::error::StoreError;
use chrono::{DateTime, Utc};
use ledger::StreamId;
use policy::{Act, Actor, Refusal};
use portal::Portal;
use std::collections::BTreeSet;
use std::sync::Arc;
use study::Snapshot;
use tokio::sync::oneshot;
use uuid::Uuid;

/// Who asks, by what a verified token says. The actor and the rights are found in the portal stream, in the
/// transaction that writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallerRef {
    /// A person by user name.
    User(String),
    /// A person by external identity.
    External {
        /// The issuer's address.
        issuer: String,
        /// The subject there.
        subject: String,
    },
    /// A hospital system by name, within the scopes of its token.
    Client {
        /// The name.
        name: String,
        /// The scopes.
        scopes: Vec<String>,
    },
    /// The reserved actor that founds an installation. It may do nothing else.
    Installation,
}

impl CallerRef {
    /// The actor with the rights of now; none when there is no such account, or it is disabled.
    pub fn resolve(&self, portal: &Portal, now: DateTime<Utc>) -> Option<Actor> {
        match self {
            CallerRef::User(name) => portal.actor(name, now),
            CallerRef::External { issuer, subject } => portal.actor_of_subject(issuer, subject, now),
            CallerRef::Client { name, scopes } => portal.client_actor_within(name, scopes),
            CallerRef::Installation => Some(portal::installation()),
        }
    }
}

/// The circumstances of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Who asks.
    pub caller: CallerRef,
    /// The client program through which the caller came.
    pub client: Option<String>,
    /// The request, as in the log.
    pub request_id: Uuid,
    /// The idempotency key: 1 to 255 printable ASCII characters.
    pub key: Option<String>,
}

/// A command that was written.
#[derive(Clone)]
pub struct Accepted {
    /// The portal revision that it became.
    pub portal: Option<u64>,
    /// The open revision that it became.
    pub open: Option<u64>,
    /// The sealed revision that it became.
    pub sealed: Option<u64>,
    /// The row that the command is about.
    pub row: Uuid,
    /// Whether it had been written before under the same idempotency key, and was now only answered again.
    pub replayed: bool,
    /// The portal after the command; of a replay the newest.
    pub registry: Arc<Portal>,
    /// The study right after the command, of a replay as it was right after the first time; none for
    /// commands of the portal.
    pub snapshot: Option<Arc<Snapshot>>,
}

/// What became of a command.
#[derive(Clone)]
pub struct Outcome {
    /// Written, or refused and nothing written.
    pub result: Result<Accepted, Refusal>,
}

/// A command that was refused in a batch of which nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// Why.
    pub refusal: Refusal,
}

/// A command with its target.
pub(crate) enum Command {
    Portal(Box<dyn portal::Decide>),
    Study { study: Uuid, command: Box<dyn study::Decide> },
    Found { study: Uuid, registry: Box<dyn portal::Decide>, founding: Box<dyn study::Decide> },
}

impl Command {
    /// The heads that it may write, in the order in which they are locked.
    pub(crate) fn streams(&self) -> BTreeSet<StreamId> {
        match self {
            Command::Portal(_) => BTreeSet::from([StreamId::Portal]),
            Command::Study { study, command } => {
                let heads = command.heads();
                [
                    (heads.portal, StreamId::Portal),
                    (heads.open, StreamId::Open(*study)),
                    (heads.sealed, StreamId::Sealed(*study)),
                ]
                .into_iter()
                .filter_map(|(writes, stream)| writes.then_some(stream))
                .collect()
            }
            Command::Found { study, .. } => {
                BTreeSet::from([StreamId::Portal, StreamId::Open(*study), StreamId::Sealed(*study)])
            }
        }
    }

    pub(crate) fn study(&self) -> Option<Uuid> {
        match self {
            Command::Portal(_) => None,
            Command::Study { study, .. } | Command::Found { study, .. } => Some(*study),
        }
    }

    pub(crate) fn act(&self) -> Act {
        match self {
            Command::Portal(command) => command.act(),
            Command::Study { command, .. } => command.act(),
            Command::Found { registry, .. } => registry.act(),
        }
    }

    /// What an idempotency key stands for.
    pub(crate) fn input(&self) -> serde_json::Value {
        match self {
            Command::Portal(command) => command.input(),
            Command::Study { command, .. } => command.input(),
            Command::Found { registry, founding, .. } => {
                serde_json::json!([registry.input(), founding.input()])
            }
        }
    }

    /// Subjects whose identifiers it needs.
    pub(crate) fn identities(&self) -> Vec<Uuid> {
        match self {
            Command::Portal(_) | Command::Found { .. } => Vec::new(),
            Command::Study { command, .. } => command.identities(),
        }
    }
}

/// Commands that are written all together or not at all. Most jobs have one.
pub(crate) struct Job {
    pub commands: Vec<(Command, Call)>,
    pub reply: oneshot::Sender<Reply>,
}

/// What a job is answered with.
pub(crate) type Reply = Result<Result<Vec<Done>, Refused>, StoreError>;

/// A command that was written, before its answer is complete.
#[derive(Clone)]
pub(crate) struct Done {
    pub accepted: Accepted,
    /// The study, whose snapshot is still to be found: of a replay as of the first time, after a redaction anew.
    pub pending: Option<Uuid>,
}
