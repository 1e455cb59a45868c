//! Analysis sets: who belongs to which, why not, and for whom that is to know.

use crate::board::cut;
use crate::provenance::assert_rule;
use entity::rows;
use entity::terms::{Agent, Instrument, Masking, SubjectStatus};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tests::world::{Plan, accepted, assessment, by, id};
use tests::{Engine, Lay, TestApp, both};

fn of_subject(code: &str, on: &str) -> String {
    format!(
        "subject(code: \"{code}\") {{ populations(on: \"{on}\") {{ population state member reason
            evidence {{ __typename }} rule {{ id version parameters {{ name value }} }} }} }}"
    )
}

/// Membership and reason by set.
fn sets(subject: &Value) -> BTreeMap<String, (Value, Value)> {
    let all = subject["populations"].as_array().unwrap().iter();
    all.map(|it| {
        (it["population"].as_str().unwrap().to_owned(), (it["member"].clone(), it["reason"].clone()))
    })
    .collect()
}

async fn told(app: &TestApp, name: &str, code: &str, on: &str) -> BTreeMap<String, (Value, Value)> {
    sets(&app.study(name, &of_subject(code, on)).await["subject"])
}

#[track_caller]
fn assert_sets(told: &BTreeMap<String, (Value, Value)>, expected: &[(&str, &str, &str)]) {
    assert_eq!(told.len(), 6);
    for (set, member, reason) in expected {
        assert_eq!(told[*set], (json!(member), json!(reason)), "{set}");
    }
}

async fn lay(app: &TestApp, lay: Lay) {
    accepted(app.server.store().decide(app.world.study, Box::new(lay), by("data-manager")).await.unwrap());
}

/// The visit of month 3 of a subject, and its dose, as they were laid down.
async fn image(app: &TestApp, table: &str, subject: usize, holds: &str) -> Value {
    let row = app.world.subjects[subject].row.to_string();
    let sql = format!("SELECT image FROM change WHERE table_name = '{table}' ORDER BY revision, position");
    let images = app.raw().await.texts(&sql).await;
    let found = images.into_iter().rfind(|image| image.contains(&row) && image.contains(holds));
    serde_json::from_str(&found.unwrap_or_else(|| panic!("no {table} with {holds}"))).unwrap()
}

