//! A read that is worth knowing of, or a refused act.

use crate::row::Row;
use crate::terms::AccessKind;
use crate::{Texts, Uuids};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A read that is worth knowing of, or a refused act.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "access_record")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor_id: Uuid,
    /// The printed name.
    pub actor_name: String,
    /// The role used.
    pub role: Option<String>,
    /// The grant used.
    pub membership_id: Option<Uuid>,
    /// The study.
    pub study_id: Option<Uuid>,
    /// What was done.
    pub kind: AccessKind,
    /// The data groups.
    pub groups: Texts,
    /// The subjects.
    pub subject_ids: Uuids,
    /// The operation's name.
    pub operation: Option<String>,
    /// The request.
    pub request_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "access_record";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        None
    }
}
