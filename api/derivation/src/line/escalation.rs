//! Dose escalation and dose-limiting toxicity.

use super::statistics::default_level;
use super::{Fields, Inputs, LineError, Node};
use crate::escalation::boin::{Boin, maximum_tolerated_dose};
use crate::escalation::keyboard::Keyboard;
use crate::escalation::three_plus_three::{self as rule, Situation};
use crate::escalation::{Decision, Elimination, Step};
use crate::logic::Verdict;
use crate::safety::dlt::{self, DltCourse, DltEvent, Evaluability};
use crate::safety::dlt_criteria::{DltCategory, DltFacts, DltParameters, Lasted};
use crate::timeline::date_of_study_day;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;
use uuid::Uuid;

pub(super) fn three_plus_three(inputs: &Inputs<'_>) -> Result<Decision, LineError> {
    let fields = inputs.fields(&[
        "current_level",
        "n_levels",
        "evaluable_at_level",
        "dlt_at_level",
        "lower_level_evaluable",
        "next_level_too_toxic",
        "confirm_top",
    ])?;
    let n_levels = fields.required("n_levels")?.int_in(1..=1_000)?;
    let current_level = fields.required("current_level")?.int_in(1..=n_levels)?;
    let evaluable = fields.required("evaluable_at_level")?.int_in(0..=6)?;
    let dlt = fields.required("dlt_at_level")?.int_in(0..=evaluable)?;
    let lower = fields.required("lower_level_evaluable")?;
    let lower_level_evaluable = lower.nullable(|node| node.int_in(0..=6))?;
    if lower_level_evaluable.is_some() != (current_level > 1) {
        return Err(lower.invalid("null is expected at level 1, and a number above it"));
    }
    Ok(rule::decide(&Situation {
        current_level: current_level.unsigned_abs(),
        n_levels: n_levels.unsigned_abs(),
        evaluable: evaluable.unsigned_abs(),
        dlt: dlt.unsigned_abs(),
        // A line knows outcomes only: nobody's is open.
        pending: 0,
        lower_level_evaluable: lower_level_evaluable.map(i64::unsigned_abs),
        next_level_too_toxic: fields.or("next_level_too_toxic", false, Node::boolean)?,
        confirm_top: fields.or("confirm_top", false, Node::boolean)?,
    }))
}

#[derive(Serialize)]
pub(super) struct LambdaAnswer {
    lambda_e: f64,
    lambda_d: f64,
}

pub(super) fn boin_lambda(inputs: &Inputs<'_>) -> Result<LambdaAnswer, LineError> {
    let fields = inputs.fields(&["target", "p_saf", "p_tox"])?;
    let target_node = fields.required("target")?;
    let target = target_node.open_unit()?;
    let times = |tenths| target.checked_mul(Decimal::new(tenths, 1)).unwrap_or(Decimal::ONE);
    let p_saf = fields.or("p_saf", times(6), Node::open_unit)?;
    let p_tox = fields.or("p_tox", times(14), Node::open_unit)?;
    if p_saf >= target {
        return Err(fields.get("p_saf").unwrap_or(target_node).invalid("p_saf is not below the target"));
    }
    if p_tox <= target || p_tox >= Decimal::ONE {
        let node = fields.get("p_tox").unwrap_or(target_node);
        return Err(node.invalid("p_tox is not between the target and 1"));
    }
    let boin = Boin::new(target, p_saf, p_tox, Elimination::default())
        .ok_or_else(|| target_node.invalid("no such limits"))?;
    Ok(LambdaAnswer { lambda_e: boin.lambda_e, lambda_d: boin.lambda_d })
}

/// The subjects of a level, up to a number that no trial reaches.
fn subjects(fields: &Fields<'_>) -> Result<i64, LineError> {
    fields.required("n")?.int_in(1..=100_000)
}

