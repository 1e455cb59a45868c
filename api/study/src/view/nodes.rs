//! From a global id to the thing that it names, for whoever may see it.

use super::rows::{RowView, Shows, StudyRowView};
use super::{
    AdverseEventCausalityView, AdverseEventGradeView, AdverseEventView, AssessmentView,
    AutoantibodyPanelView, AutoantibodyResultView, CohortView, ConsentView, DataCutView, DispositionView,
    DltAdjudicationView, DoseView, EligibilityResultView, FindingView, IdForm, IntercurrentEventView,
    LabResultView, MedicationView, NodeId, NodeKind, ProposalView, ProtocolDeviationView, SiteView,
    SubjectView, View, VisitView,
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
    /// One result of a panel.
    AutoantibodyResult(AutoantibodyResultView<'v>),
    /// A laboratory result.
    LabResult(LabResultView<'v>),
    /// A dose.
    Dose(DoseView<'v>),
    /// A medication.
    Medication(MedicationView<'v>),
    /// An adverse event.
    AdverseEvent(AdverseEventView<'v>),
    /// A grade of an adverse event.
    AdverseEventGrade(AdverseEventGradeView<'v>),
    /// A judgement on the cause of an adverse event.
    AdverseEventCausality(AdverseEventCausalityView<'v>),
    /// A decision on dose-limiting toxicity.
    DltAdjudication(DltAdjudicationView<'v>),
    /// An intercurrent event.
    IntercurrentEvent(IntercurrentEventView<'v>),
    /// A protocol deviation.
    ProtocolDeviation(ProtocolDeviationView<'v>),
    /// A consent.
    Consent(ConsentView<'v>),
    /// The result of an eligibility criterion.
    EligibilityResult(EligibilityResultView<'v>),
    /// How a subject's participation ended.
    Disposition(DispositionView<'v>),
    /// A finding of an edit check.
    Finding(FindingView<'v>),
    /// A proposal.
    Proposal(ProposalView<'v>),
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
            NodeKind::Visit => self.visit_by_row(node.row).map(Found::Visit),
            NodeKind::Assessment => self.assessment_by_row(node.row).map(Found::Assessment),
            NodeKind::AutoantibodyPanel => self.panel_by_row(node.row).map(Found::AutoantibodyPanel),
            NodeKind::AutoantibodyResult => {
                self.autoantibody_result_by_row(node.row).map(Found::AutoantibodyResult)
            }
            NodeKind::LabResult => self.lab_result_by_row(node.row).map(Found::LabResult),
            NodeKind::Dose => self.dose_by_row(node.row).map(Found::Dose),
            NodeKind::Medication => self.medication_by_row(node.row).map(Found::Medication),
            NodeKind::AdverseEvent => self.adverse_event_by_row(node.row).map(Found::AdverseEvent),
            NodeKind::AdverseEventGrade => {
                self.adverse_event_grade_by_row(node.row).map(Found::AdverseEventGrade)
            }
            NodeKind::AdverseEventCausality => {
                self.adverse_event_causality_by_row(node.row).map(Found::AdverseEventCausality)
            }
            NodeKind::DltAdjudication => self.dlt_adjudication_by_row(node.row).map(Found::DltAdjudication),
            NodeKind::IntercurrentEvent => {
                self.intercurrent_event_by_row(node.row).map(Found::IntercurrentEvent)
            }
            NodeKind::ProtocolDeviation => {
                self.protocol_deviation_by_row(node.row).map(Found::ProtocolDeviation)
            }
            NodeKind::Consent => self.consent_by_row(node.row).map(Found::Consent),
            NodeKind::EligibilityResult => {
                self.eligibility_result_by_row(node.row).map(Found::EligibilityResult)
            }
            NodeKind::Disposition => self.disposition_by_row(node.row).map(Found::Disposition),
            NodeKind::Finding => self.finding_by_row(node.row).map(Found::Finding),
            NodeKind::Proposal => self.proposal_by_row(node.row).map(Found::Proposal),
            // Shown inside the things above, never by an id of their own.
            NodeKind::ChangeReason
            | NodeKind::Allocation
            | NodeKind::PlannedVisit
            | NodeKind::Clock
            | NodeKind::StoppingRule => None,
        }
    }

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

    /// The adverse event in scope that a judgement is about.
    pub fn adverse_event_of(&self, judgement: uuid::Uuid) -> Option<AdverseEventView<'_>> {
        let rows = self.owner(judgement)?.rows();
        let adjudicated = find(&rows.dlt_adjudications, judgement).map(|it| it.adverse_event_id);
        let judged = || find(&rows.adverse_event_causalities, judgement).map(|it| it.adverse_event_id);
        self.adverse_event_by_row(adjudicated.or_else(judged)?)
    }
}

macro_rules! by_row {
    ($($(#[doc = $doc:literal])+ $name:ident: $view:ident from $table:ident;)+) => {
        impl View {
            $($(#[doc = $doc])+ /// None when it is unknown or kept from the viewer.
            pub fn $name(&self, row: uuid::Uuid) -> Option<$view<'_>> {
                self.row_of(row, |subject| &subject.rows().$table)
            })+
        }
    };
}

by_row! {
    /// A consent by its row id.
    consent_by_row: ConsentView from consents;
    /// The result of an eligibility criterion by its row id.
    eligibility_result_by_row: EligibilityResultView from eligibility_results;
    /// A visit by its row id.
    visit_by_row: VisitView from visits;
    /// An assessment by its row id.
    assessment_by_row: AssessmentView from assessments;
    /// A panel by its row id.
    panel_by_row: AutoantibodyPanelView from autoantibody_panels;
    /// A result of a panel by its row id.
    autoantibody_result_by_row: AutoantibodyResultView from autoantibody_results;
    /// A dose by its row id.
    dose_by_row: DoseView from doses;
    /// A medication by its row id.
    medication_by_row: MedicationView from medications;
    /// An adverse event by its row id.
    adverse_event_by_row: AdverseEventView from adverse_events;
    /// A grade of an adverse event by its row id.
    adverse_event_grade_by_row: AdverseEventGradeView from adverse_event_grades;
    /// A judgement on the cause of an adverse event by its row id.
    adverse_event_causality_by_row: AdverseEventCausalityView from adverse_event_causalities;
    /// A decision on dose-limiting toxicity by its row id.
    dlt_adjudication_by_row: DltAdjudicationView from dlt_adjudications;
    /// An intercurrent event by its row id.
    intercurrent_event_by_row: IntercurrentEventView from intercurrent_events;
    /// A protocol deviation by its row id.
    protocol_deviation_by_row: ProtocolDeviationView from protocol_deviations;
    /// How participation ended, by its row id.
    disposition_by_row: DispositionView from dispositions;
}

impl View {
    /// A laboratory result by its row id. None when it is unknown, or kept from the viewer.
    pub fn lab_result_by_row(&self, row: uuid::Uuid) -> Option<LabResultView<'_>> {
        let subject = self.owner(row)?;
        let found = find(&subject.rows().lab_results, row).map(|rec| LabResultView::new(subject, rec))?;
        subject.sees(found.group()).then_some(found)
    }
}
