//! Whether an adverse event is treatment-emergent: it starts, or its grade worsens, after the first dose and before
//! the horizon. Events during lymphodepletion, before the first dose, are a period of their own.

use super::SafetyParameters;
use crate::rule::{Rule, Version};
use crate::timeline::partial_date::impute_event_start;
use crate::timeline::{Imputed, PartialDate, study_day};
use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "treatment_emergent",
    name: "Treatment-emergent events",
    versions: &[Version {
        version: "1",
        what: "A start or a worsening from the first dose to the horizon; partial starts are filled in and flagged.",
    }],
};

/// When the subject was treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Treatment {
    /// The day lymphodepletion started; none when it did not.
    pub lymphodepletion_start: Option<NaiveDate>,
    /// The day of the first dose of the product; none before it.
    pub first_dose: Option<NaiveDate>,
    /// The time of the first dose, when recorded.
    pub first_dose_time: Option<NaiveTime>,
}

/// When an event happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Episode {
    /// The start, as far as it is known.
    pub start: Option<PartialDate>,
    /// The time of day of the start, when recorded.
    pub start_time: Option<NaiveTime>,
    /// The end, when the event is over and its day is known.
    pub end: Option<NaiveDate>,
    /// The latest day on which the grade rose, when it did.
    pub worsened_on: Option<NaiveDate>,
}

/// The part of the study that an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Period {
    /// Before any treatment of the study.
    PreTreatment,
    /// From the start of lymphodepletion to the first dose.
    LymphodepletionEmergent,
    /// From the first dose to the horizon.
    TreatmentEmergent,
    /// After the horizon.
    AfterHorizon,
}

/// What follows for an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Emergence {
    /// Whether the event is treatment-emergent; none when its start is unknown.
    pub treatment_emergent: Option<bool>,
    /// The start used, and what of it was filled in.
    pub start: Option<Imputed>,
    /// The period; none when the start is unknown.
    pub period: Option<Period>,
}

/// Judges one event. A start or a worsening from the first dose to the horizon makes it treatment-emergent; on the
/// dose day the times decide when both are known.
pub fn classify(episode: &Episode, treatment: &Treatment, parameters: &SafetyParameters) -> Emergence {
    let Some(start) = episode.start else {
        return Emergence { treatment_emergent: None, start: None, period: None };
    };
    let used = impute_event_start(start, treatment.first_dose, episode.end);
    let horizon = parameters.treatment_emergent_horizon_day;
    let counts = |date| study_day(date, treatment.first_dose).is_some_and(|day| (1..=horizon).contains(&day));
    let before_the_infusion = treatment.first_dose == Some(used.date)
        && used.flag.is_none()
        && episode.start_time.zip(treatment.first_dose_time).is_some_and(|(started, dosed)| started < dosed);
    let emergent = (counts(used.date) && !before_the_infusion) || episode.worsened_on.is_some_and(counts);
    let conditioned = treatment.lymphodepletion_start.is_some_and(|from| from <= used.date);
    let period = if emergent {
        Period::TreatmentEmergent
    } else if treatment.first_dose.is_some_and(|dose| dose <= used.date) && !before_the_infusion {
        Period::AfterHorizon
    } else if conditioned && parameters.lymphodepletion_period {
        Period::LymphodepletionEmergent
    } else {
        Period::PreTreatment
    };
    Emergence { treatment_emergent: Some(emergent), start: Some(used), period: Some(period) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::ImputationFlag;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn treated() -> Treatment {
        Treatment {
            lymphodepletion_start: Some(date("2025-05-28")),
            first_dose: Some(date("2025-06-02")),
            first_dose_time: None,
        }
    }

    fn episode(start: &str) -> Episode {
        let start = Some(PartialDate::parse(start).unwrap());
        Episode { start, start_time: None, end: None, worsened_on: None }
    }

    fn period(episode: Episode) -> Option<Period> {
        classify(&episode, &treated(), &SafetyParameters::default()).period
    }

    #[test]
    fn borders_of_the_periods() {
        assert_eq!(period(episode("2025-05-27")), Some(Period::PreTreatment));
        assert_eq!(period(episode("2025-05-28")), Some(Period::LymphodepletionEmergent));
        assert_eq!(period(episode("2025-06-01")), Some(Period::LymphodepletionEmergent));
        assert_eq!(period(episode("2025-06-02")), Some(Period::TreatmentEmergent));
        // Day 366 and day 367.
        assert_eq!(period(episode("2026-06-02")), Some(Period::TreatmentEmergent));
        assert_eq!(period(episode("2026-06-03")), Some(Period::AfterHorizon));
    }

    #[test]
    fn worsening_after_the_dose_makes_an_old_event_emergent() {
        let worsened = |on: &str| Episode { worsened_on: Some(date(on)), ..episode("2025-05-10") };
        assert_eq!(period(worsened("2025-06-01")), Some(Period::PreTreatment));
        assert_eq!(period(worsened("2025-06-02")), Some(Period::TreatmentEmergent));
        assert_eq!(period(worsened("2026-06-02")), Some(Period::TreatmentEmergent));
        assert_eq!(period(worsened("2026-06-03")), Some(Period::PreTreatment));
    }

    #[test]
    fn on_the_dose_day_known_times_decide() {
        let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0);
        let treatment = Treatment { first_dose_time: at(9), ..treated() };
        let judge = |hour| {
            let episode = Episode { start_time: at(hour), ..episode("2025-06-02") };
            classify(&episode, &treatment, &SafetyParameters::default()).treatment_emergent
        };
        assert_eq!((judge(8), judge(9), judge(10)), (Some(false), Some(true), Some(true)));
        let untimed = classify(&episode("2025-06-02"), &treatment, &SafetyParameters::default());
        assert_eq!(untimed.treatment_emergent, Some(true));
    }

    #[test]
    fn an_unknown_start_leaves_it_open() {
        let unknown = Episode { start: None, worsened_on: Some(date("2025-06-10")), ..episode("2025") };
        let judged = classify(&unknown, &treated(), &SafetyParameters::default());
        assert_eq!(judged, Emergence { treatment_emergent: None, start: None, period: None });
    }

    #[test]
    fn a_partial_start_is_filled_in_and_says_so() {
        let judged = classify(&episode("2025-06"), &treated(), &SafetyParameters::default());
        let used = judged.start.unwrap();
        assert_eq!((used.date, used.flag), (date("2025-06-02"), Some(ImputationFlag::Day)));
        assert_eq!(judged.treatment_emergent, Some(true));
    }

    #[test]
    fn nobody_undosed_has_an_emergent_event() {
        let undosed = Treatment { first_dose: None, ..treated() };
        let judged = classify(&episode("2025-06-20"), &undosed, &SafetyParameters::default());
        assert_eq!(
            (judged.treatment_emergent, judged.period),
            (Some(false), Some(Period::LymphodepletionEmergent))
        );
    }

    #[test]
    fn the_lymphodepletion_period_can_be_switched_off() {
        let parameters = SafetyParameters { lymphodepletion_period: false, ..SafetyParameters::default() };
        let judged = classify(&episode("2025-06-01"), &treated(), &parameters);
        assert_eq!(judged.period, Some(Period::PreTreatment));
    }
}
