//! Confirm that a grant is still needed.

use super::{Decide, change, input_of, permit};
use crate::Portal;
use entity::rows;
use policy::{Act, Actor, Decision, Kind, Moment, Refusal, RefusalCode, ensure};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// Confirm, in the periodic review of access, that a grant is still needed as it is (P11-28). One that is not is ended
/// instead. Nobody reviews a grant of their own.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReviewMembership {
    /// The grant.
    pub membership: Uuid,
}

impl Decide for ReviewMembership {
    fn act(&self) -> Act {
        Act::ReviewMembership
    }

    fn input(&self) -> Value {
        input_of(self)
    }

    fn decide(&self, actor: &Actor, at: &Moment, portal: &Portal) -> Result<Decision, Refusal> {
        let mut decision = permit(actor, self.act())?;
        let row = portal
            .tables
            .membership
            .get(self.membership)
            .ok_or_else(|| Refusal::not_found("membership", Kind::Membership))?;
        ensure!(
            row.person_id != actor.person,
            Refusal::at(
                "membership",
                RefusalCode::SamePerson,
                "the grant is yours: another administrator reviews it"
            )
        );
        let grant = portal.membership(row);
        ensure!(
            grant.is_some_and(|grant| grant.until.is_none_or(|until| at.now() < until)),
            Refusal::at(
                "membership",
                RefusalCode::WrongState,
                "the grant has ended: there is nothing to review"
            )
        );
        let row =
            rows::Membership { reviewed_at: Some(at.now()), reviewed_by: Some(actor.person), ..row.clone() };
        decision.portal.push(change(&row)?);
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ADMIN, ADMIN_2, World};

    #[test]
    fn p11_28_another_administrator_confirms_a_grant() {
        let mut world = World::with_studies();
        let now = world.now;
        let of = |world: &World, name: &str| world.actor(name).memberships[0].id;
        let (mine, theirs) = (of(&world, ADMIN), of(&world, ADMIN_2));
        let refused = |world: &mut World, membership: Uuid| {
            let refusal = world.act(ADMIN, &ReviewMembership { membership }).unwrap_err();
            (refusal.code, refusal.field.join("."))
        };
        assert_eq!(refused(&mut world, mine), (RefusalCode::SamePerson, "membership".into()));
        assert_eq!(refused(&mut world, Uuid::nil()).0, RefusalCode::NotFound);
        world.act(ADMIN, &ReviewMembership { membership: theirs }).unwrap();
        let row = world.portal.tables.membership.get(theirs).unwrap().clone();
        assert_eq!((row.reviewed_at, row.reviewed_by), (Some(now), Some(world.actor(ADMIN).person)));
        world.forbids_others(&ReviewMembership { membership: theirs });
    }
}
