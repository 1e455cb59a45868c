//! Incidence of adverse events by class, term and grade.

use super::{Group, Grouping};
use crate::derived::reads;
use crate::snapshot::Subject;
use crate::view::{ValueState, View};
use derivation::rule::RuleVersion;
use derivation::safety::incidence::{self, EventRecord, Row, incidence};
use derivation::statistics::{Interval, clopper_pearson, wilson};
use std::sync::Arc;

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
    /// The rule that counts.
    pub rule: Option<Arc<RuleVersion>>,
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
        let rule = self.rule(&incidence::RULE).map(Arc::new);
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
                rule: rule.clone(),
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
}
