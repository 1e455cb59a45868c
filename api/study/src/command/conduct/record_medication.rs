//! Record a medication.

use super::{MedicationFields, record_lab_results::recipient};
use crate::command::{Desk, check, decides};
use entity::terms::ConsentPurpose;
use policy::{Refusal, Side};
use serde::Serialize;
use uuid::Uuid;

/// Record a concomitant medication. It may have begun before screening, and is recorded after the consent.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordMedication {
    /// The subject.
    pub subject: Uuid,
    /// The medication.
    #[serde(flatten)]
    pub medication: MedicationFields,
}

decides!(RecordMedication as RecordMedication, identities = |it| vec![it.subject]);

impl RecordMedication {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let subject = recipient(desk, self.subject)?;
        let id = desk.ids.draw();
        let row = self.medication.row(desk, subject, (id, side))?;
        // It tells of the time up to today, or up to its end.
        let today = desk.today_of(subject);
        let last = row.end.as_ref().map_or(today, |end| end.latest().min(today));
        check::consented("subject", subject, ConsentPurpose::Study, last.max(subject.row.screened_on))?;
        desk.put(&row)
    }
}
