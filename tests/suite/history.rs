//! What was known when: `asOf` answers every outcome as the live query did, and one change derives one subject anew.

use serde_json::{Value, json};
use tests::world::Plan;
use tests::{Engine, TestApp, both};

/// Every outcome measure of study and subjects, with what it rests on, as seen on one day.
const OUTCOMES: &str = "
    outcomes(by: COHORT, on: \"2026-11-01\") { ...measures }
    total: outcomes(by: TOTAL, on: \"2026-11-01\") { ...measures }
    escalation(on: \"2026-11-01\") { on currentLevel decision nextLevel warnings
        levels { level treated evaluable dlt pending } }
    subjects(first: 100) { nodes { code status
        sledai(at: \"MONTH_3\") { state total lowerBound upperBound complete }
        bilag(at: \"MONTH_3\") { state numeric }
        sledaiChange(at: \"MONTH_3\") { state baseline value change percent }
        autoantibodyChange(analyte: ANTI_DSDNA, at: \"MONTH_3\") { state baseline value absolute percent }
        sri(at: \"MONTH_3\") { ...answer } bicla(at: \"MONTH_3\") { ...answer }
        lldas(at: \"MONTH_3\") { ...answer } doris(at: \"MONTH_3\") { ...answer }
        dlt(on: \"2026-11-01\") { state evaluable outcome evidence { id } }
        prednisoneEquivalent(on: \"2026-06-15\") { state mgPerDay }
    } }";

const FRAGMENTS: &str = "
    fragment answer on Evaluation { state outcome analysed { outcome imputed inDenominator } reason
        criteria { code outcome observed threshold explanation } evidence { id } }
    fragment rate on Rate { group { label } state numerator denominator notEvaluable estimate lower upper }
    fragment summary on Summary { group { label } state n missing mean sd median q1 q3 min max }
    fragment measures on StudyOutcomes {
        sri(at: \"MONTH_3\") { ...rate } lldas(at: \"MONTH_3\") { ...rate } doris(at: \"MONTH_3\") { ...rate }
        bicla(at: \"MONTH_3\") { ...rate } dltRate { ...rate }
        treatmentRelatedEvents { group { label } state level term numerator denominator events estimate }
        sledaiChange(at: \"MONTH_3\") { ...summary }
        autoantibodyChange(analyte: ANTI_DSDNA, at: \"MONTH_3\") { ...summary } }";

async fn outcomes(app: &TestApp, name: &str, as_of: Option<u64>) -> Value {
    let at = as_of.map_or(String::new(), |revision| format!(", asOf: {{revision: {revision}}}"));
    let document = format!("{{ study(code: \"NK510\"{at}) {{ {OUTCOMES} }} }} {FRAGMENTS}");
    app.as_(name).ask(&document).await.one().clone()
}

async fn revision(app: &TestApp) -> u64 {
    app.study("data-manager", "revision").await["revision"].as_u64().unwrap()
}

/// Records an unplanned visit of a subject with a SLEDAI-2K in it, as its coordinator; answers with the revision.
pub async fn one_more_assessment(app: &TestApp, subject: usize) -> u64 {
    let coordinator = app.world.subjects[subject].coordinator();
    assessment_by(app, subject, &coordinator).await
}

/// The same by somebody else.
pub async fn assessment_by(app: &TestApp, subject: usize, name: &str) -> u64 {
    app.assessment_by(subject, name).await
}

both! {
    /// P11-07: `asOf` revision N answers every outcome field exactly as the live query did when N was the newest.
    async fn as_of_answers_as_the_live_query_did(app: &TestApp) {
        const VIEWERS: [&str; 3] = ["statistician", "investigator-sh01", "auditor"];
        let mut recorded = Vec::new();
        for subject in [0, 2, 4, 2, 8] {
            let now = revision(app).await;
            for name in VIEWERS {
                recorded.push((now, name, outcomes(app, name, None).await));
            }
            assert_eq!(one_more_assessment(app, subject).await, now + 1);
        }
        let last = recorded.last().unwrap().0;
        let live = outcomes(app, "statistician", None).await;
        assert!(recorded.iter().any(|(_, _, then)| *then != live), "what was written changed no outcome");
        for (then, name, answer) in &recorded {
            assert_eq!(&outcomes(app, name, Some(*then)).await, answer, "{name} as of {then}, with {last} the newest");
        }
        // And another process, which has to load it from the ledger, says the same.
        let other = app.another(store::Hooks::default()).await;
        for (then, name, answer) in &recorded {
            let document = format!("{{ study(code: \"NK510\", asOf: {{revision: {then}}}) {{ {OUTCOMES} }} }} {FRAGMENTS}");
            assert_eq!(app.as_(name).at(&other.url).ask(&document).await.one(), answer, "{name} as of {then}");
        }
        other.stop().await;
    }

    /// A revision that is not there yet, or never will be, is said to be none.
    async fn a_revision_that_is_not_there_is_refused(app: &TestApp) {
        let newest = revision(app).await;
        for wrong in [json!(0), json!(newest + 1), json!(-1), json!(1_u64 << 53), json!("1"), json!(1.5)] {
            let document = "query($at: Revision!) { study(code: \"NK510\", asOf: {revision: $at}) { code } }";
            let answer = app.as_("data-manager").query(document, json!({ "at": wrong })).await;
            assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{wrong}: {}", answer.text);
        }
    }

    /// Adding one assessment makes the next read derive one subject again, and load nothing.
    async fn one_assessment_derives_one_subject_again(app: &TestApp) {
        let counters = async || (app.server.counter("trialgraph_subjects_derived_total").await, app.server.counter("trialgraph_loads_total").await);
        outcomes(app, "statistician", None).await;
        let (warm, loads) = counters().await;
        outcomes(app, "statistician", None).await;
        assert_eq!(counters().await, (warm, loads), "a second look derives nothing");
        let each = warm / 9;
        assert!(each > 0);
        one_more_assessment(app, 4).await;
        outcomes(app, "statistician", None).await;
        let (after, reloaded) = counters().await;
        assert_eq!(reloaded, loads, "nothing was loaded");
        assert!(after > warm && after - warm <= each + each / 2, "{} of about {each} endpoints of one subject", after - warm);
    }
}

/// The same where it matters: in a study of several hundred subjects, of which many share a block of memory, one
/// assessment makes the next look at the outcomes derive one subject and no other. The benchmark checks it at 10,000.
async fn one_assessment_derives_one_subject_of_many(engine: Engine) {
    let app = TestApp::with(engine, Plan { subjects: 600, ..Plan::default() }).await;
    let counters = async || {
        let derived = app.server.counter("trialgraph_subjects_derived_total").await;
        (derived, app.server.counter("trialgraph_loads_total").await)
    };
    let rates = "outcomes(by: TOTAL, on: \"2026-11-01\") { sri(at: \"MONTH_3\") { numerator denominator } }";
    app.study("statistician", rates).await;
    let (warm, loads) = counters().await;
    assert_eq!(warm, 600);
    // The process may have read the newest entry of the world from the ledger while it was still writing it: then reader and
    // writer each hold subjects of that entry. From the next write on there is one of each.
    one_more_assessment(&app, 1).await;
    app.study("statistician", rates).await;
    let (warm, _) = counters().await;
    for (at, subject) in [0, 299, 599, 299].into_iter().enumerate() {
        one_more_assessment(&app, subject).await;
        app.study("statistician", rates).await;
        assert_eq!(counters().await, (warm + at as u64 + 1, loads), "after a change of subject {subject}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_assessment_derives_one_subject_of_many_on_sqlite() {
    one_assessment_derives_one_subject_of_many(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_assessment_derives_one_subject_of_many_on_postgres() {
    one_assessment_derives_one_subject_of_many(Engine::Postgres).await;
}
