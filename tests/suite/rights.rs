//! What the viewer may do, and why: by the same rules that decide when it is tried.

use serde_json::{Value, json};
use tests::world::Plan;
use tests::{Engine, TestApp, both};

async fn can(app: &TestApp, name: &str, (action, on): (&str, Option<&str>)) -> Value {
    let document = "query($action: String!, $on: ID) { viewer { can(action: $action, on: $on) { allowed reason role } } }";
    let answer = app.as_(name).query(document, json!({ "action": action, "on": on })).await;
    answer.one()["can"].clone()
}

const ELSEWHERE: &str = "there is no such thing, or it is not yours to see";

both! {
    /// ACC-08: rights and their reason; what is out of scope reads as what is not there.
    async fn the_viewer_learns_what_it_may_do_and_why(app: &TestApp) {
        let subject = app.subject_id("SH01-001").await;
        let study = app.study("data-manager", "id").await["id"].as_str().unwrap().to_owned();
        let role = |it: &Value| it["role"].as_str().map(str::to_owned);
        for (name, action, on, expected) in [
            ("coordinator-sh01", "recordVisit", Some(subject.as_str()), Some("COORDINATOR")),
            ("coordinator-sh01", "recordVisit", None, Some("COORDINATOR")),
            ("coordinator-sh01", "recordVisit", Some(&study), Some("COORDINATOR")),
            ("investigator-sh01", "confirmEligibility", Some(&subject), Some("INVESTIGATOR")),
            ("coordinator-sh01", "confirmEligibility", Some(&subject), None),
            ("coordinator-bj02", "recordVisit", Some(&subject), None),
            ("data-manager", "recordVisit", Some(&subject), None),
            ("data-manager", "addSite", Some(&study), Some("DATA_MANAGER")),
            ("data-manager", "openCohort", Some(&study), Some("DATA_MANAGER")),
            ("pharmacist-sh01", "openCohort", Some(&study), None),
            ("dsmb-statistician", "createDataCut", None, Some("DSMB_STATISTICIAN")),
            ("dsmb-statistician", "createDataCut", Some(&study), None),
            ("administrator", "grantMembership", None, Some("ADMINISTRATOR")),
            ("administrator", "recordVisit", Some(&subject), None),
            ("auditor", "proposeRedaction", Some(&study), None),
        ] {
            let told = can(app, name, (action, on)).await;
            assert_eq!((told["allowed"].as_bool(), role(&told).as_deref()), (Some(expected.is_some()), expected), "{name} {action} {on:?}: {told}");
        }
        let refused = can(app, "coordinator-sh01", ("confirmEligibility", Some(&subject))).await;
        assert_eq!(refused["reason"], "no grant of yours allows it there; it takes one as INVESTIGATOR");
        let unknown = can(app, "coordinator-bj02", ("recordVisit", Some("nothing"))).await;
        assert_eq!(can(app, "coordinator-bj02", ("recordVisit", Some(&subject))).await, unknown);
        assert_eq!(unknown["reason"], ELSEWHERE);
        // Asked twice under two names, by literal and by variable, each for its own thing.
        let document = format!("{{ viewer {{ a: can(action: \"recordVisit\", on: \"{subject}\") {{ allowed }}
            ...more }} }} fragment more on Viewer {{ b: can(action: \"addSite\", on: \"{study}\") {{ allowed }} }}");
        let answer = app.as_("coordinator-sh01").ask(&document).await;
        assert_eq!(answer.one(), &json!({ "a": { "allowed": true }, "b": { "allowed": false } }));
        let odd = app.as_("coordinator-sh01").ask("{ viewer { can(action: \"fly\") { allowed } } }").await;
        assert_eq!(odd.codes(), ["BAD_USER_INPUT"]);
        assert!(odd.text.contains("it is one of") && odd.text.contains("recordVisit"), "{}", odd.text);
    }
}

/// In a masked study cohorts are the pharmacist's to open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cohorts_of_a_masked_study_are_the_pharmacists() {
    let app =
        TestApp::with(Engine::Sqlite, Plan { masking: entity::terms::Masking::Double, ..Plan::default() })
            .await;
    let study = app.study("data-manager", "id").await["id"].as_str().unwrap().to_owned();
    for (name, allowed) in [("data-manager", false), ("medical-monitor", false), ("pharmacist-sh01", true)] {
        assert_eq!(can(&app, name, ("openCohort", Some(&study))).await["allowed"], allowed, "{name}");
    }
    app.stop().await;
}
