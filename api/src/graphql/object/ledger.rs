//! The ledger as a viewer may see it: head, entries, changes, and what each did to its row.
//!
//! The View says what may be seen; here that is only read and translated. [`crate::graphql::trail`] turns the pages.

use crate::failure::Failure;
use crate::graphql::page::PageInfo;
use crate::graphql::scalar::{Id, Revision};
use crate::graphql::scope::Scope;
use crate::graphql::trail::{Looking, cursor};
use crate::graphql::wait::wait;
use async_graphql::Error;
use ledger::StreamId;
use objects::{Cx, DateTime, Gate, Permit, object};
use policy::DataGroup;
use std::sync::Arc;
use store::{Page, Store, Touching, TrailEntry};
use study::view::{ShownField, TrailOf, TrailRow, View};
use uuid::Uuid;

/// Where the study's ledger stands.
#[object(name = "LedgerHead")]
impl LedgerHead {
    /// The newest revision in what you see.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.head().revision.0)
    }
    /// The hash of its entry, in hexadecimal. Null when the ledger is kept from you.
    #[group(AuditTrail)]
    fn hash(&self) -> Option<String> {
        Some(self.0.head().hash.to_string())
    }
    /// When its entry was made.
    #[group(Envelope)]
    fn at(&self) -> DateTime {
        DateTime(self.0.head().at)
    }
    /// A signed checkpoint (JWS) of the ledger's newest entry, to keep and verify later. Its entry may be newer
    /// than this head when the study is read as of an earlier point. Null when the ledger is kept from you.
    #[group(AuditTrail)]
    #[complexity(100)]
    fn checkpoint(&self, cx: &Cx<'_>) -> Result<Option<String>, Error> {
        let store = store(cx)?;
        let signed = wait(store.checkpoint(StreamId::Open(self.0.study_row())))?;
        Ok(Some(signed.map_err(Failure::from)?))
    }
}

/// Where a study's ledger stands.
pub struct LedgerHead(pub View);

/// A page of ledger entries, newest first.
#[object(name = "LedgerEntryConnection", gate = open)]
impl LedgerEntryConnection {
    /// The entries with their cursors.
    #[group(Envelope)]
    fn edges(&self) -> Vec<LedgerEntryEdge> {
        self.entries.iter().cloned().map(LedgerEntryEdge).collect()
    }
    /// The entries.
    #[group(Envelope)]
    fn nodes(&self) -> Vec<LedgerEntry> {
        self.entries.clone()
    }
    /// Where the page stands. When more entries follow, the end cursor goes on even after a page without entries.
    #[group(Envelope)]
    fn page_info(&self) -> PageInfo {
        self.info.clone()
    }
    /// How many entries match in all, on every page together. Null when more than 20,000 entries would have to be
    /// looked through to tell, which may be many times fewer that match: ask for a shorter time, or for one subject.
    #[group(Envelope)]
    #[complexity(500)]
    fn total_count(&self, cx: &Cx<'_>) -> Result<Option<i32>, Error> {
        Ok(self.looking.count(store(cx)?)?)
    }
}

/// A page of ledger entries.
pub struct LedgerEntryConnection {
    pub(crate) entries: Vec<LedgerEntry>,
    pub(crate) info: PageInfo,
    /// What was looked for, so that it can be counted when somebody asks.
    pub(crate) looking: Looking,
}

/// A ledger entry with its cursor.
#[object(name = "LedgerEntryEdge", gate = open)]
impl LedgerEntryEdge {
    /// The cursor.
    #[group(Envelope)]
    fn cursor(&self) -> String {
        cursor(self.0.number(), None)
    }
    /// The entry.
    #[group(Envelope)]
    fn node(&self) -> LedgerEntry {
        self.0.clone()
    }
}

/// A ledger entry with its cursor.
pub struct LedgerEntryEdge(LedgerEntry);

