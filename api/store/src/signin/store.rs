//! Sign-in as the store's users see it.

use super::attempt::{self, Charge, Counted, Forgiven, Lockout, Tried};
use super::credential::{self, Credential, Spent};
use super::session::{self, Began, Refreshed, Session};
use super::{Trace, assertion, invitation};
use crate::access_log::Access;
use crate::error::StoreError;
use crate::store::Store;
use chrono::{DateTime, Utc};
use entity::terms::AccessKind;
use uuid::Uuid;
use zeroize::Zeroizing;

/// What a person proved, to begin or to strengthen a session.
#[derive(Clone)]
pub struct Proof {
    /// The person.
    pub person: Uuid,
    /// The user name as registered and the address, under which failures are counted.
    pub tried: Tried,
    /// The password's hash that was verified: when another was set meanwhile, the proof is worth nothing.
    pub password: String,
    /// The hash of the same password that shall stand from now on, when the one that stands is too cheap.
    pub rehashed: Option<String>,
    /// What was offered beside the password.
    pub spent: Spent,
}

/// What an invited person sets.
#[derive(Clone)]
pub struct Acceptance {
    /// The person.
    pub person: Uuid,
    /// The user name as registered, and the address.
    pub tried: Tried,
    /// Digest of the invitation's code.
    pub invitation: String,
    /// What stands for the person beside it, when they had a credential before.
    pub former: Option<Former>,
    /// What the person signs in with from now on.
    pub credential: Credential,
}

/// What an invited person brings who had a credential before: an administrator alone resets nobody.
#[derive(Clone, Debug)]
pub enum Former {
    /// A code of the factor that they had, or one of its recovery codes.
    Proved(Spent),
    /// Digest of the code of another administrator's invitation.
    Invitation(String),
}

/// What a signed-in person changes of their credential.
#[derive(Clone)]
pub enum NewCredential {
    /// The password's hash.
    Password(String),
    /// The second factor: its secret, the step whose code proved it, and digests of fresh recovery codes.
    Factor {
        /// The secret.
        secret: Vec<u8>,
        /// The step.
        step: u64,
        /// The digests.
        recovery: Vec<String>,
    },
}

