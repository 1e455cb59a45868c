use super::*;
use proptest::prelude::*;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// An amount with its unit and limits; an empty text is missing, or no limit.
fn amount(analyte: Analyte, value: &str, unit: &str, limits: [&str; 2]) -> LabResult {
    LabResult {
        analyte,
        finding: Measured::parse(value).map(Finding::Amount),
        unit: Some(unit.to_owned()),
        limits: Limits { low: limits[0].parse().ok(), high: limits[1].parse().ok() },
        equivocal_from: None,
    }
}

fn dsdna(value: &str) -> LabResult {
    amount(Analyte::AntiDsdna, value, "IU/mL", ["", "30"])
}

fn other(analyte: Analyte, finding: Finding) -> LabResult {
    LabResult { analyte, finding: Some(finding), unit: None, limits: Limits::default(), equivocal_from: None }
}

fn changed(baseline: &LabResult, visit: &LabResult) -> Change {
    change(baseline, visit, &LaboratoryParameters::default())
}

fn percent(change: &Change) -> String {
    change.percent.unwrap().round_dp(6).normalize().to_string()
}

/// The anti-dsDNA lines of section 8.1.
#[test]
fn printed_anti_dsdna() {
    let change = changed(&dsdna("200"), &dsdna("50"));
    assert_eq!((change.absolute, percent(&change).as_str()), (Some(decimal("-150")), "-75"));
    assert_eq!((change.conversion, change.bound), (Some(Conversion::None), Some(Bound::Exact)));
    assert_eq!((change.log2, change.improved, change.normalised), (Some(-2.0), Some(true), Some(false)));

    let change = changed(&dsdna("85"), &dsdna("28"));
    assert_eq!((change.absolute, percent(&change).as_str()), (Some(decimal("-57")), "-67.058824"));
    assert_eq!((change.conversion, change.normalised), (Some(Conversion::ToNegative), Some(true)));

    let change = changed(&dsdna("40"), &dsdna("<10"));
    assert_eq!((change.absolute, percent(&change).as_str()), (Some(decimal("-30")), "-75"));
    assert_eq!((change.normalised, change.bound), (Some(true), Some(Bound::AtLeastThisDecrease)));

    for both in ["<10", ">300"] {
        let change = changed(&dsdna(both), &dsdna(both));
        assert_eq!((change.absolute, change.percent, change.log2), (None, None, None));
        assert_eq!(
            (change.bound, change.reason),
            (Some(Bound::NotComputable), Some(ChangeReason::BothCensored))
        );
    }
}

/// The complement lines of section 8.1: units are brought together first.
#[test]
fn printed_complement() {
    let c3 = |value: &str| amount(Analyte::C3, value, "g/L", ["0.90", "1.80"]);
    let change = changed(&c3("0.70"), &c3("0.92"));
    assert_eq!((change.absolute, percent(&change).as_str()), (Some(decimal("0.22")), "31.428571"));
    assert_eq!((change.baseline_status, change.status), (Some(RangeStatus::Low), Some(RangeStatus::Normal)));
    assert_eq!((change.normalised, change.improved, change.conversion), (Some(true), Some(true), None));

    let before = amount(Analyte::C4, "8", "mg/dL", ["10", "40"]);
    let now = amount(Analyte::C4, "0.12", "g/L", ["0.10", "0.40"]);
    let change = changed(&before, &now);
    assert_eq!((change.absolute, percent(&change).as_str()), (Some(decimal("0.04")), "50"));
    assert_eq!(change.normalised, Some(true));
}

/// The last lines of section 8.1: a word, a missing value, an implausible one.
#[test]
fn printed_exceptions() {
    let positive = other(Analyte::AntiSm, Finding::Qualitative(Positivity::Positive));
    let change = changed(&positive, &positive);
    assert_eq!((change.absolute, change.conversion, change.reason), (None, Some(Conversion::None), None));

    let c3 = |value: &str| amount(Analyte::C3, value, "g/L", ["0.90", "1.80"]);
    let missing = changed(&c3("0.70"), &c3(""));
    assert_eq!(
        (missing.absolute, missing.bound, missing.reason),
        (None, None, Some(ChangeReason::VisitMissing))
    );
    assert_eq!((missing.baseline_status, missing.status), (Some(RangeStatus::Low), None));
    assert_eq!(changed(&c3(""), &c3("0.70")).reason, Some(ChangeReason::BaselineMissing));
    assert_eq!(changed(&c3("90"), &c3("1.0")).reason, Some(ChangeReason::Implausible));
}

