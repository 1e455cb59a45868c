//! Judge causality for the sponsor.

use crate::command::{Desk, check, decides, expect_revision};
use entity::rows;
use entity::terms::{Agent, Causality, CausalityAssessor};
use policy::{Kind, Refusal, Side};
use serde::Serialize;
use uuid::Uuid;

/// Judge for the sponsor whether an agent caused an adverse event. The investigator's judgement stays beside it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AssessSponsorCausality {
    /// The subject that the event belongs to.
    pub subject: Uuid,
    /// The event.
    pub adverse_event: Uuid,
    /// The agent.
    pub agent: Agent,
    /// The judgement.
    pub causality: Causality,
    /// Why; required when the sponsor judged before.
    pub reason: Option<String>,
    /// The judgement's own last change; required when the sponsor judged before.
    pub expected_revision: Option<u64>,
}

decides!(AssessSponsorCausality as AssessSponsorCausality, identities = |it| vec![it.subject]);

impl AssessSponsorCausality {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let at = ("adverseEvent", self.adverse_event);
        let subject = check::owner(desk, at, Kind::AdverseEvent, self.subject)?;
        let event = check::row_of(&subject.rows.adverse_events, at, Kind::AdverseEvent)?;
        let saved = subject.rows.adverse_event_causalities.iter().find(|it| {
            it.adverse_event_id == event.row.id
                && it.agent == self.agent
                && it.assessor == CausalityAssessor::Sponsor
        });
        let row = rows::AdverseEventCausality {
            id: saved.map_or_else(|| desk.ids.draw(), |saved| saved.row.id),
            study_id: desk.study.study(),
            subject_id: subject.id(),
            adverse_event_id: event.row.id,
            agent: self.agent,
            assessor: CausalityAssessor::Sponsor,
            causality: Some(self.causality),
        };
        desk.put(&row)?;
        let Some(saved) = saved else { return Ok(()) };
        expect_revision(self.expected_revision, saved.revision)?;
        check::differs(&saved.row, &row)?;
        desk.reason(self.reason.as_deref(), subject, side)
    }
}
