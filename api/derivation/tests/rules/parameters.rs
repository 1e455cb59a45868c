//! A protocol states every parameter, and no other.

use crate::decimal;
use derivation::parameters::EndpointParameters;
use serde_json::Value;

#[test]
fn the_defaults_are_those_of_the_protocol_text() {
    let parameters = EndpointParameters::default();
    assert_eq!(parameters.sledai2k.lookback_days, 30);
    assert_eq!(parameters.sledai2k.arthritis_joints, 2);
    assert_eq!(parameters.sri.rule(4).pga_worsening, decimal("0.30"));
    assert_eq!(parameters.lldas.prednisone_limit, decimal("7.5"));
    assert_eq!(parameters.doris.pga_below, decimal("0.50"));
    assert_eq!(parameters.steroid.window_days, 7);
    assert_eq!(parameters.treatment_failure.raised_for_days, 7);
    assert_eq!(parameters.duration.sustained_days, 84);
}

#[test]
fn a_parameter_left_out_or_unknown_is_refused() {
    let whole = serde_json::to_value(EndpointParameters::default()).unwrap();
    let read = |value: Value| serde_json::from_value::<EndpointParameters>(value);
    assert_eq!(read(whole.clone()).unwrap(), EndpointParameters::default());
    for (section, keys) in whole.as_object().unwrap() {
        let mut without = whole.clone();
        without.as_object_mut().unwrap().remove(section);
        assert!(read(without).is_err(), "{section} left out");
        for key in keys.as_object().unwrap().keys() {
            let mut without = whole.clone();
            without[section].as_object_mut().unwrap().remove(key);
            assert!(read(without).is_err(), "{section}.{key} left out");
        }
        let mut more = whole.clone();
        more[section]["another"] = Value::from(1);
        assert!(read(more).is_err(), "{section}.another");
    }
}
