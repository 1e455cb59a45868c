//! Record autoantibodies and complement of one blood sample.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::term::Coded;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::terms;
use study::view::NodeKind;

use crate::graphql::object::lab::AutoantibodyPanel;

/// One result of a panel.
#[derive(InputObject)]
pub struct PanelResultInput {
    /// The analyte.
    pub analyte: Coded<terms::Autoantibody>,
    /// The result as received: a number, perhaps with < or >, a titre 1:320, or positive, negative, equivocal.
    pub raw: String,
    /// Its unit.
    pub unit: Option<String>,
    /// Lower end of the reference range, in the result's unit.
    pub reference_low: Option<String>,
    /// Upper end of the reference range, in the result's unit.
    pub reference_high: Option<String>,
    /// From where on a result is positive, in the result's unit.
    pub positivity_cutoff: Option<String>,
    /// The method.
    pub method: Option<String>,
    /// ICAP patterns of an ANA.
    pub patterns: Option<Vec<String>>,
}

impl From<PanelResultInput> for command::conduct::PanelResult {
    fn from(input: PanelResultInput) -> command::conduct::PanelResult {
        command::conduct::PanelResult {
            analyte: input.analyte.0,
            raw: input.raw,
            unit: input.unit,
            reference_low: input.reference_low,
            reference_high: input.reference_high,
            positivity_cutoff: input.positivity_cutoff,
            method: input.method,
            patterns: input.patterns.unwrap_or_default(),
        }
    }
}

/// What recordAutoantibodyPanel needs.
#[derive(InputObject)]
pub struct RecordAutoantibodyPanelInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The visit.
    visit: ID,
    /// When the sample was taken; the visit's day unless given.
    collected_on: Option<Date>,
    /// The laboratory.
    laboratory: Option<String>,
    /// One result an analyte.
    results: Vec<PanelResultInput>,
}

payload! {
    /// What came of the act.
    RecordAutoantibodyPanelPayload as "RecordAutoantibodyPanelPayload" {
        /// The panel.
        panel: AutoantibodyPanel = |view, row| view.panel_by_row(row).map(AutoantibodyPanel)
    }
}

/// One mutation.
#[derive(Default)]
pub struct RecordAutoantibodyPanel;

#[Object]
impl RecordAutoantibodyPanel {
    /// Record autoantibodies and complement of one blood sample. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn record_autoantibody_panel(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: RecordAutoantibodyPanelInput,
    ) -> Option<Result<Now<RecordAutoantibodyPanelPayload>>> {
        Some(act(cx, input).await.map(|done| Now(RecordAutoantibodyPanelPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: RecordAutoantibodyPanelInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.visit, input.key)?;
    let command = command::conduct::RecordAutoantibodyPanel {
        visit: acting.row(NodeKind::Visit, &input.visit),
        collected_on: input.collected_on.map(|day| day.0),
        laboratory: input.laboratory,
        results: input.results.into_iter().map(Into::into).collect(),
    };
    acting.decide(Box::new(command)).await
}
