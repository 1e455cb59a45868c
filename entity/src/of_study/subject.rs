//! A person in the study, under a code.

use crate::row::Row;
use crate::terms::{Sex, SubjectStatus};
use crate::{BilagSystems, Texts};
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A person in the study, under a code.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "subject")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// 1, 2, 3 in the order of screening over the whole study.
    pub ordinal: i32,
    /// The site.
    pub site_id: Uuid,
    /// The subject's code, unique in the study.
    pub code: String,
    /// Where the subject stands.
    pub status: SubjectStatus,
    /// Sex.
    pub sex: Sex,
    /// Year of birth.
    pub birth_year: i32,
    /// When the subject was taken into screening.
    pub screened_on: NaiveDate,
    /// When every criterion was confirmed.
    pub eligibility_confirmed_on: Option<NaiveDate>,
    /// When the subject was enrolled.
    pub enrolled_on: Option<NaiveDate>,
    /// BILAG-2004 systems that were ever involved before the study.
    pub bilag_history: BilagSystems,
    /// Which direct identifiers are held beside the ledger; never their values.
    pub identity_fields: Texts,
    /// Keyed digest of the identifiers, in hexadecimal.
    pub identity_commitment: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "subject";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        Some(self.id)
    }
}
