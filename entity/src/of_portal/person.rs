//! Somebody with an account. A name is never used again.

use crate::row::Row;
use crate::terms::AccountStatus;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Somebody with an account. A name is never used again.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The user name, unique for ever.
    pub name: String,
    /// The printed name.
    pub display_name: String,
    /// Whether the account may be used.
    pub status: AccountStatus,
    /// The external issuer that signs the person in.
    pub issuer: Option<String>,
    /// The person's subject at that issuer.
    pub subject: Option<String>,
    /// How many times all of the person's sessions were ended. Tokens of an earlier time are not accepted.
    #[serde(default)]
    pub sign_in_epoch: i32,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "person";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        None
    }
}
