//! x
use crate::snapshot::Subject;
use entity::terms::Autoantibody;
use rust_decimal::Decimal;
#[derive(Clone, Debug, PartialEq)]
pub struct AutoantibodyChange { pub baseline: Option<String>, pub visit: Option<String>, pub absolute: Option<Decimal>, pub percent: Option<Decimal>, pub log2: Option<f64>, pub bound: &'static str, pub conversion: Option<&'static str>, pub normalised: Option<bool> }
impl AutoantibodyChange { pub fn is_evaluable(&self) -> bool { true } }
pub(super) fn change(_s: &Subject, _a: Autoantibody, _at: &str) -> AutoantibodyChange { unimplemented!() }
