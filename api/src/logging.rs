//! Log lines, built so that personal data cannot reach them.
//!
//! A line is JSON and holds what is named in [`FIELDS`]: ids of our own making, codes, counts, times. A field of
//! another name is left out, and so is what a library says: its messages may repeat what it was given. Texts of
//! errors pass [`scrubbed`].

use std::fmt;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// The fields that a line may hold, and whether their text is that of an error.
pub const FIELDS: [(&str, bool); 24] = [
    ("address", false),
    ("at", false),
    ("attempt", false),
    ("code", false),
    ("ended", false),
    ("entries", false),
    ("error", true),
    ("internal", true),
    ("issuer", false),
    ("jobs", false),
    ("method", false),
    ("micros", false),
    ("offset_millis", false),
    ("person", false),
    ("request_id", false),
    ("revision", false),
    ("route", false),
    ("seconds", false),
    ("server", false),
    ("socket", false),
    ("status", false),
    ("stream", false),
    ("study", false),
    ("version", false),
];

/// Our own crates: what they say as a message is a fixed sentence, which a test sees to.
const OURS: [&str; 10] = [
    "trialgraph",
    "store",
    "study",
    "portal",
    "ledger",
    "policy",
    "derivation",
    "entity",
    "migration",
    "objects",
];

/// The longest text of an error, in bytes.
const ERROR_BYTES: usize = 300;

/// Log lines as JSON on standard error; `RUST_LOG` chooses which. A panic is a line too, without its text.
pub fn start() {
    start_to(std::io::stderr);
}

/// The same lines to somewhere else.
pub fn start_to(writer: impl for<'w> MakeWriter<'w> + Send + Sync + 'static) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| {
        tracing_subscriber::EnvFilter::new("info,sqlx=warn,sea_orm=warn,sea_orm_migration=warn")
    });
    let subscriber =
        tracing_subscriber::fmt().event_format(Lines).with_env_filter(filter).with_writer(writer);
    // A second call, in a test, keeps the first.
    if subscriber.finish().try_init().is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let at = panic.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
            tracing::error!(at, "something panicked");
        }));
    }
}

/// The text of an error without what it may have been given: quoted parts, long numbers, and letters beyond ASCII.
/// A quoted name of a table or constraint, in small letters with an underscore, stays.
pub fn scrubbed(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(ERROR_BYTES));
    let mut chars = text.chars();
    let mut digits = 0;
    while let Some(next) = chars.next() {
        if out.len() >= ERROR_BYTES {
            out.push('…');
            break;
        }
        digits = if next.is_ascii_digit() { digits + 1 } else { 0 };
        match next {
            '"' | '\'' | '`' => {
                let rest = chars.as_str();
                let (quoted, after) = rest.split_once(next).unwrap_or((rest, ""));
                let name = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
                let known = quoted.contains('_') && quoted.bytes().all(name);
                out.push(next);
                out.push_str(if known { quoted } else { "…" });
                out.push(next);
                chars = after.chars();
            }
            _ if digits > 3 => {}
            next if next.is_ascii() && !next.is_ascii_control() => out.push(next),
            _ => out.push('…'),
        }
    }
    out
}

/// Writes one line for an event.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lines;

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        let ours = metadata.target().split("::").next().is_some_and(|name| OURS.contains(&name));
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        let mut line = serde_json::Map::new();
        line.insert("timestamp".to_owned(), time.into());
        line.insert("level".to_owned(), level(*metadata.level()).into());
        line.insert("target".to_owned(), metadata.target().into());
        if ours {
            event.record(&mut Allowed(&mut line));
        } else {
            line.insert("message".to_owned(), "a library's own message, left out".into());
        }
        writeln!(writer, "{}", serde_json::Value::Object(line))
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::ERROR => "ERROR",
        Level::WARN => "WARN",
        Level::INFO => "INFO",
        Level::DEBUG => "DEBUG",
        Level::TRACE => "TRACE",
    }
}

/// Takes the fields that a line may hold.
struct Allowed<'l>(&'l mut serde_json::Map<String, serde_json::Value>);

impl Allowed<'_> {
    fn take(&mut self, field: &Field, text: &str) {
        match FIELDS.iter().find(|(name, _)| *name == field.name()) {
            Some((name, true)) => self.0.insert((*name).to_owned(), scrubbed(text).into()),
            Some((name, false)) => self.0.insert((*name).to_owned(), text.into()),
            None if field.name() == "message" => self.0.insert("message".to_owned(), text.into()),
            None => None,
        };
    }
}

impl Visit for Allowed<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.take(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if FIELDS.iter().any(|(name, _)| *name == field.name()) {
            self.0.insert(field.name().to_owned(), value.into());
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        if FIELDS.iter().any(|(name, _)| *name == field.name()) {
            self.0.insert(field.name().to_owned(), value.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Held(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Held {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn lines(events: impl FnOnce()) -> Vec<serde_json::Value> {
        let held = Held::default();
        let writer = held.clone();
        let subscriber =
            tracing_subscriber::fmt().event_format(Lines).with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(subscriber, events);
        let text = String::from_utf8(held.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_line_holds_what_is_allowed_and_nothing_else() {
        let (name, hospital_number) = ("Zhang San", 4_711_u64);
        let all = lines(|| {
            tracing::info!(code = "NOT_FOUND", micros = 12_u64, name, hospital_number, birth = %name, "told");
            tracing::error!(internal = "no row \"Zhang San\" in 20260101", error = %"of '张三'", "failed");
            tracing::warn!(target: "sqlx::query", name, "SELECT initials FROM subject WHERE name = 'Zhang San'");
        });
        assert_eq!((all[0]["message"].as_str(), all[0]["code"].as_str()), (Some("told"), Some("NOT_FOUND")));
        assert_eq!((all[0]["micros"].as_u64(), all[0]["level"].as_str()), (Some(12), Some("INFO")));
        assert_eq!(all[0].as_object().unwrap().len(), 6, "{}", all[0]);
        assert_eq!(all[1]["internal"], "no row \"…\" in 202");
        assert_eq!(all[1]["error"], "of '…'");
        let text = serde_json::Value::from(all).to_string();
        for personal in ["Zhang", "San", "4711", "张", "SELECT"] {
            assert!(!text.contains(personal), "{personal} in {text}");
        }
    }

    #[test]
    fn an_error_keeps_its_sentence_and_loses_what_it_was_given() {
        for (text, kept) in [
            ("relation \"change\" does not exist", "relation \"…\" does not exist"),
            (
                "violates unique constraint \"person_name_key\"",
                "violates unique constraint \"person_name_key\"",
            ),
            ("invalid input syntax for type uuid: \"4711-A\"", "invalid input syntax for type uuid: \"…\""),
            (
                "invalid type: string \"Li Wei\", expected u8 at line 1",
                "invalid type: string \"…\", expected u8 at line 1",
            ),
            ("key 13812345678 of 李", "key 138 of …"),
            ("an open \"quote", "an open \"…\""),
            ("it's over", "it'…'"),
            ("two\nlines", "two…lines"),
        ] {
            assert_eq!(scrubbed(text), kept);
        }
        assert!(scrubbed(&"x".repeat(10_000)).len() < 310);
    }
}
