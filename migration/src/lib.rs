//! The schema's migrations, portable over SQLite and PostgreSQL.
//!
//! Invariant: a migration that has landed is never edited.

use sea_orm_migration::prelude::*;

mod m20261123_000001_foundation;

pub use m20261123_000001_foundation::grants;
pub use sea_orm_migration::MigratorTrait;

/// Every migration in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m20261123_000001_foundation::Migration)]
    }
}
