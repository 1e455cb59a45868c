//! End every session of a person.

use super::invite_person::{active, signed_out};
use super::{Decide, change, input_of, permit};
use crate::Portal;
use policy::{Act, Actor, Decision, Moment, Refusal};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// End every session of a person, as when a device was lost. No token made before is accepted any more; the person
/// may sign in again.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignOutPerson {
    /// The person.
    pub person: Uuid,
}

impl Decide for SignOutPerson {
    fn act(&self) -> Act {
        Act::SignOutPerson
    }

    fn input(&self) -> Value {
        input_of(self)
    }

    fn decide(&self, actor: &Actor, _: &Moment, portal: &Portal) -> Result<Decision, Refusal> {
        let mut decision = permit(actor, self.act())?;
        decision.portal.push(change(&signed_out(active(portal, self.person)?))?);
        Ok(decision)
    }
}
