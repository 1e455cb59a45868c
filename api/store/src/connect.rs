//! Configuration and connection pools of both engines.

use crate::clock::Clock;
use crate::error::{StoreCode, StoreError};
use crate::hooks::Hooks;
use crate::identity::KeyVault;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, ConnectOptions as _, Executor};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement};
use std::sync::Arc;
use std::time::Duration;

/// Where the database is, and how the store behaves.
#[derive(Clone)]
pub struct DatabaseConfig {
    /// `sqlite:PATH` or `postgres://USER@HOST/NAME`; for a socket `postgres://USER@localhost/NAME?host=DIRECTORY`.
    pub url: String,
    /// Connections for reading and for writing together, at least 2. SQLite has one for writing.
    pub connections: u32,
    /// Whether to bring the schema up to date at the start.
    pub migrate: bool,
    /// Who signs checkpoints: the installation's public address.
    pub issuer: String,
    /// The master keys.
    pub vault: Arc<dyn KeyVault>,
    /// How many bytes of snapshots are kept, as they count themselves.
    pub memory_bytes: usize,
    /// How long a pinned snapshot is kept after its last use.
    pub pinned_for: Duration,
    /// How long the revision question may take before those who ask get an error.
    pub question_timeout: Duration,
    /// How often other processes' writes are looked for, at the least.
    pub poll_every: Duration,
    /// The clock.
    pub clock: Clock,
    /// Empty but in tests.
    pub hooks: Hooks,
}

impl DatabaseConfig {
    /// A configuration with the usual values.
    pub fn new(url: impl Into<String>, vault: Arc<dyn KeyVault>) -> DatabaseConfig {
        DatabaseConfig {
            url: url.into(),
            connections: 12,
            migrate: false,
            issuer: "trialgraph".to_owned(),
            vault,
            memory_bytes: 2 << 30,
            pinned_for: Duration::from_secs(300),
            question_timeout: Duration::from_secs(5),
            poll_every: Duration::from_secs(1),
            clock: Clock::default(),
            hooks: Hooks::default(),
        }
    }
}

/// The connection pools.
pub(crate) struct Pools {
    pub(crate) backend: DbBackend,
    /// Transactions that write. One connection on SQLite.
    pub(crate) write: DatabaseConnection,
    /// Everything that reads.
    pub(crate) read: DatabaseConnection,
    /// One connection for the revision question, so that it never waits for a load.
    pub(crate) question: DatabaseConnection,
    /// One connection that sends notifications, or watches SQLite's `data_version`.
    pub(crate) notice: DatabaseConnection,
    pub(crate) url: String,
}

/// How long a request waits for a connection, and SQLite for the write lock.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long PostgreSQL may take over one statement that writes or asks; a load may take its time.
const STATEMENT: Duration = Duration::from_secs(60);

impl Pools {
    pub(crate) async fn open(config: &DatabaseConfig) -> Result<Pools, StoreError> {
        let shares = config.connections.max(2);
        let (backend, writers) = match config.url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => (DbBackend::Sqlite, 1),
            Some("postgres" | "postgresql") => (DbBackend::Postgres, shares.div_ceil(2)),
            _ => {
                return Err(StoreError::new(
                    StoreCode::Configuration,
                    "the database's address begins neither with sqlite: nor with postgres:",
                ));
            }
        };
        let url = match backend {
            // In memory every connection would have an empty database of its own.
            DbBackend::Sqlite if config.url.contains(":memory:") => {
                return Err(StoreError::new(StoreCode::Configuration, "SQLite needs a file"));
            }
            DbBackend::Sqlite => {
                own(&config.url)?;
                "sqlite::memory:".to_owned()
            }
            _ => config.url.clone(),
        };
        let open = |connections: u32, patience: Option<Duration>| {
            let mut options = ConnectOptions::new(url.clone());
            options
                .max_connections(connections)
                .min_connections(1)
                .acquire_timeout(PATIENCE)
                .connect_timeout(PATIENCE)
                .test_before_acquire(false)
                .sqlx_logging(false)
                .record_stmt_in_spans(false);
            match backend {
                DbBackend::Sqlite => sqlite(&mut options, &config.url),
                _ => postgres(&mut options, patience),
            }
            Database::connect(options)
        };
        // First the one that creates the file, then the rest.
        let write = open(writers, Some(STATEMENT)).await?;
        Ok(Pools {
            backend,
            write,
            read: open(shares - writers.min(shares - 1), None).await?,
            question: open(1, Some(STATEMENT)).await?,
            notice: open(1, Some(STATEMENT)).await?,
            url: config.url.clone(),
        })
    }

    /// Writes what is in SQLite's log back into the file and empties the log, so that what was taken out is in neither.
    /// False when a reader stands in the way.
    pub(crate) async fn write_back(&self) -> Result<bool, DbErr> {
        if self.backend != DbBackend::Sqlite {
            return Ok(true);
        }
        let asked = Statement::from_string(self.backend, "PRAGMA wal_checkpoint(TRUNCATE)");
        let busy = self.write.query_one_raw(asked).await?.map(|row| row.try_get_by_index::<i32>(0));
        Ok(busy.transpose()? == Some(0))
    }

    pub(crate) async fn close(&self) {
        for pool in [&self.write, &self.read, &self.question, &self.notice] {
            // A pool that is closed already has nothing left to say.
            let _ = pool.close_by_ref().await;
        }
    }
}

/// The file of SQLite's that an address names.
fn file_of(url: &str) -> &str {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    path.split_once('?').map_or(path, |(path, _)| path)
}

/// Makes the file that SQLite would make, readable for its owner alone; SQLite gives its log the same mode.
fn own(url: &str) -> Result<(), StoreError> {
    use std::os::unix::fs::OpenOptionsExt;
    let path = file_of(url);
    match std::fs::File::options().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(StoreError::new(StoreCode::Configuration, format!("{path}: {error}")))
        }
        _ => Ok(()),
    }
}

fn sqlite(options: &mut ConnectOptions, url: &str) {
    let path = file_of(url).to_owned();
    options.map_sqlx_sqlite_opts(move |_| {
        SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // NORMAL may lose acknowledged commits when the power fails.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // What a redaction takes out must not stay in the pages that it leaves free.
            .pragma("secure_delete", "ON")
            .busy_timeout(PATIENCE)
            .disable_statement_logging()
    });
}

fn postgres(options: &mut ConnectOptions, patience: Option<Duration>) {
    if let Some(patience) = patience {
        options.statement_timeout(patience);
    }
    options.set_application_name("trialgraph");
    options.map_sqlx_postgres_pool_opts(|pool| {
        pool.after_connect(|connection, _| {
            Box::pin(async move {
                // What the head lock was measured and argued for, whatever the server's default is.
                let isolation = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED";
                connection.execute(sqlx::query(isolation)).await?;
                Ok(())
            })
        })
    });
}