/// One command in the ledger: who did what, when, and to which rows.
#[object(name = "LedgerEntry")]
impl LedgerEntry {
    /// The entry's position in the ledger, from 1.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.entry.header.revision.0)
    }
    /// When it was made, by the server's clock. Null for the safety board, which reads no days of the calendar.
    #[group(AuditTrail)]
    fn at(&self) -> Option<DateTime> {
        self.names_people().then_some(DateTime(self.entry.header.at))
    }
    /// The printed name of who acted, as it was then. Null for the safety board, which does not learn who works
    /// where.
    #[group(AuditTrail)]
    fn actor(&self) -> Option<&str> {
        self.names_people().then_some(&self.entry.header.display_name)
    }
    /// The role that allowed it.
    #[group(AuditTrail)]
    fn role(&self) -> Option<&str> {
        self.entry.header.role.as_deref()
    }
    /// The command's name.
    #[group(AuditTrail)]
    fn command(&self) -> Option<&str> {
        Some(&self.entry.header.command)
    }
    /// The client program through which it came. Null for the safety board.
    #[group(AuditTrail)]
    fn client(&self) -> Option<&str> {
        self.entry.header.client.as_deref().filter(|_| self.names_people())
    }
    /// The request, as in the server's log. Null for the safety board.
    #[group(AuditTrail)]
    fn request_id(&self) -> Option<String> {
        self.names_people().then(|| self.entry.header.request_id.to_string())
    }
    /// The entry's hash, in hexadecimal.
    #[group(AuditTrail)]
    fn hash(&self) -> Option<String> {
        Some(self.entry.hash.to_string())
    }
    /// Its changes, as far as you may see them.
    #[group(AuditTrail)]
    #[complexity(list = 5)]
    fn changes(&self) -> Option<Vec<LedgerChange>> {
        Some(self.shown())
    }
}

/// A ledger entry that the viewer may see.
#[derive(Clone)]
pub struct LedgerEntry {
    view: View,
    of: TrailOf,
    entry: Arc<TrailEntry>,
    /// Positions of the changes that may be seen.
    positions: Vec<usize>,
}

impl LedgerEntry {
    /// The entry as far as the viewer may see it; none when it is not to be listed.
    pub(crate) fn of(view: &View, of: TrailOf, entry: TrailEntry) -> Option<LedgerEntry> {
        let positions = view.show_trail(of, &rows(of, &entry))?;
        Some(LedgerEntry { view: view.clone(), of, entry: Arc::new(entry), positions })
    }

    /// The entry's revision.
    pub(crate) fn number(&self) -> u64 {
        self.entry.header.revision.0
    }

    /// Whether the viewer may know who acted, and when.
    fn names_people(&self) -> bool {
        !self.view.is_board()
    }

    /// The changes that may be seen.
    pub(crate) fn shown(&self) -> Vec<LedgerChange> {
        self.positions
            .iter()
            .map(|position| LedgerChange { entry: self.clone(), position: *position })
            .collect()
    }
}

/// The changes of an entry for the View: all that its header names, with the images that were read.
pub(crate) fn rows(of: TrailOf, entry: &TrailEntry) -> Vec<TrailRow<'_>> {
    let image = |at: usize| {
        let read = entry.changes.iter().find(|change| usize::try_from(change.position) == Ok(at));
        read.map(|change| &*change.image)
    };
    let named = entry.header.changes.iter().enumerate();
    named
        .map(|(at, it)| TrailRow { of, table: &it.table, row: it.row, subject: it.subject, image: image(at) })
        .collect()
}

/// One row that an entry changed.
#[object(name = "LedgerChange")]
impl LedgerChange {
    /// The entry's position in the ledger.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.entry.number())
    }
    /// When the entry was made. Null for the safety board, which reads no days of the calendar.
    #[group(AuditTrail)]
    fn at(&self) -> Option<DateTime> {
        self.entry.names_people().then_some(DateTime(self.entry.entry.header.at))
    }
    /// What kind of record it is, for example `adverse event`.
    #[group(AuditTrail)]
    fn kind(&self) -> Option<String> {
        self.row().map(|row| row.table.replace('_', " "))
    }
    /// The record's global id.
    #[group(AuditTrail)]
    fn node_id(&self) -> Option<Id> {
        self.entry.view.trail_id(&self.row()?).map(Id)
    }
    /// Code of the record's subject.
    #[group(AuditTrail)]
    fn subject(&self) -> Option<String> {
        let subject = self.entry.view.subject_by_row(self.row()?.subject?)?;
        Some(subject.code().into_owned())
    }
    /// Whether the record's content was redacted later: then what stands for it is shown.
    #[group(AuditTrail)]
    fn redacted(&self) -> Option<bool> {
        let changes = &self.entry.entry.changes;
        changes.iter().find(|it| usize::try_from(it.position) == Ok(self.position)).map(|it| it.redacted)
    }
    /// Fields that the entry changed, as far as you may see them.
    #[group(AuditTrail)]
    #[complexity(list = 10)]
    fn fields(&self, cx: &Cx<'_>) -> Result<Option<Vec<FieldChange>>, Error> {
        let Some(row) = self.row() else { return Ok(None) };
        let before = self.before(store(cx)?, &row)?;
        let fields = self.entry.view.show_fields(&row, before.as_deref());
        Ok(fields.map(|fields| fields.into_iter().map(FieldChange).collect()))
    }
}

/// A change that the viewer may see.
#[derive(Clone)]
pub struct LedgerChange {
    pub(crate) entry: LedgerEntry,
    pub(crate) position: usize,
}

