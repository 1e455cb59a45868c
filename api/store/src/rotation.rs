//! Wrapping everything anew under the current master key, so that an older one can be let go.

use crate::connect::Pools;
use crate::error::StoreError;
use crate::identity::{self, KeyVault};
use crate::secrets;
use sea_orm::TransactionTrait;

/// What was wrapped anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// Secrets of the installation.
    pub secrets: u64,
    /// Keys of subjects. Their identifiers stay as they lie: only the key around them changes.
    pub subjects: u64,
}

/// Opens what an older master key wrapped and wraps it under the current one, all or nothing. What servers write meanwhile
/// under an older key is found by the next run.
pub(crate) async fn run(pools: &Pools, vault: &dyn KeyVault) -> Result<Rotated, StoreError> {
    let txn = pools.write.begin().await?;
    let secrets = secrets::rewrap(&txn, vault).await?;
    let subjects = identity::rewrap(&txn, vault).await?;
    txn.commit().await?;
    Ok(Rotated { secrets, subjects })
}
