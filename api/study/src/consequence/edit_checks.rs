//! Edit checks: what looks wrong in a record is raised as a finding, and closed again when it is right.
//!
//! A finding names the record and the rule, never a value: whoever reads findings may not read every record. In a
//! masked study no finding depends on what lies in the sealed stream, but for the day of the first dose.

use super::Step;
use super::clocks::zone_of;
use crate::command::change;
use crate::command::conduct::is_unmasking;
use crate::snapshot::Subject;
use crate::snapshot::tables::Rec;
use chrono::NaiveDate;
use derivation::timeline::study_day;
use entity::row::Row;
use entity::rows;
use entity::terms::{FindingState, Masking, VisitStatus};
use policy::{Change, Refusal};
use uuid::Uuid;

/// The version of a rule below: a finding says under which it was raised.
fn version(rule: &str) -> i32 {
    // The first looked at complement alone, and at the visit's own results.
    if rule == LAB_SUGGESTS { 2 } else { 1 }
}
/// Days between a visit and one of its assessments that need no explanation.
const FAR_DAYS: i64 = 7;
/// Days between an event and its entry that count as contemporaneous (P11-48).
const LATE_DAYS: i64 = 5;

/// A planned visit took place outside its window.
const OUTSIDE_WINDOW: &str = "VISIT_OUTSIDE_WINDOW";
/// An assessment's day is far from its visit's.
const FAR_FROM_VISIT: &str = "ASSESSMENT_DATE_FAR_FROM_VISIT";
/// A drug is recorded twice for the same time.
const DUPLICATE_MEDICATION: &str = "DUPLICATE_MEDICATION";
/// A record was entered more than five days after what it tells of.
const LATE_ENTRY: &str = "LATE_ENTRY";
/// A descriptor says otherwise than the laboratory.
const LAB_SUGGESTS: &str = "LAB_SUGGESTS_OTHERWISE";

/// What a rule says of a record.
#[derive(Clone, Debug, PartialEq)]
struct Found {
    rule: &'static str,
    table: &'static str,
    record: Uuid,
    message: String,
}

pub(super) fn run(step: &Step<'_>) -> Result<Vec<Change>, Refusal> {
    let mut ids = step.at.ids("edit checks");
    let mut changes = Vec::new();
    for subject in step.changed() {
        let today = step.at.date(zone_of(step.after, subject));
        let found = found(step, subject, today);
        let mine = || subject.rows.findings.iter();
        let is =
            |it: &rows::Finding, found: &Found| it.rule == found.rule && it.record_id == Some(found.record);
        for found in &found {
            let row = match mine().find(|it| is(it, found)) {
                Some(held) if held.state == FindingState::Open && held.message == found.message => continue,
                Some(held) => rows::Finding {
                    state: FindingState::Open,
                    raised_on: if held.state == FindingState::Open { held.raised_on } else { today },
                    rule_version: version(found.rule),
                    message: found.message.clone(),
                    ..held.row.clone()
                },
                None => rows::Finding {
                    id: ids.draw(),
                    study_id: step.after.study(),
                    subject_id: Some(subject.id()),
                    rule: found.rule.to_owned(),
                    rule_version: version(found.rule),
                    record_table: Some(found.table.to_owned()),
                    record_id: Some(found.record),
                    message: found.message.clone(),
                    state: FindingState::Open,
                    raised_on: today,
                },
            };
            changes.push(change(&row)?);
        }
        let settled =
            mine().filter(|it| it.state == FindingState::Open && !found.iter().any(|found| is(it, found)));
        for held in settled {
            changes.push(change(&rows::Finding { state: FindingState::Closed, ..held.row.clone() })?);
        }
    }
    Ok(changes)
}

fn found(step: &Step<'_>, subject: &Subject, today: NaiveDate) -> Vec<Found> {
    let mut found = Vec::new();
    outside_window(subject, &mut found);
    far_from_visit(subject, &mut found);
    duplicate_medication(subject, &mut found);
    lab_suggests(subject, &mut found);
    late_entry(step, subject, today, &mut found);
    found
}

