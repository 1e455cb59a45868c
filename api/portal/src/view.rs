//! What of the portal an actor sees, and what an actor may do.

use crate::command::decide_membership::{proposed, standing};
use crate::setting::SettingKey;
use crate::state::Portal;
use chrono::{DateTime, Days, NaiveDate, Utc};
use entity::rows;
use entity::terms::{AccountStatus, KeyPurpose, KeyStatus, Masking};
use policy::{Access, Act, Actor, DataGroup, Kind, Membership, ProposalState, Refusal, Role, access};
use uuid::Uuid;

/// A study as the registry knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredStudyView {
    /// Its id, that of its streams too.
    pub id: Uuid,
    /// Its unique code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Who knows the treatment.
    pub masking: Masking,
    /// Its IANA zone.
    pub time_zone: String,
    /// Whether the actor holds a grant in it. Without one an administrator sees what stands here and no more.
    pub is_member: bool,
}

/// A person with an account, for those who may read accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonView {
    /// The person's id.
    pub id: Uuid,
    /// The unique user name.
    pub name: String,
    /// The printed name.
    pub display_name: String,
    /// Whether the account may be used.
    pub status: AccountStatus,
    /// The external issuer that signs the person in, if any.
    pub issuer: Option<String>,
    /// Every grant that the reader may see, oldest first, also those that hold no more.
    pub memberships: Vec<MembershipView>,
}

/// A hospital system, for those who may read accounts. Its grant has the client's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientView {
    /// The client's id.
    pub id: Uuid,
    /// Its unique name.
    pub name: String,
    /// Its study.
    pub study: Uuid,
    /// Its site.
    pub site: Uuid,
    /// Its public keys as a JWK set.
    pub public_jwks: String,
    /// What it may ask for.
    pub scopes: Vec<String>,
    /// Whether it may be used.
    pub status: AccountStatus,
}

/// A grant as the list of accounts shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipView {
    /// The grant's id.
    pub id: Uuid,
    /// The study; none for roles of the installation.
    pub study: Option<Uuid>,
    /// The role.
    pub role: Role,
    /// The sites that it reaches, sorted.
    pub sites: Vec<Uuid>,
    /// First day, in the study's zone (UTC for the installation).
    pub valid_from: NaiveDate,
    /// Last day, inclusive.
    pub valid_to: Option<NaiveDate>,
    /// Who granted it; none for the grants that founded the installation.
    pub granted_by: Option<Uuid>,
    /// Whether the member chairs the board.
    pub chair: bool,
    /// When training was confirmed.
    pub training_on: Option<NaiveDate>,
    /// Reference of the delegation.
    pub delegation: Option<String>,
    /// When it was ended early.
    pub ended_at: Option<DateTime<Utc>>,
    /// By which day somebody has to confirm that it is still needed; none when it holds no more.
    pub review_due: Option<NaiveDate>,
    /// Whether the grant holds at the instant asked for; a disabled person's grants do nothing even so.
    pub holds: bool,
}

/// A grant that was proposed, for those who may grant roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipProposalView {
    /// The proposal's id.
    pub id: Uuid,
    /// Who would receive it.
    pub person: Uuid,
    /// The role.
    pub role: Role,
    /// The study; none for roles of the installation.
    pub study: Option<Uuid>,
    /// The sites that it would reach, sorted.
    pub sites: Vec<Uuid>,
    /// First day, in the study's zone (UTC for the installation).
    pub valid_from: NaiveDate,
    /// Last day, inclusive.
    pub valid_to: Option<NaiveDate>,
    /// Whether the member would chair the board.
    pub chair: bool,
    /// When training was confirmed.
    pub training_on: Option<NaiveDate>,
    /// Reference of the delegation.
    pub delegation: Option<String>,
    /// Why.
    pub reason: String,
    /// Who proposed it.
    pub proposed_by: Uuid,
    /// When.
    pub proposed_at: DateTime<Utc>,
    /// Until when it can be decided.
    pub expires_at: DateTime<Utc>,
    /// Where it stands at the instant asked for.
    pub state: ProposalState,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// The grant that it became.
    pub membership: Option<Uuid>,
    /// Whether the reader may approve it at the instant asked for.
    pub may_approve: bool,
}

/// A public key of the installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKeyView {
    /// The key's id.
    pub kid: String,
    /// What it is for.
    pub purpose: KeyPurpose,
    /// The key as a JWK.
    pub jwk: String,
    /// Whether it still signs.
    pub status: KeyStatus,
}

impl PublicKeyView {
    /// Whether what the key signed is believed. A token speaks of now: a key that was retired, perhaps because it
    /// was lost, vouches for none. A checkpoint speaks of then and is kept for years: its key stays good for it.
    pub fn verifies(&self) -> bool {
        match self.purpose {
            KeyPurpose::Token => self.status == KeyStatus::Active,
            KeyPurpose::Checkpoint => true,
            KeyPurpose::Installation => false,
        }
    }
}

