//! Laboratory values.

use super::safety::GradeAnswer;
use super::{Fields, Inputs, LineError, Node, number};
use crate::laboratory::autoantibody::{Amounts, amount_change};
use crate::laboratory::censored::{Bound, Comparator};
use crate::laboratory::ctcae::{self, Graded};
use crate::laboratory::titre::{self, Conversion, TitreRule};
use crate::laboratory::units::{self, UnitError};
use crate::laboratory::{Analyte, CensorPolicy, Limits, Measured, RangeStatus, Titre};
use crate::logic::Verdict;
use crate::safety::hys_law::{BilirubinRule, LiverPanel, candidate};
use rust_decimal::Decimal;
use serde::Serialize;

/// The analytes of a line; ANA has an endpoint of its own.
const ANALYTES: [(&str, Analyte); 14] = [
    ("anti_dsdna", Analyte::AntiDsdna),
    ("anti_sm", Analyte::AntiSm),
    ("c3", Analyte::C3),
    ("c4", Analyte::C4),
    ("haemoglobin", Analyte::Haemoglobin),
    ("wbc", Analyte::Wbc),
    ("neutrophils", Analyte::Neutrophils),
    ("lymphocytes", Analyte::Lymphocytes),
    ("platelets", Analyte::Platelets),
    ("alt", Analyte::Alt),
    ("ast", Analyte::Ast),
    ("bilirubin", Analyte::Bilirubin),
    ("creatinine", Analyte::Creatinine),
    ("urine_pcr", Analyte::UrinePcr),
];

fn unsupported(node: Node<'_>, analyte: Analyte) -> LineError {
    node.unsupported_unit(format!("the units of the analyte are {}", units::units(analyte).join(", ")))
}

#[derive(Serialize)]
pub(super) struct TitreAnswer {
    log2_change: Option<f64>,
    fold_change: Option<f64>,
    seroconversion: Option<Conversion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bound: Option<Bound>,
}

pub(super) fn ana_titre_change(inputs: &Inputs<'_>) -> Result<TitreAnswer, LineError> {
    let fields = inputs.fields(&["baseline", "value", "screening_dilution"])?;
    let baseline = fields.nullable("baseline", titre_of)?;
    let value = fields.nullable("value", titre_of)?;
    let screening = fields.or("screening_dilution", 80, |node| match Titre::parse(&node.string()?) {
        Some(Titre::Dilution { comparator: Comparator::Exact, denominator }) => Ok(denominator),
        Some(_) | None => Err(node.invalid("a dilution such as \"1:80\" is expected")),
    })?;
    let change = titre::change(baseline, value, TitreRule { screening, negative_as_half_dilution: false });
    Ok(TitreAnswer {
        log2_change: change.log2,
        fold_change: change.fold,
        seroconversion: change.conversion,
        bound: change.bound,
    })
}

fn titre_of(node: Node<'_>) -> Result<Titre, LineError> {
    let text = node.string()?;
    // A laboratory may print `<1:80`; here that is written as what it means.
    let below = |titre: &Titre| matches!(titre, Titre::Dilution { comparator: Comparator::Below, .. });
    Titre::parse(&text)
        .filter(|titre| !below(titre))
        .ok_or_else(|| node.invalid("a titre such as \"1:640\", \">1:2560\" or \"NEGATIVE\" is expected"))
}

#[derive(Serialize)]
pub(super) struct ChangeAnswer {
    change: Option<f64>,
    percent_change: Option<f64>,
    baseline_status: Option<RangeStatus>,
    status: Option<RangeStatus>,
    normalised: Option<bool>,
    bound: Option<Bound>,
}

pub(super) fn lab_change(inputs: &Inputs<'_>) -> Result<ChangeAnswer, LineError> {
    let fields =
        inputs.fields(&["analyte", "unit", "baseline", "value", "ref_low", "ref_high", "censor_policy"])?;
    let analyte = fields.required("analyte")?.choice(&ANALYTES)?;
    let unit = fields.required("unit")?;
    if !units::units(analyte).contains(&&*unit.string()?) {
        return Err(unsupported(unit, analyte));
    }
    let policies = [
        ("LIMIT", CensorPolicy::Limit),
        ("HALF", CensorPolicy::Half),
        ("SQRT2", CensorPolicy::SquareRootOfTwo),
    ];
    let policy = fields.or("censor_policy", CensorPolicy::Limit, |node| node.choice(&policies))?;
    let limits = limits(&fields)?;
    let side = |key| Ok(fields.nullable(key, measured)?.map(|measured| (measured, limits)));
    let change = amount_change(&Amounts { baseline: side("baseline")?, value: side("value")? }, policy);
    Ok(ChangeAnswer {
        change: change.absolute.map(number::json),
        percent_change: change.percent.map(number::json),
        baseline_status: change.baseline_status,
        status: change.status,
        normalised: change.normalised,
        bound: change.bound,
    })
}

