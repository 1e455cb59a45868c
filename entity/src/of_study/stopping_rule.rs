//! What a stopping rule says at present.

use crate::row::Row;
use crate::terms::RuleState;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a stopping rule says at present.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "stopping_rule")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// The cohort that it speaks of; none for the study.
    pub cohort_id: Option<Uuid>,
    /// The rule.
    pub rule: String,
    /// What it says.
    pub state: RuleState,
    /// What it was judged on.
    pub facts: String,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "stopping_rule";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        None
    }
}