impl Store {
    /// Charges an attempt to sign in to a name, whether or not anybody has it. It counts as a failure until it is
    /// forgiven by what follows from it.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn charge_attempt(&self, tried: &Tried, lockout: Lockout) -> Result<Charge, StoreError> {
        let tried = tried.clone();
        self.work(|inner| async move {
            let writers = &inner.writers;
            let txn = writers.begin().await?;
            let counted = Counted::of(&writers.keys, &tried);
            let charge = attempt::charge(&txn, &counted, (writers.clock.now(), lockout)).await?;
            txn.commit().await?;
            Ok(charge)
        })
        .await
    }

    /// What a person signs in with; none before they set it.
    ///
    /// # Errors
    /// UNAVAILABLE, or CONFIGURATION when it does not open.
    pub async fn credential(&self, person: Uuid) -> Result<Option<Credential>, StoreError> {
        self.work(|inner| async move {
            credential::read(&inner.pools.read, &inner.writers.keys, (person, false)).await
        })
        .await
    }

    /// Begins a session of a person who proved who they are. None when what they offered was used before, or holds no
    /// more.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn begin_session(
        &self,
        proof: Proof,
        epoch: i32,
        trace: Trace,
    ) -> Result<Option<Began>, StoreError> {
        self.work(|inner| async move {
            let writers = &inner.writers;
            let now = writers.clock.now();
            let recording = writers.recording().await?;
            let txn = &recording.txn;
            let mut records = Vec::new();
            if !proven(txn, &writers.keys, (&proof, now), (&trace, &mut records)).await? {
                recording.txn.rollback().await?;
                return Ok(None);
            }
            let began = session::begin(txn, (proof.person, epoch, &trace.client, now)).await?;
            records.push(trace.record(AccessKind::SignedIn, "signIn"));
            recording.commit(&records, &trace.client).await?;
            Ok(Some(began))
        })
        .await
    }

    /// Notes that the person of a session proved anew who they are; false as for [`Store::begin_session`].
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn prove_session(&self, id: Uuid, proof: Proof, trace: Trace) -> Result<bool, StoreError> {
        self.work(|inner| async move {
            let writers = &inner.writers;
            let now = writers.clock.now();
            let recording = writers.recording().await?;
            let mut records = Vec::new();
            if !proven(&recording.txn, &writers.keys, (&proof, now), (&trace, &mut records)).await? {
                recording.txn.rollback().await?;
                return Ok(false);
            }
            session::prove(&recording.txn, id, now).await?;
            records.push(trace.record(AccessKind::SignedIn, "signInAgain"));
            recording.commit(&records, &trace.client).await?;
            Ok(true)
        })
        .await
    }

    /// Changes what a signed-in person signs in with. Every other session of theirs ends. False as for
    /// [`Store::begin_session`].
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn change_credential(
        &self,
        (proof, new): (Proof, NewCredential),
        session: Uuid,
        trace: Trace,
    ) -> Result<bool, StoreError> {
        self.work(|inner| async move {
            let writers = &inner.writers;
            let (now, keys) = (writers.clock.now(), &writers.keys);
            let recording = writers.recording().await?;
            let txn = &recording.txn;
            let mut records = Vec::new();
            if !proven(txn, keys, (&proof, now), (&trace, &mut records)).await? {
                recording.txn.rollback().await?;
                return Ok(false);
            }
            let Some(mut held) = credential::read(txn, keys, (proof.person, true)).await? else {
                recording.txn.rollback().await?;
                return Ok(false);
            };
            let what = match new {
                NewCredential::Password(hash) => {
                    held.password = hash;
                    "password"
                }
                NewCredential::Factor { secret, step, recovery } => {
                    held.factor = secret;
                    held.factor_step = step;
                    held.recovery = recovery;
                    "factor"
                }
            };
            credential::write(txn, keys, (proof.person, &held, now)).await?;
            session::end_all(txn, (proof.person, Some(session), now)).await?;
            records.push(trace.record(AccessKind::Credential, what));
            recording.commit(&records, &trace.client).await?;
            Ok(true)
        })
        .await
    }

    /// Whether an invitation's code holds for a person now.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn is_invited(&self, person: Uuid, digest: &str) -> Result<bool, StoreError> {
        let digest = digest.to_owned();
        self.work(|inner| async move {
            invitation::holds(&inner.pools.read, (person, &digest, inner.writers.clock.now())).await
        })
        .await
    }

    /// Takes an invitation, sets what the person signs in with, and begins their first session. None when the
    /// invitation holds no more.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn accept_invitation(
        &self,
        acceptance: Acceptance,
        epoch: i32,
        trace: Trace,
    ) -> Result<Option<Began>, StoreError> {
        self.work(|inner| async move {
            let writers = &inner.writers;
            let (now, keys) = (writers.clock.now(), &writers.keys);
            let recording = writers.recording().await?;
            let txn = &recording.txn;
            let Acceptance { person, tried, invitation, former, credential } = acceptance;
            let held = credential::read(txn, keys, (person, true)).await?;
            if !stands(txn, (person, held, now), (&invitation, former.as_ref())).await?
                || !invitation::take(txn, (person, &invitation, now)).await?
            {
                recording.txn.rollback().await?;
                return Ok(None);
            }
            credential::write(txn, keys, (person, &credential, now)).await?;
            attempt::forgive(txn, &Counted::of(keys, &tried), (Forgiven::Here, now)).await?;
            let began = session::begin(txn, (person, epoch, &trace.client, now)).await?;
            let records = [
                trace.record(AccessKind::Credential, "invitation"),
                trace.record(AccessKind::SignedIn, "signIn"),
            ];
            recording.commit(&records, &trace.client).await?;
            Ok(Some(began))
        })
        .await
    }

    /// Takes an attempt back that was right and began nothing.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn forgive_attempt(&self, tried: &Tried) -> Result<(), StoreError> {
        let tried = tried.clone();
        self.work(|inner| async move {
            let writers = &inner.writers;
            let txn = writers.begin().await?;
            let counted = Counted::of(&writers.keys, &tried);
            attempt::forgive(&txn, &counted, (Forgiven::This, writers.clock.now())).await?;
            Ok(txn.commit().await?)
        })
        .await
    }

    /// A session by id.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn session(&self, id: Uuid) -> Result<Option<Session>, StoreError> {
        self.work(|inner| async move { session::read(&inner.pools.read, id).await }).await
    }

    /// The session that a token renews, whether or not it may still.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn session_of(&self, refresh_token: &str) -> Result<Option<Session>, StoreError> {
        let token = refresh_token.to_owned();
        self.work(|inner| async move { session::of_token(&inner.pools.read, &token).await }).await
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn touch_session(&self, id: Uuid, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.work(|inner| async move { session::touch(&inner.pools.write, id, now).await }).await
    }

    /// Renews a session: the token is used up and another given for it. A token that was used before ends the session.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn refresh_session(&self, refresh_token: &str, trace: Trace) -> Result<Refreshed, StoreError> {
        let token = Zeroizing::new(refresh_token.to_owned());
        self.work(|inner| async move {
            let writers = &inner.writers;
            let recording = writers.recording().await?;
            let refreshed = session::rotate(&recording.txn, (&token, writers.clock.now())).await?;
            let records: Vec<Access> = match &refreshed {
                Refreshed::Reused => vec![trace.record(AccessKind::SignedOut, "refreshTokenReused")],
                Refreshed::Renewed(_) | Refreshed::Unknown => Vec::new(),
            };
            recording.commit(&records, &trace.client).await?;
            Ok(refreshed)
        })
        .await
    }

    /// Ends a session, or every session of its person.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn end_session(&self, session: Uuid, everywhere: bool, trace: Trace) -> Result<(), StoreError> {
        self.work(|inner| async move {
            let writers = &inner.writers;
            let now = writers.clock.now();
            let recording = writers.recording().await?;
            let ended = match everywhere {
                true => session::end_all(&recording.txn, (trace.actor, None, now)).await? > 0,
                false => session::end(&recording.txn, session, now).await?,
            };
            let what = if everywhere { "signOutEverywhere" } else { "signOut" };
            let records: Vec<Access> =
                ended.then(|| trace.record(AccessKind::SignedOut, what)).into_iter().collect();
            recording.commit(&records, &trace.client).await
        })
        .await
    }

    /// Takes an assertion of a hospital system that holds until an instant, and notes that a token was issued for it.
    /// False when it was taken before, here or at another replica.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn take_assertion(
        &self,
        jti: &str,
        until: DateTime<Utc>,
        trace: Trace,
    ) -> Result<bool, StoreError> {
        let jti = jti.to_owned();
        self.work(|inner| async move {
            let writers = &inner.writers;
            let recording = writers.recording().await?;
            let times = (writers.clock.now(), until);
            let taken = assertion::take(&recording.txn, (trace.actor, &jti), times).await?;
            let records: Vec<Access> =
                taken.then(|| trace.record(AccessKind::Token, "clientToken")).into_iter().collect();
            recording.commit(&records, &trace.client).await?;
            Ok(taken)
        })
        .await
    }

    /// Seals bytes that leave the server for a while, bound to a context.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        credential::seal(self.keys(), &outside(context), plain)
    }

    /// The reverse of [`Store::seal`]; none when anything was changed.
    pub fn unseal(&self, context: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        credential::open(self.keys(), &outside(context), sealed)
    }
}

