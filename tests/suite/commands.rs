//! Mutations that are repeated, that contradict each other, and that are malformed: what they are answered, the same
//! on both engines, and that nothing is written.

use serde_json::{Value, json};
use study::command::setup::FoundStudy;
use tests::world::{PROTOCOL, by, id};
use tests::{Answer, TestApp, both};

pub async fn revision(app: &TestApp) -> u64 {
    app.study("data-manager", "revision").await["revision"].as_u64().unwrap()
}

/// Records an unscheduled visit.
async fn visit(app: &TestApp, name: &str, (subject, date, key): (&str, &str, &str)) -> Answer {
    let input = json!({ "key": key, "subject": subject, "date": date });
    app.as_(name).act("recordVisit", input, "visit { id date { value } }").await
}

/// What a malformed mutation is answered: the code of its refusal, or of its error when a value does not even have the
/// form of its scalar, and words that say what was wrong and what would be right.
struct Malformed {
    mutation: &'static str,
    input: Value,
    code: &'static str,
    field: &'static str,
    words: &'static [&'static str],
}

fn malformed(subject: &str, visit: &str) -> Vec<Malformed> {
    let row = |mutation, input, (code, field), words| Malformed { mutation, input, code, field, words };
    let assess = |answers: Value, field, words| {
        let input = json!({ "visit": visit, "answers": answers });
        row("recordAssessment", input, ("INVALID_VALUE", field), words)
    };
    let medicate = |dose: &str, start: &str, said, words| {
        let input = json!({ "subject": subject, "drug": "prednisone", "class": "GLUCOCORTICOID", "dose": dose,
            "unit": "mg", "route": "ORAL", "frequency": "QD", "start": start, "ongoing": true, "indication": "SLE" });
        row("recordMedication", input, said, words)
    };
    let measure = |raw: &str, unit: &str, said, words| {
        let results = json!([{ "analyte": "haemoglobin", "raw": raw, "unit": unit }]);
        let input = json!({ "subject": subject, "collectedOn": "2026-06-01", "results": results });
        row("recordLabResults", input, said, words)
    };
    let see = |date: &str, note: &str, said, words| {
        row("recordVisit", json!({ "subject": subject, "date": date, "note": note }), said, words)
    };
    vec![
        assess(json!({ "pga": "3.5" }), "answers", &["3.5", "3.00"]),
        assess(json!({ "pga": "-0.1" }), "answers", &["0.00"]),
        assess(json!({ "pga": "1.2.3" }), "answers", &["1.2.3", "decimal"]),
        assess(json!({ "pga": "1.234" }), "answers", &["1.234", "two decimals"]),
        assess(
            json!({ "sledai": { "present": ["headaches"] } }),
            "answers",
            &["headaches", "lupus_headache"],
        ),
        assess(json!({ "bilag": { "items": [{ "number": 98, "score": 1 }] } }), "answers", &["98", "97"]),
        medicate("1.2.3", "2026-01", ("INVALID_VALUE", "dose"), &["1.2.3"]),
        medicate("0", "2026-01", ("INVALID_VALUE", "dose"), &["0"]),
        medicate("5", "2026-13", ("BAD_USER_INPUT", "start"), &["`start`", "2026-11"]),
        medicate("5", "2026-02-30", ("BAD_USER_INPUT", "start"), &["`start`", "2026-11"]),
        measure("12.5.1", "g/dL", ("INVALID_VALUE", "results.0.raw"), &["12.5.1"]),
        measure("12.5", "bananas", ("UNIT_UNKNOWN", "results.0.unit"), &["bananas"]),
        see("2026-06-01", "a\0b", ("INVALID_VALUE", "note"), &["U+0000"]),
        see("2999-01-01", "early", ("INVALID_VALUE", "date"), &["2999-01-01"]),
        see("2026-13-01", "late", ("BAD_USER_INPUT", "date"), &["`date`", "2026-11-22"]),
    ]
}

