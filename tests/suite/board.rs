//! ACC-06: the safety board reads released cuts, under pseudonyms, study days and site letters, and nothing else.

use crate::everything::{Schema, holds_a_date, texts};
use serde_json::{Value, json};
use tests::{TestApp, both};

const BOARD: [&str; 2] = ["dsmb-member", "dsmb-statistician"];

/// Freezes the study as it stands, as the board's statistician does.
pub async fn cut(app: &TestApp, name: &str, cut_off: &str) {
    let study = app.study("dsmb-statistician", "id").await["id"].clone();
    let input = json!({ "key": name, "study": study, "name": name, "clinicalCutOff": cut_off });
    let answer = app.as_("dsmb-statistician").act("createDataCut", input, "cut { name }").await;
    assert_eq!(answer.accepted()["cut"]["name"], name);
}

async fn everything(app: &TestApp, without: &[&str]) -> String {
    let schema = Schema::read(app).await;
    format!("{{ study(code: \"NK510\") {{ {} }} }}", schema.selection("Study", 6, without))
}

both! {
    /// Who of the board made a cut is read by those who read its open report; a site is not told that there was one.
    async fn a_site_does_not_read_who_made_a_cut(app: &TestApp) {
        cut(app, "first", "2026-11-01").await;
        let trail = "ledger(first: 100) { totalCount nodes { command actor } }";
        for (name, told) in [
            ("data-manager", true), ("medical-monitor", true), ("auditor", true),
            ("coordinator-sh01", false), ("investigator-sh01", false), ("monitor-sh01", false),
        ] {
            let read = app.study(name, trail).await["ledger"].clone();
            assert_eq!(read.to_string().contains("createDataCut"), told, "{name}: {read}");
            assert_eq!(read.to_string().contains("dsmb-statistician"), told, "{name}: {read}");
            assert_eq!(read["totalCount"], read["nodes"].as_array().unwrap().len(), "{name}");
        }
    }

    /// Before the first cut there is the study's code, its title and the board's own page, and nothing that happened.
    async fn before_the_first_cut_the_board_sees_no_subject(app: &TestApp) {
        let document = everything(app, &["Protocol.document"]).await;
        for name in BOARD {
            let answer = app.as_(name).ask(&document).await;
            let study = answer.one();
            assert_eq!((&study["code"], &study["dsmb"]["cuts"]), (&json!("NK510"), &json!([])), "{name}");
            assert_eq!(study["sites"], json!([]), "{name}");
            assert_eq!(study["subjects"]["totalCount"], 0, "{name}");
            for subject in &app.world.subjects {
                assert!(!answer.mentions(&subject.code), "{name}");
            }
        }
    }

    /// After a cut: pseudonyms, study days and letters; no initials, birth date, hospital number, site code, subject
    /// code or calendar date anywhere in any subject.
    async fn after_a_cut_the_board_reads_pseudonyms_study_days_and_letters(app: &TestApp) {
        cut(app, "CUT-1", "2026-07-01").await;
        // The protocol's text and the cut's own day are the study's, not a subject's.
        let document =
            everything(app, &["Protocol.document", "Protocol.effectiveOn", "DataCut.clinicalCutOff"]).await;
        for name in BOARD {
            let answer = app.as_(name).ask(&document).await;
            let study = answer.one();
            assert_eq!(study["subjects"]["totalCount"], 9, "{name}");
            for subject in &app.world.subjects {
                let (row, born) = (subject.row.to_string(), subject.birth_date.to_string());
                for text in [&subject.code, &subject.hospital_number, &row, &born] {
                    assert!(!answer.mentions(text.as_str()), "{name} reads {text}");
                }
                // Four letters stand by chance inside of ids and pseudonyms: they are looked for as words.
                let told = texts(study);
                let initials = |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(|word| word == subject.initials);
                let found: Vec<_> = told.iter().filter(|(_, text)| initials(text)).collect();
                assert!(found.is_empty(), "{name} reads {}: {found:?}", subject.initials);
            }
            for site in tests::world::SITES {
                assert!(!answer.mentions(site), "{name} reads {site}");
            }
            for (path, text) in texts(&json!({ "subjects": study["subjects"], "sites": study["sites"],
                "cohorts": study["cohorts"], "dsmb": study["dsmb"] })) {
                assert!(!holds_a_date(&text), "{name} reads a date at {path}: {text}");
            }
            let nodes = study["subjects"]["nodes"].as_array().unwrap();
            let first = &nodes[0];
            assert_eq!(first["firstDoseOn"]["studyDay"], 1, "{name}");
            assert_eq!(first["firstDoseOn"]["value"], Value::Null, "{name}");
            assert_eq!(first["identity"]["value"], Value::Null, "{name}");
            assert!(study["ledger"].is_null() && study["changes"].is_null(), "{name} reads the ledger");
        }
    }

    /// An id of the one side is nothing on the other, and a pseudonym is the same in every cut.
    async fn ids_never_cross_over_to_the_board(app: &TestApp) {
        cut(app, "CUT-1", "2026-07-01").await;
        let document = "{ study(code: \"NK510\") { id subjects(first: 9) { nodes { id code } } } }";
        let board = app.as_("dsmb-member").ask(document).await.one().clone();
        let sponsor = app.as_("data-manager").ask(document).await.one().clone();
        let node = "query($id: ID!) { node(id: $id) { id } }";
        let ids = |study: &Value| -> Vec<Value> {
            study["subjects"]["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect()
        };
        assert_eq!((ids(&board).len(), ids(&sponsor).len()), (9, 9));
        for (id, asks, finds) in [
            (&ids(&board)[0], "dsmb-member", true), (&ids(&sponsor)[0], "data-manager", true),
            (&ids(&board)[0], "data-manager", false), (&ids(&sponsor)[0], "dsmb-member", false),
            (&board["id"], "data-manager", false), (&sponsor["id"], "dsmb-member", false),
        ] {
            let found = app.as_(asks).query(node, json!({ "id": id })).await;
            assert_eq!(!found.one().is_null(), finds, "{id} for {asks}");
        }
        cut(app, "CUT-2", "2026-08-01").await;
        assert_eq!(&app.as_("dsmb-member").ask(document).await.one()["subjects"], &board["subjects"]);
    }

    /// A cut is frozen: what is written after it changes nothing that the board reads, and no point in time but a
    /// cut can be named.
    async fn a_cut_is_frozen(app: &TestApp) {
        cut(app, "CUT-1", "2026-07-01").await;
        let document = everything(app, &["Study.dsmb"]).await;
        let before = app.as_("dsmb-member").ask(&document).await;
        before.ok();
        let late = crate::history::one_more_assessment(app, 0).await;
        assert!(late > 0);
        assert_eq!(app.as_("dsmb-member").ask(&document).await.text, before.text);
        for at in ["revision: 1", "time: \"2026-11-23T00:00:00Z\"", "cut: \"CUT-9\""] {
            let answer = app.as_("dsmb-member").ask(&format!("{{ study(code: \"NK510\", asOf: {{{at}}}) {{ code }} }}")).await;
            assert_eq!(answer.errors.len(), 1, "{at}: {}", answer.text);
        }
    }

    /// ACC-06: no day of the calendar can be tried on a subject, since what is told of it would tell when the subject was
    /// treated. Whatever takes a day is refused to the board, and study days stand in its place.
    async fn no_day_of_the_calendar_can_be_tried(app: &TestApp) {
        cut(app, "CUT-1", "2026-07-01").await;
        let schema = Schema::read(app).await;
        let takes_a_day = |ty: &str| -> Vec<String> {
            let day = |argument: &&Value| crate::everything::named(&argument["type"]).1 == "Date";
            let fields = schema.fields(ty).into_iter();
            let with = fields.filter_map(|field| {
                let argument = field["args"].as_array().unwrap().iter().find(day)?;
                Some(format!("{}({}: \"2026-06-15\")", field["name"].as_str()?, argument["name"].as_str()?))
            });
            with.collect()
        };
        let (of_study, of_subject) = (takes_a_day("Study"), takes_a_day("Subject"));
        assert!(of_study.len() >= 3 && of_subject.len() >= 3, "{of_study:?} {of_subject:?}");
        let asked = of_study.into_iter().map(|field| format!("{field} {{ __typename }}"));
        let of_subject = of_subject.into_iter();
        let asked = asked.chain(of_subject.map(|field| format!("subjects(first: 1) {{ nodes {{ {field} {{ __typename }} }} }}")));
        for field in asked {
            let document = format!("{{ study(code: \"NK510\") {{ {field} }} }}");
            for name in BOARD {
                let answer = app.as_(name).ask(&document).await;
                assert_eq!(answer.errors.len(), 1, "{field} for {name}: {}", answer.text);
                assert!(answer.text.contains("\"FORBIDDEN\"") && answer.text.contains("study days"), "{}", answer.text);
            }
            app.as_("data-manager").ask(&document).await.ok();
        }
        // Subject 1 of the world takes a glucocorticoid all the time; the window ends on the day that is asked for.
        let dose = "subjects(first: 1) { nodes { prednisoneEquivalent(onStudyDay: 14) { from { studyDay } to { studyDay value } } } }";
        let study = app.study("dsmb-member", dose).await;
        assert_eq!(study["subjects"]["nodes"][0]["prednisoneEquivalent"],
            json!({ "from": { "studyDay": 8 }, "to": { "studyDay": 14, "value": null } }));
        for (arguments, what) in [("onStudyDay: 0", "no study day"), ("", "one of"), ("on: \"2026-06-15\", onStudyDay: 2", "one of")] {
            let field = format!("prednisoneEquivalent({arguments}) {{ state }}").replace("()", "");
            let document = format!("{{ study(code: \"NK510\") {{ subjects(first: 1) {{ nodes {{ {field} }} }} }} }}");
            let answer = app.as_("data-manager").ask(&document).await;
            assert!(answer.text.contains("BAD_USER_INPUT") && answer.text.contains(what), "{arguments}: {}", answer.text);
        }
    }

    /// ACC-12: the closed report is the board's alone, and each read of it is logged.
    async fn the_closed_report_is_the_boards_alone(app: &TestApp) {
        cut(app, "CUT-1", "2026-07-01").await;
        let document = "{ study(code: \"NK510\", asOf: {cut: \"CUT-1\"}) { dsmb { cut(name: \"CUT-1\") {
            open { screened treated } closed { state value { hash } } } } } }";
        let report = app.as_("dsmb-member").ask(document).await;
        let cut = &report.one()["dsmb"]["cut"];
        assert_eq!(cut["open"], json!({ "screened": 9, "treated": 9 }));
        assert_eq!(cut["closed"]["state"], "PRESENT");
        let logged = "SELECT count(*) FROM access_record WHERE kind = 'CLOSED_BOARD'";
        assert_eq!(app.raw().await.count(logged).await, 1);
        for name in ["data-manager", "statistician", "medical-monitor"] {
            let answer = app.as_(name).ask(document).await;
            let closed = &answer.one()["dsmb"]["cut"]["closed"];
            assert_eq!((&closed["state"], &closed["value"]), (&json!("MASKED"), &Value::Null), "{name}");
        }
        assert_eq!(app.as_("coordinator-sh01").ask(document).await.data["study"]["dsmb"], Value::Null);
        assert_eq!(app.raw().await.count(logged).await, 1);
    }
}
