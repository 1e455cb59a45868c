//! The subjects of one dose level.

use crate::Exact;
use crate::row::Row;
use crate::terms::CohortStatus;
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The subjects of one dose level.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "cohort")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// The dose level, from 1.
    pub level: i32,
    /// Its code in the protocol.
    pub code: String,
    /// Its name.
    pub label: String,
    /// Planned cells per kilogram of body weight.
    pub cells_per_kg: Exact,
    /// How many subjects it takes.
    pub capacity: i32,
    /// Whether it is open for enrolment.
    pub status: CohortStatus,
    /// When it was opened.
    pub opened_on: Option<NaiveDate>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "cohort";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        None
    }
}
