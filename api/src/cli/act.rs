//! Administrative acts. Each is decided as its mutation would be, for the person whom `--as` names.

use super::Told;
use super::installation::{self, accepted, asking, broken, call, fresh};
use super::proof;
use crate::config::Settings;
use crate::database;
use crate::signin::factor;
use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use policy::{Role, needs_two};
use portal::{MembershipView, Portal, command};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use store::{CallerRef, Store};
use study::Rulebook;
use study::command::setup::FoundStudy;
use study::terms::Term as _;
use uuid::Uuid;

/// Who acts.
#[derive(Args)]
pub(super) struct As {
    /// The user name of the person who acts.
    #[arg(long = "as")]
    pub(super) user: String,
}

impl As {
    pub(super) fn caller(&self) -> CallerRef {
        CallerRef::User(self.user.clone())
    }
}

/// Register a study from a protocol file.
#[derive(Args)]
pub(super) struct RegisterStudy {
    #[command(flatten)]
    by: As,
    /// The protocol file (TOML).
    #[arg(long)]
    protocol: PathBuf,
    /// Say that the study's data are made up.
    #[arg(long)]
    synthetic: bool,
}

/// Add a person.
#[derive(Args)]
pub(super) struct AddPerson {
    #[command(flatten)]
    by: As,
    /// The user name, unique for ever.
    #[arg(long)]
    name: String,
    /// The printed name.
    #[arg(long)]
    display_name: String,
    /// The external issuer that signs the person in.
    #[arg(long, requires = "subject")]
    issuer: Option<String>,
    /// The person's subject at that issuer.
    #[arg(long, requires = "issuer")]
    subject: Option<String>,
}

/// Disable a person at once.
#[derive(Args)]
pub(super) struct DisablePerson {
    #[command(flatten)]
    by: As,
    /// The user name.
    #[arg(long)]
    name: String,
}

/// Invite a person to set a password and a second factor, for the first time or anew.
#[derive(Args)]
pub(super) struct Invite {
    #[command(flatten)]
    by: As,
    /// The user name.
    #[arg(long)]
    name: String,
    /// Hours that the invitation holds; `sign_in.invitation_hours` unless given.
    #[arg(long)]
    hours: Option<u32>,
}

/// End every session of a person at once.
#[derive(Args)]
pub(super) struct SignOut {
    #[command(flatten)]
    by: As,
    /// The user name.
    #[arg(long)]
    name: String,
}

/// Grant a role, or propose one that takes two administrators to grant.
#[derive(Args)]
pub(super) struct Grant {
    #[command(flatten)]
    by: As,
    /// Propose it for another administrator to approve, for this reason.
    #[arg(long, value_name = "REASON")]
    propose: Option<String>,
    /// The user name of who receives it.
    #[arg(long)]
    name: String,
    /// The role, such as COORDINATOR.
    #[arg(long)]
    role: String,
    /// The study's code; none for roles of the installation.
    #[arg(long)]
    study: Option<String>,
    /// Code of a site that the role reaches; may be given several times.
    #[arg(long = "site")]
    sites: Vec<String>,
    /// First day; today unless given.
    #[arg(long)]
    from: Option<NaiveDate>,
    /// Last day.
    #[arg(long)]
    until: Option<NaiveDate>,
    /// Whether the member chairs the board.
    #[arg(long)]
    chair: bool,
    /// The day on which training was confirmed.
    #[arg(long)]
    training: Option<NaiveDate>,
    /// Reference of the entry in the delegation log.
    #[arg(long)]
    delegation: Option<String>,
}

/// List people and their grants.
#[derive(Args)]
pub(super) struct People {
    #[command(flatten)]
    by: As,
}

/// End a grant at once.
#[derive(Args)]
pub(super) struct EndGrant {
    #[command(flatten)]
    by: As,
    /// The grant's id, as `trialgraph people` prints it.
    #[arg(long)]
    grant: Uuid,
    /// Why.
    #[arg(long)]
    reason: String,
}

