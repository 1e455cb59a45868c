//! Freeze the data that the safety board reads.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;

use crate::graphql::object::dsmb::DataCut;

/// What createDataCut needs.
#[derive(InputObject)]
pub struct CreateDataCutInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The study.
    study: ID,
    /// The cut's name, unique in the study.
    name: String,
    /// The last day whose data count.
    clinical_cut_off: Date,
    /// What it is for.
    purpose: Option<String>,
}

payload! {
    /// What came of the act.
    CreateDataCutPayload as "CreateDataCutPayload" {
        /// The cut.
        cut: DataCut = |view, row| view.data_cuts().find(|cut| cut.row_id() == row).map(DataCut)
    }
}

/// One mutation.
#[derive(Default)]
pub struct CreateDataCut;

#[Object]
impl CreateDataCut {
    /// Freeze the data that the safety board reads. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn create_data_cut(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: CreateDataCutInput,
    ) -> Option<Result<Now<CreateDataCutPayload>>> {
        Some(act(cx, input).await.map(|done| Now(CreateDataCutPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: CreateDataCutInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.study, input.key)?;
    let command = command::board::CreateDataCut {
        name: input.name,
        clinical_cut_off: input.clinical_cut_off.0,
        purpose: input.purpose,
    };
    acting.decide(Box::new(command)).await
}
