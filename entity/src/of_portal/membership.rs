//! A grant of a role.

use crate::Uuids;
use crate::row::Row;
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A grant of a role.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "membership")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who holds it.
    pub person_id: Uuid,
    /// The study; none for roles of the installation.
    pub study_id: Option<Uuid>,
    /// The role.
    pub role: String,
    /// The sites that it reaches.
    pub site_ids: Uuids,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
    /// Who granted it.
    pub granted_by: Option<Uuid>,
    /// Whether the member chairs the board.
    pub chair: bool,
    /// When training was confirmed.
    pub training_on: Option<NaiveDate>,
    /// Reference of the delegation.
    pub delegation: Option<String>,
    /// When it was ended early.
    pub ended_at: Option<DateTime<Utc>>,
    /// When somebody confirmed last that it is still needed.
    pub reviewed_at: Option<DateTime<Utc>>,
    /// Who did.
    pub reviewed_by: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "membership";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        None
    }
}
