//! The command line. Acts name the person who performs them (`--as USER`) and go through the same decisions as
//! over GraphQL.

mod access_log;
mod act;
mod client;
mod demo;
mod derive;
pub mod installation;
mod master_key;
mod proof;
mod review;
mod rights;
mod serve;
mod setting;
mod verify;

use crate::config::Settings;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// A GraphQL backend for multi-site clinical trials.
#[derive(Parser)]
#[command(name = "trialgraph", version, about)]
struct Arguments {
    /// The configuration file; `trialgraph.toml` in the working directory unless given.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the demonstration: a fresh embedded study with synthetic data, tokens and links printed.
    Demo(demo::Options),
    /// Run the server.
    Serve,
    /// Found an installation: two administrators and the keys. Possible once.
    Init(installation::Options),
    /// Issue an access token for a person.
    Token(installation::TokenOptions),
    /// Bring the database's schema up to date.
    Migrate(installation::MigrateOptions),
    /// Register a study from a protocol file.
    RegisterStudy(act::RegisterStudy),
    /// Add a person.
    AddPerson(act::AddPerson),
    /// Disable a person at once.
    DisablePerson(act::DisablePerson),
    /// Invite a person to set a password and a second factor, for the first time or anew.
    Invite(act::Invite),
    /// Register a hospital system for one site of a study.
    AddClient(client::AddClient),
    /// Give a hospital system other keys in place of those that it has.
    ChangeClientKeys(client::ChangeKeys),
    /// End every session of a person at once.
    SignOut(act::SignOut),
    /// Grant a role, or propose one that takes two administrators to grant.
    Grant(act::Grant),
    /// List grants that were proposed.
    Proposals(act::Proposals),
    /// Approve a grant that another administrator proposed.
    ApproveGrant(act::Decided),
    /// Reject a grant that was proposed, or take it back.
    RejectGrant(act::Decided),
    /// List people and their grants.
    People(act::People),
    /// End a grant at once.
    EndGrant(act::EndGrant),
    /// Show the settings of the installation, or change one.
    Setting(setting::Options),
    /// List the grants that are due for review, or confirm that one is still needed.
    ReviewGrants(review::Options),
    /// List the newest records of the access log.
    AccessLog(access_log::Options),
    /// Show what a person may do and see, by the rules alone and without any data of a study.
    Rights(rights::Options),
    /// Print a new master key, to be put before the others in the file of master keys at every server.
    MasterKey(master_key::NewKey),
    /// Wrap everything under the first of the master keys, so that the older ones can go.
    RotateKeys,
    /// Recompute every chain and compare ledger and tables.
    Verify(verify::Options),
    /// Sign where the ledgers stand.
    Checkpoint(verify::CheckpointOptions),
    /// Compute endpoints line by line: JSON on standard input, JSON on standard output.
    Derive,
    /// Print the GraphQL schema.
    Schema,
}

/// What went wrong, for the operator.
pub(crate) type Told<T> = Result<T, String>;

/// Runs the command line.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(code) => code,
        Err(told) => {
            eprintln!("trialgraph: {told}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Told<ExitCode> {
    match &arguments.command {
        Command::Derive => return derive::run(),
        Command::Schema => {
            print!("{}", crate::graphql::sdl());
            return Ok(ExitCode::SUCCESS);
        }
        Command::MasterKey(options) => return options.run(),
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no threads: {error}"))?;
    runtime.block_on(async {
        let settings = || Settings::read(arguments.config.as_deref()).map_err(|problems| problems.join("\n"));
        match arguments.command {
            Command::Demo(options) => demo::run(settings()?, options).await,
            Command::Serve => serve::run(settings()?).await,
            Command::Init(options) => installation::run(&settings()?, options).await,
            Command::Token(options) => installation::token(&settings()?, options).await,
            Command::Migrate(options) => installation::migrate(&settings()?, options).await,
            Command::RegisterStudy(options) => options.run(&settings()?).await,
            Command::AddPerson(options) => options.run(&settings()?).await,
            Command::DisablePerson(options) => options.run(&settings()?).await,
            Command::Invite(options) => options.run(&settings()?).await,
            Command::AddClient(options) => options.run(&settings()?).await,
            Command::ChangeClientKeys(options) => options.run(&settings()?).await,
            Command::SignOut(options) => options.run(&settings()?).await,
            Command::Grant(options) => options.run(&settings()?).await,
            Command::Proposals(options) => options.run(&settings()?).await,
            Command::ApproveGrant(options) => options.approve(&settings()?).await,
            Command::RejectGrant(options) => options.reject(&settings()?).await,
            Command::People(options) => options.run(&settings()?).await,
            Command::EndGrant(options) => options.run(&settings()?).await,
            Command::Setting(options) => options.run(&settings()?).await,
            Command::ReviewGrants(options) => options.run(&settings()?).await,
            Command::AccessLog(options) => options.run(&settings()?).await,
            Command::Rights(options) => options.run(&settings()?).await,
            Command::RotateKeys => master_key::rotate(&settings()?).await,
            Command::Verify(options) => verify::run(&settings()?, options).await,
            Command::Checkpoint(options) => verify::checkpoint(&settings()?, options).await,
            Command::Derive | Command::Schema | Command::MasterKey(_) => Ok(ExitCode::SUCCESS),
        }
    })
}
