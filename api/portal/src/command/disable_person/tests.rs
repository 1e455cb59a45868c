use super::*;
use crate::command::GrantMembership;
use crate::testing::{ADMIN, ADMIN_2, World, at, facts, grant};
use policy::Role;

#[test]
fn a_disabled_person_is_nobody() {
    let mut world = World::with_studies();
    let person = world.person("coordinator.a");
    world.grant(&grant(person, Role::Coordinator));
    assert_eq!(world.actor("coordinator.a").memberships.len(), 1);
    let decision = world.disable(person).unwrap();
    assert_eq!(decision.role, Some(Role::Administrator));
    assert_eq!(world.portal.actor("coordinator.a", world.now), None);
    let code = world.disable(person);
    assert_eq!(facts(code), at("person", RefusalCode::WrongState));
}

#[test]
fn unknown_people_and_callers_without_right_are_refused() {
    let mut world = World::with_studies();
    let unknown = DisablePerson { person: Uuid::from_u128(9) };
    assert_eq!(world.refused(&unknown), at("person", RefusalCode::NotFound));
    let target = world.id(ADMIN_2);
    world.forbids_others(&DisablePerson { person: target });
}

/// One administrator alone could make nobody another, since that takes two.
#[test]
fn two_administrators_stay() {
    let mut world = World::founded();
    let (one, two) = (world.id(ADMIN), world.id(ADMIN_2));
    assert_eq!(world.refused(&DisablePerson { person: two }), at("person", RefusalCode::WrongState));
    // A third whose grant will run out is not enough; a fourth whose grant will not, is.
    let third = world.person("third");
    let limited = GrantMembership { valid_to: Some(world.today()), ..grant(third, Role::Administrator) };
    let limited = GrantMembership { valid_from: "2026-02-28".parse().unwrap(), ..limited };
    world.grant(&limited);
    assert!(world.actor("third").administers());
    assert_eq!(world.refused(&DisablePerson { person: one }), at("person", RefusalCode::WrongState));
    let fourth = world.person("fourth");
    let lasting = GrantMembership { valid_from: limited.valid_from, ..grant(fourth, Role::Administrator) };
    world.grant(&lasting);
    world.disable(one).unwrap();
    assert_eq!(world.portal.actor(ADMIN, world.now), None);
}
