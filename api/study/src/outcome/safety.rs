//! Incidence of treatment-related adverse events, and where the dose escalation stands.

use super::{Group, Grouping};
use crate::derived::reads;
use crate::snapshot::Subject;
use crate::view::{Shown, SubjectView, ValueState, View};
use chrono::NaiveDate;
use derivation::escalation::{self, LevelCounts, Recommendation};
use derivation::logic::Verdict;
use derivation::safety::dlt::Evaluability;
use derivation::safety::incidence::{EventRecord, Row, incidence};
use derivation::statistics::{Interval, clopper_pearson, wilson};
use policy::DataGroup;

/// At which level of coding a row of the table counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncidenceLevel {
    /// Any event.
    Any,
    /// A system organ class.
    SystemOrganClass,
    /// A preferred term.
    PreferredTerm,
}

/// Incidence of treatment-related adverse events in one column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Incidence {
    /// The column.
    pub group: Group,
    /// Whether it may be seen, and whether there is a denominator.
    pub state: ValueState,
    /// At which level of coding.
    pub level: IncidenceLevel,
    /// The class or term; none for any event.
    pub term: Option<String>,
    /// Subjects with at least one event.
    pub subjects: u64,
    /// Subjects of the safety population.
    pub denominator: u64,
    /// Events.
    pub events: u64,
    /// Subjects by their highest grade; none is unknown.
    pub by_grade: Vec<(Option<u8>, u64)>,
    /// Subjects over denominator.
    pub estimate: Option<f64>,
    /// Exact interval.
    pub exact: Option<Interval>,
    /// Score interval.
    pub score: Option<Interval>,
}

/// What is known of one dose level.
#[derive(Clone, Debug, PartialEq)]
pub struct LevelState {
    /// The dose level, from 1.
    pub level: i32,
    /// The cohort's name.
    pub label: String,
    /// Subjects who received the product.
    pub treated: u64,
    /// Subjects who count in decisions.
    pub evaluable: u64,
    /// Subjects with a dose-limiting toxicity.
    pub dlt: u64,
    /// Subjects whose window is still open.
    pub pending: u64,
}

/// Where the dose escalation stands on a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Escalation {
    /// The day.
    pub on: NaiveDate,
    /// The highest level at which anybody was treated.
    pub current_level: i32,
    /// Every level.
    pub levels: Vec<LevelState>,
    /// What the design says; none before anybody was treated.
    pub recommendation: Option<Recommendation>,
}

/// What stands in the board's tables for a class or term that holds an identifier of its subject.
const WITHHELD: &str = "(withheld)";

impl View {
    /// Incidence of treatment-emergent adverse events that count as related to the product: any event, then by
    /// class, then by term. None for whoever may not read adverse events.
    pub fn related_events(&self, by: Grouping) -> Option<Vec<Incidence>> {
        if self.table(reads::EVENTS) != ValueState::Present {
            return None;
        }
        let level = self.rulebook().map_or(0.95, |book| book.statistics().level());
        let mut rows = Vec::new();
        for column in self.columns(by, Subject::is_treated) {
            let events: Vec<(usize, crate::derived::EmergentEvent)> = column
                .subjects
                .iter()
                .enumerate()
                .flat_map(|(place, subject)| {
                    subject.subject().emergent_events().into_iter().map(move |event| (place, event))
                })
                .filter(|(_, event)| event.related)
                .collect();
            let named = |text: &'_ str, withheld: bool| {
                if self.is_board() && withheld { WITHHELD.to_owned() } else { text.to_owned() }
            };
            let labels: Vec<[String; 2]> = events
                .iter()
                .map(|(_, event)| [named(&event.soc, event.withheld[0]), named(&event.pt, event.withheld[1])])
                .collect();
            let table =
                incidence(events.iter().zip(&labels).map(|((place, event), [soc, pt])| EventRecord {
                    subject: *place,
                    system_organ_class: soc,
                    preferred_term: pt,
                    grade: event.grade,
                }));
            let denominator = column.subjects.len() as u64;
            let row = |at: IncidenceLevel, term: Option<String>, row: &Row| Incidence {
                group: column.group.clone(),
                state: if denominator == 0 { ValueState::NotEvaluable } else { ValueState::Present },
                level: at,
                term,
                subjects: row.subjects,
                denominator,
                events: row.events,
                by_grade: row.max_grades.iter().map(|(grade, count)| (grade.map(u8::from), *count)).collect(),
                estimate: row.incidence(denominator),
                exact: clopper_pearson(row.subjects, denominator, level),
                score: wilson(row.subjects, denominator, level),
            };
            rows.push(row(IncidenceLevel::Any, None, &table.overall));
            for (class, counted) in &table.by_class {
                rows.push(row(IncidenceLevel::SystemOrganClass, Some(class.clone()), counted));
            }
            for (term, counted) in &table.by_term {
                rows.push(row(IncidenceLevel::PreferredTerm, Some(term.clone()), counted));
            }
        }
        Some(rows)
    }

    /// Where the dose escalation stands on a day, over every subject of the study: a decision on the dose is
    /// never made on one site's subjects. Shown to whoever reads doses, adjudications and every site.
    pub fn escalation(&self, on: Option<NaiveDate>) -> Shown<Escalation> {
        let groups = [reads::DLT, &[DataGroup::Dosing]].concat();
        let everywhere = self.subjects().count() == self.snapshot().subjects();
        if self.table(&groups) != ValueState::Present || !everywhere {
            return Shown::masked();
        }
        let on = self.day(on);
        let Some(book) = self.rulebook() else { return Shown::of(None) };
        let Some(cohorts) = self.cohorts() else { return Shown::masked() };
        let mut levels = Vec::new();
        let mut counts = Vec::new();
        let subjects: Vec<SubjectView<'_>> = self.subjects().collect();
        for cohort in cohorts {
            let members = subjects
                .iter()
                .map(|subject| subject.subject())
                .filter(|subject| subject.cohort_row() == Some(cohort.row_id()));
            let mut state = LevelState {
                level: cohort.level(),
                label: cohort.label().to_owned(),
                treated: 0,
                evaluable: 0,
                dlt: 0,
                pending: 0,
            };
            let mut enrolled = 0;
            for subject in members {
                enrolled += 1;
                if !subject.is_treated() {
                    continue;
                }
                let dlt = subject.dlt(on);
                state.treated += 1;
                state.evaluable += u64::from(dlt.evaluable == Evaluability::Evaluable);
                state.pending += u64::from(dlt.evaluable == Evaluability::Pending);
                state.dlt += u64::from(dlt.dlt == Verdict::Met);
            }
            let (evaluable, dlt, pending) = (state.evaluable, state.dlt, state.pending);
            counts.push(LevelCounts { evaluable, dlt, pending, enrolled });
            levels.push(state);
        }
        let current = levels.iter().filter(|level| level.treated > 0).map(|level| level.level).max();
        let recommendation = current
            .and_then(|level| u64::try_from(level).ok())
            .and_then(|level| escalation::decide(&counts, level, book.escalation()));
        Shown::of(Some(Escalation { on, current_level: current.unwrap_or(1), levels, recommendation }))
    }
}
