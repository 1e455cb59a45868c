//! CTCAE v5 grades of laboratory values. A grade suggests an adverse event; calling it one takes clinical judgement.
//!
//! The lower border of a decrease belongs to the milder grade (neutrophils of 0.5 are grade 3), and so does the upper
//! border of an increase (exactly five times the upper limit is grade 2).

use super::Analyte;
use super::censored::Comparator;
use crate::rule::{Rule, Version};
use rust_decimal::Decimal;

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "ctcae_laboratory",
    name: "CTCAE v5 laboratory grades",
    versions: &[Version {
        version: "1",
        what: "Borders belong to the milder grade; an abnormal baseline takes the place of the limit.",
    }],
};

/// A value to be graded, in the analyte's standard unit, with the limits of the laboratory that measured it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Graded {
    /// The value; none when missing.
    pub value: Option<Decimal>,
    /// Lower limit of normal.
    pub lower_limit: Option<Decimal>,
    /// Upper limit of normal.
    pub upper_limit: Option<Decimal>,
    /// The subject's baseline. None is taken as normal; for creatinine the comparison with it is left out.
    pub baseline: Option<Decimal>,
}

/// Borders below which a decrease is grade 2, 3 and 4.
fn decrease(analyte: Analyte) -> Option<&'static [Decimal]> {
    const fn tenths(value: u32) -> Decimal {
        Decimal::from_parts(value, 0, 0, false, 1)
    }
    const NEUTROPHILS: [Decimal; 3] = [tenths(15), tenths(10), tenths(5)];
    const LYMPHOCYTES: [Decimal; 3] = [tenths(8), tenths(5), tenths(2)];
    const PLATELETS: [Decimal; 3] = [tenths(750), tenths(500), tenths(250)];
    const WBC: [Decimal; 3] = [tenths(30), tenths(20), tenths(10)];
    // Grade 4 anaemia is a clinical judgement.
    const HAEMOGLOBIN: [Decimal; 2] = [tenths(1000), tenths(800)];
    match analyte {
        Analyte::Neutrophils => Some(&NEUTROPHILS),
        Analyte::Lymphocytes => Some(&LYMPHOCYTES),
        Analyte::Platelets => Some(&PLATELETS),
        Analyte::Wbc => Some(&WBC),
        Analyte::Haemoglobin => Some(&HAEMOGLOBIN),
        Analyte::AntiDsdna
        | Analyte::AntiSm
        | Analyte::Ana
        | Analyte::C3
        | Analyte::C4
        | Analyte::Alt
        | Analyte::Ast
        | Analyte::Bilirubin
        | Analyte::Creatinine
        | Analyte::UrinePcr => None,
    }
}

/// Whether CTCAE v5 grades an analyte here.
pub fn is_graded(analyte: Analyte) -> bool {
    decrease(analyte).is_some()
        || matches!(analyte, Analyte::Alt | Analyte::Ast | Analyte::Bilirubin | Analyte::Creatinine)
}

/// The grade, 0 to 4; 0 when none applies. None when the value, or a limit that decides, is missing, and for analytes
/// that are not graded.
pub fn grade(analyte: Analyte, graded: &Graded) -> Option<u8> {
    let value = graded.value?;
    if let Some(borders) = decrease(analyte) {
        return decreased(value, borders, graded.lower_limit);
    }
    match analyte {
        Analyte::Alt | Analyte::Ast => transaminase(value, graded),
        Analyte::Bilirubin => bilirubin(value, graded),
        Analyte::Creatinine => creatinine(value, graded),
        Analyte::AntiDsdna
        | Analyte::AntiSm
        | Analyte::Ana
        | Analyte::C3
        | Analyte::C4
        | Analyte::UrinePcr
        | Analyte::Haemoglobin
        | Analyte::Wbc
        | Analyte::Neutrophils
        | Analyte::Lymphocytes
        | Analyte::Platelets => None,
    }
}

