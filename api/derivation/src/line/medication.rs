//! Prednisone equivalent.

use super::{Inputs, LineError, Node, number};
use crate::medication::prednisone_equivalent::{
    self as dose, DoseRule, Drug, Frequency, Purpose, Route, SteroidRecord, Window,
};
use rust_decimal::Decimal;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct DoseAnswer {
    window_days: u32,
    total_mg: Option<f64>,
    average_mg_day: Option<f64>,
}

pub(super) fn prednisone_equivalent(inputs: &Inputs<'_>) -> Result<DoseAnswer, LineError> {
    let fields = inputs.fields(&["records", "window_start", "window_end", "no_other_steroid_confirmed"])?;
    let start = fields.required("window_start")?.date()?;
    let end_node = fields.required("window_end")?;
    let end = end_node.date()?;
    if end < start {
        return Err(end_node.invalid("the window ends before it starts"));
    }
    let records: Vec<SteroidRecord> =
        fields.required("records")?.list()?.into_iter().map(record).collect::<Result<_, _>>()?;
    let no_other_steroid_confirmed = fields.or("no_other_steroid_confirmed", false, Node::boolean)?;
    let rule = DoseRule { no_other_steroid_confirmed, ..DoseRule::default() };
    let answer = dose::prednisone_equivalent(&records, Window { start, end }, rule);
    Ok(DoseAnswer {
        window_days: answer.window_days,
        total_mg: answer.total_mg.map(number::json),
        average_mg_day: answer.average.map(|average| number::json(average.mg_per_day())),
    })
}

fn record(node: Node<'_>) -> Result<SteroidRecord, LineError> {
    let fields = node.fields(&["drug", "dose_mg", "per_day", "start", "end", "route"])?;
    let drug = fields.required("drug")?;
    let (start, end_node) = (fields.required("start")?.date()?, fields.required("end")?);
    let end = end_node.nullable(Node::date)?;
    if end.is_some_and(|end| end < start) {
        return Err(end_node.invalid("the end is before the start"));
    }
    // Beyond a kilogram, or a thousand administrations a day, a number is no dose.
    let dose_mg =
        fields.nullable("dose_mg", |node| node.decimal_in(Decimal::ZERO, Decimal::from(1_000_000)))?;
    let per_day = fields.nullable("per_day", |node| node.decimal_in(Decimal::ZERO, Decimal::from(1_000)))?;
    Ok(SteroidRecord {
        drug: Drug::from_code(&drug.string()?).ok_or_else(|| drug.invalid("the drug has no factor here"))?,
        dose_mg,
        frequency: per_day.map(Frequency::per_day),
        start,
        end,
        route: fields.or("route", Route::Oral, |node| node.choice(&ROUTES))?,
        purpose: Purpose::default(),
    })
}

const ROUTES: [(&str, Route); 10] = [
    ("ORAL", Route::Oral),
    ("INTRAVENOUS", Route::Intravenous),
    ("INTRAMUSCULAR", Route::Intramuscular),
    ("SUBCUTANEOUS", Route::Subcutaneous),
    ("INTRA_ARTICULAR", Route::IntraArticular),
    ("TOPICAL", Route::Topical),
    ("INHALED", Route::Inhaled),
    ("NASAL", Route::Nasal),
    ("OPHTHALMIC", Route::Ophthalmic),
    ("RECTAL", Route::Rectal),
];
