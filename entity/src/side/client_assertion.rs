//! An assertion with which a hospital system asked for a token; it is taken once.

use sea_orm::entity::prelude::*;

/// An assertion with which a hospital system asked for a token; it is taken once.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "client_assertion")]
pub struct Model {
    /// The client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub client_id: Uuid,
    /// Digest of the assertion's id, in hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub jti: String,
    /// Until when it would be taken.
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
