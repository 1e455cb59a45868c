//! What trust is put together from: the local issuer's keys in the portal, and the configured issuers' files.
//!
//! Invariant: whoever asks gets the trust of the portal that they hold and of the files as they stand when they ask.

use super::{Trust, Trusted};
use crate::config::Settings;
use ledger::Stream as _;
use portal::{KeyPurpose, Portal};
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

/// How long a file has been at rest before its stamp is believed: longer than the steps in which file systems tell
/// time, within which a second write would leave the stamp of the first.
const AT_REST: Duration = Duration::from_secs(3);

/// Trust as it was put together last.
#[derive(Default)]
pub struct Standing {
    held: RwLock<Option<(Basis, Arc<Trust>)>>,
}

/// What trust was put together from.
#[derive(Clone, PartialEq, Eq)]
struct Basis {
    portal: ledger::Digest,
    files: Vec<Stamp>,
}

/// A file as it stands: another stamp is another content. The time of change is the kernel's, so that a copy which
/// keeps the times of its original has another all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    place: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Standing {
    /// Whom the server trusts at this moment. Put together anew when the portal or a key set's file changed, and with
    /// it what was remembered of tokens.
    ///
    /// # Errors
    /// A key or a configured key set that does not read, for the operator.
    pub fn trust(&self, settings: &Settings, portal: &Portal) -> Result<Arc<Trust>, String> {
        self.trust_at(settings, portal, SystemTime::now())
    }

    fn trust_at(&self, settings: &Settings, portal: &Portal, now: SystemTime) -> Result<Arc<Trust>, String> {
        // Before the files are read: one that changes between the two has another stamp the next time.
        let files = settings.issuers.iter().map(|issuer| stamp(&issuer.jwks_file));
        let basis = Basis { portal: portal.head().hash, files: files.collect::<Result<_, _>>()? };
        if let Some((held, trust)) = &*self.held.read().unwrap_or_else(PoisonError::into_inner)
            && *held == basis
        {
            return Ok(trust.clone());
        }
        let trust = Arc::new(read(settings, portal)?);
        if basis.files.iter().all(|file| file.is_at_rest(now)) {
            *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some((basis, trust.clone()));
        }
        Ok(trust)
    }
}

impl Stamp {
    fn is_at_rest(&self, now: SystemTime) -> bool {
        let (seconds, nanos) = self.changed;
        let (Ok(seconds), Ok(nanos)) = (u64::try_from(seconds), u32::try_from(nanos)) else { return false };
        let changed = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos);
        now.duration_since(changed).is_ok_and(|rested| rested >= AT_REST)
    }
}

/// A file's stamp. Opened for it, since a file system on a network looks at its server only then.
fn stamp(file: &Path) -> Result<Stamp, String> {
    let found = File::open(file).and_then(|file| file.metadata());
    let found = found.map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(Stamp {
        place: (found.dev(), found.ino()),
        length: found.len(),
        modified: (found.mtime(), found.mtime_nsec()),
        changed: (found.ctime(), found.ctime_nsec()),
    })
}

/// Reads all keys and puts trust together.
fn read(settings: &Settings, portal: &Portal) -> Result<Trust, String> {
    let mut keys = Vec::new();
    let listed = portal.public_keys(KeyPurpose::Token);
    for key in listed.into_iter().filter(|key| key.verifies()) {
        let told = |error: String| format!("key {}: {error}", key.kid);
        let jwk: jsonwebtoken::jwk::Jwk =
            serde_json::from_str(&key.jwk).map_err(|error| told(error.to_string()))?;
        let decoding = jsonwebtoken::DecodingKey::from_jwk(&jwk).map_err(|error| told(error.to_string()))?;
        keys.push(Trusted { kid: key.kid, algorithm: jsonwebtoken::Algorithm::EdDSA, key: decoding });
    }
    let mut trust = Trust::new(&settings.tokens, keys);
    for issuer in &settings.issuers {
        let jwks = std::fs::read_to_string(&issuer.jwks_file)
            .map_err(|error| format!("{}: {error}", issuer.jwks_file.display()))?;
        trust.add(issuer, &jwks)?;
    }
    Ok(trust)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Algorithm, Issuer};
    use std::path::PathBuf;

    /// A key set in a file of its own. Nobody has the key's other half.
    struct Keys(PathBuf);

    impl Keys {
        fn new(name: &str) -> Keys {
            let keys =
                Keys(std::env::temp_dir().join(format!("trialgraph-{}-{name}.json", std::process::id())));
            keys.write('A');
            keys
        }

        fn write(&self, fill: char) {
            let x = format!("{}A", String::from(fill).repeat(42));
            let key = serde_json::json!({ "kty": "OKP", "crv": "Ed25519", "kid": "made-up", "x": x });
            std::fs::write(&self.0, serde_json::json!({ "keys": [key] }).to_string()).unwrap();
        }

        fn settings(&self) -> Settings {
            let issuer = Issuer {
                issuer: "https://id.example.org".to_owned(),
                audience: "urn:made-up".to_owned(),
                algorithm: Algorithm::EdDSA,
                jwks_file: self.0.clone(),
            };
            Settings { issuers: vec![issuer], ..Settings::default() }
        }
    }

    impl Drop for Keys {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn later() -> SystemTime {
        SystemTime::now() + 2 * AT_REST
    }

    #[test]
    fn trust_is_kept_while_nothing_changes() {
        let keys = Keys::new("kept");
        for settings in [Settings::default(), keys.settings()] {
            let (standing, portal) = (Standing::default(), Portal::default());
            let first = standing.trust_at(&settings, &portal, later()).unwrap();
            let again = standing.trust_at(&settings, &portal, later()).unwrap();
            assert!(Arc::ptr_eq(&first, &again));
        }
    }

    /// Another content of the same length, at the same place, is another stamp; and a file that was just written is
    /// read each time, since its stamp could be that of two contents.
    #[test]
    fn a_changed_file_is_read_at_once() {
        let keys = Keys::new("changed");
        let (settings, standing, portal) = (keys.settings(), Standing::default(), Portal::default());
        let held = standing.trust_at(&settings, &portal, later()).unwrap();
        std::thread::sleep(Duration::from_millis(50));
        keys.write('B');
        let changed = standing.trust(&settings, &portal).unwrap();
        assert!(!Arc::ptr_eq(&held, &changed));
        let again = standing.trust(&settings, &portal).unwrap();
        assert!(!Arc::ptr_eq(&changed, &again), "a file that is not at rest is read each time");
    }

    #[test]
    fn a_file_that_is_gone_or_does_not_read_is_no_trust() {
        let keys = Keys::new("gone");
        let (settings, standing, portal) = (keys.settings(), Standing::default(), Portal::default());
        standing.trust_at(&settings, &portal, later()).unwrap();
        std::fs::write(&keys.0, "{\"keys\": [").unwrap();
        assert!(standing.trust_at(&settings, &portal, later()).is_err());
        std::fs::remove_file(&keys.0).unwrap();
        assert!(standing.trust_at(&settings, &portal, later()).is_err());
    }

    #[test]
    fn rest_is_counted_from_the_time_of_change() {
        let stamp = Stamp { place: (1, 1), length: 1, modified: (100, 0), changed: (100, 500_000_000) };
        let at = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert!(!stamp.is_at_rest(at(90)) && !stamp.is_at_rest(at(103)) && stamp.is_at_rest(at(104)));
        assert!(!Stamp { changed: (-1, 0), ..stamp }.is_at_rest(at(104)));
    }
}
