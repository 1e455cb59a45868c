//! The study itself, as a viewer sees it.

use super::rows::{CohortView, PlannedVisitView, SiteView, StoppingRuleView, StudyRowView};
use super::{DataCutView, NodeKind, Sight, View};
use chrono::{DateTime, Utc};
use derivation::rule::{Rule, RuleVersion};
use entity::rows;
use entity::terms::{Masking, StudyStatus};
use ledger::Head;
use policy::DataGroup;
use std::sync::Arc;
use uuid::Uuid;

impl View {
    fn row(&self) -> Option<&rows::Study> {
        self.snapshot().row().map(|rec| &rec.row)
    }

    /// The study's id inside the system.
    pub fn study_row(&self) -> Uuid {
        self.snapshot().study()
    }

    /// The study's global id for this viewer.
    pub fn study_id(&self) -> String {
        self.id(NodeKind::Study, self.snapshot().study())
    }

    /// The study's code.
    pub fn code(&self) -> &str {
        self.row().map_or("", |study| &study.code)
    }

    /// Its title.
    pub fn title(&self) -> &str {
        self.row().map_or("", |study| &study.title)
    }

    /// Who knows the treatment.
    pub fn masking(&self) -> Masking {
        self.row().map_or(Masking::Double, |study| study.masking)
    }

    /// Where the study stands.
    pub fn status(&self) -> StudyStatus {
        self.row().map_or(StudyStatus::Planned, |study| study.status)
    }

    /// Whether its data are made up.
    pub fn is_synthetic(&self) -> bool {
        self.row().is_some_and(|study| study.synthetic)
    }

    /// Where the open stream stands in what the viewer sees.
    pub fn head(&self) -> &Head {
        self.snapshot().open()
    }

    /// When the newest entry that the viewer sees was made.
    pub fn as_of(&self) -> DateTime<Utc> {
        self.head().at
    }

    /// The rules of the protocol version in force.
    pub fn rulebook(&self) -> Option<&Arc<crate::Rulebook>> {
        self.snapshot().rulebook.as_ref()
    }

    /// A rule as the protocol in force has it; none before there is a study.
    pub fn rule(&self, rule: &Rule) -> Option<RuleVersion> {
        self.rulebook().map(|book| book.in_force(rule))
    }

    /// The protocol version in force: label, digest and day.
    pub fn protocol(&self) -> Option<ProtocolVersionView<'_>> {
        let wanted = self.row()?.protocol_version_id;
        let rec = crate::snapshot::tables::find(&self.snapshot().rows.protocol_versions, wanted)?;
        Some(StudyRowView::new(self, rec))
    }

    /// Sites in scope, in the order in which they joined.
    pub fn sites(&self) -> impl Iterator<Item = SiteView<'_>> + '_ {
        let sites = &self.snapshot().rows.sites;
        let visible =
            |id| self.rights_at(id).is_some_and(|rights| rights.sight(DataGroup::Sites).sees_rows());
        sites.iter().filter(move |rec| visible(rec.id)).map(|rec| StudyRowView::new(self, rec))
    }

    /// A site in scope by its row id.
    pub fn site_by_row(&self, id: Uuid) -> Option<SiteView<'_>> {
        self.sites().find(|site| site.row_id() == id)
    }

    /// Cohorts by dose level; none when kept from the viewer.
    pub fn cohorts(&self) -> Option<impl Iterator<Item = CohortView<'_>> + '_> {
        let cohorts = &self.snapshot().rows.cohorts;
        self.sees_dosing().then(|| cohorts.iter().map(|rec| StudyRowView::new(self, rec)))
    }

    /// A cohort by its row id; none when kept from the viewer.
    pub fn cohort_by_row(&self, id: Uuid) -> Option<CohortView<'_>> {
        self.cohorts()?.find(|cohort| cohort.row_id() == id)
    }

    fn sees_dosing(&self) -> bool {
        self.sight(DataGroup::Dosing).sees_rows()
    }

    /// Planned visits in their order.
    pub fn planned_visits(&self) -> impl Iterator<Item = PlannedVisitView<'_>> + '_ {
        let version = self.row().map(|study| study.protocol_version_id);
        let planned = &self.snapshot().rows.planned_visits;
        planned
            .iter()
            .filter(move |rec| Some(rec.protocol_version_id) == version)
            .map(|rec| StudyRowView::new(self, rec))
    }

    /// Data cuts in order of their cut-off.
    pub fn data_cuts(&self) -> impl Iterator<Item = DataCutView<'_>> + '_ {
        self.snapshot().rows.data_cuts.iter().map(|rec| StudyRowView::new(self, rec))
    }

    /// States of the stopping rules; none when kept from the viewer.
    pub fn stopping_rules(&self) -> Option<impl Iterator<Item = StoppingRuleView<'_>> + '_> {
        let rules = &self.snapshot().rows.stopping_rules;
        self.sight(DataGroup::StoppingRules)
            .sees_rows()
            .then(|| rules.iter().map(|rec| StudyRowView::new(self, rec)))
    }

    /// Whether the viewer is told at least that a stopping rule pauses.
    pub fn is_told_of_pauses(&self) -> bool {
        self.sight(DataGroup::StoppingRules) >= Sight::Notice
    }
}

/// A version of the protocol.
pub type ProtocolVersionView<'v> = StudyRowView<'v, rows::ProtocolVersion>;

impl<'v> StudyRowView<'v, rows::ProtocolVersion> {
    /// Its label.
    pub fn label(&self) -> &'v str {
        &self.row().label
    }

    /// SHA-256 of the protocol file, in hexadecimal.
    pub fn digest(&self) -> &'v str {
        &self.row().digest
    }

    /// The protocol file.
    pub fn document(&self) -> &'v str {
        &self.row().document
    }

    /// Since when it is in force.
    pub fn effective_on(&self) -> chrono::NaiveDate {
        self.row().effective_on
    }
}
