//! Summaries, proportions and rates.

use super::{Inputs, LineError, Node, number};
use crate::statistics::{Interval, QuartileMethod, Summary, proportion, summary};
use crate::statistics::{clopper_pearson, exact_poisson, wilson};
use rust_decimal::Decimal;
use serde::Serialize;

/// A confidence level of 0.95.
pub(super) fn default_level() -> Decimal {
    Decimal::new(95, 2)
}

pub(super) fn change_summary(inputs: &Inputs<'_>) -> Result<Summary, LineError> {
    let fields = inputs.fields(&["changes", "quantile_method", "ci_level"])?;
    let methods = [("TYPE_2", QuartileMethod::Type2), ("TYPE_7", QuartileMethod::Type7)];
    let method = fields.or("quantile_method", QuartileMethod::Type2, |node| node.choice(&methods))?;
    let level = fields.or("ci_level", default_level(), Node::open_unit)?;
    let mut changes = Vec::new();
    for node in fields.required("changes")?.list()? {
        changes.extend(node.nullable(Node::decimal)?);
    }
    Ok(summary(&changes, method, number::json(level)))
}

#[derive(Serialize)]
pub(super) struct ProportionAnswer {
    estimate: Option<f64>,
    clopper_pearson: Option<Interval>,
    wilson: Option<Interval>,
}

pub(super) fn proportion_ci(inputs: &Inputs<'_>) -> Result<ProportionAnswer, LineError> {
    let fields = inputs.fields(&["x", "n", "level"])?;
    let hits = fields.required("x")?;
    let (x, n) = (hits.count()?, fields.required("n")?.count()?);
    let level = number::json(fields.or("level", default_level(), Node::open_unit)?);
    if x > n {
        return Err(hits.invalid("x is above n"));
    }
    Ok(ProportionAnswer {
        estimate: proportion::estimate(x, n),
        clopper_pearson: clopper_pearson(x, n, level),
        wilson: wilson(x, n, level),
    })
}

#[derive(Serialize)]
pub(super) struct RateAnswer {
    rate_per_py: Option<f64>,
    exact_poisson_ci: Option<Interval>,
}

pub(super) fn exposure_adjusted_rate(inputs: &Inputs<'_>) -> Result<RateAnswer, LineError> {
    let fields = inputs.fields(&["events", "person_years", "level"])?;
    let events = fields.required("events")?.count()?;
    let person_years = number::json(fields.required("person_years")?.non_negative()?);
    let level = number::json(fields.or("level", default_level(), Node::open_unit)?);
    Ok(RateAnswer {
        rate_per_py: (person_years > 0.0).then(|| events as f64 / person_years),
        exact_poisson_ci: exact_poisson(events, person_years, level),
    })
}

impl Node<'_> {
    /// A number of people or events: whole, not below zero, and within what the intervals can do.
    pub(super) fn count(self) -> Result<u64, LineError> {
        const MOST: i64 = proportion::LARGEST_SAMPLE.cast_signed();
        Ok(self.int_in(0..=MOST)?.unsigned_abs())
    }
}
