//! A public key of the installation.

use crate::row::Row;
use crate::terms::{KeyPurpose, KeyStatus};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A public key of the installation.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "public_key")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The key's id, unique.
    pub kid: String,
    /// What it is for.
    pub purpose: KeyPurpose,
    /// The public key as a JWK.
    pub jwk: String,
    /// Whether it still signs.
    pub status: KeyStatus,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "public_key";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        None
    }
}
