//! A concomitant medication.

use crate::row::Row;
use crate::terms::{Frequency, Indication, MedicationClass, Route};
use crate::{Exact, PartialText, Texts};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A concomitant medication.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "medication")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// The subject.
    pub subject_id: Uuid,
    /// The drug's generic name.
    pub drug: String,
    /// Its class in the endpoints' rules.
    pub class: MedicationClass,
    /// A single dose.
    pub dose: Option<Exact>,
    /// The dose's unit.
    pub unit: Option<String>,
    /// The route.
    pub route: Route,
    /// How often.
    pub frequency: Option<Frequency>,
    /// First day.
    pub start: PartialText,
    /// Last day.
    pub end: Option<PartialText>,
    /// Whether it went on when last asked.
    pub ongoing: bool,
    /// What it is given for.
    pub indication: Indication,
    /// Fields whose text holds an identifier of the subject: kept from readers who must not know the person.
    #[serde(default)]
    pub withhold: Texts,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "medication";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        Some(self.subject_id)
    }
}
