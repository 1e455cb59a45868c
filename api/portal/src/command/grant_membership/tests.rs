use super::*;
use crate::testing::{
    ADMIN, ADMIN_2, SITE_A, SITE_B, SITE_X, STUDY_1, STUDY_2, World, at, day, grant, instant,
};
use chrono::Duration;

/// A world with one person to grant roles to.
fn world() -> (World, Uuid) {
    let mut world = World::with_studies();
    let person = world.person("new.person");
    (world, person)
}

#[test]
fn every_role_of_a_person_can_be_granted() {
    for role in Role::ALL.into_iter().filter(|role| *role != Role::HospitalClient) {
        let (mut world, person) = world();
        let decision = world.try_grant(&grant(person, role)).unwrap();
        let administrator = world.actor(if needs_two(role) { ADMIN_2 } else { ADMIN });
        assert_eq!(decision.membership, Some(administrator.memberships[0].id));
        assert_eq!(decision.role, Some(Role::Administrator));
        world.now = instant("2026-03-01T00:00:00Z");
        let actor = world.actor("new.person");
        assert_eq!(actor.memberships.len(), 1, "{}", role.as_str());
        assert_eq!((actor.memberships[0].id, actor.memberships[0].role), (decision.portal[0].row, role));
    }
}

/// P11-27: the grant says by whom it was made.
#[test]
fn a_grant_names_who_made_it() {
    let (mut world, person) = world();
    world.act(ADMIN_2, &grant(person, Role::DataManager)).unwrap();
    let people = world.portal.people(&world.actor(ADMIN), world.now).unwrap();
    let found = people.iter().find(|seen| seen.id == person).unwrap();
    assert_eq!(found.memberships[0].granted_by, Some(world.id(ADMIN_2)));
    world.forbids_others(&grant(person, Role::DataManager));
}

/// No administrator widens their own rights.
#[test]
fn nobody_grants_to_themselves() {
    let mut world = World::with_studies();
    let (one, two) = (world.id(ADMIN), world.id(ADMIN_2));
    assert_eq!(world.refused(&grant(one, Role::Auditor)), at("person", RefusalCode::SamePerson));
    assert_eq!(world.refused(&grant(one, Role::Administrator)), at("person", RefusalCode::SamePerson));
    let other = world.refused(&grant(two, Role::Coordinator));
    assert_eq!(other, at("role", RefusalCode::IncompatibleRoles), "another's is judged by its roles");
}

#[test]
fn the_person_exists_and_is_active() {
    let (mut world, person) = world();
    assert_eq!(world.refused(&grant(SITE_X, Role::Monitor)), at("person", RefusalCode::NotFound));
    world.disable(person).unwrap();
    assert_eq!(world.refused(&grant(person, Role::Monitor)), at("person", RefusalCode::WrongState));
}

#[test]
fn the_role_is_known_and_a_persons() {
    let (mut world, person) = world();
    for role in ["", "coordinator", "ROOT", "HOSPITAL_CLIENT"] {
        let command = GrantMembership { role: role.into(), ..grant(person, Role::Monitor) };
        assert_eq!(world.refused(&command), at("role", RefusalCode::InvalidValue), "{role}");
    }
}

#[test]
fn the_study_fits_the_role() {
    let (mut world, person) = world();
    for role in [Role::DataManager, Role::Coordinator, Role::Auditor] {
        let with = |study| GrantMembership { study, ..grant(person, role) };
        assert_eq!(world.refused(&with(None)), at("study", RefusalCode::Required));
        assert_eq!(world.refused(&with(Some(SITE_X))), at("study", RefusalCode::NotFound));
    }
    let administrator = GrantMembership { study: Some(STUDY_1), ..grant(person, Role::Administrator) };
    assert_eq!(world.refused(&administrator), at("study", RefusalCode::InvalidValue));
}

