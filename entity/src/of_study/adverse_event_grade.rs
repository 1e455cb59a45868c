//! A grade of an adverse event from a day on.

use crate::AstctFindings;
use crate::PartialText;
use crate::row::Row;
use crate::terms::GradeScale;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A grade of an adverse event from a day on.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "adverse_event_grade")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// The subject.
    pub subject_id: Uuid,
    /// The event.
    pub adverse_event_id: Uuid,
    /// 1 to 5; none when unknown.
    pub grade: Option<i32>,
    /// The scale.
    pub scale: GradeScale,
    /// What was found, by which ASTCT grades; none where it was not recorded.
    pub findings: Option<AstctFindings>,
    /// From when on.
    pub since: PartialText,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "adverse_event_grade";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        Some(self.subject_id)
    }
}
