//! Any sequence of mutations: the work of sites, sponsor and board in an order that nobody planned, beside everything by
//! everybody.

use crate::everything::Schema;
use crate::mutations::{ids, revision};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tests::world::people;
use tests::{TestApp, both};

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn of<'i, T>(&mut self, items: &'i [T]) -> &'i T {
        &items[self.roll(items.len())]
    }

    /// A day after the visits of the world, and before today.
    fn day(&mut self) -> String {
        format!("2026-{:02}-{:02}", 6 + self.roll(4), 1 + self.roll(28))
    }
}

/// One mutation: by whom, which, and its input without the key.
type Work = (String, &'static str, Value);

/// What a record of a subject is read by, so that it can be corrected.
const RECORDS: &str = "id revision
    visits { id revision code date { value } status note { value } }
    consents { id revision version givenOn { value } }
    medications { id revision drug class dose unit route frequency start { value } end { value } ongoing indication }
    labResults { nodes { id revision analyte collectedOn { value } unit } }
    adverseEvents { id revision pt category outcome start { value } end { value } grades { id revision scale } }
    intercurrentEvents { id revision kind occurredOn { value } }
    autoantibodyPanels { id revision collectedOn { value } }";

/// Days of work in the study, one act at a time.
struct Days<'a> {
    app: &'a TestApp,
    dice: Dice,
    study: String,
    sites: BTreeMap<&'static str, String>,
    subjects: Vec<(String, String)>,
    proposal: Option<String>,
    turn: usize,
}

