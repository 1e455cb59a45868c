//! Where values go: straight into JSON bytes, or into the library's `Value`.

use std::fmt::{self, Display, Write};

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Value};

use crate::plan::Key;

/// A receiver of values in document order.
pub trait Sink {
    /// A place to come back to.
    type Mark: Copy;

    /// The place before the value that is written next.
    fn mark(&self) -> Self::Mark;
    /// Forgets everything since the mark.
    fn rollback(&mut self, mark: Self::Mark);
    /// Writes null.
    fn null(&mut self);
    /// Writes true or false.
    fn boolean(&mut self, value: bool);
    /// Writes an integer.
    fn integer(&mut self, value: i64);
    /// Writes a finite number; others become null.
    fn float(&mut self, value: f64);
    /// Writes a string.
    fn string(&mut self, value: &str);
    /// Writes a string of which it is known that it holds nothing to escape: letters, digits, `-`, `_`.
    fn plain(&mut self, value: &str) {
        self.string(value);
    }
    /// Writes a string without building it first.
    fn display(&mut self, value: impl Display);
    /// Writes an enum value.
    fn term(&mut self, value: &'static str);
    /// Opens an object of that many keys.
    fn open_object(&mut self, keys: usize);
    /// Begins the next key of the open object.
    fn key(&mut self, name: &Name);
    /// The same for a key of a plan.
    fn planned_key(&mut self, key: &Key<'_>) {
        self.key(key.name);
    }
    /// Closes the open object.
    fn close_object(&mut self);
    /// Opens a list of that many items.
    fn open_list(&mut self, items: usize);
    /// Begins the next item of the open list.
    fn item(&mut self);
    /// Closes the open list.
    fn close_list(&mut self);
}

/// Writes JSON, byte for byte as `serde_json` would.
#[derive(Default)]
pub struct JsonSink(
    /// What has been written.
    pub Vec<u8>,
);

impl JsonSink {
    /// With room for a page of an answer, which would otherwise be copied at each doubling on the way there.
    pub(crate) fn roomy() -> JsonSink {
        JsonSink(Vec::with_capacity(16 << 10))
    }

    fn comma_unless_first(&mut self, opening: u8) {
        if self.0.last() != Some(&opening) {
            self.0.push(b',');
        }
    }
}

impl Sink for JsonSink {
    type Mark = usize;

    fn mark(&self) -> usize {
        self.0.len()
    }
    fn rollback(&mut self, mark: usize) {
        self.0.truncate(mark);
    }
    fn null(&mut self) {
        self.0.extend_from_slice(b"null");
    }
    fn boolean(&mut self, value: bool) {
        self.0.extend_from_slice(if value { b"true" } else { b"false" });
    }
    fn integer(&mut self, value: i64) {
        self.0.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }
    fn float(&mut self, value: f64) {
        match serde_json::Number::from_f64(value) {
            Some(number) => raw(&mut self.0, number),
            None => self.null(),
        }
    }
    fn string(&mut self, value: &str) {
        self.0.push(b'"');
        escape(&mut self.0, value);
        self.0.push(b'"');
    }
    fn display(&mut self, value: impl Display) {
        self.0.push(b'"');
        // Writing to a vector cannot fail; a `Display` that reports failure has written what it could.
        let _ = write!(Escaped(&mut self.0), "{value}");
        self.0.push(b'"');
    }
    fn plain(&mut self, value: &str) {
        self.0.push(b'"');
        self.0.extend_from_slice(value.as_bytes());
        self.0.push(b'"');
    }
    fn term(&mut self, value: &'static str) {
        // The name of an enum's value, which is letters, digits and underscores.
        self.plain(value);
    }
    fn planned_key(&mut self, key: &Key<'_>) {
        let Some((written, length)) = key.written() else { return self.key(key.name) };
        self.comma_unless_first(b'{');
        let end = self.0.len() + length;
        self.0.extend_from_slice(written);
        self.0.truncate(end);
    }
    fn open_object(&mut self, _: usize) {
        self.0.push(b'{');
    }
    fn key(&mut self, name: &Name) {
        self.comma_unless_first(b'{');
        // A GraphQL name holds nothing that JSON escapes.
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
    }
    fn close_object(&mut self) {
        self.0.push(b'}');
    }
    fn open_list(&mut self, _: usize) {
        self.0.push(b'[');
    }
    fn item(&mut self) {
        self.comma_unless_first(b'[');
    }
    fn close_list(&mut self) {
        self.0.push(b']');
    }
}

struct Raw<'a>(&'a mut Vec<u8>);

impl Write for Raw<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

struct Escaped<'a>(&'a mut Vec<u8>);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(self.0, text);
        Ok(())
    }
}

fn raw(bytes: &mut Vec<u8>, value: impl Display) {
    // Writing to a vector cannot fail.
    let _ = write!(Raw(bytes), "{value}");
}

