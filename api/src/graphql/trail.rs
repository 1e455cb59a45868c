//! Turns the pages of a ledger: what of it is looked for, which entries match, and how many there are.
//!
//! The View says what may be seen. A filter is judged on what the viewer sees and on nothing else, so that it cannot
//! tell what is kept.

use crate::failure::{Code, Failure};
use crate::graphql::object::ledger::{
    ChangeConnection, LedgerChange, LedgerEntry, LedgerEntryConnection, store, stream,
};
use crate::graphql::page::{Arguments, DEFAULT_PAGE, LARGEST_PAGE, PageInfo};
use crate::graphql::scalar::Revision;
use crate::graphql::wait::wait;
use async_graphql::{Error, InputObject};
use chrono::{Duration, Utc};
use ledger::Header;
use objects::{Cx, DateTime};
use store::{Page, Store, Touching};
use study::view::{TrailOf, TrailRow, View, group_of};
use uuid::Uuid;

/// Entries read from the database in one go.
const STEP: u64 = 200;
/// Entries looked at for one page. A viewer of few of them gets a shorter page that says that more follow.
const LOOKED_AT: usize = 5_000;
/// What counting may cost: one for each header that is looked at, and more for an entry that has to be read whole.
const COUNTED: usize = 20_000;
/// What reading an entry whole costs beside its header.
const WHOLE: usize = 4;
/// The longest list of a filter.
const LISTED: usize = 50;

/// Which entries of a ledger are wanted. What is given has to hold all together; only what you see counts.
#[derive(Clone, Debug, Default, InputObject)]
pub struct LedgerFilter {
    /// Only entries that changed this subject or its records, by the subject's code as you know it.
    pub subject: Option<String>,
    /// Only entries in which you see a change of a record of one of these kinds, written as in `LedgerChange.kind`: for
    /// example `adverse event`. At most 50.
    pub kinds: Option<Vec<String>>,
    /// Only entries of whoever had this printed name then, written as in `LedgerEntry.actor`.
    pub actor: Option<String>,
    /// Only entries of these commands, written as in `LedgerEntry.command`. At most 50.
    pub commands: Option<Vec<String>>,
    /// Only entries made at this time or later.
    pub from: Option<DateTime>,
    /// Only entries made before this time.
    pub until: Option<DateTime>,
}

/// Which part of a ledger is asked for.
#[derive(Default)]
pub(crate) struct Asked {
    /// How many.
    pub first: Option<i32>,
    /// After this cursor.
    pub after: Option<String>,
    /// Which entries.
    pub filter: Option<LedgerFilter>,
    /// Of one subject alone.
    pub subject: Option<Uuid>,
}

/// What is looked for in a trail, by one viewer.
#[derive(Clone)]
pub(crate) struct Looking {
    view: View,
    of: TrailOf,
    filter: LedgerFilter,
    /// The subject whose entries are looked for.
    subject: Option<Uuid>,
    /// Whether of an entry the subject's changes alone are shown.
    alone: bool,
    /// Only entries after this revision...
    after: u64,
    /// ...and before this one.
    before: u64,
}

impl Looking {
    fn new(
        store: &Store,
        (view, of, newest): (&View, TrailOf, u64),
        asked: &Asked,
    ) -> Result<Looking, Failure> {
        let filter = asked.filter.clone().unwrap_or_default();
        check(view, asked.filter.as_ref())?;
        let named = filter.subject.as_ref().map(|code| view.subject_by_code(code).map(|it| it.row_id()));
        let up_to = |at: &DateTime| {
            let just_before = at.0.checked_sub_signed(Duration::nanoseconds(1));
            let at = just_before.unwrap_or(chrono::DateTime::<Utc>::MIN_UTC);
            Ok::<u64, Failure>(wait(store.revision_not_after(stream(view, of), newest, at))??)
        };
        let after = filter.from.as_ref().map(up_to).transpose()?.unwrap_or(0);
        let before = filter.until.as_ref().map(up_to).transpose()?.unwrap_or(newest) + 1;
        // A subject that is not there, or not the viewer's, has no entries.
        let nobody = matches!(named, Some(None));
        let other = matches!((named, asked.subject), (Some(Some(one)), Some(other)) if one != other);
        Ok(Looking {
            view: view.clone(),
            of,
            subject: asked.subject.or(named.flatten()),
            alone: asked.subject.is_some(),
            after,
            before: if nobody || other { after + 1 } else { before },
            filter,
        })
    }