/// List grants that were proposed.
#[derive(Args)]
pub(super) struct Proposals {
    #[command(flatten)]
    by: As,
}

/// Decide a grant that was proposed.
#[derive(Args)]
pub(super) struct Decided {
    #[command(flatten)]
    by: As,
    /// The proposal's id, as `trialgraph proposals` prints it.
    #[arg(long)]
    proposal: Uuid,
}

/// Registers a study from the text of its protocol file, and answers with its id.
pub(crate) async fn register(
    store: &Store,
    caller: CallerRef,
    document: &str,
    synthetic: bool,
) -> Told<Uuid> {
    let book = Rulebook::parse(document).map_err(|problems| {
        let lines: Vec<String> =
            problems.iter().map(|problem| format!("  {}: {}", problem.path, problem.message)).collect();
        format!("the protocol file is refused:\n{}", lines.join("\n"))
    })?;
    let study = fresh();
    let registry = command::RegisterStudy {
        study,
        code: book.study().code.clone(),
        title: book.study().title.clone(),
        masking: book.study().masking,
        time_zone: book.zone().name().to_owned(),
    };
    let founding = FoundStudy { study, document: document.to_owned(), synthetic };
    accepted(store.register_study(registry, Box::new(founding), call(caller)).await)?;
    Ok(study)
}

impl RegisterStudy {
    pub(super) async fn run(self, settings: &Settings) -> Told<ExitCode> {
        let document = std::fs::read_to_string(&self.protocol)
            .map_err(|error| format!("{}: {error}", self.protocol.display()))?;
        let store = database::open(settings).await?;
        register(&store, self.by.caller(), &document, self.synthetic).await?;
        println!("The study is registered.");
        Ok(ExitCode::SUCCESS)
    }
}

/// The id of a person by name, as an administrator sees them.
pub(crate) async fn person(store: &Store, by: &str, name: &str) -> Told<Uuid> {
    let (portal, actor, now) = asking(store, by).await?;
    let people = portal.people(&actor, now).map_err(|refusal| refusal.message)?;
    let found = people.iter().find(|person| person.name.eq_ignore_ascii_case(name)).map(|person| person.id);
    found.ok_or_else(|| format!("there is no person `{name}`"))
}

/// Sites of a study by code, as the person who acts sees them.
pub(super) async fn sites(store: &Store, by: &str, study: Uuid) -> Told<Vec<(String, Uuid)>> {
    let view = installation::look(store, by, study).await?;
    Ok(view.sites().map(|site| (site.code().to_owned(), site.row_id())).collect())
}

impl AddPerson {
    pub(super) async fn run(self, settings: &Settings) -> Told<ExitCode> {
        let store = database::open(settings).await?;
        let add = command::AddPerson {
            name: self.name,
            display_name: self.display_name,
            issuer: self.issuer,
            subject: self.subject,
        };
        accepted(store.decide_portal(Box::new(add), call(self.by.caller())).await)?;
        println!("The person is added.");
        Ok(ExitCode::SUCCESS)
    }
}

impl DisablePerson {
    pub(super) async fn run(self, settings: &Settings) -> Told<ExitCode> {
        let store = database::open(settings).await?;
        let person = person(&store, &self.by.user, &self.name).await?;
        let disable = command::DisablePerson { person };
        accepted(store.decide_portal(Box::new(disable), call(self.by.caller())).await)?;
        println!("The person is disabled: no request of theirs is accepted any more.");
        Ok(ExitCode::SUCCESS)
    }
}

