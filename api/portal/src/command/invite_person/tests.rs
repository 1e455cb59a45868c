use super::*;
use crate::command::{AddPerson, SignOutPerson};
use crate::testing::{ADMIN, World, at, facts, person};

fn invite(person: Uuid) -> InvitePerson {
    InvitePerson { person, hours: 24, digest: "a".repeat(64) }
}

/// P11-23: an invitation ends every session, and what it brings lies beside the ledger.
#[test]
fn an_invitation_ends_every_session() {
    let mut world = World::founded();
    let invited = world.person("invited");
    assert_eq!(world.portal.sign_in("Invited").unwrap().epoch, 0);
    let decision = world.act(ADMIN, &invite(invited)).unwrap();
    assert_eq!(world.portal.sign_in("invited").unwrap().epoch, 1);
    let at = world.now;
    let until = world.now + Duration::hours(24);
    let (name, digest) = ("invited".to_owned(), "a".repeat(64));
    assert_eq!(
        decision.side,
        [SideWrite::Invite { person: invited, name, by: world.id(ADMIN), digest, at, until }]
    );
    assert!(!decision.portal[0].image.to_string().contains("aaaa"), "the code is in no image");
    world.act(ADMIN, &SignOutPerson { person: invited }).unwrap();
    assert_eq!(world.portal.sign_in("invited").unwrap().epoch, 2);
}

#[test]
fn only_an_active_person_without_an_issuer_is_invited() {
    let mut world = World::founded();
    let unknown = Uuid::from_u128(9);
    assert_eq!(world.refused(&invite(unknown)), at("person", RefusalCode::NotFound));
    let known = world.person("known");
    for hours in [0, 169] {
        let command = InvitePerson { hours, ..invite(known) };
        assert_eq!(world.refused(&command), at("hours", RefusalCode::InvalidValue));
    }
    let elsewhere = AddPerson {
        issuer: Some("https://id.example.org".into()),
        subject: Some("7".into()),
        ..person("elsewhere")
    };
    world.act(ADMIN, &elsewhere).unwrap();
    let elsewhere = world.id("elsewhere");
    assert_eq!(world.refused(&invite(elsewhere)), at("person", RefusalCode::WrongState));
    assert!(world.portal.sign_in("elsewhere").is_none(), "an issuer signs them in");
    world.disable(known).unwrap();
    assert_eq!(world.refused(&invite(known)), at("person", RefusalCode::WrongState));
    let decision = world.act(ADMIN, &SignOutPerson { person: known });
    assert_eq!(facts(decision), at("person", RefusalCode::WrongState));
    assert!(world.portal.sign_in("known").is_none());
}

#[test]
fn others_may_not() {
    let mut world = World::with_studies();
    let target = world.id(ADMIN);
    world.forbids_others(&invite(target));
    let mut world = World::with_studies();
    world.forbids_others(&SignOutPerson { person: target });
}
