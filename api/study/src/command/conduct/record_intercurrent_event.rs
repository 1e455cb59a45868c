//! Record an event that decides how an endpoint is read.

use crate::command::{Desk, check, decides, free_text};
use crate::snapshot::Subject;
use chrono::NaiveDate;
use entity::rows;
use entity::terms::IntercurrentEventKind;
use policy::{Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use uuid::Uuid;

/// Most days that an event lasts.
const DAYS_MAX: i32 = 3_660;

/// What is recorded of an intercurrent event.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IntercurrentEventFields {
    /// What happened.
    pub kind: IntercurrentEventKind,
    /// When, not in the future.
    pub occurred_on: NaiveDate,
    /// For how many days, where that matters; at least 1.
    pub days: Option<i32>,
    /// A note.
    pub note: Option<String>,
}

/// Record an intercurrent event (ICH E9(R1)).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordIntercurrentEvent {
    /// The subject.
    pub subject: Uuid,
    /// The event.
    #[serde(flatten)]
    pub event: IntercurrentEventFields,
}

decides!(RecordIntercurrentEvent as RecordIntercurrentEvent, identities = |it| vec![it.subject]);

impl RecordIntercurrentEvent {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let subject = desk.subject("subject", self.subject)?;
        let id = desk.ids.draw();
        let row = self.event.row(desk, subject, (id, side))?;
        desk.put(&row)
    }
}

impl IntercurrentEventFields {
    /// The row that the fields make, under an id that may be a saved event's.
    pub(super) fn row(
        &self,
        desk: &Desk<'_>,
        subject: &Subject,
        (id, side): (Uuid, &Side),
    ) -> Result<rows::IntercurrentEvent, Refusal> {
        check::not_future("occurredOn", self.occurred_on, desk.today_of(subject))?;
        check::not_before("occurredOn", self.occurred_on, subject.row.screened_on, "screening")?;
        ensure!(
            self.days.is_none_or(|days| (1..=DAYS_MAX).contains(&days)),
            Refusal::invalid("days", format!("give 1 to {DAYS_MAX} days"))
        );
        let twin = subject
            .rows
            .intercurrent_events
            .iter()
            .any(|it| it.row.id != id && it.kind == self.kind && it.occurred_on == self.occurred_on);
        ensure!(
            !twin,
            Refusal::at(
                "kind",
                RefusalCode::Duplicate,
                "such an event of that day is recorded already: correct it"
            )
        );
        Ok(rows::IntercurrentEvent {
            id,
            study_id: desk.study.study(),
            subject_id: subject.id(),
            kind: self.kind,
            occurred_on: self.occurred_on,
            days: self.days,
            note: free_text("note", self.note.as_deref(), subject.id(), side)?,
        })
    }
}
