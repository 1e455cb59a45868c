//! Sites, cohorts and planned visits.

use crate::graphql::scalar::{Decimal, Id, Revision, VisitCode};
use crate::graphql::term::Coded;
use objects::{Gate, Permit, object};
use policy::DataGroup;
use study::terms::CohortStatus;
use study::view::{CohortView, PlannedVisitView, SiteView};

/// A place where subjects are treated.
#[object(name = "Site", implements("Node"), gate = open)]
impl Site<'_> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// The site's code; for the safety board a letter.
    #[group(Sites)]
    fn code(&self) -> String {
        self.0.code()
    }
    /// The site's name. The safety board reads none.
    #[group(Sites)]
    fn name(&self) -> Option<&str> {
        self.0.name()
    }
    /// ISO 3166-1 alpha-2 code of the site's country. The safety board reads none.
    #[group(Sites)]
    fn country(&self) -> Option<&str> {
        self.0.country()
    }
    /// The site's IANA time zone. The safety board reads none.
    #[group(Sites)]
    fn time_zone(&self) -> Option<&str> {
        self.0.time_zone()
    }
    /// Revision of the site's own last change.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// A site.
pub struct Site<'v>(pub SiteView<'v>);

/// The subjects of one dose level.
#[object(name = "Cohort", implements("Node"), gate = "0")]
impl Cohort<'_> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.0.id())
    }
    /// The dose level, from 1.
    #[group(Dosing)]
    fn level(&self) -> Option<i32> {
        Some(self.0.0.level())
    }
    /// The cohort's code in the protocol.
    #[group(Dosing)]
    fn code(&self) -> Option<&str> {
        Some(self.0.0.code())
    }
    /// The cohort's name.
    #[group(Dosing)]
    fn label(&self) -> Option<&str> {
        Some(self.0.0.label())
    }
    /// Planned cells per kilogram of body weight.
    #[group(Dosing)]
    fn cells_per_kg(&self) -> Option<Decimal> {
        Some(Decimal(self.0.0.cells_per_kg()))
    }
    /// How many subjects the cohort takes.
    #[group(Dosing)]
    fn capacity(&self) -> Option<i32> {
        Some(self.0.0.capacity())
    }
    /// Whether the cohort is open for enrolment.
    #[group(Dosing)]
    fn status(&self) -> Option<Coded<CohortStatus>> {
        Some(Coded(self.0.0.status()))
    }
    /// Revision of the cohort's own last change.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.0.revision())
    }
}

/// A cohort, gated by what the study lets the viewer see.
pub struct Cohort<'v>(pub GatedCohort<'v>);

/// Gate of a cohort: the rights on the study itself.
pub struct GatedCohort<'v>(pub CohortView<'v>);

impl Gate<DataGroup> for GatedCohort<'_> {
    fn permits(&self, group: DataGroup) -> Permit {
        if self.0.view().sight(group).sees_rows() { Permit::Allowed } else { Permit::Masked }
    }
}

impl<'v> Cohort<'v> {
    pub(crate) fn new(view: CohortView<'v>) -> Cohort<'v> {
        Cohort(GatedCohort(view))
    }
}

/// A visit that the protocol plans.
#[object(name = "PlannedVisit", gate = open)]
impl PlannedVisit<'_> {
    /// The protocol's code.
    #[group(StudyDesign)]
    fn code(&self) -> VisitCode {
        VisitCode(self.0.code().to_owned())
    }
    /// The visit's name.
    #[group(StudyDesign)]
    fn label(&self) -> &str {
        self.0.label()
    }
    /// The study day that the visit aims at.
    #[group(StudyDesign)]
    fn target_day(&self) -> i32 {
        self.0.target_day()
    }
    /// Days before the target that the protocol allows.
    #[group(StudyDesign)]
    fn window_before(&self) -> i32 {
        self.0.window_before()
    }
    /// Days after the target that the protocol allows.
    #[group(StudyDesign)]
    fn window_after(&self) -> i32 {
        self.0.window_after()
    }
    /// What is done at the visit, by code.
    #[group(StudyDesign)]
    fn procedures(&self) -> &[String] {
        self.0.procedures()
    }
}

/// A planned visit.
pub struct PlannedVisit<'v>(pub PlannedVisitView<'v>);
