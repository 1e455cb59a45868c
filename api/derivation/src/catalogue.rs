//! Every rule of this crate with its versions, and the version of each that a protocol names.

use crate::endpoint::{
    bicla, bilag_flare, doris, duration, lldas, selena_flare, sledai_change, sri4, treatment_failure,
};
use crate::escalation::{boin, keyboard, three_plus_three};
use crate::instrument::{
    bilag2004::{grade, tally},
    sledai2k,
};
use crate::laboratory::{autoantibody, ctcae};
use crate::medication::{background, prednisone_equivalent};
use crate::rule::{Parameter, Rule, RuleVersion, Version};
use crate::safety::{astct, dlt, exposure, hys_law, incidence, stopping, treatment_emergent};
use crate::timeline::{baseline, pick};
use std::collections::BTreeMap;

/// All rules, in the order in which a protocol lists them.
pub const RULES: [&Rule; 30] = [
    &sledai2k::RULE,
    &sledai_change::RULE,
    &grade::RULE,
    &tally::RULE,
    &sri4::RULE,
    &bicla::RULE,
    &lldas::RULE,
    &doris::RULE,
    &selena_flare::RULE,
    &bilag_flare::RULE,
    &duration::RULE,
    &treatment_failure::RULE,
    &prednisone_equivalent::RULE,
    &background::RULE,
    &dlt::RULE,
    &three_plus_three::RULE,
    &boin::RULE,
    &keyboard::RULE,
    &stopping::RULE,
    &treatment_emergent::RULE,
    &incidence::RULE,
    &exposure::RULE,
    &autoantibody::RULE,
    &ctcae::RULE,
    &hys_law::RULE,
    &astct::CRS_RULE,
    &astct::ICANS_RULE,
    &crate::population::RULE,
    &pick::RULE,
    &baseline::RULE,
];

/// The rule of an id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.into_iter().find(|rule| rule.id == id)
}

/// The version of each rule that a protocol names. Every rule has one, and it exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleChoices(BTreeMap<&'static str, &'static str>);

/// What is wrong with the choice of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    /// The rule's id as it was stated, or that of the rule that was not.
    pub rule: String,
    /// What is wrong and what would be right, in a sentence.
    pub message: String,
}

impl Default for RuleChoices {
    /// The current version of every rule: what a new protocol starts from.
    fn default() -> Self {
        RuleChoices(RULES.into_iter().map(|rule| (rule.id, rule.current())).collect())
    }
}

impl RuleChoices {
    /// Takes what a protocol states: id and version of every rule.
    ///
    /// # Errors
    /// With everything that is wrong: ids of no rule, versions that do not exist, and rules for which none is stated.
    pub fn choose(stated: &BTreeMap<String, String>) -> Result<RuleChoices, Vec<RuleFault>> {
        let mut faults = Vec::new();
        let mut chosen = BTreeMap::new();
        for (id, version) in stated {
            let found = rule(id).map(|rule| (rule, rule.versions.iter().find(|one| one.version == version)));
            let message = match found {
                Some((rule, Some(version))) => {
                    chosen.insert(rule.id, version.version);
                    continue;
                }
                Some((rule, None)) => {
                    format!("the rule `{id}` has no version `{version}`; {}", existing(rule))
                }
                None => {
                    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
                    format!("there is no rule `{id}`; there are {}", ids.join(", "))
                }
            };
            faults.push(RuleFault { rule: id.clone(), message });
        }
        for rule in RULES.into_iter().filter(|rule| !stated.contains_key(rule.id)) {
            let message = format!("no version of the rule `{}` is named; {}", rule.id, existing(rule));
            faults.push(RuleFault { rule: rule.id.to_owned(), message });
        }
        if faults.is_empty() { Ok(RuleChoices(chosen)) } else { Err(faults) }
    }

