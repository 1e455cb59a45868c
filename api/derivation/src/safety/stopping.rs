//! Pause and stopping rules: templates that a protocol fills in, evaluated on the events known on a day.
//!
//! The rule of the 3+3 design (R-DLT33) is `escalation`. What a pause blocks is decided elsewhere; here is only
//! what follows from the facts.

use super::Grade;
use super::dlt_criteria::DltCategory as Category;
use crate::rule::{Rule, Version};
use crate::statistics::beta_binomial::BetaBinomialRule;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "stopping",
    name: "Pause and stopping rules",
    versions: &[Version {
        version: "1",
        what: "The templates R-SENT to R-BAYES with the numbers of the protocol.",
    }],
};

/// How far a rule has been triggered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StoppingState {
    /// Nothing speaks for it.
    Clear,
    /// One more event, or the missing fact of one, would trigger it.
    Watch,
    /// Triggered: pause.
    Pause,
    /// Triggered: stop.
    Stop,
}

/// The rules, by the names of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StoppingRule {
    /// The first subject of a level is observed before the next is dosed.
    #[serde(rename = "R-SENT")]
    Sentinel,
    /// A death soon after dosing, not clearly due to the disease or an external cause.
    #[serde(rename = "R-G5")]
    Death,
    /// A related non-haematological event of grade 4.
    #[serde(rename = "R-G4")]
    LifeThreatening,
    /// Severe cytokine release syndrome, in several subjects or lasting.
    #[serde(rename = "R-CRS")]
    Crs,
    /// Severe neurotoxicity.
    #[serde(rename = "R-ICANS")]
    Icans,
    /// Acute graft versus host disease.
    #[serde(rename = "R-GVHD")]
    Gvhd,
    /// Severe infections.
    #[serde(rename = "R-INF")]
    Infection,
    /// The toxicity rate is probably too high.
    #[serde(rename = "R-BAYES")]
    BetaBinomial,
}

/// What a protocol fixes about pausing and stopping.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoppingParameters {
    /// R-SENT: days that the first subject of a level is observed.
    pub sentinel_days: u32,
    /// R-G5: days after the last dose within which a death counts.
    pub death_within_days: u32,
    /// R-G4: related non-haematological events of grade 4 that pause.
    pub grade_4_events: u32,
    /// R-CRS: subjects with CRS of grade 3 or more that pause.
    pub crs_subjects: u32,
    /// R-CRS: days after which one CRS of grade 3 or more that has not fallen to 2 pauses.
    pub crs_unresolved_days: u32,
    /// R-ICANS: subjects with ICANS of grade 3 or more that pause.
    pub icans_subjects: u32,
    /// R-GVHD: subjects with grade II or more that pause; one with grade III or more always does.
    pub gvhd_subjects: u32,
    /// R-INF: infections of grade 4 or more that pause.
    pub infections: u32,
    /// R-BAYES: prior, rate and probability.
    pub beta_binomial: BetaBinomialRule,
}

impl Default for StoppingParameters {
    fn default() -> Self {
        Self {
            sentinel_days: 14,
            death_within_days: 30,
            grade_4_events: 1,
            crs_subjects: 2,
            crs_unresolved_days: 7,
            icans_subjects: 1,
            gvhd_subjects: 2,
            infections: 2,
            beta_binomial: BetaBinomialRule::default(),
        }
    }
}

/// An adverse event, as far as stopping rules look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoppingEvent {
    /// The event's record.
    pub id: Uuid,
    /// Whose event it is.
    pub subject: Uuid,
    /// The kind of event.
    pub category: Category,
    /// The grade.
    pub grade: Grade,
    /// Whether it counts as related to the product.
    pub related: bool,
    /// When the grade was reached.
    pub reached_on: NaiveDate,
    /// When it fell below grade 3; none when it has not.
    pub below_grade_3_on: Option<NaiveDate>,
    /// The subject's last dose before the event.
    pub last_dose: Option<NaiveDate>,
    /// Whether a death was clearly due to the disease or an external cause; none when nobody said.
    pub clearly_due_to_disease_or_external_cause: Option<bool>,
}

