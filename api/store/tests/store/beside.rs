//! What lies beside the ledger: identifiers, secrets, and the access log.

use crate::commands::{Erase, OpenSite, Screen};
use crate::on_both_engines;
use crate::world::{Accept, World, by, id};
use entity::terms::{AccessKind, KeyPurpose};
use futures_util::future::join_all;
use ledger::StreamId;
use policy::{DataGroup, Identity, RefusalCode, Role};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::sync::Arc;
use store::{Access, DatabaseConfig, Finding, Inspection, MasterKeys, Page, Store, StoreCode, Touching};
use uuid::Uuid;

on_both_engines! {
    /// Identifiers are held encrypted, come back decrypted, and are erased by destroying their key.
    identifiers_are_encrypted_and_erased;
    /// A hospital number finds its subject at its own site, however it is typed, and belongs to one subject.
    a_hospital_number_belongs_to_one_subject;
    /// ACC-05: reads of identifiers are logged in a chain of their own, many at once, and move no study.
    the_access_log_is_a_chain_of_its_own;
    /// Secrets open under the master key alone.
    secrets_need_their_master_key;
    /// P11-06: the secret from which pseudonyms and commitments follow is drawn once; it is missed when it is gone, and
    /// known for another one when one was put in its place.
    the_installations_secret_is_drawn_once;
    /// Everything is wrapped under a new master key, and the old one can go.
    master_keys_are_rotated;
}

fn identity(name: &str, number: &str) -> Identity {
    Identity { name: Some(name.into()), hospital_number: Some(number.into()), ..Identity::default() }
}

async fn site(world: &World, study: Uuid, code: &str, ordinal: i32) -> Uuid {
    let command = OpenSite { code: code.to_owned(), ordinal };
    world.store.decide(study, Box::new(command), by("dora")).await.unwrap().accepted().row
}

async fn screen(world: &World, study: Uuid, screen: Screen) -> store::Outcome {
    world.store.decide(study, Box::new(screen), by("dora")).await.unwrap()
}

async fn identifiers_are_encrypted_and_erased(world: World) {
    let study = world.with_study().await;
    let site = site(&world, study, "BJ01", 1).await;
    let other = world.another().await;
    let first = identity("Erfundene Person", "H-0042");
    let new = Screen { subject: None, site, ordinal: 1, identity: first.clone(), expects: None };
    let subject = screen(&world, study, new).await.accepted().row;
    assert_eq!(other.identity(study, subject).await.unwrap(), Some(first.clone()));
    // Another command that declares the subject is given what is stored; a later reader sees the change.
    let second = identity("Andere Erfundene", "H-0043");
    let over =
        Screen { subject: Some(subject), site, ordinal: 1, identity: second.clone(), expects: Some(first) };
    screen(&world, study, over).await.accepted();
    assert_eq!(other.identity(study, subject).await.unwrap(), Some(second.clone()));
    assert_eq!(other.identity(study, id()).await.unwrap(), None);
    // Nothing of it can be read in the database.
    for (table, column) in [("subject_identity", "ciphertext"), ("change", "image"), ("entry", "header")] {
        let text = if world.raw.get_database_backend() == sea_orm::DbBackend::Sqlite || column != "ciphertext"
        {
            format!("CAST({column} AS text)")
        } else {
            format!("encode({column}, 'escape')")
        };
        let sql =
            format!("SELECT count(*) FROM {table} WHERE {text} LIKE '%Erfundene%' OR {text} LIKE '%H-004%'");
        let statement = sea_orm::Statement::from_string(world.raw.get_database_backend(), sql);
        let row = world.raw.query_one_raw(statement).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 0, "{table}");
    }
    let vault: &dyn study::view::Vault = &*world.store.identities(study).await.unwrap();
    assert_eq!(vault.open(study, subject), Some(second));
    assert_eq!(vault.open(id(), subject), None);
    let erase = Erase { subject, site, ordinal: 1 };
    world.store.decide(study, Box::new(erase), by("dora")).await.unwrap().accepted();
    assert_eq!(other.identity(study, subject).await.unwrap(), None);
    assert_eq!(world.store.find_subject(site, "H-0043").await.unwrap(), None);
    for table in ["subject_identity", "subject_key", "identity_lookup"] {
        assert_eq!(world.count(table).await, 0, "{table}");
    }
    world.sound().await;
}

