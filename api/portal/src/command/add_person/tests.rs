use super::*;
use crate::testing::{ADMIN, World, at, client, person};
use policy::Role;

#[test]
fn an_added_person_can_be_somebody() {
    let mut world = World::founded();
    let decision = world.act(ADMIN, &person("new.person")).unwrap();
    let administrator = world.actor(ADMIN);
    assert_eq!(decision.membership, Some(administrator.memberships[0].id));
    assert_eq!(decision.role, Some(Role::Administrator));
    let actor = world.actor("new.person");
    assert_eq!(actor.person, decision.portal[0].row);
    assert_eq!(actor.display_name, "Synthetic new.person");
    assert!(actor.memberships.is_empty() && actor.client.is_none());
    assert_eq!(actor.portal_revision, 2);
}

#[test]
fn only_administrators_add_people() {
    World::with_studies().forbids_others(&person("new.person"));
}

/// P11-21: a name is unique without regard to case and never given again.
#[test]
fn a_name_is_given_once() {
    let mut world = World::with_studies();
    let id = world.person("new.person");
    assert_eq!(world.refused(&person("new.person")), at("name", RefusalCode::Duplicate));
    assert_eq!(world.refused(&person("NEW.Person")), at("name", RefusalCode::Duplicate));
    world.disable(id).unwrap();
    assert_eq!(world.refused(&person("New.Person")), at("name", RefusalCode::Duplicate));
    world.act(ADMIN, &client("hospital.lis")).unwrap();
    assert_eq!(world.refused(&person("Hospital.LIS")), at("name", RefusalCode::Duplicate));
}

#[test]
fn names_are_well_formed() {
    let mut world = World::founded();
    assert_eq!(world.refused(&person(" ")), at("name", RefusalCode::Required));
    assert_eq!(world.refused(&person("ab")), at("name", RefusalCode::InvalidValue));
    assert_eq!(world.refused(&person("Installation")), at("name", RefusalCode::InvalidValue));
    let with = |display_name: String| AddPerson { display_name, ..person("new.person") };
    assert_eq!(world.refused(&with(String::new())), at("displayName", RefusalCode::Required));
    assert_eq!(world.refused(&with("x".repeat(121))), at("displayName", RefusalCode::InvalidValue));
    assert!(world.act(ADMIN, &with("合".repeat(120))).is_ok());
}

#[test]
fn an_external_identity_is_whole_and_one_persons() {
    let mut world = World::founded();
    let with = |name: &str, issuer: Option<&str>, subject: Option<&str>| AddPerson {
        issuer: issuer.map(str::to_owned),
        subject: subject.map(str::to_owned),
        ..person(name)
    };
    let issuer = Some("https://id.example.org");
    assert_eq!(world.refused(&with("one", issuer, None)), at("subject", RefusalCode::Required));
    assert_eq!(world.refused(&with("one", Some(" "), Some("7"))), at("issuer", RefusalCode::Required));
    world.act(ADMIN, &with("one", issuer, Some("7"))).unwrap();
    assert_eq!(world.refused(&with("two", issuer, Some("7"))), at("subject", RefusalCode::Duplicate));
    world.act(ADMIN, &with("two", Some("https://other.example.org"), Some("7"))).unwrap();
    let found = world.portal.actor_of_subject("https://id.example.org", "7", world.now).unwrap();
    assert_eq!(found.name, "one");
    assert_eq!(world.portal.actor_of_subject("https://id.example.org", "8", world.now), None);
    let one = world.id("one");
    world.disable(one).unwrap();
    assert_eq!(world.portal.actor_of_subject("https://id.example.org", "7", world.now), None);
    assert_eq!(world.refused(&with("three", issuer, Some("7"))), at("subject", RefusalCode::Duplicate));
}
