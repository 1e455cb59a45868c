//! Which tables a snapshot holds, and where: rows of one subject, or rows of the study.

use chrono::NaiveDate;
use entity::row::Row;
use entity::rows;
use std::ops::Deref;
use std::sync::Arc;
use uuid::Uuid;

/// A row with the revision of its own last change.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rec<T> {
    pub row: T,
    /// Revision in the stream that the row lives in.
    pub revision: u64,
}

impl<T> Deref for Rec<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.row
    }
}

/// Rows of one table, in the table's order.
pub(crate) type Table<T> = Arc<[Rec<T>]>;

/// A row that a snapshot keeps: it has a place in its table that does not depend on how it came there,
/// so that a state loaded from images equals the state that applied every entry.
pub(crate) trait Kept: Row {
    /// Day and number within the day; the row's id decides between equals.
    fn order(&self) -> (Option<NaiveDate>, i32);
}

/// A copy of a table with one row put in its place, over its earlier self when there is one.
pub(crate) fn with<T: Kept>(table: &Table<T>, rec: Rec<T>) -> Table<T> {
    let key = |rec: &Rec<T>| (rec.row.order(), rec.row.id());
    let mut kept: Vec<Rec<T>> = table.iter().filter(|held| held.row.id() != rec.row.id()).cloned().collect();
    let place = kept.partition_point(|held| key(held) < key(&rec));
    kept.insert(place, rec);
    kept.into()
}

/// Sorts rows into the table's order.
pub(crate) fn table<T: Kept>(mut recs: Vec<Rec<T>>) -> Table<T> {
    recs.sort_by_key(|rec| (rec.row.order(), rec.row.id()));
    recs.into()
}

pub(crate) fn find<T: Row>(table: &Table<T>, id: Uuid) -> Option<&Rec<T>> {
    table.iter().find(|rec| rec.row.id() == id)
}

/// Calls a macro with every table whose rows belong to one subject: field, row type.
macro_rules! subject_tables {
    ($call:ident) => {
        $call! {
            allocations: Allocation,
            consents: Consent,
            eligibility_results: EligibilityResult,
            visits: Visit,
            assessments: Assessment,
            autoantibody_panels: AutoantibodyPanel,
            autoantibody_results: AutoantibodyResult,
            lab_results: LabResult,
            doses: Dose,
            medications: Medication,
            adverse_events: AdverseEvent,
            adverse_event_grades: AdverseEventGrade,
            adverse_event_causalities: AdverseEventCausality,
            dlt_adjudications: DltAdjudication,
            intercurrent_events: IntercurrentEvent,
            protocol_deviations: ProtocolDeviation,
            deviation_reviews: DeviationReview,
            dispositions: Disposition,
            clocks: Clock,
            findings: Finding,
        }
    };
}

/// Calls a macro with every table whose rows belong to the study: field, row type. Findings are in both: most are of
/// a subject and lie with it, so that one more of them copies that subject's and not the study's.
macro_rules! study_tables {
    ($call:ident) => {
        $call! {
            studies: Study,
            protocol_versions: ProtocolVersion,
            sites: Site,
            cohorts: Cohort,
            planned_visits: PlannedVisit,
            data_cuts: DataCut,
            closed_cuts: ClosedCut,
            change_reasons: ChangeReason,
            proposals: Proposal,
            findings: Finding,
            stopping_rules: StoppingRule,
            redactions: Redaction,
        }
    };
}

pub(crate) use {study_tables, subject_tables};

macro_rules! order {
    ($($row:ident => |$it:ident| $day:expr, $number:expr;)+) => {
        $(impl Kept for rows::$row {
            fn order(&self) -> (Option<NaiveDate>, i32) {
                let $it = self;
                ($day, $number)
            }
        })+
    };
}

order! {
    Subject => |it| None, it.ordinal;
    Allocation => |it| Some(it.allocated_on), 0;
    Consent => |it| Some(it.given_on), 0;
    EligibilityResult => |it| Some(it.assessed_on), 0;
    Visit => |it| Some(it.date), 0;
    Assessment => |it| Some(it.assessed_on), 0;
    AutoantibodyPanel => |it| Some(it.collected_on), 0;
    AutoantibodyResult => |it| None, it.analyte as i32;
    LabResult => |it| Some(it.collected_on), 0;
    Dose => |it| Some(it.given_on), it.ordinal;
    Medication => |it| earliest(&it.start), 0;
    AdverseEvent => |it| earliest(&it.start), 0;
    AdverseEventGrade => |it| earliest(&it.since), 0;
    AdverseEventCausality => |it| None, it.agent as i32;
    DltAdjudication => |it| Some(it.decided_on), 0;
    IntercurrentEvent => |it| Some(it.occurred_on), 0;
    ProtocolDeviation => |it| Some(it.occurred_on), 0;
    DeviationReview => |it| Some(it.through), 0;
    Disposition => |it| Some(it.occurred_on), 0;
    Clock => |it| Some(it.started_at.date_naive()), 0;
    Study => |_it| None, 0;
    ProtocolVersion => |it| Some(it.effective_on), 0;
    Site => |it| None, it.ordinal;
    Cohort => |it| None, it.level;
    PlannedVisit => |it| None, it.ordinal;
    DataCut => |it| Some(it.clinical_cut_off), 0;
    ClosedCut => |_it| None, 0;
    ChangeReason => |_it| None, 0;
    Proposal => |it| Some(it.proposed_at.date_naive()), 0;
    Finding => |it| Some(it.raised_on), 0;
    StoppingRule => |_it| None, 0;
    Redaction => |_it| None, 0;
}

fn earliest(partial: &entity::PartialText) -> Option<NaiveDate> {
    Some(partial.earliest())
}
