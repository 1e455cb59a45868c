//! The periodic review of access: which grants are due, and that one is still needed.

use super::Told;
use super::act::{As, described, last_sign_in};
use super::installation::{accepted, asking, broken, call};
use crate::config::Settings;
use crate::database;
use clap::Args;
use portal::command::ReviewMembership;
use std::process::ExitCode;
use uuid::Uuid;

/// What is reviewed.
#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    by: As,
    /// Confirm that this grant is still needed as it is. One that is not is ended with `end-grant`.
    #[arg(long)]
    confirm: Option<Uuid>,
    /// List the grants that hold and are due within so many days from today.
    #[arg(long, default_value_t = 14, conflicts_with = "confirm")]
    within: u64,
}

impl Options {
    pub(super) async fn run(self, settings: &Settings) -> Told<ExitCode> {
        let store = database::open(settings).await?;
        if let Some(membership) = self.confirm {
            let review = ReviewMembership { membership };
            accepted(store.decide_portal(Box::new(review), call(self.by.caller())).await)?;
            println!("The grant is confirmed.");
            return Ok(ExitCode::SUCCESS);
        }
        let (portal, actor, now) = asking(&store, &self.by.user).await?;
        let today = now.date_naive();
        let signed_in = store.last_sign_ins().await.map_err(broken)?;
        let mut due: Vec<_> = Vec::new();
        for person in portal.people(&actor, now).map_err(|refusal| refusal.message)? {
            let grants = person.memberships.iter().filter_map(|grant| Some((grant.review_due?, grant)));
            let last = last_sign_in(&signed_in, person.id);
            let told = |grant| format!("{}; {last}", described(&portal, grant));
            due.extend(grants.map(|(day, grant)| (day, person.name.clone(), grant.id, told(grant))));
        }
        due.sort();
        due.retain(|(day, ..)| (*day - today).num_days() <= i64::try_from(self.within).unwrap_or(i64::MAX));
        for (day, name, id, told) in &due {
            let late = if *day < today { "OVERDUE since" } else { "due by" };
            println!("{id} {name} {late} {day}: {told}");
        }
        if due.is_empty() {
            println!("No grant is due within {} days.", self.within);
        }
        Ok(ExitCode::SUCCESS)
    }
}
