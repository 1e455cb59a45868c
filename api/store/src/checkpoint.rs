//! Signs heads, so that whoever keeps a checkpoint can find later that entries were removed.

use crate::cache::Cache;
use crate::connect::Pools;
use crate::error::{StoreCode, StoreError};
use crate::heads;
use crate::identity::KeyVault;
use crate::secrets::{self, SigningKey};
use entity::ledger::checkpoint;
use entity::terms::{KeyPurpose, KeyStatus};
use ledger::StreamId;
use portal::Portal;
use sea_orm::{EntityTrait, IntoActiveModel, SqlErr};

/// The key that signs now: the last active one of its purpose that the portal names and whose private half
/// is held here.
pub(crate) async fn active_key(
    pools: &Pools,
    vault: &dyn KeyVault,
    (portal, purpose): (&Portal, KeyPurpose),
) -> Result<SigningKey, StoreError> {
    let keys = portal.public_keys(purpose);
    let mut missing =
        StoreError::new(StoreCode::Configuration, "the portal names no active key of this purpose");
    for key in keys.iter().rev().filter(|key| key.status == KeyStatus::Active) {
        match secrets::signing_key(&pools.read, vault, (purpose, &key.kid)).await {
            Ok(key) => return Ok(key),
            Err(error) => missing = error,
        }
    }
    Err(missing)
}

/// Signs where a stream stands, and keeps the checkpoint. One revision has one checkpoint.
pub(crate) async fn sign(
    (pools, cache): (&Pools, &Cache),
    (vault, issuer): (&dyn KeyVault, &str),
    stream: StreamId,
) -> Result<String, StoreError> {
    let found = heads::read(&pools.read, &[StreamId::Portal, stream]).await?;
    let none = || StoreError::new(StoreCode::NotFound, format!("there is no stream {stream}"));
    let head = *found.get(&stream).ok_or_else(none)?;
    if head.is_empty() {
        return Err(StoreError::new(StoreCode::NotFound, format!("{stream} has no entry yet")));
    }
    let portal = cache.bring_portal(&found).await?;
    let key = (stream.to_string(), heads::number(head.revision)?);
    if let Some(kept) = checkpoint::Entity::find_by_id(key.clone()).one(&pools.read).await? {
        return Ok(kept.jws);
    }
    let signer = active_key(pools, vault, (&portal, KeyPurpose::Checkpoint)).await?;
    let jws = ledger::checkpoint::sign(&head, issuer, &signer.key, &signer.kid)
        .map_err(|error| StoreError::internal_fault(format!("a checkpoint: {}", error.message())))?;
    let row = checkpoint::Model { stream: key.0.clone(), revision: key.1, jws: jws.clone() };
    let kept = checkpoint::Entity::insert(row.into_active_model()).exec_without_returning(&pools.write).await;
    match kept {
        Ok(_) => Ok(jws),
        // Another process was first; or, on SQLite, the trigger that guards the table said so.
        Err(error) => {
            let first = checkpoint::Entity::find_by_id(key).one(&pools.read).await?;
            match (first, error.sql_err()) {
                (Some(first), Some(SqlErr::UniqueConstraintViolation(_)) | None) => Ok(first.jws),
                _ => Err(error.into()),
            }
        }
    }
}
