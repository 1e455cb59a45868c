//! Low disease activity (LLDAS) and remission (DORIS).

use super::sledai2k::{descriptors, pga};
use super::{Inputs, LineError, Node};
use crate::endpoint::doris::{self, DorisInput, DorisRule};
use crate::endpoint::lldas::{self, LldasInput, LldasRule, NewActivityRule, State};
use crate::instrument::lldas_extras::LldasExtras;
use crate::logic::Verdict;
use crate::medication::prednisone_equivalent::DailyDose;
use crate::rule::Reason;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct LldasAnswer {
    sledai_le_4: Verdict,
    no_major_organ: Verdict,
    no_haemolytic_anaemia: Verdict,
    no_gi_activity: Verdict,
    no_new_activity: Verdict,
    pga_le_1: Verdict,
    prednisone_le_7_5: Verdict,
    maintenance_therapy: Verdict,
    result: Verdict,
    reason: Option<Reason>,
}

pub(super) fn lldas(inputs: &Inputs<'_>) -> Result<LldasAnswer, LineError> {
    let fields = inputs.fields(&[
        "present",
        "missing",
        "previous",
        "pga",
        "prednisone_eq_mg_day",
        "haemolytic_anaemia",
        "gi_activity",
        "maintenance_therapy_ok",
        "new_activity_rule",
    ])?;
    let rules = [
        ("CLINICAL_DESCRIPTORS", NewActivityRule::ClinicalDescriptors),
        ("ALL_DESCRIPTORS", NewActivityRule::AllDescriptors),
    ];
    let extras = LldasExtras {
        haemolytic_anaemia: fields.nullable("haemolytic_anaemia", Node::boolean)?,
        gi_activity: fields.nullable("gi_activity", Node::boolean)?,
    };
    let input = LldasInput {
        today: Some(State { sledai: descriptors(&fields)?, extras, bilag: None }),
        previous: fields.nullable("previous", previous)?,
        pga: fields.nullable("pga", pga)?,
        prednisone: fields.nullable("prednisone_eq_mg_day", dose)?,
        maintenance_therapy: fields.nullable("maintenance_therapy_ok", Node::boolean)?,
        sfi_flare: None,
    };
    let new_activity =
        fields.or("new_activity_rule", NewActivityRule::default(), |node| node.choice(&rules))?;
    let evaluation = lldas::lldas(&input, &LldasRule { new_activity, ..LldasRule::default() }, false);
    Ok(LldasAnswer {
        sledai_le_4: evaluation.verdict(lldas::SLEDAI_LOW),
        no_major_organ: evaluation.verdict(lldas::NO_MAJOR_ORGAN),
        no_haemolytic_anaemia: evaluation.verdict(lldas::NO_HAEMOLYTIC_ANAEMIA),
        no_gi_activity: evaluation.verdict(lldas::NO_GI_ACTIVITY),
        no_new_activity: evaluation.verdict(lldas::NO_NEW_ACTIVITY),
        pga_le_1: evaluation.verdict(lldas::PGA_LOW),
        prednisone_le_7_5: evaluation.verdict(lldas::PREDNISONE_LOW),
        maintenance_therapy: evaluation.verdict(lldas::MAINTENANCE_THERAPY),
        result: evaluation.outcome,
        reason: evaluation.reason,
    })
}

fn previous(node: Node<'_>) -> Result<State, LineError> {
    let fields = node.fields(&["present", "missing", "haemolytic_anaemia", "gi_activity"])?;
    let extras = LldasExtras {
        haemolytic_anaemia: fields.optional("haemolytic_anaemia", Node::boolean)?,
        gi_activity: fields.optional("gi_activity", Node::boolean)?,
    };
    Ok(State { sledai: descriptors(&fields)?, extras, bilag: None })
}

fn dose(node: Node<'_>) -> Result<DailyDose, LineError> {
    node.non_negative().map(DailyDose::exact)
}

#[derive(Serialize)]
pub(super) struct DorisAnswer {
    clinical_sledai_zero: Verdict,
    pga_lt_0_5: Verdict,
    prednisone_le_5: Verdict,
    stable_background: Verdict,
    result: Verdict,
    reason: Option<Reason>,
}

pub(super) fn doris2021(inputs: &Inputs<'_>) -> Result<DorisAnswer, LineError> {
    let fields =
        inputs.fields(&["present", "missing", "pga", "prednisone_eq_mg_day", "stable_background"])?;
    let input = DorisInput {
        sledai: Some(descriptors(&fields)?),
        pga: fields.nullable("pga", pga)?,
        prednisone: fields.nullable("prednisone_eq_mg_day", dose)?,
        stable_background: fields.nullable("stable_background", Node::boolean)?,
    };
    let evaluation = doris::doris(&input, &DorisRule::default(), false);
    Ok(DorisAnswer {
        clinical_sledai_zero: evaluation.verdict(doris::CLINICAL_SLEDAI_ZERO),
        pga_lt_0_5: evaluation.verdict(doris::PGA_LOW),
        prednisone_le_5: evaluation.verdict(doris::PREDNISONE_LOW),
        stable_background: evaluation.verdict(doris::STABLE_BACKGROUND),
        result: evaluation.outcome,
        reason: evaluation.reason,
    })
}
