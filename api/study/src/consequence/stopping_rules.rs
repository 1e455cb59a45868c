//! Rules that pause enrolment, and the warning that more subjects are enrolled than planned.
//!
//! A cohort pauses as soon as two of its subjects had a dose-limiting toxicity (3+3). Rules on cohorts run in
//! open-label studies only: in a masked one who is in which cohort is not for the open stream.

use super::Step;
use crate::command::change;
use crate::command::enrolment::enrolled;
use crate::snapshot::Subject;
use chrono::NaiveDate;
use derivation::logic::Verdict;
use entity::row::Row;
use entity::rows;
use entity::terms::{FindingState, Masking, RuleState};
use policy::{Change, Refusal};
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

/// The rule on dose-limiting toxicities of a cohort.
pub(crate) const DLT_PAUSE: &str = "DLT_PAUSE";
/// The finding that more subjects are enrolled than planned.
const PLANNED_N_EXCEEDED: &str = "PLANNED_N_EXCEEDED";
/// Subjects with a dose-limiting toxicity at which a cohort pauses.
const PAUSE_AT: usize = 2;
/// The version of the rules.
const VERSION: i32 = 1;

pub(super) fn run(step: &Step<'_>) -> Result<Vec<Change>, Refusal> {
    let Some(study) = step.after.row() else { return Ok(Vec::new()) };
    let today = step.at.date(crate::view::zone(&study.time_zone));
    let mut changes = Vec::new();
    changes.extend(planned_number(step, &study.row, today)?);
    if study.masking != Masking::Open {
        return Ok(changes);
    }
    let mut ids = step.at.ids("stopping rules");
    for cohort in touched(step) {
        let members = step.after.all().filter(|subject| subject.cohort_row() == Some(cohort));
        let toxic = members.filter(|subject| counted(subject, today)).count();
        let state = match toxic {
            0 => RuleState::Clear,
            1 => RuleState::Watch,
            PAUSE_AT.. => RuleState::Pause,
        };
        let facts =
            format!("{toxic} of the cohort's subjects had a dose-limiting toxicity; {PAUSE_AT} pause it");
        let rules = &step.after.rows.stopping_rules;
        let held = rules.iter().find(|it| it.cohort_id == Some(cohort) && it.rule == DLT_PAUSE);
        let row = match held {
            Some(held) if held.state == state && held.facts == facts => continue,
            Some(held) => rows::StoppingRule { state, facts, ..held.row.clone() },
            None if state == RuleState::Clear => continue,
            None => rows::StoppingRule {
                id: ids.draw(),
                study_id: step.after.study(),
                cohort_id: Some(cohort),
                rule: DLT_PAUSE.to_owned(),
                state,
                facts,
            },
        };
        changes.push(change(&row)?);
    }
    Ok(changes)
}

/// Cohorts of subjects of whom the command changed what a dose-limiting toxicity is judged by.
fn touched(step: &Step<'_>) -> BTreeSet<Uuid> {
    let judged_anew = |subject: &Subject| {
        let Some(before) = step.before.subject(subject.id()) else { return false };
        let (old, new) = (&before.rows, &subject.rows);
        let same = Arc::ptr_eq(&old.adverse_events, &new.adverse_events)
            && Arc::ptr_eq(&old.adverse_event_grades, &new.adverse_event_grades)
            && Arc::ptr_eq(&old.adverse_event_causalities, &new.adverse_event_causalities)
            && Arc::ptr_eq(&old.dlt_adjudications, &new.dlt_adjudications)
            && Arc::ptr_eq(&old.doses, &new.doses)
            && Arc::ptr_eq(&old.allocations, &new.allocations)
            && Arc::ptr_eq(&old.medications, &new.medications)
            && Arc::ptr_eq(&old.lab_results, &new.lab_results);
        !same && !new.adverse_events.is_empty()
    };
    step.changed().filter(|it| judged_anew(it)).filter_map(|it| it.cohort_row()).collect()
}

/// More subjects than planned are never refused: an expansion needs them, and somebody has to know.
fn planned_number(step: &Step<'_>, study: &rows::Study, today: NaiveDate) -> Result<Option<Change>, Refusal> {
    let newly = |subject: &Subject| {
        step.before.subject(subject.id()).and_then(|it| it.row.enrolled_on) != subject.row.enrolled_on
    };
    if !step.changed().any(|subject| newly(subject)) {
        return Ok(None);
    }
    let findings = &step.after.rows.findings;
    let held = findings.iter().find(|it| it.rule == PLANNED_N_EXCEEDED);
    let planned = usize::try_from(study.planned_enrolment).unwrap_or(usize::MAX);
    let exceeded = enrolled(step.after) > planned;
    let row = match (held, exceeded) {
        (Some(held), true) if held.state == FindingState::Closed => {
            rows::Finding { state: FindingState::Open, raised_on: today, ..held.row.clone() }
        }
        (Some(held), false) if held.state == FindingState::Open => {
            rows::Finding { state: FindingState::Closed, ..held.row.clone() }
        }
        (None, true) => rows::Finding {
            id: step.at.ids("planned number").draw(),
            study_id: step.after.study(),
            subject_id: None,
            rule: PLANNED_N_EXCEEDED.to_owned(),
            rule_version: VERSION,
            record_table: Some(rows::Study::TABLE.to_owned()),
            record_id: Some(step.after.study()),
            message: format!("more subjects are enrolled than the {planned} planned"),
            state: FindingState::Open,
            raised_on: today,
        },
        (Some(_), _) | (None, false) => return Ok(None),
    };
    change(&row).map(Some)
}

/// Whether a subject counts as one with a dose-limiting toxicity: by the adjudication, or by the rule until there is
/// one.
fn counted(subject: &Subject, on: NaiveDate) -> bool {
    !subject.rows.adverse_events.is_empty() && subject.dlt(on).dlt == Verdict::Met
}
