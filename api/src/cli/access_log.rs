//! The access log: who read identifiers and closed matters, who signed in or failed to, and which acts were denied (P11-29).

use super::Told;
use super::act::As;
use super::installation::{asking, broken};
use crate::config::Settings;
use crate::database;
use clap::Args;
use std::collections::BTreeSet;
use std::process::ExitCode;
use study::terms::Term as _;
use uuid::Uuid;

/// What is listed.
#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    by: As,
    /// How many of the newest records are looked at, 1 to 10,000.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    newest: u64,
}

impl Options {
    /// Lists records, the newest first: to an administrator all of them, to an auditor those of the studies that they audit.
    /// Which subjects were read is a number here.
    pub(super) async fn run(self, settings: &Settings) -> Told<ExitCode> {
        let store = database::open(settings).await?;
        let (portal, actor, now) = asking(&store, &self.by.user).await?;
        // Whoever may list accounts may read what these did.
        portal.people(&actor, now).map_err(|refusal| refusal.message)?;
        let of_all = actor.memberships.iter().any(|grant| grant.study.is_none());
        let studies: BTreeSet<Uuid> = actor
            .memberships
            .iter()
            .filter(|grant| {
                policy::access(grant.role, policy::DataGroup::Accounts).open == policy::Access::Read
            })
            .filter_map(|grant| grant.study)
            .collect();
        for record in store.access_records(self.newest).await.map_err(broken)? {
            if !of_all && !record.study_id.is_some_and(|study| studies.contains(&study)) {
                continue;
            }
            let code = record.study_id.and_then(|id| portal.all_studies().find(|(known, _)| *known == id));
            println!(
                "{} {} {} {} {} {} [{}] {} subjects",
                record.at.format("%Y-%m-%dT%H:%M:%SZ"),
                record.kind.as_str(),
                record.actor_name,
                record.role.as_deref().unwrap_or("-"),
                code.map_or("-", |(_, code)| code),
                record.operation.as_deref().unwrap_or("-"),
                record.groups.0.join(" "),
                record.subject_ids.0.len()
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}
