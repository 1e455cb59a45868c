//! Why an account or a grant was changed.

use crate::row::Row;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why an account or a grant was changed: of the changes that stand beside it in its entry.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "portal_reason")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The reason.
    pub text: String,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "portal_reason";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        None
    }
}