    fn touching(&self) -> Touching {
        self.subject.map_or(Touching::Anything, Touching::Subject)
    }

    /// What is read of an entry.
    fn shown(&self) -> Touching {
        if self.alone { self.touching() } else { Touching::Anything }
    }

    /// A page of headers before a revision, newest first.
    fn headers(&self, store: &Store, before: u64, limit: u64) -> Result<Vec<Header>, Failure> {
        let page = Page { after: Some(self.after), before: Some(before), limit, newest_first: true };
        Ok(wait(store.headers(stream(&self.view, self.of), page, self.touching()))??)
    }

    /// The entries of some revisions that are listed and match, newest first.
    fn read(&self, store: &Store, revisions: &[u64]) -> Result<Vec<LedgerEntry>, Failure> {
        let stream = stream(&self.view, self.of);
        let read = wait(store.entries_at(stream, revisions.to_vec(), self.shown(), true))??;
        let listed = read.into_iter().filter_map(|entry| LedgerEntry::of(&self.view, self.of, entry));
        Ok(listed.filter(|entry| !self.needs_changes() || self.shows_what_is_wanted(entry)).collect())
    }

    /// Whether an entry matches only by what it shows, which its header does not tell.
    fn needs_changes(&self) -> bool {
        self.filter.kinds.is_some() || self.of == TrailOf::Sealed
    }

    fn wants(&self, row: &TrailRow<'_>) -> bool {
        let subject = self.subject.is_none_or(|subject| row.subject == Some(subject));
        let kinds = self.filter.kinds.as_ref();
        subject && kinds.is_none_or(|kinds| kinds.iter().any(|kind| kind.replace(' ', "_") == row.table))
    }

    fn shows_what_is_wanted(&self, entry: &LedgerEntry) -> bool {
        entry.shown().iter().any(|change| change.row().is_some_and(|row| self.wants(&row)))
    }

    /// Whether an entry matches, as far as its header tells.
    fn may_match(&self, header: &Header) -> bool {
        let actor = self.filter.actor.as_ref().is_none_or(|actor| *actor == header.display_name);
        let commands = self.filter.commands.as_ref();
        if !actor || !commands.is_none_or(|commands| commands.contains(&header.command)) {
            return false;
        }
        let rows: Vec<TrailRow<'_>> = header
            .changes
            .iter()
            .map(|it| TrailRow {
                of: self.of,
                table: &it.table,
                row: it.row,
                subject: it.subject,
                image: None,
            })
            .collect();
        self.view.lists_entry(self.of, &rows)
            && (!self.needs_changes() || rows.iter().any(|row| self.wants(row) && self.view.may_show(row)))
    }

    /// Whether every entry between the bounds is listed and matches.
    fn is_everything(&self) -> bool {
        let by_header = self.filter.actor.is_some() || self.filter.commands.is_some();
        let by_what = self.subject.is_some() || self.needs_changes();
        !by_header && !by_what && self.view.lists_every_entry(self.of)
    }

    /// How many entries match; none when telling would cost too much.
    pub(crate) fn count(&self, store: &Store) -> Result<Option<i32>, Failure> {
        let within = usize::try_from(self.before - self.after - 1).unwrap_or(usize::MAX);
        if self.is_everything() {
            return Ok(i32::try_from(within).ok());
        }
        if self.subject.is_none() && within > COUNTED {
            return Ok(None);
        }
        let (mut found, mut cost, mut before) = (0_usize, 0, self.before);
        while before > self.after + 1 {
            let headers = self.headers(store, before, store::PAGE_MAX)?;
            let Some(last) = headers.last() else { break };
            before = last.revision.0;
            let matching: Vec<u64> =
                headers.iter().filter(|header| self.may_match(header)).map(|it| it.revision.0).collect();
            cost += headers.len() + if self.needs_changes() { WHOLE * matching.len() } else { 0 };
            if cost > COUNTED {
                return Ok(None);
            }
            found += if self.needs_changes() { self.read(store, &matching)?.len() } else { matching.len() };
        }
        Ok(i32::try_from(found).ok())
    }
}

