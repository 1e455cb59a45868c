//! Salts, digests and the three ways in which this crate hashes.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

/// 32 random bytes that stand before an image in its digest, so that a digest does not give away a short
/// image. A redaction removes the salt together with the image.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Salt(pub [u8; 32]);

/// A SHA-256 value. Its text form is 64 lower-case hexadecimal digits, in serde too.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

/// The text or bytes are not 32 bytes, or not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotADigest;

impl Digest {
    /// What the first entry of a stream follows: 32 zero bytes.
    pub const ZERO: Self = Self([0; 32]);
}

/// The digest of a change: `SHA-256(salt || image)`.
pub fn change_digest(salt: &Salt, image: &str) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(salt.0);
    hasher.update(image.as_bytes());
    Digest(hasher.finalize().into())
}

/// The hash of an entry: `SHA-256(previous hash || header)`, over the header's canonical text.
pub fn entry_hash(previous: &Digest, header: &str) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(previous.0);
    hasher.update(header.as_bytes());
    Digest(hasher.finalize().into())
}

/// HMAC-SHA-256 of the bytes: the digest of a command's input, which nobody without the key can test guesses
/// against.
pub fn keyed(key: &[u8], bytes: &[u8]) -> Digest {
    // RFC 2104: a key longer than a block is hashed first, a shorter one is filled with zeros. Done here
    // because the constructor that takes any length returns a `Result` that cannot fail.
    let mut block = [0; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let mut mac = <Hmac<Sha256> as hmac::digest::KeyInit>::new(&block.into());
    mac.update(bytes);
    Digest(mac.finalize().into_bytes().into())
}

fn from_hex(text: &str) -> Result<[u8; 32], NotADigest> {
    let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| NotADigest)?;
    bytes.try_into().map_err(|_| NotADigest)
}

/// Text, bytes and serde of a 32-byte value, alike for both.
macro_rules! thirty_two_bytes {
    ($name:ident) => {
        impl $name {
            /// The bytes as they are hashed and stored.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&HEXLOWER.encode(&self.0))
            }
        }
        impl FromStr for $name {
            type Err = NotADigest;
            fn from_str(text: &str) -> Result<Self, NotADigest> {
                from_hex(text).map(Self)
            }
        }
        impl TryFrom<&[u8]> for $name {
            type Error = NotADigest;
            fn try_from(bytes: &[u8]) -> Result<Self, NotADigest> {
                bytes.try_into().map(Self).map_err(|_| NotADigest)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.serialize_str(&HEXLOWER.encode(&self.0))
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(from)?;
                text.parse().map_err(|NotADigest| de::Error::custom("not 64 lower-case hexadecimal digits"))
            }
        }
    };
}

thirty_two_bytes!(Salt);
thirty_two_bytes!(Digest);

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Digest({self})")
    }
}

impl fmt::Debug for Salt {
    /// Without the bytes: whoever reads a log must not be able to test guesses against a digest.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Salt(..)")
    }
}

#[cfg(test)]
mod tests;
