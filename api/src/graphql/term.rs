//! Controlled terms as GraphQL enums.

use std::marker::PhantomData;
use study::terms::Term;

/// Lets a list of terms be a GraphQL enum.
pub struct Terms<T>(PhantomData<T>);

impl<T: Term> objects::Term for Terms<T> {
    type Value = T;
    const NAME: &'static str = T::NAME;
    const DESCRIPTION: &'static str = T::DESCRIPTION.trim_ascii();

    fn values() -> &'static [(&'static str, &'static str)] {
        // Asked for once a type, when the schema is built: what is made here lives as long as the schema.
        let values: Vec<(&str, &str)> =
            T::ALL.iter().map(|value| (value.as_str(), value.description().trim_ascii())).collect();
        values.leak()
    }

    fn as_str(value: T) -> &'static str {
        value.as_str()
    }

    fn from_code(code: &str) -> Option<T> {
        T::parse(code)
    }
}

/// A term as a value of a GraphQL enum.
pub type Coded<T> = objects::Coded<Terms<T>>;

/// A term as a value of a GraphQL enum.
#[allow(non_snake_case, reason = "it makes what the type of the same name describes")]
pub fn Coded<T: Term>(value: T) -> Coded<T> {
    objects::Coded(value)
}
