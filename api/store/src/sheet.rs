//! One command on its way from a decision to sealed entries.

use crate::call::{Call, Command};
use crate::decide::{Fate, Known, grant};
use crate::error::StoreError;
use ledger::{Digest, Draft, Entry, Head, NewChange, Revision, Salt, SealError, Stream, to_canonical};
use policy::{Actor, Change, Decision, Identity, Moment, Refusal, Role, Side, SideWrite};
use portal::Portal;
use std::collections::BTreeMap;
use std::sync::Arc;
use study::Snapshot;
use uuid::Uuid;

/// One command on its way.
pub(crate) struct Sheet {
    pub(crate) actor: Actor,
    pub(crate) at: Moment,
    pub(crate) digest: Digest,
    pub(crate) portal: Arc<Portal>,
    pub(crate) snapshot: Option<Arc<Snapshot>>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) side: Vec<SideWrite>,
}

impl Sheet {
    /// Decides the command, and lays down its entries.
    pub(crate) fn decide(
        &mut self,
        (command, call): (&Command, &Call),
        identities: &BTreeMap<Uuid, Identity>,
        known: &Known<'_>,
    ) -> Fate<()> {
        match command {
            Command::Portal(command) => {
                let decision = grant!(command.decide(&self.actor, &self.at, &self.portal));
                self.write(decision, (command.command(), call), known)
            }
            Command::Study { command, .. } => self.decide_study((command.as_ref(), call), identities, known),
            Command::Found { registry, founding, .. } => {
                let decision = grant!(registry.decide(&self.actor, &self.at, &self.portal));
                grant!(self.write(decision, (registry.command(), call), known)?);
                // The rights of the second half are judged on the portal as the first half left it.
                let Some(actor) = call.caller.resolve(&self.portal, self.at.now()) else {
                    return Ok(Err(Refusal::forbidden()));
                };
                self.actor = Actor { portal_revision: self.actor.portal_revision, ..actor };
                self.decide_study((founding.as_ref(), call), identities, known)
            }
        }
    }

    fn decide_study(
        &mut self,
        (command, call): (&dyn study::Decide, &Call),
        identities: &BTreeMap<Uuid, Identity>,
        known: &Known<'_>,
    ) -> Fate<()> {
        let wanted = command.identities();
        let declared = wanted.iter().filter_map(|id| Some((*id, identities.get(id)?.clone())));
        let side = Side { identities: declared.collect(), commitment_key: known.keys.commitment };
        let Some(snapshot) = &self.snapshot else {
            return Err(StoreError::internal_fault("a command of a study without its snapshot"));
        };
        let decision = grant!(command.decide(&self.actor, &self.at, snapshot, &side));
        let declared = command.heads();
        let strays = [
            (!declared.portal && !decision.portal.is_empty(), "portal"),
            (!declared.open && !decision.open.is_empty(), "open"),
            (!declared.sealed && !decision.sealed.is_empty(), "sealed"),
        ];
        if let Some((_, stream)) = strays.iter().find(|(strays, _)| *strays) {
            let act = command.act().as_str();
            return Err(StoreError::internal_fault(format!(
                "{act} wrote the {stream} head and did not declare it"
            )));
        }
        self.write(decision, (command.act().as_str(), call), known)
    }

    /// Seals what was decided, stream by stream, and lets the consequences follow.
    fn write(&mut self, decision: Decision, (name, call): (&str, &Call), known: &Known<'_>) -> Fate<()> {
        let redacts = decision.side.iter().any(|side| matches!(side, SideWrite::Redact { .. }));
        let name = if redacts { ledger::redaction::COMMAND } else { name };
        let draft = self.draft((name, call), decision.membership, decision.role);
        if !decision.portal.is_empty() {
            let head = format_of(*self.portal.head(), known);
            let entry = grant!(self.seal(head, &decision.portal, draft.clone())?);
            self.portal = Arc::new(self.portal.apply(entry.head(), &entry.changes, &entry.header)?);
            self.entries.push(entry);
        }
        if let Some(before) = self.snapshot.clone() {
            let mut after = before.clone();
            if !decision.open.is_empty() {
                let (entry, next) = grant!(self.write_open((&before, &decision), &draft, known)?);
                after = next;
                self.entries.push(entry);
            }
            if !decision.sealed.is_empty() {
                let head = format_of(*after.sealed(), known);
                let entry = grant!(self.seal(head, &decision.sealed, draft)?);
                after = Arc::new(after.apply(&entry)?);
                self.entries.push(entry);
            }
            self.snapshot = Some(after);
        }
        self.side.extend(decision.side);
        Ok(Ok(()))
    }

    /// The open stream's entry with its consequences. A command that writes nothing open has none: a sealed
    /// write must not move the open revision.
    fn write_open(
        &self,
        (before, decision): (&Arc<Snapshot>, &Decision),
        draft: &Draft,
        known: &Known<'_>,
    ) -> Fate<(Entry, Arc<Snapshot>)> {
        let head = format_of(*before.open(), known);
        let entry = grant!(self.seal(head, &decision.open, draft.clone())?);
        let after = Arc::new(before.apply(&entry)?);
        let mut sealed_too = after.clone();
        if !decision.sealed.is_empty() {
            // Consequences see the study as the whole command leaves it.
            let provisional = grant!(self.seal(*after.sealed(), &decision.sealed, draft.clone())?);
            sealed_too = Arc::new(after.apply(&provisional)?);
        }
        let consequences = grant!(study::consequences(before, &sealed_too, &self.at));
        if consequences.is_empty() {
            return Ok(Ok((entry, after)));
        }
        let changes: Vec<Change> = decision.open.iter().cloned().chain(consequences).collect();
        let entry = grant!(self.seal(head, &changes, draft.clone())?);
        let after = Arc::new(before.apply(&entry)?);
        Ok(Ok((entry, after)))
    }

    fn draft(&self, (name, call): (&str, &Call), membership: Option<Uuid>, role: Option<Role>) -> Draft {
        Draft {
            at: self.at.now(),
            actor: self.actor.person,
            display_name: self.actor.display_name.clone(),
            role: role.map(|role| role.as_str().to_owned()),
            membership,
            client: call.client.clone().or_else(|| self.actor.client.clone()),
            command: name.to_owned(),
            request_id: call.request_id,
            portal_revision: Revision(self.actor.portal_revision),
            idempotency_key: call.key.clone(),
            input_digest: self.digest,
        }
    }

    /// Seals changes as the next entry of a stream. What has no canonical form is refused: it came from the
    /// command's input.
    fn seal(&self, head: Head, changes: &[Change], draft: Draft) -> Fate<Entry> {
        let stream = head.stream.to_string();
        let mut sealed = Vec::with_capacity(changes.len());
        for (position, change) in changes.iter().enumerate() {
            let refused = |error: ledger::CanonicalError| Refusal::invalid("input", error.message());
            let image = grant!(to_canonical(&change.image).map_err(refused));
            sealed.push(NewChange {
                table: change.table.into(),
                row: change.row,
                subject: change.subject,
                image: image.into(),
                salt: Salt(self.at.salt(&stream, position)),
            });
        }
        match Entry::seal(&head, draft, sealed) {
            Ok(entry) => Ok(Ok(entry)),
            Err(SealError::Header(error)) => Ok(Err(Refusal::invalid("input", error.message()))),
            Err(error @ SealError::Image { .. }) => Err(error.into()),
        }
    }
}

/// A state's head with the format that the stored one asks for.
fn format_of(head: Head, known: &Known<'_>) -> Head {
    let format = known.heads.get(&head.stream).map_or(head.format, |stored| stored.format);
    Head { format, ..head }
}
