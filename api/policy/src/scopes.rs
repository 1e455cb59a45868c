//! Scopes of hospital systems (SMART App Launch 2, system scopes): what a token is limited to, within what the matrix
//! allows the role.

use crate::Act;
use std::collections::BTreeMap;

/// The interactions of SMART, in their order.
const LETTERS: &str = "cruds";

/// What each act of a hospital system needs: the resource, and the interaction. An act that is not here is beyond every
/// scope.
const NEEDED: [(Act, &str, char); 2] =
    [(Act::RecordLabResults, "Observation", 'c'), (Act::RecordMedication, "MedicationStatement", 'c')];

/// A scope taken apart: the resource, and the letters of its interactions.
fn parts(scope: &str) -> Option<(&str, &str)> {
    scope.strip_prefix("system/")?.split_once('.')
}

/// Whether scopes hold an act.
pub fn within(scopes: &[String], act: Act) -> bool {
    let needed = NEEDED.iter().filter(|(known, _, _)| *known == act);
    needed.into_iter().any(|(_, resource, letter)| {
        let mut held = scopes.iter().filter_map(|scope| parts(scope));
        held.any(|(known, letters)| known == *resource && letters.contains(*letter))
    })
}

/// What is granted of the scopes that are asked for: what is registered too, interaction by interaction. Sorted, each
/// resource once; empty when nothing is.
pub fn granted<'s>(registered: &[String], asked: impl IntoIterator<Item = &'s str>) -> Vec<String> {
    let mut common: BTreeMap<&str, Vec<char>> = BTreeMap::new();
    for (resource, letters) in asked.into_iter().filter_map(parts) {
        let known = registered.iter().filter_map(|scope| parts(scope));
        let known: String = known.filter(|(it, _)| *it == resource).map(|(_, letters)| letters).collect();
        let both = letters.chars().filter(|letter| LETTERS.contains(*letter) && known.contains(*letter));
        common.entry(resource).or_default().extend(both);
    }
    let scope = |(resource, letters): (&str, Vec<char>)| {
        let letters: String = LETTERS.chars().filter(|letter| letters.contains(letter)).collect();
        (!letters.is_empty()).then(|| format!("system/{resource}.{letters}"))
    };
    common.into_iter().filter_map(scope).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Role, may};

    fn of(scopes: &[&str]) -> Vec<String> {
        scopes.iter().map(|scope| (*scope).to_owned()).collect()
    }

    /// Whatever the matrix allows a hospital system has a scope, and nothing else has.
    #[test]
    fn every_act_of_a_hospital_system_has_a_scope() {
        for act in Act::ALL {
            let listed = NEEDED.iter().any(|(known, _, _)| *known == *act);
            assert_eq!(listed, may(Role::HospitalClient, *act), "{act:?}");
        }
    }

    #[test]
    fn an_act_needs_its_own_scope() {
        let lab = Act::RecordLabResults;
        assert!(within(&of(&["system/Observation.c"]), lab) && within(&of(&["system/Observation.cru"]), lab));
        for scopes in [
            of(&[]),
            of(&["system/Observation.ru"]),
            of(&["system/MedicationStatement.c"]),
            of(&["user/Observation.c"]),
            of(&["system/*.c"]),
            of(&["Observation.c"]),
        ] {
            assert!(!within(&scopes, lab), "{scopes:?}");
        }
        assert!(within(
            &of(&["system/Observation.r", "system/MedicationStatement.cu"]),
            Act::RecordMedication
        ));
        assert!(!within(&of(&["system/Observation.cru"]), Act::AddPerson));
    }

    #[test]
    fn what_is_granted_is_what_was_asked_for_and_is_registered() {
        let registered = of(&["system/MedicationStatement.cu", "system/Observation.cr"]);
        let asked = |text: &str| granted(&registered, text.split_ascii_whitespace());
        assert_eq!(asked("system/Observation.cruds"), ["system/Observation.cr"]);
        assert_eq!(asked("system/Observation.c system/Observation.r"), ["system/Observation.cr"]);
        assert_eq!(
            asked("system/Observation.rc system/MedicationStatement.u system/Patient.r"),
            ["system/MedicationStatement.u", "system/Observation.cr"]
        );
        for text in [
            "",
            "system/Observation.u",
            "system/Patient.r",
            "system/*.cruds",
            "openid",
            "system/Observation.",
        ] {
            assert!(asked(text).is_empty(), "{text}");
        }
    }
}
