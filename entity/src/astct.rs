//! What was found of a cytokine release syndrome or of neurotoxicity on the day of a grade, in one column.

use crate::terms::{CerebralOedema, Consciousness, OxygenSupport, Seizure};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// The findings by which ASTCT grades one of the two events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(untagged, deny_unknown_fields)]
pub enum AstctFindings {
    /// Of a cytokine release syndrome.
    Crs {
        /// What was found.
        crs: CrsFindings,
    },
    /// Of neurotoxicity (ICANS).
    Icans {
        /// What was found.
        icans: IcansFindings,
    },
}

/// What grades a cytokine release syndrome. None is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CrsFindings {
    /// Temperature of 38 degrees Celsius or more not otherwise explained, or such a fever suppressed by treatment.
    pub fever: Option<bool>,
    /// Hypotension.
    pub hypotension: Option<bool>,
    /// Vasopressors, vasopressin not counted.
    pub vasopressors: Option<u32>,
    /// Oxygen that was needed.
    pub oxygen: Option<OxygenSupport>,
}

/// What grades neurotoxicity. None is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IcansFindings {
    /// ICE score, 0 to 10.
    pub ice_score: Option<u32>,
    /// How the subject woke.
    pub consciousness: Option<Consciousness>,
    /// Seizures.
    pub seizure: Option<Seizure>,
    /// Deep focal motor weakness.
    pub motor_weakness: Option<bool>,
    /// Raised intracranial pressure or cerebral oedema.
    pub oedema: Option<CerebralOedema>,
}
