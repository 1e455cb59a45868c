//! Hospital systems: how they get a token (SMART Backend Services), what they may do with it, and what ends it.

use entity::rows;
use entity::terms::AccountStatus;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use portal::command::{ChangeClientKeys, EndMembership};
use serde_json::{Value, json};
use store::Hooks;
use tests::hospital::{ASSERTION_TYPE, ask_token, form, set};
use tests::token::{claims, good, header};
use tests::world::{accepted, by, id};
use tests::{Answer, Caller, Hospital, LayPortal, TestApp, both};

const LAB: &str = "system/Observation.c";
const DRUGS: &str = "system/MedicationStatement.c";
const VIEWER: &str = "{ viewer { name acts memberships { role } } }";

fn lis() -> Hospital {
    Hospital::new("hospital.lis", "lis-1", Algorithm::ES384)
}

/// A result of a subject, delivered.
async fn deliver(app: &TestApp, caller: &Caller, subject: &str) -> Answer {
    let input = json!({
        "key": id().to_string(), "subject": app.subject_id(subject).await, "collectedOn": "2026-03-24",
        "collectedAt": "08:15", "results": [{ "analyte": "alt", "raw": "31", "unit": "U/L", "uln": "40" }],
    });
    caller.act("recordLabResults", input, "").await
}

async fn prescribe(app: &TestApp, caller: &Caller, subject: &str) -> Answer {
    let input = json!({
        "key": id().to_string(), "subject": app.subject_id(subject).await, "drug": "prednisone",
        "class": "GLUCOCORTICOID", "dose": "7.5", "unit": "mg", "route": "ORAL", "frequency": "QD",
        "start": "2026-04-01", "ongoing": true, "indication": "SLE",
    });
    caller.act("recordMedication", input, "").await
}

#[track_caller]
fn out(answer: &Answer) {
    assert_eq!((answer.status, answer.codes()), (401, vec!["UNAUTHENTICATED"]), "{}", answer.text);
}

#[track_caller]
fn forbidden(answer: &Answer) {
    let codes: Vec<&Value> = answer.refusals().iter().map(|refusal| &refusal["code"]).collect();
    assert_eq!(codes, ["FORBIDDEN"], "{}", answer.text);
}

/// Other keys of a client.
async fn rotate(app: &TestApp, client: uuid::Uuid, keys: &[&Hospital]) {
    let change = ChangeClientKeys { client, public_jwks: set(keys) };
    accepted(app.server.store().decide_portal(Box::new(change), by("administrator")).await.unwrap());
}

/// Another state of a client's row.
async fn change(app: &TestApp, client: uuid::Uuid, change: impl FnOnce(&mut rows::ServiceClient)) {
    let images = app
        .raw()
        .await
        .texts("SELECT image FROM change WHERE table_name = 'service_client' ORDER BY revision")
        .await;
    let mut rows = images.iter().map(|image| serde_json::from_str::<rows::ServiceClient>(image).unwrap());
    let mut row = rows.rfind(|row| row.id == client).unwrap();
    change(&mut row);
    let mut lay = LayPortal::default();
    lay.row(&row);
    accepted(app.server.store().decide_portal(Box::new(lay), by("administrator")).await.unwrap());
}

