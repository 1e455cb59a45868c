//! Short lists in one column.

use crate::terms::{BilagSystem, SeriousnessCriterion};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use std::ops::Deref;
use uuid::Uuid;

macro_rules! lists {
    ($($(#[doc = $doc:literal])+ $name:ident of $item:ty;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
        #[serde(transparent)]
        pub struct $name(pub Vec<$item>);

        impl Deref for $name {
            type Target = Vec<$item>;
            fn deref(&self) -> &Vec<$item> {
                &self.0
            }
        }

        impl From<Vec<$item>> for $name {
            fn from(items: Vec<$item>) -> Self {
                $name(items)
            }
        }
    )+};
}

lists! {
    /// Texts.
    Texts of String;
    /// Row ids.
    Uuids of Uuid;
    /// BILAG-2004 systems.
    BilagSystems of BilagSystem;
    /// What makes an adverse event serious.
    SeriousnessCriteria of SeriousnessCriterion;
}
