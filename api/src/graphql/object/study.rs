//! A study: live, or exactly as it stood at a revision, a time, or a data cut.

use super::data_query::{DataQueryConnection, DataQueryFilter};
use super::dsmb::Dsmb;
use super::escalation::Escalation;
use super::ledger::{ChangeConnection, LedgerEntryConnection, LedgerHead};
use super::outcomes::StudyOutcomes;
use super::population::PopulationCount;
use super::proposal::ProposalConnection;
use super::rule::RuleVersion;
use super::safety::Safety;
use super::site::{Cohort, PlannedVisit, Site};
use super::subject::Subject;
use super::subjects::{SubjectConnection, SubjectFilter, SubjectOrder};
use crate::graphql::argument::{ArgumentError, day_asked};
use crate::graphql::page::{self, Arguments, PageError};
use crate::graphql::scalar::{Id, Revision};
use crate::graphql::term::Coded;
use crate::graphql::trail::{self, Asked, LedgerFilter};
use async_graphql::Error;
use objects::{Cx, Date, DateTime, Gate, Permit, object};
use policy::DataGroup;
use study::terms::{Masking, OutcomeGrouping, StudyStatus};
use study::view::{TrailOf, View};

/// One study: live, or exactly as it stood at a revision, a time, or a named data cut.
#[object(name = "Study", implements("Node"))]
impl Study {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.study_id())
    }
    /// The study's unique code.
    #[group(StudyDesign)]
    fn code(&self) -> &str {
        self.0.code()
    }
    /// The study's title.
    #[group(StudyDesign)]
    fn title(&self) -> &str {
        self.0.title()
    }
    /// Who knows the treatment.
    #[group(StudyDesign)]
    fn masking(&self) -> Coded<Masking> {
        Coded(self.0.masking())
    }
    /// Where the study stands.
    #[group(StudyDesign)]
    fn status(&self) -> Coded<StudyStatus> {
        Coded(self.0.status())
    }
    /// Whether the data are made up.
    #[group(StudyDesign)]
    fn synthetic(&self) -> bool {
        self.0.is_synthetic()
    }
    /// The newest revision of the study's open ledger in what you see.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.head().revision.0)
    }
    /// When the newest entry that you see was made.
    #[group(Envelope)]
    fn as_of(&self) -> DateTime {
        DateTime(self.0.as_of())
    }
    /// Newest ledger entry's number and hash, with a signed checkpoint to keep. Its hash and checkpoint are null when
    /// the ledger is kept from you.
    #[group(Envelope)]
    fn head(&self) -> LedgerHead {
        LedgerHead(self.0.clone())
    }
    /// Entries of the ledger, newest first, page by page. Null when kept from you.
    #[group(AuditTrail)]
    #[complexity(list = page::asked(first, None))]
    fn ledger(
        &self,
        cx: &Cx<'_>,
        /// How many, at most 100.
        first: Option<i32>,
        /// After this cursor.
        after: Option<String>,
        /// Only those that match.
        filter: Option<LedgerFilter>,
    ) -> Result<Option<LedgerEntryConnection>, Error> {
        trail::entries(cx, (&self.0, TrailOf::Open), &Asked { first, after, filter, subject: None })
    }
    /// Entries of the sealed ledger of a masked study, newest first, as far as they show something that you may know:
    /// who was allocated to what, doses, and results that could give the treatment away. Null when kept from you, as
    /// it is from everybody who must not know the treatment, and in open-label studies.
    #[group(UnmaskingAuditTrail)]
    #[complexity(list = page::asked(first, None))]
    fn sealed_ledger(
        &self,
        cx: &Cx<'_>,
        /// How many, at most 100.
        first: Option<i32>,
        /// After this cursor.
        after: Option<String>,
        /// Only those that match. The safety board may name none.
        filter: Option<LedgerFilter>,
    ) -> Result<Option<LedgerEntryConnection>, Error> {
        trail::entries(cx, (&self.0, TrailOf::Sealed), &Asked { first, after, filter, subject: None })
    }
    /// What changed between two revisions, row by row and field by field, oldest first, as far as you may see it.
    #[group(AuditTrail)]
    #[complexity(list = page::asked(first, None))]
    fn changes(
        &self,
        cx: &Cx<'_>,
        /// Changes after this revision.
        from: Revision,
        /// Up to this revision; the newest unless given.
        to: Option<Revision>,
        /// How many, at most 100.
        first: Option<i32>,
        /// After this cursor.
        after: Option<String>,
    ) -> Result<Option<ChangeConnection>, Error> {
        trail::changes(cx, &self.0, (from, to), &Arguments::forward(first, after))
    }
    /// The version of the protocol in force.
    #[group(StudyDesign)]
    fn protocol(&self) -> Option<Protocol<'_>> {
        self.0.sight(DataGroup::StudyDesign).sees_rows().then_some(Protocol(&self.0))
    }
    /// Sites in your scope, in the order in which they joined.
    #[group(Sites)]
    fn sites(&self) -> Vec<Site<'_>> {
        self.0.sites().map(Site).collect()
    }
    /// Cohorts by dose level. Null when kept from you.
    #[group(Dosing)]
    fn cohorts(&self) -> Option<Vec<Cohort<'_>>> {
        Some(self.0.cohorts()?.map(Cohort::new).collect())
    }
    /// Subjects in your scope, page by page.
    #[group(Envelope)]
    #[complexity(list = page::asked(first, last))]
    fn subjects(
        &self,
        /// How many from the front, at most 100.
        first: Option<i32>,
        /// After this cursor.
        after: Option<String>,
        /// How many from the back, at most 100.
        last: Option<i32>,
        /// Before this cursor.
        before: Option<String>,
        /// Only those that match.
        filter: Option<SubjectFilter>,
        /// In which order; that of screening unless given.
        order_by: Option<SubjectOrder>,
    ) -> Result<Option<SubjectConnection<'_>>, PageError> {
        let arguments = Arguments { first, after, last, before };
        SubjectConnection::page(&self.0, &arguments, (filter, order_by))
    }
    /// A subject by its code, as you know it. Null when there is none in your scope.
    #[group(Envelope)]
    fn subject(
        &self,
        /// The code; for the safety board the pseudonym.
        code: String,
    ) -> Option<Subject<'_>> {
        self.0.subject_by_code(&code).map(Subject)
    }
    /// Queries on data, in order of their raising, page by page. Null when kept from you.
    #[group(DataQueries)]
    #[complexity(list = page::asked(first, None))]
    fn data_queries(
        &self,
        /// Only those that match.
        filter: Option<DataQueryFilter>,
        /// How many, at most 100.
        first: Option<i32>,
        /// After this cursor.
        after: Option<String>,
    ) -> Result<Option<DataQueryConnection<'_>>, PageError> {
        DataQueryConnection::page(&self.0, filter.as_ref(), &Arguments::forward(first, after))
    }
    /// Proposals that you may decide or have made, newest first, page by page. Null for whoever neither makes nor decides
    /// any.
    #[group(AuditTrail)]
    #[complexity(list = page::asked(first, None))]
    fn proposals(
        &self,
        /// How many, at most 100.
        first: Option<i32>,
        /// After this cursor.
        after: Option<String>,
    ) -> Result<Option<ProposalConnection<'_>>, PageError> {
        ProposalConnection::page(&self.0, &Arguments::forward(first, after))
    }
    /// The protocol's outcome measures as rates and summaries, by cohort or in total, over subjects in your scope.
    #[group(Envelope)]
    fn outcomes(
        &self,
        /// By cohort, or in total.
        by: Option<Coded<OutcomeGrouping>>,
        /// As seen on this day; today in the study's zone unless given.
        on: Option<Date>,
    ) -> Result<StudyOutcomes<'_>, ArgumentError> {
        let by = by.map_or(OutcomeGrouping::Cohort, |by| by.0);
        Ok(StudyOutcomes { view: &self.0, by, on: day_asked(&self.0, on)? })
    }
    /// How many subjects in your scope belong to each analysis set, by cohort or in total. Each row says by itself whether
    /// it is kept from you.
    #[group(Envelope)]
    #[complexity(list = 24)]
    fn populations(
        &self,
        /// By cohort, or in total.
        by: Option<Coded<OutcomeGrouping>>,
        /// As seen on this day; today in the study's zone unless given.
        on: Option<Date>,
    ) -> Result<Vec<PopulationCount>, ArgumentError> {
        let by = by.map_or(OutcomeGrouping::Cohort, |by| by.0);
        let on = day_asked(&self.0, on)?;
        Ok(self.0.populations(by, on).into_iter().map(PopulationCount).collect())
    }
    /// Where the dose escalation stands. Null for whoever may not read doses or sees only some sites.
    #[group(Envelope)]
    fn escalation(
        &self,
        /// As seen on this day; today in the study's zone unless given.
        on: Option<Date>,
    ) -> Result<Option<Escalation>, ArgumentError> {
        Ok(self.0.escalation(day_asked(&self.0, on)?).value.map(Escalation))
    }
    /// Pause and stopping rules; for some roles their totals, or that one of them pauses, alone. Null when kept from you.
    #[group(Envelope)]
    fn safety(
        &self,
        /// As seen on this day; today in the study's zone unless given.
        on: Option<Date>,
    ) -> Result<Option<Safety<'_>>, ArgumentError> {
        let on = day_asked(&self.0, on)?;
        Ok(self.0.is_told_of_pauses().then_some(Safety { view: &self.0, on }))
    }
    /// The safety board's reports. Null for whoever may see neither the open nor the closed one.
    #[group(Envelope)]
    fn dsmb(&self) -> Option<Dsmb<'_>> {
        let groups = [DataGroup::OpenReport, DataGroup::ClosedReport];
        groups.iter().any(|group| self.0.sight(*group).sees_rows()).then_some(Dsmb(&self.0))
    }
}

