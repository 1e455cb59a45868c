use super::*;
use crate::command::GrantMembership;
use crate::testing::{ADMIN, SITE_A, SITE_B, STUDY_1, World, day, grant, instant};
use policy::Act;

#[test]
fn the_fold_gives_the_actor() {
    let mut world = World::with_studies();
    let person = world.person("Site.Staff");
    let first = world.grant(&grant(person, Role::Coordinator));
    world.grant(&GrantMembership { sites: vec![SITE_B], ..grant(person, Role::Coordinator) });
    let actor = world.portal.actor("site.STAFF", instant("2026-03-02T00:00:00Z")).unwrap();
    assert_eq!(
        (actor.person, actor.name.as_str(), actor.display_name.as_str()),
        (person, "Site.Staff", "Synthetic Site.Staff")
    );
    assert_eq!(actor.portal_revision, world.portal.head().revision.0);
    assert_eq!(actor.portal_revision, 6, "init, two studies, a person, two grants");
    let expected = Membership {
        id: first,
        study: Some(STUDY_1),
        role: Role::Coordinator,
        sites: vec![SITE_A],
        from: instant("2026-02-28T16:00:00Z"),
        until: None,
        chair: false,
    };
    assert!(actor.memberships.contains(&expected));
    assert_eq!(actor.memberships.len(), 2);
    assert!(actor.allows(Act::RecordVisit, STUDY_1, Some(SITE_B)).is_some());
}

#[test]
fn names_are_the_same_in_any_case_and_form() {
    let world = World::founded();
    assert!(world.portal.actor("ADMIN.One", world.now).is_some());
    assert_eq!(world.portal.actor("admin.three", world.now), None);
    assert_eq!(world.portal.actor(Actor::INSTALLATION, world.now), None);
    assert_eq!(world.portal.actor("", world.now), None);
}

/// P11-60: a stored grant of a role at a site without training never holds, however it came there.
#[test]
fn without_training_a_stored_grant_never_holds() {
    let mut world = World::with_studies();
    let person = world.person("site.staff");
    let id = world.grant(&grant(person, Role::Coordinator));
    let row = world.portal.tables.membership.get(id).unwrap().clone();
    assert!(world.portal.membership(&row).is_some());
    let untrained = rows::Membership { training_on: None, ..row.clone() };
    assert_eq!(world.portal.membership(&untrained), None);
    let later = rows::Membership { training_on: Some(day("2026-03-05")), ..row };
    assert_eq!(world.portal.membership(&later).unwrap().from, instant("2026-03-04T16:00:00Z"));
}

#[test]
fn a_grant_ended_after_its_last_day_ended_on_that_day() {
    let mut world = World::with_studies();
    let person = world.person("manager");
    let id = world
        .grant(&GrantMembership { valid_to: Some(day("2026-03-31")), ..grant(person, Role::DataManager) });
    let row = world.portal.tables.membership.get(id).unwrap().clone();
    let until = |ended_at: &str| {
        let row = rows::Membership { ended_at: Some(instant(ended_at)), ..row.clone() };
        world.portal.membership(&row).unwrap().until.unwrap()
    };
    assert_eq!(until("2026-03-15T10:00:00Z"), instant("2026-03-15T10:00:00Z"));
    assert_eq!(until("2026-04-15T10:00:00Z"), instant("2026-03-31T16:00:00Z"));
}

#[test]
fn the_installation_itself_may_do_nothing() {
    for act in Act::ALL {
        assert!(installation().allows_in_installation(*act).is_none());
    }
    assert!(World::founded().actor(ADMIN).allows_in_installation(Act::AddPerson).is_some());
}
