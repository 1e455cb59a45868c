//! The key of a subject's identifiers, wrapped by the master key. Destroying it erases them.

use sea_orm::entity::prelude::*;

/// The key of a subject's identifiers, wrapped by the master key. Destroying it erases them.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subject_key")]
pub struct Model {
    /// The subject.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
    /// Which master key wraps it.
    pub master_key_id: String,
    /// The nonce, 12 bytes.
    pub nonce: Vec<u8>,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
