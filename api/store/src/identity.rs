//! Direct identifiers: encrypted under a key per subject, which the master key wraps.
//!
//! Destroying a subject's key erases the identifiers and touches no hash: the ledger holds only which fields
//! were known, and a keyed commitment to them.

use crate::clock::random;
use crate::error::{StoreCode, StoreError};
use crate::secrets;
use crate::vault::{self, NONCE};
use entity::side::{identity_lookup, subject_identity, subject_key};
use entity::terms::KeyPurpose;
use policy::Identity;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Statement,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use uuid::Uuid;

pub use crate::vault::KeyVault;

/// Keys that follow from the installation's secret.
#[derive(Clone, Copy)]
pub(crate) struct DigestKeys {
    /// From which the others follow.
    secret: [u8; 32],
    /// Of commitments to identifiers.
    pub commitment: [u8; 32],
    /// Of look-ups by hospital number.
    lookup: [u8; 32],
    /// Of digests of commands' inputs.
    pub input: [u8; 32],
    /// Under which credentials are encrypted.
    pub credential: [u8; 32],
    /// Of the names under which failures to sign in are counted.
    pub account: [u8; 32],
}

impl DigestKeys {
    pub(crate) async fn read<C: ConnectionTrait>(
        db: &C,
        vault: &dyn KeyVault,
    ) -> Result<DigestKeys, StoreError> {
        let secret = secrets::installation(db, vault).await?;
        Ok(DigestKeys {
            secret,
            commitment: derived(&secret, "commitment"),
            lookup: derived(&secret, "lookup"),
            input: derived(&secret, "input"),
            credential: derived(&secret, "credential"),
            account: derived(&secret, "account"),
        })
    }

    /// A key of the API's own by name: of a pseudonym, of an id.
    pub(crate) fn of_api(&self, name: &str) -> [u8; 32] {
        derived(&self.secret, &format!("api:{name}"))
    }

    /// The id by which the portal's ledger names the secret that is held here.
    pub(crate) fn kid(&self) -> Result<String, StoreError> {
        Ok(secrets::public_half(&self.secret, KeyPurpose::Installation)?.kid)
    }

    /// What a hospital number is found by at a site. None for a blank one.
    pub(crate) fn lookup(&self, site: Uuid, number: &str) -> Option<String> {
        let normal: String =
            number.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
        // A key per site, so that the same number at two sites is not seen to be the same.
        let key = ledger::keyed(&self.lookup, site.as_bytes());
        (!normal.is_empty()).then(|| ledger::keyed(key.as_bytes(), normal.as_bytes()).to_string())
    }
}

/// The key of one use. HMAC is a pseudorandom function, and the uses have different names (NIST SP 800-108r1).
fn derived(secret: &[u8; 32], name: &str) -> [u8; 32] {
    *ledger::keyed(secret, format!("trialgraph key {name}").as_bytes()).as_bytes()
}

/// A subject's identifiers as they lie in the database, with their key.
#[derive(Clone, FromQueryResult)]
pub(crate) struct Sealed {
    pub subject_id: Uuid,
    study_id: Uuid,
    master_key_id: String,
    key_nonce: Vec<u8>,
    wrapped: Vec<u8>,
    nonce: Vec<u8>,
    ciphertext: Vec<u8>,
}

fn key_context(subject: Uuid) -> Vec<u8> {
    format!("trialgraph subject key {subject}").into_bytes()
}

fn context(study: Uuid, subject: Uuid) -> Vec<u8> {
    format!("trialgraph identity {study} {subject}").into_bytes()
}

fn nonce(bytes: &[u8]) -> Option<&[u8; NONCE]> {
    bytes.try_into().ok()
}

/// What lies encrypted of a subject: the identifiers, and what the commitment to them was salted with.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept<'i> {
    pub identity: Cow<'i, Identity>,
    pub salt: [u8; 32],
}

impl Sealed {
    pub fn open(&self, vault: &dyn KeyVault) -> Option<Kept<'static>> {
        let key = vault.unwrap(
            &self.master_key_id,
            &key_context(self.subject_id),
            nonce(&self.key_nonce)?,
            &self.wrapped,
        )?;
        let context = context(self.study_id, self.subject_id);
        let plain = vault::open(&key.try_into().ok()?, &context, nonce(&self.nonce)?, &self.ciphertext)?;
        serde_json::from_slice(&plain).ok()
    }
}

/// Which rows to read.
#[derive(Clone, Copy)]
pub(crate) enum Which<'w> {
    Study(Uuid),
    Subjects(&'w [Uuid]),
}

/// Most subjects in one statement.
pub(crate) const CHUNK: usize = 1_000;

