//! Master keys: a new one, and wrapping everything under it.

use super::Told;
use super::installation::broken;
use crate::config::Settings;
use crate::database;
use clap::Args;
use std::process::ExitCode;
use store::MasterKeys;

/// A fresh master key.
#[derive(Args)]
pub(super) struct NewKey {
    /// Its id: 1 to 64 letters, digits, - or _, that no other key has.
    id: String,
}

impl NewKey {
    /// Prints the line that the key is.
    pub(super) fn run(&self) -> Told<ExitCode> {
        let line = MasterKeys::generate(&self.id).map_err(broken)?;
        MasterKeys::parse(&line).map_err(broken)?;
        println!("{line}");
        Ok(ExitCode::SUCCESS)
    }
}

pub(super) async fn rotate(settings: &Settings) -> Told<ExitCode> {
    let store = database::open_with(settings, false).await?;
    let done = store.rotate_keys().await.map_err(broken)?;
    println!(
        "Under the current master key are now {} more secrets and the keys of {} more subjects. The older keys open nothing \
         any more, but for backups.",
        done.secrets, done.subjects
    );
    Ok(ExitCode::SUCCESS)
}
