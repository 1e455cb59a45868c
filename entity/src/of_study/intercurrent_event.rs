//! An event that decides how an endpoint is read (ICH E9(R1)).

use crate::FreeText;
use crate::row::Row;
use crate::terms::IntercurrentEventKind;
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An event that decides how an endpoint is read (ICH E9(R1)).
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "intercurrent_event")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// The subject.
    pub subject_id: Uuid,
    /// What happened.
    pub kind: IntercurrentEventKind,
    /// When.
    pub occurred_on: NaiveDate,
    /// For how many days, where that matters.
    pub days: Option<i32>,
    /// A note.
    pub note: Option<FreeText>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "intercurrent_event";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        Some(self.subject_id)
    }
}
