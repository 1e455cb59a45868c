//! One transaction of a writer: lock, catch up, decide, write, commit, publish.

use crate::append::{self, Batch, Ink};
use crate::cache::unmigrated;
use crate::call::{Command, Done, Job, Refused};
use crate::decide::{KeyUse, Known, Work};
use crate::error::{StoreCode, StoreError};
use crate::heads::{self, Heads};
use crate::hooks;
use crate::identity;
use crate::load;
use crate::metrics::Counters;
use crate::tail::{self, Caught, digest, streams, unsigned};
use crate::writer::Writers;
use entity::ledger::{entry, idempotency};
use ledger::{Digest, Head, Revision, Stream, StreamId};
use portal::Portal;
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;
use study::Snapshot;
use uuid::Uuid;

/// What a transaction came to.
pub(crate) struct Attempt {
    /// Answers of the first jobs; a redaction ends the group early.
    pub(crate) replies: Vec<Result<Vec<Done>, Refused>>,
}

/// The states that a group starts from.
struct Brought {
    portal: Arc<Portal>,
    snapshots: BTreeMap<Uuid, Arc<Snapshot>>,
}

/// Whether a failed group may be run again, one by one.
pub(crate) enum Failure {
    /// Nothing was written.
    Clean(StoreError),
    /// The database went away during the commit, and does not say what became of it.
    Open(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Clean(error)
    }
}

impl From<sea_orm::DbErr> for Failure {
    fn from(error: sea_orm::DbErr) -> Failure {
        Failure::Clean(error.into())
    }
}

impl Writers {
    /// Runs jobs in one transaction: locks, catches up, decides, writes, commits, publishes.
    pub(crate) async fn attempt(&self, jobs: &[Job]) -> Result<Attempt, Failure> {
        let commands = || jobs.iter().flat_map(|job| &job.commands);
        let studies: BTreeSet<Uuid> = commands()
            .filter(|(command, _)| !matches!(command, Command::Found { .. }))
            .filter_map(|(command, _)| command.study())
            .collect();
        let wanted: Vec<StreamId> = std::iter::once(StreamId::Portal)
            .chain(studies.iter().flat_map(|study| streams(*study)))
            .collect();
        // Before the lock, so that nobody waits for a load.
        let seen = heads::read(&self.pools.read, &wanted).await?;
        let brought = self.bring(&studies, &seen).await?;

        let txn = self.begin().await?;
        let locks: BTreeSet<StreamId> = commands().flat_map(|(command, _)| command.streams()).collect();
        for stream in locks {
            if heads::lock(&txn, stream).await?.is_some()
                && let Some(note) = &self.hooks.locked
            {
                note(stream);
            }
        }
        hooks::at(&self.hooks.after_lock).await;
        let locked = heads::read(&txn, &wanted).await?;
        writable(&locked)?;
        let mut work = self.work(&txn, brought, &locked).await?;
        work.identities = self.identities(&txn, jobs).await?;
        let known = Known {
            keys: &self.keys,
            clock: &self.clock,
            heads: &locked,
            used: self.used(&txn, jobs, &work.portal).await?,
        };
        let first = work.clone();
        let mut replies = Vec::with_capacity(jobs.len());
        for job in jobs {
            if work.redacts {
                break;
            }
            replies.push(run_job(&mut work, &txn, job, &known).await?);
        }
        self.finish(txn, (&first, work), &locked).await?;
        Ok(Attempt { replies })
    }

