//! A secret of the installation, encrypted under the master key.

use sea_orm::entity::prelude::*;

/// A secret of the installation, encrypted under the master key.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "secret")]
pub struct Model {
    /// Its name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The nonce, 12 bytes.
    pub nonce: Vec<u8>,
    /// The secret under the master key.
    pub sealed: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
