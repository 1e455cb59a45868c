//! The messages of the sub-protocol `graphql-transport-ws`, read and written; nothing here sends or waits.

use crate::config::Limits;
use crate::guard::Envelope;
use crate::guard::json::Wrong;
use serde_json::{Map, Value, json};

/// The sub-protocol's name, as it stands in `Sec-WebSocket-Protocol`.
pub(super) const SUBPROTOCOL: &str = "graphql-transport-ws";

/// A message from a client.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Received {
    /// The first message of a socket.
    Init(Map<String, Value>),
    /// Asks for a pong with the same payload.
    Ping(Option<Value>),
    /// Answers a ping.
    Pong,
    /// Asks for an operation, under an id that the client chose.
    Subscribe(String, Envelope),
    /// Wants no more of an operation.
    Complete(String),
}

/// Why and with which code a socket is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closing {
    /// The close code.
    pub(super) code: u16,
    /// The reason, short enough for a close frame.
    pub(super) reason: String,
}

impl Closing {
    /// A close frame holds 125 bytes, two of them the code.
    const REASON_BYTES: usize = 123;

    fn new(code: u16, reason: impl Into<String>) -> Closing {
        let mut reason = reason.into();
        reason.truncate(reason.floor_char_boundary(Closing::REASON_BYTES));
        Closing { code, reason }
    }

    /// The server stops, or the client is no longer there: the client may come back.
    pub(super) fn going_away(reason: &str) -> Closing {
        Closing::new(1001, reason)
    }

    /// The frames break the WebSocket protocol itself.
    pub(super) fn protocol_error() -> Closing {
        Closing::new(1002, "Protocol error")
    }

    /// A text message is no UTF-8.
    pub(super) fn not_text() -> Closing {
        Closing::new(1007, "A message is UTF-8")
    }

    /// A message is larger than a request's body may be.
    pub(super) fn too_big(allowed: usize) -> Closing {
        Closing::new(1009, format!("A message goes beyond `limits.body_bytes`: at most {allowed}"))
    }

    /// Our own fault.
    pub(super) fn internal() -> Closing {
        Closing::new(1011, "Internal error")
    }

    /// Something that is needed cannot be reached now, or the caller has too much already.
    pub(super) fn try_again(reason: &str) -> Closing {
        Closing::new(1013, reason)
    }

    /// The message is none of the protocol's.
    pub(super) fn invalid(reason: impl Into<String>) -> Closing {
        Closing::new(4400, reason)
    }

    /// An operation before the acknowledgement.
    pub(super) fn unauthorized() -> Closing {
        Closing::new(4401, "Unauthorized")
    }

    /// The token is not, or no longer, accepted.
    pub(super) fn forbidden(reason: &str) -> Closing {
        Closing::new(4403, reason)
    }

    /// No first message came.
    pub(super) fn init_timeout() -> Closing {
        Closing::new(4408, "Connection initialisation timeout")
    }

    /// The id of an operation that still runs.
    pub(super) fn duplicate(id: &str) -> Closing {
        Closing::new(4409, format!("Subscriber for {id} already exists"))
    }

    /// A second first message.
    pub(super) fn too_many_inits() -> Closing {
        Closing::new(4429, "Too many initialisation requests")
    }
}

/// Reads a message.
///
/// # Errors
/// What is wrong with it, as the close frame will say.
pub(super) fn parse(text: &str, limits: &Limits) -> Result<Received, Closing> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| Closing::invalid(format!("The message is no JSON at column {}", error.column())))?;
    let Value::Object(mut fields) = value else {
        return Err(Closing::invalid("A message is a JSON object"));
    };
    let Some(Value::String(kind)) = fields.remove("type") else {
        return Err(Closing::invalid("`type` must be there and a string"));
    };
    match kind.as_str() {
        "connection_init" => Ok(Received::Init(object(&mut fields, "payload")?.unwrap_or_default())),
        "ping" => Ok(Received::Ping(object(&mut fields, "payload")?.map(Value::Object))),
        "pong" => object(&mut fields, "payload").map(|_| Received::Pong),
        "subscribe" => {
            let id = id(&mut fields)?;
            let payload = object(&mut fields, "payload")?;
            let payload = payload.ok_or_else(|| Closing::invalid("`payload` must be there and an object"))?;
            Ok(Received::Subscribe(id, wanted(payload, limits)?))
        }
        "complete" => id(&mut fields).map(Received::Complete),
        "connection_ack" | "next" | "error" => {
            Err(Closing::invalid(format!("`{kind}` is for the server to send")))
        }
        _ => Err(Closing::invalid("`type` is none of the protocol's")),
    }
}

fn wanted(payload: Map<String, Value>, limits: &Limits) -> Result<Envelope, Closing> {
    Envelope::of(payload, limits).map_err(|wrong| match wrong {
        Wrong::TooMuch(refused) => Closing::invalid(refused.message()),
        Wrong::Field(name, right) => Closing::invalid(format!("`payload.{name}` must be {right}")),
    })
}

fn id(fields: &mut Map<String, Value>) -> Result<String, Closing> {
    match fields.remove("id") {
        Some(Value::String(id)) if !id.is_empty() => Ok(id),
        _ => Err(Closing::invalid("`id` must be there and a string that is not empty")),
    }
}

fn object(fields: &mut Map<String, Value>, name: &str) -> Result<Option<Map<String, Value>>, Closing> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(map)) => Ok(Some(map)),
        Some(_) => Err(Closing::invalid(format!("`{name}` must be an object or null"))),
    }
}