#[test]
fn the_sites_fit_the_role_and_the_study() {
    let (mut world, person) = world();
    let with = |role, sites: &[Uuid]| GrantMembership { sites: sites.to_vec(), ..grant(person, role) };
    for role in [Role::Investigator, Role::Coordinator, Role::UnmaskedPharmacist, Role::Monitor] {
        assert_eq!(world.refused(&with(role, &[])), at("sites", RefusalCode::Required));
        assert_eq!(world.refused(&with(role, &[SITE_A, SITE_X])), at("sites.1", RefusalCode::NotFound));
    }
    for role in [Role::Investigator, Role::Coordinator, Role::UnmaskedPharmacist] {
        assert_eq!(world.refused(&with(role, &[SITE_A, SITE_B])), at("sites", RefusalCode::InvalidValue));
    }
    for role in [Role::MedicalMonitor, Role::DsmbMember, Role::Administrator] {
        assert_eq!(world.refused(&with(role, &[SITE_A])), at("sites", RefusalCode::InvalidValue));
    }
    world.grant(&with(Role::Monitor, &[SITE_B, SITE_A, SITE_B]));
    let monitor = &world.actor("new.person").memberships[0];
    assert_eq!(monitor.sites, [SITE_A, SITE_B], "sorted, each once");
    assert!(monitor.reaches(SITE_A) && !monitor.reaches(SITE_X));
}

#[test]
fn an_auditor_may_be_bound_to_sites() {
    let (mut world, person) = world();
    world.grant(&GrantMembership { sites: vec![SITE_B], ..grant(person, Role::Auditor) });
    let auditor = &world.actor("new.person").memberships[0];
    assert!(auditor.reaches(SITE_B) && !auditor.reaches(SITE_A));
}

/// ACC-13: an auditor's grant ends.
#[test]
fn the_days_are_in_order_and_an_auditors_are_limited() {
    let (mut world, person) = world();
    let with = |role, last: Option<&str>| GrantMembership { valid_to: last.map(day), ..grant(person, role) };
    assert_eq!(world.refused(&with(Role::Auditor, None)), at("validTo", RefusalCode::Required));
    assert_eq!(
        world.refused(&with(Role::DataManager, Some("2026-02-28"))),
        at("validTo", RefusalCode::InvalidValue)
    );
    world.grant(&with(Role::DataManager, Some("2026-03-01")));
}

/// ACC-09, ACC-13: the last day counts in the study's zone, to its last instant.
#[test]
fn a_grant_holds_through_its_last_day_in_the_studys_zone() {
    let (mut world, person) = world();
    let days = |command: GrantMembership| GrantMembership {
        valid_from: day("2026-04-01"),
        valid_to: Some(day("2026-04-30")),
        ..command
    };
    world.grant(&days(grant(person, Role::DataManager)));
    let second = GrantMembership { study: Some(STUDY_2), ..grant(person, Role::Monitor) };
    world.grant(&days(second));
    let held = |at: &str| -> Vec<Option<Uuid>> {
        let actor = world.portal.actor("new.person", instant(at)).unwrap();
        actor.memberships.iter().map(|grant| grant.study).collect()
    };
    let (shanghai, utc) = (Some(STUDY_1), Some(STUDY_2));
    assert_eq!(held("2026-03-31T15:59:59.999999Z"), []);
    assert_eq!(held("2026-03-31T16:00:00Z"), [shanghai]);
    assert_eq!(held("2026-04-01T00:00:00Z"), [shanghai, utc]);
    assert_eq!(held("2026-04-30T15:59:59.999999Z"), [shanghai, utc]);
    assert_eq!(held("2026-04-30T16:00:00Z"), [utc]);
    assert_eq!(held("2026-04-30T23:59:59.999999Z"), [utc]);
    assert_eq!(held("2026-05-01T00:00:00Z"), []);
}

