//! Dose-limiting toxicity of a subject as seen on a day. Never memoised: it depends on the day.

use super::course::last_day;
use super::events::{causality_of, dlt_category, grade_of};
use crate::snapshot::Subject;
use crate::snapshot::tables::Rec;
use chrono::NaiveDate;
use derivation::logic::Verdict;
pub use derivation::safety::dlt::{Dlt, DltReason, Evaluability};
use derivation::safety::dlt::{DltCourse, DltEvent, evaluate};
use derivation::safety::dlt_criteria::{DltFacts, Lasted};
use derivation::safety::dose_received::{Infusion, PlannedDose, level_received, percent_received};
use derivation::safety::hys_law::{DatedPanel, LiverPanel, screen};
use entity::rows::{AdverseEvent, AdverseEventGrade};
use entity::term::Term;
use entity::terms::{Indication, MedicationClass, VisitStatus};
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use uuid::Uuid;

impl Subject {
    /// Dose-limiting toxicity as seen on a day.
    pub(crate) fn dlt(&self, on: NaiveDate) -> Dlt {
        let parameters = self.rulebook.dlt();
        let events: Vec<DltEvent> =
            self.rows.adverse_events.iter().flat_map(|event| dlt_events(self, event, on)).collect();
        let course = DltCourse {
            first_dose: self.first_dose_on(),
            dose_percent: self.dose_percent(on),
            followed_through: followed_through(self),
            follow_up_ended: self.rows.dispositions.iter().any(|it| it.occurred_on <= on),
            events: &events,
        };
        let mut dlt = evaluate(&course, parameters, on);
        dlt.evidence.dedup();
        dlt
    }

    /// How much of the planned dose of the DLT period the subject received, in percent, as known on a day; none when
    /// it is not recorded, and while a planned infusion may still come.
    pub(crate) fn dose_percent(&self, on: NaiveDate) -> Option<Decimal> {
        let (infusions, planned) = self.infusions()?;
        percent_received(&infusions, planned, on)
    }

    /// The cohort of the dose level that the subject received, as known on a day; the one it was assigned to while that is
    /// not known.
    pub(crate) fn cohort_received(&self, cohorts: &[(Uuid, Decimal)], on: NaiveDate) -> Option<Uuid> {
        let levels: Vec<Decimal> = cohorts.iter().map(|(_, cells)| *cells).collect();
        let percent = self.rulebook.dlt().minimum_dose_percent;
        let received = self
            .infusions()
            .and_then(|(infusions, planned)| level_received(&infusions, &levels, (planned, percent), on));
        received.and_then(|place| cohorts.get(place)).map(|(id, _)| *id).or_else(|| self.cohort_row())
    }

    /// What was given of the product, and what was planned for the DLT period.
    fn infusions(&self) -> Option<(Vec<Infusion>, PlannedDose)> {
        let product = self.rulebook.product();
        let given = || self.rows.doses.iter().filter(|dose| dose.agent == product.agent);
        let first = given().min_by_key(|dose| dose.ordinal)?;
        let planned = PlannedDose {
            cells_per_kg: first.planned_cells_per_kg?.decimal(),
            infusions: product.infusions,
            window_days: self.rulebook.dlt().window_days,
        };
        let infusions = given().map(|dose| Infusion {
            given_on: dose.given_on,
            cells_per_kg: dose.actual_cells_per_kg.map(|it| it.decimal()),
        });
        Some((infusions.collect(), planned))
    }
}

/// The last day on which the subject is known to have been followed.
fn followed_through(subject: &Subject) -> Option<NaiveDate> {
    let visits = subject.rows.visits.iter();
    let seen = visits.filter(|it| it.status == VisitStatus::Occurred).map(|it| it.date).max();
    seen.max(last_day(subject).filter(|_| seen.is_some()))
}

