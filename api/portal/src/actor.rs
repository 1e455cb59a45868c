//! From a name to an actor: who asks, with the grants that hold at an instant.

use crate::index::{Account, role};
use crate::period::{day_end, day_start};
use crate::state::Portal;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::rows;
use entity::terms::AccountStatus;
use ledger::Stream;
use policy::{Actor, Membership, Party, Role};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The reserved actor that founds an installation. It has no grant, and nobody can sign in as it.
pub fn installation() -> Actor {
    Actor {
        person: Uuid::nil(),
        name: Actor::INSTALLATION.to_owned(),
        display_name: "Installation".to_owned(),
        client: None,
        memberships: Vec::new(),
        scopes: None,
        portal_revision: 0,
    }
}

/// An active service client as the token endpoint needs it, before anybody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallingClient<'p> {
    /// The client.
    pub id: Uuid,
    /// The client's name as registered.
    pub name: &'p str,
    /// Its public keys as a JWK set.
    pub public_jwks: &'p str,
    /// What it may ask for.
    pub scopes: &'p [String],
}

/// An active person as sign-in knows them, before anybody is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningIn {
    /// The person.
    pub person: Uuid,
    /// The user name as registered.
    pub name: String,
    /// The printed name.
    pub display_name: String,
    /// How many times all of the person's sessions were ended.
    pub epoch: i32,
}

/// Whether a role needs confirmed training before it is active (P11-60): those who work at a site.
pub(crate) const fn needs_training(role: Role) -> bool {
    match role.side() {
        Party::Site | Party::Hospital => true,
        Party::Sponsor | Party::Board | Party::Installation | Party::Inspection => false,
    }
}

impl Portal {
    /// An active person by user name (case does not matter), with the grants that hold at an instant. None for
    /// an unknown or disabled person and for the installation itself.
    pub fn actor(&self, user_name: &str, now: DateTime<Utc>) -> Option<Actor> {
        match self.account(user_name)? {
            Account::Person(id) => self.person_actor(id, now),
            Account::Client(_) => None,
        }
    }

    /// An active person by external identity: the issuer's URL and the subject there, both to the letter.
    pub fn actor_of_subject(&self, issuer: &str, subject: &str, now: DateTime<Utc>) -> Option<Actor> {
        let id = self.index.externals.get(&(issuer.to_owned(), subject.to_owned()))?;
        self.person_actor(*id, now)
    }

    /// An active person by user name (case does not matter) who signs in here and not at an external issuer.
    pub fn sign_in(&self, user_name: &str) -> Option<SigningIn> {
        let Account::Person(id) = self.account(user_name)? else { return None };
        self.signing_in(id)
    }

    /// The same by the person's id.
    pub fn signing_in(&self, id: Uuid) -> Option<SigningIn> {
        let person = self.tables.person.get(id).filter(|person| person.status == AccountStatus::Active)?;
        person.issuer.is_none().then(|| SigningIn {
            person: id,
            name: person.name.clone(),
            display_name: person.display_name.clone(),
            epoch: person.sign_in_epoch,
        })
    }

    /// How many times all sessions of a person were ended, by user name. A token of an earlier time is not accepted.
    pub fn sign_in_epoch(&self, user_name: &str) -> Option<i32> {
        let Account::Person(id) = self.account(user_name)? else { return None };
        self.tables.person.get(id).map(|person| person.sign_in_epoch)
    }

    /// An active service client by name, as HOSPITAL_CLIENT of the one site that it is bound to (P11-39). The
    /// client's row is its grant: it holds as long as the client is active.
    pub fn client_actor(&self, client: &str) -> Option<Actor> {
        let row = self.active_client(client)?;
        let grant = Membership {
            id: row.id,
            study: Some(row.study_id),
            role: Role::HospitalClient,
            sites: vec![row.site_id],
            from: DateTime::UNIX_EPOCH,
            until: None,
            chair: false,
        };
        Some(Actor {
            person: row.id,
            name: row.name.clone(),
            display_name: row.name.clone(),
            client: Some(row.name.clone()),
            memberships: vec![grant],
            scopes: Some(row.scopes.to_vec()),
            portal_revision: self.head().revision.0,
        })
    }

