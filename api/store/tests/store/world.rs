//! A database of its own for every test, a founded installation in it, and a way round the store's back.

use crate::commands::Found;
use crate::postgres;
use chrono::NaiveDate;
use entity::terms::{KeyPurpose, Masking};
use portal::command::{
    AddPerson, ApproveMembership, GrantMembership, Init, NewAdministrator, NewPublicKey, ProposeMembership,
    RegisterStudy,
};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Accepted, Call, CallerRef, DatabaseConfig, Inspection, MasterKeys, Outcome, Store};
use uuid::Uuid;

/// A database, and the first store on it.
pub struct World {
    pub config: DatabaseConfig,
    pub store: Store,
    /// Around the store, as somebody with the database's password could.
    pub raw: DatabaseConnection,
    file: Option<std::path::PathBuf>,
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            for suffix in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
            }
        }
    }
}

/// A fresh id. Tests may draw what commands may not.
#[allow(clippy::disallowed_methods)]
pub fn id() -> Uuid {
    Uuid::new_v4()
}

pub fn call(caller: CallerRef) -> Call {
    Call { caller, client: None, request_id: id(), key: None }
}

pub fn by(name: &str) -> Call {
    call(CallerRef::User(name.to_owned()))
}

pub fn keyed(name: &str, key: &str) -> Call {
    Call { key: Some(key.to_owned()), ..by(name) }
}

pub fn person(name: &str) -> AddPerson {
    AddPerson { name: name.to_owned(), display_name: format!("Dr {name}"), issuer: None, subject: None }
}

pub trait Accept {
    fn accepted(self) -> Accepted;
    fn refused(self) -> policy::RefusalCode;
}

impl Accept for Outcome {
    fn accepted(self) -> Accepted {
        self.result.unwrap_or_else(|refusal| panic!("refused: {refusal:?}"))
    }

    fn refused(self) -> policy::RefusalCode {
        match self.result {
            Ok(_) => panic!("it was accepted"),
            Err(refusal) => refusal.code,
        }
    }
}

