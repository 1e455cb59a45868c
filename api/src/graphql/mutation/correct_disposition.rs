//! Correct how a subject's participation ended.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use crate::graphql::term::Coded;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::command::conduct::{CorrectRecord, Correction};
use study::terms;
use study::view::NodeKind;

use crate::graphql::object::screening::Disposition;

/// What correctDisposition needs: what the record shall say, whole.
#[derive(InputObject)]
pub struct CorrectDispositionInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The record of the end.
    disposition: ID,
    /// The revision of its own last change that you read.
    expected_revision: Option<Revision>,
    /// Why.
    reason: Option<String>,
    /// How it ended.
    kind: Coded<terms::DispositionKind>,
    /// When.
    occurred_on: Date,
    /// Why it ended; `reason` says why the record is corrected.
    cause: Option<String>,
}

payload! {
    /// What came of the act.
    CorrectDispositionPayload as "CorrectDispositionPayload" {
        /// The record of the end.
        disposition: Disposition = |view, row| view.disposition_by_row(row).map(Disposition)
    }
}

/// One mutation.
#[derive(Default)]
pub struct CorrectDisposition;

#[Object]
impl CorrectDisposition {
    /// Correct how a subject's participation ended: the whole record again, with a reason. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn correct_disposition(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: CorrectDispositionInput,
    ) -> Option<Result<Now<CorrectDispositionPayload>>> {
        Some(act(cx, input).await.map(|done| Now(CorrectDispositionPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: CorrectDispositionInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.disposition, input.key)?;
    let record = acting.row(NodeKind::Disposition, &input.disposition);
    let fields = command::enrolment::DispositionFields {
        kind: input.kind.0,
        occurred_on: input.occurred_on.0,
        cause: input.cause,
    };
    let command = CorrectRecord {
        subject: acting.subject_of(record).await?,
        correction: Correction::Disposition(record, fields),
        reason: input.reason,
        expected_revision: input.expected_revision.map(|it| it.0),
    };
    acting.decide(Box::new(command)).await
}
