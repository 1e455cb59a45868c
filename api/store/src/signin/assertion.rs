//! Assertions of hospital systems that were taken: each is taken once, whichever replica it is sent to.

use super::session::digest;
use crate::error::StoreError;
use chrono::{DateTime, Utc};
use entity::side::client_assertion::{Column, Entity, Model};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

/// Takes an assertion that holds until an instant; false when it was taken before.
pub(crate) async fn take<C: ConnectionTrait>(
    db: &C,
    (client, jti): (Uuid, &str),
    (now, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<bool, StoreError> {
    Entity::delete_many().filter(Column::ExpiresAt.lt(now)).exec(db).await?;
    let row = Model { client_id: client, jti: digest(jti), expires_at: until };
    let inserted = Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns([Column::ClientId, Column::Jti]).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(inserted == 1)
}
