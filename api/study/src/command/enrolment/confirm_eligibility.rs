//! Confirm that a subject meets every criterion.

use super::{facts, record_eligibility};
use crate::command::{Desk, check, decides, expect_revision};
use crate::rulebook::{Criterion, Facts};
use crate::snapshot::Subject;
use chrono::NaiveDate;
use derivation::logic::Verdict;
use entity::rows;
use entity::terms::{ConsentPurpose, CriterionKind, CriterionResult, SubjectStatus};
use policy::{Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use uuid::Uuid;

/// Confirm that every inclusion criterion is met and every exclusion criterion is not. What is unknown blocks, and
/// nothing is waived.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfirmEligibility {
    /// The subject.
    pub subject: Uuid,
    /// The subject's own last change, if the caller wants it judged.
    pub expected_revision: Option<u64>,
    /// The day of the confirmation, not in the future; today at the site unless given.
    pub confirmed_on: Option<NaiveDate>,
}

decides!(ConfirmEligibility as ConfirmEligibility, identities = |it| vec![it.subject]);

impl ConfirmEligibility {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let subject = desk.subject("subject", self.subject)?;
        if self.expected_revision.is_some() {
            expect_revision(self.expected_revision, subject.row.revision)?;
        }
        ensure!(
            subject.row.status == SubjectStatus::Screening,
            Refusal::at("subject", RefusalCode::WrongState, "eligibility is confirmed once, in screening")
        );
        let today = desk.today_of(subject);
        let confirmed_on = self.confirmed_on.unwrap_or(today);
        check::not_future("confirmedOn", confirmed_on, today)?;
        check::not_before("confirmedOn", confirmed_on, subject.row.screened_on, "screening")?;
        check::consented("subject", subject, ConsentPurpose::Study, confirmed_on)?;
        let known = facts::known(subject, side, confirmed_on);
        let criteria = subject.rulebook.criteria().iter();
        let open: Vec<String> =
            criteria.filter_map(|criterion| objection(subject, criterion, &known)).collect();
        ensure!(
            open.is_empty(),
            Refusal::at(
                "subject",
                RefusalCode::NotEligible,
                format!("{}; every criterion has to be settled, and none can be waived", open.join("; ")),
            )
        );
        desk.put(&rows::Subject {
            status: SubjectStatus::Eligible,
            eligibility_confirmed_on: Some(confirmed_on),
            ..subject.row.row.clone()
        })
    }
}

/// What stands against a subject by one criterion.
fn objection(subject: &Subject, criterion: &Criterion, known: &Facts) -> Option<String> {
    let id = &criterion.id;
    let Some(saved) = record_eligibility::saved(subject, id) else {
        return Some(format!("{id} has no result"));
    };
    if saved.criterion_version != record_eligibility::version(criterion) {
        return Some(format!("{id} was judged by an older version of its text"));
    }
    match (criterion.kind, saved.result) {
        (_, CriterionResult::Unknown) => return Some(format!("{id} is unknown")),
        (CriterionKind::Inclusion, CriterionResult::NotMet) => return Some(format!("{id} is not met")),
        (CriterionKind::Exclusion, CriterionResult::Met) => return Some(format!("{id} excludes")),
        (CriterionKind::Inclusion, CriterionResult::Met)
        | (CriterionKind::Exclusion, CriterionResult::NotMet) => {}
    }
    // Records may have changed since the result was entered.
    let verdict = criterion.evaluate(known);
    let denied = verdict != Verdict::NotEvaluable && !criterion.admits(verdict);
    denied.then(|| format!("{id} is contradicted by the records as they are now"))
}
