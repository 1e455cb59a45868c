//! An adverse event.

use crate::row::Row;
use crate::terms::{AdverseEventCategory, AdverseEventOutcome};
use crate::{FreeText, PartialText, SeriousnessCriteria, Texts};
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An adverse event.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "adverse_event")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// The subject.
    pub subject_id: Uuid,
    /// What the site called it.
    pub term: String,
    /// System organ class.
    pub soc: Option<String>,
    /// Preferred term.
    pub pt: Option<String>,
    /// Onset.
    pub start: PartialText,
    /// End.
    pub end: Option<PartialText>,
    /// How it ended.
    pub outcome: AdverseEventOutcome,
    /// What makes it serious; empty when it is not.
    pub seriousness: SeriousnessCriteria,
    /// What kind of event it is in the rules on dose-limiting toxicity.
    pub category: AdverseEventCategory,
    /// Whether it is of special interest.
    pub aesi: bool,
    /// Whether it is a laboratory finding without clinical consequence.
    pub asymptomatic_laboratory: bool,
    /// The narrative.
    pub narrative: Option<FreeText>,
    /// When the investigator became aware.
    pub aware_on: Option<NaiveDate>,
    /// Fields whose text holds an identifier of the subject: kept from readers who must not know the person.
    #[serde(default)]
    pub withhold: Texts,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "adverse_event";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        Some(self.subject_id)
    }
}