/// What is wrong with a filter.
fn check(view: &View, filter: Option<&LedgerFilter>) -> Result<(), Failure> {
    let Some(filter) = filter else { return Ok(()) };
    if view.is_board() {
        // By times and names that it does not see the board could find out what they are.
        return Err(Failure::new(Code::Forbidden, "the safety board reads the ledger without a filter"));
    }
    for (name, list) in [("kinds", &filter.kinds), ("commands", &filter.commands)] {
        let length = list.as_ref().map_or(0, Vec::len);
        if length > LISTED {
            return Err(Failure::bad_input(format!(
                "`filter.{name}` lists {length} things; at most {LISTED} are allowed"
            )));
        }
    }
    let unknown = |kind: &&String| group_of(&kind.replace(' ', "_")).is_none() || kind.contains('_');
    if let Some(kind) = filter.kinds.iter().flatten().find(unknown) {
        return Err(Failure::bad_input(format!(
            "`filter.kinds` names `{kind}`, which is no kind of record: they are written as in `LedgerChange.kind`, as \
             `adverse event`"
        )));
    }
    Ok(())
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

/// The cursor of an entry, or of one of its changes.
pub(crate) fn cursor(revision: u64, position: Option<usize>) -> String {
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
    (view, of): (&View, TrailOf),
    asked: &Asked,
) -> Result<Option<LedgerEntryConnection>, Error> {
    let Some(newest) = view.trail_end(of) else { return Ok(None) };
    let (store, size) = (store(cx)?, size(asked.first)?);
    let looking = Looking::new(store, (view, of, newest), asked)?;
    let mut before = match &asked.after {
        Some(after) => place(after)?.0.min(looking.before),
        None => looking.before,
    };
    let step = if looking.is_everything() { size as u64 + 1 } else { STEP };
    let (mut found, mut looked_at, mut more) = (Vec::new(), 0, false);
    'reading: while before > looking.after + 1 {
        if looked_at >= LOOKED_AT {
            more = true;
            break;
        }
        let headers = looking.headers(store, before, step)?;
        let Some(last) = headers.last() else { break };
        looked_at += headers.len();
        let matching = headers.iter().filter(|header| looking.may_match(header));
        let matching: Vec<u64> = matching.map(|header| header.revision.0).collect();
        // No more is read than fits, and one to tell whether there is more.
        for some in matching.chunks(size + 1) {
            for entry in looking.read(store, some)? {
                if found.len() == size {
                    more = true;
                    break 'reading;
                }
                before = entry.number();
                found.push(entry);
            }
        }
        before = last.revision.0;
    }
    let end = (more || !found.is_empty()).then(|| cursor(before, None));
    let info = PageInfo {
        has_next: more,
        has_previous: asked.after.is_some(),
        start: found.first().map(|entry: &LedgerEntry| cursor(entry.number(), None)),
        end,
    };
    Ok(Some(LedgerEntryConnection { entries: found, info, looking }))
}

/// A page of changes that the viewer may see, after revision `from` and up to `to`, oldest first.
pub(crate) fn changes(
    cx: &Cx<'_>,
    view: &View,
    (from, to): (Revision, Option<Revision>),
    asked: &Arguments,
) -> Result<Option<ChangeConnection>, Error> {
    let Some(newest) = view.trail_end(TrailOf::Open) else { return Ok(None) };
    let size = size(asked.first)?;
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
        let read = wait(store(cx)?.entries(stream(view, TrailOf::Open), page, Touching::Anything))?;
        let read = read.map_err(Failure::from)?;
        if read.is_empty() {
            break;
        }
        for entry in read {
            let revision = entry.header.revision.0;
            let shown =
                LedgerEntry::of(view, TrailOf::Open, entry).map(|entry| entry.shown()).unwrap_or_default();
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