/// What a rule says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoppingEvaluation {
    /// The rule.
    pub rule: StoppingRule,
    /// How far it has been triggered.
    pub state: StoppingState,
    /// The events that it rests on, by id.
    pub facts: Vec<Uuid>,
    /// R-BAYES: P(rate > p0).
    pub posterior: Option<f64>,
}

/// The rules about events, over the events known on the day `on`; `toxicities` and `evaluable` are what R-BAYES counts.
///
/// The order of events changes nothing. R-SENT is [`sentinel`], because it looks at doses.
pub fn evaluate(
    events: &[StoppingEvent],
    (toxicities, evaluable): (u64, u64),
    parameters: &StoppingParameters,
    on: NaiveDate,
) -> Vec<StoppingEvaluation> {
    let known: Vec<&StoppingEvent> = events.iter().filter(|event| event.reached_on <= on).collect();
    vec![
        deaths(&known, parameters),
        grade_4(&known, parameters),
        crs(&known, parameters, on),
        icans(&known, parameters),
        gvhd(&known, parameters),
        infections(&known, parameters),
        beta_binomial(toxicities, evaluable, &parameters.beta_binomial),
    ]
}

use StoppingState::{Clear, Pause, Stop, Watch};

fn evaluation(rule: StoppingRule, state: StoppingState, mut facts: Vec<Uuid>) -> StoppingEvaluation {
    facts.sort_unstable();
    StoppingEvaluation { rule, state, facts, posterior: None }
}

fn ids(events: &[&StoppingEvent]) -> Vec<Uuid> {
    events.iter().map(|event| event.id).collect()
}

fn subjects(events: &[&StoppingEvent]) -> u32 {
    let mut subjects: Vec<Uuid> = events.iter().map(|event| event.subject).collect();
    subjects.sort_unstable();
    subjects.dedup();
    subjects.len().try_into().unwrap_or(u32::MAX)
}

fn of<'a>(known: &[&'a StoppingEvent], category: Category, grade: Grade) -> Vec<&'a StoppingEvent> {
    known.iter().filter(|event| event.category == category && event.grade >= grade).copied().collect()
}

/// Pause at `limit`, watch from one below it.
fn against(count: u32, limit: u32) -> StoppingState {
    match count {
        _ if count >= limit => Pause,
        0 => Clear,
        _ => Watch,
    }
}

fn deaths(known: &[&StoppingEvent], parameters: &StoppingParameters) -> StoppingEvaluation {
    let soon = |event: &StoppingEvent| {
        let days = event.last_dose.map(|dose| event.reached_on.signed_duration_since(dose).num_days());
        days.is_some_and(|days| (0..=i64::from(parameters.death_within_days)).contains(&days))
    };
    let deaths: Vec<&StoppingEvent> = known
        .iter()
        .filter(|event| event.grade == Grade::Five && soon(event))
        .filter(|event| event.clearly_due_to_disease_or_external_cause != Some(true))
        .copied()
        .collect();
    // A cause that nobody has stated is not clearly another one: it pauses.
    evaluation(StoppingRule::Death, if deaths.is_empty() { Clear } else { Pause }, ids(&deaths))
}

fn grade_4(known: &[&StoppingEvent], parameters: &StoppingParameters) -> StoppingEvaluation {
    let severe: Vec<&StoppingEvent> = known
        .iter()
        .filter(|event| event.grade == Grade::Four && event.related)
        .filter(|event| !matches!(event.category, Category::Haematological | Category::ExpectedException))
        .copied()
        .collect();
    let count = severe.len().try_into().unwrap_or(u32::MAX);
    evaluation(StoppingRule::LifeThreatening, against(count, parameters.grade_4_events), ids(&severe))
}

fn crs(known: &[&StoppingEvent], parameters: &StoppingParameters, on: NaiveDate) -> StoppingEvaluation {
    let severe = of(known, Category::Crs, Grade::Three);
    let lasting = severe.iter().any(|event| {
        let until = event.below_grade_3_on.filter(|end| *end <= on).unwrap_or(on);
        until.signed_duration_since(event.reached_on).num_days() > i64::from(parameters.crs_unresolved_days)
    });
    let state = if lasting { Pause } else { against(subjects(&severe), parameters.crs_subjects) };
    evaluation(StoppingRule::Crs, state, ids(&severe))
}

