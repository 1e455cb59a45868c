//! Propose that words which should never have been written be taken out of the ledger.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command::review::{ProposeRedaction as Propose, Reworded};

use crate::graphql::object::proposal::Proposal;

/// A text that shall be read instead of one that goes.
#[derive(InputObject)]
pub struct RedactedTextInput {
    /// The record's field, as its history names it, for example `narrative`; of a comment on a descriptor of SLEDAI-2K
    /// `comments.` and the descriptor's code.
    pub field: String,
    /// What is read instead.
    pub text: String,
}

/// What proposeRedaction needs.
#[derive(InputObject)]
pub struct ProposeRedactionInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The record, or the reason for a change, as its history names it by `nodeId`.
    record: ID,
    /// The ledger entry that holds the words. Another entry that repeats them needs a proposal of its own.
    revision: Revision,
    /// What is read instead.
    words: Vec<RedactedTextInput>,
    /// Why. Must not repeat what goes.
    reason: Option<String>,
}

payload! {
    /// What came of the act.
    ProposeRedactionPayload as "ProposeRedactionPayload" {
        /// The proposal.
        proposal: Proposal = |view, row| view.proposal_by_row(row).map(Proposal)
    }
}

/// One mutation.
#[derive(Default)]
pub struct ProposeRedaction;

#[Object]
impl ProposeRedaction {
    /// Propose that words which should never have been written be taken out of one entry of the ledger, for good.
    /// Another person has to approve within three days. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn propose_redaction(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: ProposeRedactionInput,
    ) -> Option<Result<Now<ProposeRedactionPayload>>> {
        Some(act(cx, input).await.map(|done| Now(ProposeRedactionPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: ProposeRedactionInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.record, input.key)?;
    let record = acting.any_row(&input.record);
    let subject = acting.subject_of_words(record).await?;
    let stored = acting.stored(subject, record, input.revision.0).await?;
    let words = input.words.into_iter().map(|it| Reworded { field: it.field, text: it.text }).collect();
    let command =
        Propose { subject, record, revision: input.revision.0, words, reason: input.reason, stored };
    acting.decide(Box::new(command)).await
}
