//! The study itself. Its id is that of its registration in the portal.

use crate::row::Row;
use crate::terms::{Masking, StudyStatus};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The study itself. Its id is that of its registration in the portal.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "study")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// Its unique code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Who knows the treatment.
    pub masking: Masking,
    /// Where the study stands.
    pub status: StudyStatus,
    /// Its number in a public registry.
    pub registry_number: Option<String>,
    /// The sponsor, as a label.
    pub sponsor: Option<String>,
    /// IANA zone in which totals take today.
    pub time_zone: String,
    /// How many subjects are planned.
    pub planned_enrolment: i32,
    /// Whether the data are made up.
    pub synthetic: bool,
    /// The protocol version in force. No foreign key: the version refers to the study.
    pub protocol_version_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "study";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        None
    }
}
