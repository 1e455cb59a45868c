//! Adverse events: emergence, incidence, exposure, dose-limiting toxicity, toxicity scales and stopping rules.

pub mod astct;
pub mod dlt;
pub mod dlt_criteria;
pub mod dose_received;
pub mod exposure;
pub mod hys_law;
pub mod incidence;
pub mod stopping;
pub mod treatment_emergent;

pub use dlt_criteria::DltParameters;

use hys_law::BilirubinRule;
use serde::{Deserialize, Serialize};

/// What a protocol fixes about adverse events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SafetyParameters {
    /// The last study day on which an event counts as treatment-emergent, and to which exposure is counted.
    pub treatment_emergent_horizon_day: i32,
    /// Whether events during lymphodepletion, before the first dose, are a period of their own.
    pub lymphodepletion_period: bool,
    /// Whether an event without a causality counts as related. Counting it is the conservative choice.
    pub missing_causality_is_related: bool,
    /// The grade that stands for a missing one in the sensitivity analysis; the main analysis shows it as unknown.
    pub missing_grade_sensitivity: Grade,
    /// Hy's law: whether bilirubin of exactly twice the upper limit counts.
    pub hys_law_bilirubin: BilirubinRule,
    /// Hy's law: how many days transaminase and bilirubin may lie apart.
    pub hys_law_window_days: u32,
    /// The grade from which an infection is a serious one, where these are of special interest.
    pub serious_infection_grade: Grade,
    /// Codes of the adverse events of special interest for the product.
    pub special_interest: Vec<String>,
}

impl Default for SafetyParameters {
    /// One year from the first dose; a missing causality counts as related; bilirubin above twice the limit within
    /// 14 days.
    fn default() -> Self {
        let special_interest = [
            "CRS",
            "ICANS",
            "GVHD",
            "INFUSION_REACTION",
            "SERIOUS_INFECTION",
            "PROLONGED_CYTOPENIA",
            "SECONDARY_MALIGNANCY",
            "HYPOGAMMAGLOBULINAEMIA",
            "MACROPHAGE_ACTIVATION",
        ];
        Self {
            treatment_emergent_horizon_day: 366,
            lymphodepletion_period: true,
            missing_causality_is_related: true,
            missing_grade_sensitivity: Grade::Three,
            hys_law_bilirubin: BilirubinRule::Above2,
            hys_law_window_days: 14,
            serious_infection_grade: Grade::Three,
            special_interest: special_interest.map(str::to_owned).into(),
        }
    }
}

impl SafetyParameters {
    /// The grade that enters the sensitivity analysis: a missing one is replaced, a known one stays.
    pub fn sensitivity_grade(&self, grade: Option<Grade>) -> Grade {
        grade.unwrap_or(self.missing_grade_sensitivity)
    }
}

/// The severity of an adverse event on its scale: CTCAE v5, or ASTCT for CRS and ICANS (which end at 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Grade {
    /// Mild.
    One = 1,
    /// Moderate.
    Two,
    /// Severe.
    Three,
    /// Life-threatening.
    Four,
    /// Fatal.
    Five,
}

impl From<Grade> for u8 {
    fn from(grade: Grade) -> u8 {
        grade as u8
    }
}

impl TryFrom<u8> for Grade {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Grade, &'static str> {
        match number {
            1 => Ok(Grade::One),
            2 => Ok(Grade::Two),
            3 => Ok(Grade::Three),
            4 => Ok(Grade::Four),
            5 => Ok(Grade::Five),
            _ => Err("a grade is 1 to 5"),
        }
    }
}

/// The investigator's judgement of whether an agent caused an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Causality {
    /// Certainly.
    Definite,
    /// More likely than not.
    Probable,
    /// It may have.
    Possible,
    /// Related, on a form that asks no more.
    Related,
    /// Improbable.
    Unlikely,
    /// It did not.
    NotRelated,
}

impl Causality {
    /// Whether it counts as related: at least possibly.
    pub fn is_related(self) -> bool {
        match self {
            Causality::Definite | Causality::Probable | Causality::Possible | Causality::Related => true,
            Causality::Unlikely | Causality::NotRelated => false,
        }
    }
}

/// Whether an event counts as related; a missing causality goes by the protocol.
pub fn counts_as_related(causality: Option<Causality>, parameters: &SafetyParameters) -> bool {
    causality.map_or(parameters.missing_causality_is_related, Causality::is_related)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn possible_is_related_and_unlikely_is_not() {
        use Causality::{Definite, NotRelated, Possible, Probable, Related, Unlikely};
        let parameters = SafetyParameters::default();
        for causality in [Definite, Probable, Possible, Related] {
            assert!(counts_as_related(Some(causality), &parameters), "{causality:?}");
        }
        for causality in [Unlikely, NotRelated] {
            assert!(!counts_as_related(Some(causality), &parameters), "{causality:?}");
        }
    }

    #[test]
    fn a_missing_causality_goes_by_the_protocol() {
        let lenient = SafetyParameters { missing_causality_is_related: false, ..SafetyParameters::default() };
        assert!(counts_as_related(None, &SafetyParameters::default()));
        assert!(!counts_as_related(None, &lenient));
    }

    #[test]
    fn a_missing_grade_is_three_in_the_sensitivity_analysis() {
        let parameters = SafetyParameters::default();
        assert_eq!(parameters.sensitivity_grade(None), Grade::Three);
        assert_eq!(parameters.sensitivity_grade(Some(Grade::One)), Grade::One);
    }

    #[test]
    fn grades_are_one_to_five() {
        assert_eq!(Grade::try_from(3), Ok(Grade::Three));
        assert!(Grade::try_from(0).is_err() && Grade::try_from(6).is_err());
        assert!(Grade::Four > Grade::Three && u8::from(Grade::Five) == 5);
    }
}
