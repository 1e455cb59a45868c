//! Pause and stopping rules of the protocol, as of any day.

use crate::events::assert_near;
use crate::provenance::assert_rule;
use serde_json::{Value, json};
use tests::{TestApp, both};

const SAFETY: &str =
    "evaluations(by: BY) { group { label level } code state on toxicities evaluable stopsAt posterior
    events { term { value } } rule { id version parameters { name value } } }";

/// The rules as seen on a day; without one as of the viewer's own.
async fn evaluations(app: &TestApp, name: &str, by: &str, on: &str) -> Value {
    let fields = SAFETY.replace("BY", by);
    let on = if on.is_empty() { String::new() } else { format!("(on: \"{on}\")") };
    let study = app.study(name, &format!("safety{on} {{ {fields} }}")).await;
    study["safety"]["evaluations"].clone()
}

/// What the sponsor's roles that read totals are told, and the investigator who is given notice.
async fn totals_and_notice(app: &TestApp, paused: &str) {
    let asked = "safety(on: \"2026-11-01\") { paused rules { rule }
        evaluations(by: COHORT) { group { label } code state toxicities events { id } } }";
    for name in ["data-manager", "statistician", "safety-officer"] {
        let safety = app.study(name, asked).await["safety"].clone();
        assert_eq!(
            (safety["paused"].to_string().as_str(), &safety["rules"]),
            (paused, &Value::Null),
            "{name}"
        );
        let told = safety["evaluations"].as_array().unwrap();
        assert_eq!(told.len(), 7, "{name}");
        assert!(
            told.iter().all(|it| it["group"]["label"] == "Total" && it["events"].is_null()),
            "{name}: {told:?}"
        );
    }
    let safety = app.study("investigator-sh01", asked).await["safety"].clone();
    let paused: Value = paused.parse().unwrap();
    assert_eq!(safety, json!({ "paused": paused, "rules": null, "evaluations": null }));
}

fn of<'a>(all: &'a Value, label: &str, code: &str) -> &'a Value {
    let mut rows = all.as_array().unwrap().iter();
    let found = rows.find(|row| row["group"]["label"] == label && row["code"] == code);
    found.unwrap_or_else(|| panic!("no {code} of {label} in {all}"))
}

/// Reports an event of a subject with one grade.
pub async fn report(app: &TestApp, key: &str, code: &str, (category, grade): (&str, i32), more: Value) {
    let subject = app.subject_id(code).await;
    let fatal = grade == 5;
    let mut input = json!({ "key": key, "subject": subject, "term": key, "pt": key, "start": "2026-03-20",
        "outcome": if fatal { "FATAL" } else { "UNKNOWN" }, "category": category,
        "grades": [{ "grade": grade, "scale": "CTCAE_V5" }],
        "causalities": [{ "agent": "NK510", "causality": "POSSIBLE" }] });
    if fatal {
        input["end"] = json!("2026-03-20");
        input["seriousness"] = json!(["DEATH"]);
        input["awareOn"] = json!("2026-03-20");
    }
    for (name, value) in more.as_object().into_iter().flatten() {
        input[name] = value.clone();
    }
    let coordinator = format!("coordinator-{}", code[..4].to_lowercase());
    app.as_(&coordinator).act("reportAdverseEvent", input, "").await.accepted();
}

