//! The analysis sets of a subject as seen on a day. Never memoised: it depends on the day.
//!
//! Nobody classifies deviations here yet, so whether a major one affects efficacy stays open, and with it the per-protocol
//! set unless something else decides against it.

use super::reads;
use crate::rulebook::Endpoint;
use crate::snapshot::Subject;
use chrono::NaiveDate;
use derivation::logic::Verdict;
use derivation::population::{Disposition, PopulationParameters, memberships};
pub use derivation::population::{Membership, MembershipReason, Population};
use derivation::timeline::date_of_study_day;
use entity::term::Term;
use entity::terms::{Autoantibody, ConsentPurpose, Instrument, Masking};
use policy::DataGroup;
use uuid::Uuid;

/// Whether a subject belongs to a set, and the records that say so.
#[derive(Clone, Debug, PartialEq)]
pub struct MembershipAt {
    /// The rule's answer.
    pub membership: Membership,
    /// The records that it was derived from.
    pub evidence: Vec<Uuid>,
}

/// What the membership of a set reads.
///
/// That a consent to take part was signed is where a subject stands; its record is read by fewer. In an open study whoever
/// reads that a dose was received reads the assigned level, too, and in a masked one it decides nothing.
pub fn membership_reads(population: Population, parameters: &PopulationParameters) -> &'static [DataGroup] {
    match population {
        Population::Enrolled => &[DataGroup::Subjects],
        Population::Safety => &[DataGroup::DoseReceived],
        Population::FullAnalysis if parameters.full_analysis_needs_assessment => reads::ACTIVITY,
        Population::FullAnalysis => &[DataGroup::DoseReceived],
        Population::LymphodepletionSafety => &[DataGroup::DoseReceived, DataGroup::Dosing],
        Population::DltEvaluable => reads::DLT,
        Population::PerProtocol => reads::PER_PROTOCOL,
    }
}

/// What the primary endpoint says at its visit.
struct Primary {
    evaluable: bool,
    assessed_on: Option<NaiveDate>,
    evidence: Vec<Uuid>,
}

impl Subject {
    /// The subject's membership of every set as seen on a day.
    pub(crate) fn memberships(&self, on: NaiveDate) -> Vec<MembershipAt> {
        let rows = &self.rows;
        let product = self.rulebook.product();
        let first_dose = self.first_dose_on().filter(|dose| *dose <= on);
        let consent =
            rows.consents.iter().filter(|it| it.purpose == ConsentPurpose::Study && it.given_on <= on);
        let consent = consent.min_by_key(|it| it.given_on);
        let conditioned: Vec<_> = rows
            .doses
            .iter()
            .filter(|dose| product.lymphodepletion.contains(&dose.agent) && dose.given_on <= on)
            .collect();
        let doses = rows.doses.iter().filter(|dose| dose.agent == product.agent && dose.given_on <= on);
        let assessed = |dose: NaiveDate| {
            rows.assessments
                .iter()
                .any(|it| is_of_efficacy(it.instrument) && it.assessed_on > dose && it.assessed_on <= on)
        };
        let dlt = self.dlt(on);
        let primary = self.primary();
        let facts = Disposition {
            consent: consent.map(|it| it.given_on),
            assigned: self.assigned(on, first_dose.is_some()),
            lymphodepletion: conditioned.iter().map(|dose| dose.given_on).min(),
            first_dose,
            dose_percent: first_dose.and_then(|_| self.dose_percent(on)),
            assessed_after_dose: first_dose.is_some_and(assessed),
            major_deviation: None,
            evaluable_at_month_3: primary.as_ref().and_then(|primary| self.evaluable_by(primary, on)),
            dlt: dlt.evaluable,
        };
        let given: Vec<Uuid> = doses.map(|dose| dose.row.id).collect();
        let evidence = |population| match population {
            Population::Enrolled => consent.iter().map(|it| it.row.id).collect(),
            Population::Safety | Population::FullAnalysis => given.clone(),
            Population::LymphodepletionSafety => conditioned.iter().map(|dose| dose.row.id).collect(),
            Population::DltEvaluable => [given.as_slice(), &dlt.evidence].concat(),
            Population::PerProtocol => {
                [given.as_slice(), primary.as_ref().map_or(&[], |primary| &primary.evidence)].concat()
            }
        };
        memberships(&facts, self.rulebook.populations())
            .into_iter()
            .map(|membership| MembershipAt { membership, evidence: evidence(membership.population) })
            .collect()
    }

    /// Whether a dose level was assigned. In a masked study that is not for everybody to know, and the dose decides alone.
    fn assigned(&self, on: NaiveDate, dosed: bool) -> bool {
        let masked = self.rulebook.study().masking != Masking::Open;
        masked || dosed || self.rows.allocations.iter().any(|it| it.allocated_on <= on)
    }

    /// Whether the primary endpoint is evaluable as seen on a day; none while its visit may still come.
    fn evaluable_by(&self, primary: &Primary, on: NaiveDate) -> Option<bool> {
        let window = self.rulebook.analysis_window(&self.rulebook.timeline().primary_visit)?;
        let closes = date_of_study_day(window.high, self.first_dose_on()?)?;
        let seen = primary.assessed_on.is_some_and(|day| day <= on);
        match (primary.evaluable && seen, on > closes) {
            (true, _) => Some(true),
            // A failure decides without an assessment, once none can come any more.
            (false, true) => Some(primary.evaluable && primary.assessed_on.is_none()),
            (false, false) => None,
        }
    }

    /// The protocol's first outcome measure that is judged at the primary visit.
    fn primary(&self) -> Option<Primary> {
        let at = self.rulebook.timeline().primary_visit.as_str();
        let judged =
            self.rulebook.outcome_measures().iter().filter(|it| it.visits.iter().any(|code| code == at));
        let evaluated = match judged.min_by_key(|it| it.number)?.endpoint {
            Endpoint::Sri4 => self.sri(at, 4),
            Endpoint::Lldas => self.lldas(at),
            Endpoint::Doris => self.doris(at),
            Endpoint::Sledai2kChange => {
                let change = self.sledai_change(at);
                return Some(Primary {
                    evaluable: change.change.is_some(),
                    assessed_on: change.visit.as_ref().map(|visit| visit.assessed_on),
                    evidence: change.evidence(),
                });
            }
            Endpoint::AutoantibodyChange => {
                let mut changes =
                    Autoantibody::ALL.iter().map(|analyte| self.autoantibody_change(*analyte, at));
                let known = changes.find(|change| change.is_evaluable())?;
                let panel =
                    self.rows.autoantibody_panels.iter().filter(|it| known.evidence.contains(&it.row.id));
                return Some(Primary {
                    evaluable: true,
                    assessed_on: panel.map(|it| it.collected_on).max(),
                    evidence: known.evidence.clone(),
                });
            }
            Endpoint::TraeIncidence | Endpoint::DltRate => return None,
        };
        Some(Primary {
            evaluable: evaluated.evaluation.outcome != Verdict::NotEvaluable,
            assessed_on: evaluated.assessed_on,
            evidence: evaluated.evaluation.evidence.clone(),
        })
    }
}

fn is_of_efficacy(instrument: Instrument) -> bool {
    match instrument {
        Instrument::Sledai2k | Instrument::Bilag2004 | Instrument::Pga => true,
        Instrument::LldasExtras | Instrument::FlareExtras => false,
    }
}
