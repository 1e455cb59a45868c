//! `trialgraph verify`: every stream through the hash chain, its newest images against the tables row by row,
//! its head, its idempotency keys, the identifiers beside it, and checkpoints that somebody kept.

mod identities;

use crate::error::StoreError;
use crate::finding::{Finding, Inspection, Report, Walked};
use crate::heads::{self, Heads};
use crate::identity::{DigestKeys, KeyVault};
use crate::tables::{self, Set};
use crate::tail::{change_of, range, streams};
use entity::ledger::{change, checkpoint, entry, idempotency};
use entity::registered_study;
use entity::row::Row;
use entity::rows;
use entity::terms::KeyPurpose;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::Jwk;
use ledger::checkpoint::{compare, verify as open};
use ledger::{
    CheckpointKeys, Comparison, Digest, Fault, FaultKind, Fold, FoldedRow, Head, Revision, StoredChange,
    StoredEntry, StreamId, Verified, Verifier,
};
use sea_orm::{
    AccessMode, ColumnTrait, DatabaseConnection, DatabaseTransaction, DbBackend, EntityTrait, IsolationLevel,
    QueryFilter, QueryOrder, QuerySelect, TransactionOptions, TransactionTrait,
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Entries read in one go.
const STEP: u64 = 1_000;

/// A walk over one consistent state of the database.
struct Walk<'w> {
    txn: &'w DatabaseTransaction,
    /// What opens identifiers, and the keys of what is said of them.
    side: (&'w dyn KeyVault, &'w DigestKeys),
    report: Report,
    verified: BTreeMap<StreamId, Verified>,
    /// How many checkpoints agreed with each stream.
    agreed: BTreeMap<StreamId, usize>,
}

/// Verifies on a snapshot of the database of its own; writers go on.
pub(crate) async fn run(
    db: &DatabaseConnection,
    side: (&dyn KeyVault, &DigestKeys),
    inspection: &Inspection,
) -> Result<Report, StoreError> {
    let options = match db.get_database_backend() {
        // A deferred transaction on SQLite reads one state throughout.
        DbBackend::Sqlite => TransactionOptions::default(),
        _ => TransactionOptions {
            isolation_level: Some(IsolationLevel::RepeatableRead),
            access_mode: Some(AccessMode::ReadOnly),
            ..TransactionOptions::default()
        },
    };
    let txn = db.begin_with_options(options).await?;
    let mut walk = Walk {
        txn: &txn,
        side,
        report: Report::default(),
        verified: BTreeMap::new(),
        agreed: BTreeMap::new(),
    };
    let done = walk.all(inspection).await;
    let report = walk.report;
    txn.rollback().await?;
    done.map(|()| report)
}

