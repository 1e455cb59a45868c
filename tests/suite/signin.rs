//! Who is let in: a token of a known issuer, in time, for this service; and what it claims of roles is not read.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::rows;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use ledger::StreamId;
use portal::{KeyPurpose, KeyStatus};
use serde_json::{Value, json};
use store::Inspection;
use tests::token::{Signer, claims, good, header};
use tests::world::{accepted, by, id};
use tests::{LayPortal, TestApp, both};

const VIEWER: &str = "{ viewer { name memberships { role study } } }";

fn signed(signer: &Signer, claims: &Value) -> String {
    jsonwebtoken::encode(&header(signer), claims, &signer.key).unwrap()
}

/// Claims with some of them changed, or taken away by null.
fn changed(mut claims: Value, by: Value) -> Value {
    for (name, value) in by.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

/// Every token that must not be accepted, with what is wrong with it.
fn forgeries(app: &TestApp) -> Vec<(&'static str, String)> {
    let (signer, now) = (app.signer(), app.now());
    let claims = || claims("coordinator-sh01", now);
    let with = |by: Value| signed(signer, &changed(claims(), by));
    let headed = |change: fn(&mut Header)| {
        let mut header = header(signer);
        change(&mut header);
        jsonwebtoken::encode(&header, &claims(), &signer.key).unwrap()
    };
    let token = good(signer, "coordinator-sh01", now);
    let [head, body, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("no token") };
    let raw = |header: Value| URL_SAFE_NO_PAD.encode(header.to_string());
    let symmetric = {
        // The public key as it is published, used as a secret: a verifier that reads the algorithm from the token
        // would accept it.
        let header = Header {
            typ: Some("at+jwt".into()),
            kid: Some(signer.kid.clone()),
            ..Header::new(Algorithm::HS256)
        };
        jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(signer.kid.as_bytes())).unwrap()
    };
    let mut flipped = body.to_owned();
    flipped.insert(flipped.len() / 2, 'A');
    vec![
        ("no token at all", String::new()),
        ("not a token", "letmein".to_owned()),
        ("expired", with(json!({ "iat": now - 900, "nbf": now - 900, "exp": now - 300 }))),
        ("not valid yet", with(json!({ "nbf": now + 600 }))),
        ("made in the future", with(json!({ "iat": now + 600, "nbf": null }))),
        ("another audience", with(json!({ "aud": "urn:somebody:else" }))),
        ("no audience", with(json!({ "aud": null }))),
        ("another issuer", with(json!({ "iss": "urn:somebody:else" }))),
        ("no issuer", with(json!({ "iss": null }))),
        ("no end", with(json!({ "exp": null }))),
        ("nobody's name", with(json!({ "sub": "nobody-at-all" }))),
        ("no name", with(json!({ "sub": "" }))),
        ("a number for a name", with(json!({ "sub": 7 }))),
        ("an id token", headed(|header| header.typ = Some("JWT".into()))),
        ("no type", headed(|header| header.typ = None)),
        ("an unknown key", headed(|header| header.kid = Some("another".into()))),
        ("no key's name", headed(|header| header.kid = None)),
        ("its own key set", headed(|header| header.jku = Some("https://example.org/keys".into()))),
        (
            "algorithm none",
            format!("{}.{body}.", raw(json!({ "alg": "none", "typ": "at+jwt", "kid": signer.kid }))),
        ),
        ("algorithm none with a signature", {
            format!(
                "{}.{body}.{signature}",
                raw(json!({ "alg": "none", "typ": "at+jwt", "kid": signer.kid }))
            )
        }),
        ("a symmetric signature", symmetric),
        ("a changed body", format!("{head}.{flipped}.{signature}")),
        ("no signature", format!("{head}.{body}.")),
        ("a checkpoint's type", headed(|header| header.typ = Some("checkpoint+jws".into()))),
    ]
}

