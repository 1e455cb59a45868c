//! A laboratory result.

use crate::Exact;
use crate::row::Row;
use crate::terms::Comparator;
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A laboratory result.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "lab_result")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// The subject.
    pub subject_id: Uuid,
    /// The visit, when it belongs to one.
    pub visit_id: Option<Uuid>,
    /// The analyte's code in the protocol.
    pub analyte: String,
    /// The LOINC code as received.
    pub loinc: Option<String>,
    /// As received.
    pub raw: String,
    /// Whether the value is a bound.
    pub comparator: Option<Comparator>,
    /// The value.
    pub value: Option<Exact>,
    /// The unit as received.
    pub unit: Option<String>,
    /// The value in the protocol's unit.
    pub standard_value: Option<Exact>,
    /// The protocol's unit.
    pub standard_unit: Option<String>,
    /// Lower limit of normal, in the protocol's unit.
    pub lln: Option<Exact>,
    /// Upper limit of normal, in the protocol's unit.
    pub uln: Option<Exact>,
    /// The method.
    pub method: Option<String>,
    /// The laboratory.
    pub laboratory: Option<String>,
    /// When the sample was taken.
    pub collected_on: NaiveDate,
    /// Local clock time, `HH:MM`.
    pub collected_at: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "lab_result";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        Some(self.subject_id)
    }
}
