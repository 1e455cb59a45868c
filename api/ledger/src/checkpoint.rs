//! Checkpoints: signed heads. Whoever keeps one can find later that entries were removed from the end of a
//! stream or that its history was written anew, which the chain alone cannot show.
//!
//! A checkpoint is a compact JWS (RFC 7515) over Ed25519 (RFC 8037) with a key of its own and the type
//! `checkpoint+jws`, so that no other token of the installation passes for one.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};

use crate::chain::{Fault, FaultKind, Verified};
use crate::digest::Digest;
use crate::head::{Head, Revision};
use crate::stream::StreamId;

/// The `typ` of a checkpoint's header.
pub const TYPE: &str = "checkpoint+jws";

/// The public keys under which checkpoints were ever signed, by their key id.
pub type CheckpointKeys = BTreeMap<String, DecodingKey>;

/// What a checkpoint says: that the stream stood there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The installation that signed it.
    pub iss: String,
    /// The stream.
    pub stream: StreamId,
    /// Its newest revision at that time.
    pub revision: Revision,
    /// The hash of that entry.
    pub hash: Digest,
    /// The time of that entry.
    pub at: DateTime<Utc>,
    /// The format of the head.
    pub format: u32,
}

/// Why a checkpoint is refused, or cannot be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckpointError {
    /// Not a compact JWS with the header and the claims of a checkpoint.
    Malformed,
    /// The `typ` is not [`TYPE`].
    Type,
    /// The algorithm is not EdDSA.
    Algorithm,
    /// The key id is not among the keys.
    UnknownKey,
    /// The key is not an Ed25519 key.
    Key,
    /// The signature is not that of the key over these bytes.
    Signature,
}

impl CheckpointError {
    /// What is wrong, in words for an operator.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Malformed => "it is not a checkpoint",
            Self::Type => "its type is not checkpoint+jws",
            Self::Algorithm => "its algorithm is not EdDSA",
            Self::UnknownKey => "it is signed with a key that is not known",
            Self::Key => "the key is not an Ed25519 key",
            Self::Signature => "its signature is wrong",
        }
    }
}

/// The protected header, as far as it is read. A header that asks for more (`crit`) is refused.
#[derive(Deserialize)]
struct Protected {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

/// Signs a head in the name of an installation.
///
/// # Errors
/// The key is not an Ed25519 key.
pub fn sign(head: &Head, issuer: &str, key: &EncodingKey, kid: &str) -> Result<String, CheckpointError> {
    let checkpoint = Checkpoint {
        iss: issuer.to_owned(),
        stream: head.stream,
        revision: head.revision,
        hash: head.hash,
        at: head.at,
        format: head.format,
    };
    let mut header = jsonwebtoken::Header::new(Algorithm::EdDSA);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(kid.to_owned());
    jsonwebtoken::encode(&header, &checkpoint, key).map_err(|_| CheckpointError::Key)
}

/// Reads a checkpoint whose signature is right.
///
/// The algorithm comes from here and never from the token; the token's is only compared, so neither `none`
/// nor an HMAC under the public key gets through.
///
/// # Errors
/// See [`CheckpointError`].
pub fn verify(token: &str, keys: &CheckpointKeys) -> Result<Checkpoint, CheckpointError> {
    let (message, signature) = token.rsplit_once('.').ok_or(CheckpointError::Malformed)?;
    let (header, payload) = message.split_once('.').ok_or(CheckpointError::Malformed)?;
    let header: Protected = part(header)?;
    if header.crit.is_some() {
        return Err(CheckpointError::Malformed);
    }
    if header.typ.as_deref() != Some(TYPE) {
        return Err(CheckpointError::Type);
    }
    if header.alg != "EdDSA" {
        return Err(CheckpointError::Algorithm);
    }
    let kid = header.kid.ok_or(CheckpointError::UnknownKey)?;
    let key = keys.get(&kid).ok_or(CheckpointError::UnknownKey)?;
    if key.family() != AlgorithmFamily::Ed {
        return Err(CheckpointError::Key);
    }
    let right = jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, Algorithm::EdDSA)
        .map_err(|_| CheckpointError::Signature)?;
    if right { part(payload) } else { Err(CheckpointError::Signature) }
}

fn part<T: for<'de> Deserialize<'de>>(encoded: &str) -> Result<T, CheckpointError> {
    let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| CheckpointError::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| CheckpointError::Malformed)
}

/// Compares a checkpoint that somebody kept with a stream as it is now.
///
/// # Errors
/// [`FaultKind::Truncated`]: the stream ends before it. [`FaultKind::Forked`]: another entry stands there
/// now. [`FaultKind::CheckpointStream`]: it is of another stream.
pub fn compare(checkpoint: &Checkpoint, chain: &Verified) -> Result<(), Fault> {
    let head = chain.head();
    let fault =
        |revision, what, detail| Err(Fault { stream: head.stream, revision, position: None, what, detail });
    if checkpoint.stream != head.stream {
        let detail = format!("it is of {}", checkpoint.stream);
        return fault(checkpoint.revision, FaultKind::CheckpointStream, detail);
    }
    match chain.hash_at(checkpoint.revision) {
        Some(hash) if hash == checkpoint.hash => Ok(()),
        Some(hash) => {
            let detail = format!("its hash is {hash}, in the checkpoint {}", checkpoint.hash);
            fault(checkpoint.revision, FaultKind::Forked, detail)
        }
        None => {
            let Checkpoint { revision, at, .. } = checkpoint;
            let detail =
                format!("the last entry is {}, the checkpoint is of {revision} at {at}", head.revision);
            fault(head.revision.next(), FaultKind::Truncated, detail)
        }
    }
}

#[cfg(test)]
mod tests;
