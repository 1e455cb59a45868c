//! Treatment-emergent adverse events of a subject, and which of them are related.

use crate::snapshot::Subject;
use crate::snapshot::tables::Rec;
use chrono::NaiveDate;
use derivation::safety::dlt_criteria::DltCategory;
use derivation::safety::treatment_emergent::{Emergence, Episode, Period, Treatment, classify};
use derivation::safety::{Causality, Grade, counts_as_related};
use derivation::timeline::PartialDate;
use entity::PartialText;
use entity::rows::{AdverseEvent, AdverseEventGrade, Dose};
use entity::term::Term;
use entity::terms::{self, AdverseEventCategory, Agent, CausalityAssessor};
use uuid::Uuid;

/// An adverse event as a table counts it.
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
    /// The day that brings it into the table: its start, or that of the worsening.
    pub emerged_on: NaiveDate,
    /// The highest grade in the time that the table looks at; none when unknown.
    pub grade: Option<Grade>,
    /// Whether one of its grades from that day on is unknown, so that the highest may be another.
    pub grade_missing: bool,
    /// Whether it counts as related to the investigational product.
    pub related: bool,
}

/// How an adverse event stands to treatment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventEmergence {
    /// What follows from its start and from a worsening.
    pub whole: Emergence,
    /// What follows from its start alone.
    pub by_start: Emergence,
    /// The first day from the first dose on with a higher grade than before it.
    pub worsened_on: Option<NaiveDate>,
    /// Whether that day is recorded whole.
    pub worsening_is_whole: bool,
}

/// What stands for a class or term that nobody has coded yet.
pub const UNCODED: &str = "(not coded)";

/// The protocol's code for an infection of a grade that it names, or above.
const SERIOUS_INFECTION: &str = "SERIOUS_INFECTION";

impl Subject {
    /// Whether an event is of special interest: because the site says so, or the protocol lists its category. What else
    /// the protocol lists has no category of its own, and is the site's to say.
    pub(crate) fn of_special_interest(&self, event: &AdverseEvent) -> bool {
        let grade = self.rulebook.safety().serious_infection_grade;
        let listed = |code: &str| self.rulebook.safety().special_interest.iter().any(|it| it == code);
        let serious = || {
            let is = |it: &Rec<AdverseEventGrade>| grade_of(it.grade).is_some_and(|reached| reached >= grade);
            event.category == AdverseEventCategory::Infection && grades(self, event.id).any(is)
        };
        event.aesi || listed(event.category.as_str()) || (listed(SERIOUS_INFECTION) && serious())
    }

    /// How an event stands to treatment.
    pub(crate) fn emergence(&self, event: &AdverseEvent) -> EventEmergence {
        let (treatment, parameters) = (self.treatment(), self.rulebook.safety());
        let episode = episode(self, event, treatment.first_dose);
        let judge = |episode| classify(&episode, &treatment, parameters);
        EventEmergence {
            whole: judge(episode),
            by_start: judge(Episode { worsened_on: None, ..episode }),
            worsened_on: episode.worsened_on,
            worsening_is_whole: grades(self, event.id).any(|it| {
                it.since.earliest() == it.since.latest() && Some(it.since.earliest()) == episode.worsened_on
            }),
        }
    }

    /// The first day of lymphodepletion.
    pub(crate) fn lymphodepletion_start(&self) -> Option<NaiveDate> {
        let agents = &self.rulebook.product().lymphodepletion;
        let given = self.rows.doses.iter().filter(|dose| agents.contains(&dose.agent));
        given.map(|dose| dose.given_on).min()
    }

    /// When the subject was treated.
    fn treatment(&self) -> Treatment {
        let product = self.rulebook.product();
        let time = |dose: &Rec<Dose>| super::activity::clock(dose.start_time.as_deref());
        let given = self.rows.doses.iter().filter(|dose| dose.agent == product.agent);
        let first = given.min_by_key(|dose| (dose.given_on, time(dose)));
        Treatment {
            lymphodepletion_start: self.lymphodepletion_start(),
            first_dose: first.map(|dose| dose.given_on),
            first_dose_time: first.and_then(time),
        }
    }

