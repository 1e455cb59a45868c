//! Codes by which people set what they sign in with, once.
//!
//! Invariant: an administrator alone sets nobody's credentials anew. Whoever has a second factor proves it, or brings the
//! invitations of two administrators (P11-23).

use super::attempt::{self, Counted};
use super::{credential, session};
use crate::error::StoreError;
use crate::identity::DigestKeys;
use chrono::{DateTime, Utc};
use entity::side::invitation::{Column, Entity, Model};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

/// Who is invited, by whom, and by which code.
pub(crate) struct Invited<'i> {
    pub person: Uuid,
    /// The user name, under which failures are counted.
    pub name: &'i str,
    /// The administrator.
    pub by: Uuid,
    /// Digest of the code.
    pub digest: &'i str,
    pub at: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// Invites a person: the password that they had opens nothing any more, every session of theirs ends, and the count of
/// failures begins anew. The second factor stays, to be proved when the invitation is taken.
pub(crate) async fn invite<C: ConnectionTrait>(
    db: &C,
    keys: &DigestKeys,
    invited: &Invited<'_>,
) -> Result<(), StoreError> {
    if let Some(mut held) = credential::read(db, keys, (invited.person, true)).await? {
        held.password = credential::NO_PASSWORD.to_owned();
        credential::write(db, keys, (invited.person, &held, invited.at)).await?;
    }
    session::destroy(db, invited.person).await?;
    attempt::unlock(db, Counted::account(keys, invited.name)).await?;
    let row = Model {
        person_id: invited.person,
        invited_by: invited.by,
        digest: invited.digest.to_owned(),
        expires_at: invited.until,
    };
    Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([Column::PersonId, Column::InvitedBy])
                .update_columns([Column::Digest, Column::ExpiresAt])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Whether a code invites a person now.
pub(crate) async fn holds<C: ConnectionTrait>(
    db: &C,
    (person, digest, now): (Uuid, &str, DateTime<Utc>),
) -> Result<bool, StoreError> {
    Ok(held(db, (person, &[digest], now)).await? == 1)
}

/// How many administrators invite a person now by some codes.
pub(crate) async fn held<C: ConnectionTrait>(
    db: &C,
    (person, digests, now): (Uuid, &[&str], DateTime<Utc>),
) -> Result<usize, StoreError> {
    let found = Entity::find()
        .filter(Column::PersonId.eq(person))
        .filter(Column::Digest.is_in(digests.iter().copied()))
        .filter(Column::ExpiresAt.gt(now))
        .all(db)
        .await?;
    Ok(found.len())
}

/// Uses an invitation up, and with it any other of the person; false when it holds no more.
pub(crate) async fn take<C: ConnectionTrait>(
    db: &C,
    (person, digest, now): (Uuid, &str, DateTime<Utc>),
) -> Result<bool, StoreError> {
    let taken = Entity::delete_many()
        .filter(Column::PersonId.eq(person))
        .filter(Column::Digest.eq(digest))
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Entity::delete_many().filter(Column::PersonId.eq(person)).exec(db).await?;
    Ok(taken.rows_affected == 1)
}
