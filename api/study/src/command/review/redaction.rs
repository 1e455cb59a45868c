//! What a redaction may replace: the words of a record, and nothing else of it.

use super::Reworded;
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
pub(crate) struct Payload {
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
    /// The words to read instead.
    pub words: Vec<Reworded>,
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
const WORDS: &[&str] = &[
    "text",
    "withhold",
    "term",
    "soc",
    "pt",
    "observed",
    "comments",
    "drug",
    "assessor",
    "method",
    "laboratory",
    "lot",
];

/// The words of a record in fields of free text, which hold their spans beside them.
const FREE_TEXTS: &[&str] = &["note", "narrative", "rationale", "reason", "description"];

/// Where comments on descriptors stand in the image of an assessment.
const COMMENTS: &str = "comments.";

/// A stored image with other words in it.
///
/// # Errors
/// When a field holds no words, or none there.
pub(super) fn reworded(stored: &str, words: &[Reworded]) -> Result<String, Refusal> {
    let mut image: Value = serde_json::from_str(stored)
        .map_err(|_| Refusal::invalid("revision", "that entry's image of the record cannot be read"))?;
    for (place, word) in words.iter().enumerate() {
        let at = format!("words.{place}.field");
        let refuse = |what: &str| Err(Refusal::invalid(&at, format!("`{}` {what}", word.field)));
        let name = word.field.as_str();
        let held = match name.strip_prefix(COMMENTS) {
            Some(code) => image.pointer_mut("/items/comments").and_then(|comments| comments.get_mut(code)),
            None if WORDS.contains(&name) || FREE_TEXTS.contains(&name) => image.get_mut(name),
            None => return refuse("is no free text: a redaction replaces words and nothing else"),
        };
        match held {
            Some(Value::String(text)) => word.text.clone_into(text),
            Some(Value::Object(free)) if free.contains_key("text") => {
                free.insert("text".to_owned(), word.text.clone().into());
                free.insert("withhold".to_owned(), Value::Array(Vec::new()));
            }
            Some(_) | None => return refuse("holds no words in that entry"),
        }
        // What is reworded holds no identifier any more; see the names of texts that the board must not read.
        if let Some(Value::Array(withheld)) = image.get_mut("withhold") {
            withheld.retain(|field| field != name);
        }
    }
    serde_json::to_string(&image).map_err(|error| Refusal::invalid("words", error.to_string()))
}

/// Whether the image at a revision and position was emptied already.
pub(super) fn is_redacted(study: &Snapshot, (revision, position): (u64, u32)) -> bool {
    study.rows.redactions.iter().any(|it| {
        (u64::try_from(it.row.revision), u32::try_from(it.row.position)) == (Ok(revision), Ok(position))
    })
}

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
        .or_else(|| target(&rows.protocol_deviations, id))
        .or_else(|| target(&rows.dispositions, id))
        .or_else(|| target(&rows.eligibility_results, id))
        .or_else(|| target(&rows.autoantibody_panels, id))
        .or_else(|| target(&rows.autoantibody_results, id))
        .or_else(|| target(&rows.lab_results, id))
        .or_else(|| target(&rows.doses, id))
}

impl Target {
    /// The replacement as it is stored.
    ///
    /// # Errors
    /// When it is no row of the table, is another row, or says more otherwise than words.
    pub(super) fn replacement(&self, id: Uuid, revision: u64, text: &str) -> Result<String, Refusal> {
        let wrong = |message: String| Refusal::invalid("words", message);
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
                    "words",
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
