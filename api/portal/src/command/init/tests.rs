use super::*;
use crate::installation;
use crate::testing::{ADMIN, ADMIN_2, JWK, World, at, facts, init};

fn refused(command: &Init) -> (String, RefusalCode) {
    facts(World::void().run(&installation(), command))
}

#[test]
fn the_first_entry_makes_two_administrators_and_the_keys() {
    let mut world = World::void();
    let decision = world.run(&installation(), &init()).unwrap();
    assert_eq!((decision.membership, decision.role), (None, None));
    let tables: Vec<&str> = decision.portal.iter().map(|change| change.table).collect();
    assert_eq!(tables[..4], ["person", "membership", "person", "membership"]);
    assert_eq!(tables[4..], ["public_key"; 3]);
    assert_eq!(init().command(), "init");
    for name in [ADMIN, ADMIN_2] {
        let actor = world.actor(name);
        assert!(actor.administers());
        assert_eq!(actor.memberships.len(), 1);
        assert_eq!(actor.memberships[0].study, None);
        assert_eq!(actor.memberships[0].until, None);
    }
    let keys = world.portal.public_keys(KeyPurpose::Checkpoint);
    assert_eq!(keys.len(), 1);
    assert_eq!((keys[0].kid.as_str(), keys[0].status), ("checkpoint-1", KeyStatus::Active));
    assert_eq!(
        serde_json::from_str::<Value>(&keys[0].jwk).unwrap(),
        serde_json::from_str::<Value>(JWK).unwrap()
    );
}

#[test]
fn it_is_possible_once() {
    let mut world = World::founded();
    assert_eq!(facts(world.run(&installation(), &init())), at("", RefusalCode::WrongState));
}

#[test]
fn only_the_installation_itself_may() {
    let mut world = World::founded();
    assert_eq!(facts(world.act(ADMIN, &init())), at("", RefusalCode::Forbidden));
    let pretender = Actor { person: Uuid::from_u128(1), ..installation() };
    assert_eq!(facts(World::void().run(&pretender, &init())), at("", RefusalCode::Forbidden));
    let pretender = Actor { name: "other".into(), ..installation() };
    assert_eq!(facts(World::void().run(&pretender, &init())), at("", RefusalCode::Forbidden));
}

#[test]
fn the_two_administrators_are_two_persons() {
    let mut command = init();
    command.administrators[1].name = "Admin.One ".into();
    assert_eq!(refused(&command), at("administrators.1.name", RefusalCode::Duplicate));
    let mut command = init();
    for administrator in &mut command.administrators {
        administrator.issuer = Some("https://id.example.org".into());
        administrator.subject = Some("1".into());
    }
    assert_eq!(refused(&command), at("administrators.1.subject", RefusalCode::Duplicate));
    command.administrators[1].subject = Some("2".into());
    assert!(World::void().run(&installation(), &command).is_ok());
    let mut command = init();
    command.administrators[0].name = "installation".into();
    assert_eq!(refused(&command), at("administrators.0.name", RefusalCode::InvalidValue));
    let mut command = init();
    command.administrators[1].display_name = " ".into();
    assert_eq!(refused(&command), at("administrators.1.displayName", RefusalCode::Required));
}

#[test]
fn keys_are_public_named_and_one_is_for_checkpoints() {
    let mut command = init();
    command.public_keys.truncate(1);
    assert_eq!(refused(&command), at("publicKeys", RefusalCode::Required));
    // One of the installation, no fewer and no more.
    let mut command = init();
    command.public_keys.truncate(2);
    assert_eq!(refused(&command), at("publicKeys", RefusalCode::Required));
    let mut command = init();
    let second = NewPublicKey { kid: "installation-2".into(), ..command.public_keys[2].clone() };
    command.public_keys.push(second);
    assert_eq!(refused(&command), at("publicKeys", RefusalCode::Required));
    let mut command = init();
    command.public_keys[1].kid = "token-1".into();
    assert_eq!(refused(&command), at("publicKeys.1.kid", RefusalCode::Duplicate));
    let mut command = init();
    command.public_keys[0].kid = String::new();
    assert_eq!(refused(&command), at("publicKeys.0.kid", RefusalCode::Required));
    let mut command = init();
    command.public_keys[0].jwk = JWK.replace("\"kty\"", "\"d\":\"AQAB\",\"kty\"");
    assert_eq!(refused(&command), at("publicKeys.0.jwk.d", RefusalCode::InvalidValue));
    let mut command = init();
    command.public_keys[0].jwk = JWK.replace("\"kty\"", "\"kid\":\"other\",\"kty\"");
    assert_eq!(refused(&command), at("publicKeys.0.jwk", RefusalCode::InvalidValue));
    let x = data_encoding::BASE64URL_NOPAD.encode(&[1; 32]);
    let mut command = init();
    command.public_keys[0].jwk = format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{x}"}}"#);
    assert_eq!(refused(&command), at("publicKeys.0.jwk", RefusalCode::InvalidValue));
}
