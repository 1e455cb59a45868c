//! Who is asking.

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
        let holds = |act: Act| self.0.actor().memberships.iter().any(|grant| policy::may(grant.role, act));
        Act::ALL.iter().copied().filter(|act| holds(*act)).map(Act::as_str).collect()
    }
    /// What a request may cost.
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

/// What a request may cost. Every number is a setting of the installation.
#[object(name = "Limits", gate = open)]
impl Limits {
    /// Bytes of a request's body.
    #[group(Envelope)]
    fn body_bytes(&self) -> i32 {
        clamp(self.0.body_bytes)
    }
    /// Bytes of a document.
    #[group(Envelope)]
    fn document_bytes(&self) -> i32 {
        clamp(self.0.document_bytes)
    }
    /// Lexical tokens of a document.
    #[group(Envelope)]
    fn tokens(&self) -> i32 {
        clamp(self.0.tokens)
    }
    /// Nesting of brackets of any kind.
    #[group(Envelope)]
    fn nesting(&self) -> i32 {
        clamp(self.0.nesting)
    }
    /// Fields after fragments are expanded.
    #[group(Envelope)]
    fn expanded_fields(&self) -> i32 {
        clamp(self.0.expanded_fields)
    }
    /// Levels of fields.
    #[group(Envelope)]
    fn depth(&self) -> i32 {
        clamp(self.0.depth)
    }
    /// Cost of an operation.
    #[group(Envelope)]
    fn complexity(&self) -> i32 {
        clamp(self.0.complexity)
    }
    /// Aliases.
    #[group(Envelope)]
    fn aliases(&self) -> i32 {
        clamp(self.0.aliases)
    }
    /// Directives.
    #[group(Envelope)]
    fn directives(&self) -> i32 {
        clamp(self.0.directives)
    }
    /// Fields of the operation's root.
    #[group(Envelope)]
    fn root_fields(&self) -> i32 {
        clamp(self.0.root_fields)
    }
    /// Objects of one page.
    #[group(Envelope)]
    fn page(&self) -> i32 {
        clamp(self.0.page)
    }
    /// Milliseconds of execution.
    #[group(Envelope)]
    fn execution_millis(&self) -> i32 {
        i32::try_from(self.0.execution_millis).unwrap_or(i32::MAX)
    }
}

/// What a request may cost.
pub struct Limits(crate::config::Limits);

fn clamp(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
