//! What a study looks like to a data cut: each table under its own cut-off rule.
//!
//! A record of something that happened after the cut-off is dropped. What began before and ended after is ongoing
//! again. What was corrected or judged of something that happened before, a cause or a DLT, stands as it was when the
//! cut was made, whenever that was: the time between cut-off and cut is there to clean and to judge.

use super::tables::{Kept, Rec, Table};
use super::{Snapshot, StudyRows, Subject, SubjectRows, chunked, index_of};
use chrono::NaiveDate;
use entity::rows;
use entity::terms::{AdverseEventOutcome, SubjectStatus};
use ledger::{Head, StreamId};
use std::sync::Arc;

fn kept<T: Kept>(table: &Table<T>, keep: impl Fn(&T) -> bool) -> Table<T> {
    table.iter().filter(|rec| keep(&rec.row)).cloned().collect()
}

fn mapped<T: Kept>(table: &Table<T>, map: impl Fn(T) -> Option<T>) -> Table<T> {
    table.iter().filter_map(|rec| Some(Rec { row: map(rec.row.clone())?, revision: rec.revision })).collect()
}

fn cut_rows(rows: &SubjectRows, on: NaiveDate) -> SubjectRows {
    let adverse_events = mapped(&rows.adverse_events, |event| {
        let event_ended = event.end.as_ref().is_some_and(|end| end.latest() <= on);
        let known = event.start.earliest() <= on;
        known.then(|| {
            if event_ended || event.end.is_none() {
                event
            } else {
                rows::AdverseEvent { end: None, outcome: AdverseEventOutcome::NotRecovered, ..event }
            }
        })
    });
    let event_known = |id| adverse_events.iter().any(|event| event.id == id);
    let panels = kept(&rows.autoantibody_panels, |panel| panel.collected_on <= on);
    let panel_known = |id| panels.iter().any(|panel| panel.id == id);
    SubjectRows {
        allocations: kept(&rows.allocations, |it| it.allocated_on <= on),
        consents: mapped(&rows.consents, |it| {
            let withdrawn_on = it.withdrawn_on.filter(|day| *day <= on);
            (it.given_on <= on).then_some(rows::Consent { withdrawn_on, ..it })
        }),
        eligibility_results: kept(&rows.eligibility_results, |it| it.assessed_on <= on),
        visits: kept(&rows.visits, |it| it.date <= on),
        assessments: kept(&rows.assessments, |it| it.assessed_on <= on),
        autoantibody_results: kept(&rows.autoantibody_results, |it| panel_known(it.panel_id)),
        lab_results: kept(&rows.lab_results, |it| it.collected_on <= on),
        doses: kept(&rows.doses, |it| it.given_on <= on),
        medications: mapped(&rows.medications, |it| {
            let ended = it.end.as_ref().is_some_and(|end| end.latest() <= on);
            let began = it.start.earliest() <= on;
            began.then(|| {
                if ended || it.end.is_none() {
                    it
                } else {
                    rows::Medication { end: None, ongoing: true, ..it }
                }
            })
        }),
        adverse_event_grades: kept(&rows.adverse_event_grades, |it| {
            event_known(it.adverse_event_id) && it.since.earliest() <= on
        }),
        adverse_event_causalities: kept(&rows.adverse_event_causalities, |it| {
            event_known(it.adverse_event_id)
        }),
        dlt_adjudications: kept(&rows.dlt_adjudications, |it| event_known(it.adverse_event_id)),
        intercurrent_events: kept(&rows.intercurrent_events, |it| it.occurred_on <= on),
        protocol_deviations: kept(&rows.protocol_deviations, |it| it.occurred_on <= on),
        // What was classified is judged, not something that happened; of days after the cut-off it says nothing here.
        deviation_reviews: mapped(&rows.deviation_reviews, |it| {
            Some(rows::DeviationReview { through: it.through.min(on), ..it })
        }),
        dispositions: kept(&rows.dispositions, |it| it.occurred_on <= on),
        clocks: kept(&rows.clocks, |it| event_known(it.adverse_event_id)),
        findings: rows.findings.clone(),
        autoantibody_panels: panels,
        adverse_events,
    }
}

/// Where a subject stood on a day, from what is left of its records.
fn status_on(subject: &rows::Subject, rows: &SubjectRows, on: NaiveDate) -> SubjectStatus {
    if !rows.dispositions.is_empty() || subject.status == SubjectStatus::Screening {
        return subject.status;
    }
    let enrolled = subject.enrolled_on.is_some_and(|day| day <= on);
    let eligible = subject.eligibility_confirmed_on.is_some_and(|day| day <= on);
    match (enrolled, eligible) {
        (true, _) if !rows.doses.is_empty() => match subject.status {
            SubjectStatus::FollowUp => SubjectStatus::FollowUp,
            _ => SubjectStatus::OnTreatment,
        },
        (true, _) => SubjectStatus::Enrolled,
        (false, true) => SubjectStatus::Eligible,
        (false, false) => SubjectStatus::Screening,
    }
}

impl Snapshot {
    /// The snapshot as a cut with a clinical cut-off sees it. Nothing is derived in it yet.
    #[must_use]
    pub fn cut(&self, on: NaiveDate) -> Snapshot {
        let mut subjects = Vec::new();
        for (ordinal, subject) in (1..).zip(self.all().filter(|subject| subject.row.screened_on <= on)) {
            let rows = cut_rows(&subject.rows, on);
            let mut row = subject.row.clone();
            row.row = rows::Subject {
                ordinal,
                status: status_on(&subject.row, &rows, on),
                enrolled_on: subject.row.enrolled_on.filter(|day| *day <= on),
                eligibility_confirmed_on: subject.row.eligibility_confirmed_on.filter(|day| *day <= on),
                ..subject.row.row.clone()
            };
            subjects.push(Arc::new(Subject::new(row, rows, subject.rulebook.clone(), subject.bytes)));
        }
        Snapshot {
            index: index_of(&subjects),
            subjects: subjects.len(),
            chunks: chunked(&subjects),
            cut_off: Some(on),
            ..self.clone()
        }
    }

    /// What the board may see before the first cut is released: the protocol, and nothing of what happened.
    pub(crate) fn unreleased(&self) -> Snapshot {
        Snapshot {
            open: Head::empty(StreamId::Open(self.study)),
            sealed: Head::empty(StreamId::Sealed(self.study)),
            rows: Arc::new(StudyRows {
                studies: self.rows.studies.clone(),
                protocol_versions: self.rows.protocol_versions.clone(),
                planned_visits: self.rows.planned_visits.clone(),
                data_cuts: self.rows.data_cuts.clone(),
                ..StudyRows::default()
            }),
            rulebook: self.rulebook.clone(),
            ..Snapshot::empty(self.study)
        }
    }
}
