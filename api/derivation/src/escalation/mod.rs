//! Dose escalation: from counts of evaluable subjects and dose-limiting toxicities to the next step.
//!
//! Levels are counted from 1, the lowest dose. A recommendation is a suggestion: people decide and record the decision.

pub mod boin;
pub mod keyboard;
pub mod three_plus_three;

use crate::statistics::nearest;
use boin::ToleratedDose;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The rule that turns counts into a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Design {
    /// Three subjects, three more after one toxicity (Storer 1989).
    ThreePlusThree,
    /// Bayesian optimal interval design (Liu and Yuan 2015).
    Boin,
    /// Keyboard design, also known as mTPI-2 (Yan 2017, Guo 2017).
    Keyboard,
}

/// What a protocol fixes about escalation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EscalationParameters {
    /// The rule in force.
    pub design: Design,
    /// 3+3: whether a clean top level is expanded to six before it is called tolerable.
    pub confirm_top: bool,
    /// Days that the first subject of a level is observed before the second is dosed.
    pub stagger_days: u32,
    /// Subjects planned over all levels. Going beyond warns and never blocks.
    pub planned_subjects: u32,
    /// BOIN, keyboard: the target toxicity rate, between 0 and 1.
    pub target_rate: Decimal,
    /// BOIN: the highest rate that is too low, as a share of the target (below 1).
    pub p_saf_ratio: Decimal,
    /// BOIN: the lowest rate that is too high, as a multiple of the target (above 1).
    pub p_tox_ratio: Decimal,
    /// BOIN, keyboard: a level is eliminated when P(rate > target) exceeds this.
    pub elimination_cutoff: Decimal,
    /// BOIN, keyboard: subjects below which no level is eliminated.
    pub elimination_minimum: u64,
    /// Keyboard: how far the target key reaches below the target.
    pub key_below: Decimal,
    /// Keyboard: how far the target key reaches above the target.
    pub key_above: Decimal,
}

impl Default for EscalationParameters {
    /// 3+3 without confirming the top level, nine subjects, 14 days of stagger; BOIN at 0.30 with 0.6 and 1.4.
    fn default() -> Self {
        Self {
            design: Design::ThreePlusThree,
            confirm_top: false,
            stagger_days: 14,
            planned_subjects: 9,
            target_rate: Decimal::new(30, 2),
            p_saf_ratio: Decimal::new(6, 1),
            p_tox_ratio: Decimal::new(14, 1),
            elimination_cutoff: Decimal::new(95, 2),
            elimination_minimum: 3,
            key_below: Decimal::new(5, 2),
            key_above: Decimal::new(5, 2),
        }
    }
}

impl EscalationParameters {
    /// The BOIN rule of these parameters; none when they contradict themselves.
    pub fn boin(&self) -> Option<boin::Boin> {
        let target = self.target_rate;
        let p_saf = target.checked_mul(self.p_saf_ratio)?;
        let p_tox = target.checked_mul(self.p_tox_ratio)?;
        boin::Boin::new(target, p_saf, p_tox, self.elimination())
    }

    /// The keyboard rule of these parameters; none when they contradict themselves.
    pub fn keyboard(&self) -> Option<keyboard::Keyboard> {
        let low = self.target_rate.checked_sub(self.key_below)?;
        let high = self.target_rate.checked_add(self.key_above)?;
        keyboard::Keyboard::new(self.target_rate, (low, high), self.elimination())
    }

    /// The maximum tolerated dose that isotonic regression selects from what was seen, were the escalation to end now. None
    /// under 3+3, which names it as its decision, and while an outcome is open.
    pub fn tolerated_dose(&self, levels: &[LevelCounts]) -> Option<ToleratedDose> {
        let open = levels.iter().any(|level| level.pending > 0 || level.dlt > level.evaluable);
        match self.design {
            Design::Boin | Design::Keyboard if !open => {
                let seen: Vec<(u64, u64)> = levels.iter().map(|it| (it.dlt, it.evaluable)).collect();
                Some(boin::maximum_tolerated_dose(&seen, self.target_rate, self.elimination()))
            }
            Design::ThreePlusThree | Design::Boin | Design::Keyboard => None,
        }
    }

