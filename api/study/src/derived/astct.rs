//! ASTCT grades of cytokine release syndrome and neurotoxicity, from what was found on the day of a grade.

use derivation::rule::Rule;
use derivation::safety::astct::{self, Crs, Icans};
use entity::terms::{AdverseEventCategory, CerebralOedema, Consciousness, OxygenSupport, Seizure};
use entity::{AstctFindings, CrsFindings, IcansFindings};
use std::collections::BTreeSet;

/// The category of the events that findings are of.
pub(crate) const fn category_of(findings: &AstctFindings) -> AdverseEventCategory {
    match findings {
        AstctFindings::Crs { .. } => AdverseEventCategory::Crs,
        AstctFindings::Icans { .. } => AdverseEventCategory::Icans,
    }
}

/// The rule that grades findings.
pub const fn astct_rule(findings: &AstctFindings) -> &'static Rule {
    match findings {
        AstctFindings::Crs { .. } => &astct::CRS_RULE,
        AstctFindings::Icans { .. } => &astct::ICANS_RULE,
    }
}

/// Every grade that findings may have, 0 to 4: one when nothing that is missing could change it.
pub(crate) fn astct_grades(findings: &AstctFindings) -> BTreeSet<u8> {
    match findings {
        AstctFindings::Crs { crs: found } => astct::crs_grades(&crs(found)),
        AstctFindings::Icans { icans: found } => astct::icans_grades(&icans(found)),
    }
}

/// The grade of findings, 0 to 4; none when what is missing could change it.
pub fn astct_grade(findings: &AstctFindings) -> Option<u8> {
    match findings {
        AstctFindings::Crs { crs: found } => astct::crs_grade(&crs(found)),
        AstctFindings::Icans { icans: found } => astct::icans_grade(&icans(found)),
    }
}

fn crs(found: &CrsFindings) -> Crs {
    let oxygen = found.oxygen.map(|oxygen| match oxygen {
        OxygenSupport::None => astct::Oxygen::None,
        OxygenSupport::LowFlow => astct::Oxygen::LowFlow,
        OxygenSupport::HighFlow => astct::Oxygen::HighFlow,
        OxygenSupport::PositivePressure => astct::Oxygen::PositivePressure,
    });
    let CrsFindings { fever, hypotension, vasopressors, .. } = *found;
    Crs { fever, vasopressors, hypotension, oxygen }
}

fn icans(found: &IcansFindings) -> Icans {
    let consciousness = found.consciousness.map(|state| match state {
        Consciousness::Normal => astct::Consciousness::Normal,
        Consciousness::Spontaneous => astct::Consciousness::Spontaneous,
        Consciousness::ToVoice => astct::Consciousness::ToVoice,
        Consciousness::ToTouch => astct::Consciousness::ToTouch,
        Consciousness::Unarousable => astct::Consciousness::Unarousable,
    });
    let seizure = found.seizure.map(|seizure| match seizure {
        Seizure::None => astct::Seizure::None,
        Seizure::ResolvesRapidly => astct::Seizure::ResolvesRapidly,
        Seizure::ProlongedOrRepetitive => astct::Seizure::ProlongedOrRepetitive,
    });
    let oedema = found.oedema.map(|oedema| match oedema {
        CerebralOedema::None => astct::Oedema::None,
        CerebralOedema::Focal => astct::Oedema::Focal,
        CerebralOedema::Diffuse => astct::Oedema::Diffuse,
    });
    // Recorded scores are 0 to 10; one beyond what a byte holds is none of them, and grades as the best.
    let ice_score = found.ice_score.map(|score| u8::try_from(score).unwrap_or(u8::MAX));
    Icans { ice_score, consciousness, seizure, motor_weakness: found.motor_weakness, oedema }
}
