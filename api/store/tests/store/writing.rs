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
use store::{Call, CallerRef, Hook, Page, StoreCode, Touching};

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
    /// Processes that write at the same time make one chain, and each sees what it wrote.
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
    // Two administrators with a grant each, three keys, and the two hundred.
    assert_eq!(report.rows, 7 + 200);
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
    assert_eq!(
        world.store.decide(study, note("one"), keyed("fritz", "k")).await.unwrap().refused(),
        RefusalCode::Forbidden
    );
    world.grant(stranger.row, study, "DATA_MANAGER").await;
    // Another actor's key is another key.
    let own = world.store.decide(study, note("three"), keyed("fritz", "k")).await.unwrap().accepted();
    assert!(!own.replayed);
    // A replay is under the rights of now.
    world
        .store
        .decide_portal(Box::new(DisablePerson { person: stranger.row }), by("anna"))
        .await
        .unwrap()
        .accepted();
    let gone = world.store.decide(study, note("three"), keyed("fritz", "k")).await.unwrap();
    assert_eq!(gone.refused(), RefusalCode::Forbidden);
    for bad in ["", "ä", &"k".repeat(256)] {
        let refused = world.store.decide(study, note("four"), keyed("dora", bad)).await.unwrap();
        assert_eq!(refused.refused(), RefusalCode::InvalidValue, "{bad}");
    }
}

/// What the tables hold, as far as a lost write could show.
async fn state(world: &World) -> (Vec<i64>, Vec<ledger::Head>) {
    let mut counts = Vec::new();
    for table in ["head", "entry", "change", "idempotency", "change_reason", "person"] {
        counts.push(world.count(table).await);
    }
    (counts, world.store.heads().await.unwrap())
}

async fn what_breaks_off_leaves_nothing(world: World) {
    let study = world.with_study().await;
    for place in ["after_lock", "amid_write", "before_commit"] {
        let before = state(&world).await;
        let breaking = Arc::new(AtomicBool::new(true));
        let broken = breaking.clone();
        let breaks = hook(move || assert!(!broken.load(Ordering::SeqCst), "the process stops here"));
        let other = world
            .another_with(|config| match place {
                "after_lock" => config.hooks.after_lock = breaks,
                "amid_write" => config.hooks.amid_write = breaks,
                _ => config.hooks.before_commit = breaks,
            })
            .await;
        let key = |n: usize| keyed("dora", &format!("{place} {n}"));
        let writes = (0..5).map(|n| other.decide(study, note(format!("{place} {n}")), key(n)));
        for outcome in join_all(writes).await {
            assert_eq!(outcome.map(|_| ()).unwrap_err().code(), StoreCode::Internal, "{place}");
        }
        assert_eq!(state(&world).await, before, "{place}");
        world.sound().await;
        // The writer survived, and what was lost is asked for again under the same keys.
        breaking.store(false, Ordering::SeqCst);
        let writes = (0..5).map(|n| other.decide(study, note(format!("{place} {n}")), key(n)));
        for outcome in join_all(writes).await {
            assert!(!outcome.unwrap().accepted().replayed);
        }
    }
    assert_eq!(world.count("change_reason").await, 15);
    world.sound().await;
}

async fn the_tables_reject_one_of_a_group(world: World) {
    let study = world.with_study().await;
    let site = |code: &str, ordinal| Box::new(OpenSite { code: code.to_owned(), ordinal });
    world.store.decide(study, site("BJ01", 1), by("dora")).await.unwrap().accepted();
    // The test's command does not look whether the code is taken; the table does.
    let commands: Vec<(Box<dyn study::Decide>, Call)> =
        vec![(note("before"), by("dora")), (site("BJ01", 2), by("dora")), (note("after"), by("dora"))];
    let writes = commands.into_iter().map(|(command, call)| world.store.decide(study, command, call));
    let codes: Vec<Option<StoreCode>> =
        join_all(writes).await.into_iter().map(|outcome| outcome.err().map(|error| error.code())).collect();
    assert_eq!(codes, [None, Some(StoreCode::Internal), None]);
    assert_eq!((world.count("site").await, world.count("change_reason").await), (1, 2));
    world.sound().await;
}

