//! Propose that a stored text be redacted.

use super::redaction::{self, Payload};
use crate::command::{Desk, FREE_TEXT_LIMIT, check, decides, line};
use policy::{Act, Kind, Refusal, RefusalCode, Side, ensure};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is read instead of one that goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reworded {
    /// The field of the record, as its history names it: `narrative`, `note`; of a comment on a descriptor of SLEDAI-2K
    /// `comments.` and the descriptor's code.
    pub field: String,
    /// What is read instead.
    pub text: String,
}

/// Propose that one stored image of a record of the open stream be emptied, and be read with other words: for what
/// should never have been written, such as a person's name. Another person has to approve. An image that repeats the
/// words needs a proposal of its own.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProposeRedaction {
    /// The subject.
    pub subject: Uuid,
    /// The record: one with words in it, or the reason for a change.
    pub record: Uuid,
    /// The entry whose image of it is emptied.
    pub revision: u64,
    /// The words to read instead.
    pub words: Vec<Reworded>,
    /// Why. Must not hold what is taken out.
    pub reason: Option<String>,
    /// The record's image in that entry; none when the entry has none that could be emptied. Read from the ledger by
    /// whoever hands the command over: no part of what was asked.
    #[serde(skip)]
    pub stored: Option<StoredImage>,
}

/// An image as it stands in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredImage {
    /// The change's position in its entry, from 0.
    pub position: u32,
    /// The image.
    pub text: String,
}

decides!(ProposeRedaction as ProposeRedaction, identities = |it| vec![it.subject]);

impl ProposeRedaction {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let missing = || Refusal::not_found("record", Kind::Record);
        // Whose record it is was found by the record: a subject out of scope is a record that is not there.
        let named =
            |refusal: Refusal| if refusal.code == RefusalCode::NotFound { missing() } else { refusal };
        let subject = desk.subject("subject", self.subject).map_err(named)?;
        let target = redaction::find_target(desk.study, self.record).ok_or_else(missing)?;
        let seen = desk.view.words_of(self.record).ok_or_else(missing)?;
        ensure!(target.subject == subject.id() && seen.row_id() == target.subject, missing());
        ensure!(
            (1..=target.revision).contains(&self.revision),
            Refusal::invalid(
                "revision",
                format!("the record's images are at revision {} or before", target.revision)
            )
        );
        let stored = self
            .stored
            .as_ref()
            .filter(|stored| !redaction::is_redacted(desk.study, (self.revision, stored.position)));
        let stored = stored.ok_or_else(|| {
            Refusal::invalid("revision", "that entry has no image of the record that could still be emptied")
        })?;
        let words = self.checked()?;
        let reworded = redaction::reworded(&stored.text, &words)?;
        let replacement = target.replacement(self.record, self.revision, &reworded)?;
        let known = side.identities.get(&subject.id());
        for (place, word) in words.iter().enumerate() {
            ensure!(
                known.is_none_or(|identity| identity.spans(&word.text).is_empty()),
                Refusal::invalid(
                    &format!("words.{place}.text"),
                    "it still holds an identifier of the subject"
                )
            );
        }
        let reason = check::reason_row(desk, self.reason.as_deref(), (Some(subject.id()), side))?;
        let payload = Payload {
            table: target.table.to_owned(),
            row: self.record,
            subject: subject.id(),
            revision: self.revision,
            position: stored.position,
            words,
            replacement,
            reason: reason.text,
        };
        super::propose(desk, Act::ProposeRedaction, &payload)
    }

    /// The words as they are stored.
    fn checked(&self) -> Result<Vec<Reworded>, Refusal> {
        ensure!(
            !self.words.is_empty(),
            Refusal::at("words", RefusalCode::Required, "say what is read instead, of at least one field")
        );
        let mut words: Vec<Reworded> = Vec::with_capacity(self.words.len());
        for (place, word) in self.words.iter().enumerate() {
            let at = |field: &str| format!("words.{place}.{field}");
            ensure!(
                words.iter().all(|earlier| earlier.field != word.field),
                Refusal::at(&at("field"), RefusalCode::Duplicate, "the field is given twice: once is enough")
            );
            let text = line(&at("text"), &word.text, FREE_TEXT_LIMIT)?;
            words.push(Reworded { field: word.field.clone(), text });
        }
        Ok(words)
    }
}