/// Reads identifiers with their keys; a subject whose key was destroyed has none any more.
pub(crate) async fn read<C: ConnectionTrait>(db: &C, which: Which<'_>) -> Result<Vec<Sealed>, StoreError> {
    const SELECT: &str = "SELECT i.subject_id, i.study_id, i.nonce, i.ciphertext, k.master_key_id, \
                          k.nonce AS key_nonce, k.wrapped FROM subject_identity i \
                          JOIN subject_key k ON k.subject_id = i.subject_id WHERE";
    let backend = db.get_database_backend();
    let statements: Vec<Statement> = match which {
        Which::Study(study) => {
            vec![Statement::from_sql_and_values(backend, format!("{SELECT} i.study_id = $1"), [study.into()])]
        }
        Which::Subjects(subjects) => subjects
            .chunks(CHUNK)
            .map(|chunk| {
                let places: Vec<String> = (1..=chunk.len()).map(|place| format!("${place}")).collect();
                let sql = format!("{SELECT} i.subject_id IN ({})", places.join(", "));
                Statement::from_sql_and_values(backend, sql, chunk.iter().map(|id| (*id).into()))
            })
            .collect(),
    };
    let mut rows = Vec::new();
    for statement in statements {
        rows.extend(Sealed::find_by_statement(statement).all(db).await?);
    }
    Ok(rows)
}

/// Identifiers of subjects, decrypted, for commands that declared them.
pub(crate) async fn opened<C: ConnectionTrait>(
    db: &C,
    vault: &dyn KeyVault,
    subjects: &[Uuid],
) -> Result<BTreeMap<Uuid, Identity>, StoreError> {
    let rows = read(db, Which::Subjects(subjects)).await?;
    rows.iter()
        .map(|row| {
            let subject = row.subject_id;
            let unreadable = || {
                StoreError::new(
                    StoreCode::Damaged,
                    format!("the identifiers of subject {subject} do not open"),
                )
            };
            row.open(vault).map(|kept| (subject, kept.identity.into_owned())).ok_or_else(unreadable)
        })
        .collect()
}

/// What is written of a subject's identifiers.
pub(crate) struct IdentityRow<'i> {
    pub subject: Uuid,
    pub study: Uuid,
    pub site: Uuid,
    pub identity: &'i Identity,
    pub salt: &'i [u8; 32],
}

/// Another subject that has this one's hospital number at its site.
pub(crate) async fn taken<C: ConnectionTrait>(
    db: &C,
    keys: &DigestKeys,
    row: &IdentityRow<'_>,
) -> Result<Option<Uuid>, StoreError> {
    let number = row.identity.hospital_number.as_deref().unwrap_or_default();
    Ok(find(db, keys, row.site, number).await?.filter(|found| *found != row.subject))
}

/// The subject of a site with a hospital number.
pub(crate) async fn find<C: ConnectionTrait>(
    db: &C,
    keys: &DigestKeys,
    site: Uuid,
    number: &str,
) -> Result<Option<Uuid>, StoreError> {
    let Some(lookup) = keys.lookup(site, number) else { return Ok(None) };
    Ok(identity_lookup::Entity::find_by_id((site, lookup)).one(db).await?.map(|row| row.subject_id))
}

