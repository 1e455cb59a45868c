//! Record how an adverse event went on.

use super::GradeSince;
use super::event::{consistent, criteria};
use super::report_adverse_event::AgentCausality;
use crate::command::{Desk, check, decides, expect_revision};
use crate::snapshot::Subject;
use chrono::NaiveDate;
use entity::rows;
use entity::terms::{AdverseEventOutcome, CausalityAssessor, SeriousnessCriterion};
use policy::{Kind, Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use uuid::Uuid;

/// Record how an adverse event went on: another grade, its end and outcome, that it became serious. What adds to the
/// record needs no reason; what contradicts it does (P11-04).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FollowAdverseEvent {
    /// The subject that the event belongs to.
    pub subject: Uuid,
    /// The event.
    pub adverse_event: Uuid,
    /// A grade that it reached since.
    pub grade: Option<GradeSince>,
    /// When it ended.
    pub end: Option<String>,
    /// How it ended.
    pub outcome: Option<AdverseEventOutcome>,
    /// What makes it serious, whole.
    pub seriousness: Option<Vec<SeriousnessCriterion>>,
    /// The day on which the site became aware that it is serious.
    pub aware_on: Option<NaiveDate>,
    /// The investigator's judgement on an agent, new or changed.
    pub causality: Option<AgentCausality>,
    /// Why; required when a saved value changes.
    pub reason: Option<String>,
    /// The event's own last change, as the caller read it (P11-40).
    pub expected_revision: Option<u64>,
}

decides!(FollowAdverseEvent as FollowAdverseEvent, identities = |it| vec![it.subject]);

impl FollowAdverseEvent {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let at = ("adverseEvent", self.adverse_event);
        let subject = check::owner(desk, at, Kind::AdverseEvent, self.subject)?;
        let saved = check::row_of(&subject.rows.adverse_events, at, Kind::AdverseEvent)?;
        expect_revision(self.expected_revision, saved.revision)?;
        let today = desk.today_of(subject);
        let event = rows::AdverseEvent {
            end: check::partial_or_none("end", self.end.as_deref())?.or_else(|| saved.end.clone()),
            outcome: self.outcome.unwrap_or(saved.outcome),
            seriousness: self.seriousness.as_deref().map_or_else(|| saved.seriousness.clone(), criteria),
            aware_on: self.aware_on.or(saved.aware_on),
            ..saved.row.clone()
        };
        consistent(&event, today)?;
        let causality = self.causality(desk, subject)?;
        let changed = event != saved.row;
        ensure!(
            changed || self.grade.is_some() || causality.is_some(),
            Refusal::new(RefusalCode::InvalidValue, "nothing would change: the record says so already")
        );
        // The event's row always goes along, so that its revision tells of every step.
        desk.put(&event)?;
        if let Some(grade) = &self.grade {
            let id = desk.ids.draw();
            let row = grade.row("grade", (id, &event), today)?;
            desk.put(&row)?;
        }
        let judged_again = causality.as_ref().is_some_and(|(_, again)| *again);
        if let Some((row, _)) = &causality {
            desk.put(row)?;
        }
        if contradicts(&saved.row, &event) || judged_again {
            desk.reason(self.reason.as_deref(), subject, side)?;
        }
        Ok(())
    }

    /// The judgement's row, and whether it replaces another judgement; none when it says what is saved.
    fn causality(
        &self,
        desk: &mut Desk<'_>,
        subject: &Subject,
    ) -> Result<Option<(rows::AdverseEventCausality, bool)>, Refusal> {
        let Some(judged) = &self.causality else { return Ok(None) };
        let saved = subject.rows.adverse_event_causalities.iter().find(|it| {
            it.adverse_event_id == self.adverse_event
                && it.agent == judged.agent
                && it.assessor == CausalityAssessor::Investigator
        });
        let row = rows::AdverseEventCausality {
            id: saved.map_or_else(|| desk.ids.draw(), |saved| saved.row.id),
            study_id: desk.study.study(),
            subject_id: subject.id(),
            adverse_event_id: self.adverse_event,
            agent: judged.agent,
            assessor: CausalityAssessor::Investigator,
            causality: judged.causality,
        };
        let again = saved.is_some_and(|saved| saved.causality.is_some());
        Ok(saved.is_none_or(|saved| saved.row != row).then_some((row, again)))
    }
}

/// Whether something that was said is said otherwise, and not only more of it.
fn contradicts(saved: &rows::AdverseEvent, event: &rows::AdverseEvent) -> bool {
    let went_on = matches!(
        saved.outcome,
        AdverseEventOutcome::Recovering | AdverseEventOutcome::NotRecovered | AdverseEventOutcome::Unknown
    );
    let outcome = saved.outcome != event.outcome && !went_on;
    let end = saved.end.is_some() && saved.end != event.end;
    let less_serious = saved.seriousness.iter().any(|it| !event.seriousness.contains(it));
    // A serious event's clock runs from its awareness; of another event the day was a note.
    let aware = saved.aware_on.is_some() && saved.aware_on != event.aware_on;
    outcome || end || less_serious || aware
}
