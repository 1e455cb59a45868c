//! Incidence of adverse events by class, term and grade, and their rates by exposure, worked out by hand.

use crate::provenance::assert_rule;
use serde_json::{Value, json};
use tests::{TestApp, both};

/// An event of a subject: code, term, class, onset, and its grades with the day of each; none is unknown.
struct Told {
    code: &'static str,
    term: &'static str,
    soc: &'static str,
    start: &'static str,
    grades: &'static [(Option<i32>, &'static str)],
    causality: Option<&'static str>,
}

const GENERAL: &str = "General disorders";
const SKIN: &str = "Skin disorders";
const GUT: &str = "Gastrointestinal disorders";
const NERVES: &str = "Nervous system disorders";

/// Beside the cytokine release syndrome on study days 3 to 6 that each of the nine has: grade 3 in SH01-001, else 1.
const TOLD: [Told; 9] = [
    // Twice in one subject.
    Told {
        code: "SH01-001",
        term: "Pyrexia",
        soc: GENERAL,
        start: "2026-03-11",
        grades: &[(Some(1), "2026-03-11")],
        causality: Some("POSSIBLE"),
    },
    Told {
        code: "SH01-001",
        term: "Pyrexia",
        soc: GENERAL,
        start: "2026-03-21",
        grades: &[(Some(2), "2026-03-21")],
        causality: Some("RELATED"),
    },
    // Not related.
    Told {
        code: "SH01-002",
        term: "Pyrexia",
        soc: GENERAL,
        start: "2026-03-20",
        grades: &[(Some(2), "2026-03-20")],
        causality: Some("UNLIKELY"),
    },
    // Neither causality nor grade: related, and of an unknown grade.
    Told {
        code: "SH01-003",
        term: "Rash",
        soc: SKIN,
        start: "2026-03-20",
        grades: &[(None, "2026-03-20")],
        causality: None,
    },
    // Before the first dose (2026-03-05) and unchanged.
    Told {
        code: "BJ02-001",
        term: "Nausea",
        soc: GUT,
        start: "2026-02-20",
        grades: &[(Some(1), "2026-02-20")],
        causality: Some("RELATED"),
    },
    // Before the first dose (2026-03-06), and worse on study day 10.
    Told {
        code: "BJ02-002",
        term: "Nausea",
        soc: GUT,
        start: "2026-02-20",
        grades: &[(Some(1), "2026-02-20"), (Some(3), "2026-03-15")],
        causality: Some("RELATED"),
    },
    // Before the first dose (2026-03-07) of an unknown grade, which ranks below 1, and of grade 2 on study day 14.
    Told {
        code: "BJ02-003",
        term: "Headache",
        soc: NERVES,
        start: "2026-02-21",
        grades: &[(None, "2026-02-21"), (Some(2), "2026-03-20")],
        causality: Some("RELATED"),
    },
    // Two terms in one class.
    Told {
        code: "GZ03-001",
        term: "Rash",
        soc: SKIN,
        start: "2026-03-20",
        grades: &[(Some(1), "2026-03-20")],
        causality: Some("RELATED"),
    },
    Told {
        code: "GZ03-001",
        term: "Pruritus",
        soc: SKIN,
        start: "2026-03-21",
        grades: &[(Some(3), "2026-03-21")],
        causality: Some("RELATED"),
    },
];

async fn tell(app: &TestApp) {
    for (place, told) in TOLD.iter().enumerate() {
        let subject = app.subject_id(told.code).await;
        let site = told.code[..4].to_lowercase();
        let grades: Vec<Value> = told
            .grades
            .iter()
            .map(|(grade, since)| json!({ "grade": grade, "scale": "CTCAE_V5", "since": since }))
            .collect();
        let input = json!({ "key": format!("event-{place}"), "subject": subject, "term": told.term, "pt": told.term,
            "soc": told.soc, "start": told.start, "outcome": "UNKNOWN", "category": "NON_HAEMATOLOGICAL", "grades": grades,
            "causalities": [{ "agent": "NK510", "causality": told.causality }] });
        app.as_(&format!("coordinator-{site}")).act("reportAdverseEvent", input, "").await.accepted();
    }
}

