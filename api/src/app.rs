//! The running server: what every request needs, and how it starts and stops.

use crate::config::Settings;
use crate::graphql::{self, Schema};
use crate::keys::Keyring;
use crate::signin::{Trust, Trusted};
use crate::{http, live};
use actix_web::dev::ServerHandle;
use actix_web::{App as Actix, HttpServer, web};
use entity_free::KeyPurpose;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use store::Store;

mod entity_free {
    pub use portal::KeyPurpose;
}

/// What every request needs.
pub struct App {
    /// What the operator set.
    pub settings: Settings,
    /// The data.
    pub store: Store,
    /// Keys of what the board sees.
    pub keyring: Keyring,
    /// The schema.
    pub schema: Schema,
    /// Where requests are executed: not on the workers that speak HTTP.
    pub runtime: tokio::runtime::Handle,
    /// Demonstration users, with tokens, for the page at `/`; none outside `demo`.
    pub demo_users: Vec<DemoUser>,
}

/// A user of the demonstration.
#[derive(Clone, Debug, serde::Serialize)]
pub struct DemoUser {
    /// The user name.
    pub name: String,
    /// The role, by its enum name.
    pub role: String,
    /// Codes of the sites that the role reaches.
    pub sites: Vec<String>,
    /// A token.
    pub token: String,
}

/// A server that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    handle: ServerHandle,
    done: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
}

impl App {
    /// Opens the data and prepares everything that requests need.
    ///
    /// # Errors
    /// What keeps the server from starting, for the operator.
    pub async fn open(settings: Settings) -> Result<Arc<App>, String> {
        let store = crate::database::open(&settings).await?;
        App::over(settings, store, Vec::new())
    }

    /// The same over data that are open already.
    ///
    /// # Errors
    /// What keeps the server from starting, for the operator.
    pub fn over(settings: Settings, store: Store, demo_users: Vec<DemoUser>) -> Result<Arc<App>, String> {
        let keyring = Keyring::of(&store);
        let schema = graphql::schema(&settings);
        let runtime = tokio::runtime::Handle::current();
        Ok(Arc::new(App { settings, store, keyring, schema, runtime, demo_users }))
    }

    /// Whom the server trusts at this moment: the local issuer's keys as they stand in the portal, and the
    /// configured issuers.
    ///
    /// # Errors
    /// A configured key set that does not read.
    pub fn trust(&self, portal: &portal::Portal) -> Result<Trust, String> {
        let mut keys = Vec::new();
        for key in portal.public_keys(KeyPurpose::Token) {
            let jwk: jsonwebtoken::jwk::Jwk =
                serde_json::from_str(&key.jwk).map_err(|error| format!("key {}: {error}", key.kid))?;
            let decoding = jsonwebtoken::DecodingKey::from_jwk(&jwk)
                .map_err(|error| format!("key {}: {error}", key.kid))?;
            keys.push(Trusted {
                kid: key.kid.clone(),
                algorithm: jsonwebtoken::Algorithm::EdDSA,
                key: decoding,
            });
        }
        let mut trust = Trust::new(&self.settings.tokens, keys);
        for issuer in &self.settings.issuers {
            let jwks = std::fs::read_to_string(&issuer.jwks_file)
                .map_err(|error| format!("{}: {error}", issuer.jwks_file.display()))?;
            trust.add(issuer, &jwks)?;
        }
        Ok(trust)
    }

    /// Starts to listen.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub fn start(self: &Arc<Self>, listener: TcpListener) -> std::io::Result<Running> {
        let address = listener.local_addr()?;
        let app = web::Data::from(self.clone());
        let limit = self.settings.limits.body_bytes;
        let workers = match self.settings.server.workers {
            0 => std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
            workers => workers,
        };
        let server = HttpServer::new(move || {
            Actix::new()
                .app_data(app.clone())
                .app_data(web::PayloadConfig::new(limit))
                .wrap(actix_web::middleware::from_fn(http::frame))
                .configure(http::routes)
                .configure(live::routes)
        })
        .workers(workers)
        .disable_signals()
        .client_request_timeout(Duration::from_secs(10))
        .shutdown_timeout(self.settings.server.shutdown_seconds)
        .listen(listener)?
        .run();
        let handle = server.handle();
        let done = tokio::spawn(server);
        Ok(Running { address, handle, done: Some(done) })
    }
}

impl Running {
    /// Stops: no new request is taken, running ones get the configured time.
    pub async fn stop(mut self) {
        self.handle.stop(true).await;
        if let Some(done) = self.done.take() {
            let _ = done.await;
        }
    }

    /// Waits until the server ends by itself.
    pub async fn wait(&mut self) {
        if let Some(done) = self.done.take() {
            let _ = done.await;
        }
    }
}
