//! The server under test: in this process, on a port and over a database of its own.

use crate::caller::Caller;
use crate::database::{Database, Engine, Raw};
use crate::lay::{Lay, LayPortal};
use crate::stored::Stored;
use crate::token::{self, Signer};
use crate::world::{self, World};
use entity::rows;
use entity::terms::{Instrument, VisitStatus};
use portal::KeyPurpose;
use serde_json::json;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use store::{Hooks, Inspection, Store};
use trialgraph::app::{App, Running};
use trialgraph::config::Settings;

/// A running server.
pub struct Server {
    /// What it serves from. Stories change the world through HTTP; this is for what has no request yet, and for
    /// the clock.
    pub app: Arc<App>,
    /// Where it listens.
    pub url: String,
    running: Running,
}

impl Server {
    async fn over(store: Store) -> Server {
        // Stories ask for much at once; what limits do has stories of its own.
        Server::with(store, generous()).await
    }

    /// A server under settings of its own.
    pub async fn with(store: Store, settings: Settings) -> Server {
        let app = App::over(settings, store, Vec::new()).await.unwrap();
        let running = app.start(TcpListener::bind("127.0.0.1:0").unwrap()).unwrap();
        Server { url: format!("http://{}", running.address), app, running }
    }

    /// Its store.
    pub fn store(&self) -> &Store {
        &self.app.store
    }

    /// Stops it.
    pub async fn stop(self) {
        self.running.stop().await;
        self.app.store.close().await;
    }

    /// What a route without GraphQL answers.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let response = reqwest::get(format!("{}{path}", self.url)).await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// A counter by its name in `/metrics`.
    pub async fn counter(&self, name: &str) -> u64 {
        let (_, text) = self.get("/metrics").await;
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let found = lines.filter_map(|line| line.split_once(' ')).find(|(key, _)| *key == name);
        found.unwrap_or_else(|| panic!("no counter {name} in {text}")).1.parse().unwrap()
    }
}

/// Settings under which a story may ask for much at once.
pub fn generous() -> Settings {
    let mut settings = Settings::default();
    settings.server.workers = 2;
    settings.server.introspection = true;
    settings.limits.execution_millis = 60_000;
    settings.limits.complexity = 1_000_000_000;
    settings.limits.aliases = 1_000;
    settings.limits.document_bytes = 262_144;
    settings.limits.tokens = 50_000;
    settings.limits.expanded_fields = 50_000;
    settings.limits.root_fields = 100;
    settings.limits.caller_per_minute = 1_000_000;
    settings.limits.address_per_minute = 1_000_000;
    settings.limits.caller_at_once = 1_000;
    settings.sign_in.address_per_minute = 1_000;
    settings
}

/// A server with the world in it.
pub struct TestApp {
    /// The server.
    pub server: Server,
    /// What is in it.
    pub world: World,
    /// The engine.
    pub engine: Engine,
    database: Database,
    signer: Signer,
    http: reqwest::Client,
}

impl TestApp {
    /// A server with the open-label world in it.
    pub async fn start(engine: Engine) -> TestApp {
        TestApp::with(engine, world::Plan::default()).await
    }

    /// A server with a world of another plan in it.
    pub async fn with(engine: Engine, plan: world::Plan) -> TestApp {
        let database = Database::fresh(engine).await;
        let store = database.connect(Hooks::default()).await;
        let world = world::create(&store, plan).await;
        let key = store.signing_key(KeyPurpose::Token).await.unwrap();
        let signer = Signer { kid: key.kid, key: key.key };
        let server = Server::over(store).await;
        TestApp { server, world, engine, database, signer, http: reqwest::Client::new() }
    }