async fn a_refusal_leaves_its_group(world: World) {
    let study = world.with_study().await;
    let writes = (0..60).map(|n| {
        let text = match n % 6 {
            2 => "refuse".to_owned(),
            4 => "panic".to_owned(),
            _ => format!("note {n}"),
        };
        world.store.decide(study, note(text), by("dora"))
    });
    for (n, outcome) in join_all(writes).await.into_iter().enumerate() {
        match n % 6 {
            2 => assert_eq!(outcome.unwrap().refused(), RefusalCode::WrongState),
            4 => assert_eq!(outcome.map(|_| ()).unwrap_err().code(), StoreCode::Internal),
            _ => drop(outcome.unwrap().accepted()),
        }
    }
    assert_eq!(world.count("change_reason").await, 40);
    // A stream that was not declared is not locked, so it is not written.
    let stray = world.store.decide(study, Box::new(Stray), by("dora")).await;
    assert_eq!(stray.map(|_| ()).unwrap_err().code(), StoreCode::Internal);
    // Nobody, and somebody without a grant in the study.
    let nobody = world.store.decide_portal(Box::new(person("gerd")), by("nobody")).await.unwrap();
    assert_eq!(nobody.refused(), RefusalCode::Forbidden);
    let unknown = world.store.decide(id(), note("where"), by("dora")).await;
    assert_eq!(unknown.map(|_| ()).unwrap_err().code(), StoreCode::NotFound);
    world.sound().await;
}

async fn heads_are_locked_in_order(world: World) {
    let locked = Arc::new(Mutex::new(Vec::new()));
    let seen = locked.clone();
    world.found().await;
    let other = world
        .another_with(|config| {
            config.hooks.locked = Some(Arc::new(move |stream| seen.lock().unwrap().push(stream)))
        })
        .await;
    let study = world.register("NK-1", Masking::Open).await;
    let dora = world.store.decide_portal(Box::new(person("dora")), by("anna")).await.unwrap().accepted();
    world.grant(dora.row, study, "DATA_MANAGER").await;
    let take = || std::mem::take(&mut *locked.lock().unwrap());
    other.decide(study, note("open"), by("dora")).await.unwrap().accepted();
    assert_eq!(take(), [StreamId::Open(study)]);
    other.decide(study, Box::new(Seal { open_too: true }), by("dora")).await.unwrap().accepted();
    assert_eq!(take(), [StreamId::Open(study), StreamId::Sealed(study)]);
    other.decide(study, Box::new(Seal { open_too: false }), by("dora")).await.unwrap().accepted();
    assert_eq!(take(), [StreamId::Sealed(study)]);
    // Many that lock both, one or the other, from two processes: nobody waits for ever.
    let writes = (0..60).map(|n| {
        let store = if n % 2 == 0 { &world.store } else { &other };
        let command: Box<dyn study::Decide> = match n % 3 {
            0 => note(format!("note {n}")),
            1 => Box::new(Seal { open_too: true }),
            _ => Box::new(Seal { open_too: false }),
        };
        store.decide(study, command, by("dora"))
    });
    for outcome in join_all(writes).await {
        outcome.unwrap().accepted();
    }
    let orders = take();
    assert!(orders.windows(2).all(|pair| pair != [StreamId::Sealed(study), StreamId::Portal]));
    world.sound().await;
}

async fn a_sealed_write_leaves_the_open_stream_alone(world: World) {
    let study = world.with_study().await;
    let before = world.store.study(study).await.unwrap();
    let sealed =
        world.store.decide(study, Box::new(Seal { open_too: false }), by("dora")).await.unwrap().accepted();
    assert_eq!((sealed.open, sealed.sealed), (None, Some(1)));
    let after = world.store.study(study).await.unwrap();
    assert_eq!(after.open(), before.open());
    assert_eq!(after.sealed().revision.0, 1);
    let both =
        world.store.decide(study, Box::new(Seal { open_too: true }), by("dora")).await.unwrap().accepted();
    assert_eq!((both.open, both.sealed), (Some(before.open().revision.0 + 1), Some(2)));
    // The row that a command is about is the first of the first stream.
    assert!(both.snapshot.unwrap().holds("change_reason", both.row));
    world.sound().await;
}

