//! The portal's tables as they lie in memory.

use entity::row::Row;
use entity::rows;
use ledger::ImageError;
use std::collections::BTreeMap;
use std::mem::size_of;
use std::sync::Arc;
use uuid::Uuid;

/// A row with the length of its image.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kept<R> {
    pub row: R,
    image_bytes: usize,
}

/// Rows of one table by id. A copy shares every row; a change copies the pointers of its own table.
#[derive(Debug, PartialEq)]
pub(crate) struct Table<R>(Arc<BTreeMap<Uuid, Arc<Kept<R>>>>);

// By hand: derived ones would ask the row for the same.
impl<R> Clone for Table<R> {
    fn clone(&self) -> Self {
        Table(Arc::clone(&self.0))
    }
}
impl<R> Default for Table<R> {
    fn default() -> Self {
        Table(Arc::default())
    }
}

impl<R: Row> Table<R> {
    pub(crate) fn get(&self, id: Uuid) -> Option<&R> {
        self.0.get(&id).map(|kept| &kept.row)
    }

    /// Every row, in the order of ids.
    pub(crate) fn all(&self) -> impl Iterator<Item = &R> {
        self.0.values().map(|kept| &kept.row)
    }

    fn put(&mut self, row: R, image_bytes: usize) {
        Arc::make_mut(&mut self.0).insert(row.id(), Arc::new(Kept { row, image_bytes }));
    }

    /// Texts are about as long in memory as in the image; the rest is the row itself and its place in the map.
    fn bytes(&self) -> usize {
        let fixed = size_of::<Kept<R>>() + size_of::<(Uuid, usize)>();
        self.0.values().map(|kept| fixed + kept.image_bytes).sum()
    }
}

/// A row's image on its way into a table.
pub(crate) struct Image<'i> {
    pub table: &'i str,
    pub row: Uuid,
    pub text: &'i str,
}

impl Image<'_> {
    pub(crate) fn error(&self, message: impl Into<String>) -> ImageError {
        ImageError { table: self.table.to_owned().into(), row: self.row, message: message.into() }
    }

    fn parse<R: Row>(&self) -> Result<R, ImageError> {
        // The reader's own message may quote a value, and values may be personal: only the column is told.
        let row: R = serde_json::from_str(self.text)
            .map_err(|error| self.error(format!("no row of its table, from column {} on", error.column())))?;
        if row.id() != self.row {
            return Err(self.error(format!("the image is of row {}", row.id())));
        }
        Ok(row)
    }
}

macro_rules! tables {
    ($(($table:ident, $row:ident, $name:literal)),+ $(,)?) => {
        /// Every table of the portal stream.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub(crate) struct Tables { $(pub $table: Table<rows::$row>),+ }

        impl Tables {
            /// Puts a row in its place, over its earlier self when there is one.
            pub(crate) fn put(&mut self, image: &Image<'_>) -> Result<(), ImageError> {
                match image.table {
                    $($name => {
                        let row: rows::$row = image.parse()?;
                        self.$table.put(row, image.text.len());
                        Ok(())
                    })+
                    _ => Err(image.error("the portal stream has no such table")),
                }
            }

            pub(crate) fn bytes(&self) -> usize {
                0 $(+ self.$table.bytes())+
            }
        }
    };
}

entity::for_each_portal_table!(tables);