fn limits(fields: &Fields<'_>) -> Result<Limits, LineError> {
    let low = fields.optional("ref_low", Node::decimal)?;
    let high = fields.optional("ref_high", Node::decimal)?;
    if let (Some(lowest), Some(highest), Some(node)) = (low, high, fields.get("ref_high"))
        && lowest > highest
    {
        return Err(node.invalid("the upper limit is below the lower one"));
    }
    Ok(Limits { low, high })
}

/// A value with its comparator: a decimal, or a string such as `"<10"`.
fn measured(node: Node<'_>) -> Result<Measured, LineError> {
    if node.is_number() {
        return node.non_negative().map(Measured::exact);
    }
    let text = node.string().map_err(|_| node.wrong_type("a number or a string is expected"))?;
    Measured::parse(&text)
        .ok_or_else(|| node.invalid("a decimal of 0 or more is expected, or one such as \"<10\""))
}

#[derive(Serialize)]
pub(super) struct ConversionAnswer {
    value: f64,
}

pub(super) fn unit_conversion(inputs: &Inputs<'_>) -> Result<ConversionAnswer, LineError> {
    let fields = inputs.fields(&["analyte", "value", "from", "to"])?;
    let analyte = fields.required("analyte")?.choice(&ANALYTES)?;
    let value_node = fields.required("value")?;
    let value = value_node.non_negative()?;
    let (from, to) = (fields.required("from")?, fields.required("to")?);
    let converted = units::convert(analyte, value, &from.string()?, &to.string()?);
    match converted {
        Ok(value) => Ok(ConversionAnswer { value: number::json(value) }),
        Err(UnitError::UnknownFrom) => Err(unsupported(from, analyte)),
        Err(UnitError::UnknownTo) => Err(unsupported(to, analyte)),
        Err(UnitError::NotConvertible) => {
            Err(to.unsupported_unit("nothing converts one unit into the other"))
        }
        Err(UnitError::TooLarge) => Err(value_node.invalid("the result needs more than 28 digits")),
    }
}

pub(super) fn ctcae_v5_lab(inputs: &Inputs<'_>) -> Result<GradeAnswer, LineError> {
    let fields = inputs.fields(&["analyte", "unit", "value", "lln", "uln", "baseline"])?;
    let node = fields.required("analyte")?;
    let analyte = node.choice(&ANALYTES)?;
    if !ctcae::is_graded(analyte) {
        return Err(node.invalid("the analyte is not graded"));
    }
    let unit = fields.required("unit")?;
    let asked = units::standard_unit(analyte);
    if asked != Some(&*unit.string()?) {
        let message = format!("the value is graded in {}", asked.unwrap_or_default());
        return Err(unit.unsupported_unit(message));
    }
    let graded = Graded {
        value: fields.nullable("value", Node::non_negative)?,
        lower_limit: fields.optional("lln", Node::non_negative)?,
        upper_limit: fields.optional("uln", positive)?,
        baseline: fields.optional("baseline", Node::non_negative)?,
    };
    Ok(GradeAnswer { grade: ctcae::grade(analyte, &graded) })
}

fn positive(node: Node<'_>) -> Result<Decimal, LineError> {
    let value = node.decimal()?;
    if value > Decimal::ZERO { Ok(value) } else { Err(node.invalid("a decimal above 0 is expected")) }
}

#[derive(Serialize)]
pub(super) struct HysLawAnswer {
    potential_hys_law: Option<bool>,
}

pub(super) fn hys_law(inputs: &Inputs<'_>) -> Result<HysLawAnswer, LineError> {
    let fields =
        inputs.fields(&["alt_x_uln", "ast_x_uln", "bilirubin_x_uln", "alp_x_uln", "bilirubin_rule"])?;
    let rules = [("GT_2", BilirubinRule::Above2), ("GE_2", BilirubinRule::From2)];
    let panel = LiverPanel {
        alt: fields.nullable("alt_x_uln", Node::non_negative)?,
        ast: fields.nullable("ast_x_uln", Node::non_negative)?,
        bilirubin: fields.nullable("bilirubin_x_uln", Node::non_negative)?,
        alp: fields.nullable("alp_x_uln", Node::non_negative)?,
    };
    let rule = fields.or("bilirubin_rule", BilirubinRule::Above2, |node| node.choice(&rules))?;
    Ok(HysLawAnswer {
        potential_hys_law: match candidate(&panel, rule) {
            Verdict::Met => Some(true),
            Verdict::NotMet => Some(false),
            Verdict::NotEvaluable => None,
        },
    })
}
