//! Flares by both indices, from records made through the API, worked out by hand from section 4.5.

use crate::provenance::assert_rule;
use crate::states::assess;
use serde_json::{Value, json};
use tests::{TestApp, both};

const FLARE: &str = "visit
    selena { state flare reason severeSigns { code outcome } mildModerateSigns { code outcome }
        assessedOn { value studyDay } previousOn { value studyDay } evidence { __typename }
        rule { id version parameters { name value } } }
    bilag { state flare reason systems { system grade } newGrades assessedOn { value studyDay }
        previousOn { value studyDay } evidence { __typename } rule { id version parameters { name value } } }";

async fn flare(app: &TestApp, name: &str, code: &str, at: &str) -> Value {
    let document = format!("subject(code: \"{code}\") {{ flare(at: \"{at}\") {{ {FLARE} }} }}");
    app.study(name, &document).await["subject"]["flare"].clone()
}

async fn selena(app: &TestApp, code: &str) -> Value {
    flare(app, "statistician", code, "MONTH_3").await["selena"].clone()
}

/// Codes of the signs with an outcome, severe ones first.
fn signs(told: &Value, outcome: &str) -> Vec<String> {
    let all =
        ["severeSigns", "mildModerateSigns"].map(|list| told[list].as_array().unwrap().clone()).concat();
    all.iter()
        .filter(|sign| sign["outcome"] == outcome)
        .map(|sign| sign["code"].as_str().unwrap().to_owned())
        .collect()
}

#[track_caller]
fn assert_selena(told: &Value, flare: &str, met: &[&str], open: &[&str]) {
    assert_eq!((&told["state"], &told["flare"]), (&json!("PRESENT"), &json!(flare)), "{told}");
    assert_eq!((signs(told, "MET"), signs(told, "NOT_EVALUABLE")), (owned(met), owned(open)), "{told}");
}

fn owned(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|code| (*code).to_owned()).collect()
}

/// All answers of the form on flares, with no to each; the weight as given.
fn quiet(weight: Option<&str>) -> Value {
    json!({ "hospitalised": false, "severeManifestation": false, "mildModerateManifestation": false,
        "newImmunosuppressant": false, "newNsaidOrHydroxychloroquine": false, "weightKg": weight })
}

async fn form(app: &TestApp, code: &str, visit: &Value, answers: Value) {
    let input =
        json!({ "key": format!("{code}-flare"), "visit": visit, "answers": { "flareExtras": answers } });
    let coordinator = app.as_(&format!("coordinator-{}", code[..4].to_lowercase()));
    coordinator.act("recordAssessment", input, "").await.accepted();
}

/// A medication for lupus by mouth, once a day, from a study day on.
async fn takes(app: &TestApp, code: &str, drug: [&str; 2], dose: &str, study_day: i64) {
    let start = app.world.subjects.iter().find(|it| it.code == code).unwrap().on(study_day);
    let input = json!({ "key": format!("{code}-{}", drug[0]), "subject": app.subject_id(code).await, "drug": drug[0],
        "class": drug[1], "dose": dose, "unit": "mg", "route": "ORAL", "frequency": "QD", "start": start,
        "ongoing": true, "indication": "SLE" });
    let coordinator = app.as_(&format!("coordinator-{}", code[..4].to_lowercase()));
    coordinator.act("recordMedication", input, "").await.accepted();
}

/// BILAG-2004 of a study day at an unscheduled visit: normal measurements, and the scores that are given.
async fn bilag(app: &TestApp, code: &str, study_day: i64, scores: &[(u8, u8)], not_done: &[u8]) {
    let subject = app.world.subjects.iter().find(|it| it.code == code).unwrap();
    let coordinator = app.as_(&subject.coordinator());
    let key = |part: &str| format!("{code}-{study_day}-{part}");
    let visit = json!({ "key": key("of-bilag"), "subject": app.subject_id(code).await, "date": subject.on(study_day) });
    let visit = coordinator.act("recordVisit", visit, "visit { id }").await.accepted()["visit"]["id"].clone();
    let normal = [
        (78, "120"),
        (79, "75"),
        (81, "0"),
        (83, "10"),
        (86, "70"),
        (87, "95"),
        (90, "13.1"),
        (91, "6.2"),
        (92, "4.1"),
        (93, "1.6"),
        (94, "240"),
    ];
    let values = normal.iter().map(|(number, value)| json!({ "number": number, "value": value }));
    let scores = scores.iter().map(|(number, score)| json!({ "number": number, "score": score }));
    let items: Vec<Value> = values.chain(scores).collect();
    let answers = json!({ "bilag": { "items": items, "notDone": not_done } });
    let input = json!({ "key": key("bilag"), "visit": visit, "answers": answers });
    coordinator.act("recordAssessment", input, "").await.accepted();
}

