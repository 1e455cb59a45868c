//! When a file changed: another stamp is another content.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// How long a file has been at rest before its stamp is believed: longer than the steps in which file systems tell
/// time, within which a second write would leave the stamp of the first.
pub(super) const AT_REST: Duration = Duration::from_secs(3);

/// A file as it stands: another stamp is another content. The time of change is the kernel's, so that a copy which
/// keeps the times of its original has another all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    place: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// A file's stamp. Opened for it, since a file system on a network looks at its server only then.
    pub(super) fn of(file: &Path) -> Result<Stamp, String> {
        let found = File::open(file).and_then(|file| file.metadata());
        let found = found.map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(Stamp {
            place: (found.dev(), found.ino()),
            length: found.len(),
            modified: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
        })
    }

    /// Whether the file has been at rest long enough.
    pub(super) fn is_at_rest(&self, now: SystemTime) -> bool {
        let (seconds, nanos) = self.changed;
        let (Ok(seconds), Ok(nanos)) = (u64::try_from(seconds), u32::try_from(nanos)) else { return false };
        let changed = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos);
        now.duration_since(changed).is_ok_and(|rested| rested >= AT_REST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rest_is_counted_from_the_time_of_change() {
        let stamp = Stamp { place: (1, 1), length: 1, modified: (100, 0), changed: (100, 500_000_000) };
        let at = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert!(!stamp.is_at_rest(at(90)) && !stamp.is_at_rest(at(103)) && stamp.is_at_rest(at(104)));
        assert!(!Stamp { changed: (-1, 0), ..stamp }.is_at_rest(at(104)));
    }
}
