//! Incidence of adverse events by class, term and grade, and their rates by exposure.

use super::{Column, Counted, Group, OutcomeGrouping, Rate, code_of};
use crate::derived::{EmergentEvent, Population, reads};
use crate::rulebook::Endpoint;
use crate::snapshot::Subject;
use crate::terms::EventPeriod;
use crate::view::{ValueState, View};
use chrono::NaiveDate;
use derivation::rule::RuleVersion;
use derivation::safety::Grade;
use derivation::safety::exposure::{self, person_years, rate};
use derivation::safety::incidence::{self, EventRecord, Row, incidence};
use derivation::safety::treatment_emergent;
use derivation::statistics::{Interval, clopper_pearson, wilson};
use entity::term::Term;
use std::collections::{BTreeMap, BTreeSet};
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

/// Which adverse events a table counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventsOf {
    /// Every treatment-emergent one.
    Anything,
    /// Treatment-emergent ones that count as related to the investigational product.
    Product,
    /// Those that started during lymphodepletion, before the first dose.
    Lymphodepletion,
}

impl EventsOf {
    fn of(self, subject: &Subject, on: NaiveDate) -> Vec<EmergentEvent> {
        match self {
            EventsOf::Anything => subject.emergent_events(on),
            EventsOf::Product => {
                subject.emergent_events(on).into_iter().filter(|event| event.related).collect()
            }
            EventsOf::Lymphodepletion => subject.lymphodepletion_events(on),
        }
    }

    fn days_at_risk(self, subject: &Subject, event: Option<NaiveDate>, on: NaiveDate) -> u32 {
        match self {
            EventsOf::Anything | EventsOf::Product => subject.days_at_risk(event, on),
            EventsOf::Lymphodepletion => subject.lymphodepletion_days(event, on),
        }
    }

    fn period(self) -> EventPeriod {
        match self {
            EventsOf::Anything | EventsOf::Product => EventPeriod::TreatmentEmergent,
            EventsOf::Lymphodepletion => EventPeriod::LymphodepletionEmergent,
        }
    }
}

/// Incidence of adverse events in one column of a table.
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
    /// Of a term the class that all of its events were coded to; none when they were coded to several.
    pub class: Option<String>,
    /// Subjects with at least one event.
    pub subjects: u64,
    /// Subjects of the analysis set.
    pub denominator: u64,
    /// Events.
    pub events: u64,
    /// Subjects by their highest grade; none is unknown.
    pub by_grade: Vec<(Option<u8>, u64)>,
    /// The same with the protocol's grade in place of every unknown one.
    pub by_grade_filled: Vec<(Option<u8>, u64)>,
    /// Subjects over denominator.
    pub estimate: Option<f64>,
    /// Exact interval.
    pub exact: Option<Interval>,
    /// Score interval.
    pub score: Option<Interval>,
    /// Level of the intervals.
    pub confidence: f64,
    /// Subjects with an event over the time to the first one.
    pub first_events: exposure::Rate,
    /// Events over all exposure.
    pub all_events: exposure::Rate,
    /// The rule that counts.
    pub rule: Option<Arc<RuleVersion>>,
    /// The rule of the rates by exposure.
    pub exposure_rule: Option<Arc<RuleVersion>>,
    /// The rule that says which events count.
    pub emergence_rule: Option<Arc<RuleVersion>>,
}

impl Incidence {
    /// Subjects whose highest grade is at least this one. Unknown grades are counted apart, unless the protocol's grade
    /// stands for them.
    pub fn at_least(&self, grade: u8, filled: bool) -> Rate {
        let grades = if filled { &self.by_grade_filled } else { &self.by_grade };
        let sum = |wanted: &dyn Fn(Option<u8>) -> bool| {
            grades.iter().filter(|(held, _)| wanted(*held)).map(|(_, subjects)| subjects).sum()
        };
        let counted = Counted {
            numerator: sum(&|held| held.is_some_and(|held| held >= grade)),
            denominator: self.denominator,
            not_evaluable: sum(&|held| held.is_none()),
        };
        Rate::of(self.group.clone(), &counted, self.confidence, self.rule.clone())
    }
}

