//! Open a cohort for enrolment, close it, or change how many subjects it takes.

use crate::command::enrolment::taken;
use crate::command::{Desk, check, decides, expect_revision};
use crate::snapshot::tables::find;
use entity::rows;
use entity::terms::{CohortStatus, StudyStatus};
use policy::{Kind, Party, Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use uuid::Uuid;

/// Open a cohort for enrolment, or close it. Whether the data allow the next dose level is a decision of persons: this
/// records it. Opening a planned cohort is the course of things; anything later needs a reason.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenCohort {
    /// The cohort.
    pub cohort: Uuid,
    /// Whether it is open from now on.
    pub open: bool,
    /// How many subjects it takes from now on; unchanged when absent. At least as many as it has.
    pub capacity: Option<i32>,
    /// Why; required unless a planned cohort is opened.
    pub reason: Option<String>,
    /// The cohort's own last change; required unless a planned cohort is opened.
    pub expected_revision: Option<u64>,
}

decides!(OpenCohort as OpenCohort);

impl OpenCohort {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        desk.permit()?;
        // The order in which levels open tells who may be in which: in a masked study that is for the pharmacist to know
        // and not for the sponsor, who finds no cohort below. In an open-label one it is the sponsor's to decide.
        ensure!(desk.is_masked() || desk.acts_for(Party::Sponsor), Refusal::forbidden());
        desk.cohort("cohort", self.cohort)?;
        let cohort = find(&desk.study.rows.cohorts, self.cohort);
        let cohort = cohort.ok_or_else(|| Refusal::not_found("cohort", Kind::Cohort))?;
        let first = cohort.status == CohortStatus::Planned;
        if !first {
            expect_revision(self.expected_revision, cohort.revision)?;
        }
        let capacity = self.allowed(desk, cohort)?;
        let status = if self.open { CohortStatus::Open } else { CohortStatus::Closed };
        let today = desk.at.date(desk.view.zone());
        let opened_on = cohort.opened_on.or_else(|| self.open.then_some(today));
        desk.put(&rows::Cohort { status, opened_on, capacity, ..cohort.row.clone() })?;
        if !first {
            let reason = check::reason_row(desk, self.reason.as_deref(), (None, side))?;
            desk.put(&reason)?;
        }
        let planned = desk.study.row().filter(|row| row.status == StudyStatus::Planned);
        if let Some(row) = planned.filter(|_| self.open) {
            desk.put(&rows::Study { status: StudyStatus::Recruiting, ..row.row.clone() })?;
        }
        Ok(())
    }

    /// The capacity that the cohort has from now on.
    fn allowed(&self, desk: &Desk<'_>, cohort: &rows::Cohort) -> Result<i32, Refusal> {
        let wrong = |message: &str| Err(Refusal::at("open", RefusalCode::WrongState, message));
        let capacity = self.capacity.unwrap_or(cohort.capacity);
        match (self.open, cohort.status) {
            (true, CohortStatus::Open) if capacity == cohort.capacity => {
                return wrong("the cohort is open already");
            }
            (false, CohortStatus::Closed) => return wrong("the cohort is closed already"),
            (false, CohortStatus::Planned) => return wrong("the cohort was never opened"),
            (true, CohortStatus::Planned | CohortStatus::Open | CohortStatus::Closed)
            | (false, CohortStatus::Open) => {}
        }
        ensure!(capacity >= 1, Refusal::invalid("capacity", "a cohort takes at least 1 subject"));
        // In a masked study how many are in a cohort is not to be told, not even by a refusal.
        if self.capacity.is_some() && !desk.is_masked() {
            let taken = taken(desk.study, cohort.id);
            ensure!(
                usize::try_from(capacity).is_ok_and(|capacity| capacity >= taken),
                Refusal::invalid(
                    "capacity",
                    format!("the cohort has {taken} subjects already: give that or more")
                )
            );
        }
        Ok(capacity)
    }
}
