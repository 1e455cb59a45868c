//! The analysis sets of a subject as seen on a day. Never memoised: it depends on the day.

use super::reads;
use crate::rulebook::Endpoint;
use crate::snapshot::Subject;
use crate::snapshot::tables::Rec;
use chrono::NaiveDate;
use derivation::logic::Verdict;
use derivation::population::{Disposition, PopulationParameters, memberships};
pub use derivation::population::{Membership, MembershipReason, Population};
use derivation::safety::dlt::Evaluability;
use derivation::timeline::date_of_study_day;
use entity::rows::{Consent, Dose, ProtocolDeviation};
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
        let dlt = self.dlt(on);
        let primary = self.primary();
        let evaluable = primary.as_ref().and_then(|primary| self.evaluable_by(primary, on));
        let deviation = self.major_deviation(primary.as_ref(), on);
        let facts = self.disposition(on, (dlt.evaluable, evaluable, deviation));
        let agent = self.rulebook.product().agent;
        let given = self.rows.doses.iter().filter(|dose| dose.agent == agent && dose.given_on <= on);
        let given: Vec<Uuid> = given.map(|dose| dose.row.id).collect();
        let evidence = |population| match population {
            Population::Enrolled => self.consent_to_take_part(on).iter().map(|it| it.row.id).collect(),
            Population::Safety | Population::FullAnalysis => given.clone(),
            Population::LymphodepletionSafety => self.conditioning(on).map(|dose| dose.row.id).collect(),
            Population::DltEvaluable => [given.as_slice(), &dlt.evidence].concat(),
            Population::PerProtocol => {
                let counted = primary.as_ref().map_or(&[][..], |primary| &primary.evidence);
                let through = self.judged_through(primary.as_ref(), on).map(|day| day.min(on));
                let deviations = self.deviations_of_efficacy(through);
                [given.as_slice(), counted, &deviations].concat()
            }
        };
        memberships(&facts, self.rulebook.populations())
            .into_iter()
            .map(|membership| MembershipAt { membership, evidence: evidence(membership.population) })
            .collect()
    }

    /// Whether the subject certainly belongs to a set as seen on a day. Only what that set asks for is derived.
    pub(crate) fn is_of(&self, population: Population, on: NaiveDate) -> bool {
        let dlt = match population {
            Population::DltEvaluable => self.dlt(on).evaluable,
            Population::Enrolled
            | Population::FullAnalysis
            | Population::Safety
            | Population::LymphodepletionSafety
            | Population::PerProtocol => Evaluability::Pending,
        };
        let (evaluable, deviation) = match population {
            Population::PerProtocol => {
                let primary = self.primary();
                let evaluable = primary.as_ref().and_then(|primary| self.evaluable_by(primary, on));
                (evaluable, self.major_deviation(primary.as_ref(), on))
            }
            Population::Enrolled
            | Population::FullAnalysis
            | Population::Safety
            | Population::LymphodepletionSafety
            | Population::DltEvaluable => (None, None),
        };
        let all =
            memberships(&self.disposition(on, (dlt, evaluable, deviation)), self.rulebook.populations());
        all.iter().any(|it| it.population == population && it.included == Verdict::Met)
    }

    /// What the rule looks at, as seen on a day.
    fn disposition(
        &self,
        on: NaiveDate,
        (dlt, evaluable, major_deviation): (Evaluability, Option<bool>, Option<bool>),
    ) -> Disposition {
        let first_dose = self.first_dose_on().filter(|dose| *dose <= on);
        let assessed = |dose: NaiveDate| {
            self.rows
                .assessments
                .iter()
                .any(|it| is_of_efficacy(it.instrument) && it.assessed_on > dose && it.assessed_on <= on)
        };
        Disposition {
            consent: self.consent_to_take_part(on).map(|it| it.given_on),
            assigned: self.assigned(on, first_dose.is_some()),
            lymphodepletion: self.conditioning(on).map(|dose| dose.given_on).min(),
            first_dose,
            dose_percent: first_dose.and_then(|_| self.dose_percent(on)),
            assessed_after_dose: first_dose.is_some_and(assessed),
            major_deviation,
            evaluable_at_month_3: evaluable,
            dlt,
        }
    }

    /// The day through which deviations bear on the primary endpoint: that of its assessment, or the last one of its window. A
    /// later deviation cannot have changed what was found.
    fn judged_through(&self, primary: Option<&Primary>, on: NaiveDate) -> Option<NaiveDate> {
        let assessed = primary.and_then(|primary| primary.assessed_on).filter(|day| *day <= on);
        assessed.or_else(|| self.primary_window_closes())
    }

    /// Important deviations up to a day that may affect efficacy.
    fn deviations_of_efficacy(&self, through: Option<NaiveDate>) -> Vec<Uuid> {
        let counts = |it: &&Rec<ProtocolDeviation>| {
            through.is_some_and(|through| it.occurred_on <= through)
                && it.important == Some(true)
                && it.affects_efficacy == Some(true)
        };
        self.rows.protocol_deviations.iter().filter(counts).map(|it| it.row.id).collect()
    }

    /// Whether an important deviation affects efficacy as seen on a day. That none does is known once deviations were
    /// reviewed through the assessment of the primary endpoint, or the end of its window, and every one up to there is
    /// classified: one that was recorded or corrected after the review opens the answer again.
    fn major_deviation(&self, primary: Option<&Primary>, on: NaiveDate) -> Option<bool> {
        let needed = self.judged_through(primary, on)?;
        if !self.deviations_of_efficacy(Some(needed.min(on))).is_empty() {
            return Some(true);
        }
        let through = self.rows.deviation_reviews.first()?.through;
        let open = |it: &Rec<ProtocolDeviation>| it.important.is_none() && it.occurred_on <= needed;
        (needed <= through && !self.rows.protocol_deviations.iter().any(open)).then_some(false)
    }

    /// The last day of the primary visit's window.
    fn primary_window_closes(&self) -> Option<NaiveDate> {
        let window = self.rulebook.analysis_window(&self.rulebook.timeline().primary_visit)?;
        date_of_study_day(window.high, self.first_dose_on()?)
    }

    /// The first consent to take part.
    fn consent_to_take_part(&self, on: NaiveDate) -> Option<&Rec<Consent>> {
        let given = self.rows.consents.iter();
        given
            .filter(|it| it.purpose == ConsentPurpose::Study && it.given_on <= on)
            .min_by_key(|it| it.given_on)
    }

    /// The doses of lymphodepletion.
    fn conditioning(&self, on: NaiveDate) -> impl Iterator<Item = &Rec<Dose>> {
        let agents = &self.rulebook.product().lymphodepletion;
        self.rows.doses.iter().filter(move |dose| agents.contains(&dose.agent) && dose.given_on <= on)
    }

    /// Whether a dose level was assigned. In a masked study that is not for everybody to know, and the dose decides alone.
    fn assigned(&self, on: NaiveDate, dosed: bool) -> bool {
        let masked = self.rulebook.study().masking != Masking::Open;
        masked || dosed || self.rows.allocations.iter().any(|it| it.allocated_on <= on)
    }

    /// Whether the primary endpoint is evaluable as seen on a day; none while its visit may still come.
    fn evaluable_by(&self, primary: &Primary, on: NaiveDate) -> Option<bool> {
        let closes = self.primary_window_closes()?;
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