fn boin(fields: &Fields<'_>) -> Result<Boin, LineError> {
    let node = fields.required("target")?;
    let target = node.open_unit()?;
    Boin::for_target(target, elimination(fields)?)
        .ok_or_else(|| node.invalid("1.4 times the target is not below 1"))
}

fn elimination(fields: &Fields<'_>) -> Result<Elimination, LineError> {
    let cutoff = fields.or("cutoff", default_level(), Node::open_unit)?;
    Ok(Elimination { cutoff, ..Elimination::default() })
}

#[derive(Serialize)]
pub(super) struct CountsAnswer {
    escalate_if_le: u64,
    deescalate_if_ge: u64,
    eliminate_if_ge: Option<u64>,
}

pub(super) fn boin_counts(inputs: &Inputs<'_>) -> Result<CountsAnswer, LineError> {
    let fields = inputs.fields(&["target", "n", "cutoff"])?;
    let boundaries = boin(&fields)?.boundaries(subjects(&fields)?.unsigned_abs());
    Ok(CountsAnswer {
        escalate_if_le: boundaries.escalate_if_le,
        deescalate_if_ge: boundaries.deescalate_if_ge,
        eliminate_if_ge: boundaries.eliminate_if_ge,
    })
}

#[derive(Serialize)]
pub(super) struct BoinAnswer {
    decision: Step,
    posterior_p_above_target: f64,
}

pub(super) fn boin_decision(inputs: &Inputs<'_>) -> Result<BoinAnswer, LineError> {
    let fields = inputs.fields(&["target", "dlt", "n", "cutoff"])?;
    let boin = boin(&fields)?;
    let n = subjects(&fields)?;
    let (dlt, n) = (fields.required("dlt")?.int_in(0..=n)?.unsigned_abs(), n.unsigned_abs());
    Ok(BoinAnswer {
        decision: boin.decide(dlt, n),
        posterior_p_above_target: boin.posterior_above_target(dlt, n),
    })
}

#[derive(Serialize)]
pub(super) struct ToleratedAnswer {
    mtd_level: Option<usize>,
    estimates: Vec<Option<f64>>,
}

pub(super) fn boin_mtd(inputs: &Inputs<'_>) -> Result<ToleratedAnswer, LineError> {
    let fields = inputs.fields(&["target", "levels", "cutoff"])?;
    let target = fields.required("target")?.open_unit()?;
    let mut levels = Vec::new();
    for node in fields.required("levels")?.list()? {
        let level = node.fields(&["dlt", "n"])?;
        let n = level.required("n")?.int_in(0..=100_000)?;
        let dlt = level.required("dlt")?.int_in(0..=n)?;
        levels.push((dlt.unsigned_abs(), n.unsigned_abs()));
    }
    let found = maximum_tolerated_dose(&levels, target, elimination(&fields)?);
    let mut estimates = vec![None; levels.len()];
    for (place, rate) in found.rates {
        estimates[place] = Some(rate);
    }
    Ok(ToleratedAnswer { mtd_level: found.level.map(|place| place + 1), estimates })
}

#[derive(Serialize)]
pub(super) struct KeyboardAnswer {
    decision: Step,
}

pub(super) fn keyboard_decision(inputs: &Inputs<'_>) -> Result<KeyboardAnswer, LineError> {
    let fields = inputs.fields(&["target", "dlt", "n", "target_key", "cutoff"])?;
    let target_node = fields.required("target")?;
    let target = target_node.open_unit()?;
    let n = subjects(&fields)?;
    let dlt = fields.required("dlt")?.int_in(0..=n)?;
    let half = Decimal::new(5, 2);
    let key = fields.or("target_key", (target - half, target + half), |node| match node.list()?[..] {
        [low, high] => Ok((low.decimal()?, high.decimal()?)),
        _ => Err(node.invalid("a list of two decimals is expected")),
    })?;
    let node = fields.get("target_key").unwrap_or(target_node);
    let keyboard = Keyboard::new(target, key, elimination(&fields)?).ok_or_else(|| {
        node.invalid("the target key must hold the target, within 0 to 1, and not be too narrow")
    })?;
    Ok(KeyboardAnswer { decision: keyboard.decide(dlt.unsigned_abs(), n.unsigned_abs()) })
}

