//! How long subjects were in a state, from visits recorded through the API, worked out by hand from section 4.4.

use crate::provenance::assert_rule;
use serde_json::{Value, json};
use tests::{TestApp, both};

/// Assesses a subject on a study day at an unscheduled visit: descriptors present and unknown, and the PGA. Returns the
/// visit.
pub async fn assess(
    app: &TestApp,
    code: &str,
    study_day: i64,
    present: &[&str],
    unknown: &[&str],
    pga: &str,
) -> Value {
    let subject = app.world.subjects.iter().find(|it| it.code == code).unwrap();
    let coordinator = app.as_(&subject.coordinator());
    let key = |part: &str| format!("{code}-{study_day}-{part}");
    let visit =
        json!({ "key": key("visit"), "subject": app.subject_id(code).await, "date": subject.on(study_day) });
    let visit = coordinator.act("recordVisit", visit, "visit { id }").await.accepted()["visit"]["id"].clone();
    let extras = json!({ "haemolyticAnaemia": false, "giActivity": false, "maintenanceTherapyOk": true });
    for (part, answers) in [
        ("sledai", json!({ "sledai": { "present": present, "unknown": unknown } })),
        ("pga", json!({ "pga": pga })),
        ("extras", json!({ "lldasExtras": extras })),
    ] {
        let input = json!({ "key": key(part), "visit": visit, "answers": answers });
        coordinator.act("recordAssessment", input, "").await.accepted();
    }
    visit
}

const TIME: &str = "state daysInState daysObserved fraction atLeastPart sustained reason
    first { reached on { value studyDay } } visits { visit outcome assessed on { value studyDay } }
    evidence { __typename } rule { id version parameters { name value } }";

async fn told(app: &TestApp, name: &str, code: &str) -> Value {
    let document =
        format!("subject(code: \"{code}\") {{ timeInLldas {{ {TIME} }} timeInDoris {{ {TIME} }} }}");
    app.study(name, &document).await["subject"].clone()
}

/// Days in the state and observed, the fraction, whether that is at least half, whether sustained, and why not known.
#[track_caller]
fn assert_time(
    told: &Value,
    days: [u64; 2],
    fraction: Option<f64>,
    half: &str,
    sustained: &str,
    reason: Option<&str>,
) {
    let state = if reason.is_some() { "NOT_EVALUABLE" } else { "PRESENT" };
    let expected = json!([state, days[0], days[1], fraction, half, sustained, reason]);
    let fields = ["state", "daysInState", "daysObserved", "fraction", "atLeastPart", "sustained", "reason"];
    assert_eq!(json!(fields.map(|name| &told[name])), expected, "{told}");
}

/// Whether the state was reached, and the study day.
fn first(told: &Value) -> Value {
    json!([told["first"]["reached"], told["first"]["on"]["studyDay"]])
}

