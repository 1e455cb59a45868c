//! Hears of other processes' writes, and lets them hear of ours.
//!
//! Polling is the guarantee and the rest makes it quick: PostgreSQL's NOTIFY goes out after the commit, on a
//! connection of its own and many streams at once (inside the transaction it would serialise all commits of
//! the database); on SQLite `PRAGMA data_version` tells when another process wrote.

use crate::cache::Cache;
use crate::connect::Pools;
use crate::heads::Question;
use crate::metrics::Counters;
use ledger::StreamId;
use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::Notify;

const CHANNEL: &str = "trialgraph";

/// How often SQLite's counter is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Streams written since the last notification.
#[derive(Clone, Default)]
pub(crate) struct Notifier {
    written: Arc<Mutex<BTreeSet<StreamId>>>,
    wake: Arc<Notify>,
}

impl Notifier {
    /// Takes note of streams that were written.
    pub(crate) fn written(&self, streams: impl IntoIterator<Item = StreamId>) {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).extend(streams);
        self.wake.notify_one();
    }

    fn take(&self) -> BTreeSet<StreamId> {
        std::mem::take(&mut *self.written.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What listening needs.
pub(crate) struct Ears {
    pub pools: Arc<Pools>,
    pub cache: Arc<Cache>,
    pub question: Arc<Question>,
    pub counters: Arc<Counters>,
    pub notifier: Notifier,
    pub poll_every: Duration,
    /// Told by the ear that something may have happened.
    pub heard: Notify,
}

/// Starts the tasks. They end when the store is gone.
pub(crate) fn start(ears: &Arc<Ears>, runtime: &tokio::runtime::Handle) {
    runtime.spawn(poll(Arc::downgrade(ears)));
    match ears.pools.backend {
        DbBackend::Sqlite => {
            runtime.spawn(watch(Arc::downgrade(ears)));
        }
        _ => {
            runtime.spawn(speak(Arc::downgrade(ears)));
            runtime.spawn(listen(Arc::downgrade(ears), ears.pools.url.clone()));
        }
    }
}

/// Brings hot studies up to date and tells the watchers, when something was heard and every so often.
async fn poll(ears: Weak<Ears>) {
    loop {
        let Some(here) = ears.upgrade() else { return };
        let every = here.poll_every;
        if tokio::time::timeout(every, here.heard.notified()).await.is_ok() {
            Counters::add(&here.counters.notifications, 1);
        }
        // Who cannot be brought now will be by the next request or the next turn.
        if let Ok(heads) = here.question.ask().await {
            here.cache.tick_all(&heads);
            for study in here.cache.behind(&heads) {
                if let Err(error) = here.cache.bring(study, &heads).await {
                    tracing::warn!(%study, error = error.internal(), "a study cannot be brought up to date");
                }
            }
        }
    }
}

/// SQLite: the counter differs from the last look when another connection wrote.
async fn watch(ears: Weak<Ears>) {
    let mut last = None;
    loop {
        tokio::time::sleep(LOOK).await;
        let Some(here) = ears.upgrade() else { return };
        let statement = Statement::from_string(DbBackend::Sqlite, "PRAGMA data_version");
        let found = here.pools.notice.query_one_raw(statement).await;
        let version: Option<i64> = found.ok().flatten().and_then(|row| row.try_get_by_index(0).ok());
        if version != last {
            last = version;
            here.heard.notify_one();
        }
    }
}

/// PostgreSQL: says which streams were written, many at once.
async fn speak(ears: Weak<Ears>) {
    let Some(notifier) = ears.upgrade().map(|ears| ears.notifier.clone()) else { return };
    loop {
        // A while without word, to see whether the store is still there.
        let _ = tokio::time::timeout(LOOK * 5, notifier.wake.notified()).await;
        let Some(here) = ears.upgrade() else { return };
        let mut streams = notifier.take().into_iter().map(|stream| stream.to_string()).peekable();
        // A payload has at most 8000 bytes; a stream's name has fewer than 60.
        while streams.peek().is_some() {
            let payload: Vec<String> = streams.by_ref().take(100).collect();
            let parameters = [CHANNEL.into(), payload.join(",").into()];
            let statement =
                Statement::from_sql_and_values(DbBackend::Postgres, "SELECT pg_notify($1, $2)", parameters);
            if let Err(error) = here.pools.notice.execute_raw(statement).await {
                tracing::warn!(%error, "a notification was lost; others find the write by polling");
            }
        }
    }
}

/// PostgreSQL: hears what other processes say, over a connection of its own that is made anew when it breaks.
async fn listen(ears: Weak<Ears>, url: String) {
    while ears.strong_count() > 0 {
        if let Err(error) = hear(&ears, &url).await {
            tracing::warn!(%error, "listening broke off; polling goes on");
            tokio::time::sleep(LOOK * 10).await;
        }
    }
}

async fn hear(ears: &Weak<Ears>, url: &str) -> Result<(), sea_orm::sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen(CHANNEL).await?;
    loop {
        let heard = tokio::time::timeout(LOOK * 5, listener.try_recv()).await;
        let Some(here) = ears.upgrade() else { return Ok(()) };
        match heard {
            // Whatever was said while the connection was broken is lost, so look.
            Ok(said) => {
                let _ = said?;
                here.heard.notify_one();
            }
            Err(_) => continue,
        }
    }
}