    /// Treatment-emergent adverse events as seen on a day.
    pub(crate) fn emergent_events(&self, on: NaiveDate) -> Vec<EmergentEvent> {
        let of = |event: &Rec<AdverseEvent>| {
            let emergence = self.emergence(event);
            let emerged_on = emergence.emerged_on().filter(|day| *day <= on)?;
            // Of an event that only worsened, what it was before is not what emerged.
            let by_start = emergence.by_start.treatment_emergent == Some(true);
            let counts = |since: NaiveDate| since <= on && (by_start || since >= emerged_on);
            Some(self.counted(event, emerged_on, counts))
        };
        self.rows.adverse_events.iter().filter_map(of).collect()
    }

    /// Adverse events that started during lymphodepletion, before the first dose, as seen on a day. One that worsened after
    /// the dose is treatment-emergent as well: here it counts by what it was before.
    pub(crate) fn lymphodepletion_events(&self, on: NaiveDate) -> Vec<EmergentEvent> {
        let first_dose = self.first_dose_on();
        let of = |event: &Rec<AdverseEvent>| {
            let emergence = self.emergence(event).by_start;
            let during = emergence.period == Some(Period::LymphodepletionEmergent);
            let started = emergence.start.filter(|used| during && used.date <= on)?;
            let before = |since| since <= on && first_dose.is_none_or(|dose| since < dose);
            Some(self.counted(event, started.date, before))
        };
        self.rows.adverse_events.iter().filter_map(of).collect()
    }

    /// An event as a table counts it, by the grades that it had on the days that the table looks at.
    fn counted(
        &self,
        event: &Rec<AdverseEvent>,
        emerged_on: NaiveDate,
        looked_at: impl Fn(NaiveDate) -> bool,
    ) -> EmergentEvent {
        let reached = || grades(self, event.id).filter(|it| looked_at(it.since.earliest()));
        EmergentEvent {
            event: event.id,
            soc: event.soc.clone().unwrap_or_else(|| UNCODED.to_owned()),
            pt: event.pt.clone().unwrap_or_else(|| UNCODED.to_owned()),
            withheld: ["soc", "pt"].map(|name| event.withhold.iter().any(|field| field == name)),
            emerged_on,
            grade: reached().filter_map(|it| grade_of(it.grade)).max(),
            grade_missing: reached().next().is_none()
                || reached().any(|it| it.grade.is_none() && it.since.latest() >= emerged_on),
            related: counts_as_related(causality_of(self, event.id), self.rulebook.safety()),
        }
    }
}

impl EventEmergence {
    /// The first day that makes the event treatment-emergent: its start, or that of the worsening; none when it is not.
    pub fn emerged_on(&self) -> Option<NaiveDate> {
        match (self.by_start.treatment_emergent, self.whole.treatment_emergent) {
            (Some(true), _) => self.by_start.start.map(|used| used.date),
            (_, Some(true)) => self.worsened_on,
            (_, Some(false) | None) => None,
        }
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

/// The first day from the first dose on at which the grade is higher than the one that stood before the dose.
///
/// An unknown grade ranks below 1, as it does where the highest is taken: whoever had an event of an unknown grade before
/// the dose, and one of a known grade after it, counts as worse. A first grade that was reached after the onset follows
/// one that nobody recorded.
fn worsened_on<'g>(
    grades: impl Iterator<Item = &'g Rec<AdverseEventGrade>>,
    event: &AdverseEvent,
    first_dose: NaiveDate,
) -> Option<NaiveDate> {
    let mut stood: Option<(NaiveDate, Option<Grade>)> = None;
    for reached in grades {
        let (grade, since) = (grade_of(reached.grade), reached.since.earliest());
        if since < first_dose {
            // Of two grades of one day the higher one stood.
            let same_day = stood.filter(|(day, _)| *day == since).and_then(|(_, held)| held);
            stood = Some((since, grade.max(same_day)));
            continue;
        }
        // A first grade from the dose on stands for what came before only where it was there from the onset.
        let unrecorded = if since > event.start.latest() { None } else { grade };
        let (_, before) = *stood.get_or_insert((since, unrecorded));
        if grade > before {
            return Some(since);
        }
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
