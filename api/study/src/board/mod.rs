//! The safety board's tables, computed from a cut and from nothing else.

use crate::Snapshot;
use crate::snapshot::Subject;
use chrono::NaiveDate;
use entity::rows;
use entity::terms::SubjectStatus;
use policy::{Refusal, RefusalCode};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A cut, as the reader of a snapshot needs it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CutRef {
    /// The cut's row.
    pub id: Uuid,
    /// Last day whose data count.
    pub clinical_cut_off: NaiveDate,
    /// The open stream's revision.
    pub open_revision: u64,
    /// The sealed stream's revision.
    pub sealed_revision: u64,
}

/// What the open report says: pooled accrual and disposition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenFigures {
    /// Subjects taken into screening.
    pub screened: i32,
    /// Subjects who did not meet the criteria.
    pub screen_failures: i32,
    /// Subjects enrolled.
    pub enrolled: i32,
    /// Subjects who received any of the product.
    pub treated: i32,
    /// Subjects whose participation ended early.
    pub discontinued: i32,
    /// Adverse events.
    pub adverse_events: i32,
    /// Serious adverse events.
    pub serious_adverse_events: i32,
}

/// The open report of a cut.
pub fn open_figures(cut: &Snapshot) -> OpenFigures {
    let mut figures = OpenFigures::default();
    for subject in cut.all() {
        figures.screened += 1;
        let status = subject.row.status;
        figures.screen_failures += i32::from(status == SubjectStatus::ScreenFailed);
        figures.enrolled += i32::from(subject.row.enrolled_on.is_some());
        figures.treated += i32::from(subject.is_treated());
        figures.discontinued += i32::from(status == SubjectStatus::Withdrawn);
        let events = &subject.rows.adverse_events;
        figures.adverse_events += i32::try_from(events.len()).unwrap_or(i32::MAX);
        let serious = events.iter().filter(|event| !event.seriousness.is_empty()).count();
        figures.serious_adverse_events += i32::try_from(serious).unwrap_or(i32::MAX);
    }
    figures
}

#[derive(Serialize)]
struct ClosedLine<'s> {
    subject: Uuid,
    cohort: Option<Uuid>,
    status: SubjectStatus,
    doses: Vec<&'s rows::Dose>,
    assessments: Vec<&'s rows::Assessment>,
    results: Vec<&'s rows::AutoantibodyResult>,
    laboratory: Vec<&'s rows::LabResult>,
    medications: Vec<&'s rows::Medication>,
    events: Vec<&'s rows::AdverseEvent>,
    grades: Vec<&'s rows::AdverseEventGrade>,
    causalities: Vec<&'s rows::AdverseEventCausality>,
    adjudications: Vec<&'s rows::DltAdjudication>,
    intercurrent: Vec<&'s rows::IntercurrentEvent>,
    deviations: Vec<&'s rows::ProtocolDeviation>,
    deviation_reviews: Vec<&'s rows::DeviationReview>,
}

impl<'s> ClosedLine<'s> {
    fn of(subject: &'s Subject) -> ClosedLine<'s> {
        let rows = &subject.rows;
        ClosedLine {
            subject: subject.id(),
            cohort: subject.cohort_row(),
            status: subject.row.status,
            doses: rows.doses.iter().map(|it| &it.row).collect(),
            assessments: rows.assessments.iter().map(|it| &it.row).collect(),
            results: rows.autoantibody_results.iter().map(|it| &it.row).collect(),
            laboratory: rows.lab_results.iter().map(|it| &it.row).collect(),
            medications: rows.medications.iter().map(|it| &it.row).collect(),
            events: rows.adverse_events.iter().map(|it| &it.row).collect(),
            grades: rows.adverse_event_grades.iter().map(|it| &it.row).collect(),
            causalities: rows.adverse_event_causalities.iter().map(|it| &it.row).collect(),
            adjudications: rows.dlt_adjudications.iter().map(|it| &it.row).collect(),
            intercurrent: rows.intercurrent_events.iter().map(|it| &it.row).collect(),
            deviations: rows.protocol_deviations.iter().map(|it| &it.row).collect(),
            deviation_reviews: rows.deviation_reviews.iter().map(|it| &it.row).collect(),
        }
    }
}

/// SHA-256, in hexadecimal, over the canonical form of everything that the closed report is computed from,
/// subject by subject in order. The same cut under the same program gives the same bytes.
///
/// # Errors
/// When a row has no canonical form, which no stored row is.
pub fn closed_hash(cut: &Snapshot) -> Result<String, Refusal> {
    let mut hash = Sha256::new();
    for subject in cut.all() {
        let line = ledger::canonical::to_canonical(&ClosedLine::of(subject)).map_err(|_| {
            Refusal::new(RefusalCode::InvalidValue, "a record of the cut has no canonical form")
        })?;
        hash.update(line.as_bytes());
        hash.update(b"\n");
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

impl Snapshot {
    /// Released cuts in order of their making. A cut is released when it was made: the board's own statistician
    /// makes it.
    pub fn cuts(&self) -> impl Iterator<Item = CutRef> + '_ {
        let mut cuts: Vec<_> = self.rows.data_cuts.iter().collect();
        cuts.sort_by_key(|cut| cut.revision);
        cuts.into_iter().filter_map(|cut| {
            let closed = self.rows.closed_cuts.iter().find(|closed| closed.row.id == cut.row.id)?;
            Some(CutRef {
                id: cut.row.id,
                clinical_cut_off: cut.clinical_cut_off,
                open_revision: u64::try_from(cut.open_revision).ok()?,
                sealed_revision: u64::try_from(closed.sealed_revision).ok()?,
            })
        })
    }

    /// How many images of the study were emptied.
    pub fn redactions(&self) -> usize {
        self.rows.redactions.len()
    }

    /// The newest released cut.
    pub fn newest_cut(&self) -> Option<CutRef> {
        self.cuts().last()
    }

    /// A released cut by its name.
    pub fn cut_named(&self, name: &str) -> Option<CutRef> {
        let id = self.rows.data_cuts.iter().find(|cut| cut.name == name)?.row.id;
        self.cuts().find(|cut| cut.id == id)
    }

    /// The frozen study of a cut: the snapshot at its revisions with every table's cut-off rule applied, knowing
    /// of all cuts that are released by now.
    #[must_use]
    pub fn frozen(&self, cut: &CutRef, live: &Snapshot) -> Snapshot {
        let mut frozen = self.cut(cut.clinical_cut_off);
        let mut rows = (*frozen.rows).clone();
        rows.data_cuts = live.rows.data_cuts.clone();
        rows.closed_cuts = live.rows.closed_cuts.clone();
        frozen.rows = std::sync::Arc::new(rows);
        frozen.cut_id = Some(cut.id);
        frozen
    }
}
