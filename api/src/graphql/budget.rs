//! What one request may still spend, asked at each list item.

use crate::config::Limits;
use objects::{Budget, BudgetError};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Time and values of one request.
pub(super) struct Spending {
    ends: Instant,
    millis: u64,
    values: AtomicU64,
    allowed: u64,
}

impl Spending {
    pub(super) fn new(limits: &Limits) -> Spending {
        Spending {
            ends: Instant::now() + Duration::from_millis(limits.execution_millis),
            millis: limits.execution_millis,
            values: AtomicU64::new(0),
            allowed: limits.answer_values,
        }
    }
}

impl Budget for Spending {
    fn item(&self) -> Result<(), BudgetError> {
        let spent = self.values.fetch_add(1, Ordering::Relaxed);
        if spent > self.allowed {
            return Err(BudgetError {
                code: "COST_EXCEEDED",
                message: format!(
                    "the answer goes beyond `limits.answer_values`: at most {} are allowed",
                    self.allowed
                ),
            });
        }
        // At each item: one of them may derive a subject's whole course.
        if Instant::now() > self.ends {
            return Err(BudgetError {
                code: "COST_EXCEEDED",
                message: format!(
                    "the answer takes longer than `limits.execution_millis`: {} ms",
                    self.millis
                ),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_time_run_out() {
        let few = Spending::new(&Limits { answer_values: 2, ..Limits::default() });
        let outcomes: Vec<bool> = (0..4).map(|_| few.item().is_ok()).collect();
        assert_eq!(outcomes, [true, true, true, false]);
        let short =
            Spending { ends: Instant::now() - Duration::from_millis(1), ..Spending::new(&Limits::default()) };
        assert_eq!(short.item().map_err(|error| error.code), Err("COST_EXCEEDED"));
    }
}