impl Walk<'_> {
    async fn all(&mut self, inspection: &Inspection) -> Result<(), StoreError> {
        let stored = heads::read_all(self.txn).await?;
        let mut wanted: BTreeSet<StreamId> = match inspection.study {
            Some(study) => std::iter::once(StreamId::Portal).chain(streams(study)).collect(),
            None => self.streams(&stored).await?,
        };
        for stream in &wanted {
            self.stream(*stream, stored.get(stream)).await?;
        }
        // What the portal's ledger registered and its table has lost is wanted all the same.
        let registered = if inspection.study.is_none() { self.registered() } else { BTreeSet::new() };
        let lost: Vec<StreamId> = registered.difference(&wanted).copied().collect();
        for stream in lost {
            self.stream(stream, stored.get(&stream)).await?;
            wanted.insert(stream);
        }
        let studies: BTreeSet<Uuid> = wanted.iter().filter_map(StreamId::study).collect();
        self.tables(Set::Portal).await;
        let finding = self.secret()?;
        self.report.findings.extend(finding);
        if inspection.study.is_none() {
            self.tables(Set::Access).await;
        }
        for study in studies {
            self.tables(Set::Study(study)).await;
            let finding = self.identities(study).await?;
            self.report.findings.extend(finding);
        }
        self.checkpoints(inspection, &wanted).await?;
        for (stream, verified) in &self.verified {
            let (head, rows) = (*verified.head(), verified.fold().len() as u64);
            let checkpoints = self.agreed.get(stream).copied().unwrap_or(0);
            self.report.streams.push(Walked { head, rows, checkpoints });
        }
        Ok(())
    }

    /// The streams of the studies that the portal's ledger registered: each has both from its registration on.
    fn registered(&self) -> BTreeSet<StreamId> {
        let portal = self.verified.get(&StreamId::Portal).map(Verified::fold);
        let rows = portal.into_iter().flat_map(Fold::rows);
        rows.filter(|row| row.table == rows::RegisteredStudy::TABLE)
            .flat_map(|row| streams(row.row))
            .collect()
    }

    /// The installation's own streams, those of every study in the register, those with a head, and those that have
    /// entries without one: a stream that is gone with its head is missed.
    async fn streams(&mut self, stored: &Heads) -> Result<BTreeSet<StreamId>, StoreError> {
        let named: Vec<String> = entry::Entity::find()
            .select_only()
            .column(entry::Column::Stream)
            .distinct()
            .into_tuple()
            .all(self.txn)
            .await?;
        let mut wanted: BTreeSet<StreamId> = stored.keys().copied().collect();
        wanted.extend([StreamId::Portal, StreamId::Access]);
        let studies: Vec<Uuid> = registered_study::Entity::find()
            .select_only()
            .column(registered_study::Column::Id)
            .into_tuple()
            .all(self.txn)
            .await?;
        wanted.extend(studies.into_iter().flat_map(streams));
        for name in named {
            match name.parse() {
                Ok(stream) => {
                    wanted.insert(stream);
                }
                Err(_) => self.report.findings.push(Finding::Headless { stream: name }),
            }
        }
        Ok(wanted)
    }

    async fn stream(&mut self, stream: StreamId, stored: Option<&Head>) -> Result<(), StoreError> {
        let Some(stored) = stored else {
            self.report.findings.push(Finding::Headless { stream: stream.to_string() });
            return Ok(());
        };
        match self.walk(stream, stored).await? {
            Ok(verified) => {
                self.verified.insert(stream, verified);
            }
            Err(finding) => self.report.findings.push(finding),
        }
        Ok(())
    }

    async fn walk(&self, stream: StreamId, stored: &Head) -> Result<Result<Verified, Finding>, StoreError> {
        let mut verifier = Verifier::new(stream);
        let mut keys = Vec::new();
        let last: Option<i64> = entry::Entity::find()
            .select_only()
            .column_as(entry::Column::Revision.max(), "last")
            .filter(entry::Column::Stream.eq(stream.to_string()))
            .into_tuple()
            .one(self.txn)
            .await?
            .flatten();
        let last = last.and_then(|last| u64::try_from(last).ok()).unwrap_or(0).max(stored.revision.0);
        let mut from = 0;
        while from <= last {
            let (rows, mut changes) =
                range(self.txn, stream, (Revision(from), Revision(from + STEP - 1))).await?;
            for row in rows {
                let changes = changes.remove(&row.revision).unwrap_or_default();
                if let Some(key) = key_of(stream, &row) {
                    keys.push(key);
                }
                let pushed = stored_entry(stream, row, changes).and_then(|entry| verifier.push(&entry));
                if let Err(fault) = pushed {
                    return Ok(Err(Finding::Chain(fault)));
                }
            }
            if let Some((revision, stray)) = changes.into_iter().next() {
                let detail = format!("{} changes of an entry that is not there", stray.len());
                return Ok(Err(Finding::Chain(fault(
                    stream,
                    revision,
                    (FaultKind::RevisionMissing, detail),
                ))));
            }
            from += STEP;
        }
        let verified = match verifier.finish() {
            Ok(verified) => verified,
            Err(fault) => return Ok(Err(Finding::Chain(fault))),
        };
        if let Err(fault) = verified.compare_head(stored) {
            return Ok(Err(Finding::Chain(fault)));
        }
        Ok(match self.idempotency(stream, keys).await? {
            Some(finding) => Err(finding),
            None => Ok(verified),
        })
    }

    /// The record of keys says what the headers say.
    async fn idempotency(
        &self,
        stream: StreamId,
        mut keys: Vec<idempotency::Model>,
    ) -> Result<Option<Finding>, StoreError> {
        use idempotency::Column;
        keys.sort_by_key(|key| (key.revision, key.key.clone()));
        let stored = idempotency::Entity::find()
            .filter(Column::Stream.eq(stream.to_string()))
            .order_by_asc(Column::Revision)
            .all(self.txn)
            .await?;
        let odd = |revision: i64| {
            Some(Finding::Idempotency { stream, revision: u64::try_from(revision).unwrap_or(0) })
        };
        for (expected, stored) in keys.iter().zip(&stored) {
            if expected != stored {
                return Ok(odd(expected.revision));
            }
        }
        let longer = if keys.len() > stored.len() { &keys } else { &stored };
        Ok(longer.get(keys.len().min(stored.len())).and_then(|key| odd(key.revision)))
    }

    /// Compares a set of tables with the newest images of its streams.
    async fn tables(&mut self, set: Set) {
        let streams = match set {
            Set::Portal => vec![StreamId::Portal],
            Set::Access => vec![StreamId::Access],
            // A study's tables hold the rows of both of its streams.
            Set::Study(study) => streams(study).to_vec(),
        };
        let folds: Option<Vec<&Fold>> =
            streams.iter().map(|stream| self.verified.get(stream).map(Verified::fold)).collect();
        // With a fault in a chain the tables have nothing to be compared with.
        let Some(folds) = folds else { return };
        match self.compared(set, folds).await {
            Ok(rows) => self.report.rows += rows,
            Err(finding) => self.report.findings.push(*finding),
        }
    }

    async fn compared(&self, set: Set, folds: Vec<&Fold>) -> Result<u64, Box<Finding>> {
        let differs = |difference| Box::new(Finding::Table(difference));
        let mut comparison = Comparison::new(texts(folds));
        for table in set.names() {
            let mut after = None;
            loop {
                let page = set.page(self.txn, table, after).await.map_err(|error| {
                    Box::new(Finding::Unreadable {
                        table: table.to_owned(),
                        why: error.internal().to_owned(),
                    })
                })?;
                for (row, image) in &page {
                    comparison.push(table, *row, image).map_err(differs)?;
                }
                let full = page.len() as u64 == tables::PAGE;
                let Some((last, _)) = page.last().filter(|_| full) else { break };
                after = Some(*last);
            }
        }
        comparison.finish().map_err(differs)
    }

    async fn checkpoints(
        &mut self,
        inspection: &Inspection,
        wanted: &BTreeSet<StreamId>,
    ) -> Result<(), StoreError> {
        let keys = if inspection.keys.is_empty() { self.portal_keys() } else { inspection.keys.clone() };
        let stored = checkpoint::Entity::find()
            .order_by_asc(checkpoint::Column::Stream)
            .order_by_asc(checkpoint::Column::Revision)
            .all(self.txn)
            .await?;
        let everything = inspection.study.is_none();
        let of_wanted = |row: &checkpoint::Model| {
            everything || row.stream.parse().is_ok_and(|stream| wanted.contains(&stream))
        };
        let stored =
            stored.into_iter().filter(of_wanted).map(|row| (Some((row.stream, row.revision)), row.jws));
        let given = inspection.checkpoints.iter().map(|jws| (None, jws.trim().to_owned()));
        for (index, (place, jws)) in given.chain(stored).enumerate() {
            if let Some(finding) = self.checkpoint(index, (place, &jws), (&keys, inspection.study)) {
                self.report.findings.push(finding);
            }
        }
        Ok(())
    }

    fn checkpoint(
        &mut self,
        index: usize,
        (place, jws): (Option<(String, i64)>, &str),
        (keys, study): (&CheckpointKeys, Option<Uuid>),
    ) -> Option<Finding> {
        let kept = match open(jws, keys) {
            Ok(kept) => kept,
            Err(error) => return Some(Finding::Checkpoint { index, why: error.message() }),
        };
        let here = (kept.stream.to_string(), i64::try_from(kept.revision.0).unwrap_or(-1));
        if place.is_some_and(|place| place != here) {
            return Some(Finding::Checkpoint { index, why: "it is stored under another stream or revision" });
        }
        let Some(verified) = self.verified.get(&kept.stream) else {
            // A stream with a fault of its own was reported already; one that is not there at all is reported here.
            let name = kept.stream.to_string();
            let asked = study.is_none() || kept.stream.study() == study;
            let headless = Finding::Headless { stream: name };
            let known = self.report.findings.iter().any(|finding| match finding {
                Finding::Chain(fault) => fault.stream == kept.stream,
                Finding::Idempotency { stream, .. } => *stream == kept.stream,
                other => *other == headless,
            });
            return (asked && !known).then_some(headless);
        };
        let compared = compare(&kept, verified);
        if compared.is_ok() {
            *self.agreed.entry(kept.stream).or_default() += 1;
        }
        compared.err().map(Finding::Chain)
    }

    /// The installation's secret is the one that the portal's ledger names.
    fn secret(&self) -> Result<Option<Finding>, StoreError> {
        let held = self.side.1.kid()?;
        let named = self.public_keys().find(|key| key.purpose == KeyPurpose::Installation);
        let other = named.filter(|key| key.kid != held);
        Ok(other.map(|key| Finding::Secret { named: key.kid, held }))
    }

    /// The keys that the portal's ledger names. None when its chain has a fault.
    fn public_keys(&self) -> impl Iterator<Item = rows::PublicKey> {
        let portal = self.verified.get(&StreamId::Portal).map(Verified::fold);
        let rows = portal.into_iter().flat_map(Fold::rows);
        rows.filter(|row| row.table == rows::PublicKey::TABLE)
            .filter_map(|row| serde_json::from_str(row.image).ok())
    }

    /// Every checkpoint key that the portal's ledger names, retired ones, too.
    fn portal_keys(&self) -> CheckpointKeys {
        self.public_keys()
            .filter(|key| key.purpose == KeyPurpose::Checkpoint)
            .filter_map(|key| {
                let jwk: Jwk = serde_json::from_str(&key.jwk).ok()?;
                Some((key.kid, DecodingKey::from_jwk(&jwk).ok()?))
            })
            .collect()
    }
}