    /// Loads and catches up outside the transaction.
    async fn bring(&self, studies: &BTreeSet<Uuid>, heads: &Heads) -> Result<Brought, StoreError> {
        let portal = self.cache.bring_portal(heads).await?;
        let mut snapshots = BTreeMap::new();
        for study in studies {
            snapshots.insert(*study, self.cache.bring(*study, heads).await?);
        }
        Ok(Brought { portal, snapshots })
    }

    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        let options = TransactionOptions {
            // A transaction that begins as a reader cannot become a writer behind another one's back.
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.pools.write.begin_with_options(options).await?)
    }

    /// The states at the locked heads, caught up inside the transaction.
    async fn work(
        &self,
        txn: &DatabaseTransaction,
        brought: Brought,
        locked: &Heads,
    ) -> Result<Work, StoreError> {
        let mut studies = BTreeMap::new();
        for (study, snapshot) in brought.snapshots {
            studies.insert(study, self.study(txn, &snapshot, locked).await?);
        }
        Ok(Work {
            portal: self.portal(txn, &brought.portal, locked).await?,
            studies,
            identities: BTreeMap::new(),
            batch: Batch::default(),
            redacts: false,
        })
    }

    async fn portal(
        &self,
        txn: &DatabaseTransaction,
        brought: &Arc<Portal>,
        locked: &Heads,
    ) -> Result<Arc<Portal>, StoreError> {
        let head = locked.get(&StreamId::Portal).ok_or_else(unmigrated)?;
        let portal = match tail::portal(txn, brought, locked).await? {
            Caught::Up(portal, applied) => {
                self.cache.caught_up(applied);
                portal
            }
            Caught::Lost => Arc::new(load::portal(&self.pools.read, *head).await?),
        };
        same(portal.head(), head)?;
        Ok(portal)
    }

    async fn study(
        &self,
        txn: &DatabaseTransaction,
        brought: &Arc<Snapshot>,
        locked: &Heads,
    ) -> Result<Arc<Snapshot>, StoreError> {
        let snapshot = match tail::study(txn, brought, locked).await? {
            Caught::Up(snapshot, applied) => {
                self.cache.caught_up(applied);
                snapshot
            }
            Caught::Lost => {
                Counters::add(&self.counters.loads, 1);
                Arc::new(load::study(&self.pools.read, brought.study(), locked).await?)
            }
        };
        for head in [snapshot.open(), snapshot.sealed()] {
            same(head, locked.get(&head.stream).ok_or_else(unmigrated)?)?;
        }
        Ok(snapshot)
    }

    async fn identities(
        &self,
        txn: &DatabaseTransaction,
        jobs: &[Job],
    ) -> Result<BTreeMap<Uuid, policy::Identity>, StoreError> {
        let commands = jobs.iter().flat_map(|job| &job.commands);
        let declared: BTreeSet<Uuid> = commands.flat_map(|(command, _)| command.identities()).collect();
        if declared.is_empty() {
            return Ok(BTreeMap::new());
        }
        let declared: Vec<Uuid> = declared.into_iter().collect();
        identity::opened(txn, self.vault.as_ref(), &declared).await
    }

    /// Earlier uses of the group's idempotency keys, in one statement.
    async fn used(
        &self,
        txn: &DatabaseTransaction,
        jobs: &[Job],
        portal: &Portal,
    ) -> Result<HashMap<KeyUse, (Digest, Revision)>, StoreError> {
        use idempotency::Column;
        let now = self.clock.now();
        let mut any = Condition::any();
        for (command, call) in jobs.iter().flat_map(|job| &job.commands) {
            let Some(key) = &call.key else { continue };
            // Who is no actor yet has used no key.
            let Some(actor) = call.caller.resolve(portal, now) else { continue };
            for stream in command.streams() {
                let all = Condition::all()
                    .add(Column::Stream.eq(stream.to_string()))
                    .add(Column::ActorId.eq(actor.person))
                    .add(Column::Key.eq(key.as_str()));
                any = any.add(all);
            }
        }
        if any.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = idempotency::Entity::find().filter(any).all(txn).await?;
        let read = |row: idempotency::Model| {
            let stream: StreamId = row
                .stream
                .parse()
                .map_err(|_| StoreError::new(StoreCode::Damaged, "a key was used in an unknown stream"))?;
            let used = (digest(stream, &row.input_digest)?, Revision(unsigned(stream, row.revision)?));
            Ok(((stream, row.actor_id, row.key), used))
        };
        rows.into_iter().map(read).collect()
    }

    /// Writes, commits and publishes.
    async fn finish(
        &self,
        txn: DatabaseTransaction,
        (first, work): (&Work, Work),
        locked: &Heads,
    ) -> Result<(), Failure> {
        if work.batch.entries.is_empty() {
            txn.rollback().await?;
            return Ok(());
        }
        let held = |study: Uuid, table: &str, row: Uuid| {
            first.studies.get(&study).is_some_and(|snapshot| snapshot.holds(table, row))
        };
        let ink = Ink {
            heads: locked,
            held: &held,
            vault: self.vault.as_ref(),
            keys: &self.keys,
            hooks: &self.hooks,
        };
        self.commit(txn, &work.batch, &ink).await?;
        self.cache.publish_portal(&work.portal);
        for (study, snapshot) in &work.studies {
            if work.redacts {
                self.cache.forget(*study);
            } else {
                self.cache.publish(snapshot);
            }
        }
        self.notifier.written(work.batch.heads().into_keys());
        if work.batch.takes_out() {
            self.write_back().await;
        }
        hooks::at(&self.hooks.after_commit).await;
        Ok(())
    }

    /// Takes out of the log what an entry took out; goes on trying when a reader stands in the way.
    async fn write_back(&self) {
        const AGAIN: Duration = Duration::from_secs(5);
        if let Ok(false) = self.pools.write_back().await {
            let pools = self.pools.clone();
            self.runtime.spawn(async move {
                // An error means that the connections were closed: closing the last one empties the log.
                while let Ok(false) = pools.write_back().await {
                    tokio::time::sleep(AGAIN).await;
                }
            });
        }
    }

    /// Writes a batch and commits it; also for the access log.
    async fn commit(&self, txn: DatabaseTransaction, batch: &Batch, ink: &Ink<'_>) -> Result<(), Failure> {
        append::write(&txn, batch, ink).await?;
        hooks::at(&self.hooks.before_commit).await;
        let Err(error) = txn.commit().await else { return Ok(()) };
        match self.settle(batch).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Failure::Clean(error.into())),
            Err(_) => {
                Err(Failure::Open(StoreError::new(StoreCode::OutcomeUnknown, format!("commit: {error}"))))
            }
        }
    }

    /// Whether a batch was committed although the commit failed to say so. The lock waits for the end of
    /// whatever still holds it, so the answer is final.
    async fn settle(&self, batch: &Batch) -> Result<bool, StoreError> {
        let Some(last) = batch.entries.last() else { return Ok(false) };
        let stream = last.header.stream;
        let txn = self.begin().await?;
        heads::lock(&txn, stream).await?;
        let key = (stream.to_string(), heads::number(last.header.revision)?);
        let stored = entry::Entity::find_by_id(key).one(&txn).await?;
        txn.rollback().await?;
        Ok(stored.is_some_and(|row| row.hash == last.hash.to_string()))
    }

    /// Appends to the access stream: the caller seals on the head that it is given.
    pub(crate) async fn append_access(
        &self,
        seal: impl FnOnce(&Head) -> Result<Batch, StoreError>,
    ) -> Result<(), StoreError> {
        let (txn, head) = self.begin_access().await?;
        let batch = seal(&head)?;
        self.commit_access(txn, head, &batch).await
    }

    /// Begins a transaction that ends in the access stream, whose head is locked first.
    pub(crate) async fn begin_access(&self) -> Result<(DatabaseTransaction, Head), StoreError> {
        let txn = self.begin().await?;
        let head = heads::lock(&txn, StreamId::Access).await?.ok_or_else(unmigrated)?;
        writable(&Heads::from([(StreamId::Access, head)]))?;
        Ok((txn, head))
    }

    /// Ends such a transaction.
    pub(crate) async fn commit_access(
        &self,
        txn: DatabaseTransaction,
        head: Head,
        batch: &Batch,
    ) -> Result<(), StoreError> {
        let locked = Heads::from([(StreamId::Access, head)]);
        let ink = Ink {
            heads: &locked,
            held: &|_, _, _| false,
            vault: self.vault.as_ref(),
            keys: &self.keys,
            hooks: &self.hooks,
        };
        self.commit(txn, batch, &ink).await.map_err(|failure| match failure {
            Failure::Clean(error) | Failure::Open(error) => error,
        })
    }
}