both! {
    /// The state found at month 3 holds until month 6, 90 days later, which is long enough to be sustained.
    async fn a_state_holds_until_the_next_visit(app: &TestApp) {
        // Nothing active at either visit; the PGA of month 6 is low disease activity and no remission.
        assess(app, "SH01-001", 91, &[], &[], "0.30").await;
        assess(app, "SH01-001", 181, &[], &[], "0.60").await;
        let both = told(app, "statistician", "SH01-001").await;
        let (lldas, doris) = (&both["timeInLldas"], &both["timeInDoris"]);
        assert_time(lldas, [90, 90], Some(1.0), "MET", "MET", None);
        assert_eq!(lldas["visits"], json!([
            { "visit": "MONTH_3", "outcome": "MET", "assessed": true, "on": { "value": "2026-05-31", "studyDay": 91 } },
            { "visit": "MONTH_6", "outcome": "MET", "assessed": true, "on": { "value": "2026-08-29", "studyDay": 181 } },
        ]));
        assert_eq!(first(lldas), json!([true, 91]));
        assert_time(doris, [90, 90], Some(1.0), "MET", "NOT_MET", None);
        let choices = [("interval_rule", "STATE_CARRIED_FORWARD"), ("sustained_days", "84"), ("time_in_state_part", "0.50")];
        for told in [lldas, doris] {
            assert!(told["evidence"].as_array().unwrap().contains(&json!({ "__typename": "Medication" })), "{told}");
            assert_rule(&told["rule"], "time_in_state", "1", &choices);
        }

        // Pleurisy at month 3, and nothing at month 6: not for a day.
        assess(app, "SH01-002", 91, &["pleurisy"], &[], "0.30").await;
        assess(app, "SH01-002", 181, &[], &[], "0.30").await;
        let late = told(app, "statistician", "SH01-002").await["timeInLldas"].clone();
        assert_time(&late, [0, 90], Some(0.0), "NOT_MET", "NOT_MET", None);
        assert_eq!(first(&late), json!([true, 181]));
    }

    /// What was not assessed is neither in the state nor out of it, and one visit observes no time.
    async fn a_gap_counts_for_nothing(app: &TestApp) {
        // Month 3 alone: assessed on study day 87 and not in the state, whatever month 6 brings.
        let bad = told(app, "statistician", "SH01-003").await["timeInLldas"].clone();
        assert_time(&bad, [0, 0], None, "NOT_EVALUABLE", "NOT_MET", Some("VISIT_MISSING"));
        assert_eq!(first(&bad), json!([false, 87]), "censored");
        assert_eq!(bad["visits"][1]["assessed"], false);
        // In the state at month 3, and nobody knows of month 6.
        assess(app, "BJ02-001", 91, &[], &[], "0.30").await;
        let open = told(app, "statistician", "BJ02-001").await["timeInLldas"].clone();
        assert_time(&open, [0, 0], None, "NOT_EVALUABLE", "NOT_EVALUABLE", Some("VISIT_MISSING"));
        assert_eq!(first(&open), json!([true, 91]));
        // Whether there was fever at month 3 is not known, so the 90 days after it leave both counts.
        assess(app, "BJ02-002", 91, &[], &["fever"], "0.30").await;
        assess(app, "BJ02-002", 181, &[], &[], "0.30").await;
        let unknown = told(app, "statistician", "BJ02-002").await["timeInLldas"].clone();
        assert_time(&unknown, [0, 0], None, "NOT_EVALUABLE", "NOT_EVALUABLE", Some("COMPONENT_MISSING"));
        assert_eq!(unknown["visits"][0]["outcome"], "NOT_EVALUABLE");
        assert_eq!(first(&unknown), json!([true, 181]));
    }

    /// Whoever does not read efficacy reads nothing of it; the board reads study days, as the cut was.
    async fn time_is_for_whoever_reads_the_state(app: &TestApp) {
        assess(app, "SH01-001", 91, &[], &[], "0.30").await;
        for field in ["timeInLldas", "timeInDoris"] {
            let kept = told(app, "safety-officer", "SH01-001").await[field].clone();
            for (name, value) in kept.as_object().unwrap() {
                assert_eq!(*value, if name == "state" { json!("MASKED") } else { Value::Null }, "{field}.{name}");
            }
        }
        crate::board::cut(app, "CUT-1", "2026-07-01").await;
        assess(app, "SH01-001", 181, &[], &[], "0.30").await;
        let code = app.study("dsmb-member", "subjects(first: 1) { nodes { code } }").await;
        let code = code["subjects"]["nodes"][0]["code"].as_str().unwrap().to_owned();
        let seen = told(app, "dsmb-member", &code).await["timeInLldas"].clone();
        assert_time(&seen, [0, 0], None, "NOT_EVALUABLE", "NOT_EVALUABLE", Some("VISIT_MISSING"));
        assert_eq!(seen["first"]["on"], json!({ "value": null, "studyDay": 91 }));
    }
}
