//! Every derived answer says which rule gave it, in which version and with which parameters, what it rests on, and why
//! it is open.

use crate::board::cut;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tests::both;

const RULE: &str = "rule { id version parameters { name value } }";

/// A rule's id, version and parameters.
fn named(rule: &Value) -> (&str, &str, BTreeMap<String, String>) {
    let parameters = rule["parameters"].as_array().unwrap_or_else(|| panic!("no rule: {rule}")).iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let parameters = parameters.map(|it| (text(&it["name"]), text(&it["value"]))).collect();
    (rule["id"].as_str().unwrap(), rule["version"].as_str().unwrap(), parameters)
}

/// Expects a rule with at least these parameters.
#[track_caller]
pub fn assert_rule(rule: &Value, id: &str, version: &str, parameters: &[(&str, &str)]) {
    let (told, told_version, held) = named(rule);
    assert_eq!((told, told_version), (id, version));
    for (name, value) in parameters {
        assert_eq!(held.get(*name).map(String::as_str), Some(*value), "{id}.{name} in {held:?}");
    }
}

fn of_subject(code: &str) -> String {
    format!(
        "subject(code: \"{code}\") {{
            sledai(at: \"MONTH_3\") {{ state total {RULE} evidence {{ __typename }} assessedOn {{ value studyDay }} }}
            bilag(at: \"MONTH_3\") {{ state {RULE} evidence {{ __typename }} assessedOn {{ state }} }}
            sri(at: \"MONTH_3\", points: 5) {{ state {RULE} restsOn {{ id version parameters {{ name value }} }} }}
            bicla(at: \"MONTH_3\") {{ {RULE} }} lldas(at: \"MONTH_3\") {{ {RULE} }} doris(at: \"MONTH_3\") {{ {RULE} }}
            month3: sledaiChange(at: \"MONTH_3\") {{ state change reason evidence {{ __typename }} {RULE} }}
            month6: sledaiChange(at: \"MONTH_6\") {{ state change reason evidence {{ __typename }} {RULE} }}
            dsdna: autoantibodyChange(analyte: ANTI_DSDNA, at: \"MONTH_3\") {{ state absolute reason
                evidence {{ __typename }} {RULE} }}
            c3: autoantibodyChange(analyte: C3, at: \"MONTH_3\") {{ state absolute reason evidence {{ id }} {RULE} }}
            dlt(on: \"2026-11-01\") {{ state outcome algorithm evaluable reason {RULE} }}
            prednisoneEquivalent(on: \"2026-06-15\") {{ state mgPerDay reason from {{ value }} to {{ value }}
                evidence {{ __typename }} {RULE} }} }}"
    )
}

both! {
    /// What a subject's answers say of themselves, read by somebody who may read all of it.
    async fn every_answer_on_a_subject_names_its_rule(app: &TestApp) {
        let study = app.study("statistician", &of_subject("SH01-001")).await;
        let subject = &study["subject"];
        assert_rule(&subject["sri"]["rule"], "sri", "1", &[("points", "5"), ("pga_worsening", "0.30")]);
        assert_rule(&subject["bicla"]["rule"], "bicla", "1", &[("pga_limit", "BELOW")]);
        let lldas = [("sledai_limit", "4"), ("prednisone_limit", "7.5"), ("new_activity", "CLINICAL_DESCRIPTORS")];
        assert_rule(&subject["lldas"]["rule"], "lldas", "1", &lldas);
        assert_rule(&subject["doris"]["rule"], "doris", "2021.1", &[("dose_limit", "AT_MOST")]);
        let rests: Vec<&str> =
            subject["sri"]["restsOn"].as_array().unwrap().iter().map(|rule| named(rule).0).collect();
        assert_eq!(rests, ["sledai2k", "bilag2004", "treatment_failure", "prednisone_equivalent", "baseline", "visit_record"]);
        let failure = &subject["sri"]["restsOn"][2];
        assert_rule(failure, "treatment_failure", "1", &[("strategies.death", "COMPOSITE"), ("raised_by_mg", "5")]);

        // Baseline holds myositis, mucosal ulcers and pleurisy: 4 + 2 + 2. At month 3 pleurisy alone is left.
        assert_eq!(subject["sledai"]["total"], 2);
        assert_eq!(subject["sledai"]["assessedOn"]["studyDay"], 87);
        assert_eq!(subject["sledai"]["evidence"], json!([{ "__typename": "Assessment" }]));
        assert_rule(&subject["sledai"]["rule"], "sledai2k", "1", &[("lookback_days", "30"), ("arthritis_joints", "2")]);
        let change = &subject["month3"];
        assert_eq!((&change["change"], &change["reason"]), (&json!(-6), &Value::Null));
        assert_eq!(change["evidence"].as_array().unwrap().len(), 2);
        assert_rule(&change["rule"], "sledai2k_change", "1", &[]);
        let open = &subject["month6"];
        assert_eq!((&open["state"], &open["reason"]), (&json!("NOT_EVALUABLE"), &json!("VISIT_MISSING")));
        assert_eq!(open["evidence"].as_array().unwrap().len(), 1, "the baseline alone");

        // 48.25 - 120.5.
        let dsdna = &subject["dsdna"];
        assert_eq!((&dsdna["absolute"], &dsdna["reason"]), (&json!("-72.25"), &Value::Null));
        let panel = json!({ "__typename": "AutoantibodyPanel" });
        assert_eq!(dsdna["evidence"], json!([panel, panel]));
        assert_rule(&dsdna["rule"], "autoantibody_change", "1", &[("censored_value", "LIMIT")]);
        assert_eq!((&subject["c3"]["state"], &subject["c3"]["reason"]), (&json!("NOT_EVALUABLE"), &json!("BASELINE_MISSING")));

        // A cytokine release syndrome of grade 3 on study day 3.
        let dlt = &subject["dlt"];
        assert_eq!((&dlt["outcome"], &dlt["algorithm"]), (&json!("MET"), &json!("MET")));
        assert_eq!((&dlt["evaluable"], &dlt["reason"]), (&json!("EVALUABLE"), &json!("DLT_IN_WINDOW")));
        assert_rule(&dlt["rule"], "dlt", "1", &[("window_days", "28"), ("minimum_dose_percent", "80")]);
        let criteria = &named(&dlt["rule"]).2["criteria"];
        assert!(criteria.contains("CRS_GRADE_3"), "{criteria}");

        // 5 mg of prednisone a day since a month that lies long before the window of seven days.
        let dose = &subject["prednisoneEquivalent"];
        assert_eq!((&dose["mgPerDay"], &dose["reason"]), (&json!("5"), &Value::Null));
        assert_eq!((&dose["from"]["value"], &dose["to"]["value"]), (&json!("2026-06-09"), &json!("2026-06-15")));
        assert_eq!(dose["evidence"], json!([{ "__typename": "Medication" }]));
        assert_rule(&dose["rule"], "prednisone_equivalent", "1", &[("window_days", "7"), ("exclude_premedication", "false")]);
    }

    /// The tables of the study, and the protocol's own list.
    async fn every_table_names_its_rule(app: &TestApp) {
        let document = format!(
            "outcomes(by: TOTAL, on: \"2026-11-01\") {{
                sri(at: \"MONTH_3\", points: 6, missing: OBSERVED_CASE) {{ {RULE} }} bicla(at: \"MONTH_3\") {{ {RULE} }}
                lldas(at: \"MONTH_3\") {{ {RULE} }} doris(at: \"MONTH_3\") {{ {RULE} }} dltRate {{ {RULE} }}
                treatmentRelatedEvents {{ {RULE} }} sledaiChange(at: \"MONTH_3\") {{ {RULE} }}
                autoantibodyChange(analyte: ANTI_DSDNA, at: \"MONTH_3\") {{ {RULE} }} }}
            escalation(on: \"2026-11-01\") {{ {RULE} }}
            protocol {{ rules {{ id version parameters {{ name value }} }} }}"
        );
        let study = app.study("statistician", &document).await;
        let of = |field: &str| study["outcomes"][field][0]["rule"].clone();
        let sri =
            [("points", "6"), ("denominator", "ALL"), ("missing", "OBSERVED_CASE"), ("confidence_level", "0.95")];
        assert_rule(&of("sri"), "sri", "1", &sri);
        assert_rule(&of("bicla"), "bicla", "1", &[("missing", "NON_RESPONDER")]);
        assert_rule(&of("lldas"), "lldas", "1", &[("new_activity_rule", "CLINICAL_DESCRIPTORS")]);
        assert_rule(&of("doris"), "doris", "2021.1", &[("pga_below", "0.50")]);
        assert_rule(&of("dltRate"), "dlt", "1", &[("window_days", "28"), ("confidence_level", "0.95")]);
        let tables = [("missing_causality_is_related", "true"), ("confidence_level", "0.95")];
        assert_rule(&of("treatmentRelatedEvents"), "incidence", "1", &tables);
        assert_rule(&of("sledaiChange"), "sledai2k_change", "1", &[("quartile_method", "TYPE_2")]);
        assert_rule(&of("autoantibodyChange"), "autoantibody_change", "1", &[("quartile_method", "TYPE_2")]);
        let design = [("confirm_top", "false"), ("planned_subjects", "9")];
        assert_rule(&study["escalation"]["rule"], "three_plus_three", "1", &design);
        let rules = study["protocol"]["rules"].as_array().unwrap();
        assert_eq!(rules.len(), 30);
        let doris = rules.iter().find(|rule| rule["id"] == "doris").unwrap();
        assert_rule(doris, "doris", "2021.1", &[("stable_background_days", "28")]);
    }

    /// What is kept from somebody says neither why it is open nor what it rests on; the board reads all of it under
    /// pseudonyms.
    async fn a_kept_answer_says_nothing_of_itself(app: &TestApp) {
        let study = app.study("safety-officer", &of_subject("SH01-001")).await;
        for field in ["sledai", "month3", "month6", "sri"] {
            let kept = &study["subject"][field];
            assert_eq!((&kept["state"], &kept["rule"]), (&json!("MASKED"), &Value::Null), "{field}: {kept}");
            for name in ["reason", "evidence", "change", "restsOn"] {
                assert!(kept[name].is_null(), "{field}.{name}: {kept}");
            }
        }
        assert_eq!(study["subject"]["dlt"]["reason"], "DLT_IN_WINDOW");
        cut(app, "CUT-1", "2026-07-01").await;
        let code = app.study("dsmb-member", "subjects(first: 1) { nodes { code } }").await;
        let code = code["subjects"]["nodes"][0]["code"].as_str().unwrap().to_owned();
        // The board names study days and no day of the calendar.
        let asked = of_subject(&code).replace("dlt(on: \"2026-11-01\")", "dlt");
        let asked = asked.replace("(on: \"2026-06-15\")", "(onStudyDay: 14)");
        let study = app.study("dsmb-member", &asked).await;
        let change = &study["subject"]["month3"];
        assert_eq!(change["evidence"].as_array().unwrap().len(), 2);
        assert_rule(&change["rule"], "sledai2k_change", "1", &[]);
        assert_eq!(study["subject"]["sledai"]["assessedOn"], json!({ "value": null, "studyDay": 87 }));
    }
}