/// The grade of a result that is perhaps only a bound: none unless every value that it can stand for has the same.
pub fn grade_of_result(analyte: Analyte, graded: &Graded, comparator: Comparator) -> Option<u8> {
    let bound = graded.value?;
    let at = |value: Decimal| grade(analyte, &Graded { value: Some(value), ..*graded });
    // Grades go one way with the value, so the two ends speak for what lies between them; the bound itself is no value.
    let ends = match comparator {
        Comparator::Exact => return at(bound),
        Comparator::Below => [at(Decimal::ZERO), at(bound.checked_sub(STEP)?)],
        Comparator::Above => [at(bound.checked_add(STEP)?), at(Decimal::MAX)],
    };
    ends[0].filter(|grade| Some(*grade) == ends[1])
}

/// Less than any laboratory's last digit.
const STEP: Decimal = Decimal::from_parts(1, 0, 0, false, 12);

fn decreased(value: Decimal, borders: &[Decimal], lower_limit: Option<Decimal>) -> Option<u8> {
    match borders.iter().filter(|border| value < **border).count() {
        0 => lower_limit.map(|limit| u8::from(value < limit)),
        below => u8::try_from(below + 1).ok(),
    }
}

/// How many of the multiples (in tenths) of `reference` a value exceeds.
fn exceeded(value: Decimal, reference: Decimal, tenths: &[i64]) -> u8 {
    // A multiple beyond 28 digits cannot be exceeded.
    let above =
        |times: &&i64| reference.checked_mul(Decimal::new(**times, 1)).is_some_and(|border| value > border);
    tenths.iter().filter(above).count().try_into().unwrap_or(u8::MAX)
}

/// The reference of an increase: the upper limit, or an abnormal baseline.
fn reference(upper_limit: Decimal, baseline: Option<Decimal>) -> (Decimal, bool) {
    match baseline.filter(|baseline| *baseline > upper_limit) {
        Some(abnormal) => (abnormal, true),
        None => (upper_limit, false),
    }
}

fn transaminase(value: Decimal, graded: &Graded) -> Option<u8> {
    let (reference, abnormal) = reference(graded.upper_limit?, graded.baseline);
    let severe = exceeded(value, reference, &[30, 50, 200]);
    if severe > 0 {
        return Some(severe + 1);
    }
    let mild = if abnormal {
        reference.checked_mul(Decimal::new(15, 1)).is_some_and(|border| value >= border)
    } else {
        value > reference
    };
    Some(u8::from(mild))
}

fn bilirubin(value: Decimal, graded: &Graded) -> Option<u8> {
    let (reference, _) = reference(graded.upper_limit?, graded.baseline);
    Some(exceeded(value, reference, &[10, 15, 30, 100]))
}

