//! Which rule of the catalogue runs under which version and parameters, as answers name them.

use super::{Rulebook, TimelineText};
use derivation::catalogue::RULES;
use derivation::rule::{Parameter, Rule, RuleVersion, code, parameters};
use serde_json::json;

impl Rulebook {
    /// A rule as this study runs it: the version that the protocol names, with everything that the protocol chooses
    /// for it.
    pub fn in_force(&self, rule: &Rule) -> RuleVersion {
        self.rules().in_force(rule, self.chosen(rule).unwrap_or_default())
    }

    /// Every rule as this study runs it, in the order of the catalogue.
    pub fn rules_in_force(&self) -> Vec<RuleVersion> {
        RULES.into_iter().map(|rule| self.in_force(rule)).collect()
    }

    /// What the protocol chooses for a rule; none for a rule that this page does not know.
    fn chosen(&self, rule: &Rule) -> Option<Vec<Parameter>> {
        let endpoints = self.endpoints();
        let safety = || parameters(self.safety());
        let of = |told: Vec<Parameter>, names: &[&str]| -> Vec<Parameter> {
            told.into_iter().filter(|(held, _)| names.iter().any(|name| held == name)).collect()
        };
        let only = |names: &[&str]| of(safety(), names);
        let of_escalation = |names: &[&str]| of(parameters(self.escalation()), names);
        let level = || parameters(&json!({ "confidence_level": self.statistics().confidence_level }));
        Some(match rule.id {
            "sledai2k" => parameters(&endpoints.sledai2k),
            "bilag2004" => parameters(&endpoints.bilag2004),
            "sri" => parameters(&endpoints.sri),
            "bicla" => parameters(&endpoints.bicla),
            "lldas" => parameters(&endpoints.lldas),
            "doris" => parameters(&endpoints.doris),
            "selena_flare" => parameters(&endpoints.flare),
            "time_in_state" => parameters(&endpoints.duration),
            "treatment_failure" => parameters(&endpoints.treatment_failure),
            "prednisone_equivalent" => parameters(&endpoints.steroid),
            "dlt" => parameters(self.dlt()),
            "three_plus_three" => of_escalation(&["confirm_top", "planned_subjects"]),
            "boin" => of_escalation(&[
                "planned_subjects",
                "target_rate",
                "p_saf_ratio",
                "p_tox_ratio",
                "elimination_cutoff",
                "elimination_minimum",
            ]),
            "keyboard" => of_escalation(&[
                "planned_subjects",
                "target_rate",
                "key_below",
                "key_above",
                "elimination_cutoff",
                "elimination_minimum",
            ]),
            "stopping" => parameters(self.stopping()),
            "treatment_emergent" => only(&["treatment_emergent_horizon_day", "lymphodepletion_period"]),
            "incidence" => {
                [only(&["missing_causality_is_related", "missing_grade_sensitivity"]), level()].concat()
            }
            "exposure_adjusted_rate" => [only(&["treatment_emergent_horizon_day"]), level()].concat(),
            "autoantibody_change" => parameters(self.laboratory()),
            "hys_law" => only(&["hys_law_bilirubin", "hys_law_window_days"]),
            "populations" => parameters(self.populations()),
            "visit_record" => visit_record(self.timeline(), endpoints.sri.component_days),
            "baseline" => {
                vec![("baseline_reference".into(), code(&self.timeline().baseline_reference))]
            }
            // What these do is in the rule alone.
            "sledai2k_change" | "bilag2004_tally" | "bilag_flare" | "background_therapy"
            | "ctcae_laboratory" | "astct_crs" | "astct_icans" => Vec::new(),
            _ => return None,
        })
    }
}

fn visit_record(timeline: &TimelineText, component_days: u32) -> Vec<Parameter> {
    vec![("tie".into(), code(&timeline.tie)), ("component_days".into(), component_days.to_string())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::testing::NK510;
    use derivation::{endpoint, safety};

    fn book(document: &str) -> Rulebook {
        Rulebook::parse(document).unwrap()
    }

    #[test]
    fn every_rule_of_the_catalogue_is_known() {
        let book = book(NK510);
        for rule in RULES {
            assert!(book.chosen(rule).is_some(), "name the parameters of `{}` in this file", rule.id);
        }
        assert_eq!(book.rules_in_force().len(), RULES.len());
    }

    #[test]
    fn a_rule_is_named_as_the_protocol_has_it() {
        let changed = NK510
            .replace("doris = \"2021.1\"", "doris = \"2017.1\"")
            .replace("hys_law_window_days = 14", "hys_law_window_days = 30");
        let book = book(&changed);
        let doris = book.in_force(&endpoint::doris::RULE);
        assert_eq!((doris.id, doris.version), ("doris", "2017.1"));
        assert!(doris.parameters.contains(&("pga_below".into(), "0.50".to_owned())), "{doris:?}");
        let hys_law = book.in_force(&safety::hys_law::RULE);
        let told = [("hys_law_bilirubin", "GT_2"), ("hys_law_window_days", "30")];
        assert_eq!(hys_law.parameters, told.map(|(name, value)| (name.into(), value.to_owned())));
        let tables = book.in_force(&safety::incidence::RULE).parameters;
        assert_eq!(tables.last(), Some(&("confidence_level".into(), "0.95".to_owned())));
    }
}
