//! Record the results of eligibility criteria.

use super::facts;
use crate::command::{Desk, check, decides, expect_revision, line};
use crate::rulebook::{Criterion, Fact, FactKind, Facts};
use crate::snapshot::Subject;
use crate::snapshot::tables::Rec;
use chrono::NaiveDate;
use derivation::logic::Verdict;
use entity::rows;
use entity::terms::{CriterionResult, SubjectStatus};
use policy::{Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use std::collections::HashSet;
use uuid::Uuid;

/// Most characters of what was observed.
const OBSERVED_MAX: usize = 500;

/// What was found for one criterion.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CriterionFound {
    /// The criterion's id in the protocol.
    pub criterion: String,
    /// Whether it is met.
    pub result: CriterionResult,
    /// What was seen.
    pub observed: Option<String>,
    /// The saved result's own last change; required when a saved result changes.
    pub expected_revision: Option<u64>,
}

/// A yes or no that no record answers, such as whether the subject is lactating.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FactAnswer {
    /// The fact's name in the protocol file.
    pub fact: String,
    /// The answer.
    pub yes: bool,
}

/// Record what was found for eligibility criteria. Where the protocol states a check and the records decide it, a
/// result that contradicts them is refused. A result that changes after the confirmation takes the confirmation back;
/// after enrolment a saved result can still be corrected, and what was decided on it stays decided.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordEligibility {
    /// The subject; after screening only saved results change.
    pub subject: Uuid,
    /// The day of the assessment, not in the future.
    pub assessed_on: NaiveDate,
    /// One result a criterion.
    pub results: Vec<CriterionFound>,
    /// What no record answers.
    pub answers: Vec<FactAnswer>,
    /// Why; required when a saved result changes.
    pub reason: Option<String>,
}

decides!(RecordEligibility as RecordEligibility, identities = |it| vec![it.subject]);

impl RecordEligibility {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let subject = desk.subject("subject", self.subject)?;
        let in_screening = matches!(subject.row.status, SubjectStatus::Screening | SubjectStatus::Eligible);
        ensure!(
            in_screening || self.results.iter().all(|found| saved(subject, &found.criterion).is_some()),
            Refusal::at(
                "subject",
                RefusalCode::WrongState,
                "results are recorded while the subject is in screening; later, saved ones are corrected"
            )
        );
        check::recordable(desk, subject, ("assessedOn", self.assessed_on))?;
        ensure!(
            !self.results.is_empty(),
            Refusal::at("results", RefusalCode::Required, "give the result of at least one criterion")
        );
        let mut known = facts::known(subject, side, self.assessed_on);
        self.answer(&mut known)?;
        let mut seen = HashSet::new();
        let (mut laid, mut changed) = (false, false);
        for (place, found) in self.results.iter().enumerate() {
            let path = format!("results.{place}");
            ensure!(
                seen.insert(found.criterion.as_str()),
                Refusal::at(
                    &format!("{path}.criterion"),
                    RefusalCode::Duplicate,
                    "the criterion is given twice"
                )
            );
            let criterion = criterion(subject, found, &path)?;
            contradicted(found, criterion, &known, &path)?;
            let saved = saved(subject, &found.criterion);
            let row = self.row(desk, (subject, &path, side), (found, criterion), saved)?;
            match saved {
                Some(saved) if saved.row == row => continue,
                Some(saved) => {
                    expect_revision(found.expected_revision, saved.revision).map_err(|it| it.under(&path))?;
                    changed = true;
                }
                None => {}
            }
            laid = true;
            desk.put(&row)?;
        }
        ensure!(
            laid,
            Refusal::at(
                "results",
                RefusalCode::InvalidValue,
                "nothing would change: the record says so already"
            )
        );
        if changed {
            desk.reason(self.reason.as_deref(), subject, side)?;
        }
        if subject.row.status == SubjectStatus::Eligible {
            let status = SubjectStatus::Screening;
            desk.put(&rows::Subject { status, eligibility_confirmed_on: None, ..subject.row.row.clone() })?;
        }
        Ok(())
    }

    fn answer(&self, known: &mut Facts) -> Result<(), Refusal> {
        let open = |fact: &&Fact| {
            fact.kind() == FactKind::YesNo && !matches!(fact, Fact::ConsentGiven | Fact::Female)
        };
        for (place, answer) in self.answers.iter().enumerate() {
            let fact = Fact::ALL.iter().filter(open).find(|fact| fact.name() == answer.fact);
            let fact = fact.ok_or_else(|| {
                let names = check::one_of(Fact::ALL.iter().filter(open).map(|fact| fact.name()));
                let message =
                    format!("`{}` is nothing that a person answers here; these are: {names}", answer.fact);
                Refusal::invalid(&format!("answers.{place}.fact"), message)
            })?;
            known.answer(*fact, answer.yes);
        }
        Ok(())
    }

    fn row(
        &self,
        desk: &mut Desk<'_>,
        (subject, path, side): (&Subject, &str, &Side),
        (found, criterion): (&CriterionFound, &Criterion),
        saved: Option<&Rec<rows::EligibilityResult>>,
    ) -> Result<rows::EligibilityResult, Refusal> {
        let observed = found.observed.as_deref();
        let observed = observed.map(|it| line(&format!("{path}.observed"), it, OBSERVED_MAX)).transpose()?;
        let withhold = check::withheld((subject.id(), side), &[("observed", observed.as_deref())]);
        Ok(rows::EligibilityResult {
            id: saved.map_or_else(|| desk.ids.draw(), |saved| saved.row.id),
            study_id: desk.study.study(),
            subject_id: subject.id(),
            criterion: criterion.id.clone(),
            criterion_version: version(criterion),
            kind: criterion.kind,
            result: found.result,
            observed,
            assessed_on: self.assessed_on,
            withhold,
        })
    }
}

