//! BICLA: every organ that was active at baseline improves, none worsens, SLEDAI-2K and PGA do not rise.
//!
//! Source: Wallace 2011, 2014. The published text lets PGA worsen by 10 % of the scale or less; the default follows SRI and
//! asks for less than 0.30.

use super::marks;
use super::sri4::{Activity, NewGrades, missing, totals};
use crate::instrument::bilag2004::{Grade, Grades, SystemGrade};
use crate::instrument::pga::Pga;
use crate::instrument::sledai2k::Score;
use crate::logic::Verdict;
use crate::rule::{Criterion, CriterionCode, Evaluation, Reason, Rule, Version, code};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "bicla",
    name: "BICLA",
    versions: &[Version {
        version: "1",
        what: "Every A and B of baseline improves; without one it is not evaluable.",
    }],
};

/// Whether a rise of exactly the limit is still allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PgaLimit {
    /// The rise must be below the limit.
    #[default]
    Below,
    /// The rise may reach the limit.
    AtMost,
}

/// What the protocol asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BiclaRule {
    /// The limit of the rise in PGA, on the scale of 0 to 3: 0.30.
    pub pga_worsening: Decimal,
    /// Whether the limit itself is allowed.
    pub pga_limit: PgaLimit,
}

/// The code of the criterion that every A and B of baseline improved.
pub const ALL_AB_IMPROVED: CriterionCode = CriterionCode::AllAbImproved;
/// The code of the criterion of no new A and at most one new B.
pub const NO_WORSE_BILAG: CriterionCode = CriterionCode::NoWorseBilag;
/// The code of the SLEDAI-2K criterion.
pub const SLEDAI_NOT_WORSE: CriterionCode = CriterionCode::SledaiNotWorse;
/// The code of the PGA criterion.
pub const PGA_NOT_WORSE: CriterionCode = CriterionCode::PgaNotWorse;

/// BICLA at a visit. `failed`: a treatment failure is dated on or before the visit, which decides against response.
///
/// Without an A or B at baseline there is no organ to improve: not evaluable, unless another criterion is not met.
pub fn bicla(baseline: &Activity, visit: &Activity, rule: &BiclaRule, failed: bool) -> Evaluation {
    let (improved, nothing_to_improve) = all_improved(baseline.bilag.as_ref(), visit.bilag.as_ref());
    let counts = NewGrades::between(baseline.bilag.as_ref(), visit.bilag.as_ref());
    let evaluation = Evaluation::all(
        RULE.current_with(vec![
            ("pga_worsening", rule.pga_worsening.to_string()),
            ("pga_limit", code(&rule.pga_limit)),
        ]),
        vec![
            Criterion::new(
                ALL_AB_IMPROVED,
                improved,
                "Every BILAG-2004 system graded A at baseline is B or better, and every B is C or better.",
            )
            .threshold("every A and B of baseline"),
            Criterion::new(
                NO_WORSE_BILAG,
                counts.a.at_most(0).and(counts.b.at_most(1)),
                "No BILAG-2004 system is newly graded A, and at most one is newly graded B.",
            )
            .threshold("0 new A, <= 1 new B"),
            sledai_not_worse(baseline.sledai.as_ref(), visit.sledai.as_ref()),
            pga_not_worse(baseline.pga, visit.pga, rule),
        ],
    );
    if failed {
        return evaluation.failed();
    }
    evaluation.or_because(if nothing_to_improve {
        Reason::NothingToImprove
    } else {
        missing(baseline, visit)
    })
}

/// Whether every active organ improved, and whether it is certain that none was active.
fn all_improved(baseline: Option<&Grades>, visit: Option<&Grades>) -> (Verdict, bool) {
    let Some(baseline) = baseline else { return (Verdict::NotEvaluable, false) };
    let none_active = baseline.iter().all(|(_, grade)| {
        matches!(grade, SystemGrade::Known(Grade::C | Grade::D | Grade::E) | SystemGrade::DOrE)
    });
    let Some(visit) = visit.filter(|_| !none_active) else { return (Verdict::NotEvaluable, none_active) };
    let improved = Verdict::all(baseline.iter().map(|(system, before)| improved(before, visit.of(system))));
    // When an unknown system could have been the only active one, there may have been nothing to improve.
    let any_active =
        baseline.iter().any(|(_, grade)| matches!(grade, SystemGrade::Known(Grade::A | Grade::B)));
    (if any_active { improved } else { improved.and(Verdict::NotEvaluable) }, false)
}

/// Whether one system, if it was A or B, is now milder.
fn improved(before: SystemGrade, now: SystemGrade) -> Verdict {
    let milder_than = |limit: Grade| match now {
        SystemGrade::Known(grade) => Some(grade > limit),
        SystemGrade::DOrE => Some(true),
        SystemGrade::NotEvaluable => None,
    };
    match before {
        SystemGrade::Known(grade @ (Grade::A | Grade::B)) => Verdict::of(milder_than(grade)),
        SystemGrade::Known(Grade::C | Grade::D | Grade::E) | SystemGrade::DOrE => Verdict::Met,
        // Whatever it was: below B it is an improvement or nothing that had to improve.
        SystemGrade::NotEvaluable => Verdict::of(milder_than(Grade::B).filter(|milder| *milder)),
    }
}

/// The total is not above baseline; the bounds of an incomplete total may decide.
fn sledai_not_worse(baseline: Option<&Score>, visit: Option<&Score>) -> Criterion {
    let verdict = match (baseline, visit) {
        (Some(before), Some(now)) if now.upper <= before.lower => Verdict::Met,
        (Some(before), Some(now)) if now.lower > before.upper => Verdict::NotMet,
        (Some(_) | None, Some(_) | None) => Verdict::NotEvaluable,
    };
    Criterion::new(SLEDAI_NOT_WORSE, verdict, "The SLEDAI-2K total is not above its baseline.")
        .observed(totals(baseline, visit))
        .threshold("<= baseline")
}

fn pga_not_worse(baseline: Option<Pga>, visit: Option<Pga>, rule: &BiclaRule) -> Criterion {
    let rise = visit.zip(baseline).map(|(now, before)| now.value() - before.value());
    let (verdict, sign) = match rule.pga_limit {
        PgaLimit::Below => (rise.map(|rise| rise < rule.pga_worsening), "<"),
        PgaLimit::AtMost => (rise.map(|rise| rise <= rule.pga_worsening), "<="),
    };
    Criterion::new(
        PGA_NOT_WORSE,
        Verdict::of(verdict),
        "The physician's global assessment (0 to 3) rises from baseline by no more than the limit allows.",
    )
    .observed(marks(baseline, visit))
    .threshold(format!("rise {sign} {}", rule.pga_worsening))
}
