//! The protocol of a study as rules: parsed from its file at the door, checked as a whole, immutable afterwards.
//!
//! Every value that the literature leaves to a study stands in the file; none is a constant here. A file that is wrong
//! is refused with everything that is wrong about it, each with its place and with what would be right.
//!
//! Invariant: a [`Rulebook`] that exists is consistent; whoever reads it need not check again.

mod analyte;
mod check;
mod criterion;
mod document;
mod expression;
mod in_force;
mod problem;
mod reader;
#[cfg(test)]
mod tests;

pub use analyte::{Analyte, ResultFault, Scale, Standardised, ValueRange};
pub use criterion::{Criterion, Timing};
pub use document::{
    Consents, Endpoint, Level, OutcomeMeasure, Procedure, Product, StudyText, TimelineText, Visit,
};
pub use expression::{Comparison, Expression, Fact, FactKind, Facts};
pub use problem::Problem;

use chrono_tz::Tz;
use derivation::catalogue::RuleChoices;
use derivation::escalation::EscalationParameters;
use derivation::laboratory::LaboratoryParameters;
use derivation::parameters::EndpointParameters;
use derivation::population::PopulationParameters;
use derivation::safety::stopping::StoppingParameters;
use derivation::safety::{DltParameters, SafetyParameters};
use derivation::statistics::StatisticsParameters;
use derivation::timeline::window::DayRange;
use derivation::timeline::{AnalysisWindow, WindowParameters};
use document::Document;
use problem::join;
use reader::Reader;
use sha2::{Digest, Sha256};

/// The rules of one version of a protocol.
#[derive(Debug)]
pub struct Rulebook {
    document: Document,
    digest: String,
    zone: Tz,
    criteria: Vec<Criterion>,
    windows: WindowParameters,
    laboratory: LaboratoryParameters,
    rules: RuleChoices,
}

