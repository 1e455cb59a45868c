//! The sections of a protocol file, as they are written. Every field is stated; an unknown one is refused.

use super::analyte::{Analyte, LaboratorySection};
use super::criterion::CriterionText;
use super::reader::Reader;
use derivation::escalation::EscalationParameters;
use derivation::parameters::EndpointParameters;
use derivation::population::{Population, PopulationParameters};
use derivation::safety::stopping::StoppingParameters;
use derivation::safety::{DltParameters, SafetyParameters};
use derivation::statistics::StatisticsParameters;
use derivation::timeline::pick::Tie;
use derivation::timeline::window::{BaselineReference, DayRange};
use entity::terms::{Agent, ConsentPurpose, Masking, Route};
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The version of the file itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolText {
    /// The version's label, for example `1.0`.
    pub label: String,
}

/// The study as its registry describes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyText {
    /// The study's code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Who is responsible for it.
    pub sponsor: String,
    /// Its number in the public registry.
    pub registry_number: String,
    /// Who knows which treatment a subject receives.
    pub masking: Masking,
    /// Subjects planned over all dose levels. Going beyond warns and never blocks.
    pub planned_enrolment: u32,
    /// IANA time zone of the study's totals and deadlines.
    pub time_zone: String,
}

/// What is given, and what prepares for it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// The product in the list of agents.
    pub agent: Agent,
    /// What it is, in one sentence.
    pub description: String,
    /// How it is given.
    pub route: Route,
    /// Infusions planned in the DLT window, each of the level's cells per kilogram, at least 1: 80 percent of all of
    /// them together make a subject evaluable for DLT.
    pub infusions: u32,
    /// Agents of lymphodepletion before the first dose; empty without lymphodepletion.
    pub lymphodepletion: Vec<Agent>,
}

/// What a subject consents to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consents {
    /// Purposes without which nobody is enrolled.
    pub required: Vec<ConsentPurpose>,
    /// Purposes that a subject may decline.
    pub optional: Vec<ConsentPurpose>,
}

/// A dose level; its cohort is one of these.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Its place, 1 being the lowest dose.
    pub level: u32,
    /// Its code.
    pub code: String,
    /// Its name.
    pub label: String,
    /// Planned cells per kilogram of body weight.
    pub cells_per_kg: Decimal,
    /// Subjects that it takes before anybody decides to expand it.
    pub capacity: u32,
}

/// What a planned visit collects or does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
pub enum Procedure {
    /// SLEDAI-2K.
    #[serde(rename = "SLEDAI_2K")]
    Sledai2k,
    /// BILAG-2004.
    #[serde(rename = "BILAG_2004")]
    Bilag2004,
    /// Physician's global assessment.
    #[serde(rename = "PGA")]
    Pga,
    /// What LLDAS asks beyond the instruments.
    #[serde(rename = "LLDAS_EXTRAS")]
    LldasExtras,
    /// What the SELENA-SLEDAI flare index asks beyond the instruments.
    #[serde(rename = "FLARE_EXTRAS")]
    FlareExtras,
    /// Autoantibody and complement panel.
    #[serde(rename = "AUTOANTIBODY_PANEL")]
    AutoantibodyPanel,
    /// Safety laboratory.
    #[serde(rename = "LAB")]
    Lab,
    /// Administration of the product or of lymphodepletion.
    #[serde(rename = "DOSE")]
    Dose,
    /// Review of medications, glucocorticoids above all.
    #[serde(rename = "MEDICATION_REVIEW")]
    MedicationReview,
}

impl Procedure {
    /// Its code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Procedure::Sledai2k => "SLEDAI_2K",
            Procedure::Bilag2004 => "BILAG_2004",
            Procedure::Pga => "PGA",
            Procedure::LldasExtras => "LLDAS_EXTRAS",
            Procedure::FlareExtras => "FLARE_EXTRAS",
            Procedure::AutoantibodyPanel => "AUTOANTIBODY_PANEL",
            Procedure::Lab => "LAB",
            Procedure::Dose => "DOSE",
            Procedure::MedicationReview => "MEDICATION_REVIEW",
        }
    }
}

