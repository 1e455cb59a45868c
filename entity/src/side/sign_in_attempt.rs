//! How often somebody failed to sign in under a name, whether or not anybody has it.

use sea_orm::entity::prelude::*;

/// How often somebody failed to sign in under a name, whether or not anybody has it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_attempt")]
pub struct Model {
    /// Keyed digest of the name and the address that it was tried from, or of the name alone, in hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub counted: String,
    /// Keyed digest of the name, in hexadecimal.
    pub account: String,
    /// Failures since the first one that counts.
    pub failures: i32,
    /// The first failure that counts.
    pub since: DateTimeUtc,
    /// The last one; of a name alone it may lie some seconds ahead, when the attempt is judged.
    pub last_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
