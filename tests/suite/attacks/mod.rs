//! What a hostile caller can do: nothing. Each attack is answered in time and with a code, and so is an honest
//! question right after it.

mod cop;
pub mod corpus;
mod edges;
mod errors;
mod guard;
mod inference;
mod quotas;
mod sockets;

use reqwest::Client;
use std::time::Duration;
use tests::{Answer, Caller};
use trialgraph::config::Settings;
use trialgraph::failure::Code;

/// Far more than an answer takes; a server that hangs takes longer.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What a production server runs with, but for the rates, which stories of their own look at.
pub fn production() -> Settings {
    let mut settings = Settings::default();
    settings.server.workers = 2;
    settings.limits.caller_per_minute = 1_000_000;
    settings.limits.address_per_minute = 1_000_000;
    settings
}

/// Sends a body as it is.
pub async fn send(caller: &Caller, url: &str, body: Vec<u8>) -> Answer {
    let mut request =
        Client::new().post(format!("{url}/graphql")).header("content-type", "application/json").body(body);
    if let Some(token) = &caller.token {
        request = request.bearer_auth(token);
    }
    let asked = async {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        Answer::new(status, response.text().await.unwrap())
    };
    tokio::time::timeout(PATIENCE, asked).await.expect("no answer in time")
}

/// Expects every error to have a code of the closed list, and none to tell of the inside.
#[track_caller]
pub fn coded(what: &str, answer: &Answer) {
    for code in answer.codes() {
        assert!(Code::ALL.iter().any(|known| known.as_str() == code), "{what}: {code} in {}", answer.text);
    }
    assert!(!answer.codes().contains(&"INTERNAL"), "{what}: {}", answer.text);
    for inside in ["panicked", "sqlx", "SELECT ", ".rs:", "async_graphql", "Did you mean", "backtrace"] {
        assert!(!answer.text.contains(inside), "{what} tells `{inside}`: {}", answer.text);
    }
}
