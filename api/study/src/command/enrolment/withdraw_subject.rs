//! End a subject's participation.

use crate::command::{Desk, check, decides, free_text};
use crate::snapshot::Subject;
use chrono::NaiveDate;
use entity::rows;
use entity::terms::{DispositionKind, SubjectStatus};
use policy::{Refusal, RefusalCode, Side};
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
        self.fits(subject)?;
        check::not_future("occurredOn", self.occurred_on, desk.today_of(subject))?;
        check::not_before("occurredOn", self.occurred_on, subject.row.screened_on, "screening")?;
        if let Some(enrolled) = subject.row.enrolled_on {
            check::not_before("occurredOn", self.occurred_on, enrolled, "enrolment")?;
        }
        let (status, demands_reason) = match self.kind {
            DispositionKind::ScreenFailed => (SubjectStatus::ScreenFailed, true),
            DispositionKind::Completed => (SubjectStatus::Completed, false),
            DispositionKind::Withdrawn | DispositionKind::LostToFollowUp | DispositionKind::Died => {
                (SubjectStatus::Withdrawn, true)
            }
        };
        let given = self.reason.as_deref();
        let reason = if demands_reason {
            Some(check::demanded("reason", given, (subject.id(), side))?)
        } else {
            free_text("reason", given, subject.id(), side)?
        };
        desk.put(&rows::Subject { status, ..subject.row.row.clone() })?;
        let disposition = rows::Disposition {
            id: desk.ids.draw(),
            study_id: desk.study.study(),
            subject_id: subject.id(),
            kind: self.kind,
            occurred_on: self.occurred_on,
            reason,
        };
        desk.put(&disposition)
    }

    /// Whether participation can end this way.
    fn fits(&self, subject: &Subject) -> Result<(), Refusal> {
        let refuse = |message: &str| Err(Refusal::at("subject", RefusalCode::WrongState, message));
        if !subject.rows.dispositions.is_empty() {
            return refuse("the subject's participation has ended already");
        }
        let status = subject.row.status;
        match self.kind {
            DispositionKind::ScreenFailed
                if !matches!(status, SubjectStatus::Screening | SubjectStatus::Eligible) =>
            {
                refuse("only a subject in screening fails it: the subject is withdrawn")
            }
            DispositionKind::Completed
                if !matches!(status, SubjectStatus::OnTreatment | SubjectStatus::FollowUp) =>
            {
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
