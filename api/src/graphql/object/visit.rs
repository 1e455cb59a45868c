//! Visits.

use super::assessment::Assessment;
use super::gated_by_subject;
use super::masked::{MaskedDate, MaskedText};
use crate::graphql::scalar::{Id, Revision, VisitCode};
use crate::graphql::term::Coded;
use objects::object;
use policy::DataGroup;
use study::terms::VisitStatus;
use study::view::VisitView;

/// A visit that took place or was missed.
#[object(name = "Visit", implements("Node"))]
impl<'v> Visit<'v> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// The planned visit's code; none when the visit was unscheduled.
    #[group(Visits)]
    fn code(&self) -> Option<VisitCode> {
        self.0.planned_code().map(|code| VisitCode(code.to_owned()))
    }
    /// When the visit took place, or should have.
    #[group(Visits)]
    fn date(&self) -> MaskedDate {
        MaskedDate(self.0.date())
    }
    /// Whether the visit took place.
    #[group(Visits)]
    fn status(&self) -> Option<Coded<VisitStatus>> {
        Some(Coded(self.0.status()))
    }
    /// A note.
    #[group(Visits)]
    fn note(&self) -> MaskedText {
        MaskedText::of(self.0.note())
    }
    /// Assessments of the visit.
    #[group(Efficacy)]
    fn assessments(&self) -> Option<Vec<Assessment<'v>>> {
        Some(self.0.assessments()?.map(Assessment).collect())
    }
    /// Revision of the visit's own last change, for `expectedRevision`.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// A visit.
pub struct Visit<'v>(pub VisitView<'v>);

gated_by_subject!(Visit);