/// A subject is per protocol once the sponsor states that deviations are classified through the assessment of month 3; an
/// important one that may affect efficacy keeps it out, and one recorded afterwards opens the answer again.
async fn deviations_decide(app: &TestApp) {
    let subject = app.subject_id("SH01-001").await;
    let (site, sponsor) = (app.as_("coordinator-sh01"), app.as_("medical-monitor"));
    let per_protocol = async |member: &str, reason: &str| {
        let told = told(app, "medical-monitor", "SH01-001", "2026-11-01").await;
        assert_sets(&told, &[("PER_PROTOCOL", member, reason)]);
    };
    let review = async |through: &str| {
        let input = json!({ "key": format!("review-{through}"), "subject": subject, "through": through });
        sponsor
            .act("reviewProtocolDeviations", input, "subject { deviationsReviewedThrough { value } }")
            .await
    };
    // Month 3 was assessed on study day 87, which is 2026-05-27.
    review("2026-05-26").await.accepted();
    per_protocol("NOT_EVALUABLE", "DEVIATIONS_OPEN").await;
    let stated = review("2026-05-27").await;
    assert_eq!(stated.accepted()["subject"]["deviationsReviewedThrough"]["value"], "2026-05-27");
    per_protocol("MET", "QUALIFIES").await;

    let recorded = site
        .act(
            "recordProtocolDeviation",
            json!({ "key": "deviation", "subject": subject, "category": "EXCLUDED_MEDICATION",
                "occurredOn": "2026-05-20", "description": "A live vaccine" }),
            "deviation { id revision important }",
        )
        .await;
    let deviation = recorded.accepted()["deviation"].clone();
    assert_eq!(deviation["important"], Value::Null);
    per_protocol("NOT_EVALUABLE", "DEVIATIONS_OPEN").await;
    // Nobody states that all is classified while this is not, nor takes back a day without saying why.
    let refused = review("2026-06-01").await;
    assert_eq!(
        (refused.refused().code.as_str(), refused.refused().field),
        ("WRONG_STATE", "through".to_owned())
    );
    let earlier = review("2026-05-19").await;
    assert_eq!(earlier.refused().code, "REASON_REQUIRED");

    let classify = async |key: &str,
                          important: bool,
                          affects: bool,
                          revision: &Value,
                          reason: Option<&str>| {
        let input = json!({ "key": key, "deviation": deviation["id"], "important": important, "affectsEfficacy": affects,
            "rationale": "It does not reach the joints", "expectedRevision": revision, "reason": reason });
        sponsor
            .act("classifyProtocolDeviation", input, "deviation { revision important affectsEfficacy }")
            .await
    };
    let contradiction = classify("a", false, true, &deviation["revision"], None).await;
    assert_eq!(contradiction.refused().field, "affectsEfficacy");
    // A reason that is given is kept, also where none is asked for.
    let reasons = async || app.raw().await.count("SELECT count(*) FROM change_reason").await;
    let kept = reasons().await;
    let first = classify("b", true, true, &deviation["revision"], Some("At the first look")).await;
    let first = first.accepted()["deviation"].clone();
    assert_eq!(reasons().await, kept + 1);
    per_protocol("NOT_MET", "MAJOR_DEVIATION").await;
    // P11-04, P11-40: changing it takes a reason and the newest revision.
    assert_eq!(classify("c", true, false, &first["revision"], None).await.refused().code, "REASON_REQUIRED");
    assert_eq!(
        classify("d", true, false, &deviation["revision"], Some("x")).await.refused().code,
        "CONFLICT"
    );
    let second = classify("e", true, false, &first["revision"], Some("The vaccine was inactivated")).await;
    let second = second.accepted()["deviation"].clone();
    per_protocol("MET", "QUALIFIES").await;
    // P11-31: a correction by the site opens the classification again, and the site does not classify.
    let correct = json!({ "key": "correct", "deviation": deviation["id"], "category": "EXCLUDED_MEDICATION",
        "occurredOn": "2026-05-21", "description": "A live vaccine", "reason": "Another day",
        "expectedRevision": second["revision"] });
    let corrected =
        site.act("correctProtocolDeviation", correct, "deviation { important rationale { state } }").await;
    assert_eq!(
        corrected.accepted()["deviation"],
        json!({ "important": null, "rationale": { "state": "NOT_COLLECTED" } })
    );
    per_protocol("NOT_EVALUABLE", "DEVIATIONS_OPEN").await;
    let own = json!({ "key": "own", "deviation": deviation["id"], "important": false, "affectsEfficacy": false, "rationale": "x" });
    assert_eq!(site.act("classifyProtocolDeviation", own, "").await.refused().code, "FORBIDDEN");
    // The evidence of the set names the dose and the assessments; an important deviation stands beside them.
    let now =
        app.study("medical-monitor", "subject(code: \"SH01-001\") { protocolDeviations { revision } }").await;
    let newest = &now["subject"]["protocolDeviations"][0]["revision"];
    classify("f", true, true, newest, None).await.accepted();
    per_protocol("NOT_MET", "MAJOR_DEVIATION").await;
    let study = app.study("medical-monitor", &of_subject("SH01-001", "2026-11-01")).await;
    let evidence = study["subject"]["populations"][5]["evidence"].as_array().unwrap().clone();
    assert!(evidence.contains(&json!({ "__typename": "ProtocolDeviation" })), "{evidence:?}");
    // The same again by the site opens nothing; a later deviation cannot have changed what was found.
    let now =
        app.study("medical-monitor", "subject(code: \"SH01-001\") { protocolDeviations { revision } }").await;
    let same = json!({ "key": "same", "deviation": deviation["id"], "category": "EXCLUDED_MEDICATION", "occurredOn": "2026-05-21",
        "description": "A live vaccine", "reason": "x", "expectedRevision": now["subject"]["protocolDeviations"][0]["revision"] });
    assert_eq!(site.act("correctProtocolDeviation", same, "").await.refused().code, "INVALID_VALUE");
    let later = json!({ "key": "later", "subject": subject, "category": "OTHER", "occurredOn": "2026-05-28", "description": "x" });
    site.act("recordProtocolDeviation", later, "").await.accepted();
    per_protocol("NOT_MET", "MAJOR_DEVIATION").await;
    // The board reads deviations, and not the day that the sponsor looked through.
    crate::board::cut(app, "CUT-D", "2026-06-30").await;
    let board = app.study("dsmb-member", "subjects(first: 9) { nodes { deviationsReviewedThrough { state studyDay } protocolDeviations { occurredOn { studyDay } description { state } } } }").await;
    let read = board["subjects"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["protocolDeviations"] != json!([]))
        .unwrap();
    assert_eq!(read["deviationsReviewedThrough"], json!({ "state": "SUPPRESSED", "studyDay": null }));
    assert_eq!(
        read["protocolDeviations"][0],
        json!({ "occurredOn": { "studyDay": 81 }, "description": { "state": "SUPPRESSED" } })
    );
    // For what follows here it affects nothing.
    let now =
        app.study("medical-monitor", "subject(code: \"SH01-001\") { protocolDeviations { revision } }").await;
    let newest = &now["subject"]["protocolDeviations"][0]["revision"];
    classify("g", false, false, newest, Some("The vaccine was inactivated")).await.accepted();
    per_protocol("MET", "QUALIFIES").await;
}

