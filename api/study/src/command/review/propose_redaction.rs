//! Propose that a stored text be redacted.

use super::redaction::{self, Payload};
use crate::command::{Desk, check, decides};
use entity::rows;
use entity::terms::ProposalState;
use policy::proposal::expiry;
use policy::{Act, Kind, Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use uuid::Uuid;

/// Propose that one stored image of a record of the open stream be emptied, and another be read in its place: for
/// words that should never have been written, such as a person's name. Another person has to approve. An image that
/// repeats the words needs a proposal of its own.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProposeRedaction {
    /// The subject.
    pub subject: Uuid,
    /// The record: a visit, assessment, medication, adverse event, adjudication, intercurrent event, end of
    /// participation, eligibility result, or reason for a change.
    pub record: Uuid,
    /// The entry whose image of it is emptied.
    pub revision: u64,
    /// The change's position in the entry, from 0.
    pub position: u32,
    /// The image to read instead: the same record as JSON with other words.
    pub replacement: String,
    /// Why. Must not hold what is taken out.
    pub reason: Option<String>,
}

decides!(ProposeRedaction as ProposeRedaction, identities = |it| vec![it.subject]);

impl ProposeRedaction {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let subject = desk.subject("subject", self.subject)?;
        let missing = || Refusal::not_found("record", Kind::Record);
        let target = redaction::find_target(desk.study, self.record).ok_or_else(missing)?;
        ensure!(target.subject == subject.id(), missing());
        ensure!(
            (1..=target.revision).contains(&self.revision),
            Refusal::invalid(
                "revision",
                format!("the record's images are at revision {} or before", target.revision)
            )
        );
        let replacement = target.replacement(self.record, self.revision, &self.replacement)?;
        let known = side.identities.get(&subject.id());
        ensure!(
            known.is_none_or(|identity| identity.spans(&replacement).is_empty()),
            Refusal::invalid("replacement", "it still holds an identifier of the subject")
        );
        let reason = check::reason_row(desk, self.reason.as_deref(), (Some(subject.id()), side))?;
        let payload = Payload {
            table: target.table.to_owned(),
            row: self.record,
            subject: subject.id(),
            revision: self.revision,
            position: self.position,
            replacement,
            reason: reason.text,
        };
        let payload = ledger::canonical::to_canonical(&payload)
            .map_err(|error| Refusal::new(RefusalCode::InvalidValue, error.message()))?;
        let row = rows::Proposal {
            id: desk.ids.draw(),
            study_id: desk.study.study(),
            act: Act::ProposeRedaction.as_str().to_owned(),
            payload,
            proposed_by: desk.actor.person,
            proposed_at: desk.at.now(),
            expires_at: expiry(desk.at.now()),
            state: ProposalState::Open,
            decided_by: None,
            decided_at: None,
        };
        desk.put(&row)
    }
}