both! {
    /// P11-10, P11-22: each fault of a token is refused alike, with 401, and nothing is said of what it was.
    async fn a_token_with_a_fault_lets_nobody_in(app: &TestApp) {
        let honest = app.as_("coordinator-sh01");
        assert_eq!(honest.ask(VIEWER).await.one()["name"], "coordinator-sh01");
        for (fault, token) in forgeries(app) {
            let answer = honest.with(token).ask(VIEWER).await;
            assert_eq!((answer.status, answer.codes()), (401, vec!["UNAUTHENTICATED"]), "{fault}: {}", answer.text);
            assert!(answer.data.is_null(), "{fault}");
        }
        let answer = honest.nobody().ask(VIEWER).await;
        assert_eq!((answer.status, answer.codes()), (401, vec!["UNAUTHENTICATED"]));
    }

    /// Who is not known learns nothing of the schema: introspection and malformed documents are answered alike.
    async fn nobody_learns_the_schema_without_a_token(app: &TestApp) {
        let nobody = app.as_("coordinator-sh01").nobody();
        for document in ["{ __schema { types { name } } }", "{ nothing }", "{", "{ __typename }"] {
            let answer = nobody.ask(document).await;
            assert_eq!((answer.status, answer.codes()), (401, vec!["UNAUTHENTICATED"]), "{document}");
        }
    }

    /// A role never comes from a token: whatever it claims, the portal's memberships say what its holder may do.
    async fn a_role_never_comes_from_a_token(app: &TestApp) {
        let plain = app.as_("coordinator-sh01").ask(VIEWER).await;
        let boastful = changed(claims("coordinator-sh01", app.now()), json!({
            "role": "ADMINISTRATOR", "roles": ["DATA_MANAGER", "ADMINISTRATOR"], "groups": ["ADMINISTRATOR"],
            "scope": "admin", "sites": ["BJ02"], "realm_access": { "roles": ["ADMINISTRATOR"] },
        }));
        let boasting = app.as_("coordinator-sh01").with(signed(app.signer(), &boastful));
        assert_eq!(boasting.ask(VIEWER).await, plain);
        let subjects = "{ study(code: \"NK510\") { subjects(first: 100) { nodes { code } } } }";
        let seen = boasting.ask(subjects).await;
        assert_eq!(seen.text, app.as_("coordinator-sh01").ask(subjects).await.text);
        assert_eq!(seen.one()["subjects"]["nodes"].as_array().unwrap().len(), 3);

        // Somebody without a membership is known, and has no business in any study.
        let claims = changed(claims("stranger", app.now()), json!({ "roles": ["DATA_MANAGER"] }));
        let stranger = app.as_("stranger").with(signed(app.signer(), &claims));
        assert_eq!(stranger.ask(VIEWER).await.one()["memberships"], json!([]));
        assert_eq!(stranger.ask("{ study(code: \"NK510\") { code } }").await.one(), &Value::Null);
        assert_eq!(stranger.ask("{ studies { totalCount } }").await.one()["totalCount"], 0);
    }

    /// The local issuer's token is what a request needs: GET, forms and other bodies are not taken.
    async fn a_write_cannot_ride_on_a_link(app: &TestApp) {
        let (status, _) = app.server.get("/graphql?query=%7Bviewer%7Bname%7D%7D").await;
        assert_eq!(status, 405);
        let form = reqwest::Client::new()
            .post(format!("{}/graphql", app.server.url))
            .bearer_auth(good(app.signer(), "coordinator-sh01", app.now()))
            .header("content-type", "text/plain")
            .body("{\"query\":\"{ viewer { name } }\"}")
            .send()
            .await
            .unwrap();
        assert_eq!(form.status().as_u16(), 415);
    }

    /// The published keys are public halves alone, and verify what the issuer signs.
    async fn the_published_keys_verify_what_is_signed(app: &TestApp) {
        let (status, text) = app.server.get("/.well-known/jwks.json").await;
        assert_eq!(status, 200);
        let set: Value = serde_json::from_str(&text).unwrap();
        let keys = set["keys"].as_array().unwrap();
        assert_eq!(keys.len(), 2);
        assert!(keys.iter().all(|key| key.get("d").is_none()), "{text}");
        let jwk = keys.iter().find(|key| key["kid"] == app.signer().kid.as_str()).unwrap();
        let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(jwk.clone()).unwrap();
        let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
        let mut validation = jsonwebtoken::Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[tests::token::AUDIENCE]);
        let token = good(app.signer(), "auditor", app.now());
        assert!(jsonwebtoken::decode::<Value>(&token, &key, &validation).is_ok());
    }

    /// A retired key vouches for no token from the next request on and is published for none; the checkpoints that a
    /// retired key signed can be verified by what is published, for as long as somebody keeps them.
    async fn a_retired_key_vouches_for_checkpoints_and_for_no_token(app: &TestApp) {
        let store = app.server.store();
        let open = StreamId::Open(app.world.study);
        let (kept, lost) = (store.checkpoint(open).await.unwrap(), app.as_("auditor"));
        assert_eq!(lost.ask(VIEWER).await.one()["name"], "auditor");

        let mut lay = LayPortal::default();
        let images = app.raw().await.texts("SELECT image FROM change WHERE table_name = 'public_key'").await;
        let old: Vec<rows::PublicKey> = images.iter().map(|image| serde_json::from_str(image).unwrap()).collect();
        // The third is the installation's own, which signs nothing and is published for nothing.
        assert_eq!(old.len(), 3);
        let old: Vec<rows::PublicKey> =
            old.into_iter().filter(|key| key.purpose != KeyPurpose::Installation).collect();
        for key in &old {
            lay.row(&rows::PublicKey { status: KeyStatus::Retired, ..key.clone() });
            let new = store.create_signing_key(key.purpose).await.unwrap();
            let status = KeyStatus::Active;
            lay.row(&rows::PublicKey { id: id(), kid: new.kid, purpose: key.purpose, jwk: new.jwk, status });
        }
        accepted(store.decide_portal(Box::new(lay), by("administrator")).await.unwrap());

        let refused = lost.ask(VIEWER).await;
        assert_eq!((refused.status, refused.codes()), (401, vec!["UNAUTHENTICATED"]), "{}", refused.text);
        let now = store.signing_key(KeyPurpose::Token).await.unwrap();
        let signer = Signer { kid: now.kid, key: now.key };
        let found = lost.with(good(&signer, "auditor", app.now()));
        assert_eq!(found.ask(VIEWER).await.one()["name"], "auditor");

        let set: Value = serde_json::from_str(&app.server.get("/.well-known/jwks.json").await.1).unwrap();
        let mut listed: Vec<[&str; 4]> = Vec::new();
        for key in set["keys"].as_array().unwrap() {
            let members = ["urn:trialgraph:purpose", "urn:trialgraph:status", "alg", "use"];
            listed.push(members.map(|member| key[member].as_str().unwrap()));
        }
        listed.sort_unstable();
        assert_eq!(listed, [
            ["checkpoint", "active", "EdDSA", "sig"],
            ["checkpoint", "retired", "EdDSA", "sig"],
            ["token", "active", "EdDSA", "sig"],
        ]);
        assert!(!set.to_string().contains(&app.signer().kid));

        let mut keys = ledger::CheckpointKeys::new();
        for key in set["keys"].as_array().unwrap().iter().filter(|key| key["urn:trialgraph:purpose"] == "checkpoint") {
            let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.clone()).unwrap();
            let kid = jwk.common.key_id.clone().unwrap();
            keys.insert(kid, jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap());
        }
        let inspection = Inspection { checkpoints: vec![kept], keys, ..Inspection::default() };
        let report = store.verify(inspection).await.unwrap();
        assert!(report.is_sound(), "{:?}", report.findings);
    }
}