fn outside_window(subject: &Subject, found: &mut Vec<Found>) {
    let first = subject.first_dose_on();
    for visit in subject.rows.visits.iter().filter(|visit| visit.status == VisitStatus::Occurred) {
        let Some(planned) = visit.planned_code.as_deref().and_then(|code| subject.rulebook.visit(code))
        else {
            continue;
        };
        let Some(day) = study_day(visit.date, first) else { continue };
        let window = planned.on_time();
        if !(window.low..=window.high).contains(&day) {
            found.push(Found {
                rule: OUTSIDE_WINDOW,
                table: rows::Visit::TABLE,
                record: visit.row.id,
                message: format!(
                    "{} is planned for study days {} to {}",
                    planned.code, window.low, window.high
                ),
            });
        }
    }
}

fn far_from_visit(subject: &Subject, found: &mut Vec<Found>) {
    for assessment in subject.rows.assessments.iter() {
        let visit = subject.rows.visits.iter().find(|visit| visit.row.id == assessment.visit_id);
        let days = visit.map(|visit| (assessment.assessed_on - visit.date).num_days().abs());
        if days.is_some_and(|days| days > FAR_DAYS) {
            found.push(Found {
                rule: FAR_FROM_VISIT,
                table: rows::Assessment::TABLE,
                record: assessment.row.id,
                message: format!("the assessment is dated more than {FAR_DAYS} days from its visit"),
            });
        }
    }
}

fn duplicate_medication(subject: &Subject, found: &mut Vec<Found>) {
    let last = |it: &rows::Medication| match &it.end {
        Some(end) => end.latest(),
        None if it.ongoing => NaiveDate::MAX,
        None => it.start.latest(),
    };
    let medications = &subject.rows.medications;
    for (place, later) in medications.iter().enumerate() {
        let twin = medications[..place].iter().any(|earlier| {
            earlier.drug.to_lowercase() == later.drug.to_lowercase()
                && earlier.route == later.route
                && earlier.indication == later.indication
                && earlier.start.earliest() <= last(later)
                && later.start.earliest() < last(earlier)
        });
        if twin {
            found.push(Found {
                rule: DUPLICATE_MEDICATION,
                table: rows::Medication::TABLE,
                record: later.row.id,
                message: "the drug is recorded a second time for some of the same days".to_owned(),
            });
        }
    }
}

fn lab_suggests(subject: &Subject, found: &mut Vec<Found>) {
    for assessment in subject.rows.assessments.iter() {
        let suggestions = subject.suggestions(assessment);
        let differing: Vec<&str> =
            suggestions.iter().filter(|it| it.differs()).map(|it| it.descriptor.code()).collect();
        if !differing.is_empty() {
            found.push(Found {
                rule: LAB_SUGGESTS,
                table: rows::Assessment::TABLE,
                record: assessment.row.id,
                message: format!(
                    "{} scored otherwise than results or the joint count suggest",
                    differing.join(", ")
                ),
            });
        }
    }
}

/// Raised when the record comes in; stays with it, since a late entry remains one until its day is corrected.
fn late_entry(step: &Step<'_>, subject: &Subject, today: NaiveDate, found: &mut Vec<Found>) {
    let masked = step.after.row().is_some_and(|study| study.masking != Masking::Open);
    let rows = &subject.rows;
    let visits = rows.visits.iter().map(|it| (rows::Visit::TABLE, it.row.id, it.date));
    let assessments = rows.assessments.iter().map(|it| (rows::Assessment::TABLE, it.row.id, it.assessed_on));
    let panels = rows
        .autoantibody_panels
        .iter()
        .map(|it| (rows::AutoantibodyPanel::TABLE, it.row.id, it.collected_on));
    let labs = rows.lab_results.iter().filter(|it| !(masked && is_unmasking(&it.analyte)));
    let labs = labs.map(|it| (rows::LabResult::TABLE, it.row.id, it.collected_on));
    let open = |it: &&Rec<rows::Finding>| it.rule == LATE_ENTRY && it.state == FindingState::Open;
    let held: Vec<&Rec<rows::Finding>> = rows.findings.iter().filter(open).collect();
    for (table, record, day) in visits.chain(assessments).chain(panels).chain(labs) {
        let raised = held.iter().find(|it| it.record_id == Some(record));
        let entered = match raised {
            Some(raised) => raised.raised_on,
            None if step.before.owner(record).is_none() => today,
            None => continue,
        };
        if (entered - day).num_days() > LATE_DAYS {
            found.push(Found {
                rule: LATE_ENTRY,
                table,
                record,
                message: format!("the entry came more than {LATE_DAYS} days after what it tells of"),
            });
        }
    }
}