/// Writes a subject's identifiers whole, over what was there.
pub(crate) async fn write<C: ConnectionTrait>(
    db: &C,
    (vault, keys): (&dyn KeyVault, &DigestKeys),
    row: &IdentityRow<'_>,
) -> Result<(), StoreError> {
    let subject = row.subject;
    let refused = || StoreError::new(StoreCode::Configuration, "the current master key cannot be used");
    let key = subject_key(db, vault, subject).await?;
    let kept = Kept { identity: Cow::Borrowed(row.identity), salt: *row.salt };
    let plain = serde_json::to_vec(&kept)
        .map_err(|_| StoreError::internal_fault(format!("the identifiers of {subject} have no JSON form")))?;
    let nonce: [u8; NONCE] = random()?;
    let ciphertext = vault::seal(&key, &context(row.study, subject), &nonce, &plain).ok_or_else(refused)?;
    let model = subject_identity::Model {
        subject_id: subject,
        study_id: row.study,
        site_id: row.site,
        nonce: nonce.to_vec(),
        ciphertext,
    };
    use subject_identity::Column;
    subject_identity::Entity::insert(model.into_active_model())
        .on_conflict(
            OnConflict::column(Column::SubjectId)
                .update_columns([Column::StudyId, Column::SiteId, Column::Nonce, Column::Ciphertext])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    forget_lookup(db, subject).await?;
    if let Some(lookup) =
        row.identity.hospital_number.as_deref().and_then(|number| keys.lookup(row.site, number))
    {
        let model = identity_lookup::Model { site_id: row.site, lookup, subject_id: subject };
        identity_lookup::Entity::insert(model.into_active_model()).exec_without_returning(db).await?;
    }
    Ok(())
}

/// The subject's key, drawn when there is none yet.
async fn subject_key<C: ConnectionTrait>(
    db: &C,
    vault: &dyn KeyVault,
    subject: Uuid,
) -> Result<[u8; 32], StoreError> {
    if let Some(row) = subject_key::Entity::find_by_id(subject).one(db).await? {
        return key_of(vault, &row);
    }
    let key = random()?;
    let model = wrapped(vault, subject, &key)?;
    subject_key::Entity::insert(model.into_active_model()).exec_without_returning(db).await?;
    Ok(key)
}

/// A subject's key out of its wrapping.
fn key_of(vault: &dyn KeyVault, row: &subject_key::Model) -> Result<[u8; 32], StoreError> {
    let subject = row.subject_id;
    let opened = nonce(&row.nonce)
        .and_then(|nonce| vault.unwrap(&row.master_key_id, &key_context(subject), nonce, &row.wrapped));
    opened.and_then(|key| key.try_into().ok()).ok_or_else(|| {
        StoreError::new(StoreCode::Configuration, format!("the key of subject {subject} does not open"))
    })
}

/// A subject's key under the current master key.
fn wrapped(vault: &dyn KeyVault, subject: Uuid, key: &[u8; 32]) -> Result<subject_key::Model, StoreError> {
    let nonce: [u8; NONCE] = random()?;
    let wrapped = vault
        .wrap(&key_context(subject), &nonce, key)
        .ok_or_else(|| StoreError::new(StoreCode::Configuration, "the current master key cannot be used"))?;
    let master_key_id = vault.current().to_owned();
    Ok(subject_key::Model { subject_id: subject, master_key_id, nonce: nonce.to_vec(), wrapped })
}

/// Wraps the keys of all subjects under the current master key; answers with how many were under another.
pub(crate) async fn rewrap<C: ConnectionTrait>(db: &C, vault: &dyn KeyVault) -> Result<u64, StoreError> {
    use subject_key::Column;
    let mut rewrapped = 0;
    loop {
        // Whatever is under another key: the next step finds what is left.
        let older = subject_key::Entity::find()
            .filter(Column::MasterKeyId.ne(vault.current()))
            .order_by_asc(Column::SubjectId)
            .limit(CHUNK as u64)
            .all(db)
            .await?;
        for row in &older {
            let new = wrapped(vault, row.subject_id, &key_of(vault, row)?)?;
            new.into_active_model().reset_all().update(db).await?;
        }
        rewrapped += older.len() as u64;
        if older.len() < CHUNK {
            return Ok(rewrapped);
        }
    }
}

async fn forget_lookup<C: ConnectionTrait>(db: &C, subject: Uuid) -> Result<(), StoreError> {
    use identity_lookup::{Column, Entity};
    Entity::delete_many().filter(Column::SubjectId.eq(subject)).exec(db).await?;
    Ok(())
}

/// Destroys a subject's key, and with it what the identifiers were.
pub(crate) async fn erase<C: ConnectionTrait>(db: &C, subject: Uuid) -> Result<(), StoreError> {
    forget_lookup(db, subject).await?;
    subject_key::Entity::delete_by_id(subject).exec(db).await?;
    subject_identity::Entity::delete_by_id(subject).exec(db).await?;
    Ok(())
}

/// The identifiers of a study as ciphertext, opened one by one by whoever may see them.
#[derive(Clone)]
pub struct IdentityBook {
    study: Uuid,
    rows: HashMap<Uuid, Sealed>,
    vault: Arc<dyn KeyVault>,
    /// The open revision up to which it knows every change.
    pub(crate) at: u64,
}

impl IdentityBook {
    pub(crate) async fn load<C: ConnectionTrait>(
        db: &C,
        vault: &Arc<dyn KeyVault>,
        (study, at): (Uuid, u64),
    ) -> Result<IdentityBook, StoreError> {
        let rows = read(db, Which::Study(study)).await?;
        let rows = rows.into_iter().map(|row| (row.subject_id, row)).collect();
        Ok(IdentityBook { study, rows, vault: vault.clone(), at })
    }

    /// The book with these subjects read again.
    pub(crate) async fn renewed<C: ConnectionTrait>(
        &self,
        db: &C,
        subjects: &[Uuid],
        at: u64,
    ) -> Result<IdentityBook, StoreError> {
        let fresh = read(db, Which::Subjects(subjects)).await?;
        let mut rows = self.rows.clone();
        for subject in subjects {
            rows.remove(subject);
        }
        rows.extend(fresh.into_iter().map(|row| (row.subject_id, row)));
        Ok(IdentityBook { study: self.study, rows, vault: self.vault.clone(), at })
    }

    /// A subject's identifiers; none when nothing was recorded or the key was destroyed.
    pub fn open(&self, subject: Uuid) -> Option<Identity> {
        Some(self.rows.get(&subject)?.open(self.vault.as_ref())?.identity.into_owned())
    }

    pub(crate) fn bytes(&self) -> usize {
        self.rows
            .values()
            .map(|row| size_of::<Sealed>() + row.ciphertext.len() + row.wrapped.len() + 64)
            .sum()
    }
}

impl study::view::Vault for IdentityBook {
    fn open(&self, study: Uuid, subject: Uuid) -> Option<Identity> {
        if study == self.study { IdentityBook::open(self, subject) } else { None }
    }
}
