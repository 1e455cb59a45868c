//! The store as its users see it.

use crate::access_log::{self, Access};
use crate::call::{Accepted, Call, Command, Done, Job, Outcome, Refused};
use crate::checkpoint;
use crate::clock::Clock;
use crate::connect::DatabaseConfig;
use crate::core::Inner;
use crate::error::{StoreCode, StoreError};
use crate::finding::{Inspection, Report};
use crate::heads;
use crate::history::{self, Page, Touching, TrailEntry};
use crate::identity::{self, IdentityBook};
use crate::metrics::{Counters, Metrics};
use crate::rotation::{self, Rotated};
use crate::schema;
use crate::secrets::{self, NewSigningKey, SigningKey};
use crate::verify;
use crate::writer::single;
use chrono::{DateTime, Utc};
use entity::terms::KeyPurpose;
use ledger::{Revision, Stream, StreamId};
use portal::Portal;
use std::future::Future;
use std::sync::Arc;
use study::Snapshot;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::{oneshot, watch};
use uuid::Uuid;

/// A runtime of the store's own, so that no HTTP worker ever drives a connection or waits for a load.
struct OwnRuntime(Option<Runtime>);

impl OwnRuntime {
    fn start() -> Result<(OwnRuntime, Handle), StoreError> {
        // At least two: while one decides, another answers the revision question.
        let threads = std::thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 8));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_name("store")
            .enable_all()
            .build()
            .map_err(|error| StoreError::internal_fault(format!("no threads: {error}")))?;
        let handle = runtime.handle().clone();
        Ok((OwnRuntime(Some(runtime)), handle))
    }
}

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        // In the background, because a runtime may not be waited for inside another one.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// The database with everything that is held of it in memory. Clones share it; the last one ends its tasks.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
    handle: Handle,
    // Last, so that the rest is dropped while it still runs.
    _runtime: Arc<OwnRuntime>,
}

/// What one question brought: where the portal and every study in memory stood at some moment after it was asked.
#[derive(Clone)]
pub struct Newest(Arc<heads::Heads>);

fn broke_off(error: tokio::task::JoinError) -> StoreError {
    StoreError::internal_fault(format!("a task broke off: {error}"))
}

fn unanswered(_: oneshot::error::RecvError) -> StoreError {
    StoreError::new(StoreCode::OutcomeUnknown, "a writer went away before it answered")
}

impl Store {
    /// Connects, brings the schema up to date if the configuration says so, and starts the tasks.
    ///
    /// # Errors
    /// UNAVAILABLE when the database does not answer, CONFIGURATION when its schema is not this program's or
    /// the master keys do not open its secrets, or the installation's own secret is gone.
    pub async fn connect(config: &DatabaseConfig) -> Result<Store, StoreError> {
        let (runtime, handle) = OwnRuntime::start()?;
        let opened = handle.spawn(Inner::open(config.clone(), handle.clone())).await.map_err(broke_off)?;
        Ok(Store { inner: Arc::new(opened?), handle, _runtime: Arc::new(runtime) })
    }

    /// Runs work on the store's own threads, whichever runtime asks.
    pub(crate) async fn work<T, F>(&self, work: impl FnOnce(Arc<Inner>) -> F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        self.handle.spawn(work(self.inner.clone())).await.map_err(broke_off)?
    }

    pub(crate) fn keys(&self) -> &identity::DigestKeys {
        &self.inner.writers.keys
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// UNAVAILABLE, or INTERNAL when a migration fails.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.work(|inner| async move { schema::migrate(&inner.pools, &inner.config.url).await }).await
    }

