//! One analyte of an autoantibody panel.

use crate::row::Row;
use crate::terms::{Autoantibody, Comparator, Qualitative};
use crate::{Exact, Texts};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One analyte of an autoantibody panel.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "autoantibody_result")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// The subject.
    pub subject_id: Uuid,
    /// The panel.
    pub panel_id: Uuid,
    /// The analyte.
    pub analyte: Autoantibody,
    /// As received.
    pub raw: String,
    /// Whether the value is a bound.
    pub comparator: Option<Comparator>,
    /// The value; of a titre the denominator.
    pub value: Option<Exact>,
    /// A qualitative result.
    pub qualitative: Option<Qualitative>,
    /// The unit as received.
    pub unit: Option<String>,
    /// The value in the protocol's unit.
    pub standard_value: Option<Exact>,
    /// The protocol's unit.
    pub standard_unit: Option<String>,
    /// Lower end of the reference range, in the protocol's unit.
    pub reference_low: Option<Exact>,
    /// Upper end of the reference range, in the protocol's unit.
    pub reference_high: Option<Exact>,
    /// From where on a result is positive, in the protocol's unit.
    pub positivity_cutoff: Option<Exact>,
    /// The method.
    pub method: Option<String>,
    /// ICAP patterns of an ANA.
    pub patterns: Texts,
}

impl ActiveModelBehavior for ActiveModel {}

impl Row for Model {
    const TABLE: &'static str = "autoantibody_result";

    fn id(&self) -> Uuid {
        self.id
    }

    fn subject(&self) -> Option<Uuid> {
        Some(self.subject_id)
    }
}
