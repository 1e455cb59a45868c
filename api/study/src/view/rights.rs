//! What a viewer's grants come to, for rows of each site and for the study itself.

use entity::terms::Masking;
use policy::{Access, Actor, DataClass, DataGroup, Membership, Party, Role, access};
use uuid::Uuid;

/// What a viewer sees of one data group. Ordered from nothing to everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// Nothing.
    Hidden,
    /// A mask in place of the value.
    Masked,
    /// That something happened.
    Notice,
    /// Totals over the study.
    Pooled,
    /// Values under pseudonyms, study days and site letters.
    Pseudonymous,
    /// Values.
    Clear,
}

impl Sight {
    /// Whether values of single rows are seen.
    pub fn sees_rows(self) -> bool {
        self >= Sight::Pseudonymous
    }

    /// Whether totals are seen.
    pub fn sees_totals(self) -> bool {
        self >= Sight::Pooled
    }
}

/// What a viewer sees of every data group, in one place of the study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rights([Sight; DataGroup::COUNT]);

impl Rights {
    const NONE: Rights = Rights([Sight::Hidden; DataGroup::COUNT]);

    pub(crate) fn sight(&self, group: DataGroup) -> Sight {
        self.0[group.row()]
    }

    /// Adds what a grant of a role gives. Grants of one side only come here.
    fn add(&mut self, role: Role, masking: Masking) {
        for group in DataGroup::ALL {
            let sight = judge(role, *group, masking);
            let held = &mut self.0[group.row()];
            *held = (*held).max(sight);
        }
    }
}

/// A cell of the access matrix under the facts of the study.
fn judge(role: Role, group: DataGroup, masking: Masking) -> Sight {
    let cell = access(role, group);
    let open_label = masking == Masking::Open;
    match if open_label { cell.open } else { cell.masked } {
        Access::Read | Access::Write => Sight::Clear,
        Access::Pseudonymous => Sight::Pseudonymous,
        Access::Pooled => Sight::Pooled,
        Access::Notice => Sight::Notice,
        Access::Masked => Sight::Masked,
        Access::No | Access::Submit => Sight::Hidden,
        // Locks, source verification and unmasked cases open these cells; none of them has happened yet.
        Access::AfterLock | Access::OnSite | Access::OneCase => match group.class() {
            DataClass::Unmasking | DataClass::Allocation => Sight::Masked,
            DataClass::Public
            | DataClass::Operational
            | DataClass::Clinical
            | DataClass::Identifying
            | DataClass::BoardClosed
            | DataClass::Security => Sight::Hidden,
        },
    }
}

/// What an actor sees in a study: of the study itself, and of rows of each site in reach.
pub(crate) struct Reach {
    pub party: Party,
    pub study: Rights,
    /// Sorted by site. A site that is not here is out of scope: its rows are as if they were not.
    sites: Vec<(Uuid, Rights)>,
    /// The grant to name in a ledger entry or an access record, unless an act picks another.
    pub membership: Option<Membership>,
}

impl Reach {
    /// None when the actor has no business in the study.
    pub(crate) fn of(actor: &Actor, study: Uuid, sites: &[Uuid], masking: Masking) -> Option<Reach> {
        let grants: Vec<&Membership> = match actor.side(study) {
            Some(_) => actor.in_study(study).collect(),
            None => actor.memberships.iter().filter(|grant| grant.study.is_none()).collect(),
        };
        let first = *grants.first()?;
        let mut study_rights = Rights::NONE;
        for grant in &grants {
            study_rights.add(grant.role, masking);
        }
        let mut reached = Vec::new();
        for site in sites {
            let mut rights = Rights::NONE;
            let mut in_reach = false;
            for grant in &grants {
                // A role of the installation sees the names of all sites, and no row that belongs to one.
                if grant.study.is_none() || grant.reaches(*site) {
                    rights.add(grant.role, masking);
                    in_reach = true;
                }
            }
            if in_reach {
                reached.push((*site, rights));
            }
        }
        reached.sort_by_key(|entry| entry.0);
        Some(Reach {
            party: first.role.side(),
            study: study_rights,
            sites: reached,
            membership: Some(first.clone()),
        })
    }

    pub(crate) fn site(&self, site: Uuid) -> Option<&Rights> {
        self.sites.binary_search_by_key(&site, |entry| entry.0).ok().map(|at| &self.sites[at].1)
    }
}
