//! Record a dose.

use super::DoseFields;
use crate::command::enrolment::has_room;
use crate::command::{Desk, Heads, check, decides};
use crate::snapshot::Subject;
use crate::snapshot::tables::find;
use entity::rows;
use entity::terms::SubjectStatus;
use policy::{DataGroup, Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use uuid::Uuid;

/// Record a dose of the product or of lymphodepletion: never before consent, confirmed eligibility and enrolment
/// (P11-38). The first dose of the product puts the subject on treatment.
///
/// In a masked study only who may know the treatment records doses, and names the cohort with the first one: that is
/// the allocation. Both lie in the sealed stream.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordDose {
    /// The subject.
    pub subject: Uuid,
    /// The cohort of a subject that has none yet; absent in an open-label study.
    pub cohort: Option<Uuid>,
    /// The dose.
    #[serde(flatten)]
    pub dose: DoseFields,
}

decides!(RecordDose as RecordDose, heads = Heads::BOTH);

impl RecordDose {
    fn run(&self, desk: &mut Desk<'_>, _side: &Side) -> Result<(), Refusal> {
        let subject = desk.subject("subject", self.subject)?;
        may_know(desk, subject)?;
        in_sequence(subject, &self.dose)?;
        let (cohort, allocation) = self.cohort(desk, subject)?;
        let id = desk.ids.draw();
        let row = self.dose.row(desk, subject, (id, Some(cohort.cells_per_kg)))?;
        desk.put_treatment(&row)?;
        if let Some(allocation) = allocation {
            desk.put_treatment(&allocation)?;
        }
        let product = self.dose.agent == subject.rulebook.product().agent;
        if product && subject.row.status == SubjectStatus::Enrolled {
            desk.put(&rows::Subject { status: SubjectStatus::OnTreatment, ..subject.row.row.clone() })?;
        }
        Ok(())
    }

    /// The subject's cohort, and the allocation when the first dose makes it.
    fn cohort<'d>(
        &self,
        desk: &mut Desk<'d>,
        subject: &Subject,
    ) -> Result<(&'d rows::Cohort, Option<rows::Allocation>), Refusal> {
        let named = self.cohort.map(|id| desk.cohort("cohort", id)).transpose()?;
        if let Some(held) = subject.cohort_row() {
            ensure!(
                named.is_none_or(|named| named.id == held),
                Refusal::at(
                    "cohort",
                    RefusalCode::WrongState,
                    "the subject belongs to another cohort: leave it out"
                )
            );
            let cohort = find(&desk.study.rows.cohorts, held).map(|rec| &rec.row);
            let missing = || Refusal::not_found("cohort", policy::Kind::Cohort);
            return Ok((cohort.ok_or_else(missing)?, None));
        }
        let named = named.ok_or_else(|| {
            Refusal::at(
                "cohort",
                RefusalCode::Required,
                "the subject has no cohort yet: say which it is dosed in",
            )
        })?;
        has_room(desk.study, named)?;
        let allocation = rows::Allocation {
            id: desk.ids.draw(),
            study_id: desk.study.study(),
            subject_id: subject.id(),
            cohort_id: named.id,
            allocated_on: self.dose.given_on,
        };
        Ok((named, Some(allocation)))
    }
}

/// Refuses whoever must not know the treatment.
fn may_know(desk: &Desk<'_>, subject: &Subject) -> Result<(), Refusal> {
    let sees = desk.view.subject_by_row(subject.id()).is_some_and(|seen| seen.sees(DataGroup::Dosing));
    ensure!(sees, Refusal::forbidden());
    Ok(())
}

/// Consent, then confirmed eligibility, then enrolment, then the dose (P11-38).
fn in_sequence(subject: &Subject, dose: &DoseFields) -> Result<(), Refusal> {
    for purpose in &subject.rulebook.consents().required {
        check::consented("subject", subject, *purpose, dose.given_on)?;
    }
    let refuse = |code, message: &str| Err(Refusal::at("subject", code, message));
    if subject.row.eligibility_confirmed_on.is_none() {
        return refuse(RefusalCode::NotEligible, "nothing is given before eligibility is confirmed");
    }
    if subject.row.enrolled_on.is_none() {
        return refuse(RefusalCode::WrongState, "nothing is given before enrolment: enrol the subject first");
    }
    let ended = subject.rows.dispositions.iter().map(|it| it.occurred_on).min();
    if ended.is_some_and(|ended| ended < dose.given_on) {
        return refuse(RefusalCode::WrongState, "the subject's participation had ended by then");
    }
    Ok(())
}
