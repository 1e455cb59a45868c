//! The thirteen checks of graphql-cop 1.15, made again: the package of that name that can be installed is empty.
//! Each check asks as the tool does and judges the answer as the tool does; a server in production passes all.

use super::production;
use serde_json::{Value, json};
use tests::{Engine, TestApp};

struct Cop {
    url: String,
    token: Option<String>,
}

impl Cop {
    fn request(&self, method: &str) -> reqwest::RequestBuilder {
        let request =
            reqwest::Client::new().request(method.parse().unwrap(), format!("{}/graphql", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn json(&self, request: reqwest::RequestBuilder) -> Value {
        let text = request.send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    }

    /// A query as the tool sends it.
    async fn asked(&self, query: &str) -> Value {
        self.json(self.request("POST").json(&json!({ "query": query, "operationName": "cop" }))).await
    }

    /// What the tool would report.
    async fn findings(&self) -> Vec<&'static str> {
        let mut found = Vec::new();
        let mut report = |title, found_it: bool| {
            if found_it {
                found.push(title);
            }
        };
        let aliases: String = (0..101).map(|n| format!("alias{n}:__typename \n")).collect();
        let answer = self.asked(&format!("query cop {{ {aliases} }}")).await;
        report("Alias Overloading", answer["data"]["alias100"].is_string());

        let batch = vec![json!({ "query": "query cop { __typename }" }); 10];
        let answer = self.json(self.request("POST").json(&batch)).await;
        report("Array-based Query Batching", answer.as_array().is_some_and(|all| all.len() >= 10));

        let circle = "query cop { __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }";
        let answer = self.asked(circle).await;
        let types = answer["data"]["__schema"]["types"].as_array();
        report("Introspection-based Circular Query", types.is_some_and(|types| types.len() > 25));

        let answer = self.asked("query cop { __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }").await;
        report("Directive Overloading", answer["errors"].as_array().is_some_and(|errors| errors.len() == 10));

        let answer = self.asked(&format!("query cop {{ {}}} ", "__typename \n".repeat(500))).await;
        report("Field Duplication", answer["data"]["__typename"].is_string());

        let answer = self.asked("query cop { __schema { directive } }").await;
        let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
        report("Field Suggestions", message.contains("Did you mean"));
        let answer = self.asked("query cop { viewr { name } }").await;
        report("Field Suggestions", answer.to_string().contains("Did you mean"));

        for (title, query) in [
            ("Mutation is allowed over GET", "mutation cop {__typename}"),
            ("GET Method Query Support", "query cop {__typename}"),
        ] {
            let answer = self.json(self.request("GET").query(&[("query", query)])).await;
            report(title, answer["data"]["__typename"].is_string());
        }

        for path in ["/graphql", "/", "/graphiql", "/playground"] {
            let page =
                reqwest::Client::new().get(format!("{}{path}", self.url)).header("accept", "text/html");
            let text = page.send().await.unwrap().text().await.unwrap();
            let words =
                ["graphiql.min.css", "graphiql.js", "GraphQL Playground", "GraphiQL", "graphql-playground"];
            report("GraphQL IDE", words.iter().any(|word| text.contains(word)));
        }

        let answer = self.asked("query cop { __schema { types { name fields { name } } } }").await;
        report("Introspection", answer["data"]["__schema"]["types"].is_array());

        let form = self.request("POST").form(&[("query", "query cop { __typename }")]);
        let answer = self.json(form).await;
        report("POST based url-encoded query", answer["data"]["__typename"].is_string());

        let answer = self.asked("query cop { __typename }").await;
        report("Trace Mode", answer.to_string().to_lowercase().contains("tracing"));

        let answer = self.asked("qwerty cop { abc }").await;
        report("Unhandled Errors Detection", answer.to_string().to_lowercase().contains("exception"));
        found
    }
}

/// The tool finds nothing, whether it has a token or not; and it finds what is there when a server is set up for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_in_production_is_clean() {
    let app = TestApp::start(Engine::Sqlite).await;
    let server = app.under(production()).await;
    let token = app.as_("data-manager").token;
    for token in [None, token.clone()] {
        let cop = Cop { url: server.url.clone(), token };
        assert_eq!(cop.findings().await, Vec::<&str>::new());
    }
    server.stop().await;

    let mut open = production();
    open.server.introspection = true;
    open.server.suggestions = true;
    open.server.graphiql = true;
    open.limits.aliases = 200;
    open.limits.root_fields = 600;
    let server = app.under(open).await;
    let found = Cop { url: server.url.clone(), token }.findings().await;
    for title in
        ["Alias Overloading", "Field Duplication", "Field Suggestions", "GraphQL IDE", "Introspection"]
    {
        assert!(
            found.contains(&title),
            "the check `{title}` finds nothing even where there is something: {found:?}"
        );
    }
    server.stop().await;
    app.stop().await;
}
