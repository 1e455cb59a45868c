//! The ledger as a viewer may see it: head, entries, changes, and what each did to its row.
//!
//! The View says what may be seen; here that is only read and translated.

use crate::failure::Failure;
use crate::graphql::page::{DEFAULT_PAGE, LARGEST_PAGE, PageInfo};
use crate::graphql::scalar::{Id, Revision};
use crate::graphql::scope::Scope;
use crate::graphql::wait::wait;
use async_graphql::Error;
use ledger::StreamId;
use objects::{Cx, DateTime, Gate, Permit, object};
use policy::DataGroup;
use std::sync::Arc;
use store::{Page, Store, Touching, TrailEntry};
use study::view::{ShownField, TrailRow, View};
use uuid::Uuid;

/// Entries read from the database in one go.
const STEP: u64 = 200;
/// Entries looked at for one page. A viewer of few of them gets a shorter page that says that more follow.
const LOOKED_AT: u64 = 5_000;

/// Where the study's ledger stands.
#[object(name = "LedgerHead")]
impl LedgerHead {
    /// The newest revision in what you see.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.head().revision.0)
    }
    /// The hash of its entry, in hexadecimal.
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
    /// than this head when the study is read as of an earlier point.
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
}

/// A page of ledger entries.
pub struct LedgerEntryConnection {
    entries: Vec<LedgerEntry>,
    info: PageInfo,
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
    /// When it was made, by the server's clock.
    #[group(Envelope)]
    fn at(&self) -> DateTime {
        DateTime(self.entry.header.at)
    }
    /// The printed name of who acted, as it was then.
    #[group(AuditTrail)]
    fn actor(&self) -> Option<&str> {
        Some(&self.entry.header.display_name)
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
    /// The client program through which it came.
    #[group(AuditTrail)]
    fn client(&self) -> Option<&str> {
        self.entry.header.client.as_deref()
    }
    /// The request, as in the server's log.
    #[group(AuditTrail)]
    fn request_id(&self) -> Option<String> {
        Some(self.entry.header.request_id.to_string())
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
    entry: Arc<TrailEntry>,
    /// Positions of the changes that may be seen.
    positions: Vec<usize>,
}

impl LedgerEntry {
    /// The entry as far as the viewer may see it; none when it is not to be listed.
    fn of(view: &View, entry: TrailEntry) -> Option<LedgerEntry> {
        let positions = view.show_trail(&rows(&entry))?;
        Some(LedgerEntry { view: view.clone(), entry: Arc::new(entry), positions })
    }

    fn number(&self) -> u64 {
        self.entry.header.revision.0
    }

    fn shown(&self) -> Vec<LedgerChange> {
        self.positions
            .iter()
            .map(|position| LedgerChange { entry: self.clone(), position: *position })
            .collect()
    }
}

/// The changes of an entry for the View: all that its header names, with the images that were read.
pub(crate) fn rows(entry: &TrailEntry) -> Vec<TrailRow<'_>> {
    let image = |at: usize| {
        let read = entry.changes.iter().find(|change| usize::try_from(change.position) == Ok(at));
        read.map(|change| &*change.image)
    };
    let named = entry.header.changes.iter().enumerate();
    named
        .map(|(at, it)| TrailRow { table: &it.table, row: it.row, subject: it.subject, image: image(at) })
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
    /// When the entry was made.
    #[group(Envelope)]
    fn at(&self) -> DateTime {
        DateTime(self.entry.entry.header.at)
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
    entry: LedgerEntry,
    position: usize,
}

impl LedgerChange {
    fn row(&self) -> Option<TrailRow<'_>> {
        rows(&self.entry.entry).into_iter().nth(self.position)
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
        let found = wait(store.entries(StreamId::Open(self.entry.view.study_row()), page, touching))??;
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
    changes: Vec<LedgerChange>,
    info: PageInfo,
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

macro_rules! gated_by_view {
    ($($type:ty => |$it:ident| $view:expr;)+) => {
        $(impl Gate<DataGroup> for $type {
            fn permits(&self, group: DataGroup) -> Permit {
                let $it = self;
                if $view.sees_trail() && $view.sight(group).sees_rows() { Permit::Allowed } else { Permit::Masked }
            }
        })+
    };
}
gated_by_view! {
    LedgerHead => |it| it.0;
    LedgerEntry => |it| it.view;
    LedgerChange => |it| it.entry.view;
}

/// Which part of a ledger is asked for.
pub(crate) struct Asked {
    /// How many.
    pub first: Option<i32>,
    /// After this cursor.
    pub after: Option<String>,
    /// Of the whole study or of one subject.
    pub touching: Touching,
}

fn store<'c>(cx: &Cx<'c>) -> Result<&'c Store, Error> {
    Ok(&cx.require::<Scope>()?.app().store)
}

fn size(first: Option<i32>) -> Result<usize, Failure> {
    let size = first.unwrap_or(DEFAULT_PAGE);
    if !(0..=LARGEST_PAGE).contains(&size) {
        return Err(Failure::bad_input(format!(
            "a page has 0 to {LARGEST_PAGE} items; {size} were asked for"
        )));
    }
    Ok(usize::try_from(size).unwrap_or_default())
}

fn cursor(revision: u64, position: Option<usize>) -> String {
    position.map_or_else(|| format!("r{revision}"), |position| format!("r{revision}.{position}"))
}

/// Revision and position of a cursor. The cursor of a whole entry stands after all of its changes.
fn place(cursor: &str) -> Result<(u64, usize), Failure> {
    let refuse = || Failure::bad_input("the cursor is of no item of this list: start again");
    let text = cursor.strip_prefix('r').ok_or_else(refuse)?;
    let (revision, position) = match text.split_once('.') {
        Some((revision, position)) => (revision, position.parse().map_err(|_| refuse())?),
        None => (text, usize::MAX),
    };
    match revision.parse() {
        Ok(revision) if revision < 1 << 53 => Ok((revision, position)),
        Ok(_) | Err(_) => Err(refuse()),
    }
}

/// A page of entries that the viewer may see, newest first, up to the revision that the view stands at.
pub(crate) fn entries(
    cx: &Cx<'_>,
    view: &View,
    asked: &Asked,
) -> Result<Option<LedgerEntryConnection>, Error> {
    if !view.sees_trail() {
        return Ok(None);
    }
    let size = size(asked.first)?;
    let newest = view.head().revision.0;
    let mut before = match &asked.after {
        Some(after) => place(after)?.0.min(newest + 1),
        None => newest + 1,
    };
    let (mut found, mut looked_at, mut more) = (Vec::new(), 0, false);
    'reading: while before > 1 {
        if looked_at >= LOOKED_AT {
            more = true;
            break;
        }
        let page = Page { after: None, before: Some(before), limit: STEP, newest_first: true };
        let read = wait(store(cx)?.entries(StreamId::Open(view.study_row()), page, asked.touching))?;
        let read = read.map_err(Failure::from)?;
        if read.is_empty() {
            break;
        }
        for entry in read {
            let revision = entry.header.revision.0;
            if let Some(entry) = LedgerEntry::of(view, entry) {
                if found.len() == size {
                    more = true;
                    break 'reading;
                }
                found.push(entry);
            }
            before = revision;
            looked_at += 1;
        }
    }
    let end = (more || !found.is_empty()).then(|| cursor(before, None));
    let info = PageInfo {
        has_next: more,
        has_previous: asked.after.is_some(),
        start: found.first().map(|entry| cursor(entry.number(), None)),
        end,
    };
    Ok(Some(LedgerEntryConnection { entries: found, info }))
}

