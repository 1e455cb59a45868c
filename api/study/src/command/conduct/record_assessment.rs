//! Record an assessment.

use super::AssessmentItems;
use crate::command::{Desk, check, decides};
use crate::snapshot::Subject;
use chrono::NaiveDate;
use entity::rows;
use policy::{Kind, Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use uuid::Uuid;

/// Most characters of who assessed.
const ASSESSOR_MAX: usize = 100;

/// Record one instrument filled in at a visit. One of a kind a visit: a second one is a correction.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordAssessment {
    /// The subject whose visit it is.
    pub subject: Uuid,
    /// The visit, which took place.
    pub visit: Uuid,
    /// The day that it speaks of, not in the future; the visit's unless given.
    pub assessed_on: Option<NaiveDate>,
    /// Who assessed, as the form names the person; whoever enters it unless given.
    pub assessor: Option<String>,
    /// The instrument's items.
    pub items: AssessmentItems,
}

decides!(RecordAssessment as RecordAssessment, identities = |it| vec![it.subject]);

impl RecordAssessment {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let subject = check::owner(desk, ("visit", self.visit), Kind::Visit, self.subject)?;
        let visit = check::visit_of(subject, self.visit)?;
        let assessed_on = self.assessed_on.unwrap_or(visit.date);
        check::recordable(desk, subject, ("assessedOn", assessed_on))?;
        let instrument = self.items.instrument();
        let row = rows::Assessment {
            id: desk.ids.draw(),
            study_id: desk.study.study(),
            subject_id: subject.id(),
            visit_id: visit.row.id,
            instrument,
            assessed_on,
            assessor: assessor(desk, self.assessor.as_deref())?,
            items: self.items.checked((subject.id(), side))?,
        };
        // Last: what is wrong with the form is worth knowing before it is entered as a correction.
        ensure!(
            !has(subject, visit.row.id, instrument),
            Refusal::at(
                "items",
                RefusalCode::Duplicate,
                "the visit has an assessment with this instrument already: correct that one",
            )
        );
        desk.put(&row)
    }
}

/// The person named, or whoever enters it.
pub(super) fn assessor(desk: &Desk<'_>, given: Option<&str>) -> Result<Option<String>, Refusal> {
    let name = given.unwrap_or(&desk.actor.display_name);
    check::optional("assessor", Some(name), ASSESSOR_MAX)
}

fn has(subject: &Subject, visit: Uuid, instrument: entity::terms::Instrument) -> bool {
    subject.rows.assessments.iter().any(|it| it.visit_id == visit && it.instrument == instrument)
}
