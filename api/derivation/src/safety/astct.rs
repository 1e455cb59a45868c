//! ASTCT consensus grades of cytokine release syndrome and of neurotoxicity (ICANS) (Lee 2019).
//!
//! Each grade is the worst of its parts. A part that is not known leaves the grade open unless every value of it gives
//! the same one. These grades differ from CTCAE v5, so the scale is stored with them.

use crate::rule::{Rule, Version};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The rule on cytokine release syndrome and its versions.
pub const CRS_RULE: Rule = Rule {
    id: "astct_crs",
    name: "ASTCT grade of cytokine release syndrome",
    versions: &[Version { version: "1", what: "The worst of blood pressure and oxygen; 0 without fever." }],
};

/// The rule on neurotoxicity and its versions.
pub const ICANS_RULE: Rule = Rule {
    id: "astct_icans",
    name: "ASTCT grade of ICANS",
    versions: &[Version {
        version: "1",
        what: "The worst of ICE score, consciousness, seizure, weakness and oedema.",
    }],
};

/// Oxygen that the patient needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Oxygen {
    /// None.
    None,
    /// Low-flow nasal cannula (up to 6 L/min) or blow-by.
    LowFlow,
    /// High-flow cannula, face mask, non-rebreather or Venturi mask.
    HighFlow,
    /// Positive pressure: CPAP, BiPAP, intubation.
    PositivePressure,
}

impl Oxygen {
    const ALL: [Oxygen; 4] = [Oxygen::None, Oxygen::LowFlow, Oxygen::HighFlow, Oxygen::PositivePressure];
}

/// What grades a cytokine release syndrome. None is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crs {
    /// Temperature of 38 degrees or more not otherwise explained, or such a fever suppressed by treatment.
    pub fever: Option<bool>,
    /// Vasopressors without counting vasopressin.
    pub vasopressors: Option<u32>,
    /// Hypotension.
    pub hypotension: Option<bool>,
    /// Oxygen.
    pub oxygen: Option<Oxygen>,
}

/// The ASTCT grade of a cytokine release syndrome, 0 to 4; 0 without fever. None when what is missing could change it.
pub fn crs_grade(crs: &Crs) -> Option<u8> {
    only(&crs_grades(crs))
}

/// Every grade that a cytokine release syndrome may have, whatever is found of what is not known.
pub fn crs_grades(crs: &Crs) -> BTreeSet<u8> {
    let mut grades = BTreeSet::new();
    for fever in completions(crs.fever, &[false, true]) {
        for vasopressors in completions(crs.vasopressors, &[0, 1, 2]) {
            for hypotension in completions(crs.hypotension, &[false, true]) {
                for oxygen in completions(crs.oxygen, &Oxygen::ALL) {
                    let grade = of_pressure(vasopressors, hypotension).max(of_oxygen(oxygen));
                    grades.insert(if fever { grade } else { 0 });
                }
            }
        }
    }
    grades
}

fn of_pressure(vasopressors: u32, hypotension: bool) -> u8 {
    match (vasopressors, hypotension) {
        (2.., _) => 4,
        (1, _) => 3,
        (0, true) => 2,
        (0, false) => 1,
    }
}

fn of_oxygen(oxygen: Oxygen) -> u8 {
    match oxygen {
        Oxygen::None => 1,
        Oxygen::LowFlow => 2,
        Oxygen::HighFlow => 3,
        Oxygen::PositivePressure => 4,
    }
}

/// How the patient wakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Consciousness {
    /// Awake.
    Normal,
    /// Wakes by itself.
    Spontaneous,
    /// Wakes to voice.
    ToVoice,
    /// Wakes to touch only.
    ToTouch,
    /// Cannot be woken, or needs vigorous stimuli; coma.
    Unarousable,
}

impl Consciousness {
    const ALL: [Consciousness; 5] = [
        Consciousness::Normal,
        Consciousness::Spontaneous,
        Consciousness::ToVoice,
        Consciousness::ToTouch,
        Consciousness::Unarousable,
    ];
}

/// Seizures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Seizure {
    /// None.
    None,
    /// Clinical seizure that resolves rapidly, or one on the EEG that resolves with intervention.
    ResolvesRapidly,
    /// Longer than five minutes, or repetitive without return to baseline.
    ProlongedOrRepetitive,
}

impl Seizure {
    const ALL: [Seizure; 3] = [Seizure::None, Seizure::ResolvesRapidly, Seizure::ProlongedOrRepetitive];
}

