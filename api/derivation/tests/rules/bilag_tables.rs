//! BILAG-2004 by hand: each list of the seven clinical systems, and each border of the two measured ones from both sides.

use crate::decimal;
use derivation::instrument::bilag2004::{
    Bilag2004, Grade, GradePolicy, Involvement, ItemValue, RenalFirstVisit, System, SystemGrade, grade_all,
};

use Grade::{A, B, C, E};

/// A complete form with nothing active: normal blood, urine and kidneys.
fn quiet() -> Bilag2004 {
    with(
        &Bilag2004::nothing_active(),
        &[
            (78, "120"),
            (79, "80"),
            (81, "0"),
            (86, "70"),
            (90, "13"),
            (91, "6"),
            (92, "4"),
            (93, "1.5"),
            (94, "250"),
        ],
    )
}

fn with(form: &Bilag2004, values: &[(u8, &str)]) -> Bilag2004 {
    let mut form = form.clone();
    for (number, text) in values {
        let value = match *text {
            "yes" => ItemValue::YesNo(true),
            "no" => ItemValue::YesNo(false),
            _ if matches!(number, 1..=77 | 95) => ItemValue::Score(text.parse().unwrap()),
            _ => ItemValue::Number(decimal(text)),
        };
        form.set(*number, value);
    }
    form
}

fn graded(system: System, form: &Bilag2004, previous: Option<&Bilag2004>, policy: &GradePolicy) -> Grade {
    let grades = grade_all(form, previous, &Involvement::from_history(&[]), policy);
    match grades.of(system) {
        SystemGrade::Known(grade) => grade,
        open => panic!("{system:?} is {open:?}"),
    }
}

/// The grade of the renal system; values are put on top of a quiet form, and `before` on the previous one.
#[track_caller]
fn renal(now: &[(u8, &str)], before: Option<&[(u8, &str)]>, expected: Grade) {
    let previous = before.map(|values| with(&quiet(), values));
    let form = with(&quiet(), now);
    let found = graded(System::Renal, &form, previous.as_ref(), &GradePolicy::default());
    assert_eq!(found, expected, "{now:?} after {before:?}");
}

/// Section 2.3, line by line: active makes the first grade, improving the second.
#[test]
fn every_item_of_the_clinical_systems() {
    let severe: &[&[u8]] = &[
        &[5, 7, 9, 11, 13],
        &[19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 31, 36],
        &[39, 41],
        &[45, 46, 47, 49, 50, 51, 52, 53, 54, 55],
        &[56, 58, 61, 63, 64],
        &[65, 66, 69, 72, 74, 76, 77],
    ];
    let moderate: &[&[u8]] = &[
        &[6, 12, 14, 15],
        &[30, 32, 33, 34, 35, 37, 38],
        &[40, 42],
        &[44, 48],
        &[57, 59, 60, 62],
        &[67, 68, 70, 73],
    ];
    let mild: &[&[u8]] = &[&[8, 10, 16, 17, 18], &[], &[43], &[], &[], &[71, 75]];
    let systems = [
        System::Mucocutaneous,
        System::Neuropsychiatric,
        System::Musculoskeletal,
        System::Cardiorespiratory,
        System::Gastrointestinal,
        System::Ophthalmic,
    ];
    let mut seen = 4;
    for (place, system) in systems.into_iter().enumerate() {
        let rows = [(severe[place], A, B), (moderate[place], B, C), (mild[place], C, C)];
        for (numbers, active, improving) in rows {
            for number in numbers {
                seen += 1;
                for (score, expected) in
                    [("0", E), ("1", improving), ("2", active), ("3", active), ("4", active)]
                {
                    let form = with(&quiet(), &[(*number, score)]);
                    let found = graded(system, &form, None, &GradePolicy::default());
                    assert_eq!(found, expected, "item {number} scored {score}");
                }
            }
        }
    }
    assert_eq!(seen, 77, "with the four constitutional items these are all that are scored");
}

/// Constitutional: pyrexia weighs more than the other three.
#[test]
fn every_combination_of_the_constitutional_system() {
    for code in 0..5_u32.pow(4) {
        let score = |place: u32| (code / 5_u32.pow(place)) % 5;
        let scores = [score(0), score(1), score(2), score(3)];
        let [pyrexia, others @ ..] = scores;
        let active = others.iter().filter(|score| **score >= 2).count();
        let expected = if pyrexia >= 2 && active >= 2 {
            A
        } else if pyrexia >= 2 || active >= 2 {
            B
        } else if scores.iter().any(|score| *score > 0) {
            C
        } else {
            E
        };
        let texts = scores.map(|score| score.to_string());
        let form = with(&quiet(), &[(1, &texts[0]), (2, &texts[1]), (3, &texts[2]), (4, &texts[3])]);
        let found = graded(System::Constitutional, &form, None, &GradePolicy::default());
        assert_eq!(found, expected, "{scores:?}");
    }
}

