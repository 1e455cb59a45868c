//! DORIS 2021: clinical remission on treatment.
//!
//! Source: van Vollenhoven 2021. Protocol outcome 5. All of: no clinical SLEDAI-2K descriptor (serology never matters);
//! PGA below 0.50; prednisone equivalent at most 5 mg/day; stable background therapy. The paper's abstract says 5 mg or
//! less and its table says below 5; the protocol chooses.

use super::with_unit;
use crate::instrument::pga::Pga;
use crate::instrument::sledai2k::{Descriptor, Sledai2k};
use crate::logic::Verdict;
use crate::medication::prednisone_equivalent::DailyDose;
use crate::rule::{Criterion, Evaluation, Reason, RuleVersion};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

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
    /// PGA on 0 to 3 must be below this: 0.50.
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
pub const CLINICAL_SLEDAI_ZERO: &str = "CLINICAL_SLEDAI_ZERO";
/// Code of the PGA criterion.
pub const PGA_LOW: &str = "PGA_LOW";
/// Code of the glucocorticoid criterion.
pub const PREDNISONE_LOW: &str = "PREDNISONE_LOW";
/// Code of the background criterion.
pub const STABLE_BACKGROUND: &str = "STABLE_BACKGROUND";

/// DORIS at an assessment. `failed`: a treatment failure is dated on or before it, which decides against remission.
pub fn doris(input: &DorisInput, rule: &DorisRule, failed: bool) -> Evaluation {
    let evaluation = Evaluation::all(
        RuleVersion {
            id: "doris2021",
            version: "1",
            parameters: vec![
                ("pga_below", rule.pga_below.to_string()),
                ("prednisone_limit", rule.prednisone_limit.to_string()),
                ("dose_limit", format!("{:?}", rule.dose_limit)),
            ],
        },
        vec![
            clinical_zero(input.sledai.as_ref()),
            Criterion::new(
                PGA_LOW,
                Verdict::of(input.pga.map(|pga| pga.value() < rule.pga_below)),
                "The physician's global assessment (0 to 3) is below the limit.",
            )
            .observed(input.pga.map(|pga| pga.to_string()))
            .threshold(format!("< {}", rule.pga_below)),
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
