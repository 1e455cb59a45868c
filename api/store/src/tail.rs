//! Entries after a revision, as they stand in the ledger: what brings a state up to date.

use crate::error::StoreError;
use crate::heads::{Heads, number};
use crate::tables::table_name;
use entity::ledger::{change, entry};
use ledger::{Change, Digest, Entry, Header, Revision, Salt, StreamId};
use portal::Portal;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::BTreeMap;
use std::sync::Arc;
use study::Snapshot;
use uuid::Uuid;

/// A state further behind than this is loaded anew, which costs less than applying so many entries.
const FAR_BEHIND: u64 = 5_000;

/// Entries read in one go.
const STEP: u64 = 1_000;

/// A stored digest.
pub(crate) fn digest(stream: StreamId, text: &str) -> Result<Digest, StoreError> {
    text.parse().map_err(|_| StoreError::damaged(stream, "a stored digest is none"))
}

/// A stored number that is never negative.
pub(crate) fn unsigned<N, U: TryFrom<N>>(stream: StreamId, value: N) -> Result<U, StoreError> {
    U::try_from(value).map_err(|_| StoreError::damaged(stream, "a stored number is negative"))
}

/// A stored change.
pub(crate) fn change_of(stream: StreamId, row: change::Model) -> Result<Change, StoreError> {
    let salt = row.salt.map(|salt| Salt::try_from(salt.as_slice())).transpose();
    Ok(Change {
        table: table_name(row.table_name),
        row: row.row_id,
        subject: row.subject_id,
        image: row.image.map(Arc::from),
        salt: salt.map_err(|_| StoreError::damaged(stream, "a stored salt has a bad length"))?,
        digest: digest(stream, &row.digest)?,
    })
}

/// The rows of entries in a range of revisions, both ends included, with their changes by revision.
pub(crate) async fn range<C: ConnectionTrait>(
    db: &C,
    stream: StreamId,
    (from, to): (Revision, Revision),
) -> Result<(Vec<entry::Model>, BTreeMap<i64, Vec<change::Model>>), StoreError> {
    let (name, from, to) = (stream.to_string(), number(from)?, number(to)?);
    let entries = entry::Entity::find()
        .filter(entry::Column::Stream.eq(name.as_str()))
        .filter(entry::Column::Revision.between(from, to))
        .order_by_asc(entry::Column::Revision)
        .all(db)
        .await?;
    let changes = change::Entity::find()
        .filter(change::Column::Stream.eq(name))
        .filter(change::Column::Revision.between(from, to))
        .order_by_asc(change::Column::Revision)
        .order_by_asc(change::Column::Position)
        .all(db)
        .await?;
    let mut by_revision: BTreeMap<i64, Vec<change::Model>> = BTreeMap::new();
    for change in changes {
        by_revision.entry(change.revision).or_default().push(change);
    }
    Ok((entries, by_revision))
}

/// Entries in a range of revisions, both ends included.
pub(crate) async fn entries<C: ConnectionTrait>(
    db: &C,
    stream: StreamId,
    between: (Revision, Revision),
) -> Result<Vec<Entry>, StoreError> {
    let (rows, mut changes) = range(db, stream, between).await?;
    rows.into_iter()
        .map(|row| {
            let header = Header::parse(&row.header).map_err(|error| {
                StoreError::damaged(stream, format!("entry {}: {}", row.revision, error.message()))
            })?;
            let changes = changes.remove(&row.revision).unwrap_or_default();
            Ok(Entry {
                header_text: row.header.into(),
                header,
                hash: digest(stream, &row.hash)?,
                changes: changes
                    .into_iter()
                    .map(|change| change_of(stream, change))
                    .collect::<Result<_, _>>()?,
            })
        })
        .collect()
}

/// What catching up came to.
pub(crate) enum Caught<S> {
    /// The state at the wanted heads, and how many entries were applied.
    Up(Arc<S>, usize),
    /// The past changed, or too much happened: load the state anew.
    Lost,
}

/// Whether an entry, applied to a state, would leave in it what the entry emptied.
fn redacts(entry: &Entry) -> bool {
    entry.header.command == ledger::redaction::COMMAND
        || entry.changes.iter().any(|change| change.image.is_none())
}

/// The revision of a stream among heads, if it is beyond another.
fn beyond(heads: &Heads, stream: StreamId, known: Revision) -> Option<Revision> {
    heads.get(&stream).map(|head| head.revision).filter(|revision| *revision > known)
}

/// Brings the portal to the wanted heads.
pub(crate) async fn portal<C: ConnectionTrait>(
    db: &C,
    state: &Arc<Portal>,
    heads: &Heads,
) -> Result<Caught<Portal>, StoreError> {
    use ledger::Stream;
    let (mut state, mut applied) = (state.clone(), 0);
    while let Some(to) = beyond(heads, StreamId::Portal, state.head().revision) {
        let known = state.head().revision;
        if to.0 - known.0 > FAR_BEHIND {
            return Ok(Caught::Lost);
        }
        let found = entries(db, StreamId::Portal, (known.next(), Revision(to.0.min(known.0 + STEP)))).await?;
        if found.is_empty() {
            return Err(StoreError::damaged(StreamId::Portal, format!("no entry {}", known.next())));
        }
        for entry in found {
            if redacts(&entry) {
                return Ok(Caught::Lost);
            }
            state = Arc::new(state.apply(entry.head(), &entry.changes, &entry.header)?);
            applied += 1;
        }
    }
    Ok(Caught::Up(state, applied))
}

/// Brings a study to the wanted heads; a stream that is there already is left alone.
pub(crate) async fn study<C: ConnectionTrait>(
    db: &C,
    state: &Arc<Snapshot>,
    heads: &Heads,
) -> Result<Caught<Snapshot>, StoreError> {
    let (mut state, mut applied) = (state.clone(), 0);
    for stream in streams(state.study()) {
        loop {
            let known = revision(&state, stream);
            let Some(to) = beyond(heads, stream, known) else { break };
            if to.0 - known.0 > FAR_BEHIND {
                return Ok(Caught::Lost);
            }
            let found = entries(db, stream, (known.next(), Revision(to.0.min(known.0 + STEP)))).await?;
            if found.is_empty() {
                return Err(StoreError::damaged(stream, format!("no entry {}", known.next())));
            }
            for entry in found {
                if redacts(&entry) {
                    return Ok(Caught::Lost);
                }
                state = Arc::new(state.apply(&entry)?);
                applied += 1;
            }
        }
    }
    Ok(Caught::Up(state, applied))
}

/// The streams of a study, in the order in which they are locked and applied: the sealed one speaks of
/// subjects that the open one brings.
pub(crate) fn streams(study: Uuid) -> [StreamId; 2] {
    [StreamId::Open(study), StreamId::Sealed(study)]
}

/// Where a snapshot stands in one of its streams.
pub(crate) fn revision(snapshot: &Snapshot, stream: StreamId) -> Revision {
    match stream {
        StreamId::Sealed(_) => snapshot.sealed().revision,
        StreamId::Open(_) | StreamId::Portal | StreamId::Access => snapshot.open().revision,
    }
}
