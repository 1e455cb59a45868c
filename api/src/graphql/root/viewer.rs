//! Who is asking.

use super::limits::Limits;
use crate::failure::Failure;
use crate::graphql::scalar::Id;
use crate::graphql::scope::Scope;
use crate::graphql::term::RoleTerm;
use async_graphql::{Error, ID};
use objects::{DateTime, object};
use policy::{Act, DataGroup, Membership, Role};
use std::collections::HashMap;
use study::view::View;

/// Who is asking: roles, sites, and what may be done.
#[object(name = "Viewer", gate = open)]
impl Viewer {
    /// The unique user name.
    #[group(Envelope)]
    fn name(&self) -> &str {
        &self.0.actor().name
    }
    /// The printed name, as it stands in the ledger.
    #[group(Envelope)]
    fn display_name(&self) -> &str {
        &self.0.actor().display_name
    }
    /// Grants that hold now.
    #[group(Envelope)]
    fn memberships(&self) -> Vec<Grant> {
        self.0
            .actor()
            .memberships
            .iter()
            .map(|it| Grant { scope: self.0.clone(), held: it.clone() })
            .collect()
    }
    /// Acts that your grants allow in some study or in the installation, by their mutations' names.
    #[group(Envelope)]
    fn acts(&self) -> Vec<&str> {
        let actor = self.0.actor();
        let holds = |act: Act| {
            actor.memberships.iter().any(|grant| policy::may(grant.role, act)) && actor.is_within_scopes(act)
        };
        Act::ALL.iter().copied().filter(|act| holds(*act)).map(Act::as_str).collect()
    }
    /// Whether your grants allow an act, and why. It speaks of rights alone: whether the thing stands so that the act makes
    /// sense, the act itself tells.
    #[group(Envelope)]
    fn can(
        &self,
        /// The act, by its mutation's name.
        action: String,
        /// The study, site, subject or record that it is about; anything of yours unless given.
        on: Option<ID>,
    ) -> Result<Permission, Error> {
        let act = Act::ALL.iter().copied().find(|act| act.as_str() == action).ok_or_else(|| {
            let known: Vec<&str> = Act::ALL.iter().map(|act| act.as_str()).collect();
            Failure::bad_input(format!("`action` names no act; it is one of {}", known.join(", ")))
        })?;
        Ok(self.permission(act, on.as_deref().map(String::as_str)))
    }
    /// What a request, a caller and an address may cost.
    #[group(Envelope)]
    fn limits(&self) -> Limits {
        Limits(self.0.app().settings.limits.clone())
    }
}

/// Who is asking.
pub struct Viewer(Scope, HashMap<String, View>);

impl Viewer {
    pub(super) fn new(scope: Scope) -> Viewer {
        Viewer(scope, HashMap::new())
    }

    /// Keeps the study of a thing that is asked about.
    pub(super) fn hold(&mut self, id: String, view: View) {
        self.1.insert(id, view);
    }

    fn permission(&self, act: Act, on: Option<&str>) -> Permission {
        let actor = self.0.actor();
        if !actor.is_within_scopes(act) {
            return Permission::refused("the scopes of your token do not hold it".to_owned());
        }
        let anywhere = actor.memberships.iter().find(|grant| policy::may(grant.role, act));
        let Some(id) = on else { return Permission::of(act, anywhere) };
        // A role of the installation acts in no study.
        if let Some(grant) = actor.allows_in_installation(act) {
            return Permission::of(act, Some(grant));
        }
        match self.1.get(id).and_then(|view| Some((view, view.place_of(id)?))) {
            Some((view, site)) => Permission::of(act, view.permits(act, site)),
            None => Permission::refused("there is no such thing, or it is not yours to see".to_owned()),
        }
    }
}

/// Whether an act is allowed, and why.
#[object(name = "Permission", gate = open)]
impl Permission {
    /// Whether it is.
    #[group(Envelope)]
    fn allowed(&self) -> bool {
        self.role.is_some()
    }
    /// Why, or why not.
    #[group(Envelope)]
    fn reason(&self) -> &str {
        &self.reason
    }
    /// The role of the grant that allows it.
    #[group(Envelope)]
    fn role(&self) -> Option<objects::Coded<RoleTerm>> {
        self.role.map(objects::Coded)
    }
}

/// Whether an act is allowed.
pub struct Permission {
    role: Option<Role>,
    reason: String,
}

impl Permission {
    fn refused(reason: String) -> Permission {
        Permission { role: None, reason }
    }

    fn of(act: Act, grant: Option<&Membership>) -> Permission {
        if let Some(grant) = grant {
            let reason = format!("your grant as {} allows it", grant.role.as_str());
            return Permission { role: Some(grant.role), reason };
        }
        let roles: Vec<&str> =
            Role::ALL.iter().filter(|role| policy::may(**role, act)).map(|role| role.as_str()).collect();
        Permission::refused(format!(
            "no grant of yours allows it there; it takes one as {}",
            roles.join(" or ")
        ))
    }
}

/// A grant of a role.
#[object(name = "Membership", gate = open)]
impl Grant {
    /// The role.
    #[group(Envelope)]
    fn role(&self) -> objects::Coded<RoleTerm> {
        objects::Coded(self.held.role)
    }
    /// Code of the study; none for roles of the installation.
    #[group(Envelope)]
    fn study(&self) -> Option<String> {
        let study = self.scope.portal().study(self.scope.actor(), self.held.study?)?;
        Some(study.code)
    }
    /// Whether the member chairs the safety board.
    #[group(Envelope)]
    fn chair(&self) -> bool {
        self.held.chair
    }
    /// Since when it holds.
    #[group(Envelope)]
    fn since(&self) -> DateTime {
        DateTime(self.held.from)
    }
    /// When it ends.
    #[group(Envelope)]
    fn until(&self) -> Option<DateTime> {
        self.held.until.map(DateTime)
    }
    /// Global ids of the sites that it reaches; empty when it reaches the whole study.
    #[group(Envelope)]
    fn sites(&self) -> Vec<Id> {
        let form = |site: &uuid::Uuid| {
            let node = study::view::NodeId {
                kind: study::view::NodeKind::Site,
                study: self.held.study.unwrap_or_default(),
                row: *site,
            };
            Id(node.encode(study::view::IdForm::Plain, &self.scope.app().board_keys))
        };
        self.held.sites.iter().map(form).collect()
    }
}

/// A grant.
pub struct Grant {
    scope: Scope,
    held: Membership,
}
