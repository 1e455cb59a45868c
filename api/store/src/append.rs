//! Writes sealed entries in a transaction whose heads are locked: rows, changes, headers, heads, side rows.
//!
//! Invariant: a row of a stream changes only here, and only to what an entry of the same transaction says.

use crate::error::StoreError;
use crate::heads::{self, Heads, number};
use crate::hooks::{self, Hooks};
use crate::identity::{self, DigestKeys, IdentityRow, KeyVault};
use crate::signin::{self, Invited};
use crate::tables::{self, AccessRows, Image, PortalRows, StudyRows, insert};
use entity::ledger::{change, entry, head, idempotency};
use ledger::redaction::{Redaction, TABLE};
use ledger::{Entry, Head, Revision, StreamId};
use policy::SideWrite;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// What a transaction writes.
#[derive(Clone, Default)]
pub(crate) struct Batch {
    /// Sealed entries, in the order in which they were decided.
    pub entries: Vec<Entry>,
    /// What goes beside them, in order.
    pub side: Vec<SideWrite>,
    /// Studies whose streams begin here.
    pub founded: Vec<Uuid>,
}

/// What writing needs beside the batch.
pub(crate) struct Ink<'i> {
    /// The heads as they were locked.
    pub heads: &'i Heads,
    /// Whether a study's tables have a row, as of the locked heads.
    pub held: &'i (dyn Fn(Uuid, &str, Uuid) -> bool + Sync),
    pub vault: &'i dyn KeyVault,
    pub keys: &'i DigestKeys,
    pub hooks: &'i Hooks,
}

/// Rows to write, by table and id: where several entries of a batch change a row, only the last one counts.
type Newest<'b> = BTreeMap<(&'b str, Uuid), (StreamId, &'b str)>;

impl Batch {
    /// Whether it takes something out for good.
    pub(crate) fn takes_out(&self) -> bool {
        self.side
            .iter()
            .any(|side| matches!(side, SideWrite::Redact { .. } | SideWrite::EraseIdentity { .. }))
    }

    fn newest(&self) -> Newest<'_> {
        let mut newest = Newest::new();
        for entry in &self.entries {
            for change in &entry.changes {
                if let Some(image) = &change.image {
                    newest.insert((&change.table, change.row), (entry.header.stream, image));
                }
            }
        }
        newest
    }

    /// Where the streams stand after the batch.
    pub(crate) fn heads(&self) -> Heads {
        self.entries.iter().map(|entry| (entry.header.stream, entry.head())).collect()
    }
}

/// Writes a batch.
pub(crate) async fn write<C: ConnectionTrait>(
    db: &C,
    batch: &Batch,
    ink: &Ink<'_>,
) -> Result<(), StoreError> {
    for study in &batch.founded {
        let heads = [StreamId::Open(*study), StreamId::Sealed(*study)].map(Head::empty);
        let rows = heads.iter().map(heads::row_of).collect::<Result<_, _>>()?;
        insert::<head::Entity, C>(db, rows).await?;
    }
    write_rows(db, batch, ink).await?;
    hooks::at(&ink.hooks.amid_write).await;
    write_entries(db, batch).await?;
    for side in &batch.side {
        write_side(db, batch, (side, ink)).await?;
    }
    move_heads(db, batch, ink.heads).await
}

async fn write_rows<C: ConnectionTrait>(db: &C, batch: &Batch, ink: &Ink<'_>) -> Result<(), StoreError> {
    let newest = batch.newest();
    let held_portal = held_in_portal(db, &newest).await?;
    let (mut portal, mut study, mut access) =
        (PortalRows::default(), StudyRows::default(), AccessRows::default());
    for ((table, row), (stream, text)) in newest {
        match stream {
            StreamId::Portal => {
                let held = held_portal.get(table).is_some_and(|rows| rows.contains(&row));
                portal.put(Image { table, row, text, held })?;
            }
            StreamId::Open(of) | StreamId::Sealed(of) => {
                study.put(Image { table, row, text, held: (ink.held)(of, table, row) })?;
            }
            StreamId::Access => access.put(Image { table, row, text, held: false })?,
        }
    }
    portal.write(db).await?;
    study.write(db).await?;
    access.write(db).await?;
    Ok(())
}

/// Portal writes are few, so their tables are asked.
async fn held_in_portal<'b, C: ConnectionTrait>(
    db: &C,
    newest: &Newest<'b>,
) -> Result<HashMap<&'b str, HashSet<Uuid>>, StoreError> {
    let mut wanted: HashMap<&'b str, Vec<Uuid>> = HashMap::new();
    for ((table, row), (stream, _)) in newest {
        if *stream == StreamId::Portal {
            wanted.entry(*table).or_default().push(*row);
        }
    }
    let mut held = HashMap::new();
    for (table, rows) in wanted {
        held.insert(table, tables::portal_existing(db, table, &rows).await?);
    }
    Ok(held)
}

