//! The parameters of safety, escalation, laboratory, windows and statistics as a TOML protocol file states them.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own input has failed")]

use derivation::escalation::EscalationParameters;
use derivation::laboratory::LaboratoryParameters;
use derivation::population::PopulationParameters;
use derivation::safety::stopping::StoppingParameters;
use derivation::safety::{DltParameters, SafetyParameters};
use derivation::statistics::StatisticsParameters;
use derivation::timeline::WindowParameters;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// The defaults can be written to a protocol file and read back; a key left out, and one too many, are refused.
fn states_everything<T: Default + Serialize + DeserializeOwned + PartialEq + Debug>() {
    let written = toml::Table::try_from(T::default()).unwrap();
    let read = |table: &toml::Table| toml::from_str::<T>(&toml::to_string(table).unwrap());
    assert_eq!(read(&written).unwrap(), T::default());
    for key in written.keys() {
        let mut without = written.clone();
        without.remove(key);
        let error = read(&without).unwrap_err().to_string();
        assert!(error.contains(key), "{key}: {error}");
    }
    let mut more = written.clone();
    more.insert("another".to_owned(), true.into());
    assert!(read(&more).unwrap_err().to_string().contains("another"));
}

#[test]
fn every_parameter_must_be_stated() {
    states_everything::<SafetyParameters>();
    states_everything::<DltParameters>();
    states_everything::<StoppingParameters>();
    states_everything::<EscalationParameters>();
    states_everything::<WindowParameters>();
    states_everything::<LaboratoryParameters>();
    states_everything::<StatisticsParameters>();
    states_everything::<PopulationParameters>();
}

/// A protocol writes its own criteria in this form.
#[test]
fn dlt_criteria_are_readable_text() {
    let text = r#"
        window_days = 29
        minimum_dose_percent = "80"
        missing_causality_is_related = true

        [[criteria]]
        id = "CRS_GRADE_2_OVER_7_DAYS"
        categories = ["CRS"]
        minimum_grade = 2
        condition = { lasting_more_than_hours = 168 }

        [[criteria]]
        id = "ICANS_GRADE_2"
        categories = ["ICANS"]
        minimum_grade = 2
        condition = "always"

        [[exceptions]]
        id = "ALOPECIA"
        terms = ["Alopecia"]
        maximum_grade = 4
    "#;
    let parameters: DltParameters = toml::from_str(text).unwrap();
    assert_eq!((parameters.window_days, parameters.criteria.len(), parameters.exceptions.len()), (29, 2, 1));
    assert!(
        toml::from_str::<DltParameters>(&text.replace("minimum_grade = 2", "minimum_grade = 6")).is_err()
    );
    assert!(toml::from_str::<DltParameters>(&text.replace("always", "sometimes")).is_err());
}

/// What the text of the rules gives as defaults.
#[test]
fn the_defaults_are_those_of_the_text() {
    let dlt = DltParameters::default();
    assert_eq!((dlt.window_days, dlt.minimum_dose_percent), (28, 80.into()));
    let safety = SafetyParameters::default();
    assert_eq!((safety.treatment_emergent_horizon_day, safety.hys_law_window_days), (366, 14));
    let escalation = EscalationParameters::default();
    assert_eq!(
        (escalation.confirm_top, escalation.stagger_days, escalation.planned_subjects),
        (false, 14, 9)
    );
    assert_eq!(LaboratoryParameters::default().ana_screening_dilution, 80);
}