/// The token of a first message: `authorization: "Bearer …"`, as HTTP has it, or `token` alone.
pub(super) fn token(init: &Map<String, Value>) -> Option<&str> {
    let text = |name: &str| {
        let mut fields = init.iter().filter(|(field, _)| field.eq_ignore_ascii_case(name));
        fields.next().and_then(|(_, value)| value.as_str())
    };
    match text("authorization") {
        Some(value) => {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        }
        None => text("token"),
    }
}

/// Accepts the socket.
pub(super) fn ack() -> String {
    json!({"type": "connection_ack"}).to_string()
}

/// Answers a ping.
pub(super) fn pong(payload: Option<Value>) -> String {
    match payload {
        Some(payload) => json!({"type": "pong", "payload": payload}).to_string(),
        None => json!({"type": "pong"}).to_string(),
    }
}

/// One result of an operation; `write` appends it as JSON.
///
/// # Errors
/// What was written is not UTF-8.
pub(super) fn next(id: &str, write: impl FnOnce(&mut Vec<u8>)) -> Result<String, std::string::FromUtf8Error> {
    let mut message = Vec::with_capacity(1024);
    message.extend_from_slice(br#"{"type":"next","id":"#);
    message.extend_from_slice(Value::from(id).to_string().as_bytes());
    message.extend_from_slice(br#","payload":"#);
    write(&mut message);
    message.push(b'}');
    String::from_utf8(message)
}

/// Ends an operation that was refused before it ran.
pub(super) fn error(id: &str, errors: Vec<Value>) -> String {
    json!({"type": "error", "id": id, "payload": errors}).to_string()
}

/// Ends an operation.
pub(super) fn complete(id: &str) -> String {
    json!({"type": "complete", "id": id}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Received, Closing> {
        parse(text, &Limits::default())
    }

    #[test]
    fn messages_of_the_protocol_are_read() {
        let init = read(r#"{"type":"connection_init","payload":{"token":"t"}}"#).unwrap();
        assert!(matches!(&init, Received::Init(payload) if token(payload) == Some("t")));
        assert_eq!(read(r#"{"type":"connection_init"}"#).unwrap(), Received::Init(Map::new()));
        assert_eq!(read(r#"{"type":"ping"}"#).unwrap(), Received::Ping(None));
        assert_eq!(
            read(r#"{"type":"ping","payload":{"n":1}}"#).unwrap(),
            Received::Ping(Some(json!({"n": 1})))
        );
        assert_eq!(read(r#"{"type":"pong","payload":null}"#).unwrap(), Received::Pong);
        assert_eq!(read(r#"{"id":"1","type":"complete"}"#).unwrap(), Received::Complete("1".to_owned()));
        let subscribe = r#"{"id":"1","type":"subscribe","payload":{"query":"query A{a}",
            "operationName":"A","variables":{"x":[1]},"extensions":null}}"#;
        let variables = json!({"x": [1]}).as_object().unwrap().clone();
        let wanted = Envelope {
            query: "query A{a}".to_owned(),
            hash: None,
            operation_name: Some("A".to_owned()),
            variables,
        };
        assert_eq!(read(subscribe).unwrap(), Received::Subscribe("1".to_owned(), wanted));
    }

    #[test]
    fn anything_else_closes_with_4400() {
        for text in [
            "",
            "x",
            "[]",
            "{}",
            "null",
            r#"{"type":1}"#,
            r#"{"type":"start"}"#,
            r#"{"type":"next","id":"1"}"#,
            r#"{"type":"connection_ack"}"#,
            r#"{"type":"error","id":"1","payload":[]}"#,
            r#"{"type":"connection_init","payload":"t"}"#,
            r#"{"type":"ping","payload":1}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"complete","id":""}"#,
            r#"{"type":"complete","id":1}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"1","payload":{}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","operationName":1}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","extensions":"x"}}"#,
        ] {
            assert_eq!(read(text).map_err(|closing| closing.code), Err(4400), "{text}");
        }
    }

    #[test]
    fn a_token_stands_under_either_name() {
        let says = |value: Value| token(value.as_object().unwrap()).map(str::to_owned);
        assert_eq!(says(json!({"authorization": "Bearer a.b"})), Some("a.b".to_owned()));
        assert_eq!(says(json!({"Authorization": "bearer  a.b "})), Some("a.b".to_owned()));
        assert_eq!(says(json!({"token": "a.b"})), Some("a.b".to_owned()));
        for without in [
            json!({}),
            json!({"token": 1}),
            json!({"authorization": "a.b"}),
            json!({"authorization": "Basic x"}),
        ] {
            assert_eq!(says(without.clone()), None, "{without}");
        }
        // A header that is wrong is not passed over for another field.
        assert_eq!(says(json!({"authorization": "Basic x", "token": "a.b"})), None);
    }

    #[test]
    fn messages_are_written_as_json_with_any_id() {
        let odd = "a\"\\\n\u{1F9EC}";
        let message = next(odd, |out| out.extend_from_slice(br#"{"data":{"a":1}}"#)).unwrap();
        let read: Value = serde_json::from_str(&message).unwrap();
        assert_eq!(read, json!({"type": "next", "id": odd, "payload": {"data": {"a": 1}}}));
        assert!(next("1", |out| out.push(0xff)).is_err());
        assert_eq!(serde_json::from_str::<Value>(&pong(None)).unwrap(), json!({"type": "pong"}));
        assert_eq!(
            serde_json::from_str::<Value>(&error("1", vec![json!({"message": "m"})])).unwrap(),
            json!({"type": "error", "id": "1", "payload": [{"message": "m"}]})
        );
        assert_eq!(complete("1"), r#"{"id":"1","type":"complete"}"#);
    }

    #[test]
    fn a_reason_fits_into_a_close_frame() {
        let closing = Closing::duplicate(&"\u{e9}".repeat(200));
        assert!(closing.reason.len() <= 123 && closing.reason.starts_with("Subscriber for \u{e9}"));
    }
}