/// P11-60: no role at a site becomes active without confirmed training.
#[test]
fn roles_at_a_site_need_training_first() {
    let (mut world, person) = world();
    let with = |role, training: Option<&str>| GrantMembership {
        training_on: training.map(day),
        ..grant(person, role)
    };
    for role in [Role::Investigator, Role::Coordinator, Role::UnmaskedPharmacist] {
        assert_eq!(world.refused(&with(role, None)), at("trainingOn", RefusalCode::Required));
        // Today is 1 March in Shanghai, and still February in UTC.
        assert_eq!(
            world.refused(&with(role, Some("2026-03-02"))),
            at("trainingOn", RefusalCode::InvalidValue)
        );
        let early = GrantMembership { valid_from: day("2026-02-28"), ..with(role, Some("2026-03-01")) };
        assert_eq!(world.refused(&early), at("trainingOn", RefusalCode::InvalidValue));
    }
    world.grant(&with(Role::Coordinator, Some("2026-03-01")));
    let (mut world, person) = self::world();
    let early = GrantMembership {
        valid_from: day("2026-02-01"),
        training_on: Some(day("2026-03-01")),
        ..grant(person, Role::DataManager)
    };
    world.grant(&early);
}

#[test]
fn only_a_voting_member_chairs() {
    let (mut world, person) = world();
    for role in [Role::DsmbStatistician, Role::MedicalMonitor] {
        let chair = GrantMembership { chair: true, ..grant(person, role) };
        assert_eq!(world.refused(&chair), at("chair", RefusalCode::InvalidValue));
    }
    world.grant(&GrantMembership { chair: true, ..grant(person, Role::DsmbMember) });
    assert!(world.actor("new.person").memberships[0].chair);
}

#[test]
fn a_delegation_is_one_line() {
    let (mut world, person) = world();
    let with =
        |text: &str| GrantMembership { delegation: Some(text.into()), ..grant(person, Role::Coordinator) };
    assert_eq!(world.refused(&with("a\nb")), at("delegation", RefusalCode::InvalidValue));
    assert_eq!(world.refused(&with(&"x".repeat(201))), at("delegation", RefusalCode::InvalidValue));
    world.grant(&with(" DL-7 "));
    let people = world.portal.people(&world.actor(ADMIN), world.now).unwrap();
    let found = people.iter().find(|seen| seen.id == person).unwrap();
    assert_eq!(found.memberships[0].delegation.as_deref(), Some("DL-7"));
}

/// Whether the second role is refused to who holds the first, each in the study given.
fn conflicts(first: (Role, Uuid), second: (Role, Uuid)) -> bool {
    let (mut world, person) = world();
    let with = |(role, study): (Role, Uuid)| {
        let command = grant(person, role);
        GrantMembership { study: command.study.map(|_| study), ..command }
    };
    world.grant(&with(first));
    match world.try_grant(&with(second)) {
        Ok(_) => false,
        Err(refusal) => {
            assert_eq!(
                (refusal.field, refusal.code),
                (vec!["role".to_owned()], RefusalCode::IncompatibleRoles)
            );
            assert!(
                refusal.message.contains(first.0.as_str()) && refusal.message.contains(second.0.as_str())
            );
            true
        }
    }
}

const SPONSOR: [Role; 5] =
    [Role::MedicalMonitor, Role::DataManager, Role::Statistician, Role::Monitor, Role::SafetyOfficer];
const BOARD: [Role; 2] = [Role::DsmbMember, Role::DsmbStatistician];
const SITE: [Role; 3] = [Role::Investigator, Role::Coordinator, Role::UnmaskedPharmacist];

/// ACC-08: the pairs that the trial's rules name, in the same study and in both orders.
#[test]
fn named_pairs_are_refused() {
    let mut pairs = Vec::new();
    for sponsor in SPONSOR {
        pairs.extend(BOARD.map(|board| (sponsor, board)));
        pairs.push((sponsor, Role::UnmaskedPharmacist));
    }
    pairs.push((Role::Investigator, Role::UnmaskedPharmacist));
    for site in SITE {
        pairs.push((Role::Administrator, site));
        pairs.extend(BOARD.map(|board| (board, site)));
    }
    // Sponsor's roles that write clinical judgements.
    pairs.push((Role::Administrator, Role::MedicalMonitor));
    pairs.push((Role::Administrator, Role::SafetyOfficer));
    assert_eq!(pairs.len(), 27);
    for (one, other) in pairs {
        for (first, second) in [(one, other), (other, one)] {
            assert!(
                conflicts((first, STUDY_1), (second, STUDY_1)),
                "{} then {}",
                first.as_str(),
                second.as_str()
            );
        }
    }
}