/// The folded rows of one or two streams in the order of tables and ids.
fn texts(folds: Vec<&Fold>) -> impl Iterator<Item = (&str, Uuid, &str)> {
    let mut rows: Vec<FoldedRow<'_>> = folds.into_iter().flat_map(Fold::rows).collect();
    rows.sort_by(|left, right| (left.table.as_ref(), left.row).cmp(&(right.table.as_ref(), right.row)));
    rows.into_iter().map(|row| (row.table.as_ref(), row.row, row.image.as_ref()))
}

fn fault(stream: StreamId, revision: i64, (what, detail): (FaultKind, String)) -> Fault {
    let revision = Revision(u64::try_from(revision).unwrap_or(0));
    Fault { stream, revision, position: None, what, detail }
}

/// An entry with its changes as the verifier takes them.
fn stored_entry(
    stream: StreamId,
    row: entry::Model,
    changes: Vec<change::Model>,
) -> Result<StoredEntry, Fault> {
    let revision = row.revision;
    let odd = |what, detail: &str| fault(stream, revision, (what, detail.to_owned()));
    let changes = changes
        .into_iter()
        .map(|change| {
            let position = u32::try_from(change.position);
            let position = position.map_err(|_| odd(FaultKind::ChangePosition, "a negative position"))?;
            let read = change_of(stream, change);
            let change = read.map_err(|error| Fault {
                position: Some(position),
                ..odd(FaultKind::ChangeDigest, error.internal())
            })?;
            Ok(StoredChange { position, change })
        })
        .collect::<Result<_, Fault>>()?;
    Ok(StoredEntry {
        stream,
        revision: Revision(
            u64::try_from(revision).map_err(|_| odd(FaultKind::RevisionRepeated, "negative"))?,
        ),
        header: row.header.into(),
        hash: row.hash.parse::<Digest>().map_err(|_| odd(FaultKind::Hash, "the stored hash is none"))?,
        columns: Vec::new(),
        changes,
    })
}

/// The part of a header that the record of keys repeats.
#[derive(Deserialize)]
struct Keyed {
    actor: Uuid,
    idempotency_key: Option<String>,
    input_digest: String,
}

fn key_of(stream: StreamId, row: &entry::Model) -> Option<idempotency::Model> {
    // A header that does not read is found by the verifier.
    let keyed: Keyed = serde_json::from_str(&row.header).ok()?;
    Some(idempotency::Model {
        stream: stream.to_string(),
        actor_id: keyed.actor,
        key: keyed.idempotency_key?,
        input_digest: keyed.input_digest,
        revision: row.revision,
    })
}
