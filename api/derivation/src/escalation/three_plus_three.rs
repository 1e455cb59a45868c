//! 3+3 as a state machine over one level (Storer 1989).
//!
//! | evaluable | with DLT | step |
//! |---|---|---|
//! | any | 2 or more | the level is exceeded: the level below is the MTD if six were seen there, else treat there |
//! | below 3 | 0 or 1 | wait |
//! | 3 | 0 | escalate; at the top stop, or expand to six when the protocol confirms the top |
//! | 3 | 1 | expand: three more at this level |
//! | 4 or 5 | 0 or 1 | wait: the expansion is not complete |
//! | 6 | 0 or 1 | escalate, unless there is no tolerable level above: then this is the MTD |

use super::{Decision, LevelCounts, Step};
use crate::rule::{Rule, Version};

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "three_plus_three",
    name: "3+3 escalation",
    versions: &[Version {
        version: "1",
        what: "State machine over one level; an exceeded level is closed for good.",
    }],
};

/// What the rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    /// The level being judged, from 1.
    pub current_level: u64,
    /// How many levels there are.
    pub n_levels: u64,
    /// Subjects at this level whose DLT status is known.
    pub evaluable: u64,
    /// Those of them with a DLT.
    pub dlt: u64,
    /// Dosed subjects at this level whose DLT status is open.
    pub pending: u64,
    /// Evaluable subjects at the level below, which was cleared; none at level 1.
    pub lower_level_evaluable: Option<u64>,
    /// Whether a level above was exceeded before. It is never entered again.
    pub next_level_too_toxic: bool,
    /// Whether a clean top level is expanded to six.
    pub confirm_top: bool,
}

/// Subjects with a DLT from which a level exceeds the maximum tolerated dose.
const EXCEEDED_AT: u64 = 2;
/// Subjects of a first cohort.
const COHORT: u64 = 3;
/// Subjects of an expanded cohort.
const EXPANDED: u64 = 6;

/// Whether a level has exceeded the maximum tolerated dose. Enrolment pauses as soon as it has.
pub fn exceeded(level: &LevelCounts) -> bool {
    level.dlt >= EXCEEDED_AT
}

