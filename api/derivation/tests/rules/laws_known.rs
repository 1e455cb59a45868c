//! Laws that hold for every input: hiding what is known may leave an answer open, and never turns it into its opposite.

use crate::laws::{agrees, completed, completed_activity, mark};
use crate::{date, decimal};
use derivation::endpoint::bicla::{BiclaRule, PgaLimit, bicla};
use derivation::endpoint::doris::{DorisInput, DorisRule, DoseLimit, Wording, doris};
use derivation::endpoint::lldas::{LldasInput, LldasRule, NewActivityRule, State, lldas};
use derivation::endpoint::selena_flare::{Compared, SfiFlare, SfiInput, SfiRule, sfi};
use derivation::instrument::bilag2004::numeric::numeric;
use derivation::instrument::bilag2004::tally::tally;
use derivation::instrument::lldas_extras::LldasExtras;
use derivation::logic::Verdict;
use derivation::medication::prednisone_equivalent::DailyDose;
use derivation::safety::Grade;
use derivation::safety::astct::{Consciousness, Crs, Icans, Oedema, Oxygen, Seizure, crs_grade, icans_grade};
use derivation::safety::dlt::{DltCourse, DltEvent, Evaluability, evaluate};
use derivation::safety::dlt_criteria::{DltCategory, DltFacts, DltParameters, Lasted};
use derivation::safety::hys_law::{BilirubinRule, LiverPanel, candidate};
use proptest::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

/// A value, or nothing where it is hidden.
fn unless<T>(hidden: bool, value: T) -> Option<T> {
    (!hidden).then_some(value)
}

fn hides<const N: usize>() -> impl Strategy<Value = [bool; N]> {
    prop::array::uniform(prop::bool::weighted(0.3))
}

