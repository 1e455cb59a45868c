//! A hospital system that delivers data.

use crate::Texts;
use crate::row::Row;
use crate::terms::AccountStatus;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A hospital system that delivers data.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "service_client")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its name, unique for ever.
    pub name: String,
    /// The study.
    pub study_id: Uuid,
    /// The site.
    pub site_id: Uuid,
    /// Its public keys as a JWK set.
    pub public_jwks: String,
    /// What it may do.
    pub scopes: Texts,
    /// Whether it may be used.
    pub status: AccountStatus,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "service_client";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        None
    }
}