/// ACC-08: the whole matrix. In one study a person keeps to one side, and of a site's roles the pharmacist and the
/// investigator exclude each other; across studies only the administrator, who reaches all, excludes any.
#[test]
fn the_matrix_of_roles() {
    let roles: Vec<Role> = Role::ALL.into_iter().filter(|role| *role != Role::HospitalClient).collect();
    let side = |role: Role| match role {
        Role::MedicalMonitor
        | Role::DataManager
        | Role::Statistician
        | Role::Monitor
        | Role::SafetyOfficer => 's',
        Role::Investigator | Role::Coordinator | Role::UnmaskedPharmacist => 't',
        Role::DsmbMember | Role::DsmbStatistician => 'b',
        Role::Administrator => 'a',
        Role::Auditor => 'i',
        Role::HospitalClient => 'h',
    };
    for first in &roles {
        for second in &roles {
            let administers = side(*first) == 'a' || side(*second) == 'a';
            let sides_differ = side(*first) != side(*second);
            let pharmacist = [*first, *second].contains(&Role::UnmaskedPharmacist)
                && [*first, *second].contains(&Role::Investigator);
            let name = format!("{} then {}", first.as_str(), second.as_str());
            assert_eq!(
                conflicts((*first, STUDY_1), (*second, STUDY_1)),
                sides_differ || pharmacist,
                "{name}"
            );
            assert_eq!(
                conflicts((*first, STUDY_1), (*second, STUDY_2)),
                administers && sides_differ,
                "{name}"
            );
        }
    }
}

/// ACC-08: only grants that hold at one instant exclude each other.
#[test]
fn grants_that_do_not_meet_do_not_conflict() {
    let (mut world, person) = world();
    let with = |role, from: &str, last: Option<&str>| GrantMembership {
        valid_from: day(from),
        valid_to: last.map(day),
        ..grant(person, role)
    };
    world.grant(&with(Role::DataManager, "2026-03-01", Some("2026-06-30")));
    let conflict = at("role", RefusalCode::IncompatibleRoles);
    assert_eq!(world.refused(&with(Role::DsmbMember, "2026-06-30", None)), conflict);
    let board = world.grant(&with(Role::DsmbMember, "2026-07-01", None));
    assert_eq!(
        world.refused(&with(Role::Monitor, "2026-03-01", None)),
        conflict,
        "it would run into the later one"
    );
    assert_eq!(world.refused(&with(Role::Monitor, "2026-03-01", Some("2026-07-01"))), conflict);
    world.grant(&with(Role::Monitor, "2026-03-01", Some("2026-06-30")));
    world.end(board).unwrap();
    world.grant(&with(Role::SafetyOfficer, "2026-07-01", None));
}

/// ACC-08: what was ended, or would hold only in the past, stands in nobody's way.
#[test]
fn the_past_does_not_conflict() {
    let (mut world, person) = world();
    let first = world.grant(&grant(person, Role::DataManager));
    world.now += Duration::hours(2);
    let conflict = at("role", RefusalCode::IncompatibleRoles);
    assert_eq!(world.refused(&grant(person, Role::DsmbMember)), conflict);
    world.end(first).unwrap();
    world.grant(&grant(person, Role::DsmbMember));
    let past = GrantMembership {
        valid_from: day("2026-01-01"),
        valid_to: Some(day("2026-02-28")),
        ..grant(person, Role::DataManager)
    };
    world.grant(&past);
    let actor = world.actor("new.person");
    assert_eq!(actor.memberships.iter().map(|grant| grant.role).collect::<Vec<_>>(), [Role::DsmbMember]);
}

#[test]
fn what_the_server_adds_is_no_input() {
    let command = grant(SITE_A, Role::Coordinator);
    let more = GrantMembership { known_sites: vec![SITE_X], ..command.clone() };
    assert_eq!(command.input(), more.input());
    assert_ne!(command.input(), grant(SITE_B, Role::Coordinator).input());
    assert_eq!(command.input()["validFrom"], "2026-03-01");
}
