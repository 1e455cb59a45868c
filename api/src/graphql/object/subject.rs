//! A person in the study, under a code.

use super::adverse_event::AdverseEvent;
use super::assessment::Assessment;
use super::change::{AutoantibodyChange, Change};
use super::deviation::ProtocolDeviation;
use super::dlt::DltEvaluation;
use super::dose::Dose;
use super::evaluation::Evaluation;
use super::flare::Flare;
use super::hys_law::HysLawScreen;
use super::identity::{MaskedCohort, MaskedIdentity, MaskedSex};
use super::lab::{AutoantibodyPanel, LabResultConnection};
use super::ledger::LedgerEntryConnection;
use super::masked::{MaskedDate, MaskedInt};
use super::medication::{DailyDose, IntercurrentEvent, Medication};
use super::population::PopulationMembership;
use super::score::{BilagGrades, SledaiScore};
use super::screening::{Consent, Disposition, Eligibility};
use super::site::Site;
use super::time_in_state::TimeInState;
use super::visit::Visit;
use crate::graphql::argument::{ArgumentError, day_asked, day_of, known, points_asked};
use crate::graphql::page::{self, Arguments, PageError};
use crate::graphql::scalar::{Id, Revision, VisitCode};
use crate::graphql::term::Coded;
use crate::graphql::trail::{self, Asked, LedgerFilter};
use async_graphql::Error;
use objects::{Cx, Date, Gate, Permit, object};
use policy::DataGroup;
use study::derived::State;
use study::terms::{Autoantibody, Instrument, SubjectStatus};
use study::view::{SubjectView, TrailOf};