/// How much of the accounts an actor may read.
enum Reach<'a> {
    /// All of them.
    Installation,
    /// What belongs to the studies and sites of these grants.
    Studies(Vec<&'a Membership>),
}

impl Reach<'_> {
    /// Whether a grant is in reach that is on a study and these sites, or all of its sites when there are none.
    fn covers(&self, study: Option<Uuid>, sites: &[Uuid]) -> bool {
        match self {
            Reach::Installation => true,
            Reach::Studies(grants) => grants.iter().any(|grant| {
                grant.study == study
                    && (grant.sites.is_empty()
                        || sites.is_empty()
                        || sites.iter().any(|site| grant.sites.contains(site)))
            }),
        }
    }
}

impl Portal {
    /// The studies that an actor knows of, by code: those with a grant in them; an administrator's all.
    pub fn studies(&self, actor: &Actor) -> Vec<RegisteredStudyView> {
        let codes = self.index.codes.values();
        codes.filter_map(|id| self.study(actor, *id)).collect()
    }

    /// A study by its code, to the letter. None for "not yours" exactly as for "there is none".
    pub fn study_for(&self, actor: &Actor, code: &str) -> Option<RegisteredStudyView> {
        self.study(actor, *self.index.codes.get(code)?)
    }

    /// A study by its id, like [`Portal::study_for`].
    pub fn study(&self, actor: &Actor, id: Uuid) -> Option<RegisteredStudyView> {
        let row = self.tables.registered_study.get(id)?;
        let is_member = actor.side(id).is_some();
        (is_member || actor.administers()).then(|| RegisteredStudyView {
            id,
            code: row.code.clone(),
            title: row.title.clone(),
            masking: row.masking,
            time_zone: row.time_zone.clone(),
            is_member,
        })
    }

    /// Every study's id and code, in the order of codes: for loading and verifying, never for an answer.
    pub fn all_studies(&self) -> impl Iterator<Item = (Uuid, &str)> {
        self.index.codes.iter().map(|(code, id)| (*id, code.as_str()))
    }

    /// A person's printed name, as it stands in the header of each of the person's ledger entries: for whoever reads
    /// those.
    pub fn printed_name(&self, person: Uuid) -> Option<&str> {
        self.tables.person.get(person).map(|row| row.display_name.as_str())
    }

    /// Whether an actor may perform an act: in a study (at a site, when one is given) or in the installation.
    ///
    /// # Errors
    /// NOT_FOUND for a study that the actor does not know of, as for one that there is not; FORBIDDEN when no
    /// grant that counts there allows the act.
    pub fn can(
        &self,
        actor: &Actor,
        act: Act,
        study: Option<Uuid>,
        site: Option<Uuid>,
    ) -> Result<(), Refusal> {
        let in_study = match study {
            Some(id) => {
                self.study(actor, id).ok_or_else(|| Refusal::not_found("study", Kind::Study))?;
                actor.allows(act, id, site)
            }
            None => None,
        };
        in_study.or_else(|| actor.allows_in_installation(act)).map(drop).ok_or_else(Refusal::forbidden)
    }

    /// The people whose accounts an actor may read, by name: all for an administrator, for others those with
    /// grants in the reach of the actor's own, and of them no other grant.
    ///
    /// # Errors
    /// FORBIDDEN when no grant of the actor reads accounts.
    pub fn people(&self, actor: &Actor, now: DateTime<Utc>) -> Result<Vec<PersonView>, Refusal> {
        let reach = self.account_reach(actor)?;
        let mut people: Vec<PersonView> = Vec::new();
        for row in self.tables.person.all() {
            let memberships = self.membership_views(row.id, &reach, now);
            if memberships.is_empty() && matches!(reach, Reach::Studies(_)) {
                continue;
            }
            people.push(PersonView {
                id: row.id,
                name: row.name.clone(),
                display_name: row.display_name.clone(),
                status: row.status,
                issuer: row.issuer.clone(),
                memberships,
            });
        }
        people.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(people)
    }

    /// The service clients whose accounts an actor may read, by name; as for [`Portal::people`].
    ///
    /// # Errors
    /// FORBIDDEN when no grant of the actor reads accounts.
    pub fn clients(&self, actor: &Actor) -> Result<Vec<ClientView>, Refusal> {
        let reach = self.account_reach(actor)?;
        let rows = self.tables.service_client.all();
        let mut clients: Vec<ClientView> = rows
            .filter(|row| reach.covers(Some(row.study_id), &[row.site_id]))
            .map(|row| ClientView {
                id: row.id,
                name: row.name.clone(),
                study: row.study_id,
                site: row.site_id,
                public_jwks: row.public_jwks.clone(),
                scopes: row.scopes.0.clone(),
                status: row.status,
            })
            .collect();
        clients.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(clients)
    }

