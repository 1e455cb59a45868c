//! SRI-4: SLEDAI-2K falls by at least 4, no new BILAG-2004 A, at most one new B, PGA not worse. SRI-5 to SRI-8 ask for more points.
//!
//! Source: Furie 2009, with SLEDAI-2K and BILAG-2004 in place of their predecessors. Protocol outcome 1. The comparison is
//! always with baseline. A new A is an A where baseline was B to E; a new B is a B where baseline was C to E, so that A to
//! B is improvement. The published sentence joins the two BILAG clauses with "or"; both must hold.
//!
//! An assessment that is missing leaves its criteria not evaluable. One that is incomplete still decides when its bounds,
//! or the systems that are known, leave no other answer.

use super::marks;
use crate::instrument::bilag2004::{Grade, Grades, System, SystemGrade};
use crate::instrument::pga::Pga;
use crate::instrument::sledai2k::Score;
use crate::logic::Verdict;
use crate::rule::{Criterion, CriterionCode, Evaluation, Reason, Rule, RuleVersion, Version};
use rust_decimal::Decimal;

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "sri",
    name: "SRI-4 to SRI-8",
    versions: &[Version {
        version: "1",
        what: "Both BILAG clauses hold; bounds of incomplete assessments decide where they can.",
    }],
};

/// Disease activity at one visit, as far as it was assessed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Activity {
    /// SLEDAI-2K; none when not assessed.
    pub sledai: Option<Score>,
    /// BILAG-2004 grades; none when not assessed.
    pub bilag: Option<Grades>,
    /// Physician's global assessment; none when not assessed.
    pub pga: Option<Pga>,
}

impl Activity {
    /// Nothing was assessed.
    pub fn is_missing(&self) -> bool {
        self.sledai.is_none() && self.bilag.is_none() && self.pga.is_none()
    }
}

/// What the protocol asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SriRule {
    /// The reduction in SLEDAI-2K: 4 for SRI-4.
    pub points: u8,
    /// A rise in PGA of this much or more is worsening: 0.30.
    pub pga_worsening: Decimal,
}

impl SriRule {
    /// The rise in PGA that counts as worsening, on the scale of 0 to 3.
    pub const PGA_WORSENING: Decimal = Decimal::from_parts(30, 0, 0, false, 2);

    /// SRI-x with the published limit of PGA.
    pub const fn with_points(points: u8) -> SriRule {
        SriRule { points, pga_worsening: SriRule::PGA_WORSENING }
    }
}

/// The code of the SLEDAI-2K criterion.
pub const SLEDAI_REDUCTION: CriterionCode = CriterionCode::SledaiReduction;
/// The code of the criterion that no system turned A.
pub const NO_NEW_A: CriterionCode = CriterionCode::NoNewA;
/// The code of the criterion that at most one system turned B.
pub const AT_MOST_ONE_NEW_B: CriterionCode = CriterionCode::AtMostOneNewB;
/// The code of the PGA criterion.
pub const PGA_NOT_WORSE: CriterionCode = CriterionCode::PgaNotWorse;

/// SRI-x at a visit. `failed`: a treatment failure is dated on or before the visit, which decides against response.
///
/// The outcome is `MET` for a responder. Reasons: `TREATMENT_FAILURE`; `BASELINE_BELOW_THRESHOLD` when baseline
/// left no room for the reduction; else what is missing.
pub fn sri(baseline: &Activity, visit: &Activity, rule: &SriRule, failed: bool) -> Evaluation {
    let counts = NewGrades::between(baseline.bilag.as_ref(), visit.bilag.as_ref());
    let evaluation = Evaluation::all(
        version(rule),
        vec![
            sledai_reduction(baseline.sledai.as_ref(), visit.sledai.as_ref(), rule.points),
            no_new_a(&counts),
            at_most_one_new_b(&counts),
            pga_not_worse(baseline.pga, visit.pga, rule.pga_worsening),
        ],
    );
    if failed {
        return evaluation.failed();
    }
    let mut evaluation = evaluation.or_because(missing(baseline, visit));
    if baseline.sledai.as_ref().is_some_and(|score| score.upper < rule.points) {
        evaluation.reason = Some(Reason::BaselineBelowThreshold);
    }
    evaluation
}

fn version(rule: &SriRule) -> RuleVersion {
    RULE.current_with(vec![
        ("points", rule.points.to_string()),
        ("pga_worsening", rule.pga_worsening.to_string()),
    ])
}

/// What to call the gap that left a comparison of two visits open.
pub(super) fn missing(baseline: &Activity, visit: &Activity) -> Reason {
    if baseline.is_missing() {
        Reason::BaselineMissing
    } else if visit.is_missing() {
        Reason::VisitMissing
    } else {
        Reason::ComponentMissing
    }
}

