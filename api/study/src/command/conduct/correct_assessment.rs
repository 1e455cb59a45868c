//! Correct an assessment.

use super::{AssessmentItems, record_assessment::assessor};
use crate::command::{Desk, check, decides, expect_revision};
use chrono::NaiveDate;
use entity::rows;
use policy::{Kind, Refusal, Side, ensure};
use serde::Serialize;
use uuid::Uuid;

/// Correct an assessment: its items as a whole, its day and its assessor. What it said before stays in the ledger.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CorrectAssessment {
    /// The subject that the assessment belongs to.
    pub subject: Uuid,
    /// The assessment.
    pub assessment: Uuid,
    /// The day that it speaks of; as it was unless given.
    pub assessed_on: Option<NaiveDate>,
    /// Who assessed; as it was unless given.
    pub assessor: Option<String>,
    /// All items as they shall be, of the same instrument.
    pub items: AssessmentItems,
    /// Why (P11-04).
    pub reason: Option<String>,
    /// The assessment's own last change, as the caller read it (P11-40).
    pub expected_revision: Option<u64>,
}

decides!(CorrectAssessment as CorrectAssessment, identities = |it| vec![it.subject]);

impl CorrectAssessment {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let at = ("assessment", self.assessment);
        let subject = check::owner(desk, at, Kind::Assessment, self.subject)?;
        let saved = check::row_of(&subject.rows.assessments, at, Kind::Assessment)?;
        expect_revision(self.expected_revision, saved.revision)?;
        ensure!(
            saved.instrument == self.items.instrument(),
            Refusal::invalid("items", "the items are of another instrument than the assessment")
        );
        let assessed_on = self.assessed_on.unwrap_or(saved.assessed_on);
        check::recordable(desk, subject, ("assessedOn", assessed_on))?;
        let assessor = match self.assessor.as_deref() {
            Some(given) => assessor(desk, Some(given))?,
            None => saved.assessor.clone(),
        };
        let items = self.items.checked((subject.id(), side))?;
        let row = rows::Assessment { assessed_on, assessor, items, ..saved.row.clone() };
        check::differs(&saved.row, &row)?;
        desk.put(&row)?;
        desk.reason(self.reason.as_deref(), subject, side)
    }
}