impl Invite {
    pub(super) async fn run(self, settings: &Settings) -> Told<ExitCode> {
        let store = database::open(settings).await?;
        let person = person(&store, &self.by.user, &self.name).await?;
        // A first invitation opens nothing that was there; of a second one somebody answers for it.
        if store.credential(person).await.map_err(broken)?.is_some() {
            proof::demand(settings, &store, &self.by.user).await?;
        }
        let code = factor::invitation_code();
        let hours = self.hours.unwrap_or(settings.sign_in.invitation_hours);
        let invite = command::InvitePerson { person, hours, digest: factor::digest(&code) };
        accepted(store.decide_portal(Box::new(invite), call(self.by.caller())).await)?;
        println!("{code}");
        eprintln!(
            "The invitation holds {hours} hours, once. Hand it to the person in private; it is kept nowhere. The \
             password that they had holds no more. Who has a second factor already needs it to take the invitation, or \
             the invitation of a second administrator."
        );
        Ok(ExitCode::SUCCESS)
    }
}

impl SignOut {
    pub(super) async fn run(self, settings: &Settings) -> Told<ExitCode> {
        let store = database::open(settings).await?;
        let person = person(&store, &self.by.user, &self.name).await?;
        let end = command::SignOutPerson { person };
        accepted(store.decide_portal(Box::new(end), call(self.by.caller())).await)?;
        println!("Every session of the person is ended.");
        Ok(ExitCode::SUCCESS)
    }
}

impl Grant {
    pub(super) async fn run(self, settings: &Settings) -> Told<ExitCode> {
        let store = database::open(settings).await?;
        let person = person(&store, &self.by.user, &self.name).await?;
        let portal = store.portal().await.map_err(broken)?;
        let study = match &self.study {
            Some(code) => {
                let found = portal.all_studies().find(|(_, known)| known == code).map(|(id, _)| id);
                Some(found.ok_or_else(|| format!("there is no study `{code}`"))?)
            }
            None => None,
        };
        let known = match study {
            Some(study) => sites(&store, &self.by.user, study).await?,
            None => Vec::new(),
        };
        let mut reached = Vec::new();
        for code in &self.sites {
            let found = known.iter().find(|(site, _)| site == code).map(|(_, id)| *id);
            reached.push(found.ok_or_else(|| format!("the study has no site `{code}`"))?);
        }
        let grant = command::GrantMembership {
            person,
            role: self.role,
            study,
            sites: reached,
            known_sites: known.into_iter().map(|(_, id)| id).collect(),
            valid_from: self.from.unwrap_or_else(|| store.clock().now().date_naive()),
            valid_to: self.until,
            chair: self.chair,
            training_on: self.training,
            delegation: self.delegation,
        };
        let Some(reason) = self.propose else {
            let done = accepted(store.decide_portal(Box::new(grant), call(self.by.caller())).await)?;
            println!("The role is granted: {}", done.row);
            return Ok(ExitCode::SUCCESS);
        };
        let propose = command::ProposeMembership { grant, reason };
        let done = accepted(store.decide_portal(Box::new(propose), call(self.by.caller())).await)?;
        println!("The grant is proposed: {}", done.row);
        eprintln!(
            "Another administrator approves it within three days, with an access token of theirs on standard input: \
             trialgraph approve-grant --as NAME --proposal ID"
        );
        Ok(ExitCode::SUCCESS)
    }
}

/// Grants a role: one that takes two administrators on the proposal of the first.
pub(crate) async fn grant(
    store: &Store,
    [first, second]: [&str; 2],
    grant: command::GrantMembership,
) -> Told<()> {
    let by = |name: &str| call(CallerRef::User(name.to_owned()));
    if !Role::parse(&grant.role).is_some_and(needs_two) {
        return accepted(store.decide_portal(Box::new(grant), by(first)).await).map(drop);
    }
    let propose = command::ProposeMembership { grant, reason: "Founding of the demonstration".to_owned() };
    let proposal = accepted(store.decide_portal(Box::new(propose), by(first)).await)?.row;
    let approve = command::ApproveMembership { proposal };
    accepted(store.decide_portal(Box::new(approve), by(second)).await).map(drop)
}

