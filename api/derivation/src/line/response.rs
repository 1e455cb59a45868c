//! Responder indices: SRI-4 to SRI-8, BICLA, and what becomes of a missing response.

use super::sledai2k::{pga, total};
use super::{Fields, Inputs, LineError, Node};
use crate::endpoint::bicla::{self, BiclaRule, PgaLimit};
use crate::endpoint::missing::{MissingStrategy, impute};
use crate::endpoint::sri4::{self, Activity, NewGrades, SriRule};
use crate::instrument::bilag2004::{Grade, Grades, System};
use crate::instrument::sledai2k::Score;
use crate::logic::Verdict;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct SriAnswer {
    sledai_reduction: Verdict,
    no_new_a: Verdict,
    at_most_one_new_b: Verdict,
    pga_not_worse: Verdict,
    n_new_a: Option<u8>,
    n_new_b: Option<u8>,
    result: &'static str,
    reason: Option<crate::rule::Reason>,
}

pub(super) fn sri(inputs: &Inputs<'_>, points: u8) -> Result<SriAnswer, LineError> {
    let fields = inputs.fields(&["baseline", "visit", "treatment_failure"])?;
    let (baseline, visit, failed) = visits(&fields)?;
    let counts = NewGrades::between(baseline.bilag.as_ref(), visit.bilag.as_ref());
    let evaluation = sri4::sri(&baseline, &visit, &SriRule::with_points(points), failed);
    Ok(SriAnswer {
        sledai_reduction: evaluation.verdict(sri4::SLEDAI_REDUCTION),
        no_new_a: evaluation.verdict(sri4::NO_NEW_A),
        at_most_one_new_b: evaluation.verdict(sri4::AT_MOST_ONE_NEW_B),
        pga_not_worse: evaluation.verdict(sri4::PGA_NOT_WORSE),
        n_new_a: counts.a.exact(),
        n_new_b: counts.b.exact(),
        result: response(evaluation.outcome),
        reason: evaluation.reason,
    })
}

#[derive(Serialize)]
pub(super) struct BiclaAnswer {
    all_ab_improved: Verdict,
    no_worse_bilag: Verdict,
    sledai_not_worse: Verdict,
    pga_not_worse: Verdict,
    result: &'static str,
    reason: Option<crate::rule::Reason>,
}

pub(super) fn bicla(inputs: &Inputs<'_>) -> Result<BiclaAnswer, LineError> {
    let fields = inputs.fields(&["baseline", "visit", "treatment_failure", "pga_rule"])?;
    let (baseline, visit, failed) = visits(&fields)?;
    let choices = [("LT_0_30", PgaLimit::Below), ("LE_0_30", PgaLimit::AtMost)];
    let pga_limit = fields.or("pga_rule", PgaLimit::Below, |node| node.choice(&choices))?;
    let rule = BiclaRule { pga_worsening: SriRule::PGA_WORSENING, pga_limit };
    let evaluation = bicla::bicla(&baseline, &visit, &rule, failed);
    Ok(BiclaAnswer {
        all_ab_improved: evaluation.verdict(bicla::ALL_AB_IMPROVED),
        no_worse_bilag: evaluation.verdict(bicla::NO_WORSE_BILAG),
        sledai_not_worse: evaluation.verdict(bicla::SLEDAI_NOT_WORSE),
        pga_not_worse: evaluation.verdict(bicla::PGA_NOT_WORSE),
        result: response(evaluation.outcome),
        reason: evaluation.reason,
    })
}

#[derive(Serialize)]
pub(super) struct ImputedAnswer {
    analysis_value: Option<&'static str>,
    imputed: bool,
    in_denominator: bool,
}

pub(super) fn sri4_missing_strategy(inputs: &Inputs<'_>) -> Result<ImputedAnswer, LineError> {
    let fields = inputs.fields(&["component_result", "strategy"])?;
    let outcome = fields.required("component_result")?.choice(&[
        ("RESPONDER", Verdict::Met),
        ("NON_RESPONDER", Verdict::NotMet),
        ("NOT_EVALUABLE", Verdict::NotEvaluable),
    ])?;
    let strategies = [("NRI", MissingStrategy::Nri), ("OBSERVED_CASE", MissingStrategy::ObservedCase)];
    let strategy = fields.or("strategy", MissingStrategy::Nri, |node| node.choice(&strategies))?;
    let imputed = impute(outcome, strategy);
    Ok(ImputedAnswer {
        analysis_value: imputed.analysis_value.map(response),
        imputed: imputed.imputed,
        in_denominator: imputed.in_denominator,
    })
}

fn response(outcome: Verdict) -> &'static str {
    match outcome {
        Verdict::Met => "RESPONDER",
        Verdict::NotMet => "NON_RESPONDER",
        Verdict::NotEvaluable => "NOT_EVALUABLE",
    }
}

fn visits(fields: &Fields<'_>) -> Result<(Activity, Activity, bool), LineError> {
    let baseline = activity(fields.required("baseline")?)?;
    let visit = activity(fields.required("visit")?)?;
    Ok((baseline, visit, fields.or("treatment_failure", false, Node::boolean)?))
}

fn activity(node: Node<'_>) -> Result<Activity, LineError> {
    let fields = node.fields(&["sledai", "pga", "bilag"])?;
    Ok(Activity {
        sledai: fields.nullable("sledai", total)?.and_then(Score::of_total),
        bilag: fields.nullable("bilag", grade_map)?,
        pga: fields.nullable("pga", pga)?,
    })
}

/// A grade for each of the nine systems.
pub(super) fn grade_map(node: Node<'_>) -> Result<Grades, LineError> {
    let fields = node.fields(&SYSTEM_CODES)?;
    let mut grades = [Grade::E; 9];
    for (system, code) in System::ALL.into_iter().zip(SYSTEM_CODES) {
        grades[system as usize] = fields.required(code)?.choice(&[
            ("A", Grade::A),
            ("B", Grade::B),
            ("C", Grade::C),
            ("D", Grade::D),
            ("E", Grade::E),
        ])?;
    }
    Ok(Grades::known(grades))
}

static SYSTEM_CODES: [&str; 9] = {
    let mut codes = [""; 9];
    let mut place = 0;
    while place < 9 {
        codes[place] = System::ALL[place].code();
        place += 1;
    }
    codes
};