/// A page of changes that the viewer may see, after revision `from` and up to `to`, oldest first.
pub(crate) fn changes(
    cx: &Cx<'_>,
    view: &View,
    (from, to): (Revision, Option<Revision>),
    asked: &Asked,
) -> Result<Option<ChangeConnection>, Error> {
    if !view.sees_trail() {
        return Ok(None);
    }
    let size = size(asked.first)?;
    let newest = view.head().revision.0;
    let to = to.map_or(newest, |to| to.0);
    if from.0 > to || to > newest {
        let range =
            format!("`from` is {} and `to` is {to}; they must be in order and at most {newest}", from.0);
        return Err(Failure::bad_input(range).into());
    }
    let start = asked.after.as_deref().map(place).transpose()?.filter(|start| start.0 > from.0);
    // An entry of which only some changes were given out is read again.
    let mut after = start.map_or(from.0, |start| start.0 - 1);
    let mut found: Vec<LedgerChange> = Vec::new();
    let (mut looked_at, mut more, mut tired) = (0, false, false);
    'reading: while after < to {
        if looked_at >= LOOKED_AT {
            (more, tired) = (true, true);
            break;
        }
        let page = Page { after: Some(after), before: Some(to + 1), limit: STEP, newest_first: false };
        let read = wait(store(cx)?.entries(StreamId::Open(view.study_row()), page, asked.touching))?;
        let read = read.map_err(Failure::from)?;
        if read.is_empty() {
            break;
        }
        for entry in read {
            let revision = entry.header.revision.0;
            let shown = LedgerEntry::of(view, entry).map(|entry| entry.shown()).unwrap_or_default();
            for change in
                shown.into_iter().filter(|it| start.is_none_or(|start| (revision, it.position) > start))
            {
                if found.len() == size {
                    more = true;
                    break 'reading;
                }
                found.push(change);
            }
            after = revision;
            looked_at += 1;
        }
    }
    let of = |change: &LedgerChange| cursor(change.entry.number(), Some(change.position));
    let end = if tired { Some(cursor(after, None)) } else { found.last().map(of) };
    let info = PageInfo {
        has_next: more,
        has_previous: asked.after.is_some(),
        start: found.first().map(of),
        end: end.or_else(|| asked.after.clone()),
    };
    Ok(Some(ChangeConnection { changes: found, info }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_names_an_entry_or_a_change() {
        assert_eq!(place(&cursor(7, Some(2))).map_err(|it| it.public), Ok((7, 2)));
        assert_eq!(place(&cursor(7, None)).map_err(|it| it.public), Ok((7, usize::MAX)));
        for wrong in ["", "7", "r", "r7.", "r-1", "rx", "r7.x", "r9007199254740992"] {
            assert!(place(wrong).is_err(), "{wrong}");
        }
    }
}
