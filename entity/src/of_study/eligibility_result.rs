//! What was found for one eligibility criterion.

use crate::Texts;
use crate::row::Row;
use crate::terms::{CriterionKind, CriterionResult};
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What was found for one eligibility criterion.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "eligibility_result")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// The subject.
    pub subject_id: Uuid,
    /// The criterion's code in the protocol.
    pub criterion: String,
    /// The criterion's version.
    pub criterion_version: i32,
    /// Whether it includes or excludes.
    pub kind: CriterionKind,
    /// Whether it is met.
    pub result: CriterionResult,
    /// What was seen.
    pub observed: Option<String>,
    /// When.
    pub assessed_on: NaiveDate,
    /// Fields whose text holds an identifier of the subject: kept from readers who must not know the person.
    #[serde(default)]
    pub withhold: Texts,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "eligibility_result";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        Some(self.subject_id)
    }
}
