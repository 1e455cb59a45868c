//! Under which key a command was accepted.

use sea_orm::entity::prelude::*;

/// Under which key a command was accepted.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency")]
pub struct Model {
    /// The stream's text form.
    #[sea_orm(primary_key, auto_increment = false)]
    pub stream: String,
    /// Who gave the command.
    #[sea_orm(primary_key, auto_increment = false)]
    pub actor_id: Uuid,
    /// The caller's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Keyed digest of the command's input, in hexadecimal.
    pub input_digest: String,
    /// The entry that it became.
    pub revision: i64,
}

impl ActiveModelBehavior for ActiveModel {}
