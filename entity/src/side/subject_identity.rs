//! A subject's direct identifiers, encrypted.

use sea_orm::entity::prelude::*;

/// A subject's direct identifiers, encrypted.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subject_identity")]
pub struct Model {
    /// The subject.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
    /// The study.
    pub study_id: Uuid,
    /// The subject's site.
    pub site_id: Uuid,
    /// The nonce, 12 bytes.
    pub nonce: Vec<u8>,
    /// The identifiers under the subject's key (AES-256-GCM).
    pub ciphertext: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
