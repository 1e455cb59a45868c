//! Queries on data: what edit checks found in the records.

use super::masked::MaskedDate;
use super::node::Node;
use super::subject::Subject;
use crate::graphql::page::{Arguments, PageError, PageInfo, Sliced, slice};
use crate::graphql::scalar::{Id, Revision};
use crate::graphql::term::Coded;
use async_graphql::InputObject;
use objects::{Gate, Permit, object};
use policy::DataGroup;
use study::terms::FindingState;
use study::view::{FindingView, View};

/// Something in the records that a check found and that somebody should look at. It names the record and never a value.
#[object(name = "DataQuery", implements("Node"))]
impl<'v> DataQuery<'v> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// The subject whose record it is about; none when it is about the study.
    #[group(DataQueries)]
    fn subject(&self) -> Option<Subject<'v>> {
        self.0.subject().map(Subject)
    }
    /// The record that it is about, as far as you may open it.
    #[group(DataQueries)]
    fn record(&self) -> Option<Node<'v>> {
        self.0.record().and_then(Node::of)
    }
    /// Code of the check that raised it, for example `VISIT_OUTSIDE_WINDOW`. Expect new ones.
    #[group(DataQueries)]
    fn check(&self) -> Option<&str> {
        Some(self.0.check())
    }
    /// The version of the check.
    #[group(DataQueries)]
    fn check_version(&self) -> Option<i32> {
        Some(self.0.check_version())
    }
    /// What was found.
    #[group(DataQueries)]
    fn message(&self) -> Option<&str> {
        Some(self.0.message())
    }
    /// Whether it still holds. A query closes by itself when the record is set right.
    #[group(DataQueries)]
    fn state(&self) -> Option<Coded<FindingState>> {
        Some(Coded(self.0.state()))
    }
    /// When it was raised, or raised again.
    #[group(DataQueries)]
    fn raised_on(&self) -> MaskedDate {
        MaskedDate(self.0.raised_on())
    }
    /// Revision of the query's own last change.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// A query on data.
pub struct DataQuery<'v>(pub FindingView<'v>);

impl Gate<DataGroup> for DataQuery<'_> {
    fn permits(&self, group: DataGroup) -> Permit {
        let sees = match self.0.subject() {
            Some(subject) => subject.sees(group),
            None => self.0.view().sight(group).sees_rows(),
        };
        if sees { Permit::Allowed } else { Permit::Masked }
    }
}

/// Which queries on data are wanted.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DataQueryFilter {
    /// Only those on records of the subject with this code.
    pub subject: Option<String>,
    /// Only those that the check with this code raised.
    pub check: Option<String>,
    /// Only those in this state.
    pub state: Option<Coded<FindingState>>,
}

impl DataQueryFilter {
    fn matches(&self, finding: &FindingView<'_>) -> bool {
        let of = |code: &String| finding.subject().is_some_and(|subject| subject.code() == code.as_str());
        self.subject.as_ref().is_none_or(of)
            && self.check.as_deref().is_none_or(|check| check == finding.check())
            && self.state.is_none_or(|state| state.0 == finding.state())
    }
}

/// A page of queries on data.
#[object(name = "DataQueryConnection", gate = open)]
impl<'v> DataQueryConnection<'v> {
    /// The queries with their cursors.
    #[group(Envelope)]
    fn edges(&self) -> Vec<DataQueryEdge<'v>> {
        self.0
            .items
            .iter()
            .map(|(cursor, view)| DataQueryEdge { cursor: cursor.clone(), view: *view })
            .collect()
    }
    /// The queries.
    #[group(Envelope)]
    fn nodes(&self) -> Vec<DataQuery<'v>> {
        self.0.items.iter().map(|(_, view)| DataQuery(*view)).collect()
    }
    /// Where the page stands.
    #[group(Envelope)]
    fn page_info(&self) -> PageInfo {
        self.0.info.clone()
    }
    /// How many queries match in all.
    #[group(Envelope)]
    fn total_count(&self) -> i32 {
        self.0.total
    }
}

/// A page of queries on data.
pub struct DataQueryConnection<'v>(Sliced<FindingView<'v>>);

impl<'v> DataQueryConnection<'v> {
    /// A page of what the viewer may see and the filter asks for; none when all of it is kept from the viewer.
    pub(crate) fn page(
        view: &'v View,
        filter: Option<&DataQueryFilter>,
        arguments: &Arguments,
    ) -> Result<Option<DataQueryConnection<'v>>, PageError> {
        let Some(findings) = view.findings() else { return Ok(None) };
        let wanted = |finding: &FindingView<'_>| filter.is_none_or(|filter| filter.matches(finding));
        let all: Vec<FindingView<'v>> = findings.filter(wanted).collect();
        slice(all, arguments, |finding| finding.id()).map(|page| Some(DataQueryConnection(page)))
    }
}

/// A query on data with its cursor.
#[object(name = "DataQueryEdge", gate = open)]
impl<'v> DataQueryEdge<'v> {
    /// The cursor.
    #[group(Envelope)]
    fn cursor(&self) -> &str {
        &self.cursor
    }
    /// The query.
    #[group(Envelope)]
    fn node(&self) -> DataQuery<'v> {
        DataQuery(self.view)
    }
}

/// A query on data with its cursor.
pub struct DataQueryEdge<'v> {
    cursor: String,
    view: FindingView<'v>,
}