const FIELDS: &str = "group { label } state level term systemOrganClass numerator denominator events estimate lower upper
    byGrade { grade subjects } filled: byGrade(imputeMissing: true) { grade subjects }
    severe: atLeast { numerator denominator notEvaluable lower upper }
    severeFilled: atLeast(imputeMissing: true) { numerator notEvaluable lower upper }
    graded: atLeast(grade: 1) { numerator notEvaluable }
    incidenceRate { events personYears rate lower upper method level rule { id version parameters { name value } } }
    eventRate { events personYears rate lower upper } rule { id version parameters { name value } }";

/// The tables as seen on a day; without one as of the viewer's own.
async fn tables(app: &TestApp, name: &str, on: &str) -> Value {
    let on = if on.is_empty() { String::new() } else { format!(", on: \"{on}\"") };
    let document = format!(
        "outcomes(by: TOTAL{on}) {{ treatmentEmergentEvents {{ {FIELDS} }}
        treatmentRelatedEvents {{ {FIELDS} }} }}"
    );
    app.study(name, &document).await["outcomes"].clone()
}

fn row<'a>(table: &'a Value, level: &str, term: Option<&str>) -> &'a Value {
    let mut rows = table.as_array().unwrap().iter();
    let found = rows
        .find(|row| row["level"] == level && row["term"] == json!(term) && row["group"]["label"] == "Total");
    found.unwrap_or_else(|| panic!("no {level} {term:?} in {table}"))
}

/// Subjects, events, and subjects by their highest grade.
#[track_caller]
fn assert_counts(row: &Value, subjects: u64, events: u64, grades: &[(Option<i32>, u64)]) {
    assert_eq!((&row["numerator"], &row["events"]), (&json!(subjects), &json!(events)), "{row}");
    let grades: Vec<Value> =
        grades.iter().map(|(grade, subjects)| json!({ "grade": grade, "subjects": subjects })).collect();
    assert_eq!(row["byGrade"], json!(grades));
}

#[track_caller]
pub fn assert_near(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap_or_else(|| panic!("{value} is no number"));
    assert!((value - expected).abs() < 1e-6, "{value} is not {expected}");
}

