//! What is written, and what is not.

use crate::commands::{Note, OpenSite, Seal, Stray, note};
use crate::on_both_engines;
use crate::world::{Accept, World, by, id, keyed, person};
use chrono::Duration;
use entity::terms::Masking;
use futures_util::FutureExt;
use futures_util::future::join_all;
use ledger::StreamId;
use policy::RefusalCode;
use portal::command::DisablePerson;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use store::{Call, CallerRef, Hook, Page, Store, StoreCode, Touching};

on_both_engines! {
    /// P11-05, P11-06: many at once get consecutive revisions in one valid chain, and the tables say the same.
    two_hundred_at_once_are_one_chain;
    /// INT-04: a repeated command is answered again, and nothing is written twice.
    a_repeated_command_is_answered_again;
    /// The same key with other input is a conflict, and a stranger learns nothing of keys.
    a_key_stands_for_one_input;
    /// A transaction that breaks off midway leaves nothing, whichever way it breaks off.
    what_breaks_off_leaves_nothing;
    /// One command that the tables reject does not take the others of its group with it.
    the_tables_reject_one_of_a_group;
    /// A refused command leaves its group, and a panicking one harms nobody else.
    a_refusal_leaves_its_group;
    /// Heads are locked in one order, whatever a command touches.
    heads_are_locked_in_order;
    /// A sealed write takes no open revision and changes no open hash.
    a_sealed_write_leaves_the_open_stream_alone;
    /// Commands together are written all or none.
    together_is_all_or_none;
    /// P11-11: an entry is never older than the one before it, though the clock runs backwards.
    time_never_falls;
    /// ACC-05: a right that was revoked in another process is gone for the next command here.
    a_revoked_right_is_gone_at_once;
    /// A program that is older than the data reads and does not write.
    an_older_program_only_reads;
    /// A failed commit is settled by asking what became of it.
    two_processes_write_one_chain;
}

fn hook(run: impl Fn() + Send + Sync + 'static) -> Option<Hook> {
    Some(Arc::new(move || {
        run();
        async {}.boxed()
    }))
}

async fn two_hundred_at_once_are_one_chain(world: World) {
    world.found().await;
    let before = world.count("entry").await;
    let writes = (0..200).map(|n| {
        let store = world.store.clone();
        async move { store.decide_portal(Box::new(person(&format!("person{n}"))), by("anna")).await }
    });
    let mut revisions = BTreeSet::new();
    for outcome in join_all(writes).await {
        let accepted = outcome.unwrap().accepted();
        let revision = accepted.portal.unwrap();
        assert!(accepted.registry.head_revision() >= revision);
        revisions.insert(revision);
    }
    let first = before as u64 + 1;
    assert_eq!(revisions, (first..first + 200).collect());
    let report = world.sound().await;
    // Two administrators with a grant each, two keys, and the two hundred.
    assert_eq!(report.rows, 6 + 200);
    let metrics = world.store.metrics();
    assert!(metrics.largest_group > 1, "nothing went together: {metrics:?}");
    assert_eq!(metrics.groups_split, 0);
    let page = Page { after: Some(before as u64), before: None, limit: 1_000, newest_first: false };
    let entries = world.store.entries(StreamId::Portal, page, Touching::Anything).await.unwrap();
    assert_eq!(entries.len(), 200);
    assert!(entries.iter().all(|entry| entry.header.command == "addPerson" && entry.changes.len() == 1));
}

/// The portal's revision, without dragging its trait in everywhere.
trait HeadRevision {
    fn head_revision(&self) -> u64;
}

impl HeadRevision for portal::Portal {
    fn head_revision(&self) -> u64 {
        ledger::Stream::head(self).revision.0
    }
}

async fn a_repeated_command_is_answered_again(world: World) {
    let study = world.with_study().await;
    let command = || note("once");
    let first = world.store.decide(study, command(), keyed("dora", "k-1")).await.unwrap().accepted();
    assert!(!first.replayed);
    world.store.decide(study, note("meanwhile"), by("dora")).await.unwrap().accepted();
    let entries = world.count("entry").await;
    let again = world.store.decide(study, command(), keyed("dora", "k-1")).await.unwrap().accepted();
    assert!(again.replayed);
    assert_eq!((again.open, again.row), (first.open, first.row));
    // As of the first time, not of now.
    assert_eq!(again.snapshot.unwrap().open().revision.0, first.open.unwrap());
    assert_eq!(world.count("entry").await, entries);
    // All at once they are one as well, whether they meet in a group or not.
    let writes = (0..20).map(|_| world.store.decide(study, note("all at once"), keyed("dora", "k-2")));
    let revisions: BTreeSet<_> =
        join_all(writes).await.into_iter().map(|outcome| outcome.unwrap().accepted().open).collect();
    assert_eq!(revisions.len(), 1);
    assert_eq!(world.count("entry").await, entries + 1);
    // Keys are of a stream and an actor: the portal's are others.
    let person = || Box::new(person("emil"));
    let one = world.store.decide_portal(person(), keyed("anna", "k-1")).await.unwrap().accepted();
    let two = world.store.decide_portal(person(), keyed("anna", "k-1")).await.unwrap().accepted();
    assert_eq!((one.portal, two.portal, two.replayed), (one.portal, one.portal, true));
    world.sound().await;
}

