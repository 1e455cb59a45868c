//! Secrets of the installation, sealed under the master key: signing keys, and the keys of keyed digests.

use crate::clock::random;
use crate::error::{StoreCode, StoreError};
use crate::vault::KeyVault;
use entity::ledger::entry;
use entity::side::secret;
use entity::terms::KeyPurpose;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey};
use ledger::StreamId;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};

/// A key pair of the installation, of which the private half stays here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSigningKey {
    /// The key's id: its thumbprint (RFC 7638).
    pub kid: String,
    /// What it is for.
    pub purpose: KeyPurpose,
    /// The public half as a JWK, for the portal stream.
    pub jwk: String,
}

/// The private half of a key pair, at work.
#[derive(Clone)]
pub struct SigningKey {
    /// The key's id.
    pub kid: String,
    /// Ed25519.
    pub key: EncodingKey,
}

/// What a DER-encoded Ed25519 private key (RFC 8410) has before its 32 bytes.
const ED25519_DER: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

fn context(name: &str) -> Vec<u8> {
    format!("trialgraph secret {name}").into_bytes()
}

/// A secret by name.
pub(crate) async fn get<C: ConnectionTrait>(
    db: &C,
    vault: &dyn KeyVault,
    name: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(row) = secret::Entity::find_by_id(name.to_owned()).one(db).await? else { return Ok(None) };
    open(vault, &row).map(|(_, bytes)| Some(bytes))
}

/// The id of the master key that a secret is wrapped under, and the secret.
fn open<'r>(vault: &dyn KeyVault, row: &'r secret::Model) -> Result<(&'r str, Vec<u8>), StoreError> {
    let wrong = || {
        let text = format!("the secret {} does not open under the master keys that were given", row.name);
        StoreError::new(StoreCode::Configuration, text)
    };
    // One byte for the length of the key's id, the id, and the wrapped secret.
    let (&length, rest) = row.sealed.split_first().ok_or_else(wrong)?;
    let (id, wrapped) = rest.split_at_checked(length.into()).ok_or_else(wrong)?;
    let id = std::str::from_utf8(id).map_err(|_| wrong())?;
    let nonce = row.nonce.as_slice().try_into().map_err(|_| wrong())?;
    Ok((id, vault.unwrap(id, &context(&row.name), nonce, wrapped).ok_or_else(wrong)?))
}

/// A secret as it lies in the database, wrapped under the current master key.
fn sealed(vault: &dyn KeyVault, name: &str, bytes: &[u8]) -> Result<secret::Model, StoreError> {
    let nonce = random()?;
    let id = vault.current();
    let wrong = || StoreError::new(StoreCode::Configuration, "the current master key cannot be used");
    let mut sealed = vec![u8::try_from(id.len()).map_err(|_| wrong())?];
    sealed.extend(id.as_bytes());
    sealed.extend(vault.wrap(&context(name), &nonce, bytes).ok_or_else(wrong)?);
    Ok(secret::Model { name: name.to_owned(), nonce: nonce.to_vec(), sealed })
}

/// Wraps every secret under the current master key; answers with how many were under another.
pub(crate) async fn rewrap<C: ConnectionTrait>(db: &C, vault: &dyn KeyVault) -> Result<u64, StoreError> {
    let mut rewrapped = 0;
    for row in secret::Entity::find().all(db).await? {
        let (id, bytes) = open(vault, &row)?;
        if id != vault.current() {
            let new = sealed(vault, &row.name, &bytes)?;
            new.into_active_model().reset_all().update(db).await?;
            rewrapped += 1;
        }
    }
    Ok(rewrapped)
}

/// Keeps a secret unless there is one of its name.
pub(crate) async fn keep<C: ConnectionTrait>(
    db: &C,
    vault: &dyn KeyVault,
    name: &str,
    bytes: &[u8],
) -> Result<(), StoreError> {
    let row = sealed(vault, name, bytes)?;
    secret::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(secret::Column::Name).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// The name of the installation's own secret, from which the keys of keyed digests and of pseudonyms follow.
const INSTALLATION: &str = "installation-key";

/// The installation's own secret. It is drawn before the installation is founded, and never again: another one in its
/// place would give the board other pseudonyms, and nobody would be found by their hospital number any more.
pub(crate) async fn installation<C: ConnectionTrait>(
    db: &C,
    vault: &dyn KeyVault,
) -> Result<[u8; 32], StoreError> {
    if get(db, vault, INSTALLATION).await?.is_none() {
        let founded = entry::Entity::find_by_id((StreamId::Portal.to_string(), 1)).one(db).await?.is_some();
        if founded {
            let text = "the installation's secret is gone from the table `secret`: bring that row back from a backup. \
                        Nothing is started with another one, since identifiers could not be verified, and the board \
                        would see other pseudonyms";
            return Err(StoreError::new(StoreCode::Configuration, text));
        }
        keep(db, vault, INSTALLATION, &random::<32>()?).await?;
    }
    // Read again: another process may have been first.
    let bytes = get(db, vault, INSTALLATION).await?.unwrap_or_default();
    bytes
        .try_into()
        .map_err(|_| StoreError::new(StoreCode::Damaged, "the installation's secret has a bad length"))
}

fn private(seed: &[u8]) -> EncodingKey {
    EncodingKey::from_ed_der(&[&ED25519_DER, seed].concat())
}

fn name(purpose: KeyPurpose, kid: &str) -> String {
    let purpose = match purpose {
        KeyPurpose::Token => "token",
        KeyPurpose::Checkpoint => "checkpoint",
        KeyPurpose::Installation => return INSTALLATION.to_owned(),
    };
    format!("{purpose}-key:{kid}")
}

/// The public half of a seed.
pub(crate) fn public_half(seed: &[u8; 32], purpose: KeyPurpose) -> Result<NewSigningKey, StoreError> {
    let failed =
        |error: jsonwebtoken::errors::Error| StoreError::internal_fault(format!("a key pair: {error}"));
    let mut jwk = Jwk::from_encoding_key(&private(seed), Algorithm::EdDSA).map_err(failed)?;
    let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(failed)?;
    jwk.common.key_id = Some(kid.clone());
    let jwk = serde_json::to_string(&jwk)
        .map_err(|error| StoreError::internal_fault(format!("a public key has no JSON form: {error}")))?;
    Ok(NewSigningKey { kid, purpose, jwk })
}

/// Draws a key pair and keeps its private half. That of the installation was drawn before.
pub(crate) async fn create_signing_key<C: ConnectionTrait>(
    db: &C,
    vault: &dyn KeyVault,
    purpose: KeyPurpose,
) -> Result<NewSigningKey, StoreError> {
    if purpose == KeyPurpose::Installation {
        return public_half(&installation(db, vault).await?, purpose);
    }
    let seed: [u8; 32] = random()?;
    let key = public_half(&seed, purpose)?;
    keep(db, vault, &name(purpose, &key.kid), &seed).await?;
    Ok(key)
}

/// The private half of a key pair of ours.
pub(crate) async fn signing_key<C: ConnectionTrait>(
    db: &C,
    vault: &dyn KeyVault,
    (purpose, kid): (KeyPurpose, &str),
) -> Result<SigningKey, StoreError> {
    let seed = get(db, vault, &name(purpose, kid)).await?;
    let seed = seed.ok_or_else(|| {
        StoreError::new(StoreCode::Configuration, format!("the private half of key {kid} is not held here"))
    })?;
    Ok(SigningKey { kid: kid.to_owned(), key: private(&seed) })
}
