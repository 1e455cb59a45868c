//! Hospital systems on the command line.

use super::Told;
use super::act::{As, sites};
use super::installation::{accepted, broken, call};
use crate::config::Settings;
use crate::database;
use clap::Args;
use portal::command::AddServiceClient;
use std::path::PathBuf;
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

impl AddClient {
    pub(super) async fn run(self, settings: &Settings) -> Told<ExitCode> {
        let public_jwks = std::fs::read_to_string(&self.keys)
            .map_err(|error| format!("{}: {error}", self.keys.display()))?;
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