fn icans(known: &[&StoppingEvent], parameters: &StoppingParameters) -> StoppingEvaluation {
    let severe = of(known, Category::Icans, Grade::Three);
    evaluation(StoppingRule::Icans, against(subjects(&severe), parameters.icans_subjects), ids(&severe))
}

fn gvhd(known: &[&StoppingEvent], parameters: &StoppingParameters) -> StoppingEvaluation {
    let acute = of(known, Category::Gvhd, Grade::Two);
    let grave = acute.iter().any(|event| event.grade >= Grade::Three);
    let state = if grave { Pause } else { against(subjects(&acute), parameters.gvhd_subjects) };
    evaluation(StoppingRule::Gvhd, state, ids(&acute))
}

fn infections(known: &[&StoppingEvent], parameters: &StoppingParameters) -> StoppingEvaluation {
    let severe = of(known, Category::Infection, Grade::Four);
    let count = severe.len().try_into().unwrap_or(u32::MAX);
    evaluation(StoppingRule::Infection, against(count, parameters.infections), ids(&severe))
}

fn beta_binomial(toxicities: u64, evaluable: u64, rule: &BetaBinomialRule) -> StoppingEvaluation {
    let state = match rule.boundary(evaluable) {
        _ if rule.stops(toxicities, evaluable) => Stop,
        Some(boundary) if evaluable > 0 && toxicities > 0 && toxicities + 1 >= boundary => Watch,
        Some(_) | None => Clear,
    };
    let posterior = (evaluable > 0).then(|| rule.posterior(toxicities, evaluable)).flatten();
    StoppingEvaluation { posterior, ..evaluation(StoppingRule::BetaBinomial, state, Vec::new()) }
}