async fn a_hospital_number_belongs_to_one_subject(world: World) {
    let study = world.with_study().await;
    let (here, there) = (site(&world, study, "BJ01", 1).await, site(&world, study, "SH01", 2).await);
    let new = |site, ordinal, number: &str| Screen {
        subject: None,
        site,
        ordinal,
        identity: identity("Erfundene Person", number),
        expects: None,
    };
    let one = screen(&world, study, new(here, 1, "h 0042")).await.accepted().row;
    assert_eq!(screen(&world, study, new(here, 2, "H0042 ")).await.refused(), RefusalCode::Duplicate);
    let two = screen(&world, study, new(there, 2, "H0042")).await.accepted().row;
    assert_eq!(world.store.find_subject(here, "H0042").await.unwrap(), Some(one));
    assert_eq!(world.store.find_subject(there, "h0042").await.unwrap(), Some(two));
    assert_eq!(world.store.find_subject(here, "H0043").await.unwrap(), None);
    assert_eq!(world.store.find_subject(here, " ").await.unwrap(), None);
    // In one group neither knows of the other before the tables do; then one of them is told.
    let commands: Vec<(Box<dyn study::Decide>, store::Call)> =
        vec![(Box::new(new(here, 3, "H0077")), by("dora")), (Box::new(new(here, 4, "H0077")), by("dora"))];
    let outcomes = world.store.decide_group(study, commands).await.unwrap();
    assert!(outcomes[0].result.is_ok());
    assert_eq!(outcomes[1].clone().refused(), RefusalCode::Duplicate);
    world.sound().await;
}

fn access(study: Uuid, subject: Uuid) -> Access {
    Access {
        actor: id(),
        actor_name: "Dr Dora".into(),
        role: Some(Role::Coordinator),
        membership: Some(id()),
        study: Some(study),
        kind: AccessKind::Identity,
        groups: vec![DataGroup::BirthDate],
        subjects: vec![subject],
        operation: Some("subject".into()),
        request_id: id(),
    }
}

async fn the_access_log_is_a_chain_of_its_own(world: World) {
    let study = world.with_study().await;
    let before = world.store.study(study).await.unwrap();
    let other = world.another().await;
    world.store.log_access(Vec::new(), None).await.unwrap();
    let logs = (0..100).map(|n| {
        let store = if n % 2 == 0 { &world.store } else { &other };
        store.log_access(vec![access(study, id()), access(study, id())], Some("browser".into()))
    });
    for logged in join_all(logs).await {
        logged.unwrap();
    }
    assert_eq!(world.count("access_record").await, 200);
    assert_eq!(world.store.metrics().access_records + other.metrics().access_records, 200);
    assert_eq!(world.store.study(study).await.unwrap().open(), before.open());
    let page = Page { after: None, before: None, limit: 500, newest_first: false };
    let entries = world.store.entries(StreamId::Access, page, Touching::Anything).await.unwrap();
    assert_eq!(entries.len(), 100);
    assert!(entries.iter().all(|entry| entry.header.command == "access" && entry.changes.len() == 2));
    world.sound().await;
    let [first, last] = [&entries[0], &entries[99]].map(|entry| entry.header.revision.0);
    assert_eq!((first, last), (1, 100));
}

async fn secrets_need_their_master_key(world: World) {
    world.found().await;
    let key = world.store.signing_key(KeyPurpose::Checkpoint).await.unwrap();
    assert_eq!(world.another().await.signing_key(KeyPurpose::Checkpoint).await.unwrap().kid, key.kid);
    let pseudonyms = world.store.secret_key("pseudonyms");
    assert_eq!(world.another().await.secret_key("pseudonyms"), pseudonyms);
    assert_ne!(world.store.secret_key("ids"), pseudonyms);
    let connect = async |text: String| {
        let keys = MasterKeys::parse(&text).unwrap();
        let config = DatabaseConfig { vault: Arc::new(keys), migrate: false, ..world.config.clone() };
        Store::connect(&config).await
    };
    // A new master key beside the old one opens what the old one sealed; without it nothing opens.
    let both = format!("new:{}\ntest:{}", "1b".repeat(32), "5a".repeat(32));
    let rotated = connect(both).await.unwrap();
    assert_eq!(rotated.secret_key("pseudonyms"), pseudonyms);
    let wrong = connect(format!("test:{}", "1b".repeat(32))).await.map(|_| ()).unwrap_err();
    assert_eq!(wrong.code(), StoreCode::Configuration);
}

