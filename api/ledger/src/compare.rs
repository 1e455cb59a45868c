//! `fold(ledger) == tables`: compares the newest images of a stream with the rows of its tables.

use std::cmp::Ordering;
use std::fmt;
use std::iter::Peekable;

use serde_json::Value;
use uuid::Uuid;

/// The first difference between the newest images and the tables. Its text names the place and never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: String,
    /// The row's id.
    pub row: Uuid,
    /// What is different.
    pub what: DifferenceKind,
}

/// The kinds of [`Difference`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DifferenceKind {
    /// The ledger has the row and the table has not.
    Missing,
    /// The table has the row and the ledger has not.
    Extra,
    /// Both have it, with different content.
    Field {
        /// The first field that differs, as a JSON pointer (RFC 6901) into the row. Empty when the rows
        /// differ as a whole: one is no object, or the texts differ though they say the same.
        pointer: String,
    },
    /// The rows did not come sorted, so nothing can be said from here on; this is a fault of the query.
    Unsorted,
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "table {}, row {}: ", self.table, self.row)?;
        match &self.what {
            DifferenceKind::Missing => out.write_str("the ledger has the row and the table has not"),
            DifferenceKind::Extra => out.write_str("the table has the row and the ledger has not"),
            DifferenceKind::Field { pointer } if pointer.is_empty() => {
                out.write_str("the row differs from the ledger")
            }
            DifferenceKind::Field { pointer } => write!(out, "{pointer} differs from the ledger"),
            DifferenceKind::Unsorted => out.write_str("the rows are not sorted by table and id"),
        }
    }
}

impl std::error::Error for Difference {}

/// A comparison in progress, for rows that arrive one by one from a database. Both sides are sorted by table
/// (as bytes) and row id (as bytes), each row once; `T` and `I` are the texts of table and image.
pub struct Comparison<F: Iterator> {
    folded: Peekable<F>,
    last: Option<(String, Uuid)>,
    rows: u64,
}

impl<F, T, I> Comparison<F>
where
    F: Iterator<Item = (T, Uuid, I)>,
    T: AsRef<str>,
    I: AsRef<str>,
{
    /// Starts with the ledger's side, as from [`crate::Fold::rows`].
    pub fn new(folded: impl IntoIterator<IntoIter = F>) -> Self {
        Self { folded: folded.into_iter().peekable(), last: None, rows: 0 }
    }

    /// Takes the next row of the tables; its image is the canonical text of the row as it is now.
    ///
    /// # Errors
    /// The first difference.
    pub fn push(&mut self, table: &str, row: Uuid, image: &str) -> Result<(), Difference> {
        let here = |what| Err(Difference { table: table.to_owned(), row, what });
        if self.last.as_ref().is_some_and(|(last_table, last)| (last_table.as_str(), *last) >= (table, row)) {
            return here(DifferenceKind::Unsorted);
        }
        let Some((folded_table, folded_row, folded)) = self.folded.next() else {
            return here(DifferenceKind::Extra);
        };
        if let Some((next_table, next_row, _)) = self.folded.peek()
            && (next_table.as_ref(), *next_row) <= (folded_table.as_ref(), folded_row)
        {
            let (table, row) = (next_table.as_ref().to_owned(), *next_row);
            return Err(Difference { table, row, what: DifferenceKind::Unsorted });
        }
        match (folded_table.as_ref(), folded_row).cmp(&(table, row)) {
            Ordering::Less => {
                let table = folded_table.as_ref().to_owned();
                return Err(Difference { table, row: folded_row, what: DifferenceKind::Missing });
            }
            Ordering::Greater => return here(DifferenceKind::Extra),
            Ordering::Equal => {}
        }
        if folded.as_ref() != image {
            return here(DifferenceKind::Field { pointer: first_difference(folded.as_ref(), image) });
        }
        self.last = Some((table.to_owned(), row));
        self.rows += 1;
        Ok(())
    }

    /// Ends the tables' side. Returns how many rows were compared.
    ///
    /// # Errors
    /// A row of the ledger is left over.
    pub fn finish(mut self) -> Result<u64, Difference> {
        match self.folded.next() {
            None => Ok(self.rows),
            Some((table, row, _)) => {
                Err(Difference { table: table.as_ref().to_owned(), row, what: DifferenceKind::Missing })
            }
        }
    }
}

/// Compares both sides when both are at hand; see [`Comparison`]. Returns how many rows were compared.
///
/// # Errors
/// The first difference.
pub fn compare_rows<T, I, U, J>(
    folded: impl IntoIterator<Item = (T, Uuid, I)>,
    actual: impl IntoIterator<Item = (U, Uuid, J)>,
) -> Result<u64, Difference>
where
    T: AsRef<str>,
    I: AsRef<str>,
    U: AsRef<str>,
    J: AsRef<str>,
{
    let mut comparison = Comparison::new(folded);
    for (table, row, image) in actual {
        comparison.push(table.as_ref(), row, image.as_ref())?;
    }
    comparison.finish()
}

/// The pointer to the first thing, in the order of the canonical text, that differs; empty if it is the
/// whole.
fn first_difference(left: &str, right: &str) -> String {
    let mut pointer = String::new();
    if let (Ok(left), Ok(right)) = (serde_json::from_str(left), serde_json::from_str(right)) {
        descend(&left, &right, &mut pointer);
    }
    pointer
}

fn descend(left: &Value, right: &Value, pointer: &mut String) {
    let step = match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let mut names: Vec<&String> = left.keys().chain(right.keys()).collect();
            names.sort_unstable_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
            let name = names.into_iter().find(|name| left.get(*name) != right.get(*name));
            name.map(|name| (name.replace('~', "~0").replace('/', "~1"), left.get(name), right.get(name)))
        }
        (Value::Array(left), Value::Array(right)) => {
            let index = (0..left.len().max(right.len())).find(|index| left.get(*index) != right.get(*index));
            index.map(|index| (index.to_string(), left.get(index), right.get(index)))
        }
        _ => None,
    };
    if let Some((name, left, right)) = step {
        pointer.push('/');
        pointer.push_str(&name);
        if let (Some(left), Some(right)) = (left, right) {
            descend(left, right, pointer);
        }
    }
}

#[cfg(test)]
mod tests;