/// Raised intracranial pressure or cerebral oedema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Oedema {
    /// None.
    None,
    /// Focal oedema on imaging.
    Focal,
    /// Diffuse oedema, posturing, sixth nerve palsy, papilloedema or Cushing's triad.
    Diffuse,
}

impl Oedema {
    const ALL: [Oedema; 3] = [Oedema::None, Oedema::Focal, Oedema::Diffuse];
}

/// What grades ICANS. None is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icans {
    /// ICE score, 0 to 10: orientation 4, naming 3, command 1, writing 1, attention 1.
    pub ice_score: Option<u8>,
    /// Consciousness.
    pub consciousness: Option<Consciousness>,
    /// Seizures.
    pub seizure: Option<Seizure>,
    /// Deep focal motor weakness.
    pub motor_weakness: Option<bool>,
    /// Raised pressure or oedema.
    pub oedema: Option<Oedema>,
}

/// The ASTCT grade of ICANS, 0 to 4. None when what is missing could change it.
pub fn icans_grade(icans: &Icans) -> Option<u8> {
    only(&icans_grades(icans))
}

/// Every grade that neurotoxicity may have, whatever is found of what is not known.
pub fn icans_grades(icans: &Icans) -> BTreeSet<u8> {
    let mut grades = BTreeSet::from([0]);
    let parts = [
        completions(icans.ice_score, &[0, 3, 7, 10]).map(of_ice).collect(),
        completions(icans.consciousness, &Consciousness::ALL).map(of_consciousness).collect(),
        completions(icans.seizure, &Seizure::ALL).map(of_seizure).collect(),
        completions(icans.motor_weakness, &[false, true]).map(|weak| if weak { 4 } else { 0 }).collect(),
        completions(icans.oedema, &Oedema::ALL).map(of_oedema).collect::<Vec<u8>>(),
    ];
    for part in parts {
        grades = grades.iter().flat_map(|worst| part.iter().map(|grade| *worst.max(grade))).collect();
    }
    grades
}

fn of_ice(score: u8) -> u8 {
    match score {
        0..=2 => 3,
        3..=6 => 2,
        7..=9 => 1,
        10.. => 0,
    }
}

fn of_consciousness(state: Consciousness) -> u8 {
    match state {
        Consciousness::Normal => 0,
        Consciousness::Spontaneous => 1,
        Consciousness::ToVoice => 2,
        Consciousness::ToTouch => 3,
        Consciousness::Unarousable => 4,
    }
}

fn of_seizure(seizure: Seizure) -> u8 {
    match seizure {
        Seizure::None => 0,
        Seizure::ResolvesRapidly => 3,
        Seizure::ProlongedOrRepetitive => 4,
    }
}

fn of_oedema(oedema: Oedema) -> u8 {
    match oedema {
        Oedema::None => 0,
        Oedema::Focal => 3,
        Oedema::Diffuse => 4,
    }
}

/// What is known, or each value that tells one grade from another.
fn completions<T: Copy>(known: Option<T>, all: &[T]) -> impl Iterator<Item = T> {
    known.into_iter().chain(all.iter().copied().filter(move |_| known.is_none()))
}

