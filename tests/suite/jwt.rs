//! JWT-01 to JWT-18: forged, stolen and outdated tokens, of the local issuer and of another one. JWT-13 is told in
//! `clients`, JWT-17 in `accounts`, and how a removed key of a file ends what was remembered in `remembered`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use portal::command::AddPerson;
use serde_json::{Value, json};
use std::path::PathBuf;
use tests::hospital::set;
use tests::token::{self, Signer};
use tests::world::{accepted, by};
use tests::{Caller, Hospital, Server, TestApp, both};
use trialgraph::config::Issuer;

const VIEWER: &str = "{ viewer { name } }";
const ELSEWHERE: &str = "https://id.example.org";

/// An issuer: what it signs with, and the claims of a good token of somebody whom the portal knows.
struct Maker {
    key: EncodingKey,
    kid: String,
    algorithm: Algorithm,
    /// What it publishes.
    jwk: Value,
    claims: Value,
}

impl Maker {
    fn header(&self) -> Header {
        Header { typ: Some("at+jwt".to_owned()), kid: Some(self.kid.clone()), ..Header::new(self.algorithm) }
    }

    fn signed(&self, claims: &Value) -> String {
        jsonwebtoken::encode(&self.header(), claims, &self.key).unwrap()
    }

    fn headed(&self, change: &dyn Fn(&mut Header)) -> String {
        let mut header = self.header();
        change(&mut header);
        jsonwebtoken::encode(&header, &self.claims, &self.key).unwrap()
    }

    /// A good token but for one claim; null takes it away.
    fn with(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value,
        }
        self.signed(&claims)
    }

    /// A header as it is written, the good claims, and the signature of the good token.
    fn raw(&self, header: &Value) -> String {
        let good = self.signed(&self.claims);
        let (_, rest) = good.split_once('.').unwrap();
        format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
    }

    /// A text as claims, signed: what no library writes.
    fn text(&self, claims: &str) -> String {
        let header = URL_SAFE_NO_PAD.encode(serde_json::to_string(&self.header()).unwrap());
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &self.key, self.algorithm).unwrap();
        format!("{signed}.{signature}")
    }
}

