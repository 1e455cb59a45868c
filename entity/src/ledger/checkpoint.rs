//! A signed statement of where a stream stood.

use sea_orm::entity::prelude::*;

/// A signed statement of where a stream stood.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "checkpoint")]
pub struct Model {
    /// The stream's text form.
    #[sea_orm(primary_key, auto_increment = false)]
    pub stream: String,
    /// The revision that it speaks of.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i64,
    /// The signed statement (JWS).
    #[sea_orm(column_type = "Text")]
    pub jws: String,
}

impl ActiveModelBehavior for ActiveModel {}