/// What stands in the board's tables for a class or term that holds an identifier of its subject.
const WITHHELD: &str = "(withheld)";

/// One event of a column: the place of its subject, and what it is called.
struct Counts {
    place: usize,
    labels: [String; 2],
    event: EmergentEvent,
}

/// A row of the table before it has its figures.
struct Line<'t> {
    level: IncidenceLevel,
    term: Option<&'t str>,
    row: &'t Row,
    filled: Option<&'t Row>,
}

impl View {
    /// Incidence of adverse events as seen on a day: any event, then by class, then by term. None for whoever may not read
    /// adverse events.
    pub fn incidence(
        &self,
        of: EventsOf,
        by: OutcomeGrouping,
        on: Option<NaiveDate>,
    ) -> Option<Vec<Incidence>> {
        let (population, on) = (self.analysed_for(of), self.day(on));
        if self.table_in(population, reads::EVENTS) != ValueState::Present {
            return None;
        }
        let mut rows = Vec::new();
        // The safety set is told by the dose that was received, any other by the one that was assigned.
        let keep = |subject: &Subject| subject.is_of(population, on);
        let columns = match population {
            Population::Safety => self.columns_received(by, on, keep),
            _ => self.columns(by, keep),
        };
        for column in columns {
            let counts = self.counts(&column, of, on);
            self.lines((&column, of), &counts, on, &mut rows);
        }
        Some(rows)
    }

    /// The set that a table of events is counted in.
    fn analysed_for(&self, of: EventsOf) -> Population {
        match of {
            EventsOf::Anything | EventsOf::Product => self.analysed(Endpoint::TraeIncidence),
            EventsOf::Lymphodepletion => Population::LymphodepletionSafety,
        }
    }

    fn counts(&self, column: &Column<'_>, of: EventsOf, on: NaiveDate) -> Vec<Counts> {
        let named = |text: &str, withheld: bool| {
            if self.is_board() && withheld { WITHHELD.to_owned() } else { text.to_owned() }
        };
        let subjects = column.subjects.iter().enumerate();
        subjects
            .flat_map(|(place, subject)| {
                of.of(subject.subject(), on).into_iter().map(move |event| (place, event))
            })
            .map(|(place, event)| Counts {
                place,
                labels: [named(&event.soc, event.withheld[0]), named(&event.pt, event.withheld[1])],
                event,
            })
            .collect()
    }