/// Appends the text as the inside of a JSON string.
pub(crate) fn escape(bytes: &mut Vec<u8>, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    const fn special(byte: u8) -> bool {
        byte < 0x20 || byte == b'"' || byte == b'\\'
    }
    let mut rest = text.as_bytes();
    // Almost no text holds anything to escape, and a fold over all of it is several bytes a step where a search that
    // may stop at any of them is one.
    if !rest.iter().fold(false, |found, byte| found | special(*byte)) {
        bytes.extend_from_slice(rest);
        return;
    }
    while let Some(at) = rest.iter().position(|byte| special(*byte)) {
        let byte = rest[at];
        bytes.extend_from_slice(&rest[..at]);
        match byte {
            b'"' => bytes.extend_from_slice(b"\\\""),
            b'\\' => bytes.extend_from_slice(b"\\\\"),
            b'\n' => bytes.extend_from_slice(b"\\n"),
            b'\r' => bytes.extend_from_slice(b"\\r"),
            b'\t' => bytes.extend_from_slice(b"\\t"),
            0x08 => bytes.extend_from_slice(b"\\b"),
            0x0c => bytes.extend_from_slice(b"\\f"),
            control => {
                bytes.extend_from_slice(b"\\u00");
                bytes.push(HEX[usize::from(control >> 4)]);
                bytes.push(HEX[usize::from(control & 15)]);
            }
        }
        rest = &rest[at + 1..];
    }
    bytes.extend_from_slice(rest);
}

enum Frame {
    Object(IndexMap<Name, Value>, Option<Name>),
    List(Vec<Value>),
}

/// Builds the library's `Value`.
#[derive(Default)]
pub struct ValueSink {
    frames: Vec<Frame>,
    root: Value,
}

impl ValueSink {
    /// The finished value; null if nothing was written.
    pub fn finish(self) -> Value {
        self.root
    }

    fn put(&mut self, value: Value) {
        match self.frames.last_mut() {
            Some(Frame::Object(map, key)) => {
                if let Some(key) = key.take() {
                    map.insert(key, value);
                }
            }
            Some(Frame::List(list)) => list.push(value),
            None => self.root = value,
        }
    }

    fn close(&mut self) {
        match self.frames.pop() {
            Some(Frame::Object(map, _)) => self.put(Value::Object(map)),
            Some(Frame::List(list)) => self.put(Value::List(list)),
            None => {}
        }
    }
}

impl Sink for ValueSink {
    type Mark = usize;

    /// A value joins its parent when it is complete, so forgetting the open ones is enough.
    fn mark(&self) -> usize {
        self.frames.len()
    }
    fn rollback(&mut self, mark: usize) {
        self.frames.truncate(mark);
    }
    fn null(&mut self) {
        self.put(Value::Null);
    }
    fn boolean(&mut self, value: bool) {
        self.put(Value::Boolean(value));
    }
    fn integer(&mut self, value: i64) {
        self.put(Value::from(value));
    }
    fn float(&mut self, value: f64) {
        self.put(Value::from(value));
    }
    fn string(&mut self, value: &str) {
        self.put(Value::String(value.to_owned()));
    }
    fn display(&mut self, value: impl Display) {
        self.put(Value::String(value.to_string()));
    }
    fn term(&mut self, value: &'static str) {
        self.put(Value::Enum(Name::new(value)));
    }
    fn open_object(&mut self, keys: usize) {
        self.frames.push(Frame::Object(IndexMap::with_capacity(keys), None));
    }
    fn key(&mut self, name: &Name) {
        if let Some(Frame::Object(_, key)) = self.frames.last_mut() {
            *key = Some(name.clone());
        }
    }
    fn close_object(&mut self) {
        self.close();
    }
    fn open_list(&mut self, items: usize) {
        self.frames.push(Frame::List(Vec::with_capacity(items)));
    }
    fn item(&mut self) {}
    fn close_list(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_as_serde_json_does() {
        let every: String = (0..0x250u32).filter_map(char::from_u32).chain("\u{2028}😀".chars()).collect();
        let mut sink = JsonSink::default();
        sink.string(&every);
        assert_eq!(sink.0, serde_json::to_vec(&every).unwrap());
        let mut sink = JsonSink::default();
        sink.display(&every);
        assert_eq!(sink.0, serde_json::to_vec(&every).unwrap());
    }

    #[test]
    fn numbers_read_as_serde_json_writes_them() {
        for value in [0.0, -0.0, 1.0, 0.1, 1e-9, 1.5e300, -2.25, 123_456_789.123] {
            let mut sink = JsonSink::default();
            sink.float(value);
            assert_eq!(sink.0, serde_json::to_vec(&value).unwrap());
        }
    }
}