async fn together_is_all_or_none(world: World) {
    let study = world.with_study().await;
    let batch = |texts: &[&str]| {
        let commands = texts.iter().map(|text| (note(*text) as Box<dyn study::Decide>, by("dora")));
        commands.collect::<Vec<_>>()
    };
    let refused = world.store.decide_together(study, batch(&["one", "refuse", "three"])).await.unwrap();
    let refused = refused.map(|_| ()).unwrap_err();
    assert_eq!((refused.index, refused.refusal.code), (1, RefusalCode::WrongState));
    assert_eq!(world.count("change_reason").await, 0);
    // Its neighbours in the group are written all the same.
    let (batch_refused, single) = futures_util::join!(
        world.store.decide_together(study, batch(&["one", "refuse"])),
        world.store.decide(study, note("alone"), by("dora"))
    );
    assert!(batch_refused.unwrap().is_err());
    single.unwrap().accepted();
    let texts: Vec<String> = (0..120).map(|n| format!("note {n}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let accepted = world.store.decide_together(study, batch(&texts)).await.unwrap();
    let revisions: Vec<u64> = accepted.unwrap_or_default().iter().filter_map(|one| one.open).collect();
    assert_eq!(revisions, (3..123).collect::<Vec<_>>());
    let outcomes = world.store.decide_group(study, batch(&["a", "refuse", "c"])).await.unwrap();
    let refusals: Vec<bool> = outcomes.iter().map(|outcome| outcome.result.is_err()).collect();
    assert_eq!(refusals, [false, true, false]);
    world.sound().await;
}

async fn time_never_falls(world: World) {
    let study = world.with_study().await;
    let first =
        world.store.decide(study, note("now"), by("dora")).await.unwrap().accepted().snapshot.unwrap();
    world.config.clock.shift(Duration::hours(-3));
    let second =
        world.store.decide(study, note("before"), by("dora")).await.unwrap().accepted().snapshot.unwrap();
    assert_eq!(first.open().at, second.open().at);
    world.config.clock.shift(Duration::hours(5));
    let third =
        world.store.decide(study, note("later"), by("dora")).await.unwrap().accepted().snapshot.unwrap();
    assert!(third.open().at - second.open().at > Duration::hours(1));
    assert_eq!(world.store.revision_at(study, second.open().at).await.unwrap(), (3, 0));
    assert_eq!(world.store.revision_at(study, first.open().at - Duration::days(1)).await.unwrap(), (0, 0));
    world.sound().await;
}

async fn a_revoked_right_is_gone_at_once(world: World) {
    let study = world.with_study().await;
    let other = world.another().await;
    other.decide_portal(Box::new(person("ines")), by("bela")).await.unwrap().accepted();
    world.third_administrator().await;
    let portal = world.store.portal().await.unwrap();
    let bela = portal.actor("bela", world.config.clock.now()).unwrap();
    world
        .store
        .decide_portal(Box::new(DisablePerson { person: bela.person }), by("anna"))
        .await
        .unwrap()
        .accepted();
    // The other process hears of it in the transaction, if not before.
    let outcome = other.decide_portal(Box::new(person("jana")), by("bela")).await.unwrap();
    assert_eq!(outcome.refused(), RefusalCode::Forbidden);
    let dora = portal.actor("dora", world.config.clock.now()).unwrap();
    other.decide(study, note("still"), by("dora")).await.unwrap().accepted();
    world
        .store
        .decide_portal(Box::new(DisablePerson { person: dora.person }), by("anna"))
        .await
        .unwrap()
        .accepted();
    assert_eq!(
        other.decide(study, note("no more"), by("dora")).await.unwrap().refused(),
        RefusalCode::Forbidden
    );
    // Nobody is the installation once it is founded.
    let installation =
        world.store.decide_portal(Box::new(person("karl")), crate::world::call(CallerRef::Installation));
    assert_eq!(installation.await.unwrap().refused(), RefusalCode::Forbidden);
    world.sound().await;
}

async fn an_older_program_only_reads(world: World) {
    let study = world.with_study().await;
    world.store.ready().await.unwrap();
    world.tamper(&format!("UPDATE head SET format = 2 WHERE stream = '{}'", StreamId::Open(study))).await;
    let error = world.store.decide(study, note("no"), by("dora")).await.map(|_| ()).unwrap_err();
    assert_eq!(error.code(), StoreCode::Outdated);
    assert_eq!(world.store.ready().await.unwrap_err().code(), StoreCode::Outdated);
    assert_eq!(world.store.study(study).await.unwrap().open().revision.0, 1);
    // Other streams are still written.
    world.store.decide_portal(Box::new(person("lena")), by("anna")).await.unwrap().accepted();
}

async fn two_processes_write_one_chain(world: World) {
    let study = world.with_study().await;
    let others = [world.another().await, world.another().await];
    let accepted = AtomicUsize::new(0);
    let writes = (0..90).map(|n| {
        let store = match n % 3 {
            0 => &world.store,
            1 => &others[0],
            _ => &others[1],
        };
        let accepted = &accepted;
        async move {
            let written =
                store.decide(study, note(format!("note {n}")), by("dora")).await.unwrap().accepted();
            accepted.fetch_add(1, Ordering::SeqCst);
            // Whoever wrote sees it, and everything before it.
            let seen = store.study(study).await.unwrap();
            assert!(
                seen.open().revision.0 >= written.open.unwrap() && seen.holds("change_reason", written.row)
            );
        }
    });
    join_all(writes).await;
    assert_eq!(accepted.load(Ordering::SeqCst), 90);
    let newest = world.store.study(study).await.unwrap();
    assert_eq!(newest.open().revision.0, 91);
    for other in &others {
        assert_eq!(other.study(study).await.unwrap().open(), newest.open());
    }
    // An update of a row that another process wrote is an update here, too.
    let row = others[0].decide(study, note("first"), by("dora")).await.unwrap().accepted().row;
    let over = Box::new(Note { row: Some(row), text: "second".into() });
    others[1].decide(study, over, by("dora")).await.unwrap().accepted();
    assert_eq!(world.count("change_reason").await, 91);
    world.sound().await;
}
