//! What is remembered between requests, of tokens, keys and documents, lets nobody in and nothing through that would be
//! refused without it.

use super::attacks::production;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;
use portal::command::{AddPerson, DisablePerson, EndMembership};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use tests::token::{Signer, claims, header};
use tests::world::{accepted, by};
use tests::{Caller, both};
use trialgraph::config::{Algorithm, Issuer};

const VIEWER: &str = "{ viewer { name } }";

/// A key of an issuer somewhere else, with its public half as a JWK.
fn key(kid: &str) -> (Signer, Value) {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let x = URL_SAFE_NO_PAD.encode(pair.public_key_raw());
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "use": "sig", "x": x });
    (Signer { kid: kid.to_owned(), key: EncodingKey::from_ed_der(&pair.serialize_der()) }, jwk)
}

fn signed(signer: &Signer, claims: &Value) -> String {
    jsonwebtoken::encode(&header(signer), claims, &signer.key).unwrap()
}

#[track_caller]
fn refused(what: &str, answer: &tests::Answer) {
    assert_eq!((answer.status, answer.codes()), (401, vec!["UNAUTHENTICATED"]), "{what}: {}", answer.text);
    assert!(answer.data.is_null(), "{what}");
}

/// Asks twice: what the second request is answered by may be remembered.
async fn known(caller: &Caller, name: &str) {
    for _ in 0..2 {
        assert_eq!(caller.ask(VIEWER).await.one()["name"], name);
    }
}

