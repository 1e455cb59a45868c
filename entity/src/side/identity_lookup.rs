//! Finds a subject of a site by a keyed digest of its hospital number.

use sea_orm::entity::prelude::*;

/// Finds a subject of a site by a keyed digest of its hospital number.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identity_lookup")]
pub struct Model {
    /// The site.
    #[sea_orm(primary_key, auto_increment = false)]
    pub site_id: Uuid,
    /// Keyed digest of the normalised number, in hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub lookup: String,
    /// The subject.
    pub subject_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
