//! Record that a visit took place or was missed.

use super::VisitFields;
use crate::command::{Desk, decides};
use policy::{Refusal, Side};
use serde::Serialize;
use uuid::Uuid;

/// Record that a visit took place or was missed. None before the consent to take part (P11-38).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordVisit {
    /// The subject.
    pub subject: Uuid,
    /// The visit.
    #[serde(flatten)]
    pub visit: VisitFields,
}

decides!(RecordVisit as RecordVisit, identities = |it| vec![it.subject]);

impl RecordVisit {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let subject = desk.subject("subject", self.subject)?;
        let id = desk.ids.draw();
        let row = self.visit.row(desk, subject, (id, side))?;
        desk.put(&row)
    }
}