both! {
    /// P11-41: a mutation that is repeated under its key is answered as the first time, and written once; the same key
    /// with other input is a CONFLICT.
    async fn a_repeated_mutation_is_written_once(app: &TestApp) {
        let subject = app.subject_id("SH01-001").await;
        let first = visit(app, "coordinator-sh01", (&subject, "2026-06-01", "k-1")).await;
        let newest = revision(app).await;
        assert_eq!(first.accepted()["revision"], newest);
        for _ in 0..3 {
            let again = visit(app, "coordinator-sh01", (&subject, "2026-06-01", "k-1")).await;
            assert_eq!(again.text, first.text);
        }
        let other = visit(app, "coordinator-sh01", (&subject, "2026-06-02", "k-1")).await.refused();
        assert_eq!(other.code, "CONFLICT", "{other:?}");
        assert_eq!(revision(app).await, newest);
        // The key is one person's: somebody else's is another.
        let theirs = visit(app, "investigator-sh01", (&subject, "2026-06-02", "k-1")).await;
        assert_eq!(theirs.accepted()["revision"], newest + 1);
        // Another server answers a replay as well.
        let other = app.another(store::Hooks::default()).await;
        let input = json!({ "key": "k-1", "subject": subject, "date": "2026-06-01" });
        let caller = app.as_("coordinator-sh01").at(&other.url);
        let again = caller.act("recordVisit", input, "visit { id date { value } }").await;
        assert_eq!(again.text, first.text);
        other.stop().await;
        assert_eq!(revision(app).await, newest + 1);
        app.sound().await;
    }

    /// P11-41: a replay is answered under the rights of now.
    async fn a_replay_is_not_answered_to_whoever_lost_the_right(app: &TestApp) {
        let subject = app.subject_id("SH01-001").await;
        visit(app, "coordinator-sh01", (&subject, "2026-06-01", "k-1")).await.accepted();
        let end = portal::command::EndMembership {
            membership: app.world.memberships["coordinator-sh01"],
            reason: "The delegation ended.".to_owned(),
        };
        tests::world::accepted(app.server.store().decide_portal(Box::new(end), by("administrator")).await.unwrap());
        let late = visit(app, "coordinator-sh01", (&subject, "2026-06-01", "k-1")).await;
        assert_eq!(late.refused().code, "NOT_FOUND");
        assert!(late.one()["visit"].is_null());
    }

    /// Each malformed mutation says what was wrong, where, and what would be right; nothing is written, and both engines
    /// answer alike, since this table stands for both.
    async fn a_malformed_mutation_is_refused_with_what_would_be_right(app: &TestApp) {
        let subject = app.subject_id("SH01-001").await;
        let made = visit(app, "coordinator-sh01", (&subject, "2026-06-01", "k-0")).await;
        let visit = made.accepted()["visit"]["id"].as_str().unwrap().to_owned();
        let newest = revision(app).await;
        let mut wrong = Vec::new();
        for (at, it) in malformed(&subject, &visit).into_iter().enumerate() {
            let mut input = it.input.clone();
            input["key"] = json!(format!("m-{at}"));
            let answer = app.as_("coordinator-sh01").act(it.mutation, input, "").await;
            let fits = if it.code == "BAD_USER_INPUT" {
                let message = answer.errors.first().map_or("", |error| error["message"].as_str().unwrap_or(""));
                let field = answer.errors.first().map(|error| error["extensions"]["field"].clone());
                answer.codes() == [it.code]
                    && field == Some(json!([it.field]))
                    && it.words.iter().all(|word| message.contains(word))
            } else {
                let refusal = &answer.data[it.mutation]["refusals"][0];
                let message = refusal["message"].as_str().unwrap_or("");
                let field: Vec<&str> =
                    refusal["field"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                refusal["code"] == it.code
                    && field.join(".").starts_with(it.field)
                    && it.words.iter().all(|word| message.contains(word))
            };
            if !fits {
                wrong.push(format!("{} of {}: {}", it.code, it.input, answer.text));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(revision(app).await, newest);
        app.sound().await;
    }

    /// A protocol file whose post-baseline analysis windows overlap is refused by name of both visits.
    async fn a_protocol_with_overlapping_windows_is_refused(app: &TestApp) {
        let overlapping = PROTOCOL.replace("low = 22, high = 59", "low = 15, high = 59").replace("NK510-SLE", "NK510-B");
        assert_ne!(overlapping, PROTOCOL);
        let study = id();
        let registry = portal::command::RegisterStudy {
            study,
            code: "NK510-B".to_owned(),
            title: "Made up".to_owned(),
            masking: portal::Masking::Open,
            time_zone: "Asia/Shanghai".to_owned(),
        };
        let founding = FoundStudy { study, document: overlapping, synthetic: true };
        let outcome = app.server.store().register_study(registry, Box::new(founding), by("administrator")).await.unwrap();
        let refusal = outcome.result.err().expect("windows overlap");
        assert_eq!((refusal.code.as_str(), refusal.field[0].as_str()), ("INVALID_VALUE", "document"), "{refusal:?}");
        for word in ["DAY_14", "DAY_28"] {
            assert!(refusal.message.contains(word), "{refusal:?}");
        }
        let known = app.as_("administrator").ask("{ studies { totalCount } }").await;
        assert_eq!(known.one()["totalCount"], 1);
        app.sound().await;
    }
}
