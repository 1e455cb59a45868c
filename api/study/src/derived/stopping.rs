//! A subject's adverse events as pause and stopping rules look at them, as seen on a day.

use super::events::{causality_of, dlt_category, grade_of};
use crate::snapshot::Subject;
use crate::snapshot::tables::Rec;
use chrono::NaiveDate;
use derivation::safety::dlt_criteria::DltCategory;
use derivation::safety::stopping::StoppingEvent;
use derivation::safety::{Grade, counts_as_related};
use entity::rows::AdverseEvent;
use entity::terms::{Agent, Causality, CausalityAssessor};

/// A grade from a day on.
type Reached = (Grade, NaiveDate, NaiveDate);

impl Subject {
    /// What the rules on adverse events look at: each event at its highest grade, and at grade 4, too, when it went on to
    /// be fatal. An infection counts once.
    pub(crate) fn stopping_events(&self, on: NaiveDate) -> Vec<StoppingEvent> {
        let mut events = Vec::new();
        for event in self.rows.adverse_events.iter() {
            let reached: Vec<Reached> = self
                .rows
                .adverse_event_grades
                .iter()
                .filter(|it| it.adverse_event_id == event.id && it.since.earliest() <= on)
                .filter_map(|it| Some((grade_of(it.grade)?, it.since.earliest(), it.since.latest())))
                .collect();
            let Some(worst) = reached.iter().map(|it| it.0).max() else { continue };
            let fatal_after_four = worst == Grade::Five
                && reached.iter().any(|it| it.0 == Grade::Four)
                && category(event) != DltCategory::Infection;
            let grades = [Some(worst), fatal_after_four.then_some(Grade::Four)];
            events.extend(
                grades.into_iter().flatten().map(|grade| self.stopping_event(event, &reached, grade)),
            );
        }
        events
    }

    fn stopping_event(&self, event: &Rec<AdverseEvent>, reached: &[Reached], grade: Grade) -> StoppingEvent {
        let (reached_on, below_grade_3_on) = severe_time(event, reached, grade);
        let doses = self.rows.doses.iter().filter(|it| it.agent == Agent::Nk510 && it.given_on <= reached_on);
        StoppingEvent {
            id: event.id,
            subject: self.id(),
            category: category(event),
            grade,
            related: counts_as_related(causality_of(self, event.id), self.rulebook.safety()),
            reached_on,
            below_grade_3_on,
            last_dose: doses.map(|it| it.given_on).max(),
            clearly_due_to_disease_or_external_cause: self.has_another_cause(event).then_some(true),
        }
    }

    /// Whether everybody who judged the event found that nothing of the study caused it, the investigator on the product
    /// among them. What is unlikely is not clear.
    fn has_another_cause(&self, event: &AdverseEvent) -> bool {
        let judged =
            || self.rows.adverse_event_causalities.iter().filter(|it| it.adverse_event_id == event.id);
        let unrelated = judged().all(|it| it.causality == Some(Causality::NotRelated));
        let on_product = |it: &&Rec<entity::rows::AdverseEventCausality>| {
            it.agent == Agent::Nk510 && it.assessor == CausalityAssessor::Investigator
        };
        unrelated && judged().any(|it| on_product(&it))
    }
}

/// From when on an event had a grade: a fatal one since it was fatal, another severe one over the longest time at grade 3 or
/// above. Of a day that is known in part the end of that time is taken late.
fn severe_time(event: &AdverseEvent, reached: &[Reached], grade: Grade) -> (NaiveDate, Option<NaiveDate>) {
    let first = |wanted: &dyn Fn(Grade) -> bool| reached.iter().find(|it| wanted(it.0)).map(|it| it.1);
    let end = event.end.as_ref().map(entity::PartialText::latest);
    if grade == Grade::Five || grade < Grade::Three {
        return (first(&|it| it == grade).unwrap_or_else(|| event.start.earliest()), end);
    }
    let mut longest: Option<(NaiveDate, Option<NaiveDate>)> = None;
    let mut since = None;
    let length =
        |(from, to): (NaiveDate, Option<NaiveDate>)| to.map_or(i64::MAX, |to| (to - from).num_days());
    for (grade, from, late) in reached {
        match (*grade >= Grade::Three, since) {
            (true, None) => since = Some(*from),
            (false, Some(start)) => {
                let run = (start, Some(*late));
                longest = longest.filter(|held| length(*held) >= length(run)).or(Some(run));
                since = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    if let Some(start) = since {
        let run = (start, end);
        longest = longest.filter(|held| length(*held) >= length(run)).or(Some(run));
    }
    longest.unwrap_or((event.start.earliest(), end))
}

fn category(event: &AdverseEvent) -> DltCategory {
    if event.asymptomatic_laboratory { DltCategory::ExpectedException } else { dlt_category(event.category) }
}
