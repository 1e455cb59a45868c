//! One accepted command.

use sea_orm::entity::prelude::*;

/// One accepted command.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "entry")]
pub struct Model {
    /// The stream's text form.
    #[sea_orm(primary_key, auto_increment = false)]
    pub stream: String,
    /// The entry's number in the stream.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i64,
    /// The header's canonical text.
    #[sea_orm(column_type = "Text")]
    pub header: String,
    /// SHA-256 of the previous hash and the header, in hexadecimal.
    pub hash: String,
}

impl ActiveModelBehavior for ActiveModel {}