/// Quantitative proteinuria: above 100 (24 h: 1 g) severe, from 50 (0.5 g) moderate, above 25 (0.25 g) mild.
#[test]
fn proteinuria_at_each_border() {
    for item in [82, 83] {
        for (now, expected) in [("25", E), ("25.1", C), ("49.9", C), ("50", B), ("100", B), ("100.1", B)] {
            renal(&[(item, now)], None, expected);
        }
        // Severe is told from moderate by the second feature that makes an A.
        renal(&[(item, "100"), (80, "yes")], None, B);
        renal(&[(item, "100.1"), (80, "yes")], None, A);
    }
    for (now, expected) in [("0.25", E), ("0.26", C), ("0.49", C), ("0.5", B), ("1", B), ("1.01", B)] {
        renal(&[(84, now)], None, expected);
    }
    renal(&[(84, "1"), (85, "yes")], None, B);
    renal(&[(84, "1.01"), (85, "yes")], None, A);
}

/// A fall of a quarter or more is an improvement; of another measure nothing is known.
#[test]
fn improvement_is_a_fall_of_a_quarter() {
    renal(&[(83, "75")], Some(&[(83, "100")]), C);
    renal(&[(83, "75.1")], Some(&[(83, "100")]), B);
    renal(&[(83, "150"), (88, "yes")], Some(&[(83, "200")]), B);
    renal(&[(83, "150.1"), (88, "yes")], Some(&[(83, "200")]), A);
    renal(&[(83, "60")], Some(&[(82, "400")]), B);
    renal(&[(83, "60")], Some(&[(83, "0")]), B);
    // One of several measures is enough, whatever the others show.
    renal(&[(82, "10"), (83, "60")], None, B);
    renal(&[(82, "30"), (83, "60")], Some(&[(82, "10"), (83, "200")]), C);
}

/// The dipstick is read only without a quantitative measure; a rise counts, from two plusses on or by two.
#[test]
fn the_dipstick_at_each_border() {
    renal(&[(81, "1")], None, C);
    renal(&[(81, "3")], None, C);
    renal(&[(81, "1")], Some(&[(81, "0")]), C);
    renal(&[(81, "2")], Some(&[(81, "1")]), B);
    renal(&[(81, "2")], Some(&[(81, "2")]), C);
    renal(&[(81, "3"), (80, "yes")], Some(&[(81, "2")]), B);
    renal(&[(81, "3"), (80, "yes")], Some(&[(81, "1")]), A);
    renal(&[(81, "3"), (83, "5")], Some(&[(81, "0")]), E);
}

/// Features 2 and 4 to 6, alone and in pairs: an A needs proteinuria, sediment or nephritis among two.
#[test]
fn renal_features_alone_and_in_pairs() {
    for feature in [80, 85, 88, 89] {
        renal(&[(feature, "yes")], None, B);
    }
    renal(&[(80, "yes"), (85, "yes")], None, B);
    renal(&[(88, "yes"), (85, "yes")], None, A);
    renal(&[(89, "yes"), (80, "yes")], None, A);
    renal(&[(88, "yes"), (89, "yes")], None, A);
    renal(&[(83, "200"), (88, "yes")], None, A);
    // Deterioration together with hypertension and nephrotic syndrome is none of the three.
    renal(&[(86, "200"), (80, "yes"), (85, "yes")], Some(&[(86, "100")]), B);
    renal(&[(86, "200"), (88, "yes")], Some(&[(86, "100")]), A);
}

/// Creatinine counts above 130: more than 130 percent of the previous one is severe, from 115 percent moderate.
#[test]
fn creatinine_at_each_border() {
    renal(&[(86, "130")], Some(&[(86, "50")]), E);
    renal(&[(86, "130.1"), (88, "yes")], Some(&[(86, "100")]), A);
    renal(&[(86, "143"), (88, "yes")], Some(&[(86, "110")]), B);
    renal(&[(86, "143.1"), (88, "yes")], Some(&[(86, "110")]), A);
    renal(&[(86, "138")], Some(&[(86, "120")]), B);
    renal(&[(86, "137.9")], Some(&[(86, "120")]), E);
    renal(&[(86, "300")], None, E);
}

