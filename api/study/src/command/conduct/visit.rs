//! A visit's fields, and what is right for them.

use crate::command::{Desk, check, free_text};
use crate::snapshot::Subject;
use chrono::NaiveDate;
use entity::rows;
use entity::terms::VisitStatus;
use policy::{Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use uuid::Uuid;

/// What is recorded of a visit.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VisitFields {
    /// The protocol's code of the planned visit; absent when it was unscheduled.
    pub code: Option<String>,
    /// When it took place; of a missed one the day on which that became certain.
    pub date: NaiveDate,
    /// Whether it took place.
    pub status: VisitStatus,
    /// A note.
    pub note: Option<String>,
}

impl VisitFields {
    /// The row that the fields make, under an id that may be a saved visit's.
    pub(super) fn row(
        &self,
        desk: &Desk<'_>,
        subject: &Subject,
        (id, side): (Uuid, &Side),
    ) -> Result<rows::Visit, Refusal> {
        check::recordable(desk, subject, ("date", self.date))?;
        if let Some(code) = &self.code {
            self.planned(subject, (code, id))?;
        } else {
            ensure!(
                self.status == VisitStatus::Occurred,
                Refusal::at("code", RefusalCode::Required, "only a planned visit can be missed: say which")
            );
        }
        Ok(rows::Visit {
            id,
            study_id: desk.study.study(),
            subject_id: subject.id(),
            planned_code: self.code.clone(),
            date: self.date,
            status: self.status,
            note: free_text("note", self.note.as_deref(), subject.id(), side)?,
        })
    }

    fn planned(&self, subject: &Subject, (code, id): (&str, Uuid)) -> Result<(), Refusal> {
        let book = &subject.rulebook;
        let visit = book.visit(code).ok_or_else(|| {
            let codes = check::one_of(book.visits().iter().map(|visit| visit.code.as_str()));
            Refusal::invalid("code", format!("the protocol plans no visit `{code}`; it plans {codes}"))
        })?;
        let other =
            subject.rows.visits.iter().find(|it| it.planned_code.as_deref() == Some(code) && it.row.id != id);
        ensure!(
            other.is_none(),
            Refusal::at("code", RefusalCode::Duplicate, format!("{code} is recorded already: correct it"))
        );
        let after_dose = visit.target_day > 1;
        let first = subject.first_dose_on();
        ensure!(
            !after_dose || first.is_some_and(|first| first <= self.date),
            Refusal::at(
                "code",
                RefusalCode::WrongState,
                format!("{code} comes after the first dose, and none is recorded up to {}", self.date),
            )
        );
        Ok(())
    }
}
