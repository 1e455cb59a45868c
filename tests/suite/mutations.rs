//! Every mutation, found in the schema, by everybody: who may not is refused, and what is another site's is not there.

use crate::everything::Schema;
use crate::other_site::{ids_of_sh01, unknown};
use crate::proposals::{propose, told};
use entity::FreeText;
use entity::rows;
use entity::terms::{DeviationCategory, DispositionKind, IntercurrentEventKind};
use policy::{Act, may};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tests::world::{accepted, by, id, people};
use tests::{Lay, TestApp, both};

/// Records that the world lacks, of the subject whose ids are asked for.
async fn complete(app: &TestApp) {
    let subject = &app.world.subjects[0];
    let mut lay = Lay::default();
    lay.open(&rows::LabResult {
        id: id(),
        study_id: app.world.study,
        subject_id: subject.row,
        visit_id: None,
        analyte: "haemoglobin".to_owned(),
        loinc: None,
        method: None,
        laboratory: None,
        collected_on: subject.on(20),
        collected_at: None,
        lln: None,
        uln: None,
        raw: "125".to_owned(),
        comparator: None,
        value: Some("125".parse().unwrap()),
        unit: Some("g/L".to_owned()),
        standard_value: Some("125".parse().unwrap()),
        standard_unit: Some("g/L".to_owned()),
    });
    lay.open(&rows::IntercurrentEvent {
        id: id(),
        study_id: app.world.study,
        subject_id: subject.row,
        kind: IntercurrentEventKind::MissedVisit,
        occurred_on: subject.on(20),
        days: None,
        note: None,
    });
    lay.open(&rows::ProtocolDeviation {
        id: id(),
        study_id: app.world.study,
        subject_id: subject.row,
        category: DeviationCategory::Procedure,
        occurred_on: subject.on(20),
        description: FreeText { text: "No urine was taken".to_owned(), withhold: Vec::new() },
        important: None,
        affects_efficacy: None,
        rationale: None,
    });
    lay.open(&rows::Disposition {
        id: id(),
        study_id: app.world.study,
        subject_id: subject.row,
        kind: DispositionKind::Completed,
        occurred_on: subject.on(90),
        reason: None,
    });
    let call = by(&subject.coordinator());
    accepted(app.server.store().decide(app.world.study, Box::new(lay), call).await.unwrap());
}

/// Ids for every input field that takes one, all of one subject of SH01 or of the study.
pub async fn ids(app: &TestApp) -> BTreeMap<&'static str, String> {
    complete(app).await;
    let own = ids_of_sh01(app).await;
    let of = |kind: &str| own.iter().find(|(it, _)| it == kind).map(|(_, id)| id.clone());
    let study = app.study("coordinator-sh01", "id sites { id } cohorts { id }").await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let subject = of("Subject").unwrap();
    let told = told(app).await;
    let proposed = propose(app, "investigator-sh01", ("proposed", &told)).await;
    let proposal = proposed.accepted()["proposal"]["id"].clone();
    BTreeMap::from([
        ("study", text(&study["id"])),
        ("site", text(&study["sites"][0]["id"])),
        ("cohort", text(&study["cohorts"][0]["id"])),
        ("visit", of("Visit").unwrap()),
        ("assessment", of("Assessment").unwrap()),
        ("adverseEvent", of("AdverseEvent").unwrap()),
        ("medication", of("Medication").unwrap()),
        ("dose", of("Dose").unwrap()),
        ("consent", of("Consent").unwrap()),
        ("panel", of("AutoantibodyPanel").unwrap()),
        ("autoantibodyResult", of("AutoantibodyResult").unwrap()),
        ("labResult", of("LabResult").unwrap()),
        ("adverseEventGrade", of("AdverseEventGrade").unwrap()),
        ("intercurrentEvent", of("IntercurrentEvent").unwrap()),
        ("deviation", of("ProtocolDeviation").unwrap()),
        ("disposition", of("Disposition").unwrap()),
        ("record", of("Medication").unwrap()),
        ("proposal", text(&proposal)),
        ("id", subject.clone()),
        ("subject", subject),
    ])
}

pub async fn revision(app: &TestApp) -> u64 {
    app.study("data-manager", "revision").await["revision"].as_u64().unwrap()
}

both! {
    /// ACC-01, P11-31: whoever may not perform an act is refused, for want of the right or because what it is about is not
    /// theirs to see, and nothing is written.
    async fn who_may_not_is_refused_every_mutation(app: &TestApp) {
        let schema = Schema::read(app).await;
        let ids = ids(app).await;
        let newest = revision(app).await;
        let mut refused = 0;
        for (mutation, input) in schema.mutations() {
            let act = Act::ALL.iter().find(|act| act.as_str() == mutation);
            let act = *act.unwrap_or_else(|| panic!("the mutation {mutation} is no act of api/policy/src/act.rs"));
            for person in people().into_iter().filter(|person| !person.role.is_some_and(|role| may(role, act))) {
                let mut input = schema.input(input, &ids);
                input["key"] = json!(format!("{mutation}-{}", person.name));
                let answer = app.as_(&person.name).act(mutation, input, "").await;
                let code = answer.refused().code;
                assert!(["FORBIDDEN", "NOT_FOUND"].contains(&code.as_str()), "{mutation} by {}: {code}", person.name);
                refused += 1;
            }
        }
        assert!(refused > 250, "{refused}");
        assert_eq!(revision(app).await, newest);
        // Each refusal for want of a right is in the access log.
        assert!(app.raw().await.count("SELECT count(*) FROM access_record WHERE kind = 'DENIED'").await > 100);
        app.sound().await;
    }

    /// ACC-03: each mutation about something of another site is refused exactly as one about nothing.
    async fn every_mutation_about_another_site_finds_nothing(app: &TestApp) {
        let schema = Schema::read(app).await;
        let ids = ids(app).await;
        let nothing: BTreeMap<&str, String> = ids
            .iter()
            .map(|(name, id)| (*name, if ["study", "cohort"].contains(name) { id.clone() } else { unknown(id) }))
            .collect();
        let newest = revision(app).await;
        let mut hidden = 0;
        for (mutation, input) in schema.mutations() {
            let (theirs, none) = (schema.input(input, &ids), schema.input(input, &nothing));
            if theirs == none {
                continue;
            }
            for name in ["coordinator-bj02", "investigator-bj02", "pharmacist-bj02"] {
                let ask = async |which: &str, mut input: Value| {
                    input["key"] = json!(format!("{mutation}-{name}-{which}"));
                    app.as_(name).act(mutation, input, "").await
                };
                let (theirs, none) = (ask("theirs", theirs.clone()).await, ask("none", none.clone()).await);
                assert_eq!(theirs, none, "{mutation} by {name}");
                let code = theirs.refused().code;
                assert!(["FORBIDDEN", "NOT_FOUND"].contains(&code.as_str()), "{mutation} by {name}: {}", theirs.text);
                hidden += usize::from(code == "NOT_FOUND");
            }
        }
        // Whoever has the right for an act at the own site is told that there is no such thing, and not that it is kept.
        assert!(hidden > 25, "{hidden}");
        assert_eq!(revision(app).await, newest);
    }
}
