//! Master keys, and sealing under them.

use crate::clock::random;
use crate::error::{StoreCode, StoreError};
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, Key, KeyInit, Nonce};
use std::fmt;

/// Length of an AES-GCM nonce in bytes.
pub(crate) const NONCE: usize = 12;

/// Holds master keys and works under them. A key-management service can stand behind it, as long as it
/// answers without waiting.
pub trait KeyVault: Send + Sync {
    /// The id of the key under which new secrets are wrapped; 1 to 64 characters.
    fn current(&self) -> &str;

    /// Encrypts under the current key, bound to a context. None when the key cannot be used.
    fn wrap(&self, context: &[u8], nonce: &[u8; 12], secret: &[u8]) -> Option<Vec<u8>>;

    /// Decrypts under the named key. None when there is no such key, or when key, context, nonce and bytes
    /// do not belong together.
    fn unwrap(&self, key: &str, context: &[u8], nonce: &[u8; 12], wrapped: &[u8]) -> Option<Vec<u8>>;
}

/// Master keys that a file or the environment brought.
#[derive(Clone)]
pub struct MasterKeys {
    keys: Vec<(String, [u8; 32])>,
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.keys.iter().map(|(id, _)| id.as_str()).collect();
        write!(f, "MasterKeys({})", ids.join(", "))
    }
}

impl MasterKeys {
    /// Reads keys from text: a line each, `ID:64 hexadecimal digits`, the current one first. Lines that
    /// begin with `#` and blank ones are passed over.
    ///
    /// # Errors
    /// CONFIGURATION when a line is none of these, an id comes twice, or there is no key.
    pub fn parse(text: &str) -> Result<MasterKeys, StoreError> {
        let wrong = |line: usize, what: &str| {
            StoreError::new(StoreCode::Configuration, format!("master keys, line {}: {what}", line + 1))
        };
        let mut keys: Vec<(String, [u8; 32])> = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (id, hex) = line.split_once(':').ok_or_else(|| wrong(at, "not ID:HEX"))?;
            let usable = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if id.is_empty() || id.len() > 64 || !id.chars().all(usable) {
                return Err(wrong(at, "the id is not 1 to 64 letters, digits, - or _"));
            }
            if keys.iter().any(|(other, _)| other == id) {
                return Err(wrong(at, "the id comes twice"));
            }
            // A digest has the same text form as a key: 64 lower-case hexadecimal digits.
            let key: ledger::Digest =
                hex.parse().map_err(|_| wrong(at, "the key is not 64 lower-case hexadecimal digits"))?;
            keys.push((id.to_owned(), key.0));
        }
        if keys.is_empty() {
            return Err(StoreError::new(StoreCode::Configuration, "there is no master key"));
        }
        Ok(MasterKeys { keys })
    }

    /// A fresh key as a line of such a text.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn generate(id: &str) -> Result<String, StoreError> {
        Ok(format!("{id}:{}", ledger::Digest(random()?)))
    }
}

impl KeyVault for MasterKeys {
    fn current(&self) -> &str {
        &self.keys[0].0
    }

    fn wrap(&self, context: &[u8], nonce: &[u8; 12], secret: &[u8]) -> Option<Vec<u8>> {
        seal(&self.keys[0].1, context, nonce, secret)
    }

    fn unwrap(&self, key: &str, context: &[u8], nonce: &[u8; 12], wrapped: &[u8]) -> Option<Vec<u8>> {
        let (_, key) = self.keys.iter().find(|(id, _)| id == key)?;
        open(key, context, nonce, wrapped)
    }
}

/// AES-256-GCM.
pub(crate) fn seal(key: &[u8; 32], context: &[u8], nonce: &[u8; NONCE], plain: &[u8]) -> Option<Vec<u8>> {
    let cipher = Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key));
    cipher.encrypt(Nonce::from_slice(nonce), Payload { msg: plain, aad: context }).ok()
}

/// The reverse of [`seal`]; none when anything was changed.
pub(crate) fn open(key: &[u8; 32], context: &[u8], nonce: &[u8; NONCE], sealed: &[u8]) -> Option<Vec<u8>> {
    let cipher = Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key));
    cipher.decrypt(Nonce::from_slice(nonce), Payload { msg: sealed, aad: context }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(byte: &str) -> String {
        byte.repeat(32)
    }

    #[test]
    fn keys_come_from_lines_and_the_first_is_current() {
        let text = format!("# made for a test\n\nnew:{}\nold:{}\n", hex("0a"), hex("0b"));
        let keys = MasterKeys::parse(&text).unwrap();
        assert_eq!(keys.current(), "new");
        assert_eq!(format!("{keys:?}"), "MasterKeys(new, old)");
        for wrong in
            ["", "a:12", &format!("a:{0}\na:{0}", hex("0a")), &hex("0a"), &format!("a b:{}", hex("0a"))]
        {
            assert_eq!(MasterKeys::parse(wrong).unwrap_err().code(), StoreCode::Configuration, "{wrong}");
        }
        assert!(MasterKeys::parse(&MasterKeys::generate("k1").unwrap()).is_ok());
    }

    #[test]
    fn a_secret_opens_under_its_own_key_and_context_alone() {
        let old = MasterKeys::parse(&format!("old:{}", hex("0b"))).unwrap();
        let both = MasterKeys::parse(&format!("new:{}\nold:{}", hex("0a"), hex("0b"))).unwrap();
        let nonce = [7; NONCE];
        let wrapped = old.wrap(b"context", &nonce, b"secret").unwrap();
        assert_eq!(both.unwrap("old", b"context", &nonce, &wrapped).as_deref(), Some(&b"secret"[..]));
        assert_eq!(both.unwrap("new", b"context", &nonce, &wrapped), None);
        assert_eq!(both.unwrap("old", b"another", &nonce, &wrapped), None);
        assert_eq!(both.unwrap("old", b"context", &[8; NONCE], &wrapped), None);
        let mut bent = wrapped.clone();
        bent[0] ^= 1;
        assert_eq!(both.unwrap("old", b"context", &nonce, &bent), None);
    }
}