async fn the_installations_secret_is_drawn_once(world: World) {
    // Drawn before the founding, whoever opens the database first.
    let pseudonyms = world.store.secret_key("pseudonyms");
    assert_eq!(world.another().await.secret_key("pseudonyms"), pseudonyms);
    world.found().await;
    world.sound().await;
    let held = world.store.create_signing_key(KeyPurpose::Installation).await.unwrap().kid;
    assert_eq!(world.another().await.create_signing_key(KeyPurpose::Installation).await.unwrap().kid, held);

    world.raw.execute_unprepared("DELETE FROM secret WHERE name = 'installation-key'").await.unwrap();
    let config = DatabaseConfig { migrate: false, ..world.config.clone() };
    let gone = Store::connect(&config).await.map(|_| ()).unwrap_err();
    assert_eq!(gone.code(), StoreCode::Configuration);
    assert!(gone.internal().contains("bring that row back from a backup"), "{}", gone.internal());
    assert_eq!(world.count("secret").await, 2, "the keys that sign, and no new secret");

    // One of another installation under the same master key opens, and is not the one that the ledger names.
    let other = World::sqlite().await;
    let sql = "SELECT nonce, sealed FROM secret WHERE name = 'installation-key'";
    let strange =
        other.raw.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap().unwrap();
    let [nonce, sealed] = ["nonce", "sealed"].map(|name| strange.try_get::<Vec<u8>>("", name).unwrap());
    let insert = "INSERT INTO secret (name, nonce, sealed) VALUES ('installation-key', $1, $2)";
    let backend = world.raw.get_database_backend();
    let values = [nonce.into(), sealed.into()];
    world.raw.execute_raw(Statement::from_sql_and_values(backend, insert, values)).await.unwrap();
    let tricked = world.another().await;
    let strange = tricked.create_signing_key(KeyPurpose::Installation).await.unwrap().kid;
    let report = tricked.verify(Inspection::default()).await.unwrap();
    assert_eq!(report.findings, [Finding::Secret { named: held, held: strange }]);
}

async fn master_keys_are_rotated(world: World) {
    let study = world.with_study().await;
    let site = site(&world, study, "BJ01", 1).await;
    let known = identity("Erfundene Person", "H-0042");
    let new = Screen { subject: None, site, ordinal: 1, identity: known.clone(), expects: None };
    let subject = screen(&world, study, new).await.accepted().row;
    let pseudonyms = world.store.secret_key("pseudonyms");
    let connect = async |text: &str| {
        let keys = MasterKeys::parse(text).unwrap();
        let config = DatabaseConfig { vault: Arc::new(keys), migrate: false, ..world.config.clone() };
        Store::connect(&config).await
    };
    let (old, new) = (format!("test:{}", "5a".repeat(32)), MasterKeys::generate("second").unwrap());
    let before = world.store.verify(Inspection::default()).await.unwrap();
    let both = connect(&format!("{new}\n{old}")).await.unwrap();
    let rotated = both.rotate_keys().await.unwrap();
    // The installation's secret and two keys that sign; one subject.
    assert_eq!((rotated.secrets, rotated.subjects), (3, 1));
    let again = both.rotate_keys().await.unwrap();
    assert_eq!((again.secrets, again.subjects), (0, 0), "nothing is left under the old one");
    assert_eq!(connect(&old).await.map(|_| ()).unwrap_err().code(), StoreCode::Configuration);
    let after = connect(&new).await.unwrap();
    assert_eq!(after.identity(study, subject).await.unwrap(), Some(known));
    assert_eq!(after.secret_key("pseudonyms"), pseudonyms);
    assert!(after.signing_key(KeyPurpose::Checkpoint).await.is_ok());
    let report = after.verify(Inspection::default()).await.unwrap();
    assert_eq!(report, before, "nothing but the wrapping changed");
    // A key that is named and wraps nothing that opens leaves everything as it was.
    let strange = format!("third:{}\nsecond:{}", "0a".repeat(32), "0b".repeat(32));
    assert_eq!(connect(&strange).await.map(|_| ()).unwrap_err().code(), StoreCode::Configuration);
}
