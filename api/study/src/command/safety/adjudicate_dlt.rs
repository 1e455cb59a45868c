//! Decide whether an adverse event was dose-limiting.

use crate::command::{Desk, check, decides, expect_revision};
use chrono::NaiveDate;
use entity::rows;
use policy::{Kind, Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use uuid::Uuid;

/// Decide whether an adverse event was dose-limiting. The decision counts, whatever the rule suggests.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdjudicateDlt {
    /// The subject that the event belongs to.
    pub subject: Uuid,
    /// The event.
    pub adverse_event: Uuid,
    /// The decision.
    pub is_dlt: bool,
    /// Why it is decided so.
    pub rationale: String,
    /// When, not in the future; today at the site unless given.
    pub decided_on: Option<NaiveDate>,
    /// Why it is decided anew; required when it was decided before.
    pub reason: Option<String>,
    /// The decision's own last change; required when it was decided before.
    pub expected_revision: Option<u64>,
}

decides!(AdjudicateDlt as AdjudicateDlt, identities = |it| vec![it.subject]);

impl AdjudicateDlt {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let at = ("adverseEvent", self.adverse_event);
        let subject = check::owner(desk, at, Kind::AdverseEvent, self.subject)?;
        let event = check::row_of(&subject.rows.adverse_events, at, Kind::AdverseEvent)?;
        ensure!(
            subject.first_dose_on().is_some(),
            Refusal::at(
                "adverseEvent",
                RefusalCode::WrongState,
                "the subject was not dosed: nothing can limit the dose"
            )
        );
        let today = desk.today_of(subject);
        let decided_on = self.decided_on.unwrap_or(today);
        check::not_future("decidedOn", decided_on, today)?;
        check::not_before("decidedOn", decided_on, event.start.earliest(), "the event began")?;
        let saved = subject.rows.dlt_adjudications.iter().find(|it| it.adverse_event_id == event.row.id);
        let row = rows::DltAdjudication {
            id: saved.map_or_else(|| desk.ids.draw(), |saved| saved.row.id),
            study_id: desk.study.study(),
            subject_id: subject.id(),
            adverse_event_id: event.row.id,
            is_dlt: self.is_dlt,
            rationale: check::demanded("rationale", Some(&self.rationale), (subject.id(), side))?,
            decided_on,
        };
        desk.put(&row)?;
        let Some(saved) = saved else { return Ok(()) };
        expect_revision(self.expected_revision, saved.revision)?;
        desk.reason(self.reason.as_deref(), subject, side)
    }
}
