//! A judgement whether an agent caused an adverse event.

use crate::row::Row;
use crate::terms::{Agent, Causality, CausalityAssessor};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A judgement whether an agent caused an adverse event.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "adverse_event_causality")]
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
    /// The agent.
    pub agent: Agent,
    /// Who judged.
    pub assessor: CausalityAssessor,
    /// The judgement; none when it is missing.
    pub causality: Option<Causality>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "adverse_event_causality";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        Some(self.subject_id)
    }
}