async fn write_entries<C: ConnectionTrait>(db: &C, batch: &Batch) -> Result<(), StoreError> {
    let (mut entries, mut changes, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    for sealed in &batch.entries {
        let header = &sealed.header;
        let (stream, revision) = (header.stream.to_string(), number(header.revision)?);
        for (position, change) in (0..).zip(&sealed.changes) {
            changes.push(change::Model {
                stream: stream.clone(),
                revision,
                position,
                table_name: change.table.to_string(),
                row_id: change.row,
                subject_id: change.subject,
                image: change.image.as_deref().map(str::to_owned),
                salt: change.salt.map(|salt| salt.0.to_vec()),
                digest: change.digest.to_string(),
            });
        }
        if let Some(key) = &header.idempotency_key {
            keys.push(idempotency::Model {
                stream: stream.clone(),
                actor_id: header.actor,
                key: key.clone(),
                input_digest: header.input_digest.to_string(),
                revision,
            });
        }
        entries.push(entry::Model {
            stream,
            revision,
            header: sealed.header_text.to_string(),
            hash: sealed.hash.to_string(),
        });
    }
    insert::<entry::Entity, C>(db, entries).await?;
    insert::<change::Entity, C>(db, changes).await?;
    insert::<idempotency::Entity, C>(db, keys).await?;
    Ok(())
}

/// Moves each head from where it was locked to where the batch leaves it.
async fn move_heads<C: ConnectionTrait>(db: &C, batch: &Batch, locked: &Heads) -> Result<(), StoreError> {
    use head::Column;
    for (stream, head) in batch.heads() {
        let before = locked.get(&stream).map_or(Revision::ZERO, |head| head.revision);
        let moved = head::Entity::update_many()
            .col_expr(Column::Revision, Expr::value(number(head.revision)?))
            .col_expr(Column::Hash, Expr::value(head.hash.to_string()))
            .col_expr(Column::At, Expr::value(head.at))
            .filter(Column::Stream.eq(stream.to_string()))
            .filter(Column::Revision.eq(number(before)?))
            .exec(db)
            .await?;
        if moved.rows_affected != 1 {
            return Err(StoreError::internal_fault(format!("the head of {stream} moved under its lock")));
        }
    }
    Ok(())
}

async fn write_side<C: ConnectionTrait>(
    db: &C,
    batch: &Batch,
    (side, ink): (&SideWrite, &Ink<'_>),
) -> Result<(), StoreError> {
    match side {
        SideWrite::Identity { subject, study, site, identity, salt } => {
            let row = IdentityRow { subject: *subject, study: *study, site: *site, identity, salt };
            identity::write(db, (ink.vault, ink.keys), &row).await
        }
        SideWrite::EraseIdentity { subject } => identity::erase(db, *subject).await,
        SideWrite::Invite { person, name, by, digest, at, until } => {
            let (person, by) = (*person, *by);
            let invited = Invited { person, name, by, digest, at: *at, until: *until };
            signin::invite(db, ink.keys, &invited).await
        }
        SideWrite::Redact { stream, revision, position } => {
            let stream: StreamId = stream
                .parse()
                .map_err(|_| StoreError::internal_fault("a redaction names a stream that is none"))?;
            redact(db, batch, (stream, Revision(*revision), *position)).await
        }
    }
}

/// Empties a stored image. If it was the newest of its row, the row becomes what stands for it.
async fn redact<C: ConnectionTrait>(
    db: &C,
    batch: &Batch,
    (stream, revision, position): (StreamId, Revision, u32),
) -> Result<(), StoreError> {
    use change::{Column, Entity};
    let wrong = |what: &str| {
        StoreError::internal_fault(format!("redaction of {stream} {revision}.{position}: {what}"))
    };
    let replacement =
        replacement(batch, (stream, revision, position)).ok_or_else(|| wrong("nothing stands for it"))?;
    let place = i32::try_from(position).map_err(|_| wrong("a position beyond i32"))?;
    let key = (stream.to_string(), number(revision)?, place);
    let target =
        Entity::find_by_id(key.clone()).one(db).await?.ok_or_else(|| wrong("there is no such change"))?;
    let emptied = Entity::update_many()
        .col_expr(Column::Image, Expr::value(None::<String>))
        .col_expr(Column::Salt, Expr::value(None::<Vec<u8>>))
        .filter(Column::Stream.eq(key.0.as_str()))
        .filter(Column::Revision.eq(key.1))
        .filter(Column::Position.eq(key.2))
        .exec(db)
        .await?;
    if emptied.rows_affected != 1 {
        return Err(wrong("the change was not emptied"));
    }
    let newest = Entity::find()
        .filter(Column::Stream.eq(key.0))
        .filter(Column::TableName.eq(target.table_name.as_str()))
        .filter(Column::RowId.eq(target.row_id))
        .order_by_desc(Column::Revision)
        .order_by_desc(Column::Position)
        .one(db)
        .await?;
    if newest.is_some_and(|newest| (newest.revision, newest.position) == (key.1, key.2)) {
        let image = Image { table: &target.table_name, row: target.row_id, text: &replacement, held: true };
        match stream {
            StreamId::Open(_) | StreamId::Sealed(_) => {
                let mut rows = StudyRows::default();
                rows.put(image)?;
                rows.write(db).await?;
            }
            StreamId::Portal => {
                let mut rows = PortalRows::default();
                rows.put(image)?;
                rows.write(db).await?;
            }
            StreamId::Access => return Err(wrong("the access log is not redacted")),
        }
    }
    Ok(())
}

/// The image that an entry of the batch brings for a change that it empties.
fn replacement(batch: &Batch, (stream, revision, position): (StreamId, Revision, u32)) -> Option<String> {
    let entries = batch.entries.iter().filter(|entry| entry.header.stream == stream);
    let rows = entries.flat_map(|entry| &entry.changes).filter(|change| change.table == TABLE);
    rows.filter_map(|change| serde_json::from_str::<Redaction>(change.image.as_deref()?).ok())
        .find(|redaction| (redaction.revision, redaction.position) == (revision, position))
        .map(|redaction| redaction.replacement.to_string())
}
