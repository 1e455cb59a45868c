//! Approve or reject what another person proposed.

use super::{Erasure, Proposed, Redaction, erasure, redaction};
use crate::command::{Desk, decides};
use crate::snapshot::tables::{Rec, find};
use entity::terms::ProposalState;
use entity::{FreeText, rows};
use ledger::StreamId;
use policy::proposal::{Proposal, ProposalState as Stands};
use policy::{Kind, Refusal, RefusalCode, Side, SideWrite, ensure};
use serde::Serialize;
use uuid::Uuid;

/// Approve what another person proposed, and do it in the same entry.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApproveProposal {
    /// The proposal.
    pub proposal: Uuid,
}

/// Reject what another person proposed, or take one's own proposal back.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RejectProposal {
    /// The proposal.
    pub proposal: Uuid,
}

decides!(ApproveProposal as ApproveProposal);
decides!(RejectProposal as RejectProposal);

impl ApproveProposal {
    fn run(&self, desk: &mut Desk<'_>, _side: &Side) -> Result<(), Refusal> {
        let (saved, proposed) = resolve(desk, self.proposal)?;
        standing(saved).approvable(desk.actor.person, desk.at.now())?;
        match &proposed {
            Proposed::Redaction(payload) => redact(desk, saved, payload),
            Proposed::Erasure(payload) => erase(desk, saved, payload),
        }
    }
}

/// The row of the reason that a proposal gave.
fn reason(desk: &mut Desk<'_>, proposed: (Uuid, &FreeText)) -> rows::ChangeReason {
    let (subject, text) = proposed;
    rows::ChangeReason {
        id: desk.ids.draw(),
        study_id: desk.study.study(),
        subject_id: Some(subject),
        text: text.clone(),
    }
}

/// Destroys the key of a subject's identifiers in the entry that approves it.
fn erase(desk: &mut Desk<'_>, saved: &rows::Proposal, payload: &Erasure) -> Result<(), Refusal> {
    let subject = desk.subject("proposal", payload.subject)?;
    erasure::is_identified("proposal", subject)?;
    let row = erasure::without(subject);
    let reason = reason(desk, (payload.subject, &payload.reason));
    desk.put(&decided(desk, saved, ProposalState::Approved))?;
    desk.put(&row)?;
    desk.put(&reason)?;
    desk.beside(SideWrite::EraseIdentity { subject: payload.subject });
    Ok(())
}

/// Empties an image in the entry that approves it.
fn redact(desk: &mut Desk<'_>, saved: &rows::Proposal, payload: &Redaction) -> Result<(), Refusal> {
    let target = redaction::find_target(desk.study, payload.row);
    // Emptied or written over since: the form is judged again, on the record as it is now.
    let still = target.filter(|target| target.table == payload.table).ok_or_else(|| {
        Refusal::at("proposal", RefusalCode::WrongState, "the record is not there any more")
    })?;
    ensure!(
        !redaction::is_redacted(desk.study, (payload.revision, payload.position)),
        Refusal::at("proposal", RefusalCode::WrongState, "the words are gone already")
    );
    still
        .replacement(payload.row, payload.revision, &payload.replacement)
        .map_err(|refusal| Refusal { field: vec!["proposal".to_owned()], ..refusal })?;
    let reason = reason(desk, (payload.subject, &payload.reason));
    let ids = (desk.ids.draw(), reason.id);
    let row = redaction::row(payload, ids, desk.study.study())?;
    desk.put(&decided(desk, saved, ProposalState::Approved))?;
    desk.put(&reason)?;
    desk.put(&row)?;
    desk.beside(SideWrite::Redact {
        stream: StreamId::Open(desk.study.study()).to_string(),
        revision: payload.revision,
        position: payload.position,
    });
    Ok(())
}

impl RejectProposal {
    fn run(&self, desk: &mut Desk<'_>, _side: &Side) -> Result<(), Refusal> {
        let (saved, _) = resolve(desk, self.proposal)?;
        standing(saved).decidable(desk.at.now())?;
        desk.put(&decided(desk, saved, ProposalState::Rejected))
    }
}

/// A proposal on a subject in the caller's scope, on which the caller may decide there.
fn resolve<'d>(desk: &mut Desk<'d>, id: Uuid) -> Result<(&'d Rec<rows::Proposal>, Proposed), Refusal> {
    let missing = || Refusal::not_found("proposal", Kind::Proposal);
    let saved = find(&desk.study.rows.proposals, id).ok_or_else(missing)?;
    let proposed = Proposed::read(saved).ok_or_else(missing)?;
    // Out of scope reads as unknown, and says nothing of the subject.
    let named = |refusal: Refusal| if refusal.code == RefusalCode::NotFound { missing() } else { refusal };
    desk.subject("proposal", proposed.subject()).map_err(named)?;
    Ok((saved, proposed))
}

fn standing(row: &rows::Proposal) -> Proposal {
    Proposal {
        proposer: row.proposed_by,
        expires_at: row.expires_at,
        state: match row.state {
            ProposalState::Open => Stands::Open,
            ProposalState::Approved => Stands::Approved,
            ProposalState::Rejected => Stands::Rejected,
        },
    }
}

fn decided(desk: &Desk<'_>, saved: &rows::Proposal, state: ProposalState) -> rows::Proposal {
    rows::Proposal {
        state,
        decided_by: Some(desk.actor.person),
        decided_at: Some(desk.at.now()),
        ..saved.clone()
    }
}
