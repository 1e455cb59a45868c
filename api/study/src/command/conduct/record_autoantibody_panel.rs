//! Record an autoantibody panel.

use super::panel::{Place, one_a_day};
use super::{PanelFields, PanelResult};
use crate::command::{Desk, check, decides};
use chrono::NaiveDate;
use policy::{Kind, Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Record autoantibodies and complement of one blood sample.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordAutoantibodyPanel {
    /// The visit, which took place.
    pub visit: Uuid,
    /// When the sample was taken, not in the future; the visit's day unless given.
    pub collected_on: Option<NaiveDate>,
    /// The laboratory.
    pub laboratory: Option<String>,
    /// The results, one an analyte; at least one.
    pub results: Vec<PanelResult>,
}

decides!(RecordAutoantibodyPanel as RecordAutoantibodyPanel);

impl RecordAutoantibodyPanel {
    fn run(&self, desk: &mut Desk<'_>, _side: &Side) -> Result<(), Refusal> {
        let subject = desk.owner("visit", self.visit, Kind::Visit)?;
        let visit = check::visit_of(subject, self.visit)?;
        let fields = PanelFields {
            collected_on: self.collected_on.unwrap_or(visit.date),
            laboratory: self.laboratory.clone(),
        };
        let id = desk.ids.draw();
        let panel = fields.row(desk, subject, (id, visit.row.id))?;
        ensure!(
            !self.results.is_empty(),
            Refusal::at("results", RefusalCode::Required, "give at least one result")
        );
        desk.put(&panel)?;
        let mut seen = BTreeSet::new();
        for (number, result) in self.results.iter().enumerate() {
            let path = format!("results.{number}");
            ensure!(
                seen.insert(result.analyte),
                Refusal::at(&format!("{path}.analyte"), RefusalCode::Duplicate, "the analyte is given twice")
            );
            let place = Place {
                id: desk.ids.draw(),
                study: panel.study_id,
                subject: panel.subject_id,
                panel: panel.id,
            };
            desk.put(&result.row(&path, &place, &subject.rulebook)?)?;
        }
        one_a_day(subject, &panel)
    }
}