/// One event for each grade that an adverse event reached: the day of each decides by itself.
fn dlt_events(subject: &Subject, event: &Rec<AdverseEvent>, on: NaiveDate) -> Vec<DltEvent> {
    let grades: Vec<&Rec<AdverseEventGrade>> =
        subject.rows.adverse_event_grades.iter().filter(|it| it.adverse_event_id == event.id).collect();
    let adjudicated =
        subject.rows.dlt_adjudications.iter().find(|it| it.adverse_event_id == event.id).map(|it| it.is_dlt);
    let related = causality_of(subject, event.id).map(derivation::safety::Causality::is_related);
    let mut events = Vec::new();
    for (place, reached) in grades.iter().enumerate() {
        let Some(grade) = grade_of(reached.grade) else { continue };
        let from = reached.since.earliest();
        // The grade lasts until a lower one is recorded, or the event ends.
        let lower = grades[place + 1..].iter().find(|it| grade_of(it.grade).is_some_and(|next| next < grade));
        let until = lower.map(|it| it.since.latest()).or_else(|| event.end.as_ref().map(|end| end.latest()));
        let hours = |to: NaiveDate| u32::try_from((to - from).num_days().max(0) * 24).unwrap_or(u32::MAX);
        let lasted = match until {
            Some(to) => Lasted::Hours(hours(to)),
            None => Lasted::AtLeastHours(hours(on.max(from))),
        };
        events.push(DltEvent {
            id: event.id,
            onset: event.start.earliest(),
            worsened_on: Some(from),
            related,
            facts: DltFacts {
                category: dlt_category(event.category),
                names: names(event),
                grade,
                lasted,
                systemic_steroid: Some(steroid_for_it(subject, event)),
                hys_law: hys_law(subject, from, until.unwrap_or(on)),
                transaminases_x_uln: transaminases(subject, from, until.unwrap_or(on)),
                due_to_disease_or_accident: Some(related == Some(false)),
            },
            adjudicated,
        });
    }
    events
}

/// The code under which exceptions list an abnormal laboratory value without consequence.
const ASYMPTOMATIC_LABORATORY: &str = "ASYMPTOMATIC_LABORATORY";

/// What exceptions may list an event as.
fn names(event: &AdverseEvent) -> Vec<String> {
    let laboratory = event.asymptomatic_laboratory.then_some(ASYMPTOMATIC_LABORATORY);
    let codes = [Some(event.category.as_str()), laboratory].into_iter().flatten();
    let coded = event.pt.as_deref().unwrap_or(&event.term);
    codes.chain([coded]).map(str::to_owned).collect()
}

/// Whether a systemic glucocorticoid was started during the event for something else than lupus.
fn steroid_for_it(subject: &Subject, event: &AdverseEvent) -> bool {
    let (from, to) = (event.start.earliest(), event.end.as_ref().map(|end| end.latest()));
    subject.rows.medications.iter().any(|it| {
        let started = it.start.earliest();
        it.class == MedicationClass::Glucocorticoid
            && matches!(it.indication, Indication::Crs | Indication::Other)
            && started >= from
            && to.is_none_or(|to| started <= to)
    })
}

/// The highest ALT or AST in multiples of the upper limit of normal, between two days.
fn transaminases(subject: &Subject, from: NaiveDate, to: NaiveDate) -> Option<Decimal> {
    let of = |analyte| times_uln(subject, analyte, from, to);
    of("alt").max(of("ast"))
}

/// The highest result of an analyte in multiples of the upper limit of normal, between two days.
fn times_uln(subject: &Subject, analyte: &str, from: NaiveDate, to: NaiveDate) -> Option<Decimal> {
    let results = subject.rows.lab_results.iter();
    results
        .filter(|it| it.analyte == analyte && (from..=to).contains(&it.collected_on))
        .filter_map(|it| it.standard_value?.decimal().checked_div(it.uln?.decimal()))
        .max()
}

/// Whether the liver values between two days make a Hy's law pattern. None when none were taken, or those that were
/// leave it open.
fn hys_law(subject: &Subject, from: NaiveDate, to: NaiveDate) -> Option<bool> {
    const LIVER: [&str; 4] = ["alt", "ast", "bilirubin", "alp"];
    let results = subject.rows.lab_results.iter();
    let days: BTreeSet<NaiveDate> = results
        .filter(|it| LIVER.contains(&it.analyte.as_str()) && (from..=to).contains(&it.collected_on))
        .map(|it| it.collected_on)
        .collect();
    let panels: Vec<DatedPanel> = days
        .into_iter()
        .map(|date| {
            let [alt, ast, bilirubin, alp] = LIVER.map(|analyte| times_uln(subject, analyte, date, date));
            DatedPanel { date, panel: LiverPanel { alt, ast, bilirubin, alp } }
        })
        .collect();
    let safety = subject.rulebook.safety();
    let (found, _) = screen(&panels, safety.hys_law_bilirubin, safety.hys_law_window_days);
    match found {
        Verdict::Met => Some(true),
        Verdict::NotMet => (!panels.is_empty()).then_some(false),
        Verdict::NotEvaluable => None,
    }
}