both! {
    /// R-BAYES: one toxicity among the three of the first level has a posterior of 0.6517, none among three 0.2401, and one
    /// among nine 0.1493.
    async fn the_toxicity_rate_is_watched(app: &TestApp) {
        let all = evaluations(app, "medical-monitor", "COHORT", "2026-11-01").await;
        assert_eq!(all.as_array().unwrap().len(), 3 * 8 + 7, "the total has no first subject of a level");
        for (label, toxicities, evaluable, stops_at, posterior, state) in [
            ("Dose level 1", 1, 3, 2, 0.6517, "WATCH"),
            ("Dose level 2", 0, 3, 2, 0.2401, "CLEAR"),
            ("Total", 1, 9, 5, 0.1493, "CLEAR"),
        ] {
            let told = of(&all, label, "R_BAYES");
            let counts = json!([told["toxicities"], told["evaluable"], told["stopsAt"]]);
            assert_eq!(counts, json!([toxicities, evaluable, stops_at]), "{label}");
            assert!((told["posterior"].as_f64().unwrap() - posterior).abs() < 5.1e-5, "{told}");
            assert_eq!(told["state"], state, "{label}");
            assert_rule(&told["rule"], "stopping", "1", &[("beta_binomial.p0", "0.30"), ("beta_binomial.tau", "0.90")]);
        }
        // 0.7^4 exactly.
        assert_near(&of(&all, "Dose level 2", "R_BAYES")["posterior"], 0.2401);
        // A second toxicity at the level stops.
        report(app, "Colitis", "BJ02-001", ("NON_HAEMATOLOGICAL", 3), json!({})).await;
        let all = evaluations(app, "medical-monitor", "COHORT", "2026-11-01").await;
        let told = of(&all, "Dose level 1", "R_BAYES");
        assert_eq!((&told["toxicities"], &told["state"]), (&json!(2), &json!("STOP")));
        assert!((told["posterior"].as_f64().unwrap() - 0.9163).abs() < 5.1e-5);
        // Before anybody is evaluable there is no posterior.
        let early = evaluations(app, "medical-monitor", "TOTAL", "2026-03-02").await;
        let told = of(&early, "Total", "R_BAYES");
        assert_eq!((&told["evaluable"], &told["posterior"], &told["state"]), (&json!(0), &Value::Null, &json!("CLEAR")));
    }

    /// R-SENT: the first of level 1 was dosed on 2 March, and is observed for 14 days.
    async fn the_first_of_a_level_is_observed(app: &TestApp) {
        for (on, state) in [("2026-03-15", "PAUSE"), ("2026-03-16", "CLEAR")] {
            let all = evaluations(app, "medical-monitor", "COHORT", on).await;
            assert_eq!(of(&all, "Dose level 1", "R_SENT")["state"], state, "{on}");
        }
    }

    /// The rules on events: each from below its number, with the events that it rests on.
    async fn events_pause(app: &TestApp) {
        let state = async |code: &str| {
            let all = evaluations(app, "medical-monitor", "TOTAL", "2026-11-01").await;
            let told = of(&all, "Total", code).clone();
            let terms = told["events"].as_array().unwrap().iter();
            let terms: Vec<String> = terms.map(|it| it["term"]["value"].as_str().unwrap().to_owned()).collect();
            (told["state"].as_str().unwrap().to_owned(), terms.len())
        };
        // One cytokine release syndrome of grade 3, for three days.
        assert_eq!(state("R_CRS").await, ("WATCH".to_owned(), 1));
        for code in ["R_G5", "R_G4", "R_ICANS", "R_GVHD", "R_INF"] {
            assert_eq!(state(code).await, ("CLEAR".to_owned(), 0), "{code}");
        }
        report(app, "Confusion", "SH01-002", ("ICANS", 2), json!({})).await;
        assert_eq!(state("R_ICANS").await, ("CLEAR".to_owned(), 0));
        report(app, "Seizure", "SH01-002", ("ICANS", 3), json!({})).await;
        assert_eq!(state("R_ICANS").await, ("PAUSE".to_owned(), 1));
        report(app, "Skin GvHD", "SH01-003", ("GVHD", 2), json!({})).await;
        assert_eq!(state("R_GVHD").await, ("WATCH".to_owned(), 1));
        report(app, "Gut GvHD", "BJ02-001", ("GVHD", 2), json!({})).await;
        assert_eq!(state("R_GVHD").await, ("PAUSE".to_owned(), 2));
        report(app, "Sepsis", "BJ02-002", ("INFECTION", 4), json!({})).await;
        assert_eq!(state("R_INF").await, ("WATCH".to_owned(), 1));
        // It is related, too, and not of the blood.
        assert_eq!(state("R_G4").await, ("PAUSE".to_owned(), 1));
        report(app, "Pneumonia", "BJ02-003", ("INFECTION", 4), json!({})).await;
        assert_eq!(state("R_INF").await, ("PAUSE".to_owned(), 2));
        // Of the blood count, not related, or without consequence: none of these is counted.
        report(app, "Neutropenia", "GZ03-001", ("NEUTROPENIA", 4), json!({})).await;
        let unrelated = json!({ "causalities": [{ "agent": "NK510", "causality": "NOT_RELATED" }] });
        report(app, "Fracture", "GZ03-001", ("NON_HAEMATOLOGICAL", 4), unrelated.clone()).await;
        report(app, "Amylase", "GZ03-001", ("NON_HAEMATOLOGICAL", 4), json!({ "asymptomaticLaboratory": true })).await;
        assert_eq!(state("R_G4").await, ("PAUSE".to_owned(), 2));
        // A death 12 days after the dose (2026-03-08) that is clearly due to something else, and one that nobody explained.
        report(app, "Accident", "GZ03-001", ("NON_HAEMATOLOGICAL", 5), unrelated).await;
        assert_eq!(state("R_G5").await, ("CLEAR".to_owned(), 0));
        report(app, "Sudden death", "GZ03-002", ("NON_HAEMATOLOGICAL", 5), json!({})).await;
        assert_eq!(state("R_G5").await, ("PAUSE".to_owned(), 1));
    }

    /// R-CRS: one that stays at grade 3 for more than 7 days pauses; two episodes of a few days do not add up.
    async fn a_lasting_syndrome_pauses(app: &TestApp) {
        let state = async || {
            let all = evaluations(app, "medical-monitor", "COHORT", "2026-11-01").await;
            of(&all, "Dose level 2", "R_CRS")["state"].clone()
        };
        let grades = |last: &str| json!({ "outcome": "RECOVERED", "end": last, "grades": [
            { "grade": 3, "scale": "ASTCT", "since": "2026-03-20" }, { "grade": 2, "scale": "ASTCT", "since": "2026-03-24" },
            { "grade": 3, "scale": "ASTCT", "since": "2026-03-26" } ] });
        report(app, "Relapsing CRS", "SH01-002", ("CRS", 3), grades("2026-04-02")).await;
        assert_eq!(state().await, "WATCH", "4 days, then 7");
        report(app, "Lasting CRS", "SH01-002", ("CRS", 3), grades("2026-04-03")).await;
        assert_eq!(state().await, "PAUSE", "8 days");
    }

    /// The investigator's notice is of every rule of the protocol, and not of the one on cohorts alone: an event at another
    /// site that pauses the study is told from its day on, and no day is told otherwise than the monitor reads it.
    async fn notice_is_given_of_every_rule(app: &TestApp) {
        let paused = async |on: &str| {
            let study = app.study("investigator-sh01", &format!("safety(on: \"{on}\") {{ paused }}")).await;
            study["safety"]["paused"].clone()
        };
        assert_eq!(paused("2026-11-01").await, false);
        report(app, "Seizure", "BJ02-002", ("ICANS", 3), json!({})).await;
        assert_eq!(paused("2026-11-01").await, true);
        let laid_down = app.study("medical-monitor", "safety { rules { state } }").await["safety"]["rules"].to_string();
        assert!(!laid_down.contains("PAUSE"), "the rule on cohorts pauses by itself: {laid_down}");
        // Before anybody was dosed; while the first of a level is observed; after the event.
        for (on, told) in [("2026-03-01", Some(false)), ("2026-03-02", Some(false)), ("2026-03-19", None), ("2026-03-20", Some(true))] {
            let all = evaluations(app, "medical-monitor", "COHORT", on).await;
            let mut rules = all.as_array().unwrap().iter().filter(|it| it["code"] != "R_SENT");
            let halts = rules.any(|it| ["PAUSE", "STOP"].contains(&it["state"].as_str().unwrap()));
            assert_eq!(paused(on).await, halts, "{on}");
            assert_eq!(told.unwrap_or(halts), halts, "{on}");
        }
    }

    /// The row of the matrix: the medical monitor of an open study, the board in a cut, the auditor; totals for the rest of
    /// the sponsor, and for the investigator that something pauses.
    async fn rules_are_for_whom_the_matrix_says(app: &TestApp) {
        for name in ["coordinator-sh01", "pharmacist-sh01", "monitor-sh01", "administrator"] {
            let study = app.study(name, "safety(on: \"2026-11-01\") { paused evaluations { code } }").await;
            assert_eq!(study["safety"], Value::Null, "{name}");
        }
        totals_and_notice(app, "false").await;
        report(app, "Colitis", "BJ02-001", ("NON_HAEMATOLOGICAL", 3), json!({})).await;
        totals_and_notice(app, "true").await;
        assert_eq!(evaluations(app, "auditor", "TOTAL", "2026-11-01").await.as_array().unwrap().len(), 7);
        crate::board::cut(app, "CUT-1", "2026-07-01").await;
        let board = evaluations(app, "dsmb-member", "COHORT", "").await;
        let told = of(&board, "Dose level 1", "R_CRS");
        assert_eq!((&told["state"], told["events"].as_array().unwrap().len()), (&json!("WATCH"), 1));
    }
}