impl Days<'_> {
    async fn records(&self, code: &str) -> Value {
        let document = format!("subject(code: \"{code}\") {{ {RECORDS} }}");
        self.app.study("data-manager", &document).await["subject"].clone()
    }

    /// The next act, which has everything that it needs to be accepted unless the state of things forbids it.
    async fn work(&mut self) -> Work {
        self.turn += 1;
        let kind = self.dice.roll(12);
        let (code, subject) = self.dice.of(&self.subjects).clone();
        let site = code[..4].to_lowercase();
        let role = *self.dice.of(&["investigator", "coordinator"]);
        let who = format!("{role}-{site}");
        let day = self.dice.day();
        match kind {
            0 => (who, "recordVisit", json!({ "subject": subject, "date": day, "note": "seen" })),
            1 => {
                let input = json!({ "subject": subject, "drug": "prednisone", "class": "GLUCOCORTICOID", "dose": "7.5",
                    "unit": "mg", "route": "ORAL", "frequency": "QD", "start": day, "ongoing": true,
                    "indication": "SLE" });
                (who, "recordMedication", input)
            }
            2 => {
                let raw = format!("1{}.{}", self.dice.roll(5), self.dice.roll(10));
                let results = json!([{ "analyte": "haemoglobin", "raw": raw, "unit": "g/dL" }]);
                (
                    who,
                    "recordLabResults",
                    json!({ "subject": subject, "collectedOn": day, "results": results }),
                )
            }
            3 => {
                let consents = json!([{ "purpose": "STUDY", "version": "1", "givenOn": "2026-05-01" }]);
                let input = json!({ "study": self.study, "site": self.sites[&code[..4]], "sex": "FEMALE",
                    "birthYear": 1990, "screenedOn": day, "consents": consents });
                (who, "screenSubject", input)
            }
            4 => {
                let kind = *self.dice.of(&["MISSED_VISIT", "STEROID_INCREASE"]);
                let happened = json!({ "subject": subject, "kind": kind, "occurredOn": day });
                (who, "recordIntercurrentEvent", happened)
            }
            5 => {
                let purpose = *self.dice.of(&["STUDY", "SENSITIVE_DATA"]);
                let version = format!("{}", 2 + self.turn);
                (
                    who,
                    "recordConsent",
                    json!({ "subject": subject, "purpose": purpose, "version": version, "on": day }),
                )
            }
            6 => {
                let grade = 1 + self.dice.roll(3);
                let input = json!({ "subject": subject, "term": "Made-up headache", "pt": "Headache", "start": day,
                    "outcome": "NOT_RECOVERED", "category": "NON_HAEMATOLOGICAL",
                    "grades": [{ "grade": grade, "scale": "CTCAE_V5", "since": day }],
                    "causalities": [{ "agent": "NK510", "causality": "POSSIBLE" }] });
                (who, "reportAdverseEvent", input)
            }
            7 => {
                let revision = self.records(&code).await["revision"].clone();
                let input = json!({ "subject": subject, "identity": { "initials": "QX", "telephone": day },
                    "expectedRevision": revision, "reason": "Asked again." });
                (who, "recordIdentity", input)
            }
            8 => self.of_the_study().await,
            9 => self.of_a_visit(&code, &who).await,
            _ => self.correction(&code, who).await,
        }
    }

    /// What sponsor and board do.
    async fn of_the_study(&mut self) -> Work {
        match self.dice.roll(4) {
            0 => {
                let read = self.app.study("data-manager", "cohorts { id revision status }").await;
                let cohorts = read["cohorts"].as_array().unwrap();
                let cohort = self.dice.of(cohorts);
                let input = json!({ "cohort": cohort["id"], "open": cohort["status"] != "OPEN", "reason": "A turn.",
                    "expectedRevision": cohort["revision"] });
                ("data-manager".to_owned(), "openCohort", input)
            }
            1 => {
                let name = format!("cut-{}", self.turn);
                let input = json!({ "study": self.study, "name": name, "clinicalCutOff": self.dice.day() });
                ("dsmb-statistician".to_owned(), "createDataCut", input)
            }
            2 => {
                let code = format!("MU{:02}", self.turn % 100);
                let input = json!({ "study": self.study, "code": code, "name": "A made-up hospital", "country": "CN",
                    "timeZone": "Asia/Shanghai" });
                ("data-manager".to_owned(), "addSite", input)
            }
            _ => match self.proposal.take() {
                Some(proposal) => {
                    let act = *self.dice.of(&["approve", "reject"]);
                    ("data-manager".to_owned(), act, json!({ "proposal": proposal }))
                }
                None => {
                    let (code, _) = self.dice.of(&self.subjects).clone();
                    let held = self.records(&code).await;
                    let noted = |it: &&Value| it["note"]["value"].is_string();
                    let visits: Vec<&Value> =
                        held["visits"].as_array().unwrap().iter().filter(noted).collect();
                    let Some(visit) = visits.last() else {
                        let cut =
                            json!({ "study": self.study, "name": "early", "clinicalCutOff": "2026-06-01" });
                        return ("dsmb-statistician".to_owned(), "createDataCut", cut);
                    };
                    let input = json!({ "record": visit["id"], "revision": visit["revision"],
                        "words": [{ "field": "note", "text": "Taken out." }], "reason": "It names a person." });
                    (format!("investigator-{}", code[..4].to_lowercase()), "proposeRedaction", input)
                }
            },
        }
    }

    /// What is assessed at a visit.
    async fn of_a_visit(&mut self, code: &str, who: &str) -> Work {
        let held = self.records(code).await;
        let who = who.to_owned();
        let visits = held["visits"].as_array().unwrap();
        if visits.is_empty() {
            return (who, "recordVisit", json!({ "subject": held["id"], "date": self.dice.day() }));
        }
        let visit = self.dice.of(visits).clone();
        let answers = match self.dice.roll(4) {
            0 => json!({ "pga": format!("{}.{}", self.dice.roll(3), self.dice.roll(10)) }),
            1 => json!({ "sledai": { "present": ["rash"], "unknown": [] } }),
            2 => {
                json!({ "lldasExtras": { "haemolyticAnaemia": false, "giActivity": false, "maintenanceTherapyOk": true } })
            }
            _ => {
                let results =
                    json!([{ "analyte": "C3", "raw": "0.8", "unit": "g/L", "referenceLow": "0.9" }]);
                let input = json!({ "visit": visit["id"], "results": results });
                return (who, "recordAutoantibodyPanel", input);
            }
        };
        (who, "recordAssessment", json!({ "visit": visit["id"], "answers": answers }))
    }

    /// A correction of a record as it stands, or how something goes on.
    async fn correction(&mut self, code: &str, who: String) -> Work {
        let held = self.records(code).await;
        let reason = format!("Turn {}.", self.turn);
        let day = self.dice.day();
        let any = |dice: &mut Dice, list: &Value| {
            list.as_array().filter(|it| !it.is_empty()).map(|it| dice.of(it).clone())
        };
        let dice = &mut self.dice;
        let made = match dice.roll(9) {
            0 => any(dice, &held["visits"]).map(|it| {
                let fields = json!({ "visit": it["id"], "code": it["code"], "date": it["date"]["value"],
                    "status": it["status"], "note": reason });
                ("correctVisit", it, fields)
            }),
            1 => any(dice, &held["medications"]).map(|it| {
                let fields = json!({ "medication": it["id"], "drug": it["drug"], "class": it["class"], "dose": "12.5",
                    "unit": it["unit"], "route": it["route"], "frequency": it["frequency"],
                    "start": it["start"]["value"], "ongoing": true, "indication": it["indication"] });
                ("correctMedication", it, fields)
            }),
            2 => any(dice, &held["labResults"]["nodes"]).map(|it| {
                let fields = json!({ "labResult": it["id"], "analyte": it["analyte"], "raw": "13.1", "unit": it["unit"],
                    "collectedOn": it["collectedOn"]["value"] });
                ("correctLabResult", it, fields)
            }),
            3 => any(dice, &held["adverseEvents"]).map(|it| {
                let fields = json!({ "adverseEvent": it["id"], "term": "Made-up fever", "pt": "Pyrexia",
                    "start": it["start"]["value"], "end": it["end"]["value"], "outcome": it["outcome"], "category": it["category"] });
                ("correctAdverseEvent", it, fields)
            }),
            4 => any(dice, &held["intercurrentEvents"]).map(|it| {
                let fields = json!({ "intercurrentEvent": it["id"], "kind": it["kind"], "occurredOn": day });
                ("correctIntercurrentEvent", it, fields)
            }),
            5 => any(dice, &held["consents"]).map(|it| {
                let fields = json!({ "consent": it["id"], "version": "1.1", "givenOn": it["givenOn"]["value"] });
                ("correctConsent", it, fields)
            }),
            6 => any(dice, &held["autoantibodyPanels"]).map(|it| {
                let fields = json!({ "panel": it["id"], "collectedOn": it["collectedOn"]["value"],
                    "laboratory": reason });
                ("correctAutoantibodyPanel", it, fields)
            }),
            7 => {
                let event = any(dice, &held["adverseEvents"]);
                let agree = *dice.of(&[true, false]);
                if let Some(event) = event {
                    let input = json!({ "adverseEvent": event["id"], "isDlt": agree, "rationale": reason });
                    return ("medical-monitor".to_owned(), "adjudicateDlt", input);
                }
                None
            }
            _ => {
                let event = any(dice, &held["adverseEvents"]);
                let causality = *dice.of(&["POSSIBLE", "UNLIKELY", "PROBABLE"]);
                if let Some(event) = event {
                    let input = json!({ "adverseEvent": event["id"], "agent": "NK510", "causality": causality });
                    return ("safety-officer".to_owned(), "assessSponsorCausality", input);
                }
                None
            }
        };
        let Some((mutation, record, mut fields)) = made else {
            return (who, "recordVisit", json!({ "subject": held["id"], "date": day }));
        };
        fields["expectedRevision"] = record["revision"].clone();
        fields["reason"] = json!(reason);
        (who, mutation, fields)
    }

    /// Takes note of what came of an act.
    fn heard(&mut self, mutation: &str, payload: &Value) {
        if mutation == "proposeRedaction" {
            self.proposal = payload["proposal"]["id"].as_str().map(str::to_owned);
        }
        if mutation == "screenSubject"
            && let (Some(code), Some(id)) =
                (payload["subject"]["code"].as_str(), payload["subject"]["id"].as_str())
        {
            self.subjects.push((code.to_owned(), id.to_owned()));
        }
    }
}