    /// Grants that were proposed, newest first, with where they stand at an instant.
    ///
    /// # Errors
    /// FORBIDDEN for whoever may not grant roles.
    pub fn membership_proposals(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Vec<MembershipProposalView>, Refusal> {
        actor.allows_in_installation(Act::ProposeMembership).ok_or_else(Refusal::forbidden)?;
        let rows = self.tables.membership_proposal.all();
        let mut views: Vec<MembershipProposalView> =
            rows.filter_map(|row| self.membership_proposal(row, (actor, now))).collect();
        views.sort_by_key(|view| (std::cmp::Reverse(view.proposed_at), view.id));
        Ok(views)
    }

    fn membership_proposal(
        &self,
        row: &rows::MembershipProposal,
        (actor, now): (&Actor, DateTime<Utc>),
    ) -> Option<MembershipProposalView> {
        let grant = proposed(row).ok()?;
        let standing = standing(row);
        let mut sites = grant.sites;
        sites.sort_unstable();
        Some(MembershipProposalView {
            id: row.id,
            person: grant.person,
            role: Role::parse(&grant.role)?,
            study: grant.study,
            sites,
            valid_from: grant.valid_from,
            valid_to: grant.valid_to,
            chair: grant.chair,
            training_on: grant.training_on,
            delegation: grant.delegation,
            reason: row.reason.clone(),
            proposed_by: row.proposed_by,
            proposed_at: row.proposed_at,
            expires_at: row.expires_at,
            state: standing.state_at(now),
            decided_by: row.decided_by,
            decided_at: row.decided_at,
            membership: row.membership_id,
            may_approve: actor.person != grant.person && standing.approvable(actor.person, now).is_ok(),
        })
    }

    /// The installation's public keys of a purpose, active and retired, in the order of key ids.
    pub fn public_keys(&self, purpose: KeyPurpose) -> Vec<PublicKeyView> {
        let keys = self.index.kids.values().filter_map(|id| self.tables.public_key.get(*id));
        keys.filter(|key| key.purpose == purpose)
            .map(|key| PublicKeyView {
                kid: key.kid.clone(),
                purpose: key.purpose,
                jwk: key.jwk.clone(),
                status: key.status,
            })
            .collect()
    }

    /// A setting's value: what somebody set, or the default.
    pub fn setting(&self, key: SettingKey) -> &str {
        let row = self.index.settings.get(key.as_str()).and_then(|id| self.tables.setting.get(*id));
        row.map_or(key.default_value(), |row| &row.value)
    }

    /// How far an actor reads accounts. Which roles do stands in the access matrix alone.
    fn account_reach<'a>(&self, actor: &'a Actor) -> Result<Reach<'a>, Refusal> {
        let mut studies = Vec::new();
        for grant in &actor.memberships {
            let masked = grant.study.and_then(|study| self.tables.registered_study.get(study));
            let cell = access(grant.role, DataGroup::Accounts);
            let right = if masked.is_some_and(|study| study.masking != Masking::Open) {
                cell.masked
            } else {
                cell.open
            };
            if !matches!(right, Access::Read | Access::Write) {
                continue;
            }
            match grant.study {
                None => return Ok(Reach::Installation),
                Some(study) if actor.side(study) == Some(grant.role.side()) => studies.push(grant),
                Some(_) => {}
            }
        }
        if studies.is_empty() { Err(Refusal::forbidden()) } else { Ok(Reach::Studies(studies)) }
    }

    fn membership_views(&self, holder: Uuid, reach: &Reach<'_>, now: DateTime<Utc>) -> Vec<MembershipView> {
        let rows = self.grants(holder).filter(|row| reach.covers(row.study_id, &row.site_ids));
        let mut views: Vec<MembershipView> = rows.filter_map(|row| self.membership_view(row, now)).collect();
        views.sort_by_key(|view| (view.valid_from, view.id));
        views
    }

    /// By which day a grant has to be reviewed: so many days after its first day or its last review (P11-28).
    fn review_due(&self, row: &rows::Membership) -> Option<NaiveDate> {
        let days = self.setting(SettingKey::AccessReviewDays).parse().ok()?;
        let since = row.reviewed_at.map_or(row.valid_from, |at| at.date_naive().max(row.valid_from));
        since.checked_add_days(Days::new(days))
    }

    fn membership_view(&self, row: &rows::Membership, now: DateTime<Utc>) -> Option<MembershipView> {
        let holds = self.membership(row).is_some_and(|grant| grant.holds(now));
        let mut sites = row.site_ids.0.clone();
        sites.sort_unstable();
        Some(MembershipView {
            id: row.id,
            study: row.study_id,
            role: Role::parse(&row.role)?,
            sites,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            granted_by: row.granted_by,
            chair: row.chair,
            training_on: row.training_on,
            delegation: row.delegation.clone(),
            ended_at: row.ended_at,
            review_due: if holds { self.review_due(row) } else { None },
            holds,
        })
    }
}

#[cfg(test)]
mod tests;