/// A study as one viewer sees it.
#[derive(Clone)]
pub struct Study(pub View);

impl Gate<DataGroup> for Study {
    fn permits(&self, group: DataGroup) -> Permit {
        if self.0.sight(group).sees_rows() { Permit::Allowed } else { Permit::Masked }
    }
}

/// The version of the protocol in force.
#[object(name = "Protocol", gate = open)]
impl Protocol<'_> {
    /// The version's label.
    #[group(StudyDesign)]
    fn version(&self) -> Option<&str> {
        self.0.protocol().map(|it| it.label())
    }
    /// SHA-256 of the protocol file, in hexadecimal.
    #[group(StudyDesign)]
    fn digest(&self) -> Option<&str> {
        self.0.protocol().map(|it| it.digest())
    }
    /// Since when the version is in force.
    #[group(StudyDesign)]
    fn effective_on(&self) -> Option<Date> {
        self.0.protocol().map(|it| Date(it.effective_on()))
    }
    /// The protocol file, from which every rule's parameters are read.
    #[group(StudyDesign)]
    fn document(&self) -> Option<&str> {
        self.0.protocol().map(|it| it.document())
    }
    /// Every rule of the study: the version that the protocol names, and the parameters that it chooses.
    #[group(StudyDesign)]
    #[complexity(list = 30)]
    fn rules(&self) -> Vec<RuleVersion> {
        self.0
            .rulebook()
            .map(|book| book.rules_in_force())
            .unwrap_or_default()
            .into_iter()
            .map(RuleVersion)
            .collect()
    }
    /// Planned visits in their order.
    #[group(StudyDesign)]
    fn visits(&self) -> Vec<PlannedVisit<'_>> {
        self.0.planned_visits().map(PlannedVisit).collect()
    }
}

/// The protocol of a study.
pub struct Protocol<'v>(&'v View);
