//! A visit that the protocol plans.

use crate::Texts;
use crate::row::Row;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A visit that the protocol plans.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "planned_visit")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// The protocol version.
    pub protocol_version_id: Uuid,
    /// The protocol's code.
    pub code: String,
    /// Its name.
    pub label: String,
    /// Its place in the schedule, from 1.
    pub ordinal: i32,
    /// The study day that it aims at.
    pub target_day: i32,
    /// Days before the target that the protocol allows.
    pub window_before: i32,
    /// Days after the target that the protocol allows.
    pub window_after: i32,
    /// First study day of its analysis window.
    pub analysis_low: Option<i32>,
    /// Last study day of its analysis window.
    pub analysis_high: Option<i32>,
    /// What is done, by code.
    pub procedures: Texts,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "planned_visit";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        None
    }
}
