//! Proposals: acts that need two persons, between them.

use super::subject::Subject;
use crate::graphql::page::{Arguments, PageError, PageInfo, Sliced, slice};
use crate::graphql::scalar::{Id, Revision};
use crate::graphql::scope::Scope;
use crate::graphql::term::ProposalStateTerm;
use async_graphql::Error;
use objects::{Cx, DateTime, Gate, Permit, object};
use policy::DataGroup;
use study::command::review::Reworded;
use study::view::{ProposalView, View};
use uuid::Uuid;

/// An act that needs two persons: one proposed it, another approves it, or it runs out. It never repeats the words that
/// are to go.
#[object(name = "Proposal", implements("Node"))]
impl<'v> Proposal<'v> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// What is proposed, by the name of its mutation.
    #[group(AuditTrail)]
    fn act(&self) -> Option<&str> {
        Some(self.0.act())
    }
    /// Where it stands.
    #[group(AuditTrail)]
    fn state(&self) -> Option<objects::Coded<ProposalStateTerm>> {
        Some(objects::Coded(self.0.state()))
    }
    /// The printed name of who proposed it.
    #[group(AuditTrail)]
    fn proposed_by(&self, cx: &Cx<'_>) -> Result<Option<String>, Error> {
        name_of(cx, self.0.proposed_by())
    }
    /// When it was proposed.
    #[group(AuditTrail)]
    fn proposed_at(&self) -> Option<DateTime> {
        Some(DateTime(self.0.proposed_at()))
    }
    /// Until when it can be decided.
    #[group(AuditTrail)]
    fn expires_at(&self) -> Option<DateTime> {
        Some(DateTime(self.0.expires_at()))
    }
    /// The printed name of who decided it.
    #[group(AuditTrail)]
    fn decided_by(&self, cx: &Cx<'_>) -> Result<Option<String>, Error> {
        match self.0.decided_by() {
            Some(person) => name_of(cx, person),
            None => Ok(None),
        }
    }
    /// When it was decided.
    #[group(AuditTrail)]
    fn decided_at(&self) -> Option<DateTime> {
        self.0.decided_at().map(DateTime)
    }
    /// Whether you may approve it now: it is open, you did not propose it, and your role allows it.
    #[group(AuditTrail)]
    fn may_approve(&self) -> Option<bool> {
        Some(self.0.may_approve())
    }
    /// Whether you may reject it now, or take it back.
    #[group(AuditTrail)]
    fn may_reject(&self) -> Option<bool> {
        Some(self.0.may_reject())
    }
    /// The subject whose record it is about.
    #[group(AuditTrail)]
    fn subject(&self) -> Option<Subject<'v>> {
        Some(Subject(self.0.subject()))
    }
    /// What kind of record it is about, for example `adverse event`.
    #[group(AuditTrail)]
    fn record_kind(&self) -> Option<String> {
        Some(self.0.record_table().replace('_', " "))
    }
    /// The record's global id.
    #[group(AuditTrail)]
    fn record_id(&self) -> Option<Id> {
        self.0.record_id().map(Id)
    }
    /// The ledger entry whose image of the record is emptied; none where identifiers are erased.
    #[group(AuditTrail)]
    fn emptied_revision(&self) -> Option<Revision> {
        self.0.emptied_revision().map(Revision)
    }
    /// What is read instead of what goes.
    #[group(AuditTrail)]
    fn words(&self) -> Option<Vec<RedactedText>> {
        Some(self.0.words().iter().cloned().map(RedactedText).collect())
    }
    /// Why it is proposed.
    #[group(AuditTrail)]
    fn reason(&self) -> Option<&str> {
        Some(self.0.reason())
    }
    /// Revision of the proposal's own last change.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// A proposal.
pub struct Proposal<'v>(pub ProposalView<'v>);

impl Gate<DataGroup> for Proposal<'_> {
    fn permits(&self, group: DataGroup) -> Permit {
        super::permit(&self.0.subject(), group)
    }
}

/// Printed names stand in every entry of the ledger, which whoever sees proposals reads.
fn name_of(cx: &Cx<'_>, person: Uuid) -> Result<Option<String>, Error> {
    let scope = cx.require::<Scope>()?;
    Ok(scope.portal().printed_name(person).map(str::to_owned))
}

/// A text that is read instead of one that goes.
#[object(name = "RedactedText", gate = open)]
impl RedactedText {
    /// The record's field, as its history names it.
    #[group(Envelope)]
    fn field(&self) -> &str {
        &self.0.field
    }
    /// What is read instead.
    #[group(Envelope)]
    fn text(&self) -> &str {
        &self.0.text
    }
}

/// A text that is read instead.
pub struct RedactedText(Reworded);

/// A page of proposals.
#[object(name = "ProposalConnection", gate = open)]
impl<'v> ProposalConnection<'v> {
    /// The proposals with their cursors.
    #[group(Envelope)]
    fn edges(&self) -> Vec<ProposalEdge<'v>> {
        self.0
            .items
            .iter()
            .map(|(cursor, view)| ProposalEdge { cursor: cursor.clone(), view: view.clone() })
            .collect()
    }
    /// The proposals.
    #[group(Envelope)]
    fn nodes(&self) -> Vec<Proposal<'v>> {
        self.0.items.iter().map(|(_, view)| Proposal(view.clone())).collect()
    }
    /// Where the page stands.
    #[group(Envelope)]
    fn page_info(&self) -> PageInfo {
        self.0.info.clone()
    }
    /// How many proposals there are for you in all.
    #[group(Envelope)]
    fn total_count(&self) -> i32 {
        self.0.total
    }
}

/// A page of proposals.
pub struct ProposalConnection<'v>(Sliced<ProposalView<'v>>);

impl<'v> ProposalConnection<'v> {
    /// A page of those that the viewer may decide or has made, newest first; none for whoever has nothing to do with
    /// proposals.
    pub(crate) fn page(
        view: &'v View,
        arguments: &Arguments,
    ) -> Result<Option<ProposalConnection<'v>>, PageError> {
        let Some(proposals) = view.proposals() else { return Ok(None) };
        let mut all: Vec<ProposalView<'v>> = proposals.collect();
        all.reverse();
        slice(all, arguments, |proposal| proposal.id()).map(|page| Some(ProposalConnection(page)))
    }
}

/// A proposal with its cursor.
#[object(name = "ProposalEdge", gate = open)]
impl<'v> ProposalEdge<'v> {
    /// The cursor.
    #[group(Envelope)]
    fn cursor(&self) -> &str {
        &self.cursor
    }
    /// The proposal.
    #[group(Envelope)]
    fn node(&self) -> Proposal<'v> {
        Proposal(self.view.clone())
    }
}

/// A proposal with its cursor.
pub struct ProposalEdge<'v> {
    cursor: String,
    view: ProposalView<'v>,
}
