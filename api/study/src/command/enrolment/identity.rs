//! Direct identifiers on their way beside the ledger.

use crate::command::line;
use chrono::Datelike;
use hmac::{Hmac, Mac};
use policy::{Identity, Refusal, RefusalCode, ensure};
use sha2::Sha256;

/// Most characters of an identifier.
const IDENTIFIER_MAX: usize = 100;

/// Identifiers as they are stored: trimmed, NFC, bounded, and in accord with the birth year.
pub(super) fn checked(identity: &Identity, birth_year: i32) -> Result<Identity, Refusal> {
    let text = |name: &str, text: &Option<String>| {
        let path = format!("identity.{name}");
        text.as_deref().map(|text| line(&path, text, IDENTIFIER_MAX)).transpose()
    };
    let stored = Identity {
        initials: text("initials", &identity.initials)?,
        name: text("name", &identity.name)?,
        birth_date: identity.birth_date,
        hospital_number: text("hospitalNumber", &identity.hospital_number)?,
        national_id: text("nationalId", &identity.national_id)?,
        telephone: text("telephone", &identity.telephone)?,
    };
    ensure!(
        !stored.fields().is_empty(),
        Refusal::at(
            "identity",
            RefusalCode::Required,
            "give at least one identifier, or leave the whole of it out"
        )
    );
    if let Some(initials) = &stored.initials {
        ensure!(
            initials.chars().count() <= 4,
            Refusal::invalid("identity.initials", "initials are at most four letters")
        );
    }
    ensure!(
        stored.birth_date.is_none_or(|date| date.year() == birth_year),
        Refusal::invalid(
            "identity.birthDate",
            format!("the birth year is {birth_year}; one of the two is wrong")
        )
    );
    Ok(stored)
}

/// What the image says in place of identifiers: HMAC-SHA-256 over a salt and their canonical JSON, in hexadecimal. It can
/// be checked by whoever holds the key, the salt and the identifiers, and tells nobody else anything: the salt is encrypted
/// with the identifiers, so that once they are erased not even whoever holds the key can try which ones they were.
///
/// # Errors
/// INVALID when the identifiers have no canonical form.
pub fn commitment(identity: &Identity, key: &[u8; 32], salt: &[u8; 32]) -> Result<String, Refusal> {
    let unkept = || Refusal::invalid("identity", "the identifiers have no canonical form");
    let canonical = ledger::canonical::to_canonical(identity).map_err(|_| unkept())?;
    let mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| unkept())?;
    let digest = mac.chain_update(salt).chain_update(canonical.as_bytes()).finalize().into_bytes();
    Ok(data_encoding::HEXLOWER.encode(&digest))
}

/// Identifiers in the input of an act as its digest takes them: which ones were given, and not what they are. The digest lies
/// in the ledger for good, and could be tried for what an erasure has destroyed.
///
/// # Errors
/// Those of the serializer.
pub(super) fn named<'i, S: serde::Serializer>(
    identity: impl Into<Option<&'i Identity>>,
    to: S,
) -> Result<S::Ok, S::Error> {
    let given: Option<&Identity> = identity.into();
    serde::Serialize::serialize(&given.map(Identity::fields), to)
}

/// The names of the known identifiers, for the image.
pub(super) fn fields(identity: &Identity) -> entity::Texts {
    entity::Texts(identity.fields().into_iter().map(str::to_owned).collect())
}
