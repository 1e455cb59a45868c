//! The budget of a request: time and cost, asked while rows are written.

use std::sync::Arc;

/// Asked at each list item and at every [`FIELDS_PER_QUESTION`]th field.
pub trait Budget: Send + Sync {
    /// Takes note of one more item.
    ///
    /// # Errors
    /// When the budget is spent. The part of the request that is being written ends there.
    fn item(&self) -> Result<(), BudgetError>;
}

/// How many fields are written between two questions outside lists.
pub const FIELDS_PER_QUESTION: u32 = 64;

/// Why the request may not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetError {
    /// The code for `extensions.code`, for example `COST_EXCEEDED`.
    pub code: &'static str,
    /// The text for the caller.
    pub message: String,
}

/// The request's budget, as a datum of the request. Without one, nothing is limited.
#[derive(Clone)]
pub struct Limit(
    /// Who counts.
    pub Arc<dyn Budget>,
);
