//! End a subject's participation.

use super::DispositionFields;
use crate::command::{Desk, decides};
use chrono::NaiveDate;
use entity::rows;
use entity::terms::DispositionKind;
use policy::{Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use uuid::Uuid;

/// End a subject's participation, whichever way.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WithdrawSubject {
    /// The subject.
    pub subject: Uuid,
    /// How it ended.
    pub kind: DispositionKind,
    /// When, not in the future.
    pub occurred_on: NaiveDate,
    /// Why; required unless the subject completed the study as planned.
    pub reason: Option<String>,
}

decides!(WithdrawSubject as WithdrawSubject, identities = |it| vec![it.subject]);

impl WithdrawSubject {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let subject = desk.subject("subject", self.subject)?;
        ensure!(
            subject.rows.dispositions.is_empty(),
            Refusal::at(
                "subject",
                RefusalCode::WrongState,
                "the subject's participation has ended already: correct how it ended"
            )
        );
        let end =
            DispositionFields { kind: self.kind, occurred_on: self.occurred_on, cause: self.reason.clone() };
        let id = desk.ids.draw();
        let row = end.row(desk, subject, (id, "reason", side))?;
        desk.put(&rows::Subject { status: end.status(), ..subject.row.row.clone() })?;
        desk.put(&row)
    }
}