    fn elimination(&self) -> Elimination {
        Elimination { cutoff: self.elimination_cutoff, minimum: self.elimination_minimum }
    }
}

/// When a level is closed because it is probably too toxic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elimination {
    /// The posterior probability of exceeding the target that closes the level.
    pub cutoff: Decimal,
    /// Evaluable subjects below which no level is closed.
    pub minimum: u64,
}

impl Default for Elimination {
    fn default() -> Self {
        Self { cutoff: Decimal::new(95, 2), minimum: 3 }
    }
}

impl Elimination {
    /// Whether `dlt` toxicities in `n` subjects close the level, with a flat prior.
    pub fn applies(&self, target: f64, dlt: u64, n: u64) -> bool {
        n >= self.minimum && posterior_above_target(target, dlt, n) > nearest(self.cutoff)
    }
}

/// P(rate > target) after `dlt` toxicities in `n` subjects, with prior Beta(1, 1). `dlt` must not exceed `n`.
pub fn posterior_above_target(target: f64, dlt: u64, n: u64) -> f64 {
    let misses = n.saturating_sub(dlt);
    crate::statistics::beta_binomial::posterior_above(1.0 + dlt as f64, 1.0 + misses as f64, target)
}

/// What one dose level has seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LevelCounts {
    /// DLT-evaluable subjects whose DLT status is known.
    pub evaluable: u64,
    /// Those of them with a dose-limiting toxicity.
    pub dlt: u64,
    /// Dosed subjects whose DLT status is still open. They block every step that their outcome could change.
    pub pending: u64,
    /// All subjects enrolled at the level, also those who were replaced.
    pub enrolled: u64,
}

/// The next step. 3+3 and the model-assisted designs share the words that mean the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Step {
    /// Too few outcomes are known.
    Wait,
    /// Treat at the next level.
    Escalate,
    /// 3+3: treat three more at this level.
    Expand,
    /// BOIN, keyboard: treat more at this level.
    Stay,
    /// Treat at the level below.
    DeEscalate,
    /// BOIN, keyboard: close this level and all above.
    Eliminate,
    /// The top level is clean; nothing is left to escalate to.
    StopTopCleared,
    /// This level is the maximum tolerated dose.
    StopMtdIsCurrent,
    /// The level below is the maximum tolerated dose.
    StopMtdIsLower,
    /// Even the lowest level is too toxic.
    StopNoTolerableDose,
}

/// A step and the level that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// What to do.
    pub decision: Step,
    /// The level to treat at, or that a stop names; none when no dose is tolerable.
    pub next_level: Option<u64>,
}

/// Something to know beside the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Warning {
    /// More subjects are enrolled than the protocol planned, or the step would need more.
    PlannedNExceeded,
    /// Enrolment at this level pauses: two or more subjects had a dose-limiting toxicity.
    EnrolmentPaused,
    /// Open outcomes block the step.
    PendingSubjects,
}

/// A step with its warnings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recommendation {
    /// The step.
    #[serde(flatten)]
    pub decision: Decision,
    /// What to know beside it.
    pub warnings: Vec<Warning>,
}

