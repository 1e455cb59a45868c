//! A person who signed in, until they sign out.

use sea_orm::entity::prelude::*;

/// A person who signed in, until they sign out.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// The session's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The person.
    pub person_id: Uuid,
    /// The person's sign-in epoch at that time.
    pub epoch: i32,
    /// The program that signed in.
    pub client: String,
    /// When it began.
    pub began_at: DateTimeUtc,
    /// When the person last proved who they are.
    pub proved_at: DateTimeUtc,
    /// When it was last used, to half a minute.
    pub used_at: DateTimeUtc,
    /// When it was ended.
    pub ended_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
