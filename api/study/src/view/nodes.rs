//! From a global id to the thing that it names, for whoever may see it.

use super::rows::{RowView, Shows, StudyRowView};
use super::{
    AdverseEventView, AssessmentView, AutoantibodyPanelView, CohortView, DataCutView, DoseView, IdForm,
    IntercurrentEventView, LabResultView, MedicationView, NodeId, NodeKind, SiteView, SubjectView, View,
    VisitView,
};
use crate::snapshot::tables::{Table, find};
use policy::DataGroup;

/// A thing that a global id names.
pub enum Found<'v> {
    /// The study.
    Study,
    /// A site.
    Site(SiteView<'v>),
    /// A cohort.
    Cohort(CohortView<'v>),
    /// A subject.
    Subject(SubjectView<'v>),
    /// A visit.
    Visit(VisitView<'v>),
    /// An assessment.
    Assessment(AssessmentView<'v>),
    /// An autoantibody panel.
    AutoantibodyPanel(AutoantibodyPanelView<'v>),
    /// A laboratory result.
    LabResult(LabResultView<'v>),
    /// A dose.
    Dose(DoseView<'v>),
    /// A medication.
    Medication(MedicationView<'v>),
    /// An adverse event.
    AdverseEvent(AdverseEventView<'v>),
    /// An intercurrent event.
    IntercurrentEvent(IntercurrentEventView<'v>),
    /// A data cut.
    DataCut(DataCutView<'v>),
}

impl View {
    /// What a global id names, exactly as seen by way of its parents; none for anything else.
    pub fn find(&self, id: &str) -> Option<Found<'_>> {
        let (node, form) = NodeId::decode(id, &self.lens().keys)?;
        if (form == IdForm::Board) != self.is_board() || node.study != self.study_row() {
            return None;
        }
        match node.kind {
            NodeKind::Study => (node.row == node.study).then_some(Found::Study),
            NodeKind::Site => self.site_by_row(node.row).map(Found::Site),
            NodeKind::Cohort => self.cohort_by_row(node.row).map(Found::Cohort),
            NodeKind::Subject => self.subject_by_row(node.row).map(Found::Subject),
            NodeKind::DataCut => {
                let cut = find(&self.snapshot().rows.data_cuts, node.row)?;
                self.sight(DataGroup::OpenReport)
                    .sees_rows()
                    .then(|| Found::DataCut(StudyRowView::new(self, cut)))
            }
            NodeKind::Visit => self.of(&node, |subject| &subject.rows().visits).map(Found::Visit),
            NodeKind::Assessment => {
                self.of(&node, |subject| &subject.rows().assessments).map(Found::Assessment)
            }
            NodeKind::AutoantibodyPanel => {
                self.of(&node, |subject| &subject.rows().autoantibody_panels).map(Found::AutoantibodyPanel)
            }
            NodeKind::LabResult => {
                let found = self.of(&node, |subject| &subject.rows().lab_results)?;
                found.subject().may_unmask(found.analyte()).then_some(Found::LabResult(found))
            }
            NodeKind::Dose => self.of(&node, |subject| &subject.rows().doses).map(Found::Dose),
            NodeKind::Medication => {
                self.of(&node, |subject| &subject.rows().medications).map(Found::Medication)
            }
            NodeKind::AdverseEvent => {
                self.of(&node, |subject| &subject.rows().adverse_events).map(Found::AdverseEvent)
            }
            NodeKind::IntercurrentEvent => {
                self.of(&node, |subject| &subject.rows().intercurrent_events).map(Found::IntercurrentEvent)
            }
            // Shown inside the things above, never by an id of their own.
            NodeKind::AutoantibodyResult
            | NodeKind::Consent
            | NodeKind::EligibilityResult
            | NodeKind::Disposition
            | NodeKind::Proposal
            | NodeKind::AdverseEventGrade
            | NodeKind::AdverseEventCausality
            | NodeKind::DltAdjudication
            | NodeKind::Finding
            | NodeKind::Allocation
            | NodeKind::PlannedVisit
            | NodeKind::Clock
            | NodeKind::StoppingRule => None,
        }
    }

    fn of<'v, T: Shows>(
        &'v self,
        node: &NodeId,
        table: impl Fn(&SubjectView<'v>) -> &'v Table<T>,
    ) -> Option<RowView<'v, T>> {
        let subject = self.owner(node.row)?;
        if !subject.sees(T::GROUP) || node.kind != T::KIND {
            return None;
        }
        find(table(&subject), node.row).map(|rec| RowView::new(subject, rec))
    }
}

impl View {
    fn row_of<'v, T: Shows>(
        &'v self,
        row: uuid::Uuid,
        table: impl Fn(&SubjectView<'v>) -> &'v Table<T>,
    ) -> Option<RowView<'v, T>> {
        let subject = self.owner(row)?;
        if !subject.sees(T::GROUP) {
            return None;
        }
        find(table(&subject), row).map(|rec| RowView::new(subject, rec))
    }

    /// A visit in scope by its row id.
    pub fn visit_by_row(&self, row: uuid::Uuid) -> Option<VisitView<'_>> {
        self.row_of(row, |subject| &subject.rows().visits)
    }

    /// An assessment in scope by its row id.
    pub fn assessment_by_row(&self, row: uuid::Uuid) -> Option<AssessmentView<'_>> {
        self.row_of(row, |subject| &subject.rows().assessments)
    }

    /// A panel in scope by its row id.
    pub fn panel_by_row(&self, row: uuid::Uuid) -> Option<AutoantibodyPanelView<'_>> {
        self.row_of(row, |subject| &subject.rows().autoantibody_panels)
    }

    /// A medication in scope by its row id.
    pub fn medication_by_row(&self, row: uuid::Uuid) -> Option<MedicationView<'_>> {
        self.row_of(row, |subject| &subject.rows().medications)
    }

    /// An adverse event in scope by its row id.
    pub fn adverse_event_by_row(&self, row: uuid::Uuid) -> Option<AdverseEventView<'_>> {
        self.row_of(row, |subject| &subject.rows().adverse_events)
    }

    /// The adverse event in scope that a judgement is about.
    pub fn adverse_event_of(&self, judgement: uuid::Uuid) -> Option<AdverseEventView<'_>> {
        let rows = self.owner(judgement)?.rows();
        let adjudicated = find(&rows.dlt_adjudications, judgement).map(|it| it.adverse_event_id);
        let judged = || find(&rows.adverse_event_causalities, judgement).map(|it| it.adverse_event_id);
        self.adverse_event_by_row(adjudicated.or_else(judged)?)
    }
}