    /// The same within the scopes of its token, as far as they are registered now.
    pub fn client_actor_within(&self, client: &str, scopes: &[String]) -> Option<Actor> {
        let actor = self.client_actor(client)?;
        let registered = actor.scopes.unwrap_or_default();
        let held = policy::granted(&registered, scopes.iter().map(String::as_str));
        Some(Actor { scopes: Some(held), ..actor })
    }

    /// The keys and scopes of an active service client.
    pub fn calling_client(&self, client: &str) -> Option<CallingClient<'_>> {
        let row = self.active_client(client)?;
        Some(CallingClient {
            id: row.id,
            name: &row.name,
            public_jwks: &row.public_jwks,
            scopes: &row.scopes,
        })
    }

    fn active_client(&self, name: &str) -> Option<&rows::ServiceClient> {
        match self.account(name)? {
            Account::Client(id) => {
                self.tables.service_client.get(id).filter(|client| client.status == AccountStatus::Active)
            }
            Account::Person(_) => None,
        }
    }

    /// An active person by id, with the grants that hold at an instant.
    pub(crate) fn person_actor(&self, id: Uuid, now: DateTime<Utc>) -> Option<Actor> {
        let person = self.tables.person.get(id).filter(|person| person.status == AccountStatus::Active)?;
        Some(Actor {
            person: id,
            name: person.name.clone(),
            display_name: person.display_name.clone(),
            client: None,
            memberships: self.holding(id, now),
            scopes: None,
            portal_revision: self.head().revision.0,
        })
    }

    /// The grants that hold at an instant, the oldest first.
    fn holding(&self, holder: Uuid, now: DateTime<Utc>) -> Vec<Membership> {
        let grants = self.grants(holder).filter_map(|row| self.membership(row));
        let mut held: Vec<Membership> = grants.filter(|grant| grant.holds(now)).collect();
        held.sort_by_key(|grant| (grant.from, grant.id));
        held
    }

    /// A grant with the instants between which it holds: from the beginning of its first day to the end of its
    /// last one in the study's zone (UTC for the installation's roles), or to the instant at which it was ended.
    /// None when it never becomes active for want of training.
    pub(crate) fn membership(&self, row: &rows::Membership) -> Option<Membership> {
        let role = role(row).ok()?;
        let first_day = match row.training_on {
            _ if !needs_training(role) => row.valid_from,
            Some(training_on) => row.valid_from.max(training_on),
            None => return None,
        };
        let zone = self.zone(row.study_id);
        let last = row.valid_to.and_then(|day| day_end(day, zone));
        let mut sites = row.site_ids.0.clone();
        sites.sort_unstable();
        Some(Membership {
            id: row.id,
            study: row.study_id,
            role,
            sites,
            from: day_start(first_day, zone),
            until: last.into_iter().chain(row.ended_at).min(),
            chair: row.chair,
        })
    }

    /// The zone in which the days of a study's grants are counted; UTC for the installation.
    pub(crate) fn zone(&self, study: Option<Uuid>) -> Tz {
        study
            .and_then(|study| self.tables.registered_study.get(study))
            .and_then(|study| study.time_zone.parse().ok())
            .unwrap_or(Tz::UTC)
    }

    /// Whether two persons administer the installation, now and with no end in sight, when a person, or a grant, does so no
    /// more. One alone could make nobody an administrator, so the installation would be locked for good.
    pub(crate) fn stays_administered(&self, without: Uuid, now: DateTime<Utc>) -> bool {
        let left = self.tables.membership.all().filter(|row| {
            row.id != without
                && row.person_id != without
                && self.tables.person.get(row.person_id).is_some_and(|p| p.status == AccountStatus::Active)
                && self.membership(row).is_some_and(|grant| administers_for_good(&grant, now))
        });
        left.map(|row| row.person_id).collect::<BTreeSet<Uuid>>().len() >= 2
    }
}

/// Whether a grant makes an administrator now and without a last day.
pub(crate) fn administers_for_good(grant: &Membership, now: DateTime<Utc>) -> bool {
    grant.role == Role::Administrator && grant.holds(now) && grant.until.is_none()
}

#[cfg(test)]
mod tests;