#[test]
fn ana_lines() {
    let ana = |text: &str| other(Analyte::Ana, Finding::Titre(Titre::parse(text).unwrap()));
    let two = changed(&ana("1:1280"), &ana("1:320"));
    assert_eq!((two.log2, two.meaningful, two.improved), (Some(-2.0), Some(true), Some(true)));
    let one = changed(&ana("1:320"), &ana("1:160"));
    assert_eq!((one.log2, one.meaningful), (Some(-1.0), Some(false)));
    let reverted = changed(&ana("1:160"), &ana("NEGATIVE"));
    assert_eq!((reverted.log2, reverted.conversion), (None, Some(Conversion::ToNegative)));
    let censored = changed(&ana("1:2560"), &ana(">1:2560"));
    assert_eq!((censored.log2, censored.bound), (Some(0.0), Some(Bound::AtLeastThisIncrease)));
}

#[test]
fn an_equivocal_value_is_neither() {
    let zone = |value: &str| LabResult { equivocal_from: Some(decimal("25")), ..dsdna(value) };
    let conversion = |before: &str, now: &str| changed(&zone(before), &zone(now)).conversion;
    assert_eq!(conversion("85", "24.9"), Some(Conversion::ToNegative));
    assert_eq!(conversion("85", "25"), None);
    assert_eq!(conversion("85", "30"), None);
    assert_eq!(conversion("85", "30.1"), Some(Conversion::None));
    let lenient = LaboratoryParameters { equivocal_is_negative: true, ..LaboratoryParameters::default() };
    assert_eq!(change(&zone("85"), &zone("28"), &lenient).conversion, Some(Conversion::ToNegative));
}

#[test]
fn unknown_units_and_different_kinds_are_not_compared() {
    let odd = amount(Analyte::C3, "0.9", "umol/L", ["", ""]);
    assert_eq!(changed(&odd, &odd).reason, Some(ChangeReason::UnknownUnit));
    let word = other(Analyte::AntiDsdna, Finding::Qualitative(Positivity::Negative));
    assert_eq!(changed(&dsdna("85"), &word).reason, Some(ChangeReason::NotComparable));
    assert_eq!(changed(&dsdna("85"), &odd).reason, Some(ChangeReason::NotComparable));
    let (units, index) = (
        amount(Analyte::AntiSm, "20", "U/mL", ["", "7"]),
        amount(Analyte::AntiSm, "1.4", "index", ["", "1"]),
    );
    assert_eq!(changed(&units, &index).reason, Some(ChangeReason::NotComparable));
    assert_eq!(changed(&index, &index).absolute, Some(Decimal::ZERO));
}

#[test]
fn without_a_range_nothing_is_normal() {
    let bare = |value: &str| amount(Analyte::C3, value, "g/L", ["", ""]);
    let change = changed(&bare("0.7"), &bare("1.0"));
    assert_eq!((change.status, change.normalised, change.absolute), (None, None, Some(decimal("0.3"))));
}

#[test]
fn a_zero_baseline_has_no_percentage() {
    let change = changed(&dsdna("0"), &dsdna("12"));
    assert_eq!((change.absolute, change.percent, change.log2), (Some(decimal("12")), None, None));
}

#[test]
fn an_analyte_can_have_its_own_policy() {
    let mut parameters = LaboratoryParameters::default();
    parameters.censored_value_by_analyte.insert(Analyte::AntiDsdna, CensorPolicy::Half);
    assert_eq!(change(&dsdna("40"), &dsdna("<10"), &parameters).absolute, Some(decimal("-35")));
}

proptest! {
    /// Going back is the opposite amount, and the unit does not change what the subject's change is.
    #[test]
    fn changes_are_antisymmetric_and_free_of_units(before in 1_i64..1_000, now in 1_i64..1_000) {
        let in_unit = |hundredths: i64, unit: &str| {
            let value = if unit == "g/L" { Decimal::new(hundredths, 2) } else { Decimal::from(hundredths) };
            amount(Analyte::C3, &value.to_string(), unit, ["", ""])
        };
        let there = changed(&in_unit(before, "g/L"), &in_unit(now, "g/L"));
        let back = changed(&in_unit(now, "g/L"), &in_unit(before, "g/L"));
        prop_assert_eq!(there.absolute, back.absolute.map(|amount| -amount));
        let mixed = changed(&in_unit(before, "mg/dL"), &in_unit(now, "g/L"));
        prop_assert_eq!(there.absolute, mixed.absolute);
    }
}