impl Proposals {
    pub(super) async fn run(self, settings: &Settings) -> Told<ExitCode> {
        let store = database::open(settings).await?;
        let (portal, actor, now) = asking(&store, &self.by.user).await?;
        for it in portal.membership_proposals(&actor, now).map_err(|refusal| refusal.message)? {
            let to = portal.printed_name(it.person).unwrap_or_default();
            let from = portal.printed_name(it.proposed_by).unwrap_or_default();
            println!(
                "{} {} {} to {to}, proposed by {from}: {}",
                it.id,
                it.state.as_str(),
                it.role.as_str(),
                it.reason
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Decided {
    pub(super) async fn approve(self, settings: &Settings) -> Told<ExitCode> {
        let store = database::open(settings).await?;
        proof::demand(settings, &store, &self.by.user).await?;
        let approve = command::ApproveMembership { proposal: self.proposal };
        let done = accepted(store.decide_portal(Box::new(approve), call(self.by.caller())).await)?;
        println!("The role is granted: {}", done.row);
        Ok(ExitCode::SUCCESS)
    }

    pub(super) async fn reject(self, settings: &Settings) -> Told<ExitCode> {
        let store = database::open(settings).await?;
        let reject = command::RejectMembership { proposal: self.proposal };
        accepted(store.decide_portal(Box::new(reject), call(self.by.caller())).await)?;
        println!("The proposal is rejected.");
        Ok(ExitCode::SUCCESS)
    }
}

impl People {
    pub(super) async fn run(self, settings: &Settings) -> Told<ExitCode> {
        let store = database::open(settings).await?;
        let (portal, actor, now) = asking(&store, &self.by.user).await?;
        let signed_in = store.last_sign_ins().await.map_err(broken)?;
        for person in portal.people(&actor, now).map_err(|refusal| refusal.message)? {
            let last = last_sign_in(&signed_in, person.id);
            println!("{} ({}) {}, {last}", person.name, person.display_name, person.status.as_str());
            for grant in &person.memberships {
                println!("  {} {}", grant.id, described(&portal, grant));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// When somebody last signed in here.
pub(super) fn last_sign_in(signed_in: &BTreeMap<Uuid, DateTime<Utc>>, person: Uuid) -> String {
    match signed_in.get(&person) {
        Some(at) => format!("signed in last on {}", at.date_naive()),
        None => "never signed in with an account of this installation".to_owned(),
    }
}

/// A grant in a line: the role, where, from when to when, by whom, and what was confirmed of it (P11-28, P11-60).
pub(super) fn described(portal: &Portal, grant: &MembershipView) -> String {
    let code = grant.study.and_then(|id| portal.all_studies().find(|(known, _)| *known == id));
    let mut line =
        format!("{} in {}", grant.role.as_str(), code.map_or("the installation", |(_, code)| code));
    if !grant.sites.is_empty() {
        line.push_str(&format!(" at {} of its sites", grant.sites.len()));
    }
    line.push_str(&format!(", from {}", grant.valid_from));
    if let Some(day) = grant.valid_to {
        line.push_str(&format!(" to {day}"));
    }
    if let Some(by) = grant.granted_by.and_then(|by| portal.printed_name(by)) {
        line.push_str(&format!(", granted by {by}"));
    }
    let known =
        |what: &str, text: Option<String>| format!(", {what} {}", text.as_deref().unwrap_or("not recorded"));
    if grant.study.is_some() {
        line.push_str(&known("training", grant.training_on.map(|day| day.to_string())));
        line.push_str(&known("delegation", grant.delegation.clone()));
    }
    match grant.ended_at {
        Some(at) => line.push_str(&format!(", ended on {}", at.date_naive())),
        None if !grant.holds => line.push_str(", not in force"),
        None => {}
    }
    line
}

impl EndGrant {
    pub(super) async fn run(self, settings: &Settings) -> Told<ExitCode> {
        let store = database::open(settings).await?;
        let end = command::EndMembership { membership: self.grant, reason: self.reason };
        accepted(store.decide_portal(Box::new(end), call(self.by.caller())).await)?;
        println!("The grant is ended.");
        Ok(ExitCode::SUCCESS)
    }
}
