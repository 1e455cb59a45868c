//! Subjects page by page: which of them, and in which order.

use super::subject::Subject;
use crate::graphql::page::{Arguments, PageError, PageInfo, Part, walk};
use crate::graphql::term::Coded;
use async_graphql::InputObject;
use objects::object;
use policy::DataGroup;
use study::terms::{OrderDirection, SubjectOrderField, SubjectStatus};
use study::view::{SubjectView, View};

/// Which subjects are wanted. Nothing that depends on treatment can be asked for.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SubjectFilter {
    /// Only subjects in these states.
    pub status: Option<Vec<Coded<SubjectStatus>>>,
    /// Only subjects of the site with this code; for the safety board its letter.
    pub site: Option<String>,
}

impl SubjectFilter {
    fn matches(&self, subject: &SubjectView<'_>) -> bool {
        let status =
            self.status.as_ref().is_none_or(|wanted| wanted.iter().any(|it| it.0 == subject.status()));
        let site =
            self.site.as_ref().is_none_or(|code| subject.site().is_some_and(|site| site.code() == *code));
        status && site
    }
}

/// In which order subjects are wanted. Nothing that depends on treatment can be asked for.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct SubjectOrder {
    /// By what.
    pub field: Coded<SubjectOrderField>,
    /// Which way; ascending unless given.
    pub direction: Option<Coded<OrderDirection>>,
}

/// Places of a study's subjects in the order that was asked for. The order of screening is that of the places, and costs
/// nothing.
enum Order {
    Screening,
    Backwards { last: usize },
    Sorted(Vec<usize>),
}

impl Order {
    fn of(view: &View, asked: Option<SubjectOrder>) -> Order {
        let Some(asked) = asked else { return Order::Screening };
        let backwards = asked.direction.is_some_and(|direction| direction.0 == OrderDirection::Desc);
        match (asked.field.0, backwards) {
            (SubjectOrderField::Screening, false) => Order::Screening,
            (SubjectOrderField::Screening, true) => {
                Order::Backwards { last: view.subject_places().saturating_sub(1) }
            }
            (SubjectOrderField::Code, backwards) => {
                let seen = (0..view.subject_places())
                    .filter_map(|place| Some((view.subject_at(place)?.code().into_owned(), place)));
                let mut seen: Vec<(String, usize)> = seen.collect();
                seen.sort_unstable();
                if backwards {
                    seen.reverse();
                }
                Order::Sorted(seen.into_iter().map(|(_, place)| place).collect())
            }
        }
    }

    /// How many positions there are.
    fn len(&self, view: &View) -> usize {
        match self {
            Order::Screening | Order::Backwards { .. } => view.subject_places(),
            Order::Sorted(places) => places.len(),
        }
    }

    /// The place of a position.
    fn place(&self, position: usize) -> Option<usize> {
        match self {
            Order::Screening => Some(position),
            Order::Backwards { last } => last.checked_sub(position),
            Order::Sorted(places) => places.get(position).copied(),
        }
    }

    /// The position of a place.
    fn position(&self, place: usize) -> Option<usize> {
        match self {
            Order::Screening => Some(place),
            Order::Backwards { last } => last.checked_sub(place),
            Order::Sorted(places) => places.iter().position(|it| *it == place),
        }
    }
}

/// A page of subjects.
#[object(name = "SubjectConnection", gate = open)]
impl<'v> SubjectConnection<'v> {
    /// The subjects with their cursors.
    #[group(Envelope)]
    fn edges(&self) -> Vec<SubjectEdge<'v>> {
        self.page.items.iter().map(|node| SubjectEdge { cursor: node.id(), node: *node }).collect()
    }
    /// The subjects.
    #[group(Envelope)]
    fn nodes(&self) -> Vec<Subject<'v>> {
        self.page.items.iter().copied().map(Subject).collect()
    }
    /// Where the page stands.
    #[group(Envelope)]
    fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next: self.page.has_next,
            has_previous: self.page.has_previous,
            start: self.page.items.first().map(SubjectView::id),
            end: self.page.items.last().map(SubjectView::id),
        }
    }
    /// How many subjects match in all.
    #[group(Envelope)]
    fn total_count(&self) -> i32 {
        let total = match &self.filter {
            Some(filter) => self.view.subjects().filter(|subject| filter.matches(subject)).count(),
            None => self.view.subject_count(),
        };
        i32::try_from(total).unwrap_or(i32::MAX)
    }
}

/// A page of subjects.
pub struct SubjectConnection<'v> {
    view: &'v View,
    filter: Option<SubjectFilter>,
    page: Part<SubjectView<'v>>,
}

impl<'v> SubjectConnection<'v> {
    /// A page of the subjects in scope; none when subjects are kept from the viewer.
    ///
    /// # Errors
    /// As for [`walk`].
    pub(crate) fn page(
        view: &'v View,
        arguments: &Arguments,
        (filter, order): (Option<SubjectFilter>, Option<SubjectOrder>),
    ) -> Result<Option<SubjectConnection<'v>>, PageError> {
        if !view.sees_subjects() {
            return Ok(None);
        }
        let order = Order::of(view, order);
        let wanted = |subject: &SubjectView<'_>| filter.as_ref().is_none_or(|filter| filter.matches(subject));
        let at = |position| view.subject_at(order.place(position)?).filter(wanted);
        let found = |cursor: &str| order.position(view.subject_place(cursor)?);
        let page = walk(order.len(view), arguments, found, at)?;
        Ok(Some(SubjectConnection { view, filter, page }))
    }
}

/// A subject with its cursor.
#[object(name = "SubjectEdge", gate = open)]
impl<'v> SubjectEdge<'v> {
    /// The cursor.
    #[group(Envelope)]
    fn cursor(&self) -> &str {
        &self.cursor
    }
    /// The subject.
    #[group(Envelope)]
    fn node(&self) -> Subject<'v> {
        Subject(self.node)
    }
}

/// A subject with its cursor.
pub struct SubjectEdge<'v> {
    cursor: String,
    node: SubjectView<'v>,
}