/// State, flare, systems with new or worse grades, whether there are new grades, and why something is open.
#[track_caller]
fn assert_bilag(
    told: &Value,
    flare: Option<&str>,
    systems: Option<&[(&str, &str)]>,
    new: &str,
    reason: Option<&str>,
) {
    let state = if flare.is_some() { "PRESENT" } else { "NOT_EVALUABLE" };
    let systems = systems.map(|all| {
        all.iter().map(|(system, grade)| json!({ "system": system, "grade": grade })).collect::<Vec<_>>()
    });
    let fields = ["state", "flare", "systems", "newGrades", "reason"].map(|name| &told[name]);
    assert_eq!(json!(fields), json!([state, flare, systems, new, reason]), "{told}");
}

both! {
    /// The index at month 3, assessed on study day 91, against the SLEDAI-2K of study day 87: pleurisy alone (2), PGA 0.60.
    async fn the_selena_index_compares_with_the_assessment_before(app: &TestApp) {
        // Nothing active. The dose of prednisone is the same, which needs no weight.
        let visit = assess(app, "SH01-001", 91, &[], &[], "0.30").await;
        form(app, "SH01-001", &visit, quiet(None)).await;
        let told = selena(app, "SH01-001").await;
        assert_selena(&told, "NONE", &[], &[]);
        let days = json!([{ "value": "2026-05-31", "studyDay": 91 }, { "value": "2026-05-27", "studyDay": 87 }]);
        assert_eq!(json!([told["assessedOn"], told["previousOn"]]), days);
        let evidence = told["evidence"].as_array().unwrap();
        assert!(evidence.contains(&json!({ "__typename": "Medication" })), "{told}");
        assert_eq!(evidence.iter().filter(|it| it["__typename"] == "Assessment").count(), 7, "{told}");
        assert_rule(&told["rule"], "selena_flare", "1", &[("total_above_12_is_severe", "true")]);

        // Arthritis and fever are 4 + 1: exactly 3 points more; the PGA exactly 1.00 more.
        let visit = assess(app, "SH01-002", 91, &["arthritis", "fever"], &[], "1.60").await;
        form(app, "SH01-002", &visit, quiet(None)).await;
        assert_selena(&selena(app, "SH01-002").await, "MILD_MODERATE", &["SLEDAI_RISE", "PGA_RISE"], &[]);

        // From 8 to 13: severe, whatever the form would say.
        let present = ["arthritis", "myositis", "mucosal_ulcers", "pleurisy", "fever"];
        assess(app, "SH01-003", 91, &present, &[], "1.80").await;
        let told = selena(app, "SH01-003").await;
        assert_eq!((&told["flare"], &told["state"], &told["reason"]), (&json!("SEVERE"), &json!("PRESENT"), &Value::Null));
        assert_eq!(signs(&told, "MET"), ["SLEDAI_HIGH"]);

        // Nothing speaks for a flare, and nobody said that there was no admission.
        assess(app, "BJ02-001", 91, &[], &[], "0.30").await;
        let told = selena(app, "BJ02-001").await;
        let open = json!([told["state"], told["flare"], told["reason"]]);
        assert_eq!(open, json!(["NOT_EVALUABLE", null, "COMPONENT_MISSING"]));
        assert_eq!(signs(&told, "NOT_EVALUABLE"), ["SEVERE_MANIFESTATION", "NEW_IMMUNOSUPPRESSANT", "HOSPITALISED",
            "MILD_MODERATE_MANIFESTATION", "NEW_NSAID_OR_HYDROXYCHLOROQUINE"]);
        let later = flare(app, "statistician", "BJ02-001", "MONTH_6").await["selena"].clone();
        assert_eq!(json!([later["state"], later["reason"]]), json!(["NOT_EVALUABLE", "VISIT_MISSING"]));
    }

    /// 25 mg of prednisone more for the whole of the last seven days make 30 mg a day: a dose by kilogram. What was started
    /// is taken from the medications where the form leaves it open.
    async fn the_selena_index_reads_medications(app: &TestApp) {
        let prednisone = ["prednisone", "GLUCOCORTICOID"];
        for (code, weight, outcome, met, open) in [
            // Exactly 0.5 mg/kg is not more than that.
            ("BJ02-001", Some("60"), json!(["PRESENT", "MILD_MODERATE"]), vec!["PREDNISONE_RAISED"], vec![]),
            ("BJ02-002", Some("59.9"), json!(["PRESENT", "SEVERE"]), vec!["PREDNISONE_HIGH", "PREDNISONE_RAISED"], vec![]),
            // Raised, and nobody knows whether above 0.5 mg/kg.
            ("GZ03-001", None, json!(["NOT_EVALUABLE", null]), vec![], vec!["PREDNISONE_HIGH", "PREDNISONE_RAISED"]),
        ] {
            takes(app, code, prednisone, "25", 85).await;
            let visit = assess(app, code, 91, &[], &[], "0.30").await;
            form(app, code, &visit, quiet(weight)).await;
            let told = selena(app, code).await;
            assert_eq!(json!([told["state"], told["flare"]]), outcome, "{code}: {told}");
            assert_eq!((signs(&told, "MET"), signs(&told, "NOT_EVALUABLE")), (owned(&met), owned(&open)), "{code}");
        }
        // Methotrexate since study day 89; hydroxychloroquine since study day 87, the day of the assessment before.
        takes(app, "GZ03-002", ["methotrexate", "IMMUNOSUPPRESSANT"], "2.5", 89).await;
        takes(app, "GZ03-002", ["hydroxychloroquine", "ANTIMALARIAL"], "200", 87).await;
        let visit = assess(app, "GZ03-002", 91, &[], &[], "0.30").await;
        let mut answers = quiet(Some("60"));
        answers["newImmunosuppressant"] = Value::Null;
        answers["newNsaidOrHydroxychloroquine"] = Value::Null;
        form(app, "GZ03-002", &visit, answers).await;
        let told = selena(app, "GZ03-002").await;
        assert_selena(&told, "SEVERE", &["NEW_IMMUNOSUPPRESSANT"], &["NEW_NSAID_OR_HYDROXYCHLOROQUINE"]);
    }

    /// Items scored 3 or 4 alone make a flare, and grades against those of study day 84.
    async fn bilag_flares_come_from_new_or_worse_items(app: &TestApp) {
        let month_3 = async |code: &str| flare(app, "statistician", code, "MONTH_3").await["bilag"].clone();
        // A mild eruption is new: one B.
        bilag(app, "SH01-001", 84, &[], &[]).await;
        bilag(app, "SH01-001", 91, &[(6, 4)], &[]).await;
        let told = month_3("SH01-001").await;
        assert_bilag(&told, Some("MILD"), Some(&[("mucocutaneous", "B")]), "NOT_MET", None);
        assert_eq!(json!([told["assessedOn"]["studyDay"], told["previousOn"]["studyDay"]]), json!([91, 84]));
        assert_eq!(told["evidence"].as_array().unwrap().len(), 2);
        assert_rule(&told["rule"], "bilag_flare", "1", &[]);
        // A severe one: an A.
        // Eight systems were and are quiet.
        let tally = app.study("statistician", "subject(code: \"SH01-001\") { bilag(at: \"MONTH_3\") { tally {
            activeOrWorsening improving persistentMinimal open previousOn { studyDay } evidence { __typename }
            rule { id version parameters { name value } } } } first: bilag(at: \"BASELINE\") { tally { open } } }").await;
        let tally = &tally["subject"]["bilag"]["tally"];
        let counts = ["activeOrWorsening", "improving", "persistentMinimal", "open"].map(|name| &tally[name]);
        assert_eq!((json!(counts), &tally["previousOn"]["studyDay"]), (json!([1, 0, 8, 0]), &json!(84)));
        assert_eq!(tally["evidence"], json!([{ "__typename": "Assessment" }, { "__typename": "Assessment" }]));
        assert_rule(&tally["rule"], "bilag2004_tally", "1", &[]);
        bilag(app, "SH01-002", 84, &[], &[]).await;
        bilag(app, "SH01-002", 91, &[(5, 4)], &[]).await;
        assert_bilag(&month_3("SH01-002").await, Some("SEVERE"), Some(&[("mucocutaneous", "A")]), "MET", None);
        // The eruption is the same as before; mild myositis is new and mild myocarditis worse: two B.
        bilag(app, "SH01-003", 84, &[(6, 4)], &[]).await;
        bilag(app, "SH01-003", 91, &[(6, 2), (40, 4), (44, 3)], &[]).await;
        let two = [("musculoskeletal", "B"), ("cardiorespiratory", "B")];
        assert_bilag(&month_3("SH01-003").await, Some("MODERATE"), Some(&two), "MET", None);
        // Three C at the first assessment: a flare, and nothing to compare its grades with.
        bilag(app, "BJ02-001", 91, &[(17, 4), (43, 4), (71, 4)], &[]).await;
        let three = [("mucocutaneous", "C"), ("musculoskeletal", "C"), ("ophthalmic", "C")];
        let told = month_3("BJ02-001").await;
        assert_bilag(&told, Some("MILD"), Some(&three), "NOT_EVALUABLE", Some("NO_PREVIOUS_ASSESSMENT"));
        // Whether there was a severe eruption nobody looked.
        bilag(app, "BJ02-002", 84, &[], &[]).await;
        bilag(app, "BJ02-002", 91, &[(44, 4)], &[5]).await;
        assert_bilag(&month_3("BJ02-002").await, None, None, "NOT_EVALUABLE", Some("COMPONENT_MISSING"));
        let none = flare(app, "statistician", "BJ02-003", "MONTH_3").await["bilag"].clone();
        assert_bilag(&none, None, None, "NOT_EVALUABLE", Some("VISIT_MISSING"));
    }

    /// Whoever does not read efficacy reads neither; the board reads study days. A weight that is none is refused.
    async fn flares_are_for_whoever_reads_the_state(app: &TestApp) {
        let visit = assess(app, "SH01-001", 91, &[], &[], "0.30").await;
        let wrong = json!({ "key": "slip", "visit": visit, "answers": { "flareExtras": { "weightKg": "600" } } });
        let refused = app.as_("coordinator-sh01").act("recordAssessment", wrong, "").await.refused();
        assert_eq!((refused.code.as_str(), refused.field.as_str()), ("IMPLAUSIBLE", "answers.flareExtras.weightKg"));
        form(app, "SH01-001", &visit, quiet(Some("62.5"))).await;
        let held = "subject(code: \"SH01-001\") { assessments(instrument: FLARE_EXTRAS) { instrument flareExtras {
            hospitalised weightKg } lldasExtras { giActivity } } }";
        let held = app.study("statistician", held).await["subject"]["assessments"].clone();
        assert_eq!(held, json!([{ "instrument": "FLARE_EXTRAS", "lldasExtras": null,
            "flareExtras": { "hospitalised": false, "weightKg": "62.5" } }]));

        let kept = flare(app, "safety-officer", "SH01-001", "MONTH_3").await;
        for index in ["selena", "bilag"] {
            for (name, value) in kept[index].as_object().unwrap() {
                let expected = match name.as_str() {
                    "state" => json!("MASKED"),
                    "assessedOn" | "previousOn" => json!({ "value": null, "studyDay": null }),
                    _ => Value::Null,
                };
                assert_eq!(*value, expected, "{index}.{name}");
            }
        }
        crate::board::cut(app, "CUT-1", "2026-07-01").await;
        let code = app.study("dsmb-member", "subjects(first: 1) { nodes { code } }").await;
        let code = code["subjects"]["nodes"][0]["code"].as_str().unwrap().to_owned();
        let seen = flare(app, "dsmb-member", &code, "MONTH_3").await["selena"].clone();
        assert_eq!((&seen["flare"], &seen["assessedOn"]), (&json!("NONE"), &json!({ "value": null, "studyDay": 91 })));
    }
}