    /// Lets every stream be written in this program's format from its next entry on. Older programs then
    /// only read.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn finish_migration(&self) -> Result<u64, StoreError> {
        self.work(|inner| async move { schema::finish(&inner.pools.write).await }).await
    }

    /// Gives PostgreSQL's application role what it needs and no more.
    ///
    /// # Errors
    /// CONFIGURATION on SQLite, which has no roles.
    pub async fn grant(&self, role: &str) -> Result<(), StoreError> {
        let role = role.to_owned();
        self.work(|inner| async move { schema::grant(&inner.pools.write, &role).await }).await
    }

    /// Whether this process can serve: the database answers, its schema is this program's, and no stream is
    /// of a newer format.
    ///
    /// # Errors
    /// UNAVAILABLE, CONFIGURATION or OUTDATED.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.work(|inner| async move {
            schema::check(&inner.pools.read).await?;
            let all = heads::read_all(&inner.pools.question).await?;
            crate::transaction::writable(&all)
        })
        .await
    }

    /// The clock that entries are dated by.
    pub fn clock(&self) -> &Clock {
        &self.inner.config.clock
    }

    /// Asks for the newest revisions, by a question sent after this call. One answer serves a whole request: it
    /// tells of every write that was acknowledged, and of every right that was taken away, before the request came.
    ///
    /// # Errors
    /// UNAVAILABLE when the question fails.
    pub async fn newest(&self) -> Result<Newest, StoreError> {
        self.inner.question.ask().await.map(Newest)
    }

    /// The portal as it stands, by a question sent after this call: every acknowledged write is in it.
    ///
    /// # Errors
    /// UNAVAILABLE when the question fails. Never stale.
    pub async fn portal(&self) -> Result<Arc<Portal>, StoreError> {
        self.portal_since(&self.newest().await?).await
    }

    /// The portal as a question found it, or later.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn portal_since(&self, newest: &Newest) -> Result<Arc<Portal>, StoreError> {
        let heads = &newest.0;
        let there = |head: &ledger::Head| {
            self.inner.cache.current_portal().filter(|portal| portal.head().revision >= head.revision)
        };
        if let Some(portal) = heads.get(&StreamId::Portal).and_then(there) {
            return Ok(portal);
        }
        let heads = heads.clone();
        self.work(|inner| async move { inner.cache.bring_portal(&heads).await }).await
    }

    /// A study as it stands, by a question sent after this call. Loaded once however many ask.
    ///
    /// # Errors
    /// NOT_FOUND, or UNAVAILABLE when the question fails. Never stale.
    pub async fn study(&self, study: Uuid) -> Result<Arc<Snapshot>, StoreError> {
        // Hot from here on, so that the question asks for it.
        self.inner.cache.slot(study);
        self.study_since(study, &self.newest().await?).await
    }

    /// A study as a question found it, or later; when the question did not ask for it, by one that does.
    ///
    /// # Errors
    /// As for [`Store::study`].
    pub async fn study_since(&self, study: Uuid, newest: &Newest) -> Result<Arc<Snapshot>, StoreError> {
        // The question runs on the store's threads by itself; only what has to be brought goes there as well.
        let cache = &self.inner.cache;
        cache.slot(study);
        if let Some(snapshot) = cache.current_at(study, &newest.0) {
            return Ok(snapshot);
        }
        self.work(|inner| async move { inner.fresh(study).await }).await
    }

    /// A study and the portal by one question.
    ///
    /// # Errors
    /// As for [`Store::study`].
    pub async fn study_and_portal(&self, study: Uuid) -> Result<(Arc<Snapshot>, Arc<Portal>), StoreError> {
        self.work(|inner| async move {
            let heads = inner.heads(study).await?;
            let snapshot = inner.cache.bring(study, &heads).await?;
            let heads =
                if heads.contains_key(&StreamId::Portal) { heads } else { inner.question.ask().await? };
            Ok((snapshot, inner.cache.bring_portal(&heads).await?))
        })
        .await
    }

    /// A study at an older open revision, and at a sealed one: without it the one that stood at the same time.
    /// Loaded from the ledger if need be, and then kept for some minutes.
    ///
    /// # Errors
    /// NOT_FOUND when there is no such study or revision; UNAVAILABLE.
    pub async fn study_at(
        &self,
        study: Uuid,
        open: u64,
        sealed: Option<u64>,
    ) -> Result<Arc<Snapshot>, StoreError> {
        self.work(|inner| async move { inner.at(study, open, sealed).await }).await
    }

    /// Keeps a snapshot for some minutes, for a cursor or a socket that was given out.
    pub fn pin(&self, snapshot: &Arc<Snapshot>) {
        self.inner.cache.pin(snapshot);
    }

    /// A snapshot that was pinned, or that is the newest known.
    ///
    /// # Errors
    /// CURSOR_EXPIRED when it has left the memory.
    pub async fn pinned(&self, study: Uuid, open: u64, sealed: u64) -> Result<Arc<Snapshot>, StoreError> {
        // Asked first: a redaction elsewhere takes pinned snapshots away.
        let newest = self.study(study).await?;
        if (newest.open().revision.0, newest.sealed().revision.0) == (open, sealed) {
            return Ok(newest);
        }
        let pinned = self.inner.cache.pinned((study, Revision(open), Revision(sealed)));
        pinned.ok_or_else(|| {
            StoreError::new(
                StoreCode::CursorExpired,
                format!("study {study} at {open}, {sealed} is no longer held"),
            )
        })
    }

    /// The open and sealed revision that stood at an instant.
    ///
    /// # Errors
    /// NOT_FOUND, UNAVAILABLE.
    pub async fn revision_at(&self, study: Uuid, at: DateTime<Utc>) -> Result<(u64, u64), StoreError> {
        self.work(|inner| async move { inner.revision_at(study, at).await }).await
    }

    /// Decides a command of a study and writes what was decided.
    ///
    /// # Errors
    /// NOT_FOUND, UNAVAILABLE, OUTCOME_UNKNOWN, OUTDATED; a refusal is an outcome and no error.
    pub async fn decide(
        &self,
        study: Uuid,
        command: Box<dyn study::Decide>,
        call: Call,
    ) -> Result<Outcome, StoreError> {
        self.one(Command::Study { study, command }, call).await
    }

    /// Decides a command of the portal and writes what was decided.
    ///
    /// # Errors
    /// As for [`Store::decide`].
    pub async fn decide_portal(
        &self,
        command: Box<dyn portal::Decide>,
        call: Call,
    ) -> Result<Outcome, StoreError> {
        self.one(Command::Portal(command), call).await
    }

    /// Registers a study in the portal and founds its streams, in one transaction.
    ///
    /// # Errors
    /// As for [`Store::decide`].
    pub async fn register_study(
        &self,
        registry: portal::command::RegisterStudy,
        founding: Box<dyn study::Decide>,
        call: Call,
    ) -> Result<Outcome, StoreError> {
        let study = registry.study;
        self.one(Command::Found { study, registry: Box::new(registry), founding }, call).await
    }

    async fn one(&self, command: Command, call: Call) -> Result<Outcome, StoreError> {
        let (job, receiver) = single(command, call);
        self.inner.writers.submit(job).await?;
        let reply = receiver.await.map_err(unanswered)?;
        if let Ok(Ok(done)) = &reply
            && let [Done { accepted, pending: None }] = done.as_slice()
            && !accepted.replayed
        {
            return Ok(Outcome { result: Ok(accepted.clone()) });
        }
        self.work(|inner| async move { inner.outcome(reply).await }).await
    }

    /// Decides many commands of a study, each for itself, in order; they share transactions.
    ///
    /// # Errors
    /// As for [`Store::decide`]; commands before the failing one may have been written.
    pub async fn decide_group(
        &self,
        study: Uuid,
        commands: Vec<(Box<dyn study::Decide>, Call)>,
    ) -> Result<Vec<Outcome>, StoreError> {
        let mut receivers = Vec::with_capacity(commands.len());
        for (command, call) in commands {
            let (job, receiver) = single(Command::Study { study, command }, call);
            self.inner.writers.submit(job).await?;
            receivers.push(receiver);
        }
        self.work(|inner| async move {
            let mut outcomes = Vec::with_capacity(receivers.len());
            for receiver in receivers {
                outcomes.push(inner.outcome(receiver.await.map_err(unanswered)?).await?);
            }
            Ok(outcomes)
        })
        .await
    }

    /// Decides commands of a study all together: each has its own entry, and either all are written or none.
    ///
    /// # Errors
    /// As for [`Store::decide`]. The inner result names the first command that was refused.
    pub async fn decide_together(
        &self,
        study: Uuid,
        commands: Vec<(Box<dyn study::Decide>, Call)>,
    ) -> Result<Result<Vec<Accepted>, Refused>, StoreError> {
        if commands.is_empty() {
            return Ok(Ok(Vec::new()));
        }
        let (reply, receiver) = oneshot::channel();
        let commands = commands.into_iter().map(|(command, call)| (Command::Study { study, command }, call));
        self.inner.writers.submit(Job { commands: commands.collect(), reply }).await?;
        let reply = receiver.await.map_err(unanswered)?;
        self.work(|inner| async move {
            match reply? {
                Err(refused) => {
                    Counters::add(&inner.counters.refused, 1);
                    Ok(Err(refused))
                }
                Ok(done) => {
                    let mut accepted = Vec::with_capacity(done.len());
                    for one in done {
                        accepted.push(inner.complete(one).await?);
                    }
                    Ok(Ok(accepted))
                }
            }
        })
        .await
    }

    /// Entries of a stream as they stand in the ledger, in the order asked for. There is more when the page
    /// is full. Who may see them is the View's to say.
    ///
    /// # Errors
    /// UNAVAILABLE, DAMAGED.
    pub async fn entries(
        &self,
        stream: StreamId,
        page: Page,
        touching: Touching,
    ) -> Result<Vec<TrailEntry>, StoreError> {
        self.work(|inner| async move { history::entries(&inner.pools.read, stream, (page, touching)).await })
            .await
    }

    /// The headers of a page of entries: enough to tell which are worth reading.
    ///
    /// # Errors
    /// UNAVAILABLE, DAMAGED.
    pub async fn headers(
        &self,
        stream: StreamId,
        page: Page,
        touching: Touching,
    ) -> Result<Vec<ledger::Header>, StoreError> {
        self.work(|inner| async move { history::headers(&inner.pools.read, stream, (page, touching)).await })
            .await
    }

    /// The entries of some revisions, in the order asked for; of the first thousand.
    ///
    /// # Errors
    /// UNAVAILABLE, DAMAGED.
    pub async fn entries_at(
        &self,
        stream: StreamId,
        revisions: Vec<u64>,
        touching: Touching,
        newest_first: bool,
    ) -> Result<Vec<TrailEntry>, StoreError> {
        self.work(|inner| async move {
            history::entries_at(&inner.pools.read, stream, (&revisions, touching, newest_first)).await
        })
        .await
    }

    /// The newest revision of a stream, up to one, whose entry is not later than an instant.
    ///
    /// # Errors
    /// UNAVAILABLE, DAMAGED.
    pub async fn revision_not_after(
        &self,
        stream: StreamId,
        newest: u64,
        at: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        self.work(|inner| async move {
            let found = history::revision_at(&inner.pools.read, stream, (Revision(newest), at)).await?;
            Ok(found.0)
        })
        .await
    }

    /// Tells each new open revision of a study: other processes' after their notification or the next poll.
    pub fn tail(&self, study: Uuid) -> watch::Receiver<u64> {
        self.inner.cache.tail(study)
    }

    /// A subject's identifiers; none when nothing was recorded or they were erased. The caller has asked a
    /// View whether they may be seen, and logs that they were.
    ///
    /// # Errors
    /// NOT_FOUND, UNAVAILABLE.
    pub async fn identity(&self, study: Uuid, subject: Uuid) -> Result<Option<policy::Identity>, StoreError> {
        Ok(self.identities(study).await?.open(subject))
    }

    /// The identifiers of a study as ciphertext, for a View that opens them one by one.
    ///
    /// # Errors
    /// NOT_FOUND, UNAVAILABLE.
    pub async fn identities(&self, study: Uuid) -> Result<Arc<IdentityBook>, StoreError> {
        self.identities_since(&self.study(study).await?).await
    }

    /// The same as of a live snapshot, or later.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn identities_since(&self, live: &Arc<Snapshot>) -> Result<Arc<IdentityBook>, StoreError> {
        if let Some(book) = self.inner.cache.current_book(live) {
            return Ok(book);
        }
        let live = live.clone();
        self.work(|inner| async move { inner.cache.book(&live).await }).await
    }

    /// The subject of a site with a hospital number.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn find_subject(&self, site: Uuid, hospital_number: &str) -> Result<Option<Uuid>, StoreError> {
        let number = hospital_number.to_owned();
        self.work(|inner| async move {
            identity::find(&inner.pools.read, &inner.writers.keys, site, &number).await
        })
        .await
    }

    /// Writes access records of one request and returns when they are committed.
    ///
    /// # Errors
    /// UNAVAILABLE: then the answer must not leave.
    pub async fn log_access(&self, records: Vec<Access>, client: Option<String>) -> Result<(), StoreError> {
        access_log::log(&self.inner.access, records, client).await
    }

    /// The newest records of the access log, the newest first.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn access_records(&self, most: u64) -> Result<Vec<entity::rows::AccessRecord>, StoreError> {
        self.work(|inner| async move { access_log::newest(&inner.pools.read, most).await }).await
    }

    /// When each person who ever signed in with an account of the installation last did.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn last_sign_ins(&self) -> Result<std::collections::BTreeMap<Uuid, DateTime<Utc>>, StoreError> {
        self.work(|inner| async move { access_log::last_sign_ins(&inner.pools.read).await }).await
    }

    /// Draws a key pair and keeps its private half; the public one goes to the portal. That of the installation was drawn
    /// when its database was first opened, and is the same each time.
    ///
    /// # Errors
    /// UNAVAILABLE, CONFIGURATION.
    pub async fn create_signing_key(&self, purpose: KeyPurpose) -> Result<NewSigningKey, StoreError> {
        self.work(|inner| async move {
            secrets::create_signing_key(&inner.pools.write, inner.config.vault.as_ref(), purpose).await
        })
        .await
    }

    /// The key that signs now for a purpose.
    ///
    /// # Errors
    /// CONFIGURATION when the portal names none whose private half is held here.
    pub async fn signing_key(&self, purpose: KeyPurpose) -> Result<SigningKey, StoreError> {
        let portal = self.portal().await?;
        self.work(|inner| async move {
            checkpoint::active_key(&inner.pools, inner.config.vault.as_ref(), (&portal, purpose)).await
        })
        .await
    }

    /// Secret bytes by name, the same for as long as the installation lives (a key of a pseudonym, of an id).
    pub fn secret_key(&self, name: &str) -> [u8; 32] {
        self.keys().of_api(name)
    }

    /// Wraps secrets and the keys of subjects under the current master key, all or nothing.
    ///
    /// # Errors
    /// CONFIGURATION when something does not open under the master keys that were given.
    pub async fn rotate_keys(&self) -> Result<Rotated, StoreError> {
        self.work(|inner| async move { rotation::run(&inner.pools, inner.config.vault.as_ref()).await }).await
    }

    /// Signs where a stream stands, and keeps the checkpoint (JWS).
    ///
    /// # Errors
    /// NOT_FOUND when the stream has no entry, CONFIGURATION when there is no key to sign with.
    pub async fn checkpoint(&self, stream: StreamId) -> Result<String, StoreError> {
        self.work(|inner| async move {
            let signer = (inner.config.vault.as_ref(), inner.config.issuer.as_str());
            checkpoint::sign((&inner.pools, &inner.cache), signer, stream).await
        })
        .await
    }

    /// Where every stream stands.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn heads(&self) -> Result<Vec<ledger::Head>, StoreError> {
        self.work(
            |inner| async move { Ok(heads::read_all(&inner.pools.read).await?.into_values().collect()) },
        )
        .await
    }

    /// Verifies ledger and tables.
    ///
    /// # Errors
    /// UNAVAILABLE. What is found is in the report.
    pub async fn verify(&self, inspection: Inspection) -> Result<Report, StoreError> {
        self.work(|inner| async move {
            let side = (inner.writers.vault.as_ref(), &inner.writers.keys);
            verify::run(&inner.pools.read, side, &inspection).await
        })
        .await
    }

    /// What was counted, and what is held.
    pub fn metrics(&self) -> Metrics {
        self.inner.cache.measure(self.inner.counters.read())
    }

    /// Closes the connections. Commands that wait are answered with an error.
    pub async fn close(&self) {
        let pools = self.inner.pools.clone();
        // Closing fails only by panicking, and then there is nothing left to close.
        let _ = self.handle.spawn(async move { pools.close().await }).await;
    }
}
