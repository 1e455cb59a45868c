//! A frozen view for the safety board: the open half.

use crate::row::Row;
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A frozen view for the safety board: the open half.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "data_cut")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// Its name, unique in the study.
    pub name: String,
    /// Last day whose data count.
    pub clinical_cut_off: NaiveDate,
    /// The open stream's revision.
    pub open_revision: i64,
    /// The open stream's hash there, in hexadecimal.
    pub open_hash: String,
    /// The program's version.
    pub code_version: String,
    /// The version of rules and protocol.
    pub rules_version: String,
    /// What it is for.
    pub purpose: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "data_cut";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        None
    }
}