impl Rulebook {
    /// Reads and checks a protocol file. Everything that is wrong is told at once: first what does not read, and when
    /// everything reads, what does not make sense.
    pub fn parse(document: &str) -> Result<Rulebook, Vec<Problem>> {
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(document.as_bytes()));
        let mut reader = match Reader::new(document) {
            Ok(reader) => reader,
            Err(problems) => return problems.finish(None),
        };
        let read = Document::read(&mut reader);
        let mut problems = reader.finish();
        let Some(mut document) = read else { return problems.finish(None) };
        let texts = std::mem::take(&mut document.criteria).into_iter().enumerate();
        let criteria: Vec<Criterion> = texts
            .filter_map(|(place, text)| Criterion::parse(text, &join("criteria", place), &mut problems))
            .collect();
        if !problems.is_empty() {
            return problems.finish(None);
        }
        check::all(&document, &criteria, &mut problems);
        let rules = check::rules(&document, &mut problems);
        let parts = check::zone(&document.study.time_zone).zip(windows(&document)).zip(rules);
        let made = parts.map(|((zone, windows), rules)| {
            let analytes: Vec<&Analyte> = document.autoantibodies.iter().chain(&document.analytes).collect();
            let laboratory = document.laboratory.parameters(&analytes);
            Rulebook { document, digest, zone, criteria, windows, laboratory, rules }
        });
        problems.finish(made)
    }

    /// The label of this version of the protocol.
    pub fn label(&self) -> &str {
        &self.document.protocol.label
    }

    /// SHA-256 of the protocol file, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The study as its registry describes it.
    pub fn study(&self) -> &StudyText {
        &self.document.study
    }

    /// The zone of the study's totals and deadlines.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// What is given, and what prepares for it.
    pub fn product(&self) -> &Product {
        &self.document.product
    }

    /// What a subject consents to.
    pub fn consents(&self) -> &Consents {
        &self.document.consent
    }

    /// Dose levels, the lowest first.
    pub fn levels(&self) -> &[Level] {
        &self.document.levels
    }

    /// A dose level by its number, 1 being the lowest.
    pub fn level(&self, number: u32) -> Option<&Level> {
        self.document.levels.iter().find(|level| level.level == number)
    }

    /// The version of each derivation rule that this study uses.
    pub fn rules(&self) -> &RuleChoices {
        &self.rules
    }

    /// The design of dose escalation.
    pub fn escalation(&self) -> &EscalationParameters {
        &self.document.escalation
    }

    /// Which events limit the dose, and when.
    pub fn dlt(&self) -> &DltParameters {
        &self.document.dlt
    }

    /// When the study pauses or stops.
    pub fn stopping(&self) -> &StoppingParameters {
        &self.document.stopping
    }

    /// Adverse events.
    pub fn safety(&self) -> &SafetyParameters {
        &self.document.safety
    }

    /// Planned visits in their order.
    pub fn visits(&self) -> &[Visit] {
        &self.document.visits
    }

    /// A planned visit by its code.
    pub fn visit(&self, code: &str) -> Option<&Visit> {
        self.document.visits.iter().find(|visit| visit.code == code)
    }

    /// Which visits play which part, and how records are picked.
    pub fn timeline(&self) -> &TimelineText {
        &self.document.timeline
    }

    /// Days of screening and baseline, the analysis windows after the first dose (no two share a day), and how records
    /// are picked. `query_beyond_days` holds the wider side of a visit's window; [`Visit::on_time`] is exact.
    pub fn windows(&self) -> &WindowParameters {
        &self.windows
    }

    /// The analysis window of a visit after the first dose.
    pub fn analysis_window(&self, code: &str) -> Option<&AnalysisWindow> {
        self.windows.windows.iter().find(|window| window.code == code)
    }

    /// The protocol's outcome measures by their number.
    pub fn outcome_measures(&self) -> &[OutcomeMeasure] {
        &self.document.outcomes
    }

    /// Who counts in which set.
    pub fn populations(&self) -> &PopulationParameters {
        &self.document.populations
    }

    /// Instruments and endpoints.
    pub fn endpoints(&self) -> &EndpointParameters {
        &self.document.endpoints
    }

    /// Intervals and summaries.
    pub fn statistics(&self) -> &StatisticsParameters {
        &self.document.statistics
    }

    /// Laboratory values.
    pub fn laboratory(&self) -> &LaboratoryParameters {
        &self.laboratory
    }

    /// The denominators that ANA titres are reported with, ascending.
    pub fn ana_titres(&self) -> &[u32] {
        &self.document.laboratory.ana_titres
    }

    /// The ICAP codes of ANA patterns that are accepted.
    pub fn ana_patterns(&self) -> &[String] {
        &self.document.laboratory.ana_patterns
    }

    /// The analytes of the autoantibody panel.
    pub fn autoantibodies(&self) -> &[Analyte] {
        &self.document.autoantibodies
    }

    /// The analytes of the safety laboratory.
    pub fn analytes(&self) -> &[Analyte] {
        &self.document.analytes
    }

    /// An analyte of the panel or of the safety laboratory, by its code.
    pub fn analyte(&self, code: &str) -> Option<&Analyte> {
        self.autoantibodies().iter().chain(self.analytes()).find(|analyte| analyte.code == code)
    }

    /// The analyte that hospitals send under a LOINC code.
    pub fn analyte_of_loinc(&self, loinc: &str) -> Option<&Analyte> {
        let all = || self.autoantibodies().iter().chain(self.analytes());
        all().find(|analyte| analyte.loinc.iter().any(|code| code == loinc))
    }

    /// Eligibility criteria in the order of the protocol.
    pub fn criteria(&self) -> &[Criterion] {
        &self.criteria
    }

    /// A criterion by its id.
    pub fn criterion(&self, id: &str) -> Option<&Criterion> {
        self.criteria.iter().find(|criterion| criterion.id == id)
    }
}

/// The schedule as derivations take it; none when screening or baseline has no days, which the checks refuse.
fn windows(document: &Document) -> Option<WindowParameters> {
    let timeline = &document.timeline;
    let days = |code: &str| document.visits.iter().find(|visit| visit.code == code)?.analysis;
    let before = [&timeline.screening_visit, &timeline.first_dose_visit];
    let after: Vec<(&Visit, DayRange)> = document
        .visits
        .iter()
        .filter(|visit| !before.contains(&&visit.code))
        .filter_map(|visit| Some((visit, visit.analysis?)))
        .collect();
    let window = |(visit, days): &(&Visit, DayRange)| AnalysisWindow {
        code: visit.code.clone(),
        target: visit.target_day,
        low: days.low,
        high: days.high,
    };
    let query =
        |(visit, _): &(&Visit, DayRange)| (visit.code.clone(), visit.window_before.max(visit.window_after));
    Some(WindowParameters {
        tie: timeline.tie,
        baseline_reference: timeline.baseline_reference,
        screening: days(&timeline.screening_visit)?,
        baseline: days(&timeline.first_dose_visit)?,
        windows: after.iter().map(window).collect(),
        query_beyond_days: after.iter().map(query).collect(),
    })
}