/// What is asked back of a mutation.
fn wanted(mutation: &str) -> &'static str {
    match mutation {
        "screenSubject" => "subject { id code }",
        "proposeRedaction" => "proposal { id }",
        _ => "",
    }
}

both! {
    /// P11-06, P11-41: after any sequence of mutations by anybody, refused and repeated ones among them, the chains hold,
    /// the tables are what the ledger folds to, and a repeated one was answered as the first time.
    async fn any_sequence_of_mutations_leaves_a_sound_ledger(app: &TestApp) {
        let schema = Schema::read(app).await;
        let ids = ids(app).await;
        let (mutations, people) = (schema.mutations(), people());
        let sites = app.study("data-manager", "sites { id code }").await["sites"].clone();
        let of = |code: &str| sites.as_array().unwrap().iter().find(|it| it["code"] == code).unwrap()["id"].clone();
        let mut subjects = Vec::new();
        for subject in &app.world.subjects {
            subjects.push((subject.code.clone(), app.subject_id(&subject.code).await));
        }
        let sites = tests::world::SITES.map(|code| (code, of(code).as_str().unwrap().to_owned()));
        let (study, sites) = (ids["study"].clone(), BTreeMap::from(sites));
        let mut days = Days { app, dice: Dice(510), study, sites, subjects, proposal: None, turn: 0 };
        let (mut accepted, mut refused, mut asked) = (BTreeMap::<String, usize>::new(), BTreeSet::new(), Vec::new());
        let first = revision(app).await;
        for turn in 0..300 {
            // Three of four times what somebody does all day, so that much is accepted; else anything by anybody.
            let (name, mutation, mut input) = if days.dice.roll(4) > 0 {
                days.work().await
            } else {
                let (mutation, kind) = mutations[days.dice.roll(mutations.len())];
                let person = days.dice.roll(people.len());
                (people[person].name.clone(), mutation, schema.input(kind, &ids))
            };
            input["key"] = json!(format!("turn-{turn}"));
            let before = revision(app).await;
            let answer = app.as_(&name).act(mutation, input.clone(), wanted(mutation)).await;
            let done = answer.refusals().is_empty();
            let moved = revision(app).await - before;
            // A sealed write takes no open revision; a refused one takes none at all.
            assert!(moved <= u64::from(done), "turn {turn}: {mutation} by {name}: {}", answer.text);
            if done {
                *accepted.entry(mutation.to_owned()).or_default() += 1;
                days.heard(mutation, answer.accepted());
            } else {
                refused.insert(mutation.to_owned());
            }
            asked.push((name, mutation.to_owned(), input, answer));
            if days.dice.roll(4) == 0 {
                let (name, mutation, input, answer) = &asked[days.dice.roll(asked.len())];
                let again = app.as_(name).act(mutation, input.clone(), wanted(mutation)).await;
                if answer.refusals().is_empty() {
                    assert_eq!(again.text, answer.text, "{mutation} by {name} again");
                }
            }
        }
        let total: usize = accepted.values().sum();
        assert!(total > 120, "{total} of 300 were accepted: {accepted:?}");
        assert!(accepted.len() >= 22, "{} mutations were accepted: {accepted:?}", accepted.len());
        assert!(refused.len() >= 20, "{} mutations were refused: {refused:?}", refused.len());
        assert!(revision(app).await > first);
        app.sound().await;
    }
}
