//! The one loader: the newest image of each row at or below a revision, read from the ledger newest first.
//!
//! The plain range over the primary key is the fastest portable shape: no sort, no index on rows, and only
//! what is kept is parsed.

use crate::error::{StoreCode, StoreError};
use crate::heads::{Heads, number};
use crate::tables::table_name;
use crate::tail::{digest, unsigned};
use entity::ledger::{change, entry};
use futures_util::TryStreamExt;
use ledger::redaction::{Place, Redactions, TABLE};
use ledger::{Head, Header, LoadedRow, Revision, Stream, StreamId};
use portal::Portal;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryResult, QuerySelect, Statement, StreamTrait,
};
use std::collections::HashSet;
use std::sync::Arc;
use study::Snapshot;
use uuid::Uuid;

/// Redactions after a revision: they empty images at or below it, too.
pub(crate) async fn later_redactions<C: ConnectionTrait>(
    db: &C,
    stream: StreamId,
    after: Revision,
) -> Result<Redactions, StoreError> {
    let rows: Vec<(i64, i32, Option<String>)> = change::Entity::find()
        .select_only()
        .columns([change::Column::Revision, change::Column::Position, change::Column::Image])
        .filter(change::Column::Stream.eq(stream.to_string()))
        .filter(change::Column::Revision.gt(number(after)?))
        .filter(change::Column::TableName.eq(TABLE))
        .into_tuple()
        .all(db)
        .await?;
    let rows = rows
        .into_iter()
        .map(|(revision, position, image)| Ok((place(stream, revision, position)?, image.map(Arc::from))))
        .collect::<Result<Vec<_>, StoreError>>()?;
    Redactions::of_rows(rows).map_err(|error| StoreError::damaged(stream, error.message))
}

fn place(stream: StreamId, revision: i64, position: i32) -> Result<Place, StoreError> {
    Ok(Place { revision: Revision(unsigned(stream, revision)?), position: unsigned(stream, position)? })
}

/// A change as the loader reads it: by index, which is the fastest.
struct Read {
    place: Place,
    table: String,
    row: Uuid,
    subject: Option<Uuid>,
    image: Option<Arc<str>>,
}

impl Read {
    const COLUMNS: &'static str = "revision, position, table_name, row_id, subject_id, image";

    fn of(stream: StreamId, row: &QueryResult) -> Result<Read, StoreError> {
        let place = place(stream, row.try_get_by_index(0)?, row.try_get_by_index(1)?)?;
        let image: Option<String> = row.try_get_by_index(5)?;
        Ok(Read {
            place,
            table: row.try_get_by_index(2)?,
            row: row.try_get_by_index(3)?,
            subject: row.try_get_by_index(4)?,
            image: image.map(Arc::from),
        })
    }
}

/// The newest image of each row of a stream at or below a revision.
pub(crate) async fn rows<C: ConnectionTrait + StreamTrait>(
    db: &C,
    stream: StreamId,
    at: Revision,
) -> Result<Vec<LoadedRow>, StoreError> {
    if at == Revision::ZERO {
        return Ok(Vec::new());
    }
    let mut redactions = later_redactions(db, stream, at).await?;
    let sql = format!(
        "SELECT {} FROM change WHERE stream = $1 AND revision <= $2 ORDER BY revision DESC, position DESC",
        Read::COLUMNS
    );
    let parameters = [stream.to_string().into(), number(at)?.into()];
    let statement =
        Statement::from_sql_and_values(ConnectionTrait::get_database_backend(db), sql, parameters);
    let mut found = std::pin::pin!(db.stream_raw(statement).await?);
    let mut seen: HashSet<(ledger::TableName, Uuid)> = HashSet::new();
    let mut rows = Vec::new();
    while let Some(row) = found.try_next().await? {
        let read = Read::of(stream, &row)?;
        // Every redaction comes before the change that it empties.
        if read.table == TABLE {
            let noted = redactions.note(read.place, read.image.as_ref());
            noted.map_err(|error| StoreError::damaged(stream, error.message))?;
        }
        let table = table_name(read.table);
        if !seen.insert((table.clone(), read.row)) {
            continue;
        }
        let image = redactions.image(read.place, read.image.as_ref()).ok_or_else(|| {
            let Place { revision, position } = read.place;
            StoreError::damaged(
                stream,
                format!("entry {revision}, change {position} is empty and nothing stands for it"),
            )
        })?;
        rows.push(LoadedRow {
            table,
            row: read.row,
            subject: read.subject,
            image,
            revision: read.place.revision,
        });
    }
    Ok(rows)
}

/// Where a stream stood at a revision.
pub(crate) async fn head_at<C: ConnectionTrait>(
    db: &C,
    stream: StreamId,
    at: Revision,
) -> Result<Head, StoreError> {
    if at == Revision::ZERO {
        return Ok(Head::empty(stream));
    }
    let found = entry::Entity::find_by_id((stream.to_string(), number(at)?)).one(db).await?;
    let row =
        found.ok_or_else(|| StoreError::new(StoreCode::NotFound, format!("{stream} has no entry {at}")))?;
    let header = header(stream, &row)?;
    Ok(Head { stream, revision: at, hash: digest(stream, &row.hash)?, format: header.format, at: header.at })
}

pub(crate) fn header(stream: StreamId, row: &entry::Model) -> Result<Header, StoreError> {
    Header::parse(&row.header)
        .map_err(|error| StoreError::damaged(stream, format!("entry {}: {}", row.revision, error.message())))
}

/// The portal at its head.
pub(crate) async fn portal<C: ConnectionTrait + StreamTrait>(
    db: &C,
    head: Head,
) -> Result<Portal, StoreError> {
    let rows = rows(db, StreamId::Portal, head.revision).await?;
    off_the_workers(move || Portal::load(StreamId::Portal, head, rows).map_err(StoreError::from)).await
}

/// A study at a pair of heads.
pub(crate) async fn study<C: ConnectionTrait + StreamTrait>(
    db: &C,
    study: Uuid,
    heads: &Heads,
) -> Result<Snapshot, StoreError> {
    let head = |stream| heads.get(&stream).copied().unwrap_or(Head::empty(stream));
    let (open, sealed) = (head(StreamId::Open(study)), head(StreamId::Sealed(study)));
    let open = (open, rows(db, open.stream, open.revision).await?);
    let sealed = (sealed, rows(db, sealed.stream, sealed.revision).await?);
    off_the_workers(move || Snapshot::load(study, open, sealed).map_err(StoreError::from)).await
}

/// Parsing a study takes a while and never waits, so it runs where it holds up nobody.
async fn off_the_workers<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| StoreError::internal_fault(format!("a load broke off: {error}")))?
}
