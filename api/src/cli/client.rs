//! Hospital systems on the command line.

use super::Told;
use super::act::{As, sites};
use super::installation::{accepted, broken, call};
use crate::config::Settings;
use crate::database;
use clap::Args;
use portal::command::{AddServiceClient, ChangeClientKeys};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Register a hospital system for one site of a study.
#[derive(Args)]
pub(super) struct AddClient {
    #[command(flatten)]
    by: As,
    /// The name, under which it asks for tokens.
    #[arg(long)]
    name: String,
    /// The study's code.
    #[arg(long)]
    study: String,
    /// The site's code.
    #[arg(long)]
    site: String,
    /// File with its public keys as a JWK set.
    #[arg(long)]
    keys: PathBuf,
    /// What it may ask for, such as system/Observation.c; may be given several times.
    #[arg(long = "scope", required = true)]
    scopes: Vec<String>,
}

/// Give a hospital system other keys in place of those that it has.
#[derive(Args)]
pub(super) struct ChangeKeys {
    #[command(flatten)]
    by: As,
    /// The name of the system.
    #[arg(long)]
    name: String,
    /// File with its public keys from now on, as a JWK set.
    #[arg(long)]
    keys: PathBuf,
}

impl ChangeKeys {
    pub(super) async fn run(self, settings: &Settings) -> Told<ExitCode> {
        let public_jwks = read(&self.keys)?;
        let store = database::open(settings).await?;
        let portal = store.portal().await.map_err(broken)?;
        let client = portal.calling_client(&self.name).map(|client| client.id);
        let client = client.ok_or_else(|| format!("there is no active hospital system `{}`", self.name))?;
        let change = ChangeClientKeys { client, public_jwks };
        accepted(store.decide_portal(Box::new(change), call(self.by.caller())).await)?;
        println!("The keys are changed. Tokens that were asked for by a key that is gone hold no more.");
        Ok(ExitCode::SUCCESS)
    }
}

fn read(keys: &Path) -> Told<String> {
    std::fs::read_to_string(keys).map_err(|error| format!("{}: {error}", keys.display()))
}

impl AddClient {
    pub(super) async fn run(self, settings: &Settings) -> Told<ExitCode> {
        let public_jwks = read(&self.keys)?;
        let store = database::open(settings).await?;
        let portal = store.portal().await.map_err(broken)?;
        let study = portal.all_studies().find(|(_, known)| *known == self.study).map(|(id, _)| id);
        let study = study.ok_or_else(|| format!("there is no study `{}`", self.study))?;
        let known = sites(&store, &self.by.user, study).await?;
        let site = known.iter().find(|(code, _)| *code == self.site).map(|(_, id)| *id);
        let add = AddServiceClient {
            name: self.name,
            study,
            site: site.ok_or_else(|| format!("the study has no site `{}`", self.site))?,
            known_sites: known.into_iter().map(|(_, id)| id).collect(),
            public_jwks,
            scopes: self.scopes,
        };
        let done = accepted(store.decide_portal(Box::new(add), call(self.by.caller())).await)?;
        println!("The hospital system is registered: {}", done.row);
        Ok(ExitCode::SUCCESS)
    }
}