fn outside(context: &str) -> Vec<u8> {
    format!("trialgraph outside {context}").into_bytes()
}

/// Whether somebody stands for an invited person beside the administrator who invites: nobody has to for who never had a
/// credential.
async fn stands(
    txn: &sea_orm::DatabaseTransaction,
    (person, held, now): (Uuid, Option<Credential>, DateTime<Utc>),
    (invitation, former): (&str, Option<&Former>),
) -> Result<bool, StoreError> {
    Ok(match (held, former) {
        (None, _) => true,
        (Some(mut held), Some(Former::Proved(spent))) => held.spend(spent),
        (Some(_), Some(Former::Invitation(second))) => {
            invitation::held(txn, (person, &[invitation, second], now)).await? == 2
        }
        (Some(_), None) => false,
    })
}

/// Judges a proof at the credential that stands under the transaction's lock, uses up what was offered, and forgives
/// the attempt.
async fn proven(
    txn: &sea_orm::DatabaseTransaction,
    keys: &crate::identity::DigestKeys,
    (proof, now): (&Proof, DateTime<Utc>),
    (trace, records): (&Trace, &mut Vec<Access>),
) -> Result<bool, StoreError> {
    let Some(mut held) = credential::read(txn, keys, (proof.person, true)).await? else { return Ok(false) };
    if held.password != proof.password || !held.spend(&proof.spent) {
        return Ok(false);
    }
    if let Some(rehashed) = &proof.rehashed {
        held.password = rehashed.clone();
    }
    credential::write(txn, keys, (proof.person, &held, now)).await?;
    attempt::forgive(txn, &Counted::of(keys, &proof.tried), (Forgiven::Here, now)).await?;
    if matches!(proof.spent, Spent::Recovery(_)) {
        records.push(trace.record(AccessKind::Credential, "recoveryCode"));
    }
    Ok(true)
}