/// The criterion's version as rows hold it.
pub(super) fn version(criterion: &Criterion) -> i32 {
    i32::try_from(criterion.version).unwrap_or(i32::MAX)
}

/// The saved result of a criterion.
pub(super) fn saved<'s>(subject: &'s Subject, criterion: &str) -> Option<&'s Rec<rows::EligibilityResult>> {
    subject.rows.eligibility_results.iter().find(|it| it.criterion == criterion)
}

fn criterion<'s>(subject: &'s Subject, found: &CriterionFound, path: &str) -> Result<&'s Criterion, Refusal> {
    let book = &subject.rulebook;
    book.criterion(&found.criterion).ok_or_else(|| {
        let ids = check::one_of(book.criteria().iter().map(|criterion| criterion.id.as_str()));
        let message = format!("the protocol has no criterion `{}`; it has {ids}", found.criterion);
        Refusal::invalid(&format!("{path}.criterion"), message)
    })
}

fn contradicted(
    found: &CriterionFound,
    criterion: &Criterion,
    known: &Facts,
    path: &str,
) -> Result<(), Refusal> {
    let (verdict, word) = match criterion.evaluate(known) {
        Verdict::Met => (CriterionResult::Met, "met"),
        Verdict::NotMet => (CriterionResult::NotMet, "not met"),
        Verdict::NotEvaluable => return Ok(()),
    };
    if found.result == verdict || found.result == CriterionResult::Unknown {
        return Ok(());
    }
    let check = criterion.check.as_ref();
    let asked = check.map(|check| check.facts()).unwrap_or_default();
    let told = |fact| known.observed(fact).map(|value| format!("{} is {value}", fact.name()));
    let seen: Vec<String> = asked.into_iter().filter_map(told).collect();
    let stated = check.map(ToString::to_string).unwrap_or_default();
    let message = format!(
        "by the records {} ({stated}) is {word}: {}; correct the record or the result",
        criterion.id,
        seen.join(", ")
    );
    Err(Refusal::invalid(&format!("{path}.result"), message))
}
