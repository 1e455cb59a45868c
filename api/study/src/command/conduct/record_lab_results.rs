//! Record laboratory results.

use super::{LabFields, is_unmasking, lab};
use crate::command::{Desk, Heads, check, decides};
use crate::snapshot::Subject;
use entity::rows;
use policy::{Kind, Party, Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use std::sync::Arc;
use uuid::Uuid;

/// Most results in one command.
const RESULTS_MAX: usize = 250;

/// Record laboratory results of a subject. A value in an unknown unit, or one that can hardly be right, is refused
/// and never corrected. In a masked study results that could give away the treatment go to the sealed stream.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordLabResults {
    /// The subject.
    pub subject: Uuid,
    /// The visit at which the samples were taken, if at one.
    pub visit: Option<Uuid>,
    /// The results; at least one, at most 250.
    pub results: Vec<LabFields>,
}

decides!(RecordLabResults as RecordLabResults, heads = Heads::BOTH);

impl RecordLabResults {
    fn run(&self, desk: &mut Desk<'_>, _side: &Side) -> Result<(), Refusal> {
        let subject = recipient(desk, self.subject)?;
        let visit = self.visit.map(|id| check::visit_of(subject, id)).transpose()?.map(|visit| visit.row.id);
        ensure!(
            !self.results.is_empty(),
            Refusal::at("results", RefusalCode::Required, "give at least one result")
        );
        ensure!(
            self.results.len() <= RESULTS_MAX,
            Refusal::invalid("results", format!("at most {RESULTS_MAX} results go into one command"))
        );
        let mut laid: Vec<rows::LabResult> = Vec::new();
        for (number, fields) in self.results.iter().enumerate() {
            let path = format!("results.{number}");
            let id = desk.ids.draw();
            let row = fields.row(&path, (desk, subject), (id, visit))?;
            let same = |it: &rows::LabResult| {
                (&it.analyte, it.collected_on, &it.collected_at)
                    == (&row.analyte, row.collected_on, &row.collected_at)
            };
            ensure!(
                !lab::is_double(subject, &row) && !laid.iter().any(same),
                Refusal::at(
                    &path,
                    RefusalCode::Duplicate,
                    format!(
                        "{} of that day and time is there already: correct it, or give the time",
                        row.analyte
                    ),
                )
            );
            put(desk, &row)?;
            laid.push(row);
        }
        Ok(())
    }
}

/// Lays a result down in the stream where it belongs.
pub(super) fn put(desk: &mut Desk<'_>, row: &rows::LabResult) -> Result<(), Refusal> {
    if is_unmasking(&row.analyte) { desk.put_treatment(row) } else { desk.put(row) }
}

/// The subject whose data are delivered. A hospital system sees no subjects, and delivers for those of its site.
pub(super) fn recipient<'d>(desk: &mut Desk<'d>, id: Uuid) -> Result<&'d Arc<Subject>, Refusal> {
    if desk.view.party() != Party::Hospital {
        return desk.subject("subject", id);
    }
    let subject = desk.study.subject(id).ok_or_else(|| Refusal::not_found("subject", Kind::Subject))?;
    let site = subject.row.site_id;
    let reached = desk.actor.in_study(desk.study.study()).any(|grant| grant.reaches(site));
    ensure!(reached, Refusal::not_found("subject", Kind::Subject));
    desk.permit_at(Some(site))?;
    Ok(subject)
}
