//! The answer as bytes.

use async_graphql::{Response, Value};

use crate::sink::{JsonSink, Sink};

/// What our types are to become; a datum of the request.
///
/// Only a caller that writes the response with [`write`] may ask for bytes: anything else that serialises the
/// response would show them as a list of numbers. No scalar of the schema may use `Value::Binary` itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The library's `Value`.
    #[default]
    Value,
    /// JSON bytes in a `Value::Binary`.
    Bytes,
}

/// About how many bytes [`write`] appends: exact for what is ready-made, which is nearly all of a large answer.
pub fn size(response: &Response) -> usize {
    fn ready(value: &Value) -> usize {
        match value {
            Value::Binary(ready) => ready.len(),
            Value::List(items) => items.iter().map(ready).sum(),
            Value::Object(map) => map.iter().map(|(key, value)| key.len() + 8 + ready(value)).sum(),
            Value::Null | Value::Number(_) | Value::String(_) | Value::Boolean(_) | Value::Enum(_) => 32,
        }
    }
    ready(&response.data) + 64 + 256 * response.errors.len()
}

/// Appends the response as JSON: `data`, then `extensions` and `errors` if there are any, as `serde_json` would,
/// with ready-made bytes spliced in.
///
/// # Errors
/// When an extension or an error cannot be serialised.
pub fn write(response: &Response, out: &mut Vec<u8>) -> serde_json::Result<()> {
    out.extend_from_slice(b"{\"data\":");
    let mut sink = JsonSink(std::mem::take(out));
    data(&response.data, &mut sink);
    *out = sink.0;
    rest(response, out, b",")
}

/// Appends the response to a request that was refused before execution: without `data`.
///
/// # Errors
/// As for [`write`].
pub fn write_refused(response: &Response, out: &mut Vec<u8>) -> serde_json::Result<()> {
    out.push(b'{');
    rest(response, out, b"")
}

fn rest(response: &Response, out: &mut Vec<u8>, separator: &'static [u8]) -> serde_json::Result<()> {
    let mut separator = separator;
    if !response.extensions.is_empty() {
        out.extend_from_slice(separator);
        out.extend_from_slice(b"\"extensions\":");
        serde_json::to_writer(&mut *out, &response.extensions)?;
        separator = b",";
    }
    if !response.errors.is_empty() {
        out.extend_from_slice(separator);
        out.extend_from_slice(b"\"errors\":");
        serde_json::to_writer(&mut *out, &response.errors)?;
    }
    out.push(b'}');
    Ok(())
}

fn data(value: &Value, sink: &mut JsonSink) {
    match value {
        Value::Null => sink.null(),
        Value::Number(number) => sink.0.extend_from_slice(number.to_string().as_bytes()),
        Value::String(text) => sink.string(text),
        Value::Boolean(value) => sink.boolean(*value),
        Value::Binary(ready) => sink.0.extend_from_slice(ready),
        Value::Enum(name) => sink.string(name),
        Value::List(items) => {
            sink.open_list(items.len());
            for item in items {
                sink.item();
                data(item, sink);
            }
            sink.close_list();
        }
        Value::Object(map) => {
            sink.open_object(map.len());
            for (key, value) in map {
                sink.key(key);
                data(value, sink);
            }
            sink.close_object();
        }
    }
}
