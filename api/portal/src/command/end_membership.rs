//! End a grant.

use super::disable_person::last_administrator;
use super::{Decide, change, input_of, permit, why};
use crate::actor::administers_for_good;
use crate::{Portal, text};
use entity::rows;
use entity::terms::AccountStatus;
use policy::{Act, Actor, Decision, Kind, Moment, Refusal, RefusalCode, ensure};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// End a grant, at once.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EndMembership {
    /// The grant, or a service client, whose row is its grant.
    pub membership: Uuid,
    /// Why, 1 to 4,000 characters.
    pub reason: String,
}

impl Decide for EndMembership {
    fn act(&self) -> Act {
        Act::EndMembership
    }

    fn input(&self) -> Value {
        input_of(self)
    }

    fn decide(&self, actor: &Actor, at: &Moment, portal: &Portal) -> Result<Decision, Refusal> {
        let mut decision = permit(actor, self.act())?;
        let reason = why(text::reason("reason", &self.reason)?, at)?;
        if let Some(client) = portal.tables.service_client.get(self.membership) {
            decision.portal.extend([change(&disabled(client)?)?, reason]);
            return Ok(decision);
        }
        let row = portal
            .tables
            .membership
            .get(self.membership)
            .ok_or_else(|| Refusal::not_found("membership", Kind::Membership))?;
        ensure!(
            row.ended_at.is_none(),
            Refusal::at("membership", RefusalCode::WrongState, "the grant was ended already")
        );
        if let Some(grant) = portal.membership(row) {
            ensure!(
                grant.until.is_none_or(|until| at.now() < until),
                Refusal::at(
                    "membership",
                    RefusalCode::WrongState,
                    "the grant's last day has passed: it has ended"
                )
            );
            ensure!(
                !administers_for_good(&grant, at.now()) || portal.stays_administered(row.id, at.now()),
                last_administrator("membership")
            );
        }
        let row = rows::Membership { ended_at: Some(at.now()), ..row.clone() };
        decision.portal.extend([change(&row)?, reason]);
        Ok(decision)
    }
}

/// A service client's row is its grant: ending it disables the client.
fn disabled(client: &rows::ServiceClient) -> Result<rows::ServiceClient, Refusal> {
    ensure!(
        client.status == AccountStatus::Active,
        Refusal::at(
            "membership",
            RefusalCode::WrongState,
            "the grant was ended already: the client is disabled"
        )
    );
    Ok(rows::ServiceClient { status: AccountStatus::Disabled, ..client.clone() })
}

#[cfg(test)]
mod tests;
