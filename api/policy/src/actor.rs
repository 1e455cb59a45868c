//! Who asks: a person or a hospital system, with the memberships that hold at this moment.

use crate::{Act, Party, Role, Scope, may, within};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A grant of a role, as it stands in the portal stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The grant's id; the ledger entry names the one that was used.
    pub id: Uuid,
    /// The study; none for roles of the installation.
    pub study: Option<Uuid>,
    /// The role.
    pub role: Role,
    /// The sites that a role of sites reaches. Sorted.
    pub sites: Vec<Uuid>,
    /// First instant at which the grant holds.
    pub from: DateTime<Utc>,
    /// First instant at which it no longer holds.
    pub until: Option<DateTime<Utc>>,
    /// Whether the member chairs the board.
    pub chair: bool,
}

impl Membership {
    /// Whether the grant holds at an instant.
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }

    /// Whether rows of a site are in the grant's reach.
    pub fn reaches(&self, site: Uuid) -> bool {
        match self.role.scope() {
            Scope::Study => true,
            Scope::Sites => self.sites.binary_search(&site).is_ok(),
            Scope::StudyOrSites => self.sites.is_empty() || self.sites.binary_search(&site).is_ok(),
            Scope::Installation => false,
        }
    }
}

/// Who asks. Made by the portal stream from a verified token, never from what a token claims about roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The person's or client's id in the portal.
    pub person: Uuid,
    /// The unique user name.
    pub name: String,
    /// The printed name, as the ledger keeps it.
    pub display_name: String,
    /// The hospital system, when a machine asks.
    pub client: Option<String>,
    /// Grants that hold now.
    pub memberships: Vec<Membership>,
    /// The scopes that a hospital system's token is limited to; none of a person, whom the matrix alone limits.
    pub scopes: Option<Vec<String>>,
    /// The portal's revision that this was read from.
    pub portal_revision: u64,
}

impl Actor {
    /// The person that `init` and `demo` write their first entry as.
    pub const INSTALLATION: &'static str = "installation";

    /// The side on which the actor stands in a study, or none.
    ///
    /// Grants of two sides of one study are refused, so there is one; were there two, the first granted counts
    /// and the other is as if it were not.
    pub fn side(&self, study: Uuid) -> Option<Party> {
        self.memberships
            .iter()
            .filter(|membership| membership.study == Some(study))
            .min_by_key(|membership| (membership.from, membership.id))
            .map(|membership| membership.role.side())
    }

    /// The grants that count in a study: those of the actor's side there.
    pub fn in_study(&self, study: Uuid) -> impl Iterator<Item = &Membership> {
        let side = self.side(study);
        self.memberships
            .iter()
            .filter(move |membership| membership.study == Some(study) && Some(membership.role.side()) == side)
    }

    /// The first grant that allows an act in a study, at a site when one is given.
    pub fn allows(&self, act: Act, study: Uuid, site: Option<Uuid>) -> Option<&Membership> {
        self.in_study(study)
            .find(|membership| may(membership.role, act) && site.is_none_or(|site| membership.reaches(site)))
            .filter(|_| self.is_within_scopes(act))
    }

    /// The first grant of the installation that allows an act.
    pub fn allows_in_installation(&self, act: Act) -> Option<&Membership> {
        self.memberships.iter().find(|membership| membership.study.is_none() && may(membership.role, act))
    }

    /// Whether the scopes of a hospital system's token hold an act; a person has none, and is not limited by any.
    pub fn is_within_scopes(&self, act: Act) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| within(scopes, act))
    }

    /// Whether the actor holds a role in the installation.
    pub fn administers(&self) -> bool {
        self.memberships.iter().any(|membership| membership.role == Role::Administrator)
    }
}