#[derive(Serialize)]
pub(super) struct DltAnswer {
    dlt: Option<bool>,
    evaluable: bool,
    reason: dlt::DltReason,
}

pub(super) fn dlt_evaluation(inputs: &Inputs<'_>) -> Result<DltAnswer, LineError> {
    let fields = inputs.fields(&[
        "first_dose_date",
        "window_days",
        "followed_through_day",
        "dose_percent_received",
        "aes",
    ])?;
    let first_dose = fields.required("first_dose_date")?.date()?;
    let window_days = fields.or("window_days", 28, |node| node.int_in(1..=36_500))?;
    let followed = fields.required("followed_through_day")?.int_in(-36_500..=36_500)?;
    let dose_percent = fields.required("dose_percent_received")?.non_negative()?;
    let mut events = Vec::new();
    for (node, position) in fields.required("aes")?.list()?.into_iter().zip(0_u128..) {
        events.push(dlt_event(node, Uuid::from_u128(position))?);
    }
    let parameters =
        DltParameters { window_days: u32::try_from(window_days).unwrap_or(28), ..DltParameters::default() };
    let course = DltCourse {
        first_dose: Some(first_dose),
        dose_percent: Some(dose_percent),
        // Day 0 does not exist: nobody is followed through it.
        followed_through: i32::try_from(followed).ok().and_then(|day| date_of_study_day(day, first_dose)),
        // A line holds all there is to know; nothing is waited for.
        follow_up_ended: true,
        events: &events,
    };
    let answer = dlt::evaluate(&course, &parameters, NaiveDate::MAX);
    Ok(DltAnswer {
        dlt: match answer.dlt {
            Verdict::Met => Some(true),
            Verdict::NotMet => Some(false),
            Verdict::NotEvaluable => None,
        },
        evaluable: answer.evaluable == Evaluability::Evaluable,
        reason: answer.reason,
    })
}

fn dlt_event(node: Node<'_>, id: Uuid) -> Result<DltEvent, LineError> {
    let fields = node.fields(&["onset", "worsened_on", "category", "grade", "related", "duration_days"])?;
    let category = fields.required("category")?.choice(&[
        ("NON_HAEMATOLOGICAL", DltCategory::NonHaematological),
        ("CRS", DltCategory::Crs),
        ("ICANS", DltCategory::Icans),
        ("HAEMATOLOGICAL", DltCategory::Haematological),
        ("EXPECTED_EXCEPTION", DltCategory::ExpectedException),
    ])?;
    let onset = fields.required("onset")?.date()?;
    let worsened_on = fields.optional("worsened_on", Node::date)?;
    if let (Some(worsened_on), Some(node)) = (worsened_on, fields.get("worsened_on"))
        && worsened_on < onset
    {
        return Err(node.invalid("it worsened before it began"));
    }
    // The ASTCT scales end at 4.
    let highest = if matches!(category, DltCategory::Crs | DltCategory::Icans) { 4 } else { 5 };
    let days = fields.optional("duration_days", |node| node.int_in(0..=36_500))?;
    let lasted = days.and_then(|days| u32::try_from(days).ok()).map_or(Lasted::Unknown, Lasted::days);
    Ok(DltEvent {
        id,
        onset,
        worsened_on,
        related: fields.nullable("related", Node::boolean)?,
        facts: DltFacts {
            category,
            names: Vec::new(),
            grade: fields.required("grade")?.grade(highest)?,
            lasted,
            systemic_steroid: None,
            hys_law: None,
            transaminases_x_uln: None,
            // What else may have caused a death is said by `related`.
            due_to_disease_or_accident: Some(false),
        },
        adjudicated: None,
    })
}
