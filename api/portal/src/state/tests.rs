use super::*;
use crate::testing::{ADMIN, World, client, grant, person};
use ledger::{Digest, Revision};
use policy::Role;

fn busy() -> World {
    let mut world = World::with_studies();
    let id = world.person("coordinator.a");
    world.grant(&grant(id, Role::Coordinator));
    world.act(ADMIN, &client("hospital.lis")).unwrap();
    world
}

fn message(result: Result<Portal, ImageError>) -> String {
    result.unwrap_err().message
}

#[test]
fn a_new_portal_is_empty() {
    assert!(Portal::default().is_empty());
    assert_eq!(Portal::new().bytes(), 0);
    assert!(!World::founded().portal.is_empty());
}

#[test]
fn a_state_stays_as_it_is_when_the_next_is_made() {
    let mut world = World::founded();
    let before = world.portal.clone();
    world.act(ADMIN, &person("new.person")).unwrap();
    assert_eq!(before.actor("new.person", world.now), None);
    assert!(world.portal.actor("new.person", world.now).is_some());
    assert_eq!(before.head().revision, Revision(1));
    assert!(world.portal.bytes() > before.bytes());
}

/// The fold equals the load, in whatever order the rows come ([`World::run`] asks the same after each entry).
#[test]
fn loading_equals_applying() {
    let world = busy();
    let mut rows = world.rows();
    rows.rotate_left(3);
    let loaded = Portal::load(StreamId::Portal, *world.portal.head(), rows).unwrap();
    assert_eq!(loaded, world.portal);
    assert_eq!(loaded.bytes(), world.portal.bytes());
}

#[test]
fn images_that_are_no_rows_are_refused_without_their_values() {
    let world = busy();
    let load = |change: &dyn Fn(&mut LoadedRow)| {
        let mut rows = world.rows();
        let row = rows.iter_mut().find(|row| row.table == "person").unwrap();
        change(row);
        message(Portal::load(StreamId::Portal, *world.portal.head(), rows))
    };
    assert!(load(&|row| row.image = "{\"name\":\"secret\"}".into()).starts_with("no row of its table"));
    assert!(!load(&|row| row.image = "{\"name\":\"secret\"}".into()).contains("secret"));
    assert!(load(&|row| row.row = Uuid::nil()).contains("the image is of row"));
    assert!(load(&|row| row.table = "subject".into()).contains("no such table"));
    let table = |table: &str, from: &str, to: &str| {
        let mut rows = world.rows();
        let row = rows.iter_mut().find(|row| row.table == table).unwrap();
        assert!(row.image.contains(from));
        row.image = row.image.replace(from, to).into();
        message(Portal::load(StreamId::Portal, *world.portal.head(), rows))
    };
    assert!(table("registered_study", "\"timeZone\":\"", "\"timeZone\":\"x").contains("zone"));
    assert!(table("membership", "\"role\":\"", "\"role\":\"x").contains("role"));
}

#[test]
fn what_only_one_can_have_is_had_once() {
    let world = busy();
    let mut rows = world.rows();
    let mut twin =
        rows.iter().find(|row| row.table == "person" && row.image.contains(ADMIN)).unwrap().clone();
    twin.image = twin.image.replace(&twin.row.to_string(), &Uuid::from_u128(7).to_string()).into();
    twin.row = Uuid::from_u128(7);
    rows.push(twin);
    assert!(
        message(Portal::load(StreamId::Portal, *world.portal.head(), rows)).contains("only one can have")
    );
}

#[test]
fn entries_come_one_after_the_other() {
    let mut world = World::founded();
    let before = world.portal.clone();
    world.act(ADMIN, &person("new.person")).unwrap();
    let head = *world.portal.head();
    let header = serde_json::json!({
        "format": 1, "stream": "portal", "revision": 2, "at": "2026-03-01T00:00:00.000000Z",
        "actor": Uuid::nil(), "display_name": "", "role": null, "membership": null, "client": null,
        "command": "addPerson", "request_id": Uuid::nil(), "portal_revision": 1, "idempotency_key": null,
        "input_digest": Digest::ZERO, "changes": [],
    });
    let header: Header = serde_json::from_value(header).unwrap();
    assert!(message(world.portal.apply(head, &[], &header)).contains("does not follow"));
    let other = Head { stream: StreamId::Access, ..head };
    assert!(message(before.apply(other, &[], &header)).contains("does not follow"));
    assert!(message(Portal::load(StreamId::Access, head, Vec::new())).contains("not of access"));
    let emptied = Change {
        table: "person".into(),
        row: Uuid::nil(),
        subject: None,
        image: None,
        salt: None,
        digest: Digest::ZERO,
    };
    assert!(message(before.apply(head, &[emptied], &header)).contains("emptied"));
}
