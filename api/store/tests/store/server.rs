//! What only PostgreSQL has: roles, and connections that a server can cut.

use crate::commands::{Erase, OpenSite, Redact, Screen, Seal, note};
use crate::postgres;
use crate::world::{Accept, World, by, id, keyed, person};
use entity::terms::AccessKind;
use futures_util::FutureExt;
use futures_util::future::join_all;
use ledger::StreamId;
use policy::Identity;
use portal::command::DisablePerson;
use sea_orm::{ConnectOptions, ConnectionTrait, Database};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Access, StoreCode};

/// P11-05: the application's role can do all that the program does, and does not own the tables.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_applications_role_is_enough() {
    let world = World::postgres().await;
    let role = format!("app_{}", id().simple());
    world.raw.execute_unprepared(&format!("CREATE ROLE {role} LOGIN")).await.unwrap();
    world.store.grant(&role).await.unwrap();
    let study = world.with_study().await;
    let database = world.config.url.split(['/', '?']).nth(3).unwrap().to_owned();
    let app = world.another_with(|config| config.url = postgres::url(&database, &role)).await;
    app.ready().await.unwrap();
    app.decide_portal(Box::new(person("nina")), keyed("anna", "k")).await.unwrap().accepted();
    let site = OpenSite { code: "BJ01".into(), ordinal: 1 };
    let site = app.decide(study, Box::new(site), by("dora")).await.unwrap().accepted().row;
    let identity = Identity {
        name: Some("Erfundene Person".into()),
        hospital_number: Some("7".into()),
        ..Identity::default()
    };
    let screen = Screen { subject: None, site, ordinal: 1, identity, expects: None };
    let subject = app.decide(study, Box::new(screen), by("dora")).await.unwrap().accepted().row;
    let erase = Erase { subject, site, ordinal: 1 };
    app.decide(study, Box::new(erase), by("dora")).await.unwrap().accepted();
    let written = app.decide(study, note("Wei Li"), by("dora")).await.unwrap().accepted();
    let redact = Redact { note: written.row, revision: written.open.unwrap() };
    app.decide(study, Box::new(redact), by("dora")).await.unwrap().accepted();
    app.decide(study, Box::new(Seal { open_too: true }), by("dora")).await.unwrap().accepted();
    let access = Access {
        actor: id(),
        actor_name: "Dr Dora".into(),
        role: None,
        membership: None,
        study: Some(study),
        kind: AccessKind::Denied,
        groups: Vec::new(),
        subjects: Vec::new(),
        operation: None,
        request_id: id(),
    };
    app.log_access(vec![access], None).await.unwrap();
    app.checkpoint(StreamId::Open(study)).await.unwrap();
    assert!(app.verify(store::Inspection::default()).await.unwrap().is_sound());
    // It may neither change the schema nor raise a format behind the owner's back.
    assert!(app.migrate().await.is_err());
}

/// A connection that is cut before the commit leaves nothing, and the next write goes through.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_connection_leaves_nothing() {
    let world = World::postgres().await;
    let study = world.with_study().await;
    let mut options = ConnectOptions::new(world.config.url.clone());
    options.max_connections(1).sqlx_logging(false).set_application_name("axe");
    let axe = Arc::new(Database::connect(options).await.unwrap());
    let cuts = Arc::new(AtomicU32::new(2));
    let left = cuts.clone();
    let other = world
        .another_with(|config| {
            config.hooks.before_commit = Some(Arc::new(move || {
                let (axe, left) = (axe.clone(), left.clone());
                async move {
                    if left.load(Ordering::SeqCst) > 0 {
                        left.fetch_sub(1, Ordering::SeqCst);
                        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                                   WHERE application_name = 'trialgraph' AND state = 'idle in transaction' \
                                   AND datname = current_database()";
                        axe.execute_unprepared(cut).await.unwrap();
                    }
                }
                .boxed()
            }));
        })
        .await;
    let before = world.count("entry").await;
    let cut = other.decide(study, note("cut"), keyed("dora", "k-1")).await.map(|_| ()).unwrap_err();
    assert!([StoreCode::Unavailable, StoreCode::Internal].contains(&cut.code()), "{}", cut.internal());
    assert_eq!(world.count("entry").await, before);
    // A group that is cut runs again one by one: nothing was written, which was made sure of.
    let writes = (0..10).map(|n| other.decide(study, note(format!("note {n}")), by("dora")));
    let written = join_all(writes).await.into_iter().filter(|outcome| outcome.is_ok()).count();
    assert!(written >= 9, "{written}");
    assert_eq!(cuts.load(Ordering::SeqCst), 0);
    assert_eq!(world.count("entry").await, before + written as i64);
    let again = other.decide(study, note("cut"), keyed("dora", "k-1")).await.unwrap().accepted();
    assert!(!again.replayed);
    world.sound().await;
}

/// ACC-05: a right that is revoked while the command waits for its decision, with its head already locked, is
/// gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_revoked_under_the_lock_is_gone() {
    let world = World::postgres().await;
    let study = world.with_study().await;
    let dora = world.store.portal().await.unwrap().actor("dora", world.config.clock.now()).unwrap().person;
    let store = world.store.clone();
    let other = world
        .another_with(|config| {
            config.hooks.after_lock = Some(Arc::new(move || {
                let store = store.clone();
                async move {
                    let disable = Box::new(DisablePerson { person: dora });
                    // Once; afterwards the person is disabled already.
                    let _ = store.decide_portal(disable, by("anna")).await.unwrap();
                }
                .boxed()
            }));
        })
        .await;
    other.study(study).await.unwrap();
    let outcome = other.decide(study, note("too late"), by("dora")).await.unwrap();
    assert_eq!(outcome.refused(), policy::RefusalCode::Forbidden);
    assert_eq!(world.count("change_reason").await, 0);
}
