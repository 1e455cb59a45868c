//! A migrated database of its own for every test. The schema is built once for each engine and then copied.

use crate::postgres;
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use store::{Clock, DatabaseConfig, Hooks, MasterKeys, Store};
use tokio::sync::OnceCell;

/// What the data lie in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A server of our own.
    Postgres,
}

/// A database. Its file is removed with it; the server of PostgreSQL ends with the process.
pub struct Database {
    url: String,
    file: Option<PathBuf>,
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            remove(file);
        }
    }
}

/// The configuration with which tests connect: one master key for all, so that copies of a template open.
pub fn config(url: &str) -> DatabaseConfig {
    let keys = MasterKeys::parse(&format!("test:{}", "5a".repeat(32))).unwrap();
    let mut config = DatabaseConfig::new(url, Arc::new(keys));
    config.connections = 6;
    config.poll_every = Duration::from_millis(200);
    config
}

impl Database {
    /// A fresh one with the schema in it and nothing else.
    pub async fn fresh(engine: Engine) -> Database {
        match engine {
            Engine::Sqlite => {
                // Held as bytes, since what is static is never dropped and a file of it would stay behind.
                static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
                let template = TEMPLATE
                    .get_or_init(|| async {
                        let database = template(Database::file()).await;
                        std::fs::read(database.file.as_ref().unwrap()).unwrap()
                    })
                    .await;
                let copy = Database::file();
                std::fs::write(copy.file.as_ref().unwrap(), template).unwrap();
                copy
            }
            Engine::Postgres => {
                static TEMPLATE: OnceCell<String> = OnceCell::const_new();
                let template = TEMPLATE
                    .get_or_init(|| async {
                        let name = blocking(postgres::database).await;
                        template(Database::on_server(&name)).await;
                        name
                    })
                    .await;
                let name = blocking(move || postgres::database_like(template)).await;
                Database::on_server(&name)
            }
        }
    }

    fn file() -> Database {
        static FILES: AtomicU32 = AtomicU32::new(0);
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let file =
            std::env::temp_dir().join(format!("trialgraph-suite-{}-{number}.sqlite", std::process::id()));
        remove(&file);
        Database { url: format!("sqlite:{}", file.display()), file: Some(file) }
    }

    fn on_server(name: &str) -> Database {
        Database { url: postgres::url(name, postgres::OWNER), file: None }
    }

    /// Connects a store to it, as one more process would.
    pub async fn connect(&self, hooks: Hooks) -> Store {
        let mut config = config(&self.url);
        config.hooks = hooks;
        Store::connect(&config).await.unwrap()
    }

    /// The same under a clock that others go by too.
    pub async fn connect_at(&self, hooks: Hooks, clock: Clock) -> Store {
        let mut config = config(&self.url);
        config.hooks = hooks;
        config.clock = clock;
        Store::connect(&config).await.unwrap()
    }

    /// The file of SQLite, and its log.
    pub fn files(&self) -> Vec<PathBuf> {
        let file = self.file.iter().cloned();
        let log = self.file.iter().map(|file| PathBuf::from(format!("{}-wal", file.display())));
        file.chain(log).collect()
    }

    /// A connection around the store, as somebody with the database's password could have.
    pub async fn raw(&self) -> Raw {
        let mut options = ConnectOptions::new(self.url.clone());
        options.max_connections(1).sqlx_logging(false);
        Raw { db: sea_orm::Database::connect(options).await.unwrap() }
    }
}

/// The schema, and nobody connected any more.
async fn template(database: Database) -> Database {
    let mut config = config(&database.url);
    config.migrate = true;
    let store = Store::connect(&config).await.unwrap();
    store.close().await;
    drop(store);
    if let Some(file) = &database.file {
        let log = PathBuf::from(format!("{}-wal", file.display()));
        let pending = std::fs::metadata(&log).map_or(0, |log| log.len());
        assert_eq!(pending, 0, "the template was not written back into its one file");
    }
    database
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

fn remove(file: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
    }
}

/// A way round the store's back.
pub struct Raw {
    pub(crate) db: DatabaseConnection,
}

impl Raw {
    /// Takes the guards of the append-only tables away, as only the tables' owner can.
    pub async fn unguard(&self) {
        match self.db.get_database_backend() {
            DbBackend::Sqlite => {
                for name in self.texts("SELECT name FROM sqlite_master WHERE type = 'trigger'").await {
                    self.run(&format!("DROP TRIGGER \"{name}\"")).await;
                }
            }
            _ => {
                for table in self
                    .texts("SELECT DISTINCT event_object_table::text FROM information_schema.triggers")
                    .await
                {
                    self.run(&format!("ALTER TABLE \"{table}\" DISABLE TRIGGER ALL")).await;
                }
            }
        }
    }

    /// Runs a statement; answers with how many rows it changed.
    pub async fn run(&self, sql: &str) -> u64 {
        let done = self.db.execute_unprepared(sql).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}")).rows_affected()
    }

    /// The first column of every row, as text.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let statement = Statement::from_string(self.db.get_database_backend(), sql);
        let rows = self.db.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect()
    }

    /// The columns, as `table.column`, in which a text stands in some row, in plain or in bytes.
    pub async fn columns_with(&self, text: &str) -> Vec<String> {
        let sqlite = self.db.get_database_backend() == DbBackend::Sqlite;
        let columns = match sqlite {
            true => {
                "SELECT m.name || '.' || p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p \
                 WHERE m.type = 'table' ORDER BY 1"
            }
            false => {
                "SELECT c.table_name || '.' || c.column_name FROM information_schema.columns c JOIN \
                 information_schema.tables t USING (table_schema, table_name) WHERE table_schema = 'public' AND \
                 t.table_type = 'BASE TABLE' ORDER BY 1"
            }
        };
        let bytes: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        let mut found = Vec::new();
        for place in self.texts(columns).await {
            let (table, column) = place.split_once('.').unwrap();
            let held = match sqlite {
                true => format!("instr(CAST(\"{column}\" AS BLOB), CAST('{text}' AS BLOB)) > 0"),
                false => {
                    format!(
                        "position('{text}' in \"{column}\"::text) + position('{bytes}' in \"{column}\"::text) > 0"
                    )
                }
            };
            if self.count(&format!("SELECT count(*) FROM \"{table}\" WHERE {held}")).await > 0 {
                found.push(place);
            }
        }
        found
    }

    /// A count.
    pub async fn count(&self, sql: &str) -> i64 {
        let statement = Statement::from_string(self.db.get_database_backend(), sql);
        let row = self.db.query_one_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        row.unwrap().try_get_by_index(0).unwrap()
    }
}
