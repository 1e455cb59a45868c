//! One instrument filled in at a visit, with all its items in one checked column.

use crate::Items;
use crate::row::Row;
use crate::terms::Instrument;
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One instrument filled in at a visit, with all its items in one checked column.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "assessment")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// The subject.
    pub subject_id: Uuid,
    /// The visit.
    pub visit_id: Uuid,
    /// The instrument.
    pub instrument: Instrument,
    /// The day that it speaks of.
    pub assessed_on: NaiveDate,
    /// Who assessed, as a label.
    pub assessor: Option<String>,
    /// The items.
    pub items: Items,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "assessment";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        Some(self.subject_id)
    }
}
