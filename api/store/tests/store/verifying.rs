//! What verification finds.

use crate::commands::{Note, Seal, note};
use crate::on_both_engines;
use crate::world::{Accept, World, by, keyed, person};
use ledger::{FaultKind, StreamId};
use sea_orm::ConnectionTrait;
use store::{Finding, Inspection};
use uuid::Uuid;

on_both_engines! {
    /// P11-06: one changed byte in any table of ledger or study is found and named.
    a_changed_byte_is_found;
    /// P11-05, P11-06: a removed last entry is found against a checkpoint that somebody kept.
    a_removed_last_entry_is_found_by_a_checkpoint;
    /// P11-05, P11-06: a stream that is gone with its head and everything that knows of it is missed.
    a_removed_stream_is_missed;
    /// P11-06: rows that came or went past the ledger are found.
    added_and_removed_rows_are_found;
    /// A checkpoint is signed once for a revision, and a bent one is no checkpoint.
    checkpoints_are_signed_and_kept;
}

async fn filled(world: &World) -> Uuid {
    let study = world.with_study().await;
    let row = world.store.decide(study, note("text"), keyed("dora", "k-1")).await.unwrap().accepted().row;
    let over = Note { row: Some(row), text: "another text".into() };
    world.store.decide(study, Box::new(over), by("dora")).await.unwrap().accepted();
    world.store.decide(study, Box::new(Seal { open_too: true }), by("dora")).await.unwrap().accepted();
    world.sound().await;
    study
}

async fn findings(world: &World) -> Vec<Finding> {
    world.store.verify(Inspection::default()).await.unwrap().findings
}

fn fault(finding: &Finding) -> (StreamId, FaultKind, u64) {
    match finding {
        Finding::Chain(fault) => (fault.stream, fault.what, fault.revision.0),
        other => panic!("another finding: {other}"),
    }
}

async fn a_changed_byte_is_found(world: World) {
    let study = filled(&world).await;
    let (open, sealed) = (StreamId::Open(study), StreamId::Sealed(study));
    // Each is undone by the reverse statement, so that the next one is the only difference again.
    let bend = |table: &str, column: &str, condition: &str, from: &str, to: &str| {
        let text = format!("CAST({column} AS text)");
        let cast = if column == "text" && world.raw.get_database_backend() == sea_orm::DbBackend::Postgres {
            "::json"
        } else {
            ""
        };
        [(from, to), (to, from)].map(|(from, to)| {
            format!("UPDATE {table} SET {column} = replace({text}, '{from}', '{to}'){cast} WHERE {condition}")
        })
    };
    let of = |stream: StreamId, revision: u64| format!("stream = '{stream}' AND revision = {revision}");
    let chain = [
        (bend("entry", "header", &of(open, 2), "addSite", "addSide"), (open, FaultKind::Hash, 2)),
        (bend("entry", "header", &of(sealed, 1), "addSite", "addSide"), (sealed, FaultKind::Hash, 1)),
        (
            bend("entry", "header", &of(StreamId::Portal, 1), "Installation", "Installatron"),
            (StreamId::Portal, FaultKind::Hash, 1),
        ),
        (bend("change", "image", &of(open, 2), "text\\\"", "test\\\""), (open, FaultKind::ChangeImage, 2)),
        (
            bend("change", "image", &of(sealed, 1), "sealedRevision\\\":1", "sealedRevision\\\":2"),
            (sealed, FaultKind::ChangeImage, 1),
        ),
        (
            bend("change", "table_name", &of(open, 2), "change_reason", "change_season"),
            (open, FaultKind::ChangeRow, 2),
        ),
        (bend("head", "hash", &format!("stream = '{open}'"), "a", "b"), (open, FaultKind::Head, 4)),
    ];
    for ([there, back], expected) in chain {
        let (there, back) = (there.replace('\\', ""), back.replace('\\', ""));
        if there.contains("SET hash") {
            // Letters cannot be put back where both were; the head's hash is kept aside instead.
            let kept =
                world.store.heads().await.unwrap().into_iter().find(|head| head.stream == open).unwrap().hash;
            world
                .tamper(&format!("UPDATE head SET hash = '{}' WHERE stream = '{open}'", "c".repeat(64)))
                .await;
            assert_eq!(findings(&world).await.iter().map(fault).collect::<Vec<_>>(), [expected]);
            world.tamper(&format!("UPDATE head SET hash = '{kept}' WHERE stream = '{open}'")).await;
            continue;
        }
        world.tamper(&there).await;
        let found = findings(&world).await;
        assert_eq!(found.iter().map(fault).collect::<Vec<_>>(), [expected], "{there}");
        world.tamper(&back).await;
        world.sound().await;
    }
    let tables = [
        (
            bend(
                "change_reason",
                "text",
                "CAST(text AS text) LIKE '%another te%'",
                "another text",
                "another test",
            ),
            "change_reason",
            "/text/text",
        ),
        (bend("closed_cut", "closed_hash", "1 = 1", "0", "1"), "closed_cut", "/closedHash"),
        (bend("person", "display_name", "name = 'anna'", "ANNA", "ANNE"), "person", "/displayName"),
        (bend("registered_study", "title", "1 = 1", "invented", "inverted"), "registered_study", "/title"),
    ];
    for ([there, back], table, pointer) in tables {
        world.tamper(&there).await;
        let found = findings(&world).await;
        let [Finding::Table(difference)] = found.as_slice() else { panic!("{found:?}") };
        assert!(difference.table == table && difference.to_string().contains(pointer), "{difference}");
        world.tamper(&back).await;
        world.sound().await;
    }
    world.tamper("UPDATE idempotency SET key = 'k-2'").await;
    assert_eq!(findings(&world).await, [Finding::Idempotency { stream: open, revision: 2 }]);
}

