//! Analytes: units that are accepted, what is plausible, and how a result is brought to the standard unit.
//!
//! An unknown unit or an implausible value is refused with what was probably meant. Nothing is ever corrected silently.

use derivation::laboratory::{CensorPolicy, LaboratoryParameters};
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What an analyte's results look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Scale {
    /// A number with a unit.
    Quantitative,
    /// A number with a unit, or positive, negative or equivocal.
    QuantitativeOrQualitative,
    /// A titre 1:d; its value is d.
    Titre,
}

/// A range of values in the standard unit, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueRange {
    /// The lowest.
    pub low: Decimal,
    /// The highest.
    pub high: Decimal,
}

impl ValueRange {
    /// Whether a value lies in the range.
    pub fn contains(&self, value: Decimal) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// An analyte of the panel or of the safety laboratory.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Analyte {
    /// Its code: as in the list of autoantibodies, or in lower snake case for the safety laboratory.
    pub code: String,
    /// Its name.
    pub label: String,
    /// What its results look like.
    pub scale: Scale,
    /// The standard unit, in which rules compare.
    pub standard_unit: String,
    /// Accepted units, each with how many standard units one of it is.
    pub units: BTreeMap<String, Decimal>,
    /// What a result can be, in the standard unit. Outside, a mix-up of units is more likely.
    pub plausible: ValueRange,
    /// Codes of LOINC that hospitals send it under. Mapping data: never the key.
    pub loinc: Vec<String>,
    /// The value, in the standard unit, that separates negative from positive when the laboratory states none.
    /// Absent where the assay decides, and where nothing is positive.
    pub positivity_cutoff: Option<Decimal>,
    /// Usual reference range in the standard unit, for orientation; the laboratory's own is what counts.
    pub usual_range: Option<ValueRange>,
    /// What stands in for a value below the limit of quantification, if not the study's policy.
    pub censored_value: Option<CensorPolicy>,
}

/// A result brought to the standard unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standardised {
    /// The value.
    pub value: Decimal,
    /// The standard unit.
    pub unit: String,
}

/// Why a result is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResultFault {
    /// The analyte does not have the unit.
    UnknownUnit {
        /// The units that it has.
        accepted: Vec<String>,
    },
    /// The value cannot be right in this unit.
    Implausible {
        /// What a result can be, in the standard unit.
        plausible: ValueRange,
        /// The standard unit.
        standard_unit: String,
        /// The unit that it was probably measured in; none when no accepted unit makes it plausible.
        probable_unit: Option<String>,
    },
}

impl ResultFault {
    /// What is wrong with a result, and what was probably meant.
    pub fn message(&self, analyte: &Analyte, value: Decimal, unit: &str) -> String {
        match self {
            ResultFault::UnknownUnit { accepted } => {
                format!("{} is not accepted in `{unit}`; use {}", analyte.label, accepted.join(", "))
            }
            ResultFault::Implausible {
                plausible: ValueRange { low, high },
                standard_unit,
                probable_unit,
            } => {
                let guess = probable_unit.as_ref().map(|unit| format!(", probably {unit}"));
                let guess = guess.unwrap_or_default();
                let name = &analyte.label;
                format!(
                    "{name} {value} {unit} is implausible (expected {low} to {high} {standard_unit}){guess}"
                )
            }
        }
    }
}

impl Analyte {
    /// Brings a result to the standard unit, or says why it is refused. The number of a bound (`<10`) is judged
    /// as if it were the value.
    pub fn standardise(&self, value: Decimal, unit: &str) -> Result<Standardised, ResultFault> {
        let Some(factor) = self.units.get(unit) else {
            return Err(ResultFault::UnknownUnit { accepted: self.units.keys().cloned().collect() });
        };
        let plausible =
            |factor: &Decimal| value.checked_mul(*factor).filter(|it| self.plausible.contains(*it));
        match plausible(factor) {
            Some(value) => Ok(Standardised { value, unit: self.standard_unit.clone() }),
            None => Err(ResultFault::Implausible {
                plausible: self.plausible,
                standard_unit: self.standard_unit.clone(),
                probable_unit: self.probable_unit(unit, plausible),
            }),
        }
    }

    /// Of the other units, one with a conversion of its own that makes the value plausible.
    fn probable_unit(&self, unit: &str, plausible: impl Fn(&Decimal) -> Option<Decimal>) -> Option<String> {
        let stated = self.units.get(unit);
        let mut others =
            self.units.iter().filter(|(_, factor)| Some(*factor) != stated && plausible(factor).is_some());
        others.next().map(|(unit, _)| unit.clone())
    }
}

/// What the protocol fixes about laboratory values as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LaboratorySection {
    /// What stands in for a value below the limit of quantification, unless the analyte says otherwise.
    pub censored_value: CensorPolicy,
    /// The dilution 1:d from which an ANA titre is positive.
    pub ana_screening_dilution: u32,
    /// Dilution steps from which a change of titre is more than the variation of the assay.
    pub ana_meaningful_steps: u32,
    /// Whether a negative titre enters changes as half the screening dilution, flagged.
    pub ana_negative_as_half_dilution: bool,
    /// Whether an equivocal value counts as negative when conversion is judged.
    pub equivocal_is_negative: bool,
    /// Denominators that titres are reported with.
    pub ana_titres: Vec<u32>,
    /// ICAP codes of patterns.
    pub ana_patterns: Vec<String>,
}

impl LaboratorySection {
    /// The section and what the analytes state, as derivations take them.
    pub(super) fn parameters(&self, analytes: &[&Analyte]) -> LaboratoryParameters {
        let rules = || analytes.iter().filter_map(|analyte| Some((rule_analyte(&analyte.code)?, analyte)));
        LaboratoryParameters {
            censored_value: self.censored_value,
            censored_value_by_analyte: rules()
                .filter_map(|(rule, analyte)| Some((rule, analyte.censored_value?)))
                .collect(),
            ana_screening_dilution: self.ana_screening_dilution,
            ana_meaningful_steps: self.ana_meaningful_steps,
            ana_negative_as_half_dilution: self.ana_negative_as_half_dilution,
            equivocal_is_negative: self.equivocal_is_negative,
            implausible_above: rules().map(|(rule, analyte)| (rule, analyte.plausible.high)).collect(),
        }
    }
}

/// The analyte as rules name it; none when no rule knows it.
pub(super) fn rule_analyte(code: &str) -> Option<derivation::laboratory::Analyte> {
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};
    let code = code.to_lowercase();
    let text: StrDeserializer<'_, Error> = code.as_str().into_deserializer();
    derivation::laboratory::Analyte::deserialize(text).ok()
}
