//! The schema: bringing it up to date, knowing whether it is, and the rights of the application's role.

use crate::connect::Pools;
use crate::error::{StoreCode, StoreError};
use crate::heads;
use entity::ledger::head;
use ledger::{FORMAT, Head, StreamId};
use migration::{Migrator, grants};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, EntityTrait,
    IntoActiveModel, QueryFilter, Statement,
};
use sea_orm_migration::MigratorTrait;
use std::collections::BTreeSet;

/// PostgreSQL's advisory lock under which one process migrates at a time.
const LOCK: i64 = 0x7472_6961_6c67;

/// Applies what is missing, and gives the streams of the installation their heads.
pub(crate) async fn migrate(pools: &Pools, url: &str) -> Result<(), StoreError> {
    match pools.backend {
        DbBackend::Postgres => {
            // One connection, because the lock belongs to it.
            let mut options = ConnectOptions::new(url);
            options.max_connections(1).sqlx_logging(false);
            let db = Database::connect(options).await?;
            db.execute_unprepared(&format!("SELECT pg_advisory_lock({LOCK})")).await?;
            let done = apply(&db).await;
            // Closing releases the lock, whatever became of the migration.
            db.close().await?;
            done
        }
        _ => apply(&pools.write).await,
    }
}

async fn apply(db: &DatabaseConnection) -> Result<(), StoreError> {
    Migrator::up(db, None).await?;
    for stream in [StreamId::Portal, StreamId::Access] {
        let row = heads::row_of(&Head::empty(stream))?;
        head::Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::column(head::Column::Stream).do_nothing().to_owned())
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// Whether the schema is this program's.
pub(crate) async fn check(db: &DatabaseConnection) -> Result<(), StoreError> {
    let wrong = |text: &str| StoreError::new(StoreCode::Configuration, text);
    // Asked by hand: the library would first try to create its table, which the application's role may not.
    let statement = Statement::from_string(db.get_database_backend(), "SELECT version FROM seaql_migrations");
    let rows = db.query_all_raw(statement).await.map_err(|error| {
        let error = StoreError::from(error);
        if error.code() == StoreCode::Unavailable {
            return error;
        }
        wrong("the database has no schema yet: run `trialgraph migrate`")
    })?;
    let applied: BTreeSet<String> =
        rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
    let known: BTreeSet<String> =
        Migrator::migrations().iter().map(|known| known.name().to_owned()).collect();
    if let Some(missing) = known.difference(&applied).next() {
        return Err(wrong(&format!("the migration {missing} is missing: run `trialgraph migrate`")));
    }
    Ok(())
}

/// Raises the format of every head to this program's; answers with how many it raised.
pub(crate) async fn finish(db: &DatabaseConnection) -> Result<u64, StoreError> {
    let format = i32::try_from(FORMAT).map_err(|_| StoreError::internal_fault("a format beyond i32"))?;
    let raised = head::Entity::update_many()
        .col_expr(head::Column::Format, Expr::value(format))
        .filter(head::Column::Format.lt(format))
        .exec(db)
        .await?;
    Ok(raised.rows_affected)
}

pub(crate) async fn grant(db: &DatabaseConnection, role: &str) -> Result<(), StoreError> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Err(StoreError::new(StoreCode::Configuration, "SQLite has no roles"));
    }
    for statement in grants(role) {
        db.execute_unprepared(&statement).await?;
    }
    Ok(())
}
