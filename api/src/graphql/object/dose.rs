//! Doses.

use super::gated_by_subject;
use super::masked::MaskedDate;
use crate::graphql::scalar::{Decimal, Id, Revision};
use crate::graphql::term::Coded;
use objects::object;
use policy::DataGroup;
use study::terms::Agent;
use study::view::DoseView;

/// A dose that was given.
#[object(name = "Dose", implements("Node"))]
impl Dose<'_> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// What was given.
    #[group(Dosing)]
    fn agent(&self) -> Option<Coded<Agent>> {
        Some(Coded(self.0.agent()))
    }
    /// Which dose of the agent it is, from 1.
    #[group(Dosing)]
    fn ordinal(&self) -> Option<i32> {
        Some(self.0.ordinal())
    }
    /// When it was given.
    #[group(Dosing)]
    fn given_on(&self) -> MaskedDate {
        MaskedDate(self.0.given_on())
    }
    /// Planned cells per kilogram.
    #[group(Dosing)]
    fn planned_cells_per_kg(&self) -> Option<Decimal> {
        self.0.planned_cells_per_kg().map(Decimal)
    }
    /// Cells given per kilogram.
    #[group(Dosing)]
    fn actual_cells_per_kg(&self) -> Option<Decimal> {
        self.0.actual_cells_per_kg().map(Decimal)
    }
    /// Cells given.
    #[group(Dosing)]
    fn total_cells(&self) -> Option<Decimal> {
        self.0.total_cells().map(Decimal)
    }
    /// Body weight in kilograms.
    #[group(Dosing)]
    fn weight_kg(&self) -> Option<Decimal> {
        self.0.weight_kg().map(Decimal)
    }
    /// Local clock time at which it began, HH:MM. The safety board sees none.
    #[group(Dosing)]
    fn start_time(&self) -> Option<&str> {
        self.0.start_time()
    }
    /// Local clock time at which it ended, HH:MM. The safety board sees none.
    #[group(Dosing)]
    fn end_time(&self) -> Option<&str> {
        self.0.end_time()
    }
    /// The lot. The safety board reads none.
    #[group(Dosing)]
    fn lot(&self) -> Option<&str> {
        self.0.lot()
    }
    /// Revision of the dose's own last change, for `expectedRevision`.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// A dose.
pub struct Dose<'v>(pub DoseView<'v>);

gated_by_subject!(Dose);
