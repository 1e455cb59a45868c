//! Sessions, and the tokens that renew them. A token is used once; whoever uses it again has it from somebody else, and
//! the session ends for both.

use crate::clock::random;
use crate::error::StoreError;
use chrono::{DateTime, Duration, Utc};
use data_encoding::BASE64URL_NOPAD;
use entity::side::{refresh_token, session};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// How long a session that is over is remembered: beyond that, its tokens are as unknown as any other.
const REMEMBERED: Duration = Duration::hours(24);

/// A person who signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The session's id.
    pub id: Uuid,
    /// The person.
    pub person: Uuid,
    /// The person's sign-in epoch when it began.
    pub epoch: i32,
    /// The program that signed in.
    pub client: String,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When the person last proved who they are.
    pub proved_at: DateTime<Utc>,
    /// When it was last used, to half a minute.
    pub used_at: DateTime<Utc>,
    /// Whether it was ended.
    pub ended: bool,
}

impl From<session::Model> for Session {
    fn from(row: session::Model) -> Session {
        Session {
            id: row.id,
            person: row.person_id,
            epoch: row.epoch,
            client: row.client,
            began_at: row.began_at,
            proved_at: row.proved_at,
            used_at: row.used_at,
            ended: row.ended_at.is_some(),
        }
    }
}

/// A session that began, with the token that renews it.
#[derive(Clone, PartialEq, Eq)]
pub struct Began {
    /// The session.
    pub session: Session,
    /// The token. It is nowhere else.
    pub refresh_token: String,
}

/// What became of a token that was to renew a session.
#[derive(Clone, PartialEq, Eq)]
pub enum Refreshed {
    /// The session goes on under another token.
    Renewed(Began),
    /// The token was used before: the session is ended.
    Reused,
    /// There is no such token, or its session is over.
    Unknown,
}

/// What a token is found by.
pub(crate) fn digest(token: &str) -> String {
    ledger::Digest(Sha256::digest(token.as_bytes()).into()).to_string()
}

async fn issue<C: ConnectionTrait>(db: &C, session: Uuid) -> Result<String, StoreError> {
    let token = BASE64URL_NOPAD.encode(&random::<32>()?);
    let row = refresh_token::Model { digest: digest(&token), session_id: session, used_at: None };
    refresh_token::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(token)
}

/// Begins a session.
pub(crate) async fn begin<C: ConnectionTrait>(
    db: &C,
    (person, epoch, client, now): (Uuid, i32, &str, DateTime<Utc>),
) -> Result<Began, StoreError> {
    forget(db, person, now).await?;
    let id = uuid::Builder::from_random_bytes(random()?).into_uuid();
    let row = session::Model {
        id,
        person_id: person,
        epoch,
        client: client.to_owned(),
        began_at: now,
        proved_at: now,
        used_at: now,
        ended_at: None,
    };
    session::Entity::insert(row.clone().into_active_model()).exec_without_returning(db).await?;
    let refresh_token = issue(db, id).await?;
    Ok(Began { session: row.into(), refresh_token })
}

/// A session by id.
pub(crate) async fn read<C: ConnectionTrait>(db: &C, id: Uuid) -> Result<Option<Session>, StoreError> {
    Ok(session::Entity::find_by_id(id).one(db).await?.map(Session::from))
}

/// The session that a token renews, and whether the token was used before.
pub(crate) async fn of_token<C: ConnectionTrait>(db: &C, token: &str) -> Result<Option<Session>, StoreError> {
    let Some(found) = refresh_token::Entity::find_by_id(digest(token)).one(db).await? else {
        return Ok(None);
    };
    read(db, found.session_id).await
}

/// Takes a token and gives another for it.
pub(crate) async fn rotate<C: ConnectionTrait>(
    db: &C,
    (token, now): (&str, DateTime<Utc>),
) -> Result<Refreshed, StoreError> {
    use refresh_token::{Column, Entity};
    let found = Entity::find_by_id(digest(token)).lock_exclusive().one(db).await?;
    let Some(found) = found else { return Ok(Refreshed::Unknown) };
    let Some(session) = read(db, found.session_id).await?.filter(|session| !session.ended) else {
        return Ok(Refreshed::Unknown);
    };
    if found.used_at.is_some() {
        end(db, session.id, now).await?;
        return Ok(Refreshed::Reused);
    }
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::Digest.eq(found.digest))
        .exec(db)
        .await?;
    touch(db, session.id, now).await?;
    let refresh_token = issue(db, session.id).await?;
    Ok(Refreshed::Renewed(Began { session: Session { used_at: now, ..session }, refresh_token }))
}

/// Notes that a session was used.
pub(crate) async fn touch<C: ConnectionTrait>(
    db: &C,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    use session::{Column, Entity};
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::UsedAt.lt(now))
        .exec(db)
        .await?;
    Ok(())
}

/// Notes that the person of a session proved who they are.
pub(crate) async fn prove<C: ConnectionTrait>(
    db: &C,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    use session::{Column, Entity};
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .col_expr(Column::ProvedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Ends a session; false when it was over.
pub(crate) async fn end<C: ConnectionTrait>(
    db: &C,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    use session::{Column, Entity};
    let ended = Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(ended.rows_affected == 1)
}

/// Ends every session of a person but one; answers with how many.
pub(crate) async fn end_all<C: ConnectionTrait>(
    db: &C,
    (person, but, now): (Uuid, Option<Uuid>, DateTime<Utc>),
) -> Result<u64, StoreError> {
    use session::{Column, Entity};
    let mut query = Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::PersonId.eq(person))
        .filter(Column::EndedAt.is_null());
    if let Some(but) = but {
        query = query.filter(Column::Id.ne(but));
    }
    Ok(query.exec(db).await?.rows_affected)
}

/// Forgets a person's sessions that are long over.
async fn forget<C: ConnectionTrait>(db: &C, person: Uuid, now: DateTime<Utc>) -> Result<(), StoreError> {
    use session::{Column, Entity};
    let over: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::PersonId.eq(person))
        .filter(Column::BeganAt.lt(now - REMEMBERED))
        .into_tuple()
        .all(db)
        .await?;
    delete(db, over).await
}

/// Destroys every session of a person, with the tokens that renew it.
pub(crate) async fn destroy<C: ConnectionTrait>(db: &C, person: Uuid) -> Result<(), StoreError> {
    use session::{Column, Entity};
    let all: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::PersonId.eq(person))
        .into_tuple()
        .all(db)
        .await?;
    delete(db, all).await
}

async fn delete<C: ConnectionTrait>(db: &C, sessions: Vec<Uuid>) -> Result<(), StoreError> {
    if sessions.is_empty() {
        return Ok(());
    }
    refresh_token::Entity::delete_many()
        .filter(refresh_token::Column::SessionId.is_in(sessions.iter().copied()))
        .exec(db)
        .await?;
    session::Entity::delete_many().filter(session::Column::Id.is_in(sessions)).exec(db).await?;
    Ok(())
}