/// The worse of the comparison with the upper limit and of that with the subject's own baseline.
fn creatinine(value: Decimal, graded: &Graded) -> Option<u8> {
    let by_limit = graded.upper_limit.map(|limit| exceeded(value, limit, &[10, 15, 30, 60]));
    let by_baseline = graded.baseline.map_or(0, |baseline| match exceeded(value, baseline, &[15, 30]) {
        0 => 0,
        times => times + 1,
    });
    match by_limit {
        Some(grade) => Some(grade.max(by_baseline)),
        // Without the limit a grade of the baseline still stands; its absence says nothing.
        None => Some(by_baseline).filter(|grade| *grade > 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `graded(value, LLN, ULN, baseline)`; an empty text is missing.
    fn graded(texts: [&str; 4]) -> Graded {
        let [value, lower_limit, upper_limit, baseline] = texts.map(|text| text.parse().ok());
        Graded { value, lower_limit, upper_limit, baseline }
    }

    fn check(analyte: Analyte, texts: [&str; 4], expected: Option<u8>) {
        assert_eq!(grade(analyte, &graded(texts)), expected, "{analyte:?} {texts:?}");
    }

    /// The table of section 12.1, line by line.
    #[test]
    fn printed_grades() {
        check(Analyte::Neutrophils, ["1.2", "1.8", "", ""], Some(2));
        check(Analyte::Neutrophils, ["1.0", "1.8", "", ""], Some(2));
        check(Analyte::Neutrophils, ["0.9", "1.8", "", ""], Some(3));
        check(Analyte::Lymphocytes, ["0.3", "1.0", "", ""], Some(3));
        check(Analyte::Platelets, ["50", "150", "", ""], Some(2));
        check(Analyte::Platelets, ["24", "150", "", ""], Some(4));
        check(Analyte::Haemoglobin, ["60", "120", "", ""], Some(3));
        check(Analyte::Haemoglobin, ["105", "120", "", ""], Some(1));
        check(Analyte::Alt, ["121", "", "40", "20"], Some(2));
        check(Analyte::Alt, ["120", "", "40", "20"], Some(1));
        check(Analyte::Alt, ["85", "", "40", "60"], Some(0));
        check(Analyte::Ast, ["900", "", "40", "30"], Some(4));
        check(Analyte::Bilirubin, ["40", "", "21", "12"], Some(2));
        check(Analyte::Creatinine, ["110", "", "100", "70"], Some(2));
        check(Analyte::Creatinine, ["110", "", "100", ""], Some(1));
        check(Analyte::Platelets, ["120", "", "", ""], None);
    }

    #[test]
    fn decreases_at_every_border() {
        let rows = [
            (
                Analyte::Neutrophils,
                "1.8",
                [("1.8", 0), ("1.79", 1), ("1.5", 1), ("1.49", 2), ("0.99", 3), ("0.5", 3), ("0.49", 4)],
            ),
            (
                Analyte::Lymphocytes,
                "1.0",
                [("1.0", 0), ("0.99", 1), ("0.8", 1), ("0.79", 2), ("0.49", 3), ("0.2", 3), ("0.19", 4)],
            ),
            (
                Analyte::Platelets,
                "150",
                [("150", 0), ("149", 1), ("75", 1), ("74.9", 2), ("49.9", 3), ("25", 3), ("24.9", 4)],
            ),
            (
                Analyte::Wbc,
                "4.0",
                [("4.0", 0), ("3.9", 1), ("3.0", 1), ("2.99", 2), ("1.99", 3), ("1.0", 3), ("0.99", 4)],
            ),
            (
                Analyte::Haemoglobin,
                "120",
                [("120", 0), ("119", 1), ("100", 1), ("99.9", 2), ("80", 2), ("79.9", 3), ("10", 3)],
            ),
        ];
        for (analyte, limit, values) in rows {
            for (value, expected) in values {
                check(analyte, [value, limit, "", ""], Some(expected));
            }
        }
    }

    #[test]
    fn increases_at_every_border() {
        for (value, expected) in [
            ("40", 0),
            ("40.1", 1),
            ("120", 1),
            ("120.1", 2),
            ("200", 2),
            ("200.1", 3),
            ("800", 3),
            ("800.1", 4),
        ] {
            check(Analyte::Alt, [value, "", "40", ""], Some(expected));
        }
        for (value, expected) in
            [("89.9", 0), ("90", 1), ("180", 1), ("180.1", 2), ("300.1", 3), ("1200", 3), ("1200.1", 4)]
        {
            check(Analyte::Ast, [value, "", "40", "60"], Some(expected));
        }
        for (value, expected) in
            [("20", 0), ("20.1", 1), ("30", 1), ("30.1", 2), ("60", 2), ("60.1", 3), ("200", 3), ("200.1", 4)]
        {
            check(Analyte::Bilirubin, [value, "", "20", "20"], Some(expected));
        }
        for (value, expected) in [("30", 0), ("30.1", 1), ("45.1", 2), ("90.1", 3), ("300.1", 4)] {
            check(Analyte::Bilirubin, [value, "", "20", "30"], Some(expected));
        }
        for (value, expected) in [
            ("100", 0),
            ("100.1", 1),
            ("150", 1),
            ("150.1", 2),
            ("300", 2),
            ("300.1", 3),
            ("600", 3),
            ("600.1", 4),
        ] {
            check(Analyte::Creatinine, [value, "", "100", ""], Some(expected));
        }
        for (value, expected) in [("75", 0), ("75.1", 2), ("150", 2), ("150.1", 3)] {
            check(Analyte::Creatinine, [value, "", "200", "50"], Some(expected));
        }
    }

    #[test]
    fn missing_limits() {
        check(Analyte::Alt, ["900", "", "", "20"], None);
        check(Analyte::Bilirubin, ["900", "", "", ""], None);
        check(Analyte::Alt, ["", "", "40", ""], None);
        // Absolute grades need no limit.
        check(Analyte::Neutrophils, ["1.49", "", "", ""], Some(2));
        check(Analyte::Neutrophils, ["1.5", "", "", ""], None);
        check(Analyte::Creatinine, ["110", "", "", "70"], Some(2));
        check(Analyte::Creatinine, ["100", "", "", "70"], None);
        check(Analyte::C3, ["1", "0.9", "1.8", ""], None);
        assert!(!is_graded(Analyte::C3) && is_graded(Analyte::Haemoglobin) && is_graded(Analyte::Creatinine));
    }

    /// A bound has a grade only where everything beyond it has the same.
    #[test]
    fn a_bound_is_graded_only_where_all_behind_it_agrees() {
        let of = |analyte, texts, comparator| grade_of_result(analyte, &graded(texts), comparator);
        use Comparator::{Above, Below, Exact};
        assert_eq!(of(Analyte::Neutrophils, ["0.5", "1.8", "", ""], Exact), Some(3));
        assert_eq!(of(Analyte::Neutrophils, ["0.5", "1.8", "", ""], Below), Some(4));
        assert_eq!(of(Analyte::Neutrophils, ["0.6", "1.8", "", ""], Below), None);
        assert_eq!(of(Analyte::Neutrophils, ["1.8", "1.8", "", ""], Above), Some(0));
        assert_eq!(of(Analyte::Neutrophils, ["1.7", "1.8", "", ""], Above), None);
        assert_eq!(of(Analyte::Haemoglobin, ["80", "120", "", ""], Below), Some(3));
        assert_eq!(of(Analyte::Alt, ["40", "", "40", ""], Below), Some(0));
        assert_eq!(of(Analyte::Alt, ["41", "", "40", ""], Below), None);
        assert_eq!(of(Analyte::Alt, ["800", "", "40", ""], Above), Some(4));
        assert_eq!(of(Analyte::Alt, ["799", "", "40", ""], Above), None);
        assert_eq!(of(Analyte::Alt, ["10", "", "", ""], Below), None);
        assert_eq!(of(Analyte::Creatinine, ["100", "", "", "70"], Below), None);
    }

    proptest! {
        /// A lower count never has a milder grade, a higher enzyme never either.
        #[test]
        fn grades_are_monotone(a in 0_i64..100_000, b in 0_i64..100_000, baseline in prop::option::of(1_i64..100_000)) {
            let (low, high) = (Decimal::new(a.min(b), 2), Decimal::new(a.max(b), 2));
            let of = |analyte, value| {
                let (lower_limit, upper_limit) = (Some(Decimal::TWO), Some(Decimal::from(40)));
                let baseline = baseline.map(|hundredths| Decimal::new(hundredths, 2));
                grade(analyte, &Graded { value: Some(value), lower_limit, upper_limit, baseline })
            };
            for analyte in [Analyte::Neutrophils, Analyte::Lymphocytes, Analyte::Wbc] {
                prop_assert!(of(analyte, low) >= of(analyte, high));
            }
            for analyte in [Analyte::Alt, Analyte::Bilirubin, Analyte::Creatinine] {
                prop_assert!(of(analyte, low) <= of(analyte, high));
            }
        }
    }
}
