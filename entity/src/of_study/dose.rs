//! A dose that was given. Sealed in masked studies.

use crate::Exact;
use crate::row::Row;
use crate::terms::Agent;
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A dose that was given. Sealed in masked studies.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "dose")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// The subject.
    pub subject_id: Uuid,
    /// Which dose of the agent it is, from 1.
    pub ordinal: i32,
    /// What was given.
    pub agent: Agent,
    /// Planned cells per kilogram.
    pub planned_cells_per_kg: Option<Exact>,
    /// Body weight in kilograms.
    pub weight_kg: Option<Exact>,
    /// Cells given.
    pub total_cells: Option<Exact>,
    /// Cells given per kilogram.
    pub actual_cells_per_kg: Option<Exact>,
    /// When.
    pub given_on: NaiveDate,
    /// Local clock time of the start, `HH:MM`.
    pub start_time: Option<String>,
    /// Local clock time of the end, `HH:MM`.
    pub end_time: Option<String>,
    /// The lot.
    pub lot: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "dose";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        Some(self.subject_id)
    }
}