    /// The version of a rule that is in force.
    pub fn version(&self, rule: &Rule) -> &'static str {
        self.0.get(rule.id).copied().unwrap_or(rule.current())
    }

    /// Names the version of a rule that is in force, with the parameters that it runs with.
    pub fn in_force(&self, rule: &Rule, parameters: Vec<Parameter>) -> RuleVersion {
        RuleVersion { id: rule.id, version: self.version(rule), parameters }
    }

    /// The wording of DORIS that is in force.
    pub fn doris(&self) -> doris::Wording {
        doris::Wording::of_version(self.version(&doris::RULE)).unwrap_or_default()
    }

    /// Every rule with the version of it that is in force.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Rule, &'static str)> + '_ {
        RULES.into_iter().map(|rule| (rule, self.version(rule)))
    }
}

/// Which versions of a rule there are, and what each does.
fn existing(rule: &Rule) -> String {
    let named = |one: &Version| format!("\"{}\" ({})", one.version, one.what.trim_end_matches('.'));
    let versions: Vec<String> = rule.versions.iter().map(named).collect();
    match versions.split_last() {
        Some((only, [])) => format!("there is {only}"),
        Some((last, others)) => format!("there are {} and {last}", others.join(", ")),
        None => "there is none".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn stated() -> BTreeMap<String, String> {
        RuleChoices::default()
            .0
            .iter()
            .map(|(id, version)| ((*id).to_owned(), (*version).to_owned()))
            .collect()
    }

    fn faults(change: impl FnOnce(&mut BTreeMap<String, String>)) -> Vec<(String, String)> {
        let mut stated = stated();
        change(&mut stated);
        let faults = RuleChoices::choose(&stated).unwrap_err();
        faults.into_iter().map(|fault| (fault.rule, fault.message)).collect()
    }

    #[test]
    fn ids_and_versions_are_unique_and_described() {
        let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), RULES.len());
        for rule in RULES {
            let versions: BTreeSet<&str> = rule.versions.iter().map(|one| one.version).collect();
            assert!(!versions.is_empty() && versions.len() == rule.versions.len(), "{}", rule.id);
            assert!(rule.versions.iter().all(|one| one.what.ends_with('.')), "{}", rule.id);
        }
    }

    #[test]
    fn a_protocol_names_a_version_of_every_rule() {
        assert_eq!(RuleChoices::choose(&stated()), Ok(RuleChoices::default()));
        let missing = faults(|stated| drop(stated.remove("sri")));
        let sentence = "no version of the rule `sri` is named; there is \"1\" (Both BILAG clauses hold; bounds of \
                        incomplete assessments decide where they can)";
        assert_eq!(missing, [("sri".to_owned(), sentence.to_owned())]);
    }

    #[test]
    fn an_unknown_version_is_refused_with_those_that_exist() {
        let unknown = faults(|stated| drop(stated.insert("doris".to_owned(), "2014.1".to_owned())));
        let sentence = "the rule `doris` has no version `2014.1`; there are \"2021.1\" (The wording of 2021: PGA below \
                        0.50) and \"2017.1\" (The wording of 2017 as later papers print it: PGA of 0.50 or less)";
        assert_eq!(unknown, [("doris".to_owned(), sentence.to_owned())]);
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let faults = faults(|stated| {
            stated.insert("sri".to_owned(), "2".to_owned());
            stated.insert("sri5".to_owned(), "1".to_owned());
            stated.remove("dlt");
        });
        let rules: Vec<&str> = faults.iter().map(|(rule, _)| rule.as_str()).collect();
        assert_eq!(rules, ["sri", "sri5", "dlt"]);
    }

    #[test]
    fn the_choice_of_doris_is_its_wording() {
        let mut stated = stated();
        assert_eq!(RuleChoices::choose(&stated).unwrap().doris(), doris::Wording::Of2021);
        stated.insert("doris".to_owned(), "2017.1".to_owned());
        let chosen = RuleChoices::choose(&stated).unwrap();
        assert_eq!(chosen.doris(), doris::Wording::Of2017);
        assert_eq!(chosen.version(&doris::RULE), "2017.1");
        assert_eq!(chosen.iter().filter(|(rule, version)| rule.current() != *version).count(), 1);
        for version in doris::RULE.versions {
            assert!(doris::Wording::of_version(version.version).is_some(), "{}", version.version);
        }
    }
}
