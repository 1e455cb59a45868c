//! A token that renews a session, once.

use sea_orm::entity::prelude::*;

/// A token that renews a session, once.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_token")]
pub struct Model {
    /// Digest of the token, in hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub digest: String,
    /// The session.
    pub session_id: Uuid,
    /// When it was used up. Using it again ends the session.
    pub used_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
