//! Subject-level incidence of adverse events: overall, by system organ class and by preferred term.
//!
//! A subject counts once at each level, at the highest grade there. Levels are never derived from each other: the
//! preferred terms of a class can add up to more subjects than the class has.

use super::Grade;
use crate::rule::{Rule, Version};
use crate::statistics::{Interval, clopper_pearson, proportion};
use std::collections::BTreeMap;

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "incidence",
    name: "Incidence of adverse events",
    versions: &[Version {
        version: "1",
        what: "A subject counts once at each level, at the highest grade there.",
    }],
};

/// One adverse event that qualifies: the caller has filtered by emergence and, for TRAE, by causality. A grade change
/// of one episode is one event.
#[derive(Clone, Copy, Debug)]
pub struct EventRecord<'a, S> {
    /// Whose event it is.
    pub subject: S,
    /// System organ class.
    pub system_organ_class: &'a str,
    /// Preferred term.
    pub preferred_term: &'a str,
    /// The highest grade; none when unknown, which ranks below 1.
    pub grade: Option<Grade>,
}

/// The counts of one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Subjects with at least one event.
    pub subjects: u64,
    /// Event records.
    pub events: u64,
    /// Subjects by their highest grade in this row; none is unknown. Grades that nobody has are left out.
    pub max_grades: BTreeMap<Option<Grade>, u64>,
}

impl Row {
    /// Subjects whose highest grade is at least `grade`. Unknown grades do not count.
    pub fn subjects_at_or_above(&self, grade: Grade) -> u64 {
        self.max_grades.range(Some(grade)..).map(|(_, subjects)| subjects).sum()
    }

    /// The share of the safety population; none when that is empty or smaller than the row.
    pub fn incidence(&self, safety_population: u64) -> Option<f64> {
        proportion::estimate(self.subjects, safety_population)
    }

    /// The exact interval of the share.
    pub fn interval(&self, safety_population: u64, level: f64) -> Option<Interval> {
        clopper_pearson(self.subjects, safety_population, level)
    }
}

/// An incidence table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Incidence {
    /// Any event.
    pub overall: Row,
    /// By system organ class.
    pub by_class: BTreeMap<String, Row>,
    /// By preferred term.
    pub by_term: BTreeMap<String, Row>,
}

/// Counts subjects and events at each level. The order of records changes nothing.
pub fn incidence<'a, S: Ord + Copy>(records: impl IntoIterator<Item = EventRecord<'a, S>>) -> Incidence {
    let mut overall = Tally::default();
    let mut classes: BTreeMap<&str, Tally<S>> = BTreeMap::new();
    let mut terms: BTreeMap<&str, Tally<S>> = BTreeMap::new();
    for record in records {
        overall.count(&record);
        classes.entry(record.system_organ_class).or_default().count(&record);
        terms.entry(record.preferred_term).or_default().count(&record);
    }
    Incidence {
        overall: overall.row(),
        by_class: classes.into_iter().map(|(name, tally)| (name.to_owned(), tally.row())).collect(),
        by_term: terms.into_iter().map(|(name, tally)| (name.to_owned(), tally.row())).collect(),
    }
}

struct Tally<S> {
    events: u64,
    highest: BTreeMap<S, Option<Grade>>,
}

impl<S> Default for Tally<S> {
    fn default() -> Self {
        Self { events: 0, highest: BTreeMap::new() }
    }
}

impl<S: Ord + Copy> Tally<S> {
    fn count(&mut self, record: &EventRecord<'_, S>) {
        self.events += 1;
        let highest = self.highest.entry(record.subject).or_default();
        *highest = (*highest).max(record.grade);
    }

    fn row(&self) -> Row {
        let mut max_grades = BTreeMap::new();
        for grade in self.highest.values() {
            *max_grades.entry(*grade).or_default() += 1;
        }
        Row { subjects: self.highest.len() as u64, events: self.events, max_grades }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(subject: u32, term: &'static str, class: &'static str, grade: u8) -> EventRecord<'static, u32> {
        let grade = Grade::try_from(grade).ok();
        EventRecord { subject, system_organ_class: class, preferred_term: term, grade }
    }

    fn row(subjects: u64, events: u64, max_grades: &[(u8, u64)]) -> Row {
        let max_grades =
            max_grades.iter().map(|(grade, count)| (Grade::try_from(*grade).ok(), *count)).collect();
        Row { subjects, events, max_grades }
    }