both! {
    /// Section 7.6: a subject counts once at each level, at the highest grade there.
    async fn events_are_counted_by_class_term_and_grade(app: &TestApp) {
        tell(app).await;
        let all = tables(app, "statistician", "2026-11-01").await;
        let (emergent, related) = (&all["treatmentEmergentEvents"], &all["treatmentRelatedEvents"]);
        let any = row(emergent, "ANY", None);
        // Nine syndromes and all but the nausea that did not change. Highest grades: 3 in SH01-001, BJ02-002 and GZ03-001;
        // 2 in SH01-002 and BJ02-003; 1 in the other four, of whom one has an event of an unknown grade.
        assert_counts(any, 9, 17, &[(Some(1), 4), (Some(2), 2), (Some(3), 3)]);
        assert_eq!(any["filled"], json!([{ "grade": 1, "subjects": 3 }, { "grade": 2, "subjects": 2 }, { "grade": 3, "subjects": 4 }]));
        assert_eq!((&any["severe"]["numerator"], &any["severe"]["notEvaluable"]), (&json!(3), &json!(0)));
        // 3 of 9 and 4 of 9.
        assert_near(&any["severe"]["lower"], 0.074855);
        assert_near(&any["severe"]["upper"], 0.700705);
        assert_eq!(any["severeFilled"]["numerator"], 4);
        assert_near(&any["severeFilled"]["lower"], 0.136996);
        assert_near(&any["severeFilled"]["upper"], 0.787991);

        assert_counts(row(emergent, "PREFERRED_TERM", Some("Pyrexia")), 2, 3, &[(Some(2), 2)]);
        let pyrexia = row(related, "PREFERRED_TERM", Some("Pyrexia"));
        assert_counts(pyrexia, 1, 2, &[(Some(2), 1)]);
        assert_eq!((&pyrexia["systemOrganClass"], &pyrexia["denominator"]), (&json!(GENERAL), &json!(9)));
        assert_near(&pyrexia["lower"], 0.002809);
        assert_near(&pyrexia["upper"], 0.482497);
        // A blank causality counts as related; an unknown grade is listed as unknown.
        let rash = row(related, "PREFERRED_TERM", Some("Rash"));
        assert_counts(rash, 2, 2, &[(None, 1), (Some(1), 1)]);
        assert_eq!(rash["graded"], json!({ "numerator": 1, "notEvaluable": 1 }));
        assert_eq!((&rash["severe"]["numerator"], &rash["severeFilled"]["numerator"]), (&json!(0), &json!(1)));
        // The class counts the subject once, with terms that add up to more.
        assert_counts(row(related, "SYSTEM_ORGAN_CLASS", Some(SKIN)), 2, 3, &[(None, 1), (Some(3), 1)]);
        assert_counts(row(related, "PREFERRED_TERM", Some("Pruritus")), 1, 1, &[(Some(3), 1)]);
        // What was there before counts when it got worse, also from a grade that nobody knew.
        assert_counts(row(related, "PREFERRED_TERM", Some("Nausea")), 1, 1, &[(Some(3), 1)]);
        assert_counts(row(related, "PREFERRED_TERM", Some("Headache")), 1, 1, &[(Some(2), 1)]);
        let counting = [("missing_causality_is_related", "true"), ("missing_grade_sensitivity", "3")];
        assert_rule(&pyrexia["rule"], "incidence", "1", &counting);
    }

    /// Section 7.3: each of the nine was seen last on study day 87, which makes 783 days.
    async fn rates_are_by_exposure(app: &TestApp) {
        tell(app).await;
        let all = tables(app, "statistician", "2026-11-01").await;
        let any = row(&all["treatmentRelatedEvents"], "ANY", None);
        // Each has a first event on study day 3: 9 subjects in 27 days, which are 27/365.25 years.
        assert_eq!(any["incidenceRate"]["events"], 9);
        assert_near(&any["incidenceRate"]["rate"], 121.75);
        let pyrexia = row(&all["treatmentRelatedEvents"], "PREFERRED_TERM", Some("Pyrexia"));
        // One subject left the time at risk on study day 10: 10 + 8 x 87 = 706 days.
        let rate = &pyrexia["incidenceRate"];
        let years = 706.0 / 365.25;
        assert_eq!((&rate["events"], &rate["method"], &rate["level"]), (&json!(1), &json!("EXACT_POISSON"), &json!(0.95)));
        assert!((rate["personYears"].as_str().unwrap().parse::<f64>().unwrap() - years).abs() < 1e-9, "{rate}");
        assert_near(&rate["rate"], 1.0 / years);
        // The printed limits of 1 and 2 events.
        assert_near(&rate["lower"], 0.025318 / years);
        assert_near(&rate["upper"], 5.571643 / years);
        assert_rule(&rate["rule"], "exposure_adjusted_rate", "1", &[("treatment_emergent_horizon_day", "366")]);
        let years = 783.0 / 365.25;
        assert_eq!(pyrexia["eventRate"]["events"], 2);
        assert_near(&pyrexia["eventRate"]["rate"], 2.0 / years);
        assert_near(&pyrexia["eventRate"]["lower"], 0.242209 / years);
        assert_near(&pyrexia["eventRate"]["upper"], 7.224688 / years);
    }

    /// Tables are as seen on a day: later events, grades, doses and exposure are not there yet.
    async fn tables_are_as_of_a_day(app: &TestApp) {
        tell(app).await;
        let early = tables(app, "statistician", "2026-03-15").await;
        let pyrexia = row(&early["treatmentRelatedEvents"], "PREFERRED_TERM", Some("Pyrexia"));
        assert_counts(pyrexia, 1, 1, &[(Some(1), 1)]);
        // The nine were dosed from 2 to 10 March: seen on study days up to 14, 13, ... 6 by their visits and events.
        assert_eq!(pyrexia["denominator"], 9);
        let first = tables(app, "statistician", "2026-03-04").await;
        let any = row(&first["treatmentEmergentEvents"], "ANY", None);
        // Three were dosed by then, and the first of them had an event on that day.
        assert_eq!((&any["numerator"], &any["denominator"]), (&json!(1), &json!(3)));
        // Exposure to then: 3 + 1 + 1 days, since the others were not seen again; the first leaves on the last of hers.
        assert!((any["eventRate"]["personYears"].as_str().unwrap().parse::<f64>().unwrap() - 5.0 / 365.25).abs() < 1e-9, "{any}");
        let none = tables(app, "statistician", "2026-03-01").await;
        let any = row(&none["treatmentEmergentEvents"], "ANY", None);
        assert_eq!((&any["state"], &any["denominator"], &any["estimate"]), (&json!("NOT_EVALUABLE"), &json!(0), &Value::Null));
        assert_eq!((&any["eventRate"]["rate"], &any["incidenceRate"]["upper"]), (&Value::Null, &Value::Null));
    }

    /// Events of lymphodepletion are a period of their own, among all who received any of it; each event says to which period
    /// it belongs. BJ02-002 received fludarabine from 2026-03-02 on, and the first dose on 2026-03-06.
    async fn events_before_the_dose_are_a_period_of_their_own(app: &TestApp) {
        let subject = app.subject_id("BJ02-002").await;
        let site = app.as_("coordinator-bj02");
        let given = json!({ "key": "flu", "subject": subject, "agent": "FLUDARABINE", "givenOn": "2026-03-02" });
        site.act("recordDose", given, "").await.accepted();
        for (key, start, grades) in [
            ("during", "2026-03-03", json!([{ "grade": 2, "scale": "CTCAE_V5", "since": "2026-03-03" },
                { "grade": 3, "scale": "CTCAE_V5", "since": "2026-03-05" }, { "grade": 1, "scale": "CTCAE_V5", "since": "2026-03-08" }])),
            ("before", "2026-02-20", json!([{ "grade": 1, "scale": "CTCAE_V5", "since": "2026-02-20" }])),
            ("partial", "2026-03", json!([{ "grade": 1, "scale": "CTCAE_V5", "since": "2026-03-10" }])),
            // Filled in to 1 April, which is study day 27.
            ("later", "2026-04", json!([{ "grade": 1, "scale": "CTCAE_V5", "since": "2026-04" }])),
        ] {
            let event = json!({ "key": key, "subject": subject, "term": key, "pt": key, "soc": GUT, "start": start,
                "outcome": "UNKNOWN", "category": "NON_HAEMATOLOGICAL", "grades": grades,
                "causalities": [{ "agent": "NK510", "causality": "UNLIKELY" }] });
            site.act("reportAdverseEvent", event, "").await.accepted();
        }
        let emergence = "emergence { state treatmentEmergent period startUsed { value studyDay } startImputed worsenedOn { state }             rule { id version parameters { name value } } }";
        let asked = format!("subject(code: \"BJ02-002\") {{ adverseEvents {{ pt {emergence} }} }}
            outcomes(by: TOTAL, on: \"2026-11-01\") {{ lymphodepletionEvents {{ {FIELDS} restsOn {{ id version parameters {{ name value }} }} }} }}");
        let study = app.study("statistician", &asked).await;
        let events = study["subject"]["adverseEvents"].as_array().unwrap();
        let of = |pt: &str| &events.iter().find(|it| it["pt"] == pt).unwrap()["emergence"];
        assert_eq!((&of("during")["period"], &of("during")["treatmentEmergent"]), (&json!("LYMPHODEPLETION_EMERGENT"), &json!(false)));
        assert_eq!(of("before")["period"], "PRE_TREATMENT");
        // It may have begun on the day of the dose, so it counts from there.
        let partial = of("partial");
        assert_eq!((&partial["period"], &partial["startImputed"]), (&json!("TREATMENT_EMERGENT"), &json!("D")));
        assert_eq!(partial["startUsed"], json!({ "value": "2026-03-06", "studyDay": 1 }));
        let horizon = [("treatment_emergent_horizon_day", "366"), ("lymphodepletion_period", "true")];
        assert_rule(&partial["rule"], "treatment_emergent", "1", &horizon);

        let table = &study["outcomes"]["lymphodepletionEvents"];
        let any = row(table, "ANY", None);
        assert_counts(any, 1, 1, &[(Some(3), 1)]);
        assert_eq!(any["denominator"], 1);
        // From 2 to 5 March are four days, and to the event's first day two.
        let years = |rate: &Value| rate["personYears"].as_str().unwrap().parse::<f64>().unwrap() * 365.25;
        assert!((years(&any["eventRate"]) - 4.0).abs() < 1e-9 && (years(&any["incidenceRate"]) - 2.0).abs() < 1e-9, "{any}");
        assert_rule(&any["rule"], "incidence", "1", &[("population", "LYMPHODEPLETION_SAFETY"), ("period", "LYMPHODEPLETION_EMERGENT")]);
        assert_rule(&any["restsOn"][0], "treatment_emergent", "1", &horizon);
        assert_eq!(of("later")["startUsed"], json!({ "value": "2026-04-01", "studyDay": 27 }));
        // The board reads study days alone, and none of a day that was filled in from the calendar.
        crate::board::cut(app, "CUT-1", "2026-05-15").await;
        let board = app.study("dsmb-member", "subjects(first: 100) { nodes { adverseEvents { pt emergence { period startUsed { state value studyDay } } } } }").await;
        let board: Vec<Value> = board["subjects"]["nodes"].as_array().unwrap().iter()
            .flat_map(|subject| subject["adverseEvents"].as_array().unwrap().clone()).collect();
        let of = |pt: &str| &board.iter().find(|it| it["pt"] == pt).unwrap()["emergence"];
        assert_eq!(of("later")["startUsed"], json!({ "state": "SUPPRESSED", "value": null, "studyDay": null }));
        assert_eq!(of("partial")["startUsed"], json!({ "state": "PRESENT", "value": null, "studyDay": 1 }));
        assert_eq!(of("during")["period"], "LYMPHODEPLETION_EMERGENT", "the board knows the treatment");
    }

    /// Whoever reads no events reads no table; a site reads that of its own subjects; no grade but 1 to 5 can be asked for.
    async fn tables_are_for_whoever_reads_events(app: &TestApp) {
        tell(app).await;
        let kept = tables(app, "pharmacist-sh01", "2026-11-01").await;
        assert_eq!(kept, json!({ "treatmentEmergentEvents": null, "treatmentRelatedEvents": null }));
        let own = tables(app, "coordinator-bj02", "2026-11-01").await;
        let any = row(&own["treatmentEmergentEvents"], "ANY", None);
        assert_eq!((&any["denominator"], &any["events"]), (&json!(3), &json!(5)));
        for grade in [0, 6, -1] {
            let document = format!("{{ study(code: \"NK510\") {{ outcomes {{ treatmentEmergentEvents {{
                atLeast(grade: {grade}) {{ numerator }} }} }} }} }}");
            assert_eq!(app.as_("statistician").ask(&document).await.codes()[0], "BAD_USER_INPUT", "{grade}");
        }
        crate::board::cut(app, "CUT-1", "2026-03-15").await;
        let board = tables(app, "dsmb-statistician", "").await;
        assert_counts(row(&board["treatmentRelatedEvents"], "PREFERRED_TERM", Some("Pyrexia")), 1, 1, &[(Some(1), 1)]);
    }
}
