//! Enrol an eligible subject.

use crate::Snapshot;
use crate::command::{Desk, check, decides};
use crate::snapshot::Subject;
use chrono::NaiveDate;
use entity::rows;
use entity::terms::{CohortStatus, RuleState, SubjectStatus};
use policy::{Refusal, RefusalCode, Side};
use serde::Serialize;
use uuid::Uuid;

/// Enrol an eligible subject. Whether there is a free place is judged over all sites. Enrolment beyond the planned
/// number is a finding and never refused.
///
/// In a masked study nobody who enrols may know the treatment: the cohort stays absent, and whoever gives the first
/// dose allocates it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EnrollSubject {
    /// The subject.
    pub subject: Uuid,
    /// The cohort; required in an open-label study, absent in a masked one.
    pub cohort: Option<Uuid>,
    /// The day of enrolment, not in the future; today at the site unless given.
    pub enrolled_on: Option<NaiveDate>,
}

decides!(EnrollSubject as EnrollSubject);

impl EnrollSubject {
    fn run(&self, desk: &mut Desk<'_>, _side: &Side) -> Result<(), Refusal> {
        let subject = desk.subject("subject", self.subject)?;
        let cohort = self.cohort.map(|id| desk.cohort("cohort", id)).transpose()?;
        let today = desk.today_of(subject);
        let enrolled_on = self.enrolled_on.unwrap_or(today);
        check::not_future("enrolledOn", enrolled_on, today)?;
        eligible(subject, enrolled_on)?;
        match (desk.is_masked(), cohort) {
            (false, Some(cohort)) => has_room(desk.study, cohort)?,
            (false, None) => {
                return Err(Refusal::at("cohort", RefusalCode::Required, "say into which cohort"));
            }
            (true, None) => takes_subjects(desk.study)?,
            (true, Some(_)) => {
                let message = "who enrols in a masked study does not choose the cohort: leave it out";
                return Err(Refusal::invalid("cohort", message));
            }
        }
        desk.put(&rows::Subject {
            status: SubjectStatus::Enrolled,
            enrolled_on: Some(enrolled_on),
            ..subject.row.row.clone()
        })?;
        let Some(cohort) = cohort else { return Ok(()) };
        let allocation = rows::Allocation {
            id: desk.ids.draw(),
            study_id: desk.study.study(),
            subject_id: subject.id(),
            cohort_id: cohort.id,
            allocated_on: enrolled_on,
        };
        desk.put_treatment(&allocation)
    }
}

/// Confirmed by that day, not enrolled before, and with every consent that the protocol requires (P11-38).
fn eligible(subject: &Subject, on: NaiveDate) -> Result<(), Refusal> {
    let refuse = |code, message: &str| Err(Refusal::at("subject", code, message));
    match subject.row.status {
        SubjectStatus::Eligible => {}
        SubjectStatus::Screening => {
            return refuse(RefusalCode::NotEligible, "eligibility has to be confirmed first");
        }
        SubjectStatus::Enrolled | SubjectStatus::OnTreatment | SubjectStatus::FollowUp => {
            return refuse(RefusalCode::WrongState, "the subject is enrolled already");
        }
        SubjectStatus::ScreenFailed | SubjectStatus::Completed | SubjectStatus::Withdrawn => {
            return refuse(RefusalCode::WrongState, "the subject's participation has ended");
        }
    }
    if let Some(confirmed) = subject.row.eligibility_confirmed_on {
        check::not_before("enrolledOn", on, confirmed, "the confirmation of eligibility")?;
    }
    for purpose in &subject.rulebook.consents().required {
        check::consented("subject", subject, *purpose, on)?;
    }
    Ok(())
}

/// How many subjects of the whole study are in a cohort.
pub(crate) fn taken(study: &Snapshot, cohort: Uuid) -> usize {
    study.all().filter(|subject| subject.cohort_row() == Some(cohort)).count()
}

/// How many subjects of the whole study were ever enrolled.
pub(crate) fn enrolled(study: &Snapshot) -> usize {
    study.all().filter(|subject| subject.row.enrolled_on.is_some()).count()
}

/// Refuses unless a cohort is open, not paused, and has a free place.
pub(crate) fn has_room(study: &Snapshot, cohort: &rows::Cohort) -> Result<(), Refusal> {
    let refuse = |code, message: &str| Err(Refusal::at("cohort", code, message));
    match cohort.status {
        CohortStatus::Open => {}
        CohortStatus::Planned => return refuse(RefusalCode::WrongState, "the cohort is not open yet"),
        CohortStatus::Closed => return refuse(RefusalCode::WrongState, "the cohort is closed"),
    }
    if paused(study, Some(cohort.id)) {
        return refuse(RefusalCode::Paused, "a stopping rule pauses enrolment into the cohort");
    }
    if !usize::try_from(cohort.capacity).is_ok_and(|capacity| taken(study, cohort.id) < capacity) {
        return refuse(RefusalCode::CohortFull, "the cohort has no free place");
    }
    Ok(())
}

/// The same for a masked study: by how many are enrolled and how many the cohorts take together, and by nothing that
/// depends on who is in which.
fn takes_subjects(study: &Snapshot) -> Result<(), Refusal> {
    let refuse = |code, message: &str| Err(Refusal::at("subject", code, message));
    let opened: Vec<_> = study.rows.cohorts.iter().filter(|cohort| cohort.opened_on.is_some()).collect();
    if !opened.iter().any(|cohort| cohort.status == CohortStatus::Open) {
        return refuse(RefusalCode::WrongState, "the study takes no subjects now");
    }
    if paused(study, None) {
        return refuse(RefusalCode::Paused, "a stopping rule pauses enrolment");
    }
    let places: i64 = opened.iter().map(|cohort| i64::from(cohort.capacity)).sum();
    if i64::try_from(enrolled(study)).is_ok_and(|enrolled| enrolled >= places) {
        return refuse(RefusalCode::CohortFull, "the study has no free place now");
    }
    Ok(())
}

/// Whether a rule on the study, or on the cohort, pauses or stops.
fn paused(study: &Snapshot, cohort: Option<Uuid>) -> bool {
    let rules = study.rows.stopping_rules.iter();
    rules
        .filter(|rule| rule.cohort_id.is_none() || rule.cohort_id == cohort)
        .any(|rule| matches!(rule.state, RuleState::Pause | RuleState::Stop))
}
