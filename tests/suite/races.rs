//! Many at once: the last place of a cohort is given once, whoever asks and whatever each of them can see.

use entity::rows;
use entity::terms::{CohortStatus, ConsentPurpose, Sex, SubjectStatus};
use serde_json::json;
use tests::world::{SITES, accepted, by, day, id};
use tests::{Lay, TestApp, both};

/// A subject at each site whose eligibility is confirmed, and one more place in the first cohort.
async fn three_for_one_place(app: &TestApp, turn: usize) -> Vec<String> {
    let mut lay = Lay::default();
    let mut subjects = Vec::new();
    for (at, site) in SITES.into_iter().enumerate() {
        let row = rows::Subject {
            id: id(),
            study_id: app.world.study,
            ordinal: i32::try_from(app.world.subjects.len() + turn * 3 + at + 1).unwrap(),
            site_id: app.world.sites[site],
            code: format!("{site}-R{turn:02}"),
            status: SubjectStatus::Eligible,
            sex: Sex::Female,
            birth_year: 1990,
            screened_on: day("2026-05-04"),
            eligibility_confirmed_on: Some(day("2026-05-11")),
            enrolled_on: None,
            bilag_history: Vec::new().into(),
            identity_fields: Vec::new().into(),
            identity_commitment: None,
        };
        lay.open(&row);
        for purpose in [ConsentPurpose::Study, ConsentPurpose::SensitiveData] {
            lay.open(&rows::Consent {
                id: id(),
                study_id: app.world.study,
                subject_id: row.id,
                purpose,
                version: "1".to_owned(),
                given_on: day("2026-05-04"),
                withdrawn_on: None,
            });
        }
        subjects.push(row.code);
    }
    lay.open(&rows::Cohort {
        id: app.world.cohorts[0],
        study_id: app.world.study,
        level: 1,
        code: "DL1".to_owned(),
        label: "Dose level 1".to_owned(),
        cells_per_kg: "40000000".parse().unwrap(),
        // Three of the world's subjects are in it, and one of each turn before.
        capacity: i32::try_from(3 + turn + 1).unwrap(),
        status: CohortStatus::Open,
        opened_on: Some(day("2026-01-10")),
    });
    accepted(app.server.store().decide(app.world.study, Box::new(lay), by("data-manager")).await.unwrap());
    subjects
}

both! {
    /// ACC-03, P11-40: three coordinators, none of whom sees the others' subjects, race for a cohort's last place, 50
    /// times: exactly one wins, and the others hear that the cohort is full.
    async fn three_sites_race_for_the_last_place(app: &TestApp) {
        let cohorts = app.study("coordinator-sh01", "cohorts { id level }").await;
        let cohort = cohorts["cohorts"].as_array().unwrap().iter().find(|it| it["level"] == 1).unwrap()["id"].clone();
        for turn in 0..50 {
            let subjects = three_for_one_place(app, turn).await;
            let mut runners = Vec::new();
            for (subject, site) in subjects.into_iter().zip(SITES) {
                let caller = app.as_(&format!("coordinator-{}", site.to_lowercase()));
                let input = json!({ "key": format!("race-{turn}"), "subject": app.subject_id(&subject).await,
                    "cohort": cohort, "enrolledOn": "2026-05-12" });
                runners.push(async move { caller.act("enrollSubject", input, "subject { status }").await });
            }
            let runners: Vec<_> = runners.into_iter().map(tokio::spawn).collect();
            let mut codes = Vec::new();
            for runner in runners {
                let answer = runner.await.unwrap();
                let refusals = answer.refusals();
                codes.push(refusals.first().map_or("WON".to_owned(), |it| it["code"].as_str().unwrap().to_owned()));
            }
            codes.sort();
            assert_eq!(codes, ["COHORT_FULL", "COHORT_FULL", "WON"], "turn {turn}");
        }
        app.sound().await;
        let enrolled = "SELECT count(*) FROM subject WHERE status = 'ENROLLED'";
        assert_eq!(app.raw().await.count(enrolled).await, 50);
    }
}
