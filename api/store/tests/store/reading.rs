//! What is read: never stale, and of the past as it was.

use crate::commands::{Note, Redact, Seal, note};
use crate::on_both_engines;
use crate::world::{Accept, World, by, id, person};
use entity::terms::Masking;
use futures_util::FutureExt;
use futures_util::future::join_all;
use ledger::StreamId;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{Hook, Page, StoreCode, Touching};
use tokio::sync::Semaphore;

on_both_engines! {
    /// A read that starts after a write was acknowledged sees it, in whichever process it was acknowledged.
    a_read_sees_every_acknowledged_write;
    /// An answer that the database gave before a write was acknowledged serves nobody who asks after it.
    a_held_answer_serves_no_later_reader;
    /// When the question fails the answer is an error, and never an old state.
    a_failed_question_is_an_error;
    /// Many who ask share questions, and many who wait share a load.
    many_share_a_question_and_a_load;
    /// The past is read as it was, and a state loaded from images equals one that applied every entry.
    the_past_is_read_as_it_was;
    /// P11-09: a redaction empties an image everywhere, and leaves every hash valid.
    a_redaction_reaches_every_reader;
    /// Memory is bounded, and what leaves it is loaded again.
    memory_is_bounded;
    /// A study's entries are told to those who watch, also those of other processes.
    watchers_hear_of_entries;
    /// Entries are read page by page, in both directions and by row.
    entries_are_read_in_pages;
}