async fn a_removed_last_entry_is_found_by_a_checkpoint(world: World) {
    let study = filled(&world).await;
    let open = StreamId::Open(study);
    let kept = world.store.checkpoint(open).await.unwrap();
    let before = world.store.heads().await.unwrap().into_iter().find(|head| head.stream == open).unwrap();
    let page = store::Page { after: Some(2), before: Some(4), limit: 1, newest_first: false };
    let third = world.store.entries(open, page, store::Touching::Anything).await.unwrap().remove(0);
    assert_eq!((before.revision.0, third.header.revision.0), (4, 3));
    // Somebody removes the last entry with everything that knows of it: rows, head, the stored checkpoint.
    for sql in [
        format!("DELETE FROM change WHERE stream = '{open}' AND revision = 4"),
        format!("DELETE FROM entry WHERE stream = '{open}' AND revision = 4"),
        format!(
            "UPDATE head SET revision = 3, hash = '{}', at = '{}' WHERE stream = '{open}'",
            third.hash,
            at(&world, &third)
        ),
        "DELETE FROM change_reason WHERE CAST(text AS text) LIKE '%sealed beside it%'".to_owned(),
        format!("DELETE FROM checkpoint WHERE stream = '{open}'"),
    ] {
        world.tamper(&sql).await;
    }
    let given = |checkpoints: Vec<String>| Inspection { checkpoints, ..Inspection::default() };
    // In the database alone nothing is wrong any more ...
    world.sound().await;
    // ... but whoever kept the checkpoint knows.
    let found = world.store.verify(given(vec![kept.clone()])).await.unwrap().findings;
    assert_eq!(found.iter().map(fault).collect::<Vec<_>>(), [(open, FaultKind::Truncated, 4)]);
    // Another entry in its place is found as well.
    let fresh = world.another().await;
    fresh.decide(study, note("instead"), by("dora")).await.unwrap().accepted();
    world.sound().await;
    let found = world.store.verify(given(vec![kept])).await.unwrap().findings;
    assert_eq!(found.iter().map(fault).collect::<Vec<_>>(), [(open, FaultKind::Forked, 4)]);
}

