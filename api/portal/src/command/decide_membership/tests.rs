use super::*;
use crate::command::ProposeMembership;
use crate::testing::{ADMIN, ADMIN_2, World, at, day, facts, grant, propose};
use chrono::Duration;
use policy::proposal::PROPOSAL_HOURS;
use policy::{ProposalState, RefusalCode, Role, needs_two};

/// A world with somebody to grant roles to, and a proposal that they audit.
fn proposed_audit() -> (World, Uuid, ApproveMembership) {
    let mut world = World::with_studies();
    let person = world.person("new.person");
    let proposal = world.act(ADMIN, &propose(&grant(person, Role::Auditor))).unwrap().portal[0].row;
    (world, person, ApproveMembership { proposal })
}

fn state(world: &World) -> ProposalState {
    world.portal.membership_proposals(&world.actor(ADMIN), world.now).unwrap()[0].state
}

/// Threat E1: no administrator alone grants a role that takes two, by whichever of the acts.
#[test]
fn one_person_alone_grants_no_privileged_role() {
    for role in Role::ALL.into_iter().filter(|role| needs_two(*role)) {
        let mut world = World::with_studies();
        let person = world.person("new.person");
        let command = grant(person, role);
        assert_eq!(world.refused(&command), at("role", RefusalCode::TwoPersons), "{}", role.as_str());
        let proposal = world.act(ADMIN, &propose(&command)).unwrap().portal[0].row;
        let approve = ApproveMembership { proposal };
        assert_eq!(world.refused(&approve), at("proposal", RefusalCode::SamePerson));
        assert!(world.actor("new.person").memberships.is_empty(), "nothing has happened yet");
        let decision = world.act(ADMIN_2, &approve).unwrap();
        let tables: Vec<&str> = decision.portal.iter().map(|change| change.table).collect();
        assert_eq!(tables, ["membership", "membership_proposal"]);
        world.now += Duration::days(1);
        assert_eq!(world.actor("new.person").memberships[0].role, role);
        let again = world.act(ADMIN_2, &approve);
        assert_eq!(facts(again), at("proposal", RefusalCode::WrongState));
    }
}

/// P11-27: the grant names who proposed it, and the proposal who approved and what it became.
#[test]
fn both_persons_are_named() {
    let (mut world, person, approve) = proposed_audit();
    world.act(ADMIN_2, &approve).unwrap();
    let (one, two) = (world.id(ADMIN), world.id(ADMIN_2));
    let people = world.portal.people(&world.actor(ADMIN), world.now).unwrap();
    let seen = people.iter().find(|seen| seen.id == person).unwrap();
    assert_eq!(seen.memberships[0].granted_by, Some(one));
    let told = &world.portal.membership_proposals(&world.actor(ADMIN), world.now).unwrap()[0];
    assert_eq!((told.state, told.decided_by), (ProposalState::Approved, Some(two)));
    assert_eq!(
        (told.membership, told.person, told.role),
        (Some(seen.memberships[0].id), person, Role::Auditor)
    );
    assert!(!told.may_approve);
}

/// Whoever receives a role neither proposes nor approves it.
#[test]
fn nobody_has_a_part_in_a_grant_to_themselves() {
    let mut world = World::with_studies();
    let (one, two) = (world.id(ADMIN), world.id(ADMIN_2));
    let own = propose(&grant(one, Role::Administrator));
    assert_eq!(world.refused(&own), at("person", RefusalCode::SamePerson));
    let other = propose(&grant(two, Role::Administrator));
    let proposal = world.act(ADMIN, &other).unwrap().portal[0].row;
    let approved = world.act(ADMIN_2, &ApproveMembership { proposal });
    assert_eq!(facts(approved), at("person", RefusalCode::SamePerson));
    let told = &world.portal.membership_proposals(&world.actor(ADMIN_2), world.now).unwrap()[0];
    assert!(!told.may_approve);
}

