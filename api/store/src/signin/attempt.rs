//! Failures to sign in, counted by name: whether or not anybody has the name, so that nobody learns it here.
//!
//! They are counted twice. Of a name and an address: so many, and whoever is at that address is refused for a while. Of the
//! name alone: as many, and it is locked for a while for every address (P11-24), but for those from which somebody signed in
//! under it in the last weeks. So nobody guesses faster from many addresses than from one, and nobody locks an account from
//! afar for who uses it from where they always do.
//!
//! An attempt is charged before it is judged: of a hundred that come at the same time, no more are judged than of a
//! hundred that come one by one.

use crate::error::StoreError;
use crate::identity::DigestKeys;
use chrono::{DateTime, Duration, Utc};
use entity::side::sign_in_attempt::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, Set,
};

/// Under which name somebody tries to sign in, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The user name as registered, or as it was typed when nobody has it.
    pub name: String,
    /// The address, or the network that counts as one.
    pub address: String,
    /// What is tried.
    pub at: Door,
}

/// What somebody tries under a name: each has a count of its own, whatever names are typed at the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Signing in, or taking an invitation.
    SignIn,
    /// Proving the factor that was there before an invitation.
    FormerFactor,
}

/// After how many failures an account is locked, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lockout {
    /// Failures within the time.
    pub failures: u32,
    /// The time, and how long the account is locked after the last failure.
    pub time: Duration,
}

/// How many days an address is one from which a name is used.
const FAMILIAR_DAYS: i64 = 30;

/// What became of an attempt before it was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charge {
    /// It counts as a failure until [`crate::Store::begin_session`] or its like takes the count back.
    Open {
        /// Whether the account is locked if this attempt fails, for its address or for those that are not familiar.
        last: bool,
    },
    /// The account is locked: whatever is offered is refused.
    Locked,
}

/// What an attempt is counted under.
#[derive(Clone)]
pub(crate) struct Counted {
    /// The name and the address.
    here: String,
    /// The name.
    account: String,
}

impl Counted {
    /// Of an attempt.
    pub(crate) fn of(keys: &DigestKeys, tried: &Tried) -> Counted {
        let name = tried.name.trim().to_lowercase();
        // An address holds no space.
        let key = match tried.at {
            Door::SignIn => keys.account,
            Door::FormerFactor => *ledger::keyed(&keys.account, b"former factor").as_bytes(),
        };
        let digest = |place: &str| ledger::keyed(&key, format!("{place} {name}").as_bytes()).to_string();
        Counted { here: digest(&tried.address), account: digest("") }
    }

    /// Of a name from wherever.
    pub(crate) fn account(keys: &DigestKeys, name: &str) -> String {
        let tried = Tried { name: name.to_owned(), address: String::new(), at: Door::SignIn };
        Counted::of(keys, &tried).account
    }
}

/// Charges an attempt.
pub(crate) async fn charge<C: ConnectionTrait>(
    db: &C,
    counted: &Counted,
    (now, lockout): (DateTime<Utc>, Lockout),
) -> Result<Charge, StoreError> {
    // What no longer counts is forgotten, so that names which nobody has do not pile up.
    let month_ago = now - Duration::days(FAMILIAR_DAYS);
    let strange = Condition::any().add(Column::SignedInAt.is_null()).add(Column::SignedInAt.lte(month_ago));
    Entity::delete_many().filter(Column::LastAt.lte(now - lockout.time)).filter(strange).exec(db).await?;
    let most = i32::try_from(lockout.failures).unwrap_or(i32::MAX);
    let here = standing(db, (&counted.here, &counted.account), (now, lockout)).await?;
    if here.failures >= most {
        return Ok(Charge::Locked);
    }
    let all = standing(db, (&counted.account, &counted.account), (now, lockout)).await?;
    let familiar = here.signed_in_at.is_some_and(|day| day > month_ago);
    if all.failures >= most && !familiar {
        return Ok(Charge::Locked);
    }
    let last = here.failures + 1 >= most || all.failures + 1 == most;
    // While it is locked, what is tried from a familiar address does not keep it so for the others.
    let since = if all.failures >= most { all.last_at } else { now };
    add(db, here, now).await?;
    add(db, all, since).await?;
    Ok(Charge::Open { last })
}

/// What is counted under a digest, locked until the transaction ends.
async fn standing<C: ConnectionTrait>(
    db: &C,
    (counted, account): (&str, &str),
    (now, lockout): (DateTime<Utc>, Lockout),
) -> Result<Model, StoreError> {
    let fresh = Model {
        counted: counted.to_owned(),
        account: account.to_owned(),
        failures: 0,
        since: now,
        last_at: now,
        signed_in_at: None,
    };
    Entity::insert(fresh.into_active_model())
        .on_conflict(OnConflict::column(Column::Counted).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    let found = Entity::find_by_id(counted.to_owned()).lock_exclusive().one(db).await?;
    let Some(row) = found else {
        return Err(StoreError::internal_fault("an attempt's row went away under its lock"));
    };
    let most = i32::try_from(lockout.failures).unwrap_or(i32::MAX);
    let counted_from = if row.failures < most { row.since } else { row.last_at };
    let over = counted_from <= now - lockout.time;
    Ok(if over { Model { failures: 0, since: now, ..row } } else { row })
}

async fn add<C: ConnectionTrait>(db: &C, row: Model, last_at: DateTime<Utc>) -> Result<(), StoreError> {
    let charged = ActiveModel {
        failures: Set(row.failures + 1),
        since: Set(row.since),
        last_at: Set(last_at),
        ..ActiveModel::default()
    };
    Entity::update_many().set(charged).filter(Column::Counted.eq(row.counted)).exec(db).await?;
    Ok(())
}

/// What is taken back of an attempt's count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgiven {
    /// The one attempt, which was right and led nowhere.
    This,
    /// All from its address: somebody signed in there.
    Here,
}

/// Takes back what was counted of a name from an address; what was counted of it from elsewhere stands. Where somebody
/// signed in, the address is familiar from then on.
pub(crate) async fn forgive<C: ConnectionTrait>(
    db: &C,
    counted: &Counted,
    (what, now): (Forgiven, DateTime<Utc>),
) -> Result<(), StoreError> {
    let Some(here) = Entity::find_by_id(counted.here.clone()).lock_exclusive().one(db).await? else {
        return Ok(());
    };
    let taken = match what {
        Forgiven::This => here.failures.min(1),
        Forgiven::Here => here.failures,
    };
    if what == Forgiven::Here {
        let familiar = ActiveModel { signed_in_at: Set(Some(now)), ..ActiveModel::default() };
        Entity::update_many().set(familiar).filter(Column::Counted.eq(counted.here.clone())).exec(db).await?;
    }
    take_back(db, here, taken).await?;
    match Entity::find_by_id(counted.account.clone()).lock_exclusive().one(db).await? {
        Some(all) => take_back(db, all, taken).await,
        None => Ok(()),
    }
}

async fn take_back<C: ConnectionTrait>(db: &C, row: Model, taken: i32) -> Result<(), StoreError> {
    let left = ActiveModel { failures: Set((row.failures - taken).max(0)), ..ActiveModel::default() };
    Entity::update_many().set(left).filter(Column::Counted.eq(row.counted)).exec(db).await?;
    Ok(())
}

/// Takes back everything that was counted of a name, and forgets which addresses were familiar.
pub(crate) async fn unlock<C: ConnectionTrait>(db: &C, account: String) -> Result<(), StoreError> {
    Entity::delete_many().filter(Column::Account.eq(account)).exec(db).await?;
    Ok(())
}
