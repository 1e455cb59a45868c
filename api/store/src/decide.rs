//! Decides commands one after another on a provisional state: what the transaction would leave behind.

use crate::append::Batch;
use crate::call::{Accepted, Call, Command, Done};
use crate::clock::Clock;
use crate::error::StoreError;
use crate::heads::Heads;
use crate::identity::{self, DigestKeys, IdentityRow};
use crate::sheet::Sheet;
use ledger::{Digest, Revision, Stream, StreamId};
use policy::{Act, Actor, Identity, Moment, Refusal, RefusalCode, SideWrite, may};
use portal::Portal;
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use study::Snapshot;
use uuid::Uuid;

/// A command's fate: written, or refused. Errors are of the whole group.
pub(crate) type Fate<T> = Result<Result<T, Refusal>, StoreError>;

/// Passes a refusal on as an answer.
macro_rules! grant {
    ($fate:expr) => {
        match $fate {
            Ok(value) => value,
            Err(refusal) => return Ok(Err(refusal)),
        }
    };
}

pub(crate) use grant;

/// Under what a key was used: stream, actor, key.
pub(crate) type KeyUse = (StreamId, Uuid, String);

/// What the group found in the database before it decides.
pub(crate) struct Known<'k> {
    pub keys: &'k DigestKeys,
    pub clock: &'k Clock,
    /// The heads as they were locked.
    pub heads: &'k Heads,
    /// Uses of the group's idempotency keys: digest of the input, and revision.
    pub used: HashMap<KeyUse, (Digest, Revision)>,
}

/// The state as the transaction would leave it, and what it would write.
#[derive(Clone)]
pub(crate) struct Work {
    pub portal: Arc<Portal>,
    pub studies: BTreeMap<Uuid, Arc<Snapshot>>,
    /// Identifiers of the subjects that the group's commands declared.
    pub identities: BTreeMap<Uuid, Identity>,
    pub batch: Batch,
    /// Whether a stored image is emptied: then nothing else is decided on this state.
    pub redacts: bool,
}

impl Work {
    /// Decides one command; if it is accepted, the state is the one after it.
    pub(crate) async fn run<C: ConnectionTrait>(
        &mut self,
        db: &C,
        (command, call): (&Command, &Call),
        known: &Known<'_>,
    ) -> Fate<Done> {
        let at = self.moment(command, known)?;
        let Some(mut actor) = call.caller.resolve(&self.portal, at.now()) else {
            return Ok(Err(Refusal::forbidden()));
        };
        actor.portal_revision = self.portal.head().revision.0;
        let digest = input_digest(known.keys, command)?;
        if let Some(key) = &call.key {
            grant!(check_key(key));
            grant!(authorise(&actor, command));
            if let Some(done) = grant!(self.replay((command, key), &actor, digest, known)) {
                return Ok(Ok(done));
            }
        }
        let snapshot = match command {
            Command::Portal(_) => None,
            Command::Study { study, .. } => {
                Some(self.studies.get(study).cloned().ok_or_else(|| not_brought(*study))?)
            }
            Command::Found { study, .. } => Some(Arc::new(Snapshot::empty(*study))),
        };
        let portal = self.portal.clone();
        let mut sheet = Sheet { actor, at, digest, portal, snapshot, entries: Vec::new(), side: Vec::new() };
        grant!(sheet.decide((command, call), &self.identities, known)?);
        for side in &sheet.side {
            grant!(free(db, known.keys, side).await?);
        }
        self.take(sheet, command)
    }

    /// The moment of a command: now, but never before the streams that it may write.
    fn moment(&self, command: &Command, known: &Known<'_>) -> Result<Moment, StoreError> {
        let mut at = known.clock.moment()?;
        for stream in command.streams() {
            let head = match stream {
                StreamId::Portal => Some(*self.portal.head()),
                StreamId::Open(study) => self.studies.get(&study).map(|snapshot| *snapshot.open()),
                StreamId::Sealed(study) => self.studies.get(&study).map(|snapshot| *snapshot.sealed()),
                StreamId::Access => None,
            };
            at = head.map_or(at.clone(), |head| at.not_before(head.at));
        }
        Ok(at)
    }

