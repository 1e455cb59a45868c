//! States in memory: the portal and the hot studies at their newest, and pinned snapshots of other revisions.
//!
//! A state is replaced by a later one and never changed. Loads and catch-ups run once however many wait for
//! them; what is held is bounded by the bytes that snapshots count of themselves, least recently used first.

use crate::connect::Pools;
use crate::error::{StoreCode, StoreError};
use crate::heads::{self, Heads};
use crate::identity::{IdentityBook, KeyVault};
use crate::load;
use crate::metrics::{Counters, Metrics};
use crate::tail::{self, Caught, streams};
use entity::ledger::change;
use ledger::{Revision, Stream, StreamId};
use portal::Portal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};
use study::Snapshot;
use tokio::sync::{OnceCell, watch};
use uuid::Uuid;

/// A study's place in memory.
pub(crate) struct Slot {
    /// Whoever loads or catches up holds it.
    gate: tokio::sync::Mutex<()>,
    current: RwLock<Option<Arc<Snapshot>>>,
    book: RwLock<Option<Arc<IdentityBook>>>,
    used: AtomicU64,
}

type PinKey = (Uuid, Revision, Revision);

struct Pin {
    snapshot: Arc<OnceCell<Arc<Snapshot>>>,
    used: Instant,
}

pub(crate) struct Cache {
    pools: Arc<Pools>,
    counters: Arc<Counters>,
    vault: Arc<dyn KeyVault>,
    memory_bytes: usize,
    pinned_for: Duration,
    portal: RwLock<Option<Arc<Portal>>>,
    portal_gate: tokio::sync::Mutex<()>,
    studies: RwLock<HashMap<Uuid, Arc<Slot>>>,
    pins: Mutex<HashMap<PinKey, Pin>>,
    tails: Mutex<HashMap<Uuid, watch::Sender<u64>>>,
    ticks: AtomicU64,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn get<T: Clone>(lock: &RwLock<T>) -> T {
    lock.read().unwrap_or_else(PoisonError::into_inner).clone()
}

fn set<T>(lock: &RwLock<T>, value: T) {
    *lock.write().unwrap_or_else(PoisonError::into_inner) = value;
}

/// Whether a snapshot is at the wanted heads or beyond.
fn reaches(snapshot: &Snapshot, heads: &Heads) -> bool {
    streams(snapshot.study())
        .into_iter()
        .all(|stream| heads.get(&stream).is_none_or(|head| tail::revision(snapshot, stream) >= head.revision))
}

/// What a cache is made of.
pub(crate) struct Room {
    pub pools: Arc<Pools>,
    pub counters: Arc<Counters>,
    pub vault: Arc<dyn KeyVault>,
    pub memory_bytes: usize,
    pub pinned_for: Duration,
}

impl Cache {
    pub(crate) fn new(room: Room) -> Cache {
        let Room { pools, counters, vault, memory_bytes, pinned_for } = room;
        Cache {
            pools,
            counters,
            vault,
            memory_bytes,
            pinned_for,
            portal: RwLock::default(),
            portal_gate: tokio::sync::Mutex::default(),
            studies: RwLock::default(),
            pins: Mutex::default(),
            tails: Mutex::default(),
            ticks: AtomicU64::default(),
        }
    }

    /// The streams that the revision question asks for: the portal's, those of hot studies and of watched ones.
    pub(crate) fn asked(&self) -> Vec<StreamId> {
        let mut asked = vec![StreamId::Portal];
        asked.extend(self.slots().into_iter().flat_map(|(study, _)| streams(study)));
        let watched = held(&self.tails).keys().map(|study| StreamId::Open(*study)).collect::<Vec<_>>();
        asked.extend(watched);
        asked.sort_unstable();
        asked.dedup();
        asked
    }

    fn slots(&self) -> Vec<(Uuid, Arc<Slot>)> {
        let studies = self.studies.read().unwrap_or_else(PoisonError::into_inner);
        studies.iter().map(|(study, slot)| (*study, slot.clone())).collect()
    }