/// A planned visit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// Its code, for example `MONTH_3`.
    pub code: String,
    /// Its name.
    pub label: String,
    /// Its place in the schedule, from 1.
    pub ordinal: u32,
    /// The study day aimed at; day 1 is the first dose, and there is no day 0.
    pub target_day: i32,
    /// Days before the target that are still on time.
    pub window_before: u32,
    /// Days after the target that are still on time.
    pub window_after: u32,
    /// Study days whose records can stand for the visit in analyses; absent when no analysis uses it.
    pub analysis: Option<DayRange>,
    /// What it collects or does.
    pub procedures: Vec<Procedure>,
}

impl Visit {
    /// First and last study day on which the visit is on time. Outside, a query is raised.
    pub fn on_time(&self) -> DayRange {
        DayRange {
            low: shifted(self.target_day, -i64::from(self.window_before)),
            high: shifted(self.target_day, i64::from(self.window_after)),
        }
    }

    /// Whether the visit collects or does something.
    pub fn has(&self, procedure: Procedure) -> bool {
        self.procedures.contains(&procedure)
    }
}

/// A study day moved by so many days, stepping over the day 0 that does not exist.
fn shifted(day: i32, by: i64) -> i32 {
    let count = |day: i32| i64::from(day) - i64::from(day > 0);
    let moved = count(day) + by;
    let day = moved + i64::from(moved >= 0);
    i32::try_from(day).unwrap_or(if day > 0 { i32::MAX } else { i32::MIN })
}

/// Which visits play which part, and how records are picked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimelineText {
    /// The visit that decides eligibility.
    pub screening_visit: String,
    /// The visit of lymphodepletion; absent without lymphodepletion.
    pub lymphodepletion_visit: Option<String>,
    /// The visit of the first dose, whose analysis window is that of baseline.
    pub first_dose_visit: String,
    /// The visit of the primary analysis: per protocol, its endpoint has to be evaluable.
    pub primary_visit: String,
    /// Whether the last value before the product or before lymphodepletion is baseline.
    pub baseline_reference: BaselineReference,
    /// Which of two records wins that are equally far from the target day.
    pub tie: Tie,
}

/// What an outcome measure derives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
pub enum Endpoint {
    /// SRI-4 response.
    #[serde(rename = "SRI_4")]
    Sri4,
    /// Incidence of treatment-related adverse events.
    #[serde(rename = "TRAE_INCIDENCE")]
    TraeIncidence,
    /// Rate of dose-limiting toxicity.
    #[serde(rename = "DLT_RATE")]
    DltRate,
    /// Low disease activity.
    #[serde(rename = "LLDAS")]
    Lldas,
    /// Remission.
    #[serde(rename = "DORIS")]
    Doris,
    /// Change of SLEDAI-2K from baseline.
    #[serde(rename = "SLEDAI_2K_CHANGE")]
    Sledai2kChange,
    /// Change of autoantibodies and complement from baseline.
    #[serde(rename = "AUTOANTIBODY_CHANGE")]
    AutoantibodyChange,
}

impl Endpoint {
    /// The analysis set that it is counted in where the protocol has no such outcome measure.
    pub const fn population(self) -> Population {
        match self {
            Endpoint::TraeIncidence => Population::Safety,
            Endpoint::DltRate => Population::DltEvaluable,
            Endpoint::Sri4
            | Endpoint::Lldas
            | Endpoint::Doris
            | Endpoint::Sledai2kChange
            | Endpoint::AutoantibodyChange => Population::FullAnalysis,
        }
    }

