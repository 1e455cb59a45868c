//! The protocol's outcome measures over a study.

use super::incidence::Incidence;
use super::rate::Rate;
use super::summary::Summary;
use crate::graphql::argument::{ArgumentError, known_in, points_asked};
use crate::graphql::scalar::VisitCode;
use crate::graphql::term::Coded;
use chrono::NaiveDate;
use objects::object;
use policy::DataGroup;
use study::outcome::{EventsOf, RateOf};
use study::terms::{Autoantibody, MissingStrategy, OutcomeGrouping, SriDenominator};
use study::view::View;

/// The protocol's outcome measures. Each is null when kept from you.
#[object(name = "StudyOutcomes", gate = open)]
impl StudyOutcomes<'_> {
    /// Rate of SRI response at a planned visit in the protocol's analysis set.
    #[group(Envelope)]
    fn sri(
        &self,
        /// The planned visit.
        at: VisitCode,
        /// The reduction in SLEDAI-2K that is asked for, 4 to 8.
        #[default(4)]
        points: i32,
        /// What stands for missing answers; the protocol's choice unless given.
        missing: Option<Coded<MissingStrategy>>,
        /// Whom the rate counts; the whole analysis set unless given.
        denominator: Option<Coded<SriDenominator>>,
    ) -> Result<Option<Vec<Rate>>, ArgumentError> {
        let among = denominator.map_or(SriDenominator::All, |asked| asked.0);
        self.rate(RateOf::Sri(points_asked(points)?, among), &at, missing)
    }
    /// Rate of BICLA response at a planned visit in the protocol's analysis set.
    #[group(Envelope)]
    fn bicla(
        &self,
        /// The planned visit.
        at: VisitCode,
        /// What stands for missing answers; the protocol's choice unless given.
        missing: Option<Coded<MissingStrategy>>,
    ) -> Result<Option<Vec<Rate>>, ArgumentError> {
        self.rate(RateOf::Bicla, &at, missing)
    }
    /// Rate of LLDAS at a planned visit in the protocol's analysis set.
    #[group(Envelope)]
    fn lldas(
        &self,
        /// The planned visit.
        at: VisitCode,
        /// What stands for missing answers; the protocol's choice unless given.
        missing: Option<Coded<MissingStrategy>>,
    ) -> Result<Option<Vec<Rate>>, ArgumentError> {
        self.rate(RateOf::Lldas, &at, missing)
    }
    /// Rate of DORIS remission at a planned visit in the protocol's analysis set.
    #[group(Envelope)]
    fn doris(
        &self,
        /// The planned visit.
        at: VisitCode,
        /// What stands for missing answers; the protocol's choice unless given.
        missing: Option<Coded<MissingStrategy>>,
    ) -> Result<Option<Vec<Rate>>, ArgumentError> {
        self.rate(RateOf::Doris, &at, missing)
    }
    /// Rate of dose-limiting toxicity among subjects who count in decisions on the dose.
    #[group(Envelope)]
    fn dlt_rate(&self) -> Option<Vec<Rate>> {
        Some(self.view.dlt_rate(self.by, self.on)?.into_iter().map(Rate).collect())
    }
    /// Incidence of treatment-emergent adverse events, related or not, to one year: any event, then by class, then by term.
    #[group(Envelope)]
    #[complexity(list = 20)]
    fn treatment_emergent_events(&self) -> Option<Vec<Incidence>> {
        self.incidence(EventsOf::Anything)
    }
    /// Incidence of treatment-emergent adverse events that count as related to the product, to one year: any event, then
    /// by class, then by term.
    #[group(Envelope)]
    #[complexity(list = 20)]
    fn treatment_related_events(&self) -> Option<Vec<Incidence>> {
        self.incidence(EventsOf::Product)
    }
    /// Incidence of adverse events that started during lymphodepletion, before the first dose, among all who received any of
    /// it: any event, then by class, then by term. Grades are those that were reached before the first dose, and exposure
    /// runs to the day before it.
    #[group(Envelope)]
    #[complexity(list = 20)]
    fn lymphodepletion_events(&self) -> Option<Vec<Incidence>> {
        self.incidence(EventsOf::Lymphodepletion)
    }
    /// Change of SLEDAI-2K from baseline to a planned visit, summarised. Nothing is imputed.
    #[group(Envelope)]
    fn sledai_change(
        &self,
        /// The planned visit.
        at: VisitCode,
    ) -> Result<Option<Vec<Summary>>, ArgumentError> {
        known_in(self.view, &at)?;
        let summaries = self.view.sledai_change_summary(&at.0, (self.by, self.on));
        Ok(summaries.map(|all| all.into_iter().map(Summary).collect()))
    }
    /// Change of an autoantibody or complement from baseline to a planned visit, summarised: of ANA in dilution
    /// steps, of the others in the protocol's unit.
    #[group(Envelope)]
    fn autoantibody_change(
        &self,
        /// The analyte.
        analyte: Coded<Autoantibody>,
        /// The planned visit.
        at: VisitCode,
    ) -> Result<Option<Vec<Summary>>, ArgumentError> {
        known_in(self.view, &at)?;
        let summaries = self.view.autoantibody_change_summary(analyte.0, &at.0, (self.by, self.on));
        Ok(summaries.map(|all| all.into_iter().map(Summary).collect()))
    }
}

/// The outcome measures of a study.
pub struct StudyOutcomes<'v> {
    /// The study.
    pub view: &'v View,
    /// By cohort or in total.
    pub by: OutcomeGrouping,
    /// As seen on this day.
    pub on: Option<NaiveDate>,
}

impl StudyOutcomes<'_> {
    fn incidence(&self, of: EventsOf) -> Option<Vec<Incidence>> {
        Some(self.view.incidence(of, self.by, self.on)?.into_iter().map(Incidence).collect())
    }

    fn rate(
        &self,
        of: RateOf,
        at: &VisitCode,
        missing: Option<Coded<MissingStrategy>>,
    ) -> Result<Option<Vec<Rate>>, ArgumentError> {
        known_in(self.view, at)?;
        let rates = self.view.rate(of, &at.0, missing.map(|missing| missing.0), (self.by, self.on));
        Ok(rates.map(|all| all.into_iter().map(Rate).collect()))
    }
}
