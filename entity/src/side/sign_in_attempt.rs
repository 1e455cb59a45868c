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
    /// The last one.
    pub last_at: DateTimeUtc,
    /// When somebody last signed in under the name from the address; none of a name alone.
    pub signed_in_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
