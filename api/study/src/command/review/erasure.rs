//! Propose that a subject's direct identifiers be erased.

use crate::command::{Desk, check, decides};
use crate::snapshot::Subject;
use entity::rows;
use policy::{Act, Refusal, RefusalCode, Side, ensure};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a proposal to erase identifiers says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Erasure {
    /// The subject.
    pub subject: Uuid,
    /// Why.
    pub reason: entity::FreeText,
}

/// Propose that a subject's direct identifiers be erased for good, as a law or the subject asks for: the subject's key is
/// destroyed, and with it what every backup holds. The coded data stay, and so does every hash of the ledger. Another
/// person has to approve.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProposeIdentityErasure {
    /// The subject.
    pub subject: Uuid,
    /// Why. Must hold none of the identifiers.
    pub reason: Option<String>,
}

decides!(ProposeIdentityErasure as ProposeIdentityErasure, identities = |it| vec![it.subject]);

impl ProposeIdentityErasure {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let subject = desk.subject("subject", self.subject)?;
        is_identified("subject", subject)?;
        let told =
            |text: &str| side.identities.get(&subject.id()).is_some_and(|it| !it.spans(text).is_empty());
        ensure!(
            !self.reason.as_deref().is_some_and(told),
            Refusal::invalid("reason", "the reason holds one of the identifiers: say it without")
        );
        let reason = check::reason_row(desk, self.reason.as_deref(), (Some(subject.id()), side))?;
        let payload = Erasure { subject: subject.id(), reason: reason.text };
        super::propose(desk, Act::ProposeIdentityErasure, &payload)
    }
}

/// Refuses a subject of whom no identifiers are kept.
pub(super) fn is_identified(field: &str, subject: &Subject) -> Result<(), Refusal> {
    ensure!(
        subject.row.identity_commitment.is_some(),
        Refusal::at(field, RefusalCode::WrongState, "no identifiers of the subject are kept")
    );
    Ok(())
}

/// The subject without its identifiers.
pub(super) fn without(subject: &Subject) -> rows::Subject {
    rows::Subject { identity_fields: Vec::new().into(), identity_commitment: None, ..subject.row.row.clone() }
}
