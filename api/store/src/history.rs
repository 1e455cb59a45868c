//! Reads the ledger itself: entries of a stream, and those that touched one subject or row, page by page.
//!
//! Who may see them is not decided here; the study's View does that before anything leaves.

use crate::error::{StoreCode, StoreError};
use crate::heads::number;
use crate::load::{self, header};
use crate::tail::{change_of, digest, unsigned};
use entity::ledger::{change, entry};
use ledger::redaction::{Place, Redactions};
use ledger::{Digest, Header, Revision, StreamId, TableName};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// Most entries of a page.
pub const PAGE_MAX: u64 = 1_000;

/// Which entries of a stream to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Only entries after this revision.
    pub after: Option<u64>,
    /// Only entries before this revision.
    pub before: Option<u64>,
    /// How many, at most [`PAGE_MAX`].
    pub limit: u64,
    /// Whether the newest come first.
    pub newest_first: bool,
}

/// Of whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touching {
    /// Every entry, with all of its changes.
    Anything,
    /// Entries that changed rows of a subject, with those changes alone.
    Subject(Uuid),
    /// Entries that changed a row of a subject, with those changes alone. The subject finds them quickly.
    Row {
        /// The row.
        row: Uuid,
        /// Its subject, when it has one.
        subject: Option<Uuid>,
    },
}

/// An entry as it stands in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailEntry {
    /// The entry's header.
    pub header: Header,
    /// Its hash.
    pub hash: Digest,
    /// Its changes, as far as they were asked for.
    pub changes: Vec<TrailChange>,
}

/// A row as it was after an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailChange {
    /// The change's position in the entry, from 0.
    pub position: u32,
    /// The table.
    pub table: TableName,
    /// The row.
    pub row: Uuid,
    /// The subject of the row.
    pub subject: Option<Uuid>,
    /// The image; of a redacted change what stands for it.
    pub image: Arc<str>,
    /// Whether the image was redacted.
    pub redacted: bool,
}

/// Entries of a stream in the order asked for. There is more when the page is full.
pub(crate) async fn entries<C: ConnectionTrait>(
    db: &C,
    stream: StreamId,
    (page, touching): (Page, Touching),
) -> Result<Vec<TrailEntry>, StoreError> {
    let revisions = revisions(db, stream, (page, touching)).await?;
    read(db, stream, (&revisions, touching, page.newest_first)).await
}

/// The headers of a page: enough to tell which entries are worth reading.
pub(crate) async fn headers<C: ConnectionTrait>(
    db: &C,
    stream: StreamId,
    (page, touching): (Page, Touching),
) -> Result<Vec<Header>, StoreError> {
    let revisions = revisions(db, stream, (page, touching)).await?;
    let rows = rows(db, stream, (&revisions, page.newest_first)).await?;
    rows.iter().map(|row| header(stream, row)).collect()
}

/// The entries of some revisions, of which at most [`PAGE_MAX`] are read.
pub(crate) async fn entries_at<C: ConnectionTrait>(
    db: &C,
    stream: StreamId,
    (wanted, touching, newest_first): (&[u64], Touching, bool),
) -> Result<Vec<TrailEntry>, StoreError> {
    let most = usize::try_from(PAGE_MAX).unwrap_or(usize::MAX);
    let revisions: Result<Vec<i64>, StoreError> =
        wanted.iter().take(most).map(|revision| number(Revision(*revision))).collect();
    read(db, stream, (&revisions?, touching, newest_first)).await
}

async fn rows<C: ConnectionTrait>(
    db: &C,
    stream: StreamId,
    (revisions, newest_first): (&[i64], bool),
) -> Result<Vec<entry::Model>, StoreError> {
    if revisions.is_empty() {
        return Ok(Vec::new());
    }
    let order = if newest_first { Order::Desc } else { Order::Asc };
    let rows = entry::Entity::find()
        .filter(entry::Column::Stream.eq(stream.to_string()))
        .filter(entry::Column::Revision.is_in(revisions.iter().copied()))
        .order_by(entry::Column::Revision, order);
    Ok(rows.all(db).await?)
}

async fn read<C: ConnectionTrait>(
    db: &C,
    stream: StreamId,
    (revisions, touching, newest_first): (&[i64], Touching, bool),
) -> Result<Vec<TrailEntry>, StoreError> {
    let rows = rows(db, stream, (revisions, newest_first)).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut changes = changes(db, stream, (revisions, touching)).await?;
    rows.into_iter()
        .map(|row| {
            Ok(TrailEntry {
                header: header(stream, &row)?,
                hash: digest(stream, &row.hash)?,
                changes: changes.remove(&row.revision).unwrap_or_default(),
            })
        })
        .collect()
}

