//! LLDAS: the lupus low disease activity state.
//!
//! Sources: Franklyn 2016; Golder 2016, 2019. Protocol outcome 4. Eight criteria: SLEDAI-2K at most 4; no major organ
//! activity; no active haemolytic anaemia; no active gastrointestinal involvement; no new activity against the previous
//! assessment; PGA at most 1.00; prednisone equivalent at most 7.5 mg/day; only maintenance doses of background therapy.
//!
//! Published trials differ in what "new activity" means, so the rule is a choice of the protocol ([`NewActivityRule`]).

use super::selena_flare::SfiFlare;
use super::with_unit;
use crate::instrument::bilag2004::{Grade, Grades, SystemGrade};
use crate::instrument::lldas_extras::LldasExtras;
use crate::instrument::pga::Pga;
use crate::instrument::sledai2k::{Descriptor, Score, Sledai2k};
use crate::logic::Verdict;
use crate::medication::prednisone_equivalent::DailyDose;
use crate::rule::{Criterion, CriterionCode, Evaluation, Reason, Rule, RuleVersion, Version, code};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "lldas",
    name: "Lupus low disease activity state",
    versions: &[Version {
        version: "1",
        what: "Eight criteria, of which the protocol chooses what new activity is.",
    }],
};

/// What counts as new activity since the previous assessment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NewActivityRule {
    /// A clinical SLEDAI-2K descriptor, haemolytic anaemia or gastrointestinal activity that was absent before.
    #[default]
    ClinicalDescriptors,
    /// The same with the two serological descriptors.
    AllDescriptors,
    /// Clinical descriptors, or a BILAG-2004 system that moved to A or B from a milder grade.
    DescriptorsAndBilag,
    /// Any flare by the SELENA-SLEDAI flare index since the previous assessment.
    SfiFlare,
}

/// What the protocol asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LldasRule {
    /// Highest SLEDAI-2K total: 4.
    pub sledai_limit: u8,
    /// Highest PGA on 0 to 3: 1.00.
    pub pga_limit: Decimal,
    /// Highest prednisone equivalent, mg/day: 7.5.
    pub prednisone_limit: Decimal,
    /// What counts as new activity.
    pub new_activity: NewActivityRule,
}

impl Default for LldasRule {
    /// The published limits, with new activity by clinical descriptors.
    fn default() -> Self {
        LldasRule {
            sledai_limit: 4,
            pga_limit: Decimal::ONE,
            prednisone_limit: Decimal::new(75, 1),
            new_activity: NewActivityRule::ClinicalDescriptors,
        }
    }
}

/// The states and scores of one assessment that new activity is looked for in.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// SLEDAI-2K.
    pub sledai: Sledai2k,
    /// Haemolytic anaemia and gastrointestinal activity.
    pub extras: LldasExtras,
    /// BILAG-2004 grades, for the rule that reads them; none when not assessed.
    pub bilag: Option<Grades>,
}

/// Everything that LLDAS reads.
#[derive(Clone, Debug, PartialEq)]
pub struct LldasInput {
    /// The assessment in question; none when SLEDAI-2K was not assessed.
    pub today: Option<State>,
    /// The latest assessment strictly before it that has a SLEDAI-2K, scheduled or not; none when there is none.
    pub previous: Option<State>,
    /// Physician's global assessment.
    pub pga: Option<Pga>,
    /// Prednisone equivalent over the protocol's window.
    pub prednisone: Option<DailyDose>,
    /// Whether background therapy is only at maintenance doses.
    pub maintenance_therapy: Option<bool>,
    /// The flare since the previous assessment, for the rule that reads it; none when not known.
    pub sfi_flare: Option<SfiFlare>,
}