/// The counts of one set in the total: included, excluded, open.
fn counted(study: &Value, set: &str, label: &str) -> Value {
    let mut rows = study["populations"].as_array().unwrap().iter();
    let row = rows.find(|row| row["population"] == set && row["group"]["label"] == label).unwrap();
    json!([row["included"], row["excluded"], row["open"]])
}

const COUNTS: &str =
    "populations(by: COHORT, on: \"2026-11-01\") { population state group { label level } included excluded
    open reasons { reason subjects } rule { id version parameters { name value } } }";

both! {
    /// SH01-001 was dosed on 2026-03-02 with all of the plan, had a dose-limiting toxicity on day 3, and was assessed at
    /// month 3 without a BILAG-2004, so that SRI-4 is not evaluable there.
    async fn a_subject_belongs_to_what_the_definitions_say(app: &TestApp) {
        let expected = [
            ("ENROLLED", "MET", "QUALIFIES"),
            ("FULL_ANALYSIS", "MET", "QUALIFIES"),
            ("SAFETY", "MET", "QUALIFIES"),
            ("LYMPHODEPLETION_SAFETY", "NOT_MET", "NO_LYMPHODEPLETION"),
            ("DLT_EVALUABLE", "MET", "QUALIFIES"),
            ("PER_PROTOCOL", "NOT_MET", "ENDPOINT_NOT_EVALUABLE"),
        ];
        let study = app.study("medical-monitor", &of_subject("SH01-001", "2026-11-01")).await;
        assert_sets(&sets(&study["subject"]), &expected);
        let all = study["subject"]["populations"].as_array().unwrap();
        assert!(all.iter().all(|it| it["state"] == "PRESENT"), "{study}");
        assert_eq!(all[0]["evidence"], json!([{ "__typename": "Consent" }]));
        assert_eq!(all[2]["evidence"], json!([{ "__typename": "Dose" }]));
        let choices = [("per_protocol_dose_percent", "80"), ("full_analysis_needs_assessment", "false")];
        assert_rule(&all[0]["rule"], "populations", "1", &choices);
    }

    /// The day decides: before the dose nobody is treated, and until the window of month 3 closes (study day 135, which
    /// is 2026-07-14) the primary endpoint may still become evaluable.
    async fn sets_fill_with_time(app: &TestApp) {
        // Consent was given on study day -20, which is 2026-02-10.
        let before = told(app, "medical-monitor", "SH01-001", "2026-02-09").await;
        assert_sets(&before, &[("ENROLLED", "NOT_MET", "NO_CONSENT"), ("FULL_ANALYSIS", "NOT_MET", "NOT_ASSIGNED")]);
        // The level was assigned on study day -8, which is 2026-02-22.
        let assigned = told(app, "medical-monitor", "SH01-001", "2026-02-22").await;
        assert_sets(&assigned, &[
            ("ENROLLED", "MET", "QUALIFIES"),
            ("FULL_ANALYSIS", "NOT_MET", "NOT_DOSED"),
            ("SAFETY", "NOT_MET", "NOT_DOSED"),
            ("DLT_EVALUABLE", "NOT_MET", "NOT_DOSED"),
            ("PER_PROTOCOL", "NOT_MET", "NOT_DOSED"),
        ]);
        let dosed = told(app, "medical-monitor", "SH01-001", "2026-03-02").await;
        assert_sets(&dosed, &[("SAFETY", "MET", "QUALIFIES"), ("DLT_EVALUABLE", "NOT_EVALUABLE", "DLT_PENDING")]);
        // The toxicity of day 3 makes the subject evaluable at once.
        let toxic = told(app, "medical-monitor", "SH01-001", "2026-03-04").await;
        assert_sets(&toxic, &[("DLT_EVALUABLE", "MET", "QUALIFIES")]);
        let open = told(app, "medical-monitor", "SH01-001", "2026-07-14").await;
        assert_sets(&open, &[("PER_PROTOCOL", "NOT_EVALUABLE", "DEVIATIONS_OPEN")]);
        let closed = told(app, "medical-monitor", "SH01-001", "2026-07-15").await;
        assert_sets(&closed, &[("PER_PROTOCOL", "NOT_MET", "ENDPOINT_NOT_EVALUABLE")]);
    }

    /// With BILAG-2004 at baseline and month 3 SRI-4 is evaluable, and what stays open is whether a deviation counts. Too
    /// little of the dose decides whatever is open, and keeps nobody from the safety set.
    async fn per_protocol_waits_for_deviations_and_falls_with_the_dose(app: &TestApp) {
        let quiet: Vec<Value> = (1..=97).map(|number| match number {
            80 | 85 | 88 | 89 | 96 | 97 => json!(false),
            78 => json!("120"), 79 => json!("75"), 81 => json!("0"), 83 => json!("10"), 86 => json!("70"), 87 => json!("95"),
            90 => json!("13.1"), 91 => json!("6.2"), 92 => json!("4.1"), 93 => json!("1.6"), 94 => json!("240"),
            82 | 84 => Value::Null,
            _ => json!(0),
        }).collect();
        let mut laid = Lay::default();
        for code in ["\"DAY_1\"", "\"MONTH_3\""] {
            let visit: rows::Visit = serde_json::from_value(image(app, "visit", 0, code).await).unwrap();
            laid.open(&assessment(&visit, Instrument::Bilag2004, json!({ "bilag": quiet, "notDueToSle": [] })));
        }
        lay(app, laid).await;
        let subject = "subject(code: \"SH01-001\") { sri(at: \"MONTH_3\") { outcome } }";
        assert_eq!(app.study("statistician", subject).await["subject"]["sri"]["outcome"], "MET");
        let treated = told(app, "medical-monitor", "SH01-001", "2026-11-01").await;
        assert_sets(&treated, &[("PER_PROTOCOL", "NOT_EVALUABLE", "DEVIATIONS_OPEN")]);
        deviations_decide(app).await;
        // 31 million of 40 million cells a kilogram are 77.5 percent.
        let mut dose: rows::Dose = serde_json::from_value(image(app, "dose", 0, "NK510").await).unwrap();
        dose.actual_cells_per_kg = Some("31000000".parse().unwrap());
        let mut laid = Lay::default();
        laid.open(&dose);
        // And lymphodepletion five days before.
        laid.open(&rows::Dose {
            id: id(), agent: Agent::Fludarabine, planned_cells_per_kg: None, actual_cells_per_kg: None, total_cells: None,
            given_on: app.world.subjects[0].on(-5), ..dose.clone()
        });
        lay(app, laid).await;
        let little = told(app, "medical-monitor", "SH01-001", "2026-11-01").await;
        assert_sets(&little, &[
            ("PER_PROTOCOL", "NOT_MET", "DOSE_TOO_LOW"),
            ("SAFETY", "MET", "QUALIFIES"),
            ("FULL_ANALYSIS", "MET", "QUALIFIES"),
            ("LYMPHODEPLETION_SAFETY", "MET", "QUALIFIES"),
        ]);
    }

    /// Counts by cohort and in total, with what decided for the others; a site counts its own subjects alone.
    async fn sets_are_counted(app: &TestApp) {
        // Somebody who gave consent, and no more.
        let first = &app.world.subjects[0];
        let mut row: rows::Subject = serde_json::from_value(image(app, "subject", 0, "SH01-001").await).unwrap();
        row = rows::Subject { id: id(), code: "SH01-004".to_owned(), ordinal: 10, status: SubjectStatus::Screening,
            enrolled_on: None, eligibility_confirmed_on: None, ..row };
        let consent: rows::Consent = serde_json::from_value(image(app, "consent", 0, "\"STUDY\"").await).unwrap();
        let mut laid = Lay::default();
        laid.open(&row).open(&rows::Consent { id: id(), subject_id: row.id, ..consent });
        lay(app, laid).await;
        assert_eq!(first.code, "SH01-001");

        let study = app.study("statistician", COUNTS).await;
        assert_eq!(study["populations"].as_array().unwrap().len(), 6 * 4, "three cohorts and the total");
        assert_eq!(counted(&study, "ENROLLED", "Total"), json!([10, 0, 0]));
        assert_eq!(counted(&study, "SAFETY", "Total"), json!([9, 1, 0]));
        assert_eq!(counted(&study, "SAFETY", "Dose level 1"), json!([3, 0, 0]));
        assert_eq!(counted(&study, "LYMPHODEPLETION_SAFETY", "Total"), json!([0, 10, 0]));
        assert_eq!(counted(&study, "DLT_EVALUABLE", "Total"), json!([9, 1, 0]));
        // The three who do not get better are evaluable without BILAG-2004: the score decides.
        assert_eq!(counted(&study, "PER_PROTOCOL", "Total"), json!([0, 7, 3]));
        let rows = study["populations"].as_array().unwrap();
        let of = |set: &str| rows.iter().find(|row| row["population"] == set && row["group"]["label"] == "Total").unwrap();
        assert_eq!(of("FULL_ANALYSIS")["reasons"], json!([{ "reason": "NOT_ASSIGNED", "subjects": 1 }]));
        assert_eq!(of("PER_PROTOCOL")["reasons"], json!([{ "reason": "NOT_ASSIGNED", "subjects": 1 },
            { "reason": "DEVIATIONS_OPEN", "subjects": 3 }, { "reason": "ENDPOINT_NOT_EVALUABLE", "subjects": 6 }]));
        assert_rule(&of("SAFETY")["rule"], "populations", "1", &[]);
        let site = app.study("coordinator-bj02", COUNTS).await;
        assert_eq!(counted(&site, "ENROLLED", "Total"), json!([3, 0, 0]));
    }

    /// The record of a consent is kept from the statistician, and that there is one is not; efficacy is kept from the
    /// safety officer, and with it the per-protocol set; the pharmacist and the administrator read less still.
    async fn a_set_is_for_whoever_reads_what_decides_it(app: &TestApp) {
        let states = async |name: &str| -> BTreeMap<String, Value> {
            let study = app.study(name, &of_subject("SH01-001", "2026-11-01")).await;
            let all = study["subject"]["populations"].as_array().unwrap().iter();
            all.map(|it| {
                let kept = it["state"] == "MASKED";
                assert_eq!(kept, it["member"].is_null() && it["reason"].is_null() && it["rule"].is_null(), "{name}: {it}");
                (it["population"].as_str().unwrap().to_owned(), it["state"].clone())
            }).collect()
        };
        let statistician = app.study("statistician", &of_subject("SH01-001", "2026-11-01")).await;
        let enrolled = &statistician["subject"]["populations"][0];
        assert_eq!((&enrolled["member"], &enrolled["evidence"]), (&json!("MET"), &json!([])));
        let safety = states("safety-officer").await;
        assert_eq!((&safety["PER_PROTOCOL"], &safety["DLT_EVALUABLE"]), (&json!("MASKED"), &json!("PRESENT")));
        let pharmacist = states("pharmacist-sh01").await;
        for (set, state) in [("SAFETY", "PRESENT"), ("LYMPHODEPLETION_SAFETY", "PRESENT"), ("DLT_EVALUABLE", "MASKED"), ("PER_PROTOCOL", "MASKED")] {
            assert_eq!(pharmacist[set], json!(state), "{set}");
        }
        let administrator = app.study("administrator", COUNTS).await;
        for row in administrator["populations"].as_array().unwrap() {
            assert_eq!((&row["state"], &row["included"], &row["reasons"]), (&json!("MASKED"), &Value::Null, &Value::Null));
        }
        cut(app, "CUT-1", "2026-07-01").await;
        // The board names no day of the calendar; what it reads is as of the cut.
        let of_the_cut = COUNTS.replace(", on: \"2026-11-01\"", "");
        let board = app.study("dsmb-member", &of_the_cut).await;
        assert_eq!(counted(&board, "SAFETY", "Total"), json!([9, 0, 0]));
    }
}

