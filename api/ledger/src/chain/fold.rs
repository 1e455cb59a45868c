//! The newest image of each row: what the tables of a stream must hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::entry::TableName;
use crate::head::Revision;
use crate::redaction::Place;

/// The newest image of each row of a stream, in the order of table and row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fold(BTreeMap<TableName, BTreeMap<Uuid, Newest>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Newest {
    place: Place,
    subject: Option<Uuid>,
    /// None until the redaction that stands for it is met.
    image: Option<Arc<str>>,
}

/// A row of a [`Fold`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoldedRow<'a> {
    /// The table.
    pub table: &'a TableName,
    /// The row's id.
    pub row: Uuid,
    /// The subject to which the row belongs, if to one.
    pub subject: Option<Uuid>,
    /// The newest image; of a redacted change its replacement.
    pub image: &'a Arc<str>,
    /// The entry that wrote it.
    pub revision: Revision,
}

impl Fold {
    pub(super) const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// The rows, sorted by table (as bytes) and row id (as bytes): the order that [`crate::compare_rows`]
    /// asks for.
    pub fn rows(&self) -> impl Iterator<Item = FoldedRow<'_>> {
        self.0.iter().flat_map(|(table, rows)| {
            rows.iter().filter_map(move |(row, newest)| {
                let image = newest.image.as_ref()?;
                Some(FoldedRow {
                    table,
                    row: *row,
                    subject: newest.subject,
                    image,
                    revision: newest.place.revision,
                })
            })
        })
    }

    /// The newest image of one row.
    pub fn image(&self, table: &str, row: Uuid) -> Option<&Arc<str>> {
        self.0.get(table)?.get(&row)?.image.as_ref()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.0.values().map(BTreeMap::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn put(&mut self, place: Place, change: &crate::entry::Change) {
        let newest = Newest { place, subject: change.subject, image: change.image.clone() };
        match self.0.get_mut(&change.table) {
            Some(rows) => {
                rows.insert(change.row, newest);
            }
            None => {
                self.0.insert(change.table.clone(), BTreeMap::from([(change.row, newest)]));
            }
        }
    }

    /// Gives the row the image that stands for an emptied one, unless a later entry has changed the row
    /// again.
    pub(super) fn replace(&mut self, (table, row): (&str, Uuid), place: Place, image: &Arc<str>) {
        if let Some(newest) = self.0.get_mut(table).and_then(|rows| rows.get_mut(&row))
            && newest.place == place
        {
            newest.image = Some(image.clone());
        }
    }
}
