//! Report an adverse event.

use super::{AdverseEventFields, GradeSince};
use crate::command::{Desk, decides};
use entity::rows;
use entity::terms::{Agent, Causality, CausalityAssessor};
use policy::{Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The investigator's judgement whether an agent caused an event.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentCausality {
    /// The agent.
    pub agent: Agent,
    /// The judgement; absent when it is missing, which counts as related until there is one.
    pub causality: Option<Causality>,
}

/// Report an adverse event with its first grade and the investigator's judgement on each agent.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportAdverseEvent {
    /// The subject.
    pub subject: Uuid,
    /// The event.
    #[serde(flatten)]
    pub event: AdverseEventFields,
    /// Grades that it reached so far; at least one, in any order.
    pub grades: Vec<GradeSince>,
    /// Causality, one an agent.
    pub causalities: Vec<AgentCausality>,
}

decides!(ReportAdverseEvent as ReportAdverseEvent, identities = |it| vec![it.subject]);

impl ReportAdverseEvent {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let subject = desk.subject("subject", self.subject)?;
        let today = desk.today_of(subject);
        let id = desk.ids.draw();
        let event = self.event.row(desk, subject, (id, side))?;
        desk.put(&event)?;
        ensure!(
            !self.grades.is_empty(),
            Refusal::at("grades", RefusalCode::Required, "give the grade, or say that it is unknown")
        );
        for (place, grade) in self.grades.iter().enumerate() {
            let id = desk.ids.draw();
            let row = grade.row(&format!("grades.{place}"), (id, &event), today)?;
            desk.put(&row)?;
        }
        let mut seen = BTreeSet::new();
        for (place, judged) in self.causalities.iter().enumerate() {
            ensure!(
                seen.insert(judged.agent),
                Refusal::at(
                    &format!("causalities.{place}.agent"),
                    RefusalCode::Duplicate,
                    "the agent is judged twice: once is enough",
                )
            );
            let row = rows::AdverseEventCausality {
                id: desk.ids.draw(),
                study_id: event.study_id,
                subject_id: event.subject_id,
                adverse_event_id: event.id,
                agent: judged.agent,
                assessor: CausalityAssessor::Investigator,
                causality: judged.causality,
            };
            desk.put(&row)?;
        }
        Ok(())
    }
}