impl World {
    pub async fn sqlite() -> World {
        static FILES: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "trialgraph-store-{}-{}.sqlite",
            std::process::id(),
            FILES.fetch_add(1, Ordering::Relaxed)
        );
        let file = std::env::temp_dir().join(name);
        let raw = format!("sqlite:{}?mode=rwc", file.display());
        World::on(format!("sqlite:{}", file.display()), raw, Some(file)).await
    }

    pub async fn postgres() -> World {
        let url = postgres::url(&postgres::database(), postgres::OWNER);
        World::on(url.clone(), url, None).await
    }

    async fn on(url: String, raw: String, file: Option<std::path::PathBuf>) -> World {
        let keys = MasterKeys::parse(&format!("test:{}", "5a".repeat(32))).unwrap();
        let mut config = DatabaseConfig::new(url, Arc::new(keys));
        config.migrate = true;
        config.connections = 6;
        let store = Store::connect(&config).await.unwrap();
        let mut options = ConnectOptions::new(raw);
        options.max_connections(1).sqlx_logging(false);
        let raw = Database::connect(options).await.unwrap();
        World { config, store, raw, file }
    }

    /// Another process on the same database.
    pub async fn another(&self) -> Store {
        self.another_with(|_| {}).await
    }

    pub async fn another_with(&self, change: impl FnOnce(&mut DatabaseConfig)) -> Store {
        let mut config = self.config.clone();
        config.migrate = false;
        change(&mut config);
        Store::connect(&config).await.unwrap()
    }

    /// Founds the installation with the administrators `anna` and `bela`.
    pub async fn found(&self) {
        let mut public_keys = Vec::new();
        for purpose in [KeyPurpose::Checkpoint, KeyPurpose::Token, KeyPurpose::Installation] {
            let key = self.store.create_signing_key(purpose).await.unwrap();
            public_keys.push(NewPublicKey { kid: key.kid, purpose, jwk: key.jwk });
        }
        let administrator = |name: &str| NewAdministrator {
            name: name.to_owned(),
            display_name: name.to_uppercase(),
            issuer: None,
            subject: None,
        };
        let init = Init { administrators: [administrator("anna"), administrator("bela")], public_keys };
        let call = call(CallerRef::Installation);
        self.store.decide_portal(Box::new(init), call).await.unwrap().accepted();
    }

    /// A founded installation with a study in it and `dora`, who is its data manager.
    pub async fn with_study(&self) -> Uuid {
        self.found().await;
        let study = self.register("NK-1", Masking::Open).await;
        let dora = self.store.decide_portal(Box::new(person("dora")), by("anna")).await.unwrap().accepted();
        self.grant(dora.row, study, "DATA_MANAGER").await;
        study
    }

    pub async fn register(&self, code: &str, masking: Masking) -> Uuid {
        let study = id();
        let registry = RegisterStudy {
            study,
            code: code.to_owned(),
            title: "A study that was invented".to_owned(),
            masking,
            time_zone: "Asia/Shanghai".to_owned(),
        };
        let founding = Box::new(Found { study, code: code.to_owned(), masking });
        let outcome = self.store.register_study(registry, founding, by("anna")).await.unwrap().accepted();
        assert_eq!((outcome.open, outcome.sealed), (Some(1), None));
        study
    }

    /// Makes somebody an administrator, so that one of the first two can go.
    pub async fn third_administrator(&self) {
        let third = self.store.decide_portal(Box::new(person("cara")), by("anna")).await.unwrap().accepted();
        let grant = GrantMembership {
            person: third.row,
            role: "ADMINISTRATOR".to_owned(),
            study: None,
            sites: Vec::new(),
            known_sites: Vec::new(),
            valid_from: NaiveDate::from_ymd_opt(2020, 1, 1).unwrap(),
            valid_to: None,
            chair: false,
            training_on: None,
            delegation: None,
        };
        let propose = ProposeMembership { grant, reason: "Synthetic.".to_owned() };
        let made = self.store.decide_portal(Box::new(propose), by("anna")).await.unwrap().accepted();
        let approve = ApproveMembership { proposal: made.row };
        self.store.decide_portal(Box::new(approve), by("bela")).await.unwrap().accepted();
    }

    pub async fn grant(&self, person: Uuid, study: Uuid, role: &str) -> Accepted {
        let grant = GrantMembership {
            person,
            role: role.to_owned(),
            study: Some(study),
            sites: Vec::new(),
            known_sites: Vec::new(),
            valid_from: NaiveDate::from_ymd_opt(2020, 1, 1).unwrap(),
            valid_to: None,
            chair: false,
            training_on: None,
            delegation: None,
        };
        self.store.decide_portal(Box::new(grant), by("anna")).await.unwrap().accepted()
    }

    /// Runs statements that only somebody who owns the tables can, with the triggers that guard them off.
    pub async fn tamper(&self, sql: &str) {
        let off: Vec<String> = match self.raw.get_database_backend() {
            sea_orm::DbBackend::Sqlite => {
                let sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'";
                let triggers = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, sql);
                let rows = self.raw.query_all_raw(triggers).await.unwrap();
                let names = rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap());
                names.map(|name| format!("DROP TRIGGER \"{name}\"")).collect()
            }
            _ => ["entry", "change", "checkpoint"]
                .map(|table| format!("ALTER TABLE {table} DISABLE TRIGGER ALL"))
                .into(),
        };
        for off in off {
            self.raw.execute_unprepared(&off).await.unwrap();
        }
        let done = self.raw.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert!(done.rows_affected() > 0, "{sql}: changed nothing");
    }

    /// Verifies everything and expects no finding.
    pub async fn sound(&self) -> store::Report {
        let report = self.store.verify(Inspection::default()).await.unwrap();
        let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
        assert_eq!(findings, Vec::<String>::new());
        report
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        let statement = sea_orm::Statement::from_string(self.raw.get_database_backend(), sql);
        self.raw.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }
}