/// R-SENT: pauses further dosing at a level until its first subject has been observed for the stated days.
///
/// `first_dosed` is the day of the level's first dose; none when nobody has been dosed there.
pub fn sentinel(
    first_dosed: Option<NaiveDate>,
    parameters: &StoppingParameters,
    on: NaiveDate,
) -> StoppingEvaluation {
    let observed = first_dosed.map(|dosed| on.signed_duration_since(dosed).num_days());
    let waiting = observed.is_some_and(|days| days < i64::from(parameters.sentinel_days));
    evaluation(StoppingRule::Sentinel, if waiting { Pause } else { Clear }, Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn event(id: u128, category: Category, grade: u8) -> StoppingEvent {
        StoppingEvent {
            id: Uuid::from_u128(id),
            subject: Uuid::from_u128(id),
            category,
            grade: Grade::try_from(grade).unwrap(),
            related: true,
            reached_on: date("2025-06-10"),
            below_grade_3_on: Some(date("2025-06-12")),
            last_dose: Some(date("2025-06-02")),
            clearly_due_to_disease_or_external_cause: None,
        }
    }

    fn state(rule: StoppingRule, events: &[StoppingEvent]) -> StoppingState {
        state_on(rule, events, "2025-07-30")
    }

    fn state_on(rule: StoppingRule, events: &[StoppingEvent], on: &str) -> StoppingState {
        let all = evaluate(events, (0, 0), &StoppingParameters::default(), date(on));
        all.iter().find(|evaluation| evaluation.rule == rule).unwrap().state
    }

    /// R-G5: within 30 days of dosing, unless clearly due to something else.
    #[test]
    fn r_g5() {
        let death = |on: &str| StoppingEvent { reached_on: date(on), ..event(1, Category::Infection, 5) };
        assert_eq!(state(StoppingRule::Death, &[death("2025-07-02")]), Pause);
        assert_eq!(state(StoppingRule::Death, &[death("2025-07-03")]), Clear);
        let explained =
            StoppingEvent { clearly_due_to_disease_or_external_cause: Some(true), ..death("2025-06-20") };
        assert_eq!(state(StoppingRule::Death, &[explained]), Clear);
    }

    /// R-G4: any related grade 4 that is not of the blood count.
    #[test]
    fn r_g4() {
        let rule = StoppingRule::LifeThreatening;
        assert_eq!(state(rule, &[event(1, Category::NonHaematological, 4)]), Pause);
        assert_eq!(state(rule, &[event(1, Category::NonHaematological, 3)]), Clear);
        assert_eq!(state(rule, &[event(1, Category::Haematological, 4)]), Clear);
        let unrelated = StoppingEvent { related: false, ..event(1, Category::NonHaematological, 4) };
        assert_eq!(state(rule, &[unrelated]), Clear);
    }

    /// R-CRS: two subjects, or one for more than 7 days.
    #[test]
    fn r_crs() {
        let rule = StoppingRule::Crs;
        let (one, two) = (event(1, Category::Crs, 3), event(2, Category::Crs, 4));
        assert_eq!(state(rule, &[event(1, Category::Crs, 2)]), Clear);
        assert_eq!(state(rule, std::slice::from_ref(&one)), Watch);
        assert_eq!(state(rule, &[one.clone(), two.clone()]), Pause);
        assert_eq!(state(rule, &[one.clone(), StoppingEvent { subject: one.subject, ..two }]), Watch);
        let lasting = StoppingEvent { below_grade_3_on: None, ..one };
        assert_eq!(state_on(rule, std::slice::from_ref(&lasting), "2025-06-17"), Watch);
        assert_eq!(state_on(rule, &[lasting], "2025-06-18"), Pause);
    }

    /// R-ICANS: one subject of grade 3.
    #[test]
    fn r_icans() {
        assert_eq!(state(StoppingRule::Icans, &[event(1, Category::Icans, 3)]), Pause);
        assert_eq!(state(StoppingRule::Icans, &[event(1, Category::Icans, 2)]), Clear);
    }

    /// R-GVHD: one of grade III, or two of grade II.
    #[test]
    fn r_gvhd() {
        let rule = StoppingRule::Gvhd;
        assert_eq!(state(rule, &[event(1, Category::Gvhd, 3)]), Pause);
        assert_eq!(state(rule, &[event(1, Category::Gvhd, 2)]), Watch);
        assert_eq!(state(rule, &[event(1, Category::Gvhd, 2), event(2, Category::Gvhd, 2)]), Pause);
        assert_eq!(state(rule, &[event(1, Category::Gvhd, 1)]), Clear);
    }

    /// R-INF: two of grade 4.
    #[test]
    fn r_inf() {
        let rule = StoppingRule::Infection;
        assert_eq!(state(rule, &[event(1, Category::Infection, 4)]), Watch);
        assert_eq!(state(rule, &[event(1, Category::Infection, 4), event(2, Category::Infection, 5)]), Pause);
        assert_eq!(state(rule, &[event(1, Category::Infection, 3), event(2, Category::Infection, 4)]), Watch);
    }

    /// R-BAYES: stops at 2 of 3, 4 of 6, 5 of 9; one below is watched.
    #[test]
    fn r_bayes() {
        for (n, stop) in [(3, 2), (6, 4), (9, 5)] {
            let at = |x| beta_binomial(x, n, &BetaBinomialRule::default()).state;
            assert_eq!((at(stop), at(stop - 1), at(0)), (Stop, Watch, Clear), "n {n}");
        }
        assert_eq!(beta_binomial(0, 0, &BetaBinomialRule::default()).posterior, None);
    }

    /// R-SENT: 14 days between the first and the second subject of a level.
    #[test]
    fn r_sent() {
        let parameters = StoppingParameters::default();
        let at = |on: &str| sentinel(Some(date("2025-06-02")), &parameters, date(on)).state;
        assert_eq!((at("2025-06-15"), at("2025-06-16")), (Pause, Clear));
        assert_eq!(sentinel(None, &parameters, date("2025-06-02")).state, Clear);
    }

    #[test]
    fn what_happens_later_is_not_known_yet() {
        assert_eq!(state_on(StoppingRule::Icans, &[event(1, Category::Icans, 3)], "2025-06-09"), Clear);
    }

    #[test]
    fn the_order_of_events_changes_nothing() {
        let mut events =
            vec![event(3, Category::Crs, 3), event(1, Category::Crs, 3), event(2, Category::Gvhd, 2)];
        let on = date("2025-07-30");
        let before = evaluate(&events, (1, 3), &StoppingParameters::default(), on);
        events.reverse();
        assert_eq!(before, evaluate(&events, (1, 3), &StoppingParameters::default(), on));
    }
}
