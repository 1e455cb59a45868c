//! A grant that was proposed, and what became of it.

use crate::row::Row;
use crate::terms::ProposalState;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A grant that was proposed, and what became of it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "membership_proposal")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The grant, as JSON: who would receive which role, where and when.
    pub proposed_grant: String,
    /// Why.
    pub reason: String,
    /// Who proposed.
    pub proposed_by: Uuid,
    /// When.
    pub proposed_at: DateTime<Utc>,
    /// Until when it can be decided.
    pub expires_at: DateTime<Utc>,
    /// Where it stands.
    pub state: ProposalState,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// The grant that it became.
    pub membership_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "membership_proposal";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        None
    }
}
