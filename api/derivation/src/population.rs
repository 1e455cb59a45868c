//! Analysis populations: who belongs to which set, and why not. Frozen at database lock.

use crate::logic::Verdict;
use crate::rule::{Rule, Version};
use crate::safety::dlt::Evaluability;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "populations",
    name: "Analysis populations",
    versions: &[Version {
        version: "1",
        what: "Membership with its reason; what is not known yet stays open.",
    }],
};

/// What a protocol fixes about populations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PopulationParameters {
    /// The share of the planned dose, in percent, from which a subject can be per protocol.
    pub per_protocol_dose_percent: Decimal,
    /// Whether the full analysis set asks for an efficacy assessment after the dose (modified full analysis set).
    pub full_analysis_needs_assessment: bool,
}

impl Default for PopulationParameters {
    /// 80 percent; the full analysis set asks for a dose only.
    fn default() -> Self {
        Self { per_protocol_dose_percent: Decimal::from(80), full_analysis_needs_assessment: false }
    }
}

/// The analysis sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Population {
    /// Signed consent.
    Enrolled,
    /// Assigned to a dose level and received any product: primary for efficacy.
    FullAnalysis,
    /// Received any product: adverse events and laboratory, by the dose received.
    Safety,
    /// Received any lymphodepletion.
    LymphodepletionSafety,
    /// Counts in decisions about the dose.
    DltEvaluable,
    /// Treated and assessed as planned: sensitivity of efficacy.
    PerProtocol,
}

impl Population {
    /// Every set.
    pub const ALL: [Population; 6] = [
        Population::Enrolled,
        Population::FullAnalysis,
        Population::Safety,
        Population::LymphodepletionSafety,
        Population::DltEvaluable,
        Population::PerProtocol,
    ];
}

/// What decided membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MembershipReason {
    /// Every condition holds.
    Qualifies,
    /// No consent was signed.
    NoConsent,
    /// No dose level was assigned.
    NotAssigned,
    /// No product was received.
    NotDosed,
    /// No lymphodepletion was received.
    NoLymphodepletion,
    /// There is no efficacy assessment after the dose.
    NoAssessment,
    /// Too little of the planned dose was received.
    DoseTooLow,
    /// The dose received is not known.
    DoseNotRecorded,
    /// A major deviation affects efficacy.
    MajorDeviation,
    /// Deviations have not been classified.
    DeviationsOpen,
    /// The primary endpoint is not evaluable.
    EndpointNotEvaluable,
    /// Not evaluable for dose-limiting toxicity.
    DltNotEvaluable,
    /// The DLT window, or what decides it, is open.
    DltPending,
}

/// What is known of a subject. None is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disposition {
    /// When consent was signed.
    pub consent: Option<NaiveDate>,
    /// Whether a dose level was assigned.
    pub assigned: bool,
    /// The first lymphodepletion.
    pub lymphodepletion: Option<NaiveDate>,
    /// The first dose of the product, whatever its amount.
    pub first_dose: Option<NaiveDate>,
    /// The dose received, in percent of the planned one.
    pub dose_percent: Option<Decimal>,
    /// Whether there is an efficacy assessment after the dose.
    pub assessed_after_dose: bool,
    /// Whether a major deviation affects efficacy.
    pub major_deviation: Option<bool>,
    /// Whether the primary endpoint is evaluable at Month 3; none while that visit is to come.
    pub evaluable_at_month_3: Option<bool>,
    /// Evaluability for dose-limiting toxicity.
    pub dlt: Evaluability,
}

/// Whether a subject belongs to a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Membership {
    /// The set.
    pub population: Population,
    /// Whether the subject belongs to it; open when what decides is not known yet.
    pub included: Verdict,
    /// What decided.
    pub reason: MembershipReason,
}

/// The subject's membership of every set, in the order of [`Population`].
pub fn memberships(subject: &Disposition, parameters: &PopulationParameters) -> [Membership; 6] {
    use MembershipReason as Reason;
    let dosed = subject.first_dose.is_some();
    let needs = |condition: bool, reason| (Verdict::of(Some(condition)), reason);
    let full_analysis = [
        needs(subject.assigned, Reason::NotAssigned),
        needs(dosed, Reason::NotDosed),
        needs(
            subject.assessed_after_dose || !parameters.full_analysis_needs_assessment,
            Reason::NoAssessment,
        ),
    ];
    let enough = subject.dose_percent.map(|percent| percent >= parameters.per_protocol_dose_percent);
    let dose_reason = if enough.is_some() { Reason::DoseTooLow } else { Reason::DoseNotRecorded };
    let deviation = Verdict::of(subject.major_deviation).negate();
    let deviation_reason =
        if subject.major_deviation.is_some() { Reason::MajorDeviation } else { Reason::DeviationsOpen };
    let per_protocol = [
        (Verdict::of(enough), dose_reason),
        (deviation, deviation_reason),
        (Verdict::of(subject.evaluable_at_month_3), Reason::EndpointNotEvaluable),
    ];
    let dlt = match subject.dlt {
        Evaluability::Evaluable => (Verdict::Met, Reason::Qualifies),
        Evaluability::NotEvaluable => (Verdict::NotMet, Reason::DltNotEvaluable),
        Evaluability::Pending => (Verdict::NotEvaluable, Reason::DltPending),
    };
    [
        membership(Population::Enrolled, &[needs(subject.consent.is_some(), Reason::NoConsent)]),
        membership(Population::FullAnalysis, &full_analysis),
        membership(Population::Safety, &[needs(dosed, Reason::NotDosed)]),
        membership(
            Population::LymphodepletionSafety,
            &[needs(subject.lymphodepletion.is_some(), Reason::NoLymphodepletion)],
        ),
        membership(Population::DltEvaluable, &[needs(dosed, Reason::NotDosed), dlt]),
        membership(Population::PerProtocol, full_analysis.iter().chain(&per_protocol)),
    ]
}

