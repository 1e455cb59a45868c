//! The renal system, graded from proteinuria, blood pressure, renal function, sediment and biopsy.
//!
//! Values are compared with the last earlier assessment. Quantitative proteinuria outranks the dipstick, which is read
//! only when none of the three quantitative measures is available; of several, one that qualifies is enough.

use super::grade::{Grade, Grading, Missing, RenalFirstVisit};
use super::{Bilag2004, Reading};
use rust_decimal::Decimal;

const SYSTOLIC: u8 = 78;
const DIASTOLIC: u8 = 79;
const ACCELERATED_HYPERTENSION: u8 = 80;
const DIPSTICK: u8 = 81;
const ALBUMIN_CREATININE: u8 = 82;
const PROTEIN_CREATININE: u8 = 83;
const PROTEIN_24_H: u8 = 84;
const NEPHROTIC_SYNDROME: u8 = 85;
const CREATININE: u8 = 86;
const FILTRATION: u8 = 87;
const ACTIVE_SEDIMENT: u8 = 88;
const ACTIVE_NEPHRITIS: u8 = 89;

/// A quantitative measure of proteinuria with its limits: above `severe`, at least `moderate`, above `mild`.
struct Measure {
    item: u8,
    severe: Decimal,
    moderate: Decimal,
    mild: Decimal,
}

/// Ratios in mg/mmol, the 24-hour amount in g.
const QUANTITATIVE: [Measure; 3] = [
    Measure { item: ALBUMIN_CREATININE, severe: whole(100), moderate: whole(50), mild: whole(25) },
    Measure { item: PROTEIN_CREATININE, severe: whole(100), moderate: whole(50), mild: whole(25) },
    Measure { item: PROTEIN_24_H, severe: whole(1), moderate: hundredths(50), mild: hundredths(25) },
];

/// Creatinine counts above this, umol/L.
const CREATININE_LIMIT: Decimal = whole(130);

const fn whole(number: u32) -> Decimal {
    Decimal::from_parts(number, 0, 0, false, 0)
}

const fn hundredths(number: u32) -> Decimal {
    Decimal::from_parts(number, 0, 0, false, 2)
}

/// A, B or C; none when the system is not active.
pub(super) fn activity(grading: &Grading<'_>, missing: Missing) -> Option<Grade> {
    let form = grading.current;
    let protein = Proteinuria::of(grading, missing);
    let function = Function::of(grading, missing);
    let yes = |number| form.yes(number).unwrap_or(missing == Missing::Worst);
    let unrecorded = missing == Missing::Worst && !grading.policy.unrecorded_nephritis_is_none;
    let nephritis = form.yes(ACTIVE_NEPHRITIS).unwrap_or(unrecorded)
        || (grading.involvement.nephritis_within_three_months && form.is_due_to_sle(ACTIVE_NEPHRITIS));
    let leading = [protein.severe, yes(ACTIVE_SEDIMENT), nephritis];
    let others = [yes(ACCELERATED_HYPERTENSION), function.severe, yes(NEPHROTIC_SYNDROME)];
    let count = |features: &[bool]| features.iter().filter(|feature| **feature).count();
    let (leading, all) = (count(&leading), count(&leading) + count(&others));
    if leading >= 1 && all >= 2 {
        return Some(Grade::A);
    }
    if all >= 1 || protein.moderate || function.moderate {
        return Some(Grade::B);
    }
    (protein.mild || pressure_rose(grading, missing)).then_some(Grade::C)
}

/// What the urine shows.
struct Proteinuria {
    severe: bool,
    moderate: bool,
    mild: bool,
}

