//! Founding an installation, its tokens and its schema.

use super::Told;
use crate::app::board_keys;
use crate::caller::COMMAND_LINE;
use crate::config::Settings;
use crate::database;
use crate::signin::{self, Minter};
use chrono::{DateTime, Utc};
use clap::Args;
use policy::Actor;
use portal::command::{Init, NewAdministrator, NewPublicKey};
use portal::{KeyPurpose, Portal};
use std::process::ExitCode;
use std::sync::Arc;
use store::{Call, CallerRef, Outcome, Store, StoreError};
use study::view::{Lens, View};
use uuid::Uuid;

/// How an installation is founded.
#[derive(Args)]
pub(super) struct Options {
    /// The first administrator, as NAME=Printed Name.
    #[arg(long = "administrator", required = true, num_args = 1)]
    administrators: Vec<String>,
}

/// For whom a token is issued.
#[derive(Args)]
pub(super) struct TokenOptions {
    /// The user name.
    #[arg(long)]
    user: String,
    /// Minutes that the token holds; `tokens.minutes` unless given.
    #[arg(long)]
    minutes: Option<u64>,
}

/// How the schema is brought up to date.
#[derive(Args)]
pub(super) struct MigrateOptions {
    /// PostgreSQL's role that the server connects as: it gets what it needs and no more.
    #[arg(long)]
    grant: Option<String>,
    /// From now on write this program's format. Older programs then only read.
    #[arg(long)]
    finish: bool,
}

/// A fresh random id.
pub(crate) fn fresh() -> Uuid {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid()
}

pub(crate) fn broken(error: StoreError) -> String {
    format!("{} ({})", error.code().message(), error.internal())
}

/// A call from the command line.
pub(crate) fn call(caller: CallerRef) -> Call {
    Call { caller, client: Some(COMMAND_LINE.to_owned()), request_id: fresh(), key: None }
}

/// Who asks on the command line, with the portal and the moment at which they ask.
pub(super) async fn asking(store: &Store, user: &str) -> Told<(Arc<Portal>, Actor, DateTime<Utc>)> {
    let (portal, now) = (store.portal().await.map_err(broken)?, store.clock().now());
    let actor = portal.actor(user, now).ok_or_else(|| format!("there is no active person `{user}`"))?;
    Ok((portal, actor, now))
}

/// What was accepted, or the refusal as a sentence.
pub(crate) fn accepted(outcome: Result<Outcome, StoreError>) -> Told<store::Accepted> {
    outcome.map_err(broken)?.result.map_err(|refusal| match refusal.field.is_empty() {
        true => format!("refused ({}): {}", refusal.code.as_str(), refusal.message),
        false => {
            format!("refused ({}) at {}: {}", refusal.code.as_str(), refusal.field.join("."), refusal.message)
        }
    })
}

/// Founds an installation: two administrators, a key for tokens, one for checkpoints, and that from which all others
/// follow.
///
/// # Errors
/// Why it cannot be founded; above all when it was before.
pub async fn found(store: &Store, administrators: [(String, String); 2]) -> Result<(), String> {
    if !store.portal().await.map_err(broken)?.is_empty() {
        return Err("the installation was founded before".to_owned());
    }
    let mut public_keys = Vec::new();
    for purpose in [KeyPurpose::Token, KeyPurpose::Checkpoint, KeyPurpose::Installation] {
        let key = store.create_signing_key(purpose).await.map_err(broken)?;
        public_keys.push(NewPublicKey { kid: key.kid, purpose: key.purpose, jwk: key.jwk });
    }
    let person = |(name, display_name): (String, String)| NewAdministrator {
        name,
        display_name,
        issuer: None,
        subject: None,
    };
    let init = Init { administrators: administrators.map(person), public_keys };
    accepted(store.decide_portal(Box::new(init), call(CallerRef::Installation)).await)?;
    Ok(())
}

pub(super) async fn run(settings: &Settings, options: Options) -> Told<ExitCode> {
    let named = |text: &String| {
        let (name, printed) = text.split_once('=').unwrap_or((text, text));
        (name.to_owned(), printed.to_owned())
    };
    let administrators: Vec<(String, String)> = options.administrators.iter().map(named).collect();
    let administrators = <[_; 2]>::try_from(administrators).map_err(|given| {
        format!(
            "name exactly two administrators with --administrator NAME=\"Printed Name\" each; {} were named. Nobody \
             grants a role to themselves, so one alone could not work.",
            given.len()
        )
    })?;
    let store = database::open_first(settings, None).await?;
    found(&store, administrators).await?;
    println!("The installation is founded. Issue a token with: trialgraph token --user NAME");
    Ok(ExitCode::SUCCESS)
}

/// Makes tokens with the key that signs now.
///
/// # Errors
/// When there is none.
pub async fn minter(settings: &Settings, store: &Store) -> Result<Minter, String> {
    let key = store.signing_key(KeyPurpose::Token).await.map_err(broken)?;
    Ok(Minter::new(key.key, key.kid, settings.tokens.issuer.clone(), settings.tokens.audience.clone()))
}

pub(super) async fn token(settings: &Settings, options: TokenOptions) -> Told<ExitCode> {
    let store = database::open(settings).await?;
    let (portal, actor, now) = asking(&store, &options.user).await?;
    let minutes = options.minutes.unwrap_or(settings.tokens.minutes).min(1_440);
    let grant = signin::Grant {
        user: &actor.name,
        epoch: portal.sign_in_epoch(&actor.name).unwrap_or_default(),
        client: COMMAND_LINE,
        now: now.timestamp(),
        seconds: i64::try_from(minutes * 60).unwrap_or(3_600),
        id: fresh(),
    };
    let token =
        minter(settings, &store).await?.mint(&grant).map_err(|_| "the token cannot be signed".to_owned())?;
    let record = store::Access {
        // The operator's act: nobody proved to be the person whom it names.
        actor: actor.person,
        actor_name: format!("(operator) for {}", actor.display_name),
        role: None,
        membership: None,
        study: None,
        kind: store::AccessKind::Token,
        groups: Vec::new(),
        subjects: Vec::new(),
        operation: Some("token".to_owned()),
        request_id: fresh(),
    };
    store.log_access(vec![record], Some(COMMAND_LINE.to_owned())).await.map_err(broken)?;
    println!("{token}");
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn migrate(settings: &Settings, options: MigrateOptions) -> Told<ExitCode> {
    let store = database::open_first(settings, Some(true)).await?;
    if let Some(role) = &options.grant {
        store.grant(role).await.map_err(broken)?;
    }
    if options.finish {
        let streams = store.finish_migration().await.map_err(broken)?;
        println!("{streams} streams are written in this program's format from now on.");
    }
    println!("The schema is up to date.");
    Ok(ExitCode::SUCCESS)
}

/// A study as a person sees it.
pub(crate) async fn look(store: &Store, user: &str, study: Uuid) -> Told<View> {
    let (_, actor, now) = asking(store, user).await?;
    let lens = Lens {
        now,
        keys: Arc::new(board_keys(store)),
        vault: store.identities(study).await.map_err(broken)?,
        trail: Arc::default(),
    };
    let snapshot = store.study(study).await.map_err(broken)?;
    snapshot.view(&Arc::new(actor), lens).ok_or_else(|| format!("`{user}` has no business in the study"))
}
