//! A protocol deviation (ICH E3; CDISC domain DV).

use crate::FreeText;
use crate::row::Row;
use crate::terms::DeviationCategory;
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A protocol deviation (ICH E3; CDISC domain DV): the site records what happened, the sponsor says what it means.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "protocol_deviation")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// The subject.
    pub subject_id: Uuid,
    /// What was deviated from.
    pub category: DeviationCategory,
    /// When.
    pub occurred_on: NaiveDate,
    /// What happened.
    pub description: FreeText,
    /// Whether it is important, also called major; none until the sponsor has classified it.
    pub important: Option<bool>,
    /// Whether it may affect how efficacy is read; none until the sponsor has classified it.
    pub affects_efficacy: Option<bool>,
    /// Why it is classified so.
    pub rationale: Option<FreeText>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "protocol_deviation";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        Some(self.subject_id)
    }
}
