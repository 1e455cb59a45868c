//! Treatment-emergent adverse events of a subject, and which of them are related.

use crate::snapshot::Subject;
use crate::snapshot::tables::Rec;
use chrono::NaiveDate;
use derivation::safety::treatment_emergent::{Episode, Treatment, classify};
use derivation::safety::{Causality, Grade, counts_as_related};
use derivation::timeline::PartialDate;
use entity::PartialText;
use entity::rows::{AdverseEvent, AdverseEventGrade};
use entity::terms::{self, Agent, CausalityAssessor};
use uuid::Uuid;

/// A treatment-emergent adverse event.
#[derive(Clone, Debug, PartialEq)]
pub struct EmergentEvent {
    /// The event's row.
    pub event: Uuid,
    /// System organ class, or that it is not coded.
    pub soc: String,
    /// Preferred term, or that it is not coded. A verbatim text never stands here.
    pub pt: String,
    /// Which of the two hold an identifier of the subject, and are not named to the board: class, then term.
    pub withheld: [bool; 2],
    /// The highest grade; none when unknown.
    pub grade: Option<Grade>,
    /// Whether it counts as related to the investigational product.
    pub related: bool,
}

/// What stands for a class or term that nobody has coded yet.
pub const UNCODED: &str = "(not coded)";

impl Subject {
    /// Treatment-emergent adverse events.
    pub(crate) fn emergent_events(&self) -> Vec<EmergentEvent> {
        let parameters = self.rulebook.safety();
        let first = self.rows.doses.iter().find(|dose| dose.agent == Agent::Nk510);
        let conditioning = self
            .rows
            .doses
            .iter()
            .filter(|dose| matches!(dose.agent, Agent::Fludarabine | Agent::Cyclophosphamide));
        let treatment = Treatment {
            lymphodepletion_start: conditioning.map(|dose| dose.given_on).min(),
            first_dose: self.first_dose_on(),
            first_dose_time: first.and_then(|dose| super::activity::clock(dose.start_time.as_deref())),
        };
        let events = self.rows.adverse_events.iter();
        events
            .filter(|event| {
                let emergence = classify(&episode(self, event, treatment.first_dose), &treatment, parameters);
                emergence.treatment_emergent == Some(true)
            })
            .map(|event| EmergentEvent {
                event: event.id,
                soc: event.soc.clone().unwrap_or_else(|| UNCODED.to_owned()),
                pt: event.pt.clone().unwrap_or_else(|| UNCODED.to_owned()),
                withheld: ["soc", "pt"].map(|name| event.withhold.iter().any(|field| field == name)),
                grade: grades(self, event.id).filter_map(|it| grade_of(it.grade)).max(),
                related: counts_as_related(causality_of(self, event.id), parameters),
            })
            .collect()
    }
}

fn grades(subject: &Subject, event: Uuid) -> impl Iterator<Item = &Rec<AdverseEventGrade>> {
    subject.rows.adverse_event_grades.iter().filter(move |it| it.adverse_event_id == event)
}

fn episode(subject: &Subject, event: &AdverseEvent, first_dose: Option<NaiveDate>) -> Episode {
    let whole = |text: &PartialText| (text.earliest() == text.latest()).then(|| text.earliest());
    // The first day after the first dose on which the grade is higher than it ever was before that day.
    let mut highest: Option<Grade> = None;
    let mut worsened_on = None;
    for reached in grades(subject, event.id) {
        let grade = grade_of(reached.grade);
        let since = reached.since.earliest();
        let worse = highest.is_some() && grade > highest;
        if worse && worsened_on.is_none() && first_dose.is_some_and(|dose| since >= dose) {
            worsened_on = Some(since);
        }
        highest = highest.max(grade);
    }
    Episode {
        start: partial(&event.start),
        start_time: None,
        end: event.end.as_ref().and_then(whole),
        worsened_on,
    }
}

/// The date as the rules read it. Rows hold only dates that parse.
pub(super) fn partial(text: &PartialText) -> Option<PartialDate> {
    PartialDate::parse(text.as_str()).ok()
}

pub(super) fn grade_of(grade: Option<i32>) -> Option<Grade> {
    u8::try_from(grade?).ok().and_then(|grade| Grade::try_from(grade).ok())
}

/// The investigator's judgement on the investigational product; none when it is missing.
pub(super) fn causality_of(subject: &Subject, event: Uuid) -> Option<Causality> {
    let judged = subject.rows.adverse_event_causalities.iter().find(|it| {
        it.adverse_event_id == event
            && it.agent == Agent::Nk510
            && it.assessor == CausalityAssessor::Investigator
    });
    judged?.causality.map(|causality| match causality {
        terms::Causality::Definite => Causality::Definite,
        terms::Causality::Probable => Causality::Probable,
        terms::Causality::Possible => Causality::Possible,
        terms::Causality::Related => Causality::Related,
        terms::Causality::Unlikely => Causality::Unlikely,
        terms::Causality::NotRelated => Causality::NotRelated,
    })
}
