//! Something that an edit check found.

use crate::row::Row;
use crate::terms::FindingState;
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Something that an edit check found.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "finding")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// The subject.
    pub subject_id: Option<Uuid>,
    /// The check.
    pub rule: String,
    /// The check's version.
    pub rule_version: i32,
    /// The table of the record that it speaks of.
    pub record_table: Option<String>,
    /// The record that it speaks of.
    pub record_id: Option<Uuid>,
    /// What was found, and what would be right.
    pub message: String,
    /// Whether it still holds.
    pub state: FindingState,
    /// When it was found.
    pub raised_on: NaiveDate,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "finding";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        self.subject_id
    }
}
