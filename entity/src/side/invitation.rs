//! A code by which a person sets a first password and a second factor, once.

use sea_orm::entity::prelude::*;

/// A code by which a person sets a first password and a second factor, once.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    /// The administrator who invites.
    #[sea_orm(primary_key, auto_increment = false)]
    pub invited_by: Uuid,
    /// Digest of the code, in hexadecimal.
    pub digest: String,
    /// Until when it holds.
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