/// A person in the study, under a code.
#[object(name = "Subject", implements("Node"))]
impl<'v> Subject<'v> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// The subject's code; for the safety board a pseudonym that never matches it.
    #[group(Subjects)]
    fn code(&self) -> String {
        self.0.code().into_owned()
    }
    /// Where the subject stands in the study.
    #[group(Subjects)]
    fn status(&self) -> Coded<SubjectStatus> {
        Coded(self.0.status())
    }
    /// Revision of the subject's own last change, for `expectedRevision`.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
    /// The subject's site.
    #[group(Sites)]
    fn site(&self) -> Option<Site<'v>> {
        self.0.site().map(Site)
    }
    /// The subject's cohort. Masked in masked studies for whoever must not know the treatment.
    #[group(Dosing)]
    fn cohort(&self) -> MaskedCohort<'v> {
        MaskedCohort(self.0.cohort())
    }
    /// The day of the first dose of the investigational product: study day 1.
    #[group(DoseReceived)]
    fn first_dose_on(&self) -> MaskedDate {
        MaskedDate(self.0.first_dose_on())
    }
    /// When the subject was taken into screening.
    #[group(Subjects)]
    fn screened_on(&self) -> MaskedDate {
        MaskedDate(self.0.screened_on())
    }
    /// When the subject was enrolled.
    #[group(Subjects)]
    fn enrolled_on(&self) -> MaskedDate {
        MaskedDate(self.0.enrolled_on())
    }
    /// Age in bands: 18-29, then tens.
    #[group(Age)]
    fn age_band(&self) -> Option<String> {
        self.0.age_band()
    }
    /// Age in years at screening, by calendar year. The safety board sees the band alone.
    #[group(Age)]
    fn age(&self) -> MaskedInt {
        MaskedInt(self.0.age())
    }
    /// Sex as recorded.
    #[group(Age)]
    fn sex(&self) -> MaskedSex {
        MaskedSex(self.0.sex())
    }
    /// Direct identifiers. Only the subject's own site reads them, and every read is logged.
    #[group(Envelope)]
    fn identity(&self) -> MaskedIdentity {
        MaskedIdentity(self.0.identity())
    }
    /// What was found for each eligibility criterion, and whether the subject is eligible.
    #[group(Eligibility)]
    fn eligibility(&self) -> Option<Eligibility<'v>> {
        Some(Eligibility(self.0))
    }
    /// Consents given and withdrawn.
    #[group(Consent)]
    fn consents(&self) -> Option<Vec<Consent<'v>>> {
        Some(self.0.consents()?.map(Consent).collect())
    }
    /// Visits in order of time.
    #[group(Visits)]
    fn visits(&self) -> Option<Vec<Visit<'v>>> {
        Some(self.0.visits()?.map(Visit).collect())
    }
    /// Assessments in order of time, of one instrument or of all.
    #[group(Efficacy)]
    fn assessments(
        &self,
        /// Only those of this instrument.
        instrument: Option<Coded<Instrument>>,
    ) -> Option<Vec<Assessment<'v>>> {
        let wanted =
            |it: &study::view::AssessmentView<'_>| instrument.is_none_or(|only| it.instrument() == only.0);
        Some(self.0.assessments()?.filter(wanted).map(Assessment).collect())
    }
    /// Autoantibody and complement panels in order of time.
    #[group(LabResults)]
    fn autoantibody_panels(&self) -> Option<Vec<AutoantibodyPanel<'v>>> {
        Some(self.0.autoantibody_panels()?.map(AutoantibodyPanel).collect())
    }
    /// Laboratory results in order of time, page by page: those that you may read. Null when all are kept from you.
    #[group(Envelope)]
    #[complexity(list = page::asked(first, None))]
    fn lab_results(
        &self,
        /// Only those of this analyte, by its code in the protocol.
        analyte: Option<String>,
        /// How many from the front.
        first: Option<i32>,
        /// After this cursor.
        after: Option<String>,
    ) -> Result<Option<LabResultConnection<'v>>, PageError> {
        let Some(results) = self.0.lab_results() else { return Ok(None) };
        let wanted = |code: &str| analyte.as_deref().is_none_or(|only| only == code);
        let all: Vec<_> = results.filter(|it| wanted(it.analyte())).collect();
        LabResultConnection::page(all, &Arguments::forward(first, after)).map(Some)
    }
    /// Doses in order of time.
    #[group(Dosing)]
    fn doses(&self) -> Option<Vec<Dose<'v>>> {
        Some(self.0.doses()?.map(Dose).collect())
    }
    /// Concomitant medications in order of their start.
    #[group(Medication)]
    fn medications(&self) -> Option<Vec<Medication<'v>>> {
        Some(self.0.medications()?.map(Medication).collect())
    }
    /// Adverse events in order of onset.
    #[group(AdverseEvents)]
    fn adverse_events(&self) -> Option<Vec<AdverseEvent<'v>>> {
        Some(self.0.adverse_events()?.map(AdverseEvent).collect())
    }
    /// Events that decide how an endpoint is read.
    #[group(IntercurrentEvents)]
    fn intercurrent_events(&self) -> Option<Vec<IntercurrentEvent<'v>>> {
        Some(self.0.intercurrent_events()?.map(IntercurrentEvent).collect())
    }
    /// Protocol deviations, in order of time.
    #[group(ProtocolDeviations)]
    fn protocol_deviations(&self) -> Option<Vec<ProtocolDeviation<'v>>> {
        Some(self.0.protocol_deviations()?.map(ProtocolDeviation).collect())
    }
    /// Through which day the sponsor states that every protocol deviation is recorded and classified.
    #[group(ProtocolDeviations)]
    fn deviations_reviewed_through(&self) -> MaskedDate {
        MaskedDate(self.0.deviations_reviewed_through())
    }
    /// How the subject's participation ended, if it did.
    #[group(Subjects)]
    fn disposition(&self) -> Option<Disposition<'v>> {
        self.0.dispositions()?.next().map(Disposition)
    }

    /// SLEDAI-2K at a planned visit: total, bounds and major organs.
    #[group(Envelope)]
    fn sledai(
        &self,
        /// The planned visit; `BASELINE` for the last assessment before treatment.
        at: VisitCode,
    ) -> Result<SledaiScore<'v>, ArgumentError> {
        known(&self.0, &at)?;
        Ok(SledaiScore::new(self.0, self.0.sledai(&at.0)))
    }
    /// BILAG-2004 grades at a planned visit.
    #[group(Envelope)]
    fn bilag(
        &self,
        /// The planned visit; `BASELINE` for the last assessment before treatment.
        at: VisitCode,
    ) -> Result<BilagGrades<'v>, ArgumentError> {
        known(&self.0, &at)?;
        Ok(BilagGrades::new(self.0, self.0.bilag(&at.0)))
    }
    /// Change of SLEDAI-2K from baseline to a planned visit. Nothing is imputed.
    #[group(Envelope)]
    fn sledai_change(
        &self,
        /// The planned visit.
        at: VisitCode,
    ) -> Result<Change<'v>, ArgumentError> {
        known(&self.0, &at)?;
        Ok(Change::new(self.0, self.0.sledai_change(&at.0)))
    }
    /// Change of an autoantibody or complement from baseline to a planned visit.
    #[group(Envelope)]
    fn autoantibody_change(
        &self,
        /// The analyte.
        analyte: Coded<Autoantibody>,
        /// The planned visit.
        at: VisitCode,
    ) -> Result<AutoantibodyChange<'v>, ArgumentError> {
        known(&self.0, &at)?;
        Ok(AutoantibodyChange::new(self.0, self.0.autoantibody_change(analyte.0, &at.0)))
    }
    /// SRI response at a planned visit: each criterion, its evidence, and why it is not evaluable if so.
    #[group(Envelope)]
    fn sri(
        &self,
        /// The planned visit.
        at: VisitCode,
        /// The reduction in SLEDAI-2K that is asked for, 4 to 8.
        #[default(4)]
        points: i32,
    ) -> Result<Evaluation<'v>, ArgumentError> {
        known(&self.0, &at)?;
        Ok(Evaluation::new(self.0, self.0.sri(&at.0, points_asked(points)?), at))
    }
    /// BICLA response at a planned visit.
    #[group(Envelope)]
    fn bicla(
        &self,
        /// The planned visit.
        at: VisitCode,
    ) -> Result<Evaluation<'v>, ArgumentError> {
        known(&self.0, &at)?;
        Ok(Evaluation::new(self.0, self.0.bicla(&at.0), at))
    }
    /// Lupus low disease activity state (LLDAS) at a planned visit.
    #[group(Envelope)]
    fn lldas(
        &self,
        /// The planned visit.
        at: VisitCode,
    ) -> Result<Evaluation<'v>, ArgumentError> {
        known(&self.0, &at)?;
        Ok(Evaluation::new(self.0, self.0.lldas(&at.0), at))
    }
    /// Remission by DORIS 2021 at a planned visit.
    #[group(Envelope)]
    fn doris(
        &self,
        /// The planned visit.
        at: VisitCode,
    ) -> Result<Evaluation<'v>, ArgumentError> {
        known(&self.0, &at)?;
        Ok(Evaluation::new(self.0, self.0.doris(&at.0), at))
    }
    /// Flare at a planned visit, against the latest assessment before it, by two indices.
    #[group(Envelope)]
    fn flare(
        &self,
        /// The planned visit.
        at: VisitCode,
    ) -> Result<Flare<'v>, ArgumentError> {
        known(&self.0, &at)?;
        Ok(Flare::new(self.0, at))
    }
    /// How long the subject was in the lupus low disease activity state, by the visits at which the protocol judges it.
    #[group(Envelope)]
    fn time_in_lldas(&self) -> TimeInState<'v> {
        TimeInState::new(self.0, State::Lldas)
    }
    /// How long the subject was in remission by DORIS 2021, by the visits at which the protocol judges it.
    #[group(Envelope)]
    fn time_in_doris(&self) -> TimeInState<'v> {
        TimeInState::new(self.0, State::Doris)
    }
    /// Dose-limiting toxicity: whether the subject counts, and whether there was one.
    #[group(Envelope)]
    fn dlt(
        &self,
        /// As seen on this day; today at the subject's site unless given.
        on: Option<Date>,
    ) -> Result<DltEvaluation<'v>, ArgumentError> {
        Ok(DltEvaluation::new(self.0, self.0.dlt(day_asked(self.0.view(), on)?)))
    }
    /// Whether the subject's liver values make a candidate for Hy's law.
    #[group(LabResults)]
    fn hys_law(&self) -> HysLawScreen<'v> {
        HysLawScreen::new(self.0)
    }
    /// Which analysis sets the subject belongs to, and why not. Each says by itself whether it is kept from you.
    #[group(Envelope)]
    #[complexity(list = 6)]
    fn populations(
        &self,
        /// As seen on this day; today at the subject's site unless given.
        on: Option<Date>,
    ) -> Result<Vec<PopulationMembership<'v>>, ArgumentError> {
        Ok(PopulationMembership::all(self.0, day_asked(self.0.view(), on)?))
    }
    /// Average daily glucocorticoid dose as prednisone, over the protocol's window that ends on a day.
    #[group(Envelope)]
    fn prednisone_equivalent(
        &self,
        /// The last day of the window; not for the safety board, which names a study day.
        on: Option<Date>,
        /// The last day of the window as a study day, in place of `on`.
        on_study_day: Option<i32>,
    ) -> Result<DailyDose<'v>, ArgumentError> {
        let on = day_of(&self.0, on, on_study_day)?;
        Ok(DailyDose::new(self.0, self.0.prednisone_equivalent(on)))
    }
    /// Ledger entries that changed the subject or its records, newest first. Null when kept from you.
    #[group(AuditTrail)]
    #[complexity(list = page::asked(first, None))]
    fn history(
        &self,
        cx: &Cx<'_>,
        /// How many, at most 100.
        first: Option<i32>,
        /// After this cursor.
        after: Option<String>,
        /// Only those that match.
        filter: Option<LedgerFilter>,
    ) -> Result<Option<LedgerEntryConnection>, Error> {
        let asked = Asked { first, after, filter, subject: Some(self.0.row_id()) };
        trail::entries(cx, (self.0.view(), TrailOf::Open), &asked)
    }
}

/// A subject in scope.
#[derive(Clone, Copy)]
pub struct Subject<'v>(pub SubjectView<'v>);

impl Gate<DataGroup> for Subject<'_> {
    fn permits(&self, group: DataGroup) -> Permit {
        super::permit(&self.0, group)
    }
}
