//! Redactions: the one way in which a stored image goes away.
//!
//! Two persons agree, and an entry with the command [`COMMAND`] is sealed. For each change that it empties it
//! holds a row of the table [`TABLE`], whose image names the change and brings an image to read in its place.
//! The same transaction sets image and salt of the emptied changes to null. Their digests stay in their
//! headers, so every hash stays valid and says what was there to whoever still has it.
//!
//! A redaction's own image can be emptied by a later redaction, whose replacement is then a redaction of the
//! same change. Of several redactions of one change the newest counts.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::canonical;
use crate::entry::Entry;
use crate::head::Revision;

/// The command of an entry that redacts.
pub const COMMAND: &str = "redact";

/// The table whose rows are redactions.
pub const TABLE: &str = "redaction";

/// Where a change stands in its stream: the entry, and the change's place in it, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The entry.
    pub revision: Revision,
    /// The change, counted from 0.
    pub position: u32,
}

/// What the image of a redaction says. The row may hold more (its id, who asked and who agreed).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redaction {
    /// The entry whose change is emptied.
    pub revision: Revision,
    /// The change in it, counted from 0.
    pub position: u32,
    /// The row to read instead, as canonical text.
    pub replacement: Arc<str>,
    /// The row that holds the reason in words.
    pub reason: Uuid,
}

/// A row of the table of redactions is not a redaction, or stands for a change that is not before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedactionError {
    /// The redaction.
    pub place: Place,
    /// What is wrong with it, for an operator. Holds nothing of the image.
    pub message: String,
}

impl Redaction {
    /// Reads the image of a redaction that stands at `place`.
    ///
    /// # Errors
    /// A field is missing, the replacement is not canonical, or the change it empties is not of an earlier
    /// entry.
    pub fn parse(place: Place, image: &str) -> Result<Self, RedactionError> {
        let wrong = |message: String| RedactionError { place, message };
        let redaction: Self = serde_json::from_str(image)
            .map_err(|error| wrong(canonical::CanonicalError::syntax(&error).message()))?;
        canonical::check(&redaction.replacement)
            .map_err(|error| wrong(format!("its replacement image: {}", error.message())))?;
        if redaction.revision >= place.revision {
            return Err(wrong(format!(
                "it empties a change of revision {}, not before it",
                redaction.revision
            )));
        }
        Ok(redaction)
    }

    /// The change that it empties.
    pub const fn target(&self) -> Place {
        Place { revision: self.revision, position: self.position }
    }
}

/// The images to read in place of the emptied ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redactions(HashMap<Place, Arc<str>>);

impl Redactions {
    /// The redactions among the changes of these entries, in whatever order they come.
    ///
    /// # Errors
    /// A redaction cannot be read, or is itself emptied and nothing stands for it.
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<Self, RedactionError> {
        let rows = entries.into_iter().flat_map(|entry| {
            let revision = entry.header.revision;
            (0..)
                .zip(&entry.changes)
                .filter(|(_, change)| change.table == TABLE)
                .map(move |(position, change)| (Place { revision, position }, change.image.clone()))
        });
        Self::of_rows(rows)
    }

    /// The same from the rows of the table of redactions in the ledger: where each stands, and its stored
    /// image.
    ///
    /// # Errors
    /// As for `of`.
    pub fn of_rows(
        rows: impl IntoIterator<Item = (Place, Option<Arc<str>>)>,
    ) -> Result<Self, RedactionError> {
        let mut rows: Vec<_> = rows.into_iter().collect();
        rows.sort_unstable_by(|(left, _), (right, _)| right.cmp(left));
        let mut all = Self::default();
        for (place, image) in rows {
            all.note(place, image.as_ref())?;
        }
        Ok(all)
    }

    /// Takes in one redaction: for a loader that reads the ledger newest first and meets every redaction
    /// before the change that it empties. In another order the wrong one of two redactions would count; see
    /// `of_rows`.
    ///
    /// # Errors
    /// As for `of`.
    pub fn note(&mut self, place: Place, image: Option<&Arc<str>>) -> Result<(), RedactionError> {
        let image = self.image(place, image).ok_or_else(|| RedactionError {
            place,
            message: "it is emptied and no later redaction stands for it".to_owned(),
        })?;
        let redaction = Redaction::parse(place, &image)?;
        self.0.entry(redaction.target()).or_insert(redaction.replacement);
        Ok(())
    }

    /// The image to read at a place whose stored image is this: the stored one, or what stands for it, or
    /// None when it is empty and nothing does.
    pub fn image(&self, place: Place, stored: Option<&Arc<str>>) -> Option<Arc<str>> {
        stored.or_else(|| self.0.get(&place)).cloned()
    }

    /// How many changes are emptied.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is emptied.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests;
