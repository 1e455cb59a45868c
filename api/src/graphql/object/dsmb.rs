//! The safety board's data cuts and reports.

use super::outcomes::StudyOutcomes;
use crate::graphql::scalar::{Id, Revision};
use crate::graphql::term::Coded;
use objects::{Date, Gate, Permit, Stated, object};
use policy::DataGroup;
use study::terms::{OutcomeGrouping, ValueState};
use study::view::{ClosedReportView, DataCutView, OpenReportView, Shown, View};

/// What the safety board works with.
#[object(name = "Dsmb")]
impl<'v> Dsmb<'v> {
    /// Data cuts in order of their cut-off.
    #[group(OpenReport)]
    fn cuts(&self) -> Option<Vec<DataCut<'v>>> {
        Some(self.0.data_cuts().map(DataCut).collect())
    }
    /// A data cut by its name.
    #[group(OpenReport)]
    fn cut(
        &self,
        /// The cut's name.
        name: String,
    ) -> Option<DataCut<'v>> {
        self.0.data_cuts().find(|cut| cut.name() == name).map(DataCut)
    }
}

/// What the safety board works with.
pub struct Dsmb<'v>(pub &'v View);

impl Gate<DataGroup> for Dsmb<'_> {
    fn permits(&self, group: DataGroup) -> Permit {
        if self.0.sight(group).sees_rows() { Permit::Allowed } else { Permit::Masked }
    }
}

/// A frozen view of the study. Pass its name as `asOf: {cut}` to read the study as it froze it.
#[object(name = "DataCut", implements("Node"))]
impl DataCut<'_> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// The cut's name, unique in the study.
    #[group(OpenReport)]
    fn name(&self) -> Option<&str> {
        Some(self.0.name())
    }
    /// The open ledger's revision that it froze.
    #[group(OpenReport)]
    fn open_revision(&self) -> Option<Revision> {
        Some(Revision(self.0.open_revision()))
    }
    /// The last day whose data count.
    #[group(OpenReport)]
    fn clinical_cut_off(&self) -> Option<Date> {
        Some(Date(self.0.clinical_cut_off()))
    }
    /// The open ledger's hash at that revision, in hexadecimal.
    #[group(OpenReport)]
    fn hash(&self) -> Option<&str> {
        Some(self.0.hash())
    }
    /// The program's version that made the cut.
    #[group(OpenReport)]
    fn code_version(&self) -> Option<&str> {
        Some(self.0.code_version())
    }
    /// The open report: accrual and disposition, pooled.
    #[group(OpenReport)]
    fn open(&self) -> Option<OpenReport> {
        self.0.open_report().map(OpenReport)
    }
    /// The closed report: safety and efficacy by cohort. Every read is logged.
    #[group(Envelope)]
    fn closed(&self) -> MaskedClosedReport {
        MaskedClosedReport(self.0.closed_report())
    }
}

/// A data cut.
pub struct DataCut<'v>(pub DataCutView<'v>);

impl Gate<DataGroup> for DataCut<'_> {
    fn permits(&self, group: DataGroup) -> Permit {
        if self.0.view().sight(group).sees_rows() { Permit::Allowed } else { Permit::Masked }
    }
}

/// The open report of a cut: nothing by cohort, nothing of efficacy.
#[object(name = "OpenReport", gate = open)]
impl OpenReport {
    /// Subjects taken into screening.
    #[group(Envelope)]
    fn screened(&self) -> i32 {
        self.0.screened
    }
    /// Subjects who did not meet the criteria.
    #[group(Envelope)]
    fn screen_failures(&self) -> i32 {
        self.0.screen_failures
    }
    /// Subjects enrolled.
    #[group(Envelope)]
    fn enrolled(&self) -> i32 {
        self.0.enrolled
    }
    /// Subjects who received any of the product.
    #[group(Envelope)]
    fn treated(&self) -> i32 {
        self.0.treated
    }
    /// Subjects whose participation ended early.
    #[group(Envelope)]
    fn discontinued(&self) -> i32 {
        self.0.discontinued
    }
    /// Adverse events reported, over all cohorts.
    #[group(Envelope)]
    fn adverse_events(&self) -> i32 {
        self.0.adverse_events
    }
    /// Serious adverse events reported, over all cohorts.
    #[group(Envelope)]
    fn serious_adverse_events(&self) -> i32 {
        self.0.serious_adverse_events
    }
}

/// An open report.
pub struct OpenReport(pub OpenReportView);

/// The closed report of a cut, which may be kept from the viewer.
#[object(name = "MaskedClosedReport", stated, gate = open)]
impl MaskedClosedReport {
    /// Whether the report is there for you, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.0.state)
    }
    /// The report.
    #[group(Envelope)]
    fn value(&self) -> Option<ClosedReport> {
        self.0.value.clone().map(ClosedReport)
    }
}

/// A closed report that may be kept from the viewer.
pub struct MaskedClosedReport(pub Shown<ClosedReportView>);

impl Stated for MaskedClosedReport {
    fn masked() -> MaskedClosedReport {
        MaskedClosedReport(Shown::masked())
    }
}

/// The closed report of a cut: safety and efficacy by cohort, recomputed from the frozen data.
#[object(name = "ClosedReport", gate = open)]
impl ClosedReport {
    /// SHA-256 of the report as it was frozen, in hexadecimal.
    #[group(Envelope)]
    fn hash(&self) -> &str {
        &self.0.hash
    }
    /// The sealed ledger's revision that it froze.
    #[group(Envelope)]
    fn sealed_revision(&self) -> Revision {
        Revision(self.0.sealed_revision)
    }
    /// Outcome measures by cohort, from the frozen data.
    #[group(Envelope)]
    fn outcomes(&self) -> StudyOutcomes<'_> {
        StudyOutcomes { view: &self.0.view, by: OutcomeGrouping::Cohort, on: None }
    }
}

/// A closed report.
pub struct ClosedReport(pub ClosedReportView);