async fn a_removed_stream_is_missed(world: World) {
    let study = filled(&world).await;
    let (open, sealed) = (StreamId::Open(study), StreamId::Sealed(study));
    let kept = world.store.checkpoint(sealed).await.unwrap();
    let headless = |stream: StreamId| Finding::Headless { stream: stream.to_string() };
    let remove = async |stream: StreamId| {
        world.tamper(&format!("DELETE FROM change WHERE stream = '{stream}'")).await;
        for table in ["idempotency", "checkpoint", "entry", "head"] {
            let sql = format!("DELETE FROM {table} WHERE stream = '{stream}'");
            world.raw.execute_unprepared(&sql).await.unwrap();
        }
    };
    remove(sealed).await;
    assert_eq!(findings(&world).await, [headless(sealed)]);
    remove(open).await;
    assert_eq!(findings(&world).await, [headless(open), headless(sealed)]);
    // Whoever kept a checkpoint of it hears the same, and once.
    let inspection = Inspection { checkpoints: vec![kept], ..Inspection::default() };
    assert_eq!(world.store.verify(inspection).await.unwrap().findings, [headless(open), headless(sealed)]);
}

/// An entry's time as the engine's literal.
fn at(world: &World, entry: &store::TrailEntry) -> String {
    match world.raw.get_database_backend() {
        sea_orm::DbBackend::Sqlite => entry.header.at.format("%Y-%m-%d %H:%M:%S%.f +00:00").to_string(),
        _ => entry.header.at.to_rfc3339(),
    }
}

async fn added_and_removed_rows_are_found(world: World) {
    let study = filled(&world).await;
    world.store.decide_portal(Box::new(person("mira")), by("anna")).await.unwrap().accepted();
    let open = StreamId::Open(study);
    world
        .tamper(
            "INSERT INTO setting (id, key, value) SELECT id, 'sneaked', 'in' FROM person WHERE name = 'mira'",
        )
        .await;
    let found = findings(&world).await;
    assert!(
        matches!(found.as_slice(), [Finding::Table(difference)] if difference.table == "setting"),
        "{found:?}"
    );
    world.tamper("DELETE FROM setting WHERE key = 'sneaked'").await;
    world.sound().await;
    world.tamper("DELETE FROM person WHERE name = 'mira'").await;
    let found = findings(&world).await;
    assert!(
        matches!(found.as_slice(), [Finding::Table(difference)] if difference.table == "person"),
        "{found:?}"
    );
    world.tamper(&format!("DELETE FROM head WHERE stream = '{open}'")).await;
    let headless = Finding::Headless { stream: open.to_string() };
    assert!(findings(&world).await.contains(&headless));
    world.tamper("DELETE FROM change WHERE stream = 'portal' AND revision = 2").await;
    let found = findings(&world).await;
    assert!(
        found.iter().any(
            |finding| matches!(finding, Finding::Chain(fault) if fault.what == FaultKind::ChangeMissing)
        ),
        "{found:?}"
    );
}

async fn checkpoints_are_signed_and_kept(world: World) {
    let study = filled(&world).await;
    let open = StreamId::Open(study);
    let first = world.store.checkpoint(open).await.unwrap();
    assert_eq!(world.another().await.checkpoint(open).await.unwrap(), first);
    world.store.checkpoint(StreamId::Portal).await.unwrap();
    assert!(world.store.checkpoint(StreamId::Access).await.is_err(), "there is nothing to sign yet");
    world.store.decide(study, note("later"), by("dora")).await.unwrap().accepted();
    let second = world.store.checkpoint(open).await.unwrap();
    assert_ne!(first, second);
    let report = world.sound().await;
    let agreed: Vec<usize> = report.streams.iter().map(|walked| walked.checkpoints).collect();
    assert_eq!(agreed.iter().sum::<usize>(), 3);
    let mut bent = second.clone().into_bytes();
    let middle = bent.len() / 2;
    bent[middle] = if bent[middle] == b'A' { b'B' } else { b'A' };
    let inspection =
        Inspection { checkpoints: vec![String::from_utf8(bent).unwrap()], ..Inspection::default() };
    let found = world.store.verify(inspection).await.unwrap().findings;
    assert!(matches!(found.as_slice(), [Finding::Checkpoint { index: 0, .. }]), "{found:?}");
}