/// The recommendation for a study whose subjects are being treated at the level `current` (counted from 1).
///
/// A level that is too toxic closes all above it, whatever these have seen: then the lowest such level is what is left
/// downwards from, and no step leads into a closed one.
///
/// None when there is no such level, a level counts more toxicities than subjects, or the parameters contradict
/// themselves.
pub fn decide(
    levels: &[LevelCounts],
    current: u64,
    parameters: &EscalationParameters,
) -> Option<Recommendation> {
    let position = usize::try_from(current).ok()?.checked_sub(1)?;
    levels.get(position)?;
    if levels.iter().any(|level| level.dlt > level.evaluable) {
        return None;
    }
    let (decision, here) = match parameters.design {
        Design::ThreePlusThree => {
            let lowest_exceeded = levels.iter().position(three_plus_three::exceeded);
            let position = lowest_exceeded.unwrap_or(position).min(position);
            let here = levels[position];
            let decision = three_plus_three::decide(&three_plus_three::Situation {
                current_level: position as u64 + 1,
                n_levels: levels.len() as u64,
                evaluable: here.evaluable,
                dlt: here.dlt,
                pending: here.pending,
                // Below the lowest level that was exceeded none was: at most one in each had a toxicity.
                lower_level_evaluable: position.checked_sub(1).map(|below| levels[below].evaluable),
                next_level_too_toxic: lowest_exceeded == Some(position + 1),
                confirm_top: parameters.confirm_top,
            });
            (decision, here)
        }
        Design::Boin => {
            let rule = parameters.boin()?;
            model_assisted(levels, position, |dlt, n| rule.decide(dlt, n))
        }
        Design::Keyboard => {
            let rule = parameters.keyboard()?;
            model_assisted(levels, position, |dlt, n| rule.decide(dlt, n))
        }
    };
    Some(Recommendation { decision, warnings: warnings(levels, here, decision, parameters) })
}

fn warnings(
    levels: &[LevelCounts],
    here: LevelCounts,
    decision: Decision,
    parameters: &EscalationParameters,
) -> Vec<Warning> {
    let enrolled: u64 = levels.iter().map(|level| level.enrolled.max(level.evaluable + level.pending)).sum();
    let needs_more =
        matches!(decision.decision, Step::Escalate | Step::Expand | Step::Stay | Step::DeEscalate);
    let planned = u64::from(parameters.planned_subjects);
    let mut warnings = Vec::new();
    if enrolled > planned || (needs_more && enrolled >= planned) {
        warnings.push(Warning::PlannedNExceeded);
    }
    if parameters.design == Design::ThreePlusThree && three_plus_three::exceeded(&here) {
        warnings.push(Warning::EnrolmentPaused);
    }
    if decision.decision == Step::Wait && here.pending > 0 {
        warnings.push(Warning::PendingSubjects);
    }
    warnings
}

/// A model-assisted step within a ladder of levels: no step above the top, below the bottom, or into a closed level.
fn model_assisted(
    levels: &[LevelCounts],
    position: usize,
    rule: impl Fn(u64, u64) -> Step,
) -> (Decision, LevelCounts) {
    let closed =
        |at: usize| levels[at].evaluable > 0 && rule(levels[at].dlt, levels[at].evaluable) == Step::Eliminate;
    // An eliminated level takes all above it along.
    let position = (0..=position).find(|at| closed(*at)).unwrap_or(position);
    (on_the_ladder(levels, position, (&rule, &closed)), levels[position])
}

