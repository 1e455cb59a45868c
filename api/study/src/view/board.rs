//! Data cuts and the reports over them.

use super::rows::StudyRowView;
use super::shown::Shown;
use super::trail::{Read, ReadKind};
use super::{NodeKind, View};
pub use crate::board::OpenFigures as OpenReportView;
use crate::board::open_figures;
use chrono::NaiveDate;
use entity::rows;
use policy::DataGroup;

/// The closed report of a cut.
#[derive(Clone)]
pub struct ClosedReportView {
    /// SHA-256 of the report as it was frozen.
    pub hash: String,
    /// The sealed stream's revision.
    pub sealed_revision: u64,
    /// The frozen study.
    pub view: View,
}

impl<'v> StudyRowView<'v, rows::DataCut> {
    /// The global id for this viewer.
    pub fn id(&self) -> String {
        self.view().id(NodeKind::DataCut, self.row().id)
    }

    /// The cut's name.
    pub fn name(&self) -> &'v str {
        &self.row().name
    }

    /// The open stream's revision that it froze.
    pub fn open_revision(&self) -> u64 {
        u64::try_from(self.row().open_revision).unwrap_or_default()
    }

    /// The open stream's hash there, in hexadecimal.
    pub fn hash(&self) -> &'v str {
        &self.row().open_hash
    }

    /// The last day whose data count.
    pub fn clinical_cut_off(&self) -> NaiveDate {
        self.row().clinical_cut_off
    }

    /// The program's version that made it.
    pub fn code_version(&self) -> &'v str {
        &self.row().code_version
    }

    /// The cut itself is what is looked at: a report is computed from its frozen data, never from live ones.
    fn is_looked_at(&self) -> bool {
        self.view().snapshot().cut_id == Some(self.row().id)
    }

    /// The open report; none unless the study is read as of this cut.
    pub fn open_report(&self) -> Option<OpenReportView> {
        let sees = self.view().sight(DataGroup::OpenReport).sees_rows();
        (sees && self.is_looked_at()).then(|| open_figures(self.view().snapshot()))
    }

    /// The closed report; there only when the study is read as of this cut. Whoever reads it is written to the
    /// access log.
    pub fn closed_report(&self) -> Shown<ClosedReportView> {
        let view = self.view();
        if !view.sight(DataGroup::ClosedReport).sees_rows() {
            return Shown::masked();
        }
        if !self.is_looked_at() {
            return Shown::of(None);
        }
        let closed = view.snapshot().rows.closed_cuts.iter().find(|it| it.row.id == self.row().id);
        view.lens().trail.note(Read {
            kind: ReadKind::ClosedBoard,
            study: view.study_row(),
            row: self.row().id,
            membership: view.membership().map(|grant| grant.id),
        });
        Shown::of(closed.map(|closed| ClosedReportView {
            hash: closed.closed_hash.clone(),
            sealed_revision: u64::try_from(closed.sealed_revision).unwrap_or_default(),
            view: view.clone(),
        }))
    }
}