/// The tokens that must not be accepted, each under its id. `other` is a key of another issuer that is trusted too.
fn forgeries(maker: &Maker, other: &Maker, now: i64) -> Vec<(&'static str, String)> {
    let symmetric = |secret: &str| {
        let header = Header { alg: Algorithm::HS256, ..maker.header() };
        let key = EncodingKey::from_secret(secret.as_bytes());
        jsonwebtoken::encode(&header, &maker.claims, &key).unwrap()
    };
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", maker.jwk);
    let bare = json!({ "alg": "none", "typ": "at+jwt", "kid": maker.kid });
    let unsigned = maker.raw(&bare);
    let (body, _) = unsigned.rsplit_once('.').unwrap();
    let kid = |kid: &str| maker.headed(&|header| header.kid = Some(kid.to_owned()));
    let stranger = {
        let header = Header { kid: Some(other.kid.clone()), ..other.header() };
        jsonwebtoken::encode(&header, &maker.claims, &other.key).unwrap()
    };
    let twice = maker.claims.to_string().replacen('{', "{\"sub\":\"administrator\",", 1);
    vec![
        ("JWT-01 none", format!("{body}.")),
        ("JWT-01 none with a signature", unsigned.clone()),
        ("JWT-01 None", maker.raw(&json!({ "alg": "None", "typ": "at+jwt", "kid": maker.kid }))),
        ("JWT-02 HS256 with the public key", symmetric(&maker.jwk.to_string())),
        ("JWT-02 HS256 with its PEM", symmetric(&pem)),
        ("JWT-03 kid is a path", kid("../../dev/null")),
        ("JWT-03 kid is SQL", kid("x' OR '1'='1")),
        ("JWT-03 kid and key of another issuer", stranger),
        ("JWT-03 kid of another issuer", kid(&other.kid)),
        ("JWT-04 jku", maker.headed(&|header| header.jku = Some("http://127.0.0.1:9/keys".to_owned()))),
        ("JWT-04 x5u", maker.headed(&|header| header.x5u = Some("http://127.0.0.1:9/keys".to_owned()))),
        ("JWT-05 embedded jwk", {
            let jwk = serde_json::from_value(other.jwk.clone()).unwrap();
            let header = Header { jwk: Some(jwk), alg: other.algorithm, ..maker.header() };
            jsonwebtoken::encode(&header, &maker.claims, &other.key).unwrap()
        }),
        ("JWT-06 wrong aud", maker.with("aud", json!("urn:somebody:else"))),
        ("JWT-06 no aud", maker.with("aud", Value::Null)),
        ("JWT-07 aud array without us", maker.with("aud", json!(["urn:a", "urn:b"]))),
        ("JWT-07 empty aud array", maker.with("aud", json!([]))),
        ("JWT-08 wrong iss", maker.with("iss", json!("https://id.example.org.evil.example"))),
        (
            "JWT-08 iss with a slash",
            maker.with("iss", json!(format!("{}/", maker.claims["iss"].as_str().unwrap()))),
        ),
        ("JWT-09 expired", maker.with("exp", json!(now - 120))),
        ("JWT-10 nbf in future", maker.with("nbf", json!(now + 120))),
        ("JWT-10 iat in future", maker.with("iat", json!(now + 120))),
        ("JWT-11 missing exp", maker.with("exp", Value::Null)),
        ("JWT-11 exp is a text", maker.with("exp", json!((now + 300).to_string()))),
        ("JWT-12 exp far away", maker.with("exp", json!(now + 400 * 86_400))),
        ("JWT-14 ID token", maker.headed(&|header| header.typ = Some("JWT".to_owned()))),
        ("JWT-14 no type", maker.headed(&|header| header.typ = None)),
        ("JWT-18 1 MB", maker.with("padding", json!("x".repeat(1_000_000)))),
        ("JWT-18 9 kB", maker.with("padding", json!("x".repeat(9_000)))),
        ("JWT-18 a claim twice", maker.text(&twice)),
        ("JWT-18 unknown crit", {
            let header =
                json!({ "alg": maker.raw_name(), "typ": "at+jwt", "kid": maker.kid, "crit": ["exp"] });
            maker.raw(&header)
        }),
    ]
}

impl Maker {
    fn raw_name(&self) -> String {
        serde_json::to_value(self.algorithm).unwrap().as_str().unwrap().to_owned()
    }
}

fn file() -> PathBuf {
    std::env::temp_dir().join(format!("trialgraph-jwt-{}.json", tests::world::id()))
}

/// A server that trusts another issuer too, whose keys a file holds; and somebody whom that issuer knows as 7.
async fn trusting(app: &TestApp, file: &std::path::Path) -> Server {
    let mut settings = super::attacks::production();
    settings.issuers = vec![Issuer {
        issuer: ELSEWHERE.to_owned(),
        audience: "urn:trial".to_owned(),
        algorithm: trialgraph::config::Algorithm::RS384,
        jwks_file: Some(file.to_owned()),
        key_hosts: Vec::new(),
        ca_file: None,
        clients: Vec::new(),
        acr: Vec::new(),
        any_acr: true,
        longest_minutes: 60,
        signature_acr: Vec::new(),
    }];
    let visitor = AddPerson {
        name: "visitor".to_owned(),
        display_name: "Made-up visitor".to_owned(),
        issuer: Some(ELSEWHERE.to_owned()),
        subject: Some("7".to_owned()),
    };
    accepted(app.server.store().decide_portal(Box::new(visitor), by("administrator")).await.unwrap());
    app.under(settings).await
}

