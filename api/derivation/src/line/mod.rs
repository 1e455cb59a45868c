//! The `derive` interface: one JSON line in, one JSON line out, as a pure function.
//!
//! [`answer`] reads the envelope and hands the inputs to the endpoint's handler in a file of this folder. A handler is
//!
//! ```text
//! pub(crate) fn NAME(inputs: &Inputs<'_>) -> Result<impl Serialize, LineError>
//! ```
//!
//! It first names every key that the endpoint has, which refuses all others, then reads each by what it must be:
//!
//! ```text
//! let fields = inputs.fields(&["target", "dlt", "n", "cutoff"])?;
//! let target = fields.required("target")?.open_unit()?;                 // R
//! let n = fields.required("n")?.int_in(0..=10_000)?;                    // R, with limits
//! let cutoff = fields.or("cutoff", dec("0.95"), Node::open_unit)?;      // O with a default; null is refused
//! let end = fields.optional("ae_end", Node::date)?;                     // O, "or null": Option<NaiveDate>
//! let pga = fields.nullable("pga", |node| node.decimal_in(low, high))?; // R, "or null": Option<Decimal>
//! let rule = fields.or("tie_rule", Tie::Later, |node| node.choice(&[("LATER", Tie::Later), ("EARLIER", Tie::Earlier)]))?;
//! for node in fields.required("aes")?.list()? { let ae = node.fields(&["onset", "grade"])?; ... }
//! return Err(node.invalid("the end is before the start"));              // INVALID_VALUE at that node
//! ```
//!
//! It answers with a struct that derives `Serialize`; its field order is the answer's key order, unknown is `None` and
//! written as null. Numbers are written as JSON numbers: `number::json` turns an exact decimal into one at the very end.

mod bilag2004;
mod duration;
mod escalation;
mod flare;
mod laboratory;
mod low_activity;
mod medication;
pub(crate) mod number;
mod reader;
mod response;
mod safety;
mod sledai2k;
mod statistics;
mod timeline;

pub use reader::LineErrorCode;
pub(crate) use reader::{Fields, Inputs, LineError, Node};

use serde::Serialize;
use std::borrow::Cow;

/// Answers one line; none for a blank one.
///
/// The answer is one JSON object without a line break: `{"id", "result"}` or `{"id", "error": {"code", "message", "path"}}`.
/// The same line always gives the same answer.
pub fn answer(line: &str) -> Option<String> {
    if line.trim().is_empty() {
        return None;
    }
    let mut id = None;
    let answered = read(Node::root(line), &mut id).and_then(|(endpoint, inputs)| dispatch(endpoint, &inputs));
    let (key, body) = match answered {
        Ok(result) => ("result", result),
        Err(error) => {
            let path = error.pointer(line);
            ("error", json(&Refusal { code: error.code, message: &error.message, path }))
        }
    };
    Some(format!("{{\"id\":{},\"{key}\":{body}}}", json(&id)))
}

/// Answers one line as it came from a stream; none for a blank one. What is no UTF-8 is no JSON.
pub fn answer_bytes(line: &[u8]) -> Option<String> {
    match std::str::from_utf8(line) {
        Ok(text) => answer(text),
        Err(_) => Some(unreadable("the line is no UTF-8")),
    }
}

/// The answer to a line that cannot be read at all.
pub fn unreadable(message: &str) -> String {
    let refusal = Refusal { code: LineErrorCode::InvalidJson, message, path: String::new() };
    format!("{{\"id\":null,\"error\":{}}}", json(&refusal))
}

#[derive(Serialize)]
struct Refusal<'a> {
    code: LineErrorCode,
    message: &'a str,
    path: String,
}

/// Reads the envelope. The id is kept as soon as it is known, so that a refusal can echo it.
fn read<'a>(line: Node<'a>, id: &mut Option<Cow<'a, str>>) -> Result<(Node<'a>, Inputs<'a>), LineError> {
    let entries = line
        .raw_entries()
        .map_err(|_| LineError::whole(LineErrorCode::InvalidJson, "the line is no JSON object"))?;
    let named = entries.iter().find(|(key, _)| key == "id");
    *id = named.and_then(|(_, node)| node.string().ok());
    let fields = line.fields(&["id", "endpoint", "inputs"])?;
    fields.required("id")?.string()?;
    let endpoint = fields.required("endpoint")?;
    Ok((endpoint, Inputs(fields.required("inputs")?)))
}

