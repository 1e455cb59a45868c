//! Signing in with an account of the installation: password and second factor, sessions, and what ends them.

use chrono::Duration;
use portal::command::{ChangeSetting, DisablePerson, SignOutPerson};
use serde_json::{Value, json};
use store::Hooks;
use tests::member::{PASSWORD, Reply, secret_of, send, totp};
use tests::world::{accepted, by};
use tests::{Caller, Heard, Member, Socket, TestApp, both};

const VIEWER: &str = "{ viewer { name } }";
const WHO: &str = "coordinator-sh01";

/// Whether a token is accepted.
async fn is_in(caller: &Caller) -> bool {
    let answer = caller.ask(VIEWER).await;
    match answer.status {
        200 => answer.one()["name"].is_string(),
        401 => {
            assert_eq!(answer.codes(), ["UNAUTHENTICATED"], "{}", answer.text);
            false
        }
        other => panic!("{other}: {}", answer.text),
    }
}

async fn sign_in(app: &TestApp, body: Value) -> Reply {
    app.send("/signin", body, None).await
}

/// What the access log holds of a kind, as operations in order.
async fn logged(app: &TestApp, kind: &str) -> Vec<String> {
    app.raw()
        .await
        .texts(&format!(
            "SELECT operation FROM access_record WHERE kind = '{kind}' ORDER BY at, operation DESC"
        ))
        .await
}

fn refresh(tokens: &Value) -> Value {
    json!({ "refreshToken": tokens["refreshToken"] })
}

/// One more sign-in of a member.
async fn again(app: &TestApp, member: &Member) -> Value {
    app.sign_in(member).await.ok().clone()
}

