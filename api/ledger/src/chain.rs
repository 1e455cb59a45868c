//! The hash chain: walks a stream from its first entry and names the first thing that is not as it was
//! written.

mod fault;
mod fold;
mod stored;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use uuid::Uuid;

pub use self::fault::{Fault, FaultKind};
pub use self::fold::{Fold, FoldedRow};
pub use self::stored::{Column, StoredChange, StoredEntry};
use crate::digest::{Digest, change_digest, entry_hash};
use crate::entry::{ChangeHeader, Header, TableName};
use crate::head::{Head, Revision, is_known_format};
use crate::redaction::{self, Place, Redaction};
use crate::stream::StreamId;

/// Walks a stream, entry by entry from the first, and stops at the first fault.
#[derive(Debug, Clone)]
pub struct Verifier {
    head: Head,
    hashes: Vec<Digest>,
    fold: Fold,
    emptied: BTreeMap<Place, Emptied>,
    fault: Option<Fault>,
}

/// A change without its image.
#[derive(Debug, Clone)]
struct Emptied {
    table: TableName,
    row: Uuid,
    /// The newest redaction that stands for it.
    by: Option<Place>,
}

/// A stream without a fault: its head, the hash of each entry, and the newest image of each row.
#[derive(Debug, Clone)]
pub struct Verified {
    head: Head,
    hashes: Vec<Digest>,
    fold: Fold,
}

impl Verified {
    /// The head that follows from the entries.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// The newest image of each row.
    pub const fn fold(&self) -> &Fold {
        &self.fold
    }

    /// The hash of the stream at a revision: zeros at 0, None beyond the last.
    pub fn hash_at(&self, revision: Revision) -> Option<Digest> {
        match revision.0.checked_sub(1) {
            None => Some(Digest::ZERO),
            Some(index) => self.hashes.get(usize::try_from(index).ok()?).copied(),
        }
    }

    /// Compares the head as stored with the one that follows from the entries. The format of the stored one
    /// may be newer, for it is that of the next entry.
    ///
    /// # Errors
    /// [`FaultKind::Head`]: they differ, as when the last entries were removed and the head was forgotten; or the head's
    /// format is none that follows on that of the entries.
    pub fn compare_head(&self, stored: &Head) -> Result<(), Fault> {
        let same = Head { format: self.head.format, ..*stored } == self.head;
        if same && stored.format >= self.head.format && is_known_format(stored.format) {
            return Ok(());
        }
        let at = |head: &Head| {
            format!("revision {}, hash {}, at {}, format {}", head.revision, head.hash, head.at, head.format)
        };
        Err(Fault {
            stream: self.head.stream,
            revision: self.head.revision,
            position: None,
            what: FaultKind::Head,
            detail: format!("the entries give {}; stored is {}", at(&self.head), at(stored)),
        })
    }
}

impl Verifier {
    /// At the beginning of a stream.
    pub const fn new(stream: StreamId) -> Self {
        let head = Head { format: 1, ..Head::empty(stream) };
        Self { head, hashes: Vec::new(), fold: Fold::new(), emptied: BTreeMap::new(), fault: None }
    }

