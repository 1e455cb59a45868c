//! An issuer's public keys in a file of this machine.
//!
//! Invariant: whoever asks gets the keys of the file as it stands when they ask.

use super::jws::{self, Keys};
use super::stamp::Stamp;
use jsonwebtoken::Algorithm;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

/// A file with a JWK set.
pub(super) struct KeysFile {
    path: PathBuf,
    algorithm: Algorithm,
    held: RwLock<Option<(Stamp, Arc<Keys>)>>,
}

impl KeysFile {
    /// The file at a path, whose keys are for one algorithm.
    pub(super) fn new(path: PathBuf, algorithm: Algorithm) -> KeysFile {
        KeysFile { path, algorithm, held: RwLock::default() }
    }

    /// The keys. Read anew when the file changed.
    pub(super) fn keys(&self) -> Result<Arc<Keys>, String> {
        self.keys_at(SystemTime::now())
    }

    fn keys_at(&self, now: SystemTime) -> Result<Arc<Keys>, String> {
        // Before the file is read: one that changes between the two has another stamp the next time.
        let stamp = Stamp::of(&self.path)?;
        if let Some((held, keys)) = &*self.held.read().unwrap_or_else(PoisonError::into_inner)
            && *held == stamp
        {
            return Ok(keys.clone());
        }
        let told = |error: String| format!("{}: {error}", self.path.display());
        let set = std::fs::read_to_string(&self.path).map_err(|error| told(error.to_string()))?;
        let keys = Arc::new(jws::keys_of(&set, self.algorithm).map_err(told)?);
        if stamp.is_at_rest(now) {
            *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some((stamp, keys.clone()));
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::super::stamp::AT_REST;
    use super::*;
    use std::time::Duration;

    /// A key set in a file of its own. Nobody has the key's other half.
    struct Written(PathBuf);

    impl Written {
        fn new(name: &str) -> Written {
            let file = format!("trialgraph-{}-{name}.json", std::process::id());
            let written = Written(std::env::temp_dir().join(file));
            written.write('A');
            written
        }

        fn write(&self, fill: char) {
            let x = format!("{}A", String::from(fill).repeat(42));
            let key = serde_json::json!({ "kty": "OKP", "crv": "Ed25519", "kid": "made-up", "x": x });
            std::fs::write(&self.0, serde_json::json!({ "keys": [key] }).to_string()).unwrap();
        }

        fn file(&self) -> KeysFile {
            KeysFile::new(self.0.clone(), Algorithm::EdDSA)
        }
    }

    impl Drop for Written {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn later() -> SystemTime {
        SystemTime::now() + 2 * AT_REST
    }

    #[test]
    fn keys_are_kept_while_the_file_does_not_change() {
        let written = Written::new("kept");
        let file = written.file();
        let first = file.keys_at(later()).unwrap();
        assert!(Arc::ptr_eq(&first, &file.keys_at(later()).unwrap()));
    }

    /// Another content of the same length, at the same place, is another stamp; and a file that was just written is
    /// read each time, since its stamp could be that of two contents.
    #[test]
    fn a_changed_file_is_read_at_once() {
        let written = Written::new("changed");
        let file = written.file();
        let held = file.keys_at(later()).unwrap();
        std::thread::sleep(Duration::from_millis(50));
        written.write('B');
        let changed = file.keys().unwrap();
        assert!(!Arc::ptr_eq(&held, &changed));
        let again = file.keys().unwrap();
        assert!(!Arc::ptr_eq(&changed, &again), "a file that is not at rest is read each time");
    }

    #[test]
    fn a_file_that_is_gone_or_does_not_read_holds_no_keys() {
        let written = Written::new("gone");
        let file = written.file();
        file.keys_at(later()).unwrap();
        std::fs::write(&written.0, "{\"keys\": [").unwrap();
        assert!(file.keys_at(later()).is_err());
        std::fs::remove_file(&written.0).unwrap();
        assert!(file.keys_at(later()).is_err());
    }
}
