//! One operation of a socket: guard, caller, execution, access log, words. In this order, as over HTTP.
//!
//! Invariant: each operation asks anew who the caller is, and a subscription before each of its events; an event
//! that was made under rights that no longer hold is not delivered.

use super::protocol;
use super::session::{Event, Start, Token, Words};
use crate::app::App;
use crate::caller::Calling;
use crate::failure::{Code, Failure};
use crate::graphql::{self, Asked, Scope};
use crate::guard::Envelope;
use crate::guard::counters::too_often;
use async_graphql::Response;
use async_graphql::parser::types::OperationType;
use futures_util::{FutureExt, StreamExt};
use serde_json::{Value, json};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// How an operation ended, as the log has it.
#[derive(Clone, Copy, Debug)]
enum Ended {
    Complete,
    Refused(Code),
    Forgotten,
    Stopped,
}

impl Ended {
    fn word(self) -> &'static str {
        match self {
            Ended::Complete => "complete",
            Ended::Refused(code) => code.as_str(),
            Ended::Forgotten => "forgotten",
            Ended::Stopped => "stopped",
        }
    }
}

/// Why an operation goes no further.
enum Stop {
    /// The caller reads these errors.
    Refused(Code, Vec<Value>),
    /// The portal no longer knows the caller.
    Forgotten,
    /// Nobody listens.
    Gone,
}

/// One operation while it runs.
struct Operation {
    app: Arc<App>,
    id: String,
    serial: u64,
    wanted: Envelope,
    token: Token,
    request_id: Uuid,
    out: mpsc::Sender<Event>,
}

/// Runs an operation to its end and says on `out` what comes of it.
pub(super) async fn run(app: Arc<App>, start: Start, socket: Uuid, out: mpsc::Sender<Event>) {
    let Start { id, serial, wanted, token, stopped, place } = start;
    let request_id = uuid::Builder::from_random_bytes(rand::random()).into_uuid();
    let started = std::time::Instant::now();
    let operation = Operation { app, id, serial, wanted, token, request_id, out };
    let ended = match AssertUnwindSafe(operation.execute(stopped)).catch_unwind().await {
        Ok(Ok(())) => operation.last(Ended::Complete, protocol::complete(&operation.id)).await,
        Ok(Err(Stop::Refused(code, errors))) => {
            operation.last(Ended::Refused(code), protocol::error(&operation.id, errors)).await
        }
        Ok(Err(Stop::Forgotten)) => {
            let _ = operation.out.send(Event::Forgotten).await;
            Ended::Forgotten
        }
        Ok(Err(Stop::Gone)) => Ended::Stopped,
        Err(_) => {
            let errors =
                operation.errors(&Failure::internal("an operation of a socket ended without an answer"));
            operation.last(Ended::Refused(Code::Internal), protocol::error(&operation.id, errors)).await
        }
    };
    drop(place);
    tracing::info!(
        %request_id,
        %socket,
        ended = ended.word(),
        micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        "operation"
    );
}

impl Operation {
    async fn execute(&self, stopped: oneshot::Receiver<()>) -> Result<(), Stop> {
        let mut wanted = self.wanted.clone();
        let known = self.app.operations.resolve(&mut wanted);
        let Envelope { query, operation_name, variables, .. } = &wanted;
        let (documents, name) = (&self.app.documents, operation_name.as_deref());
        let passed = documents.admit(query, name, (&self.app.settings).into());
        let scope =
            self.calling().identify(&self.app).await.map_err(|failure| self.unidentified(&failure))?;
        // Who is not known learns nothing of the schema, not even what is wrong with a document.
        let caller = scope.actor().person;
        if let Some(failure) = too_often(&self.app.counters.operation_of(caller)) {
            return Err(self.refused(&failure));
        }
        known.map_err(|failure| self.refused(&failure))?;
        let passed = passed.map_err(|refused| self.refused(&refused.into()))?;
        documents.keep(query, name, &passed);
        let operation = passed.admitted.operation;
        let asked = Asked {
            admitted: passed.admitted,
            query: query.clone(),
            operation_name: operation_name.clone(),
            variables: variables.clone(),
        };
        let run = || self.app.counters.run(caller).map_err(|failure| self.refused(&failure));
        match operation {
            // A write that was begun is brought to its end, whether or not somebody waits for it.
            OperationType::Mutation => {
                let _place = run()?;
                self.answer(scope, asked).await
            }
            OperationType::Query => {
                let _place = run()?;
                unless(stopped, self.answer(scope, asked)).await
            }
            OperationType::Subscription => unless(stopped, self.follow(scope, asked)).await,
        }
    }

