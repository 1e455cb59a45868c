//! Refusals of parameters, analytes and eligibility criteria.

use super::{problems, refused};

#[test]
fn parameters_stay_on_their_scales() {
    refused(
        "[endpoints.sri]\npga_worsening = \"0.30\"",
        "[endpoints.sri]\npga_worsening = \"30\"",
        "endpoints.sri.pga_worsening",
        "30 is not between 0 and 3",
    );
    refused(
        "sledai_limit = 4",
        "sledai_limit = 106",
        "endpoints.lldas.sledai_limit",
        "106 is not between 0 and 105",
    );
    refused(
        "confidence_level = \"0.95\"",
        "confidence_level = \"95\"",
        "statistics.confidence_level",
        "write 95 percent as \"0.95\"",
    );
    refused("sustained_days = 84", "sustained_days = 0", "endpoints.duration.sustained_days", "at least 1");
    refused(
        "[endpoints.steroid]\nwindow_days = 7",
        "[endpoints.steroid]\nwindow_days = 0",
        "endpoints.steroid.window_days",
        "at least 1",
    );
}

/// A protocol names the version of every rule; an unknown one is refused with those that exist.
#[test]
fn versions_of_rules_exist_and_are_all_named() {
    refused(
        "doris = \"2021.1\"",
        "doris = \"2014.1\"",
        "rules.doris",
        "the rule `doris` has no version `2014.1`; there are \"2021.1\" (The wording of 2021: PGA below 0.50) and \"2017.1\"",
    );
    refused(
        "\nsri = \"1\"",
        "\nsri = \"2\"",
        "rules.sri",
        "the rule `sri` has no version `2`; there is \"1\"",
    );
    refused("\nlldas = \"1\"", "", "rules.lldas", "no version of the rule `lldas` is named; there is \"1\"");
    refused(
        "\ndlt = \"1\"",
        "\ndlt = \"1\"\ndltt = \"1\"",
        "rules.dltt",
        "there is no rule `dltt`; there are ",
    );
    let none = problems("[rules]", "[rulez]");
    assert!(none.iter().any(|problem| problem.path == "rules"), "{none:#?}");
}

#[test]
fn factors_and_strategies_are_stated() {
    refused(
        "budesonide_factor = \"0\"",
        "budesonide_factor = \"-1\"",
        "endpoints.steroid.budesonide_factor",
        "-1 is not between 0 and 100",
    );
    refused(
        "death = \"COMPOSITE\"",
        "death = \"IGNORED\"",
        "endpoints.treatment_failure.strategies.death",
        "COMPOSITE",
    );
}

#[test]
fn analytes_are_unique_and_in_the_units_of_rules() {
    refused("code = \"alp\"", "code = \"alt\"", "analytes.7.code", "already that of analytes.5.code");
    refused(
        "loinc = [\"6690-2\"]",
        "loinc = [\"718-7\"]",
        "analytes.1.loinc.0",
        "the LOINC code `718-7` is already that of analytes.0.loinc.0",
    );
    refused("code = \"alp\"", "code = \"ALP\"", "analytes.7.code", "lower snake case");
    refused(
        "units = { \"g/L\" = \"1\", \"g/dL\" = \"10\" }",
        "units = { \"g/L\" = \"1\", \"g/dL\" = \"0.1\" }",
        "analytes.0.units.g/dL",
        "one g/dL is 10 g/L, not 0.1",
    );
    let whole = "standard_unit = \"g/L\"\nunits = { \"g/L\" = \"1\", \"g/dL\" = \"10\" }\nplausible = { low = \"20\", high = \"250\" }";
    let tenths = "standard_unit = \"g/dL\"\nunits = { \"g/L\" = \"0.1\", \"g/dL\" = \"1\" }\nplausible = { low = \"2\", high = \"25\" }";
    refused(whole, tenths, "analytes.0.standard_unit", "rules count it in g/L, not in g/dL");
    refused(
        "{ low = \"20\", high = \"250\" }",
        "{ low = \"250\", high = \"20\" }",
        "analytes.0.plausible",
        "250 is not below 20",
    );
    refused(
        "positivity_cutoff = \"30\"",
        "positivity_cutoff = \"30000\"",
        "autoantibodies.0.positivity_cutoff",
        "not plausible",
    );
    refused(
        "{ low = \"0.10\", high = \"0.40\" }",
        "{ low = \"10\", high = \"40\" }",
        "autoantibodies.4.usual_range",
        "not all plausible",
    );
    refused(
        "units = { \"1:d\" = \"1\" }",
        "units = { \"titre\" = \"1\" }",
        "autoantibodies.1.units",
        "with factor \"1\"",
    );
}

