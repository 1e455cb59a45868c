//! State that a subject's protocol deviations are complete through a day: what the per-protocol set waits for.

use crate::command::{Desk, check, decides};
use chrono::NaiveDate;
use entity::rows;
use policy::{Refusal, RefusalCode, Side};
use serde::Serialize;
use uuid::Uuid;

/// State that every protocol deviation of a subject through a day is recorded and classified.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReviewProtocolDeviations {
    /// The subject.
    pub subject: Uuid,
    /// The last day that was looked at, not in the future.
    pub through: NaiveDate,
    /// Why an earlier day is stated now; required when a later one stands (P11-04).
    pub reason: Option<String>,
}

decides!(ReviewProtocolDeviations as ReviewProtocolDeviations, identities = |it| vec![it.subject]);

impl ReviewProtocolDeviations {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let subject = desk.subject("subject", self.subject)?;
        check::not_future("through", self.through, desk.today_of(subject))?;
        check::not_before("through", self.through, subject.row.screened_on, "screening")?;
        let mut open = subject
            .rows
            .protocol_deviations
            .iter()
            .filter(|it| it.important.is_none() && it.occurred_on <= self.through);
        if let Some(first) = open.next() {
            let more = open.count();
            let day = first.occurred_on;
            let message = format!(
                "the deviation of {day} is not classified{}: classify it first, or give an earlier day",
                if more > 0 { format!(", nor are {more} more") } else { String::new() }
            );
            return Err(Refusal::at("through", RefusalCode::WrongState, message));
        }
        let saved = subject.rows.deviation_reviews.first();
        let row = rows::DeviationReview {
            id: saved.map_or_else(|| desk.ids.draw(), |saved| saved.row.id),
            study_id: desk.study.study(),
            subject_id: subject.id(),
            through: self.through,
        };
        if let Some(saved) = saved {
            check::differs(&saved.row, &row)?;
        }
        desk.put(&row)?;
        let takes_back = saved.is_some_and(|saved| self.through < saved.through);
        if takes_back || self.reason.is_some() {
            return desk.reason(self.reason.as_deref(), subject, side);
        }
        Ok(())
    }
}
