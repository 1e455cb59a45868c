//! What a decision says: rows as they shall be, and what goes beside the ledger.

use crate::Identity;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// A row as it shall be after the entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The table's name.
    pub table: &'static str,
    /// The row's id.
    pub row: Uuid,
    /// The subject that the row belongs to.
    pub subject: Option<Uuid>,
    /// The whole row after the change.
    pub image: Value,
}

impl Change {
    /// A change that makes a row what its serde form says.
    ///
    /// # Errors
    /// When the row has no JSON form (a map with keys that are no text); no row of ours is so.
    pub fn of<T: Serialize>(
        table: &'static str,
        row: Uuid,
        subject: Option<Uuid>,
        image: &T,
    ) -> Result<Change, serde_json::Error> {
        Ok(Change { table, row, subject, image: serde_json::to_value(image)? })
    }
}

/// What is written beside the ledger in the same transaction, encrypted where personal.
#[derive(Clone, Debug, PartialEq)]
pub enum SideWrite {
    /// A subject's direct identifiers, whole.
    Identity {
        /// The subject.
        subject: Uuid,
        /// The study.
        study: Uuid,
        /// The subject's site, for the keyed look-up.
        site: Uuid,
        /// The identifiers.
        identity: Identity,
        /// What the commitment to them was salted with: kept with them, and destroyed with them.
        salt: [u8; 32],
    },
    /// Destroy the key of a subject's identifiers, and with it what they were.
    EraseIdentity {
        /// The subject.
        subject: Uuid,
    },
    /// Let a person set a password and a second factor by a code, once. The password that they had holds no more.
    Invite {
        /// The person.
        person: Uuid,
        /// The person's user name, under which failures to sign in are counted.
        name: String,
        /// The administrator.
        by: Uuid,
        /// Digest of the code, in hexadecimal.
        digest: String,
        /// When they are invited.
        at: DateTime<Utc>,
        /// Until when the code holds.
        until: DateTime<Utc>,
    },
    /// Empty a stored image; the entry that does it holds the replacement.
    Redact {
        /// The stream's text form.
        stream: String,
        /// The entry.
        revision: u64,
        /// The change's position in it.
        position: u32,
    },
}

/// What a command decided. The first change of the first stream touched is the row that the command is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// Changes of the portal stream.
    pub portal: Vec<Change>,
    /// Changes of the study's open stream.
    pub open: Vec<Change>,
    /// Changes of the study's sealed stream.
    pub sealed: Vec<Change>,
    /// What goes beside the ledger.
    pub side: Vec<SideWrite>,
    /// The grant that allowed it; none for `installation`.
    pub membership: Option<Uuid>,
    /// The role of that grant.
    pub role: Option<crate::Role>,
}