fn elsewhere(key: &Hospital, now: i64) -> Maker {
    let mut claims = token::claims("7", now);
    (claims["iss"], claims["aud"]) = (json!(ELSEWHERE), json!(["urn:other", "urn:trial"]));
    Maker { key: key.key.clone(), kid: key.kid.clone(), algorithm: key.algorithm, jwk: key.jwk(), claims }
}

fn local(app: &TestApp, published: &str) -> Maker {
    let Signer { kid, key } = app.signer().clone();
    let set: Value = serde_json::from_str(published).unwrap();
    let jwk = set["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid.as_str()).unwrap().clone();
    Maker { key, kid, algorithm: Algorithm::EdDSA, jwk, claims: token::claims("auditor", app.now()) }
}

async fn is_in(caller: &Caller) -> bool {
    let answer = caller.ask(VIEWER).await;
    assert!(answer.status == 200 || answer.codes() == ["UNAUTHENTICATED"], "{}", answer.text);
    answer.status == 200 && answer.one()["name"].is_string()
}

/// Whether a request with a header of a megabyte is answered with data. It may be cut off on its way.
async fn reaches(url: &str, token: &str) -> bool {
    let body = json!({ "query": VIEWER });
    let request = reqwest::Client::new().post(format!("{url}/graphql")).bearer_auth(token).json(&body);
    match request.send().await {
        Ok(response) => response.status().is_success(),
        Err(_) => false,
    }
}

both! {
    /// JWT-01 to JWT-12, JWT-14 and JWT-18: each forgery is refused alike, for the local issuer and for another one.
    async fn forged_tokens_let_nobody_in(app: &TestApp) {
        let (key, file) = (Hospital::new("any", "elsewhere-1", Algorithm::RS384), file());
        std::fs::write(&file, set(&[&key])).unwrap();
        let server = trusting(app, &file).await;
        let published = app.server.get("/.well-known/jwks.json").await.1;
        let makers = [local(app, &published), elsewhere(&key, app.now())];
        for (maker, other) in [(&makers[0], &makers[1]), (&makers[1], &makers[0])] {
            let honest = app.as_("x").at(&server.url).with(maker.signed(&maker.claims));
            assert!(is_in(&honest).await);
            for (what, token) in forgeries(maker, other, app.now()) {
                if what == "JWT-18 1 MB" {
                    assert!(!reaches(&server.url, &token).await, "{what}");
                    continue;
                }
                let answer = honest.with(token).ask(VIEWER).await;
                let refused = (answer.status, answer.codes());
                assert_eq!(refused, (401, vec!["UNAUTHENTICATED"]), "{what} of {}: {}", maker.claims["iss"], answer.text);
                assert!(answer.data.is_null(), "{what}");
            }
            assert!(is_in(&honest).await);
        }
        server.stop().await;
        std::fs::remove_file(&file).unwrap();
    }

    /// JWT-15: while an issuer publishes an old key and a new one, tokens of both are accepted. JWT-16: with the old key
    /// its tokens end, those too that were accepted a moment ago.
    async fn keys_are_rotated(app: &TestApp) {
        let key = |kid: &str| Hospital::new("any", kid, Algorithm::RS384);
        let ((old, new), file) = ((key("elsewhere-1"), key("elsewhere-2")), file());
        std::fs::write(&file, set(&[&old])).unwrap();
        let server = trusting(app, &file).await;
        let bearing = |key: &Hospital| {
            let maker = elsewhere(key, app.now());
            app.as_("x").at(&server.url).with(maker.signed(&maker.claims))
        };
        let (before, after) = (bearing(&old), bearing(&new));
        assert!(is_in(&before).await && !is_in(&after).await);
        std::fs::write(&file, set(&[&old, &new])).unwrap();
        assert!(is_in(&before).await && is_in(&after).await);
        std::fs::write(&file, set(&[&new])).unwrap();
        assert!(!is_in(&before).await && is_in(&after).await);
        server.stop().await;
        std::fs::remove_file(&file).unwrap();
    }
}