impl LedgerChange {
    pub(crate) fn row(&self) -> Option<TrailRow<'_>> {
        rows(self.entry.of, &self.entry.entry).into_iter().nth(self.position)
    }

    /// The image that the row had before this change, in this entry or in an earlier one.
    fn before(&self, store: &Store, row: &TrailRow<'_>) -> Result<Option<Arc<str>>, Failure> {
        let of_row = |table: &str, id: Uuid| table == row.table && id == row.row;
        let here = self.entry.entry.changes.iter().rev().find(|it| {
            usize::try_from(it.position).is_ok_and(|at| at < self.position) && of_row(&it.table, it.row)
        });
        if let Some(here) = here {
            return Ok(Some(here.image.clone()));
        }
        let page = Page { after: None, before: Some(self.entry.number()), limit: 1, newest_first: true };
        let touching = Touching::Row { row: row.row, subject: row.subject };
        let found = wait(store.entries(stream(&self.entry.view, self.entry.of), page, touching))??;
        let changes = found.into_iter().next().map(|entry| entry.changes).unwrap_or_default();
        Ok(changes.into_iter().rev().find(|it| of_row(&it.table, it.row)).map(|it| it.image))
    }
}

/// What an entry did to one field.
#[object(name = "FieldChange", gate = open)]
impl FieldChange {
    /// The field's name.
    #[group(Envelope)]
    fn name(&self) -> &str {
        &self.0.name
    }
    /// The value before: text as it is, anything else as JSON. Null when there was none.
    #[group(Envelope)]
    fn before(&self) -> Option<&str> {
        self.0.before.as_deref()
    }
    /// The value after. Null when there is none.
    #[group(Envelope)]
    fn after(&self) -> Option<&str> {
        self.0.after.as_deref()
    }
}

/// What an entry did to one field.
pub struct FieldChange(ShownField);

/// A page of changes, oldest first.
#[object(name = "ChangeConnection", gate = open)]
impl ChangeConnection {
    /// The changes with their cursors.
    #[group(Envelope)]
    fn edges(&self) -> Vec<ChangeEdge> {
        self.changes.iter().cloned().map(ChangeEdge).collect()
    }
    /// The changes.
    #[group(Envelope)]
    fn nodes(&self) -> Vec<LedgerChange> {
        self.changes.clone()
    }
    /// Where the page stands. When more changes follow, the end cursor goes on even after a page without any.
    #[group(Envelope)]
    fn page_info(&self) -> PageInfo {
        self.info.clone()
    }
}

/// A page of changes.
pub struct ChangeConnection {
    pub(crate) changes: Vec<LedgerChange>,
    pub(crate) info: PageInfo,
}

/// A change with its cursor.
#[object(name = "ChangeEdge", gate = open)]
impl ChangeEdge {
    /// The cursor.
    #[group(Envelope)]
    fn cursor(&self) -> String {
        cursor(self.0.entry.number(), Some(self.0.position))
    }
    /// The change.
    #[group(Envelope)]
    fn node(&self) -> LedgerChange {
        self.0.clone()
    }
}

/// A change with its cursor.
pub struct ChangeEdge(LedgerChange);

// Where the ledger stands is told to whoever sees the study; what vouches for it, to whoever sees the ledger.
impl Gate<DataGroup> for LedgerHead {
    fn permits(&self, group: DataGroup) -> Permit {
        of_trail(&self.0, TrailOf::Open, group, true)
    }
}

impl Gate<DataGroup> for LedgerEntry {
    fn permits(&self, group: DataGroup) -> Permit {
        of_trail(&self.view, self.of, group, false)
    }
}

impl Gate<DataGroup> for LedgerChange {
    fn permits(&self, group: DataGroup) -> Permit {
        of_trail(&self.entry.view, self.entry.of, group, false)
    }
}

/// What belongs to a trail is shown to who sees that trail, the rest by its own group; of an entry nothing is shown
/// to anybody else.
fn of_trail(view: &View, of: TrailOf, group: DataGroup, apart: bool) -> Permit {
    let trail = view.sees_trail_of(of);
    let allowed = if group == DataGroup::AuditTrail {
        trail
    } else {
        (trail || apart) && view.sight(group).sees_rows()
    };
    if allowed { Permit::Allowed } else { Permit::Masked }
}

/// The stream of a trail.
pub(crate) fn stream(view: &View, of: TrailOf) -> StreamId {
    match of {
        TrailOf::Open => StreamId::Open(view.study_row()),
        TrailOf::Sealed => StreamId::Sealed(view.study_row()),
    }
}

pub(crate) fn store<'c>(cx: &Cx<'c>) -> Result<&'c Store, Error> {
    Ok(&cx.require::<Scope>()?.app().store)
}
