use super::*;
use crate::command::GrantMembership;
use crate::testing::{ADMIN, ADMIN_2, World, at, client, facts, grant};
use chrono::Duration;
use policy::Role;

fn end(membership: Uuid) -> EndMembership {
    EndMembership { membership, reason: "Left the study team.".into() }
}

/// ACC-09: an ended grant is refused from the very instant on.
#[test]
fn a_grant_ends_at_once() {
    let mut world = World::with_studies();
    let person = world.person("coordinator.a");
    let id = world.grant(&grant(person, Role::Coordinator));
    assert_eq!(world.actor("coordinator.a").memberships.len(), 1);
    let decision = world.end(id).unwrap();
    assert_eq!((decision.portal[0].row, decision.role), (id, Some(Role::Administrator)));
    assert!(world.actor("coordinator.a").memberships.is_empty());
    let before = world.now - Duration::microseconds(1);
    assert!(world.portal.actor("coordinator.a", before).is_some());
    let again = world.end(id);
    assert_eq!(facts(again), at("membership", RefusalCode::WrongState));
}

#[test]
fn a_grant_can_end_before_it_began_and_not_after_its_last_day() {
    let mut world = World::with_studies();
    let person = world.person("coordinator.a");
    let later = GrantMembership {
        valid_from: "2026-05-01".parse().unwrap(),
        valid_to: Some("2026-05-31".parse().unwrap()),
        ..grant(person, Role::Coordinator)
    };
    let first = world.grant(&later);
    world.end(first).unwrap();
    let second = world.grant(&later);
    world.now = "2026-05-15T00:00:00Z".parse().unwrap();
    assert_eq!(world.actor("coordinator.a").memberships.len(), 1, "the second holds, the first never does");
    // 31 May ends in Shanghai at 16:00 UTC.
    world.now = "2026-05-31T16:00:00Z".parse().unwrap();
    assert_eq!(world.refused(&end(second)), at("membership", RefusalCode::WrongState));
    world.now -= Duration::microseconds(1);
    world.end(second).unwrap();
}

#[test]
fn a_reason_is_needed() {
    let mut world = World::with_studies();
    let person = world.person("coordinator.a");
    let id = world.grant(&grant(person, Role::Coordinator));
    let without = EndMembership { reason: " \n".into(), ..end(id) };
    assert_eq!(world.refused(&without), at("reason", RefusalCode::ReasonRequired));
    let endless = EndMembership { reason: "x".repeat(4_001), ..end(id) };
    assert_eq!(world.refused(&endless), at("reason", RefusalCode::InvalidValue));
    world.forbids_others(&end(id));
}

/// The reason for change is a change of its own: kept word for word, and in no other row and no view.
#[test]
fn the_reason_is_kept_beside_the_grant() {
    let mut world = World::with_studies();
    let person = world.person("coordinator.a");
    let id = world.grant(&grant(person, Role::Coordinator));
    let said = EndMembership { reason: "  Moved to\nanother hospital. ".into(), ..end(id) };
    let decision = world.act(ADMIN, &said).unwrap();
    let tables: Vec<&str> = decision.portal.iter().map(|change| change.table).collect();
    assert_eq!(tables, ["membership", "portal_reason"]);
    let kept: rows::PortalReason = serde_json::from_value(decision.portal[1].image.clone()).unwrap();
    assert_eq!(kept.text, "Moved to\nanother hospital.");
    assert!(!decision.portal[0].image.to_string().contains("hospital"));
    let people = world.portal.people(&world.actor(ADMIN), world.now).unwrap();
    assert!(!format!("{people:?}").contains("hospital"));
}

/// A refused end keeps nothing, its reason neither.
#[test]
fn a_refused_end_keeps_no_reason() {
    let mut world = World::with_studies();
    let before = world.rows().len();
    world.refused(&end(Uuid::from_u128(9)));
    assert_eq!(world.rows().len(), before);
}

#[test]
fn unknown_grants_are_refused() {
    let mut world = World::with_studies();
    assert_eq!(world.refused(&end(Uuid::from_u128(9))), at("membership", RefusalCode::NotFound));
}

#[test]
fn two_administrators_stay() {
    let mut world = World::founded();
    let grant_of = |world: &World, name: &str| world.actor(name).memberships[0].id;
    let (one, two) = (grant_of(&world, ADMIN), grant_of(&world, ADMIN_2));
    for last in [one, two] {
        assert_eq!(world.refused(&end(last)), at("membership", RefusalCode::WrongState));
    }
    let third = world.person("third");
    world.grant(&GrantMembership {
        valid_from: "2026-02-28".parse().unwrap(),
        ..grant(third, Role::Administrator)
    });
    world.end(two).unwrap();
    assert!(world.actor(ADMIN_2).memberships.is_empty());
    assert_eq!(world.refused(&end(one)), at("membership", RefusalCode::WrongState));
}

#[test]
fn ending_a_clients_grant_disables_it() {
    let mut world = World::with_studies();
    world.act(ADMIN, &client("hospital.lis")).unwrap();
    let id = world.portal.client_actor("hospital.lis").unwrap().memberships[0].id;
    world.end(id).unwrap();
    assert_eq!(world.portal.client_actor("hospital.lis"), None);
    assert_eq!(world.portal.calling_client("hospital.lis"), None);
    let again = world.end(id);
    assert_eq!(facts(again), at("membership", RefusalCode::WrongState));
}
