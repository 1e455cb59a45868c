//! Treatment-emergent adverse events of a subject, and which of them are related.

use crate::snapshot::Subject;
use crate::snapshot::tables::Rec;
use chrono::NaiveDate;
use derivation::safety::dlt_criteria::DltCategory;
use derivation::safety::treatment_emergent::{Episode, Treatment, classify};
use derivation::safety::{Causality, Grade, counts_as_related};
use derivation::timeline::PartialDate;
use entity::PartialText;
use entity::rows::{AdverseEvent, AdverseEventGrade};
use entity::term::Term;
use entity::terms::{self, AdverseEventCategory, Agent, CausalityAssessor};
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
    /// The first day that makes it treatment-emergent: its start, or that of the worsening.
    pub emerged_on: NaiveDate,
    /// The highest grade; none when unknown.
    pub grade: Option<Grade>,
    /// Whether one of its grades from that day on is unknown, so that the highest may be another.
    pub grade_missing: bool,
    /// Whether it counts as related to the investigational product.
    pub related: bool,
}

/// What stands for a class or term that nobody has coded yet.
pub const UNCODED: &str = "(not coded)";

/// The protocol's code for an infection of this grade or above.
const SERIOUS_INFECTION: (&str, i32) = ("SERIOUS_INFECTION", 3);

impl Subject {
    /// Whether an event is of special interest: because the site says so, or the protocol lists its category. What else
    /// the protocol lists has no category of its own, and is the site's to say.
    pub(crate) fn of_special_interest(&self, event: &AdverseEvent) -> bool {
        let (serious_infection, grade) = SERIOUS_INFECTION;
        let listed = |code: &str| self.rulebook.safety().special_interest.iter().any(|it| it == code);
        let serious = || {
            let is = |it: &Rec<AdverseEventGrade>| it.grade.is_some_and(|reached| reached >= grade);
            event.category == AdverseEventCategory::Infection && grades(self, event.id).any(is)
        };
        event.aesi || listed(event.category.as_str()) || (listed(serious_infection) && serious())
    }

    /// Treatment-emergent adverse events as seen on a day.
    pub(crate) fn emergent_events(&self, on: NaiveDate) -> Vec<EmergentEvent> {
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
        let emerged = |event: &AdverseEvent| {
            let episode = episode(self, event, treatment.first_dose);
            let started = Episode { worsened_on: None, ..episode };
            let judge = |episode| classify(episode, &treatment, parameters);
            let (start, whole) = (judge(&started), judge(&episode));
            let day = match (start.treatment_emergent, whole.treatment_emergent) {
                (Some(true), _) => start.start.map(|used| used.date),
                (_, Some(true)) => episode.worsened_on,
                (_, Some(false) | None) => None,
            };
            day.filter(|day| *day <= on)
        };
        let of = |event: &Rec<AdverseEvent>| {
            let emerged_on = emerged(event)?;
            let reached = || grades(self, event.id).filter(|it| it.since.earliest() <= on);
            Some(EmergentEvent {
                event: event.id,
                soc: event.soc.clone().unwrap_or_else(|| UNCODED.to_owned()),
                pt: event.pt.clone().unwrap_or_else(|| UNCODED.to_owned()),
                withheld: ["soc", "pt"].map(|name| event.withhold.iter().any(|field| field == name)),
                emerged_on,
                grade: reached().filter_map(|it| grade_of(it.grade)).max(),
                grade_missing: reached().next().is_none()
                    || reached().any(|it| it.grade.is_none() && it.since.latest() >= emerged_on),
                related: counts_as_related(causality_of(self, event.id), parameters),
            })
        };
        self.rows.adverse_events.iter().filter_map(of).collect()
    }
}

fn grades(subject: &Subject, event: Uuid) -> impl Iterator<Item = &Rec<AdverseEventGrade>> {
    subject.rows.adverse_event_grades.iter().filter(move |it| it.adverse_event_id == event)
}

fn episode(subject: &Subject, event: &AdverseEvent, first_dose: Option<NaiveDate>) -> Episode {
    let whole = |text: &PartialText| (text.earliest() == text.latest()).then(|| text.earliest());
    Episode {
        start: partial(&event.start),
        start_time: None,
        end: event.end.as_ref().and_then(whole),
        worsened_on: first_dose.and_then(|dose| worsened_on(grades(subject, event.id), event, dose)),
    }
}

/// The first day from the first dose on at which the grade is higher than it ever was before that day.
///
/// An unknown grade ranks below 1, as it does where the highest is taken: whoever had an event of an unknown grade before
/// the dose, and one of a known grade after it, counts as worse. A first grade that was reached after the onset follows
/// one that nobody recorded.
fn worsened_on<'g>(
    grades: impl Iterator<Item = &'g Rec<AdverseEventGrade>>,
    event: &AdverseEvent,
    first_dose: NaiveDate,
) -> Option<NaiveDate> {
    let mut before: Option<Option<Grade>> = None;
    for reached in grades {
        let (grade, since) = (grade_of(reached.grade), reached.since.earliest());
        let known_before = before.or((since > event.start.latest()).then_some(None));
        if since >= first_dose && known_before.is_some_and(|highest| grade > highest) {
            return Some(since);
        }
        before = Some(before.flatten().max(grade));
    }
    None
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

/// The rules' category of an event, whatever exceptions a protocol makes.
pub(super) fn dlt_category(category: AdverseEventCategory) -> DltCategory {
    match category {
        AdverseEventCategory::Crs => DltCategory::Crs,
        AdverseEventCategory::Icans => DltCategory::Icans,
        AdverseEventCategory::Gvhd => DltCategory::Gvhd,
        AdverseEventCategory::InfusionReaction => DltCategory::InfusionReaction,
        AdverseEventCategory::Liver => DltCategory::Liver,
        AdverseEventCategory::Infection => DltCategory::Infection,
        AdverseEventCategory::Neutropenia
        | AdverseEventCategory::Thrombocytopenia
        | AdverseEventCategory::Lymphopenia
        | AdverseEventCategory::OtherCytopenia => DltCategory::Haematological,
        AdverseEventCategory::NonHaematological
        | AdverseEventCategory::Fever
        | AdverseEventCategory::Fatigue
        | AdverseEventCategory::Nausea
        | AdverseEventCategory::Electrolyte
        | AdverseEventCategory::Alopecia => DltCategory::NonHaematological,
    }
}
