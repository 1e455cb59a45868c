//! The first schema: portal, studies, ledger, and what lies beside it.

mod ledger;
mod portal;
mod schema;
mod signin;
mod study;
mod triggers;
mod views;

use sea_orm_migration::prelude::*;

/// The first schema.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000001_foundation"
    }
}

/// Every table, parents first.
fn tables() -> Vec<schema::Table> {
    [portal::tables(), study::tables(), portal::clients(), ledger::tables(), signin::tables()]
        .into_iter()
        .flatten()
        .collect()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let backend = manager.get_database_backend();
        for table in tables() {
            for statement in table.sql(backend) {
                connection.execute_unprepared(&statement).await?;
            }
        }
        for statement in triggers::sql(backend).into_iter().chain(views::sql(backend)) {
            connection.execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    /// A ledger is not taken down.
    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("the foundation cannot be taken down: it holds the ledger".to_owned()))
    }
}

/// Tables that the application's role may only add to.
const APPEND_ONLY: &[&str] = &["entry", "checkpoint", "access_record"];

/// Statements that give PostgreSQL's application role what it needs and no more: it owns nothing.
pub fn grants(role: &str) -> Vec<String> {
    let role = role.replace('"', "\"\"");
    let mut statements = vec![
        format!("GRANT USAGE ON SCHEMA public TO \"{role}\""),
        format!("GRANT SELECT ON seaql_migrations TO \"{role}\""),
    ];
    for table in tables() {
        let name = table.name;
        let rights = match name {
            name if APPEND_ONLY.contains(&name) => "SELECT, INSERT",
            "change" => "SELECT, INSERT, UPDATE (image, salt)",
            // A row is never deleted; erasing an identity deletes what lies beside the ledger.
            "subject_identity" | "subject_key" | "identity_lookup" => "SELECT, INSERT, UPDATE, DELETE",
            name if signin::NAMES.contains(&name) => "SELECT, INSERT, UPDATE, DELETE",
            _ => "SELECT, INSERT, UPDATE",
        };
        statements.push(format!("GRANT {rights} ON \"{name}\" TO \"{role}\""));
    }
    statements.extend(views::NAMES.iter().map(|name| format!("GRANT SELECT ON \"{name}\" TO \"{role}\"")));
    statements
}
