use super::*;
use crate::command::GrantMembership;
use crate::installation;
use crate::testing::{ADMIN, SITE_A, SITE_B, SITE_X, STUDY_1, STUDY_2, World, at, client, facts, grant};
use policy::RefusalCode;

/// NK-1 has a coordinator at site A, one at site B and a data manager; NK-2 a data manager.
fn world() -> World {
    let mut world = World::with_studies();
    for (name, site) in [("coordinator.a", SITE_A), ("coordinator.b", SITE_B)] {
        let person = world.person(name);
        world.grant(&GrantMembership { sites: vec![site], ..grant(person, Role::Coordinator) });
    }
    for (name, study) in [("manager.one", STUDY_1), ("manager.two", STUDY_2)] {
        let person = world.person(name);
        world.grant(&GrantMembership { study: Some(study), ..grant(person, Role::DataManager) });
    }
    world.act(ADMIN, &client("hospital.lis")).unwrap();
    world.now += chrono::Duration::days(1);
    world
}

fn codes(world: &World, name: &str) -> Vec<(String, bool)> {
    let studies = world.portal.studies(&world.actor(name));
    studies.into_iter().map(|study| (study.code, study.is_member)).collect()
}

#[test]
fn everybody_knows_the_studies_of_their_grants() {
    let mut world = world();
    assert_eq!(codes(&world, "manager.one"), [("NK-1".into(), true)]);
    assert_eq!(codes(&world, "manager.two"), [("NK-2".into(), true)]);
    assert_eq!(codes(&world, ADMIN), [("NK-1".into(), false), ("NK-2".into(), false)]);
    world.person("no.grants");
    assert_eq!(codes(&world, "no.grants"), []);
    assert!(world.portal.studies(&installation()).is_empty());
    let lis = world.portal.client_actor("hospital.lis").unwrap();
    assert_eq!(world.portal.studies(&lis).len(), 1);
    let grant = world.actor("manager.one").memberships[0].id;
    world.end(grant).unwrap();
    assert_eq!(codes(&world, "manager.one"), []);
}

/// ACC-03: not yours reads as not there.
#[test]
fn a_study_of_others_is_none_like_an_unknown_one() {
    let world = world();
    let manager = world.actor("manager.one");
    assert_eq!(world.portal.study_for(&manager, "NK-2"), world.portal.study_for(&manager, "NK-404"));
    assert_eq!(world.portal.study_for(&manager, "NK-2"), None);
    assert_eq!(world.portal.study(&manager, STUDY_2), None);
    assert_eq!(world.portal.study_for(&manager, "NK-1").unwrap().id, STUDY_1);
    assert_eq!(world.portal.study_for(&manager, "nk-1"), None);
}

#[test]
fn acts_are_judged_in_their_study_and_at_their_site() {
    let world = world();
    let can = |name: &str, act, study, site| world.portal.can(&world.actor(name), act, study, site);
    let (one, two) = (Some(STUDY_1), Some(STUDY_2));
    let forbidden = at("", RefusalCode::Forbidden);
    let not_found = at("study", RefusalCode::NotFound);
    assert_eq!(can("coordinator.a", Act::RecordVisit, one, Some(SITE_A)), Ok(()));
    assert_eq!(can("coordinator.a", Act::RecordVisit, one, None), Ok(()));
    assert_eq!(facts(can("coordinator.a", Act::RecordVisit, one, Some(SITE_B))), forbidden);
    assert_eq!(facts(can("coordinator.a", Act::RecordVisit, one, Some(SITE_X))), forbidden);
    assert_eq!(facts(can("coordinator.a", Act::RecordVisit, two, Some(SITE_A))), not_found);
    assert_eq!(facts(can("coordinator.a", Act::RecordVisit, Some(SITE_X), None)), not_found);
    assert_eq!(facts(can("coordinator.a", Act::RecordVisit, None, None)), forbidden);
    assert_eq!(facts(can("manager.one", Act::RecordVisit, one, None)), forbidden);
    assert_eq!(can("manager.one", Act::AddSite, one, None), Ok(()));
    assert_eq!(can(ADMIN, Act::AddPerson, None, None), Ok(()));
    assert_eq!(
        can(ADMIN, Act::GrantMembership, one, None),
        Ok(()),
        "a grant in a study is the installation's act"
    );
    assert_eq!(facts(can(ADMIN, Act::RecordVisit, one, Some(SITE_A))), forbidden);
    assert_eq!(facts(can("manager.one", Act::GrantMembership, one, None)), forbidden);
}

fn names(people: Result<Vec<PersonView>, Refusal>) -> Vec<String> {
    people.unwrap().into_iter().map(|person| person.name).collect()
}

#[test]
fn administrators_read_all_accounts() {
    let mut world = world();
    let manager = world.id("manager.two");
    world.disable(manager).unwrap();
    let people = world.portal.people(&world.actor(ADMIN), world.now);
    let people = people.unwrap();
    let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
    assert_eq!(
        names,
        ["admin.one", "admin.two", "coordinator.a", "coordinator.b", "manager.one", "manager.two"]
    );
    assert_eq!(people[5].status, AccountStatus::Disabled);
    assert_eq!((people[4].memberships[0].role, people[4].memberships[0].holds), (Role::DataManager, true));
    assert_eq!(people[0].memberships[0].granted_by, None, "from the founding");
    let clients = world.portal.clients(&world.actor(ADMIN)).unwrap();
    assert_eq!((clients.len(), clients[0].site), (1, SITE_A));
}

#[test]
fn an_auditor_reads_the_accounts_of_the_study_and_sites() {
    let mut world = world();
    let both = world.id("manager.two");
    world.grant(&GrantMembership { sites: vec![SITE_B], ..grant(both, Role::Monitor) });
    let auditor = world.person("auditor");
    let audit = world.grant(&grant(auditor, Role::Auditor));
    let people = world.portal.people(&world.actor("auditor"), world.now);
    let all = ["auditor", "coordinator.a", "coordinator.b", "manager.one", "manager.two"];
    assert_eq!(names(people.clone()), all);
    let seen = &people.unwrap()[4].memberships;
    assert_eq!(seen.len(), 1, "of the manager's two grants the one in the auditor's study");
    assert_eq!(seen[0].role, Role::Monitor);
    assert_eq!(world.portal.clients(&world.actor("auditor")).unwrap().len(), 1);
    world.end(audit).unwrap();
    world.grant(&GrantMembership { sites: vec![SITE_B], ..grant(auditor, Role::Auditor) });
    let people = world.portal.people(&world.actor("auditor"), world.now);
    assert_eq!(names(people), ["auditor", "coordinator.b", "manager.one", "manager.two"]);
    assert_eq!(world.portal.clients(&world.actor("auditor")).unwrap().len(), 0);
}

#[test]
fn others_read_no_accounts() {
    let mut world = world();
    let person = world.person("investigator");
    world.grant(&grant(person, Role::Investigator));
    for name in ["investigator", "coordinator.a", "manager.one"] {
        let actor = world.actor(name);
        assert_eq!(facts(world.portal.people(&actor, world.now)), at("", RefusalCode::Forbidden), "{name}");
        assert_eq!(facts(world.portal.clients(&actor)), at("", RefusalCode::Forbidden), "{name}");
    }
}