/// What answers an endpoint.
type Handler = fn(&Inputs<'_>) -> Result<String, LineError>;

/// Every endpoint by its name.
const HANDLERS: [(&str, Handler); 40] = [
    ("sledai2k_score", |inputs| result(sledai2k::sledai2k_score(inputs))),
    ("sledai_change", |inputs| result(sledai2k::sledai_change(inputs))),
    ("change_summary", |inputs| result(statistics::change_summary(inputs))),
    ("sri4", |inputs| result(response::sri(inputs, 4))),
    ("sri5", |inputs| result(response::sri(inputs, 5))),
    ("sri6", |inputs| result(response::sri(inputs, 6))),
    ("sri7", |inputs| result(response::sri(inputs, 7))),
    ("sri8", |inputs| result(response::sri(inputs, 8))),
    ("sri4_missing_strategy", |inputs| result(response::sri4_missing_strategy(inputs))),
    ("bicla", |inputs| result(response::bicla(inputs))),
    ("lldas", |inputs| result(low_activity::lldas(inputs))),
    ("doris2021", |inputs| result(low_activity::doris2021(inputs))),
    ("bilag2004_grade", |inputs| result(bilag2004::bilag2004_grade(inputs))),
    ("bilag2004_numeric", |inputs| result(bilag2004::bilag2004_numeric(inputs))),
    ("bilag2004_tally", |inputs| result(bilag2004::bilag2004_tally(inputs))),
    ("bilag_flare", |inputs| result(flare::bilag_flare(inputs))),
    ("sfi_flare", |inputs| result(flare::sfi_flare(inputs))),
    ("prednisone_equivalent", |inputs| result(medication::prednisone_equivalent(inputs))),
    ("three_plus_three", |inputs| result(escalation::three_plus_three(inputs))),
    ("boin_lambda", |inputs| result(escalation::boin_lambda(inputs))),
    ("boin_counts", |inputs| result(escalation::boin_counts(inputs))),
    ("boin_decision", |inputs| result(escalation::boin_decision(inputs))),
    ("boin_mtd", |inputs| result(escalation::boin_mtd(inputs))),
    ("keyboard_decision", |inputs| result(escalation::keyboard_decision(inputs))),
    ("dlt_evaluation", |inputs| result(escalation::dlt_evaluation(inputs))),
    ("proportion_ci", |inputs| result(statistics::proportion_ci(inputs))),
    ("exposure_adjusted_rate", |inputs| result(statistics::exposure_adjusted_rate(inputs))),
    ("trae_incidence", |inputs| result(safety::trae_incidence(inputs))),
    ("treatment_emergent", |inputs| result(safety::treatment_emergent(inputs))),
    ("study_day", |inputs| result(timeline::study_day(inputs))),
    ("visit_window", |inputs| result(timeline::visit_window(inputs))),
    ("baseline_pick", |inputs| result(timeline::baseline_pick(inputs))),
    ("time_in_state", |inputs| result(duration::time_in_state(inputs))),
    ("ana_titre_change", |inputs| result(laboratory::ana_titre_change(inputs))),
    ("lab_change", |inputs| result(laboratory::lab_change(inputs))),
    ("unit_conversion", |inputs| result(laboratory::unit_conversion(inputs))),
    ("ctcae_v5_lab", |inputs| result(laboratory::ctcae_v5_lab(inputs))),
    ("hys_law", |inputs| result(laboratory::hys_law(inputs))),
    ("astct_crs_grade", |inputs| result(safety::astct_crs_grade(inputs))),
    ("astct_icans_grade", |inputs| result(safety::astct_icans_grade(inputs))),
];

/// The names of all endpoints.
pub fn endpoints() -> impl Iterator<Item = &'static str> {
    HANDLERS.iter().map(|(name, _)| *name)
}

/// Hands the inputs to the endpoint's handler.
fn dispatch(endpoint: Node<'_>, inputs: &Inputs<'_>) -> Result<String, LineError> {
    let name = endpoint.string()?;
    match HANDLERS.iter().find(|(known, _)| *known == name) {
        Some((_, handler)) => handler(inputs),
        None => Err(endpoint.error(LineErrorCode::UnknownEndpoint, "there is no such endpoint")),
    }
}

fn result<T: Serialize>(answer: Result<T, LineError>) -> Result<String, LineError> {
    answer.map(|value| json(&value))
}

/// An answer's JSON. Answers are structs and maps with string keys, which always have one.
fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
