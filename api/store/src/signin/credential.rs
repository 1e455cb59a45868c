//! What a person signs in with: encrypted under a key of the installation, and bound to the person.

use crate::clock::random;
use crate::error::{StoreCode, StoreError};
use crate::identity::DigestKeys;
use crate::vault::{self, NONCE};
use chrono::{DateTime, Utc};
use entity::side::credential::{Column, Entity, Model};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, QuerySelect};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// What a person signs in with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct Credential {
    /// The password's hash, in the PHC string format.
    pub password: String,
    /// The secret of the second factor.
    pub factor: Vec<u8>,
    /// The newest time step whose code was taken. No code of it or of an earlier one is taken again.
    pub factor_step: u64,
    /// Digests of the recovery codes that are left, in hexadecimal.
    pub recovery: Vec<String>,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(..)")
    }
}

/// What was offered beside the password, and is used up by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spent {
    /// A code of the second factor, by its time step.
    Step(u64),
    /// A recovery code, by its digest.
    Recovery(String),
}

impl Credential {
    /// Uses up what was offered; false when it was used before.
    pub(crate) fn spend(&mut self, spent: &Spent) -> bool {
        match spent {
            Spent::Step(step) => {
                let fresh = *step > self.factor_step;
                self.factor_step = self.factor_step.max(*step);
                fresh
            }
            Spent::Recovery(digest) => {
                let before = self.recovery.len();
                self.recovery.retain(|left| left != digest);
                self.recovery.len() < before
            }
        }
    }
}

/// In place of a password's hash when none is set: no password has it, and it is no hash.
pub(crate) const NO_PASSWORD: &str = "";

fn context(person: Uuid) -> Vec<u8> {
    format!("trialgraph credential {person}").into_bytes()
}

/// Seals bytes under the installation's key of credentials, bound to a context: the nonce, and what it encrypts.
pub(crate) fn seal(keys: &DigestKeys, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, StoreError> {
    let nonce: [u8; NONCE] = random()?;
    let sealed = vault::seal(&keys.credential, context, &nonce, plain)
        .ok_or_else(|| StoreError::internal_fault("a credential does not encrypt"))?;
    Ok([&nonce[..], &sealed].concat())
}

/// The reverse of [`seal`].
pub(crate) fn open(keys: &DigestKeys, context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
    vault::open(&keys.credential, context, nonce.try_into().ok()?, sealed).map(Zeroizing::new)
}

/// A person's credential, to read or, with `lock`, to change.
pub(crate) async fn read<C: ConnectionTrait>(
    db: &C,
    keys: &DigestKeys,
    (person, lock): (Uuid, bool),
) -> Result<Option<Credential>, StoreError> {
    let query = Entity::find_by_id(person);
    let query = if lock { query.lock_exclusive() } else { query };
    let Some(row) = query.one(db).await? else { return Ok(None) };
    let unreadable = || {
        StoreError::new(StoreCode::Configuration, format!("the credential of person {person} does not open"))
    };
    let sealed = [row.nonce, row.sealed].concat();
    let plain = open(keys, &context(person), &sealed).ok_or_else(unreadable)?;
    serde_json::from_slice(&plain).map(Some).map_err(|_| unreadable())
}

/// Writes a person's credential over what was there.
pub(crate) async fn write<C: ConnectionTrait>(
    db: &C,
    keys: &DigestKeys,
    (person, credential, now): (Uuid, &Credential, DateTime<Utc>),
) -> Result<(), StoreError> {
    let plain = serde_json::to_vec(credential)
        .map_err(|_| StoreError::internal_fault("a credential has no JSON form"))
        .map(Zeroizing::new)?;
    let mut nonce = seal(keys, &context(person), &plain)?;
    let sealed = nonce.split_off(NONCE);
    let row = Model { person_id: person, nonce, sealed, changed_at: now };
    Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::column(Column::PersonId)
                .update_columns([Column::Nonce, Column::Sealed, Column::ChangedAt])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}