    /// The study's place, made when there is none. From now on the question asks for it.
    pub(crate) fn slot(&self, study: Uuid) -> Arc<Slot> {
        let found = self.studies.read().unwrap_or_else(PoisonError::into_inner).get(&study).cloned();
        let slot = found.unwrap_or_else(|| {
            let mut studies = self.studies.write().unwrap_or_else(PoisonError::into_inner);
            let fresh = || {
                Arc::new(Slot {
                    gate: tokio::sync::Mutex::default(),
                    current: RwLock::default(),
                    book: RwLock::default(),
                    used: AtomicU64::default(),
                })
            };
            studies.entry(study).or_insert_with(fresh).clone()
        });
        slot.used.store(self.ticks.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        slot
    }

    /// Forgets everything of a study: its past was changed, or there is no such study.
    pub(crate) fn forget(&self, study: Uuid) {
        self.studies.write().unwrap_or_else(PoisonError::into_inner).remove(&study);
        held(&self.pins).retain(|(of, _, _), _| *of != study);
    }

    /// The study as last seen, if it is hot.
    pub(crate) fn current(&self, study: Uuid) -> Option<Arc<Snapshot>> {
        let slot = self.studies.read().unwrap_or_else(PoisonError::into_inner).get(&study).cloned()?;
        get(&slot.current)
    }

    /// The study as last seen, if it is at the newest heads that a question brought.
    pub(crate) fn current_at(&self, study: Uuid, heads: &Heads) -> Option<Arc<Snapshot>> {
        let known = streams(study).iter().all(|stream| heads.contains_key(stream));
        self.current(study).filter(|snapshot| known && reaches(snapshot, heads))
    }

    /// The portal as last seen.
    pub(crate) fn current_portal(&self) -> Option<Arc<Portal>> {
        get(&self.portal)
    }

    /// Takes a later state of the portal.
    pub(crate) fn publish_portal(&self, portal: &Arc<Portal>) {
        let mut current = self.portal.write().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_none_or(|held| held.head().revision <= portal.head().revision) {
            *current = Some(portal.clone());
        }
    }

    /// Takes a later state of a study, unless it is later in one stream and earlier in the other: then
    /// readers catch up by themselves.
    pub(crate) fn publish(&self, snapshot: &Arc<Snapshot>) {
        let slot = self.slot(snapshot.study());
        {
            let mut current = slot.current.write().unwrap_or_else(PoisonError::into_inner);
            let later = |held: &Arc<Snapshot>| {
                streams(held.study())
                    .into_iter()
                    .all(|stream| tail::revision(held, stream) <= tail::revision(snapshot, stream))
            };
            if current.as_ref().is_none_or(later) {
                *current = Some(snapshot.clone());
            }
        }
        self.tick(snapshot.study(), snapshot.open().revision);
        self.evict(snapshot.study());
    }

    /// A receiver that is told each new open revision of a study.
    pub(crate) fn tail(&self, study: Uuid) -> watch::Receiver<u64> {
        let known = self.current(study).map_or(0, |snapshot| snapshot.open().revision.0);
        let mut tails = held(&self.tails);
        tails.retain(|of, sender| *of == study || sender.receiver_count() > 0);
        tails.entry(study).or_insert_with(|| watch::Sender::new(known)).subscribe()
    }

    fn tick(&self, study: Uuid, revision: Revision) {
        if let Some(sender) = held(&self.tails).get(&study) {
            sender.send_if_modified(|known| {
                let moved = *known < revision.0;
                *known = revision.0.max(*known);
                moved
            });
        }
    }

    /// Tells the watchers what a question brought.
    pub(crate) fn tick_all(&self, heads: &Heads) {
        for (stream, head) in heads {
            if let StreamId::Open(study) = stream {
                self.tick(*study, head.revision);
            }
        }
    }

    /// Studies that are hot and behind these heads.
    pub(crate) fn behind(&self, heads: &Heads) -> Vec<Uuid> {
        let behind = |(study, slot): &(Uuid, Arc<Slot>)| {
            get(&slot.current).is_some_and(|snapshot| !reaches(&snapshot, heads)).then_some(*study)
        };
        self.slots().iter().filter_map(behind).collect()
    }

    /// The portal at the wanted heads or beyond.
    pub(crate) async fn bring_portal(&self, heads: &Heads) -> Result<Arc<Portal>, StoreError> {
        let there = |portal: &Arc<Portal>| {
            heads.get(&StreamId::Portal).is_none_or(|head| portal.head().revision >= head.revision)
        };
        if let Some(portal) = self.current_portal().filter(there) {
            return Ok(portal);
        }
        let _gate = self.portal_gate.lock().await;
        let current = self.current_portal();
        if let Some(portal) = current.clone().filter(there) {
            return Ok(portal);
        }
        if let Some(portal) = current
            && let Caught::Up(portal, applied) = tail::portal(&self.pools.read, &portal, heads).await?
        {
            self.caught_up(applied);
            self.publish_portal(&portal);
            return Ok(portal);
        }
        let newest = heads::read(&self.pools.read, &[StreamId::Portal]).await?;
        let head = newest.get(&StreamId::Portal).copied().ok_or_else(unmigrated)?;
        Counters::add(&self.counters.loads, 1);
        let portal = Arc::new(load::portal(&self.pools.read, head).await?);
        set(&self.portal, Some(portal.clone()));
        Ok(portal)
    }

    /// A study at the wanted heads or beyond; loaded at its newest when it is not hot.
    pub(crate) async fn bring(&self, study: Uuid, heads: &Heads) -> Result<Arc<Snapshot>, StoreError> {
        let slot = self.slot(study);
        let there = |snapshot: &Arc<Snapshot>| reaches(snapshot, heads);
        if let Some(snapshot) = get(&slot.current).filter(there) {
            return Ok(snapshot);
        }
        let _gate = slot.gate.lock().await;
        let current = get(&slot.current);
        if let Some(snapshot) = current.clone().filter(there) {
            return Ok(snapshot);
        }
        if let Some(snapshot) = current {
            match tail::study(&self.pools.read, &snapshot, heads).await? {
                Caught::Up(snapshot, applied) => {
                    self.caught_up(applied);
                    self.publish(&snapshot);
                    return Ok(snapshot);
                }
                // What others hold of the study may show what was emptied.
                Caught::Lost => held(&self.pins).retain(|(of, _, _), _| *of != study),
            }
        }
        let newest = heads::read(&self.pools.read, &streams(study)).await?;
        if newest.len() < 2 {
            self.forget(study);
            return Err(StoreError::new(StoreCode::NotFound, format!("there is no study {study}")));
        }
        Counters::add(&self.counters.loads, 1);
        let snapshot = Arc::new(load::study(&self.pools.read, study, &newest).await?);
        set(&slot.current, Some(snapshot.clone()));
        self.tick(study, snapshot.open().revision);
        self.evict(study);
        Ok(snapshot)
    }

    pub(crate) fn caught_up(&self, applied: usize) {
        if applied > 0 {
            Counters::add(&self.counters.catch_ups, 1);
            Counters::add(&self.counters.applied, applied);
        }
    }

    /// Keeps a snapshot for some minutes.
    pub(crate) fn pin(&self, snapshot: &Arc<Snapshot>) {
        let key = (snapshot.study(), snapshot.open().revision, snapshot.sealed().revision);
        let cell =
            || Pin { snapshot: Arc::new(OnceCell::new_with(Some(snapshot.clone()))), used: Instant::now() };
        held(&self.pins).entry(key).or_insert_with(cell).used = Instant::now();
        self.evict(snapshot.study());
    }

    /// A snapshot that was pinned, if it still is.
    pub(crate) fn pinned(&self, key: PinKey) -> Option<Arc<Snapshot>> {
        let mut pins = held(&self.pins);
        let pin = pins.get_mut(&key).filter(|pin| pin.used.elapsed() <= self.pinned_for)?;
        pin.used = Instant::now();
        pin.snapshot.get().cloned()
    }

    /// A study at an older pair of revisions, loaded once for all who ask and then pinned.
    pub(crate) async fn at(&self, key: PinKey) -> Result<Arc<Snapshot>, StoreError> {
        let (study, open, sealed) = key;
        let cell = {
            let mut pins = held(&self.pins);
            let fresh = || Pin { snapshot: Arc::default(), used: Instant::now() };
            let pin = pins.entry(key).or_insert_with(fresh);
            pin.used = Instant::now();
            pin.snapshot.clone()
        };
        let load = || async {
            let db = &self.pools.read;
            let mut heads = Heads::new();
            for (stream, at) in streams(study).into_iter().zip([open, sealed]) {
                heads.insert(stream, load::head_at(db, stream, at).await?);
            }
            Counters::add(&self.counters.loads, 1);
            load::study(db, study, &heads).await.map(Arc::new)
        };
        let loaded = cell.get_or_try_init(load).await.cloned();
        if loaded.is_err() {
            held(&self.pins).retain(|held, pin| *held != key || pin.snapshot.initialized());
        }
        self.evict(study);
        loaded
    }

    /// The identifiers held now, if they are as of the snapshot or later.
    pub(crate) fn current_book(&self, snapshot: &Snapshot) -> Option<Arc<IdentityBook>> {
        let slot = self.slot(snapshot.study());
        get(&slot.book).filter(|book| book.at >= snapshot.open().revision.0)
    }

    /// The study's identifiers as ciphertext, as of the snapshot or later.
    pub(crate) async fn book(&self, snapshot: &Snapshot) -> Result<Arc<IdentityBook>, StoreError> {
        use change::Column;
        let (study, at) = (snapshot.study(), snapshot.open().revision.0);
        let slot = self.slot(study);
        let there = |book: &Arc<IdentityBook>| book.at >= at;
        if let Some(book) = get(&slot.book).filter(there) {
            return Ok(book);
        }
        let _gate = slot.gate.lock().await;
        let current = get(&slot.book);
        if let Some(book) = current.clone().filter(there) {
            return Ok(book);
        }
        let db = &self.pools.read;
        let book = match current {
            None => IdentityBook::load(db, &self.vault, (study, at)).await?,
            // Whatever touches identifiers changes the subject's own row in the same entry.
            Some(book) => {
                let known = i64::try_from(book.at).unwrap_or(i64::MAX);
                let touched: Vec<Uuid> = change::Entity::find()
                    .select_only()
                    .column(Column::RowId)
                    .distinct()
                    .filter(Column::Stream.eq(StreamId::Open(study).to_string()))
                    .filter(Column::Revision.gt(known))
                    .filter(Column::TableName.eq("subject"))
                    .into_tuple()
                    .all(db)
                    .await?;
                book.renewed(db, &touched, at).await?
            }
        };
        let book = Arc::new(book);
        set(&slot.book, Some(book.clone()));
        Ok(book)
    }

    /// Drops what expired, and the least recently used until the rest fits; the study at hand stays.
    fn evict(&self, keep: Uuid) {
        let mut pins = held(&self.pins);
        let before = pins.len();
        pins.retain(|_, pin| pin.used.elapsed() <= self.pinned_for);
        let mut evicted = before - pins.len();
        let mut bytes = self.hot_bytes() + pinned_bytes(&pins);
        while bytes > self.memory_bytes {
            let Some(oldest) = pins.iter().min_by_key(|(_, pin)| pin.used).map(|(key, _)| *key) else {
                break;
            };
            bytes -= pins.remove(&oldest).map_or(0, |pin| pin_bytes(&pin));
            evicted += 1;
        }
        drop(pins);
        let mut slots = self.slots();
        slots.retain(|(study, _)| *study != keep);
        slots.sort_by_key(|(_, slot)| std::cmp::Reverse(slot.used.load(Ordering::Relaxed)));
        while bytes > self.memory_bytes {
            let Some((study, slot)) = slots.pop() else { break };
            bytes = bytes.saturating_sub(slot.bytes());
            self.studies.write().unwrap_or_else(PoisonError::into_inner).remove(&study);
            evicted += 1;
        }
        Counters::add(&self.counters.evicted, evicted);
    }

    fn hot_bytes(&self) -> usize {
        let portal = self.current_portal().map_or(0, |portal| portal.bytes());
        portal + self.slots().iter().map(|(_, slot)| slot.bytes()).sum::<usize>()
    }

    /// Adds what is held now to what was counted.
    pub(crate) fn measure(&self, counted: Metrics) -> Metrics {
        let slots = self.slots();
        let pins = held(&self.pins);
        let derived =
            slots.iter().filter_map(|(_, slot)| get(&slot.current)).map(|snapshot| snapshot.derived());
        Metrics {
            bytes_held: (self.hot_bytes() + pinned_bytes(&pins)) as u64,
            studies_held: slots.len() as u64,
            pinned_held: pins.len() as u64,
            derived: derived.sum(),
            ..counted
        }
    }
}

impl Slot {
    fn bytes(&self) -> usize {
        let snapshot = get(&self.current).map_or(0, |snapshot| snapshot.bytes());
        snapshot + get(&self.book).map_or(0, |book| book.bytes())
    }
}

fn pin_bytes(pin: &Pin) -> usize {
    pin.snapshot.get().map_or(0, |snapshot| snapshot.bytes())
}

fn pinned_bytes(pins: &HashMap<PinKey, Pin>) -> usize {
    pins.values().map(pin_bytes).sum()
}

/// There is no head where `migrate` puts one.
pub(crate) fn unmigrated() -> StoreError {
    StoreError::new(StoreCode::Configuration, "the database has no portal stream: run `trialgraph migrate`")
}
