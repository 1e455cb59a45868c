//! What every mutation returns: the thing, the revision, or the refusals.

use crate::failure::{Code, Failure};
use crate::graphql::as_of::Instant;
use crate::graphql::root::scope;
use crate::graphql::scalar::Revision;
use crate::graphql::scope::Scope;
use crate::graphql::term::RefusalTerm;
use async_graphql::Context;
use ledger::StreamId;
use objects::object;
use policy::{Act, DataGroup, RefusalCode};
use store::{Call, Page, Touching};
use study::command::review::StoredImage;
use study::view::{NodeId, NodeKind, View};
use uuid::Uuid;

/// Why an act was refused: nothing was written.
#[object(name = "Refusal", gate = open)]
impl Refusal {
    /// Why, as a code. Expect new ones.
    #[group(Envelope)]
    fn code(&self) -> objects::Coded<RefusalTerm> {
        objects::Coded(self.0.code)
    }
    /// What was wrong, where, and what would be right.
    #[group(Envelope)]
    fn message(&self) -> &str {
        &self.0.message
    }
    /// Path of the input field that was wrong, outermost first.
    #[group(Envelope)]
    fn field(&self) -> Option<&[String]> {
        (!self.0.field.is_empty()).then_some(self.0.field.as_slice())
    }
}

/// A refusal.
pub struct Refusal(pub policy::Refusal);

/// What came of an act.
pub struct Done {
    /// The study after the act; none when it was refused.
    pub view: Option<View>,
    /// The row that the act was about.
    pub row: Uuid,
    /// The open ledger's revision.
    pub revision: Option<Revision>,
    /// Why it was refused.
    pub refusals: Vec<policy::Refusal>,
}

/// An act on its way: who acts, on which study, under which idempotency key.
pub struct Acting<'c> {
    scope: &'c Scope,
    study: Uuid,
    key: String,
}

