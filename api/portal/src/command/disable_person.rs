//! Disable a person: no request of theirs is accepted any more.

use super::{Decide, change, input_of, permit};
use crate::Portal;
use crate::actor::administers_for_good;
use entity::rows;
use entity::terms::AccountStatus;
use policy::{Act, Actor, Decision, Kind, Moment, Refusal, RefusalCode, ensure};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// Disable a person. Their name, grants and entries stay; from this entry on they are nobody.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DisablePerson {
    /// The person.
    pub person: Uuid,
}

impl Decide for DisablePerson {
    fn act(&self) -> Act {
        Act::DisablePerson
    }

    fn input(&self) -> Value {
        input_of(self)
    }

    fn decide(&self, actor: &Actor, at: &Moment, portal: &Portal) -> Result<Decision, Refusal> {
        let mut decision = permit(actor, self.act())?;
        let person = portal
            .tables
            .person
            .get(self.person)
            .ok_or_else(|| Refusal::not_found("person", Kind::Person))?;
        ensure!(
            person.status == AccountStatus::Active,
            Refusal::at("person", RefusalCode::WrongState, "the person is disabled already")
        );
        let mut grants = portal.grants(person.id).filter_map(|row| portal.membership(row));
        ensure!(
            !grants.any(|grant| administers_for_good(&grant, at.now()))
                || portal.stays_administered(person.id, at.now()),
            last_administrator("person")
        );
        let person = rows::Person { status: AccountStatus::Disabled, ..person.clone() };
        decision.portal.push(change(&person)?);
        Ok(decision)
    }
}

/// The installation would have one administrator left, who could make nobody another.
pub(super) fn last_administrator(path: &str) -> Refusal {
    Refusal::at(
        path,
        RefusalCode::WrongState,
        "two administrators whose grants have no last day have to stay: make another person one first",
    )
}

#[cfg(test)]
mod tests;
