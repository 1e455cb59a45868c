//! The running server: what every request needs, and how it starts and stops.

use crate::config::{Network, Settings};
use crate::graphql::{self, Schema};
use crate::guard::Documents;
use crate::guard::counters::Counters;
use crate::guard::operations::Operations;
use crate::signin::Trust;
use crate::signin::password::Hasher;
use crate::{http, live, ntp};
use actix_web::dev::ServerHandle;
use actix_web::{App as Actix, HttpServer, web};
use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{Store, StoreError};
use study::Snapshot;
use study::board::CutRef;
use study::view::BoardKeys;
use uuid::Uuid;

/// What every request needs.
pub struct App {
    /// What the operator set.
    pub settings: Settings,
    /// The data.
    pub store: Store,
    /// Keys of what the board sees.
    pub board_keys: Arc<BoardKeys>,
    /// The schema.
    pub schema: Schema,
    /// Whom the server trusts to say who somebody is.
    pub trust: Trust,
    /// Hashes passwords.
    pub hasher: Hasher,
    /// Where requests are executed: not on the workers that speak HTTP.
    pub runtime: Executor,
    /// Demonstration users, with tokens, for the page at `/`; none outside `demo`.
    pub demo_users: Vec<DemoUser>,
    /// What is counted of callers and addresses.
    pub counters: Counters,
    /// Networks of the proxies that are believed.
    pub proxies: Vec<Network>,
    /// How far the clock is from what time servers tell.
    pub clock_offset: ntp::Offset,
    /// Open sockets, to end them when the server stops.
    pub sockets: live::Sockets,
    /// Documents that passed the guard.
    pub documents: Documents,
    /// Which operations are executed.
    pub operations: Operations,
    cuts: Mutex<HashMap<CutKey, Arc<Snapshot>>>,
}

/// A frozen study, by study, cut, and the numbers of cuts and of redactions that there were when it was frozen.
type CutKey = (Uuid, Uuid, [usize; 2]);

/// How many frozen studies are kept.
const CUTS_KEPT: usize = 16;

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

/// Threads of their own for executing requests.
pub struct Executor {
    runtime: Option<tokio::runtime::Runtime>,
}

impl Executor {
    fn start() -> std::io::Result<Executor> {
        let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_name("execution")
            .enable_all()
            .build()?;
        Ok(Executor { runtime: Some(runtime) })
    }

    /// Runs a request's work. None when the server is going down.
    pub fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<tokio::task::JoinHandle<T>> {
        self.runtime.as_ref().map(|runtime| runtime.spawn(work))
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        // A runtime may not be waited for inside another one.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A server that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    sockets: live::Sockets,
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
        App::over(settings, store, Vec::new()).await
    }

    /// The same over data that are open already.
    ///
    /// # Errors
    /// What keeps the server from starting, for the operator.
    pub async fn over(
        settings: Settings,
        store: Store,
        demo_users: Vec<DemoUser>,
    ) -> Result<Arc<App>, String> {
        let board_keys = Arc::new(board_keys(&store));
        let schema = graphql::schema(&settings);
        let runtime = Executor::start().map_err(|error| format!("no threads: {error}"))?;
        let cuts = Mutex::default();
        let counters = Counters::new(&settings.limits, &settings.sign_in);
        let proxies = settings.server.proxies();
        // A configured key set that does not read stops the start, not the first request.
        let trust = Trust::new(&settings)?;
        let hasher = Hasher::new(&settings.sign_in)?;
        let operations = Operations::read(settings.server.operations.as_deref())?;
        let app = App {
            settings,
            store,
            board_keys,
            schema,
            trust,
            hasher,
            runtime,
            demo_users,
            counters,
            proxies,
            clock_offset: ntp::Offset::default(),
            sockets: live::Sockets::default(),
            documents: Documents::default(),
            operations,
            cuts,
        };
        if !app.settings.clock.ntp_servers.is_empty() {
            let (settings, clock) = (app.settings.clock.clone(), app.store.clock().clone());
            // It ends with the threads that it runs on.
            drop(app.runtime.spawn(ntp::watch(settings, clock, app.clock_offset.clone())));
        }
        Ok(Arc::new(app))
    }

    /// The frozen study of a released cut. Kept, so that its endpoints are derived once.
    ///
    /// # Errors
    /// As for reading the study.
    pub async fn frozen(&self, live: &Arc<Snapshot>, cut: &CutRef) -> Result<Arc<Snapshot>, StoreError> {
        let key = (live.study(), cut.id, [live.cuts().count(), live.redactions()]);
        let held = || self.cuts.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(held) = held() {
            return Ok(held);
        }
        let then = self.store.study_at(live.study(), cut.open_revision, Some(cut.sealed_revision)).await?;
        let frozen = Arc::new(then.frozen(cut, live));
        let mut cuts = self.cuts.lock().unwrap_or_else(PoisonError::into_inner);
        // What was frozen before a redaction may hold the words that are gone.
        cuts.retain(|held, _| (held.0, held.2[1]) == (key.0, key.2[1]) || held.0 != key.0);
        if cuts.len() >= CUTS_KEPT {
            cuts.clear();
        }
        Ok(cuts.entry(key).or_insert(frozen).clone())
    }

    /// Starts to listen, with TLS where a certificate is set.
    ///
    /// # Errors
    /// The address cannot be listened on, or the certificate does not serve.
    pub fn start(self: &Arc<Self>, listener: TcpListener) -> std::io::Result<Running> {
        let address = listener.local_addr()?;
        let app = web::Data::from(self.clone());
        let Settings { server, limits, .. } = &self.settings;
        let workers = match server.workers {
            0 => std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
            workers => workers,
        };
        // Connections inherit it: whoever asks and does not read holds the answer no longer than this.
        #[cfg(target_os = "linux")]
        socket2::SockRef::from(&listener)
            .set_tcp_user_timeout(Some(Duration::from_secs(server.unread_seconds)))?;
        let tls = http::tls::config(server).map_err(std::io::Error::other)?;
        let server = HttpServer::new(move || {
            Actix::new()
                .app_data(app.clone())
                .wrap(actix_web::middleware::from_fn(http::edge::edge))
                .wrap(actix_web::middleware::from_fn(http::frame))
                .configure(http::routes)
                .configure(live::routes)
        })
        .workers(workers)
        .max_connections(limits.connections.div_ceil(workers))
        .disable_signals()
        .client_request_timeout(Duration::from_secs(server.head_seconds))
        .tls_handshake_timeout(Duration::from_secs(server.head_seconds))
        .shutdown_timeout(server.shutdown_seconds);
        let server = match tls {
            Some(config) => server.listen_rustls_0_23(listener, config)?,
            None => server.listen(listener)?,
        };
        let server = server.run();
        let handle = server.handle();
        let done = tokio::spawn(server);
        Ok(Running { address, sockets: self.sockets.clone(), handle, done: Some(done) })
    }
}

impl Running {
    /// Stops: no new request is taken, running ones get the configured time.
    pub async fn stop(mut self) {
        self.sockets.close();
        self.handle.stop(true).await;
        self.wait().await;
    }

    /// Waits until the server ends by itself.
    pub async fn wait(&mut self) {
        if let Some(done) = self.done.take() {
            let _ = done.await;
        }
    }
}

/// The installation's keys of what the board sees.
pub(crate) fn board_keys(store: &Store) -> BoardKeys {
    BoardKeys { ids: store.secret_key("board ids"), pseudonyms: store.secret_key("board pseudonyms") }
}
