//! Where streams stand: reading, locking, and the question "what are the newest revisions?".
//!
//! A caller of the question waits only for one that was sent after it called: the driver takes everyone who
//! waits before it sends, and whoever comes while it runs waits for the next.

use crate::error::{StoreCode, StoreError};
use crate::hooks::{self, Hooks};
use crate::metrics::Counters;
use entity::ledger::head;
use ledger::{Digest, Head, Revision, StreamId};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, QueryFilter, QuerySelect,
    Statement,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// Heads by stream.
pub(crate) type Heads = BTreeMap<StreamId, Head>;

fn head_of(row: head::Model) -> Result<Head, StoreError> {
    let stream: StreamId = row
        .stream
        .parse()
        .map_err(|_| StoreError::new(StoreCode::Damaged, "the table of heads names an unknown stream"))?;
    let wrong = |what: &str| StoreError::damaged(stream, format!("its stored head has a bad {what}"));
    Ok(Head {
        stream,
        revision: Revision(row.revision.try_into().map_err(|_| wrong("revision"))?),
        hash: row.hash.parse::<Digest>().map_err(|_| wrong("hash"))?,
        format: row.format.try_into().map_err(|_| wrong("format"))?,
        at: row.at,
    })
}

/// A head as its row.
pub(crate) fn row_of(head: &Head) -> Result<head::Model, StoreError> {
    Ok(head::Model {
        stream: head.stream.to_string(),
        study_id: head.stream.study(),
        revision: number(head.revision)?,
        hash: head.hash.to_string(),
        format: head.format.try_into().map_err(|_| StoreError::internal_fault("a format beyond i32"))?,
        at: head.at,
    })
}

/// A revision as databases hold it.
pub(crate) fn number(revision: Revision) -> Result<i64, StoreError> {
    revision.0.try_into().map_err(|_| StoreError::internal_fault("a revision beyond i64"))
}

/// The heads of streams in one statement; streams without a head are left out.
pub(crate) async fn read<C: ConnectionTrait>(db: &C, streams: &[StreamId]) -> Result<Heads, StoreError> {
    // One text as the only parameter, so that the statement is prepared once, however many streams are asked for.
    let backend = db.get_database_backend();
    let names: Vec<String> = streams.iter().map(StreamId::to_string).collect();
    let (condition, parameter) = match backend {
        DbBackend::Sqlite => {
            ("IN (SELECT value FROM json_each($1))", format!("[\"{}\"]", names.join("\",\"")))
        }
        _ => ("= ANY (string_to_array($1, ','))", names.join(",")),
    };
    let sql =
        format!("SELECT stream, study_id, revision, hash, format, at FROM head WHERE stream {condition}");
    let statement = Statement::from_sql_and_values(backend, sql, [parameter.into()]);
    let rows = head::Entity::find().from_raw_sql(statement).all(db).await?;
    rows.into_iter().map(|row| head_of(row).map(|head| (head.stream, head))).collect()
}

/// Every head.
pub(crate) async fn read_all<C: ConnectionTrait>(db: &C) -> Result<Heads, StoreError> {
    let rows = head::Entity::find().all(db).await?;
    rows.into_iter().map(|row| head_of(row).map(|head| (head.stream, head))).collect()
}

/// Locks a head until the transaction ends; on SQLite the transaction itself is the lock. None when the
/// stream has no head.
pub(crate) async fn lock<C: ConnectionTrait>(db: &C, stream: StreamId) -> Result<Option<Head>, StoreError> {
    let query = head::Entity::find().filter(head::Column::Stream.eq(stream.to_string())).lock_exclusive();
    query.one(db).await?.map(head_of).transpose()
}

/// What askers are told.
type Answer = Result<Arc<Heads>, StoreError>;

/// One running, one waiting.
pub(crate) struct Question {
    db: DatabaseConnection,
    runtime: tokio::runtime::Handle,
    limit: Duration,
    hooks: Hooks,
    counters: Arc<Counters>,
    /// Which streams are asked for, taken at the moment of sending.
    streams: Box<dyn Fn() -> Vec<StreamId> + Send + Sync>,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    running: bool,
    askers: Vec<oneshot::Sender<Answer>>,
}

/// What a question is made of.
pub(crate) struct Asking {
    pub db: DatabaseConnection,
    pub runtime: tokio::runtime::Handle,
    pub limit: Duration,
    pub hooks: Hooks,
    pub counters: Arc<Counters>,
}

impl Question {
    pub(crate) fn new(
        asking: Asking,
        streams: impl Fn() -> Vec<StreamId> + Send + Sync + 'static,
    ) -> Arc<Question> {
        let Asking { db, runtime, limit, hooks, counters } = asking;
        let streams = Box::new(streams);
        Arc::new(Question { db, runtime, limit, hooks, counters, streams, waiting: Mutex::default() })
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest heads of all hot streams, by a question sent after this call.
    pub(crate) async fn ask(self: &Arc<Self>) -> Answer {
        let (sender, receiver) = oneshot::channel();
        let starts = {
            let mut waiting = self.waiting();
            waiting.askers.push(sender);
            !std::mem::replace(&mut waiting.running, true)
        };
        if starts {
            // Spawned, because a caller that goes away must not strand the others.
            let question = self.clone();
            self.runtime.spawn(async move { question.drive().await });
        }
        receiver.await.unwrap_or_else(|_| {
            Err(StoreError::new(StoreCode::Unavailable, "the revision question broke off"))
        })
    }

    async fn drive(self: Arc<Self>) {
        let mut guard = Guard { question: self.clone(), finished: false };
        loop {
            let askers = {
                let mut waiting = self.waiting();
                if waiting.askers.is_empty() {
                    waiting.running = false;
                    guard.finished = true;
                    return;
                }
                std::mem::take(&mut waiting.askers)
            };
            let answer = self.send().await;
            for asker in askers {
                // An asker that went away needs no answer.
                let _ = asker.send(answer.clone());
            }
        }
    }

    async fn send(&self) -> Answer {
        Counters::add(&self.counters.questions, 1);
        let asked = async {
            hooks::at(&self.hooks.before_question).await;
            read(&self.db, &(self.streams)()).await
        };
        let answer = tokio::time::timeout(self.limit, asked).await;
        hooks::at(&self.hooks.after_question).await;
        match answer {
            Ok(heads) => heads.map(Arc::new),
            Err(_) => Err(StoreError::new(StoreCode::Unavailable, "the revision question took too long")),
        }
    }
}

/// When a driver panics, those whose question it was hear that it broke off, and a new driver goes on with
/// those who waited for the next one.
struct Guard {
    question: Arc<Question>,
    finished: bool,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        let mut waiting = self.question.waiting();
        waiting.running = !waiting.askers.is_empty();
        if waiting.running {
            self.question.runtime.spawn(self.question.clone().drive());
        }
    }
}
