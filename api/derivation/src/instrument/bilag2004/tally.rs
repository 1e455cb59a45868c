//! The systems tally: what became of each system between two consecutive assessments, counted over the nine.
//!
//! Sources: Cresswell 2009; Yee 2012. Worsening, or still as active as A or B, is one class; a system that was A or B and is
//! milder now is improving; one that was and is at most mildly active is persistent minimal.

use super::grade::{Grade, Grades, SystemGrade};
use crate::rule::{Rule, Version};
use serde::Serialize;

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "bilag2004_tally",
    name: "BILAG-2004 systems tally",
    versions: &[Version {
        version: "1",
        what: "Three classes: active or worsening, improving, persistent minimal.",
    }],
};

/// What became of one system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Transition {
    /// It is A, or B without having been A.
    ActiveOrWorsening,
    /// It was A or B and is milder.
    Improving,
    /// It was and is C, D or E.
    PersistentMinimal,
}

/// Systems in each class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Active or worsening.
    pub active_or_worsening: u8,
    /// Improving.
    pub improving: u8,
    /// Persistent minimal.
    pub persistent_minimal: u8,
    /// Systems of which a grade that decides is not known.
    pub open: u8,
}

/// Counts the nine systems between the previous assessment and this one.
pub fn tally(previous: &Grades, now: &Grades) -> Tally {
    let mut tally = Tally::default();
    for (system, grade) in now.iter() {
        *match transition(previous.of(system), grade) {
            Some(Transition::ActiveOrWorsening) => &mut tally.active_or_worsening,
            Some(Transition::Improving) => &mut tally.improving,
            Some(Transition::PersistentMinimal) => &mut tally.persistent_minimal,
            None => &mut tally.open,
        } += 1;
    }
    tally
}

/// What became of one system; none when a grade that decides is not known.
pub fn transition(previous: SystemGrade, now: SystemGrade) -> Option<Transition> {
    match (level(previous), level(now)?) {
        (_, Grade::A) => Some(Transition::ActiveOrWorsening),
        (previous, Grade::B) => Some(match previous? {
            Grade::A => Transition::Improving,
            Grade::B | Grade::C | Grade::D | Grade::E => Transition::ActiveOrWorsening,
        }),
        (previous, Grade::C | Grade::D | Grade::E) => Some(match previous? {
            Grade::A | Grade::B => Transition::Improving,
            Grade::C | Grade::D | Grade::E => Transition::PersistentMinimal,
        }),
    }
}

/// The grade as far as the classes tell grades apart: D and E are alike.
fn level(grade: SystemGrade) -> Option<Grade> {
    match grade {
        SystemGrade::Known(grade) => Some(grade),
        SystemGrade::DOrE => Some(Grade::E),
        SystemGrade::NotEvaluable => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::bilag2004::System;
    use Grade::{A, B, C, D, E};
    use Transition::{ActiveOrWorsening, Improving, PersistentMinimal};

    #[test]
    fn every_pair_of_grades() {
        let rows = [
            (A, [ActiveOrWorsening, Improving, Improving, Improving, Improving]),
            (B, [ActiveOrWorsening, ActiveOrWorsening, Improving, Improving, Improving]),
            (
                C,
                [
                    ActiveOrWorsening,
                    ActiveOrWorsening,
                    PersistentMinimal,
                    PersistentMinimal,
                    PersistentMinimal,
                ],
            ),
            (
                D,
                [
                    ActiveOrWorsening,
                    ActiveOrWorsening,
                    PersistentMinimal,
                    PersistentMinimal,
                    PersistentMinimal,
                ],
            ),
            (
                E,
                [
                    ActiveOrWorsening,
                    ActiveOrWorsening,
                    PersistentMinimal,
                    PersistentMinimal,
                    PersistentMinimal,
                ],
            ),
        ];
        for (before, expected) in rows {
            for (now, expected) in [A, B, C, D, E].into_iter().zip(expected) {
                let found = transition(SystemGrade::Known(before), SystemGrade::Known(now));
                assert_eq!(found, Some(expected), "{before:?} to {now:?}");
            }
        }
    }

    #[test]
    fn what_is_not_known_is_open_unless_the_other_grade_decides() {
        let unknown = SystemGrade::NotEvaluable;
        let known = SystemGrade::Known;
        assert_eq!(transition(unknown, known(A)), Some(ActiveOrWorsening));
        assert_eq!(transition(unknown, known(B)), None);
        assert_eq!(transition(unknown, known(C)), None);
        assert_eq!(transition(known(A), unknown), None);
        assert_eq!(transition(SystemGrade::DOrE, SystemGrade::DOrE), Some(PersistentMinimal));
    }

    #[test]
    fn nine_systems_are_counted() {
        let before = Grades::known([A, B, B, C, D, E, E, E, E]);
        let now = Grades::known([B, B, C, A, D, E, B, E, E])
            .with(System::Haematological, SystemGrade::NotEvaluable);
        let expected = Tally { active_or_worsening: 3, improving: 2, persistent_minimal: 3, open: 1 };
        assert_eq!(tally(&before, &now), expected);
    }
}
