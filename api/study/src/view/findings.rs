//! Findings of the edit checks: which of them a viewer reads, and what of each.
//!
//! A finding speaks of a record. Whoever may not read the record is not told that there is something about it either.

use super::nodes::Found;
use super::rows::{FindingView, StudyRowView};
use super::shown::ShownDate;
use super::trail_rows::{group_of, kind_of};
use super::{NodeKind, SubjectView, View};
use crate::snapshot::tables::find;
use entity::rows;
use entity::terms::FindingState;
use policy::DataGroup;

impl View {
    /// Findings on the study and on records of subjects in scope, in order of their raising; none when kept from the
    /// viewer.
    pub fn findings(&self) -> Option<impl Iterator<Item = FindingView<'_>> + '_> {
        self.sight(DataGroup::DataQueries).sees_rows().then(|| {
            let of_subjects = self.subjects().flat_map(|subject| subject.rows().findings.iter());
            let all = self.snapshot().rows.findings.iter().chain(of_subjects);
            let mut shown: Vec<_> = all.filter(|rec| self.shows_finding(rec)).collect();
            shown.sort_by_key(|rec| (rec.raised_on, rec.id));
            shown.into_iter().map(|rec| StudyRowView::new(self, rec))
        })
    }

    /// A finding by its row id; none when it is unknown or kept from the viewer.
    pub fn finding_by_row(&self, row: uuid::Uuid) -> Option<FindingView<'_>> {
        let held = match self.owner(row) {
            Some(subject) => find(&subject.rows().findings, row),
            None => find(&self.snapshot().rows.findings, row),
        };
        let seen = self.sight(DataGroup::DataQueries).sees_rows();
        let shown = held.filter(|rec| seen && self.shows_finding(rec))?;
        Some(StudyRowView::new(self, shown))
    }

    fn shows_finding(&self, finding: &rows::Finding) -> bool {
        let Some(subject) = finding.subject_id else { return true };
        let Some(subject) = self.subject_by_row(subject) else { return false };
        let group = finding.record_table.as_deref().map(group_of);
        subject.sees(DataGroup::DataQueries)
            && group.is_none_or(|group| group.is_some_and(|group| subject.sees(group)))
    }
}

impl<'v> StudyRowView<'v, rows::Finding> {
    /// The global id for this viewer.
    pub fn id(&self) -> String {
        self.view().id(NodeKind::Finding, self.row().id)
    }

    /// The subject; none when the finding is on the study.
    pub fn subject(&self) -> Option<SubjectView<'v>> {
        self.view().subject_by_row(self.row().subject_id?)
    }

    /// The check's code.
    pub fn check(&self) -> &'v str {
        &self.row().rule
    }

    /// The check's version.
    pub fn check_version(&self) -> i32 {
        self.row().rule_version
    }

    /// What was found. It names no value.
    pub fn message(&self) -> &'v str {
        &self.row().message
    }

    /// Whether it still holds.
    pub fn state(&self) -> FindingState {
        self.row().state
    }

    /// When it was raised.
    pub fn raised_on(&self) -> ShownDate {
        let day = Some(self.row().raised_on);
        self.subject().map_or_else(|| self.view().show_date(day, None), |subject| subject.date(day))
    }

    /// The record that it speaks of, as far as the viewer may open it.
    pub fn record(&self) -> Option<Found<'v>> {
        let kind = kind_of(self.row().record_table.as_deref()?)?;
        self.view().find(&self.view().id(kind, self.row().record_id?))
    }
}
