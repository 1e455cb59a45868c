//! What a person signs in with, encrypted.

use sea_orm::entity::prelude::*;

/// What a person signs in with, encrypted.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credential")]
pub struct Model {
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    /// The nonce, 12 bytes.
    pub nonce: Vec<u8>,
    /// Password hash, second factor and recovery codes, under the installation's key of credentials.
    pub sealed: Vec<u8>,
    /// When it was last changed.
    pub changed_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
