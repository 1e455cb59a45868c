//! Who is asking.

use super::limits::Limits;
use crate::graphql::scalar::Id;
use crate::graphql::scope::Scope;
use crate::graphql::term::RoleTerm;
use objects::{DateTime, object};
use policy::{Act, DataGroup, Membership};

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
    /// What a request, a caller and an address may cost.
    #[group(Envelope)]
    fn limits(&self) -> Limits {
        Limits(self.0.app().settings.limits.clone())
    }
}

/// Who is asking.
pub struct Viewer(Scope);

impl Viewer {
    pub(super) fn new(scope: Scope) -> Viewer {
        Viewer(scope)
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
