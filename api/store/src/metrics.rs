//! What the store counts about itself.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of a running store.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub loads: AtomicU64,
    pub catch_ups: AtomicU64,
    pub applied: AtomicU64,
    pub groups: AtomicU64,
    pub grouped: AtomicU64,
    pub largest_group: AtomicU64,
    pub alone: AtomicU64,
    pub refused: AtomicU64,
    pub replayed: AtomicU64,
    pub questions: AtomicU64,
    pub evicted: AtomicU64,
    pub access_records: AtomicU64,
    pub notifications: AtomicU64,
}

impl Counters {
    pub(crate) fn add(counter: &AtomicU64, by: usize) {
        counter.fetch_add(by as u64, Ordering::Relaxed);
    }

    pub(crate) fn group(&self, size: usize) {
        Counters::add(&self.groups, 1);
        Counters::add(&self.grouped, size);
        self.largest_group.fetch_max(size as u64, Ordering::Relaxed);
    }
}

/// What the store counted since it was connected, and what it holds now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Snapshots loaded from the ledger.
    pub loads: u64,
    /// Times a snapshot was brought up to date by entries.
    pub catch_ups: u64,
    /// Entries applied so.
    pub entries_applied: u64,
    /// Write transactions.
    pub groups: u64,
    /// Commands in them.
    pub grouped_commands: u64,
    /// Most commands in one.
    pub largest_group: u64,
    /// Groups that the database rejected, so that their commands ran one by one.
    pub groups_split: u64,
    /// Commands that were refused.
    pub refused: u64,
    /// Commands that were answered again under their idempotency key.
    pub replayed: u64,
    /// Revision questions sent.
    pub questions: u64,
    /// Snapshots dropped to stay within the memory.
    pub evicted: u64,
    /// Access records written.
    pub access_records: u64,
    /// Notifications sent or received.
    pub notifications: u64,
    /// Bytes of snapshots held now, as they count themselves.
    pub bytes_held: u64,
    /// Studies held now.
    pub studies_held: u64,
    /// Pinned snapshots held now.
    pub pinned_held: u64,
    /// Endpoints derived for the first time since a subject changed, over all studies held.
    pub derived: u64,
}

impl Counters {
    pub(crate) fn read(&self) -> Metrics {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Metrics {
            loads: get(&self.loads),
            catch_ups: get(&self.catch_ups),
            entries_applied: get(&self.applied),
            groups: get(&self.groups),
            grouped_commands: get(&self.grouped),
            largest_group: get(&self.largest_group),
            groups_split: get(&self.alone),
            refused: get(&self.refused),
            replayed: get(&self.replayed),
            questions: get(&self.questions),
            evicted: get(&self.evicted),
            access_records: get(&self.access_records),
            notifications: get(&self.notifications),
            ..Metrics::default()
        }
    }
}