/// All conditions must hold; the first that fails is the reason, else the first that is open.
fn membership<'c>(
    population: Population,
    conditions: impl IntoIterator<Item = &'c (Verdict, MembershipReason), IntoIter: Clone>,
) -> Membership {
    let mut conditions = conditions.into_iter();
    let included = Verdict::all(conditions.clone().map(|(verdict, _)| *verdict));
    let decided = conditions.find(|(verdict, _)| *verdict == included);
    let reason = match (included, decided) {
        (Verdict::NotMet | Verdict::NotEvaluable, Some((_, reason))) => *reason,
        (Verdict::Met, _) | (_, None) => MembershipReason::Qualifies,
    };
    Membership { population, included, reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use MembershipReason as Reason;
    use Verdict::{Met, NotEvaluable, NotMet};

    fn treated() -> Disposition {
        let day = |text: &str| Some(text.parse().unwrap());
        Disposition {
            consent: day("2025-05-01"),
            assigned: true,
            lymphodepletion: day("2025-05-28"),
            first_dose: day("2025-06-02"),
            dose_percent: Some(Decimal::ONE_HUNDRED),
            assessed_after_dose: true,
            major_deviation: Some(false),
            evaluable_at_month_3: Some(true),
            dlt: Evaluability::Evaluable,
        }
    }

    fn of(subject: &Disposition, population: Population) -> (Verdict, Reason) {
        let all = memberships(subject, &PopulationParameters::default());
        let found = all.iter().find(|membership| membership.population == population).unwrap();
        (found.included, found.reason)
    }

    #[test]
    fn a_subject_treated_as_planned_is_in_every_set() {
        for membership in memberships(&treated(), &PopulationParameters::default()) {
            assert_eq!((membership.included, membership.reason), (Met, Reason::Qualifies), "{membership:?}");
        }
    }

    #[test]
    fn without_the_product_only_earlier_sets_remain() {
        let undosed =
            Disposition { first_dose: None, dose_percent: None, dlt: Evaluability::Pending, ..treated() };
        assert_eq!(of(&undosed, Population::Enrolled), (Met, Reason::Qualifies));
        assert_eq!(of(&undosed, Population::LymphodepletionSafety), (Met, Reason::Qualifies));
        for set in
            [Population::Safety, Population::FullAnalysis, Population::PerProtocol, Population::DltEvaluable]
        {
            assert_eq!(of(&undosed, set), (NotMet, Reason::NotDosed), "{set:?}");
        }
    }

    #[test]
    fn any_amount_of_product_is_safety() {
        let partly = Disposition { dose_percent: Some(Decimal::ONE), ..treated() };
        assert_eq!(of(&partly, Population::Safety), (Met, Reason::Qualifies));
        assert_eq!(of(&partly, Population::FullAnalysis), (Met, Reason::Qualifies));
        assert_eq!(of(&partly, Population::PerProtocol), (NotMet, Reason::DoseTooLow));
    }

    #[test]
    fn per_protocol_from_both_sides() {
        let dose = |text: &str| Disposition { dose_percent: Some(text.parse().unwrap()), ..treated() };
        assert_eq!(of(&dose("80"), Population::PerProtocol), (Met, Reason::Qualifies));
        assert_eq!(of(&dose("79.9"), Population::PerProtocol), (NotMet, Reason::DoseTooLow));
        let deviated = Disposition { major_deviation: Some(true), ..treated() };
        assert_eq!(of(&deviated, Population::PerProtocol), (NotMet, Reason::MajorDeviation));
        let missing = Disposition { evaluable_at_month_3: Some(false), ..treated() };
        assert_eq!(of(&missing, Population::PerProtocol), (NotMet, Reason::EndpointNotEvaluable));
    }

    #[test]
    fn what_is_not_known_yet_stays_open() {
        let early = Disposition { evaluable_at_month_3: None, dlt: Evaluability::Pending, ..treated() };
        assert_eq!(of(&early, Population::PerProtocol), (NotEvaluable, Reason::EndpointNotEvaluable));
        assert_eq!(of(&early, Population::DltEvaluable), (NotEvaluable, Reason::DltPending));
        let unclassified = Disposition { major_deviation: None, ..treated() };
        assert_eq!(of(&unclassified, Population::PerProtocol), (NotEvaluable, Reason::DeviationsOpen));
        // A known failure decides whatever is open.
        let decided = Disposition { major_deviation: None, dose_percent: Some(Decimal::ONE), ..treated() };
        assert_eq!(of(&decided, Population::PerProtocol), (NotMet, Reason::DoseTooLow));
    }

    #[test]
    fn replaced_subjects_leave_the_escalation_set_only() {
        let replaced = Disposition { dlt: Evaluability::NotEvaluable, ..treated() };
        assert_eq!(of(&replaced, Population::DltEvaluable), (NotMet, Reason::DltNotEvaluable));
        assert_eq!(of(&replaced, Population::Safety), (Met, Reason::Qualifies));
    }

    #[test]
    fn the_modified_full_analysis_set_asks_for_an_assessment() {
        let modified =
            PopulationParameters { full_analysis_needs_assessment: true, ..PopulationParameters::default() };
        let unassessed = Disposition { assessed_after_dose: false, ..treated() };
        let set = memberships(&unassessed, &modified)[1];
        assert_eq!(
            (set.population, set.included, set.reason),
            (Population::FullAnalysis, NotMet, Reason::NoAssessment)
        );
        assert_eq!(of(&unassessed, Population::FullAnalysis), (Met, Reason::Qualifies));
    }
}