both! {
    /// S2, P11-39: a registered system proves its key, gets a token of five minutes for what it asked and is registered
    /// for, and delivers for its site. The ledger names it and its role.
    async fn a_registered_system_delivers(app: &TestApp) {
        for (name, algorithm) in [("hospital.ec", Algorithm::ES384), ("hospital.rsa", Algorithm::RS384)] {
            let hospital = Hospital::new(name, "key-1", algorithm);
            app.register(&hospital, "SH01", &["system/Observation.cru", DRUGS]).await;
            let asked = "system/Observation.cs system/MedicationStatement.cu system/Patient.r";
            let reply = app.ask_token(&hospital.form(app, asked)).await;
            let body = reply.ok();
            assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("bearer"), &json!(300)));
            assert_eq!(body["scope"], "system/MedicationStatement.c system/Observation.c");
            assert!(body.get("refresh_token").is_none());
            let token = reply.text("access_token");
            let said: Value = jsonwebtoken::dangerous::insecure_decode_claims(&token).unwrap();
            assert_eq!((&said["sub"], &said["client_id"], &said["scope"]), (&json!(name), &json!(name), &body["scope"]));

            let caller = app.as_(name).with(token);
            let viewer = caller.ask(VIEWER).await;
            assert_eq!(viewer.one()["memberships"], json!([{ "role": "HOSPITAL_CLIENT" }]));
            assert_eq!(viewer.one()["acts"], json!(["recordLabResults", "recordMedication"]));
            let subject = if name == "hospital.ec" { "SH01-001" } else { "SH01-002" };
            deliver(app, &caller, subject).await.accepted();
            prescribe(app, &caller, subject).await.accepted();
            let headers = app.raw().await.texts("SELECT header FROM entry WHERE stream <> 'portal' ORDER BY revision").await;
            let last: Value = serde_json::from_str(headers.last().unwrap()).unwrap();
            assert_eq!((&last["role"], &last["client"]), (&json!("HOSPITAL_CLIENT"), &json!(name)));

            app.server.store().clock().shift(chrono::Duration::seconds(400));
            out(&caller.ask(VIEWER).await);
        }
        app.sound().await;
    }

    /// The scopes of the token bound the acts, and never open more than the role's row of the matrix.
    async fn scopes_bound_what_a_system_does(app: &TestApp) {
        let hospital = lis();
        app.register(&hospital, "SH01", &[LAB, "system/MedicationStatement.cu"]).await;
        let lab = app.delivering(&hospital, LAB).await;
        assert_eq!(lab.ask(VIEWER).await.one()["acts"], json!(["recordLabResults"]));
        deliver(app, &lab, "SH01-001").await.accepted();
        forbidden(&prescribe(app, &lab, "SH01-001").await);
        let drugs = app.delivering(&hospital, "system/MedicationStatement.cu").await;
        forbidden(&deliver(app, &drugs, "SH01-002").await);
        prescribe(app, &drugs, "SH01-001").await.accepted();
        // To change is another interaction than to create.
        forbidden(&prescribe(app, &app.delivering(&hospital, "system/MedicationStatement.u").await, "SH01-001").await);

        let both = app.delivering(&hospital, &format!("{LAB} {DRUGS}")).await;
        let subject = app.subject_id("SH01-001").await;
        let visit = json!({ "key": "k", "subject": subject, "date": "2026-04-01" });
        forbidden(&both.act("recordVisit", visit, "").await);
        assert_eq!(both.ask("{ study(code: \"NK510\") { code subjects(first: 5) { totalCount } } }").await
            .one()["subjects"], Value::Null);
        let denied = app.raw().await.texts(
            "SELECT operation FROM access_record WHERE kind = 'DENIED' AND actor_name = 'hospital.lis' ORDER BY operation",
        ).await;
        assert_eq!(denied, ["recordLabResults", "recordMedication", "recordMedication", "recordVisit"]);
        app.sound().await;
    }

    /// ACC-11: for a subject of another site a system is told what it is told of one that is not there.
    async fn a_system_delivers_for_its_own_site(app: &TestApp) {
        let hospital = lis();
        app.register(&hospital, "SH01", &[LAB]).await;
        let caller = app.delivering(&hospital, LAB).await;
        let other = deliver(app, &caller, "BJ02-001").await;
        let input = json!({ "key": "none", "subject": app.study("data-manager", "id").await["id"],
            "collectedOn": "2026-03-24", "results": [{ "analyte": "alt", "raw": "31", "unit": "U/L" }] });
        let nothing = caller.act("recordLabResults", input, "").await;
        assert_eq!(other.refusals(), nothing.refusals());
        assert_eq!(other.refusals()[0]["code"], "NOT_FOUND");
    }

    /// The end of a client's grant, other keys and fewer scopes count from the next request on, at every replica.
    async fn what_ends_a_system_ends_it_at_once(app: &TestApp) {
        let hospital = lis();
        let client = app.register(&hospital, "SH01", &[LAB, DRUGS]).await;
        let caller = app.delivering(&hospital, &format!("{LAB} {DRUGS}")).await;
        let replica = app.another(Hooks::default()).await;
        for url in [&app.server.url, &replica.url] {
            assert_eq!(caller.at(url).ask(VIEWER).await.one()["name"], "hospital.lis");
        }
        // A registration with fewer scopes.
        change(app, client, |row| row.scopes = vec![DRUGS.to_owned()].into()).await;
        assert_eq!(caller.at(&replica.url).ask(VIEWER).await.one()["acts"], json!(["recordMedication"]));
        forbidden(&deliver(app, &caller, "SH01-001").await);
        assert_eq!(app.ask_token(&hospital.form(app, LAB)).await.body["error"], "invalid_scope");

        // A second key beside the first one changes nothing; in its place it ends what the first one began.
        let next = Hospital { kid: "lis-2".to_owned(), ..lis() };
        rotate(app, client, &[&hospital, &next]).await;
        assert_eq!(caller.ask(VIEWER).await.one()["name"], "hospital.lis");
        let fresh = app.delivering(&next, DRUGS).await;
        rotate(app, client, &[&next]).await;
        out(&caller.ask(VIEWER).await);
        out(&caller.at(&replica.url).ask(VIEWER).await);
        assert_eq!(app.ask_token(&hospital.form(app, DRUGS)).await.body["error"], "invalid_client");
        assert_eq!(fresh.ask(VIEWER).await.one()["name"], "hospital.lis");

        let end = EndMembership { membership: client, reason: "The contract ended.".to_owned() };
        accepted(app.server.store().decide_portal(Box::new(end), by("administrator")).await.unwrap());
        out(&fresh.ask(VIEWER).await);
        out(&fresh.at(&replica.url).ask(VIEWER).await);
        let reply = app.ask_token(&next.form(app, DRUGS)).await;
        assert_eq!((reply.status, &reply.body["error"]), (401, &json!("invalid_client")));
        change(app, client, |row| assert_eq!(row.status, AccountStatus::Disabled)).await;
        replica.stop().await;
    }

    /// S2: whoever is no client, or does not prove to be one, gets the same answer whatever is wrong.
    async fn a_forged_client_gets_no_token(app: &TestApp) {
        let (hospital, other) = (lis(), Hospital::new("other.lis", "other-1", Algorithm::ES384));
        app.register(&hospital, "SH01", &[LAB]).await;
        app.register(&other, "BJ02", &[LAB]).await;
        let now = app.now();
        let with = |name: &str, value: Value| {
            let mut claims = hospital.claims(app);
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                value => claims[name] = value,
            }
            hospital.signed(&claims)
        };
        let headed = |change: &dyn Fn(&mut Header)| {
            let mut header = hospital.header();
            change(&mut header);
            jsonwebtoken::encode(&header, &hospital.claims(app), &hospital.key).unwrap()
        };
        let by_key = |kid: &str, name: &str| Hospital { kid: kid.to_owned(), name: name.to_owned(), ..other.clone() };
        let secret = Hospital {
            algorithm: Algorithm::HS384,
            key: EncodingKey::from_secret(hospital.jwk().to_string().as_bytes()),
            ..hospital.clone()
        };
        let aud = app.server.app.settings.token_endpoint();
        let refused = app.ask_token(&form("nothing".to_owned(), LAB)).await;
        assert_eq!((refused.status, &refused.body["error"]), (401, &json!("invalid_client")));
        for (what, assertion) in [
            ("another's key under its id", by_key("lis-1", "hospital.lis").assertion(app)),
            ("another's key", by_key("other-1", "hospital.lis").assertion(app)),
            ("nobody's name", by_key("other-1", "nobody.lis").assertion(app)),
            ("a person's name", by_key("other-1", "coordinator-sh01").assertion(app)),
            ("a public key as a secret", secret.assertion(app)),
            ("another subject", with("sub", json!("other.lis"))),
            ("another issuer", with("iss", json!("other.lis"))),
            ("another address", with("aud", json!("https://elsewhere.example.org/oauth/token"))),
            ("the API's audience", with("aud", json!("urn:trialgraph:api"))),
            ("no audience", with("aud", Value::Null)),
            ("two audiences", with("aud", json!([aud, "https://elsewhere.example.org"]))),
            ("expired", with("exp", json!(now - 120))),
            ("holds for longer than five minutes", with("exp", json!(now + 360))),
            ("no end", with("exp", Value::Null)),
            ("from the future", with("iat", json!(now + 120))),
            ("not valid yet", with("nbf", json!(now + 120))),
            ("no id", with("jti", Value::Null)),
            ("an empty id", with("jti", json!(""))),
            ("an endless id", with("jti", json!("x".repeat(256)))),
            ("an access token's type", headed(&|header| header.typ = Some("at+jwt".to_owned()))),
            ("no type", headed(&|header| header.typ = None)),
            ("no key's name", headed(&|header| header.kid = None)),
            ("an unknown key", headed(&|header| header.kid = Some("lis-9".to_owned()))),
            ("a path for a key", headed(&|header| header.kid = Some("../../dev/null".to_owned()))),
            ("its own keys", headed(&|header| header.jku = Some("https://example.org/keys".to_owned()))),
            ("too long", "x".repeat(9_000)),
            ("a person's token", good(app.signer(), "coordinator-sh01", now)),
        ] {
            let reply = app.ask_token(&form(assertion, LAB)).await;
            assert_eq!(reply, refused, "{what}");
        }
        // None of them used up or locked anything.
        app.ask_token(&hospital.form(app, LAB)).await.ok();
        let huge = app.ask_token(&form("x".repeat(1_000_000), LAB)).await;
        assert_eq!(huge.status, 413);
    }

    /// JWT-13: an assertion serves once, whichever replica it is sent to and however many come at the same time.
    async fn an_assertion_serves_once(app: &TestApp) {
        let hospital = lis();
        app.register(&hospital, "SH01", &[LAB]).await;
        let replica = app.another(Hooks::default()).await;
        let asked = hospital.form(app, LAB);
        let tries = (0..6).map(|n| {
            let server = if n % 2 == 0 { &app.server } else { &replica };
            ask_token(server, &asked)
        });
        let replies = futures_util::future::join_all(tries).await;
        let good = replies.iter().filter(|reply| reply.status == 200).count();
        assert_eq!(good, 1, "{replies:?}");
        for reply in replies.iter().filter(|reply| reply.status != 200) {
            assert_eq!((reply.status, &reply.body["error"]), (401, &json!("invalid_client")));
        }
        // Until it is over, and then it is over.
        app.server.store().clock().shift(chrono::Duration::seconds(200));
        assert_eq!(app.ask_token(&asked).await.status, 401);
        app.server.store().clock().shift(chrono::Duration::seconds(200));
        assert_eq!(app.ask_token(&asked).await.status, 401);
        let logged = "SELECT operation FROM access_record WHERE kind = 'TOKEN' AND actor_name = 'hospital.lis'";
        assert_eq!(app.raw().await.texts(logged).await, ["clientToken"]);
        replica.stop().await;
    }

    /// RFC 6749, 5.2: what is no request is told apart from who is no client.
    async fn errors_are_those_of_the_standard(app: &TestApp) {
        let hospital = lis();
        app.register(&hospital, "SH01", &[LAB]).await;
        let without = |name: &str| {
            let mut form = hospital.form(app, LAB);
            form.retain(|(known, _)| *known != name);
            form
        };
        let with = |name: &'static str, value: &str| {
            let mut form = without(name);
            form.push((name, value.to_owned()));
            form
        };
        let mut twice = hospital.form(app, LAB);
        twice.push(("scope", LAB.to_owned()));
        for (form, status, error) in [
            (without("grant_type"), 400, "invalid_request"),
            (with("grant_type", "authorization_code"), 400, "unsupported_grant_type"),
            (with("grant_type", "password"), 400, "unsupported_grant_type"),
            (without("client_assertion_type"), 401, "invalid_client"),
            (with("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"), 401, "invalid_client"),
            (without("client_assertion"), 401, "invalid_client"),
            (without("scope"), 400, "invalid_scope"),
            (with("scope", "system/Patient.r openid"), 400, "invalid_scope"),
            (with("scope", DRUGS), 400, "invalid_scope"),
            (twice, 400, "invalid_request"),
        ] {
            let reply = app.ask_token(&form).await;
            assert_eq!((reply.status, reply.body["error"].as_str()), (status, Some(error)), "{form:?}");
        }
        let url = format!("{}/oauth/token", app.server.url);
        let (status, _) = app.server.get("/oauth/token").await;
        assert_eq!(status, 405);
        let body = json!({ "grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE });
        let reply = reqwest::Client::new().post(&url).json(&body).send().await.unwrap();
        assert_eq!(reply.status().as_u16(), 400);
        assert_eq!(reply.headers()["cache-control"], "no-store");
    }

    /// SMART App Launch 2: a client finds out where and how to ask.
    async fn a_system_finds_out_how_to_ask(app: &TestApp) {
        let (status, text) = app.server.get("/.well-known/smart-configuration").await;
        let told: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(status, 200);
        assert_eq!(told["token_endpoint"], app.server.app.settings.token_endpoint());
        assert_eq!(told["grant_types_supported"], json!(["client_credentials"]));
        assert_eq!(told["token_endpoint_auth_methods_supported"], json!(["private_key_jwt"]));
        assert_eq!(told["token_endpoint_auth_signing_alg_values_supported"], json!(["ES384", "RS384"]));
        assert!(told["scopes_supported"].as_array().unwrap().contains(&json!("system/Observation.cru")));
    }

    /// A system's name in a token that was not made for it lets nobody in: not a person's program of that name, and not
    /// a token without the key that it was asked for by.
    async fn a_name_alone_is_no_system(app: &TestApp) {
        let hospital = lis();
        app.register(&hospital, "SH01", &[LAB]).await;
        let signed = |claims: Value| jsonwebtoken::encode(&header(app.signer()), &claims, &app.signer().key).unwrap();
        let mut bare = claims("hospital.lis", app.now());
        out(&app.as_("x").with(signed(bare.clone())).ask(VIEWER).await);
        bare["client_id"] = json!("hospital.lis");
        out(&app.as_("x").with(signed(bare.clone())).ask(VIEWER).await);
        bare["scope"] = json!(LAB);
        out(&app.as_("x").with(signed(bare)).ask(VIEWER).await);
        let mut person = claims("coordinator-sh01", app.now());
        person["client_id"] = json!("hospital.lis");
        person["scope"] = json!(LAB);
        let viewer = app.as_("x").with(signed(person)).ask(VIEWER).await;
        assert_eq!(viewer.one()["memberships"][0]["role"], "COORDINATOR");
    }
}
