//! What a person may do and see, for administrators, who read no clinical data: it is told from the rules and the grants.

use super::Told;
use super::act::As;
use super::installation::asking;
use crate::config::Settings;
use crate::database;
use clap::Args;
use policy::{Access, Act, DataGroup, access, may};
use std::process::ExitCode;

/// Whose rights are shown.
#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    by: As,
    /// The user name.
    #[arg(long)]
    name: String,
}

/// What a cell of the access matrix lets somebody see.
const fn told(cell: Access) -> &'static str {
    match cell {
        Access::No => "nothing",
        Access::Read => "reads",
        Access::Write => "reads and writes",
        Access::Submit => "sends in",
        Access::Pseudonymous => "under pseudonyms",
        Access::Pooled => "totals",
        Access::Notice => "that something happened",
        Access::Masked => "masked",
        Access::AfterLock => "after the lock",
        Access::OnSite => "on site",
        Access::OneCase => "one case when unmasked",
    }
}

impl Options {
    pub(super) async fn run(self, settings: &Settings) -> Told<ExitCode> {
        let store = database::open(settings).await?;
        let (portal, actor, now) = asking(&store, &self.by.user).await?;
        // Whoever may list accounts may be told what they come to.
        let people = portal.people(&actor, now).map_err(|refusal| refusal.message)?;
        let known = people.iter().find(|person| person.name.eq_ignore_ascii_case(&self.name));
        let person = known.ok_or_else(|| format!("there is no person `{}`", self.name))?;
        let studies: Vec<_> = portal.all_studies().collect();
        let held: Vec<_> = person.memberships.iter().filter(|grant| grant.holds).collect();
        println!("{} ({}): {} grants hold now", person.name, person.display_name, held.len());
        for grant in held {
            let study = grant.study.and_then(|id| studies.iter().find(|(known, _)| *known == id));
            let place = study.map_or("the installation", |(_, code)| code);
            let reach = match grant.sites.len() {
                0 => String::new(),
                sites => format!(", {sites} of its sites"),
            };
            println!("\n{} in {place}{reach}", grant.role.as_str());
            let acts: Vec<&str> =
                Act::ALL.iter().filter(|act| may(grant.role, **act)).map(|act| act.as_str()).collect();
            println!("  may: {}", if acts.is_empty() { "nothing".to_owned() } else { acts.join(", ") });
            println!("  {:24} {:24} masked", "sees", "open-label");
            for group in DataGroup::ALL {
                let cell = access(grant.role, *group);
                println!("  {:24} {:24} {}", group.as_str(), told(cell.open), told(cell.masked));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