/// Code of criterion 1a.
pub const SLEDAI_LOW: CriterionCode = CriterionCode::SledaiLow;
/// Code of criterion 1b.
pub const NO_MAJOR_ORGAN: CriterionCode = CriterionCode::NoMajorOrgan;
/// Code of criterion 1c.
pub const NO_HAEMOLYTIC_ANAEMIA: CriterionCode = CriterionCode::NoHaemolyticAnaemia;
/// Code of criterion 1d.
pub const NO_GI_ACTIVITY: CriterionCode = CriterionCode::NoGiActivity;
/// Code of criterion 2.
pub const NO_NEW_ACTIVITY: CriterionCode = CriterionCode::NoNewActivity;
/// Code of criterion 3.
pub const PGA_LOW: CriterionCode = CriterionCode::PgaLow;
/// Code of criterion 4.
pub const PREDNISONE_LOW: CriterionCode = CriterionCode::PrednisoneLow;
/// Code of criterion 5.
pub const MAINTENANCE_THERAPY: CriterionCode = CriterionCode::MaintenanceTherapy;

/// LLDAS at an assessment. `failed`: a treatment failure is dated on or before it, which decides against the state.
pub fn lldas(input: &LldasInput, rule: &LldasRule, failed: bool) -> Evaluation {
    let score = input.today.as_ref().map(|today| today.sledai.score());
    let extras = input.today.as_ref().map(|today| today.extras).unwrap_or_default();
    let inactive = |active: Option<bool>| Verdict::of(active.map(|active| !active));
    let major = score.as_ref().and_then(|score| score.major_organ_activity);
    let evaluation = Evaluation::all(
        version(rule),
        vec![
            sledai_low(score.as_ref(), rule.sledai_limit),
            Criterion::new(
                NO_MAJOR_ORGAN,
                inactive(major),
                "No activity in the central nervous system, vessels, kidneys, pleura or pericardium, and no fever.",
            )
            .observed(major.map(|active| if active { "active".to_owned() } else { "none".to_owned() })),
            extra(NO_HAEMOLYTIC_ANAEMIA, extras.haemolytic_anaemia, "No active haemolytic anaemia due to lupus."),
            extra(NO_GI_ACTIVITY, extras.gi_activity, "No active gastrointestinal involvement due to lupus."),
            no_new_activity(input, rule.new_activity),
            pga_low(input.pga, rule.pga_limit),
            prednisone_low(PREDNISONE_LOW, input.prednisone.as_ref(), rule.prednisone_limit),
            extra_yes(MAINTENANCE_THERAPY, input.maintenance_therapy),
        ],
    );
    if failed {
        return evaluation.failed();
    }
    evaluation.or_because(if input.today.is_none() && input.pga.is_none() {
        Reason::VisitMissing
    } else if input.today.is_some() && input.previous.is_none() {
        Reason::NoPreviousAssessment
    } else {
        Reason::ComponentMissing
    })
}

fn version(rule: &LldasRule) -> RuleVersion {
    RULE.current_with(vec![
        ("sledai_limit", rule.sledai_limit.to_string()),
        ("pga_limit", rule.pga_limit.to_string()),
        ("prednisone_limit", rule.prednisone_limit.to_string()),
        ("new_activity", code(&rule.new_activity)),
    ])
}

/// The total is within the limit; the bounds of an incomplete total may decide.
fn sledai_low(score: Option<&Score>, limit: u8) -> Criterion {
    let verdict = match score {
        Some(score) if score.upper <= limit => Verdict::Met,
        Some(score) if score.lower > limit => Verdict::NotMet,
        Some(_) | None => Verdict::NotEvaluable,
    };
    Criterion::new(SLEDAI_LOW, verdict, "The SLEDAI-2K total, serology included, is within the limit.")
        .observed(score.map(|score| match score.total {
            Some(total) => total.to_string(),
            None => format!("between {} and {}", score.lower, score.upper),
        }))
        .threshold(format!("<= {limit}"))
}

fn extra(code: CriterionCode, active: Option<bool>, explanation: &'static str) -> Criterion {
    Criterion::new(code, Verdict::of(active.map(|active| !active)), explanation)
        .observed(active.map(|active| if active { "active".to_owned() } else { "none".to_owned() }))
}

fn extra_yes(code: CriterionCode, holds: Option<bool>) -> Criterion {
    Criterion::new(
        code,
        Verdict::of(holds),
        "Antimalarials, immunosuppressants and approved biologics are at standard maintenance doses only.",
    )
}

