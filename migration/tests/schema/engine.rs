//! A migrated database of its own for every test, on each engine.

use crate::postgres;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, Statement};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// A migrated database, and what lets somebody else connect to it.
pub struct Engine {
    /// The connection of the tables' owner.
    pub owner: DatabaseConnection,
    place: Place,
}

enum Place {
    File(PathBuf),
    Server(String),
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Place::File(path) = &self.place {
            for suffix in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
            }
        }
    }
}

/// A migrated SQLite file.
pub async fn sqlite() -> Engine {
    static FILES: AtomicU32 = AtomicU32::new(0);
    let name = format!("trialgraph-{}-{}.sqlite", std::process::id(), FILES.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(name);
    let owner = connect(format!("sqlite:{}?mode=rwc", path.display())).await;
    Migrator::up(&owner, None).await.unwrap();
    Engine { owner, place: Place::File(path) }
}

/// A migrated PostgreSQL database.
pub async fn postgres() -> Engine {
    let name = postgres::database();
    let owner = connect(postgres::url(&name, postgres::OWNER)).await;
    Migrator::up(&owner, None).await.unwrap();
    Engine { owner, place: Place::Server(name) }
}

async fn connect(url: String) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    // One connection, so that what a test sets for its session holds for its next statement.
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

impl Engine {
    /// Which engine it is.
    pub fn backend(&self) -> DatabaseBackend {
        self.owner.get_database_backend()
    }

    /// A connection of the application's role, which has the grants and owns nothing.
    pub async fn application(&self) -> DatabaseConnection {
        let Place::Server(name) = &self.place else { panic!("only PostgreSQL has roles") };
        let role = format!("app_{name}");
        self.run(&format!("CREATE ROLE {role} LOGIN")).await;
        for grant in migration::grants(&role) {
            self.run(&grant).await;
        }
        connect(postgres::url(name, &role)).await
    }

    /// Runs a statement that has to pass.
    pub async fn run(&self, sql: &str) {
        self.owner.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// The first column of every row, as text.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let rows = self.owner.query_all_raw(Statement::from_string(self.backend(), sql)).await;
        let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error}"));
        rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect()
    }

    /// The tables' names, in order.
    pub async fn tables(&self) -> Vec<String> {
        self.texts(match self.backend() {
            DatabaseBackend::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            }
            _ => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
        })
        .await
    }

    /// A table's columns, and whether each may be null.
    pub async fn columns(&self, table: &str) -> BTreeMap<String, bool> {
        let sql = match self.backend() {
            DatabaseBackend::Sqlite => {
                format!("SELECT iif(\"notnull\", '0', '1') || name FROM pragma_table_info('{table}')")
            }
            _ => format!(
                "SELECT CASE is_nullable WHEN 'YES' THEN '1' ELSE '0' END || column_name \
                 FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}'"
            ),
        };
        self.texts(&sql).await.into_iter().map(|text| (text[1..].to_owned(), text.starts_with('1'))).collect()
    }
}
