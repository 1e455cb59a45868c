//! A replacement for a stored image that two persons had emptied.

use crate::row::Row;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A replacement for a stored image that two persons had emptied.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "redaction")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// The subject of the image.
    pub subject_id: Option<Uuid>,
    /// The entry whose change was emptied.
    pub revision: i64,
    /// The change's position in it, from 0.
    pub position: i32,
    /// The canonical image that stands for it now.
    pub replacement: String,
    /// The row that says why.
    pub reason: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "redaction";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        self.subject_id
    }
}
