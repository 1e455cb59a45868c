//! Correct an autoantibody panel, its results aside.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::command::conduct::{CorrectRecord, Correction};
use study::view::NodeKind;

use crate::graphql::object::lab::AutoantibodyPanel;

/// What correctAutoantibodyPanel needs: what the record shall say, whole.
#[derive(InputObject)]
pub struct CorrectAutoantibodyPanelInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The panel.
    panel: ID,
    /// The revision of its own last change that you read.
    expected_revision: Option<Revision>,
    /// Why.
    reason: Option<String>,
    /// When the sample was taken.
    collected_on: Date,
    /// The laboratory.
    laboratory: Option<String>,
}

payload! {
    /// What came of the act.
    CorrectAutoantibodyPanelPayload as "CorrectAutoantibodyPanelPayload" {
        /// The panel.
        panel: AutoantibodyPanel = |view, row| view.panel_by_row(row).map(AutoantibodyPanel)
    }
}

/// One mutation.
#[derive(Default)]
pub struct CorrectAutoantibodyPanel;

#[Object]
impl CorrectAutoantibodyPanel {
    /// Correct an autoantibody panel, its results aside: the whole record again, with a reason. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn correct_autoantibody_panel(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: CorrectAutoantibodyPanelInput,
    ) -> Option<Result<Now<CorrectAutoantibodyPanelPayload>>> {
        Some(act(cx, input).await.map(|done| Now(CorrectAutoantibodyPanelPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: CorrectAutoantibodyPanelInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.panel, input.key)?;
    let record = acting.row(NodeKind::AutoantibodyPanel, &input.panel);
    let fields =
        command::conduct::PanelFields { collected_on: input.collected_on.0, laboratory: input.laboratory };
    let command = CorrectRecord {
        subject: acting.subject_of(record).await?,
        correction: Correction::Panel(record, fields),
        reason: input.reason,
        expected_revision: input.expected_revision.map(|it| it.0),
    };
    acting.decide(Box::new(command)).await
}
