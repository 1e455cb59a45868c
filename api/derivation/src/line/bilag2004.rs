//! BILAG-2004 grades and numerical score.

use super::response::grade_map;
use super::{Inputs, LineError, Node};
use crate::instrument::bilag2004::grade::{Grading, grade_as_recorded};
use crate::instrument::bilag2004::numeric::numeric;
use crate::instrument::bilag2004::tally::{Tally, tally};
use crate::instrument::bilag2004::{
    Bilag2004, Grade, GradePolicy, Involvement, Item, ItemKind, ItemValue, System, item,
};
use rust_decimal::Decimal;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct GradeAnswer {
    grade: Option<Grade>,
    numeric: Option<u8>,
}

pub(super) fn bilag2004_grade(inputs: &Inputs<'_>) -> Result<GradeAnswer, LineError> {
    let fields = inputs.fields(&["system", "items", "previous_values", "ever_involved", "not_due_to_sle"])?;
    let system = system(fields.required("system")?)?;
    let mut current = form(fields.required("items")?, system)?;
    let previous = fields.optional("previous_values", |node| form(node, system))?;
    let ever = fields.or("ever_involved", false, Node::boolean)?;
    for node in fields.or("not_due_to_sle", Vec::new(), Node::list)? {
        current.not_due_to_sle.push(not_due(node)?);
    }
    let involvement = Involvement { ever: [Some(ever); 9], nephritis_within_three_months: false };
    let grading = Grading {
        current: &current,
        previous: previous.as_ref(),
        involvement: &involvement,
        policy: &GradePolicy::default(),
    };
    let grade = grade_as_recorded(system, &grading);
    Ok(GradeAnswer { grade: grade.known(), numeric: grade.numeric() })
}

/// The items of one system from a map of item number to value. What the map does not name was not done.
fn form(node: Node<'_>, system: System) -> Result<Bilag2004, LineError> {
    let mut form = Bilag2004::default();
    for (key, value) in node.entries()? {
        let item = numbered(&key).ok_or_else(|| value.invalid("the key is no item number from 1 to 97"))?;
        if item.system != system {
            return Err(value.invalid(format!("item {key} belongs to the system {}", item.system.code())));
        }
        form.set(item.number, item_value(item, value)?);
    }
    Ok(form)
}

/// The item of a number as it is written in a key: digits alone, no zeros before.
fn numbered(key: &str) -> Option<&'static Item> {
    let number: u8 = key.parse().ok()?;
    item(number).filter(|item| item.number.to_string() == key)
}

/// No measurement is larger; it keeps the comparisons of renal values within 28 digits.
const LARGEST: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

fn item_value(item: &Item, node: Node<'_>) -> Result<ItemValue, LineError> {
    match item.kind {
        ItemKind::Score => Ok(ItemValue::Score(node.int_in(0..=4)?.unsigned_abs() as u8)),
        ItemKind::YesNo => node.boolean().map(ItemValue::YesNo),
        ItemKind::Number { .. } => node.decimal_in(Decimal::ZERO, LARGEST).map(ItemValue::Number),
    }
}

fn not_due(node: Node<'_>) -> Result<u8, LineError> {
    let number = u8::try_from(node.int()?).ok();
    let item = number.and_then(item).filter(|item| item.may_be_not_due_to_sle());
    let wrong = "an item number of the renal or haematological system (78 to 97) is expected";
    item.map(|item| item.number).ok_or_else(|| node.invalid(wrong))
}

/// One of the nine systems.
fn system(node: Node<'_>) -> Result<System, LineError> {
    System::from_code(&node.string()?).ok_or_else(|| node.invalid("there is no such BILAG-2004 system"))
}

#[derive(Serialize)]
pub(super) struct NumericAnswer {
    total: Option<u8>,
    n_a: u8,
    n_b: u8,
}

pub(super) fn bilag2004_numeric(inputs: &Inputs<'_>) -> Result<NumericAnswer, LineError> {
    let fields = inputs.fields(&["grades"])?;
    let numeric = numeric(&grade_map(fields.required("grades")?)?);
    Ok(NumericAnswer { total: numeric.total, n_a: numeric.n_a, n_b: numeric.n_b })
}

pub(super) fn bilag2004_tally(inputs: &Inputs<'_>) -> Result<Tally, LineError> {
    let fields = inputs.fields(&["previous", "grades"])?;
    let previous = grade_map(fields.required("previous")?)?;
    Ok(tally(&previous, &grade_map(fields.required("grades")?)?))
}