proptest! {
    #[test]
    fn knowing_more_never_turns_bicla_round(
        (baseline, whole_baseline) in completed_activity(),
        (visit, whole_visit) in completed_activity(),
        at_most in any::<bool>(),
    ) {
        let pga_limit = if at_most { PgaLimit::AtMost } else { PgaLimit::Below };
        let rule = BiclaRule { pga_worsening: decimal("0.30"), pga_limit };
        let open = bicla(&baseline, &visit, &rule, false);
        let whole = bicla(&whole_baseline, &whole_visit, &rule, false);
        prop_assert!(agrees(open.outcome, whole.outcome));
        for criterion in &open.criteria {
            prop_assert!(agrees(criterion.verdict, whole.verdict(criterion.code)), "{:?}", criterion.code);
        }
    }

    #[test]
    fn knowing_more_never_turns_lldas_or_doris_round(
        (today, whole_today) in completed(),
        (before, whole_before) in completed(),
        (_, whole) in completed_activity(),
        (earlier, whole_earlier) in completed_activity(),
        pga in mark(),
        (tenths, states) in (0..150_i64, prop::array::uniform6(any::<bool>())),
        hidden in hides::<11>(),
        (rule, wording, below) in (0..4_usize, any::<bool>(), any::<bool>()),
    ) {
        use NewActivityRule::{AllDescriptors, ClinicalDescriptors, DescriptorsAndBilag, SfiFlare as ByFlare};
        let new_activity = [ClinicalDescriptors, AllDescriptors, DescriptorsAndBilag, ByFlare][rule];
        let dose = DailyDose::exact(Decimal::new(tenths, 1));
        let flare = if states[5] { SfiFlare::None } else { SfiFlare::MildModerate };
        let extras = |one: usize, hide: [bool; 2]| LldasExtras {
            haemolytic_anaemia: unless(hide[0], states[one]),
            gi_activity: unless(hide[1], states[one + 1]),
        };
        let input = |hidden: [bool; 11], now: (&_, _), then: (&derivation::instrument::sledai2k::Sledai2k, _)| {
            let (sledai, bilag): (&derivation::instrument::sledai2k::Sledai2k, _) = now;
            LldasInput {
                today: unless(hidden[0], State { sledai: sledai.clone(), extras: extras(0, [hidden[1], hidden[2]]), bilag }),
                previous: unless(hidden[3], State { sledai: then.0.clone(), extras: extras(2, [hidden[4], hidden[5]]), bilag: then.1 }),
                pga: unless(hidden[6], pga),
                prednisone: unless(hidden[7], dose),
                maintenance_therapy: unless(hidden[8], states[4]),
                sfi_flare: unless(hidden[9], flare),
            }
        };
        let rule = LldasRule { new_activity, ..LldasRule::default() };
        let open_input = input(hidden, (&today, earlier.bilag), (&before, earlier.bilag));
        let whole_input = input([false; 11], (&whole_today, whole.bilag), (&whole_before, whole_earlier.bilag));
        // Hide nothing of today's BILAG-2004 that the whole form says otherwise.
        let open_input = LldasInput {
            today: open_input.today.map(|today| State { bilag: unless(hidden[10], ()).and(whole.bilag), ..today }),
            ..open_input
        };
        let (open, decided) = (lldas(&open_input, &rule, false), lldas(&whole_input, &rule, false));
        prop_assert!(decided.outcome != Verdict::NotEvaluable);
        prop_assert!(agrees(open.outcome, decided.outcome));
        for criterion in &open.criteria {
            prop_assert!(agrees(criterion.verdict, decided.verdict(criterion.code)), "{:?}", criterion.code);
        }

        let wording = if wording { Wording::Of2021 } else { Wording::Of2017 };
        let dose_limit = if below { DoseLimit::Below } else { DoseLimit::AtMost };
        let rule = DorisRule { wording, dose_limit, ..DorisRule::default() };
        let remission = |input: &LldasInput| {
            let input = DorisInput {
                sledai: input.today.as_ref().map(|today| today.sledai.clone()),
                pga: input.pga,
                prednisone: input.prednisone,
                stable_background: input.maintenance_therapy,
            };
            doris(&input, &rule, false)
        };
        let (open, decided) = (remission(&open_input), remission(&whole_input));
        prop_assert!(decided.outcome != Verdict::NotEvaluable);
        for criterion in &open.criteria {
            prop_assert!(agrees(criterion.verdict, decided.verdict(criterion.code)), "{:?}", criterion.code);
        }
        prop_assert!(agrees(open.outcome, decided.outcome));
    }

    #[test]
    fn the_numbers_of_bilag_hold_every_completion((open, whole) in completed_activity(), (then, _) in completed_activity()) {
        if let (Some(open), Some(whole)) = (open.bilag, whole.bilag) {
            let (bounds, known) = (numeric(&open), numeric(&whole));
            let total = known.total.unwrap();
            prop_assert!(bounds.lower <= total && total <= bounds.upper && total <= 108);
            prop_assert!(bounds.total.is_none_or(|own| own == total));
            prop_assert!(bounds.n_a <= known.n_a && bounds.n_b <= known.n_b);
            if let Some(then) = then.bilag {
                let (open, known) = (tally(&then, &open), tally(&then, &whole));
                let classes = |tally: &derivation::instrument::bilag2004::tally::Tally| {
                    [tally.active_or_worsening, tally.improving, tally.persistent_minimal]
                };
                for (certain, all) in classes(&open).into_iter().zip(classes(&known)) {
                    prop_assert!(certain <= all);
                }
                prop_assert_eq!(classes(&open).iter().sum::<u8>() + open.open, 9);
            }
        }
    }

    #[test]
    fn hiding_a_sign_never_makes_another_flare(
        (sledai, pga, mg) in ((0..=30_u8, 0..=30_u8), (mark(), mark()), (0..12_i64, 0..12_i64)),
        signs in prop::array::uniform5(prop::bool::weighted(0.2)),
        hidden in hides::<11>(),
        modified in any::<bool>(),
    ) {
        let input = |hidden: [bool; 11]| {
            let yes = |place: usize| unless(hidden[place + 6], signs[place]);
            SfiInput {
                sledai: Compared { previous: unless(hidden[0], sledai.0), now: unless(hidden[1], sledai.1) },
                pga: Compared { previous: unless(hidden[2], pga.0), now: unless(hidden[3], pga.1) },
                prednisone_mg_kg: Compared {
                    previous: unless(hidden[4], Decimal::new(mg.0, 1)),
                    now: unless(hidden[5], Decimal::new(mg.1, 1)),
                },
                new_nsaid_or_hydroxychloroquine: yes(0),
                new_immunosuppressant: yes(1),
                hospitalised: yes(2),
                mild_moderate_manifestation: yes(3),
                severe_manifestation: yes(4),
            }
        };
        let rule = SfiRule { total_above_12_is_severe: !modified };
        let whole = sfi(&input([false; 11]), &rule).flare;
        let open = sfi(&input(hidden), &rule).flare;
        prop_assert!(whole.is_some());
        prop_assert!(open.is_none() || open == whole);
    }

    #[test]
    fn hiding_a_part_never_makes_another_astct_grade(
        (fever, vasopressors, hypotension, oxygen) in (any::<bool>(), 0..4_u32, any::<bool>(), 0..4_usize),
        (ice, awake, fits, weak, swollen) in (0..=10_u8, 0..5_usize, 0..3_usize, any::<bool>(), 0..3_usize),
        hidden in hides::<9>(),
    ) {
        use Consciousness::{Normal, Spontaneous, ToTouch, ToVoice, Unarousable};
        let crs = |hidden: [bool; 9]| crs_grade(&Crs {
            fever: unless(hidden[0], fever),
            vasopressors: unless(hidden[1], vasopressors),
            hypotension: unless(hidden[2], hypotension),
            oxygen: unless(hidden[3], [Oxygen::None, Oxygen::LowFlow, Oxygen::HighFlow, Oxygen::PositivePressure][oxygen]),
        });
        let icans = |hidden: [bool; 9]| icans_grade(&Icans {
            ice_score: unless(hidden[4], ice),
            consciousness: unless(hidden[5], [Normal, Spontaneous, ToVoice, ToTouch, Unarousable][awake]),
            seizure: unless(hidden[6], [Seizure::None, Seizure::ResolvesRapidly, Seizure::ProlongedOrRepetitive][fits]),
            motor_weakness: unless(hidden[7], weak),
            oedema: unless(hidden[8], [Oedema::None, Oedema::Focal, Oedema::Diffuse][swollen]),
        });
        prop_assert!(crs(hidden).is_none_or(|grade| Some(grade) == crs([false; 9])));
        prop_assert!(icans(hidden).is_none_or(|grade| Some(grade) == icans([false; 9])));
    }

    #[test]
    fn hiding_a_value_never_turns_hys_law_round(
        values in prop::array::uniform4(0..60_i64),
        hidden in hides::<4>(),
        from_two in any::<bool>(),
    ) {
        let rule = if from_two { BilirubinRule::From2 } else { BilirubinRule::Above2 };
        let panel = |hidden: [bool; 4]| {
            let value = |place: usize| unless(hidden[place], Decimal::new(values[place], 1));
            candidate(&LiverPanel { alt: value(0), ast: value(1), bilirubin: value(2), alp: value(3) }, rule)
        };
        prop_assert!(panel([false; 4]) != Verdict::NotEvaluable);
        prop_assert!(agrees(panel(hidden), panel([false; 4])));
    }

    /// Every fact of an event that the default criteria ask for may be hidden.
    #[test]
    fn hiding_a_fact_never_turns_a_dose_limiting_toxicity_round(
        (category, grade, hours, onset) in (0..9_usize, 1..=5_u8, 0..500_u32, 1..40_i64),
        facts in prop::array::uniform3(any::<bool>()),
        (times, percent) in (0..120_i64, 60..100_i64),
        hidden in hides::<5>(),
    ) {
        use DltCategory::*;
        const KINDS: [DltCategory; 9] = [
            NonHaematological, Crs, Icans, Gvhd, InfusionReaction, Haematological, Liver, Infection, ExpectedException,
        ];
        let first_dose = date("2025-06-02");
        let on = date("2025-08-01");
        let judge = |hidden: [bool; 5]| {
            let events = [DltEvent {
                id: Uuid::from_u128(1),
                onset: first_dose + chrono::Duration::days(onset),
                worsened_on: None,
                related: Some(true),
                facts: DltFacts {
                    category: KINDS[category],
                    names: vec![if facts[0] { "Pyrexia".to_owned() } else { "Event".to_owned() }],
                    grade: Grade::try_from(grade).unwrap(),
                    lasted: unless(hidden[0], hours).map_or(Lasted::Unknown, Lasted::Hours),
                    systemic_steroid: unless(hidden[1], facts[1]),
                    hys_law: unless(hidden[2], facts[2]),
                    transaminases_x_uln: unless(hidden[3], Decimal::new(times, 1)),
                    due_to_disease_or_accident: unless(hidden[4], facts[0]),
                },
                adjudicated: None,
            }];
            let course = DltCourse {
                first_dose: Some(first_dose),
                dose_percent: Some(Decimal::from(percent)),
                followed_through: Some(on),
                follow_up_ended: false,
                events: &events,
            };
            evaluate(&course, &DltParameters::default(), on)
        };
        let (open, whole) = (judge(hidden), judge([false; 5]));
        prop_assert!(whole.dlt != Verdict::NotEvaluable);
        prop_assert!(agrees(open.dlt, whole.dlt));
        prop_assert!(whole.dlt != Verdict::Met || whole.evaluable == Evaluability::Evaluable);
    }
}