    /// What a command came to before under the same key, in the database or earlier in this group.
    fn replay(
        &self,
        (command, key): (&Command, &str),
        actor: &Actor,
        digest: Digest,
        known: &Known<'_>,
    ) -> Result<Option<Done>, Refusal> {
        let mut accepted = Accepted {
            portal: None,
            open: None,
            sealed: None,
            row: Uuid::nil(),
            replayed: true,
            registry: self.portal.clone(),
            snapshot: None,
        };
        let mut found = false;
        for stream in command.streams() {
            let earlier = self.batch.entries.iter().find(|entry| {
                let header = &entry.header;
                header.stream == stream
                    && header.actor == actor.person
                    && header.idempotency_key.as_deref() == Some(key)
            });
            let used = earlier
                .map(|entry| (entry.header.input_digest, entry.header.revision))
                .or_else(|| known.used.get(&(stream, actor.person, key.to_owned())).copied());
            let Some((used, revision)) = used else { continue };
            if used != digest {
                return Err(Refusal::at(
                    "key",
                    RefusalCode::Conflict,
                    "the idempotency key was used before with other input: take a fresh key for another command",
                ));
            }
            found = true;
            accepted.note(stream, revision);
        }
        Ok(found.then_some(Done { accepted, pending: command.study() }))
    }

    /// Takes over what a command came to.
    fn take(&mut self, sheet: Sheet, command: &Command) -> Fate<Done> {
        let Some(row) = sheet.entries.iter().find_map(|entry| entry.changes.first()).map(|change| change.row)
        else {
            return Ok(Err(Refusal::new(RefusalCode::InvalidValue, "the command changes nothing")));
        };
        let mut accepted = Accepted {
            portal: None,
            open: None,
            sealed: None,
            row,
            replayed: false,
            registry: sheet.portal.clone(),
            snapshot: sheet.snapshot.clone(),
        };
        for entry in &sheet.entries {
            accepted.note(entry.header.stream, entry.header.revision);
        }
        for side in &sheet.side {
            match side {
                SideWrite::Identity { subject, identity, .. } => {
                    self.identities.insert(*subject, identity.clone());
                }
                SideWrite::EraseIdentity { subject } => {
                    self.identities.remove(subject);
                }
                SideWrite::Invite { .. } => {}
                SideWrite::Redact { .. } => self.redacts = true,
            }
        }
        self.portal = sheet.portal;
        if let Some(snapshot) = sheet.snapshot {
            self.studies.insert(snapshot.study(), snapshot);
        }
        self.batch.entries.extend(sheet.entries);
        self.batch.side.extend(sheet.side);
        if let Command::Found { study, .. } = command {
            self.batch.founded.push(*study);
        }
        let pending = if self.redacts { command.study() } else { None };
        Ok(Ok(Done { accepted, pending }))
    }
}

impl Accepted {
    fn note(&mut self, stream: StreamId, revision: Revision) {
        match stream {
            StreamId::Portal => self.portal = Some(revision.0),
            StreamId::Open(_) => self.open = Some(revision.0),
            StreamId::Sealed(_) => self.sealed = Some(revision.0),
            StreamId::Access => {}
        }
    }
}

fn not_brought(study: Uuid) -> StoreError {
    StoreError::internal_fault(format!("study {study} was not brought into the group"))
}

/// The keyed digest of a command's input.
fn input_digest(keys: &DigestKeys, command: &Command) -> Result<Digest, StoreError> {
    let input = serde_json::json!([command.act().as_str(), command.input()]);
    let text =
        serde_json::to_vec(&input).map_err(|_| StoreError::internal_fault("an input without JSON form"))?;
    Ok(ledger::keyed(&keys.input, &text))
}

fn check_key(key: &str) -> Result<(), Refusal> {
    let printable = key.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    policy::ensure!(
        (1..=255).contains(&key.len()) && printable,
        Refusal::invalid("key", "an idempotency key has 1 to 255 printable ASCII characters")
    );
    Ok(())
}

/// Whether the rights of now allow the act at all; before it, nobody learns whether a key was used.
fn authorise(actor: &Actor, command: &Command) -> Result<(), Refusal> {
    let act: Act = command.act();
    let allowed = match command {
        Command::Portal(_) | Command::Found { .. } => {
            actor.name == Actor::INSTALLATION || actor.memberships.iter().any(|grant| may(grant.role, act))
        }
        Command::Study { study, .. } => actor.in_study(*study).any(|grant| may(grant.role, act)),
    };
    if allowed { Ok(()) } else { Err(Refusal::forbidden()) }
}

/// A hospital number belongs to one subject of a site. Only the keyed look-up knows, so it is asked here.
async fn free<C: ConnectionTrait>(db: &C, keys: &DigestKeys, side: &SideWrite) -> Fate<()> {
    let SideWrite::Identity { subject, study, site, identity, salt } = side else { return Ok(Ok(())) };
    let row = IdentityRow { subject: *subject, study: *study, site: *site, identity, salt };
    Ok(match identity::taken(db, keys, &row).await? {
        None => Ok(()),
        Some(_) => Err(Refusal::at(
            "identity.hospitalNumber",
            RefusalCode::Duplicate,
            "another subject of this site has this hospital number",
        )),
    })
}
