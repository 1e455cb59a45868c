//! Reads the sections of a protocol file one by one, so that a mistake in one does not hide those in the others.

use super::problem::{Problems, hint, join};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use toml::{Table, Value};

/// The top of a file that has been parsed as TOML, and what is wrong with it so far.
pub(super) struct Reader {
    table: Table,
    known: Vec<&'static str>,
    pub(super) problems: Problems,
}

impl Reader {
    /// Parses the TOML. What is no TOML is refused with its line and column.
    pub(super) fn new(document: &str) -> Result<Reader, Problems> {
        let mut problems = Problems::default();
        match document.parse::<Table>() {
            Ok(table) => {
                for (key, value) in &table {
                    refuse_floats(key, value, &mut problems);
                }
                Ok(Reader { table, known: Vec::new(), problems })
            }
            Err(error) => {
                let (line, column) = position(document, error.span().map_or(0, |span| span.start));
                let message = format!("line {line}, column {column}: this is not TOML: {}", error.message());
                problems.push("", message);
                Err(problems)
            }
        }
    }

    /// A section that every protocol has.
    pub(super) fn section<T: DeserializeOwned>(&mut self, key: &'static str) -> Option<T> {
        let value = self.take(key, "section")?;
        read(value, key, &mut self.problems)
    }

    /// A list that every protocol has, each item under `[[key]]`.
    pub(super) fn list<T: DeserializeOwned>(&mut self, key: &'static str) -> Option<Vec<T>> {
        let Value::Array(items) = self.take(key, "list")? else {
            self.problems.push(key, format!("a list is expected: write each item under [[{key}]]"));
            return None;
        };
        let items = items.into_iter().enumerate();
        let read: Vec<Option<T>> =
            items.map(|(place, item)| read(item, &join(key, place), &mut self.problems)).collect();
        read.into_iter().collect()
    }

    /// Refuses what nobody asked for, and hands over what was wrong.
    pub(super) fn finish(mut self) -> Problems {
        for key in self.table.keys() {
            let message = format!("there is no section `{key}`; {}", hint(key, &self.known));
            self.problems.push(key, message);
        }
        self.problems
    }

    fn take(&mut self, key: &'static str, what: &str) -> Option<Value> {
        self.known.push(key);
        let value = self.table.remove(key);
        self.problems.require(value.is_some(), key, format!("the {what} `{key}` is missing"));
        value
    }
}

/// Reads one value; a mistake becomes a problem with the path of the field that has it.
fn read<T: DeserializeOwned>(value: Value, base: &str, problems: &mut Problems) -> Option<T> {
    match serde_path_to_error::deserialize(value) {
        Ok(read) => Some(read),
        Err(error) => {
            let (path, message) = explain(join_path(base, error.path()), error.inner().message());
            problems.push(path, message);
            None
        }
    }
}

fn join_path(base: &str, path: &Path) -> String {
    path.iter().fold(base.to_owned(), |base, segment| match segment {
        Segment::Seq { index } => join(&base, index),
        Segment::Map { key } => join(&base, key),
        Segment::Enum { variant } => join(&base, variant),
        Segment::Unknown => base,
    })
}

/// Turns the deserialiser's words into ours: which field, and what would be right.
fn explain(path: String, message: &str) -> (String, String) {
    let message = message.trim();
    // Names stand in backticks, the offending one first and the known ones after it.
    let mut names = message.split('`').skip(1).step_by(2);
    let named = names.next();
    let known: Vec<&str> = names.collect();
    match named {
        Some(field) if message.starts_with("unknown field") => {
            let path = if path.ends_with(&format!(".{field}")) { path } else { join(&path, field) };
            (path, format!("there is no field `{field}` here; {}", hint(field, &known)))
        }
        Some(field) if message.starts_with("missing field") => {
            (join(&path, field), format!("the field `{field}` is missing; a protocol states every value"))
        }
        Some(value) if message.starts_with("unknown variant") => {
            (path, format!("`{value}` is not known here; {}", hint(value, &known)))
        }
        Some(_) | None => (path, message.to_owned()),
    }
}

/// Binary fractions are not exact, so a protocol has none.
fn refuse_floats(path: &str, value: &Value, problems: &mut Problems) {
    match value {
        Value::Float(number) => {
            problems.push(path, format!("write decimals as text, so that they stay exact: \"{number}\""));
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                refuse_floats(&join(path, place), item, problems);
            }
        }
        Value::Table(table) => {
            for (key, item) in table {
                refuse_floats(&join(path, key), item, problems);
            }
        }
        Value::String(_) | Value::Integer(_) | Value::Boolean(_) | Value::Datetime(_) => {}
    }
}

/// Line and column, counted from 1, of a byte of a text.
fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