/// The revisions of a page.
async fn revisions<C: ConnectionTrait>(
    db: &C,
    stream: StreamId,
    (page, touching): (Page, Touching),
) -> Result<Vec<i64>, StoreError> {
    let order = if page.newest_first { Order::Desc } else { Order::Asc };
    let limit = page.limit.min(PAGE_MAX);
    let name = stream.to_string();
    let after = page.after.map(|after| number(Revision(after))).transpose()?;
    let before = page.before.map(|before| number(Revision(before))).transpose()?;
    if touching == Touching::Anything {
        use entry::{Column, Entity};
        let mut query = Entity::find().select_only().column(Column::Revision).filter(Column::Stream.eq(name));
        query = after.into_iter().fold(query, |query, after| query.filter(Column::Revision.gt(after)));
        query = before.into_iter().fold(query, |query, before| query.filter(Column::Revision.lt(before)));
        return Ok(query.order_by(Column::Revision, order).limit(limit).into_tuple().all(db).await?);
    }
    use change::{Column, Entity};
    let mut query =
        Entity::find().select_only().column(Column::Revision).distinct().filter(Column::Stream.eq(name));
    query = query.filter(touched(touching));
    query = after.into_iter().fold(query, |query, after| query.filter(Column::Revision.gt(after)));
    query = before.into_iter().fold(query, |query, before| query.filter(Column::Revision.lt(before)));
    Ok(query.order_by(Column::Revision, order).limit(limit).into_tuple().all(db).await?)
}

fn touched(touching: Touching) -> Condition {
    use change::Column;
    match touching {
        Touching::Anything => Condition::all(),
        Touching::Subject(subject) => Condition::all().add(Column::SubjectId.eq(subject)),
        Touching::Row { row, subject } => {
            let of = subject.map(|subject| Column::SubjectId.eq(subject));
            Condition::all().add(Column::RowId.eq(row)).add_option(of)
        }
    }
}

async fn changes<C: ConnectionTrait>(
    db: &C,
    stream: StreamId,
    (revisions, touching): (&[i64], Touching),
) -> Result<BTreeMap<i64, Vec<TrailChange>>, StoreError> {
    use change::Column;
    let rows = change::Entity::find()
        .filter(Column::Stream.eq(stream.to_string()))
        .filter(Column::Revision.is_in(revisions.iter().copied()))
        .filter(touched(touching))
        .order_by_asc(Column::Revision)
        .order_by_asc(Column::Position)
        .all(db)
        .await?;
    let redactions = if rows.iter().any(|row| row.image.is_none()) {
        load::later_redactions(db, stream, Revision::ZERO).await?
    } else {
        Redactions::default()
    };
    let mut by_revision: BTreeMap<i64, Vec<TrailChange>> = BTreeMap::new();
    for row in rows {
        let place = Place {
            revision: Revision(unsigned(stream, row.revision)?),
            position: unsigned(stream, row.position)?,
        };
        let revision = row.revision;
        let change = change_of(stream, row)?;
        let image = redactions.image(place, change.image.as_ref()).ok_or_else(|| {
            StoreError::damaged(stream, format!("entry {revision} is emptied and nothing stands for it"))
        })?;
        by_revision.entry(revision).or_default().push(TrailChange {
            position: place.position,
            table: change.table,
            row: change.row,
            subject: change.subject,
            image,
            redacted: change.image.is_none(),
        });
    }
    Ok(by_revision)
}

/// The newest revision of a stream whose entry is not later than an instant; 0 when the stream began later.
/// Times never fall along a stream, so it is found by halving.
pub(crate) async fn revision_at<C: ConnectionTrait>(
    db: &C,
    stream: StreamId,
    (newest, at): (Revision, chrono::DateTime<chrono::Utc>),
) -> Result<Revision, StoreError> {
    let (mut low, mut high) = (0, newest.0);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        let head = load::head_at(db, stream, Revision(middle)).await?;
        if head.at <= at { low = middle } else { high = middle - 1 }
    }
    Ok(Revision(low))
}

/// A revision beyond the newest was asked for.
pub(crate) fn no_revision(stream: StreamId, revision: u64) -> StoreError {
    StoreError::new(StoreCode::NotFound, format!("{stream} has no revision {revision} yet"))
}