/// The total falls by at least `points`; the bounds of an incomplete total may decide.
fn sledai_reduction(baseline: Option<&Score>, visit: Option<&Score>, points: u8) -> Criterion {
    let points = i16::from(points);
    let fall = |from: u8, to: u8| i16::from(from) - i16::from(to);
    let verdict = match (baseline, visit) {
        (Some(before), Some(now)) if fall(before.lower, now.upper) >= points => Verdict::Met,
        (Some(before), Some(now)) if fall(before.upper, now.lower) < points => Verdict::NotMet,
        // Nothing falls below zero, whatever the visit would have shown.
        (Some(before), None) if i16::from(before.upper) < points => Verdict::NotMet,
        (Some(_) | None, Some(_) | None) => Verdict::NotEvaluable,
    };
    Criterion::new(
        SLEDAI_REDUCTION,
        verdict,
        "The SLEDAI-2K total falls from baseline by at least the points asked for.",
    )
    .observed(totals(baseline, visit))
    .threshold(format!(">= {points} points"))
}

/// The totals at two visits as they read in a criterion.
pub(super) fn totals(baseline: Option<&Score>, visit: Option<&Score>) -> Option<String> {
    let total = |score: Option<&Score>| match score {
        Some(score) if score.lower == score.upper => score.lower.to_string(),
        Some(score) => format!("between {} and {}", score.lower, score.upper),
        None => "unknown".to_owned(),
    };
    (baseline.is_some() || visit.is_some()).then(|| format!("{} to {}", total(baseline), total(visit)))
}

/// How many systems turned A, and how many turned B.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewGrades {
    /// New A.
    pub a: NewCount,
    /// New B.
    pub b: NewCount,
    /// Whether both visits have a BILAG-2004.
    pub compared: bool,
}

/// A count over nine systems, of which some may be open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewCount {
    /// Systems that certainly are new.
    pub certain: u8,
    /// Systems that may be new or not.
    pub open: u8,
}

impl NewCount {
    fn add(&mut self, is_new: Option<bool>) {
        match is_new {
            Some(true) => self.certain += 1,
            Some(false) => {}
            None => self.open += 1,
        }
    }

    /// The exact number, when no system is open.
    pub fn exact(self) -> Option<u8> {
        (self.open == 0).then_some(self.certain)
    }

    /// Whether the count is at most `limit`.
    pub fn at_most(self, limit: u8) -> Verdict {
        if self.certain > limit {
            Verdict::NotMet
        } else if self.certain + self.open <= limit {
            Verdict::Met
        } else {
            Verdict::NotEvaluable
        }
    }
}

impl NewGrades {
    /// Compares the grades of a visit with those of baseline, system by system.
    pub fn between(baseline: Option<&Grades>, visit: Option<&Grades>) -> NewGrades {
        let (mut a, mut b) = (NewCount::default(), NewCount::default());
        let (Some(baseline), Some(visit)) = (baseline, visit) else {
            let open = NewCount { certain: 0, open: System::ALL.len() as u8 };
            return NewGrades { a: open, b: open, compared: false };
        };
        for (system, now) in visit.iter() {
            let before = baseline.of(system);
            a.add(is_new_a(before, now));
            b.add(is_new_b(before, now));
        }
        NewGrades { a, b, compared: true }
    }

    fn observed(&self, count: NewCount, grade: &str) -> Option<String> {
        self.compared.then(|| match count.open {
            0 => format!("{} new {grade}", count.certain),
            open => format!("{} new {grade}, {open} systems unknown", count.certain),
        })
    }
}

fn is_new_a(before: SystemGrade, now: SystemGrade) -> Option<bool> {
    both(before.is(Grade::A).map(|is| !is), now.is(Grade::A))
}

fn is_new_b(before: SystemGrade, now: SystemGrade) -> Option<bool> {
    let milder = match before {
        SystemGrade::Known(grade) => Some(grade > Grade::B),
        SystemGrade::DOrE => Some(true),
        SystemGrade::NotEvaluable => None,
    };
    both(milder, now.is(Grade::B))
}

/// Kleene AND.
fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        (None, _) | (_, None) => None,
    }
}

fn no_new_a(counts: &NewGrades) -> Criterion {
    Criterion::new(
        NO_NEW_A,
        counts.a.at_most(0),
        "No BILAG-2004 system is graded A that was not A at baseline.",
    )
    .observed(counts.observed(counts.a, "A"))
    .threshold("0 new A")
}

fn at_most_one_new_b(counts: &NewGrades) -> Criterion {
    Criterion::new(
        AT_MOST_ONE_NEW_B,
        counts.b.at_most(1),
        "At most one BILAG-2004 system is graded B that was C, D or E at baseline.",
    )
    .observed(counts.observed(counts.b, "B"))
    .threshold("<= 1 new B")
}

/// PGA rises by less than the limit; a rise of exactly the limit is worsening.
fn pga_not_worse(baseline: Option<Pga>, visit: Option<Pga>, worsening: Decimal) -> Criterion {
    let rise = visit.zip(baseline).map(|(now, before)| now.value() - before.value());
    Criterion::new(
        PGA_NOT_WORSE,
        Verdict::of(rise.map(|rise| rise < worsening)),
        "The physician's global assessment (0 to 3) rises from baseline by less than the limit.",
    )
    .observed(marks(baseline, visit))
    .threshold(format!("rise < {worsening}"))
}