    fn lines(
        &self,
        (column, of): (&Column<'_>, EventsOf),
        counts: &[Counts],
        on: NaiveDate,
        rows: &mut Vec<Incidence>,
    ) {
        let stands_in = self.rulebook().map(|book| book.safety().missing_grade_sensitivity);
        let table = incidence(counts.iter().map(|it| it.record(it.event.grade)));
        let filled = incidence(counts.iter().map(|it| {
            let grade = if it.event.grade_missing { it.event.grade.max(stands_in) } else { it.event.grade };
            it.record(grade)
        }));
        let mut lines = vec![Line {
            level: IncidenceLevel::Any,
            term: None,
            row: &table.overall,
            filled: Some(&filled.overall),
        }];
        for (level, rows, filled) in [
            (IncidenceLevel::SystemOrganClass, &table.by_class, &filled.by_class),
            (IncidenceLevel::PreferredTerm, &table.by_term, &filled.by_term),
        ] {
            let line =
                |(term, row)| Line { level, term: Some(String::as_str(term)), row, filled: filled.get(term) };
            lines.extend(rows.iter().map(line));
        }
        let exposed: Vec<u32> =
            column.subjects.iter().map(|it| of.days_at_risk(it.subject(), None, on)).collect();
        let population = self.analysed_for(of);
        let level = if population == Population::Safety { "RECEIVED" } else { "ASSIGNED" };
        let counted = || {
            vec![
                ("population", code_of(&population)),
                ("dose_level", level.to_owned()),
                ("period", of.period().as_str().to_owned()),
            ]
        };
        let [counting, exposing] = [&incidence::RULE, &exposure::RULE].map(|rule| self.told(rule, counted()));
        let rules = [counting, exposing, self.told(&treatment_emergent::RULE, Vec::new())];
        for line in lines {
            rows.push(self.figures((column, of, counts), &line, (&exposed, on), &rules));
        }
    }

    fn figures(
        &self,
        (column, of, counts): (&Column<'_>, EventsOf, &[Counts]),
        line: &Line<'_>,
        (exposed, on): (&[u32], NaiveDate),
        [rule, exposure_rule, emergence_rule]: &[Option<Arc<RuleVersion>>; 3],
    ) -> Incidence {
        let confidence = self.rulebook().map_or(0.95, |book| book.statistics().level());
        let denominator = column.subjects.len() as u64;
        let grades =
            |row: &Row| row.max_grades.iter().map(|(grade, count)| (grade.map(u8::from), *count)).collect();
        let mine: Vec<&Counts> = counts.iter().filter(|it| line.holds(it)).collect();
        let total: u64 = exposed.iter().map(|days| u64::from(*days)).sum();
        let mut first: BTreeMap<usize, NaiveDate> = BTreeMap::new();
        for it in &mine {
            let day = first.entry(it.place).or_insert(it.event.emerged_on);
            *day = (*day).min(it.event.emerged_on);
        }
        // Whoever had the event leaves the time at risk on that day.
        let left: u64 = first
            .iter()
            .map(|(place, day)| {
                let at_risk = of.days_at_risk(column.subjects[*place].subject(), Some(*day), on);
                u64::from(exposed[*place].saturating_sub(at_risk))
            })
            .sum();
        let classes: BTreeSet<&str> = mine.iter().map(|it| it.labels[0].as_str()).collect();
        let only = |classes: BTreeSet<&str>| match (classes.len(), classes.first()) {
            (1, Some(only)) => Some((*only).to_owned()),
            (_, _) => None,
        };
        let row = line.row;
        Incidence {
            group: column.group.clone(),
            state: if denominator == 0 { ValueState::NotEvaluable } else { ValueState::Present },
            level: line.level,
            term: line.term.map(str::to_owned),
            class: if line.level == IncidenceLevel::PreferredTerm { only(classes) } else { None },
            subjects: row.subjects,
            denominator,
            events: row.events,
            by_grade: grades(row),
            by_grade_filled: line.filled.map(grades).unwrap_or_default(),
            estimate: row.incidence(denominator),
            exact: clopper_pearson(row.subjects, denominator, confidence),
            score: wilson(row.subjects, denominator, confidence),
            confidence,
            first_events: rate(row.subjects, person_years(total.saturating_sub(left)), confidence),
            all_events: rate(row.events, person_years(total), confidence),
            rule: rule.clone(),
            exposure_rule: exposure_rule.clone(),
            emergence_rule: emergence_rule.clone(),
        }
    }
}

impl Counts {
    fn record(&self, grade: Option<Grade>) -> EventRecord<'_, usize> {
        let [soc, pt] = &self.labels;
        EventRecord { subject: self.place, system_organ_class: soc, preferred_term: pt, grade }
    }
}

impl Line<'_> {
    fn holds(&self, counts: &Counts) -> bool {
        match self.level {
            IncidenceLevel::Any => true,
            IncidenceLevel::SystemOrganClass => self.term == Some(counts.labels[0].as_str()),
            IncidenceLevel::PreferredTerm => self.term == Some(counts.labels[1].as_str()),
        }
    }
}
