//! What a store is made of, and what it does on its own threads.

use crate::access_log;
use crate::cache::{Cache, Room};
use crate::call::{Accepted, Done, Outcome, Refused, Reply};
use crate::connect::{DatabaseConfig, Pools};
use crate::error::{StoreCode, StoreError};
use crate::heads::{self, Asking, Heads, Question};
use crate::history;
use crate::identity::DigestKeys;
use crate::load;
use crate::metrics::Counters;
use crate::notify::{self, Ears, Notifier};
use crate::schema;
use crate::tail::{self, streams};
use crate::writer::Writers;
use chrono::{DateTime, Utc};
use ledger::{Revision, StreamId};
use std::sync::{Arc, Mutex};
use study::Snapshot;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use uuid::Uuid;

/// The parts of a store.
pub(crate) struct Inner {
    pub(crate) config: DatabaseConfig,
    pub(crate) pools: Arc<Pools>,
    pub(crate) cache: Arc<Cache>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) question: Arc<Question>,
    pub(crate) writers: Arc<Writers>,
    /// Held so that the tasks that look for other processes' writes go on.
    _ears: Arc<Ears>,
    pub(crate) access: access_log::Queue,
}

impl Inner {
    /// Connects and starts the tasks.
    pub(crate) async fn open(config: DatabaseConfig, runtime: Handle) -> Result<Inner, StoreError> {
        let pools = Arc::new(Pools::open(&config).await?);
        if config.migrate {
            schema::migrate(&pools, &config.url).await?;
        }
        schema::check(&pools.read).await?;
        let keys = DigestKeys::read(&pools.write, config.vault.as_ref()).await?;
        let counters = Arc::<Counters>::default();
        let room = Room {
            pools: pools.clone(),
            counters: counters.clone(),
            vault: config.vault.clone(),
            memory_bytes: config.memory_bytes,
            pinned_for: config.pinned_for,
        };
        let cache = Arc::new(Cache::new(room));
        let asking = Asking {
            db: pools.question.clone(),
            runtime: runtime.clone(),
            limit: config.question_timeout,
            hooks: config.hooks.clone(),
            counters: counters.clone(),
        };
        let asked = cache.clone();
        let question = Question::new(asking, move || asked.asked());
        let notifier = Notifier::default();
        let ears = Arc::new(Ears {
            pools: pools.clone(),
            cache: cache.clone(),
            question: question.clone(),
            counters: counters.clone(),
            notifier: notifier.clone(),
            poll_every: config.poll_every,
            heard: Notify::new(),
        });
        notify::start(&ears, &runtime);
        let writers = Arc::new(Writers {
            pools: pools.clone(),
            cache: cache.clone(),
            counters: counters.clone(),
            clock: config.clock.clone(),
            hooks: config.hooks.clone(),
            vault: config.vault.clone(),
            keys,
            notifier,
            runtime,
            queues: Mutex::default(),
        });
        let access = access_log::start(&writers);
        Ok(Inner { config, pools, cache, counters, question, writers, _ears: ears, access })
    }

    /// The heads of a study by a question sent after the call; the study is hot from then on.
    pub(crate) async fn heads(&self, study: Uuid) -> Result<Arc<Heads>, StoreError> {
        self.cache.slot(study);
        let heads = self.question.ask().await?;
        let [open, sealed] = streams(study);
        if heads.contains_key(&open) && heads.contains_key(&sealed) {
            return Ok(heads);
        }
        // Not asked for, because it left the memory meanwhile; or there is no such study.
        let heads = heads::read(&self.pools.read, &streams(study)).await?;
        if heads.len() < 2 {
            self.cache.forget(study);
            return Err(StoreError::new(StoreCode::NotFound, format!("there is no study {study}")));
        }
        Ok(Arc::new(heads))
    }

    pub(crate) async fn fresh(&self, study: Uuid) -> Result<Arc<Snapshot>, StoreError> {
        let heads = self.heads(study).await?;
        self.cache.bring(study, &heads).await
    }