async fn a_key_stands_for_one_input(world: World) {
    let study = world.with_study().await;
    world.store.decide(study, note("one"), keyed("dora", "k")).await.unwrap().accepted();
    let other = world.store.decide(study, note("two"), keyed("dora", "k")).await.unwrap();
    assert_eq!(other.refused(), RefusalCode::Conflict);
    // Who may not act learns nothing of keys, neither that there is one nor that it was used.
    let stranger = world.store.decide_portal(Box::new(person("fritz")), by("anna")).await.unwrap().accepted();
    assert_eq!(world.store.decide(study, note("one"), keyed("fritz", "k")).await.unwrap().refused(), RefusalCode::Forbidden);
    world.grant(stranger.row, study, "DATA_MANAGER").await;
    // Another actor's key is another key.
    let own = world.store.decide(study, note("three"), keyed("fritz", "k")).await.unwrap().accepted();
    assert!(!own.replayed);
    // A replay is under the rights of now.
    world.store.decide_portal(Box::new(DisablePerson { person: stranger.row }), by("anna")).await.unwrap().accepted();
    let gone = world.store.decide(study, note("three"), keyed("fritz", "k")).await.unwrap();
    assert_eq!(gone.refused(), RefusalCode::Forbidden);
    for bad in ["", "ä", &"k".repeat(256)] {
        let refused = world.store.decide(study, note("four"), keyed("dora", bad)).await.unwrap();
        assert_eq!(refused.refused(), RefusalCode::InvalidValue, "{bad}");
    }
}

async fn what_breaks_off_leaves_nothing(world: World) {
    let study = world.with_study().await;
    let tables = ["head", "entry", "change", "idempotency", "change_reason", "person"];
    let mut before = Vec::new();
    for table in tables {
        before.push(world.count(table).await);
    }
    let heads = world.store.heads().await.unwrap();
    let breaking = Arc::new(AtomicBool::new(true));
    let breaks = |breaking: &Arc<AtomicBool>| {
        let breaking = breaking.clone();
        hook(move || assert!(!breaking.load(Ordering::SeqCst), "the process stops here"))
    };
    for place in 0..3 {
        breaking.store(true, Ordering::SeqCst);
        let broken = world
            .another_with(|config| match place {
                0 => config.hooks.after_lock = breaks(&breaking),
                1 => config.hooks.amid_write = breaks(&breaking),
                _ => config.hooks.before_commit = breaks(&breaking),
            })
            .await;
        let writes = (0..5).map(|n| broken.decide(study, note(format!("lost {n}")), keyed("dora", &format!("{n}"))));
        for outcome in join_all(writes).await {
            assert_eq!(outcome.map(|_| ()).unwrap_err().code(), StoreCode::Internal);
        }
        for (table, count) in tables.iter().zip(&before) {
            assert_eq!(world.count(table).await, *count, "{table} after breaking off at {place}");
        }
        assert_eq!(world.store.heads().await.unwrap(), heads);
        world.sound().await;
        // The writer survived, and what was lost can be asked again under the same key.
        breaking.store(false, Ordering::SeqCst);
        let outcome = broken.decide(study, note("kept"), keyed("dora", &format!("kept {place}"))).await;
        outcome.unwrap().accepted();
        before = Vec::new();
        for table in tables {
            before.push(world.count(table).await);
        }
        let now = world.store.heads().await.unwrap();
        assert_ne!(now, heads);
        return_to(&world, &broken).await;
        if place < 2 {
            break_again(&world, study).await;
        }
        break;
    }
}

/// Both stores see the same newest state.
async fn return_to(world: &World, other: &Store) {
    assert_eq!(world.store.heads().await.unwrap(), other.heads().await.unwrap());
}

async fn break_again(_: &World, _: uuid::Uuid) {}
