//! DORIS: clinical remission on treatment.
//!
//! Source: van Vollenhoven 2021. Protocol outcome 5. All of: no clinical SLEDAI-2K descriptor (serology never matters);
//! PGA below 0.50; prednisone equivalent at most 5 mg/day; stable background therapy. The paper's abstract says 5 mg or
//! less and its table says below 5; the protocol chooses. The wording of 2017, which secondary papers still print, lets PGA
//! reach 0.50; it stands beside that of 2021 as a version of its own.

use super::with_unit;
use crate::instrument::pga::Pga;
use crate::instrument::sledai2k::{Descriptor, Sledai2k};
use crate::logic::Verdict;
use crate::medication::prednisone_equivalent::DailyDose;
use crate::rule::{Criterion, CriterionCode, Evaluation, Reason, Rule, Version, code};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The rule and its versions. What stands before the point is the year of the wording, behind it our revision.
pub const RULE: Rule = Rule {
    id: "doris",
    name: "DORIS remission on treatment",
    versions: &[
        Version { version: "2021.1", what: "The wording of 2021: PGA below 0.50." },
        Version {
            version: "2017.1",
            what: "The wording of 2017 as later papers print it: PGA of 0.50 or less.",
        },
    ],
};

/// Which wording of the definition is in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wording {
    /// PGA must be below its limit.
    #[default]
    Of2021,
    /// PGA may reach its limit.
    Of2017,
}

impl Wording {
    /// The wording that a version of the rule stands for; none when the rule has no such version.
    pub fn of_version(version: &str) -> Option<Wording> {
        [Wording::Of2021, Wording::Of2017].into_iter().find(|wording| wording.version() == version)
    }

    /// The version of the rule that stands for this wording.
    pub const fn version(self) -> &'static str {
        match self {
            Wording::Of2021 => "2021.1",
            Wording::Of2017 => "2017.1",
        }
    }
}

/// Whether a dose of exactly the limit is remission.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DoseLimit {
    /// The limit itself is allowed.
    #[default]
    AtMost,
    /// The dose must be below the limit.
    Below,
}

/// What the protocol asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DorisRule {
    /// Which version of the rule runs.
    pub wording: Wording,
    /// The limit of PGA on 0 to 3: 0.50.
    pub pga_below: Decimal,
    /// The limit of the prednisone equivalent, mg/day: 5.
    pub prednisone_limit: Decimal,
    /// Whether the limit itself is allowed.
    pub dose_limit: DoseLimit,
}

impl Default for DorisRule {
    /// The wording of 2021 with 5 mg/day allowed.
    fn default() -> Self {
        DorisRule {
            wording: Wording::Of2021,
            pga_below: Decimal::new(50, 2),
            prednisone_limit: Decimal::from(5),
            dose_limit: DoseLimit::AtMost,
        }
    }
}

/// Everything that DORIS reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DorisInput {
    /// SLEDAI-2K; none when not assessed.
    pub sledai: Option<Sledai2k>,
    /// Physician's global assessment.
    pub pga: Option<Pga>,
    /// Prednisone equivalent over the protocol's window.
    pub prednisone: Option<DailyDose>,
    /// Whether antimalarials, immunosuppressants and biologics were stable.
    pub stable_background: Option<bool>,
}

/// Code of the SLEDAI-2K criterion.
pub const CLINICAL_SLEDAI_ZERO: CriterionCode = CriterionCode::ClinicalSledaiZero;
/// Code of the PGA criterion.
pub const PGA_LOW: CriterionCode = CriterionCode::PgaLow;
/// Code of the glucocorticoid criterion.
pub const PREDNISONE_LOW: CriterionCode = CriterionCode::PrednisoneLow;
/// Code of the background criterion.
pub const STABLE_BACKGROUND: CriterionCode = CriterionCode::StableBackground;

/// DORIS at an assessment. `failed`: a treatment failure is dated on or before it, which decides against remission.
pub fn doris(input: &DorisInput, rule: &DorisRule, failed: bool) -> Evaluation {
    let evaluation = Evaluation::all(
        RULE.named(
            rule.wording.version(),
            vec![
                ("pga_below", rule.pga_below.to_string()),
                ("prednisone_limit", rule.prednisone_limit.to_string()),
                ("dose_limit", code(&rule.dose_limit)),
            ],
        ),
        vec![
            clinical_zero(input.sledai.as_ref()),
            pga_low(input.pga, rule),
            prednisone(input.prednisone.as_ref(), rule),
            Criterion::new(
                STABLE_BACKGROUND,
                Verdict::of(input.stable_background),
                "Antimalarials, immunosuppressants and biologics were neither started nor increased.",
            ),
        ],
    );
    if failed {
        return evaluation.failed();
    }
    let nothing = input.sledai.is_none() && input.pga.is_none();
    evaluation.or_because(if nothing { Reason::VisitMissing } else { Reason::ComponentMissing })
}

/// PGA is below its limit, or in the wording of 2017 not above it.
fn pga_low(pga: Option<Pga>, rule: &DorisRule) -> Criterion {
    let limit = rule.pga_below;
    let (holds, sign) = match rule.wording {
        Wording::Of2021 => (pga.map(|pga| pga.value() < limit), "<"),
        Wording::Of2017 => (pga.map(|pga| pga.value() <= limit), "<="),
    };
    let explanation = "The physician's global assessment (0 to 3) keeps within the limit of the wording.";
    Criterion::new(PGA_LOW, Verdict::of(holds), explanation)
        .observed(pga.map(|pga| pga.to_string()))
        .threshold(format!("{sign} {limit}"))
}

/// All 22 clinical descriptors are absent.
fn clinical_zero(sledai: Option<&Sledai2k>) -> Criterion {
    let clinical = || Descriptor::ALL.into_iter().filter(|descriptor| descriptor.is_clinical());
    let absent = |sledai: &Sledai2k| {
        Verdict::all(clinical().map(|one| Verdict::of(sledai.item(one).map(|present| !present))))
    };
    let present: Option<Vec<&str>> = sledai.map(|sledai| {
        clinical().filter(|one| sledai.item(*one) == Some(true)).map(Descriptor::code).collect()
    });
    Criterion::new(
        CLINICAL_SLEDAI_ZERO,
        sledai.map_or(Verdict::NotEvaluable, absent),
        "No clinical SLEDAI-2K descriptor is present; serology does not matter.",
    )
    .observed(present.filter(|present| !present.is_empty()).map(|present| present.join(", ")))
    .threshold("clinical SLEDAI-2K = 0")
}

fn prednisone(dose: Option<&DailyDose>, rule: &DorisRule) -> Criterion {
    let criterion = super::lldas::prednisone_low(PREDNISONE_LOW, dose, rule.prednisone_limit);
    match rule.dose_limit {
        DoseLimit::AtMost => criterion,
        DoseLimit::Below => Criterion {
            verdict: Verdict::of(dose.map(|dose| dose.is_below(rule.prednisone_limit))),
            ..criterion
        }
        .threshold(format!("< {}", with_unit(rule.prednisone_limit, "mg/day"))),
    }
}
