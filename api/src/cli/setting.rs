//! The settings that an installation's administrators change while it runs, in the portal's ledger (P11-25, P11-28).

use super::Told;
use super::act::As;
use super::installation::{accepted, asking, call};
use crate::config::Settings;
use crate::database;
use clap::Args;
use portal::SettingKey;
use portal::command::ChangeSetting;
use std::process::ExitCode;

/// Which setting.
#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    by: As,
    /// Its name; all of them are shown unless it is given.
    #[arg(requires = "value")]
    key: Option<String>,
    /// Its new value.
    value: Option<String>,
}

impl Options {
    pub(super) async fn run(self, settings: &Settings) -> Told<ExitCode> {
        let store = database::open(settings).await?;
        if let (Some(key), Some(value)) = (self.key, self.value) {
            let change = ChangeSetting { key, value };
            accepted(store.decide_portal(Box::new(change), call(self.by.caller())).await)?;
            println!("The setting is changed.");
            return Ok(ExitCode::SUCCESS);
        }
        let (portal, ..) = asking(&store, &self.by.user).await?;
        for key in SettingKey::ALL {
            let range =
                key.range().map_or_else(String::new, |it| format!(" ({} to {})", it.start(), it.end()));
            println!("{} = {}{range}", key.as_str(), portal.setting(key));
        }
        Ok(ExitCode::SUCCESS)
    }
}
