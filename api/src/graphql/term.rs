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

/// The roles as a GraphQL enum.
pub struct RoleTerm;

impl objects::Term for RoleTerm {
    type Value = policy::Role;
    const NAME: &'static str = "Role";
    const DESCRIPTION: &'static str = "A role that a membership grants. Expect new values.";

    fn values() -> &'static [(&'static str, &'static str)] {
        let values: Vec<(&str, &str)> =
            policy::Role::ALL.iter().map(|role| (role.as_str(), role.description().trim_ascii())).collect();
        values.leak()
    }

    fn as_str(value: policy::Role) -> &'static str {
        value.as_str()
    }

    fn from_code(code: &str) -> Option<policy::Role> {
        policy::Role::parse(code)
    }
}

/// The codes of refusals as a GraphQL enum.
pub struct RefusalTerm;

impl objects::Term for RefusalTerm {
    type Value = policy::RefusalCode;
    const NAME: &'static str = "RefusalCode";
    const DESCRIPTION: &'static str = "Why an act was refused. Expect new values.";

    fn values() -> &'static [(&'static str, &'static str)] {
        let values: Vec<(&str, &str)> = policy::RefusalCode::ALL
            .iter()
            .map(|code| (code.as_str(), code.description().trim_ascii()))
            .collect();
        values.leak()
    }

    fn as_str(value: policy::RefusalCode) -> &'static str {
        value.as_str()
    }

    fn from_code(code: &str) -> Option<policy::RefusalCode> {
        policy::RefusalCode::ALL.iter().copied().find(|value| value.as_str() == code)
    }
}

/// Where a proposal stands, as a GraphQL enum.
pub struct ProposalStateTerm;

impl objects::Term for ProposalStateTerm {
    type Value = policy::ProposalState;
    const NAME: &'static str = "ProposalState";
    const DESCRIPTION: &'static str = "Where a proposal stands.";

    fn values() -> &'static [(&'static str, &'static str)] {
        let values: Vec<(&str, &str)> = policy::ProposalState::ALL
            .iter()
            .map(|state| (state.as_str(), state.description().trim_ascii()))
            .collect();
        values.leak()
    }

    fn as_str(value: policy::ProposalState) -> &'static str {
        value.as_str()
    }

    fn from_code(code: &str) -> Option<policy::ProposalState> {
        policy::ProposalState::ALL.iter().copied().find(|value| value.as_str() == code)
    }
}
