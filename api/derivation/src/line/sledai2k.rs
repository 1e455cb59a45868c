//! SLEDAI-2K and its change from baseline.

use super::number;
use super::{Fields, Inputs, LineError, Node};
use crate::endpoint::sledai_change;
use crate::instrument::pga::Pga;
use crate::instrument::sledai2k::{Descriptor, MAXIMUM, Sledai2k};
use rust_decimal::Decimal;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct ScoreAnswer {
    total: Option<u8>,
    clinical_total: Option<u8>,
    status: &'static str,
    lower_bound: u8,
    upper_bound: u8,
    major_organ_activity: Option<bool>,
}

pub(super) fn sledai2k_score(inputs: &Inputs<'_>) -> Result<ScoreAnswer, LineError> {
    let fields = inputs.fields(&["present", "missing"])?;
    let score = descriptors(&fields)?.score();
    Ok(ScoreAnswer {
        total: score.total,
        clinical_total: score.clinical_total,
        status: if score.complete { "COMPLETE" } else { "INCOMPLETE" },
        lower_bound: score.lower,
        upper_bound: score.upper,
        major_organ_activity: score.major_organ_activity,
    })
}

#[derive(Serialize)]
pub(super) struct ChangeAnswer {
    change: Option<i64>,
    percent_change: Option<f64>,
}

pub(super) fn sledai_change(inputs: &Inputs<'_>) -> Result<ChangeAnswer, LineError> {
    let fields = inputs.fields(&["baseline", "value"])?;
    let baseline = fields.nullable("baseline", total)?;
    let change = sledai_change::sledai_change(baseline, fields.nullable("value", total)?);
    Ok(ChangeAnswer { change: change.change, percent_change: change.percent_change.map(number::json) })
}

/// A SLEDAI-2K total, 0 to 105.
pub(super) fn total(node: Node<'_>) -> Result<u8, LineError> {
    Ok(node.int_in(0..=i64::from(MAXIMUM))?.unsigned_abs() as u8)
}

/// A mark of the physician's global assessment, 0 to 3.
pub(super) fn pga(node: Node<'_>) -> Result<Pga, LineError> {
    let value = node.decimal_in(Decimal::ZERO, Decimal::from(3))?;
    Pga::exact(value).map_err(|_| node.invalid("a decimal from 0 to 3 is expected"))
}

/// An assessment from the keys `present` and `missing`; every descriptor that neither names is absent.
pub(super) fn descriptors(fields: &Fields<'_>) -> Result<Sledai2k, LineError> {
    let mut form = Sledai2k { items: [Some(false); 24] };
    for node in fields.required("present")?.list()? {
        form.items[descriptor(node)?.index()] = Some(true);
    }
    for node in fields.or("missing", Vec::new(), Node::list)? {
        let place = &mut form.items[descriptor(node)?.index()];
        if *place == Some(true) {
            return Err(node.invalid("the descriptor is also named as present"));
        }
        *place = None;
    }
    Ok(form)
}

fn descriptor(node: Node<'_>) -> Result<Descriptor, LineError> {
    Descriptor::from_code(&node.string()?)
        .ok_or_else(|| node.invalid("there is no such SLEDAI-2K descriptor"))
}
