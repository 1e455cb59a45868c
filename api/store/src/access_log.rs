//! The access log: who read identifiers and closed board matters, and which acts were denied.
//!
//! A stream of its own, chained like the others, so that reading never moves a study's revision. Records of
//! requests that wait while a commit runs are committed together.

use crate::append::Batch;
use crate::clock::random;
use crate::error::{StoreCode, StoreError};
use crate::metrics::Counters;
use crate::writer::Writers;
use chrono::{DateTime, Utc};
use entity::access_record;
use entity::rows::AccessRecord;
use entity::terms::AccessKind;
use ledger::{Draft, Entry, Head, NewChange, Revision, Salt, Stream, to_canonical};
use policy::{DataGroup, Moment, Role};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// What is to be remembered of one request. Id and time are drawn here.
#[derive(Clone, Debug, PartialEq)]
pub struct Access {
    /// Who.
    pub actor: Uuid,
    /// The printed name.
    pub actor_name: String,
    /// The role used.
    pub role: Option<Role>,
    /// The grant used.
    pub membership: Option<Uuid>,
    /// The study.
    pub study: Option<Uuid>,
    /// What was done.
    pub kind: AccessKind,
    /// The data groups that were read.
    pub groups: Vec<DataGroup>,
    /// The subjects, or the data cut.
    pub subjects: Vec<Uuid>,
    /// The operation's name.
    pub operation: Option<String>,
    /// The request.
    pub request_id: Uuid,
}

/// The newest records, the newest first.
pub(crate) async fn newest<C: ConnectionTrait>(db: &C, most: u64) -> Result<Vec<AccessRecord>, StoreError> {
    let newest = access_record::Entity::find().order_by_desc(access_record::Column::At);
    Ok(newest.order_by_desc(access_record::Column::Id).limit(most).all(db).await?)
}

/// When each person last signed in.
pub(crate) async fn last_sign_ins<C: ConnectionTrait>(
    db: &C,
) -> Result<BTreeMap<Uuid, DateTime<Utc>>, StoreError> {
    let found: Vec<(Uuid, DateTime<Utc>)> = access_record::Entity::find()
        .select_only()
        .column(access_record::Column::ActorId)
        .column_as(access_record::Column::At.max(), "at")
        .filter(access_record::Column::Kind.eq(AccessKind::SignedIn))
        .group_by(access_record::Column::ActorId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// What waits for the log's writer.
pub(crate) struct Note {
    records: Vec<Access>,
    client: Option<String>,
    reply: oneshot::Sender<Result<(), StoreError>>,
}

/// Most requests in a transaction.
const GROUP: usize = 200;

pub(crate) type Queue = mpsc::Sender<Note>;

/// Starts the log's writer.
pub(crate) fn start(writers: &Arc<Writers>) -> Queue {
    let (sender, receiver) = mpsc::channel(1_024);
    writers.runtime.spawn(run(Arc::downgrade(writers), receiver));
    sender
}

/// Writes records and waits until they are committed.
pub(crate) async fn log(
    queue: &Queue,
    records: Vec<Access>,
    client: Option<String>,
) -> Result<(), StoreError> {
    if records.is_empty() {
        return Ok(());
    }
    let (reply, receiver) = oneshot::channel();
    let gone = || StoreError::new(StoreCode::Unavailable, "the access log's writer is gone");
    queue.send(Note { records, client, reply }).await.map_err(|_| gone())?;
    receiver.await.map_err(|_| gone())?
}

async fn run(writers: std::sync::Weak<Writers>, mut receiver: mpsc::Receiver<Note>) {
    let mut notes = Vec::with_capacity(GROUP);
    while receiver.recv_many(&mut notes, GROUP).await > 0 {
        let Some(writers) = writers.upgrade() else { return };
        let results = write(&writers, &notes).await;
        for (note, result) in notes.drain(..).zip(results) {
            // A request that went away needs no answer.
            let _ = note.reply.send(result);
        }
    }
}

/// Writes the notes in one transaction; a note that cannot be sealed keeps nobody else's from being written.
async fn write(writers: &Writers, notes: &[Note]) -> Vec<Result<(), StoreError>> {
    let mut results = vec![Ok(()); notes.len()];
    let written = writers
        .append_access(|head| {
            let moment = writers.clock.moment()?;
            let portal =
                writers.cache.current_portal().map_or(Revision::ZERO, |portal| portal.head().revision);
            let mut head = *head;
            let mut batch = Batch::default();
            for (note, result) in notes.iter().zip(&mut results) {
                match seal(&head, (&note.records, note.client.as_deref()), &moment, portal) {
                    Ok(entry) => {
                        head = Head { format: head.format, ..entry.head() };
                        batch.entries.push(entry);
                    }
                    Err(error) => *result = Err(error),
                }
            }
            Ok(batch)
        })
        .await;
    match written {
        Ok(()) => {
            let written = notes.iter().zip(&results).filter(|(_, result)| result.is_ok());
            let records = written.map(|(note, _)| note.records.len()).sum();
            Counters::add(&writers.counters.access_records, records);
            results
        }
        Err(error) => vec![Err(error); notes.len()],
    }
}

/// The records of one request as an entry that follows a locked head.
pub(crate) fn batch(
    writers: &Writers,
    head: &Head,
    (records, client): (&[Access], Option<&str>),
) -> Result<Batch, StoreError> {
    let portal = writers.cache.current_portal().map_or(Revision::ZERO, |portal| portal.head().revision);
    let entry = seal(head, (records, client), &writers.clock.moment()?, portal)?;
    Counters::add(&writers.counters.access_records, records.len());
    Ok(Batch { entries: vec![entry], ..Batch::default() })
}

/// One entry a request.
fn seal(
    head: &Head,
    (records, client): (&[Access], Option<&str>),
    moment: &Moment,
    portal: Revision,
) -> Result<Entry, StoreError> {
    let at = moment.not_before(head.at);
    let Some(first) = records.first() else {
        return Err(StoreError::internal_fault("an empty access note"));
    };
    let mut changes = Vec::with_capacity(records.len());
    for record in records {
        let row = row_of(record, &at)?;
        changes.push(NewChange {
            table: "access_record".into(),
            row: row.id,
            subject: None,
            image: to_canonical(&row)?.into(),
            salt: Salt(random()?),
        });
    }
    let draft = Draft {
        at: at.now(),
        actor: first.actor,
        display_name: first.actor_name.clone(),
        role: first.role.map(|role| role.as_str().to_owned()),
        membership: first.membership,
        client: client.map(str::to_owned),
        command: "access".to_owned(),
        request_id: first.request_id,
        portal_revision: portal,
        idempotency_key: None,
        // Nothing is asked for here that could be asked for again.
        input_digest: ledger::Digest::ZERO,
    };
    Ok(Entry::seal(head, draft, changes)?)
}

fn row_of(record: &Access, at: &Moment) -> Result<AccessRecord, StoreError> {
    let groups: Vec<String> = record.groups.iter().map(|group| group.as_str().to_owned()).collect();
    Ok(AccessRecord {
        id: uuid::Builder::from_random_bytes(random()?).into_uuid(),
        at: at.now(),
        actor_id: record.actor,
        actor_name: record.actor_name.clone(),
        role: record.role.map(|role| role.as_str().to_owned()),
        membership_id: record.membership,
        study_id: record.study,
        kind: record.kind,
        groups: groups.into(),
        subject_ids: record.subjects.clone().into(),
        operation: record.operation.clone(),
        request_id: record.request_id,
    })
}
