//! Analytes of the reference protocol: units, plausible values and codes.

use super::super::{ResultFault, Scale};
use super::nk510;
use derivation::laboratory::{Analyte as RuleAnalyte, CensorPolicy};
use rust_decimal::Decimal;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn the_panel_has_its_units_and_cutoffs() {
    let book = nk510();
    let cutoff = |code: &str| book.analyte(code).unwrap().positivity_cutoff;
    assert_eq!(cutoff("ANTI_DSDNA"), Some(decimal("30")));
    assert_eq!(cutoff("ANA"), Some(decimal("80")));
    assert_eq!([cutoff("ANTI_SM"), cutoff("C3"), cutoff("C4")], [None; 3]);
    let unit = |code: &str| book.analyte(code).unwrap().standard_unit.clone();
    assert_eq!(["ANTI_DSDNA", "ANTI_SM", "C3", "C4"].map(unit), ["IU/mL", "U/mL", "g/L", "g/L"]);
    assert_eq!(book.analyte("ANA").unwrap().scale, Scale::Titre);
    let usual =
        |code: &str| book.analyte(code).unwrap().usual_range.map(|range| (range.low, range.high)).unwrap();
    assert_eq!(usual("C3"), (decimal("0.90"), decimal("1.80")));
    assert_eq!(usual("C4"), (decimal("0.10"), decimal("0.40")));
}

#[test]
fn loinc_finds_the_analyte() {
    let book = nk510();
    let found = |loinc: &str| book.analyte_of_loinc(loinc).map(|analyte| analyte.code.clone());
    let expected = [
        ("5130-0", "ANTI_DSDNA"),
        ("5048-4", "ANA"),
        ("8061-4", "ANA"),
        ("11090-8", "ANTI_SM"),
        ("4485-9", "C3"),
        ("4498-2", "C4"),
        ("718-7", "haemoglobin"),
        ("6690-2", "wbc"),
        ("751-8", "neutrophils"),
        ("731-0", "lymphocytes"),
        ("777-3", "platelets"),
        ("1742-6", "alt"),
        ("1920-8", "ast"),
        ("1975-2", "bilirubin"),
        ("2160-0", "creatinine"),
    ];
    for (loinc, code) in expected {
        assert_eq!(found(loinc).as_deref(), Some(code), "{loinc}");
    }
    assert_eq!(found("0-0"), None);
}

#[test]
fn results_come_to_the_standard_unit() {
    let book = nk510();
    let cases = [
        ("C4", "8", "mg/dL", "0.08", "g/L"),
        ("C3", "0.92", "g/L", "0.92", "g/L"),
        ("ANTI_DSDNA", "85", "kIU/L", "85", "IU/mL"),
        ("haemoglobin", "9.5", "g/dL", "95", "g/L"),
        ("creatinine", "1", "mg/dL", "88.4", "umol/L"),
        ("bilirubin", "1", "mg/dL", "17.1", "umol/L"),
        ("urine_pcr", "500", "mg/g", "56.5", "mg/mmol"),
        ("platelets", "50", "10*3/uL", "50", "10^9/L"),
    ];
    for (code, value, unit, expected, standard) in cases {
        let result = book.analyte(code).unwrap().standardise(decimal(value), unit).unwrap();
        assert_eq!((result.value, result.unit.as_str()), (decimal(expected), standard), "{code}");
    }
}

#[test]
fn c3_of_90_g_per_l_is_probably_mg_per_dl() {
    let book = nk510();
    let c3 = book.analyte("C3").unwrap();
    let fault = c3.standardise(decimal("90"), "g/L").unwrap_err();
    let ResultFault::Implausible { probable_unit, .. } = &fault else { panic!("{fault:?}") };
    assert_eq!(probable_unit.as_deref(), Some("mg/dL"));
    let message = fault.message(c3, decimal("90"), "g/L");
    assert_eq!(message, "C3 90 g/L is implausible (expected 0.02 to 5 g/L), probably mg/dL");
}

#[test]
fn other_mix_ups_are_found_too() {
    let book = nk510();
    let probable = |code: &str, value: &str, unit: &str| match book
        .analyte(code)
        .unwrap()
        .standardise(decimal(value), unit)
    {
        Err(ResultFault::Implausible { probable_unit, .. }) => probable_unit,
        other => panic!("{other:?}"),
    };
    assert_eq!(probable("C4", "12", "g/L").as_deref(), Some("mg/dL"));
    assert_eq!(probable("haemoglobin", "12.1", "g/L").as_deref(), Some("g/dL"));
    assert_eq!(probable("haemoglobin", "121", "g/dL").as_deref(), Some("g/L"));
    assert_eq!(probable("creatinine", "0.9", "umol/L").as_deref(), Some("mg/dL"));
    assert_eq!(probable("bilirubin", "0.8", "umol/L").as_deref(), Some("mg/dL"));
    assert_eq!(probable("platelets", "150000", "10^9/L"), None);
}

#[test]
fn an_unknown_unit_is_refused_and_not_guessed() {
    let book = nk510();
    let c3 = book.analyte("C3").unwrap();
    let fault = c3.standardise(decimal("0.9"), "g/l").unwrap_err();
    assert_eq!(fault.message(c3, decimal("0.9"), "g/l"), "C3 is not accepted in `g/l`; use g/L, mg/dL");
}

#[test]
fn derivations_get_the_same_values() {
    let book = nk510();
    let laboratory = book.laboratory();
    assert_eq!((laboratory.ana_screening_dilution, laboratory.ana_meaningful_steps), (80, 2));
    assert_eq!(laboratory.censored_value, CensorPolicy::Limit);
    assert!(laboratory.censored_value_by_analyte.is_empty());
    assert!(!laboratory.ana_negative_as_half_dilution && !laboratory.equivocal_is_negative);
    assert_eq!(laboratory.implausible_above[&RuleAnalyte::C3], decimal("5"));
    assert_eq!(laboratory.implausible_above[&RuleAnalyte::Haemoglobin], decimal("250"));
    assert_eq!(book.ana_titres(), [40, 80, 100, 160, 320, 640, 1000, 1280, 2560, 3200, 5120]);
    assert_eq!((book.ana_patterns().len(), book.ana_patterns()[29].as_str()), (30, "AC-29"));
}

#[test]
fn an_analyte_can_have_its_own_policy_for_censored_values() {
    let document =
        super::with("positivity_cutoff = \"30\"", "positivity_cutoff = \"30\"\ncensored_value = \"HALF\"");
    let book = super::Rulebook::parse(&document).unwrap();
    assert_eq!(book.laboratory().censor_policy(RuleAnalyte::AntiDsdna), CensorPolicy::Half);
    assert_eq!(book.laboratory().censor_policy(RuleAnalyte::C3), CensorPolicy::Limit);
}