    /// A study at an older pair of revisions. The newest is brought first: it tells of redactions.
    pub(crate) async fn at(
        &self,
        study: Uuid,
        open: u64,
        sealed: Option<u64>,
    ) -> Result<Arc<Snapshot>, StoreError> {
        let newest = self.fresh(study).await?;
        let [open_stream, sealed_stream] = streams(study);
        if open > newest.open().revision.0 {
            return Err(history::no_revision(open_stream, open));
        }
        let sealed = match sealed {
            Some(sealed) if sealed > newest.sealed().revision.0 => {
                return Err(history::no_revision(sealed_stream, sealed));
            }
            Some(sealed) => Revision(sealed),
            None if open == newest.open().revision.0 => newest.sealed().revision,
            None => {
                let db = &self.pools.read;
                let at = load::head_at(db, open_stream, Revision(open)).await?.at;
                history::revision_at(db, sealed_stream, (newest.sealed().revision, at)).await?
            }
        };
        if (open, sealed) == (newest.open().revision.0, newest.sealed().revision) {
            return Ok(newest);
        }
        self.cache.at((study, Revision(open), sealed)).await
    }

    pub(crate) async fn revision_at(&self, study: Uuid, at: DateTime<Utc>) -> Result<(u64, u64), StoreError> {
        let newest = self.fresh(study).await?;
        let [open, sealed] = streams(study);
        let db = &self.pools.read;
        let open = history::revision_at(db, open, (newest.open().revision, at)).await?;
        let sealed = history::revision_at(db, sealed, (newest.sealed().revision, at)).await?;
        Ok((open.0, sealed.0))
    }

    /// Finds what an answer still lacks: the snapshot of a replay as of the first time, or of a study whose
    /// past was just changed.
    pub(crate) async fn complete(&self, done: Done) -> Result<Accepted, StoreError> {
        let Done { mut accepted, pending } = done;
        if accepted.replayed {
            Counters::add(&self.counters.replayed, 1);
            self.complete_replay(&mut accepted, pending).await?;
        } else if let Some(study) = pending {
            accepted.snapshot = Some(self.fresh(study).await?);
        }
        Ok(accepted)
    }

    pub(crate) async fn complete_replay(
        &self,
        accepted: &mut Accepted,
        study: Option<Uuid>,
    ) -> Result<(), StoreError> {
        let db = &self.pools.read;
        let of_study =
            |revision: Option<u64>, stream: fn(Uuid) -> StreamId| Some((stream(study?), revision?));
        let first = accepted
            .portal
            .map(|revision| (StreamId::Portal, revision))
            .or_else(|| of_study(accepted.open, StreamId::Open))
            .or_else(|| of_study(accepted.sealed, StreamId::Sealed));
        let Some((stream, revision)) = first else { return Ok(()) };
        let revision = Revision(revision);
        let found = tail::entries(db, stream, (revision, revision)).await?;
        let Some(entry) = found.into_iter().next() else {
            return Err(StoreError::damaged(stream, format!("entry {revision} of a key is missing")));
        };
        accepted.row = entry.header.changes.first().map_or(accepted.row, |change| change.row);
        if let Some(study) = study {
            let (open, sealed) = self.revision_at(study, entry.header.at).await?;
            let (open, sealed) = (accepted.open.unwrap_or(open), accepted.sealed.unwrap_or(sealed));
            accepted.snapshot = Some(self.at(study, open, Some(sealed)).await?);
        }
        Ok(())
    }

    pub(crate) async fn outcome(&self, reply: Reply) -> Result<Outcome, StoreError> {
        match reply? {
            Ok(done) => {
                let one = done.into_iter().next();
                let one = one.ok_or_else(|| StoreError::internal_fault("a command without an answer"))?;
                Ok(Outcome { result: Ok(self.complete(one).await?) })
            }
            Err(Refused { refusal, .. }) => {
                Counters::add(&self.counters.refused, 1);
                Ok(Outcome { result: Err(refusal) })
            }
        }
    }
}