    /// A server over a ledger that was stored, by whichever version: the database as it was, and a key of now that signs
    /// tokens, since private keys are in no ledger.
    pub async fn over(engine: Engine, stored: &Stored) -> TestApp {
        let database = Database::fresh(engine).await;
        stored.write(&database.raw().await).await;
        let store = database.connect(Hooks::default()).await;
        let new = store.create_signing_key(KeyPurpose::Token).await.unwrap();
        let (id, status) = (world::id(), portal::KeyStatus::Active);
        let mut lay = LayPortal::default();
        lay.row(&entity::rows::PublicKey { id, kid: new.kid, purpose: new.purpose, jwk: new.jwk, status });
        world::accepted(store.decide_portal(Box::new(lay), world::by("administrator")).await.unwrap());
        let key = store.signing_key(KeyPurpose::Token).await.unwrap();
        let signer = Signer { kid: key.kid, key: key.key };
        let world = World::of(stored.study());
        let server = Server::over(store).await;
        TestApp { server, world, engine, database, signer, http: reqwest::Client::new() }
    }

    /// One more server on the same database, as behind a proxy.
    pub async fn another(&self, hooks: Hooks) -> Server {
        Server::over(self.beside(hooks).await).await
    }

    /// One more server on the same database, under settings of its own.
    pub async fn under(&self, settings: Settings) -> Server {
        Server::with(self.beside(Hooks::default()).await, settings).await
    }

    /// One more store on the same database. Its clock is the same: servers of one installation agree on the time.
    async fn beside(&self, hooks: Hooks) -> Store {
        self.database.connect_at(hooks, self.server.store().clock().clone()).await
    }

    /// A connection around the server, to the database itself.
    pub async fn raw(&self) -> Raw {
        self.database.raw().await
    }

    /// The files in which SQLite keeps the database; none on PostgreSQL.
    pub fn files(&self) -> Vec<PathBuf> {
        self.database.files()
    }

    /// The key that signs tokens.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Seconds since 1970, as the server counts them.
    pub fn now(&self) -> i64 {
        self.server.store().clock().now().timestamp()
    }

    /// A person by user name, with a token.
    pub fn as_(&self, name: &str) -> Caller {
        Caller {
            name: name.to_owned(),
            http: self.http.clone(),
            url: self.server.url.clone(),
            token: Some(token::good(&self.signer, name, self.now())),
        }
    }

    /// The study as a person sees it: a selection on it.
    pub async fn study(&self, name: &str, selection: &str) -> serde_json::Value {
        let document = format!("query($code: String!) {{ study(code: $code) {{ {selection} }} }}");
        let answer = self.as_(name).query(&document, serde_json::json!({ "code": self.world.code })).await;
        answer.one().clone()
    }

    /// The global id of a subject, as its own site's coordinator reads it.
    pub async fn subject_id(&self, code: &str) -> String {
        let site = code.split('-').next().unwrap_or_default().to_lowercase();
        let study =
            self.study(&format!("coordinator-{site}"), &format!("subject(code: \"{code}\") {{ id }}")).await;
        study["subject"]["id"].as_str().unwrap_or_else(|| panic!("no subject {code}")).to_owned()
    }

    /// Records an unplanned visit of a subject with a SLEDAI-2K in it; answers with the revision.
    pub async fn assessment_by(&self, subject: usize, name: &str) -> u64 {
        let subject = &self.world.subjects[subject];
        let visit = rows::Visit {
            id: world::id(),
            study_id: self.world.study,
            subject_id: subject.row,
            planned_code: None,
            date: subject.on(85),
            status: VisitStatus::Occurred,
            note: None,
        };
        let items = json!({ "sledai": vec![false; 24], "jointCount": null, "comments": {} });
        let mut lay = Lay::default();
        lay.open(&visit).open(&world::assessment(&visit, Instrument::Sledai2k, items));
        let written = self.server.store().decide(self.world.study, Box::new(lay), world::by(name)).await;
        world::accepted(written.unwrap()).open.unwrap()
    }

    /// Expects the ledger and the tables to be as they were written.
    pub async fn sound(&self) {
        let report = self.server.store().verify(Inspection::default()).await.unwrap();
        let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
        assert_eq!(findings, Vec::<String>::new());
    }

    /// Stops the server.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}
