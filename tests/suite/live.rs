//! Live events: a tail of the ledger, resumable from a revision, cut to what its reader may see when it is delivered.

use crate::board::cut;
use crate::history::one_more_assessment;
use serde_json::{Value, json};
use std::time::Duration;
use tests::answer::mentions;
use tests::world::{accepted, by};
use tests::{Heard, Socket, TestApp, both};

const EVENTS: &str =
    "subscription($study: ID!, $after: Revision) { studyEvents(study: $study, after: $after) {
    revision kind command subjects { code identity { state } } ids } }";

async fn study_id(app: &TestApp, name: &str) -> Value {
    app.study(name, "id").await["id"].clone()
}

async fn follow(app: &TestApp, name: &str, after: u64) -> Socket {
    let mut socket = Socket::connect(&app.as_(name)).await;
    let study = study_id(app, name).await;
    socket.subscribe("1", EVENTS, json!({ "study": study, "after": after })).await;
    socket
}

fn code(event: &Value) -> &str {
    event["subjects"][0]["code"].as_str().unwrap_or("")
}

both! {
    /// ACC-14, ACC-03: a replay from the beginning tells a site of its own subjects alone, in order, and whoever goes
    /// on after the last revision received misses nothing and hears nothing twice.
    async fn a_site_hears_of_its_own_subjects_and_can_go_on(app: &TestApp) {
        let mut socket = follow(app, "coordinator-bj02", 0).await;
        let mut heard = Vec::new();
        while heard.iter().filter(|event| !code(event).is_empty()).count() < 3 {
            heard.push(socket.event().await);
        }
        let revisions: Vec<u64> = heard.iter().map(|event| event["revision"].as_u64().unwrap()).collect();
        assert!(revisions.is_sorted_by(|one, other| one < other), "{revisions:?}");
        let codes: Vec<&str> = heard.iter().map(code).filter(|code| !code.is_empty()).collect();
        assert_eq!(codes, ["BJ02-001", "BJ02-002", "BJ02-003"]);
        drop(socket);

        one_more_assessment(app, 0).await;
        let own = one_more_assessment(app, 4).await;
        one_more_assessment(app, 8).await;
        let last = one_more_assessment(app, 5).await;
        let mut socket = follow(app, "coordinator-bj02", *revisions.last().unwrap()).await;
        for (revision, subject) in [(own, "BJ02-002"), (last, "BJ02-003")] {
            let event = socket.event().await;
            assert_eq!((&event["revision"], code(&event)), (&json!(revision), subject));
        }
        assert!(socket.is_silent_for(Duration::from_millis(300)).await);
    }

    /// What another server writes is heard as well.
    async fn what_another_server_writes_is_heard(app: &TestApp) {
        let other = app.another(store::Hooks::default()).await;
        let study = study_id(app, "data-manager").await;
        let mut socket = Socket::connect(&app.as_("data-manager").at(&other.url)).await;
        socket.subscribe("1", EVENTS, json!({ "study": study })).await;
        // A stream without `after` begins when it is set up, which an answered ping tells.
        socket.send(json!({ "type": "ping" })).await;
        assert_eq!(socket.next().await, Heard::Message(json!({ "type": "pong" })));
        tokio::time::sleep(Duration::from_millis(300)).await;
        let written = one_more_assessment(app, 2).await;
        let event = socket.event().await;
        assert_eq!((&event["revision"], code(&event)), (&json!(written), "SH01-003"));
        drop(socket);
        other.stop().await;
    }

    /// ACC-09: a grant that ended is gone for a stream that is open.
    async fn an_ended_grant_ends_what_is_heard(app: &TestApp) {
        let newest = app.study("data-manager", "revision").await["revision"].as_u64().unwrap();
        let mut socket = follow(app, "coordinator-sh01", newest).await;
        one_more_assessment(app, 0).await;
        assert_eq!(code(&socket.event().await), "SH01-001");
        let end = portal::command::EndMembership {
            membership: app.world.memberships["coordinator-sh01"],
            reason: "The delegation ended.".to_owned(),
        };
        accepted(app.server.store().decide_portal(Box::new(end), by("administrator")).await.unwrap());
        crate::history::assessment_by(app, 1, "investigator-sh01").await;
        match socket.next().await {
            Heard::Message(message) => {
                assert!(message["payload"]["data"]["studyEvents"].is_null(), "{message}");
                assert!(!mentions(&message, "SH01"), "{message}");
            }
            Heard::Closed(code) => assert_eq!(code, 4403),
        }
    }

    /// Who reads no audit trail hears of the records that they see: a statistician of every site's, a pharmacist of those of
    /// their own site and of what a pharmacist may read.
    async fn who_reads_no_trail_hears_of_what_they_see(app: &TestApp) {
        let from = crate::commands::revision(app).await;
        let mut statistician = follow(app, "statistician", from).await;
        let mut pharmacist = follow(app, "pharmacist-sh01", from).await;
        let site = |code: &str| app.world.subjects.iter().position(|subject| subject.site == code).unwrap();
        crate::history::assessment_by(app, site("BJ02"), "investigator-bj02").await;
        let heard = statistician.event().await;
        assert!(code(&heard).starts_with("BJ02"), "{heard}");
        assert!(!heard["ids"].as_array().unwrap().is_empty(), "{heard}");
        assert!(pharmacist.is_silent_for(Duration::from_millis(500)).await, "another site's");
        let subject = app.subject_id(&app.world.subjects[site("SH01")].code).await;
        let visit = json!({ "key": "heard", "subject": subject, "date": "2026-06-09" });
        app.as_("coordinator-sh01").act("recordVisit", visit, "revision").await.accepted();
        let heard = pharmacist.event().await;
        assert!(code(&heard).starts_with("SH01") && heard["kind"] == "VISIT", "{heard}");
    }

    /// ACC-06: the board hears of released cuts and of nothing else.
    async fn the_board_hears_of_cuts_alone(app: &TestApp) {
        let mut socket = follow(app, "dsmb-member", 0).await;
        one_more_assessment(app, 0).await;
        assert!(socket.is_silent_for(Duration::from_millis(500)).await);
        cut(app, "CUT-1", "2026-07-01").await;
        let event = socket.event().await;
        assert_eq!(event["subjects"], json!([]));
        assert_eq!(event["ids"].as_array().unwrap().len(), 1, "{event}");
        one_more_assessment(app, 0).await;
        assert!(socket.is_silent_for(Duration::from_millis(500)).await);
    }

    /// ACC-06: the board cannot find out by trying how far the live ledger has come; everybody else is told.
    async fn the_board_cannot_try_revisions(app: &TestApp) {
        let beyond = 1_000_000;
        let mut board = follow(app, "dsmb-member", beyond).await;
        assert!(board.is_silent_for(Duration::from_millis(500)).await);
        let mut sponsor = follow(app, "data-manager", beyond).await;
        let Heard::Message(told) = sponsor.next().await else { panic!("the socket was closed") };
        assert!(told.to_string().contains("has not reached"), "{told}");
    }

    /// Nothing is executed on a socket before a token was accepted.
    async fn a_socket_without_a_token_is_closed(app: &TestApp) {
        let caller = app.as_("coordinator-sh01");
        for (first, closes) in [
            (json!({ "type": "connection_init" }), 4403),
            (json!({ "type": "connection_init", "payload": { "Authorization": "Bearer nothing" } }), 4403),
            (json!({ "type": "subscribe", "id": "1", "payload": { "query": "subscription { studyEvents(study: \"x\") { revision } }" } }), 4401),
            (json!({ "type": "nothing" }), 4400),
        ] {
            let mut socket = Socket::open(&caller).await;
            socket.send(first.clone()).await;
            assert_eq!(socket.next().await, Heard::Closed(closes), "{first}");
        }
    }

    /// ACC-03: the study of somebody else, an id that names nothing and one that is none are the same.
    async fn a_study_that_is_not_mine_cannot_be_followed(app: &TestApp) {
        let id = study_id(app, "data-manager").await;
        let mut said = Vec::new();
        for id in [id, json!("AQ"), json!("")] {
            let mut socket = Socket::connect(&app.as_("stranger")).await;
            socket.subscribe("1", EVENTS, json!({ "study": id })).await;
            said.push(socket.next().await);
        }
        assert!(said.iter().all(|one| *one == said[0]), "{said:?}");
        let Heard::Message(message) = &said[0] else { panic!("{said:?}") };
        assert!(message.to_string().contains("NOT_FOUND"), "{message}");
    }
}