/// In a masked study nobody who must not know reads of lymphodepletion or of an assigned level, and the dose that was
/// received is open to all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_masked_study_tells_no_assignment() {
    let app = TestApp::with(Engine::Sqlite, Plan { masking: Masking::Double, ..Plan::default() }).await;
    let monitor = app.study("medical-monitor", COUNTS).await;
    assert_eq!(counted(&monitor, "SAFETY", "Total"), json!([9, 0, 0]));
    assert_eq!(counted(&monitor, "FULL_ANALYSIS", "Total"), json!([9, 0, 0]));
    assert_eq!(counted(&monitor, "LYMPHODEPLETION_SAFETY", "Total"), json!([null, null, null]));
    assert_eq!(monitor["populations"].as_array().unwrap().len(), 6, "no cohort is a column");
    let before = told(&app, "medical-monitor", "SH01-001", "2026-02-22").await;
    assert_eq!(
        before["FULL_ANALYSIS"],
        (json!("NOT_MET"), json!("NOT_DOSED")),
        "it is not said whether a level is assigned"
    );
    // Nor by an event before the first dose: whether lymphodepletion had begun moves nothing that sponsor or site read.
    let subject = app.subject_id("SH01-001").await;
    let event = json!({ "key": "early", "subject": subject, "term": "Nausea", "pt": "Nausea", "start": "2026-02-28", "outcome": "UNKNOWN",
        "category": "NON_HAEMATOLOGICAL", "grades": [{ "grade": 1, "scale": "CTCAE_V5" }], "causalities": [{ "agent": "NK510", "causality": "UNLIKELY" }] });
    app.as_("coordinator-sh01").act("reportAdverseEvent", event, "").await.accepted();
    let emergence = async |name: &str| {
        app.study(name, "subject(code: \"SH01-001\") { adverseEvents { pt emergence { state period treatmentEmergent startUsed { studyDay } } } }").await
    };
    let readers = ["medical-monitor", "coordinator-sh01", "statistician", "safety-officer"];
    let mut before = Vec::new();
    for name in readers {
        let told = emergence(name).await;
        let nausea = told["subject"]["adverseEvents"]
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["pt"] == "Nausea")
            .unwrap()["emergence"]
            .clone();
        assert_eq!(
            nausea,
            json!({ "state": "PRESENT", "period": null, "treatmentEmergent": false, "startUsed": { "studyDay": -2 } }),
            "{name}"
        );
        before.push(told);
    }
    let given = json!({ "key": "flu", "subject": subject, "agent": "FLUDARABINE", "givenOn": "2026-02-26" });
    app.as_("pharmacist-sh01").act("recordDose", given, "").await.accepted();
    for (name, before) in readers.into_iter().zip(before) {
        assert_eq!(emergence(name).await, before, "{name}");
    }
    let pharmacist = told(&app, "pharmacist-sh01", "SH01-001", "2026-11-01").await;
    assert_eq!(pharmacist["LYMPHODEPLETION_SAFETY"], (json!("MET"), json!("QUALIFIES")));
    app.stop().await;
}