    /// Answers a query or a mutation.
    async fn answer(&self, scope: Scope, asked: Asked) -> Result<(), Stop> {
        let response =
            graphql::answer(&self.app, scope, asked).await.map_err(|failure| self.refused(&failure))?;
        self.deliver(response).await
    }

    /// Delivers the events of a subscription, each under the rights of its delivery.
    async fn follow(&self, scope: Scope, asked: Asked) -> Result<(), Stop> {
        let operation = asked.operation();
        let (request, _) = graphql::request(asked, &scope).map_err(|refused| self.request_error(*refused))?;
        let mut events = std::pin::pin!(self.app.schema.execute_stream(request));
        while let Some(response) = events.next().await {
            let known = self.calling().known(&self.app).await;
            let known = known.map_err(|failure| self.unidentified(&failure))?;
            if known.actor.memberships != scope.actor().memberships {
                return Err(self.refused(&Failure::new(
                    Code::CursorExpired,
                    "what you may see has changed: fetch again and subscribe anew",
                )));
            }
            // What is read of identifiers and of closed board matters is logged before it leaves.
            scope.settle(operation.as_deref()).await.map_err(|failure| self.refused(&failure))?;
            self.deliver(response).await?;
        }
        Ok(())
    }

    async fn deliver(&self, mut response: Response) -> Result<(), Stop> {
        if graphql::is_request_error(&response) {
            return Err(self.request_error(response));
        }
        graphql::code_all(&mut response, &self.app.settings.limits);
        let message = protocol::next(&self.id, |out| graphql::write(&response, false, out))
            .map_err(|_| self.refused(&Failure::internal("an answer is not UTF-8")))?;
        self.say(Words::More(message)).await
    }

    /// The errors of a request that was not executed, as HTTP's answer would hold them.
    fn request_error(&self, mut response: Response) -> Stop {
        graphql::code_all(&mut response, &self.app.settings.limits);
        let mut body = Vec::with_capacity(1024);
        graphql::write(&response, true, &mut body);
        let errors =
            serde_json::from_slice(&body).ok().and_then(|mut body: Value| match body["errors"].take() {
                Value::Array(errors) => Some(errors),
                _ => None,
            });
        match errors {
            Some(errors) => Stop::Refused(Code::BadUserInput, errors),
            None => self.refused(&Failure::internal("a request error holds no errors")),
        }
    }

    fn calling(&self) -> Calling<'_> {
        Calling { token: Some(self.token.reveal()), request_id: self.request_id }
    }

    fn refused(&self, failure: &Failure) -> Stop {
        Stop::Refused(failure.code, self.errors(failure))
    }

    fn unidentified(&self, failure: &Failure) -> Stop {
        if failure.code == Code::Unauthenticated { Stop::Forgotten } else { self.refused(failure) }
    }

    /// A failure as callers read it; its internal text is logged here, once.
    fn errors(&self, failure: &Failure) -> Vec<Value> {
        let code = failure.code.as_str();
        if let Some(internal) = &failure.internal {
            tracing::error!(request_id = %self.request_id, code, internal, "operation refused");
        }
        let request_id = self.request_id.to_string();
        vec![json!({"message": failure.public, "extensions": {"code": code, "requestId": request_id}})]
    }

    async fn last(&self, ended: Ended, message: String) -> Ended {
        match self.say(Words::Last(message)).await {
            Ok(()) => ended,
            Err(_) => Ended::Stopped,
        }
    }

    async fn say(&self, words: Words) -> Result<(), Stop> {
        let said = Event::Said { id: self.id.clone(), serial: self.serial, words };
        self.out.send(said).await.map_err(|_| Stop::Gone)
    }
}

/// Runs until it is done or nobody wants it any more.
async fn unless(
    stopped: oneshot::Receiver<()>,
    running: impl Future<Output = Result<(), Stop>>,
) -> Result<(), Stop> {
    tokio::select! {
        biased;
        _ = stopped => Err(Stop::Gone),
        ended = running => ended,
    }
}
