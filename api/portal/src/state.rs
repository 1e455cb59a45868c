//! The portal as it stands at a revision.

use crate::index::{Account, Index};
use crate::table::{Image, Tables};
use crate::text::name_key;
use entity::rows;
use ledger::{Change, Head, Header, ImageError, LoadedRow, Stream, StreamId};
use std::sync::Arc;
use uuid::Uuid;

/// The portal at a revision: immutable, cheap to clone, made anew by each entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Portal {
    head: Head,
    pub(crate) tables: Tables,
    pub(crate) index: Arc<Index>,
    bytes: usize,
}

impl Portal {
    /// The portal before its first entry.
    pub fn new() -> Portal {
        Portal::empty(StreamId::Portal)
    }

    /// Whether nothing was ever written: only then can an installation be founded.
    pub fn is_empty(&self) -> bool {
        self.head.is_empty()
    }

    fn at(head: Head, tables: Tables) -> Result<Portal, ImageError> {
        let index = Index::of(&tables)?;
        let bytes = tables.bytes() + index.bytes();
        Ok(Portal { head, tables, index: Arc::new(index), bytes })
    }

    pub(crate) fn account(&self, name: &str) -> Option<Account> {
        self.index.accounts.get(&name_key(name)).copied()
    }

    /// Every grant of a person or client, whether it holds or not, in the order of ids.
    pub(crate) fn grants(&self, holder: Uuid) -> impl Iterator<Item = &rows::Membership> {
        let ids = self.index.grants.get(&holder).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| self.tables.membership.get(*id))
    }
}

impl Default for Portal {
    fn default() -> Self {
        Portal::new()
    }
}

impl Stream for Portal {
    fn empty(id: StreamId) -> Self {
        Portal { head: Head::empty(id), tables: Tables::default(), index: Arc::default(), bytes: 0 }
    }

    fn load(id: StreamId, head: Head, rows: Vec<LoadedRow>) -> Result<Self, ImageError> {
        if head.stream != id {
            return Err(unread(format!("the head is of {}, not of {id}", head.stream)));
        }
        let mut tables = Tables::default();
        for loaded in &rows {
            tables.put(&Image { table: &loaded.table, row: loaded.row, text: &loaded.image })?;
        }
        Portal::at(head, tables)
    }

    fn apply(&self, head: Head, changes: &[Change], _header: &Header) -> Result<Self, ImageError> {
        if head.stream != self.head.stream || head.revision != self.head.revision.next() {
            let (here, there) = (self.head.revision, head.revision);
            return Err(unread(format!(
                "revision {there} of {} does not follow revision {here}",
                head.stream
            )));
        }
        let mut tables = self.tables.clone();
        for change in changes {
            let image = change.image.as_deref().unwrap_or_default();
            let image = Image { table: &change.table, row: change.row, text: image };
            if change.image.is_none() {
                return Err(image.error("the change was emptied: load the stream again"));
            }
            tables.put(&image)?;
        }
        Portal::at(head, tables)
    }

    fn head(&self) -> &Head {
        &self.head
    }

    fn bytes(&self) -> usize {
        self.bytes
    }
}

/// What is wrong with an entry or head as a whole.
fn unread(message: String) -> ImageError {
    ImageError { table: "entry".into(), row: Uuid::nil(), message }
}

#[cfg(test)]
mod tests;
