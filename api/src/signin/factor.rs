//! The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is lost.

use crate::failure::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Store;
use totp_rs::{Algorithm, Builder, Totp};
use uuid::Uuid;

/// Bytes of a secret, as many as SHA-1's output (RFC 4226).
const SECRET: usize = 20;
/// Recovery codes that a person is given.
const RECOVERY: usize = 10;
/// How long an offered factor waits to be proved.
const OFFERED: Duration = Duration::minutes(30);
/// Letters and digits of a recovery code: none that is taken for another. 31 to the 12th is more than 2^59.
const ALPHABET: &[u8; 31] = b"ABCDEFGHJKLMNPQRSTUVWXYZ2345678";
/// Characters of a recovery code, in threes of four.
const RECOVERY_LENGTH: usize = 12;

/// A factor that is offered to a person and not yet proved.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    /// What the proof has to bring back. It is sealed: nobody else makes one, and it serves nobody else.
    pub enrolment: String,
    /// The secret, in base 32, to type into an authenticator app.
    pub secret: String,
    /// The same as an address that apps read from a picture.
    pub uri: String,
}

/// What an [`Offer`]'s enrolment holds.
#[derive(Serialize, Deserialize)]
struct Enrolment {
    secret: Vec<u8>,
    until: DateTime<Utc>,
}

fn totp(secret: &[u8], name: &str, issuer: &str) -> Result<Totp, Failure> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(secret.to_vec())
        .with_account_name(name)
        // What an app shows; a colon would end it.
        .with_issuer(Some(issuer.replace(':', " ")))
        .build()
        .map_err(|_| Failure::internal("a second factor cannot be built"))
}

/// The step of the time whose code this is: now, one before or one after. None for any other text.
///
/// # Errors
/// INTERNAL when the secret is none.
pub fn step_of(secret: &[u8], code: &str, now: DateTime<Utc>) -> Result<Option<u64>, Failure> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let Ok(seconds) = u64::try_from(now.timestamp()) else { return Ok(None) };
    Ok(totp(secret, "account", "issuer")?.check(&code, seconds))
}

fn context(person: Uuid) -> String {
    format!("second factor of {person}")
}

/// Offers a person a fresh factor.
///
/// # Errors
/// INTERNAL when it cannot be sealed.
pub fn offer(
    store: &Store,
    (person, name): (Uuid, &str),
    (issuer, now): (&str, DateTime<Utc>),
) -> Result<Offer, Failure> {
    let secret: [u8; SECRET] = rand::random();
    let totp = totp(&secret, name, issuer)?;
    let enrolment = Enrolment { secret: secret.to_vec(), until: now + OFFERED };
    let plain = serde_json::to_vec(&enrolment).map_err(|_| Failure::internal("no JSON form"))?;
    let sealed = store.seal(&context(person), &plain)?;
    Ok(Offer {
        enrolment: URL_SAFE_NO_PAD.encode(sealed),
        secret: totp.secret().to_base32(),
        uri: totp.to_url().map_err(|_| Failure::internal("a second factor has no address"))?,
    })
}

/// The secret of an offered factor, with the step whose code proves it.
///
/// # Errors
/// BAD_USER_INPUT when the offer is not this person's or too old, or when the code is not its.
pub fn proved(
    store: &Store,
    (person, now): (Uuid, DateTime<Utc>),
    (enrolment, code): (&str, &str),
) -> Result<(Vec<u8>, u64), Failure> {
    let wrong = || {
        Failure::bad_input("the new factor is not proved: take a code that the app shows now, or begin again")
    };
    let sealed = URL_SAFE_NO_PAD.decode(enrolment).map_err(|_| wrong())?;
    let plain = store.unseal(&context(person), &sealed).ok_or_else(wrong)?;
    let held: Enrolment = serde_json::from_slice(&plain).map_err(|_| wrong())?;
    if held.until <= now {
        return Err(wrong());
    }
    let step = step_of(&held.secret, code, now)?.ok_or_else(wrong)?;
    Ok((held.secret, step))
}

/// Fresh recovery codes, each good once.
pub fn recovery_codes() -> Vec<String> {
    let one = || {
        let drawn: Vec<char> = (0..RECOVERY_LENGTH)
            .map(|_| char::from(ALPHABET[rand::random_range(0..ALPHABET.len())]))
            .collect();
        drawn.chunks(4).map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join("-")
    };
    (0..RECOVERY).map(|_| one()).collect()
}

/// What a recovery code or an invitation is kept as. Case, spaces and dashes do not matter.
pub fn digest(code: &str) -> String {
    let normal: String =
        code.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect();
    Sha256::digest(normal.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A fresh invitation's code: as hard to guess as a key of 118 bits.
pub fn invitation_code() -> String {
    [recovery_codes().swap_remove(0), recovery_codes().swap_remove(0)].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// RFC 6238, appendix B: the secret is the ASCII text, the codes are the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            let step = u64::try_from(seconds).unwrap() / 30;
            assert_eq!(step_of(secret, code, at(seconds)).unwrap(), Some(step), "{seconds}");
            // One step of thirty seconds to either side, and no more.
            assert_eq!(step_of(secret, code, at(seconds + 30)).unwrap(), Some(step));
            assert_eq!(step_of(secret, code, at(seconds - 30)).unwrap(), Some(step));
            assert_eq!(step_of(secret, code, at(seconds + 61)).unwrap(), None);
            assert_eq!(step_of(secret, code, at(seconds - 60)).unwrap(), None);
        }
        assert_eq!(step_of(secret, "287 082", at(59)).unwrap(), Some(1));
        for other in ["", "28708", "2870820", "28708x", "２８７０８２", "000000"] {
            assert_eq!(step_of(secret, other, at(59)).unwrap(), None, "{other}");
        }
    }

    #[test]
    fn codes_to_recover_with_are_each_their_own() {
        let codes = recovery_codes();
        let distinct: std::collections::BTreeSet<&String> = codes.iter().collect();
        assert_eq!((codes.len(), distinct.len()), (10, 10));
        assert!(codes.iter().all(|code| code.len() == 14), "{codes:?}");
        assert_eq!(digest("ABCD-efgh-2345"), digest("abcd efgh2345"));
        assert_ne!(digest("ABCD-EFGH-2345"), digest("ABCD-EFGH-2346"));
        assert_eq!(invitation_code().len(), 29);
    }
}