both! {
    /// P11-26, S1: an invited person sets a password and a second factor, both or none, and is signed in with tokens that
    /// hold for minutes.
    async fn an_invited_person_sets_a_password_and_a_second_factor(app: &TestApp) {
        let (member, first) = app.enrol(WHO).await;
        assert_eq!(member.recovery.len(), 10);
        assert_eq!((first["tokenType"].as_str(), first["expiresIn"].as_i64()), (Some("Bearer"), Some(300)));
        assert_eq!(app.bearing(&first).ask(VIEWER).await.one()["name"], WHO);
        let tokens = again(app, &member).await;
        let caller = app.bearing(&tokens);
        assert!(is_in(&caller).await);
        // It is an access token of the local issuer like any other, and says how its holder signed in.
        let header = jsonwebtoken::decode_header(caller.token.as_ref().unwrap()).unwrap();
        assert_eq!((header.typ.as_deref(), header.alg), (Some("at+jwt"), jsonwebtoken::Algorithm::EdDSA));
        let claims: Value = jsonwebtoken::dangerous::insecure_decode_claims(caller.token.as_ref().unwrap()).unwrap();
        assert_eq!((&claims["sub"], &claims["client_id"]), (&json!(WHO), &json!("suite")));
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!("urn:trialgraph:acr:two-factor"), &json!(["pwd", "otp"])));
        assert!(claims["auth_time"].as_i64().unwrap() <= app.now());
        app.server.store().clock().shift(Duration::minutes(6));
        assert!(!is_in(&caller).await, "it holds for five minutes");

        // The invitation is used up.
        let code = json!({ "name": WHO, "invitation": "AAAA-BBBB" });
        assert_eq!(app.send("/signin/invitation", code, None).await.status, 401);
        app.sound().await;
    }

    /// P11-26: nobody signs in without a second factor; a password set needs one, and a code serves once.
    async fn nobody_signs_in_by_a_password_alone(app: &TestApp) {
        let (member, _) = app.enrol(WHO).await;
        app.next_code();
        let code = member.code(app);
        let name = json!(WHO);
        for body in [
            json!({ "name": name, "password": PASSWORD }),
            json!({ "name": name, "password": PASSWORD, "code": "" }),
            json!({ "name": name, "password": PASSWORD, "code": "000000" }),
            json!({ "name": name, "code": code }),
        ] {
            let reply = sign_in(app, body.clone()).await;
            assert_eq!((reply.status, reply.code()), (401, "UNAUTHENTICATED"), "{body}");
        }
        let good = json!({ "name": name, "password": PASSWORD, "code": code });
        assert_eq!(sign_in(app, good.clone()).await.status, 200);
        assert_eq!(sign_in(app, good).await.status, 401, "a code serves once");

        // Nor is a password ever set without a factor that was proved.
        let invitation = app.invite("monitor-sh01").await;
        let open = json!({ "name": "monitor-sh01", "invitation": invitation });
        let offer = app.send("/signin/invitation", open, None).await;
        let accept = |code: String, enrolment: String| json!({
            "name": "monitor-sh01", "invitation": invitation, "enrolment": enrolment, "code": code, "password": PASSWORD,
        });
        let now = totp(&secret_of(&offer.text("secret")), app.now());
        for (code, enrolment) in [
            (String::new(), offer.text("enrolment")),
            ("123".to_owned(), offer.text("enrolment")),
            (now.clone(), String::new()),
            (now.clone(), "AAAA".to_owned()),
        ] {
            let reply = app.send("/signin/invitation/accept", accept(code, enrolment), None).await;
            assert_eq!((reply.status, reply.code()), (400, "BAD_USER_INPUT"));
        }
        // Another person's offer proves nothing.
        let other = app.invite("auditor").await;
        let other = json!({ "name": "auditor", "invitation": other });
        let other = app.send("/signin/invitation", other, None).await;
        let stolen = totp(&secret_of(&other.text("secret")), app.now());
        let reply = app.send("/signin/invitation/accept", accept(stolen, other.text("enrolment")), None).await;
        assert_eq!((reply.status, reply.code()), (400, "BAD_USER_INPUT"));
        let body = json!({ "name": "monitor-sh01", "password": PASSWORD, "code": now });
        assert_eq!(sign_in(app, body).await.status, 401, "nothing was set");
    }

    /// The same code sent many times at once signs in once.
    async fn a_code_sent_many_times_at_once_signs_in_once(app: &TestApp) {
        let (member, _) = app.enrol(WHO).await;
        app.next_code();
        let body = member.proof(app, json!({ "name": WHO }));
        let tries = (0..4).map(|_| sign_in(app, body.clone()));
        let replies = futures_util::future::join_all(tries).await;
        let good = replies.iter().filter(|reply| reply.status == 200).count();
        assert_eq!(good, 1, "{replies:?}");
    }

    /// P11-24: five failures within fifteen minutes lock an account for fifteen minutes, and somebody is told.
    async fn five_failures_lock_an_account_for_a_while(app: &TestApp) {
        let (member, _) = app.enrol(WHO).await;
        let (other, _) = app.enrol("monitor-sh01").await;
        for _ in 0..4 {
            app.next_code();
            let wrong = json!({ "name": WHO, "password": "not the password", "code": member.code(app) });
            assert_eq!(sign_in(app, wrong).await.status, 401);
        }
        // A right one begins the count anew.
        again(app, &member).await;
        for case in ["coordinator-sh01", "Coordinator-SH01", " coordinator-sh01", "COORDINATOR-SH01", WHO] {
            app.next_code();
            let wrong = json!({ "name": case, "password": PASSWORD, "code": "000000" });
            assert_eq!(sign_in(app, wrong).await.status, 401);
        }
        let locked = app.sign_in(&member).await;
        assert_eq!((locked.status, locked.code()), (401, "UNAUTHENTICATED"), "the right one is refused now");
        again(app, &other).await;
        app.server.store().clock().shift(Duration::minutes(16));
        again(app, &member).await;
        assert_eq!(logged(app, "LOCKED").await, ["signIn"]);
        assert_eq!(logged(app, "SIGN_IN_FAILED").await.len(), 10);
    }

    /// P11-24: guesses that come at the same time are no more than guesses that come one by one.
    async fn guesses_at_the_same_time_are_counted_like_any(app: &TestApp) {
        let (member, _) = app.enrol(WHO).await;
        app.next_code();
        let code = member.code(app);
        let guess = |n: usize| json!({ "name": WHO, "password": format!("guess number {n}"), "code": code });
        let replies = futures_util::future::join_all((0..20).map(|n| sign_in(app, guess(n)))).await;
        assert!(replies.iter().all(|reply| reply == &replies[0]), "{replies:?}");
        assert_eq!(logged(app, "LOCKED").await.len(), 1);
        assert_eq!(app.sign_in(&member).await.status, 401, "locked after five of twenty");
    }

    /// Threat model 7.6, account enumeration: who is not known, who was never invited, who is disabled, and who mistypes
    /// get the same answer after about the same time.
    async fn nobody_learns_who_has_an_account(app: &TestApp) {
        let (member, _) = app.enrol(WHO).await;
        let (gone, _) = app.enrol("monitor-sh01").await;
        let disable = DisablePerson { person: app.world.persons["monitor-sh01"] };
        accepted(app.server.store().decide_portal(Box::new(disable), by("administrator")).await.unwrap());
        app.next_code();
        let wrong = |name: &str, code: &str| json!({ "name": name, "password": "not the password", "code": code });
        let known = sign_in(app, wrong(WHO, "000000")).await;
        for reply in [
            sign_in(app, wrong("nobody-at-all", "000000")).await,
            sign_in(app, wrong("auditor", "000000")).await,
            sign_in(app, wrong("hospital", "000000")).await,
            sign_in(app, wrong("installation", "000000")).await,
            sign_in(app, wrong("", "")).await,
            sign_in(app, wrong(&"x".repeat(500), "000000")).await,
            sign_in(app, gone.proof(app, json!({ "name": gone.name }))).await,
            app.send("/signin/invitation", json!({ "name": WHO, "invitation": "A" }), None).await,
            app.send("/signin/invitation", json!({ "name": "nobody", "invitation": "A" }), None).await,
        ] {
            assert_eq!(reply, known);
        }
        // What takes the time is done for everybody, once: for who is known and who is not, for who is disabled, never set a
        // password or is locked.
        for name in [WHO, "nobody-at-all", "auditor", "monitor-sh01", "hospital", "installation", ""] {
            for attempt in 0..6 {
                let before = app.server.counter("trialgraph_password_hashes_total").await;
                let reply = sign_in(app, wrong(name, &format!("00000{attempt}"))).await;
                let after = app.server.counter("trialgraph_password_hashes_total").await;
                assert_eq!((reply, after - before), (known.clone(), 1), "{name}, attempt {attempt}");
            }
        }
        app.server.store().clock().shift(Duration::minutes(16));
        again(app, &member).await;
    }

    /// S1: a refresh token is used once. Using it again kills the session for both who hold it, at every server.
    async fn a_refresh_token_that_is_used_again_ends_its_session(app: &TestApp) {
        let (member, _) = app.enrol(WHO).await;
        let first = again(app, &member).await;
        let second = app.send("/signin/refresh", refresh(&first), None).await;
        assert_ne!(second.text("refreshToken"), first["refreshToken"].as_str().unwrap());
        let (old, new) = (app.bearing(&first), app.bearing(second.ok()));
        assert!(is_in(&old).await && is_in(&new).await);
        let bystander = app.bearing(&again(app, &member).await);

        let reused = app.send("/signin/refresh", refresh(&first), None).await;
        assert_eq!((reused.status, reused.code()), (401, "UNAUTHENTICATED"));
        assert!(!is_in(&old).await && !is_in(&new).await, "their access tokens are dead at once");
        let replica = app.another(Hooks::default()).await;
        assert!(!is_in(&new.at(&replica.url)).await);
        assert!(is_in(&bystander.at(&replica.url)).await, "another session goes on");
        let thief = app.send("/signin/refresh", refresh(&second.body), None).await;
        assert_eq!(thief.status, 401, "the family is dead");
        assert_eq!(logged(app, "SIGNED_OUT").await, ["refreshTokenReused"]);
        for token in ["", "nothing", &"A".repeat(43), &"x".repeat(10_000)] {
            let reply = app.send("/signin/refresh", json!({ "refreshToken": token }), None).await;
            assert_eq!(reply.status, 401);
        }
        replica.stop().await;
    }

    /// S1: of two who renew at the same time, one is an impostor; nobody goes on.
    async fn two_who_renew_at_once_are_both_out(app: &TestApp) {
        let (member, _) = app.enrol(WHO).await;
        let tokens = again(app, &member).await;
        let renew = || app.send("/signin/refresh", refresh(&tokens), None);
        let (one, other) = futures_util::future::join(renew(), renew()).await;
        let good: Vec<&Reply> = [&one, &other].into_iter().filter(|reply| reply.status == 200).collect();
        assert_eq!(good.len(), 1, "{one:?} {other:?}");
        assert!(!is_in(&app.bearing(&good[0].body)).await);
    }

    /// P11-25: a session ends after fifteen minutes without a request, and not while there are some.
    async fn an_idle_session_ends(app: &TestApp) {
        let (member, _) = app.enrol(WHO).await;
        let mut tokens = again(app, &member).await;
        let clock = app.server.store().clock();
        // Requests count, not only renewals: ten minutes after the last renewal, and five after the last request.
        for _ in 0..4 {
            clock.shift(Duration::minutes(4));
            assert!(is_in(&app.bearing(&tokens)).await);
            clock.shift(Duration::minutes(14));
            tokens = app.send("/signin/refresh", refresh(&tokens), None).await.ok().clone();
        }
        clock.shift(Duration::minutes(16));
        assert_eq!(app.send("/signin/refresh", refresh(&tokens), None).await.status, 401);
        assert!(!is_in(&app.bearing(&tokens)).await);
        let back = again(app, &member).await;
        assert!(is_in(&app.bearing(&back)).await);

        // The time is a setting, of 5 to 30 minutes.
        let setting = ChangeSetting { key: "session.idleMinutes".to_owned(), value: "5".to_owned() };
        accepted(app.server.store().decide_portal(Box::new(setting), by("administrator")).await.unwrap());
        clock.shift(Duration::seconds(200));
        assert!(is_in(&app.bearing(&back)).await);
        let fresh = app.send("/signin/refresh", refresh(&back), None).await.ok().clone();
        clock.shift(Duration::seconds(299));
        assert!(is_in(&app.bearing(&fresh)).await);
        let fresh = app.send("/signin/refresh", refresh(&fresh), None).await.ok().clone();
        clock.shift(Duration::seconds(301));
        assert!(!is_in(&app.bearing(&fresh)).await);
        assert_eq!(app.send("/signin/refresh", refresh(&fresh), None).await.status, 401);
    }

    /// P11-25: a session ends after its longest time, however busy it is.
    async fn a_session_ends_after_its_longest_time(app: &TestApp) {
        let setting = ChangeSetting { key: "session.hours".to_owned(), value: "1".to_owned() };
        accepted(app.server.store().decide_portal(Box::new(setting), by("administrator")).await.unwrap());
        let (member, _) = app.enrol(WHO).await;
        let mut tokens = again(app, &member).await;
        let clock = app.server.store().clock();
        for _ in 0..5 {
            clock.shift(Duration::minutes(10));
            tokens = app.send("/signin/refresh", refresh(&tokens), None).await.ok().clone();
        }
        clock.shift(Duration::minutes(9));
        tokens = app.send("/signin/refresh", refresh(&tokens), None).await.ok().clone();
        assert!(tokens["expiresIn"].as_i64().unwrap() <= 60, "an access token never outlives its session: {tokens}");
        clock.shift(Duration::seconds(61));
        assert!(!is_in(&app.bearing(&tokens)).await);
        assert_eq!(app.send("/signin/refresh", refresh(&tokens), None).await.status, 401);
    }

    /// JWT-17: a token whose session was ended is refused at once, at every replica.
    /// S1, JWT-16: who signs out is out, at every server, before the access token ends.
    async fn who_signs_out_is_out(app: &TestApp) {
        let (member, first) = app.enrol(WHO).await;
        let (second, third) = (again(app, &member).await, again(app, &member).await);
        let replica = app.another(Hooks::default()).await;
        let token = |tokens: &Value| tokens["accessToken"].as_str().unwrap().to_owned();
        let out = app.send("/signin/out", json!({}), Some(&token(&first))).await;
        assert_eq!(out.status, 204);
        assert!(!is_in(&app.bearing(&first)).await && !is_in(&app.bearing(&first).at(&replica.url)).await);
        assert_eq!(app.send("/signin/refresh", refresh(&first), None).await.status, 401);
        assert!(is_in(&app.bearing(&second)).await);
        // The token that renews a session ends it too; an unknown one has nothing to end.
        assert_eq!(app.send("/signin/out", refresh(&second), None).await.status, 204);
        assert!(!is_in(&app.bearing(&second)).await);
        assert_eq!(app.send("/signin/out", json!({ "refreshToken": "nothing" }), None).await.status, 204);
        let fourth = again(app, &member).await;
        let everywhere = json!({ "everywhere": true });
        assert_eq!(app.send("/signin/out", everywhere, Some(&token(&third))).await.status, 204);
        for tokens in [&third, &fourth] {
            assert!(!is_in(&app.bearing(tokens).at(&replica.url)).await);
        }
        assert_eq!(app.send("/signin/out", json!({}), Some(&token(&third))).await.status, 401);
        assert_eq!(logged(app, "SIGNED_OUT").await, ["signOut", "signOut", "signOutEverywhere"]);
        replica.stop().await;
    }

    /// What a socket hears ends with the session whose token opened it.
    async fn who_signed_out_hears_no_more(app: &TestApp) {
        let (_, tokens) = app.enrol(WHO).await;
        let newest = app.study("data-manager", "revision").await["revision"].as_u64().unwrap();
        let mut socket = Socket::connect(&app.bearing(&tokens)).await;
        let document = "subscription($study: ID!, $after: Revision) { studyEvents(study: $study, after: $after) { revision } }";
        let study = app.study("data-manager", "id").await["id"].clone();
        socket.subscribe("1", document, json!({ "study": study, "after": newest })).await;
        app.assessment_by(0, "investigator-sh01").await;
        socket.event().await;
        app.send("/signin/out", json!({}), tokens["accessToken"].as_str()).await;
        app.assessment_by(1, "investigator-sh01").await;
        match socket.next().await {
            Heard::Message(message) => assert!(message["payload"]["data"]["studyEvents"].is_null(), "{message}"),
            Heard::Closed(code) => assert_eq!(code, 4403),
        }
    }

    /// P11-23: a reset by an administrator, and disabling, kill sessions at once, and what was signed in with before.
    async fn a_reset_kills_sessions_and_what_was_signed_in_with(app: &TestApp) {
        let (member, tokens) = app.enrol(WHO).await;
        let replica = app.another(Hooks::default()).await;
        let old = app.bearing(&tokens);
        assert!(is_in(&old.at(&replica.url)).await);
        app.invite(WHO).await;
        assert!(!is_in(&old).await && !is_in(&old.at(&replica.url)).await);
        assert_eq!(app.send("/signin/refresh", refresh(&tokens), None).await.status, 401);
        assert_eq!(app.sign_in(&member).await.status, 401);

        // What they had before opens nothing but the invitation.
        let (member, tokens) = app.enrol_anew(&member).await;
        let store = app.server.store();
        let end = SignOutPerson { person: app.world.persons[WHO] };
        accepted(store.decide_portal(Box::new(end), by("administrator")).await.unwrap());
        assert!(!is_in(&app.bearing(&tokens).at(&replica.url)).await);
        assert_eq!(app.send("/signin/refresh", refresh(&tokens), None).await.status, 401);
        // A token that no session stands behind is of an earlier time too.
        assert!(!is_in(&app.as_(WHO)).await);
        let tokens = again(app, &member).await;
        assert!(is_in(&app.bearing(&tokens)).await);

        let disable = DisablePerson { person: app.world.persons[WHO] };
        accepted(store.decide_portal(Box::new(disable), by("administrator")).await.unwrap());
        assert!(!is_in(&app.bearing(&tokens).at(&replica.url)).await);
        assert_eq!(app.send("/signin/refresh", refresh(&tokens), None).await.status, 401);
        assert_eq!(app.sign_in(&member).await.status, 401);
        // P11-01: each of these acts is an entry of the portal's ledger.
        let acts = "SELECT header FROM entry WHERE stream = 'portal' ORDER BY revision DESC";
        let headers = app.raw().await.texts(acts).await;
        let commands: Vec<Value> = headers.iter().map(|it| serde_json::from_str(it).unwrap()).collect();
        let commands: Vec<&str> = commands.iter().take(4).map(|it| it["command"].as_str().unwrap()).collect();
        assert_eq!(commands, ["disablePerson", "signOutPerson", "invitePerson", "invitePerson"]);
        app.sound().await;
        replica.stop().await;
    }

    /// P11-23: an administrator alone resets nobody. The person proves the factor that they had, or a second administrator
    /// invites too.
    async fn an_administrator_alone_resets_nobody(app: &TestApp) {
        let (member, _) = app.enrol(WHO).await;
        let invitation = app.invite(WHO).await;
        let open = json!({ "name": WHO, "invitation": invitation });
        let offer = app.send("/signin/invitation", open, None).await;
        assert_eq!(offer.ok()["formerFactor"], true);
        let secret = secret_of(&offer.text("secret"));
        let accept = |more: Value| {
            let mut body = json!({
                "name": WHO, "invitation": invitation, "enrolment": offer.text("enrolment"),
                "code": totp(&secret, app.now()), "password": "another long password",
            });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            app.send("/signin/invitation/accept", body, None)
        };
        let bare = accept(json!({})).await;
        assert_eq!((bare.status, bare.code()), (400, "BAD_USER_INPUT"));
        // The code that the administrator holds is no second one, nor is another of the same administrator.
        let own = app.invite(WHO).await;
        let twice = accept(json!({ "secondInvitation": invitation })).await;
        assert_eq!(twice.status, 401, "the first one was replaced");
        let invitation = own;
        let accept = |more: Value| {
            let mut body = json!({
                "name": WHO, "invitation": invitation, "enrolment": offer.text("enrolment"),
                "code": totp(&secret, app.now()), "password": "another long password",
            });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            app.send("/signin/invitation/accept", body, None)
        };
        for more in [
            json!({ "secondInvitation": invitation }),
            json!({ "formerCode": "000000" }),
            json!({ "formerRecoveryCode": "AAAA-BBBB-CCCC" }),
        ] {
            let reply = accept(more.clone()).await;
            assert_eq!((reply.status, reply.code()), (401, "UNAUTHENTICATED"), "{more}");
        }
        // Guesses at the former factor lock like any.
        assert_eq!(accept(json!({ "formerCode": "000001" })).await.status, 401);
        app.next_code();
        assert_eq!(accept(json!({ "formerCode": member.code(app) })).await.status, 401, "locked after five");
        // A name that somebody types at the other door does not move it.
        for _ in 0..6 {
            let typed = json!({ "name": format!("{WHO} former factor"), "password": PASSWORD, "code": "000000" });
            assert_eq!(sign_in(app, typed).await.status, 401);
        }
        // Another invitation begins the count of the account anew, and not that of guesses at the factor: three were made.
        let invitation = app.invite(WHO).await;
        let accept = |more: Value| {
            let mut body = json!({
                "name": WHO, "invitation": invitation, "enrolment": offer.text("enrolment"),
                "code": totp(&secret, app.now()), "password": "another long password",
            });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            app.send("/signin/invitation/accept", body, None)
        };
        for guess in ["000002", "000003"] {
            assert_eq!(accept(json!({ "formerCode": guess })).await.status, 401);
        }
        let late = accept(json!({ "formerCode": member.code(app) })).await;
        assert_eq!(late.status, 401, "five guesses, whoever invited meanwhile");
        app.server.store().clock().shift(Duration::minutes(16));

        // A second administrator stands for who lost everything.
        let second = app.invite_by("administrator", WHO).await;
        let offer = app.send("/signin/invitation", json!({ "name": WHO, "invitation": invitation }), None).await;
        let secret = secret_of(&offer.text("secret"));
        let body = json!({
            "name": WHO, "invitation": invitation, "enrolment": offer.text("enrolment"), "secondInvitation": second,
            "code": totp(&secret, app.now()), "password": "another long password",
        });
        let done = app.send("/signin/invitation/accept", body.clone(), None).await;
        assert!(is_in(&app.bearing(done.ok())).await);
        assert_eq!(app.send("/signin/invitation/accept", body, None).await.status, 401, "both are used up");
        assert_eq!(app.sign_in(&member).await.status, 401);
        app.sound().await;
    }

    /// P11-24: five guesses lock the account, for the address that they came from and for every other one that is not familiar:
    /// no more are judged from many addresses than from one. The owner gets in from where they signed in before.
    async fn nobody_is_locked_out_from_afar(app: &TestApp) {
        let (member, _) = app.enrol(WHO).await;
        let mut settings = tests::server::generous();
        settings.server.trusted_proxies = vec!["127.0.0.1".to_owned()];
        let server = app.under(settings).await;
        let post = async |address: &str, body: Value| {
            let sent = reqwest::Client::new()
                .post(format!("{}/signin", server.url))
                .header("x-forwarded-for", address)
                .json(&body)
                .send()
                .await
                .unwrap();
            sent.status().as_u16()
        };
        let right = || {
            app.next_code();
            member.proof(app, json!({ "name": WHO }))
        };
        assert_eq!(post("192.0.2.2", right()).await, 200, "from here the owner signs in");
        let wrong = json!({ "name": WHO, "password": PASSWORD, "code": "000000" });
        for address in ["192.0.2.1", "192.0.2.1", "192.0.2.3", "192.0.2.4", "192.0.2.5"] {
            assert_eq!(post(address, wrong.clone()).await, 401);
        }
        assert_eq!(post("192.0.2.1", right()).await, 401, "locked where guesses came from");
        assert_eq!(post("198.51.100.9", right()).await, 401, "and where nobody signed in before");
        // Thirty addresses at once: none of them is judged, and the owner is not kept out.
        let tries = (0..30).map(|n| {
            let (post, wrong) = (&post, wrong.clone());
            async move { post(&format!("198.51.100.{n}"), wrong).await }
        });
        let proof = right();
        let (replies, own) = tokio::join!(futures_util::future::join_all(tries), post("192.0.2.2", proof));
        assert!(replies.iter().all(|status| *status == 401) && own == 200, "{own} {replies:?}");
        let judged = "SELECT count(*) FROM sign_in_attempt WHERE counted = account AND failures = 5";
        assert_eq!(app.raw().await.count(judged).await, 1, "five, wherever they came from");
        // Five wrong ones from there lock that address, too.
        for _ in 0..5 {
            assert_eq!(post("192.0.2.2", wrong.clone()).await, 401);
        }
        assert_eq!(post("192.0.2.2", right()).await, 401);
        app.server.store().clock().shift(Duration::minutes(16));
        assert_eq!(post("198.51.100.9", right()).await, 200, "after the time from anywhere");
        // An address that was not used for a month is familiar no more.
        app.server.store().clock().shift(Duration::days(31));
        for n in 0..5 {
            assert_eq!(post(&format!("203.0.113.{n}"), wrong.clone()).await, 401);
        }
        assert_eq!(post("192.0.2.2", right()).await, 401);
        server.stop().await;
    }

    /// P11-23: a password is changed by who knows the old one and holds the factor; other sessions end.
    async fn a_password_is_changed_by_who_proves_the_old_one(app: &TestApp) {
        let (member, first) = app.enrol(WHO).await;
        let second = again(app, &member).await;
        let token = second["accessToken"].as_str();
        let new = "seven brass lanterns hum";
        let change = |body: Value| app.send("/signin/password", body, token);
        app.next_code();
        for (new, reason) in [
            ("short", "at least 12"), ("coordinator-sh01!", "user name"), ("password password", "guessed too soon"),
            (PASSWORD, "the old one"),
        ] {
            let reply = change(member.proof(app, json!({ "newPassword": new }))).await;
            assert_eq!((reply.status, reply.code()), (400, "BAD_USER_INPUT"), "{new}");
            let message = reply.body["errors"][0]["message"].as_str().unwrap();
            assert!(message.contains(reason), "{message}");
        }
        for body in [
            json!({ "newPassword": new }),
            json!({ "newPassword": new, "password": PASSWORD }),
            json!({ "newPassword": new, "password": "not the password", "code": member.code(app) }),
        ] {
            assert_eq!(change(body).await.status, 401);
        }
        app.next_code();
        let good = member.proof(app, json!({ "newPassword": new }));
        assert_eq!(app.send("/signin/password", good.clone(), None).await.status, 401, "nobody without a token");
        assert_eq!(change(good).await.status, 204);
        assert!(!is_in(&app.bearing(&first)).await && is_in(&app.bearing(&second)).await);
        assert_eq!(app.sign_in(&member).await.status, 401);
        let changed = Member { password: new.to_owned(), ..member };
        again(app, &changed).await;
        assert_eq!(logged(app, "CREDENTIAL").await, ["invitation", "password"]);
    }

    /// A second factor is replaced by who proves the old one, or with a recovery code, which serves once.
    async fn a_second_factor_is_replaced(app: &TestApp) {
        let (member, _) = app.enrol(WHO).await;
        let recovery = |n: usize| json!({ "name": WHO, "password": PASSWORD, "recoveryCode": member.recovery[n] });
        let first = sign_in(app, recovery(0)).await;
        assert_eq!(first.ok()["recoveryCodesLeft"], 9);
        assert_eq!(sign_in(app, recovery(0)).await.status, 401, "it serves once");
        let both = json!({ "name": WHO, "password": PASSWORD, "recoveryCode": member.recovery[1], "code": member.code(app) });
        assert_eq!(sign_in(app, both).await.status, 401, "one or the other");
        let lower = member.recovery[1].to_lowercase().replace('-', " ");
        let typed = sign_in(app, json!({ "name": WHO, "password": PASSWORD, "recoveryCode": lower })).await;
        assert_eq!(typed.ok()["recoveryCodesLeft"], 8);

        // The app is lost: a recovery code proves who it is that brings a new one.
        let token = typed.text("accessToken");
        let offer = app.send("/signin/factor", json!({}), Some(&token)).await;
        let secret = secret_of(&offer.text("secret"));
        assert!(offer.text("uri").starts_with("otpauth://totp/"));
        let confirm = |proof: Value, code: String| {
            let mut body = json!({ "enrolment": offer.text("enrolment"), "newCode": code });
            body.as_object_mut().unwrap().extend(proof.as_object().unwrap().clone());
            app.send("/signin/factor/confirm", body, Some(&token))
        };
        let good = totp(&secret, app.now());
        let unproved = confirm(json!({ "password": PASSWORD }), good.clone()).await;
        assert_eq!(unproved.status, 401);
        let proof = json!({ "password": PASSWORD, "recoveryCode": member.recovery[2] });
        assert_eq!(confirm(proof.clone(), "000000".to_owned()).await.status, 400);
        let confirmed = confirm(proof, good.clone()).await;
        let fresh: Vec<String> = serde_json::from_value(confirmed.ok()["recoveryCodes"].clone()).unwrap();
        assert!(fresh.iter().all(|code| !member.recovery.contains(code)));
        assert!(!is_in(&app.bearing(&first.body)).await, "other sessions end");
        assert_eq!(app.sign_in(&member).await.status, 401, "the old app shows nothing of use");
        assert_eq!(sign_in(app, recovery(3)).await.status, 401, "nor do the old recovery codes");
        let replay = json!({ "name": WHO, "password": PASSWORD, "code": good });
        assert_eq!(sign_in(app, replay).await.status, 401, "the code that proved the new one is used up");
        let changed = Member { secret, ..member };
        again(app, &changed).await;
        assert_eq!(logged(app, "CREDENTIAL").await, ["invitation", "recoveryCode", "recoveryCode", "recoveryCode", "factor"]);
    }

    /// P11-18 to P11-20: who proves anew who they are gets a token that says so.
    async fn who_proves_anew_who_they_are_gets_a_token_that_says_so(app: &TestApp) {
        let (member, first) = app.enrol(WHO).await;
        let token = first["accessToken"].as_str();
        app.server.store().clock().shift(Duration::minutes(4));
        let claims = |tokens: &Value| -> Value {
            jsonwebtoken::dangerous::insecure_decode_claims(tokens["accessToken"].as_str().unwrap()).unwrap()
        };
        assert_eq!(app.send("/signin/again", json!({ "password": PASSWORD }), token).await.status, 401);
        let proved = app.send("/signin/again", member.proof(app, json!({})), token).await;
        let (before, after) = (claims(&first), claims(proved.ok()));
        assert_eq!(before["sid"], after["sid"], "the same session");
        assert!(after["auth_time"].as_i64().unwrap() >= before["auth_time"].as_i64().unwrap() + 240);
        assert!(is_in(&app.bearing(&proved.body)).await);
        // The renewed token says the same.
        let renewed = app.send("/signin/refresh", refresh(&first), None).await;
        assert_eq!(claims(renewed.ok())["auth_time"], after["auth_time"]);
        // A token that no session stands behind cannot be strengthened.
        let plain = app.as_("auditor").token.unwrap();
        assert_eq!(app.send("/signin/again", json!({}), Some(&plain)).await.status, 400);
    }

    /// P11-18, P11-20: where the settings ask for it, an approval takes a proof of the last five minutes.
    async fn an_approval_takes_a_fresh_proof(app: &TestApp) {
        let mut settings = tests::server::generous();
        settings.sign_in.prove_to_approve = true;
        let server = app.under(settings).await;
        let told = crate::proposals::told(app).await;
        let proposed = crate::proposals::propose(app, "investigator-sh01", ("p", &told)).await;
        let proposal = proposed.accepted()["proposal"]["id"].clone();
        let approve = async |caller: &Caller, key: &str| {
            caller.at(&server.url).act("approve", json!({ "key": key, "proposal": proposal }), "").await
        };
        let reauth = |answer: &tests::Answer| assert_eq!(answer.codes(), ["REAUTH_REQUIRED"], "{}", answer.text);
        // A token that says nothing of a proof.
        reauth(&approve(&app.as_("data-manager"), "a").await);
        let (member, tokens) = app.enrol("data-manager").await;
        app.server.store().clock().shift(Duration::minutes(6));
        let renewed = app.send("/signin/refresh", refresh(&tokens), None).await;
        let caller = app.bearing(renewed.ok());
        reauth(&approve(&caller, "b").await);
        let proof = member.proof(app, json!({}));
        let proved = app.send("/signin/again", proof, caller.token.as_deref()).await;
        approve(&app.bearing(proved.ok()), "c").await.accepted();
        server.stop().await;
    }

    /// What is secret lies encrypted or as a digest; P11-29: what happened is in the access log.
    async fn what_is_secret_lies_encrypted_and_what_happened_is_logged(app: &TestApp) {
        let (member, tokens) = app.enrol(WHO).await;
        app.send("/signin/out", json!({}), tokens["accessToken"].as_str()).await;
        let raw = app.raw().await;
        let mut dump = String::new();
        for (table, columns) in [
            ("credential", "sealed"), ("session", "client"), ("refresh_token", "digest"), ("sign_in_attempt", "account"),
            ("access_record", "operation"), ("access_record", "actor_name"),
        ] {
            let hex = if app.engine == tests::Engine::Sqlite { "hex" } else { "encode" };
            let sql = match (columns, hex) {
                ("sealed", "hex") => format!("SELECT hex({columns}) FROM {table}"),
                ("sealed", _) => format!("SELECT encode({columns}, 'escape') FROM {table}"),
                _ => format!("SELECT {columns} FROM {table}"),
            };
            dump.extend(raw.texts(&sql).await);
        }
        for secret in [PASSWORD, "argon2id", tokens["refreshToken"].as_str().unwrap(), &member.recovery[0]] {
            assert!(!dump.contains(secret), "{secret}");
        }
        assert_eq!(logged(app, "SIGNED_IN").await, ["signIn"]);
        assert_eq!(logged(app, "SIGNED_OUT").await, ["signOut"]);
        assert_eq!(logged(app, "CREDENTIAL").await, ["invitation"]);
        app.sound().await;
    }

    /// What is no request to sign in is refused, and tells nothing back.
    async fn what_is_no_request_is_refused(app: &TestApp) {
        let url = &app.server.url;
        let client = reqwest::Client::new();
        let post = |kind: &'static str, body: String| {
            client.post(format!("{url}/signin")).header("content-type", kind).body(body).send()
        };
        let named = r#"{"name":"x","password":"hunter2-hunter2"}"#;
        let (status, text) = app.server.get("/signin").await;
        assert!(status == 405 && text.contains("POST"));
        assert_eq!(post("text/plain", named.to_owned()).await.unwrap().status().as_u16(), 415);
        for body in [
            String::new(), "{".to_owned(), "[]".to_owned(), r#"{"name":7}"#.to_owned(),
            r#"{"name":"x","role":"ADMINISTRATOR","password":"hunter2-hunter2"}"#.to_owned(),
            r#"{"name":"x","name":"y","password":"hunter2-hunter2"}"#.to_owned(),
            format!("{{\"name\":{}1{}}}", "[".repeat(60), "]".repeat(60)),
        ] {
            let response = post("application/json", body.clone()).await.unwrap();
            let (status, text) = (response.status().as_u16(), response.text().await.unwrap());
            assert!(status == 400 && !text.contains("hunter2"), "{body}: {status} {text}");
        }
        let large = format!("{{\"name\":\"{}\"}}", "x".repeat(1_000_000));
        assert_eq!(post("application/json", large).await.unwrap().status().as_u16(), 413);
        let long = json!({ "name": WHO, "password": "x".repeat(60_000), "code": "000000" });
        assert_eq!(sign_in(app, long).await.status, 401);
        let client = json!({ "name": WHO, "client": "a\nb" });
        assert_eq!(sign_in(app, client).await.code(), "BAD_USER_INPUT");
    }

    /// P11-24, D1: an address that tries too much is told to wait, whatever names it tries.
    async fn an_address_that_tries_too_much_has_to_wait(app: &TestApp) {
        let mut settings = tests::server::generous();
        settings.sign_in.address_per_minute = 6;
        let strict = app.under(settings).await;
        let mut statuses = Vec::new();
        for n in 0..10 {
            let body = json!({ "name": format!("nobody-{n}"), "password": "not the password", "code": "000000" });
            let reply = send(&strict.url, "/signin", body, None).await;
            if reply.status == 429 {
                assert_eq!(reply.code(), "RATE_LIMITED");
            }
            statuses.push(reply.status);
        }
        assert_eq!(statuses[..6], [401; 6]);
        assert!(statuses[6..].contains(&429), "{statuses:?}");
        strict.stop().await;
    }
}