    /// Section 7.6, first line: one subject, two events, highest grade 2.
    #[test]
    fn one_subject_twice_counts_once_at_the_higher_grade() {
        let table = incidence([event(1, "Pyrexia", "General", 1), event(1, "Pyrexia", "General", 2)]);
        let expected = row(1, 2, &[(2, 1)]);
        assert_eq!(
            (&table.overall, &table.by_term["Pyrexia"], &table.by_class["General"]),
            (&expected, &expected, &expected)
        );
        assert!((table.overall.incidence(9).unwrap() - 1.0 / 9.0).abs() < 1e-15);
    }

    /// Section 7.6: two terms in one class count the subject once in the class, once in each term.
    #[test]
    fn a_class_counts_the_subject_once() {
        let table = incidence([event(6, "Rash", "Skin", 1), event(6, "Pruritus", "Skin", 3)]);
        assert_eq!(table.by_class["Skin"], row(1, 2, &[(3, 1)]));
        assert_eq!(table.by_term["Rash"], row(1, 1, &[(1, 1)]));
        assert_eq!(table.by_term["Pruritus"], row(1, 1, &[(3, 1)]));
    }

    /// Section 7.6: an unknown grade is listed as unknown and ranks below 1.
    #[test]
    fn an_unknown_grade_ranks_lowest() {
        let table = incidence([event(7, "Rash", "Skin", 0)]);
        assert_eq!(table.overall, row(1, 1, &[(0, 1)]));
        assert_eq!(table.overall.subjects_at_or_above(Grade::One), 0);
        let graded = incidence([event(7, "Rash", "Skin", 0), event(7, "Rash", "Skin", 1)]);
        assert_eq!(graded.overall, row(1, 2, &[(1, 1)]));
    }

    /// Section 7.6: no events, all nine, four of nine.
    #[test]
    fn incidence_has_an_exact_interval() {
        let none = incidence(Vec::<EventRecord<'_, u32>>::new());
        assert_eq!(none.overall.incidence(9), Some(0.0));
        assert!((none.overall.interval(9, 0.95).unwrap().high - 0.336267).abs() < 1e-6);
        let all = incidence((1..=9).map(|subject| event(subject, "Chills", "General", 1)));
        assert_eq!(all.overall.incidence(9), Some(1.0));
        assert!((all.overall.interval(9, 0.95).unwrap().low - 0.663733).abs() < 1e-6);
        let four = incidence((1..=4).map(|subject| event(subject, "Chills", "General", 1)));
        let interval = four.overall.interval(9, 0.95).unwrap();
        assert!((interval.low - 0.136996).abs() < 1e-6 && (interval.high - 0.787991).abs() < 1e-6);
        assert_eq!(four.overall.incidence(0), None);
    }

    /// A subject with pyrexia of grade 1, then 3, counts once, at 3.
    #[test]
    fn grade_three_and_above() {
        let table = incidence([
            event(1, "Pyrexia", "General", 1),
            event(1, "Pyrexia", "General", 3),
            event(2, "Rash", "Skin", 2),
        ]);
        assert_eq!(table.overall.subjects_at_or_above(Grade::Three), 1);
        assert_eq!(table.overall.subjects_at_or_above(Grade::Two), 2);
    }

    proptest! {
        /// Shuffling records changes nothing; no row has more subjects than events or than the overall row.
        #[test]
        fn order_changes_nothing(events in prop::collection::vec((0_u32..6, 0_usize..4, 0_u8..6), 0..40)) {
            const TERMS: [(&str, &str); 4] = [("Rash", "Skin"), ("Pruritus", "Skin"), ("Chills", "General"), ("Nausea", "Gut")];
            let records: Vec<_> = events.iter().map(|(subject, term, grade)| event(*subject, TERMS[*term].0, TERMS[*term].1, *grade)).collect();
            let table = incidence(records.iter().copied());
            prop_assert_eq!(&table, &incidence(records.iter().rev().copied()));
            for row in table.by_class.values().chain(table.by_term.values()).chain([&table.overall]) {
                prop_assert!(row.subjects <= row.events && row.subjects <= table.overall.subjects);
                prop_assert_eq!(row.max_grades.values().sum::<u64>(), row.subjects);
            }
            prop_assert_eq!(table.by_term.values().map(|row| row.events).sum::<u64>(), table.overall.events);
        }
    }
}
