//! Somebody with a token who sends requests.

use crate::answer::Answer;
use serde_json::{Value, json};

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Caller {
    /// The user name.
    pub name: String,
    pub(crate) http: reqwest::Client,
    pub(crate) url: String,
    /// The token that is sent; none for none.
    pub token: Option<String>,
}

impl Caller {
    /// Sends a document with its variables.
    pub async fn query(&self, document: &str, variables: Value) -> Answer {
        self.post(&json!({ "query": document, "variables": variables })).await
    }

    /// Sends a document of which one operation is named.
    pub async fn run(&self, operation: &str, document: &str, variables: Value) -> Answer {
        self.post(&json!({ "query": document, "variables": variables, "operationName": operation })).await
    }

    /// Sends a document without variables.
    pub async fn ask(&self, document: &str) -> Answer {
        self.query(document, json!({})).await
    }

    /// Sends a mutation of the usual form, asking for revision and refusals and what else is wanted of its payload.
    pub async fn act(&self, mutation: &str, input: Value, wanted: &str) -> Answer {
        let mut initial = mutation.chars();
        let kind =
            initial.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(initial).collect::<String>();
        let document = format!(
            "mutation($input: {kind}Input!) {{ {mutation}(input: $input) {{ revision refusals {{ code message field }} \
             {wanted} }} }}"
        );
        self.query(&document, json!({ "input": input })).await
    }

    /// Sends a body.
    pub async fn post(&self, body: &Value) -> Answer {
        let mut request = self.http.post(format!("{}/graphql", self.url)).json(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        Answer::new(status, response.text().await.unwrap())
    }

    /// The same person under another token.
    pub fn with(&self, token: impl Into<String>) -> Caller {
        Caller { token: Some(token.into()), ..self.clone() }
    }

    /// Nobody: no token.
    pub fn nobody(&self) -> Caller {
        Caller { token: None, ..self.clone() }
    }

    /// The same person at another server.
    pub fn at(&self, url: &str) -> Caller {
        Caller { url: url.to_owned(), ..self.clone() }
    }
}