fn on_the_ladder(
    levels: &[LevelCounts],
    position: usize,
    (rule, closed): (impl Fn(u64, u64) -> Step, impl Fn(usize) -> bool),
) -> Decision {
    let here = levels[position];
    let level = |position: usize| Some(position as u64 + 1);
    let stay = Decision { decision: Step::Stay, next_level: level(position) };
    if here.pending > 0 || here.evaluable == 0 {
        return Decision { decision: Step::Wait, next_level: level(position) };
    }
    match rule(here.dlt, here.evaluable) {
        Step::Eliminate if position == 0 => {
            Decision { decision: Step::StopNoTolerableDose, next_level: None }
        }
        Step::Eliminate => Decision { decision: Step::Eliminate, next_level: level(position - 1) },
        Step::Escalate if position + 1 < levels.len() && !closed(position + 1) => {
            Decision { decision: Step::Escalate, next_level: level(position + 1) }
        }
        Step::DeEscalate if position > 0 => {
            Decision { decision: Step::DeEscalate, next_level: level(position - 1) }
        }
        _ => stay,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(evaluable: u64, dlt: u64) -> LevelCounts {
        LevelCounts { evaluable, dlt, pending: 0, enrolled: evaluable }
    }

    fn step(levels: &[LevelCounts], current: u64, design: Design) -> (Step, Option<u64>) {
        let parameters = EscalationParameters { design, ..EscalationParameters::default() };
        let Decision { decision, next_level } = decide(levels, current, &parameters).unwrap().decision;
        (decision, next_level)
    }

    #[test]
    fn three_clean_cohorts_of_three_clear_the_top() {
        let nothing = LevelCounts::default();
        let design = Design::ThreePlusThree;
        assert_eq!(step(&[seen(3, 0), nothing, nothing], 1, design), (Step::Escalate, Some(2)));
        assert_eq!(step(&[seen(3, 0), seen(3, 0), nothing], 2, design), (Step::Escalate, Some(3)));
        assert_eq!(step(&[seen(3, 0), seen(3, 0), seen(3, 0)], 3, design), (Step::StopTopCleared, Some(3)));
    }

    /// 3+3 names the tolerated dose itself; the others estimate it once every outcome is known.
    #[test]
    fn the_tolerated_dose_is_estimated_where_the_design_asks_for_it() {
        let levels = [seen(3, 0), seen(6, 2), seen(6, 4)];
        let of = |design, levels: &[LevelCounts]| {
            EscalationParameters { design, ..EscalationParameters::default() }.tolerated_dose(levels)
        };
        let found = of(Design::Boin, &levels).unwrap();
        // 0.05/3.1 and 2.05/6.1; the third level is eliminated.
        let expected = [(0, 0.05 / 3.1), (1, 2.05 / 6.1)];
        assert_eq!(found.level, Some(1));
        assert!(
            found.rates.len() == 2
                && expected
                    .iter()
                    .zip(&found.rates)
                    .all(|(one, other)| one.0 == other.0 && (one.1 - other.1).abs() < 1e-12),
            "{found:?}"
        );
        assert_eq!(of(Design::Keyboard, &levels), Some(found));
        assert_eq!(of(Design::ThreePlusThree, &levels), None);
        let pending = LevelCounts { pending: 1, ..seen(3, 0) };
        assert_eq!(of(Design::Boin, &[pending, seen(3, 0)]), None);
    }

    /// A level once exceeded is closed for good.
    #[test]
    fn an_exceeded_level_is_never_entered_again() {
        let levels = [seen(6, 1), seen(3, 2), LevelCounts::default()];
        assert_eq!(step(&levels, 1, Design::ThreePlusThree), (Step::StopMtdIsCurrent, Some(1)));
        assert_eq!(step(&levels, 2, Design::ThreePlusThree), (Step::StopMtdIsLower, Some(1)));
    }

    /// Section 6.3: whatever a level above has seen, it is closed when one below was exceeded; and a level that was exceeded
    /// is neither entered again nor named as tolerated.
    #[test]
    fn the_lowest_exceeded_level_decides() {
        let design = Design::ThreePlusThree;
        // A toxicity that was told late exceeds a level after the next was treated.
        assert_eq!(step(&[seen(3, 2), seen(3, 3), seen(3, 0)], 3, design), (Step::StopNoTolerableDose, None));
        assert_eq!(step(&[seen(3, 0), seen(3, 2), seen(3, 0)], 3, design), (Step::DeEscalate, Some(1)));
        assert_eq!(step(&[seen(3, 0), seen(3, 2), seen(3, 2)], 3, design), (Step::DeEscalate, Some(1)));
        assert_eq!(step(&[seen(6, 1), seen(3, 2), seen(3, 1)], 3, design), (Step::StopMtdIsLower, Some(1)));
        // Back from level 3, level 2 was expanded to six, of whom two had one: it is no tolerated dose.
        assert_eq!(step(&[seen(3, 0), seen(6, 2), seen(3, 2)], 2, design), (Step::DeEscalate, Some(1)));
        assert_eq!(step(&[seen(6, 0), seen(6, 2), seen(3, 2)], 2, design), (Step::StopMtdIsLower, Some(1)));
        assert_eq!(step(&[seen(3, 0), seen(6, 1), seen(3, 2)], 2, design), (Step::StopMtdIsCurrent, Some(2)));
        // Being expanded again, with two more to come.
        let expanding = [seen(3, 0), LevelCounts { pending: 2, ..seen(4, 1) }, seen(3, 2)];
        assert_eq!(step(&expanding, 2, design), (Step::Wait, Some(2)));
        let paused =
            decide(&[seen(3, 0), seen(3, 2), seen(3, 0)], 3, &EscalationParameters::default()).unwrap();
        assert_eq!(paused.warnings, [Warning::PlannedNExceeded, Warning::EnrolmentPaused]);
        // An eliminated level takes those above along.
        for design in [Design::Boin, Design::Keyboard] {
            assert_eq!(step(&[seen(3, 3), seen(3, 0)], 2, design), (Step::StopNoTolerableDose, None));
            assert_eq!(step(&[seen(3, 0), seen(3, 3), seen(3, 0)], 3, design), (Step::Eliminate, Some(1)));
        }
    }

    #[test]
    fn more_subjects_than_planned_warn_and_do_not_block() {
        let parameters = EscalationParameters::default();
        let levels = [seen(3, 0), seen(3, 0), seen(3, 1)];
        let expand = decide(&levels, 3, &parameters).unwrap();
        assert_eq!(expand.decision, Decision { decision: Step::Expand, next_level: Some(3) });
        assert_eq!(expand.warnings, [Warning::PlannedNExceeded]);
        let clean = decide(&[seen(3, 0), seen(3, 0), seen(3, 0)], 3, &parameters).unwrap();
        assert_eq!(clean.warnings, []);
    }

    #[test]
    fn two_toxicities_pause_enrolment() {
        let levels = [seen(3, 0), LevelCounts { pending: 1, ..seen(2, 2) }];
        let recommendation = decide(&levels, 2, &EscalationParameters::default()).unwrap();
        assert_eq!(recommendation.decision, Decision { decision: Step::DeEscalate, next_level: Some(1) });
        assert_eq!(recommendation.warnings, [Warning::EnrolmentPaused]);
    }

    #[test]
    fn an_open_outcome_is_named_as_the_reason_to_wait() {
        let levels = [LevelCounts { pending: 1, ..seen(3, 0) }, LevelCounts::default()];
        let recommendation = decide(&levels, 1, &EscalationParameters::default()).unwrap();
        assert_eq!(recommendation.decision, Decision { decision: Step::Wait, next_level: Some(1) });
        assert_eq!(recommendation.warnings, [Warning::PendingSubjects]);
    }

    #[test]
    fn model_assisted_designs_stay_on_the_ladder() {
        let nothing = LevelCounts::default();
        for design in [Design::Boin, Design::Keyboard] {
            assert_eq!(step(&[seen(3, 0), nothing], 1, design), (Step::Escalate, Some(2)));
            assert_eq!(step(&[seen(3, 0), seen(3, 0)], 2, design), (Step::Stay, Some(2)));
            assert_eq!(step(&[seen(3, 2), nothing], 1, design), (Step::Stay, Some(1)));
            assert_eq!(step(&[seen(3, 0), seen(3, 2)], 2, design), (Step::DeEscalate, Some(1)));
            assert_eq!(step(&[seen(3, 0), seen(3, 3)], 2, design), (Step::Eliminate, Some(1)));
            assert_eq!(step(&[seen(6, 0), seen(3, 3)], 1, design), (Step::Stay, Some(1)));
            assert_eq!(step(&[seen(3, 3), nothing], 1, design), (Step::StopNoTolerableDose, None));
            assert_eq!(
                step(&[LevelCounts { pending: 1, ..seen(3, 0) }, nothing], 1, design),
                (Step::Wait, Some(1))
            );
            assert_eq!(step(&[nothing], 1, design), (Step::Wait, Some(1)));
        }
    }

    #[test]
    fn what_cannot_be_has_no_recommendation() {
        let parameters = EscalationParameters::default();
        assert_eq!(decide(&[seen(3, 0)], 0, &parameters), None);
        assert_eq!(decide(&[seen(3, 0)], 2, &parameters), None);
        assert_eq!(
            decide(&[LevelCounts { evaluable: 2, dlt: 3, ..LevelCounts::default() }], 1, &parameters),
            None
        );
        let contradiction =
            EscalationParameters { design: Design::Boin, p_saf_ratio: Decimal::TWO, ..parameters };
        assert_eq!(decide(&[seen(3, 0)], 1, &contradiction), None);
    }
}
