//! A row's image after an entry.

use sea_orm::entity::prelude::*;

/// A row's image after an entry.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change")]
pub struct Model {
    /// The stream's text form.
    #[sea_orm(primary_key, auto_increment = false)]
    pub stream: String,
    /// The entry's number in the stream.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i64,
    /// The change's position in the entry, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The table.
    pub table_name: String,
    /// The row.
    pub row_id: Uuid,
    /// The subject that the row belongs to.
    pub subject_id: Option<Uuid>,
    /// The canonical image; none when it was redacted.
    #[sea_orm(column_type = "Text", nullable)]
    pub image: Option<String>,
    /// 32 random bytes; none when the image was redacted.
    pub salt: Option<Vec<u8>>,
    /// SHA-256 of salt and image, in hexadecimal.
    pub digest: String,
}

impl ActiveModelBehavior for ActiveModel {}
