//! One writer task per stream: commands that wait while a commit runs go together into the next transaction.
//!
//! Invariant: an answer goes out after the commit, and only what was committed is published.
//! Invariant: heads are locked in the order of [`StreamId`]: portal, open, sealed, access.

use crate::cache::Cache;
use crate::call::{Call, Command, Job, Reply};
use crate::clock::Clock;
use crate::connect::Pools;
use crate::error::StoreError;
use crate::hooks::Hooks;
use crate::identity::{DigestKeys, KeyVault};
use crate::metrics::Counters;
use crate::notify::Notifier;
use crate::transaction::{Attempt, Failure};
use futures_util::FutureExt;
use ledger::StreamId;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;

/// Most jobs in a transaction.
const GROUP: usize = 50;

/// Jobs that wait for a writer before callers have to.
const QUEUE: usize = 1_024;

/// What every writer works with.
pub(crate) struct Writers {
    pub pools: Arc<Pools>,
    pub cache: Arc<Cache>,
    pub counters: Arc<Counters>,
    pub clock: Clock,
    pub hooks: Hooks,
    pub vault: Arc<dyn KeyVault>,
    pub keys: DigestKeys,
    pub notifier: Notifier,
    pub runtime: tokio::runtime::Handle,
    pub queues: Mutex<HashMap<StreamId, mpsc::Sender<Job>>>,
}

impl Writers {
    /// Hands a job to the writer of the first stream that it may write.
    pub(crate) async fn submit(self: &Arc<Self>, job: Job) -> Result<(), StoreError> {
        let first = job.commands.iter().flat_map(|(command, _)| command.streams()).min();
        let stream = first.ok_or_else(|| StoreError::internal_fault("a command without a stream"))?;
        let gone = |_| StoreError::internal_fault("a writer is gone");
        self.queue(stream).send(job).await.map_err(gone)
    }

    fn queue(self: &Arc<Self>, stream: StreamId) -> mpsc::Sender<Job> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        let start = || {
            let (sender, receiver) = mpsc::channel(QUEUE);
            // Weak: a writer must not keep the store alive that it belongs to.
            self.runtime.spawn(run(Arc::downgrade(self), receiver));
            sender
        };
        queues.entry(stream).or_insert_with(start).clone()
    }

    /// Runs a group, and what the database rejects as a group one by one.
    async fn group(&self, mut jobs: Vec<Job>) {
        self.counters.group(jobs.len());
        while !jobs.is_empty() {
            match self.guarded(&jobs).await {
                Ok(attempt) => {
                    let rest = jobs.split_off(attempt.replies.len().min(jobs.len()));
                    for (job, reply) in jobs.into_iter().zip(attempt.replies) {
                        answer(job, Ok(reply));
                    }
                    jobs = rest;
                }
                Err(Failure::Clean(error)) if jobs.len() > 1 => {
                    tracing::warn!(
                        error = error.internal(),
                        jobs = jobs.len(),
                        "a group failed; its commands run alone"
                    );
                    Counters::add(&self.counters.alone, 1);
                    for job in jobs {
                        let reply = self.alone(&job).await;
                        answer(job, reply);
                    }
                    return;
                }
                Err(Failure::Clean(error) | Failure::Open(error)) => {
                    for job in jobs {
                        answer(job, Err(error.clone()));
                    }
                    return;
                }
            }
        }
    }

    async fn alone(&self, job: &Job) -> Reply {
        match self.guarded(std::slice::from_ref(job)).await {
            Ok(attempt) => attempt
                .replies
                .into_iter()
                .next()
                .map(Ok)
                .unwrap_or_else(|| Err(StoreError::internal_fault("a job was left without an answer"))),
            Err(Failure::Clean(error) | Failure::Open(error)) => Err(error),
        }
    }

    /// A command that panics must not take the writer with it.
    async fn guarded(&self, jobs: &[Job]) -> Result<Attempt, Failure> {
        let attempt = AssertUnwindSafe(self.attempt(jobs)).catch_unwind().await;
        attempt.unwrap_or_else(|_| Err(StoreError::internal_fault("a command panicked").into()))
    }
}

/// A writer's life: whoever waits when the last commit returns goes together.
async fn run(writers: std::sync::Weak<Writers>, mut receiver: mpsc::Receiver<Job>) {
    let mut jobs = Vec::with_capacity(GROUP);
    while receiver.recv_many(&mut jobs, GROUP).await > 0 {
        let Some(writers) = writers.upgrade() else { return };
        writers.group(std::mem::take(&mut jobs)).await;
    }
}

fn answer(job: Job, reply: Reply) {
    // A caller that went away does not undo what was written.
    let _ = job.reply.send(reply);
}

/// A job of one command.
pub(crate) fn single(command: Command, call: Call) -> (Job, tokio::sync::oneshot::Receiver<Reply>) {
    let (reply, receiver) = tokio::sync::oneshot::channel();
    (Job { commands: vec![(command, call)], reply }, receiver)
}
