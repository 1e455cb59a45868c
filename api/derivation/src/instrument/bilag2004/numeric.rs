//! The numerical score of Yee 2010 and the counts of A and B.

use super::grade::{Grade, Grades};
use serde::Serialize;

/// The nine grades as one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Numeric {
    /// A 12, B 8, C 1, D and E 0, over nine systems: 0 to 108. None when a system is not evaluable.
    pub total: Option<u8>,
    /// The total with systems that are not evaluable taken as D.
    pub lower: u8,
    /// The total with systems that are not evaluable taken as A.
    pub upper: u8,
    /// Systems known to be graded A.
    pub n_a: u8,
    /// Systems known to be graded B.
    pub n_b: u8,
}

/// Scores nine grades.
pub fn numeric(grades: &Grades) -> Numeric {
    let mut numeric = Numeric { total: Some(0), lower: 0, upper: 0, n_a: 0, n_b: 0 };
    for (_, grade) in grades.iter() {
        let points = grade.numeric();
        numeric.total = numeric.total.zip(points).map(|(total, points)| total + points);
        numeric.lower += points.unwrap_or(0);
        numeric.upper += points.unwrap_or(Grade::A.numeric());
        numeric.n_a += u8::from(grade.is(Grade::A) == Some(true));
        numeric.n_b += u8::from(grade.is(Grade::B) == Some(true));
    }
    numeric
}