/// Filtration: below 80 and below 67 percent of the previous one; or below 50 when that was above 50, or not measured.
#[test]
fn filtration_at_each_border() {
    renal(&[(87, "66.9"), (88, "yes")], Some(&[(87, "100")]), A);
    renal(&[(87, "67"), (88, "yes")], Some(&[(87, "100")]), B);
    renal(&[(87, "79.9"), (88, "yes")], Some(&[(87, "120")]), A);
    renal(&[(87, "80"), (88, "yes")], Some(&[(87, "130")]), B);
    renal(&[(87, "49.9"), (88, "yes")], Some(&[(87, "50.1")]), A);
    renal(&[(87, "49.9"), (88, "yes")], Some(&[(87, "50")]), B);
    renal(&[(87, "50"), (88, "yes")], Some(&[(87, "60")]), B);
    renal(&[(87, "49.9"), (88, "yes")], Some(&[]), A);
    renal(&[(87, "49.9"), (88, "yes")], None, A);
    renal(&[(87, "50"), (88, "yes")], None, B);
}

/// Blood pressure: above 140/90, with a rise of at least 30 and 15.
#[test]
fn blood_pressure_at_each_border() {
    let rise = |now: [&str; 2], before: [&str; 2], expected| {
        renal(&[(78, now[0]), (79, now[1])], Some(&[(78, before[0]), (79, before[1])]), expected);
    };
    rise(["150", "95"], ["120", "80"], C);
    rise(["149", "95"], ["120", "80"], E);
    rise(["150", "94"], ["120", "80"], E);
    rise(["140", "95"], ["110", "80"], E);
    rise(["141", "95"], ["110", "80"], C);
    rise(["150", "90"], ["120", "70"], E);
    rise(["150", "91"], ["120", "70"], C);
    renal(&[(78, "180"), (79, "120")], None, E);
}

/// One legacy reading of the first assessment: impaired function is deterioration without a comparison.
#[test]
fn the_lenient_first_assessment() {
    let policy =
        GradePolicy { renal_first_visit: RenalFirstVisit::CountsImpairment, ..GradePolicy::default() };
    let first = |values: &[(u8, &str)]| graded(System::Renal, &with(&quiet(), values), None, &policy);
    assert_eq!((first(&[(86, "130")]), first(&[(86, "130.1")])), (E, B));
    assert_eq!((first(&[(87, "80")]), first(&[(87, "79.9")])), (E, B));
    let later = |values: &[(u8, &str)]| {
        graded(System::Renal, &with(&quiet(), values), Some(&with(&quiet(), values)), &policy)
    };
    assert_eq!((later(&[(86, "200")]), later(&[(87, "60")])), (E, E), "only the first");
}

#[track_caller]
fn blood(values: &[(u8, &str)], expected: Grade) {
    let found = graded(System::Haematological, &with(&quiet(), values), None, &GradePolicy::default());
    assert_eq!(found, expected, "{values:?}");
}

/// Section 2.5: half-open bands that meet each other.
#[test]
fn blood_counts_at_each_border() {
    for (count, grade) in [("24.9", A), ("25", B), ("49.9", B), ("50", C), ("149.9", C), ("150", E)] {
        blood(&[(94, count)], grade);
    }
    for (count, grade) in [("0.9", B), ("1", C), ("3.9", C), ("4", E)] {
        blood(&[(91, count)], grade);
    }
    for (count, grade) in [("0.4", B), ("0.5", C), ("1.9", C), ("2", E)] {
        blood(&[(92, count)], grade);
    }
    for (count, grade) in [("0.9", C), ("1", E), ("0.1", C)] {
        blood(&[(93, count)], grade);
    }
    for (haemoglobin, without, haemolysis) in
        [("7.9", B, A), ("8", C, B), ("9.9", C, B), ("10", C, C), ("10.9", C, C), ("11", E, C), ("13", E, C)]
    {
        blood(&[(90, haemoglobin)], without);
        blood(&[(90, haemoglobin), (96, "yes")], haemolysis);
    }
    for (score, grade) in [("0", E), ("1", B), ("2", A), ("3", A), ("4", A)] {
        blood(&[(95, score)], grade);
    }
    blood(&[(97, "yes")], C);
}
