//! Record a protocol deviation.

use crate::command::{Desk, check, decides};
use crate::snapshot::Subject;
use chrono::NaiveDate;
use entity::rows;
use entity::terms::DeviationCategory;
use policy::{Refusal, Side};
use serde::Serialize;
use uuid::Uuid;

/// What a site records of a protocol deviation.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviationFields {
    /// What was deviated from.
    pub category: DeviationCategory,
    /// When, not in the future and not before screening.
    pub occurred_on: NaiveDate,
    /// What happened.
    pub description: String,
}

/// Record a protocol deviation (ICH E3; CDISC domain DV). The sponsor classifies it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordProtocolDeviation {
    /// The subject.
    pub subject: Uuid,
    /// The deviation.
    #[serde(flatten)]
    pub deviation: DeviationFields,
}

decides!(RecordProtocolDeviation as RecordProtocolDeviation, identities = |it| vec![it.subject]);

impl RecordProtocolDeviation {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let subject = desk.subject("subject", self.subject)?;
        let id = desk.ids.draw();
        let row = self.deviation.row(desk, subject, (id, side))?;
        desk.put(&row)
    }
}

impl DeviationFields {
    /// The row that the fields make, under an id that may be a saved deviation's. It is not classified: what a correction
    /// says anew is judged anew.
    pub(super) fn row(
        &self,
        desk: &Desk<'_>,
        subject: &Subject,
        (id, side): (Uuid, &Side),
    ) -> Result<rows::ProtocolDeviation, Refusal> {
        check::not_future("occurredOn", self.occurred_on, desk.today_of(subject))?;
        check::not_before("occurredOn", self.occurred_on, subject.row.screened_on, "screening")?;
        Ok(rows::ProtocolDeviation {
            id,
            study_id: desk.study.study(),
            subject_id: subject.id(),
            category: self.category,
            occurred_on: self.occurred_on,
            description: check::demanded("description", Some(&self.description), (subject.id(), side))?,
            important: None,
            affects_efficacy: None,
            rationale: None,
        })
    }
}
