//! Somebody who signs in with an account of the installation: knows a password, and holds an authenticator app.

use crate::caller::Caller;
use crate::server::TestApp;
use crate::world::{accepted, by};
use chrono::Duration;
use hmac::{Hmac, Mac};
use portal::command::InvitePerson;
use serde_json::{Value, json};
use sha1::Sha1;
use trialgraph::signin::factor;

/// What a member's password is unless a story changes it.
pub const PASSWORD: &str = "violet kettle moves sideways";

/// What a request without GraphQL was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body; null when there is none.
    pub body: Value,
}

impl Reply {
    /// The code of the one error.
    #[track_caller]
    pub fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no error: {self:?}"))
    }

    /// The body of an answer that is good.
    #[track_caller]
    pub fn ok(&self) -> &Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        &self.body
    }

    /// A text of the body.
    #[track_caller]
    pub fn text(&self, field: &str) -> String {
        self.ok()[field].as_str().unwrap_or_else(|| panic!("no {field}: {self:?}")).to_owned()
    }
}

/// Somebody with a password and an authenticator app.
#[derive(Clone)]
pub struct Member {
    /// The user name.
    pub name: String,
    /// The password.
    pub password: String,
    /// The app's secret.
    pub secret: Vec<u8>,
    /// Recovery codes, as they were given.
    pub recovery: Vec<String>,
}

/// The code that an authenticator app shows (RFC 6238), made without the server's library.
pub fn totp(secret: &[u8], seconds: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).unwrap();
    mac.update(&u64::try_from(seconds / 30).unwrap().to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let word = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

/// The secret that an authenticator app reads from base 32.
pub fn secret_of(text: &str) -> Vec<u8> {
    data_encoding::BASE32_NOPAD.decode(text.trim_end_matches('=').as_bytes()).unwrap()
}

impl TestApp {
    /// Posts JSON to a route without GraphQL, with a token or without.
    pub async fn send(&self, path: &str, body: Value, token: Option<&str>) -> Reply {
        send(&self.server.url, path, body, token).await
    }

    /// Lets time pass until an authenticator app shows another code.
    pub fn next_code(&self) {
        self.server.store().clock().shift(Duration::seconds(30));
    }

    /// Has an administrator invite somebody; answers with the code.
    pub async fn invite(&self, name: &str) -> String {
        self.invite_by("administrator-two", name).await
    }

    /// Has this administrator invite somebody; answers with the code.
    pub async fn invite_by(&self, administrator: &str, name: &str) -> String {
        let code = factor::invitation_code();
        let person = match self.world.persons.get(name) {
            Some(person) => *person,
            None => self.server.store().portal().await.unwrap().sign_in(name).unwrap().person,
        };
        let invite = InvitePerson { person, hours: 24, digest: factor::digest(&code) };
        // Nobody has to be another: an administrator may invite an administrator.
        let store = self.server.store();
        accepted(store.decide_portal(Box::new(invite), by(administrator)).await.unwrap());
        code
    }

    /// Invites somebody, who sets password and second factor; answers with them and their first tokens.
    pub async fn enrol(&self, name: &str) -> (Member, Value) {
        self.enrol_with(name, json!({})).await
    }

    /// Invites somebody anew, who proves the factor that they had.
    pub async fn enrol_anew(&self, member: &Member) -> (Member, Value) {
        self.next_code();
        self.enrol_with(&member.name, json!({ "formerCode": member.code(self) })).await
    }

    async fn enrol_with(&self, name: &str, more: Value) -> (Member, Value) {
        let invitation = self.invite(name).await;
        let offer =
            self.send("/signin/invitation", json!({ "name": name, "invitation": invitation }), None).await;
        let secret = secret_of(&offer.text("secret"));
        let mut accept = json!({
            "name": name, "invitation": invitation, "enrolment": offer.text("enrolment"),
            "code": totp(&secret, self.now()), "password": PASSWORD, "client": "suite",
        });
        accept.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let accepted = self.send("/signin/invitation/accept", accept, None).await;
        let recovery = serde_json::from_value(accepted.ok()["recoveryCodes"].clone()).unwrap();
        let member = Member { name: name.to_owned(), password: PASSWORD.to_owned(), secret, recovery };
        (member, accepted.body)
    }

    /// Signs a member in with the next code of their app.
    pub async fn sign_in(&self, member: &Member) -> Reply {
        self.next_code();
        let body = member.proof(self, json!({ "name": member.name, "client": "suite" }));
        self.send("/signin", body, None).await
    }

    /// A caller with the access token of an answer.
    pub fn bearing(&self, tokens: &Value) -> Caller {
        self.as_("administrator").with(tokens["accessToken"].as_str().unwrap())
    }
}

/// Posts JSON to a route of a server.
pub async fn send(url: &str, path: &str, body: Value, token: Option<&str>) -> Reply {
    let mut request = reqwest::Client::new().post(format!("{url}{path}")).json(&body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    Reply { status, body: serde_json::from_str(&response.text().await.unwrap()).unwrap_or(Value::Null) }
}

impl Member {
    /// The code that the member's app shows now.
    pub fn code(&self, app: &TestApp) -> String {
        totp(&self.secret, app.now())
    }

    /// A body with password and code.
    pub fn proof(&self, app: &TestApp, mut body: Value) -> Value {
        body["password"] = self.password.clone().into();
        body["code"] = self.code(app).into();
        body
    }
}
