//! One subject: every row of it, and what was derived from them.

use super::tables::{Rec, Table, find, study_tables, subject_tables, table, with};
use crate::derived::Memo;
use crate::rulebook::Rulebook;
use entity::row::Row;
use entity::rows;
use ledger::ImageError;
use std::sync::Arc;
use uuid::Uuid;

/// An image on its way into a snapshot.
pub(super) struct Image<'i> {
    pub table: &'i str,
    pub row: Uuid,
    pub text: &'i str,
    pub revision: u64,
}

impl Image<'_> {
    pub(super) fn parse<T: Row>(&self) -> Result<Rec<T>, ImageError> {
        let row: T = serde_json::from_str(self.text).map_err(|error| self.error(error.to_string()))?;
        if row.id() != self.row {
            return Err(self.error("the image is another row's".to_owned()));
        }
        Ok(Rec { row, revision: self.revision })
    }

    pub(super) fn error(&self, message: String) -> ImageError {
        ImageError { table: self.table.to_owned().into(), row: self.row, message }
    }
}

macro_rules! rows_struct {
    ($(#[$meta:meta])* $name:ident, $draft:ident; $($field:ident: $row:ident,)+) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub(crate) struct $name { $(pub $field: Table<rows::$row>),+ }

        /// The same while rows are still coming, in any order.
        #[derive(Default)]
        pub(super) struct $draft { $($field: Vec<Rec<rows::$row>>),+ }

        impl Default for $name {
            fn default() -> Self {
                $name { $($field: Arc::from([])),+ }
            }
        }

        impl $draft {
            /// Takes a row; false when the table is not one of these.
            pub(super) fn push(&mut self, image: &Image<'_>) -> Result<bool, ImageError> {
                match image.table {
                    $(<rows::$row as Row>::TABLE => self.$field.push(image.parse()?),)+
                    _ => return Ok(false),
                }
                Ok(true)
            }

            pub(super) fn finish(self) -> $name {
                $name { $($field: table(self.$field)),+ }
            }
        }

        // Subjects and study each need some of these.
        #[allow(dead_code)]
        impl $name {
            /// Puts a row in its place; false when the table is not one of these.
            pub(super) fn put(&mut self, image: &Image<'_>) -> Result<bool, ImageError> {
                match image.table {
                    $(<rows::$row as Row>::TABLE => self.$field = with(&self.$field, image.parse()?),)+
                    _ => return Ok(false),
                }
                Ok(true)
            }

            /// Ids of all rows.
            pub(super) fn ids(&self) -> impl Iterator<Item = Uuid> + '_ {
                std::iter::empty()$(.chain(self.$field.iter().map(|rec| rec.row.id())))+
            }

            /// A row's own revision.
            pub(crate) fn revision(&self, row: Uuid) -> Option<u64> {
                $(if let Some(rec) = find(&self.$field, row) { return Some(rec.revision); })+
                None
            }

            /// The table that a row is in.
            pub(crate) fn table_of(&self, row: Uuid) -> Option<&'static str> {
                $(if find(&self.$field, row).is_some() { return Some(<rows::$row as Row>::TABLE); })+
                None
            }

            /// Whether a table is one of these.
            pub(super) fn has(table: &str) -> bool {
                [$(<rows::$row as Row>::TABLE),+].contains(&table)
            }
        }
    };
}

macro_rules! subject_rows { ($($tokens:tt)+) => { rows_struct! {
    /// The rows that belong to one subject, its own row aside.
    SubjectRows, SubjectDraft; $($tokens)+
} } }
macro_rules! study_rows { ($($tokens:tt)+) => { rows_struct! {
    /// The rows that belong to the study and to no subject.
    StudyRows, StudyDraft; $($tokens)+
} } }
subject_tables!(subject_rows);
study_tables!(study_rows);

impl SubjectRows {
    /// Whether rows of a table, when they name a subject, lie with it: these, and the subject's own.
    pub(super) fn holds(table: &str) -> bool {
        table == <rows::Subject as Row>::TABLE || SubjectRows::has(table)
    }
}

/// One subject as of a pair of revisions. Whatever changes replaces it, and with it what was derived.
pub(crate) struct Subject {
    /// The subject's own row.
    pub row: Rec<rows::Subject>,
    /// Everything else of it.
    pub rows: SubjectRows,
    /// The rules that its endpoints follow.
    pub rulebook: Arc<Rulebook>,
    /// What was derived so far.
    pub memo: Memo,
    /// Bytes of the images that it was made of.
    pub bytes: usize,
}

impl Subject {
    pub(super) fn new(
        row: Rec<rows::Subject>,
        rows: SubjectRows,
        rulebook: Arc<Rulebook>,
        bytes: usize,
    ) -> Subject {
        Subject { row, rows, rulebook, memo: Memo::default(), bytes }
    }

    /// A copy with nothing derived yet.
    pub(super) fn renewed(&self) -> Subject {
        Subject::new(self.row.clone(), self.rows.clone(), self.rulebook.clone(), self.bytes)
    }

    pub(crate) fn id(&self) -> Uuid {
        self.row.row.id
    }
}