/// Waits for as long as a generator says: up to a few milliseconds, often not at all.
fn dawdle(seed: u64) -> Option<Hook> {
    let random = Arc::new(Mutex::new(StdRng::seed_from_u64(seed)));
    Some(Arc::new(move || {
        let wait = random.lock().unwrap().random_range(0..6_u64).saturating_sub(2);
        async move {
            if wait > 0 {
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
        }
        .boxed()
    }))
}

async fn a_read_sees_every_acknowledged_write(world: World) {
    let study = world.with_study().await;
    for seed in 0..4 {
        // The question is held up both before it is sent and when its answer is already old.
        let reader = world
            .another_with(|config| {
                config.hooks.before_question = dawdle(seed);
                config.hooks.after_question = dawdle(seed + 100);
                config.poll_every = Duration::from_millis(3);
            })
            .await;
        let writer = world.another_with(|config| config.hooks.after_commit = dawdle(seed + 200)).await;
        let acknowledged = Arc::new(AtomicU64::new(0));
        let people = Arc::new(AtomicU64::new(0));
        let writes = async {
            for n in 0..40 {
                let written =
                    writer.decide(study, note(format!("note {n}")), by("dora")).await.unwrap().accepted();
                acknowledged.store(written.open.unwrap(), Ordering::SeqCst);
                let name = format!("p{seed}-{n}");
                let written =
                    writer.decide_portal(Box::new(person(&name)), by("anna")).await.unwrap().accepted();
                people.store(written.portal.unwrap(), Ordering::SeqCst);
            }
        };
        let readers = (0..8).map(|_| {
            let (reader, acknowledged, people) = (reader.clone(), acknowledged.clone(), people.clone());
            async move {
                let (mut last, mut reads) = (0, 0);
                while acknowledged.load(Ordering::SeqCst) < 1 + 40 * (seed + 1) {
                    let before = acknowledged.load(Ordering::SeqCst);
                    let seen = reader.study(study).await.unwrap().open().revision.0;
                    assert!(seen >= before, "read {seen} after {before} was acknowledged");
                    assert!(seen >= last, "read {seen} after {last}");
                    last = seen;
                    let before = people.load(Ordering::SeqCst);
                    let seen = ledger::Stream::head(reader.portal().await.unwrap().as_ref()).revision.0;
                    assert!(seen >= before, "read portal {seen} after {before} was acknowledged");
                    reads += 1;
                }
                reads
            }
        });
        let (_, reads) = futures_util::join!(writes, join_all(readers));
        assert!(reads.iter().sum::<u32>() > 40, "hardly anything was read: {reads:?}");
    }
    world.sound().await;
}

async fn a_held_answer_serves_no_later_reader(world: World) {
    let study = world.with_study().await;
    let (gate, arrived) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let holding = Arc::new(AtomicU64::new(0));
    let (held, told, holds) = (gate.clone(), arrived.clone(), holding.clone());
    let reader = world
        .another_with(|config| {
            config.poll_every = Duration::from_secs(3_600);
            config.hooks.after_question = Some(Arc::new(move || {
                let (held, told, holds) = (held.clone(), told.clone(), holds.clone());
                async move {
                    if holds.load(Ordering::SeqCst) > 0 {
                        told.add_permits(1);
                        held.acquire().await.unwrap().forget();
                    }
                }
                .boxed()
            }));
        })
        .await;
    let mut newest = reader.study(study).await.unwrap().open().revision.0;
    for n in 0..20 {
        holding.store(1, Ordering::SeqCst);
        let early = tokio::spawn({
            let reader = reader.clone();
            async move { reader.study(study).await.unwrap().open().revision.0 }
        });
        // The database has answered, and its answer has not been told.
        arrived.acquire().await.unwrap().forget();
        let written =
            world.store.decide(study, note(format!("note {n}")), by("dora")).await.unwrap().accepted();
        let later: Vec<_> = (0..4)
            .map(|_| {
                let reader = reader.clone();
                tokio::spawn(async move { reader.study(study).await.unwrap().open().revision.0 })
            })
            .collect();
        // Time enough for them to be handed the held answer, if anything would.
        tokio::time::sleep(Duration::from_millis(2)).await;
        holding.store(0, Ordering::SeqCst);
        gate.add_permits(1);
        let early = early.await.unwrap();
        assert!(early == newest || early == newest + 1, "{early} where {newest} was");
        newest = written.open.unwrap();
        for read in later {
            assert_eq!(read.await.unwrap(), newest);
        }
        // A watcher's question may have been held as well.
        gate.forget_permits(gate.available_permits());
        arrived.forget_permits(arrived.available_permits());
    }
}

async fn a_failed_question_is_an_error(world: World) {
    let study = world.with_study().await;
    let slow: Hook = Arc::new(|| tokio::time::sleep(Duration::from_millis(50)).boxed());
    let late = world
        .another_with(|config| {
            config.question_timeout = Duration::from_millis(20);
            config.hooks.before_question = Some(slow.clone());
        })
        .await;
    assert_eq!(late.study(study).await.map(|_| ()).unwrap_err().code(), StoreCode::Unavailable);
    // A question that breaks off answers everyone who waits, and the next one is asked as usual.
    let breaks = Arc::new(AtomicU64::new(1));
    let counted = breaks.clone();
    let breaking = world
        .another_with(|config| {
            config.poll_every = Duration::from_secs(3_600);
            config.hooks.before_question = Some(slow);
            config.hooks.after_question = Some(Arc::new(move || {
                let counted = counted.clone();
                async move {
                    let left = counted.load(Ordering::SeqCst);
                    counted.store(left.saturating_sub(1), Ordering::SeqCst);
                    assert_eq!(left, 0, "the question breaks off here");
                }
                .boxed()
            }));
        })
        .await;
    // Whatever the tasks of the store asked at its start is done.
    while breaks.load(Ordering::SeqCst) > 0 {
        let _ = breaking.study(study).await;
    }
    let mut failed = 0;
    // On a busy machine a task of the store may ask once more, and meet the break in place of these.
    for _ in 0..20 {
        breaks.store(1, Ordering::SeqCst);
        let reads = join_all((0..10).map(|_| breaking.study(study))).await;
        let errors: Vec<StoreCode> =
            reads.iter().filter_map(|read| read.as_ref().err().map(|error| error.code())).collect();
        assert!(errors.iter().all(|code| *code == StoreCode::Unavailable), "{errors:?}");
        failed = errors.len();
        if failed > 0 {
            break;
        }
    }
    assert!(failed >= 1, "nobody who waited was answered with the error");
    while breaks.load(Ordering::SeqCst) > 0 {
        let _ = breaking.study(study).await;
    }
    breaking.study(study).await.unwrap();
    // When the database has gone, nothing old is shown.
    breaking.close().await;
    assert_eq!(breaking.study(study).await.map(|_| ()).unwrap_err().code(), StoreCode::Unavailable);
    assert_eq!(breaking.portal().await.map(|_| ()).unwrap_err().code(), StoreCode::Unavailable);
}

async fn many_share_a_question_and_a_load(world: World) {
    let study = world.with_study().await;
    let other = world.another_with(|config| config.poll_every = Duration::from_secs(3_600)).await;
    let reads = join_all((0..500).map(|_| other.study(study))).await;
    let first = reads[0].as_ref().unwrap();
    assert!(reads.iter().all(|read| Arc::ptr_eq(read.as_ref().unwrap(), first)));
    let metrics = other.metrics();
    assert_eq!(metrics.loads, 1);
    assert!(metrics.questions < 60, "{metrics:?}");
    // Reading a study that has not moved costs a question and nothing else.
    other.study(study).await.unwrap();
    assert_eq!((other.metrics().loads, other.metrics().catch_ups), (1, 0));
    world.store.decide(study, note("moved"), by("dora")).await.unwrap().accepted();
    other.study(study).await.unwrap();
    assert_eq!(
        (other.metrics().loads, other.metrics().catch_ups, other.metrics().entries_applied),
        (1, 1, 1)
    );
    let unknown = other.study(id()).await.map(|_| ()).unwrap_err();
    assert_eq!(unknown.code(), StoreCode::NotFound);
}

async fn the_past_is_read_as_it_was(world: World) {
    let study = world.with_study().await;
    let mut states = vec![world.store.study(study).await.unwrap()];
    let row = world.store.decide(study, note("first"), by("dora")).await.unwrap().accepted().row;
    states.push(world.store.study(study).await.unwrap());
    for n in 0..6 {
        let command: Box<dyn study::Decide> = match n % 3 {
            0 => Box::new(Note { row: Some(row), text: format!("text {n}") }),
            1 => Box::new(Seal { open_too: true }),
            _ => Box::new(Seal { open_too: false }),
        };
        let accepted = world.store.decide(study, command, by("dora")).await.unwrap().accepted();
        states.push(accepted.snapshot.unwrap());
    }
    let fresh = world.another().await;
    for state in &states {
        let (open, sealed) = (state.open().revision.0, state.sealed().revision.0);
        let read = fresh.study_at(study, open, Some(sealed)).await.unwrap();
        assert_eq!((read.open(), read.sealed()), (state.open(), state.sealed()));
        assert_eq!(read.holds("change_reason", row), state.holds("change_reason", row), "{open}");
        // Without a sealed revision the one that stood then.
        let then = fresh.study_at(study, open, None).await.unwrap();
        assert!(then.open() == state.open() && then.sealed().revision.0 >= sealed.min(1));
    }
    let newest = fresh.study(study).await.unwrap();
    let beyond = fresh.study_at(study, newest.open().revision.0 + 1, None).await.map(|_| ()).unwrap_err();
    assert_eq!(beyond.code(), StoreCode::NotFound);
    // Pinned snapshots are shared; others have expired.
    let pinned = fresh.study_at(study, 2, Some(0)).await.unwrap();
    assert!(Arc::ptr_eq(&pinned, &fresh.study_at(study, 2, Some(0)).await.unwrap()));
    assert!(Arc::ptr_eq(&pinned, &fresh.pinned(study, 2, 0).await.unwrap()));
    world.store.pin(&states[0]);
    assert!(Arc::ptr_eq(&states[0], &world.store.pinned(study, 1, 0).await.unwrap()));
    let expired = world.store.pinned(study, 2, 0).await.map(|_| ()).unwrap_err();
    assert_eq!(expired.code(), StoreCode::CursorExpired);
}

async fn a_redaction_reaches_every_reader(world: World) {
    let study = world.with_study().await;
    let other = world.another().await;
    let written = world.store.decide(study, note("Wei Li fell"), by("dora")).await.unwrap().accepted();
    let first = written.open.unwrap();
    world.store.decide(study, note("another"), by("dora")).await.unwrap().accepted();
    other.study_at(study, first, Some(0)).await.unwrap();
    other.pin(&other.study(study).await.unwrap());
    let command = Redact { note: written.row, revision: first };
    let redacted = world.store.decide(study, Box::new(command), by("dora")).await.unwrap().accepted();
    assert_eq!(redacted.open, Some(first + 2));
    assert_eq!(redacted.snapshot.unwrap().open().revision.0, first + 2);
    // Nothing of it is left in the database, and everything still adds up.
    for (table, column) in [("change", "image"), ("change_reason", "text")] {
        let sql = format!("SELECT count(*) FROM {table} WHERE CAST({column} AS text) LIKE '%Wei Li%'");
        let statement =
            sea_orm::Statement::from_string(sea_orm::ConnectionTrait::get_database_backend(&world.raw), sql);
        let row = sea_orm::ConnectionTrait::query_one_raw(&world.raw, statement).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 0, "{table}");
    }
    world.sound().await;
    // What others had pinned of the study is gone, and the past is read with what stands for it.
    let loads = other.metrics().loads;
    let past = other.study_at(study, first, Some(0)).await.unwrap();
    assert!(other.metrics().loads > loads && past.holds("change_reason", written.row));
    let expired = other.pinned(study, first + 1, 0).await.map(|_| ()).unwrap_err();
    assert_eq!(expired.code(), StoreCode::CursorExpired);
    let page = Page { after: None, before: None, limit: 10, newest_first: true };
    let touching = Touching::Row { row: written.row, subject: None };
    let trail = other.entries(StreamId::Open(study), page, touching).await.unwrap();
    assert_eq!(trail.len(), 1);
    let change = &trail[0].changes[0];
    assert!(change.redacted && change.image.contains("redacted") && !change.image.contains("Wei Li"));
    // The stream goes on.
    world.store.decide(study, note("after"), by("dora")).await.unwrap().accepted();
    world.sound().await;
}

