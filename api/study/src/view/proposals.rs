//! Proposals that wait for another person, or did: for those who decide such, on subjects in scope.

use super::rows::StudyRowView;
use super::trail_rows::{group_of, kind_of};
use super::{NodeKind, SubjectView, View};
use crate::command::review::{Proposed, Reworded};
use crate::snapshot::tables::{Rec, find};
use chrono::{DateTime, Utc};
use entity::rows;
use entity::terms::ProposalState as Stored;
use policy::proposal::{Proposal, ProposalState};
use policy::{Act, DataGroup};
use uuid::Uuid;

/// Acts that have to do with proposals.
const ACTS: [Act; 4] =
    [Act::ProposeRedaction, Act::ProposeIdentityErasure, Act::ApproveProposal, Act::RejectProposal];

/// A proposal, as somebody sees it who may decide it or has made it.
#[derive(Clone)]
pub struct ProposalView<'v> {
    row: StudyRowView<'v, rows::Proposal>,
    subject: SubjectView<'v>,
    proposed: Proposed,
}

impl View {
    /// Proposals in the order of their making that the viewer may decide or has made; none for whoever has nothing to
    /// do with any.
    pub fn proposals(&self) -> Option<impl Iterator<Item = ProposalView<'_>> + '_> {
        let concerned = self.sees_trail() && ACTS.iter().any(|act| self.allows(*act, None).is_some());
        let proposals = &self.snapshot().rows.proposals;
        let mut ordered: Vec<&Rec<rows::Proposal>> = proposals.iter().collect();
        ordered.sort_by_key(|proposal| (proposal.proposed_at, proposal.row.id));
        concerned.then(|| ordered.into_iter().filter_map(|proposal| self.show_proposal(proposal)))
    }

    /// A proposal by its row id, under the same rule.
    pub fn proposal_by_row(&self, row: Uuid) -> Option<ProposalView<'_>> {
        self.proposals()?.find(|proposal| proposal.row.row_id() == row)
    }

    fn show_proposal<'v>(&'v self, proposal: &'v Rec<rows::Proposal>) -> Option<ProposalView<'v>> {
        let proposed = Proposed::read(proposal)?;
        let subject = self.subject_by_row(proposed.subject())?;
        let decides =
            [Act::ApproveProposal, Act::RejectProposal].iter().any(|act| subject.allows(*act).is_some());
        let mine = proposal.proposed_by == self.actor().person;
        let readable = subject.sees(DataGroup::AuditTrail) && subject.sees(group_of(proposed.table())?);
        ((decides || mine) && readable).then(|| ProposalView {
            row: StudyRowView::new(self, proposal),
            subject,
            proposed,
        })
    }

    /// The subject in scope that a record with words belongs to, or the reason for a change, when the viewer may read
    /// the record.
    pub fn words_of(&self, record: Uuid) -> Option<SubjectView<'_>> {
        let reason = find(&self.snapshot().rows.change_reasons, record);
        let (subject, table) = match reason {
            Some(reason) => (self.subject_by_row(reason.subject_id?)?, "change_reason"),
            None => {
                let subject = self.owner(record)?;
                (subject, subject.rows().table_of(record)?)
            }
        };
        let unmasks = match table {
            "lab_result" => self.lab_result_by_row(record).is_none(),
            _ => false,
        };
        (!unmasks && subject.sees(group_of(table)?)).then_some(subject)
    }
}

impl<'v> ProposalView<'v> {
    /// The global id for this viewer.
    pub fn id(&self) -> String {
        self.row.view().id(NodeKind::Proposal, self.row.row_id())
    }

    /// The revision of the proposal's own last change.
    pub fn revision(&self) -> u64 {
        self.row.revision()
    }

    /// The subject.
    pub fn subject(&self) -> SubjectView<'v> {
        self.subject
    }

    /// The act that is proposed, by its mutation's name.
    pub fn act(&self) -> &'v str {
        &self.row.row().act
    }

    fn standing(&self) -> Proposal {
        let row = self.row.row();
        Proposal {
            proposer: row.proposed_by,
            expires_at: row.expires_at,
            state: match row.state {
                Stored::Open => ProposalState::Open,
                Stored::Approved => ProposalState::Approved,
                Stored::Rejected => ProposalState::Rejected,
            },
        }
    }

    /// Where it stands.
    pub fn state(&self) -> ProposalState {
        self.standing().state_at(self.row.view().lens().now)
    }

    /// Whether this viewer may approve it now.
    pub fn may_approve(&self) -> bool {
        let view = self.row.view();
        let open = self.standing().approvable(view.actor().person, view.lens().now).is_ok();
        open && self.subject.allows(Act::ApproveProposal).is_some()
    }

    /// Whether this viewer may reject it now, or take it back.
    pub fn may_reject(&self) -> bool {
        let open = self.standing().decidable(self.row.view().lens().now).is_ok();
        open && self.subject.allows(Act::RejectProposal).is_some()
    }

    /// Who proposed.
    pub fn proposed_by(&self) -> Uuid {
        self.row.row().proposed_by
    }

    /// When.
    pub fn proposed_at(&self) -> DateTime<Utc> {
        self.row.row().proposed_at
    }

    /// Until when it can be decided.
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.row.row().expires_at
    }

    /// Who decided.
    pub fn decided_by(&self) -> Option<Uuid> {
        self.row.row().decided_by
    }

    /// When.
    pub fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.row.row().decided_at
    }

    /// What kind of record it is about: the name of its table.
    pub fn record_table(&self) -> &str {
        self.proposed.table()
    }

    /// The global id of the record.
    pub fn record_id(&self) -> Option<String> {
        let row = match &self.proposed {
            Proposed::Redaction(it) => it.row,
            Proposed::Erasure(it) => it.subject,
        };
        Some(self.row.view().id(kind_of(self.proposed.table())?, row))
    }

    /// The entry whose image of the record is emptied; none where identifiers are erased.
    pub const fn emptied_revision(&self) -> Option<u64> {
        match &self.proposed {
            Proposed::Redaction(it) => Some(it.revision),
            Proposed::Erasure(_) => None,
        }
    }

    /// The words that are read instead.
    pub fn words(&self) -> &[Reworded] {
        match &self.proposed {
            Proposed::Redaction(it) => &it.words,
            Proposed::Erasure(_) => &[],
        }
    }

    /// Why.
    pub fn reason(&self) -> &str {
        &self.proposed.reason().text
    }
}