fn pga_low(pga: Option<Pga>, limit: Decimal) -> Criterion {
    Criterion::new(
        PGA_LOW,
        super::at_most(pga.map(Pga::value), limit),
        "The physician's global assessment (0 to 3) is within the limit.",
    )
    .observed(pga.map(|pga| pga.to_string()))
    .threshold(format!("<= {limit}"))
}

/// The dose is within the limit, compared exactly.
pub(super) fn prednisone_low(code: CriterionCode, dose: Option<&DailyDose>, limit: Decimal) -> Criterion {
    Criterion::new(
        code,
        Verdict::of(dose.map(|dose| dose.is_at_most(limit))),
        "The prednisone equivalent averaged over the steroid window is within the limit.",
    )
    .observed(dose.map(|dose| with_unit(dose.mg_per_day().round_dp(6), "mg/day")))
    .threshold(format!("<= {}", with_unit(limit, "mg/day")))
}

/// Nothing is active now that was not active at the previous assessment.
fn no_new_activity(input: &LldasInput, rule: NewActivityRule) -> Criterion {
    let criterion = |verdict| {
        Criterion::new(
            NO_NEW_ACTIVITY,
            verdict,
            "Nothing is active that was inactive at the previous assessment.",
        )
    };
    if rule == NewActivityRule::SfiFlare {
        let flare = input.previous.as_ref().and(input.sfi_flare);
        return criterion(Verdict::of(flare.map(|flare| flare == SfiFlare::None)))
            .observed(flare.map(|flare| format!("flare {flare:?}")));
    }
    let (Some(now), Some(before)) = (&input.today, &input.previous) else {
        return criterion(Verdict::NotEvaluable);
    };
    let pairs = compared(now, before, rule);
    let fresh: Vec<&str> =
        pairs.iter().filter(|(_, is_new)| *is_new == Some(true)).map(|(code, _)| *code).collect();
    let verdict = Verdict::all(pairs.iter().map(|(_, is_new)| Verdict::of(is_new.map(|is_new| !is_new))));
    criterion(verdict).observed((!fresh.is_empty()).then(|| fresh.join(", ")))
}

/// Each thing that the rule looks at, and whether it is new.
fn compared(now: &State, before: &State, rule: NewActivityRule) -> Vec<(&'static str, Option<bool>)> {
    let with_serology = rule == NewActivityRule::AllDescriptors;
    let mut pairs: Vec<_> = Descriptor::ALL
        .into_iter()
        .filter(|descriptor| with_serology || descriptor.is_clinical())
        .map(|one| (one.code(), is_new(now.sledai.item(one), before.sledai.item(one))))
        .collect();
    let (today, earlier) = (now.extras, before.extras);
    pairs.push(("haemolytic_anaemia", is_new(today.haemolytic_anaemia, earlier.haemolytic_anaemia)));
    pairs.push(("gi_activity", is_new(today.gi_activity, earlier.gi_activity)));
    if rule == NewActivityRule::DescriptorsAndBilag {
        match (&now.bilag, &before.bilag) {
            (Some(now), Some(before)) => pairs.extend(
                now.iter().map(|(system, grade)| (system.code(), has_worsened(before.of(system), grade))),
            ),
            (Some(_) | None, Some(_) | None) => pairs.push(("bilag2004", None)),
        }
    }
    pairs
}

/// Active now and inactive before. Inactive now, or active before, cannot be new.
fn is_new(now: Option<bool>, before: Option<bool>) -> Option<bool> {
    match (now, before) {
        (Some(false), _) | (_, Some(true)) => Some(false),
        (Some(true), Some(false)) => Some(true),
        (None, _) | (_, None) => None,
    }
}

/// A from B or milder, or B from C or milder.
fn has_worsened(before: SystemGrade, now: SystemGrade) -> Option<bool> {
    let rank = |grade: SystemGrade| match grade {
        SystemGrade::Known(grade) => Some(grade),
        // D and E are alike here: neither is A or B.
        SystemGrade::DOrE => Some(Grade::E),
        SystemGrade::NotEvaluable => None,
    };
    match (rank(before), rank(now)) {
        (Some(Grade::A), _) | (_, Some(Grade::C | Grade::D | Grade::E)) => Some(false),
        (Some(before), Some(now)) => Some(now < before),
        (None, _) | (_, None) => None,
    }
}