impl<'c> Acting<'c> {
    /// Begins an act on the study that a global id belongs to. An id that is no id, or not the caller's, leads to
    /// a study that is not there.
    pub fn begin(cx: &'c Context<'_>, id: &str, key: String) -> Result<Acting<'c>, Failure> {
        let scope = scope(cx)?;
        let study =
            NodeId::decode(id, &scope.app().board_keys).map(|(node, _)| node.study).unwrap_or_default();
        Ok(Acting { scope, study, key })
    }

    /// Whether the caller proved a short while ago who they are, where the settings ask for it (P11-20). A token that an
    /// operator made proves nobody in any case: with one for each of two persons, one alone would be two.
    ///
    /// # Errors
    /// REAUTH_REQUIRED when they did not.
    pub fn proved(&self) -> Result<(), Failure> {
        let app = self.scope.app();
        if !app.settings.sign_in.prove_to_approve && !self.scope.known().caller.is_of_the_command_line() {
            return Ok(());
        }
        let proved = app.trust.proved_lately(&self.scope.known().caller, self.scope.now());
        proved.map_err(|stale| Failure::new(Code::ReauthRequired, stale.message()))
    }

    /// The row that a global id names in this study. Nil for anything else, which no row is: the command then
    /// answers as for an unknown thing.
    pub fn row(&self, kind: NodeKind, id: &str) -> Uuid {
        let board = self.scope.actor().side(self.study) == Some(policy::Party::Board);
        match NodeId::decode(id, &self.scope.app().board_keys) {
            Some((node, form))
                if node.kind == kind
                    && node.study == self.study
                    && (form == study::view::IdForm::Board) == board =>
            {
                node.row
            }
            _ => Uuid::nil(),
        }
    }

    /// The row that a global id of this study and of the caller's side names, of whatever kind. Nil for anything else.
    pub fn any_row(&self, id: &str) -> Uuid {
        NodeId::decode(id, &self.scope.app().board_keys)
            .map_or(Uuid::nil(), |(node, _)| self.row(node.kind, id))
    }

    /// The subject that a record with words belongs to, or the reason for a change, as far as the caller may read it;
    /// nil for anything else.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn subject_of_words(&self, record: Uuid) -> Result<Uuid, Failure> {
        let view = self.scope.study(self.study, &Instant::Live).await?;
        let owner = view.as_ref().and_then(|view| view.words_of(record));
        Ok(owner.map(|subject| subject.row_id()).unwrap_or_default())
    }

    /// A record's image in an entry of the open ledger, unless it was emptied; none when the entry has none, and none
    /// of a subject that is nobody.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn stored(
        &self,
        subject: Uuid,
        record: Uuid,
        revision: u64,
    ) -> Result<Option<StoredImage>, Failure> {
        let Some(after) = revision.checked_sub(1).filter(|_| !subject.is_nil()) else { return Ok(None) };
        let page = Page { after: Some(after), before: Some(revision + 1), limit: 1, newest_first: false };
        let touching = Touching::Row { row: record, subject: Some(subject) };
        let stream = StreamId::Open(self.study);
        let entries = self.scope.app().store.entries(stream, page, touching).await?;
        let mut changes = entries.into_iter().flat_map(|entry| entry.changes);
        let found = changes.find(|change| change.row == record && !change.redacted);
        Ok(found.map(|change| StoredImage { position: change.position, text: change.image.to_string() }))
    }

    /// The subject that a record belongs to, as far as the caller sees it; nil for anything else.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn subject_of(&self, record: Uuid) -> Result<Uuid, Failure> {
        let view = self.scope.study(self.study, &Instant::Live).await?;
        Ok(view
            .as_ref()
            .and_then(|view| view.owner(record))
            .map(|subject| subject.row_id())
            .unwrap_or_default())
    }

    /// Decides and writes. A refusal for want of a right is written to the access log.
    ///
    /// # Errors
    /// UNAVAILABLE and its like; a refusal is an outcome.
    pub async fn decide(self, command: Box<dyn study::Decide>) -> Result<Done, Failure> {
        let refused =
            |refusal| Done { view: None, row: Uuid::nil(), revision: None, refusals: vec![refusal] };
        let act: Act = command.act();
        if self.scope.portal().study(self.scope.actor(), self.study).is_none() {
            return Ok(refused(policy::Refusal::not_found("study", policy::Kind::Study)));
        }
        let caller = &self.scope.known().caller;
        let call = Call {
            caller: caller.reference(self.scope.portal()),
            client: caller.client.clone(),
            request_id: self.scope.request_id(),
            key: Some(self.key),
        };
        let outcome = self.scope.app().store.decide(self.study, command, call).await?;
        match outcome.result {
            Ok(accepted) => {
                let view = match &accepted.snapshot {
                    Some(snapshot) => self.scope.view_of(snapshot).await?,
                    None => None,
                };
                let revision = accepted.open.map(Revision);
                Ok(Done { view, row: accepted.row, revision, refusals: Vec::new() })
            }
            Err(refusal) => {
                if refusal.code == RefusalCode::Forbidden {
                    self.scope.denied(Some(self.study), act.as_str()).await?;
                }
                Ok(refused(refusal))
            }
        }
    }
}

/// Declares the payload of a mutation: a thing of the study, found through the caller's view after the act.
macro_rules! payload {
    ($(#[doc = $about:literal])+ $name:ident as $graphql:literal {
        $(#[doc = $doc:literal])+ $field:ident: $type:ident = |$view:ident, $row:ident| $find:expr
    }) => {
        $(#[doc = $about])+
        #[objects::object(name = $graphql, gate = open)]
        impl $name {
            $(#[doc = $doc])+
            #[group(Envelope)]
            fn $field(&self) -> Option<$type<'_>> {
                let ($view, $row) = (self.0.view.as_ref()?, self.0.row);
                $find
            }
            /// The open ledger's revision that the act became; none when it was refused, or went to the sealed ledger alone.
            #[group(Envelope)]
            fn revision(&self) -> Option<crate::graphql::scalar::Revision> {
                self.0.revision
            }
            /// Why the act was refused; empty when it was done.
            #[group(Envelope)]
            fn refusals(&self) -> Vec<crate::graphql::mutation::payload::Refusal> {
                self.0.refusals.iter().cloned().map(crate::graphql::mutation::payload::Refusal).collect()
            }
        }

        $(#[doc = $about])+
        pub struct $name(pub crate::graphql::mutation::payload::Done);
    };
}
pub(crate) use payload;