#[test]
fn the_panel_is_complete() {
    let found = problems("code = \"C4\"", "code = \"C5\"");
    let paths: Vec<&str> = found.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["autoantibodies.4.code", "autoantibodies"]);
    assert_eq!(found[1].message, "the panel lacks C4");
}

#[test]
fn titres_ascend_and_hold_the_screening_dilution() {
    refused("ana_titres = [40, 80,", "ana_titres = [80, 40,", "laboratory.ana_titres", "ascending");
    refused(
        "ana_screening_dilution = 80",
        "ana_screening_dilution = 60",
        "laboratory.ana_screening_dilution",
        "1:60 is not among",
    );
    refused("\"AC-28\", ", "\"AC-27\", ", "laboratory.ana_patterns.28", "the pattern `AC-27` is already");
}

#[test]
fn criteria_are_unique_and_checkable() {
    refused(
        "id = \"INC-02\"",
        "id = \"INC-01\"",
        "criteria.1.id",
        "the id `INC-01` is already that of criteria.0.id",
    );
    refused("version = 1", "version = 0", "criteria.0.version", "counted from 1");
    refused("manual = true", "manual = false", "criteria.1", "INC-02 needs either a check or manual = true");
    refused("manual = true", "manual = true\ncheck = { all = [] }", "criteria.1", "and not both");
    refused(
        "{ before = \"DAY_1\", within_days = 7 }",
        "{ before = \"DAY_0\", within_days = 7 }",
        "criteria.11.timing.before",
        "no visit `DAY_0`",
    );
    let (listed, renamed) = ("code = \"direct_bilirubin\"", "code = \"conjugated_bilirubin\"");
    refused(
        listed,
        renamed,
        "criteria.7.check",
        "`direct_bilirubin_xuln` is read from `direct_bilirubin`, which is not among",
    );
}

#[test]
fn checks_that_do_not_read_are_refused_where_they_stand() {
    let sledai = "check = { fact = \"sledai_total\", op = \"above\", value = \"8\" }";
    let instead =
        |check: &str, path: &str, words: &str| refused(sledai, &format!("check = {check}"), path, words);
    instead(
        "{ fact = \"sledai\", op = \"above\", value = \"8\" }",
        "criteria.4.check.fact",
        "the fact `sledai` is not known",
    );
    instead(
        "{ fact = \"sledai_total\", op = \"over\", value = \"8\" }",
        "criteria.4.check.op",
        "use one of at_least, at_most, above, below",
    );
    instead(
        "{ fact = \"sledai_total\", op = \"above\", value = 8 }",
        "criteria.4.check.value",
        "needs a decimal as text",
    );
    instead(
        "{ fact = \"female\", op = \"above\", value = true }",
        "criteria.4.check.op",
        "compared with `is`",
    );
    instead(
        "{ fact = \"female\", op = \"is\", value = \"yes\" }",
        "criteria.4.check.value",
        "needs true or false",
    );
    instead("{ any = [] }", "criteria.4.check.any", "at least one check");
    instead("{ any = 3 }", "criteria.4.check.any", "a list of checks");
    instead("3", "criteria.4.check", "a check is");
    instead("{ }", "criteria.4.check", "exactly one of the keys");
    instead("{ all = [], any = [] }", "criteria.4.check", "exactly one of the keys");
    instead(
        "{ fact = \"age\", op = \"above\", value = \"8\", unit = \"x\" }",
        "criteria.4.check.unit",
        "no field `unit`",
    );
    instead(
        "{ any = [{ not = { fact = \"agee\", op = \"above\", value = \"1\" } }] }",
        "criteria.4.check.any.0.not.fact",
        "did you mean `age`?",
    );
}