    /// Where the walk stands.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// The first fault of the stream; after it, the same one again.
    pub fn push(&mut self, entry: &StoredEntry) -> Result<(), Fault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let result = self.step(entry);
        self.fault = result.clone().err();
        result
    }

    /// Ends the walk.
    ///
    /// # Errors
    /// The first fault of the stream; an emptied change for which no redaction came.
    pub fn finish(self) -> Result<Verified, Fault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if let Some((place, emptied)) = self.emptied.iter().find(|(_, emptied)| emptied.by.is_none()) {
            let detail = format!("{} {}", emptied.table, emptied.row);
            return Err(self.at_change(*place, FaultKind::Emptied, detail));
        }
        Ok(Verified { head: self.head, hashes: self.hashes, fold: self.fold })
    }

    fn step(&mut self, entry: &StoredEntry) -> Result<(), Fault> {
        self.check_place(entry)?;
        let header = self.check_header(entry)?;
        self.check_positions(entry, &header)?;
        for (stored, expected) in entry.changes.iter().zip(&header.changes) {
            self.check_change(entry.revision, stored, expected)?;
        }
        for StoredChange { position, change } in &entry.changes {
            let place = Place { revision: entry.revision, position: *position };
            if change.table == redaction::TABLE && header.command != redaction::COMMAND {
                return Err(self.at_change(
                    place,
                    FaultKind::Redaction,
                    format!("the command is not \"{}\"", redaction::COMMAND),
                ));
            }
            self.fold.put(place, change);
            match &change.image {
                None => {
                    let emptied = Emptied { table: change.table.clone(), row: change.row, by: None };
                    self.emptied.insert(place, emptied);
                }
                Some(image) if change.table == redaction::TABLE => self.redact((place, image), place)?,
                Some(_) => {}
            }
        }
        self.head = Head {
            stream: header.stream,
            revision: header.revision,
            hash: entry.hash,
            format: header.format,
            at: header.at,
        };
        self.hashes.push(entry.hash);
        Ok(())
    }

    /// The entry is of this stream and the next one.
    fn check_place(&self, entry: &StoredEntry) -> Result<(), Fault> {
        let expected = self.head.revision.next();
        let (revision, what, detail) = if entry.stream != self.head.stream {
            (entry.revision, FaultKind::Stream, format!("it is stored under {}", entry.stream))
        } else if entry.revision > expected {
            (expected, FaultKind::RevisionMissing, format!("the next one stored is {}", entry.revision))
        } else if entry.revision < expected {
            let detail = format!("it comes after revision {}", self.head.revision);
            (entry.revision, FaultKind::RevisionRepeated, detail)
        } else {
            return Ok(());
        };
        Err(Fault { stream: self.head.stream, revision, position: None, what, detail })
    }

    /// The header's bytes follow from the entry before, are canonical, and say what the columns say.
    fn check_header(&self, entry: &StoredEntry) -> Result<Header, Fault> {
        let fault = |what, detail| Err(self.at_entry(entry.revision, what, detail));
        // Before all else: an entry of a newer version may be hashed and written by rules unknown here.
        if let Ok(Peek { format }) = serde_json::from_str(&entry.header)
            && !is_known_format(format)
        {
            return fault(FaultKind::FormatUnknown, format!("format {format}"));
        }
        let hash = entry_hash(&self.head.hash, &entry.header);
        if hash != entry.hash {
            return fault(FaultKind::Hash, format!("computed {hash}, stored {}", entry.hash));
        }
        let header = match Header::parse(&entry.header) {
            Ok(header) => header,
            Err(error) => return fault(FaultKind::Header, error.message()),
        };
        if header.format < self.head.format {
            return fault(FaultKind::FormatFell, format!("from {} to {}", self.head.format, header.format));
        }
        let differs = if header.stream != entry.stream {
            Some("stream")
        } else if header.revision != entry.revision {
            Some("revision")
        } else {
            entry.columns.iter().find(|column| !column.agrees_with(&header)).map(Column::name)
        };
        if let Some(name) = differs {
            return fault(FaultKind::Column, name.to_owned());
        }
        if !self.head.is_empty() && header.at < self.head.at {
            return fault(FaultKind::Time, format!("{} after {}", header.at, self.head.at));
        }
        Ok(header)
    }

    /// The positions are 0, 1, 2 and so on, as many as the header has changes.
    fn check_positions(&self, entry: &StoredEntry, header: &Header) -> Result<(), Fault> {
        let fault = |position, what, detail| {
            Err(self.at_change(Place { revision: entry.revision, position }, what, detail))
        };
        for (index, StoredChange { position, change }) in (0..).zip(&entry.changes) {
            let named = (*position as usize) < header.changes.len();
            if *position < index {
                return fault(
                    *position,
                    FaultKind::ChangePosition,
                    format!("{} {}", change.table, change.row),
                );
            } else if *position > index && named {
                return fault(index, FaultKind::ChangeMissing, format!("the next one stored is {position}"));
            } else if !named {
                return fault(*position, FaultKind::ChangeExtra, format!("{} {}", change.table, change.row));
            }
        }
        match header.changes.iter().zip(0..).nth(entry.changes.len()) {
            Some((missing, position)) => {
                fault(position, FaultKind::ChangeMissing, format!("{} {}", missing.table, missing.row))
            }
            None => Ok(()),
        }
    }

    /// One change is what the header names at its position.
    fn check_change(
        &self,
        revision: Revision,
        StoredChange { position, change }: &StoredChange,
        expected: &ChangeHeader,
    ) -> Result<(), Fault> {
        let fault = |what, detail| Err(self.at_change(Place { revision, position: *position }, what, detail));
        let (table, row, subject) = (&change.table, change.row, change.subject);
        if (table, row, subject) != (&expected.table, expected.row, expected.subject) {
            let detail = format!("stored {table} {row}, in the header {} {}", expected.table, expected.row);
            return fault(FaultKind::ChangeRow, detail);
        }
        if change.digest != expected.digest {
            let detail = format!("stored {}, in the header {}", change.digest, expected.digest);
            return fault(FaultKind::ChangeDigest, detail);
        }
        match (&change.salt, &change.image) {
            (Some(salt), Some(image)) => {
                let digest = change_digest(salt, image);
                if digest == change.digest {
                    return Ok(());
                }
                let detail = format!("{table} {row}: computed {digest}, stored {}", change.digest);
                fault(FaultKind::ChangeImage, detail)
            }
            (None, None) => Ok(()),
            (Some(_), None) => fault(FaultKind::HalfEmptied, format!("{table} {row} has no image")),
            (None, Some(_)) => fault(FaultKind::HalfEmptied, format!("{table} {row} has no salt")),
        }
    }

    /// Reads the redaction whose image (its own, or the one that stands for it) is given, and lets its
    /// replacement stand for the change that it empties. `met` is the entry in which it was met.
    fn redact(&mut self, (place, image): (Place, &Arc<str>), met: Place) -> Result<(), Fault> {
        let redaction = match Redaction::parse(place, image) {
            Ok(redaction) => redaction,
            Err(error) => {
                let detail = format!("the redaction at revision {}: {}", place.revision, error.message);
                return Err(self.at_change(met, FaultKind::Redaction, detail));
            }
        };
        let target = redaction.target();
        let Some(emptied) = self.emptied.get_mut(&target) else {
            let detail = format!("revision {}, change {}", target.revision, target.position);
            return Err(self.at_change(met, FaultKind::RedactionTarget, detail));
        };
        // Of two redactions the newer counts, though the older may be read later, through one that stands for
        // it.
        if emptied.by.is_some_and(|by| by > place) {
            return Ok(());
        }
        emptied.by = Some(place);
        let (table, row) = (emptied.table.clone(), emptied.row);
        self.fold.replace((&table, row), target, &redaction.replacement);
        if table == redaction::TABLE {
            return self.redact((target, &redaction.replacement), met);
        }
        Ok(())
    }

    fn at_entry(&self, revision: Revision, what: FaultKind, detail: String) -> Fault {
        Fault { stream: self.head.stream, revision, position: None, what, detail }
    }

    fn at_change(&self, place: Place, what: FaultKind, detail: String) -> Fault {
        Fault { position: Some(place.position), ..self.at_entry(place.revision, what, detail) }
    }
}

/// The one field of a header that every format has.
#[derive(Deserialize)]
struct Peek {
    format: u32,
}

#[cfg(test)]
mod tests;