/// Decides a job's commands, all or none.
async fn run_job(
    work: &mut Work,
    txn: &DatabaseTransaction,
    job: &Job,
    known: &Known<'_>,
) -> Result<Result<Vec<Done>, Refused>, StoreError> {
    let before = if job.commands.len() > 1 { Some(work.clone()) } else { None };
    let mut done = Vec::with_capacity(job.commands.len());
    for (index, (command, call)) in job.commands.iter().enumerate() {
        if work.redacts {
            return Err(StoreError::internal_fault("a redaction is the last command of its batch"));
        }
        match work.run(txn, (command, call), known).await? {
            Ok(one) => done.push(one),
            Err(refusal) => {
                if let Some(before) = before {
                    *work = before;
                }
                return Ok(Err(Refused { index, refusal }));
            }
        }
    }
    Ok(Ok(done))
}

/// Refuses to write under a head of a newer format.
pub(crate) fn writable(heads: &Heads) -> Result<(), StoreError> {
    match heads.values().find(|head| !ledger::head::is_known_format(head.format)) {
        None => Ok(()),
        Some(head) => {
            let text = format!(
                "the head of {} has format {}, this program knows {}",
                head.stream,
                head.format,
                ledger::FORMAT
            );
            Err(StoreError::new(StoreCode::Outdated, text))
        }
    }
}

/// The state in memory stands exactly where the database says the stream stands.
fn same(state: &Head, stored: &Head) -> Result<(), StoreError> {
    if (state.revision, state.hash) == (stored.revision, stored.hash) {
        return Ok(());
    }
    let text = format!(
        "its head says {} {}, its entries {} {}",
        stored.revision, stored.hash, state.revision, state.hash
    );
    Err(StoreError::damaged(state.stream, text))
}