    /// Its code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Endpoint::Sri4 => "SRI_4",
            Endpoint::TraeIncidence => "TRAE_INCIDENCE",
            Endpoint::DltRate => "DLT_RATE",
            Endpoint::Lldas => "LLDAS",
            Endpoint::Doris => "DORIS",
            Endpoint::Sledai2kChange => "SLEDAI_2K_CHANGE",
            Endpoint::AutoantibodyChange => "AUTOANTIBODY_CHANGE",
        }
    }

    /// What a visit has to collect for it. Empty for those that are not judged at visits.
    pub const fn needs(self) -> &'static [Procedure] {
        use Procedure::{AutoantibodyPanel, Bilag2004, LldasExtras, MedicationReview, Pga, Sledai2k};
        match self {
            Endpoint::Sri4 => &[Sledai2k, Bilag2004, Pga],
            Endpoint::Lldas => &[Sledai2k, Pga, LldasExtras, MedicationReview],
            Endpoint::Doris => &[Sledai2k, Pga, MedicationReview],
            Endpoint::Sledai2kChange => &[Sledai2k],
            Endpoint::AutoantibodyChange => &[AutoantibodyPanel],
            Endpoint::TraeIncidence | Endpoint::DltRate => &[],
        }
    }
}

/// An outcome measure of the protocol.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeMeasure {
    /// Its number in the protocol, from 1.
    pub number: u32,
    /// What it is called.
    pub title: String,
    /// What derives it.
    pub endpoint: Endpoint,
    /// Visits at which it is judged; empty when it is judged over a time.
    pub visits: Vec<String>,
    /// The analysis set that it is counted in.
    pub population: Population,
    /// The last study day of the time over which it is judged; absent when it is judged at visits.
    pub through_day: Option<u32>,
}

/// The whole file, read and not checked yet.
#[derive(Debug)]
pub(super) struct Document {
    pub format: u32,
    pub protocol: ProtocolText,
    pub study: StudyText,
    pub product: Product,
    pub consent: Consents,
    pub levels: Vec<Level>,
    pub escalation: EscalationParameters,
    pub dlt: DltParameters,
    pub stopping: StoppingParameters,
    pub safety: SafetyParameters,
    /// By rule, the version that the study uses.
    pub rules: BTreeMap<String, String>,
    pub timeline: TimelineText,
    pub visits: Vec<Visit>,
    pub outcomes: Vec<OutcomeMeasure>,
    pub populations: PopulationParameters,
    pub endpoints: EndpointParameters,
    pub statistics: StatisticsParameters,
    pub laboratory: LaboratorySection,
    pub autoantibodies: Vec<Analyte>,
    pub analytes: Vec<Analyte>,
    pub criteria: Vec<CriterionText>,
}

impl Document {
    /// Reads every section before it gives up, so that mistakes in several of them show together.
    pub(super) fn read(from: &mut Reader) -> Option<Document> {
        let format = from.section("format");
        let (protocol, study, product) =
            (from.section("protocol"), from.section("study"), from.section("product"));
        let (consent, levels) = (from.section("consent"), from.list("levels"));
        let (escalation, dlt) = (from.section("escalation"), from.section("dlt"));
        let (stopping, safety) = (from.section("stopping"), from.section("safety"));
        let rules = from.section("rules");
        let (timeline, visits, outcomes) =
            (from.section("timeline"), from.list("visits"), from.list("outcomes"));
        let (populations, endpoints) = (from.section("populations"), from.section("endpoints"));
        let (statistics, laboratory) = (from.section("statistics"), from.section("laboratory"));
        let (autoantibodies, analytes) = (from.list("autoantibodies"), from.list("analytes"));
        let criteria = from.list("criteria");
        Some(Document {
            format: format?,
            protocol: protocol?,
            study: study?,
            product: product?,
            consent: consent?,
            levels: levels?,
            escalation: escalation?,
            dlt: dlt?,
            stopping: stopping?,
            safety: safety?,
            rules: rules?,
            timeline: timeline?,
            visits: visits?,
            outcomes: outcomes?,
            populations: populations?,
            endpoints: endpoints?,
            statistics: statistics?,
            laboratory: laboratory?,
            autoantibodies: autoantibodies?,
            analytes: analytes?,
            criteria: criteria?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_days_steps_over_day_0() {
        assert_eq!(shifted(1, -1), -1);
        assert_eq!(shifted(-1, 1), 1);
        assert_eq!(shifted(-28, 27), -1);
        assert_eq!(shifted(14, -2), 12);
        assert_eq!(shifted(3, -5), -3);
        assert_eq!(shifted(1, 0), 1);
    }
}