async fn memory_is_bounded(world: World) {
    world.found().await;
    let mut studies = Vec::new();
    for n in 0..4 {
        studies.push(world.register(&format!("NK-{n}"), Masking::Open).await);
    }
    let one = world.store.study(studies[0]).await.unwrap().bytes();
    let small = world
        .another_with(|config| {
            config.memory_bytes = one * 5 / 2;
            config.poll_every = Duration::from_secs(3_600);
        })
        .await;
    for study in studies.iter().chain(&studies) {
        assert_eq!(small.study(*study).await.unwrap().open().revision.0, 1);
        let metrics = small.metrics();
        assert!(metrics.bytes_held as usize <= one * 5 / 2 && metrics.studies_held <= 2, "{metrics:?}");
    }
    assert!(small.metrics().evicted >= 6 && small.metrics().loads >= 8, "{:?}", small.metrics());
}

async fn watchers_hear_of_entries(world: World) {
    let study = world.with_study().await;
    let other = world.another_with(|config| config.poll_every = Duration::from_secs(60)).await;
    // The listener needs a moment to be there; a study that is not loaded can be watched as well.
    let mut tail = other.tail(study);
    tokio::time::sleep(Duration::from_millis(700)).await;
    tail.mark_unchanged();
    for n in 0..3 {
        let written =
            world.store.decide(study, note(format!("note {n}")), by("dora")).await.unwrap().accepted();
        let heard = async {
            while *tail.borrow_and_update() < written.open.unwrap() {
                tail.changed().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(5), heard).await.expect("nothing was heard");
    }
}

async fn entries_are_read_in_pages(world: World) {
    let study = world.with_study().await;
    let row = world.store.decide(study, note("text 0"), by("dora")).await.unwrap().accepted().row;
    for n in 1..10 {
        let command: Box<dyn study::Decide> = if n % 3 == 0 {
            Box::new(Note { row: Some(row), text: format!("text {n}") })
        } else {
            note("other")
        };
        world.store.decide(study, command, by("dora")).await.unwrap().accepted();
    }
    let stream = StreamId::Open(study);
    let read = async |page, touching| -> Vec<u64> {
        let entries = world.store.entries(stream, page, touching).await.unwrap();
        entries.iter().map(|entry| entry.header.revision.0).collect()
    };
    let page = Page { after: None, before: None, limit: 4, newest_first: false };
    assert_eq!(read(page, Touching::Anything).await, [1, 2, 3, 4]);
    assert_eq!(read(Page { after: Some(8), ..page }, Touching::Anything).await, [9, 10, 11]);
    let back = Page { newest_first: true, ..page };
    assert_eq!(read(back, Touching::Anything).await, [11, 10, 9, 8]);
    assert_eq!(read(Page { before: Some(3), ..back }, Touching::Anything).await, [2, 1]);
    let of_row = Touching::Row { row, subject: None };
    assert_eq!(read(page, of_row).await, [2, 5, 8, 11]);
    assert_eq!(read(Page { limit: 2, ..back }, of_row).await, [11, 8]);
    assert_eq!(read(Page { after: Some(2), before: Some(11), ..back }, of_row).await, [8, 5]);
}
