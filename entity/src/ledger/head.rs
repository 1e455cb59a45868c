//! Where a stream stands.

use sea_orm::entity::prelude::*;

/// Where a stream stands.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "head")]
pub struct Model {
    /// The stream's text form.
    #[sea_orm(primary_key, auto_increment = false)]
    pub stream: String,
    /// The study of the stream.
    pub study_id: Option<Uuid>,
    /// Its newest revision.
    pub revision: i64,
    /// The hash of its newest entry, in hexadecimal.
    pub hash: String,
    /// The format in which the next entry is written.
    pub format: i32,
    /// The time of its newest entry.
    pub at: chrono::DateTime<chrono::Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
