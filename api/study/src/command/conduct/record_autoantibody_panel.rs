//! Record an autoantibody panel.

use super::PanelResult;
use super::panel::Place;
use crate::command::{Desk, check, decides};
use chrono::NaiveDate;
use entity::rows;
use policy::{Kind, Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Most characters of a laboratory's name.
pub(super) const LABORATORY_MAX: usize = 100;

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
        let collected_on = self.collected_on.unwrap_or(visit.date);
        check::recordable(desk, subject, ("collectedOn", collected_on))?;
        let panels = &subject.rows.autoantibody_panels;
        ensure!(
            !panels.iter().any(|it| it.visit_id == visit.row.id && it.collected_on == collected_on),
            Refusal::at(
                "collectedOn",
                RefusalCode::Duplicate,
                "the visit has a panel of that day already: correct its results",
            )
        );
        ensure!(
            !self.results.is_empty(),
            Refusal::at("results", RefusalCode::Required, "give at least one result")
        );
        let panel = rows::AutoantibodyPanel {
            id: desk.ids.draw(),
            study_id: desk.study.study(),
            subject_id: subject.id(),
            visit_id: visit.row.id,
            collected_on,
            laboratory: check::optional("laboratory", self.laboratory.as_deref(), LABORATORY_MAX)?,
        };
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
        Ok(())
    }
}