/// The step that follows from what was seen. Open outcomes block everything but leaving an exceeded level.
pub fn decide(at: &Situation) -> Decision {
    let here = at.current_level;
    let step = |decision, level| Decision { decision, next_level: Some(level) };
    if at.dlt >= EXCEEDED_AT {
        return match at.lower_level_evaluable {
            _ if here <= 1 => Decision { decision: Step::StopNoTolerableDose, next_level: None },
            Some(below) if below >= EXPANDED => step(Step::StopMtdIsLower, here - 1),
            Some(_) | None => step(Step::DeEscalate, here - 1),
        };
    }
    let is_top = here >= at.n_levels;
    if at.pending > 0 {
        step(Step::Wait, here)
    } else if at.evaluable >= EXPANDED {
        if is_top || at.next_level_too_toxic {
            step(Step::StopMtdIsCurrent, here)
        } else {
            step(Step::Escalate, here + 1)
        }
    } else if at.evaluable != COHORT {
        step(Step::Wait, here)
    } else if at.dlt == 1 {
        step(Step::Expand, here)
    } else if is_top {
        if at.confirm_top { step(Step::Expand, here) } else { step(Step::StopTopCleared, here) }
    } else if at.next_level_too_toxic {
        // Back from an exceeded level: three are not enough to call this one the maximum tolerated dose.
        step(Step::Expand, here)
    } else {
        step(Step::Escalate, here + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(current_level: u64, evaluable: u64, dlt: u64, lower_level_evaluable: Option<u64>) -> Situation {
        Situation {
            current_level,
            n_levels: 3,
            evaluable,
            dlt,
            pending: 0,
            lower_level_evaluable,
            next_level_too_toxic: false,
            confirm_top: false,
        }
    }

    fn assert_step(situation: Situation, step: Step, level: Option<u64>) {
        assert_eq!(decide(&situation), Decision { decision: step, next_level: level }, "{situation:?}");
    }

    /// The table of section 6.3.1, and R-DLT33.
    #[test]
    fn printed_steps() {
        assert_step(at(1, 3, 0, None), Step::Escalate, Some(2));
        assert_step(at(1, 3, 1, None), Step::Expand, Some(1));
        assert_step(at(1, 6, 1, None), Step::Escalate, Some(2));
        assert_step(at(1, 6, 2, None), Step::StopNoTolerableDose, None);
        assert_step(at(2, 3, 2, Some(3)), Step::DeEscalate, Some(1));
        assert_step(at(2, 3, 3, Some(6)), Step::StopMtdIsLower, Some(1));
        assert_step(at(2, 6, 1, Some(3)), Step::Escalate, Some(3));
        assert_step(at(3, 3, 0, Some(3)), Step::StopTopCleared, Some(3));
        assert_step(Situation { confirm_top: true, ..at(3, 3, 0, Some(3)) }, Step::Expand, Some(3));
        assert_step(at(3, 6, 2, Some(3)), Step::DeEscalate, Some(2));
        assert_step(at(2, 5, 1, Some(3)), Step::Wait, Some(2));
        assert_step(
            Situation { next_level_too_toxic: true, ..at(1, 6, 1, None) },
            Step::StopMtdIsCurrent,
            Some(1),
        );
    }

    #[test]
    fn fewer_than_three_wait_unless_two_had_a_dlt() {
        for (n, y) in [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1)] {
            assert_step(at(2, n, y, Some(3)), Step::Wait, Some(2));
        }
        assert_step(at(2, 2, 2, Some(3)), Step::DeEscalate, Some(1));
    }

    #[test]
    fn an_expansion_waits_for_its_sixth() {
        for (n, y) in [(4, 0), (4, 1), (5, 0), (5, 1)] {
            assert_step(at(2, n, y, Some(3)), Step::Wait, Some(2));
        }
        assert_step(at(3, 6, 0, Some(3)), Step::StopMtdIsCurrent, Some(3));
        assert_step(at(3, 6, 1, Some(3)), Step::StopMtdIsCurrent, Some(3));
    }

    #[test]
    fn back_from_an_exceeded_level_a_cohort_of_three_is_expanded() {
        assert_step(Situation { next_level_too_toxic: true, ..at(1, 3, 0, None) }, Step::Expand, Some(1));
    }

    /// R-DLT33: pending subjects block, unless the level is exceeded without them.
    #[test]
    fn pending_subjects_block() {
        for (n, y) in [(3, 0), (3, 1), (6, 1)] {
            assert_step(Situation { pending: 1, ..at(1, n, y, None) }, Step::Wait, Some(1));
        }
        assert_step(Situation { pending: 1, ..at(2, 2, 2, Some(6)) }, Step::StopMtdIsLower, Some(1));
    }

    /// Every course of a trial of three levels, whatever the outcomes: no closed level is treated again, nobody is treated
    /// above a level that was exceeded, every course ends, and the tolerated dose has at most one toxicity.
    #[test]
    fn every_course_ends_within_its_rules() {
        let mut ends = [0_u32; 4];
        for confirm_top in [false, true] {
            course(&mut [LevelCounts::default(); 3], 1, confirm_top, 0, &mut ends);
        }
        assert!(ends.iter().all(|count| *count > 0), "every way to end is reached: {ends:?}");
    }

    fn course(
        levels: &mut [LevelCounts; 3],
        current: usize,
        confirm_top: bool,
        depth: u32,
        ends: &mut [u32; 4],
    ) {
        assert!(depth < 12, "a course without end");
        for toxic in 0..=3 {
            let mut levels = *levels;
            let here = &mut levels[current - 1];
            here.evaluable += 3;
            here.dlt += toxic;
            let here = *here;
            let decision = decide(&Situation {
                confirm_top,
                lower_level_evaluable: current.checked_sub(2).map(|below| levels[below].evaluable),
                next_level_too_toxic: levels[current..].iter().any(exceeded),
                ..at(current as u64, here.evaluable, here.dlt, None)
            });
            let next = decision.next_level.map(|level| level as usize);
            match decision.decision {
                Step::StopNoTolerableDose => {
                    assert!(current == 1 && exceeded(&here));
                    ends[0] += 1;
                }
                Step::StopMtdIsLower => {
                    let tolerated = levels[next.unwrap() - 1];
                    assert!(tolerated.evaluable == 6 && tolerated.dlt <= 1 && exceeded(&here));
                    ends[1] += 1;
                }
                Step::StopMtdIsCurrent => {
                    assert!(here.evaluable == 6 && here.dlt <= 1);
                    ends[2] += 1;
                }
                Step::StopTopCleared => {
                    assert!(current == 3 && here.dlt == 0 && !confirm_top);
                    ends[3] += 1;
                }
                Step::Escalate | Step::Expand | Step::DeEscalate => {
                    let next = next.unwrap();
                    assert!(!exceeded(&levels[next - 1]) && levels[next - 1].evaluable <= 3);
                    assert!(levels[..next].iter().all(|level| !exceeded(level)), "above an exceeded level");
                    course(&mut levels, next, confirm_top, depth + 1, ends);
                }
                Step::Wait | Step::Stay | Step::Eliminate => panic!("{decision:?} after whole cohorts"),
            }
        }
    }

    proptest! {
        /// It never escalates past the top, into an exceeded level, or with two toxicities; and never leaves the ladder.
        #[test]
        fn never_upwards_without_leave(level in 1_u64..5, n in 0_u64..7, y in 0_u64..7, below in 0_u64..7, flags: (bool, bool, bool)) {
            prop_assume!(y <= n);
            let situation = Situation {
                current_level: level,
                n_levels: 4,
                pending: u64::from(flags.2),
                lower_level_evaluable: (level > 1).then_some(below),
                next_level_too_toxic: flags.0,
                confirm_top: flags.1,
                ..at(level, n, y, None)
            };
            let Decision { decision, next_level } = decide(&situation);
            if decision == Step::Escalate {
                prop_assert!(y < 2 && level < 4 && !flags.0 && !flags.2 && next_level == Some(level + 1));
            }
            prop_assert_eq!(next_level.is_none(), decision == Step::StopNoTolerableDose);
            prop_assert!(next_level.is_none_or(|next| (1..=4).contains(&next)));
        }
    }
}
