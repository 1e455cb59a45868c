//! Parameters of endpoints and statistics.

use super::{Document, Problems, fraction, positive, within};

/// The ends of the PGA scale.
const PGA: (&str, &str) = ("0", "3");

pub(super) fn check(document: &Document, problems: &mut Problems) {
    let endpoints = &document.endpoints;
    let pga = [
        ("endpoints.sri.pga_worsening", endpoints.sri.pga_worsening),
        ("endpoints.bicla.pga_worsening", endpoints.bicla.pga_worsening),
        ("endpoints.lldas.pga_limit", endpoints.lldas.pga_limit),
        ("endpoints.doris.pga_below", endpoints.doris.pga_below),
    ];
    for (path, limit) in pga {
        within(limit, PGA, path, problems);
    }
    // Doses above 1 g/day are pulses: a limit there is a slip of the decimal point or of the unit.
    let doses = [
        ("endpoints.lldas.prednisone_limit", endpoints.lldas.prednisone_limit),
        ("endpoints.doris.prednisone_limit", endpoints.doris.prednisone_limit),
        ("endpoints.treatment_failure.raised_by_mg", endpoints.treatment_failure.raised_by_mg),
    ];
    for (path, dose) in doses {
        within(dose, ("0", "1000"), path, problems);
    }
    let factors = [
        ("endpoints.steroid.budesonide_factor", endpoints.steroid.budesonide_factor),
        ("endpoints.steroid.fludrocortisone_factor", endpoints.steroid.fludrocortisone_factor),
    ];
    for (path, factor) in factors {
        within(factor, ("0", "100"), path, problems);
    }
    let sledai = endpoints.lldas.sledai_limit;
    within(sledai.into(), ("0", "105"), "endpoints.lldas.sledai_limit", problems);
    let ratio = endpoints.sledai2k.proteinuria_ratio_mg_per_g;
    within(ratio, ("1", "10000"), "endpoints.sledai2k.proteinuria_ratio_mg_per_g", problems);
    let counts = [
        ("endpoints.sledai2k.lookback_days", endpoints.sledai2k.lookback_days),
        ("endpoints.sledai2k.arthritis_joints", endpoints.sledai2k.arthritis_joints),
        ("endpoints.doris.stable_background_days", endpoints.doris.stable_background_days),
        ("endpoints.steroid.window_days", endpoints.steroid.window_days),
    ];
    for (path, count) in counts {
        positive(count, path, problems);
    }
    let carried = endpoints.sledai2k.serology_carry_forward_days;
    let path = "endpoints.sledai2k.serology_carry_forward_days";
    within(carried.into(), ("0", "14"), path, problems);
    let sustained = endpoints.duration.sustained_days;
    problems.require(sustained > 0, "endpoints.duration.sustained_days", "it has to be at least 1");
    let part = endpoints.duration.time_in_state_part;
    let path = "endpoints.duration.time_in_state_part";
    within(part, ("0.01", "1"), path, problems);
    fraction(document.statistics.confidence_level, "statistics.confidence_level", problems);
}
