//! Laboratory values: units, censored results, antibody titres, change from baseline, and CTCAE v5 grades.
//!
//! Values are exact decimals. An unknown unit is refused, never guessed; a censored result keeps its comparator.

pub mod autoantibody;
pub mod censored;
pub mod ctcae;
pub mod range;
pub mod titre;
pub mod units;

pub use censored::{CensorPolicy, Measured};
pub use range::{Limits, RangeStatus};
pub use titre::Titre;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is measured, as far as rules know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Analyte {
    /// Antibodies against double-stranded DNA.
    AntiDsdna,
    /// Antibodies against the Smith antigen.
    AntiSm,
    /// Antinuclear antibodies, as a titre.
    Ana,
    /// Complement C3.
    C3,
    /// Complement C4.
    C4,
    /// Haemoglobin.
    Haemoglobin,
    /// White blood cells.
    Wbc,
    /// Neutrophils.
    Neutrophils,
    /// Lymphocytes.
    Lymphocytes,
    /// Platelets.
    Platelets,
    /// Alanine aminotransferase.
    Alt,
    /// Aspartate aminotransferase.
    Ast,
    /// Total bilirubin.
    Bilirubin,
    /// Serum creatinine.
    Creatinine,
    /// Urine protein/creatinine ratio.
    UrinePcr,
}

impl Analyte {
    /// The analyte of a code in snake case, for example `anti_dsdna`.
    pub fn from_code(code: &str) -> Option<Analyte> {
        use serde::de::value::{Error, StrDeserializer};
        Analyte::deserialize(StrDeserializer::<Error>::new(code)).ok()
    }

    /// Whether a fall is an improvement (antibodies), or a rise (complement); none for the others.
    pub fn improves_downwards(self) -> Option<bool> {
        match self {
            Analyte::AntiDsdna | Analyte::AntiSm | Analyte::Ana => Some(true),
            Analyte::C3 | Analyte::C4 => Some(false),
            Analyte::Haemoglobin
            | Analyte::Wbc
            | Analyte::Neutrophils
            | Analyte::Lymphocytes
            | Analyte::Platelets
            | Analyte::Alt
            | Analyte::Ast
            | Analyte::Bilirubin
            | Analyte::Creatinine
            | Analyte::UrinePcr => None,
        }
    }
}

/// What a protocol fixes about laboratory values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaboratoryParameters {
    /// What stands in for a value below the limit of quantification, unless the analyte has its own policy.
    pub censored_value: CensorPolicy,
    /// Analytes with a policy of their own.
    pub censored_value_by_analyte: BTreeMap<Analyte, CensorPolicy>,
    /// The dilution 1:d from which an ANA titre is positive.
    pub ana_screening_dilution: u32,
    /// Dilution steps from which a change of titre is more than the variation of the assay.
    pub ana_meaningful_steps: u32,
    /// Whether a negative titre enters changes as half the screening dilution, flagged; else it has no change.
    pub ana_negative_as_half_dilution: bool,
    /// Whether a value in the equivocal zone counts as negative when conversion is judged.
    pub equivocal_is_negative: bool,
    /// By analyte, the value in its standard unit above which a result is implausible (a unit mix-up) and a query is
    /// raised. It is never corrected.
    pub implausible_above: BTreeMap<Analyte, Decimal>,
}

impl Default for LaboratoryParameters {
    /// The limit stands in for a censored value; ANA is positive from 1:80; two steps are meaningful.
    fn default() -> Self {
        let implausible = [(Analyte::C3, 10), (Analyte::C4, 5), (Analyte::Haemoglobin, 300)];
        Self {
            censored_value: CensorPolicy::Limit,
            censored_value_by_analyte: BTreeMap::new(),
            ana_screening_dilution: 80,
            ana_meaningful_steps: 2,
            ana_negative_as_half_dilution: false,
            equivocal_is_negative: false,
            implausible_above: implausible.map(|(analyte, limit)| (analyte, Decimal::from(limit))).into(),
        }
    }
}

impl LaboratoryParameters {
    /// What stands in for a censored value of an analyte.
    pub fn censor_policy(&self, analyte: Analyte) -> CensorPolicy {
        self.censored_value_by_analyte.get(&analyte).copied().unwrap_or(self.censored_value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_analyte_is_found_by_its_code() {
        assert_eq!(Analyte::from_code("alt"), Some(Analyte::Alt));
        assert_eq!(Analyte::from_code("urine_pcr"), Some(Analyte::UrinePcr));
        assert_eq!((Analyte::from_code("alp"), Analyte::from_code("ALT")), (None, None));
    }
}
