//! Invite a person to set a password and a second factor.

use super::{Decide, change, input_of, permit};
use crate::Portal;
use chrono::Duration;
use entity::rows;
use entity::terms::AccountStatus;
use policy::{Act, Actor, Decision, Kind, Moment, Refusal, RefusalCode, SideWrite, ensure};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// Longest time that an invitation may hold, in hours.
const HOURS_MAX: u32 = 168;

/// Let a person set a password and a second factor by a code that is handed over once. The password that they had holds
/// no more, and every session of theirs is ended (P11-23). Whoever had a second factor proves it when the invitation is
/// taken, or brings the invitations of two administrators: one alone resets nobody.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InvitePerson {
    /// The person.
    pub person: Uuid,
    /// How many hours the code holds, 1 to 168.
    pub hours: u32,
    /// Digest of the code, in hexadecimal; drawn by the server.
    #[serde(skip)]
    pub digest: String,
}

impl Decide for InvitePerson {
    fn act(&self) -> Act {
        Act::InvitePerson
    }

    fn input(&self) -> Value {
        input_of(self)
    }

    fn decide(&self, actor: &Actor, at: &Moment, portal: &Portal) -> Result<Decision, Refusal> {
        let mut decision = permit(actor, self.act())?;
        let person = active(portal, self.person)?;
        ensure!(
            person.issuer.is_none(),
            Refusal::at(
                "person",
                RefusalCode::WrongState,
                "an external issuer signs this person in: there is no password to set here",
            )
        );
        ensure!(
            (1..=HOURS_MAX).contains(&self.hours),
            Refusal::invalid("hours", format!("an invitation holds 1 to {HOURS_MAX} hours"))
        );
        decision.portal.push(change(&signed_out(person))?);
        decision.side.push(SideWrite::Invite {
            person: person.id,
            name: person.name.clone(),
            by: actor.person,
            digest: self.digest.clone(),
            at: at.now(),
            until: at.now() + Duration::hours(self.hours.into()),
        });
        Ok(decision)
    }
}

/// A person whose account may be used.
pub(super) fn active(portal: &Portal, person: Uuid) -> Result<&rows::Person, Refusal> {
    let person =
        portal.tables.person.get(person).ok_or_else(|| Refusal::not_found("person", Kind::Person))?;
    ensure!(
        person.status == AccountStatus::Active,
        Refusal::at("person", RefusalCode::WrongState, "the person is disabled: nobody signs in as them")
    );
    Ok(person)
}

/// The person after every session of theirs was ended.
pub(super) fn signed_out(person: &rows::Person) -> rows::Person {
    rows::Person { sign_in_epoch: person.sign_in_epoch.saturating_add(1), ..person.clone() }
}

#[cfg(test)]
mod tests;