both! {
    /// P11-10: a token that was accepted before is refused once it has ended, and another one that differs from it in
    /// its signature alone always was.
    async fn an_accepted_token_ends_when_it_ends(app: &TestApp) {
        let mut settings = production();
        settings.tokens.leeway_seconds = 0;
        let server = app.under(settings).await;
        let mut short = claims("auditor", app.now());
        short["exp"] = json!(app.now() + 3);
        let token = signed(app.signer(), &short);
        let caller = app.as_("auditor").at(&server.url).with(token.clone());
        known(&caller, "auditor").await;

        let (body, signature) = token.rsplit_once('.').unwrap();
        let other = format!("{body}.{}", signature.chars().rev().collect::<String>());
        refused("another signature", &caller.with(other).ask(VIEWER).await);
        refused("no signature", &caller.with(format!("{body}.")).ask(VIEWER).await);

        tokio::time::sleep(Duration::from_millis(4_200)).await;
        let late = caller.ask(VIEWER).await;
        refused("past its end", &late);
        assert!(late.mentions("the token has expired: sign in again"), "{}", late.text);
        server.stop().await;
    }

    /// Whose grant was ended sees nothing of the study by the token that has just shown it, and who was disabled is not
    /// let in by it.
    async fn a_token_remembers_no_rights(app: &TestApp) {
        let caller = app.as_("coordinator-sh01");
        let study = "{ study(code: \"NK510\") { code } }";
        for _ in 0..2 {
            assert_eq!(caller.ask(study).await.one()["code"], "NK510");
        }
        let membership = app.world.memberships["coordinator-sh01"];
        let end = EndMembership { membership, reason: "The delegation ended.".to_owned() };
        let store = app.server.store();
        accepted(store.decide_portal(Box::new(end), by("administrator")).await.unwrap());
        assert_eq!(caller.ask(study).await.one(), &Value::Null);

        known(&caller, "coordinator-sh01").await;
        let disable = DisablePerson { person: app.world.persons["coordinator-sh01"] };
        accepted(store.decide_portal(Box::new(disable), by("administrator")).await.unwrap());
        refused("disabled", &caller.ask(VIEWER).await);
    }

    /// JWT-15, JWT-16: the keys of another issuer are those that its file holds when the request comes, however often it changes and
    /// whatever times it is given.
    async fn an_issuers_keys_are_those_of_its_file(app: &TestApp) {
        let file = std::env::temp_dir().join(format!("trialgraph-issuer-{}.json", tests::world::id()));
        let write = |jwk: &Value| std::fs::write(&file, json!({ "keys": [jwk] }).to_string()).unwrap();
        // All under one name, so that the file's length never differs.
        let keys: Vec<_> = (0..4).map(|_| key("elsewhere")).collect();
        write(&keys[0].1);
        let mut settings = production();
        let issuer = "https://id.example.org".to_owned();
        settings.issuers = vec![Issuer {
            issuer: issuer.clone(),
            audience: "urn:trial".to_owned(),
            algorithm: Algorithm::EdDSA,
            jwks_file: Some(file.clone()),
            key_hosts: Vec::new(),
            ca_file: None,
            clients: Vec::new(),
            acr: Vec::new(),
        any_acr: true,
        longest_minutes: 60,
            signature_acr: Vec::new(),
        }];
        let server = app.under(settings).await;
        let visitor = AddPerson {
            name: "visitor".to_owned(),
            display_name: "Made-up visitor".to_owned(),
            issuer: Some(issuer.clone()),
            subject: Some("7".to_owned()),
        };
        accepted(app.server.store().decide_portal(Box::new(visitor), by("administrator")).await.unwrap());

        let mut said = claims("7", app.now());
        (said["iss"], said["aud"]) = (json!(issuer), json!("urn:trial"));
        let visitors: Vec<Caller> = keys
            .iter()
            .map(|(signer, _)| app.as_("visitor").at(&server.url).with(signed(signer, &said)))
            .collect();
        // The first round finds a file that was just written, the second one that has been at rest.
        for rest in [Duration::ZERO, Duration::from_millis(3_200)] {
            for (turn, (_, jwk)) in keys.iter().enumerate() {
                rewrite(&file, || write(jwk));
                tokio::time::sleep(rest).await;
                for (of, visitor) in visitors.iter().enumerate() {
                    if of == turn {
                        known(visitor, "visitor").await;
                    } else {
                        refused("under another key", &visitor.ask(VIEWER).await);
                    }
                }
            }
        }
        std::fs::remove_file(&file).unwrap();
        let answer = visitors[3].ask(VIEWER).await;
        assert_eq!((answer.status, answer.codes()), (500, vec!["INTERNAL"]), "{}", answer.text);
        server.stop().await;
    }

    /// D1: a document that passed before is judged anew by what depends on a request's variables: pages, cost, what is
    /// left out, what is missing. And nobody is let in by it.
    async fn a_document_that_passed_is_judged_with_each_request(app: &TestApp) {
        let mut settings = production();
        settings.limits.page = 15;
        settings.limits.complexity = 30;
        let server = app.under(settings).await;
        let caller = app.as_("data-manager").at(&server.url);
        let document = "query($first: Int!, $codes: Boolean = true) { study(code: \"NK510\") {
            subjects(first: $first) { nodes { id code @include(if: $codes) } } } }";
        let ask = |first: u64| caller.query(document, json!({ "first": first }));
        for _ in 0..2 {
            // study 1, subjects 1 + n times (nodes 1, id 1, code 1).
            let passed = ask(9).await;
            let nodes = passed.one()["subjects"]["nodes"].as_array().unwrap().clone();
            assert!(nodes.len() == 9 && nodes.iter().all(|node| node["code"].is_string()), "{}", passed.text);
            assert!(passed.mentions("requested"), "{}", passed.text);

            let costly = ask(15).await;
            assert_eq!(costly.codes(), ["COST_EXCEEDED"], "{}", costly.text);
            assert!(costly.mentions("limits.complexity") && costly.data.is_null(), "{}", costly.text);
            let large = ask(16).await;
            assert_eq!(large.codes(), ["COST_EXCEEDED"], "{}", large.text);
            assert!(large.mentions("limits.page") && large.data.is_null(), "{}", large.text);

            let bare = caller.query(document, json!({ "first": 9, "codes": false })).await;
            let nodes = bare.one()["subjects"]["nodes"].as_array().unwrap();
            assert!(nodes.iter().all(|node| node.get("code").is_none()), "{}", bare.text);
            let missing = caller.ask(document).await;
            assert_eq!(missing.codes(), ["BAD_USER_INPUT"], "{}", missing.text);
            assert_eq!(ask(0).await.one()["subjects"]["nodes"], json!([]));
            refused("nobody", &caller.nobody().query(document, json!({ "first": 9 })).await);
            // One more byte is another document.
            let other = caller.query(&format!("{document}}}"), json!({ "first": 9 })).await;
            assert_eq!(other.codes(), ["BAD_USER_INPUT"], "{}", other.text);
        }
        server.stop().await;
    }
}

/// Writes a file anew and gives it the times that it had.
fn rewrite(file: &Path, write: impl FnOnce()) {
    let was = std::fs::metadata(file).unwrap().modified().unwrap();
    write();
    std::fs::File::options().write(true).open(file).unwrap().set_modified(was).unwrap();
}