/// The one grade that is possible.
fn only(grades: &BTreeSet<u8>) -> Option<u8> {
    grades.first().copied().filter(|_| grades.len() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crs(fever: bool, vasopressors: u32, hypotension: bool, oxygen: Oxygen) -> Crs {
        Crs {
            fever: Some(fever),
            vasopressors: Some(vasopressors),
            hypotension: Some(hypotension),
            oxygen: Some(oxygen),
        }
    }

    #[test]
    fn crs_is_the_worst_of_pressure_and_oxygen() {
        use Oxygen::{HighFlow, LowFlow, PositivePressure};
        let expected = [
            (crs(true, 0, false, Oxygen::None), 1),
            (crs(true, 0, true, Oxygen::None), 2),
            (crs(true, 0, false, LowFlow), 2),
            (crs(true, 1, true, Oxygen::None), 3),
            (crs(true, 0, false, HighFlow), 3),
            (crs(true, 2, true, Oxygen::None), 4),
            (crs(true, 3, true, HighFlow), 4),
            (crs(true, 0, false, PositivePressure), 4),
            (crs(true, 1, true, LowFlow), 3),
            (crs(false, 2, true, PositivePressure), 0),
        ];
        for (crs, grade) in expected {
            assert_eq!(crs_grade(&crs), Some(grade), "{crs:?}");
        }
    }

    #[test]
    fn a_missing_part_leaves_crs_open_unless_the_rest_decides() {
        let known = crs(true, 1, true, Oxygen::None);
        assert_eq!(crs_grade(&Crs { oxygen: None, ..known }), None);
        assert_eq!(crs_grade(&Crs { oxygen: None, vasopressors: Some(2), ..known }), Some(4));
        assert_eq!(crs_grade(&Crs { fever: None, ..known }), None);
        assert_eq!(
            crs_grade(&Crs { fever: Some(false), vasopressors: None, hypotension: None, oxygen: None }),
            Some(0)
        );
        assert_eq!(crs_grade(&Crs { hypotension: None, ..known }), Some(3));
    }

    fn clear() -> Icans {
        Icans {
            ice_score: Some(10),
            consciousness: Some(Consciousness::Normal),
            seizure: Some(Seizure::None),
            motor_weakness: Some(false),
            oedema: Some(Oedema::None),
        }
    }

    #[test]
    fn ice_scores_at_each_border() {
        for (score, grade) in [(10, 0), (9, 1), (7, 1), (6, 2), (3, 2), (2, 3), (0, 3)] {
            assert_eq!(icans_grade(&Icans { ice_score: Some(score), ..clear() }), Some(grade), "ICE {score}");
        }
        let unarousable =
            Icans { ice_score: Some(0), consciousness: Some(Consciousness::Unarousable), ..clear() };
        assert_eq!(icans_grade(&unarousable), Some(4));
    }

    #[test]
    fn what_is_missing_leaves_every_grade_that_it_could_make() {
        let sets = |crs: Crs| crs_grades(&crs).into_iter().collect::<Vec<u8>>();
        // Fever, no vasopressor, low-flow oxygen: whether the pressure fell is open, and changes nothing.
        let crs = Crs {
            fever: Some(true),
            vasopressors: Some(0),
            hypotension: None,
            oxygen: Some(Oxygen::LowFlow),
        };
        assert_eq!((sets(crs), crs_grade(&crs)), (vec![2], Some(2)));
        assert_eq!(sets(Crs { fever: None, ..crs }), [0, 2]);
        assert_eq!(sets(Crs { vasopressors: None, ..crs }), [2, 3, 4]);
        assert_eq!(sets(Crs { oxygen: None, ..crs }), [1, 2, 3, 4]);
        // Whatever the ICE score, who wakes to touch only has grade 3; the rest could make it 4.
        let icans = Icans { ice_score: None, consciousness: Some(Consciousness::ToTouch), ..clear() };
        assert_eq!(icans_grade(&icans), Some(3));
        let grades = icans_grades(&Icans { oedema: None, ..icans });
        assert_eq!(grades.into_iter().collect::<Vec<u8>>(), [3, 4]);
        let nothing =
            Icans { ice_score: None, consciousness: None, seizure: None, motor_weakness: None, oedema: None };
        assert_eq!(icans_grades(&nothing).into_iter().collect::<Vec<u8>>(), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn each_other_part_of_icans() {
        use Consciousness::{Spontaneous, ToTouch, ToVoice};
        for (state, grade) in [(Spontaneous, 1), (ToVoice, 2), (ToTouch, 3)] {
            assert_eq!(icans_grade(&Icans { consciousness: Some(state), ..clear() }), Some(grade));
        }
        for (seizure, grade) in [(Seizure::ResolvesRapidly, 3), (Seizure::ProlongedOrRepetitive, 4)] {
            assert_eq!(icans_grade(&Icans { seizure: Some(seizure), ..clear() }), Some(grade));
        }
        for (oedema, grade) in [(Oedema::Focal, 3), (Oedema::Diffuse, 4)] {
            assert_eq!(icans_grade(&Icans { oedema: Some(oedema), ..clear() }), Some(grade));
        }
        assert_eq!(icans_grade(&Icans { motor_weakness: Some(true), ..clear() }), Some(4));
    }

    #[test]
    fn a_missing_part_leaves_icans_open_unless_the_rest_decides() {
        assert_eq!(icans_grade(&Icans { ice_score: None, ..clear() }), None);
        assert_eq!(icans_grade(&Icans { ice_score: None, motor_weakness: Some(true), ..clear() }), Some(4));
    }
}