#[test]
fn a_proposal_runs_out() {
    let (mut world, _, approve) = proposed_audit();
    world.now += Duration::hours(PROPOSAL_HOURS) - Duration::microseconds(1);
    assert_eq!(state(&world), ProposalState::Open);
    world.now += Duration::microseconds(1);
    assert_eq!(state(&world), ProposalState::Expired);
    let late = world.act(ADMIN_2, &approve);
    assert_eq!(facts(late), at("proposal", RefusalCode::Expired));
}

#[test]
fn a_proposal_can_be_rejected_and_taken_back() {
    for who in [ADMIN, ADMIN_2] {
        let (mut world, person, approve) = proposed_audit();
        world.act(who, &RejectMembership { proposal: approve.proposal }).unwrap();
        assert_eq!(state(&world), ProposalState::Rejected);
        let after = world.act(ADMIN_2, &approve);
        assert_eq!(facts(after), at("proposal", RefusalCode::WrongState));
        world.act(ADMIN, &propose(&grant(person, Role::Auditor))).unwrap();
    }
}

/// What was proposed is judged anew when it is approved: the world may have changed.
#[test]
fn an_approval_judges_the_portal_as_it_is() {
    let (mut world, person, approve) = proposed_audit();
    world.grant(&grant(person, Role::DataManager));
    let clash = world.act(ADMIN_2, &approve);
    assert_eq!(facts(clash), at("role", RefusalCode::IncompatibleRoles));
    let (mut world, person, approve) = proposed_audit();
    world.disable(person).unwrap();
    let gone = world.act(ADMIN_2, &approve);
    assert_eq!(facts(gone), at("person", RefusalCode::WrongState));
}

/// Both have to be administrators when it is granted.
#[test]
fn a_proposal_falls_with_its_proposer() {
    let (mut world, _, approve) = proposed_audit();
    let third = world.person("third.admin");
    world.grant(&grant(third, Role::Administrator));
    world.now += Duration::days(1);
    world.act(ADMIN_2, &crate::command::DisablePerson { person: world.id(ADMIN) }).unwrap();
    let refused = world.act(ADMIN_2, &approve);
    assert_eq!(facts(refused), at("proposal", RefusalCode::WrongState));
}

#[test]
fn proposals_are_whole_and_made_once() {
    let (mut world, person, _) = proposed_audit();
    let same = propose(&grant(person, Role::Auditor));
    assert_eq!(world.refused(&same), at("", RefusalCode::Duplicate));
    let silent = ProposeMembership { reason: " ".into(), ..propose(&grant(person, Role::DsmbMember)) };
    assert_eq!(world.refused(&silent), at("reason", RefusalCode::ReasonRequired));
    let endless = GrantMembership { valid_to: None, ..grant(person, Role::Auditor) };
    assert_eq!(world.refused(&propose(&endless)), at("validTo", RefusalCode::Required));
    let backwards = GrantMembership { valid_to: Some(day("2026-01-01")), ..grant(person, Role::DsmbMember) };
    assert_eq!(world.refused(&propose(&backwards)), at("validTo", RefusalCode::InvalidValue));
}

#[test]
fn unknown_proposals_and_callers_without_right_are_refused() {
    let (mut world, person, approve) = proposed_audit();
    let (unknown, known) = (Uuid::from_u128(9), approve.proposal);
    let nothing = ApproveMembership { proposal: unknown };
    assert_eq!(world.refused(&nothing), at("proposal", RefusalCode::NotFound));
    assert_eq!(world.refused(&RejectMembership { proposal: unknown }), at("proposal", RefusalCode::NotFound));
    world.forbids_others(&propose(&grant(person, Role::DsmbMember)));
    for command in [&approve as &dyn Decide, &RejectMembership { proposal: known }] {
        let result = world.act("no.grants", command);
        assert_eq!(facts(result), at("", RefusalCode::Forbidden));
    }
    let list = world.portal.membership_proposals(&world.actor("plain.manager"), world.now);
    assert_eq!(facts(list), at("", RefusalCode::Forbidden));
}