impl Proteinuria {
    fn of(grading: &Grading<'_>, missing: Missing) -> Proteinuria {
        let form = grading.current;
        let readings = QUANTITATIVE.map(|measure| form.reading(measure.item));
        if readings.iter().any(|reading| reading.value().is_some()) {
            return Proteinuria::quantitative(form, grading.previous);
        }
        match form.reading(DIPSTICK) {
            Reading::Taken(now) => {
                let before = grading.previous.and_then(|previous| previous.measured(DIPSTICK));
                let rise = before.map_or(Decimal::ZERO, |before| now - before);
                Proteinuria {
                    severe: rise >= whole(2),
                    moderate: rise >= whole(1) && now >= whole(2),
                    mild: now >= whole(1),
                }
            }
            // One of the four is enough. A value that is not due to lupus was taken: it counts for nothing.
            Reading::NotTaken if readings.iter().all(|reading| *reading == Reading::NotTaken) => {
                let worst = missing == Missing::Worst;
                Proteinuria { severe: worst, moderate: worst, mild: worst }
            }
            Reading::NotTaken | Reading::Ignored => {
                Proteinuria { severe: false, moderate: false, mild: false }
            }
        }
    }

    fn quantitative(form: &Bilag2004, previous: Option<&Bilag2004>) -> Proteinuria {
        let any = |qualifies: &dyn Fn(&Measure, Decimal) -> bool| {
            QUANTITATIVE
                .iter()
                .any(|measure| form.reading(measure.item).value().is_some_and(|now| qualifies(measure, now)))
        };
        let not_improved = |measure: &Measure, now: Decimal| {
            previous.and_then(|previous| previous.measured(measure.item)).is_none_or(|before| {
                // A fall of exactly a quarter is an improvement.
                (before - now) * whole(4) < before
            })
        };
        Proteinuria {
            severe: any(&|measure, now| now > measure.severe && not_improved(measure, now)),
            moderate: any(&|measure, now| now >= measure.moderate && not_improved(measure, now)),
            mild: any(&|measure, now| now > measure.mild),
        }
    }
}

/// What creatinine and filtration rate show.
struct Function {
    severe: bool,
    moderate: bool,
}

impl Function {
    fn of(grading: &Grading<'_>, missing: Missing) -> Function {
        let form = grading.current;
        let (creatinine, filtration) = (form.reading(CREATININE), form.reading(FILTRATION));
        if creatinine == Reading::NotTaken && filtration == Reading::NotTaken {
            let worst = missing == Missing::Worst;
            return Function { severe: worst, moderate: worst };
        }
        let before = |item| grading.previous.and_then(|previous| previous.measured(item));
        let counts_impairment = grading.previous.is_none()
            && grading.policy.renal_first_visit == RenalFirstVisit::CountsImpairment;
        let mut function = Function { severe: false, moderate: false };
        if let Some(now) = creatinine.value().filter(|now| *now > CREATININE_LIMIT) {
            function.severe |= counts_impairment;
            if let Some(before) = before(CREATININE) {
                let percent = now * Decimal::ONE_HUNDRED;
                function.severe |= percent > before * whole(130);
                function.moderate |= percent >= before * whole(115);
            }
        }
        if let Some(now) = filtration.value() {
            let before = before(FILTRATION);
            let fell = before.is_some_and(|before| now * Decimal::ONE_HUNDRED < before * whole(67));
            function.severe |= now < whole(80) && (fell || counts_impairment);
            function.severe |= now < whole(50) && before.is_none_or(|before| before > whole(50));
        }
        function
    }
}

/// Above 140/90 mmHg with a rise of at least 30 systolic and 15 diastolic.
fn pressure_rose(grading: &Grading<'_>, missing: Missing) -> bool {
    let rose = |item, limit, rise| {
        // Without an earlier value there is no rise to speak of.
        let Some(before) = grading.previous.and_then(|previous| previous.measured(item)) else {
            return false;
        };
        match grading.current.reading(item) {
            Reading::Taken(now) => now > whole(limit) && now - before >= whole(rise),
            Reading::Ignored => false,
            Reading::NotTaken => missing == Missing::Worst,
        }
    };
    rose(SYSTOLIC, 140, 30) && rose(DIASTOLIC, 90, 15)
}
