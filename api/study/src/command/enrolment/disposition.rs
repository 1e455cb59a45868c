//! How participation ends, and what is right for it.

use crate::command::{Desk, check, free_text};
use crate::snapshot::Subject;
use chrono::NaiveDate;
use entity::rows;
use entity::terms::{DispositionKind, SubjectStatus};
use policy::{Refusal, RefusalCode, Side};
use serde::Serialize;
use uuid::Uuid;

/// What is recorded of the end of participation.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DispositionFields {
    /// How it ended.
    pub kind: DispositionKind,
    /// When, not in the future.
    pub occurred_on: NaiveDate,
    /// Why; required unless the subject completed the study as planned.
    pub cause: Option<String>,
}

impl DispositionFields {
    /// Where the subject stands after it.
    pub(in crate::command) const fn status(&self) -> SubjectStatus {
        match self.kind {
            DispositionKind::ScreenFailed => SubjectStatus::ScreenFailed,
            DispositionKind::Completed => SubjectStatus::Completed,
            DispositionKind::Withdrawn | DispositionKind::LostToFollowUp | DispositionKind::Died => {
                SubjectStatus::Withdrawn
            }
        }
    }

    /// The row that the fields make, under an id that may be a saved one's. `path` names the field of the cause.
    pub(in crate::command) fn row(
        &self,
        desk: &Desk<'_>,
        subject: &Subject,
        (id, path, side): (Uuid, &str, &Side),
    ) -> Result<rows::Disposition, Refusal> {
        self.fits(subject)?;
        check::not_future("occurredOn", self.occurred_on, desk.today_of(subject))?;
        check::not_before("occurredOn", self.occurred_on, subject.row.screened_on, "screening")?;
        if let Some(enrolled) = subject.row.enrolled_on {
            check::not_before("occurredOn", self.occurred_on, enrolled, "enrolment")?;
        }
        let given = self.cause.as_deref();
        let reason = match self.kind {
            DispositionKind::Completed => free_text(path, given, subject.id(), side)?,
            DispositionKind::ScreenFailed
            | DispositionKind::Withdrawn
            | DispositionKind::LostToFollowUp
            | DispositionKind::Died => Some(check::demanded(path, given, (subject.id(), side))?),
        };
        Ok(rows::Disposition {
            id,
            study_id: desk.study.study(),
            subject_id: subject.id(),
            kind: self.kind,
            occurred_on: self.occurred_on,
            reason,
        })
    }

    /// Whether participation can end this way, by how far the subject came.
    fn fits(&self, subject: &Subject) -> Result<(), Refusal> {
        let refuse = |message: &str| Err(Refusal::at("subject", RefusalCode::WrongState, message));
        match self.kind {
            DispositionKind::ScreenFailed if subject.row.enrolled_on.is_some() => {
                refuse("only a subject in screening fails it: the subject is withdrawn")
            }
            DispositionKind::Completed if subject.first_dose_on().is_none() => {
                refuse("only a subject who was dosed completes the study")
            }
            DispositionKind::ScreenFailed
            | DispositionKind::Withdrawn
            | DispositionKind::Completed
            | DispositionKind::LostToFollowUp
            | DispositionKind::Died => Ok(()),
        }
    }
}
