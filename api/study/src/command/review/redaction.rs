//! What a redaction may replace: the words of a record, and nothing else of it.

use crate::Snapshot;
use crate::snapshot::tables::{Table, find};
use entity::row::Row;
use entity::rows;
use policy::{Refusal, RefusalCode, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// What a proposal to redact says. It holds the replacement, and never what is replaced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Payload {
    /// The table of the row whose image is replaced.
    pub table: String,
    /// The row.
    pub row: Uuid,
    /// The subject that it belongs to.
    pub subject: Uuid,
    /// The entry.
    pub revision: u64,
    /// The change's position in it, from 0.
    pub position: u32,
    /// The image to read instead, as canonical text.
    pub replacement: String,
    /// Why.
    pub reason: entity::FreeText,
}

/// Reads a text as a row of a table: its id and its subject, or what is wrong.
type Reads = fn(&str) -> Result<(Uuid, Option<Uuid>), String>;

/// A row that free text can stand in.
pub(super) struct Target {
    pub table: &'static str,
    pub subject: Uuid,
    /// The revision of its newest image.
    pub revision: u64,
    /// Its newest image.
    image: Value,
    /// Whether a text makes a row of the table.
    reads: Reads,
}

/// Keys under which a person's own words stand. Codes, dates and numbers are no words.
const WORDS: &[&str] =
    &["text", "withhold", "term", "observed", "comments", "drug", "assessor", "method", "laboratory"];

fn target<T: Row>(table: &Table<T>, id: Uuid) -> Option<Target> {
    let rec = find(table, id)?;
    Some(Target {
        table: T::TABLE,
        subject: rec.row.subject()?,
        revision: rec.revision,
        image: serde_json::to_value(&rec.row).ok()?,
        reads: |text| {
            let row: T = serde_json::from_str(text).map_err(|error| error.to_string())?;
            Ok((row.id(), row.subject()))
        },
    })
}

/// The row of a subject that words can be taken out of; none for any other row.
pub(super) fn find_target(study: &Snapshot, id: Uuid) -> Option<Target> {
    if let Some(reason) = target(&study.rows.change_reasons, id) {
        return Some(reason);
    }
    let rows = &study.owner(id)?.rows;
    target(&rows.visits, id)
        .or_else(|| target(&rows.assessments, id))
        .or_else(|| target(&rows.medications, id))
        .or_else(|| target(&rows.adverse_events, id))
        .or_else(|| target(&rows.dlt_adjudications, id))
        .or_else(|| target(&rows.intercurrent_events, id))
        .or_else(|| target(&rows.dispositions, id))
        .or_else(|| target(&rows.eligibility_results, id))
}

impl Target {
    /// The replacement as it is stored.
    ///
    /// # Errors
    /// When it is no row of the table, is another row, or says more otherwise than words.
    pub(super) fn replacement(&self, id: Uuid, revision: u64, text: &str) -> Result<String, Refusal> {
        let wrong = |message: String| Refusal::invalid("replacement", message);
        let found = (self.reads)(text)
            .map_err(|error| wrong(format!("it is no record of `{}`: {error}", self.table)))?;
        ensure!(
            found == (id, Some(self.subject)),
            wrong("it is the image of another record: keep its ids".to_owned())
        );
        let value: Value = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        // Of an older image only its form can be judged here: what it said is not in memory.
        if revision == self.revision {
            let newest = &self.image;
            ensure!(
                value != *newest,
                Refusal::at(
                    "replacement",
                    RefusalCode::InvalidValue,
                    "it says what the record says: nothing would go"
                )
            );
            if let Some(key) = differs_beyond_words(newest, &value, None) {
                return Err(wrong(format!(
                    "`{key}` is no free text: a redaction replaces words and nothing else"
                )));
            }
        }
        ledger::canonical::to_canonical(&value)
            .map_err(|error| wrong(format!("it has no canonical form: {}", error.message())))
    }
}

/// The first place at which two images differ in more than words.
fn differs_beyond_words(old: &Value, new: &Value, under: Option<&str>) -> Option<String> {
    if old == new || under.is_some_and(|key| WORDS.contains(&key)) {
        return None;
    }
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let keys = old.keys().chain(new.keys().filter(|key| !old.contains_key(*key)));
            keys.into_iter().find_map(|key| {
                let of = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or(Value::Null);
                differs_beyond_words(&of(old), &of(new), Some(key))
            })
        }
        (_, _) => Some(under.unwrap_or("the record").to_owned()),
    }
}

/// The row that stands for an emptied change.
pub(super) fn row(payload: &Payload, ids: (Uuid, Uuid), study: Uuid) -> Result<rows::Redaction, Refusal> {
    let large = || Refusal::invalid("revision", "there is no such change");
    Ok(rows::Redaction {
        id: ids.0,
        study_id: study,
        subject_id: Some(payload.subject),
        revision: i64::try_from(payload.revision).map_err(|_| large())?,
        position: i32::try_from(payload.position).map_err(|_| large())?,
        replacement: payload.replacement.clone(),
        reason: ids.1,
    })
}
